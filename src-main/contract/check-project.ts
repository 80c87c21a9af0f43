import { closest } from "../base/closest.js";
import { MOST_LAYERS, MOST_PROBLEMS } from "../base/limits.js";
import { own } from "../base/own.js";
import { horizonOf, kindOf, rowsOf, targetColumns, targetKindOf } from "../features/index.js";
import type { NamedColumn } from "../features/kind.js";
import { layers } from "../layers/index.js";
import { losses } from "../losses/index.js";
import { metrics } from "../metrics/index.js";
import type { MetricDefinition } from "../metrics/metric.js";
import { groupOf, namesLayer, ownedLayers } from "./group-names.js";
import { TUNE } from "./thresholds.js";
import { type DataSpec, PICTURE_COLUMN, type TargetSpec, folderColumns } from "./data.js";
import { nameColumns, parseNamePattern } from "./file-names.js";
import type { BlockSpec, LayerSpec, ModelSpec } from "./model.js";
import { defaultLosses } from "./default-losses.js";
import { namedSetting } from "./source-settings.js";
import type { TrainingConfig } from "./training.js";

/** Where in a project file, as keys and positions. */
export type Path = readonly (string | number)[];

/** Takes a sentence about a place: "got …, expected …". */
export type Report = (path: Path, message: string) => void;

interface Parts {
  readonly data: DataSpec;
  readonly model: ModelSpec;
  readonly training: TrainingConfig;
}

/** What no single field shows: names that must be unique or known, and settings that go together. Of many problems, the first are told. */
export function checkProject(project: Parts, report: Report): void {
  const told = firstOf(report);
  try {
    checkData(project.data, told);
    checkModel(project, told);
    checkTraining(project, told);
  } catch (thrown) {
    if (thrown !== ENOUGH) throw thrown;
  }
}

/** Ends a check in which enough has been told: each problem is looked up among all names, and thousands of them would take minutes. */
const ENOUGH = new Error("enough problems");

function firstOf(report: Report): Report {
  let count = 0;
  return (path, message) => {
    report(path, message);
    if (++count === MOST_PROBLEMS) throw ENOUGH;
  };
}

/** `one of a, b; did you mean a?`; a list too long to read gives way to the nearest. */
export function oneOf(got: string, known: readonly string[], what = "one of"): string {
  if (known.length === 0) return `${what} (there are none)`;
  const near = closest(got, known);
  const list = near !== undefined && known.length > 12 ? `${what} ${known.length} names` : `${what} ${known.join(", ")}`;
  return near === undefined ? list : `${list}; did you mean ${near}?`;
}

function checkData(data: DataSpec, report: Report): void {
  const names = new Map<string, Path>();
  data.inputs.forEach((input, i) => unique(names, input.name, ["data", "inputs", i, "name"], report));
  data.targets.forEach((target, i) => {
    const path = ["data", "targets", i];
    unique(names, target.name, [...path, "name"], report);
    const [one, several] = [target.column, "columns" in target ? target.columns : undefined];
    if ((one === undefined) === (several === undefined))
      report(path, `got ${one === undefined ? "neither column nor columns" : "both column and columns"}, expected one of the two`);
  });
  const rest = data.inputs.flatMap((input, i) => (kindOf(input).columns(input) === "rest" ? [i] : []));
  for (const i of rest.slice(1)) report(["data", "inputs", i, "columns"], `got "rest" a second time, expected column names`);
  checkLabels(data, report);
  checkRoles(data, report);
  checkPictures(data, report);
  checkSeries(data, report);
  const { delimiter, quote } = data.source.type === "image-folder" ? {} : data.source;
  if (quote !== undefined && quote === delimiter)
    report(["data", "source", "quote"], `got ${JSON.stringify(quote)}, which is the delimiter too; expected another character`);
  const { validation, test, by, column } = data.split;
  const ownValidation = data.source.type === "image-folder" && data.source.validation !== undefined;
  const shares = (ownValidation ? 0 : validation) + (data.source.test === undefined ? test : 0);
  if (shares >= 1) report(["data", "split"], `got validation ${validation} and test ${test}, expected shares that leave rows to train on (a sum below 1)`);
  if (data.source.type === "series") return;
  if (by !== "random" && column === undefined) {
    report(["data", "split", "column"], `got nothing, expected the column that ${by === "group" ? "groups" : "orders"} the rows, because split.by is "${by}"`);
  }
  if (by === "random" && column !== undefined)
    report(["data", "split", "column"], `got "${column}" with split.by "random", expected "group" or "time" there, or no column`);
}

/** What reads rows before or after its own needs them in time order; then they are split by time, and nothing reads ahead what is not known in advance. */
function checkSeries({ source, inputs, targets, split }: DataSpec, report: Report): void {
  if (source.type !== "series") {
    inputs.forEach((input, i) => {
      if (kindOf(input).kept === "series")
        report(
          ["data", "inputs", i, "type"],
          `got "${input.type}", which reads rows of a series, with a source of type "${source.type}", expected "series" there`,
        );
    });
    targets.forEach((target, i) => {
      if (horizonOf(target) > 0)
        report(["data", "targets", i, "horizon"], `got ${horizonOf(target)} with a source of type "${source.type}", expected a source of type "series"`);
    });
    return;
  }
  if (split.by !== "time") report(["data", "split", "by"], `got "${split.by}", expected "time": a series is always split by its times`);
  if (split.column !== undefined) report(["data", "split", "column"], `got "${split.column}", expected none: a series is split by ${namedSetting("time")}`);
  const known = new Set([...(source.known ?? []), ...(source.calendar ?? []).flatMap((part) => [`${part}.sin`, `${part}.cos`])]);
  const marked = [...(source.known ?? [])].map((name) => `${name}.missing`);
  const roles = [source.time, source.id].filter((name) => name !== undefined);
  inputs.forEach((input, i) => {
    if (kindOf(input).columns(input) === "rest") report(["data", "inputs", i, "columns"], `got "rest", expected the names of the columns of a series`);
    const reads = namedColumns(input);
    for (const { column, path } of reads) {
      if (roles.includes(column) && kindOf(input).cells === "number")
        report(
          ["data", "inputs", i, ...path],
          `got "${column}", which is ${namedSetting(column === source.time ? "time" : "id")}, expected a column of values`,
        );
      else if (rowsOf(input).to > 0 && !known.has(column) && !marked.includes(column))
        report(
          ["data", "inputs", i, ...path],
          `got "${column}" with ahead ${rowsOf(input).to}, expected a column that is known in advance: one of ${namedSetting("known")} or of the calendar`,
        );
    }
  });
  if (inputs.every((input) => kindOf(input).kept !== "series"))
    report(["data", "inputs"], "got no window, expected one at least, which reads rows of the series");
}

/** A folder's columns are known before it is looked at. */
function checkPictures({ source, inputs, targets, split }: DataSpec, report: Report): void {
  if (source.type !== "image-folder") return;
  const columns = folderColumns(source);
  const known = [PICTURE_COLUMN, ...columns];
  const pattern = source.names === undefined ? undefined : parseNamePattern(source.names);
  if (pattern && "problem" in pattern) report(["data", "source", "names"], pattern.problem);
  for (const name of nameColumns(source.names))
    if (name === PICTURE_COLUMN || source.levels.includes(name))
      report(
        ["data", "source", "names"],
        `got "${name}", which is ${name === PICTURE_COLUMN ? "the column of the pictures" : "a level of folders"}, expected a name of its own`,
      );
  source.levels.forEach((level, i) => {
    if (known.indexOf(level) !== i + 1)
      report(
        ["data", "source", "levels", i],
        `got "${level}"${level === PICTURE_COLUMN ? ", which is the column of the pictures" : " a second time"}, expected a name of its own`,
      );
  });
  const column = (name: string, ...path: Path) => {
    if (!known.includes(name)) report(["data", ...path], `got "${name}", expected ${oneOf(name, known, "a column of the folder:")}`);
  };
  inputs.forEach((input, i) => {
    const kind = kindOf(input);
    for (const { column: name, path } of namedColumns(input)) {
      column(name, "inputs", i, ...path);
      if (kind.kept === "pictures" && name !== PICTURE_COLUMN && known.includes(name))
        report(["data", "inputs", i, ...path], `got "${name}", which holds names, expected "${PICTURE_COLUMN}"`);
    }
  });
  targets.forEach((target, i) => {
    for (const { column: name, path } of targetKindOf(target).columns(target)) column(name, "targets", i, ...path);
  });
  if (split.by !== "random" && split.column !== undefined) column(split.column, "split", "column");
  for (const list of ["relabel", "testRelabel"] as const) {
    for (const [picture, labels] of Object.entries(source[list] ?? {})) {
      for (const level of Object.keys(labels))
        if (!columns.includes(level))
          report(["data", "source", list, picture, level], `got "${level}", expected ${oneOf(level, columns, "a column beside the pictures:")}`);
    }
  }
}

/** Labels are read from a table; those of a list need no separator where each has a column. */
function checkLabels({ source, targets }: DataSpec, report: Report): void {
  targets.forEach((target, i) => {
    if (target.type !== "labels") return;
    const path = ["data", "targets", i];
    if (source.type !== "table")
      report([...path, "type"], `got "labels" with a source of type "${source.type}", expected one of type "table", or a target of type binary for each label`);
    if (target.columns && target.separator !== undefined)
      report([...path, "separator"], `got ${JSON.stringify(target.separator)} with columns, expected it with one column of words only`);
    target.columns?.forEach((column, k) => {
      if (target.columns?.indexOf(column) !== k) report([...path, "columns", k], `got "${column}" a second time, expected each column once`);
    });
  });
}

/** A column that is both seen and asked for would make any model look perfect. */
function checkRoles(data: DataSpec, report: Report): void {
  const asked = new Map(data.targets.flatMap((target) => targetColumns(target).map((column) => [column, target.name])));
  const now = new Set(data.targets.flatMap((target) => (horizonOf(target) === 0 ? targetColumns(target) : [])));
  const forecast = new Set(data.targets.flatMap((target) => (horizonOf(target) > 0 ? targetColumns(target) : [])).filter((column) => !now.has(column)));
  data.inputs.forEach((input, i) => {
    const seen = new Set<string>();
    for (const { column, path } of namedColumns(input)) {
      const target = asked.get(column);
      // Its own past is what a series is forecast from.
      const ofPast = target !== undefined && forecast.has(column) && kindOf(input).kept === "series" && rowsOf(input).to === 0;
      if (target !== undefined && !ofPast)
        report(["data", "inputs", i, ...path], `got "${column}", which is what target ${target} asks for; expected another column`);
      else if (seen.has(column)) report(["data", "inputs", i, ...path], `got "${column}" a second time, expected each column once`);
      seen.add(column);
    }
  });
}

/** Those that an input names; none where it takes the rest. */
function namedColumns(input: DataSpec["inputs"][number]): readonly NamedColumn[] {
  const named = kindOf(input).columns(input);
  return named === "rest" ? [] : named;
}

/** What `checkModel` asks of the data section. */
export interface NamedData {
  readonly inputs: readonly { readonly name: string }[];
  readonly targets: readonly { readonly name: string }[];
}

/** References between layers, blocks, inputs, outputs and targets. Layers of an unknown type are somebody else's problem. */
export function checkModel({ data, model }: { readonly data: NamedData; readonly model: ModelSpec }, report: Report): void {
  const inputs = data.inputs.map((input) => input.name);
  const blocks = model.blocks ?? {};
  for (const [name, block] of Object.entries(blocks)) {
    const path = ["model", "blocks", name];
    const known = checkLayers(block.layers, block.inputs, [...path, "layers"], blocks, report);
    if (block.output !== undefined && !known.includes(block.output))
      report([...path, "output"], `got "${block.output}", expected ${oneOf(block.output, known, "a layer of the block:")}`);
  }
  checkCycles(blocks, report);
  const layers = unfoldedLayers(model);
  // A block that contains itself is told above.
  if (layers > MOST_LAYERS && layers < Infinity)
    report(
      ["model", "layers"],
      `got ${layers.toLocaleString("en")} layers with blocks unfolded, expected at most ${MOST_LAYERS.toLocaleString("en")}; use fewer layers, or ` +
        `blocks fewer times`,
    );
  const known = checkLayers(model.layers, inputs, ["model", "layers"], blocks, report);
  const targets = data.targets.map((target) => target.name);
  const answered = new Map<string, Path>();
  model.outputs.forEach((output, i) => {
    const path = ["model", "outputs", i];
    if (!targets.includes(output.target)) report([...path, "target"], `got "${output.target}", expected ${oneOf(output.target, targets, "a target:")}`);
    else unique(answered, output.target, [...path, "target"], report);
    if (!known.includes(output.from)) report([...path, "from"], `got "${output.from}", expected ${oneOf(output.from, known, "a layer:")}`);
  });
  for (const target of targets) {
    if (!answered.has(target)) report(["model", "outputs"], `got no output for target ${target}, expected { "target": "${target}", "from": <a layer> }`);
  }
}

/** @returns the ids of the layers. */
function checkLayers(
  specs: readonly LayerSpec[],
  inputs: readonly string[],
  path: Path,
  blocks: Readonly<Record<string, BlockSpec>>,
  report: Report,
): readonly string[] {
  const ids = new Map<string, Path>(inputs.map((name) => [name, ["data", "inputs"]]));
  const all = specs.map((spec) => spec.id);
  const earlier = new Set(inputs);
  specs.forEach((spec, i) => {
    const here = [...path, i];
    spec.from?.forEach((name, k) => {
      if (earlier.has(name)) return;
      const later = all.indexOf(name) >= i ? (name === spec.id ? ", the layer itself" : ", a later layer") : "";
      report([...here, "from", k], `got "${name}"${later}, expected ${oneOf(name, [...earlier], "an input or an earlier layer:")}`);
    });
    if (i === 0 && spec.from === undefined && inputs.length > 1) {
      report(
        [...here, "from"],
        `got nothing, expected a list of what it reads, because there are several inputs: ${inputs.join(", ")} (Concat puts them side by side)`,
      );
    } else {
      checkArity(spec, spec.from?.length ?? 1, here, blocks, report);
    }
    unique(ids, spec.id, [...here, "id"], report);
    earlier.add(spec.id);
  });
  return all;
}

function checkArity(spec: LayerSpec, got: number, path: Path, blocks: Readonly<Record<string, BlockSpec>>, report: Report): void {
  let range: readonly [number, number];
  if (spec.type === "Block") {
    const name = String(spec["block"]);
    const block = own(blocks, name);
    if (block === undefined) {
      report([...path, "block"], `got "${name}", expected ${oneOf(name, Object.keys(blocks), "a name in model.blocks:")}`);
      return;
    }
    range = [block.inputs.length, block.inputs.length];
  } else {
    if (!layers.has(spec.type)) return;
    range = layers.get(spec.type).arity ?? [1, 1];
  }
  const [least, most] = range;
  if (got >= least && got <= most) return;
  const expected = least === most ? `${least}` : most === Infinity ? `at least ${least}` : `${least} to ${most}`;
  report([...path, "from"], `got ${got} input${got === 1 ? "" : "s"}, expected ${expected} for ${spec.type} ${spec.id}`);
}

/** How many layers a network has with its blocks unfolded, without unfolding them; Infinity where a block contains itself. */
export function unfoldedLayers(model: ModelSpec): number {
  const known = new Map<string, number>();
  const count = (specs: readonly LayerSpec[]): number => specs.reduce((sum, spec) => sum + (spec.type === "Block" ? ofBlock(String(spec["block"])) : 1), 0);
  const ofBlock = (name: string): number => {
    const before = known.get(name);
    if (before !== undefined) return before;
    // Until it is counted: who meets it on the way down goes round in a circle.
    known.set(name, Infinity);
    const counted = count(own(model.blocks ?? {}, name)?.layers ?? []);
    known.set(name, counted);
    return counted;
  };
  return count(model.layers);
}

function checkCycles(blocks: Readonly<Record<string, BlockSpec>>, report: Report): void {
  const uses = new Map(
    Object.entries(blocks).map(([name, block]) => [name, new Set(block.layers.flatMap((l) => (l.type === "Block" ? [String(l["block"])] : [])))]),
  );
  const reported = new Set<string>();
  for (const start of uses.keys()) {
    const way = wayBack(start, start, uses, new Set());
    if (way === undefined || reported.has(start)) continue;
    for (const name of way) reported.add(name);
    report(["model", "blocks", start], `got a block that contains itself (${[start, ...way].join(" > ")}), expected blocks inside blocks to end somewhere`);
  }
}

function wayBack(from: string, to: string, uses: ReadonlyMap<string, ReadonlySet<string>>, seen: Set<string>): readonly string[] | undefined {
  for (const next of uses.get(from) ?? []) {
    if (next === to) return [next];
    if (seen.has(next)) continue;
    seen.add(next);
    const rest = wayBack(next, to, uses, seen);
    if (rest) return [next, ...rest];
  }
  return undefined;
}

function checkTraining({ data, model, training }: Parts, report: Report): void {
  const kinds = new Map(data.targets.map((target) => [target.name, target.type]));
  for (const [target, loss] of Object.entries(training.losses)) {
    const kind = kinds.get(target);
    const path = ["training", "losses", target];
    if (kind === undefined) {
      report(path, `got a loss for "${target}", expected ${oneOf(target, [...kinds.keys()], "a target:")}`);
      continue;
    }
    const accepted = losses.get(loss.type).targets;
    if (accepted.includes(kind)) continue;
    const fitting = losses.all.filter((definition) => definition.targets.includes(kind)).map((definition) => definition.type);
    report([...path, "type"], `got "${loss.type}", which is for ${accepted.join(" or ")} targets, expected a loss for ${kind} targets: ${fitting.join(", ")}`);
  }
  checkDraws({ data, training }, report);
  checkThresholds({ data, training }, report);
  if (training.earlyStopping) checkMonitor(training.earlyStopping.monitor, data, report);
  if (training.groups) checkGroups(training.groups, model, report);
}

/** Groups name layers that there are, by the names of their weights, and leave something to train. */
function checkGroups(groups: NonNullable<TrainingConfig["groups"]>, model: ModelSpec, report: Report): void {
  // Of a network that is too large, or of blocks without end, that is told.
  if (unfoldedLayers(model) > MOST_LAYERS) return;
  const all = ownedLayers(model);
  const owners = new Set(all.map(({ owner }) => owner));
  const names = [...new Set([...owners].flatMap((owner) => owner.split(".").map((_, i, parts) => parts.slice(0, i + 1).join("."))))];
  const first = new Map([...owners].map((owner) => [owner, groupOf(groups, owner)]));
  groups.forEach(({ layers: patterns, frozen, lr, weightDecay }, i) => {
    const path = ["training", "groups", i];
    const unknown = patterns.flatMap((pattern, k) => ([...owners].some((owner) => namesLayer(pattern, owner)) ? [] : [k]));
    for (const k of unknown) {
      const pattern = patterns[k] ?? "";
      const shared = all.find(({ id }) => namesLayer(pattern, id))?.owner;
      const why = shared === undefined ? "" : `, whose weights others share as ${shared}`;
      report([...path, "layers", k], `got "${pattern}"${why}, expected ${oneOf(pattern, names, "a name of a layer, or a pattern that fits one:")}`);
    }
    if (unknown.length === 0 && [...first.values()].every((group) => group !== i))
      report([...path, "layers"], `got ${patterns.map((pattern) => `"${pattern}"`).join(", ")}, all of which an earlier group names; remove this one`);
    for (const [option, value] of Object.entries({ lr, weightDecay }))
      if (frozen === true && value !== undefined) report([...path, option], `got ${value} with frozen, expected none: what is frozen does not learn`);
  });
  const learning = [...new Set(all.filter(({ type }) => layers.has(type) && layers.get(type).parameters !== undefined).map(({ owner }) => owner))];
  if (learning.length > 0 && learning.every((owner) => groups[first.get(owner) ?? -1]?.frozen === true))
    report(["training", "groups"], "got every layer with weights frozen, expected one at least that learns");
}

/** What a loss compares is drawn for whole batches, so that one target alone can ask for it. */
function checkDraws({ data, training }: Pick<Parts, "data" | "training">, report: Report): void {
  const drawing = data.targets.flatMap(({ name, type }) => {
    const loss = training.losses[name]?.type ?? defaultLosses[type];
    return losses.has(loss) && losses.get(loss).draws ? [{ name, loss }] : [];
  });
  for (const { name, loss } of drawing.slice(1))
    report(
      ["training", "losses", name],
      `got "${loss}", which compares samples, as that of ${drawing[0]?.name ?? ""} does; expected one target whose loss does: give both columns to one, or ` +
        "train a project for each",
    );
}

/** Only a target of yes or no, or of labels, is decided by a threshold. */
function checkThresholds({ data, training: { thresholds = {} } }: Pick<Parts, "data" | "training">, report: Report): void {
  for (const [name, given] of Object.entries(thresholds)) {
    const target = data.targets.find((one) => one.name === name);
    const path = ["training", "thresholds", name];
    const known = data.targets.filter((one) => isDecided(one)).map((one) => one.name);
    if (!target || !isDecided(target)) {
      report(path, `got a threshold for "${name}", expected ${oneOf(name, known, "a target of type binary or labels:")}`);
    } else if (given === TUNE && data.split.validation === 0 && !("validation" in data.source && data.source.validation !== undefined)) {
      report(path, `got "${TUNE}", expected a probability, because data.split.validation is 0: there are no rows to find it on`);
    } else if (typeof given === "object" && target.type !== "labels") {
      report(path, `got a threshold by label, expected one number: target ${name} is of type ${target.type}`);
    } else if (typeof given === "object" && "columns" in target && target.columns) {
      for (const label of Object.keys(given))
        if (!target.columns.includes(label)) report([...path, label], `got "${label}", expected ${oneOf(label, target.columns, "a label:")}`);
    }
  }
}

/** Whether what it is depends on a threshold. */
function isDecided({ type }: TargetSpec): boolean {
  return losses.get("BCEWithLogitsLoss").targets.includes(type);
}

function checkMonitor(monitor: string, data: DataSpec, report: Report): void {
  const path = ["training", "earlyStopping", "monitor"];
  const [part = "", name = "", metric] = monitor.split(".");
  const target = data.targets.find((t) => t.name === name);
  if (part !== "train" && part !== "validation") {
    report(path, `got "${monitor}", expected train or validation, a dot and a metric, such as validation.loss`);
  } else if (part === "validation" && data.split.validation === 0) {
    report(path, `got "${monitor}", expected a train metric, because data.split.validation is 0`);
  } else if (name !== "loss" && target === undefined) {
    const known = ["loss", ...data.targets.map((t) => t.name)];
    report(path, `got "${monitor}", expected ${part}. followed by ${oneOf(name, known)}`);
  } else if (target !== undefined) {
    // What follows the metric may be a class of the data, which is known only once that is read.
    const known = part === "train" ? ["loss"] : ["loss", ...metrics.all.filter((m) => measures(m, target)).map((m) => m.type)];
    if (metric === undefined || !known.includes(metric))
      report(path, `got "${monitor}", expected ${part}.${name}. followed by ${metric === undefined ? `one of ${known.join(", ")}` : oneOf(metric, known)}`);
  }
}

/** Kinds of target whose answers are scores by class, which can be ranked. */
const SCORED: ReadonlySet<TargetSpec["type"]> = new Set(["category", "binary", "labels"]);

function measures(metric: MetricDefinition, target: TargetSpec): boolean {
  const kind = target.type;
  if (metric.forecastsOnly && horizonOf(target) === 0) return false;
  return metric[kind] !== undefined || (SCORED.has(kind) && metric.ranked !== undefined);
}

function unique(seen: Map<string, Path>, name: string, path: Path, report: Report): void {
  if (seen.has(name)) report(path, `got "${name}" a second time, expected a name of its own`);
  else seen.set(name, path);
}
