import { truncateSync, statSync, writeFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { decodePicture, readPictureFile } from "../../../../src-main/datasets/pictures/decode.js";
import { readPicture } from "../../../../src-main/datasets/pictures/picture-task.js";
import { noise, writePicture } from "../../../support/pictures.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

const white = { color: "rgb", background: "#ffffff" } as const;

/** A picture of one colour. */
function plain(width: number, height: number, background: { readonly r: number; readonly g: number; readonly b: number; readonly alpha?: number }) {
  return sharp({ create: { width, height, channels: background.alpha === undefined ? 3 : 4, background } });
}

describe("what a file holds is what is seen", () => {
  test("of PNG, to the pixel", async () => {
    const data = noise("png", 9, 5);
    const file = await sharp(data, { raw: { width: 9, height: 5, channels: 3 } })
      .png()
      .toBuffer();
    expect(await decodePicture(file, white)).toEqual({ width: 9, height: 5, channels: 3, data });
  });

  test.each(["jpeg", "webp", "gif", "tiff", "avif"] as const)("of %s", async (format) => {
    const file = await plain(16, 8, { r: 200, g: 40, b: 90 }).toFormat(format).toBuffer();
    const picture = await decodePicture(file, white);
    expect([picture.width, picture.height, picture.channels]).toEqual([16, 8, 3]);
    [200, 40, 90].forEach((value, c) => expect(Math.abs(picture.data[3 * 60 + c]! - value)).toBeLessThan(8));
  });

  test("of the first frame of several", async () => {
    const frames = await sharp([await plain(6, 6, { r: 255, g: 0, b: 0 }).png().toBuffer(), await plain(6, 6, { r: 0, g: 0, b: 255 }).png().toBuffer()], {
      join: { animated: true },
    })
      .gif()
      .toBuffer();
    expect([...(await decodePicture(frames, white)).data.subarray(0, 3)]).toEqual([255, 0, 0]);
  });

  test("turned as its EXIF orientation says", async () => {
    const upright = noise("turned", 5, 3);
    const file = await sharp(upright, { raw: { width: 5, height: 3, channels: 3 } })
      .withMetadata({ orientation: 6 })
      .png()
      .toBuffer();
    const picture = await decodePicture(file, white);
    expect([picture.width, picture.height]).toEqual([3, 5]);
    // Turned by 90 degrees clockwise, the first row is the last column.
    expect([...picture.data.subarray(2 * 3, 3 * 3)]).toEqual([...upright.subarray(0, 3)]);
  });

  test("on the background where it is transparent", async () => {
    const clear = await plain(4, 4, { r: 10, g: 20, b: 30, alpha: 0 }).png().toBuffer();
    const half = await plain(4, 4, { r: 0, g: 0, b: 0, alpha: 0.5 }).png().toBuffer();
    expect([...(await decodePicture(clear, { color: "rgb", background: "#ff8000" })).data.subarray(0, 3)]).toEqual([255, 128, 0]);
    expect(Math.abs((await decodePicture(half, white)).data[0]! - 127.5)).toBeLessThanOrEqual(1);
  });

  test("of 16 bits, a palette, and gray", async () => {
    const sixteen = await sharp(
      Uint16Array.from({ length: 12 }, (_, i) => i * 5000),
      { raw: { width: 4, height: 3, channels: 1 } },
    )
      .toColourspace("grey16")
      .png()
      .toBuffer();
    const depth = await decodePicture(sixteen, white);
    for (let i = 0; i < 12; i++) expect(Math.abs(depth.data[i * 3]! - (i * 5000) / 257)).toBeLessThanOrEqual(1);
    const palette = await plain(8, 8, { r: 9, g: 99, b: 199 }).png({ palette: true }).toBuffer();
    expect([...(await decodePicture(palette, white)).data.subarray(0, 3)]).toEqual([9, 99, 199]);
    const gray = await sharp(noise("gray", 4, 4, 1), { raw: { width: 4, height: 4, channels: 1 } })
      .png()
      .toBuffer();
    expect((await decodePicture(gray, white)).channels).toBe(3);
    expect((await decodePicture(gray, { ...white, color: "gray" })).data).toEqual(noise("gray", 4, 4, 1));
  });

  test("of CMYK, in its colours", async () => {
    const cmyk = await plain(8, 8, { r: 220, g: 30, b: 40 }).toColourspace("cmyk").jpeg().toBuffer();
    const [r, g, b] = (await decodePicture(cmyk, white)).data;
    expect(r! > 150 && g! < 110 && b! < 110, `${r} ${g} ${b}`).toBe(true);
  });

  test('as gray by luma, as PIL\'s convert("L")', async () => {
    const file = await plain(2, 2, { r: 200, g: 100, b: 50 }).png().toBuffer();
    expect([...(await decodePicture(file, { ...white, color: "gray" })).data]).toEqual(Array(4).fill((19595 * 200 + 38470 * 100 + 7471 * 50 + 0x8000) >> 16));
  });

  test("whatever its name says", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "a.jpg"), await plain(3, 3, { r: 1, g: 2, b: 3 }).png().toBuffer());
    expect((await decodePicture(await readPictureFile(join(folder, "a.jpg")), white)).width).toBe(3);
  });
});

/** A PNG whose header promises more pixels than it holds. */
async function bomb(width: number, height: number): Promise<Buffer> {
  const file = await plain(1, 1, { r: 0, g: 0, b: 0 }).png().toBuffer();
  const { crc32 } = await import("node:zlib");
  file.writeUInt32BE(width, 16);
  file.writeUInt32BE(height, 20);
  file.writeUInt32BE(crc32(file.subarray(12, 29)), 29);
  return file;
}

test.each<readonly [string, (path: string) => Promise<void> | void, RegExp]>([
  ["that is empty", (path) => writeFileSync(path, ""), /^is empty \(0 bytes\)$/],
  ["of words", (path) => writeFileSync(path, "<html>not here</html>"), /^is no picture by its content, expected JPEG, PNG, WebP, GIF, BMP, TIFF or AVIF$/],
  ["of vectors", (path) => writeFileSync(path, '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'), /^is no picture by its content/],
  ["that is not there", () => undefined, /^is not there any more$/],
  ["that is a folder", (path) => mkdirSync(path), /^is not a file$/],
  [
    "that is cut short",
    async (path) => {
      await writePicture(join(path, ".."), "a.png", { width: 64, height: 64 });
      truncateSync(path, Math.floor(statSync(path).size / 2));
    },
    /^is damaged or cut short: /,
  ],
  ["that ends after its first bytes", (path) => writeFileSync(path, Buffer.from("89504e470d0a1a0a", "hex")), /^is damaged or cut short: /],
  [
    "of 30,000 × 30,000 pixels",
    async (path) => writeFileSync(path, await bomb(30_000, 30_000)),
    /^is too large: 30000 × 30000 pixels, expected at most 100 megapixels; make it smaller$/,
  ],
  ["of 16,000 × 16,000 pixels", async (path) => writeFileSync(path, await bomb(16_000, 16_000)), /^is too large: 16000 × 16000 pixels/],
])("a file %s is told in words, and nothing is thrown", async (_, make, reason) => {
  const path = join(temporaryFolder(), "a.png");
  await make(path);
  const result = await readPicture({ id: 1, path, formats: [{ ...white, width: 4, height: 4 }] });
  expect(result.pixels).toEqual([]);
  expect(result.facts.bad).toMatch(reason);
});

test("a JPEG that is cut short is told", async () => {
  const path = await writePicture(temporaryFolder(), "a.jpg", { width: 200, height: 200 });
  truncateSync(path, Math.floor(statSync(path).size * 0.6));
  expect((await readPicture({ id: 1, path, formats: [] })).facts.bad).toMatch(/^is damaged or cut short: /);
});

test("a giant of 16,000 pixels within the limit is read, whichever way it lies", async () => {
  const folder = temporaryFolder();
  for (const [width, height] of [
    [16_000, 60],
    [60, 16_000],
  ] as const) {
    const path = join(folder, `${width}.png`);
    writeFileSync(path, await plain(width, height, { r: 10, g: 20, b: 30 }).png().toBuffer());
    const { facts, pixels } = await readPicture({ id: 1, path, formats: [{ ...white, width: 4, height: 4 }] });
    expect(facts).toMatchObject({ width, height });
    expect([...pixels[0]!.slice(0, 6)]).toEqual([10, 20, 30, 10, 20, 30]);
  }
});
