import { existsSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { AnswerJournal, type JournalFrame, discardAnswers, journalOf, peekAnswers } from "../../../../src-main/training/models/answer-journal.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

const identity = { lathe: "1", model: "m", data: "d", setting: "cpu" };
const frames: readonly JournalFrame[] = [
  { upTo: 2, answered: 2, blank: 0, device: "cpu", rows: [[1, ["1", "yes"]], [2, ["2", "no"]]] },
  { upTo: 4, answered: 1, blank: 1, device: "cpu", rows: [[3, ["3"], 'column "a": got "x"'], [4, ["4", "ü,\n\""]]] },
  { upTo: 9, answered: 1, blank: 0, device: "cpu", rows: [[9, ["9", "yes"]]] },
]; // prettier-ignore

function open(out: string, more = {}) {
  return new AnswerJournal(out, { ...identity, ...more });
}

/** A journal with all frames, and how long it was after each. */
function written(out: string): readonly number[] {
  const journal = open(out);
  const ends = [readFileSync(journalOf(out)).length];
  for (const frame of frames) {
    journal.add(frame);
    ends.push(readFileSync(journalOf(out)).length);
  }
  journal.close();
  return ends;
}

it("goes on with all that was whole, wherever it was cut off", () => {
  const out = join(temporaryFolder(), "out.csv");
  const ends = written(out);
  const bytes = readFileSync(journalOf(out));
  const lengths = Array.from({ length: bytes.length + 1 }, (_, i) => i).filter((i) => i % 5 === 0 || ends.some((end) => Math.abs(end - i) < 2));
  for (const length of lengths) {
    writeFileSync(journalOf(out), bytes);
    truncateSync(journalOf(out), length);
    const whole = ends.filter((end) => end <= length).length - 1;
    expect(peekAnswers(out)?.upTo, `cut off after ${length} bytes`).toBe(whole < 0 ? undefined : (frames[whole - 1]?.upTo ?? 0));
    const journal = open(out);
    expect([...journal.frames()], `cut off after ${length} bytes`).toEqual(frames.slice(0, Math.max(0, whole)));
    expect(journal.kept.upTo).toBe(frames[whole - 1]?.upTo ?? 0);
    // What was cut off is written anew, to the same bytes.
    for (const frame of frames.slice(Math.max(0, whole))) journal.add(frame);
    journal.close();
    expect(readFileSync(journalOf(out)).equals(bytes)).toBe(true);
  }
});

it("believes nothing behind a bit that is another", () => {
  const out = join(temporaryFolder(), "out.csv");
  const [, first = 0] = written(out);
  const bytes = readFileSync(journalOf(out));
  bytes[first + 12]! ^= 4;
  writeFileSync(journalOf(out), bytes);
  const journal = open(out);
  expect([...journal.frames()]).toEqual(frames.slice(0, 1));
  expect(journal.kept).toMatchObject({ upTo: 2, answered: 2, failed: 0 });
  journal.remove();
  expect(existsSync(journalOf(out))).toBe(false);
});

it.each([
  [{ model: "n" }, "the model is another"],
  [{ data: "e" }, "what is answered for has changed"],
  [{ setting: "webgpu" }, "the device is another"],
  [{ lathe: "2" }, "another version of Lathe made them"],
])("of something else (%j) begins anew, and says why", (more, why) => {
  const out = join(temporaryFolder(), "out.csv");
  written(out);
  const journal = open(out, more);
  expect([journal.anew, journal.kept.upTo, [...journal.frames()]]).toEqual([why, 0, []]);
  journal.close();
});

it("is told by its device, taken away when told, and never another's file", () => {
  const out = join(temporaryFolder(), "out.csv");
  expect(discardAnswers(out)).toBe(false);
  written(out);
  expect(peekAnswers(out)).toEqual({ device: "cpu", upTo: frames.at(-1)!.upTo });
  expect(discardAnswers(out)).toBe(true);
  expect(peekAnswers(out)).toBeUndefined();
  writeFileSync(journalOf(out), "mine, and longer than a magic line");
  expect(() => discardAnswers(out)).toThrow(/is no file of unfinished answers/);
  expect(() => open(out)).toThrow(/is no file of unfinished answers/);
  expect(readFileSync(journalOf(out), "utf8")).toBe("mine, and longer than a magic line");
});

it("is not read as whole where another writes to it meanwhile", () => {
  const out = join(temporaryFolder(), "out.csv");
  const journal = open(out);
  for (const frame of frames) journal.add(frame);
  const bytes = readFileSync(journalOf(out));
  bytes[bytes.length - 20]! ^= 1;
  writeFileSync(journalOf(out), bytes);
  expect(() => [...journal.frames()]).toThrow(/was changed while Lathe wrote it/);
  journal.close();
});
