import { describe, expect, it } from "vitest";
import { LatheError } from "../../../src-main/base/errors.js";
import { kernels } from "../../../src-main/engines/tensorflow/kernels/index.js";
import type { TensorData } from "../../../src-main/onnx/types.js";
import { numbersOf, tensor } from "../../../src-main/onnx/types.js";
import { type NodeCase, nodeCaseNames, readNodeCase } from "../../support/onnx-node-cases.js";
import { tensorflowUnderTest } from "../../support/tensorflow.js";

/**
 * The ONNX project's own operator tests, in the tolerance of its test suite: rtol 1e-3, atol 1e-7 (onnx/backend/test/runner). Where the stored result is 0, an
 * error of one rounding of the operands would already be too large for atol; the suite's own runners for float32 backends widen it, and so do we, to 1e-6.
 */
const [RTOL, ATOL] = [1e-3, 1e-6];

/** Cases of operators that the engine has and that are not tested, and why. */
const EXCLUDED: readonly (readonly [name: RegExp, why: string])[] = [
  [/^test_training_dropout(_default)?(_mask)?$/, "draws its own random numbers"],
  [/^test_dropout_random_old$/, "operator set 1"],
  [/^test_scan_sum$/, "operator set 8"],
  [/^test_cast(like)?_FLOAT_to_STRING(_expanded)?$/, "prints the digits of a float32, refused"],
  [/^test_scatter(nd|_elements_with_reduction)_(multiply|mul|max|min)$/, "scatters by another reduction than addition, refused"],
  [/^test_resize_downsample_scales_(cubic|linear)_align_corners$/, "takes a length before it is cut to a whole number, which PyTorch and ONNX Runtime do not"],
];

/** The only cases of CumSum. Their float64 numbers are small and whole, so they are run as float32. */
const IN_FLOAT32 = /^test_cumsum_/;

const names = nodeCaseNames();
const { engine, version } = await tensorflowUnderTest();

/** A case to run, or why not. */
function load(name: string): NodeCase | string {
  const excluded = EXCLUDED.find(([pattern]) => pattern.test(name));
  if (excluded) return excluded[1];
  try {
    const found = readNodeCase(name);
    const strange = found.model.graph.nodes.find((n) => !kernels.has(n.op) || n.domain !== (kernels.get(n.op).domain ?? ""));
    if (strange) return `operator ${strange.op}`;
    if (![...found.inputs, ...found.outputs].some((t) => t.dtype === "float64")) return found;
    return IN_FLOAT32.test(name) ? inFloat32(found) : "float64, which TensorFlow.js does not have";
  } catch (thrown) {
    if (thrown instanceof LatheError && thrown.code === "graph.unsupported") return thrown.message;
    throw thrown;
  }
}

function inFloat32(found: NodeCase): NodeCase {
  const single = (t: TensorData): TensorData => (t.dtype === "float64" ? tensor("float32", t.data, t.dims) : t);
  const inputs = found.model.graph.inputs.map((v) => (v.dtype === "float64" ? { ...v, dtype: "float32" as const } : v));
  return { ...found, model: { ...found.model, graph: { ...found.model.graph, inputs } }, inputs: found.inputs.map(single), outputs: found.outputs.map(single) };
}

if (!names) {
  it.skip("passes the ONNX project's operator tests (not installed here; Debian: apt install libonnx-testdata)", () => {});
} else {
  const loaded = names.map((name) => ({ name, found: load(name) }));
  const runnable = loaded.flatMap(({ found }) => (typeof found === "string" ? [] : [found]));

  describe("passes the ONNX project's operator tests", () => {
    const passed: string[] = [];

    it.each(runnable.map((c) => [c.name, c] as const))("%s", async (_, { model, inputs, outputs }) => {
      const executable = await engine.compile(model.graph, { device: "cpu", threads: 1 });
      try {
        const results = await executable.run(Object.fromEntries(model.graph.inputs.map((v, i) => [v.name, inputs[i]!])));
        model.graph.outputs.forEach(({ name }, i) => expectWithin(results[name]!, outputs[i]!, name));
        passed.push(...model.graph.nodes.map((n) => n.op));
      } finally {
        await executable.dispose();
      }
    });

    it("reach every kernel but those that the project has none for", () => {
      const byKernel = kernels.types.map((type) => `${type} ${passed.filter((op) => op === type).length}`);
      const excluded = loaded.flatMap(({ name, found }) => (typeof found === "string" ? [{ name, why: found }] : []));
      const ours = excluded.filter(({ why }) => !why.startsWith("operator "));
      console.log(
        `ONNX operator tests on ${version}: ${names.length} found, ${runnable.length} run, ${excluded.length} excluded ` +
          `(${excluded.length - ours.length} of operators that the engine does not claim)`,
      );
      console.log(`passed by kernel: ${byKernel.join(", ")}`);
      console.log(`excluded although the operator is there:\n${ours.map(({ name, why }) => `  ${name}: ${why}`).join("\n")}`);
      // Of another operator set, and compared with the other engine.
      expect(kernels.types.filter((type) => !passed.includes(type))).toEqual(["LabelEncoder"]);
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
    if (!close)
      expect.fail(`${name}: element ${i} is ${v}, expected ${w}\n  got      [${a.slice(0, 16).join(", ")}]\n  expected [${b.slice(0, 16).join(", ")}]`);
  });
}
