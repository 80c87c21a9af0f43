import { expect, it } from "vitest";
import { closest, distance, nearestKnown } from "../../../src-main/base/closest.js";

it.each([
  ["", "", 0],
  ["", "abc", 3],
  ["abc", "", 3],
  ["same", "same", 0],
  ["kitten", "sitting", 3],
  ["saturday", "sunday", 3],
  ["flaw", "lawn", 2],
  ["ab", "ba", 2],
])("%j and %j are %i apart, from both sides", (a, b, expected) => {
  expect([distance(a, b), distance(b, a)]).toEqual([expected, expected]);
});

it("finds the word that was meant, whatever its case, the first of several", () => {
  const layers = ["Linear", "Conv2d", "Dropout", "BatchNorm1d"];
  expect(["linaer", "CONV2D", "Drop out", "batchnorm"].map((word) => closest(word, layers))).toEqual(["Linear", "Conv2d", "Dropout", "BatchNorm1d"]);
  expect(closest("ac", ["ab", "ad"])).toBe("ab");
  expect([closest("gur", ["lstm", "gru"]), closest("ba", ["ab"])]).toEqual(["gru", "ab"]);
  expect(closest("cats", ["Cat", "cat", "CAT"])).toBe("cat");
});

it("finds nothing where more than a third differs, or nothing is offered", () => {
  expect([closest("Transformer", ["Linear", "Conv2d"]), closest("Linear", [])]).toEqual([undefined, undefined]);
});

it("finds nothing where little of a short word is left", () => {
  const columns = ["a", "b", "w", "price"];
  expect(["zz", "big", "x", "c", "prc", "pirce", "B"].map((word) => closest(word, columns))).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
    "price",
    "price",
    "b",
  ]);
});

it("takes an unknown word for the known one of which most agrees, so that of short words less may differ", () => {
  const animals = ["cow", "dog", "horse"];
  expect(["Dog", "cows", "hrose", "cat", "pig"].map((word) => nearestKnown(word, animals))).toEqual(["dog", "cow", undefined, undefined, undefined]);
});

it("does not compare words too long to be typed", () => {
  const long = "x".repeat(101);
  expect([closest(long, [long]), closest("x".repeat(100), [long]), closest("x".repeat(100), ["x".repeat(100)])]).toEqual([
    undefined,
    undefined,
    "x".repeat(100),
  ]);
});
