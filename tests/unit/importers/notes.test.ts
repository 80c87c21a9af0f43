import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { packageRoot } from "../../../src-main/base/entries.js";
import type { ImportRequest } from "../../../src-main/contract/import-report.js";
import { decodeModel, encodeModel } from "../../../src-main/onnx/protobuf.js";
import { type Attributes, type Graph, type Model, type Node, type TensorData, int, ints, sizeOf, tensor } from "../../../src-main/onnx/types.js";
import { importModel } from "../../../src-main/training/importing/import-model.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

// What people stumble over in others' files is told before anything trains: a sentence each, and the network is imported where it can be.

const fixture = (name: string) => join(packageRoot, "tests", "fixtures", "imported", `${name}.onnx`);

async function told(model: string | Model, more: Partial<ImportRequest> = {}) {
  let path = typeof model === "string" ? fixture(model) : "";
  if (typeof model !== "string") {
    path = join(temporaryFolder(), "model.onnx");
    writeFileSync(path, encodeModel(model));
  }
  const answer = await importModel({ model: path, ...more }, () => undefined);
  return { ...answer, ...answer.report };
}

const node = (op: string, inputs: readonly string[], output: string, attributes: Attributes = {}, domain = ""): Node => ({
  name: `${op}_${output}`,
  op,
  domain,
  inputs,
  outputs: [output],
  attributes,
});
const filled = (...dims: number[]) =>
  tensor(
    "float32",
    Array.from({ length: sizeOf(dims) }, (_, i) => Math.sin(i)),
    dims,
  );

/** A network from x [N, 4], or of other lengths, to y. */
function networkOf(nodes: readonly Node[], stored: Readonly<Record<string, TensorData>> = {}, lengths: readonly (number | string)[] = [4]): Model {
  const value = (name: string, shape: readonly (number | string)[]) => ({ name, dtype: "float32" as const, shape });
  const graph: Graph = {
    name: "g",
    inputs: [value("x", ["N", ...lengths])],
    outputs: [value("y", ["N", "L"])],
    initializers: new Map(Object.entries(stored)),
    nodes,
    types: new Map(),
  };
  const opsets = new Map([["", 13], ["com.acme", 1], ["ai.onnx.ml", 2]]); // prettier-ignore
  return { graph, irVersion: 8, opsets, producer: { name: "test", version: "" }, doc: "", metadata: new Map() };
}

it("a GRU without linear_before_reset can be used frozen only", async () => {
  const model = decodeModel(readFileSync(fixture("gru.old")));
  const nodes = model.graph.nodes.map((one) => (one.op === "GRU" ? { ...one, attributes: { ...one.attributes, linear_before_reset: int(0) } } : one));
  const { notes, onlyFrozen, compared } = await told({ ...model, graph: { ...model.graph, nodes } });
  expect(notes).toContainEqual(expect.stringMatching(/^GRU \(.*GRU.*\) has linear_before_reset 0, which is not PyTorch's GRU/));
  expect(onlyFrozen).toMatch(/GRU/);
  expect(notes.at(-1)).toBe(`it can be used frozen, not trained as a whole: ${onlyFrozen!}`);
  expect(compared!.every(({ difference }) => difference < 1e-5)).toBe(true);
  expect((await told("gru.old")).notes.filter((note) => note.includes("linear_before_reset"))).toEqual([]);
});

it.each([7, 8])("of %d convolutions with biases batch norm was probably folded in from eight on", async (count) => {
  const stored = { w: filled(2, 2, 1, 1), b: filled(2), head: filled(2, 3) };
  const convolutions = Array.from({ length: count }, (_, i) => node("Conv", [i === 0 ? "x" : `c${i - 1}`, "w", "b"], `c${i}`));
  const last = [node("GlobalAveragePool", [`c${count - 1}`], "p"), node("Flatten", ["p"], "f"), node("MatMul", ["f", "head"], "y")];
  const { notes } = await told(networkOf([...convolutions, ...last], stored, [2, 3, 3]));
  expect(notes.filter((note) => /no batch norm: it was probably folded/.test(note)).length).toBe(count < 8 ? 0 : 1);
  expect(notes).toContain("2 tensors are shared by several nodes (w, b); here each has a copy of its own, which learns by itself");
});

it("a batch that is frozen is loosened, shown at two sizes, and an input that is normalised inside is told", async () => {
  const { notes, compared, network } = await told("normalising");
  expect(notes).toContain("the file is frozen to a batch of 1, which is loosened to any number of samples");
  expect(notes).toContainEqual(expect.stringMatching(/^its first node Sub_centred \(Sub\) seems to normalise the input/));
  expect(network!.inputs[0]!.shape).toEqual(["N", 3, 12, 12]);
  expect(compared!.map(({ rows, difference }) => [rows, difference < 1e-6])).toEqual([[1, true], [2, true]]); // prettier-ignore
});

it.each(["Mul", "Div", "Add"])("an input that begins with %s of constants is told", async (op) => {
  const { notes } = await told(networkOf([node(op, ["x", "c"], "a"), node("MatMul", ["a", "w"], "y")], { c: filled(1, 4), w: filled(4, 2) }));
  expect(notes).toContainEqual(expect.stringContaining(`its first node ${op}_a (${op}) seems to normalise the input`));
});

it("a softmax at the end is left out, and told where a head is to stand behind it", async () => {
  expect((await told("channels-last")).notes).toContain("it ends with Softmax_y (Softmax), which Lathe's losses do themselves: it is left out");
  const behind = await told("channels-last", { until: "y" });
  expect([behind.end?.value, behind.notes]).toEqual([
    "y",
    [expect.stringMatching(/^it ends with Softmax_y \(Softmax\), which Lathe's losses do themselves; a head behind it would learn from shares/)],
  ]);
  // What passes it on does not hide it.
  const model = networkOf([node("MatMul", ["x", "w"], "s"), node("Softmax", ["s"], "p"), node("Identity", ["p"], "y")], { w: filled(4, 2) });
  const { notes, end } = await told(model);
  expect([notes[0], end?.value]).toEqual([expect.stringContaining("it ends with Softmax_p (Softmax)"), "x"]);
});

it("weights of float16 become float32, and whole numbers are refused", async () => {
  const { notes, compared } = await told("half");
  expect(notes).toContain("10 tensors or values of float16 become float32, which Lathe computes in");
  expect(compared?.length).toBe(2);
  const quantised = await told(
    networkOf([node("QuantizeLinear", ["x", "s", "z"], "q"), node("DequantizeLinear", ["q", "s", "z"], "y")], {
      s: tensor("float32", [0.1], []),
      z: tensor("uint8", [128], []),
    }),
  );
  expect(quantised.notes[0]).toMatch(/^the network is quantised \(2 such nodes, the first QuantizeLinear_q\).* import the float32 file/);
  expect([quantised.network, quantised.nodes.map(({ state }) => state)]).toEqual([undefined, ["unsupported", "unsupported"]]);
});

const inner = networkOf([node("Relu", ["x"], "y")]).graph;

it.each<readonly [string, Model, RegExp]>([
  [
    "a condition",
    networkOf([node("If", ["x"], "y", { then_branch: { type: "graph", value: inner } })]),
    /If \(If_y\): If runs a graph of its own, as loops and conditions do/,
  ],
  ["a loop", networkOf([node("Loop", ["", "", "x"], "y", { body: { type: "graph", value: inner } })]), /Loop \(Loop_y\): Loop runs a graph of its own/],
  [
    "another domain",
    networkOf([node("Fused", ["x"], "y", {}, "com.acme")]),
    /Fused \(Fused_y\): Fused is of the domain com\.acme, whose operators Lathe does not know/,
  ],
  [
    "a picture that shrinks to nothing",
    networkOf([node("Conv", ["x", "w"], "a"), node("Conv", ["a", "w"], "y")], { w: filled(2, 2, 3, 3) }, [2, 4, 4]),
    /Conv \(Conv_y\): .*\[N, 2, 2, 2\].*\[2, 2, 3, 3\]/,
  ],
  [
    "a dilation of 0",
    networkOf([node("Conv", ["x", "w"], "y", { dilations: ints([1, 0]) })], { w: filled(2, 2, 3, 3) }, [2, 4, 4]),
    /Conv \(Conv_y\): .*strides and dilations must be 1 or more/,
  ],
  [
    "an axis that is no whole number",
    networkOf([node("Unsqueeze", ["x", "a"], "y")], { a: filled(1) }),
    /Unsqueeze \(Unsqueeze_y\): Unsqueeze: its axes are float32, expected whole numbers/,
  ],
  [
    "more than any memory of constants",
    networkOf([node("ConstantOfShape", ["s"], "c"), node("Add", ["x", "c"], "y")], { s: tensor("int64", [2 ** 27, 4]) }),
    /ConstantOfShape \(ConstantOfShape_c\)/,
  ],
])("%s is refused with a sentence, by node", async (_, model, sentence) => {
  const begun = performance.now();
  const { network, notes, nodes } = await told(model);
  expect([network, nodes.some(({ state }) => state === "unsupported")]).toEqual([undefined, true]);
  expect(notes.at(-1)).toMatch(sentence);
  expect(performance.now() - begun).toBeLessThan(5000);
});

it("names that lead elsewhere are names of layers like others", async () => {
  const stored = { "../../w.weight": filled(4, 3), ["__proto__"]: filled(3), "/etc/passwd": filled(3, 2) };
  const nodes = [
    node("MatMul", ["x", "../../w.weight"], "../up"),
    node("Add", ["../up", "__proto__"], "constructor"),
    node("MatMul", ["constructor", "/etc/passwd"], "y"),
  ];
  const { network, compared } = await told(networkOf(nodes, stored), { until: "y" });
  expect(network!.layers.every(({ id }) => /^[\p{L}_][\p{L}\p{N}_-]*$/u.test(id))).toBe(true);
  expect(compared!.every(({ difference }) => difference < 1e-6)).toBe(true);
});

it("an input that the network does not read where it ends is none of its inputs", async () => {
  const model = networkOf(
    [node("MatMul", ["x", "w"], "a"), node("Relu", ["a"], "r"), node("Concat", ["r", "other"], "c", { axis: int(1) }), node("MatMul", ["c", "w2"], "y")],
    { w: filled(4, 3), w2: filled(5, 2) },
  );
  const two = { ...model, graph: { ...model.graph, inputs: [...model.graph.inputs, { name: "other", dtype: "float32" as const, shape: ["N", 2] }] } };
  const whole = await told(two);
  expect(whole.network!.inputs.map(({ name }) => name)).toEqual(["x", "other"]);
  const cut = await told(two, { until: "r" });
  expect([cut.network!.inputs.map(({ name }) => name), cut.compared!.length]).toEqual([["x"], 2]);
});

it("constants that are turned over are, however many", async () => {
  const model = networkOf(
    [
      node("Transpose", ["w"], "t", { perm: ints([1, 0]) }),
      node("Slice", ["t", "from", "to"], "s"),
      node("Expand", ["b", "shape"], "e"),
      node("Add", ["s", "e"], "m"),
      node("MatMul", ["x", "m"], "y"),
    ],
    { w: filled(3, 6), b: filled(1, 3), from: tensor("int64", [1]), to: tensor("int64", [5]), shape: tensor("int64", [4, 3]) },
  );
  expect((await told(model, { until: "y" })).compared!.every(({ difference }) => difference < 1e-6)).toBe(true);
});
