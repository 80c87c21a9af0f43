import { LatheError } from "../../base/errors.js";
import type { Picture } from "../../transforms/picture.js";

interface Header {
  /** 1 to 3 are text, 4 to 6 bytes; of bits, gray and colours. */
  readonly kind: number;
  readonly width: number;
  readonly height: number;
  /** What stands for white. */
  readonly most: number;
  /** Where the pixels begin. */
  readonly at: number;
}

/** Of a PBM, PGM or PPM; undefined where it is damaged. https://netpbm.sourceforge.net/doc/pnm.html */
export function pnmHeader(bytes: Uint8Array): Header | undefined {
  const kind = (bytes[1] ?? 0) - 0x30;
  const numbers: number[] = [];
  let at = 2;
  while (numbers.length < (kind === 1 || kind === 4 ? 2 : 3)) {
    const found = nextNumber(bytes, at);
    if (!found) return undefined;
    numbers.push(found.value);
    at = found.at;
  }
  const [width = 0, height = 0, most = 1] = numbers;
  return { kind, width, height, most, at: at + 1 };
}

/** The next decimal number, behind blanks and comments, and the place behind it. */
function nextNumber(bytes: Uint8Array, from: number): { readonly value: number; readonly at: number } | undefined {
  let at = from;
  for (; at < bytes.length; at++) {
    if (bytes[at] === 0x23) while (at < bytes.length && bytes[at] !== 0x0a) at++;
    else if (!isBlank(bytes[at])) break;
  }
  let value = 0;
  const start = at;
  for (let digit = (bytes[at] ?? 0) - 0x30; digit >= 0 && digit <= 9 && value < 1e9; digit = (bytes[++at] ?? 0) - 0x30) value = value * 10 + digit;
  return at === start ? undefined : { value, at };
}

function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || (byte !== undefined && byte >= 0x09 && byte <= 0x0d);
}

/**
 * PBM, PGM and PPM of up to 8 bits, as text or bytes, scaled to 0 to 255 by the largest value that the header names.
 * @param mostPixels larger ones are refused. @throws LatheError `data.unreadable` with the reason alone
 */
export function decodePnm(bytes: Uint8Array, mostPixels: number): Picture {
  const fail = (reason: string): never => {
    throw new LatheError("data.unreadable", reason);
  };
  const header = pnmHeader(bytes);
  if (!header) return fail("its header is damaged");
  const { kind, width, height, most, at } = header;
  if (width < 1 || height < 1 || most < 1 || most > 255) return fail("its header is damaged");
  if (width * height > mostPixels) return fail(`it has ${width} × ${height} pixels`);
  const channels = kind === 3 || kind === 6 ? 3 : 1;
  const size = width * height * channels;
  const bitRow = Math.ceil(width / 8);
  if (bytes.length - at < (kind === 4 ? bitRow * height : kind === 1 ? size : kind < 4 ? size * 2 - 1 : size)) return fail("it is cut short");
  const data = new Uint8Array(size);
  if (kind === 4) {
    for (let y = 0, i = 0; y < height; y++)
      for (let x = 0; x < width; x++) data[i++] = (((bytes[at + y * bitRow + (x >> 3)] ?? 0) >> (7 - (x & 7))) & 1) === 1 ? 0 : 255;
  } else if (kind === 1) {
    for (let i = 0, from = at - 1; i < size; from++) {
      if (from >= bytes.length) return fail("it is cut short");
      const digit = (bytes[from] ?? 0) - 0x30;
      if (digit === 0 || digit === 1) data[i++] = digit === 1 ? 0 : 255;
    }
  } else {
    let from = at - 1;
    for (let i = 0; i < size; i++) {
      let value = bytes[at + i] ?? 0;
      if (kind < 4) {
        const found = nextNumber(bytes, from);
        if (!found) return fail("it is cut short");
        ({ value, at: from } = found);
      }
      if (value > most) return fail(`it holds ${value}, more than the ${most} that its header names`);
      data[i] = most === 255 ? value : Math.round((value / most) * 255);
    }
  }
  return { width, height, channels, data };
}
