import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { Random } from "../../../src-main/base/random.js";
import { parseProject } from "../../../src-main/contract/project.js";
import { type Loader } from "../../../src-main/datasets/index.js";
import { chooseEngine } from "../../../src-main/engines/index.js";
import { onnxruntimeEngine } from "../../../src-main/engines/onnxruntime/index.js";
import { numbersOf } from "../../../src-main/onnx/types.js";
import { buildEvaluationGraph } from "../../../src-main/training/graphs/evaluation-graph.js";
import { names } from "../../../src-main/training/network/specification.js";
import { floats } from "../../../src-main/training/trainer.js";
import { openWorkbench } from "../../../src-main/training/workbench.js";
import { expectClose } from "../../support/close.js";
import { temporaryFolder } from "../../support/temporary-folder.js";
import { batchOf, randomBatch, trainerOf, trainingSpec, vectorOf } from "../../support/training-spec.js";

const layers = [
  { id: "fc1", type: "Linear", outFeatures: 6 },
  { id: "drop1", type: "Dropout", p: 0.5 },
  { id: "fc2", type: "Linear", outFeatures: 5 },
  { id: "drop2", type: "Dropout", p: 0.2 },
  { id: "out", type: "Linear", outFeatures: 1 },
];

/** What a run would feed: the workbench's own loader. */
async function loaderOf(seed: number): Promise<Loader> {
  const folder = temporaryFolder();
  const random = new Random(1);
  writeFileSync(join(folder, "t.csv"), `a,b,y\n${Array.from({ length: 60 }, (_, i) => `${random.normal()},${random.normal()},${i % 2}`).join("\n")}\n`);
  const project = parseProject({
    version: 1,
    name: "dropout",
    seed,
    data: {
      source: { type: "table", path: "t.csv" },
      inputs: [{ name: "x", type: "numeric", columns: "rest" }],
      targets: [{ name: "y", type: "binary", column: "y" }],
    },
    model: { layers, outputs: [{ target: "y", from: "out" }] },
    training: { epochs: 1, batchSize: 8 },
  });
  const bench = await openWorkbench({ project, folder, choice: await chooseEngine("auto", "cpu"), emit: () => undefined });
  const loader = bench.trainingLoader();
  onTestFinished(() => loader.dispose());
  return loader;
}

/** The random numbers of a step, by layer, copied: their memory is used again. */
async function drawn(loader: Loader, epoch: number, step: number): Promise<Readonly<Record<string, readonly number[]>>> {
  loader.start(epoch, step);
  const { tensors } = await loader.next();
  return Object.fromEntries(["drop1", "drop2"].map((layer) => [layer, numbersOf(tensors[names.uniform(layer)]!)]));
}

describe("what dropout draws in a run", () => {
  it("is other numbers every step, epoch, layer and seed, and the same ones for the same", async () => {
    const [one, again, other] = [await loaderOf(7), await loaderOf(7), await loaderOf(8)];
    const first = await drawn(one, 1, 0);
    expect(first["drop1"]).toHaveLength(8 * 6);
    expect(first["drop2"]).toHaveLength(8 * 5);
    expect(
      Object.values(first)
        .flat()
        .every((u) => u >= 0 && u < 1),
    ).toBe(true);
    expect(first["drop1"]!.slice(0, 40)).not.toEqual(first["drop2"]);
    const at: Awaited<ReturnType<typeof drawn>>[] = [];
    for (const [epoch, step] of [
      [1, 1],
      [1, 2],
      [2, 0],
      [2, 1],
    ] as const)
      at.push(await drawn(one, epoch, step));
    const all = [first, ...at].map((d) => d["drop1"]!.join());
    expect(new Set(all).size).toBe(all.length);
    // Going back, starting in the middle in another process's loader, as a resumed run does.
    expect(await drawn(one, 1, 0)).toEqual(first);
    expect(await drawn(again, 2, 1)).toEqual(at[3]);
    expect(await drawn(other, 1, 0)).not.toEqual(first);
  });
});

describe("dropout in a step", () => {
  // y = w · dropout(x), squared error against 0, w = 1: the loss shows which inputs were kept, and by how much they grew.
  const spec = trainingSpec({
    inputs: { x: 4 },
    targets: [{ name: "y", kind: "numeric", width: 1 }],
    model: {
      layers: [
        { id: "drop", type: "Dropout", p: 0.25 },
        { id: "fc", type: "Linear", outFeatures: 1, bias: false },
      ],
      outputs: [{ target: "y", from: "fc" }],
    },
    training: { optimizer: { type: "SGD", lr: 0 } },
  });

  it("drops where the number is below p, and scales the rest by 1 / (1 - p)", async () => {
    const trainer = await trainerOf(spec);
    onTestFinished(() => trainer.dispose());
    trainer.restore({ [names.parameters]: vectorOf(spec.layout.parameters, { "fc.weight": [1, 1, 1, 1] }) });
    const uniforms = [0, 0.24999, 0.25, 0.99, 0.3, 0.3, 0.3, 0.1];
    const x = [1, 2, 4, 8, 1, 2, 4, 8];
    const { loss } = await trainer.step(batchOf(spec, 2, { x, "target.y": [0, 0], [names.uniform("drop")]: uniforms }), 1, 0, false);
    const [a, b] = [(4 + 8) / 0.75, (1 + 2 + 4) / 0.75];
    expectClose([loss], [(a * a + b * b) / 2], 1e-6, "loss");
  });

  it("does nothing in evaluation, which is not even given random numbers", async () => {
    const graph = buildEvaluationGraph(spec);
    expect(graph.inputs.map((i) => i.name).sort()).toEqual([names.parameters, "target.y", "x"].sort());
    const executable = await onnxruntimeEngine.compile(graph, { device: "cpu", threads: 1 });
    onTestFinished(() => executable.dispose());
    const batch = randomBatch(spec, 5, 0);
    const { x, "target.y": y } = batch.tensors;
    const result = await executable.run({ x: x!, "target.y": y!, [names.parameters]: { dtype: "float32", dims: [4], data: Float32Array.of(1, 1, 1, 1) } });
    const sums = Array.from({ length: 5 }, (_, r) =>
      numbersOf(x!)
        .slice(4 * r, 4 * r + 4)
        .reduce((s, v) => s + v, 0),
    );
    expectClose([...floats(result, names.output("y"))], sums, 1e-6, "output");
  });
});
