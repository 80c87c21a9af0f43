import { LatheError } from "../../base/errors.js";
import type { Tensors } from "../../engines/engine.js";
import type { TensorData } from "../../onnx/types.js";

/** Rows of `[n, …]` with rows of nothing behind them, so that there are `to`: zeros, or empty texts. Full ones stay as they are. */
export function padded(tensors: Tensors, n: number, to: number): Tensors {
  if (n >= to) return tensors;
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, longer(tensor, to)]));
}

function longer(t: TensorData, to: number): TensorData {
  const dims = [to, ...t.dims.slice(1)];
  const count = dims.reduce((a, b) => a * b, 1);
  const grown = <A extends { set(from: A): void }>(data: A, room: A): A => {
    room.set(data);
    return room;
  };
  switch (t.dtype) {
    case "string":
      return { ...t, dims, data: [...t.data, ...Array.from({ length: count - t.data.length }, () => "")] };
    case "float32":
      return { ...t, dims, data: grown(t.data, new Float32Array(count)) };
    case "float64":
      return { ...t, dims, data: grown(t.data, new Float64Array(count)) };
    case "int32":
      return { ...t, dims, data: grown(t.data, new Int32Array(count)) };
    case "int64":
      return { ...t, dims, data: grown(t.data, new BigInt64Array(count)) };
    case "uint8":
    case "bool":
      return { ...t, dims, data: grown(t.data, new Uint8Array(count)) };
    default:
      throw new LatheError("internal", `rows of ${(t as TensorData).dtype} are not padded`);
  }
}
