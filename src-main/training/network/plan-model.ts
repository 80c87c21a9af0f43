import { counted } from "../../features/options.js";
import { LatheError, toLatheError } from "../../base/errors.js";
import { own } from "../../base/own.js";
import { type GroupSpec, groupsSchema } from "../../contract/groups.js";
import { checkModel } from "../../contract/check-project.js";
import type { BlockSpec, LayerSpec, ModelSpec } from "../../contract/model.js";
import type { Mend, NetworkFault, PlanProblem } from "../../contract/model-views.js";
import { type Problem, showPath } from "../../contract/problems.js";
import { parseProject } from "../../contract/project.js";
import { defaultLosses } from "../../contract/default-losses.js";
import { type Shape, type TensorType, type Value, sizeOf } from "../../onnx/types.js";
import type { AskedTarget } from "./asked-target.js";
import { USUAL_BATCH, findFaults } from "./faults.js";
import { recordLayout } from "./layout.js";
import { type PlannedLayer, lowerLayer, unfoldNetwork } from "./network.js";
import { matchPretrained, openSources } from "./pretrained.js";
import { type PlannedInput, type PlannedTarget, type TableFacts, asRecord, listOf, planData } from "./plan-data.js";

/** A layer as far as it can be told. */
export interface LayerOutlook {
  /** Inside a block `block1.fc1`. */
  readonly id: string;
  readonly shape?: Shape;
  /** Of a shared block, at each of its uses. */
  readonly parameters: number;
  readonly multiplyAdds?: number;
  readonly problem?: string;
  readonly warning?: string;
}

/** A layer of which everything is known: what source code is written from. */
export interface LoweredLayer extends PlannedLayer {
  readonly inputs: readonly TensorType[];
  readonly output: TensorType;
}

export interface ModelOutlook {
  readonly name: string;
  readonly inputs: readonly PlannedInput[];
  readonly targets: readonly PlannedTarget[];
  /** The network's own layers in the document's order; those inside a block after it. */
  readonly layers: readonly LayerOutlook[];
  readonly outputs: readonly { readonly target: string; readonly from: string; readonly width?: number; readonly description: string }[];
  readonly parameters: number;
  readonly multiplyAdds: number;
  readonly problems: readonly PlanProblem[];
  /** Present where all of it could be planned: every layer in the order it runs, and the values that are the answers. */
  readonly network?: { readonly layers: readonly LoweredLayer[]; readonly outputs: readonly { readonly target: string; readonly from: string }[] };
}

/**
 * Plans a project's document, however incomplete: what is wrong stands at its layer, the rest is planned as far as it goes.
 * @param facts of its table; undefined where it has not been looked at: then what depends on it has no shape, which is no error.
 * @param folder the project's, in which sources of first values may lie
 */
export function planModel(document: Readonly<Record<string, unknown>>, facts: TableFacts | undefined, folder = ""): ModelOutlook {
  const { inputs, targets, vocabularies, problems: dataProblems } = planData(document["data"], facts);
  const model = readable(asRecord(document["model"]));
  const problems: PlanProblem[] = documentProblems(document, model, inputs, targets).map((problem) => ({ ...problem, ...layerAt(problem.path, model) }));
  problems.push(...dataProblems.map(({ path, message }) => ({ path: showPath(path), message })));
  const { sources, problems: sourceProblems } = openSources(model, folder);
  problems.push(...sourceProblems.map(({ block, ...problem }) => ({ ...problem, ...layerOf(block, model) })));

  const outlook = new Map<string, { shape?: Shape; parameters: number; multiplyAdds?: number; problem?: string; warning?: string }>();
  const widths = new Map(targets.flatMap(({ name, width }) => (width === undefined ? [] : [[name, width] as const])));
  const refused = new Map<string, unknown>();
  // Every layer is asked for after the outputs, so that it is known which value a block gives.
  const asked = { ...model, outputs: [...model.outputs, ...model.layers.map(({ id }) => ({ target: "", from: id }))] };
  const plan = unfoldNetwork(
    asked,
    inputs.map((input) => input.name),
    { widths, vocabularies },
    (id, error) => refused.set(id, error),
    readableGroups(asRecord(document["training"])["groups"]),
  );
  const answers = plan.outputs.slice(0, model.outputs.length);
  const results = new Map(model.layers.map(({ id }, i) => [id, plan.outputs[model.outputs.length + i]?.from ?? id]));
  const position = new Map(model.layers.map((layer, i) => [layer.id, i]));
  const topOf = (id: string) => (position.has(id) ? id : (id.split(".")[0] ?? id));
  const note = (id: string, message: string, fault?: PlanProblem["fault"]) => {
    const layer = topOf(id);
    const path = placeOf(id, model);
    // What the document says wrong there comes first: the rest may follow from it.
    const isFirst = !problems.some((problem) => problem.layer === layer);
    if (isFirst) problems.push({ path, message, layer, ...(fault ? { fault: { ...fault, mends: mendsIn(fault) } } : {}) });
    if (isFirst || fault?.severity !== "warning")
      outlook.set(id, { parameters: 0, ...outlook.get(id), [fault?.severity === "warning" ? "warning" : "problem"]: message });
  };
  // A block's layers are mended in the file.
  const mendsIn = ({ mends }: Pick<NetworkFault, "mends">) => mends.filter((mend) => !("layer" in mend) || position.has(mend.layer));
  for (const [id, error] of refused) {
    if (!(error instanceof LatheError)) continue;
    const unknown = error.details["unknown"] === true || (error.details["classes"] === true && widths.size < targets.length);
    // Wrong options are among the document's problems already.
    if (!unknown) note(id, error.message);
  }

  const recorder = recordLayout();
  const values = new Map<string, Value>(
    inputs.flatMap(({ name, shape }) => (shape ? [[name, recorder.input(name, { dtype: "float32", shape })] as const] : [])),
  );
  const lowered: LoweredLayer[] = [];
  for (const layer of plan.layers) {
    const operands = layer.from.flatMap((name) => values.get(name) ?? []);
    // What comes before is wrong or not known: that is said there.
    if (operands.length < layer.from.length) continue;
    try {
      const output = lowerLayer(recorder.e, layer, operands, recorder.bindings);
      values.set(layer.id, output);
      lowered.push({ ...layer, inputs: operands, output });
      const { definition, config } = layer;
      outlook.set(layer.id, {
        shape: output.shape,
        parameters: (definition.parameters?.(config, operands) ?? []).reduce((sum, { shape }) => sum + sizeOf(shape), 0),
        multiplyAdds: definition.cost?.(config, operands) ?? 0,
      });
    } catch (thrown) {
      note(layer.id, toLatheError(thrown).message);
    }
  }

  const outputs = model.outputs.map(({ target, from }, i) => {
    const spec = targets.find(({ name }) => name === target);
    const shape = values.get(answers[i]?.from ?? from)?.shape;
    const wrong = spec && shape && wrongOutput(from, spec, shape, "outFeatures" in asRecord(lowered.find(({ id }) => id === from)?.config));
    if (wrong) note(from, wrong.message, { severity: wrong.severity, code: "width", mends: wrong.mends });
    return { target, from, ...(spec?.width === undefined ? {} : { width: spec.width }), description: spec?.description ?? "" };
  });
  const complete =
    problems.every(({ path, fault }) => !path.startsWith("model") || fault?.severity === "warning") &&
    lowered.length === plan.layers.length &&
    lowered.length > 0 &&
    outputs.length > 0 &&
    answers.every(({ from }) => values.has(from));
  const training = asRecord(document["training"]);
  for (const { layer: id, message, ...fault } of findFaults({
    plan: { layers: plan.layers, outputs: answers },
    // While something is wrong with the network, what it reads is not all known.
    ...(complete ? { inputs: inputs.map(({ name }) => name) } : {}),
    types: values,
    vocabularies,
    targets: targets.map((target) => askedTarget(target, training)),
    ...rowsOf(training, facts),
  })) {
    const input = fault.code === "unread" ? inputs.findIndex(({ name }) => name === id) : -1;
    if (input >= 0) {
      problems.push({ path: showPath(["data", "inputs", input]), message, fault: { ...fault, mends: [] } });
      continue;
    }
    // What cannot be planned there comes first.
    if (!problems.some((problem) => problem.layer === topOf(id))) note(id, message, fault);
  }
  const { parameters, buffers } = recorder.found();
  const { faults } = matchPretrained({ layers: lowered }, [...parameters, ...buffers], sources);
  for (const { layer: id, message, ...fault } of faults) note(id, message, fault);
  return {
    name: typeof document["name"] === "string" ? document["name"] : "",
    inputs,
    targets,
    outputs,
    problems,
    layers: model.layers.flatMap((layer) => shown(layer.id, values.get(results.get(layer.id) ?? "")?.shape, outlook, problems)),
    parameters: parameters.reduce((sum, { size }) => sum + size, 0),
    multiplyAdds: [...outlook.values()].reduce((sum, layer) => sum + (layer.multiplyAdds ?? 0), 0),
    ...(complete ? { network: { layers: lowered, outputs: answers } } : {}),
  };
}

/** The document's own problems. Where its form is wrong, what refers to what is looked at all the same, as far as it can be read. */
function documentProblems(
  document: Readonly<Record<string, unknown>>,
  model: ModelSpec,
  inputs: readonly PlannedInput[],
  targets: readonly PlannedTarget[],
): readonly Problem[] {
  try {
    parseProject(document);
    return [];
  } catch (thrown) {
    const { code, details, message } = toLatheError(thrown);
    if (code !== "project.invalid") return [{ path: "", message }];
    const problems = [...(details["problems"] as readonly Problem[])];
    checkModel({ data: { inputs, targets }, model }, (path, text) => {
      const place = showPath(path);
      if (!problems.some((known) => known.path === place || known.path.startsWith(`${place}.`) || known.path.startsWith(`${place}[`)))
        problems.push({ path: place, message: text });
    });
    return problems;
  }
}

/** A target as the search for faults sees it. @param training a project's section, whatever is wrong with it */
export function askedTarget(
  { name, kind, width, exact, numbers }: Omit<PlannedTarget, "description">,
  training: Readonly<Record<string, unknown>>,
): AskedTarget {
  const { type } = asRecord(own(asRecord(training["losses"]), name));
  return { name, kind, loss: typeof type === "string" ? type : defaultLosses[kind], numbers, ...(exact ? { width } : {}) };
}

function rowsOf(
  { batchSize, dropLast }: Readonly<Record<string, unknown>>,
  facts: TableFacts | undefined,
): { readonly batch?: number; readonly rows?: number } {
  const rows = facts?.training;
  const batch = typeof batchSize === "number" ? batchSize : rows === undefined ? undefined : USUAL_BATCH;
  if (rows === undefined || batch === undefined) return batch === undefined ? {} : { batch };
  return { batch: Math.min(batch, rows), ...(dropLast === true ? {} : { rows }) };
}

/** The first layer that is a block. */
function layerOf(block: string, model: ModelSpec): { readonly layer?: string } {
  const found = model.layers.find((layer) => layer.type === "Block" && layer["block"] === block);
  return found ? { layer: found.id } : {};
}

/** The layer that a place in the file is in. */
function layerAt(path: string, model: ModelSpec): { readonly layer?: string } {
  const [, index] = /^model\.layers\[(\d+)\]/.exec(path) ?? [];
  const layer = index === undefined ? undefined : model.layers[Number(index)]?.id;
  return layer === undefined ? {} : { layer };
}

/** Where a layer stands in the file: of one inside a block, the block. */
export function placeOf(id: string, { layers }: Pick<ModelSpec, "layers">): string {
  const at = (name: string) => layers.findIndex((layer) => layer.id === name);
  const i = at(id) >= 0 ? at(id) : at(id.split(".")[0] ?? id);
  return i < 0 ? "model" : `model.layers[${i}]`;
}

/** A layer, and after a block what is inside: the block's own numbers are the sums. */
function shown(
  id: string,
  shape: Shape | undefined,
  outlook: ReadonlyMap<string, Omit<LayerOutlook, "id">>,
  problems: ModelOutlook["problems"],
): readonly LayerOutlook[] {
  const own = outlook.get(id);
  const inside = [...outlook].filter(([key]) => key.startsWith(`${id}.`)).map(([key, layer]) => ({ id: key, ...layer }));
  const isWarning = ({ fault }: PlanProblem) => fault?.severity === "warning";
  const here = problems.filter(({ layer }) => layer === id);
  const problem = here.find((one) => !isWarning(one))?.message ?? own?.problem;
  const warning = here.find(isWarning)?.message;
  const said = { ...(problem === undefined ? {} : { problem }), ...(warning === undefined ? {} : { warning }) };
  if (inside.length === 0) return [{ id, parameters: 0, ...own, ...said }];
  return [
    {
      id,
      ...(shape ? { shape } : {}),
      parameters: inside.reduce((sum, layer) => sum + layer.parameters, 0),
      ...(inside.every((layer) => layer.multiplyAdds !== undefined) ? { multiplyAdds: inside.reduce((sum, layer) => sum + (layer.multiplyAdds ?? 0), 0) } : {}),
      ...said,
    },
    ...inside,
  ];
}

/** Kinds of target whose width the data tell. */
const CLASSES: ReadonlySet<string> = new Set(["category", "labels"]);

/**
 * @param widthSet whether the layer says itself how wide its output is
 * @returns why it cannot answer a target; a warning where the number of classes is an estimate; undefined where it can, or nobody knows yet
 */
function wrongOutput(
  layer: string,
  { name, kind, width, exact }: PlannedTarget,
  shape: Shape,
  widthSet: boolean,
): Pick<NetworkFault, "severity" | "message" | "mends"> | undefined {
  const got = `layer ${layer} answers target ${name} with [${shape.join(", ")}]`;
  if (width === undefined) return undefined;
  if (shape.length !== 2) return { severity: "error", message: `${got}, expected [N, ${width}]; flatten it`, mends: [] };
  const given = shape[1];
  if (typeof given !== "number" || given === width || (!exact && Math.abs(given - width) <= Math.max(1, width / 10))) return undefined;
  const why = {
    category: counted(width, "class"),
    labels: counted(width, "label"),
    binary: "one number, for yes or no",
    numeric: `${counted(width, "number")} to predict`,
    embedding: counted(width, "dimension"),
  }[kind];
  const expected = exact ? `expected [N, ${width}] (${why})` : `expected about ${why}; training begins with the exact number only`;
  const value = CLASSES.has(kind) ? "classes" : width;
  const mend: Mend = widthSet ? { do: "option", layer, option: "outFeatures", value } : { do: "add", layer, type: "Linear" };
  return {
    severity: exact ? "error" : "warning",
    message: `${got}, ${expected}; set its outFeatures to ${JSON.stringify(value)}, or end in a Linear that has it`,
    mends: [mend],
  };
}

/** A model section in the form that planning reads, its entries at their places, whatever is wrong with them. */
function readable(model: Readonly<Record<string, unknown>>): ModelSpec {
  return {
    layers: readableLayers(model["layers"]),
    blocks: Object.fromEntries(
      Object.entries(asRecord(model["blocks"])).map(([name, raw]): [string, BlockSpec] => {
        const block = asRecord(raw);
        const inputs = listOf(block["inputs"]).filter((input) => typeof input === "string");
        return [
          name,
          {
            inputs: inputs.length > 0 ? inputs : ["input"],
            layers: [...readableLayers(block["layers"])],
            ...(typeof block["output"] === "string" ? { output: block["output"] } : {}),
            ...(typeof block["pretrained"] === "string" ? { pretrained: block["pretrained"] } : {}),
          },
        ];
      }),
    ),
    outputs: listOf(model["outputs"]).map((raw) => {
      const { target, from } = asRecord(raw);
      return { target: typeof target === "string" ? target : "", from: typeof from === "string" ? from : "" };
    }),
  };
}

/** None where they are wrong, which is told elsewhere. */
function readableGroups(raw: unknown): readonly GroupSpec[] {
  return groupsSchema.safeParse(raw ?? []).data ?? [];
}

function readableLayers(raw: unknown): LayerSpec[] {
  return listOf(raw).map((entry, i) => {
    const { id, type, from, ...options } = asRecord(entry);
    return {
      ...options,
      id: typeof id === "string" && id !== "" ? id : `layer ${i + 1}`,
      type: typeof type === "string" ? type : "",
      ...(Array.isArray(from) ? { from: from.filter((name) => typeof name === "string") } : {}),
    };
  });
}
