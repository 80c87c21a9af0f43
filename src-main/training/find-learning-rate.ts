import { AsyncDisposableStore } from "../base/disposable.js";
import type { FindLearningRateRequest } from "../contract/engine-messages.js";
import { readProjectFile } from "../contract/project-file.js";
import type { LearningRateResult } from "../contract/results.js";
import { chooseEngine } from "../engines/index.js";
import { combinedLoss } from "./combining/index.js";
import type { LossTerm } from "./combining/combination.js";
import { LearningRateFinder } from "./learning-rate-finder.js";
import type { WorkSetting } from "./process/setting.js";
import { Trainer, initialWeights } from "./trainer.js";
import { openWorkbench } from "./workbench.js";

const STEPS = 100;

/** The learning-rate range test on a project: a hundred steps from fresh weights, which are thrown away. */
export async function findLearningRate(request: FindLearningRateRequest, { emit, control, clock }: WorkSetting): Promise<LearningRateResult> {
  const { project, folder, file } = await readProjectFile(request.project);
  const choice = await chooseEngine(project.training.engine, request.device ?? project.training.device);
  const whole = await openWorkbench({ project, folder, choice, emit, signal: control.preparation, refuse: file });
  const bench = await whole.withFeatures(initialWeights(whole.spec, project.seed), { emit, clock, signal: control.preparation });
  const opened = new AsyncDisposableStore();
  const finder = new LearningRateFinder({ steps: STEPS });
  try {
    const trainer = opened.add(await Trainer.create(bench.steps, choice.engine, bench.compile, project.seed));
    const batches = opened.add(bench.trainingLoader());
    // One measure for all steps, or factors that training finds would hide what the rate does: as it stands before the first step, or normalized, after it.
    const before = trainer.lossTerms();
    let terms: readonly LossTerm[] | undefined;
    for (let step = 0; control.wish === "run"; step++) {
      const learningRate = finder.nextLearningRate();
      if (learningRate === undefined) break;
      if (step % batches.stepsPerEpoch === 0) batches.start(step / batches.stepsPerEpoch + 1, 0);
      const { losses } = await trainer.step(await batches.next(), step + 1, learningRate, false);
      terms ??= trainer.divisors ? trainer.lossTerms() : before;
      finder.observe(combinedLoss(terms, losses));
      emit({ event: "stage", stage: "trying learning rates", done: step + 1, total: STEPS });
    }
  } finally {
    await opened.dispose();
  }
  const { learningRates, losses } = finder.curve();
  return {
    event: "learning-rate",
    suggestion: finder.suggestion() ?? null,
    points: learningRates.map((learningRate, i) => ({ learningRate, loss: losses[i] ?? Number.NaN })),
  };
}
