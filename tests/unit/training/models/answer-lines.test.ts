import { expect, test } from "vitest";
import { AnswerLines } from "../../../../src-main/training/models/answer-lines.js";

function lines(kept: boolean) {
  let text = "";
  const file = { write: (more: string) => void (text += more), drained: () => Promise.resolve() };
  return { answers: new AnswerLines(file, ["sample", "y"], { kept, spreadsheet: false }), text: () => text };
}

test("a picture that cannot be read stands among the others, without an answer and with the reason", async () => {
  const { answers, text } = lines(true);
  answers.add(1, ["a.png", "cat"]);
  answers.add(3, ["c,d.png", "dog"]);
  answers.fail(2, "b.png", "is empty (0 bytes)");
  expect(await answers.finish()).toEqual(["sample", "y", "error"]);
  expect(text()).toBe('sample,y,error\na.png,cat,\nb.png,,is empty (0 bytes)\n"c,d.png",dog,\n');
});

test.each([true, false])("where all can be read there is no such column (kept: %s)", async (kept) => {
  const { answers, text } = lines(kept);
  answers.add(1, ["1", "cat"]);
  expect(await answers.finish()).toEqual(["sample", "y"]);
  expect(text()).toBe("sample,y\n1,cat\n");
});
