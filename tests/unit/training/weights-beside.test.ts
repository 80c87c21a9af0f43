import { describe, expect, it, test } from "vitest";
import { Random } from "../../../src-main/base/random.js";
import { onnxruntimeEngine } from "../../../src-main/engines/onnxruntime/index.js";
import { tensorflowEngine } from "../../../src-main/engines/tensorflow/index.js";
import { numbersOf, tensor } from "../../../src-main/onnx/types.js";
import { createEmitter } from "../../../src-main/ops/index.js";
import { groupedOptimizer } from "../../../src-main/optimizers/grouped.js";
import { VectorMemory } from "../../../src-main/passes/vector-memory.js";
import { GRADIENTS, compileUpdate, lowerUpdate } from "../../../src-main/training/graphs/update-graph.js";
import { names } from "../../../src-main/training/network/specification.js";
import { Evaluator } from "../../../src-main/training/judging/evaluator.js";
import { Trainer, initialWeights } from "../../../src-main/training/trainer.js";
import { WeightsBeside } from "../../../src-main/training/weights-beside.js";
import { benchmarkSpec, randomBatch as benchmarkBatch } from "../../benchmarks/networks.js";
import golden from "../../fixtures/pytorch/optimizers.json" with { type: "json" };
import { expectClose } from "../../support/close.js";
import { type Described, randomBatch, trainingSpec } from "../../support/training-spec.js";

/** The version of `config.json` of runs that update their weights in the graph. */
const IN_GRAPH = 4;
const cpu = { device: "cpu", threads: 1 };

const fc = (id: string, outFeatures: number) => ({ id, type: "Linear", outFeatures });

/** Three layers, of which the first is a group that learns otherwise. */
function specWith(training: Described["training"]) {
  return trainingSpec({
    inputs: { x: 7 },
    targets: [{ name: "y", kind: "numeric", width: 3 }],
    model: { layers: [fc("fc1", 5), { id: "act1", type: "ELU" }, fc("fc2", 6), fc("fc3", 3)], outputs: [{ target: "y", from: "fc3" }] },
    training: { ...training, losses: { y: { type: "MSELoss" } } },
  });
}

type Spec = ReturnType<typeof specWith>;

/** Ten updates by the golden gradients, repeated to the length of the weights. @returns the vectors after each */
async function inGraph(spec: Spec, gradients: readonly Float32Array[], rates: readonly number[]): Promise<readonly Record<string, number[]>[]> {
  const { training, layout } = spec;
  const optimizer = groupedOptimizer(training.optimizer, layout);
  const e = createEmitter();
  const size = layout.trainedCount;
  const vectors = new Map([names.parameters, ...Object.keys(optimizer.slots).map(names.slot)].map((name) => [name, e.graph.input(name, "float32", [size])]));
  const scalars = new Map(optimizer.scalarNames.map((name) => [name, e.graph.input(name, "float32", [1])]));
  const next = lowerUpdate(training, optimizer.update, {
    e,
    parameters: vectors.get(names.parameters)!,
    gradient: e.graph.input("gradient", "float32", [size]),
    slot: (name) => vectors.get(names.slot(name))!,
    scalar: (name) => scalars.get(name)!,
  });
  e.graph.output(next.parameters, names.next(names.parameters));
  for (const slot of Object.keys(optimizer.slots)) e.graph.output(next.slots[slot]!, names.next(names.slot(slot)));
  const executable = await onnxruntimeEngine.compile(e.graph.build("update"), { ...cpu, batchSize: 32 });
  try {
    let state: Record<string, number[]> = Object.fromEntries([...vectors.keys()].map((name) => [name, first(spec, name)]));
    const seen: Record<string, number[]>[] = [];
    for (const [i, gradient] of gradients.entries()) {
      const numbers = Object.entries(optimizer.scalars(i + 1, rates[i]!)).map(([name, v]) => [name, tensor("float32", [v])] as const);
      const feeds = { ...Object.fromEntries(Object.entries(state).map(([name, v]) => [name, tensor("float32", v)])), ...Object.fromEntries(numbers) };
      const results = await executable.run({ ...feeds, gradient: tensor("float32", gradient) });
      state = Object.fromEntries(Object.keys(state).map((name) => [name, numbersOf(results[names.next(name)]!)]));
      seen.push(state);
    }
    return seen;
  } finally {
    await executable.dispose();
  }
}

function beside(spec: Spec, gradients: readonly Float32Array[], rates: readonly number[]): readonly Record<string, number[]>[] {
  const passes = compileUpdate(spec)!;
  expect(passes, "the optimizer is compiled").toBeDefined();
  const vectors = [names.parameters, ...Object.keys(passes.slots).map(names.slot)];
  const all = [...(passes.norm ? [passes.norm] : []), ...passes.groups.map(({ update }) => update)];
  const memory = VectorMemory.create(Object.fromEntries([...vectors, GRADIENTS].map((name) => [name, spec.layout.trainedCount])), all)!;
  const behind = (name: string) => vectors.find((vector) => names.next(vector) === name) ?? name;
  const norm = passes.norm && memory.start(passes.norm);
  const groups = passes.groups.map((group) => ({ group, run: memory.start(group.update, behind) }));
  for (const name of vectors) memory.vector(name).set(first(spec, name));
  return gradients.map((gradient, i) => {
    memory.vector(GRADIENTS).set(gradient);
    const by = norm?.({ offset: 0, size: spec.layout.trainedCount }, []) ?? 0;
    for (const { group, run } of groups) run(group, group.numbers(i + 1, rates[i]!, by));
    return Object.fromEntries(vectors.map((name) => [name, [...memory.vector(name)]]));
  });
}

function first(spec: Spec, name: string): number[] {
  const fill = Object.entries(groupedOptimizer(spec.training.optimizer, spec.layout).slots).find(([slot]) => names.slot(slot) === name)?.[1] ?? 0;
  return Array.from({ length: spec.layout.trainedCount }, (_, i) => (name === names.parameters ? golden.start[i % golden.start.length]! : fill));
}

const options = golden.cases.map(({ type, options: given, lr }) => ({ type, ...given, lr }));
const clippings = [{}, { clipGradValue: 0.4 }, { clipGradNorm: 1 }, { clipGradValue: 2, clipGradNorm: 0.5 }] as const;

describe.each(options.map((optimizer) => [JSON.stringify(optimizer), optimizer] as const))("beside the graph as in it: %s", (_, optimizer) => {
  it.each(clippings.map((clipping) => [JSON.stringify(clipping), clipping] as const))("%s", async (_name, clipping) => {
    const spec = specWith({ optimizer, ...clipping, groups: [{ layers: ["fc1"], lr: 0.3, weightDecay: 0.02 }] });
    const { trainedCount } = spec.layout;
    const gradients = golden.gradients.map((g) => Float32Array.from({ length: trainedCount }, (_v, i) => g[i % g.length]! * (1 + i / trainedCount)));
    const rates = golden.rates.map((rate) => rate * optimizer.lr);
    const [wanted, got] = [await inGraph(spec, gradients, rates), beside(spec, gradients, rates)];
    expect(got).toHaveLength(wanted.length);
    // The norm is summed up in another order, so that its last bit may be another; all else is the same to the bit.
    if ("clipGradNorm" in clipping) {
      got.forEach((vectors, i) => {
        for (const [name, vector] of Object.entries(vectors)) expectClose(vector, wanted[i]![name]!, 2e-6, `${name}, step ${i + 1}`);
      });
    } else expect(got).toEqual(wanted);
  });
});

test.each(golden.cases.map((c) => [`${c.type} ${JSON.stringify(c.options)}`, c] as const))("ten steps beside the graph are PyTorch's: %s", (name, c) => {
  const spec = specWith({ optimizer: { type: c.type, ...c.options, lr: c.lr } });
  const repeated = (values: readonly number[]) => Float32Array.from({ length: spec.layout.trainedCount }, (_, i) => values[i % values.length]!);
  const steps = beside(
    spec,
    golden.gradients.map(repeated),
    golden.rates.map((rate) => rate * c.lr),
  );
  steps.forEach((vectors, i) => expectClose(vectors[names.parameters]!, [...repeated(c.trace[i]!)], 2e-6, `${name}, step ${i + 1}`));
});

describe("whole steps beside the graph have the bits of steps in it", () => {
  const small = specWith({ optimizer: { type: "AdamW", lr: 0.01, weightDecay: 0.1 } });
  const forks = trainingSpec({
    inputs: { x: 6, z: 2 },
    targets: [
      { name: "kind", kind: "category", width: 3 },
      { name: "size", kind: "numeric", width: 2, masked: true },
    ],
    model: {
      layers: [
        { ...fc("fc1", 200), from: ["x"] },
        { id: "bn1", type: "BatchNorm1d" },
        { id: "act1", type: "ReLU" },
        { id: "drop", type: "Dropout", p: 0.2 },
        { ...fc("wide", 200), from: ["drop"] },
        { ...fc("side", 200), from: ["z"] },
        { id: "join", type: "Add", from: ["wide", "side"] },
        { ...fc("kinds", 3), from: ["join"] },
        { ...fc("sizes", 2), from: ["join"] },
        { ...fc("nowhere", 4), from: ["join"] },
      ],
      outputs: [
        { target: "kind", from: "kinds" },
        { target: "size", from: "sizes" },
      ],
    },
    training: {
      optimizer: { type: "Adam", lr: 0.01 },
      combine: "uncertainty",
      groups: [
        { layers: ["side"], frozen: true },
        { layers: ["wide"], lr: 0.1 },
      ],
    },
  });

  it.each([
    ["small tensors together", small],
    ["forks, a frozen layer, one that leads nowhere, a layer that is large, learned factors, missing targets", forks],
  ])("%s", async (_, spec) => {
    const [graph, memory] = [
      await Trainer.create(spec, onnxruntimeEngine, { ...cpu, asOf: IN_GRAPH }, 1),
      await Trainer.create(spec, onnxruntimeEngine, cpu, 1),
    ];
    expect(Object.keys(memory.state)).toEqual(Object.keys(graph.state));
    expect(memory.diagnosisEntries).toEqual(graph.diagnosisEntries);
    for (let step = 1; step <= 12; step++) {
      const diagnosed = step % 3 === 0;
      const batch = randomBatch(spec, step % 4 === 0 ? 5 : 16, step);
      const [wanted, got] = [await graph.step(batch, step, 0.01, diagnosed), await memory.step(batch, step, 0.01, diagnosed)];
      expect({ ...got, diagnosis: undefined }).toEqual({ ...wanted, diagnosis: undefined });
      expect(memory.state).toEqual(graph.state);
      if (diagnosed) expectClose([...got.diagnosis!], [...wanted.diagnosis!], 1e-5, "diagnosis");
    }
    const other = await Trainer.create(spec, onnxruntimeEngine, cpu, 2);
    other.restore(memory.state);
    expect(other.state).toEqual(memory.state);
    for (const trainer of [graph, memory, other]) await trainer.dispose();
  });

  it("pictures, of whose weights some are fed by themselves", async () => {
    const spec = benchmarkSpec("cnn");
    const [graph, memory] = [
      await Trainer.create(spec, onnxruntimeEngine, { ...cpu, asOf: IN_GRAPH }, 1),
      await Trainer.create(spec, onnxruntimeEngine, cpu, 1),
    ];
    const batch = benchmarkBatch("cnn", 3);
    for (let step = 1; step <= 3; step++) {
      expect((await memory.step(batch, step, 0.01, false)).loss).toBe((await graph.step(batch, step, 0.01, false)).loss);
      expect(memory.state).toEqual(graph.state);
    }
    for (const trainer of [graph, memory]) await trainer.dispose();
  });
});

test("evaluation reads weights where they lie as it reads them whole, to the bit", async () => {
  const spec = benchmarkSpec("cnn");
  const weights = initialWeights(spec, 1);
  const batch = benchmarkBatch("cnn", 5);
  const answers = [];
  for (const shared of [true, false]) {
    const evaluator = await Evaluator.create(spec, { ...onnxruntimeEngine, sharesMemory: () => shared }, cpu);
    const predictions = await evaluator.predict({ stepsPerEpoch: 2, start: () => undefined, next: () => batch }, 10, weights);
    answers.push({ outputs: predictions.outputs, losses: predictions.losses });
    await evaluator.dispose();
  }
  expect(answers[0]).toEqual(answers[1]);
});

describe("a loss that is not a number leaves all as it was", () => {
  it.each([
    ["beside the graph", cpu],
    ["in it", { ...cpu, asOf: IN_GRAPH }],
  ])("%s", async (_, compile) => {
    const spec = specWith({ optimizer: { type: "Adam", lr: 0.01 } });
    const trainer = await Trainer.create(spec, onnxruntimeEngine, compile, 1);
    await trainer.step(randomBatch(spec, 8, 1), 1, 0.01, false);
    const before = Object.fromEntries(Object.entries(trainer.state).map(([name, vector]) => [name, vector.slice()]));
    const batch = randomBatch(spec, 8, 2);
    const broken = { ...batch, tensors: { ...batch.tensors, x: tensor("float32", new Array<number>(8 * 7).fill(3e38), [8, 7]) } };
    for (const diagnosed of [false, true]) {
      expect((await trainer.step(broken, 2, 0.01, diagnosed)).loss).not.toSatisfy(Number.isFinite);
      expect(trainer.state).toEqual(before);
    }
    await trainer.lookBack(broken, 2, 0.01);
    expect(trainer.state).toEqual(before);
    await trainer.dispose();
  });
});

test("a gradient that is not a number reaches the weights, so that the run notices, also where it is clipped", () => {
  for (const clipping of clippings) {
    const spec = specWith({ optimizer: { type: "RMSprop", lr: 0.01, centered: true }, ...clipping });
    const gradient = new Float32Array(spec.layout.trainedCount).fill(0.1);
    gradient[3] = NaN;
    const [after] = beside(spec, [gradient], [0.01]);
    expect(after![names.parameters]![3]).toBeNaN();
  }
});

describe("weights are updated beside the graph", () => {
  const spec = specWith({ optimizer: { type: "SGD", lr: 0.1 } });

  it("on the processor, by ONNX Runtime, in runs that begin now", () => {
    expect(WeightsBeside.create(spec, onnxruntimeEngine, cpu)).toBeDefined();
  });

  it("and in the graph on a graphics card, by TensorFlow, and in runs that began so", () => {
    expect(WeightsBeside.create(spec, onnxruntimeEngine, { ...cpu, device: "webgpu" })).toBeUndefined();
    expect(WeightsBeside.create(spec, tensorflowEngine, cpu)).toBeUndefined();
    expect(WeightsBeside.create(spec, onnxruntimeEngine, { ...cpu, asOf: IN_GRAPH })).toBeUndefined();
  });
});

test("norms of updates are those of what the weights changed by, layer by layer", async () => {
  const spec = specWith({ optimizer: { type: "SGD", lr: 0.1, momentum: 0.9 }, groups: [{ layers: ["fc2"], lr: 0.5 }] });
  const trainer = await Trainer.create(spec, onnxruntimeEngine, cpu, 1);
  const random = new Random("norms");
  for (let step = 1; step <= 3; step++) {
    const before = trainer.parameters.slice();
    const { diagnosis } = await trainer.step(randomBatch(spec, 8, random.below(100)), step, 0.1, true);
    for (const layer of ["fc1", "fc2", "fc3"]) {
      const slices = spec.layout.parameters.filter(({ owner }) => owner === layer);
      const changes = slices.flatMap(({ offset, size }) => Array.from({ length: size }, (_, i) => trainer.parameters[offset + i]! - before[offset + i]!));
      const at = trainer.diagnosisEntries.findIndex((entry) => entry.layer === layer && entry.quantity === "updateNorm");
      expectClose([diagnosis![at]!], [Math.hypot(...changes)], 1e-6, layer);
    }
  }
  await trainer.dispose();
});
