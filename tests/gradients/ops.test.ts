import { describe, expect, it } from "vitest";
import { differentiate } from "../../src-main/autodiff/differentiate.js";
import { LatheError } from "../../src-main/base/errors.js";
import { type Graph, isFloat } from "../../src-main/onnx/types.js";
import { createEmitter, ops } from "../../src-main/ops/index.js";
import type { OpDefinition } from "../../src-main/ops/op.js";
import { checkGradients, floatsOf, forwardGraph } from "../support/gradient-checker.js";
import { activations } from "./cases/activations.js";
import { arithmetic } from "./cases/arithmetic.js";
import type { OpCase } from "./cases/case.js";
import { indexing } from "./cases/indexing.js";
import { linear } from "./cases/linear.js";
import { making } from "./cases/making.js";
import { normalizing } from "./cases/normalizing.js";
import { recurrent } from "./cases/recurrent.js";
import { reductions } from "./cases/reductions.js";
import { resizing } from "./cases/resizing.js";
import { shaping } from "./cases/shaping.js";
import { windows } from "./cases/windows.js";

const cases: readonly OpCase[] = [
  ...arithmetic,
  ...activations,
  ...linear,
  ...reductions,
  ...shaping,
  ...indexing,
  ...normalizing,
  ...making,
  ...windows,
  ...resizing,
  ...recurrent,
];

describe.each(ops.types)("%s", (op) => {
  const own = cases.filter((c) => c.op === op);
  const checked = own.filter((c) => !c.refused);
  const refusals = own.filter((c) => c.refused);

  if (checked.length > 0) it.each(checked.map((c) => [c.name, c] as const))("%s", (_, c) => checkGradients(c));
  if (refusals.length > 0) it.each(refusals.map((c) => [c.name, c] as const))("%s", (_, c) => expectRefusal(c));

  it("has a gradient or a reason in the table for each operand", () => {
    expect(missingFrom(ops.get(op), own)).toEqual([]);
  });
});

describe("the table", () => {
  it("names only registered operators", () => {
    expect([...new Set(cases.map((c) => c.op))].filter((op) => !ops.has(op))).toEqual([]);
  });

  it("uses the operator each line is about", () => {
    const off = cases.filter((c) => ops.has(c.op) && !forwardUses(c).some((node) => node.op === c.op));
    expect(off.map((c) => `${c.op}: ${c.name}`)).toEqual([]);
  });
});

describe("differentiate", () => {
  it("refuses a loss that is no scalar", () => {
    const e = createEmitter();
    const x = e.graph.input("x", "float32", ["N", 2]);
    expect(thrownBy(() => differentiate(e, e.exp(x), [x]))).toMatchObject({ code: "graph.shape", message: expect.stringContaining("[N, 2]") as unknown });
  });

  it("calls an operator nobody registered unsupported, when it is written", () => {
    const e = createEmitter();
    const x = e.graph.input("x", "float32", [2]);
    expect(thrownBy(() => e.op("Frobnicate", [x]))).toMatchObject({ code: "graph.unsupported", message: expect.stringContaining("Frobnicate") as unknown });
  });

  it("gives zeros for what the loss does not depend on", () => {
    const e = createEmitter();
    const [x, y] = [e.graph.input("x", "float32", ["N", 2]), e.graph.input("y", "float32", [3])];
    const [gradient] = differentiate(e, e.reduceSum(e.mul(x, x)), [y]);
    expect(gradient).toMatchObject({ dtype: "float32", shape: [3] });
    e.graph.output(gradient!, "dy");
  });

  it("lets nothing through a stopped value, and says nothing about it", () => {
    const e = createEmitter();
    const x = e.graph.input("x", "float32", [2]);
    const stopped = e.cast(e.greater(x, e.scalar(0)), "float32");
    const [gradient] = differentiate(e, e.reduceSum(e.mul(x, stopped)), [x], { stopAt: [stopped] });
    expect(gradient?.shape).toEqual([2]);
  });
});

/** Asking for the gradient of the refused input must name the operator and a reason, and tell "there is none" from "not written". */
function expectRefusal({ op, inputs, build, refused }: OpCase): void {
  const e = createEmitter();
  const xs = inputs.map((s, i) => e.graph.input(`x${i}`, s.dtype, s.shape));
  const loss = floatsOf(build(e, ...xs))
    .map((y) => e.cast(e.reduceSum(y), "float32"))
    .reduce((a, b) => e.add(a, b));
  const error = thrownBy(() => differentiate(e, loss, [xs[refused!.of]!]));
  expect(error.code).toBe(refused!.code);
  expect(error.message).toMatch(refused!.because);
  if (refused!.code === "autodiff.not-differentiable") {
    expect(error.details).toMatchObject({ op });
    expect(error.message).toMatch(new RegExp(`^${op} \\(.+\\) is not differentiable, because .+`));
  } else {
    expect(error.message).toContain(op);
  }
}

function thrownBy(run: () => unknown): LatheError {
  try {
    run();
  } catch (thrown) {
    if (thrown instanceof LatheError) return thrown;
    throw thrown;
  }
  return expect.fail("expected an error, got none");
}

function forwardUses(c: OpCase): Graph["nodes"] {
  return forwardGraph(c).graph.nodes;
}

/** The operands of an operator whose gradient rule no line of the table runs; the operator's name where a reason is not tried. */
function missingFrom(definition: OpDefinition, own: readonly OpCase[]): readonly string[] {
  const rule = definition.gradient;
  if ("because" in rule && typeof rule.because === "string") {
    const canBeAsked = definition.inputs.length > 0;
    return canBeAsked && !own.some((c) => c.refused?.code === "autodiff.not-differentiable") ? [`${definition.type} is never refused`] : [];
  }
  const run = new Set(own.filter((c) => !c.refused).flatMap((c) => operandsReached(c)));
  const wanted = typeof rule === "function" ? [0] : Object.keys(rule).map((name) => definition.inputs.indexOf(name));
  return wanted.filter((i) => !run.has(i)).map((i) => `operand ${definition.inputs[i]}`);
}

/** Which operands of the case's operator vary with an input of the case. */
function operandsReached(c: OpCase): readonly number[] {
  const { graph } = forwardGraph(c);
  const varying = new Set(graph.inputs.filter((v) => isFloat(v.dtype)).map((v) => v.name));
  const reached: number[] = [];
  for (const node of graph.nodes) {
    const hit = node.inputs.flatMap((name, i) => (varying.has(name) ? [i] : []));
    if (hit.length === 0) continue;
    if (node.op === c.op) reached.push(...hit);
    for (const o of node.outputs) if (isFloat(graph.types.get(o)!.dtype)) varying.add(o);
  }
  return reached;
}
