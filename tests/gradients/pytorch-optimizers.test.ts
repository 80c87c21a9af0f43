import { describe, expect, test } from "vitest";
import { onnxruntimeEngine } from "../../src-main/engines/onnxruntime/index.js";
import { numbersOf, tensor, type Graph, type Value } from "../../src-main/onnx/types.js";
import { createEmitter } from "../../src-main/ops/index.js";
import { clipByGlobalNorm, clipByValue } from "../../src-main/optimizers/clip.js";
import { optimizers } from "../../src-main/optimizers/index.js";
import golden from "../fixtures/pytorch/optimizers.json" with { type: "json" };
import { expectClose } from "../support/close.js";

interface Case {
  readonly type: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly lr: number;
  /** The parameters after each step. */
  readonly trace: readonly (readonly number[])[];
}
const cases = golden.cases as readonly Case[];
type Float = "float32" | "float64";
type Slots = Readonly<Record<string, number>>;

/** float64 shows that the formula is PyTorch's; float32 that it keeps its accuracy in the type that trains. */
const precisions: readonly (readonly [Float, number])[] = [
  ["float64", 1e-12],
  ["float32", 2e-6],
];

function buildUpdate(c: Case, dtype: Float): { readonly graph: Graph; readonly slots: Slots; readonly scalars: (step: number, lr: number) => Slots } {
  const definition = optimizers.get(c.type);
  const config = definition.config.parse({ type: c.type, ...c.options });
  const e = createEmitter();
  const size = golden.start.length;
  const slots = definition.slots(config);
  const inputs = new Map<string, Value>();
  for (const name of ["parameters", "gradient", ...Object.keys(slots)]) inputs.set(name, e.graph.input(name, dtype, [size]));
  for (const name of Object.keys(definition.scalars(config, 1, 0))) inputs.set(`scalar.${name}`, e.graph.input(`scalar.${name}`, dtype, [1]));
  const input = (name: string) => inputs.get(name)!;
  const update = definition.update({
    e,
    config,
    parameters: input("parameters"),
    gradient: input("gradient"),
    slot: input,
    scalar: (name) => input(`scalar.${name}`),
  });
  e.graph.output(update.parameters, "next.parameters");
  expect(Object.keys(update.slots).sort()).toEqual(Object.keys(slots).sort());
  for (const name of Object.keys(slots)) e.graph.output(update.slots[name]!, `next.${name}`);
  return { graph: e.graph.build(c.type), slots, scalars: (step, lr) => definition.scalars(config, step, lr) };
}

async function trace(c: Case, dtype: Float): Promise<readonly number[][]> {
  const { graph, slots, scalars } = buildUpdate(c, dtype);
  const executable = await onnxruntimeEngine.compile(graph, { device: "cpu", threads: 1 });
  try {
    const size = golden.start.length;
    let state: Record<string, readonly number[]> = { parameters: golden.start };
    for (const [name, fill] of Object.entries(slots)) state[name] = Array.from({ length: size }, () => fill);
    const seen: number[][] = [];
    for (const [i, gradient] of golden.gradients.entries()) {
      const feeds = { ...state, gradient };
      const numbers = Object.entries(scalars(i + 1, c.lr * golden.rates[i]!)).map(([name, v]) => [`scalar.${name}`, tensor(dtype, [v])] as const);
      const results = await executable.run({
        ...Object.fromEntries(Object.entries(feeds).map(([name, v]) => [name, tensor(dtype, v)])),
        ...Object.fromEntries(numbers),
      });
      state = Object.fromEntries(Object.keys(state).map((name) => [name, numbersOf(results[`next.${name}`]!)]));
      seen.push([...state.parameters!]);
    }
    return seen;
  } finally {
    await executable.dispose();
  }
}

describe.each(precisions)("ten steps in %s are PyTorch's", (dtype, tolerance) => {
  test.each(cases.map((c) => [`${c.type} ${JSON.stringify(c.options)}`, c] as const))("%s", async (name, c) => {
    const ours = await trace(c, dtype);
    expect(ours).toHaveLength(c.trace.length);
    c.trace.forEach((wanted, i) => expectClose(ours[i]!, wanted, tolerance, `${name}, step ${i + 1}`));
  });
});

test("default learning rates are PyTorch's", () => {
  for (const c of cases.filter((k) => Object.keys(k.options).length === 0)) {
    expect((optimizers.get(c.type).config.parse({ type: c.type }) as { lr: number }).lr, c.type).toBe(c.lr);
  }
});

test("every optimizer has a golden case", () => {
  expect(new Set(cases.map((c) => c.type))).toEqual(new Set(optimizers.types));
});

test("every option of every optimizer is in a golden case", () => {
  for (const { type, config } of optimizers.all) {
    const options = Object.keys(config.parse({ type }) as object).filter((o) => o !== "type");
    const used = new Set(cases.filter((c) => c.type === type).flatMap((c) => Object.keys(c.options)));
    expect(
      options.filter((o) => !used.has(o)),
      type,
    ).toEqual([]);
  }
});

test("a step is a handful of nodes", () => {
  const nodes = (type: string, options = {}) =>
    buildUpdate({ type, options, lr: 1, trace: [] }, "float32").graph.nodes.filter((n) => n.op !== "Identity").length;
  expect(nodes("SGD")).toBe(2);
  expect(nodes("SGD", { momentum: 0.9 })).toBe(4);
  expect(nodes("Adagrad")).toBe(7);
  expect(nodes("RMSprop")).toBe(8);
  expect(nodes("Adam")).toBe(10);
  expect(nodes("AdamW")).toBe(11);
});

test("centred RMSprop stays finite where the spread of a steady gradient rounds to below zero", async () => {
  const definition = optimizers.get("RMSprop");
  const config = definition.config.parse({ type: "RMSprop", centered: true, alpha: 0.9, lr: 1e-9 });
  const e = createEmitter();
  const vectors = new Map(["parameters", "gradient", "squareAverage", "average"].map((name) => [name, e.graph.input(name, "float32", [1])]));
  const lr = e.graph.input("lr", "float32", [1]);
  const { parameters, slots } = definition.update({
    e,
    config,
    parameters: vectors.get("parameters")!,
    gradient: vectors.get("gradient")!,
    slot: (name) => vectors.get(name)!,
    scalar: () => lr,
  });
  e.graph.output(parameters, "next.parameters");
  e.graph.output(slots.squareAverage!, "next.squareAverage");
  e.graph.output(slots.average!, "next.average");
  const executable = await onnxruntimeEngine.compile(e.graph.build("steady"), { device: "cpu", threads: 1 });
  let state = { parameters: tensor("float32", [0]), squareAverage: tensor("float32", [0]), average: tensor("float32", [0]) };
  for (let step = 1; step <= 300; step++) {
    const results = await executable.run({ ...state, gradient: tensor("float32", [0.1]), lr: tensor("float32", [definition.scalars(config, step, 1e-9).lr!]) });
    state = { parameters: results["next.parameters"]!, squareAverage: results["next.squareAverage"]!, average: results["next.average"]! };
  }
  await executable.dispose();
  expect(numbersOf(state.parameters)[0]).toBeLessThan(0);
});

describe("clipping is PyTorch's", () => {
  test.each(golden.clips.map((c, i) => [`limit ${c.limit}, norm ${c.norm.toPrecision(3)} (${i})`, c] as const))("%s", async (_name, c) => {
    for (const [dtype, tolerance] of precisions) {
      const e = createEmitter();
      const gradient = e.graph.input("gradient", dtype, [c.gradient.length]);
      const byNorm = clipByGlobalNorm(e, gradient, c.limit);
      e.graph.output(byNorm.gradient, "byNorm");
      e.graph.output(byNorm.norm, "norm");
      e.graph.output(clipByValue(e, gradient, c.limit), "byValue");
      const executable = await onnxruntimeEngine.compile(e.graph.build("clip"), { device: "cpu", threads: 1 });
      const results = await executable.run({ gradient: tensor(dtype, c.gradient) });
      expectClose(numbersOf(results.byNorm!), c.byNorm, tolerance, "by norm");
      expectClose(numbersOf(results.norm!), [c.norm], tolerance, "norm");
      expectClose(numbersOf(results.byValue!), c.byValue, tolerance, "by value");
      await executable.dispose();
    }
  });

  test("a gradient that is not finite stays so, for the run to notice", async () => {
    const e = createEmitter();
    const gradient = e.graph.input("gradient", "float32", [2]);
    const clipped = clipByGlobalNorm(e, gradient, 1);
    e.graph.output(clipped.gradient, "clipped");
    e.graph.output(clipped.norm, "norm");
    const executable = await onnxruntimeEngine.compile(e.graph.build("clip"), { device: "cpu", threads: 1 });
    for (const broken of [NaN, Infinity]) {
      const results = await executable.run({ gradient: tensor("float32", [broken, 1]) });
      expect(numbersOf(results.norm!)[0]).toBe(broken);
      expect(numbersOf(results.clipped!)[0]).toBeNaN();
    }
    await executable.dispose();
  });
});

test.each([
  ["SGD", { nesterov: true }, "nesterov"],
  ["SGD", { nesterov: true, momentum: 0.9, dampening: 0.1 }, "nesterov"],
  ["Adam", { betas: [0.9, 1] }, "betas.1"],
  ["Adam", { lr: -1 }, "lr"],
  ["RMSprop", { alpha: 1 }, "alpha"],
  ["Adagrad", { weightDecay: "0.1" }, "weightDecay"],
] as const)("%s with %j is refused at %s", (type, options, path) => {
  expect(
    optimizers
      .get(type)
      .config.safeParse({ type, ...options })
      .error?.issues.map((i) => i.path.join(".")),
  ).toContain(path);
});
