import { expect, it } from "vitest";
import { Lru } from "../../../src-main/base/lru.js";

it("keeps what was used last, and tells what had to go", () => {
  const lru = new Lru<string, number>(2);
  expect([lru.set("a", 1), lru.set("b", 2)]).toEqual([[], []]);
  expect(lru.get("a")).toBe(1);
  expect(lru.set("c", 3)).toEqual([2]);
  expect([lru.get("a"), lru.get("b"), lru.get("c"), lru.values()]).toEqual([1, undefined, 3, [1, 3]]);
});

it("another value under the same key takes the place of the last and drops no other", () => {
  const lru = new Lru<string, number>(2);
  lru.set("a", 1);
  lru.set("b", 2);
  expect(lru.set("a", 3)).toEqual([]);
  expect(lru.set("c", 4)).toEqual([2]);
  expect(lru.values()).toEqual([3, 4]);
});

it("counts by size, and keeps the newest however large it is", () => {
  const lru = new Lru<string, string>(5, (text) => text.length);
  lru.set("a", "aa");
  lru.set("b", "bb");
  expect(lru.set("c", "ccc")).toEqual(["aa"]);
  expect(lru.set("d", "far too large")).toEqual(["bb", "ccc"]);
  expect(lru.values()).toEqual(["far too large"]);
  lru.delete("d");
  lru.set("e", "eeeee");
  expect(lru.values()).toEqual(["eeeee"]);
});

it("lets go of a key, unless another value has it by now", () => {
  const lru = new Lru<string, object>(2);
  const [first, second] = [{}, {}];
  lru.set("a", second);
  lru.delete("a", first);
  expect(lru.get("a")).toBe(second);
  lru.delete("a", second);
  expect(lru.get("a")).toBeUndefined();
  lru.set("a", first);
  lru.clear();
  expect(lru.values()).toEqual([]);
});
