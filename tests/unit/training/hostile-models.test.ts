import { describe, expect, it } from "vitest";
import { bareNetwork } from "../../../src-main/exporters/bare-network.js";
import { encodeModel, modelOf } from "../../../src-main/onnx/protobuf.js";
import { type Graph, type Node, int, tensor } from "../../../src-main/onnx/types.js";
import { encodedValues } from "../../../src-main/training/models/inference-model.js";
import { factsOf } from "../../../src-main/training/models/read-model.js";

const bytesOf = (graph: Graph) => encodeModel(modelOf(graph, { version: "1" }));

/** A vector of whole numbers, joined with itself so many times: a walk that follows both operands takes 2^levels steps. */
function doubled(levels: number, op: "Concat" | "Mul"): Uint8Array {
  const nodes: Node[] = [{ name: "shape", op: "Shape", domain: "", inputs: ["x"], outputs: ["s"], attributes: {} }];
  let value = "s";
  for (let i = 0; i < levels; i++) {
    nodes.push({ name: `n${i}`, op, domain: "", inputs: [value, value], outputs: [`v${i}`], attributes: op === "Concat" ? { axis: int(0) } : {} });
    value = `v${i}`;
  }
  nodes.push({ name: "last", op: "Expand", domain: "", inputs: ["x", value], outputs: ["y"], attributes: {} });
  return bytesOf({
    name: "doubled",
    inputs: [{ name: "x", dtype: "float32", shape: ["N", 2] }],
    initializers: new Map(),
    types: new Map(),
    nodes,
    outputs: [{ name: "y", dtype: "float32", shape: ["A", "B"] }],
  });
}

describe("a file from a stranger is answered at once", () => {
  it.each(["Concat", "Mul"] as const)("although %s of itself stands in it 34 levels deep", (op) => {
    const bytes = doubled(34, op);
    expect(bytes.length).toBeLessThan(10_000);
    // Read, and refused for what it does not say; 2^34 steps would take minutes.
    expect(() => factsOf(bytes, "m.onnx")).toThrow(/^m\.onnx/);
  });

  it("although thousands of nodes stand in a row", () => {
    const nodes = Array.from({ length: 20_000 }, (_, i) => ({
      name: `n${i}`,
      op: "Identity",
      domain: "",
      inputs: [i === 0 ? "x" : `v${i - 1}`],
      outputs: [`v${i}`],
      attributes: {},
    }));
    const graph: Graph = {
      name: "long",
      inputs: [{ name: "x", dtype: "int64", shape: [2] }],
      outputs: [{ name: "v19999", dtype: "int64", shape: [2] }],
      initializers: new Map(),
      nodes,
      types: new Map(),
    };
    expect(() => factsOf(bytesOf(graph), "m.onnx")).toThrow(/^m\.onnx is not a model of Lathe's/);
  });
});

describe("no session sees", () => {
  const body: Graph = {
    name: "body",
    inputs: [
      { name: "i", dtype: "int64", shape: [] },
      { name: "go", dtype: "bool", shape: [] },
      { name: "a", dtype: "float32", shape: [1] },
    ],
    outputs: [
      { name: "go2", dtype: "bool", shape: [] },
      { name: "b", dtype: "float32", shape: [1] },
    ],
    initializers: new Map(),
    types: new Map(),
    nodes: [
      { name: "same", op: "Identity", domain: "", inputs: ["go"], outputs: ["go2"], attributes: {} },
      { name: "on", op: "Identity", domain: "", inputs: ["a"], outputs: ["b"], attributes: {} },
    ],
  };
  const whole = (op: string, domain: string, attributes: Graph["nodes"][number]["attributes"]): Graph => ({
    name: "g",
    inputs: [{ name: "x", dtype: "float32", shape: [1] }],
    outputs: [{ name: "y", dtype: "float32", shape: [1] }],
    initializers: new Map([
      ["m", tensor("int64", [9e15], [])],
      ["c", { dtype: "bool", dims: [], data: Uint8Array.of(1) }],
    ]),
    nodes: [{ name: "endless", op, domain, inputs: ["m", "c", "x"], outputs: ["y"], attributes }],
    types: new Map(),
  });

  it("a Loop of 9e15 rounds", () => {
    expect(() => factsOf(bytesOf(whole("Loop", "", { body: { type: "graph", value: body } })), "m.onnx")).toThrow(
      "m.onnx: the node endless (Loop) holds a graph of its own, as no model of Lathe's has; this file was made or changed by another program",
    );
  });

  it("an operator of a foreign domain", () => {
    const foreign = {
      ...modelOf(whole("Identity", "", {}), { version: "1" }),
      graph: whole("Anything", "com.example", {}),
      opsets: new Map([
        ["", 17],
        ["com.example", 1],
      ]),
    };
    expect(() => factsOf(encodeModel(foreign), "m.onnx")).toThrow("m.onnx: the node endless (Anything) is of the domain com.example");
  });
});

it.each(["null", "5", "[1]", '{"y":"0.5"}', '{"y":null}', "{"])("thresholds that are none are told: %s", (thresholds) => {
  const fitted = JSON.stringify({ inputs: [], targets: [] });
  const model = {
    ...modelOf({ name: "g", inputs: [], outputs: [], initializers: new Map(), nodes: [], types: new Map() }, { version: "1" }),
    metadata: new Map([
      ["lathe.project", "p"],
      ["lathe.fingerprint", "f"],
      ["lathe.data", fitted],
      ["lathe.thresholds", thresholds],
    ]),
  };
  expect(() => factsOf(encodeModel(model), "m.onnx")).toThrow("m.onnx says of its columns what this version of Lathe does not understand; export it again");
});

it.each(["null", "[]", '{"x":5}', "{"])("names of encoded values that are none are told: %s", (encoded) => {
  const model = {
    ...modelOf({ name: "g", inputs: [], outputs: [], initializers: new Map(), nodes: [], types: new Map() }, { version: "1" }),
    metadata: new Map([["lathe.encoded", encoded]]),
  };
  const sentence = "says of its preprocessing what this version of Lathe does not understand; export it again";
  expect(() => bareNetwork(encodeModel(model))).toThrow(sentence);
  expect(() => encodedValues(model.metadata, "m.onnx")).toThrow(sentence);
});
