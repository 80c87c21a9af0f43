import { z } from "zod";
import { MOST_CHANGES } from "../base/limits.js";
import { type Tagged, defineTagged } from "../base/tagged.js";
import type { Emitter } from "../onnx/emitter.js";
import { type Value, sizeOf, tensor } from "../onnx/types.js";
import { transforms } from "../transforms/index.js";
import type { InputDefinition } from "./kind.js";
import { oneColumn } from "./one-column.js";
import { columnSchema, nameSchema, numbers } from "./options.js";
import { lowerResize } from "./resize.js";

/** Mean and deviation of ImageNet's training pictures by channel, as torchvision's models expect them; for gray their luma-weighted means. */
const IMAGENET = { rgb: { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] }, gray: { mean: [0.4588], deviation: [0.2256] } } as const;

/** One change of training pictures. */
export const transformSchema = defineTagged<Tagged>(transforms.all);

const pixels = z.int().min(1).max(4096);
const color = z.enum(["rgb", "gray"]);

/** A sample without a picture that can be read. What is not said is `drop`: a project that was written before has no such word. */
const missing = z.enum(["drop", "blank", "error"]).optional();

/** Values that pictures of a pretrained network are brought to, of 0 to 1. */
const given = z.strictObject({
  mean: byChannel(z.number()).describe("By channel, of values from 0 to 1"),
  deviation: byChannel(z.number().positive()).describe("By channel, above 0"),
});

const options = z
  .strictObject({
    name: nameSchema,
    type: z.literal("image"),
    column: columnSchema.describe("The column of paths: image in a folder of pictures; in a table, relative to it"),
    size: z.tuple([pixels, pixels]).describe("Height and width that every picture is resized to (bilinear, antialiased)"),
    color: color.default("rgb"),
    background: z
      .string()
      .regex(/^#[0-9a-f]{6}$/i, "expected a colour such as #ffffff")
      .default("#ffffff")
      .describe("What shows through where a picture is transparent"),
    normalize: z
      .union([z.enum(["none", "own", "imagenet"]), given])
      .default("none")
      .describe("Leave 0 to 1; or (x - mean) / deviation by channel, of the training pictures, of ImageNet, or as given"),
    missing: missing.describe(
      "A sample whose picture is missing or cannot be read: excluded (drop, unless you say otherwise), read as a picture of the background's colour, " +
        "or refused",
    ),
    augment: z
      .array(transformSchema)
      .max(MOST_CHANGES)
      .default([])
      .describe("Changes of training pictures, drawn anew in every epoch; never of validation or test"),
  })
  .superRefine(({ normalize, color: colors }, context) => {
    if (typeof normalize === "string") return;
    for (const key of ["mean", "deviation"] as const) {
      const expected = channelsOf(colors);
      const got = normalize[key].length;
      if (got !== expected)
        context.addIssue({
          code: "custom",
          path: ["normalize", key],
          message: `got ${got} numbers, expected ${expected}, one for each channel of ${inWords(colors)}`,
        });
    }
  });

/**
 * What pictures of more than 8 bits are read by, so that all of a set are alike: how many bits whole numbers use (8, 10, 12, 14 or 16), and what floats reach
 * up to (1 or 255). Absent where none of them was among those that were trained on.
 */
export const pixelRange = z.strictObject({ bits: z.int().min(8).max(16).optional(), float: z.literal([1, 255]).optional() });
export type PixelRange = z.infer<typeof pixelRange>;

const fitted = z.strictObject({
  name: z.string(),
  type: z.literal("image"),
  column: z.string(),
  size: z.tuple([z.number(), z.number()]),
  color,
  background: z.string(),
  range: pixelRange.optional(),
  missing,
  /** By channel: encoded = (x / 255 - shift) / scale; empty where x / 255 is left as it is. */
  shift: numbers,
  scale: numbers,
});
type Fitted = z.infer<typeof fitted>;

/** Pictures of one size, any: uint8 `[N, H, W, C]` of 0 to 255, to float32 `[N, C, height, width]`: resized, divided by 255, normalised. */
export const imageInput: InputDefinition<typeof options, typeof fitted> = {
  type: "image",
  summary: "A picture of any size, resized, 0 to 1 or normalised by channel",
  options,
  fitted,
  cells: "text",
  reads: "pictures",
  kept: "pictures",

  ...oneColumn,
  suits: ({ type }) => type === "picture",
  start: (name, [column = ""]) => ({ name, type: "image", column, size: [64, 64] }),
  gaps: ({ missing: how = "drop" }) => (({ drop: "drop", blank: "keep", error: "refuse" }) as const)[how],
  standIn: ({ background }) => `read as an empty picture of the colour ${background}`,
  prepared: ({ missing: how = "drop", ...spec }) => ({ ...spec, ...(how === "drop" ? {} : { missing: how }), augment: [] }),
  augmentation: ({ augment }) => augment,
  plan({ size: [height, width], color: colors, normalize }) {
    const how = normalize === "none" ? "0 to 1" : typeof normalize === "string" ? "scaled by channel to mean 0 and deviation 1" : "scaled by channel as given";
    return { shape: ["N", channelsOf(colors), height, width], description: `pictures of ${height} × ${width}, ${inWords(colors)}, ${how}` };
  },

  async fit(spec, [column = spec.column], context) {
    const { name, size, color, background, normalize, missing: how = "drop" } = spec;
    const statistics =
      typeof normalize === "object"
        ? normalize
        : normalize === "none"
          ? { mean: [], deviation: [] }
          : normalize === "imagenet"
            ? IMAGENET[color]
            : await context.pixels(name);
    // A channel that never changes is divided by 1: it becomes 0 and harms nothing.
    const scale = statistics.deviation.map((deviation) => Math.fround(deviation) || 1);
    const range = context.pixelRange();
    return {
      name,
      type: "image",
      column,
      size: [size[0], size[1]],
      color,
      background: background.toLowerCase(),
      ...(Object.keys(range).length === 0 ? {} : { range }),
      ...(how === "drop" ? {} : { missing: how }),
      shift: statistics.mean.map(Math.fround),
      scale,
    };
  },
  known: () => undefined,
  range: () => undefined,

  rawType: ({ name, color: colors }) => ({ dtype: "uint8", shape: ["N", `H_${name}`, `W_${name}`, channelsOf(colors)] }),
  describe: ({ size, color: colors, background, missing: how }) =>
    `pictures of any height and width, ${inWords(colors)}, 0 to 255; resized to ${size.join(" × ")} inside` +
    (how === "blank" ? `; one of the colour ${background} alone where there is none` : ""),
  encodedType: (own) => ({ dtype: "float32", shape: ["N", channelsOf(own.color), ...own.size] }),
  lower(e, raw, own) {
    const [height, width] = own.size;
    return normalized(e, lowerResize(e, channelsFirst(e, raw), height, width), own);
  },
  stored: {
    type: ({ size, color: colors }) => ({ dtype: "uint8", shape: ["N", ...size, channelsOf(colors)] }),
    lower: (e, stored, own) => normalized(e, channelsFirst(e, stored), own),
  },

  tally: () => undefined,
  madeUp({ size: [height, width], color: colors }, rows, random) {
    // Of another size, so that resizing has something to do.
    const dims = [rows, height + 3, width * 2 + 1, channelsOf(colors)];
    return { dtype: "uint8", dims, data: Uint8Array.from({ length: sizeOf(dims) }, () => random.below(256)) };
  },
  // A picture is chosen, not typed: none is typical.
  fields: ({ column }) => [{ column, kind: "picture", typical: "" }],
  notes: () => [],
};

function byChannel(value: z.ZodNumber) {
  return z.array(value).min(1).max(3);
}

function channelsOf(colors: z.infer<typeof color>): number {
  return colors === "rgb" ? 3 : 1;
}

function inWords(colors: z.infer<typeof color>): string {
  return colors === "rgb" ? "red, green, blue" : "gray";
}

function channelsFirst(e: Emitter, pictures: Value): Value {
  return e.transpose(e.cast(pictures, "float32"), [0, 3, 1, 2]);
}

/** (x / 255 - shift) / scale */
function normalized(e: Emitter, pixels: Value, { shift, scale }: Fitted): Value {
  const share = e.div(pixels, e.scalar(255));
  if (shift.length === 0) return share;
  const byChannel = (values: readonly number[]) => e.constant(tensor("float32", values, [1, values.length, 1, 1]));
  return e.div(e.sub(share, byChannel(shift)), byChannel(scale));
}
