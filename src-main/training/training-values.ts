import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { z } from "zod";
import { defined } from "../base/assert.js";
import type { FittedInput } from "../datasets/encoders/fitted.js";
import type { EvaluationBatches } from "./evaluator.js";
import type { RunFolder } from "./run-folder.js";
import { names } from "./specification.js";
import { floats } from "./trainer.js";
import { JSON_BOUNDS } from "../base/json-bounds.js";
import { readOwnJsonSync } from "../base/own-json.js";

/** `inputs.json`: what the training rows held in each column the model reads, for forms and for telling what the model never saw. */
const columnValues = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("number"), mean: z.number(), min: z.number(), max: z.number() }),
  /** Rows by class, in the order of the encoder's classes. */
  z.strictObject({ type: z.literal("classes"), rows: z.array(z.number()) }),
]);
const schema = z.strictObject({ version: z.literal(1), columns: z.record(z.string(), columnValues) });
export type TrainingValues = z.infer<typeof schema>["columns"];

const FILE = "inputs.json";

/** Batches after which whoever steers the run gets a word in. */
const UNINTERRUPTED = 32;

/** Reads the encoded training rows once, in order. A missing number counts as what was filled in for it. */
export async function gatherTrainingValues(inputs: readonly FittedInput[], batches: EvaluationBatches, onBatch: (rows: number) => void): Promise<TrainingValues> {
  const gathered = inputs.map((input) => ({ input, ...tallyOf(input) }));
  batches.start(1, 0);
  for (let step = 0, rows = 0; step < batches.stepsPerEpoch; step++) {
    const batch = await batches.next();
    for (const { input, add } of gathered) if (input.type !== "image") add(floats(batch.tensors, names.input(input.name)));
    rows += batch.size;
    if (step % UNINTERRUPTED < UNINTERRUPTED - 1) continue;
    await setImmediate();
    onBatch(rows);
  }
  return Object.fromEntries(gathered.flatMap(({ values }) => values()));
}

interface Tally {
  readonly add: (encoded: Float32Array) => void;
  readonly values: () => readonly (readonly [string, TrainingValues[string]])[];
}

function tallyOf(input: FittedInput): Tally {
  switch (input.type) {
    case "image": return { add: () => undefined, values: () => [] };
    case "numeric": return tallyNumbers(input.columns, input.shift, input.scale);
    case "category": return tallyClasses(input.column, input.classes.length, (encoded, count) => {
      for (let i = 0; i < encoded.length; i++) if (encoded[i] === 1) count(i % input.classes.length);
    });
    case "binary": return tallyClasses(input.column, 2, (encoded, count) => {
      for (const value of encoded) if (value === 0 || value === 1) count(value);
    });
  }
}

/** x = encoded · scale + shift */
function tallyNumbers(columns: readonly string[], shift: readonly number[], scale: readonly number[]): Tally {
  const width = columns.length;
  const [sum, min, max] = [new Float64Array(width), new Float64Array(width).fill(Infinity), new Float64Array(width).fill(-Infinity)];
  let rows = 0;
  return {
    add(encoded) {
      for (let i = 0; i < encoded.length; i++) {
        const [k, value] = [i % width, encoded[i] ?? 0];
        sum[k] = (sum[k] ?? 0) + value;
        if (value < (min[k] ?? 0)) min[k] = value;
        if (value > (max[k] ?? 0)) max[k] = value;
      }
      rows += encoded.length / width;
    },
    values: () => columns.map((column, k) => {
      const own = (value: number | undefined) => plain(defined(value, column) * (scale[k] ?? 1) + (shift[k] ?? 0));
      return [column, { type: "number", mean: own((sum[k] ?? 0) / rows), min: own(min[k]), max: own(max[k]) }];
    }),
  };
}

function tallyClasses(column: string, classes: number, look: (encoded: Float32Array, count: (k: number) => void) => void): Tally {
  const rows = Array.from({ length: classes }, () => 0);
  return {
    add: (encoded) => look(encoded, (k) => (rows[k] = (rows[k] ?? 0) + 1)),
    values: () => [[column, { type: "classes", rows }]],
  };
}

/** Scaling and back costs the last of float32's digits. */
function plain(value: number): number {
  return Number(value.toPrecision(6));
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
