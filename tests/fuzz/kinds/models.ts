import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Random } from "../../../src-main/base/random.js";
import type { RunReport } from "../../../src-main/contract/report.js";
import { digestOf } from "../../../src-main/contract/run-model.js";
import { decodeModel, encodeModel } from "../../../src-main/onnx/protobuf.js";
import type { Model, Node } from "../../../src-main/onnx/types.js";
import { evaluateModel } from "../../../src-main/training/models/evaluate-model.js";
import { predictTable } from "../../../src-main/training/models/predict-table.js";
import type { Kind } from "../kind.js";
import { TEXTS, mutateBytes, mutateJson, pick } from "../mutate.js";
import { openStudio } from "../studio.js";
import { atWork } from "../work.js";

type Way = (model: Model, random: Random) => Model;

const onNodes =
  (change: (nodes: Node[], at: number, random: Random) => void): Way =>
  (model, random) => {
    const nodes = [...model.graph.nodes];
    change(nodes, random.below(nodes.length), random);
    return { ...model, graph: { ...model.graph, nodes } };
  };
const onNode = (change: (node: Node, all: readonly Node[], random: Random) => Node): Way =>
  onNodes((nodes, at, random) => {
    const node = nodes[at];
    if (node) nodes[at] = change(node, nodes, random);
  });

/** What a graph is made of; a file is written of it that every decoder of protobuf reads. */
const ways: readonly Way[] = [
  onNodes((nodes, at) => void nodes.splice(at, 1)),
  onNodes((nodes, at, random) => void nodes.splice(random.below(nodes.length), 0, nodes[at] as Node)),
  onNodes((nodes) => void nodes.reverse()),
  onNode((node, all, random) => ({ ...node, op: pick(random, [...all.map(({ op }) => op), "Loop", "Nope", "", ...TEXTS]) })),
  onNode((node, _all, random) => ({ ...node, domain: pick(random, ["", "ai.onnx.ml", "com.microsoft", "x"]) })),
  onNode((node, all, random) => ({
    ...node,
    inputs: node.inputs.map((name) => (random.below(2) === 0 ? pick(random, [...all.flatMap(({ outputs }) => outputs), "", ...TEXTS]) : name)),
  })),
  onNode((node, _all, random) => ({ ...node, inputs: pick(random, [[], [...node.inputs, ...node.inputs], [...node.inputs].reverse()]) })),
  onNode((node, _all, random) => ({ ...node, outputs: [pick(random, TEXTS)] })),
  onNode((node, _all, random) => ({
    ...node,
    attributes: Object.fromEntries(
      Object.entries(node.attributes).map(([name, attribute]) => [
        name,
        attribute.type === "int"
          ? { type: "int", value: pick(random, [0, -1, 1, 7, 2 ** 31, -(2 ** 40)]) }
          : attribute.type === "ints"
            ? { type: "ints", value: pick(random, [[], [0], [-1, -1], [2 ** 31, 2 ** 31], [1, 1, 1, 1, 1, 1]]) }
            : attribute,
      ]),
    ),
  })),
  // Metadata is ours, and JSON.
  (model, random) => {
    const metadata = new Map(model.metadata);
    const key = pick(random, [...metadata.keys()]);
    const value = metadata.get(key) ?? "";
    if (random.below(5) === 0) metadata.delete(key);
    else metadata.set(key, /^[[{]/.test(value) ? mutateJson(random, JSON.parse(value)).toString("utf8") : pick(random, TEXTS));
    return { ...model, metadata };
  },
  (model, random) => {
    const initializers = new Map(model.graph.initializers);
    const key = pick(random, [...initializers.keys()]);
    const tensor = initializers.get(key);
    if (random.below(3) === 0 || !tensor) initializers.delete(key);
    else
      initializers.set(key, {
        ...tensor,
        dims: pick(random, [[], [0], [-1], [...tensor.dims, 1], [2 ** 31, 2 ** 31], [...tensor.dims].reverse(), [...tensor.dims, 2]]),
      });
    return { ...model, graph: { ...model.graph, initializers } };
  },
  (model, random) => ({
    ...model,
    graph: {
      ...model.graph,
      inputs: model.graph.inputs.map((input) =>
        random.below(2) === 0
          ? {
              ...input,
              ...pick(random, [
                { name: pick(random, TEXTS) },
                { shape: [] },
                { shape: [0, -1] },
                { shape: ["N", 2 ** 40] },
                { dtype: "string" as const },
                { dtype: "float64" as const },
              ]),
            }
          : input,
      ),
    },
  }),
  (model, random) => ({
    ...model,
    graph: {
      ...model.graph,
      outputs: pick(random, [
        [],
        [...model.graph.outputs, ...model.graph.outputs],
        [...model.graph.outputs].reverse(),
        model.graph.outputs.map((output) => ({ ...output, name: pick(random, TEXTS) })),
      ]),
    },
  }),
  (model, random) => ({
    ...model,
    irVersion: pick(random, [0, 3, 99, 2 ** 31]),
    opsets: new Map([
      ["", pick(random, [0, 1, 6, 17, 99, 2 ** 31])],
      ["ai.onnx.ml", pick(random, [1, 3, 99])],
    ]),
  }),
];

function mutateModel(random: Random, bytes: Uint8Array): Uint8Array {
  if (random.below(3) === 0) return mutateBytes(random, bytes);
  let model = decodeModel(bytes);
  for (let times = pick(random, [1, 1, 2, 3]); times > 0; times--) model = pick(random, ways)(model, random);
  try {
    return encodeModel(model);
  } catch {
    // What our own encoder refuses is no file.
    return mutateBytes(random, bytes);
  }
}

/** `model.onnx` of somebody else, given to evaluate, predict and the Export screen. */
export const models: Kind = {
  name: "models",
  quick: 40,
  bound: 60,
  memory: 1500,
  async open(place) {
    const studio = openStudio(place);
    const ofProject = [place.table, place.pictures].map((project) => ({
      project,
      bytes: readFileSync(join(project, "runs", "0001", "model.onnx")),
      data: project === place.table ? join(project, "table.csv") : join(project, "pictures"),
    }));
    return {
      async feed(random, judge) {
        const { project, bytes, data } = pick(random, ofProject);
        const path = join(project, "runs", "0001", "model.onnx");
        const reportPath = join(project, "runs", "0001", "report.json");
        const written = readFileSync(reportPath);
        const report = JSON.parse(written.toString("utf8")) as RunReport;
        const forged = mutateModel(random, bytes);
        writeFileSync(path, forged);
        // As who forges one would: the report speaks of it.
        writeFileSync(reportPath, JSON.stringify({ ...report, model: { ...report.model, sha256: digestOf(forged) } }));
        const run = { project, run: "0001" };
        await judge.ask("card", () => studio.ask.exports.card(run));
        await judge.ask("form", () => studio.ask.prediction.form(run));
        const out = mkdtempSync(join(place.root, "out-"));
        await judge.ask("predict", () =>
          atWork((setting) => predictTable({ model: path, data, out: join(out, "answers.csv"), device: "cpu", preview: 3 }, setting)),
        );
        if (random.below(2) === 0) await judge.ask("evaluate", () => atWork((setting) => evaluateModel({ model: path, data, device: "cpu" }, setting)));
        rmSync(out, { recursive: true, force: true });
        writeFileSync(path, bytes);
        writeFileSync(reportPath, written);
      },
      async close() {
        await studio.close();
      },
    };
  },
};
