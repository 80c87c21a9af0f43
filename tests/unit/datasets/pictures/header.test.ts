import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { bytesToDecode } from "../../../../src-main/datasets/pictures/decode.js";
import { pixelsByHeader } from "../../../../src-main/datasets/pictures/header.js";

const picture = () => sharp({ create: { width: 300, height: 200, channels: 3, background: "#123456" } });

/** 24 bits a pixel. */
function bmp(width: number, height: number): Buffer {
  const file = Buffer.alloc(54 + Math.ceil((width * 3) / 4) * 4 * height);
  file.write("BM");
  for (const [at, value] of [
    [10, 54],
    [14, 40],
    [18, width],
    [22, -height],
  ] as const)
    file.writeInt32LE(value, at);
  file.writeInt16LE(24, 28);
  return file;
}

describe("the header tells how many pixels there are", () => {
  it.each([
    ["PNG", () => picture().png().toBuffer()],
    ["interlaced PNG", () => picture().png({ progressive: true }).toBuffer()],
    ["JPEG", () => picture().jpeg().toBuffer()],
    ["progressive JPEG", () => picture().jpeg({ progressive: true }).toBuffer()],
    [
      "JPEG with EXIF and a profile",
      () =>
        picture()
          .withExif({ IFD0: { Copyright: "x".repeat(5000) } })
          .withIccProfile("srgb")
          .jpeg()
          .toBuffer(),
    ],
    ["BMP", () => Promise.resolve(bmp(300, 200))],
  ])("%s", async (_kind, make) => {
    const file = await make();
    expect(pixelsByHeader(file)).toBe(60_000);
    expect(await bytesToDecode(file)).toBe(file.length + 60_000 * 16);
    // Cut short anywhere it is undefined, or the same; it never throws.
    for (let length = 0; length < Math.min(file.length, 700); length++) expect([undefined, 60_000]).toContain(pixelsByHeader(file.subarray(0, length)));
  });

  it.each(["webp", "gif", "tiff", "avif"] as const)("libvips tells it of %s", async (format) => {
    const file = await picture().toFormat(format).toBuffer();
    expect(pixelsByHeader(file)).toBeUndefined();
    expect(await bytesToDecode(file)).toBe(file.length + 60_000 * 16);
  });
});
