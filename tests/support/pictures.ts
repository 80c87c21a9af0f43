import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import sharp from "sharp";
import { Random } from "../../src-main/base/random.js";
import { type DataSpec, dataSchema } from "../../src-main/contract/data.js";

/** Pixels of noise, the same for the same name. */
export function noise(name: string, width: number, height: number, channels: 1 | 3 | 4 = 3): Uint8Array {
  const random = new Random(name);
  return Uint8Array.from({ length: width * height * channels }, () => random.below(256));
}

export interface PictureOptions {
  readonly width?: number;
  readonly height?: number;
  readonly channels?: 1 | 3 | 4;
}

/** A picture file of noise that is its path's own; its ending says the format. */
export async function writePicture(folder: string, path: string, { width = 12, height = 10, channels = 3 }: PictureOptions = {}): Promise<string> {
  const full = join(folder, path);
  mkdirSync(dirname(full), { recursive: true });
  const data = noise(path, width, height, channels);
  const format = /\.(png|webp|gif|tiff|avif)$/.exec(path)?.[1] ?? "jpeg";
  writeFileSync(
    full,
    await sharp(data, { raw: { width, height, channels } })
      .toFormat(format as "png")
      .toBuffer(),
  );
  return full;
}

/** A folder of class folders, `count` pictures each; the mean brightness tells the classes apart, so that a network can learn them. */
export async function writeClasses(folder: string, classes: readonly string[], count: number, options: PictureOptions = {}): Promise<void> {
  const { width = 12, height = 10, channels = 3 } = options;
  for (const [k, name] of classes.entries()) {
    for (let i = 0; i < count; i++) {
      const path = join(folder, name, `${String(i).padStart(3, "0")}.png`);
      mkdirSync(dirname(path), { recursive: true });
      const data = noise(`${name} ${i}`, width, height, channels).map((v) => Math.floor(v / 2) + Math.round((120 * k) / Math.max(1, classes.length - 1)));
      writeFileSync(path, await sharp(data, { raw: { width, height, channels } }).png().toBuffer());
    }
  }
}

/** A data section of a folder of pictures, with its defaults. */
export function pictureData(
  path: string,
  { source = {}, input = {}, ...more }: { readonly source?: object; readonly input?: object; readonly [key: string]: unknown } = {},
): DataSpec {
  return dataSchema.parse({
    source: { type: "image-folder", path, ...source },
    inputs: [{ name: "image", type: "image", column: "image", size: [8, 6], ...input }],
    targets: [{ name: "label", type: "category", column: "label" }],
    ...more,
  });
}

/** The first 54 bytes of an uncompressed bitmap of 24 bits, whose rows stand from the bottom. @param bytes of the whole file */
export function bitmapHeader(width: number, height: number, bytes: number): Buffer {
  const header = Buffer.alloc(54);
  header.write("BM", "latin1");
  header.writeUInt32LE(bytes, 2);
  header.writeUInt32LE(header.length, 10);
  header.writeUInt32LE(40, 14);
  header.writeInt32LE(width, 18);
  header.writeInt32LE(height, 22);
  header.writeUInt16LE(1, 26);
  header.writeUInt16LE(24, 28);
  return header;
}
