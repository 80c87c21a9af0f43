import { describe, expect, it } from "vitest";
import { closest } from "../../../src-main/base/closest.js";
import { parseProject } from "../../../src-main/contract/project.js";
import { planModel } from "../../../src-main/training/network/plan-model.js";

function project(model: object, name = "x") {
  return {
    version: 1,
    name: "p",
    data: {
      source: { type: "table", path: "t.csv" },
      inputs: [{ name, type: "numeric", columns: ["a"] }],
      targets: [{ name: "y", type: "binary", column: "y" }],
    },
    model,
    training: { epochs: 1 },
  };
}

/** Blocks of which each holds the one before twice: 2^levels layers. */
function doubling(levels: number) {
  const twice = (block: string) => ["first", "second"].map((id) => ({ id, type: "Block", block }));
  const blocks = Object.fromEntries(
    Array.from({ length: levels }, (_, i) => [`b${i}`, { layers: i === 0 ? [{ id: "a", type: "ReLU" }] : twice(`b${i - 1}`) }]),
  );
  return {
    layers: [
      { id: "all", type: "Block", block: `b${levels - 1}` },
      { id: "out", type: "Linear", outFeatures: 1 },
    ],
    blocks,
    outputs: [{ target: "y", from: "out" }],
  };
}

describe("a document that would keep a window waiting is refused with a sentence, at once", () => {
  it("blocks that double with each level", () => {
    const sentence = /got 1,099,511,627,777 layers with blocks unfolded, expected at most 5,000; use fewer layers, or blocks fewer times/;
    expect(() => parseProject(project(doubling(41)))).toThrow(sentence);
    expect(
      planModel(project(doubling(41)), undefined)
        .problems.map(({ message }) => message)
        .join(),
    ).toMatch(sentence);
    expect(() => parseProject(project(doubling(8)))).not.toThrow();
  });

  it("20,000 layers", () => {
    const layers = Array.from({ length: 20_000 }, (_, i) => ({ id: `l${i}`, type: "ReLU" }));
    expect(() => parseProject(project({ layers, outputs: [{ target: "y", from: "l19999" }] }))).toThrow(/model\.layers: got .*, expected at most 5000 items/);
  });

  it("names of 400,000 letters, also where they are compared with others", () => {
    const long = "n".repeat(400_000);
    expect(() => parseProject(project({ layers: [{ id: "out", type: "Linear", outFeatures: 1 }], outputs: [{ target: "y", from: "out" }] }, long))).toThrow(
      /inputs\[0\]\.name/,
    );
    expect(() => parseProject(project({ layers: [{ id: "out", type: long, outFeatures: 1 }], outputs: [{ target: long, from: long }] }))).toThrow();
    expect(closest(long, [`${long}x`, "name"])).toBeUndefined();
  });

  const many = (count: number, entry: (i: number) => unknown) => Array.from({ length: count }, (_, i) => entry(i));
  const named = (count: number, entry: (i: number) => unknown) => Object.fromEntries(many(count, (i) => [`n${i}`, entry(i)]) as [string, unknown][]);
  type Document = ReturnType<typeof project> & { training: object; data: { inputs: object[]; targets: object[] } };
  const crowds: readonly [string, (document: Document) => void][] = [
    ["inputs", ({ data }) => (data.inputs = many(100_000, (i) => ({ name: `x${i}`, type: "numeric", columns: ["a"] })) as never)],
    ["inputs that are wrong", ({ data }) => (data.inputs = many(100_000, () => ({ name: "x", type: "nmeric", columns: ["a"] })) as never)],
    ["targets", ({ data }) => (data.targets = many(100_000, (i) => ({ name: `y${i}`, type: "numeric", column: "y" })) as never)],
    ["columns, none of them new", ({ data }) => (data.inputs = [{ name: "x", type: "numeric", columns: many(99_000, () => "c") }] as never)],
    [
      "layers that read from nowhere",
      (document) => Object.assign(document.model, { layers: many(5000, (i) => ({ id: `layer${i}`, type: "ReLU", from: [`lyer${i}`] })) }),
    ],
    ["sources of one layer", (document) => Object.assign(document.model, { layers: [{ id: "c", type: "Concat", from: many(300_000, (i) => `q${i}`) }] })],
    ["blocks", (document) => Object.assign(document.model, { blocks: named(50_000, () => ({ layers: [{ id: "a", type: "ReLU" }] })) })],
    ["outputs", (document) => Object.assign(document.model, { outputs: many(100_000, (i) => ({ target: `y${i}`, from: `out${i}` })) })],
    [
      "unknown settings",
      (document) =>
        Object.assign(
          document.training,
          named(200_000, () => 1),
        ),
    ],
    ["losses", (document) => Object.assign(document.training, { losses: named(100_000, () => ({ type: "MSELos" })) })],
  ];
  it.each(crowds)("a crowd of %s, of which the first problems are told", (_what, crowd) => {
    const document = project({ layers: [{ id: "out", type: "Linear", outFeatures: 1 }], outputs: [{ target: "y", from: "out" }] }) as Document;
    crowd(document);
    let message = "";
    try {
      parseProject(document);
    } catch (thrown) {
      ({ message } = thrown as Error);
    }
    expect(message).not.toBe("");
    // A sentence for each of them would be megabytes; looking each of them up among all the others took minutes.
    expect(message.length).toBeLessThan(50_000);
  });
});
