import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../src-main/base/entries.js";
import { batchAxis } from "../../src-main/onnx/dimensions.js";
import { type DataType, type Shape, type TensorData, type TensorType, tensor } from "../../src-main/onnx/types.js";

/** A tensor in a golden file. */
export interface Packed {
  readonly dims: readonly number[];
  readonly data: readonly number[];
}

/** Reads a file of `tests/fixtures/pytorch`; its generator beside it says what is in it. */
export function readGolden<T>(name: string): T {
  return JSON.parse(readFileSync(join(packageRoot, "tests", "fixtures", "pytorch", name), "utf8")) as T;
}

export function unpack({ dims, data }: Packed, dtype: Exclude<DataType, "string"> = "float32"): TensorData {
  return tensor(dtype, data, dims);
}

/** The type of a packed tensor whose first axis is the batch. @param rows of which belong together. */
export function batched({ dims }: Packed, dtype: DataType = "float32", rows = 1): TensorType & { readonly shape: Shape } {
  return { dtype, shape: [batchAxis(rows), ...dims.slice(1)] };
}
