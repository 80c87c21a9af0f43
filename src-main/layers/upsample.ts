import { z } from "zod";
import { type Attributes, int, tensor, text } from "../onnx/types.js";
import { defineLayer } from "./layer.js";
import { forAxes, perAxis, pictureOf } from "./picture.js";
import { call } from "../base/python.js";

const factor = z.number().positive();

const config = z.strictObject({
  scaleFactor: z
    .union([factor, z.array(factor).length(2)], { error: "expected a number above 0, or two: [rows, columns]" })
    .optional()
    .meta({ description: "How many times larger; or give size", examples: [2] }),
  size: perAxis(2, 1).optional().describe("Size that comes out; or give scaleFactor"),
  mode: z.enum(["nearest", "bilinear", "bicubic"]).default("nearest").describe("nearest repeats elements, the others mix neighbours"),
  alignCorners: z.boolean().default(false).describe("Let the corners of both pictures meet in their middles; not for nearest"),
});

const MODES = { nearest: "nearest", bilinear: "linear", bicubic: "cubic" } as const;

/** A picture of another size. torch.nn.Upsample */
export const upsample = defineLayer({
  type: "Upsample",
  group: "Convolution",
  summary: "Makes pictures larger without weights",
  config,
  lower: (ctx) => {
    const {
      e,
      input: x,
      config: { scaleFactor, size, mode, alignCorners },
    } = ctx;
    const { lengths } = pictureOf("Upsample", ctx.inputs, 2);
    if ((scaleFactor === undefined) === (size === undefined)) return ctx.fail("expected one of scaleFactor and size");
    if (alignCorners && mode === "nearest") return ctx.fail("expected alignCorners only with bilinear or bicubic");
    const attributes: Attributes = {
      mode: text(MODES[mode]),
      ...(mode === "nearest" ? { nearest_mode: text("floor") } : {}),
      coordinate_transformation_mode: text(mode === "nearest" ? "asymmetric" : alignCorners ? "align_corners" : "half_pixel"),
      ...(mode === "bicubic" ? { exclude_outside: int(0) } : {}),
    };
    const factors = scaleFactor === undefined ? undefined : forAxes(scaleFactor, 2);
    const results = lengths.map((length, i) => (size === undefined ? Math.floor(length * (factors?.[i] ?? 1) + 1e-9) : (forAxes(size, 2)[i] ?? 1)));
    if (results.some((n) => n < 1)) return ctx.fail(`a picture of ${lengths.join(" × ")} would come out as ${results.join(" × ")}`);
    // A factor that leaves a fraction of an element is kept as it is, as in PyTorch; any other is said by the size, which float32 holds exactly.
    const fractional = factors?.some((f, i) => Math.abs((lengths[i] ?? 1) * f - (results[i] ?? 1)) > 1e-9);
    if (factors && (fractional || factors.every(Number.isInteger)))
      return e.op("Resize", [x, undefined, e.constant(tensor("float32", [1, 1, ...factors]))], attributes);
    const sizes = e.concat([e.op("Shape", [x], { start: int(0), end: int(2) }), e.indices(results)], 0);
    return e.op("Resize", [x, undefined, undefined, sizes], attributes);
  },
  torch: ({ scaleFactor, size, mode, alignCorners }) => ({
    module: call("nn.Upsample", [], {
      size: [size ?? null, null],
      scale_factor: [scaleFactor ?? null, null],
      mode: [mode, "nearest"],
      align_corners: [mode !== "nearest" && alignCorners, false],
    }),
  }),
});
