import type { FindLearningRateRequest } from "../contract/engine-messages.js";
import { readProjectFile } from "../contract/project-file.js";
import type { LearningRateResult } from "../contract/results.js";
import { chooseEngine } from "../engines/index.js";
import { LearningRateFinder } from "./learning-rate-finder.js";
import type { WorkSetting } from "./setting.js";
import { Trainer } from "./trainer.js";
import { openWorkbench } from "./workbench.js";

const STEPS = 100;

/** The learning-rate range test on a project: a hundred steps from fresh weights, which are thrown away. */
export async function findLearningRate(request: FindLearningRateRequest, { emit, control }: WorkSetting): Promise<LearningRateResult> {
  const { project, folder } = await readProjectFile(request.project);
  const choice = await chooseEngine(project.training.engine, request.device ?? project.training.device);
  const bench = await openWorkbench({ project, folder, choice, emit, signal: control.preparation });
  const trainer = await Trainer.create(bench.spec, choice.engine, bench.compile, project.seed);
  const batches = bench.trainingLoader();
  const finder = new LearningRateFinder({ steps: STEPS });
  try {
    for (let step = 0; control.wish === "run"; step++) {
      const learningRate = finder.nextLearningRate();
      if (learningRate === undefined) break;
      if (step % batches.stepsPerEpoch === 0) batches.start(step / batches.stepsPerEpoch + 1, 0);
      const { loss } = await trainer.step(batches.next(), step + 1, learningRate, false);
      finder.observe(loss);
      emit({ event: "stage", stage: "trying learning rates", done: step + 1, total: STEPS });
    }
  } finally {
    await batches.dispose();
    await trainer.dispose();
  }
  const { learningRates, losses } = finder.curve();
  return {
    event: "learning-rate",
    suggestion: finder.suggestion() ?? null,
    points: learningRates.map((learningRate, i) => ({ learningRate, loss: losses[i] ?? Number.NaN })),
  };
}
