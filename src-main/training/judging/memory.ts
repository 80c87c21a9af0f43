import { LatheError } from "../../base/errors.js";
import { namedSetting } from "../../contract/source-settings.js";
import type { SplitCounts } from "../../datasets/index.js";
import { inBytes, machineMemory } from "../network/memory.js";

/** What judging a run holds in memory. */
export interface JudgedSize {
  readonly counts: SplitCounts;
  /** Numbers that the network answers for a sample: of a forecast the steps of the horizon times the columns. */
  readonly width: number;
  /** Of those that are forecast, the longest horizon, in rows; 0: nothing is. */
  readonly horizon: number;
  /** Rows of a series; 0 of other tables, which are read piece by piece. */
  readonly rows: number;
  /** Columns of them that the model reads or answers, and those that its forecasts are judged by. */
  readonly columns: number;
  readonly forecast: number;
  /** Samples begin so many rows apart. */
  readonly stride: number;
}

/**
 * Bytes of an answer with its truth, as the network gives them, in their own unit, and while they are measured and compared with the file's. Of forecasts as
 * measured: 1,435 MB for 75,400 samples of 300 numbers.
 */
const [FORECAST, ANSWER] = [60, 12];
/** Bytes of a row of a series, its segment, time and part as prepared, and once more with its id as the table is read by a model's file. */
const ROW = 13 + 20;
/** Of a column in it: its value and how many are missing before; and of one that is forecast its value as it is kept and in its own unit. */
const [CELL, TRUTH] = [8, 12];

/** Bytes that judging takes: answers for all samples of validation and test, or of the training where there is no validation, and the rows of the series. */
export function judgingBytes({ counts, width, horizon, rows, columns, forecast }: JudgedSize): number {
  return answered(counts) * width * answerBytes(horizon) + rows * (ROW + CELL * columns + TRUTH * forecast);
}

/**
 * Says before the first epoch what would not fit after the last.
 * @returns a note where it takes more than half of the memory
 * @throws LatheError `data.split` with a stride, or a horizon, that fits
 */
export function refuseJudging(size: JudgedSize, total = machineMemory()): string | undefined {
  const bytes = judgingBytes(size);
  if (bytes <= total / 2) return undefined;
  const { counts, width, horizon, stride } = size;
  const answers = `${answered(counts).toLocaleString("en")} samples of ${width.toLocaleString("en")} number${width === 1 ? "" : "s"} each`;
  const told = `judging ${answers} needs about ${inBytes(bytes)} of memory, this machine has ${inBytes(total)}`;
  const free = total / 2 - judgingBytes({ ...size, width: 0 });
  const remedy = remedyOf(size, free);
  if (bytes <= total) return `${told}; where that is too much, ${remedy}`;
  throw new LatheError("data.split", `${told}; ${remedy}`, { bytes, horizon, stride, samples: counts });
}

function remedyOf({ counts, width, horizon, stride }: JudgedSize, free: number): string {
  const needed = answered(counts) * width * answerBytes(horizon);
  const share = free / needed;
  if (horizon === 0) return share > 0 ? `take at most ${percent(share)} of these rows for validation and test` : "use fewer rows";
  if (share <= 0) return `set ${namedSetting("step")} to a longer one, so that there are fewer rows`;
  const shorter = Math.floor(horizon * share);
  return `set ${namedSetting("stride")} to ${Math.ceil(stride / share)} or more${shorter >= 1 ? `, or a horizon of ${shorter} rows or fewer` : ""}`;
}

function answerBytes(horizon: number): number {
  return horizon > 0 ? FORECAST : ANSWER;
}

function answered({ train, validation, test }: SplitCounts): number {
  return (validation > 0 ? validation : train) + test;
}

function percent(share: number): string {
  return `${Math.max(1, Math.floor(share * 100))} %`;
}
