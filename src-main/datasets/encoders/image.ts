import type { Emitter } from "../../onnx/emitter.js";
import { type TensorType, type Value, tensor } from "../../onnx/types.js";
import type { InputEncoder } from "./encoder.js";
import type { FittedImageInput } from "./fitted.js";
import { lowerResize } from "./pixels.js";

/** Mean and deviation of ImageNet's training pictures by channel, as torchvision's models expect them; for gray their luma-weighted means. */
const IMAGENET = {
  rgb: { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] },
  gray: { mean: [0.4588], deviation: [0.2256] },
} as const;

/** Pictures of one size, any: uint8 `[N, H, W, C]` of 0 to 255, to float32 `[N, C, height, width]`: resized, divided by 255, normalised. */
export const imageInput: InputEncoder<"image"> = {
  type: "image",
  async fit(spec, [column = spec.column], context) {
    const { name, size, color, background, normalize } = spec;
    const statistics = normalize === "none" ? { mean: [], deviation: [] } : normalize === "imagenet" ? IMAGENET[color] : await context.pixels(spec);
    // A channel that never changes is divided by 1: it becomes 0 and harms nothing.
    const scale = statistics.deviation.map((deviation) => Math.fround(deviation) || 1);
    return { name, type: "image", column, size: [size[0], size[1]], color, background: background.toLowerCase(), shift: statistics.mean.map(Math.fround), scale };
  },
  rawType: ({ color }) => ({ dtype: "uint8", shape: ["N", "H", "W", channelsOf(color)] }),
  encodedType: (fitted) => ({ dtype: "float32", shape: ["N", channelsOf(fitted.color), ...fitted.size] }),
  lower(e, raw, fitted) {
    const [height, width] = fitted.size;
    return normalized(e, lowerResize(e, channelsFirst(e, raw), height, width), fitted);
  },
};

export function channelsOf(color: "rgb" | "gray"): number {
  return color === "rgb" ? 3 : 1;
}

/** A picture as samples on disk hold it, already resized. */
export function storedPictures({ color, size }: FittedImageInput): TensorType {
  return { dtype: "uint8", shape: ["N", ...size, channelsOf(color)] };
}

/** From stored pictures to what the network reads: the rest of `imageInput.lower`. */
export function lowerStored(e: Emitter, stored: Value, fitted: FittedImageInput): Value {
  return normalized(e, channelsFirst(e, stored), fitted);
}

function channelsFirst(e: Emitter, pictures: Value): Value {
  return e.transpose(e.cast(pictures, "float32"), [0, 3, 1, 2]);
}

/** (x / 255 - shift) / scale */
function normalized(e: Emitter, pixels: Value, { shift, scale }: FittedImageInput): Value {
  const share = e.div(pixels, e.scalar(255));
  if (shift.length === 0) return share;
  const byChannel = (values: readonly number[]) => e.constant(tensor("float32", values, [1, values.length, 1, 1]));
  return e.div(e.sub(share, byChannel(shift)), byChannel(scale));
}
