import { z } from "zod";
import { int, text } from "../onnx/types.js";
import { defineLayer } from "./layer.js";
import { pictureOf } from "./picture.js";
import { call } from "../base/python.js";

/** `[N, C·r², H, W]` to `[N, C, H·r, W·r]`. torch.nn.PixelShuffle; Shi et al. 2016, https://arxiv.org/abs/1609.05158 */
export const pixelShuffle = defineLayer({
  type: "PixelShuffle",
  group: "Convolution",
  summary: "Makes pictures larger by laying channels side by side",
  config: z.strictObject({
    upscaleFactor: z
      .int()
      .positive()
      .meta({ description: "How many times larger; its square divides the channels", examples: [2] }),
  }),
  lower: (ctx) => {
    const {
      e,
      input,
      config: { upscaleFactor: r },
    } = ctx;
    const { channels } = pictureOf("PixelShuffle", ctx.inputs, 2);
    if (channels % (r * r) !== 0) return ctx.fail(`expected ${r * r}, the square of upscaleFactor, to divide its ${channels} channels`);
    return e.op("DepthToSpace", [input], { blocksize: int(r), mode: text("CRD") });
  },
  torch: ({ upscaleFactor }) => ({ module: call("nn.PixelShuffle", [upscaleFactor]) }),
});
