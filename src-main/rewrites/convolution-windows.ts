import type { Node, Shape } from "../onnx/types.js";
import { readAttributes } from "../ops/op.js";
import { type WindowAxis, windowsOf } from "../ops/windows.js";

/** The windows of a Conv whose X and W have these shapes, of lengths known after the first two axes. */
export function windowsOfConvolution({ op, attributes }: Node, x: Shape, w: Shape): readonly WindowAxis[] {
  const lengths = (shape: Shape) => shape.slice(2).map(Number);
  return windowsOf(readAttributes(op, attributes), lengths(w), lengths(x));
}
