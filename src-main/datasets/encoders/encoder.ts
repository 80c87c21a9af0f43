import type { ImageInputSpec, InputSpec, TargetSpec } from "../../contract/data.js";
import type { Emitter } from "../../onnx/emitter.js";
import type { TensorType, Value } from "../../onnx/types.js";
import type { FittedInput, FittedTarget } from "./fitted.js";

/** What an encoder may ask of the training rows, and where it says what it saw. */
export interface FitContext {
  /** The file, for messages. */
  readonly path: string;
  /** Statistics of a column of numbers over the training rows. */
  numbers(column: string): Promise<NumberStatistics>;
  /** The middle value (mean of the two middle ones) over the training rows. */
  median(column: string): Promise<number>;
  /** How often each text occurs, in the training rows or in all rows in use; at most `limit` + 1 texts. Missing values are not among them. */
  texts(column: string, rows: "train" | "all", limit: number): Promise<ReadonlyMap<string, number>>;
  /** Mean and population deviation of each channel of the resized training pictures, as shares of 255. */
  pixels(input: ImageInputSpec): Promise<{ readonly mean: readonly number[]; readonly deviation: readonly number[] }>;
  warn(code: string, message: string): void;
}

/** Over the values that are there; `deviation` is the population's. */
export interface NumberStatistics {
  readonly count: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly deviation: number;
}

type InputOf<K extends FittedInput["type"]> = Extract<FittedInput, { type: K }>;
type TargetOf<K extends FittedTarget["type"]> = Extract<FittedTarget, { type: K }>;

/** One kind of input: fitted on training rows, then a piece of ONNX graph. The very same piece prepares the training data and begins the exported model. */
export interface InputEncoder<K extends FittedInput["type"] = FittedInput["type"]> {
  readonly type: K;
  /** @throws LatheError `data.value`, `data.column` where the column cannot be encoded. */
  fit(spec: Extract<InputSpec, { type: K }>, columns: readonly string[], context: FitContext): Promise<InputOf<K>>;
  /** Type of the raw graph input, which is called as the encoder: NaN is a missing number, "" a missing text. */
  rawType(fitted: InputOf<K>): TensorType;
  /** What the network reads, float32 `[N, …]`. */
  encodedType(fitted: InputOf<K>): TensorType;
  lower(e: Emitter, raw: Value, fitted: InputOf<K>): Value;
}

/** One kind of target. */
export interface TargetEncoder<K extends FittedTarget["type"] = FittedTarget["type"]> {
  readonly type: K;
  /** @throws LatheError `data.target` where it cannot be learnt. */
  fit(spec: Extract<TargetSpec, { type: K }>, columns: readonly string[], context: FitContext): Promise<TargetOf<K>>;
}
