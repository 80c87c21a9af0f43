import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { z } from "zod";
import { JSON_BOUNDS } from "../../base/json-bounds.js";
import { readOwnJsonSync } from "../../base/own-json.js";
import type { FittedInput } from "../../features/fitted.js";
import { columnValues } from "../../features/form.js";
import { kindOf } from "../../features/index.js";
import type { EvaluationBatches } from "../judging/evaluator.js";
import type { RunFolder } from "./run-folder.js";
import { names } from "../network/specification.js";
import { floats } from "../trainer.js";

/** `inputs.json`: what the training rows held in each column the model reads. */
const schema = z.strictObject({ version: z.literal(1), columns: z.record(z.string(), columnValues) });
export type TrainingValues = z.infer<typeof schema>["columns"];

const FILE = "inputs.json";

/** Batches after which whoever steers the run gets a word in. */
const UNINTERRUPTED = 32;

/** Reads the encoded training rows once, in order. A missing number counts as what was filled in for it. */
export async function gatherTrainingValues(
  inputs: readonly FittedInput[],
  batches: EvaluationBatches,
  onBatch: (rows: number) => void,
): Promise<TrainingValues> {
  const gathered = inputs.flatMap((input) => {
    const tally = kindOf(input).tally(input);
    return tally ? [{ name: names.input(input.name), tally }] : [];
  });
  batches.start(1, 0);
  for (let step = 0, rows = 0; step < batches.stepsPerEpoch; step++) {
    const batch = await batches.next();
    for (const { name, tally } of gathered) tally.add(floats(batch.tensors, name));
    rows += batch.size;
    if (step % UNINTERRUPTED < UNINTERRUPTED - 1) continue;
    await setImmediate();
    onBatch(rows);
  }
  return Object.fromEntries(gathered.flatMap(({ tally }) => tally.values()));
}

export function writeTrainingValues(run: RunFolder, columns: TrainingValues): void {
  run.write(FILE, `${JSON.stringify({ version: 1, columns })}\n`);
}

/** Empty for a run of a version that did not write them. */
export function readTrainingValues(run: string): TrainingValues {
  try {
    return schema.parse(readOwnJsonSync(join(run, FILE), JSON_BOUNDS.figures)).columns;
  } catch {
    return {};
  }
}
