import { LatheError } from "../base/errors.js";
import type { Emitter } from "../onnx/emitter.js";
import { type Value, tensor } from "../onnx/types.js";
import { WEIGHT_BITS } from "../transforms/resample-windows.js";

/**
 * Antialiased bilinear resizing as `transforms/resample.ts` does it, bit for bit, in plain ONNX: sums of weights of 22 bits are taken in three parts, of 10, 6
 * and 6 bits, so that float32 holds each exactly, in whatever order it is summed, where no axis is more than 500 times as long as it becomes.
 * @param pixels float32 `[N, C, H, W]` of whole numbers 0 to 255. @returns the same of `[N, C, height, width]`
 */
export function lowerResize(e: Emitter, pixels: Value, height: number, width: number): Value {
  const rows = e.matMul(pixels, e.transpose(weightsOf(e, pixels, 3, width), [1, 0]));
  const narrow = combined(e, e.split(rows, [width, width, width], 3));
  const columns = e.matMul(weightsOf(e, pixels, 2, height), narrow);
  return combined(e, e.split(columns, [height, height, height], 2));
}

/** min(255, ⌊(high·2¹² + middle·2⁶ + low + 2²¹) / 2²²⌋) in int32, which holds 255·2²². */
function combined(e: Emitter, parts: readonly Value[]): Value {
  const whole = (value: number) => e.scalar(value, "int32");
  const [high, middle, low] = parts.map((part) => e.cast(part, "int32"));
  if (!high || !middle || !low) throw new LatheError("internal", "a resize has three parts");
  const sum = e.add(e.mul(high, whole(2 ** 12)), e.add(e.mul(middle, whole(2 ** 6)), low));
  const rounded = e.div(e.add(sum, whole(2 ** (WEIGHT_BITS - 1))), whole(2 ** WEIGHT_BITS));
  return e.cast(e.min(rounded, whole(255)), "float32");
}

/** The three parts of the weights below each other, float32 `[3·n, m]`: m is the axis's length at run time. */
function weightsOf(e: Emitter, pixels: Value, axis: number, n: number): Value {
  const whole = (value: number) => e.scalar(value, "int64");
  const m = e.squeeze(e.slice(e.op("Shape", [pixels]), [axis], [axis + 1], [0]), [0]);
  // n(i, j) = max(0, 2·max(m, n) - |(2j + 1)·n - (2i + 1)·m|)
  const inputs = e.mul(e.add(e.mul(e.op("Range", [whole(0), m, whole(1)]), whole(2)), whole(1)), whole(n));
  const outputs = e.mul(
    e.constant(
      tensor(
        "int64",
        Array.from({ length: n }, (_, i) => 2 * i + 1),
        [n, 1],
      ),
    ),
    m,
  );
  const shares = e.max(whole(0), e.sub(e.mul(e.max(m, whole(n)), whole(2)), e.abs(e.sub(e.unsqueeze(inputs, [0]), outputs))));
  const sum = e.reduceSum(shares, [1], true);
  // share / sum by long division, 10, 6 and 6 bits, the last one rounded, halves up.
  const parts: Value[] = [];
  let rest = shares;
  for (const bits of [10, 6, 6]) {
    const scaled = e.mul(rest, whole(2 ** bits));
    const part = e.div(scaled, sum);
    rest = e.sub(scaled, e.mul(part, sum));
    parts.push(part);
  }
  const [high, middle, low] = parts;
  if (!high || !middle || !low) throw new LatheError("internal", "a weight has three parts");
  const up = e.div(e.mul(rest, whole(2)), sum);
  return e.cast(e.concat([high, middle, e.add(low, up)], 0), "float32");
}
