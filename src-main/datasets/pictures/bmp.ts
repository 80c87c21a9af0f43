import { LatheError } from "../../base/errors.js";

/** A decoded BMP, top row first. */
export interface Bitmap {
  readonly width: number;
  readonly height: number;
  /** 3, or 4 with alpha. */
  readonly channels: 3 | 4;
  readonly data: Uint8Array;
}

/** Kinds of compression of the header's field `biCompression`. */
const [RGB, RLE8, RLE4, BITFIELDS, ALPHA_BITFIELDS] = [0, 1, 2, 3, 6];

/**
 * Windows and OS/2 bitmaps of 1, 4, 8, 16, 24 and 32 bits, run-length encoded ones too; sharp's libvips reads none.
 * https://learn.microsoft.com/windows/win32/gdi/bitmap-storage
 * @param mostPixels larger ones are refused. @throws LatheError `data.unreadable` with the reason alone
 */
export function decodeBmp(bytes: Uint8Array, mostPixels: number): Bitmap {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fail = (reason: string): never => {
    throw new LatheError("data.unreadable", reason);
  };
  if (bytes.length < 26) fail("it is cut short");
  const [pixels, header] = [view.getUint32(10, true), view.getUint32(14, true)];
  const old = header === 12;
  if (!old && (header < 40 || bytes.length < 14 + header)) fail("its header is damaged");
  const width = old ? view.getUint16(18, true) : view.getInt32(18, true);
  const rows = old ? view.getInt16(20, true) : view.getInt32(22, true);
  const bits = view.getUint16(old ? 24 : 28, true);
  const compression = old ? RGB : view.getUint32(30, true);
  const height = Math.abs(rows);
  if (width <= 0 || height === 0) fail("its header is damaged");
  if (width * height > mostPixels) fail(`it has ${width} × ${height} pixels`);
  if (![1, 4, 8, 16, 24, 32].includes(bits)) fail(`it has ${bits} bits a pixel, which no BMP has`);
  // A run of two bytes makes at most 255 pixels: what claims more is asked nothing further, and no memory is taken for it.
  if (width * height > bytes.length * 255) fail("it is cut short");
  const masks = masksOf(view, header, bits, compression, bytes.length);
  const place = (y: number) => (rows < 0 ? y : height - 1 - y);
  if (bits <= 8) {
    const used = old ? 0 : view.getUint32(46, true);
    const palette = { at: 14 + header, step: old ? 3 : 4, colours: used > 0 && used <= 2 ** bits ? used : 2 ** bits };
    if (compression !== RGB && compression !== (bits === 8 ? RLE8 : bits === 4 ? RLE4 : RGB))
      fail(`it has ${bits} bits a pixel in a compression that is unknown`);
    const indices =
      compression === RGB ? plainIndices(bytes, pixels, width, height, bits, fail) : runIndices(bytes, pixels, width, height, compression === RLE4);
    const data = new Uint8Array(width * height * 3);
    for (let y = 0; y < height; y++) {
      for (let x = 0, at = place(y) * width * 3; x < width; x++) {
        const entry = palette.at + Math.min(indices[y * width + x] ?? 0, palette.colours - 1) * palette.step;
        for (let c = 2; c >= 0; c--) data[at++] = bytes[entry + c] ?? 0;
      }
    }
    return { width, height, channels: 3, data };
  }
  if (![16, 24, 32].includes(bits) || ![RGB, BITFIELDS, ALPHA_BITFIELDS].includes(compression))
    fail(`it has ${bits} bits a pixel in a compression that is unknown`);
  const stride = Math.ceil((width * bits) / 32) * 4;
  if (bytes.length < pixels + stride * (height - 1) + Math.ceil((width * bits) / 8)) fail("it is cut short");
  const channels = masks[3] === 0 ? 3 : 4;
  const data = new Uint8Array(width * height * channels);
  for (let y = 0; y < height; y++) {
    for (let x = 0, at = place(y) * width * channels; x < width; x++) {
      const from = pixels + y * stride + x * (bits / 8);
      if (bits === 24) {
        for (let c = 2; c >= 0; c--) data[at++] = bytes[from + c] ?? 0;
        continue;
      }
      const value = bits === 16 ? view.getUint16(from, true) : view.getUint32(from, true);
      for (let c = 0; c < channels; c++) data[at++] = scaled(value, masks[c] ?? 0);
    }
  }
  return { width, height, channels, data };
}

/** Which bits are red, green, blue and alpha. */
function masksOf(view: DataView, header: number, bits: number, compression: number, length: number): readonly number[] {
  const given = compression === BITFIELDS || compression === ALPHA_BITFIELDS;
  if (given && length >= 70) {
    const alpha = compression === ALPHA_BITFIELDS || header >= 56 ? view.getUint32(66, true) : 0;
    return [view.getUint32(54, true), view.getUint32(58, true), view.getUint32(62, true), alpha];
  }
  return bits === 16 ? [0x7c00, 0x3e0, 0x1f, 0] : [0xff0000, 0xff00, 0xff, 0];
}

/** The bits under a mask as 0 to 255. */
function scaled(value: number, mask: number): number {
  if (mask === 0) return 0;
  const shift = 31 - Math.clz32(mask & -mask);
  const most = mask >>> shift;
  return Math.round((((value & mask) >>> shift) * 255) / most);
}

function plainIndices(bytes: Uint8Array, pixels: number, width: number, height: number, bits: number, fail: (reason: string) => never): Uint8Array {
  const stride = Math.ceil((width * bits) / 32) * 4;
  if (bytes.length < pixels + stride * (height - 1) + Math.ceil((width * bits) / 8)) fail("it is cut short");
  const indices = new Uint8Array(width * height);
  const perByte = 8 / bits;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const packed = bytes[pixels + y * stride + Math.floor(x / perByte)] ?? 0;
      indices[y * width + x] = (packed >> (8 - bits * ((x % perByte) + 1))) & (2 ** bits - 1);
    }
  }
  return indices;
}

/** Runs: a count and a value; after a count of 0 an end of line, an end, a jump, or so many values as they are. */
function runIndices(bytes: Uint8Array, start: number, width: number, height: number, nibbles: boolean): Uint8Array {
  const indices = new Uint8Array(width * height);
  let [x, y, at] = [0, 0, start];
  const put = (value: number) => {
    if (x < width && y < height) indices[y * width + x] = value;
    x++;
  };
  const part = (packed: number, k: number) => (nibbles ? (k % 2 === 0 ? packed >> 4 : packed & 15) : packed);
  while (at + 1 < bytes.length && y < height) {
    const [count = 0, value = 0] = [bytes[at], bytes[at + 1]];
    at += 2;
    if (count > 0) for (let k = 0; k < count; k++) put(part(value, k));
    else if (value === 0) [x, y] = [0, y + 1];
    else if (value === 1) break;
    else if (value === 2) {
      x += bytes[at] ?? 0;
      y += bytes[at + 1] ?? 0;
      at += 2;
    } else {
      const length = nibbles ? Math.ceil(value / 2) : value;
      for (let k = 0; k < value; k++) put(part(bytes[at + (nibbles ? k >> 1 : k)] ?? 0, k));
      at += length + (length % 2);
    }
  }
  return indices;
}
