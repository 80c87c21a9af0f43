import { expect, test } from "vitest";
import { allLayers, findLayers } from "../../../src-renderer/document/all-layers.js";

const model = {
  blocks: {
    inner: { layers: [{ id: "fc", type: "Linear" }] },
    outer: {
      layers: [
        { id: "conv", type: "Conv2d" },
        { id: "deep", type: "Block", block: "inner" },
      ],
    },
    round: { layers: [{ id: "again", type: "Block", block: "round" }] },
  },
  layers: [
    { id: "a", type: "Block", block: "outer" },
    { id: "head", type: "Linear" },
    { id: "lost", type: "Block", block: "toString" },
  ],
  outputs: [],
};
const planned = [
  { id: "a.conv", shape: ["N", 8, 4, 4], parameters: 576 },
  { id: "a.deep.fc", shape: ["N", 12], parameters: 108 },
];

test("layers inside of blocks follow them, with the shapes of the plan", () => {
  expect(allLayers(model, planned).map(({ path, top, type, parameters }) => [path, top, type, parameters])).toEqual([
    ["a", "a", "Block", 0],
    ["a.conv", "a", "Conv2d", 576],
    ["a.deep", "a", "Block", 0],
    ["a.deep.fc", "a", "Linear", 108],
    ["head", "head", "Linear", 0],
    ["lost", "lost", "Block", 0],
  ]);
});

test("a block that contains itself has an end", () => {
  expect(allLayers({ ...model, layers: [{ id: "r", type: "Block", block: "round" }] }, []).length).toBeLessThan(20);
});

test.each([
  ["", 6],
  ["linear", 2],
  ["A.Deep linear", 1],
  ["8x4x4", 1],
  ["8 × 4 × 4 conv2d", 1],
  ["n × 12", 1],
  ["conv2d 12", 0],
])("words find names, types and shapes: %j", (words, count) => {
  expect(findLayers(allLayers(model, planned), words)).toHaveLength(count);
});
