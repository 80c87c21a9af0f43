import { z } from "zod";
import { type Value, ints, tensor } from "../onnx/types.js";
import type { LayerContext, LayerDefinition } from "./layer.js";
import { type PerAxis, forAxes, perAxis, pictureOf } from "./picture.js";
import { call } from "../base/python.js";

interface AdaptiveConfig {
  readonly outputSize: PerAxis;
}

/**
 * A pool that is told how much shall come out: window i goes from ⌊i·L/out⌋ to ⌈(i + 1)·L/out⌉. torch.nn.AdaptiveAvgPool2d, torch.nn.AdaptiveMaxPool2d and 1d
 */
export function adaptivePoolLayer(kind: "Avg" | "Max", rank: 1 | 2, summary: string): LayerDefinition<AdaptiveConfig> {
  const type = `Adaptive${kind}Pool${rank}d`;
  return {
    type,
    group: "Pooling",
    summary,
    config: z.strictObject({ outputSize: perAxis(rank, 1).default(1).describe("Size that comes out, whatever goes in; 1 is one number a channel") }),
    lower: (ctx) => {
      const { e, input: x } = ctx;
      const { lengths } = pictureOf(type, ctx.inputs, rank);
      const wanted = forAxes(ctx.config.outputSize, rank);
      if (wanted.every((n) => n === 1)) return e.op(kind === "Avg" ? "GlobalAveragePool" : "GlobalMaxPool", [x]);
      if (lengths.every((length, i) => length % (wanted[i] ?? 1) === 0)) {
        const kernel = ints(lengths.map((length, i) => length / (wanted[i] ?? 1)));
        return e.op(kind === "Avg" ? "AveragePool" : "MaxPool", [x], { kernel_shape: kernel, strides: kernel });
      }
      return kind === "Avg"
        ? averaged(ctx, lengths, wanted)
        : ctx.fail(`expected a picture whose size outputSize ${wanted.join(" × ")} divides, got ${lengths.join(" × ")}; use MaxPool2d, or another outputSize`);
    },
    torch: ({ outputSize }) => ({ module: call(`nn.${type}`, [outputSize]) }),
  };
}

/** Windows of unlike sizes: means along each axis, as a product with a matrix of shares. */
function averaged({ e, input }: LayerContext<AdaptiveConfig>, lengths: readonly number[], wanted: readonly number[]): Value {
  const last = input.shape.length - 1;
  return lengths.reduce<Value>((x, length, i) => {
    const [axis, count] = [i + 2, wanted[i] ?? 1];
    if (count === length) return x;
    const shares = e.constant(tensor("float32", sharesOf(length, count), [length, count]));
    if (axis === last) return e.matMul(x, shares);
    const order = x.shape.map((_, k) => (k === axis ? last : k === last ? axis : k));
    return e.transpose(e.matMul(e.transpose(x, order), shares), order);
  }, input);
}

/** `[length, count]`: column i holds one over its window's size where that window is. */
function sharesOf(length: number, count: number): readonly number[] {
  return Array.from({ length: length * count }, (_, at) => {
    const [place, i] = [Math.floor(at / count), at % count];
    const [start, end] = [Math.floor((i * length) / count), Math.ceil(((i + 1) * length) / count)];
    return place >= start && place < end ? 1 / (end - start) : 0;
  });
}
