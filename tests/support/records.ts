import { readFileSync } from "node:fs";
import type { PreparedData } from "../../src-main/datasets/index.js";
import { HEADER_BYTES } from "../../src-main/datasets/record-file.js";

/** One sample of a sample file; classes are read as integers by the caller. */
export interface StoredSample {
  readonly row: number;
  readonly floats: readonly number[];
  readonly integers: readonly number[];
}

/** All samples of a part, read with nothing of the loader's code. */
export function storedSamples(prepared: PreparedData, split: "train" | "validation" | "test"): readonly StoredSample[] {
  const bytes = readFileSync(prepared.files[split]);
  const count = (bytes.length - HEADER_BYTES) / 4 / prepared.words;
  return Array.from({ length: count }, (_, r) => {
    const at = (k: number) => HEADER_BYTES + (r * prepared.words + k) * 4;
    const words = Array.from({ length: prepared.words - 1 }, (_, k) => k);
    return {
      row: bytes.readUInt32LE(at(prepared.words - 1)),
      floats: words.map((k) => bytes.readFloatLE(at(k))),
      integers: words.map((k) => bytes.readInt32LE(at(k))),
    };
  });
}

/** Row numbers of a part. */
export function storedRows(prepared: PreparedData, split: "train" | "validation" | "test"): readonly number[] {
  return storedSamples(prepared, split).map((s) => s.row);
}
