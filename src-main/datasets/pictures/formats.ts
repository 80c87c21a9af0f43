import { hasExtension, pictureExtensions } from "../../contract/extensions.js";

/** Picture files, told by their first bytes; names only say what is looked at. */
export type PictureFormat = "jpeg" | "png" | "webp" | "gif" | "bmp" | "tiff" | "avif" | "pnm";

/** As messages list them. */
export const FORMATS = "JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF, PPM or PGM";

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
  if (/^P[1-6][\s#]/.test(text(0, 3))) return "pnm";
  return text(0, 2) === "BM" ? "bmp" : undefined;
}

/** What people have under a picture's name, or in its place, and we do not read. Names as they are known. */
const OTHERS: readonly { readonly name: string; readonly has: (start: string) => boolean }[] = [
  { name: "HEIC", has: (start) => start.slice(4, 8) === "ftyp" && /hei[cfmsx]|hev[cmx]|mif1|msf1/.test(start.slice(8, 64)) },
  { name: "JPEG XL", has: (start) => start.startsWith("\xff\x0a") || start.startsWith("\0\0\0\x0cJXL ") },
  { name: "JPEG 2000", has: (start) => start.startsWith("\0\0\0\x0cjP  ") || start.startsWith("\xff\x4f\xff\x51") },
  { name: "a Photoshop document", has: (start) => start.startsWith("8BPS") },
  { name: "OpenEXR", has: (start) => start.startsWith("\x76\x2f\x31\x01") },
  { name: "DICOM", has: (start) => start.slice(128, 132) === "DICM" },
  { name: "a PDF", has: (start) => start.startsWith("%PDF") },
  { name: "SVG", has: (start) => /^\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)?(<!doctype svg[^>]*>\s*)?<svg/is.test(start) },
  { name: "a web page", has: (start) => /^\s*(<!doctype html|<html|<head|<body)/i.test(start) },
];

/** Why bytes of no format of ours are not read, as the end of a sentence that begins with the file's name. */
export function notRead(bytes: Uint8Array): string {
  const start = String.fromCharCode(...bytes.subarray(0, 1024));
  const other = OTHERS.find(({ has }) => has(start));
  if (other?.name === "a web page") return "is a web page, not a picture, as servers send one in place of what they lack; get the picture anew";
  return other ? `is ${other.name}, which is not read; save it as PNG or JPEG` : `is no picture by its content, expected ${FORMATS}`;
}
