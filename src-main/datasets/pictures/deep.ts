import type { Metadata } from "sharp";
import type { PixelRange } from "../../features/image.js";
import { MOST_PIXELS } from "../../base/limits.js";
import { LatheError } from "../../base/errors.js";
import type { Picture } from "../../transforms/picture.js";
import { loadSharp } from "./load-sharp.js";
import { type DeepSamples, rangeFor, refuseBeyondRanges } from "./pixel-range.js";

/** Samples of more than 8 bits, as the file holds them: `[height, width, channels]`, upright. */
export interface DeepPicture extends DeepSamples {
  readonly width: number;
  readonly height: number;
  /** 1 gray, 2 with alpha, 3 colours, 4 with alpha. */
  readonly channels: number;
  /** The file can be read as 16 bits by libvips too. */
  readonly plain: boolean;
  readonly samples: Uint16Array | Int32Array | Uint32Array | Float32Array | Float64Array;
}

/** libvips' names of what a sample is, ours, and its bits. Signed 16 bits come as floats. */
const KINDS: Readonly<
  Record<string, { readonly kind: DeepSamples["kind"]; readonly bits: number; readonly raw: "ushort" | "int" | "uint" | "float" | "double" }>
> = {
  ushort: { kind: "whole", bits: 16, raw: "ushort" },
  short: { kind: "whole", bits: 16, raw: "int" },
  int: { kind: "whole", bits: 32, raw: "int" },
  uint: { kind: "whole", bits: 32, raw: "uint" },
  float: { kind: "float", bits: 32, raw: "float" },
  double: { kind: "float", bits: 64, raw: "double" },
};

/** @param metadata what libvips says of the file. @throws LatheError `data.unreadable`; an error of sharp's where the file is damaged */
export async function readDeep(bytes: Uint8Array, { depth, space, channels }: Pick<Metadata, "depth" | "space" | "channels">): Promise<DeepPicture> {
  const known = KINDS[depth];
  const plain = depth === "ushort";
  if (!known || (!plain && channels !== 1)) {
    const what = known ? `${channels} channels of ${known.bits} bits each` : `samples of a kind that is not read (${depth})`;
    throw new LatheError("data.unreadable", `has ${what}, expected one channel, or 8 or 16 bits; save it so`);
  }
  const as = plain ? (space === "rgb16" ? "rgb16" : "grey16") : "b-w";
  const sharp = await loadSharp();
  const { data, info } = await sharp(bytes, { limitInputPixels: MOST_PIXELS, failOn: "error", pages: 1, ignoreIcc: true })
    .autoOrient()
    .pipelineColourspace(as)
    .toColourspace(as)
    .raw({ depth: known.raw })
    .toBuffer({ resolveWithObject: true });
  const own = Uint8Array.from(data).buffer;
  const samples = new { ushort: Uint16Array, int: Int32Array, uint: Uint32Array, float: Float32Array, double: Float64Array }[known.raw](own);
  const picture: DeepPicture = {
    kind: known.kind,
    stored: known.bits,
    ...extremes(samples, info.channels),
    width: info.width,
    height: info.height,
    channels: info.channels,
    plain,
    samples,
  };
  refuseBeyondRanges(picture);
  return picture;
}

/** Of everything but alpha; NaN where a sample is. */
function extremes(samples: DeepPicture["samples"], channels: number): { readonly smallest: number; readonly largest: number } {
  let [smallest, largest] = [Infinity, -Infinity];
  for (let i = 0; i < samples.length; i++) {
    if (channels % 2 === 0 && i % channels === channels - 1) continue;
    const value = samples[i] ?? 0;
    if (Number.isNaN(value)) return { smallest: NaN, largest: NaN };
    if (value < smallest) smallest = value;
    if (value > largest) largest = value;
  }
  return { smallest, largest };
}

/**
 * The same with 8 bits, by the nearest of 0 to 255. Alpha has all its 16 bits.
 * @throws LatheError as `rangeFor`
 */
export function narrowed(
  picture: DeepPicture,
  range: PixelRange | undefined,
): Picture & { /** Colours, or gray with alpha, of all 16 bits: what libvips and PIL take the upper 8 of. */ readonly upper: boolean } {
  const { kind, width, height, channels, samples } = picture;
  const reach = rangeFor(picture, range);
  const most = kind === "float" ? reach : 2 ** reach - 1;
  const data = new Uint8Array(samples.length);
  const hasAlpha = channels % 2 === 0;
  for (let i = 0; i < samples.length; i++) {
    const value = samples[i] ?? 0;
    data[i] = hasAlpha && i % channels === channels - 1 ? value >> 8 : Math.floor((value / most) * 255 + 0.5);
  }
  return { width, height, channels, data, upper: picture.plain && channels > 1 && reach === 16 };
}
