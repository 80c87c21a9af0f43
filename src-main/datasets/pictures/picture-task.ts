import { createHash } from "node:crypto";
import { toLatheError } from "../../base/errors.js";
import { resized } from "../../transforms/resample.js";
import { type Look, decodePicture, readPictureFileNow } from "./decode.js";
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

/** Reads, decodes and resizes one picture. Never throws: a bad file is a result. */
export async function readPicture({ id, path, formats }: PictureTask): Promise<PictureResult> {
  let sha256: string | undefined;
  try {
    const bytes = readPictureFileNow(path);
    sha256 = createHash("sha256").update(bytes).digest("hex");
    const seen = new Map<string, Awaited<ReturnType<typeof decodePicture>>>();
    const see = async (look: Look) => {
      const key = `${look.color} ${look.background}`;
      const known = seen.get(key) ?? await decodePicture(bytes, look);
      seen.set(key, known);
      return known;
    };
    const pixels: Uint8Array<ArrayBuffer>[] = [];
    for (const format of formats) pixels.push(Uint8Array.from(resized(await see(format), format.width, format.height).data));
    const picture = [...seen.values()][0] ?? await see({ color: "gray", background: "#ffffff" });
    return { id, facts: { sha256, width: picture.width, height: picture.height, likeness: likenessOf(picture) }, pixels };
  } catch (thrown) {
    return { id, facts: { bad: toLatheError(thrown).message, ...(sha256 === undefined ? {} : { sha256 }) }, pixels: [] };
  }
}
