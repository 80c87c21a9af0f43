import { afterAll, expect, test } from "vitest";
import { LatheError } from "../../../src-main/base/errors.js";
import { fileEngine } from "../../../src-main/engines/index.js";
import { normalForm } from "../../../src-main/importers/normal-form.js";
import type { Graph, Model, TensorData } from "../../../src-main/onnx/types.js";
import { type NodeCase, nodeCaseNames, readNodeCase } from "../../support/onnx-node-cases.js";

// The ONNX project's own tests of operators: what an importer makes of each must give what its page says.

const names = nodeCaseNames();
const passed: string[] = [];
const refused: string[] = [];

/**
 * Cases of random numbers, of what is left out on purpose (masks of Dropout, statistics that batch norm keeps), and those of Resize that take a length before
 * it is cut to a whole number, which ONNX Runtime does not.
 */
const OMITTED = /dropout_(default_)?mask|training_dropout|batchnorm_.*training|bernoulli|random|resize_downsample_scales_(cubic|linear)_align_corners/;

test.skipIf(names === undefined)("ONNX's own cases give what its reference gave, or are refused with a sentence", { timeout: 300_000 }, async () => {
  const wrong: string[] = [];
  for (const name of names ?? []) {
    if (OMITTED.test(name)) continue;
    const found = caseOf(name);
    if (!found) continue;
    const form = normalForm({ model: asConstants(found) }, new Map(), "as in the file");
    const problem = form.nodes.find((node) => node.problem !== undefined)?.problem;
    const outputs = form.outputs.map((output) => form.values.get(output));
    if (problem !== undefined || outputs.some((value) => value === undefined)) {
      refused.push(`${name}: ${problem ?? "a result is left out"}`);
      continue;
    }
    outputs.forEach((value, i) => form.builder.output(value!, `out${i}`));
    const difference = await differenceOf(form.builder.build("case"), found);
    if (difference === undefined) passed.push(name);
    else wrong.push(`${name}: ${difference}`);
  }
  expect(wrong).toEqual([]);
  expect(refused.filter((line) => /undefined|\[object/.test(line))).toEqual([]);
  expect(passed.length).toBeGreaterThan(450);
});

afterAll(() => {
  if (process.env["SHOW"]) console.log(passed.length, refused.length, refused.join("\n"));
});

function caseOf(name: string): NodeCase | undefined {
  try {
    const found = readNodeCase(name);
    const domains = new Set(found.model.graph.nodes.map(({ domain }) => domain));
    return domains.size === 1 && domains.has("") && found.inputs.length > 0 && found.inputs.length === found.model.graph.inputs.length ? found : undefined;
  } catch (thrown) {
    if (thrown instanceof LatheError) return undefined;
    throw thrown;
  }
}

/** Axes, lengths and the like, which these cases are fed, are constants in a network's file. */
function asConstants({ model, inputs }: NodeCase): Model {
  const { graph } = model;
  const isConstant = (i: number) => i > 0 && inputs[i]!.dims.length <= 1 && inputs[i]!.data.length > 0;
  const initializers = new Map(graph.inputs.flatMap(({ name }, i) => (isConstant(i) ? [[name, inputs[i]!] as const] : [])));
  return { ...model, graph: { ...graph, inputs: graph.inputs.filter((_, i) => !isConstant(i)), initializers } };
}

async function differenceOf(graph: Graph, { inputs, outputs, model }: NodeCase): Promise<string | undefined> {
  const session = await fileEngine.compile(graph, { device: "cpu", threads: 1 });
  try {
    const fed = graph.inputs.map(({ name }) => [name, inputs[model.graph.inputs.findIndex((input) => input.name === name)]!] as const);
    const answers = await session.run(Object.fromEntries(fed));
    for (const [i, wanted] of outputs.entries()) {
      const got = answers[`out${i}`]!;
      if (got.dims.join() !== wanted.dims.join()) return `[${got.dims.join()}] instead of [${wanted.dims.join()}]`;
      const given = numbers(got);
      const worst = numbers(wanted).reduce((most, w, k) => Math.max(most, apart(given[k]!, w)), 0);
      if (worst > 1e-4) return `apart by ${worst}`;
    }
    return undefined;
  } finally {
    await session.dispose();
  }
}

const numbers = (data: TensorData): number[] => (data.dtype === "string" ? [] : Array.from<number | bigint, number>(data.data, Number));

/** Relative beyond 1; infinities and NaN must be the same. */
function apart(a: number, b: number): number {
  if (Object.is(a, b) || a === b) return 0;
  const difference = Math.abs(a - b) / Math.max(1, Math.abs(b));
  return Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
}
