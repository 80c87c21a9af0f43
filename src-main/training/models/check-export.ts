import { defined } from "../../base/assert.js";
import { LatheError } from "../../base/errors.js";
import { readOwnFileSync } from "../../base/own-files.js";
import { Random } from "../../base/random.js";
import type { ParityResult } from "../../contract/results.js";
import type { Tensors } from "../../engines/engine.js";
import { fileEngine } from "../../engines/index.js";
import type { FittedData } from "../../features/fitted.js";
import { kindOf, picturesOf, targetKindOf } from "../../features/index.js";
import { decodeModel } from "../../onnx/protobuf.js";
import type { Graph } from "../../onnx/types.js";
import { inferTypes } from "../../ops/index.js";
import type { Predictions } from "../judging/evaluator.js";
import { encodedValues, outputName, readFacts } from "./inference-model.js";
import { decisionOf, inOwnUnit } from "../judging/judge.js";
import { checkParity, differing } from "./parity.js";
import { floats } from "../trainer.js";
import { judgedTarget, targetSpec } from "../workbench.js";

/** Rows that both files answer; of pictures fewer. */
const ROWS = 256;
const PICTURES = 8;

export interface CheckExportRequest {
  /** The run's own model. */
  readonly model: string;
  /** The same without its preprocessing, as it would be handed out. */
  readonly bare: Uint8Array;
}

/**
 * Compares a file without preprocessing with the run's own, which training compared with the trainer: rows are made up that lie where the training rows did,
 * with gaps and strange words among them; the run's file answers them and tells what its preprocessing makes of them; the other is fed that and must answer the
 * same.
 * @throws LatheError `export.parity`; `export.format` for a file that does not say where its preprocessing ends
 */
export async function checkExport({ model: path, bare }: CheckExportRequest): Promise<ParityResult> {
  const bytes = readOwnFileSync(path);
  const model = decodeModel(bytes, inferTypes);
  const { fitted, thresholds } = readFacts(model.metadata, path);
  const rows = picturesOf(fitted.inputs).length > 0 ? PICTURES : ROWS;
  const raw: Tensors = Object.fromEntries(fitted.inputs.map((input) => [input.name, kindOf(input).madeUp(input, rows, new Random("export", input.name))]));
  const answers = await run(bytes, raw);
  const inputs = await encode(model.graph, encodedValues(model.metadata, path), raw);
  const judged = new Map(fitted.targets.map((target) => [target.name, judgedTarget(target, thresholds[target.name] ?? 0.5)]));

  const session = await fileEngine.load(bare, { device: "cpu", threads: 1 });
  try {
    const parity = await checkParity({
      model: session,
      fitted,
      targets: fitted.targets.map(targetSpec),
      rows: once({ size: rows, inputs }),
      trained: inOwnUnits(fitted, answers, rows),
      split: "made-up",
      ownUnit: inOwnUnit(judged),
      decide: ({ name }, outputs) => decisionOf(defined(judged.get(name), name), outputs),
    });
    if (parity.passed) return parity;
    throw new LatheError(
      "export.parity",
      `the exported model's answers ${differing(parity)}, so it is not handed out; export it with its preprocessing inside`,
      { parity },
    );
  } finally {
    await session.dispose();
  }
}

async function* once<T>(batch: T): AsyncGenerator<T> {
  yield await Promise.resolve(batch);
}

async function run(bytes: Uint8Array, inputs: Tensors): Promise<Tensors> {
  const session = await fileEngine.load(bytes, { device: "cpu", threads: 1 });
  try {
    return await session.run(inputs);
  } finally {
    await session.dispose();
  }
}

/** What a graph's preprocessing makes of raw inputs. @param at by input, the value it ends in */
async function encode(graph: Graph, at: ReadonlyMap<string, string>, raw: Tensors): Promise<Tensors> {
  // An input that nothing is done to is its own result.
  const made = [...at].filter(([, value]) => !graph.inputs.some(({ name }) => name === value));
  const outputs = made.map(([, name]) => {
    const type = graph.types.get(name);
    if (!type) throw new LatheError("export.format", `the model does not tell the type of ${name}`);
    return { name, ...type };
  });
  const session = outputs.length === 0 ? undefined : await fileEngine.compile({ ...graph, outputs }, { device: "cpu", threads: 1 });
  try {
    const values = { ...raw, ...(await session?.run(raw)) };
    return Object.fromEntries([...at].map(([input, value]) => [input, defined(values[value], value)]));
  } finally {
    await session?.dispose();
  }
}

/** What the file answered, in the units in which a trainer does. */
function inOwnUnits(fitted: FittedData, answers: Tensors, rows: number): Predictions {
  const outputs = fitted.targets.map((target) => {
    return [target.name, targetKindOf(target).trained(floats(answers, outputName(target.name, fitted)), target)] as const;
  });
  return { rows, outputs: new Map(outputs), truths: new Map(), losses: new Map() };
}
