import { defined } from "../../base/assert.js";
import { inWorkFolder } from "../../base/work-folder.js";
import { defaultLosses } from "../../contract/default-losses.js";
import { type PreparedData, rowNumbersOf } from "../../datasets/index.js";
import { describePlainTable } from "../../datasets/sources/plain-table.js";
import type { PlainTable, TrainedNetwork } from "../../exporters/index.js";
import { cannotWrite, refuseKinds } from "../../exporters/pytorch/unwritable.js";
import { kindOf, targetKindOf } from "../../features/index.js";
import { losses } from "../../losses/index.js";
import type { TensorType } from "../../onnx/types.js";
import { EarlyStopping } from "../early-stopping.js";
import { readFacts } from "../models/inference-model.js";
import { readModel } from "../models/read-model.js";
import { usedLayers } from "../network/used-inputs.js";
import type { WorkSetting } from "../process/setting.js";
import { readConfig } from "../runs/run-config.js";
import { readKeptWeights } from "../runs/kept-weights.js";
import type { RunFolder } from "../runs/run-folder.js";
import { reopenRun } from "../reopen-run.js";
import type { Workbench } from "../workbench.js";

/** Columns are described without a look at the table. */
const UNSEEN = { column: () => undefined, rest: undefined };

/**
 * All that is needed to train a run's network again.
 * @param folder the project's @throws LatheError `data.changed`, `run.checkpoint`, `cancelled`; `export.format` where its data are no plain table
 */
export async function openTrained(run: RunFolder, folder: string, model: Uint8Array, { emit, control }: WorkSetting): Promise<TrainedNetwork> {
  const config = readConfig(run);
  const { project } = config;
  const { source } = project.data;
  const { fitted, thresholds } = readFacts(readModel(model, run.path).metadata, run.path);
  refuseKinds(fitted);
  if (source.test !== undefined) throw cannotWrite(`the test part of run ${run.id} is a file of its own`);
  const bench = await reopenRun(run, { config, folder, lost: "what rows it learnt from is not known any more" }, { emit, control });
  const { prepared, spec } = bench;
  const { training } = project;
  const batchSize = Math.min(training.batchSize, prepared.counts.train);
  const { monitor } = new EarlyStopping({
    monitor: prepared.counts.validation > 0 ? (training.earlyStopping?.monitor ?? "validation.loss") : "train.loss",
    patience: 0,
  });
  return {
    project: project.name,
    run: run.id,
    seed: project.seed,
    training,
    network: networkOf(
      bench,
      fitted.inputs.map(({ name }) => name),
    ),
    weights: readKeptWeights(folder, run.path).tensors,
    fitted,
    thresholds,
    loss: (target) => {
      const { type, weight, ...given } = training.losses[target] ?? { type: usualLoss(bench, target), weight: 1 };
      return { type, weight, options: losses.get(type).config.parse({ ...given, ...spec.balanced.get(target) }) };
    },
    dropLast: bench.stepsPerEpoch * batchSize < prepared.counts.train,
    masked: prepared.targets.filter(({ masked }) => masked).map(({ name }) => name),
    groups: (training.groups ?? []).some(({ lr, weightDecay }) => lr !== undefined || weightDecay !== undefined),
    monitor: { name: monitor, mode: new EarlyStopping({ monitor, patience: 0 }).mode },
    rows: rowsOf(prepared),
    table: await plainTable(prepared),
  };
}

function usualLoss({ spec }: Workbench, target: string): string {
  const found = defined(
    spec.targets.find(({ name }) => name === target),
    target,
  );
  return defaultLosses[found.kind];
}

function rowsOf(prepared: PreparedData): TrainedNetwork["rows"] {
  const of = (split: "train" | "validation" | "test") => (prepared.counts[split] === 0 ? new Uint32Array(0) : rowNumbersOf(prepared, split));
  return { train: of("train"), validation: of("validation"), test: of("test") };
}

async function plainTable({ source: { path, options } }: PreparedData): Promise<PlainTable> {
  const table = await inWorkFolder((work) => describePlainTable(path, options, work));
  if (typeof table === "string") throw cannotWrite(table);
  return { path, ...table };
}

/** The network as its source is written. @param used names of inputs that lead to an answer */
function networkOf({ project, spec, inputs }: Workbench, used: readonly string[]): TrainedNetwork["network"] {
  const plan = usedLayers(spec.plan);
  const types = new Map<string, TensorType>([...inputs, ...spec.layout.types]);
  const typeOf = (name: string) => defined(types.get(name), name);
  const described = new Map<string, string>([
    ...project.data.inputs.map((input) => [input.name, kindOf(input).plan(input, UNSEEN).description] as const),
    ...project.data.targets.map((target) => [target.name, targetKindOf(target).plan(target, UNSEEN).description] as const),
  ]);
  return {
    name: project.name,
    inputs: used.map((name) => ({ name, shape: typeOf(name).shape, description: described.get(name) ?? "" })),
    layers: plan.layers.map((layer) => ({ ...layer, inputs: layer.from.map(typeOf), output: typeOf(layer.id) })),
    outputs: plan.outputs.map((output) => ({ ...output, description: described.get(output.target) ?? "" })),
  };
}
