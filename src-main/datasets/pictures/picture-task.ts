import { createHash } from "node:crypto";
import { toLatheError } from "../../base/errors.js";
import { resized } from "../../transforms/resample.js";
import type { PixelRange } from "../../features/image.js";
import { type Look, bytesToDecode, decodePicture, deepSamplesOf, isInInks, readPictureFileNow } from "./decode.js";
import { likenessOf } from "./likeness.js";
import type { DeepSamples } from "./pixel-range.js";

/** Pixels of one size and look: what a store holds. */
export interface PixelFormat extends Look {
  readonly width: number;
  readonly height: number;
}

/** What is known of a picture's file. */
export type PictureFacts =
  | {
      readonly sha256: string;
      readonly width: number;
      readonly height: number;
      readonly likeness: string;
      /** Of a picture of more than 8 bits. */
      readonly deep?: DeepSamples;
      /** It is in inks, without a profile. */
      readonly inks?: true;
      readonly bad?: undefined;
    }
  /** Why it cannot be used, as the end of a sentence that begins with its name; of a file that could be read at all, its content too. */
  | { readonly bad: string; readonly sha256?: string };

export interface PictureTask {
  readonly id: number;
  readonly path: string;
  /** Where their range is omitted, a picture of more than 8 bits is measured and gets no pixels: what it is read by is known once all are. */
  readonly formats: readonly PixelFormat[];
}

/** What a picture's pixels depend on beside the format: its content, and how it is read where that is not the same for all. */
export function pixelKey({ sha256, deep, inks }: Extract<PictureFacts, { readonly width: number }>, { bits, float }: PixelRange): string {
  const reading = deep ? (deep.kind === "whole" ? `${bits} bits` : `0 to ${float}`) : inks ? "inks" : undefined;
  return reading === undefined ? sha256 : createHash("sha256").update(`${sha256} ${reading}`).digest("hex");
}

export interface PictureResult {
  readonly id: number;
  readonly facts: PictureFacts;
  /** In the order of the formats; none of a bad picture. */
  readonly pixels: readonly Uint8Array<ArrayBuffer>[];
}

/** A picture of which nothing but its pixels is asked for. */
export interface PixelTask {
  readonly id: number;
  readonly path: string;
  readonly format: PixelFormat;
}

/** `[height, width, C]`, or why there are none, as the end of a sentence that begins with the picture's name. */
export type PixelResult = { readonly id: number } & ({ readonly data: Uint8Array<ArrayBuffer>; readonly bad?: undefined } | { readonly bad: string });

/** To a thread that reads pictures: one to read, or that there is room for one. */
export type PictureThreadRequest = PictureTask | PixelTask | { readonly granted: number };
/** From it: what came of a picture, or how many bytes it needs first. */
export type PictureThreadReply = PictureResult | PixelResult | { readonly id: number; readonly bytes: number };

/**
 * Reads, decodes and resizes one picture. Never throws: a bad file is a result.
 * @param makeRoom waits until so many bytes may be used for it.
 */
export async function readPicture(
  { id, path, formats }: PictureTask,
  makeRoom: (bytes: number) => Promise<void> = () => Promise.resolve(),
): Promise<PictureResult> {
  let sha256: string | undefined;
  try {
    const bytes = readPictureFileNow(path);
    await makeRoom(await bytesToDecode(bytes));
    sha256 = createHash("sha256").update(bytes).digest("hex");
    const deep = await deepSamplesOf(bytes);
    const held = deep !== undefined && formats.every(({ range }) => range === undefined);
    const seen = new Map<string, Awaited<ReturnType<typeof decodePicture>>>();
    const see = async (look: Look) => {
      const key = `${look.color} ${look.background}`;
      const known = seen.get(key) ?? (await decodePicture(bytes, look));
      seen.set(key, known);
      return known;
    };
    const pixels: Uint8Array<ArrayBuffer>[] = [];
    if (!held) for (const format of formats) pixels.push(Uint8Array.from(resized(await see(format), format.width, format.height).data));
    const picture = [...seen.values()][0] ?? (await see({ color: "gray", background: "#ffffff", range: "own" }));
    const { width, height } = picture;
    const facts: PictureFacts = {
      sha256,
      width,
      height,
      likeness: likenessOf(picture),
      ...(deep ? { deep: { kind: deep.kind, stored: deep.stored, smallest: deep.smallest, largest: deep.largest } } : {}),
      ...((await isInInks(bytes)) ? { inks: true as const } : {}),
    };
    return { id, facts, pixels };
  } catch (thrown) {
    return { id, facts: { bad: toLatheError(thrown).message, ...(sha256 === undefined ? {} : { sha256 }) }, pixels: [] };
  }
}

/** Reads, decodes and resizes one picture as `readPicture` does, and looks at nothing else of it. Never throws. */
export async function readPixels({ id, path, format }: PixelTask, makeRoom: (bytes: number) => Promise<void>): Promise<PixelResult> {
  try {
    const bytes = readPictureFileNow(path);
    await makeRoom(await bytesToDecode(bytes));
    return { id, data: Uint8Array.from(resized(await decodePicture(bytes, format), format.width, format.height).data) };
  } catch (thrown) {
    return { id, bad: toLatheError(thrown).message };
  }
}
