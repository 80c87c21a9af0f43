import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LatheError } from "../../src-main/base/errors.js";
import { decodeModel, encodeModel, modelOf } from "../../src-main/onnx/protobuf.js";
import { encodeMessage, toInt64, type GraphMessage, type ModelMessage } from "../../src-main/onnx/protobuf/messages.js";
import { type Graph, type Model, type TensorData, float, floats, int, ints, strings, tensor, text } from "../../src-main/onnx/types.js";
import { createEmitter, inferTypes } from "../../src-main/ops/index.js";
import { checkModels, checkerMissing } from "../support/onnx-checker.js";

/** y = (x · W) ∘ W2 summed over columns, with a symbolic batch. */
function smallGraph(): Graph {
  const e = createEmitter();
  const x = e.graph.input("x", "float32", ["N", 3], "the features");
  const w = e.graph.initializer("weight", tensor("float32", [1, 2, 3, 4, 5, 6], [3, 2]));
  const h = e.graph.scope("fc", () => e.mul(e.matMul(x, w), e.constant(tensor("float32", [0.5, -0.25]))));
  e.graph.output(e.reduceSum(h, [1]), "y", "the sums");
  return e.graph.build("small");
}

function model(graph: Graph = smallGraph()): Model {
  return modelOf(graph, {
    version: "0.1.0",
    doc: "a test",
    metadata: new Map([
      ["b", "2"],
      ["a", "1 é"],
    ]),
  });
}

function initializerModel(data: TensorData): Model {
  const shape = data.dims;
  return model({
    name: "g",
    inputs: [],
    outputs: [{ name: "t", dtype: data.dtype, shape }],
    initializers: new Map([["t", data]]),
    nodes: [],
    types: new Map(),
  });
}

/** A file with one initializer `t`, written by someone else. */
function foreign(initializer: NonNullable<GraphMessage["initializer"]>[number], rest: Partial<ModelMessage> = {}): Uint8Array {
  const seven = { low: 7, high: 0, unsigned: false };
  return encodeMessage({
    irVersion: seven,
    opsetImport: [{ domain: "ai.onnx", version: seven }],
    graph: { name: "g", initializer: [{ name: "t", ...initializer }] },
    ...rest,
  });
}

const big = (n: number) => toInt64(n)!;
const codeOf = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    return error instanceof LatheError ? error.code : `not a LatheError: ${String(error)}`;
  }
  return "nothing thrown";
};

describe("a model survives writing and reading", () => {
  it("with its graph, types, documentation and metadata", () => {
    const before = model();
    const after = decodeModel(encodeModel(before), inferTypes);
    expect({ ...after, graph: undefined, metadata: [...after.metadata] }).toEqual({
      ...before,
      graph: undefined,
      metadata: [
        ["a", "1 é"],
        ["b", "2"],
      ],
    });
    expect(after.graph.inputs).toEqual(before.graph.inputs);
    expect(after.graph.outputs).toEqual(before.graph.outputs);
    expect(after.graph.nodes).toEqual(before.graph.nodes);
    expect([...after.graph.initializers]).toEqual([...before.graph.initializers]);
    for (const node of after.graph.nodes) for (const o of node.outputs) expect(after.graph.types.get(o)).toEqual(before.graph.types.get(o));
  });

  it("with attributes of every kind, a subgraph that reads from around it among them", () => {
    const inner: Graph = {
      name: "inner",
      inputs: [],
      outputs: [{ name: "z", dtype: "float32", shape: ["N"] }],
      initializers: new Map([["half", tensor("float32", [0.5], [])]]),
      nodes: [{ name: "m", op: "Mul", domain: "", inputs: ["x", "half"], outputs: ["z"], attributes: {} }],
      types: new Map([
        ["half", { dtype: "float32", shape: [] }],
        ["z", { dtype: "float32", shape: ["N"] }],
      ]),
    };
    const attributes = {
      f: float(0.5),
      i: int(-3),
      s: text("é\n"),
      fs: floats([1.5, -2]),
      is: ints([1, 2 ** 53, -(2 ** 53)]),
      ss: strings(["a", ""]),
      t: { type: "tensor", value: tensor("int64", [1, 2], [2]) } as const,
      g: { type: "graph", value: inner } as const,
    };
    const graph: Graph = {
      name: "outer",
      inputs: [{ name: "x", dtype: "float32", shape: ["N"] }],
      outputs: [{ name: "y", dtype: "float32", shape: ["N"] }],
      initializers: new Map(),
      nodes: [{ name: "n", op: "Foreign", domain: "ai.onnx.ml", inputs: ["", "x"], outputs: ["y"], attributes }],
      types: new Map(),
    };
    const after = decodeModel(encodeModel(model(graph)), inferTypes);
    expect(after.graph.nodes).toEqual(graph.nodes);
    expect([...after.opsets]).toEqual([
      ["", 17],
      ["ai.onnx.ml", 3],
    ]);
  });

  it.each<TensorData>([
    { dtype: "float32", dims: [2, 2], data: Float32Array.of(NaN, -0, Infinity, 1e-45) },
    { dtype: "float64", dims: [3], data: Float64Array.of(Math.PI, -0, -Infinity) },
    { dtype: "int32", dims: [2], data: Int32Array.of(-(2 ** 31), 2 ** 31 - 1) },
    { dtype: "int64", dims: [3], data: BigInt64Array.of(2n ** 63n - 1n, -(2n ** 63n), -1n) },
    { dtype: "uint8", dims: [1, 2], data: Uint8Array.of(0, 255) },
    { dtype: "bool", dims: [2], data: Uint8Array.of(1, 0) },
    { dtype: "string", dims: [3], data: ["", "naïve", "日本"] },
    { dtype: "float32", dims: [0, 3], data: new Float32Array(0) },
    { dtype: "float32", dims: [], data: Float32Array.of(7) },
  ])("with tensors of $dtype $dims, bit for bit", (data) => {
    expect(decodeModel(encodeModel(initializerModel(data))).graph.initializers.get("t")).toEqual(data);
  });

  it("from typed arrays that are views into a larger buffer", () => {
    const view = new Float32Array(Float32Array.of(9, 1, 2, 9).buffer, 4, 2);
    expect(decodeModel(encodeModel(initializerModel({ dtype: "float32", dims: [2], data: view }))).graph.initializers.get("t")?.data).toEqual(
      Float32Array.of(1, 2),
    );
  });
});

describe("the bytes", () => {
  const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

  it("are the same for the same model, whatever the order its attributes and metadata were given in", () => {
    const [node] = smallGraph().nodes.filter((n) => n.op === "ReduceSum");
    const withAttributes = (attributes: Graph["nodes"][number]["attributes"], metadata: [string, string][]) => {
      const graph = smallGraph();
      return encodeModel({
        ...model({ ...graph, nodes: graph.nodes.map((n) => (n.op === "ReduceSum" ? { ...n, attributes } : n)) }),
        metadata: new Map(metadata),
      });
    };
    expect(node?.attributes).toEqual({ keepdims: int(0) });
    const one = withAttributes({ keepdims: int(0), noop_with_empty_axes: int(0) }, [
      ["a", "1"],
      ["b", "2"],
    ]);
    const other = withAttributes({ noop_with_empty_axes: int(0), keepdims: int(0) }, [
      ["b", "2"],
      ["a", "1"],
    ]);
    expect(sha256(one)).toBe(sha256(other));
    expect(sha256(encodeModel(model()))).toBe(sha256(encodeModel(model())));
    expect(sha256(one)).not.toBe(sha256(encodeModel(model())));
  });

  it("import only the operator sets the graph uses", () => {
    expect([
      ...decodeModel(
        encodeModel({
          ...model(),
          opsets: new Map([
            ["ai.onnx.ml", 3],
            ["", 17],
          ]),
        }),
      ).opsets,
    ]).toEqual([["", 17]]);
  });

  it.skipIf(checkerMissing)(`satisfy onnx.checker${checkerMissing ? ` (skipped: ${checkerMissing})` : ""}`, () => {
    const [right, wrong] = checkModels([encodeModel(model()), encodeModel({ ...model(), opsets: new Map([["", 1]]) })]);
    expect(right).toBe("");
    expect(wrong).not.toBe(""); // the checker does object to what is wrong
  });
});

describe("files of others", () => {
  it.each<[string, Parameters<typeof foreign>[0], TensorData["data"]]>([
    ["float_data", { dims: [big(2)], dataType: 1, floatData: [1, 2] }, Float32Array.of(1, 2)],
    ["double_data", { dims: [big(2)], dataType: 11, doubleData: [1, 2] }, Float64Array.of(1, 2)],
    ["int64_data", { dims: [big(2)], dataType: 7, int64Data: [big(-1), big(2 ** 63)] }, BigInt64Array.of(-1n, 2n ** 63n - 1n)],
    ["int32_data", { dims: [big(1)], dataType: 6, int32Data: [-5] }, Int32Array.of(-5)],
    ["int32_data for bool", { dims: [big(2)], dataType: 9, int32Data: [1, 0] }, Uint8Array.of(1, 0)],
    ["int32_data for uint8", { dims: [big(1)], dataType: 2, int32Data: [200] }, Uint8Array.of(200)],
  ])("keep tensors in %s", (_, message, data) => {
    expect(decodeModel(foreign(message)).graph.initializers.get("t")?.data).toEqual(data);
  });

  it("leave nodes and axes without names, list weights as inputs, and spell ONNX's domain out", () => {
    const type = { tensorType: { elemType: 1, shape: { dim: [{}, { dimValue: big(2) }] } } };
    const decoded = decodeModel(
      foreign(
        { dims: [big(2)], dataType: 1, floatData: [1, 2] },
        {
          graph: {
            name: "g",
            input: [
              { name: "x", type },
              { name: "t", type },
            ],
            initializer: [{ name: "t", dims: [big(2)], dataType: 1, floatData: [1, 2] }],
            node: [
              { opType: "Mul", domain: "ai.onnx", input: ["x", "t"], output: ["h"] },
              { opType: "Mul", input: ["h", "t"], output: ["y"] },
            ],
            output: [{ name: "y" }],
          },
        },
      ),
      inferTypes,
    );
    expect(decoded.graph.inputs).toEqual([{ name: "x", dtype: "float32", shape: ["x.0", 2] }]);
    expect(decoded.graph.nodes.map((n) => [n.name, n.domain])).toEqual([
      ["Mul_0", ""],
      ["Mul_1", ""],
    ]);
    expect(decoded.graph.outputs).toEqual([{ name: "y", dtype: "float32", shape: ["x.0", 2] }]);
    expect([...decoded.opsets]).toEqual([["", 7]]);
  });

  it.each<[string, () => Uint8Array, string, RegExp]>([
    ["no bytes", () => new Uint8Array(0), "graph.invalid", /no ONNX graph/],
    ["text", () => Buffer.from("this is not a model"), "graph.invalid", /not an ONNX model, or is damaged/],
    ["half a file", () => encodeModel(model()).slice(0, 120), "graph.invalid", /damaged/],
    ["too few values", () => foreign({ dims: [big(3)], dataType: 1, floatData: [1] }), "graph.invalid", /initializer t has 1 values, expected 3/],
    ["a negative length", () => foreign({ dims: [big(-1)], dataType: 1 }), "graph.invalid", /dimensions \[-1\]/],
    [
      "bytes that are not whole floats",
      () => foreign({ dims: [big(1)], dataType: 1, rawData: Uint8Array.of(1, 2, 3) }),
      "graph.invalid",
      /3 bytes, expected a multiple of 4/,
    ],
    [
      "a length beyond 2^53",
      () => foreign({ dims: [{ low: 1, high: 0x7ffffff0, unsigned: false }], dataType: 1 }),
      "graph.invalid",
      /expected a whole number of at most 2\^53/,
    ],
    [
      "half-precision numbers",
      () => foreign({ dims: [big(1)], dataType: 10, rawData: Uint8Array.of(0, 0) }),
      "graph.unsupported",
      /initializer t holds float16/,
    ],
    ["external data", () => foreign({ dims: [big(1)], dataType: 1, dataLocation: 1 }), "graph.unsupported", /separate file/],
    ["functions", () => foreign({ dims: [], dataType: 1, floatData: [1] }, { functions: [{}] }), "graph.unsupported", /functions/],
    [
      "a value nobody makes",
      () => encodeModel(model({ ...smallGraph(), initializers: new Map() })),
      "graph.invalid",
      /MatMul \(fc\/MatMul_0\) reads weight, which nothing before it makes/,
    ],
    ["nodes out of order", () => encodeModel(model({ ...smallGraph(), nodes: [...smallGraph().nodes].reverse() })), "graph.invalid", /nothing before it makes/],
    [
      "an output nobody makes",
      () => encodeModel(model({ ...smallGraph(), outputs: [{ name: "q", dtype: "float32", shape: [] }] })),
      "graph.invalid",
      /makes its output q/,
    ],
  ])("%s: a clear error", (_, bytes, code, sentence) => {
    expect(codeOf(() => decodeModel(bytes(), inferTypes))).toBe(code);
    expect(() => decodeModel(bytes(), inferTypes)).toThrow(sentence);
  });

  it("damaged at random never give anything but a model or a LatheError", () => {
    const whole = encodeModel(model());
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length), (at, byte, length) => {
        const bytes = whole.slice();
        bytes[at] = byte;
        const code = codeOf(() => decodeModel(bytes.subarray(0, Math.max(at + 1, length)), inferTypes));
        expect(code).toMatch(/^(graph\.(invalid|unsupported)|nothing thrown)$/);
      }),
      { numRuns: 500, seed: 1 },
    );
  });
});

describe("what cannot be written is refused", () => {
  it.each<[string, () => Model, RegExp]>([
    ["a fraction where a whole number belongs", () => ({ ...model(), irVersion: 8.5 }), /8\.5, expected a 64-bit whole number/],
    ["a domain without a version", () => ({ ...model(), opsets: new Map() }), /names no version/],
    ["values that do not fill the shape", () => initializerModel({ dtype: "float32", dims: [3], data: Float32Array.of(1) }), /has 1 values, expected 3/],
  ])("%s", (_, bad, sentence) => {
    expect(codeOf(() => encodeModel(bad()))).toBe("graph.invalid");
    expect(() => encodeModel(bad())).toThrow(sentence);
  });
});
