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

  test.each([
    ["8", Uint8Array.of(10, 0, 10, 255, 10, 128), "b-w"],
    ["16", Uint16Array.of(2570, 0, 2570, 65_535, 2570, 32_896), "grey16"],
  ] as const)("of gray with alpha of %s bits, on colours", async (_bits, data, space) => {
    const file = await sharp(data, { raw: { width: 3, height: 1, channels: 2 } })
      .toColourspace(space)
      .png()
      .toBuffer();
    const { data: pixels } = await decodePicture(file, { color: "rgb", background: "#204080", range: { bits: 16 } });
    expect([...pixels]).toEqual([32, 64, 128, 10, 10, 10, 20, 36, 68]);
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
  ["of words", (path) => writeFileSync(path, "not here"), /^is no picture by its content, expected JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF, PPM or PGM$/],
  ["of a web page", (path) => writeFileSync(path, "<html>not here</html>"), /^is a web page, not a picture/],
  [
    "of vectors",
    (path) => writeFileSync(path, '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
    /^is SVG, which is not read; save it as PNG or JPEG$/,
  ],
  ["that is not there", () => undefined, /^is not there$/],
  ["that is a folder", (path) => mkdirSync(path), /^is not a file$/],
  [
    "that is cut short",
    async (path) => {
      await writePicture(join(path, ".."), "a.png", { width: 64, height: 64 });
      truncateSync(path, Math.floor(statSync(path).size / 2));
    },
    /^is damaged or cut short; get it anew/,
  ],
  ["that ends after its first bytes", (path) => writeFileSync(path, Buffer.from("89504e470d0a1a0a", "hex")), /^is damaged or cut short; get it anew/],
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
  expect((await readPicture({ id: 1, path, formats: [] })).facts.bad).toMatch(/^is damaged or cut short; get it anew/);
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

/** A TIFF of one row, by hand. @param format 1 unsigned, 2 signed, 3 float */
function tiff(samples: Uint16Array | Int32Array | Float32Array | Uint8Array, format: number, { channels = 1, photometric = 1 } = {}): Buffer {
  const pixels = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
  const bits = samples.BYTES_PER_ELEMENT * 8;
  const tags: readonly (readonly [tag: number, type: number, count: number, value: number])[] = [
    [256, 4, 1, samples.length / channels],
    [257, 4, 1, 1],
    // Several values of 16 bits stand elsewhere: behind the pixels.
    [258, 3, channels, channels === 1 ? bits : 8 + pixels.length],
    [259, 3, 1, 1],
    [262, 3, 1, photometric],
    [273, 4, 1, 8],
    [277, 3, 1, channels],
    [278, 4, 1, 1],
    [279, 4, 1, pixels.length],
    [339, 3, 1, format],
  ];
  const depths = Buffer.alloc(channels * 2);
  for (let c = 0; c < channels; c++) depths.writeUInt16LE(bits, c * 2);
  const directory = Buffer.alloc(2 + tags.length * 12 + 4);
  directory.writeUInt16LE(tags.length, 0);
  for (const [k, [tag, type, count, value]] of tags.entries()) {
    directory.writeUInt16LE(tag, 2 + k * 12);
    directory.writeUInt16LE(type, 4 + k * 12);
    directory.writeUInt32LE(count, 6 + k * 12);
    if (type === 3 && count === 1) directory.writeUInt16LE(value, 10 + k * 12);
    else directory.writeUInt32LE(value, 10 + k * 12);
  }
  const header = Buffer.from([0x49, 0x49, 42, 0, 0, 0, 0, 0]);
  header.writeUInt32LE(8 + pixels.length + depths.length, 4);
  return Buffer.concat([header, pixels, depths, directory]);
}

describe("samples of more than 8 bits", () => {
  test.each([
    ["16", tiff(Uint16Array.of(0, 2048, 4095), 1), { bits: 12 }, [0, 128, 255]],
    ["32", tiff(Int32Array.of(0, 2048, 4095), 2), { bits: 12 }, [0, 128, 255]],
    ["float", tiff(Float32Array.of(0, 0.5, 1), 3), { float: 1 as const }, [0, 128, 255]],
    ["float up to 255", tiff(Float32Array.of(0, 100, 200), 3), { float: 255 as const }, [0, 100, 200]],
    ["full 16", tiff(Uint16Array.of(0, 32_768, 65_535), 1), undefined, [0, 128, 255]],
  ])("are scaled by their range: %s", async (_, file, range, pixels) => {
    expect([...(await decodePicture(file, { color: "gray", background: "#ffffff", range })).data]).toEqual(pixels);
    expect([...(await decodePicture(file, { color: "gray", background: "#ffffff", range: "own" })).data]).toEqual(pixels);
  });

  test("that fit none are refused with depth and range, and so are channels and colours that are not read", async () => {
    await expect(decodePicture(tiff(Int32Array.of(-5, 70_000), 2), white)).rejects.toThrow(
      "holds whole numbers from -5 to 70000 in 32 bits, expected 0 to 65535; scale it and save it with 8 or 16 bits",
    );
    await expect(decodePicture(tiff(Float32Array.of(-1, 900), 3), white)).rejects.toThrow("holds floats from -1 to 900 in 32 bits");
    await expect(decodePicture(tiff(Uint8Array.of(1, 2, 3, 4, 5), 1, { channels: 5 }), white)).rejects.toThrow(/^has 5 channels, expected gray or RGB/);
    await expect(decodePicture(tiff(Uint8Array.of(1, 2, 3), 1, { channels: 3, photometric: 8 }), white)).rejects.toThrow("is in Lab");
  });
});

test("PPM, PGM and PBM, as text and as bytes, scaled by the largest value that they name", async () => {
  const read = async (text: string) => [...(await decodePicture(Buffer.from(text, "latin1"), { color: "gray", background: "#ffffff" })).data];
  expect(await read("P2\n# made by hand\n3 1\n15\n0 7 15\n")).toEqual([0, 119, 255]);
  expect(await read("P5 2 1 255\n\x10\xff")).toEqual([16, 255]);
  expect(await read("P1 3 1 010")).toEqual([255, 0, 255]);
  expect(await read("P4 3 1\n\x40")).toEqual([255, 0, 255]);
  expect([...(await decodePicture(Buffer.from("P6 1 1 255\n\x01\x02\x03", "latin1"), white)).data]).toEqual([1, 2, 3]);
  await expect(read("P5 2 1 255\n\x10")).rejects.toThrow("is damaged or cut short: it is cut short");
  await expect(read("P5 2 1 4095\n\0\0\0\0")).rejects.toThrow("is a PPM or PGM of values up to 4095, expected at most 255; save it as PNG or TIFF");
});

test.each([
  ["HEIC", "\0\0\0\x18ftypheic\0\0\0\0mif1heic"],
  ["a PDF", "%PDF-1.7"],
  ["SVG", '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'],
])("%s under a picture's name is called so, with what to do", async (name, start) => {
  await expect(decodePicture(Buffer.from(start, "latin1"), white)).rejects.toThrow(`is ${name}, which is not read; save it as PNG or JPEG`);
});

test("inks without a profile become colours as PIL has it", async () => {
  const file = tiff(Uint8Array.of(35, 215, 225, 0, 100, 0, 50, 128), 1, { channels: 4, photometric: 5 });
  // 220, 40 and 30 are 255 - C and so on; with black, C·(255 - K) / 255 is taken off 255 - K.
  expect([...(await decodePicture(file, white)).data]).toEqual([220, 40, 30, 77, 127, 102]);
});
