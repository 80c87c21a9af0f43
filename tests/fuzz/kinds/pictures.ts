import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import sharp from "sharp";
import type { Random } from "../../../src-main/base/random.js";
import { prepareData } from "../../../src-main/datasets/index.js";
import { noise, pictureData } from "../../support/pictures.js";
import { compile } from "../../support/tables.js";
import type { Kind } from "../kind.js";
import { mutateBytes, pick } from "../mutate.js";
import { openStudio } from "../studio.js";

/** Numbers for a width, a height, a count of bits or bytes. */
const SIZES = [0, 1, 2, 255, 256, 10_000, 31_000, 65_535, 65_536, 0x7fffffff, 0x80000000, 0xffffffff];

/** A bitmap of 24 bits. */
function bmp(width: number, height: number): Buffer {
  const row = Math.ceil((width * 3) / 4) * 4;
  const file = Buffer.alloc(54 + row * height, 90);
  file.fill(0, 0, 54);
  file.write("BM", "latin1");
  file.writeUInt32LE(file.length, 2);
  for (const [at, value] of [
    [10, 54],
    [14, 40],
    [18, width],
    [22, height],
  ] as const)
    file.writeUInt32LE(value, at);
  file.writeUInt16LE(1, 26);
  file.writeUInt16LE(24, 28);
  return file;
}

/** A field of the header that says how large, how deep and how packed the picture is. */
function bmpHeader(bytes: Buffer, random: Random): Buffer {
  const out = Buffer.from(bytes);
  out.writeUInt32LE(pick(random, SIZES), pick(random, [2, 10, 14, 18, 22, 34, 46]));
  if (random.below(2) === 0) out.writeUInt16LE(pick(random, [0, 1, 2, 3, 4, 5, 8, 16, 24, 32, 64]), 28);
  if (random.below(2) === 0) out.writeUInt32LE(pick(random, [0, 1, 2, 3, 4, 5, 6, 12]), 30);
  return out;
}

/** The header chunk, with a checksum that is right: libpng then believes it. */
function pngHeader(bytes: Buffer, random: Random): Buffer {
  const out = Buffer.from(bytes);
  out.writeUInt32BE(pick(random, SIZES), pick(random, [16, 20]));
  if (random.below(2) === 0) out[pick(random, [24, 25, 26, 27, 28])] = pick(random, [0, 1, 2, 3, 4, 6, 8, 16, 255]);
  out.writeUInt32BE(crc32(out.subarray(12, 29)), 29);
  return out;
}

/** PNG, JPEG, GIF, WebP and TIFF through sharp, BMP through a decoder of ours. */
export const pictures: Kind = {
  name: "pictures",
  quick: 40,
  bound: 60,
  memory: 1500,
  async open(place) {
    const studio = openStudio(place);
    const [width, height] = [40, 30];
    const raw = sharp(noise("fuzz", width, height), { raw: { width, height, channels: 3 } });
    const encoded = async (format: "png" | "jpeg" | "gif" | "webp" | "tiff") => raw.clone().toFormat(format).toBuffer();
    const files = new Map<string, Buffer>([
      ["png", await encoded("png")],
      ["jpg", await encoded("jpeg")],
      ["gif", await encoded("gif")],
      ["webp", await encoded("webp")],
      ["tiff", await encoded("tiff")],
      ["bmp", bmp(width, height)],
      ["interlaced.png", await raw.clone().png({ progressive: true }).toBuffer()],
      ["progressive.jpg", await raw.clone().jpeg({ progressive: true }).toBuffer()],
      ["turned.jpg", await raw.clone().withMetadata({ orientation: 6 }).jpeg().toBuffer()],
      ["lossless.webp", await raw.clone().webp({ lossless: true }).toBuffer()],
      ["packed.tiff", await raw.clone().tiff({ compression: "lzw" }).toBuffer()],
    ]);
    const names = [...files.keys(), "bmp", "png"];
    return {
      async feed(random, judge) {
        const name = pick(random, names);
        const bytes = files.get(name) ?? Buffer.alloc(0);
        const made =
          name === "bmp" && random.below(2) === 0
            ? bmpHeader(bytes, random)
            : name.endsWith("png") && random.below(3) === 0
              ? pngHeader(bytes, random)
              : mutateBytes(random, bytes);
        const project = join(place.root, "drawn");
        const file = `a/${name.includes(".") ? name : `x.${name}`}`;
        mkdirSync(join(project, "pictures", "a"), { recursive: true });
        mkdirSync(join(project, "pictures", "b"), { recursive: true });
        for (const good of [1, 2, 3, 4])
          for (const label of ["a", "b"]) writeFileSync(join(project, "pictures", label, `good${good}.png`), files.get("png") ?? "");
        writeFileSync(join(project, "pictures", file), made);
        const data = pictureData("pictures", { split: { validation: 0.2, test: 0.2 } });
        writeFileSync(join(project, "project.json"), JSON.stringify({ version: 1, name: "drawn", seed: 1, data, model: {}, training: {} }));
        judge.note(`${name} of ${made.length} bytes`);
        await judge.ask("file", () => studio.ask.pictures.file({ path: join(project, "pictures", file), side: pick(random, [16, 640]) }));
        const shown = await judge.ask("thumbnails", () => studio.ask.pictures.thumbnails({ project, pictures: [{ picture: file }], side: 64 }));
        for (const one of shown?.thumbnails ?? []) if ("problem" in one) judge.refusal("thumbnail", { code: "data.unreadable", message: one.problem });
        if (random.below(4) === 0)
          await judge.ask("prepare", () => prepareData({ folder: project, data, seed: 1, cacheFolder: join(project, "cache"), compile }));
        rmSync(project, { recursive: true, force: true });
      },
      async close() {
        await studio.close();
      },
    };
  },
};
