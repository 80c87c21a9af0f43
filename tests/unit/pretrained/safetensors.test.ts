import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseSafeTensors, readSafeTensors } from "../../../src-main/pretrained/safetensors.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

/** A file as the format has it, of whatever header it is told. */
function fileOf(header: unknown, data: Uint8Array = new Uint8Array(0), told?: bigint): Uint8Array {
  const json = typeof header === "string" ? Buffer.from(header, "latin1") : Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(told ?? BigInt(json.length));
  return new Uint8Array(Buffer.concat([length, json, data]));
}

const tensor = (dtype: string, shape: readonly unknown[], ...offsets: readonly number[]) => ({ dtype, shape, data_offsets: offsets });

describe("numbers of a file of safetensors", () => {
  it("are read from each type of floating point, to the last bit", () => {
    const data = Buffer.alloc(8 * 2 + 4 * 2 + 2 * 6 + 2 * 3);
    [0.1, -3].forEach((value, i) => data.writeDoubleLE(value, 8 * i));
    [1 / 3, -1e-40].forEach((value, i) => data.writeFloatLE(value, 16 + 4 * i));
    // 1/3 as near as 16 bits come, the least above 0, the largest, infinity, minus zero, no number.
    [0x3555, 0x0001, 0x7bff, 0xfc00, 0x8000, 0x7e01].forEach((bits, i) => data.writeUInt16LE(bits, 24 + 2 * i));
    [0x3f80, 0xc049, 0x7f80].forEach((bits, i) => data.writeUInt16LE(bits, 36 + 2 * i));
    const header = {
      double: tensor("F64", [2], 0, 16),
      single: tensor("F32", [1, 2], 16, 24),
      half: tensor("F16", [2, 3], 24, 36),
      brain: tensor("BF16", [3], 36, 42),
    };
    const { tensors, metadata } = parseSafeTensors(fileOf({ __metadata__: { licence: "MIT" }, ...header }, data), "x");
    expect(metadata).toEqual({ licence: "MIT" });
    const numbers = (name: string) => [...tensors.get(name)!.read()];
    expect(numbers("double")).toEqual([Math.fround(0.1), -3]);
    expect(numbers("single")).toEqual([Math.fround(1 / 3), Math.fround(-1e-40)]);
    expect(numbers("half")).toEqual([0x555 / 4096, 2 ** -24, 65504, Number.NEGATIVE_INFINITY, -0, Number.NaN]);
    expect(numbers("brain")).toEqual([1, -3.140625, Number.POSITIVE_INFINITY]);
    expect(tensors.get("half")!.shape).toEqual([2, 3]);
  });

  it("of a type that no weight has may stand there, and are refused where they are asked for", () => {
    const { tensors } = parseSafeTensors(fileOf({ counter: tensor("I64", [], 0, 8) }, new Uint8Array(8)), "x");
    expect(() => tensors.get("counter")!.read()).toThrow(/tensor "counter" is of type I64, expected F64, F32, F16, BF16/);
  });
});

const four = new Uint8Array(4);
it.each<readonly [string, Uint8Array, string]>([
  ["an empty file", new Uint8Array(0), "it has 0 bytes, too few for the length of a header"],
  ["one that ends within its length", new Uint8Array(7), "it has 7 bytes, too few for the length of a header"],
  ["a header longer than the file", fileOf("{}", four, 99n), "its first 8 bytes tell of a header of 99 bytes, and 6 follow"],
  ["a header longer than any memory", fileOf("{}", four, 2n ** 64n - 1n), "tell of a header of 18,446,744,073,709,551,615 bytes"],
  ["a picture", new Uint8Array([137, 80, 78, 71, 13, 10, 26, 10, 0, 0]), "tell of a header of"],
  ["a header that is no JSON", fileOf("{'a': 1}"), "its header is no JSON"],
  ["a header that is no UTF-8", fileOf('{"\xff": 1}'), "its header is no JSON"],
  ["a header that is a list", fileOf([1]), "its header is no object"],
  ["an entry that is none", fileOf({ a: 3 }), 'tensor "a" is of type nothing, expected one of F64, F32'],
  ["an unknown type", fileOf({ a: tensor("F31", [1], 0, 4) }, four), 'tensor "a" is of type "F31", expected one of'],
  ["a type that every object has", fileOf({ a: tensor("toString", [1], 0, 4) }, four), 'tensor "a" is of type "toString"'],
  ["a negative length", fileOf({ a: tensor("F32", [-1], 0, 4) }, four), 'tensor "a" has the shape [-1], expected at most 8 lengths'],
  ["a length that is a text", fileOf({ a: tensor("F32", ["1"], 0, 4) }, four), 'tensor "a" has the shape ["1"]'],
  ["nine axes", fileOf({ a: tensor("F32", [1, 1, 1, 1, 1, 1, 1, 1, 1], 0, 4) }, four), "expected at most 8 lengths"],
  ["one place", fileOf({ a: tensor("F32", [1], 0) }, four), 'tensor "a" lies at [0], expected two places in the file'],
  ["places that go back", fileOf({ a: tensor("F32", [1], 4, 0) }, four), 'tensor "a" lies at bytes 4 to 0 of 4'],
  ["a place behind the end", fileOf({ a: tensor("F32", [2], 0, 8) }, four), 'tensor "a" lies at bytes 0 to 8 of 4'],
  ["more numbers than its place has", fileOf({ a: tensor("F32", [3], 0, 4) }, four), "of shape [3] and type F32 takes 12 bytes, and its place has 4"],
  ["a number of numbers that overflows", fileOf({ a: tensor("F32", [2 ** 40, 2 ** 40], 0, 4) }, four), "takes 4.835703278458517e+24 bytes"],
  ["two tensors in one place", fileOf({ a: tensor("F32", [1], 0, 4), b: tensor("F32", [1], 0, 4) }, four), 'tensor "b" begins at byte 0, expected 4'],
  ["a gap", fileOf({ a: tensor("U8", [1], 0, 1), b: tensor("U8", [1], 3, 4) }, four), 'tensor "b" begins at byte 3, expected 1'],
  ["bytes that belong to nothing", fileOf({ a: tensor("U8", [1], 0, 1) }, four), "its header tells of 1 bytes of numbers, and it has 4"],
  ["metadata that are no texts", fileOf({ __metadata__: { a: 1 } }), "its __metadata__ are no texts"],
])("%s is refused in a sentence", (_, bytes, sentence) => {
  const path = join(temporaryFolder(), "weights.safetensors");
  writeFileSync(path, bytes);
  const refusal = (message: string) => expect.objectContaining({ code: "pretrained.unreadable", message: expect.stringContaining(message) as string }) as Error;
  expect(() => readSafeTensors(path)).toThrow(refusal(`${path} is no file of safetensors, or is damaged: `));
  expect(() => readSafeTensors(path)).toThrow(refusal(sentence));
});

it("a file that is not there is missing, and a folder in its place is refused", () => {
  const folder = temporaryFolder();
  expect(() => readSafeTensors(join(folder, "none"))).toThrow(expect.objectContaining({ code: "pretrained.missing" }) as Error);
  expect(() => readSafeTensors(folder)).toThrow(expect.objectContaining({ code: "project.unsafe" }) as Error);
});
