import { describe, expect, it } from "vitest";
import { record, startHistory, undo } from "../../../src-renderer/document/history.js";

describe("changes that are one step", () => {
  it("those with one text, as of typing, that follow each other quickly", () => {
    const typed = record(record(startHistory("a"), "name", "ab", 0, "name"), "name", "abc", 1000, "name");
    expect(undo(typed).present).toBe("a");
    expect(undo(record(typed, "name", "abcd", 10_000, "name")).present).toBe("abc");
  });

  it("those of one drag, however long a hand rests; another drag is another step, however soon", () => {
    const [first, second] = [{ gesture: true }, { gesture: true }] as const;
    const dragged = record(record(startHistory(20), "split", 15, 0, first), "split", 10, 60_000, first);
    expect(undo(dragged).present).toBe(20);
    expect(undo(record(dragged, "split", 5, 60_001, second)).present).toBe(10);
  });
});
