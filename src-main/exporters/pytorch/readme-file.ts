import type { TrainedNetwork } from "../exporter.js";

/** `README.md` of the folder. */
export function readmeFile({ project, run, rows, table }: TrainedNetwork): string {
  return `# ${project.replace(/[\n#]/g, " ")}

Run ${run}, trained with Lathe and exported to PyTorch: the same network, rows, losses, optimizer, schedule and metrics.

\`\`\`sh
pip install -r requirements.txt
python train.py                              # trains again; --epochs n, --seed n, --data table.csv
python predict.py table.csv --out answers.csv
\`\`\`

| File | What it is |
|---|---|
| \`model.py\` | The network, and how its weights are read and written |
| \`data.py\` | Reads the table as training did. \`TABLE\` says where it lies: \`${table.path.replaceAll("`", "'")}\` |
| \`train.py\` | Trains from the beginning. Writes \`trained.safetensors\` and \`trained.json\` |
| \`predict.py\` | Answers for each row: the prediction, and the probability of each class |
| \`metrics.py\` | Accuracy, F1, errors |
| \`weights.safetensors\` | What the run has learnt; \`predict.py\` takes it unless \`--weights\` names another |
| \`preprocessing.json\` | What was learnt of the columns from the training rows: means, deviations, classes |
| \`split/\` | Row numbers from 1 of the ${rows.train.length} training, ${rows.validation.length} validation and ${rows.test.length} test rows |
| \`certificate.json\` | What this folder was compared with; \`lathe verify\` repeats it |

Random numbers are PyTorch's: training with the same seed gives other weights than Lathe's, as another seed does.
`;
}
