import { LatheError } from "../base/errors.js";
import { MOST_WRITTEN, writtenAttribute } from "../layers/onnx-operator.js";
import { type Graph, type TensorData, type TensorType, type Value, numbersOf, showType } from "../onnx/types.js";
import { ops } from "../ops/index.js";
import { layerNames } from "./layer-names.js";
import type { NormalForm } from "./normal-form.js";
import type { Numbers, Operand, Recognised, Step } from "./recogniser.js";
import { recognisers } from "./recognisers/index.js";
import { stepsOf } from "./steps.js";

/** A layer as a project writes it. */
export interface LayerDraft {
  readonly id: string;
  readonly type: string;
  readonly from: readonly string[];
  readonly [option: string]: unknown;
}

/** A stranger's network as layers. */
export interface ImportedNetwork {
  /** What layers call the inputs that they read, in the file's order, with their types: `[N, …]`. */
  readonly inputs: readonly { readonly name: string; readonly file: string; readonly type: TensorType }[];
  readonly layers: readonly LayerDraft[];
  /** The layer that gives the network's result, and the result's type. */
  readonly output: string;
  readonly result: TensorType;
  /** First values of parameters and buffers, by `layer.name`. */
  readonly values: ReadonlyMap<string, Numbers>;
  /** Names of parameters, which training adjusts, among these; the rest are statistics and constants. */
  readonly parameters: ReadonlySet<string>;
  /** Layers by the node of the file that they were made from. */
  readonly layersOf: ReadonlyMap<string, readonly string[]>;
  /** Tensors of the file that several layers have a copy of, by their name there. */
  readonly shared: readonly string[];
}

/** Nodes deep that a network may be; more would be no network that anybody trains. */
const MOST_DEEP = 20_000;

/**
 * The part of a network that leads to a value, as layers of the registry where one does exactly the same, else as operators.
 * @param until the value at which it ends
 * @throws LatheError `graph.unsupported` where an operator has no layer
 */
export function importedNetwork(form: NormalForm, until: Value): ImportedNetwork {
  const { builder } = form;
  const graph: Graph = builder.soFar([until]);
  const { maker } = stepsOf(builder, graph);
  const names = layerNames();
  const inputs = form.inputs.map((value) => ({ name: names.input(value.name), file: value.name, type: { dtype: value.dtype, shape: value.shape } }));
  const ids = new Map(form.inputs.map((value, i) => [value.name, inputs[i]?.name ?? ""]));
  const layers: LayerDraft[] = [];
  const values = new Map<string, Numbers>();
  const parameters = new Set<string>();
  const layersOf = new Map<string, string[]>();
  const copies = new Map<string, Set<string>>();

  const add = (
    [step, ...covers]: readonly [Step, ...(readonly Step[])],
    type: string,
    from: readonly string[],
    options: Readonly<Record<string, unknown>>,
    tensors: Readonly<Record<string, TensorData>>,
  ) => {
    const id = names.layer([step, ...covers], type);
    layers.push({ id, type, from, ...options });
    for (const [name, data] of Object.entries(tensors)) if (data.dtype !== "string") values.set(`${id}.${name}`, data);
    return id;
  };
  const told = (steps: readonly Step[], id: string) => {
    for (const { node, operands } of steps) {
      const origin = originOf(node.name);
      layersOf.set(origin, [...new Set([...(layersOf.get(origin) ?? []), id])]);
      for (const o of operands) {
        const learned = o?.data && o.learned;
        if (learned) copies.set(learned, (copies.get(learned) ?? new Set()).add(id));
      }
    }
  };
  const emit = (value: Value, step: Step, found: Recognised | undefined) => {
    const idOf = (v: Value) => ids.get(v.name) ?? fail(v.name);
    if (!found) {
      if (reads(step).length === 0)
        throw new LatheError(
          "graph.unsupported",
          `${step.node.op} (${originOf(step.node.name)}) makes ${showType(value)} of constants alone, too much to keep`,
        );
      const { options, tensors, learned } = operator(step, value);
      const id = add([step], "OnnxOperator", reads(step).map(idOf), options, tensors);
      for (const name of learned) parameters.add(`${id}.${name}`);
      told([step], id);
      return id;
    }
    const steps = [step, ...(found.covers ?? [])] as const;
    const before = found.before && add([step], found.before.type, found.before.reads.map(idOf), found.before.options ?? {}, {});
    const id = add(steps, found.type, before === undefined ? found.reads.map(idOf) : [before], found.options ?? {}, found.values ?? {});
    for (const name of Object.keys(found.values ?? {})) if (!name.startsWith("running")) parameters.add(`${id}.${name}`);
    told(steps, id);
    return found.after ? add([step], found.after.type, [id], found.after.options ?? {}, {}) : id;
  };
  // Without recursion: a network may be deeper than JavaScript's stack.
  const pending: { readonly value: Value; readonly step: Step; readonly found: Recognised | undefined; ready: boolean }[] = [];
  const want = (value: Value) => {
    if (ids.has(value.name)) return;
    const step = maker(value.name) ?? fail(value.name);
    if (pending.length > MOST_DEEP) throw new LatheError("graph.unsupported", `the network is more than ${MOST_DEEP} nodes deep`);
    const found = step.results[0]?.name === value.name ? recognised(step) : undefined;
    pending.push({ value, step, found, ready: false });
  };
  want(until);
  for (let top = pending.at(-1); top; top = pending.at(-1)) {
    if (ids.has(top.value.name)) pending.pop();
    else if (!top.ready) {
      top.ready = true;
      const { found, step } = top;
      for (const v of found ? (found.before?.reads ?? found.reads) : reads(step)) want(v);
    } else {
      pending.pop();
      ids.set(top.value.name, emit(top.value, top.step, top.found));
    }
  }
  const output = ids.get(until.name) ?? "";
  const read = new Set([output, ...layers.flatMap(({ from }) => from)]);
  return {
    inputs: inputs.filter(({ name }) => read.has(name)),
    layers,
    output,
    result: { dtype: until.dtype, shape: until.shape },
    values,
    parameters,
    layersOf,
    shared: [...copies].flatMap(([name, owners]) => (owners.size > 1 ? [name] : [])),
  };
}

/** The node of the file that a node of the normal form was made from: its scope. */
export function originOf(name: string): string {
  return name.slice(0, Math.max(0, name.lastIndexOf("/")));
}

function recognised(step: Step): Recognised | undefined {
  for (const one of recognisers) {
    const found = one.type === step.node.op ? one.recognise(step) : undefined;
    if (found) return found;
  }
  return undefined;
}

function reads(step: Step): readonly Value[] {
  return step.operands.flatMap((o) => (o && !o.data ? [o.value] : []));
}

/** Names of operands as layers have them: letters and digits. */
function roles(op: string): readonly string[] {
  return ops.get(op).inputs.map((name) => name.replace(/\W/g, "_"));
}

interface Operator {
  readonly options: Readonly<Record<string, unknown>>;
  readonly tensors: Readonly<Record<string, TensorData>>;
  readonly learned: readonly string[];
}

/** A node as a layer of its own: what it reads are inputs, parameters, buffers and constants. */
function operator(step: Step, value: Value): Operator {
  const { node } = step;
  const definition = ops.get(node.op);
  const tensors: Record<string, TensorData> = {};
  const learned: string[] = [];
  const named = roles(node.op);
  const operands = step.operands.map((o, i) => {
    if (!o) return null;
    if (!o.data) return "input";
    const role = i < named.length - 1 || !definition.variadic ? (named[i] ?? `operand${i}`) : `${named.at(-1) ?? "operand"}${i}`;
    const shape = [...o.data.dims];
    if (isLearned(step, i, o)) {
      tensors[role] = o.data;
      learned.push(role);
      return { parameter: role, shape };
    }
    if (o.data.data.length <= MOST_WRITTEN && o.data.dtype !== "float64")
      return { constant: { dtype: o.data.dtype, shape, values: numbersOf(o.data).map(written) } };
    if (o.data.dtype !== "float32")
      throw new LatheError(
        "graph.unsupported",
        `${node.op} (${originOf(node.name)}) reads a constant ${showType({ dtype: o.data.dtype, shape })}, expected at most ${MOST_WRITTEN} whole numbers`,
      );
    tensors[role] = o.data;
    return { buffer: role, shape };
  });
  const result = node.outputs.indexOf(value.name);
  const attributes = Object.fromEntries(
    Object.entries(node.attributes).map(([name, a]) => {
      const own = writtenAttribute(a);
      if (!own) throw new LatheError("graph.unsupported", `${node.op} (${originOf(node.name)}) has an attribute ${name} that is too large, or a graph`);
      return [name, own];
    }),
  );
  return {
    options: {
      op: node.op,
      ...(Object.keys(attributes).length === 0 ? {} : { attributes }),
      ...(operands.length === 1 && operands[0] === "input" ? {} : { operands }),
      ...(result > 0 ? { result } : {}),
    },
    tensors,
    learned,
  };
}

/** 2^63, for "to the end", is more than a project's numbers hold exactly. */
function written(n: number): number {
  return Math.abs(n) > Number.MAX_SAFE_INTEGER && Number.isFinite(n) ? Math.sign(n) * (2 ** 31 - 1) : n;
}

/** What the file keeps under a name and a gradient goes to is trained. */
function isLearned(step: Step, i: number, o: Operand): boolean {
  if (!o.data || o.data.dtype !== "float32" || o.learned === undefined) return false;
  const { gradient, inputs } = ops.get(step.node.op);
  if (typeof gradient === "function") return true;
  if ("because" in gradient) return false;
  return inputs[i] !== undefined && inputs[i] in gradient;
}

function fail(name: string): never {
  throw new LatheError("graph.invalid", `nothing in the graph makes ${name}`);
}
