import { describe, expect, it } from "vitest";
import { Speller, otherSpellings, wordsOf } from "../../../src-main/features/spelling.js";

const seen = (telling: Readonly<Record<string, number>>, others: readonly string[] = [], rows = 100) => ({
  telling: new Map(Object.entries(telling)),
  others,
  rows,
});

describe("words of a column", () => {
  it("are missing where they say so, in any case", () => {
    expect([...wordsOf(seen({ NA: 3, "n.a.": 2, "?": 1, Null: 1 }, ["a", "b"])).missing]).toEqual([
      ["NA", 3],
      ["n.a.", 2],
      ["?", 1],
      ["Null", 1],
    ]);
  });

  it("keeps none where it is frequent or one of two, and a minus beside a plus", () => {
    expect(wordsOf(seen({ none: 40 }, ["high", "low"])).kept).toEqual(["none"]);
    expect(wordsOf(seen({ none: 2 }, ["high", "low"])).kept).toEqual([]);
    expect(wordsOf(seen({ None: 2 }, ["yes"])).kept).toEqual(["none"]);
    expect(wordsOf(seen({ "-": 50 }, ["+"])).kept).toEqual(["-"]);
    expect(wordsOf(seen({ "-": 50 }, ["a", "b"])).kept).toEqual([]);
  });

  it("makes spellings of yes and no one value, called as most rows call it", () => {
    const words = wordsOf(seen({ yes: 60, Yes: 1, no: 58, No: 1 }));
    expect([...words.united.keys()].sort()).toEqual(["no", "yes"]);
    const flags = wordsOf(seen({ TRUE: 5, true: 2, "1": 1, "0": 9 }));
    expect([...flags.united]).toEqual([
      [
        "TRUE",
        new Map([
          ["TRUE", 5],
          ["true", 2],
          ["1", 1],
        ]),
      ],
    ]);
    // Single letters are words of yes and no only where nothing else stands beside them.
    expect(wordsOf(seen({ y: 3, Y: 2, n: 1 })).united.size).toBe(1);
    expect(wordsOf(seen({ n: 3, N: 2 }, ["C", "O"])).united.size).toBe(0);
    // So are those of other languages.
    expect([...wordsOf(seen({ ja: 3, JA: 2, Nein: 4, nein: 1 })).united.keys()].sort()).toEqual(["Nein", "ja"]);
    expect(wordsOf(seen({ Si: 3, si: 2, no: 4, No: 1 })).united.size).toBe(2);
  });
});

describe("texts of another table", () => {
  it("are read as training's: case of yes and no, true and 1, missing words", () => {
    const flag = new Speller(["false", "true"]);
    expect(["True", "FALSE", "1", "0", "NA", "maybe", ""].map((text) => flag.read(text))).toEqual(["true", "false", "true", "false", "", "maybe", ""]);
    const number = new Speller(["0", "1"]);
    expect(["True", "false", "1"].map((text) => number.read(text))).toEqual(["1", "0", "1"]);
    const words = new Speller(["none", "mild", "Severe"]);
    expect(["none", "None", "severe", "-"].map((text) => words.read(text))).toEqual(["none", "", "severe", ""]);
  });

  it("are put into the exported file as far as a list of spellings goes", () => {
    expect(otherSpellings(["false", "true"])).toMatchObject({ True: "true", FALSE: "false", "1": "true", "0.0": "false" });
    expect(otherSpellings(["1", "2", "3"])).toEqual({ "1.0": "1", "2.0": "2", "3.0": "3" });
    expect(otherSpellings(["red", "Red"])).toEqual({});
  });
});
