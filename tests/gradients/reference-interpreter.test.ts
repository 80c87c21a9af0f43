import { describe, expect, it } from "vitest";
import { LatheError } from "../../src-main/base/errors.js";
import { ops } from "../../src-main/ops/index.js";
import { expectClose } from "../support/close.js";
import { type NodeCase, nodeCaseNames, readNodeCase } from "../support/onnx-node-cases.js";
import { erf } from "../support/reference/erf.js";
import { evaluate, referenceOps } from "../support/reference-interpreter.js";

/** Cases not tested although the interpreter knows their operators, and why. */
const EXCLUDED: readonly (readonly [name: RegExp, why: string])[] = [
  [/^test_training_dropout(_default)?(_mask)?$/, "draws its own random numbers"],
  [/^test_dropout_random_old$/, "operator set 1"],
  [/^test_scan_sum$/, "operator set 8"],
  [/^test_(blackman|hamming|hann)window.*_expanded$/, "the stored results take π for 3.1415"],
  [/^test_cast(like)?_FLOAT_to_STRING(_expanded)?$/, "prints the digits of a float32, which the interpreter does not hold"],
  [
    /^test_resize_downsample_scales_(linear|cubic)_align_corners$/,
    "takes the result's length before it is rounded down, as neither ONNX Runtime nor PyTorch does",
  ],
];

const names = nodeCaseNames();
const known = new Set(referenceOps);

/** A case the interpreter should pass, or why it cannot run. */
function load(name: string): NodeCase | string {
  const excluded = EXCLUDED.find(([pattern]) => pattern.test(name));
  if (excluded) return excluded[1];
  try {
    const found = readNodeCase(name);
    const strange = found.model.graph.nodes.find((n) => !known.has(n.op) || (n.domain !== "" && n.domain !== "ai.onnx.ml"));
    return strange ? `operator ${strange.op}` : found;
  } catch (thrown) {
    if (thrown instanceof LatheError && thrown.code === "graph.unsupported") return thrown.message;
    throw thrown;
  }
}

describe("the reference interpreter", () => {
  it("knows every operator of the registry", () => {
    expect(ops.types.filter((type) => !known.has(type))).toEqual([]);
  });

  // Digits from Abramowitz and Stegun, table 7.1, and DLMF 7.
  it.each([
    [0, 0],
    [0.5, 0.5204998778130465],
    [1, 0.8427007929497149],
    [2, 0.9953222650189527],
    [3, 0.9999779095030014],
    [-1.5, -0.9661051464753108],
    [7, 1],
    [-50, -1],
  ])("has erf(%d) = %d", (x, y) => {
    expect(Math.abs(erf(x) - y)).toBeLessThan(4e-16);
  });

  if (!names) {
    it.skip("passes the ONNX project's operator tests (not installed here; Debian: apt install libonnx-testdata)", () => {});
    return;
  }

  describe("passes the ONNX project's operator tests", () => {
    const loaded = names.map((name) => ({ name, found: load(name) }));
    const runnable = loaded.flatMap(({ found }) => (typeof found === "string" ? [] : [found]));

    it.each(runnable.map((c) => [c.name, c] as const))("%s", (_, { model, inputs, outputs }) => {
      const feeds = Object.fromEntries(model.graph.inputs.map((v, i) => [v.name, inputs[i]!]));
      const results = evaluate(model.graph, feeds);
      model.graph.outputs.forEach((v, i) => {
        const [got, wanted] = [results[v.name]!, outputs[i]!];
        expect(got.dims, v.name).toEqual([...wanted.dims]);
        if (wanted.dtype === "string") expect(got.strings).toEqual(wanted.data);
        else expectClose(got.data, Array.from<number | bigint, number>(wanted.data, Number), 1e-5, v.name);
      });
    });

    it("reach most of the registry", () => {
      const reached = new Set(runnable.flatMap((c) => c.model.graph.nodes.map((n) => n.op)));
      const excluded = loaded.flatMap(({ found }) => (typeof found === "string" ? [found] : []));
      console.log(`ONNX operator tests: ${names.length} found, ${runnable.length} run, ${excluded.length} excluded (${summary(excluded)})`);
      console.log(`registered operators without one: ${ops.types.filter((t) => !reached.has(t)).join(", ") || "none"}`);
      expect(runnable.length).toBeGreaterThan(350);
    });
  });
});

/** Reasons with their counts, most frequent first. */
function summary(reasons: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const r of reasons.map((reason) => reason.replace(/^.* holds (\S+);.*$/, "type $1").replace(/^.*is not a tensor.*$/, "sequences")))
    counts.set(r, (counts.get(r) ?? 0) + 1);
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .map(([reason, count]) => `${reason} ${count}`)
    .join(", ");
}
