import { createHash } from "node:crypto";
import { readFileSync, readdirSync, truncateSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { expect, test } from "vitest";
import { type KeptPredictions, keepPredictions, predictionsFile, readPredictions, toKept } from "../../../../src-main/training/runs/kept-predictions.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

/** Names whose length in bytes is any remainder of 4: the numbers must be aligned all the same. */
const kept = (name: string): KeptPredictions => ({
  split: "test",
  rows: Uint32Array.of(3, 7, 4_000_000_000),
  targets: [
    { name, kind: "category", width: 2, classes: ["ä", "b"], outputs: Float32Array.of(0.25, 0.75, 1, 0, 0.5, 0.5), truths: Int32Array.of(1, 0, 1) },
    {
      name: "yes",
      kind: "binary",
      width: 1,
      classes: ["no", "yes"],
      threshold: 0.3,
      outputs: Float32Array.of(0.1, 0.2, 0.3),
      truths: Float32Array.of(0, 1, 1),
    },
    { name: "n", kind: "numeric", width: 2, columns: ["a", "b"], outputs: Float32Array.of(1, 2, 3, 4, 5, 6), truths: Float32Array.of(6, 5, 4, 3, 2, 1) },
  ],
});

test.each(["k", "kk", "kkk", "kkkk", "größe"])("are read as they were written (%s)", (name) => {
  const run = temporaryFolder();
  keepPredictions(run, kept(name));
  const path = predictionsFile(run, "test");
  expect(readPredictions(path)).toEqual(kept(name));
  expect(readdirSync(dirname(path))).toEqual(["test.bin"]);
});

test("what is damaged or not there is told, with what to do", () => {
  const run = temporaryFolder();
  const path = predictionsFile(run, "test");
  expect(() => readPredictions(path)).toThrow(/not kept; resume the run/);
  keepPredictions(run, kept("k"));
  const whole = readFileSync(path);
  for (const [damage, sentence] of [
    [() => truncateSync(path, whole.length - 4), /its checksum does not match/],
    [() => truncateSync(path, 20), /begins otherwise/],
    [() => truncateSync(path, 3), /begins otherwise/],
    [() => writeFileSync(path, signed(whole.subarray(0, -36))), /it is \d+ bytes long, expected \d+/],
    [
      () => writeFileSync(path, signed(Buffer.from(whole.subarray(0, -32).toString("latin1").replace('"version":1', '"version":2'), "latin1"))),
      /header cannot be read/,
    ],
    [
      () => writeFileSync(path, Buffer.concat([Buffer.from("LATHEPR1"), whole.subarray(8, -32)])),
      /is of an earlier version of Lathe and has no checksum; resume the run, which judges it again/,
    ],
  ] as const) {
    writeFileSync(path, whole);
    damage();
    expect(() => readPredictions(path)).toThrow(sentence);
    expect(() => readPredictions(path)).toThrow(/resume the run, which judges it again/);
  }
});

test("one bit that has changed is noticed, wherever it is", () => {
  const run = temporaryFolder();
  const path = predictionsFile(run, "test");
  keepPredictions(run, kept("k"));
  const whole = readFileSync(path);
  for (let at = 8; at < whole.length; at += 7) {
    const damaged = Buffer.from(whole);
    damaged[at]! ^= 0x80;
    writeFileSync(path, damaged);
    expect(() => readPredictions(path), `byte ${at}`).toThrow(/is damaged \(its checksum does not match\); resume the run/);
  }
});

/** With a checksum of its own, as one who forges a file gives it. */
function signed(bytes: Uint8Array): Buffer {
  return Buffer.concat([bytes, createHash("sha256").update(bytes).digest()]);
}

test("are in the columns' own unit, as the exported model answers", () => {
  const { targets } = toKept(
    "validation",
    Uint32Array.of(1),
    { rows: 1, losses: new Map(), outputs: new Map([["n", Float32Array.of(0.5, -1)]]), truths: new Map([["n", Float32Array.of(0, 2)]]) },
    new Map([["n", { kind: "numeric", columns: ["a", "b"], restore: (value, k) => value * [10, 100][k]! + 1 }]]),
  );
  expect(targets).toEqual([{ name: "n", kind: "numeric", width: 2, columns: ["a", "b"], outputs: Float32Array.of(6, -99), truths: Float32Array.of(1, 201) }]);
});
