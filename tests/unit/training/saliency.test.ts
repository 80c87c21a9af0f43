import { afterAll, describe, expect, it, test } from "vitest";
import { parseProject } from "../../../src-main/contract/project.js";
import type { LayerSpec } from "../../../src-main/contract/model.js";
import { onnxruntimeEngine } from "../../../src-main/engines/onnxruntime/index.js";
import { decodeModel, encodeModel, modelOf } from "../../../src-main/onnx/protobuf.js";
import { type Graph, numbersOf, tensor } from "../../../src-main/onnx/types.js";
import { createEmitter, inferTypes } from "../../../src-main/ops/index.js";
import type { ModelFacts } from "../../../src-main/training/models/inference-model.js";
import { type Bindings, lowerNetwork, planNetwork } from "../../../src-main/training/network/network.js";
import { PictureInsight } from "../../../src-main/training/models/picture-insight.js";
import { buildSaliencyGraph, saliencyNames } from "../../../src-main/training/graphs/saliency-graph.js";
import { resizeMap, scaleToOne } from "../../../src-main/training/models/scale-map.js";
import { expectClose } from "../../support/close.js";
import { type Packed, batched, readGolden, unpack } from "../../support/goldens.js";

interface Asked {
  readonly weights: readonly number[];
  readonly layer: string;
  readonly score: Packed;
  readonly map: Packed;
  readonly resized: Packed;
}
interface Case {
  readonly name: string;
  readonly input: Packed;
  readonly output: "softmax" | "sigmoid" | "exp" | "identity";
  readonly tensors: Readonly<Record<string, Packed>>;
  readonly activations: Readonly<Record<string, Packed>>;
  readonly asked: readonly Asked[];
}

const golden = readGolden<{ readonly cases: readonly Case[]; readonly resizes: readonly { readonly from: Packed; readonly to: Packed }[] }>("saliency.json");
const [twoBlocks, residual, binary] = golden.cases as readonly [Case, Case, Case];

/** The networks of generate_saliency.py as a project has them. */
const conv = (id: string, outChannels: number, more: object = { padding: 1 }): LayerSpec => ({ id, type: "Conv2d", outChannels, kernelSize: 3, ...more });
const pool = (id: string) => ({ id, type: "MaxPool2d", kernelSize: 2 });
const networks: Readonly<Record<string, readonly LayerSpec[]>> = {
  [twoBlocks.name]: [
    conv("conv1", 4),
    { id: "act1", type: "ELU" },
    pool("pool1"),
    conv("conv2", 6),
    { id: "act2", type: "ELU" },
    pool("pool2"),
    { id: "drop", type: "Dropout" },
    { id: "flat", type: "Flatten" },
    { id: "fc", type: "Linear", outFeatures: 5 },
  ],
  [residual.name]: [
    conv("conv1", 4, { padding: 1, stride: 2 }),
    { id: "bn1", type: "BatchNorm2d" },
    { id: "relu1", type: "ReLU" },
    conv("conv2", 4),
    { id: "bn2", type: "BatchNorm2d" },
    { id: "sum", type: "Add", from: ["relu1", "bn2"] },
    { id: "relu2", type: "ReLU" },
    { id: "gap", type: "AdaptiveAvgPool2d", outputSize: 1 },
    { id: "flat", type: "Flatten" },
    { id: "fc", type: "Linear", outFeatures: 3 },
    { id: "log", type: "LogSoftmax", dim: 1 },
  ],
  ...Object.fromEntries(
    golden.cases
      .slice(2)
      .map((c) => [
        c.name,
        [
          conv("conv1", 5, {}),
          { id: "act1", type: "Tanh" },
          { id: "pool1", type: "AvgPool2d", kernelSize: 2 },
          { id: "flat", type: "Flatten" },
          { id: "fc", type: "Linear", outFeatures: 1 },
          ...(c.output === "identity" ? [{ id: "squash", type: "Sigmoid" }] : []),
        ],
      ]),
  ),
};

/** The graph as an exported file has it, by way of the file's bytes; the picture comes in as numbers. */
function exported(c: Case): Graph {
  const layers = networks[c.name]!;
  const project = parseProject({
    version: 1,
    name: "t",
    data: {
      source: { type: "table", path: "none.csv" },
      inputs: [{ name: "image", type: "numeric", columns: ["x"] }],
      targets: [{ name: "label", type: "numeric", column: "y" }],
    },
    model: { layers: [...layers], outputs: [{ target: "label", from: layers.at(-1)!.id }] },
    training: { epochs: 1, batchSize: 2, optimizer: { type: "SGD", lr: 0.1 } },
  });
  const e = createEmitter();
  const raw = e.graph.input("image", "float32", batched(c.input).shape);
  const image = e.graph.scope("image", () => e.scale(raw, 0.5));
  const named = (owner: string, { name }: { readonly name: string }) => e.graph.initializer(`${owner}.${name}`, unpack(c.tensors[`${owner}.${name}`]!));
  const never = () => {
    throw new Error("not in evaluation");
  };
  const bindings: Bindings = { mode: "eval", parameter: named, buffer: named, updateBuffer: never, uniform: never, batchSize: never, stopGradient: never };
  const plan = planNetwork(project.model, ["image"], new Map([["label", 1]]));
  const last = lowerNetwork(e, plan, new Map([["image", image]]), bindings).get(layers.at(-1)!.id)!;
  e.graph.output({ softmax: () => e.softmax(last, 1), sigmoid: () => e.sigmoid(last), exp: () => e.exp(last), identity: () => last }[c.output](), "label");
  return decodeModel(encodeModel(modelOf(e.graph.build("t"), { version: "0" })), inferTypes).graph;
}

/** What the encoder above halves again. */
const picture = (c: Case, rows = c.input.dims[0]!) => {
  const size = c.input.data.length / c.input.dims[0]!;
  return tensor(
    "float32",
    c.input.data.slice(0, rows * size).map((x) => 2 * x),
    [rows, ...c.input.dims.slice(1)],
  );
};
const compile = (graph: Graph) => onnxruntimeEngine.compile(graph, { device: "cpu", threads: 1 });

/** Float32 rounds to 6e-8; some hundred products are summed, twice. */
const TOLERANCE = 1e-5;
const asked = golden.cases.flatMap((c) => c.asked.map((a, i) => [`${c.name}, ${a.layer}, weights ${a.weights.join(" ")}`, c, a, i] as const));

describe("Grad-CAM of the exported graph is PyTorch's", () => {
  test.each(asked)("%s", async (_name, c, { weights, layer, score, map, resized }) => {
    const built = buildSaliencyGraph(exported(c), ["image"], "label", layer);
    expect(built.layer.id).toBe(layer);
    const executable = await compile(built.graph);
    const result = await executable.run({ image: picture(c), [saliencyNames.weights]: tensor("float32", weights, [1, weights.length]) });
    await executable.dispose();
    expectClose(numbersOf(result[saliencyNames.score]!), score.data, TOLERANCE, "score");
    expect(result[saliencyNames.map]!.dims).toEqual(map.dims);
    const maps = Float32Array.from(numbersOf(result[saliencyNames.map]!));
    expectClose([...maps], map.data, TOLERANCE, "map");
    const [n = 0, h = 0, w = 0] = map.dims;
    const [, height = 0, width = 0] = resized.dims;
    const shown = Array.from({ length: n }, (_, i) => [...resizeMap(scaleToOne(maps.subarray(i * h * w, (i + 1) * h * w)).map, h, w, height, width)]).flat();
    expectClose(shown, resized.data, TOLERANCE, "resized");
  });

  it("shows something in most of them", () => {
    const peaks = golden.cases.flatMap((c) => c.asked.map(({ map }) => Math.max(...map.data)));
    expect(peaks.filter((peak) => peak > 0).length).toBeGreaterThan(peaks.length / 2);
  });

  test.each(golden.resizes.map((r) => [`${r.from.dims.join(" × ")} to ${r.to.dims.join(" × ")}`, r] as const))("a map of %s", (_name, { from, to }) => {
    expectClose([...resizeMap(Float32Array.from(from.data), from.dims[0]!, from.dims[1]!, to.dims[0]!, to.dims[1]!)], to.data, 1e-6, "map");
  });

  it("is of the last convolution by default, and of the last layer where there is none", () => {
    expect(buildSaliencyGraph(exported(twoBlocks), ["image"], "label").layer.id).toBe("conv2");
    expect(buildSaliencyGraph(exported(residual), ["image"], "label").layer.id).toBe("conv2");
    const e = createEmitter();
    const x = e.graph.input("x", "float32", ["N", 3, 4, 4]);
    const last = e.graph.scope("act", () => e.relu(e.graph.scope("pad", () => e.scale(x, 2))));
    e.graph.output(
      e.softmax(
        e.graph.scope("gap", () => e.reduceMean(last, [2, 3])),
        1,
      ),
      "label",
    );
    expect(buildSaliencyGraph(e.graph.build("no convolution"), ["x"], "label").layer.id).toBe("act");
  });

  it("says what layers there are where none fits", () => {
    expect(() => buildSaliencyGraph(exported(residual), ["image"], "label", "fc")).toThrow(
      /no layer over pictures that label is made from called "fc"; it has conv1, bn1, relu1, conv2, bn2, sum, relu2/,
    );
    // One place says nothing of where.
    expect(() => buildSaliencyGraph(exported(residual), ["image"], "label", "gap")).toThrow(/"gap"/);
    expect(() => buildSaliencyGraph(exported(residual), ["image"], "label", "image")).toThrow(/"image"/);
    const e = createEmitter();
    e.graph.output(
      e.softmax(
        e.graph.scope("fc", () => e.scale(e.graph.input("x", "float32", ["N", 3]), 2)),
        1,
      ),
      "label",
    );
    expect(() => buildSaliencyGraph(e.graph.build("table"), ["x"], "label")).toThrow(/the model has no layer over pictures that label is made from/);
  });
});

const letters = ["a", "b", "c", "d", "e"];
const insights: PictureInsight[] = [];
afterAll(() => Promise.all(insights.map((insight) => insight.dispose())));

function insightOf(c: Case): PictureInsight {
  const target =
    c === twoBlocks
      ? { name: "label", type: "category" as const, column: "y", classes: letters }
      : { name: "label", type: "binary" as const, column: "y", classes: ["no", "yes"] as [string, string], negative: ["no"], positive: ["yes"] };
  const facts: ModelFacts = {
    project: "t",
    fingerprint: "",
    thresholds: { label: 0.5 },
    fitted: {
      version: 1,
      inputs: [{ name: "image", type: "numeric", columns: ["x"], missing: "mean", fill: null, shift: [0], scale: [1] }],
      targets: [target],
    },
  };
  const insight = new PictureInsight({ graph: exported(c), facts, compile });
  insights.push(insight);
  return insight;
}

describe("looking into a model", () => {
  it("tells its layers with their sizes, and the picture as it is read", () => {
    expect(
      insightOf(twoBlocks)
        .layers()
        .layers.map(({ id, kind, maps, height, width }) => [id, kind, maps, height, width]),
    ).toEqual([
      ["image", "input", 3, 12, 16],
      ["conv1", "layer", 4, 12, 16],
      ["act1", "layer", 4, 12, 16],
      ["pool1", "layer", 4, 6, 8],
      ["conv2", "layer", 6, 6, 8],
      ["act2", "layer", 6, 6, 8],
      ["pool2", "layer", 6, 3, 4],
    ]);
  });

  it("shows where the picture speaks for the decided class, or for the one asked for", async () => {
    const insight = insightOf(twoBlocks);
    const scores = twoBlocks.asked.slice(0, 5).map(({ score }) => score.data[0]!);
    const best = scores.indexOf(Math.max(...scores));
    const decided = await insight.saliency({ image: picture(twoBlocks, 1) }, { target: "label", layer: "pool2" });
    expect(decided).toMatchObject({ class: letters[best], layer: "pool2", height: 12, width: 16, cells: [3, 4] });
    expect(decided.score).toBeCloseTo(scores[best]!, 4);
    expect(decided.probability).toBeCloseTo(Math.exp(scores[best]!) / scores.reduce((sum, s) => sum + Math.exp(s), 0), 5);
    for (const [k, name] of letters.entries()) {
      const one = await insight.saliency({ image: picture(twoBlocks, 1) }, { target: "label", class: name, layer: "pool2" });
      const { map, resized } = twoBlocks.asked[k]!;
      expect(one.peak).toBeCloseTo(Math.max(...map.data.slice(0, 12)), 5);
      expect([...one.map]).toEqual(resized.data.slice(0, 12 * 16).map((share) => expect.closeTo(255 * share, -0.4) as number));
      expect(one.map.length).toBe(12 * 16);
    }
  });

  it("of yes or no: what speaks for no speaks against yes", async () => {
    const insight = insightOf(binary);
    const [yes, no] = binary.asked as readonly [Asked, Asked];
    for (const [name, { score, map }] of [
      ["yes", yes],
      ["no", no],
    ] as const) {
      const one = await insight.saliency({ image: picture(binary, 1) }, { target: "label", class: name, layer: yes.layer });
      expect(one.score).toBeCloseTo(score.data[0]!, 4);
      expect(one.probability).toBeCloseTo(1 / (1 + Math.exp(-score.data[0]!)), 5);
      expect(one.peak).toBeCloseTo(Math.max(...map.data.slice(0, 9)), 5);
    }
    const decided = await insight.saliency({ image: picture(binary, 1) }, { target: "label" });
    expect(decided.class).toBe(yes.score.data[0]! > 0 ? "yes" : "no");
  });

  it("shows what each layer makes of the picture, map by map", async () => {
    const insight = insightOf(twoBlocks);
    for (const id of ["conv1", "act1", "pool1", "conv2", "act2", "pool2"]) {
      const wanted = twoBlocks.activations[id]!;
      const found = await insight.featureMaps({ image: picture(twoBlocks, 1) }, { layer: id, from: 0, limit: 64 });
      expect([1, found.maps, found.height, found.width]).toEqual([1, ...wanted.dims.slice(1)]);
      const size = found.height * found.width;
      found.ranges.forEach(({ min, max }, k) => {
        const values = wanted.data.slice(k * size, (k + 1) * size);
        expect(min).toBeCloseTo(Math.min(...values), 4);
        expect(max).toBeCloseTo(Math.max(...values), 4);
        values.forEach((value, i) => expect(min + ((max - min) * found.pixels[k * size + i]!) / 255).toBeCloseTo(value, 1));
      });
    }
    const first = await insight.featureMaps({ image: picture(twoBlocks, 1) }, { from: 0, limit: 64 });
    expect(first.layer).toBe("conv1");
    const part = await insight.featureMaps({ image: picture(twoBlocks, 1) }, { layer: "conv1", from: 1, limit: 2 });
    expect([part.ranges, [...part.pixels]]).toEqual([first.ranges.slice(1, 3), [...first.pixels.subarray(192, 3 * 192)]]);
    // The picture itself, as it is read.
    const seen = await insight.featureMaps({ image: picture(twoBlocks, 1) }, { layer: "image", from: 0, limit: 64 });
    expect(seen.ranges[0]!.max).toBeCloseTo(Math.max(...twoBlocks.input.data.slice(0, 192)), 6);
  });

  it("gives the filters of the first convolution, or of another", () => {
    const insight = insightOf(twoBlocks);
    for (const [asked, id] of [
      [undefined, "conv1"],
      ["conv2", "conv2"],
    ] as const) {
      const { weights, min, max, ...found } = insight.filters(asked);
      const { dims, data } = twoBlocks.tensors[`${id}.weight`]!;
      expect(found).toEqual({ layer: id, filters: dims[0], channels: dims[1], height: 3, width: 3 });
      expect([...new Float32Array(weights.buffer)]).toEqual(data);
      expect([min, max]).toEqual([Math.min(...data), Math.max(...data)]);
    }
    expect(() => insight.filters("fc")).toThrow(/no convolution "fc"; it has conv1, conv2/);
  });

  it("refuses what is not there by name", async () => {
    const insight = insightOf(twoBlocks);
    const feeds = { image: picture(twoBlocks, 1) };
    await expect(insight.saliency(feeds, { target: "kind" })).rejects.toThrow(/no target "kind"; it has label/);
    await expect(insight.saliency(feeds, { target: "label", class: "z" })).rejects.toThrow(/no class "z"; it has a, b/);
    await expect(insight.saliency(feeds, { target: "label", layer: "fc" })).rejects.toThrow(/called "fc"; it has conv1, act1/);
    await expect(insight.featureMaps(feeds, { layer: "fc", from: 0, limit: 1 })).rejects.toThrow(/called "fc"; it has image, conv1/);
  });
});
