import { z } from "zod";
import { text } from "../onnx/types.js";
import type { LayerDefinition } from "./layer.js";
import { pictureOf } from "./picture.js";
import { call } from "../base/python.js";

interface PadConfig {
  readonly padding: number | readonly number[];
}

const number = z.int().nonnegative();

/** Pictures with a border. torch.nn.ZeroPad2d, torch.nn.ReflectionPad2d, torch.nn.ReplicationPad2d */
export function paddingLayer(type: string, mode: "constant" | "reflect" | "edge", summary: string): LayerDefinition<PadConfig> {
  return {
    type,
    group: "Convolution",
    summary,
    config: z.strictObject({
      padding: z
        .union([number, z.array(number).length(4)], { error: "expected a whole number from 0, or four: [left, right, top, bottom]" })
        .meta({ description: "Width of the border; or [left, right, top, bottom]", examples: [1] }),
    }),
    lower: (ctx) => {
      const {
        e,
        input,
        config: { padding },
      } = ctx;
      const {
        lengths: [height = 0, width = 0],
      } = pictureOf(type, ctx.inputs, 2);
      const [left = 0, right = 0, top = 0, bottom = 0] = typeof padding === "number" ? [padding, padding, padding, padding] : padding;
      if (mode === "reflect" && (Math.max(left, right) >= width || Math.max(top, bottom) >= height))
        return ctx.fail(`expected a border narrower than the picture, which is ${height} × ${width}, to mirror it`);
      return e.op("Pad", [input, e.indices([0, 0, top, left, 0, 0, bottom, right])], { mode: text(mode) });
    },
    torch: ({ padding }) => ({ module: call(`nn.${type}`, [padding]) }),
  };
}
