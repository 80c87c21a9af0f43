import { describe, expect, it } from "vitest";
import { asSentence } from "../../../src-renderer/composables/sentence.js";

describe("what begins a line", () => {
  it.each([
    ["the target: it has no level", "The target: it has no level"],
    ["no row of /a/b.csv is left", "No row of /a/b.csv is left"],
    ["élan is missing", "Élan is missing"],
    [
      "none of the pictures of cats that were looked at can be read: a.png is damaged",
      "None of the pictures of cats that were looked at can be read: a.png is damaged",
    ],
    ["rows are missing, such as in a.csv", "Rows are missing, such as in a.csv"],
    ["gone", "Gone"],
    ["2 rows are left", "2 rows are left"],
    ["", ""],
  ])("is a sentence: %s", (text, sentence) => expect(asSentence(text)).toBe(sentence));

  it.each([
    "cat.png is damaged or cut short",
    "fruit/words.jpg is no picture by its content",
    "fruit\\words.jpg is no picture",
    "my old cat.jfif is not there any more",
    "cat.PNG is empty",
    "clouds.csv, row 4: expected a number",
    "outFeatures: expected a number",
    "data.inputs[0]: expected a column",
    "model.onnx cannot be read",
    "日本.png is damaged",
  ])("stays as it is where it is a name: %s", (text) => expect(asSentence(text)).toBe(text));
});
