import { setImmediate } from "node:timers/promises";
import { LatheError } from "../../base/errors.js";
import type { TrainingConfig } from "../../contract/training.js";
import { type TrainingBatches, scheduleOf } from "../fit.js";
import type { Trainer } from "../trainer.js";

/**
 * Trains from the first weights for some epochs: as a run does that is never judged meanwhile. Learning rates are those of the run's whole schedule, whose
 * first epochs these are.
 * @param heed called before every step; throws to end the work. @throws LatheError `training.not-finite`
 */
export async function trainFold(
  {
    trainer,
    batches,
    training,
    epochs,
  }: { readonly trainer: Trainer; readonly batches: TrainingBatches; readonly training: TrainingConfig; readonly epochs: number },
  heed: () => void,
  onStep: (epoch: number) => void,
): Promise<void> {
  const schedule = scheduleOf(training, batches.stepsPerEpoch);
  let steps = 0;
  for (let epoch = 1; epoch <= epochs; epoch++) {
    batches.start(epoch, 0);
    let [sum, samples] = [0, 0];
    for (let step = 0; step < batches.stepsPerEpoch; step++) {
      // An engine that blocks its thread leaves no other moment in which to hear that it is called off.
      await setImmediate();
      heed();
      const batch = await batches.next();
      const { loss } = await trainer.step(batch, ++steps, schedule.learningRate(), false);
      if (!Number.isFinite(loss))
        throw new LatheError("training.not-finite", `the loss is no finite number in step ${step + 1} of epoch ${epoch}; try a smaller learning rate`, {
          epoch,
        });
      schedule.afterStep();
      sum += loss * batch.size;
      samples += batch.size;
      onStep(epoch);
    }
    schedule.afterEpoch(sum / samples);
  }
}
