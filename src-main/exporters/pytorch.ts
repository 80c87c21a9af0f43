import { LatheError } from "../base/errors.js";
import { snakeCase } from "../base/python.js";
import { RUN_MODEL } from "../contract/run-model.js";
import type { Exporter, TrainedNetwork } from "./exporter.js";
import { pytorchSource, type PytorchSource } from "./pytorch-source.js";
import { dataFile } from "./pytorch/data-file.js";
import { metricsFile } from "./pytorch/metrics-file.js";
import { modelFile } from "./pytorch/model-file.js";
import { predictFile } from "./pytorch/predict-file.js";
import { readmeFile } from "./pytorch/readme-file.js";
import { npy, safetensors } from "./pytorch/safetensors.js";
import { trainFile } from "./pytorch/train-file.js";
import { refuseUnwritable } from "./pytorch/unwritable.js";

/** The run as a folder of Python that trains and predicts by itself, with PyTorch and NumPy alone. */
export const pytorch: Exporter = {
  type: "pytorch",
  title: "PyTorch folder",
  summary: "Python that trains and predicts by itself: network, data, split, losses, weights",
  source: RUN_MODEL,
  answers: "python",
  options: [],
  async make(source) {
    const trained = await source.trained();
    refuseUnwritable(trained);
    const network = pytorchSource(trained.network);
    const { className } = network;
    const text = (value: string) => Buffer.from(value);
    const { train, validation, test } = trained.rows;
    const files = new Map<string, Uint8Array>([
      ["README.md", text(readmeFile(trained))],
      ["requirements.txt", text("torch>=2.0\nnumpy>=1.24\n")],
      ["model.py", text(modelFile(trained, network))],
      ["data.py", text(dataFile(trained))],
      ["metrics.py", text(metricsFile(trained.fitted.targets))],
      ["train.py", text(trainFile(trained, className, frozenNorms(trained, network)))],
      ["predict.py", text(predictFile(trained, className))],
      ["preprocessing.json", text(`${JSON.stringify(trained.fitted, null, 2)}\n`)],
      ["weights.safetensors", safetensors(weightsOf(trained, network))],
      ["split/train.npy", npy(train)],
      ["split/validation.npy", npy(validation)],
      ["split/test.npy", npy(test)],
    ]);
    return { files, compare: (place) => source.askPython(place) };
  },
};

/** The run's tensors under the names that the module has for them. */
function weightsOf({ network, weights }: TrainedNetwork, { modules }: PytorchSource) {
  const named = network.layers.flatMap(({ owner, definition, config, inputs }) =>
    [...(definition.parameters?.(config, inputs) ?? []), ...(definition.buffers?.(config, inputs) ?? [])].map(({ name }) => {
      const tensor = weights.get(`${owner}.${name}`);
      if (!tensor) throw new LatheError("run.checkpoint", `the run's checkpoint does not hold ${owner}.${name}; resume the run, and export again`);
      // Running statistics are `runningMean` here and `running_mean` in PyTorch; names of weights are PyTorch's.
      return [`${modules.get(owner) ?? owner}.${snakeCase(name)}`, tensor] as const;
    }),
  );
  return new Map(named);
}

function frozenNorms({ network }: TrainedNetwork, { modules }: PytorchSource): readonly string[] {
  const frozen = network.layers.filter(({ frozen: is, definition, config, inputs }) => is === true && (definition.buffers?.(config, inputs) ?? []).length > 0);
  return [...new Set(frozen.flatMap(({ owner }) => modules.get(owner) ?? []))];
}
