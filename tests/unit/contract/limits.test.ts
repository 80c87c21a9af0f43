import { describe, expect, it } from "vitest";
import { closest } from "../../../src-main/base/closest.js";
import { parseProject } from "../../../src-main/contract/project.js";
import { planModel } from "../../../src-main/training/plan-model.js";

function project(model: object, name = "x") {
  return {
    version: 1, name: "p", data: { source: { type: "table", path: "t.csv" }, inputs: [{ name, type: "numeric", columns: ["a"] }], targets: [{ name: "y", type: "binary", column: "y" }] },
    model, training: { epochs: 1 },
  };
}

/** Blocks of which each holds the one before twice: 2^levels layers. */
function doubling(levels: number) {
  const twice = (block: string) => ["first", "second"].map((id) => ({ id, type: "Block", block }));
  const blocks = Object.fromEntries(Array.from({ length: levels }, (_, i) => [`b${i}`, { layers: i === 0 ? [{ id: "a", type: "ReLU" }] : twice(`b${i - 1}`) }]));
  return { layers: [{ id: "all", type: "Block", block: `b${levels - 1}` }, { id: "out", type: "Linear", outFeatures: 1 }], blocks, outputs: [{ target: "y", from: "out" }] };
}

describe("a document that would keep a window waiting is refused with a sentence, at once", () => {
  it("blocks that double with each level", () => {
    const sentence = /got 1,099,511,627,777 layers with blocks unfolded, expected at most 5,000; use fewer layers, or blocks fewer times/;
    expect(() => parseProject(project(doubling(41)))).toThrow(sentence);
    expect(planModel(project(doubling(41)), undefined).problems.map(({ message }) => message).join()).toMatch(sentence);
    expect(() => parseProject(project(doubling(8)))).not.toThrow();
  });

  it("20,000 layers", () => {
    const layers = Array.from({ length: 20_000 }, (_, i) => ({ id: `l${i}`, type: "ReLU" }));
    expect(() => parseProject(project({ layers, outputs: [{ target: "y", from: "l19999" }] }))).toThrow(/got 20,000 layers/);
  });

  it("names of 400,000 letters, also where they are compared with others", () => {
    const long = "n".repeat(400_000);
    expect(() => parseProject(project({ layers: [{ id: "out", type: "Linear", outFeatures: 1 }], outputs: [{ target: "y", from: "out" }] }, long))).toThrow(/inputs\[0\]\.name/);
    expect(() => parseProject(project({ layers: [{ id: "out", type: long, outFeatures: 1 }], outputs: [{ target: long, from: long }] }))).toThrow();
    expect(closest(long, [`${long}x`, "name"])).toBeUndefined();
  });
});
