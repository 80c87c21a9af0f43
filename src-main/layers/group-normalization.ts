import { type TensorType, type Value, isFloat } from "../onnx/types.js";
import { type InitOption, initOf } from "./init-option.js";
import type { LayerContext, ParameterSpec } from "./layer.js";
import { knownSize } from "./shape.js";

/** GroupNorm and InstanceNorm2d, which is one group a channel. */

export function scaleAndBias(channels: number, init: InitOption, initBias: InitOption): readonly ParameterSpec[] {
  return [
    { name: "weight", shape: [channels], init: initOf(init, { type: "ones" }) },
    { name: "bias", shape: [channels], init: initOf(initBias, { type: "zeros" }) },
  ];
}

/** True where each group of a sample is one number, whose mean it is. */
export function isSingle(inputs: readonly TensorType[], groups: number): boolean {
  return knownSize(inputs[0]?.shape.slice(1) ?? []) === groups;
}

/** (x - mean) / √(variance + eps) over each of `groups` equal parts of a sample, then by channel · weight + bias. */
export function groupNormalized<C>(ctx: LayerContext<C>, groups: number, eps: number, affine: boolean): Value {
  const { e, input: x } = ctx;
  const size = knownSize(x.shape.slice(1));
  if (!isFloat(x.dtype) || x.shape.length < 2 || size === undefined)
    return ctx.fail("expected real numbers of shape [N, C, …] with all lengths but the batch known");
  const grouped = e.reshape(x, [-1, groups, size / groups]);
  const centred = e.sub(grouped, e.reduceMean(grouped, [2], true));
  const deviation = e.sqrt(e.shift(e.reduceMean(e.square(centred), [2], true), eps));
  const normal = e.reshape(e.div(centred, deviation), [-1, ...x.shape.slice(1).map(Number)]);
  if (!affine) return normal;
  const byChannel = (v: Value) => e.reshape(v, [-1, ...x.shape.slice(2).map(() => 1)]);
  return e.add(e.mul(normal, byChannel(ctx.parameter("weight"))), byChannel(ctx.parameter("bias")));
}
