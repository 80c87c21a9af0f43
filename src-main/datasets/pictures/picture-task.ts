import { createHash } from "node:crypto";
import { toLatheError } from "../../base/errors.js";
import { resized } from "../../transforms/resample.js";
import { type Look, bytesToDecode, decodePicture, readPictureFileNow } from "./decode.js";
import { likenessOf } from "./likeness.js";

/** Pixels of one size and look: what a store holds. */
export interface PixelFormat extends Look {
  readonly width: number;
  readonly height: number;
}

/** What is known of a picture's file. */
export type PictureFacts =
  | { readonly sha256: string; readonly width: number; readonly height: number; readonly likeness: string; readonly bad?: undefined }
  /** Why it cannot be used, as the end of a sentence that begins with its name; of a file that could be read at all, its content too. */
  | { readonly bad: string; readonly sha256?: string };

export interface PictureTask {
  readonly id: number;
  readonly path: string;
  readonly formats: readonly PixelFormat[];
}

export interface PictureResult {
  readonly id: number;
  readonly facts: PictureFacts;
  /** In the order of the formats; none of a bad picture. */
  readonly pixels: readonly Uint8Array<ArrayBuffer>[];
}

/** To a thread that reads pictures: one to read, or that there is room for one. */
export type PictureThreadRequest = PictureTask | { readonly granted: number };
/** From it: what came of a picture, or how many bytes it needs first. */
export type PictureThreadReply = PictureResult | { readonly id: number; readonly bytes: number };

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
    const seen = new Map<string, Awaited<ReturnType<typeof decodePicture>>>();
    const see = async (look: Look) => {
      const key = `${look.color} ${look.background}`;
      const known = seen.get(key) ?? (await decodePicture(bytes, look));
      seen.set(key, known);
      return known;
    };
    const pixels: Uint8Array<ArrayBuffer>[] = [];
    for (const format of formats) pixels.push(Uint8Array.from(resized(await see(format), format.width, format.height).data));
    const picture = [...seen.values()][0] ?? (await see({ color: "gray", background: "#ffffff" }));
    return { id, facts: { sha256, width: picture.width, height: picture.height, likeness: likenessOf(picture) }, pixels };
  } catch (thrown) {
    return { id, facts: { bad: toLatheError(thrown).message, ...(sha256 === undefined ? {} : { sha256 }) }, pixels: [] };
  }
}
