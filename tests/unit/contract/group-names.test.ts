import { expect, it } from "vitest";
import { groupOf, namesLayer } from "../../../src-main/contract/group-names.js";

it.each<readonly [string, string, boolean]>([
  ["fc1", "fc1", true],
  ["fc1", "fc10", false],
  ["fc*", "fc10", true],
  ["*", "block1.fc", true],
  ["block1", "block1.fc", true],
  ["block*", "block1.inner.fc", true],
  ["block1.inner", "block1.inner.fc", true],
  ["*.fc", "block1.inner.fc", true],
  ["fc", "block1.fc", false],
  ["b*1.*c", "block1.fc", true],
  ["b*1.*x", "block1.fc", false],
  ["**", "a", true],
  ["a.c", "abc", false],
])("the pattern %s fits the layer %s: %s", (pattern, owner, fits) => {
  expect(namesLayer(pattern, owner)).toBe(fits);
});

it("a layer is in the first group that names it", () => {
  const groups = [{ layers: ["a", "b*"] }, { layers: ["*"] }];
  expect(["a", "b2", "c"].map((owner) => groupOf(groups, owner))).toEqual([0, 0, 1]);
  expect(groupOf(groups.slice(0, 1), "c")).toBeUndefined();
});

it("a pattern made to take long does not", () => {
  expect(namesLayer("*a".repeat(100), `${"a".repeat(199)}b`)).toBe(false);
});
