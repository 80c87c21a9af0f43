import { z } from "zod";
import { type TensorType, showShape } from "../onnx/types.js";
import { defineLayer } from "./layer.js";
import { broadcasts, sampleSize } from "./shape.js";

/** The product of its inputs, broadcasting; a gate `[N, C]` goes over all of a picture `[N, C, H, W]`. torch.mul */
export const mul = defineLayer({
  type: "Mul",
  group: "Joining",
  summary: "Multiplies two or more inputs element by element, as a gate does",
  config: z.strictObject({}),
  arity: [2, Infinity],
  lower: (ctx) => {
    const { e, inputs } = ctx;
    const rank = rankOf(inputs);
    const [first, ...rest] = inputs.map((x) => (x.shape.length < rank ? e.unsqueeze(x, addedAxes(x, rank)) : x));
    if (!first || rest.length === 0) return ctx.fail("expected two or more inputs; connect another one");
    return rest.reduce((product, x) => {
      if (x.dtype !== product.dtype || !broadcasts(product.shape, x.shape)) {
        return ctx.fail(`expected inputs of one type and shape (an axis of 1 repeats), got ${showShape(product.shape)} and ${showShape(x.shape)}`);
      }
      return e.mul(product, x);
    }, first);
  },
  torch: (_config, types) => {
    const rank = rankOf(types);
    return { expression: (inputs) => inputs.map((name, i) => `${name}${indexing(types[i], rank)}`).join(" * ") };
  },
  cost: (_config, inputs) => (inputs.length - 1) * Math.max(...inputs.map(sampleSize)),
});

function rankOf(inputs: readonly TensorType[]): number {
  return Math.max(...inputs.map((x) => x.shape.length));
}

function addedAxes({ shape }: TensorType, rank: number): readonly number[] {
  return Array.from({ length: rank - shape.length }, (_, i) => shape.length + i);
}

/** What puts a gate's missing axes behind its own. */
function indexing(type: TensorType | undefined, rank: number): string {
  if (!type || type.shape.length === rank) return "";
  return `[${[...type.shape.map(() => ":"), ...addedAxes(type, rank).map(() => "None")].join(", ")}]`;
}
