import { describe, expect, it } from "vitest";
import { formatBytes, formatProbability } from "../../../src-renderer/composables/format.js";

describe("probabilities", () => {
  it.each([
    [0, "0.0%"],
    [0.0004, "<0.1%"],
    [0.0006, "0.1%"],
    [0.5, "50.0%"],
    [0.7614, "76.1%"],
    [0.9994, "99.9%"],
    [0.9996, ">99.9%"],
    [1, "100.0%"],
    [Number.NaN, "–"],
  ])("%s is told as %s, never as certain where it is not", (value, text) => expect(formatProbability(value)).toBe(text));
});

describe("sizes", () => {
  it.each([
    [1, "1 byte"],
    [364, "364 bytes"],
    [1200, "1.2 kB"],
    [5_250_000, "5.25 MB"],
  ])("%d bytes are told as %s", (bytes, text) => expect(formatBytes(bytes)).toBe(text));
});
