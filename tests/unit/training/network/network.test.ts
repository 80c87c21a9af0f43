import { describe, expect, it } from "vitest";
import type { z } from "zod";
import { modelSchema } from "../../../../src-main/contract/model.js";
import { initialBuffers, initialParameters, layOut } from "../../../../src-main/training/network/layout.js";
import { type NetworkPlan, planNetwork } from "../../../../src-main/training/network/network.js";

type ModelInput = z.input<typeof modelSchema>;

/** The model section alone: what a project's checks would have refused comes through, and must be refused here. */
function plan(model: ModelInput, inputs: readonly string[] = ["x"], widths: Readonly<Record<string, number>> = { y: 3 }): NetworkPlan {
  return planNetwork(modelSchema.parse(model), inputs, new Map(Object.entries(widths)));
}

function lay(model: ModelInput, inputs: Readonly<Record<string, number>> = { x: 4 }, widths?: Readonly<Record<string, number>>) {
  return layOut(
    plan(model, Object.keys(inputs), widths),
    new Map(Object.entries(inputs).map(([name, width]) => [name, { dtype: "float32" as const, shape: ["N", width] }])),
  );
}

const fc = (id: string, outFeatures: number | "classes" = 4, from?: readonly string[]) => ({
  id,
  type: "Linear",
  outFeatures,
  ...(from && { from: [...from] }),
});
const out = (from: string, target = "y") => [{ target, from }];
const wiring = ({ layers }: NetworkPlan) => layers.map(({ id, from }) => `${id} <- ${from.join(", ")}`);
const owners = ({ layers }: NetworkPlan) => layers.map(({ id, owner }) => `${id}: ${owner}`);

/** x + tanh(fc(x)) */
const residual: NonNullable<ModelInput["blocks"]>[string] = {
  layers: [fc("fc"), { id: "act", type: "Tanh" }, { id: "sum", type: "Add", from: ["input", "act"] }],
};

describe("planning a network", () => {
  it("reads the layer before where nothing else is said, and the input first", () => {
    const planned = plan({ layers: [fc("a"), { id: "act", type: "ReLU" }, { id: "sum", type: "Add", from: ["a", "act", "x"] }, fc("b")], outputs: out("b") });
    expect(wiring(planned)).toEqual(["a <- x", "act <- a", "sum <- a, act, x", "b <- sum"]);
    expect(planned.outputs).toEqual([{ target: "y", from: "b" }]);
  });

  it("unfolds a block in place: its layers get its id before theirs, what it reads goes in, its last layer comes out", () => {
    const planned = plan({ blocks: { res: residual }, layers: [fc("a"), { id: "r", type: "Block", block: "res" }, fc("b")], outputs: out("r") });
    expect(wiring(planned)).toEqual(["a <- x", "r.fc <- a", "r.act <- r.fc", "r.sum <- a, r.act", "b <- r.sum"]);
    expect(planned.outputs).toEqual([{ target: "y", from: "r.sum" }]);
  });

  it("unfolds blocks inside blocks, however deep", () => {
    const planned = plan({
      blocks: {
        res: residual,
        two: {
          layers: [
            { id: "one", type: "Block", block: "res" },
            { id: "other", type: "Block", block: "res" },
          ],
        },
        four: {
          layers: [
            { id: "p", type: "Block", block: "two" },
            { id: "q", type: "Block", block: "two" },
          ],
        },
      },
      layers: [{ id: "all", type: "Block", block: "four" }, fc("b")],
      outputs: out("b"),
    });
    expect(planned.layers).toHaveLength(4 * 3 + 1);
    expect(wiring(planned).filter((w) => w.includes("sum"))).toEqual([
      "all.p.one.sum <- x, all.p.one.act",
      "all.p.other.fc <- all.p.one.sum",
      "all.p.other.sum <- all.p.one.sum, all.p.other.act",
      "all.q.one.fc <- all.p.other.sum",
      "all.q.one.sum <- all.p.other.sum, all.q.one.act",
      "all.q.other.fc <- all.q.one.sum",
      "all.q.other.sum <- all.q.one.sum, all.q.other.act",
      "b <- all.q.other.sum",
    ]);
  });

  it("gives a block several inputs by name, and the result it names instead of the last", () => {
    const join: NonNullable<ModelInput["blocks"]>[string] = {
      inputs: ["left", "right"],
      output: "sum",
      layers: [fc("l", 4, ["left"]), fc("r", 4, ["right"]), { id: "sum", type: "Add", from: ["l", "r"] }, { id: "unused", type: "ReLU" }],
    };
    const planned = plan(
      { blocks: { join }, layers: [fc("a", 4, ["p"]), { id: "j", type: "Block", block: "join", from: ["a", "q"] }, fc("b")], outputs: out("b") },
      ["p", "q"],
    );
    expect(wiring(planned)).toEqual(["a <- p", "j.l <- a", "j.r <- q", "j.sum <- j.l, j.r", "j.unused <- j.sum", "b <- j.sum"]);
  });

  it("gives every use of a block weights of its own, or all that share one set", () => {
    const model = (weights: "own" | "shared"): ModelInput => ({
      blocks: { res: residual, pair: { layers: [{ id: "p", type: "Block", block: "res", weights }] } },
      layers: [
        { id: "r", type: "Block", block: "res", weights },
        { id: "s", type: "Block", block: "res", weights },
        { id: "t", type: "Block", block: "pair" },
      ],
      outputs: out("t"),
    });
    const owned = (weights: "own" | "shared") => owners(plan(model(weights))).filter((o) => o.includes(".fc:"));
    expect(owned("own")).toEqual(["r.fc: r.fc", "s.fc: s.fc", "t.p.fc: t.p.fc"]);
    expect(owned("shared")).toEqual(["r.fc: res.fc", "s.fc: res.fc", "t.p.fc: res.fc"]);
    expect(lay(model("own")).parameterCount).toBe(3 * 20);
    expect(lay(model("shared")).parameterCount).toBe(20);
  });

  it("shared weights stay apart from a layer's that has the block's name", () => {
    // r uses the block with its own weights under the block's very name; s shares.
    const model: ModelInput = {
      blocks: { r: residual, r_: residual },
      layers: [
        { id: "r", type: "Block", block: "r" },
        { id: "s", type: "Block", block: "r", weights: "shared" },
        { id: "t", type: "Block", block: "r_", weights: "shared" },
      ],
      outputs: out("t"),
    };
    expect(
      new Set(
        plan(model)
          .layers.filter((l) => l.definition.type === "Linear")
          .map((l) => l.owner),
      ).size,
    ).toBe(3);
    expect(lay(model).parameterCount).toBe(60);
  });

  it('completes options with their defaults, and "classes" with the width of the output', () => {
    const config = (planned: NetworkPlan, id: string) => planned.layers.find((l) => l.id === id)?.config;
    expect(config(plan({ layers: [fc("b", "classes")], outputs: out("b") }), "b")).toMatchObject({ outFeatures: 3, bias: true });
    const two: ModelInput = { layers: [fc("a"), fc("b", "classes"), fc("c", "classes", ["a"])], outputs: [...out("b"), ...out("c", "z")] };
    expect(["b", "c"].map((id) => config(plan(two, ["x"], { y: 3, z: 7 }), id))).toMatchObject([{ outFeatures: 3 }, { outFeatures: 7 }]);
    // With one target "classes" is clear wherever it stands, inside a block and before an activation.
    const inside: ModelInput = {
      blocks: { head: { layers: [fc("b", "classes"), { id: "act", type: "LogSoftmax" }] } },
      layers: [{ id: "h", type: "Block", block: "head" }],
      outputs: out("h"),
    };
    expect(config(plan(inside), "h.b")).toMatchObject({ outFeatures: 3 });
  });

  it('refuses "classes" where it could be either of two, also inside a block whose layer is called like an output', () => {
    const sentence = /layer b: "classes" is clear only for the layer that an output names; write the number/;
    expect(() => plan({ layers: [fc("b", "classes"), fc("c"), fc("d", 3, ["b"])], outputs: [...out("c"), ...out("d", "z")] }, ["x"], { y: 3, z: 7 })).toThrow(
      sentence,
    );
    const inside: ModelInput = {
      blocks: { head: { layers: [fc("b", "classes")] } },
      layers: [{ id: "h", type: "Block", block: "head" }, fc("b"), fc("c", 7, ["h"])],
      outputs: [...out("b"), ...out("c", "z")],
    };
    expect(() => plan(inside, ["x"], { y: 4, z: 7 })).toThrow(sentence);
  });

  it.each<readonly [string, () => unknown, RegExp]>([
    [
      "a name that is nowhere",
      () => lay({ layers: [fc("a"), fc("b", 4, ["aa"])], outputs: out("b") }),
      /^layer b reads aa, which comes later or does not exist$/,
    ],
    [
      "a later layer",
      () => lay({ layers: [fc("a", 4, ["b"]), fc("b", 4, ["x"])], outputs: out("b") }),
      /^layer a reads b, which comes later or does not exist$/,
    ],
    [
      "a layer outside its block",
      () => lay({ blocks: { k: { layers: [fc("c", 4, ["a"])] } }, layers: [fc("a"), { id: "k1", type: "Block", block: "k" }], outputs: out("k1") }),
      /^layer k1\.c reads k1\.a, which/,
    ],
    [
      "a block's input that nobody gave",
      () =>
        lay({
          blocks: { k: { inputs: ["p", "x"], layers: [{ id: "s", type: "Add", from: ["p", "x"] }] } },
          layers: [{ id: "k1", type: "Block", block: "k" }],
          outputs: out("k1"),
        }),
      /^layer k1\.s reads k1\.x, which/,
    ],
    ["a block that does not exist", () => plan({ layers: [{ id: "k1", type: "Block", block: "k" }], outputs: out("k1") }), /^layer k1: there is no block k$/],
    [
      "a block inside itself",
      () =>
        plan({ blocks: { k: { layers: [{ id: "in", type: "Block", block: "k" }] } }, layers: [{ id: "k1", type: "Block", block: "k" }], outputs: out("k1") }),
      /^block k contains itself, by way of k1\.in$/,
    ],
    [
      "too few inputs",
      () => lay({ layers: [{ id: "s", type: "Add" }], outputs: out("s") }),
      /^layer s \(Add\) got \[N, 4\]: expected 2 or more inputs, got 1$/,
    ],
    [
      "too many inputs",
      () =>
        lay({
          blocks: { k: { layers: [{ id: "act", type: "ReLU", from: ["input", "input"] }] } },
          layers: [{ id: "k1", type: "Block", block: "k" }],
          outputs: out("k1"),
        }),
      /^layer k1\.act \(ReLU\) got \[N, 4\], \[N, 4\]: expected 1 input, got 2$/,
    ],
    [
      "shapes that do not fit",
      () => lay({ layers: [fc("a", 3), { id: "s", type: "Add", from: ["a", "x"] }], outputs: out("s") }),
      /^layer s \(Add\) got \[N, 3\], \[N, 4\]: expected .*got \[N, 3\] and \[N, 4\]$/,
    ],
    [
      "weights shared by uses of different width",
      () =>
        lay({
          blocks: { k: { layers: [fc("c", 2)] } },
          layers: [
            { id: "one", type: "Block", block: "k", weights: "shared" },
            { id: "two", type: "Block", block: "k", weights: "shared" },
          ],
          outputs: out("two"),
        }),
      /^layer two\.c \(Linear\) got \[N, 2\]: its weight would be \[2, 2\], but it shares one of \[2, 4\]; .*weights to "own"/,
    ],
  ])("refuses %s, and names the layer", (_, make, sentence) => {
    let message = "";
    try {
      make();
    } catch (thrown) {
      message = (thrown as Error).message;
      expect(thrown).toMatchObject({ code: "model.layer" });
    }
    expect(message).toMatch(sentence);
  });
});

describe("the layout", () => {
  const model: ModelInput = { layers: [fc("a", 5), { id: "bn", type: "BatchNorm1d" }, { id: "drop", type: "Dropout" }, fc("b", "classes")], outputs: out("b") };

  it("places parameters and buffers one after the other, in the order of the network", () => {
    const layout = lay(model);
    expect(layout.parameters.map(({ name, owner, shape, offset, size }) => [name, owner, shape, offset, size])).toEqual([
      ["a.weight", "a", [5, 4], 0, 20],
      ["a.bias", "a", [5], 20, 5],
      ["bn.weight", "bn", [5], 25, 5],
      ["bn.bias", "bn", [5], 30, 5],
      ["b.weight", "b", [3, 5], 35, 15],
      ["b.bias", "b", [3], 50, 3],
    ]);
    expect(layout.parameterCount).toBe(53);
    expect(layout.buffers.map(({ name, offset, size, fill }) => [name, offset, size, fill])).toEqual([
      ["bn.runningMean", 0, 5, 0],
      ["bn.runningVar", 5, 5, 1],
    ]);
    expect([...initialBuffers(layout)]).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 1, 1]);
    expect(layout.uniforms).toEqual([{ layer: "drop", shape: [5] }]);
    expect(layout.types.get("bn")?.shape).toEqual(["N", 5]);
  });

  it("draws for each dropout within a layer", () => {
    const layout = lay(
      {
        layers: [
          { id: "steps", type: "Unflatten", unflattenedSize: [2, 2] },
          { id: "gru", type: "GRU", hiddenSize: 3, numLayers: 3, dropout: 0.5 },
          fc("b", "classes"),
        ],
        outputs: out("b"),
      },
      { x: 4 },
    );
    expect(layout.uniforms).toEqual([
      { layer: "gru", shape: [2, 3] },
      { layer: "gru 2", shape: [2, 3] },
    ]);
  });

  it("draws each parameter from a stream of its own: another layer, or another order, does not change it", () => {
    const piece = (layout: ReturnType<typeof lay>, name: string, seed = 1) => {
      const { offset, size } = layout.parameters.find((p) => p.name === name)!;
      return initialParameters(layout.parameters, seed).slice(offset, offset + size);
    };
    const longer = lay({ layers: [fc("first", 4), { id: "act", type: "ReLU" }, ...model.layers], outputs: out("b") });
    expect(piece(longer, "a.weight")).toEqual(piece(lay(model), "a.weight"));
    expect(piece(lay(model), "a.weight", 2)).not.toEqual(piece(lay(model), "a.weight", 1));
    // PyTorch's Linear starts uniform in ±1/√in.
    expect(Math.max(...piece(lay(model), "a.weight").map(Math.abs))).toBeLessThanOrEqual(0.5);
    expect([...piece(lay(model), "bn.weight")]).toEqual([1, 1, 1, 1, 1]);
  });
});
