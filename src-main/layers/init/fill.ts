import { sizeOf } from "../../onnx/types.js";

/** A tensor of `shape`, row-major, each element drawn by `draw` in order. */
export function fillWith(shape: readonly number[], draw: () => number): Float32Array {
  const data = new Float32Array(sizeOf(shape));
  for (let i = 0; i < data.length; i++) data[i] = draw();
  return data;
}
