import { hasExtension, pictureExtensions } from "../../contract/extensions.js";

/** Picture files, told by their first bytes; names only say what is looked at. */
export type PictureFormat = "jpeg" | "png" | "webp" | "gif" | "bmp" | "tiff" | "avif";

/** As messages list them. */
export const FORMATS = "JPEG, PNG, WebP, GIF, BMP, TIFF or AVIF";

export function hasPictureName(path: string): boolean {
  return hasExtension(path, pictureExtensions);
}

/** @returns undefined for what is none of them. */
export function formatOf(bytes: Uint8Array): PictureFormat | undefined {
  const text = (from: number, to: number) => String.fromCharCode(...bytes.subarray(from, to));
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return "jpeg";
  if (text(0, 8) === "\x89PNG\r\n\x1a\n") return "png";
  if (/^GIF8[79]a$/.test(text(0, 6))) return "gif";
  if (text(0, 4) === "RIFF" && text(8, 12) === "WEBP") return "webp";
  if (["II*\0", "MM\0*", "II+\0", "MM\0+"].includes(text(0, 4))) return "tiff";
  if (text(4, 8) === "ftyp" && /avi[fs]/.test(text(8, 64))) return "avif";
  return text(0, 2) === "BM" ? "bmp" : undefined;
}

/** Why a picture of a table is not looked for, as the end of a sentence that begins with its name. */
export const ABSOLUTE = "is an absolute path, expected one relative to the table's folder, which pictures may not leave";
