import { describe, expect, test } from "vitest";
import { decodeBmp } from "../../../../src-main/datasets/pictures/bmp.js";
import { readGolden } from "../../../support/goldens.js";

// Against PIL 9.4.0: generate_bitmaps.py made files and pixels.

interface Case {
  readonly name: string;
  readonly file: string;
  readonly width: number;
  readonly height: number;
  readonly pixels: string;
}

const bytes = (text: string) => new Uint8Array(Buffer.from(text, "base64"));

describe("a bitmap of", () => {
  test.each(readGolden<readonly Case[]>("bitmaps.json").map((c) => [c.name, c] as const))(
    "%s is read as PIL reads it",
    (name, { file, width, height, pixels }) => {
      const got = decodeBmp(bytes(file), 1e6);
      expect([got.width, got.height]).toEqual([width, height]);
      const rgb = got.channels === 3 ? got.data : got.data.filter((_value, i) => i % 4 !== 3);
      // PIL widens 5 and 6 bits by a table, we by rounding: a level at most.
      const differences = Array.from(rgb, (value, i) => Math.abs(value - bytes(pixels)[i]!));
      expect(Math.max(...differences)).toBeLessThanOrEqual(name.startsWith("16 bits") ? 1 : 0);
      expect(rgb.length).toBe(width * height * 3);
    },
  );
});

/** A file with other numbers of 16 bits at places of its header. */
function changed(...numbers: readonly number[]): (file: Uint8Array) => Uint8Array {
  return (file) => {
    const other = Uint8Array.from(file);
    for (let i = 0; i < numbers.length; i += 2) new DataView(other.buffer).setUint16(numbers[i]!, numbers[i + 1]!, true);
    return other;
  };
}

test.each([
  ["cut short within its header", (file: Uint8Array) => file.subarray(0, 20), "it is cut short"],
  ["cut short within its pixels", (file: Uint8Array) => file.subarray(0, file.length - 9), "it is cut short"],
  [
    "of more pixels than may be",
    (file: Uint8Array) => {
      const bomb = Uint8Array.from(file);
      new DataView(bomb.buffer).setInt32(18, 60_000, true);
      new DataView(bomb.buffer).setInt32(22, 60_000, true);
      return bomb;
    },
    "it has 60000 × 60000 pixels",
  ],
  [
    "of no width",
    (file: Uint8Array) => {
      const flat = Uint8Array.from(file);
      new DataView(flat.buffer).setInt32(18, 0, true);
      return flat;
    },
    "its header is damaged",
  ],
  ...[0, 2, 3, 5, 12, 48].map((bits) => [`of ${bits} bits`, changed(28, bits), `it has ${bits} bits a pixel, which no BMP has`] as const),
  ["of fewer bytes than its pixels can be made of", changed(18, 1000, 22, 1000, 28, 8, 30, 1), "it is cut short"],
  ["of 1 bit in runs of bytes", changed(28, 1, 30, 1), "it has 1 bits a pixel in a compression that is unknown"],
  ["of 8 bits in runs of nibbles", changed(28, 8, 30, 2), "it has 8 bits a pixel in a compression that is unknown"],
  ["of 24 bits in runs", changed(28, 24, 30, 1), "it has 24 bits a pixel in a compression that is unknown"],
] as const)("a bitmap %s is refused", (_, damage, reason) => {
  const file = bytes(readGolden<readonly Case[]>("bitmaps.json")[0]!.file);
  expect(() => decodeBmp(damage(file), 1e6)).toThrow(expect.objectContaining({ code: "data.unreadable", message: reason }));
});
