import * as ort from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { onnxruntimeEngine } from "../../src-main/engines/onnxruntime/index.js";
import { encodeModel, modelOf } from "../../src-main/onnx/protobuf.js";
import { decodeMessage, encodeMessage } from "../../src-main/onnx/protobuf/messages.js";
import { type Dimension, type Graph, type TensorData, tensor } from "../../src-main/onnx/types.js";
import { createEmitter, ops } from "../../src-main/ops/index.js";
import { checkModels, checkerMissing } from "../support/onnx-checker.js";
import { type Operand, type ShapeCase, shapeCases } from "./shape-cases.js";

// Our shape rules against two others: ONNX Runtime's, when it loads a graph and when it runs it, and onnx.shape_inference's through the checker.

type Lengths = Readonly<Record<string, number>>;

function graphOf({ op, name, inputs, build }: ShapeCase): Graph {
  const e = createEmitter();
  const results = build(e, ...inputs.map((o, i) => e.graph.input(`x${i}`, o.dtype, o.shape)));
  results.forEach((y, i) => e.graph.output(y, `y${i}`));
  return e.graph.build(`${op} ${name}`);
}

/** The file without what we say of shapes, so that a reader has to find out by itself. */
function withoutOurShapes(graph: Graph): Uint8Array {
  const message = decodeMessage(encodeModel(modelOf(graph, { version: "" })));
  const output = message.graph?.output?.map((v) => ({ name: v.name!, type: { tensorType: { elemType: v.type!.tensorType!.elemType! } } })) ?? [];
  return encodeMessage({ ...message, graph: { ...message.graph, output, valueInfo: [] } });
}

/** A length as a number, or undefined where it has a name of its own. */
function lengthOf(d: Dimension, lengths: Lengths): number | undefined {
  if (typeof d === "number") return d;
  const sum = /^\((.+)\)$/.exec(d)?.[1] ?? d;
  const terms = sum.match(/[+-]?[^+-]+/g) ?? [];
  const values = terms.map((term) => {
    const factors = term
      .replace(/^[+-]/, "")
      .split("*")
      .map((factor) => lengths[factor] ?? Number(factor));
    return factors.reduce((product, factor) => product * factor, term.startsWith("-") ? -1 : 1);
  });
  const total = values.reduce((a, b) => a + b, 0);
  return Number.isNaN(total) ? undefined : total;
}

function feedOf({ dtype, shape, values }: Operand, lengths: Lengths): TensorData {
  const dims = shape.map((d) => lengthOf(d, lengths)!);
  const all = Array.from({ length: dims.reduce((n, d) => n * d, 1) }, (_, i) => values[i % values.length]!);
  return dtype === "string" ? { dtype, dims, data: all.map(String) } : tensor(dtype, all.map(Number), dims);
}

describe.each(shapeCases.map((c) => [c.op, c.name, c] as const))("%s %s", (_, __, c) => {
  it("has the types ONNX Runtime infers", async () => {
    const graph = graphOf(c);
    const session = await ort.InferenceSession.create(withoutOurShapes(graph), { logSeverityLevel: 4 });
    for (const [i, theirs] of session.outputMetadata.entries()) {
      const ours = graph.outputs[i]!;
      if (!theirs.isTensor) throw new Error(`${theirs.name} is no tensor`);
      expect(theirs.type).toBe(ours.dtype);
      // A rank it does not know either, it gives as none.
      const known = theirs.shape.length === ours.shape.length ? theirs.shape : ours.shape.map(() => "");
      if (theirs.shape.length > 0) expect(theirs.shape).toHaveLength(ours.shape.length);
      known.forEach((d, axis) => {
        if (typeof d === "number" || d === "N" || d === "M") expect([axis, ours.shape[axis]]).toEqual([axis, d]);
      });
    }
    await session.release();
  });

  it.each([
    { N: 2, M: 3 },
    { N: 1, M: 1 },
  ])("has the lengths of the results for %j", async (lengths) => {
    const graph = graphOf(c);
    const executable = await onnxruntimeEngine.compile(graph, { device: "cpu", threads: 1 });
    const results = await executable.run(Object.fromEntries(c.inputs.map((o, i) => [`x${i}`, feedOf(o, lengths)])));
    for (const { name, shape, dtype } of graph.outputs) {
      const { dims, dtype: got } = results[name]!;
      expect(got).toBe(dtype);
      expect(dims.map((n, i) => (lengthOf(shape[i]!, lengths) === undefined ? shape[i]! : n))).toEqual(shape.map((d) => lengthOf(d, lengths) ?? d));
    }
    await executable.dispose();
  });
});

describe("the table", () => {
  it("has a case for every operator", () => {
    const covered = new Set(shapeCases.map((c) => c.op));
    expect(ops.types.filter((op) => !covered.has(op))).toEqual([]);
    expect([...covered].filter((op) => !ops.has(op))).toEqual([]);
  });

  it("uses in each case the operator it is about", () => {
    expect(shapeCases.filter((c) => !graphOf(c).nodes.some((n) => n.op === c.op)).map((c) => `${c.op} ${c.name}`)).toEqual([]);
  });

  it.skipIf(checkerMissing)(`satisfies onnx.checker with full checks${checkerMissing ? ` (skipped: ${checkerMissing})` : ""}`, () => {
    const objections = checkModels(shapeCases.map((c) => encodeModel(modelOf(graphOf(c), { version: "" }))));
    expect(shapeCases.flatMap((c, i) => (objections[i] ? [`${c.op} ${c.name}: ${objections[i]}`] : []))).toEqual([]);
    expect(objections).toHaveLength(shapeCases.length);
  });
});
