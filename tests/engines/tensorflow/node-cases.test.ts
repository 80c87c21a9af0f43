import { describe, expect, it } from "vitest";
import { LatheError } from "../../../src-main/base/errors.js";
import { kernels } from "../../../src-main/engines/tensorflow/kernels/index.js";
import type { TensorData } from "../../../src-main/onnx/types.js";
import { numbersOf } from "../../../src-main/onnx/types.js";
import { type NodeCase, nodeCaseNames, readNodeCase } from "../../support/onnx-node-cases.js";
import { tensorflowUnderTest } from "../../support/tensorflow.js";

/**
 * The ONNX project's own operator tests, in the tolerance of its test suite: rtol 1e-3, atol 1e-7 (onnx/backend/test/runner). Where the stored result is 0, an error of
 * one rounding of the operands would already be too large for atol; the suite's own runners for float32 backends widen it, and so do we, to 1e-6.
 */
const [RTOL, ATOL] = [1e-3, 1e-6];

/** Cases of operators that the engine has which are left out, and why. */
const EXCLUDED: readonly (readonly [name: RegExp, why: string])[] = [
  [/^test_training_dropout(_default)?(_mask)?$/, "draws its own random numbers"],
  [/^test_dropout_random_old$/, "operator set 1"],
  [/^test_cast(like)?_FLOAT_to_STRING(_expanded)?$/, "prints the digits of a float32, refused"],
  [/^test_scatter(nd|_elements_with_reduction)_(multiply|mul|max|min)$/, "scatters by another reduction than addition, refused"],
];

const names = nodeCaseNames();
const { engine } = await tensorflowUnderTest();

/** A case to run, or why not. */
function load(name: string): NodeCase | string {
  const excluded = EXCLUDED.find(([pattern]) => pattern.test(name));
  if (excluded) return excluded[1];
  try {
    const found = readNodeCase(name);
    const strange = found.model.graph.nodes.find((n) => !kernels.has(n.op) || n.domain !== (kernels.get(n.op).domain ?? ""));
    if (strange) return `operator ${strange.op}`;
    const double = [...found.inputs, ...found.outputs].some((t) => t.dtype === "float64");
    return double ? "float64, which TensorFlow.js does not have" : found;
  } catch (thrown) {
    if (thrown instanceof LatheError && thrown.code === "graph.unsupported") return thrown.message;
    throw thrown;
  }
}

if (!names) {
  it.skip("passes the ONNX project's operator tests (not installed here; Debian: apt install libonnx-testdata)", () => {});
} else {
  const loaded = names.map((name) => ({ name, found: load(name) }));
  const runnable = loaded.flatMap(({ found }) => (typeof found === "string" ? [] : [found]));

  describe("passes the ONNX project's operator tests", () => {
    it.each(runnable.map((c) => [c.name, c] as const))("%s", async (_, { model, inputs, outputs }) => {
      const executable = await engine.compile(model.graph, { device: "cpu", threads: 1 });
      try {
        const results = await executable.run(Object.fromEntries(model.graph.inputs.map((v, i) => [v.name, inputs[i]!])));
        model.graph.outputs.forEach(({ name }, i) => expectWithin(results[name]!, outputs[i]!, name));
      } finally {
        await executable.dispose();
      }
    });
  });
}

function expectWithin(got: TensorData, wanted: TensorData, name: string): void {
  expect({ dtype: got.dtype, dims: [...got.dims] }, name).toEqual({ dtype: wanted.dtype, dims: [...wanted.dims] });
  if (got.dtype === "string" || wanted.dtype === "string") return expect(got.data).toEqual(wanted.data);
  const [a, b] = [numbersOf(got), numbersOf(wanted)];
  a.forEach((v, i) => {
    const w = b[i]!;
    const close = Object.is(v, w) || v === w || Math.abs(v - w) <= ATOL + RTOL * Math.abs(w);
    if (!close) expect.fail(`${name}: element ${i} is ${v}, expected ${w}\n  got      [${a.slice(0, 16).join(", ")}]\n  expected [${b.slice(0, 16).join(", ")}]`);
  });
}
