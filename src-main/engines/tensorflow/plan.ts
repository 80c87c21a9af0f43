import type { Tensor } from "@tensorflow/tfjs-core";
import { defined } from "../../base/assert.js";
import { LatheError } from "../../base/errors.js";
import { type Graph, type Node, TRAINING_DOMAIN, isFloat } from "../../onnx/types.js";
import { compiling } from "./compiling.js";
import { GRADIENT } from "./gradient.js";
import { Held, type Pool } from "./held.js";
import { kernels } from "./kernels/index.js";
import type { Operands, Run } from "./kernels/kernel.js";
import type { Tf } from "./native.js";

/** A node ready to run: its operands and results are places in the table of values. */
export interface Step {
  readonly node: Node;
  readonly run: Run;
  /** -1 for an operand omitted. */
  readonly operands: readonly number[];
  readonly results: readonly number[];
}

/** What a Gradient node asks for. */
export interface GradientPlan {
  readonly xs: readonly number[];
  readonly y: number;
  readonly results: readonly number[];
  /** Values of the part under differentiation that are read after it. */
  readonly survivors: readonly number[];
}

/** A graph as closures, in the order to run them. */
export interface Plan {
  readonly size: number;
  readonly places: ReadonlyMap<string, number>;
  /** The places of constants and what stands there. */
  readonly constants: ReadonlyMap<number, Held>;
  readonly before: readonly Step[];
  /** The part of the graph that the gradient is taken of; empty without a Gradient node. */
  readonly inside: readonly Step[];
  readonly gradient?: GradientPlan;
  readonly after: readonly Step[];
}

/** @param constants where tensors known beforehand stay. @param pool where those of a run stay until its end. @throws LatheError `graph.unsupported` */
export function planGraph(graph: Graph, tf: Tf, pool: Pool, constants: Pool): Plan {
  const places = new Map<string, number>();
  const place = (name: string): number => {
    if (name === "") return -1;
    const at = places.get(name) ?? places.size;
    places.set(name, at);
    return at;
  };
  const parts = partition(graph);
  const stopped = new Set(parts.gradient?.inputs.slice(stringsOf(parts.gradient, "xs").length));
  const taped = new Set(parts.inside);
  const held = new Map<number, Held>();
  for (const [name, data] of graph.initializers) held.set(place(name), Held.of(constants, data));
  // The gradient flows through floats alone, and not where it is stopped.
  const isCut = (name: string): boolean => stopped.has(name) || !isFloat(graph.types.get(name)?.dtype ?? "float32");
  const stepOf = (node: Node): Step => {
    const kernel = kernels.get(node.op);
    if (node.domain !== (kernel.domain ?? "")) throw new LatheError("graph.unsupported", `there is no kernel ${node.op} of the domain ${node.domain}`);
    const run = kernel.compile(compiling(tf, pool, constants, node, (body) => closureOf(body, tf, pool, constants)));
    return {
      node,
      run: taped.has(node) && node.outputs.some(isCut) ? withoutGradient(tf, pool, run, node.outputs.map(isCut)) : run,
      operands: node.inputs.map(place),
      results: node.outputs.map(place),
    };
  };
  const steps = (nodes: readonly Node[]) => nodes.map(stepOf);
  const [before, inside, after] = [steps(parts.before), steps(parts.inside), steps(parts.after)];
  for (const { name } of [...graph.inputs, ...graph.outputs]) place(name);
  const gradient = parts.gradient && {
    xs: stringsOf(parts.gradient, "xs").map((_, i) => place(defined(parts.gradient?.inputs[i], "an operand of Gradient"))),
    y: place(differentiated(parts.gradient)),
    results: parts.gradient.outputs.map(place),
    survivors: survivors(graph, parts).map(place),
  };
  return { size: places.size, places, constants: held, before, inside, after, ...(gradient ? { gradient } : {}) };
}

/** A graph within the graph as a function of its inputs. */
function closureOf(graph: Graph, tf: Tf, pool: Pool, constants: Pool): (operands: readonly Held[]) => readonly Held[] {
  const { size, places, constants: known, before } = planGraph(graph, tf, pool, constants);
  const at = (name: string) => defined(places.get(name), name);
  return (operands) => {
    const values = new Array<Held | undefined>(size);
    for (const [place, held] of known) values[place] = held;
    graph.inputs.forEach(({ name }, i) => (values[at(name)] = operands[i]));
    perform(before, values);
    return graph.outputs.map(({ name }) => defined(values[at(name)], name));
  };
}

/** Runs nodes in their order. @param begun is told of each before it runs. */
export function perform(steps: readonly Step[], values: (Held | undefined)[], begun?: (node: Node) => void): void {
  for (const step of steps) {
    begun?.(step.node);
    const made = step.run(step.operands.map((place) => (place < 0 ? undefined : values[place])));
    const results = made instanceof Held ? [made] : made;
    step.results.forEach((place, i) => {
      if (place >= 0) values[place] = defined(results[i], `result ${i} of ${step.node.op}`);
    });
  }
}

interface Parts {
  readonly before: readonly Node[];
  readonly inside: readonly Node[];
  readonly after: readonly Node[];
  readonly gradient?: Node;
}

/**
 * The nodes that the loss needs and that vary with one of the xs are run under the tape of TensorFlow.js. What needs nothing of them runs before, and is not
 * taped; the rest runs after.
 */
function partition(graph: Graph): Parts {
  const [gradient, another] = graph.nodes.filter(isGradient);
  if (!gradient) return { before: graph.nodes, inside: [], after: [] };
  if (another) throw new LatheError("graph.unsupported", `the engine tensorflow differentiates once a graph; ${graph.name} has several Gradient nodes`);
  const xs = stringsOf(gradient, "xs");
  const varying = reached(graph.nodes, new Set(gradient.inputs.slice(0, xs.length)), (node) => node === gradient);
  const needed = new Set([differentiated(gradient)]);
  const inside = new Set<Node>();
  for (const node of [...graph.nodes].reverse()) {
    if (node === gradient || !node.outputs.some((o) => needed.has(o))) continue;
    for (const i of node.inputs) needed.add(i);
    if (node.inputs.some((i) => varying.has(i))) inside.add(node);
  }
  const late = reached(
    graph.nodes,
    new Set([...[...inside].flatMap((node) => node.outputs), ...gradient.outputs]),
    (node) => inside.has(node) || node === gradient,
  );
  const others = graph.nodes.filter((node) => !inside.has(node) && node !== gradient);
  const isLate = (node: Node) => node.outputs.some((o) => late.has(o));
  return { before: others.filter((node) => !isLate(node)), inside: graph.nodes.filter((node) => inside.has(node)), after: others.filter(isLate), gradient };
}

/** The names of values that depend on `from`, these included. */
function reached(nodes: readonly Node[], from: Set<string>, skip: (node: Node) => boolean): ReadonlySet<string> {
  for (const node of nodes) if (!skip(node) && node.inputs.some((i) => from.has(i))) for (const o of node.outputs) from.add(o);
  return from;
}

function survivors(graph: Graph, { inside, after }: Parts): readonly string[] {
  const wanted = new Set([...after.flatMap((node) => node.inputs), ...graph.outputs.map(({ name }) => name)]);
  return inside.flatMap((node) => node.outputs).filter((name) => name !== "" && wanted.has(name));
}

function isGradient({ op, domain }: Node): boolean {
  return op === GRADIENT && domain === TRAINING_DOMAIN;
}

function differentiated({ attributes: { y } }: Node): string {
  if (y?.type !== "string") throw new LatheError("graph.invalid", "Gradient needs the attribute y");
  return y.value;
}

function stringsOf({ attributes }: Node, name: string): readonly string[] {
  const found = attributes[name];
  return found?.type === "strings" ? found.value : [];
}

/**
 * A run whose results, or those of them that are cut, count as constants. TensorFlow.js follows the operation that made a tensor back to its operands, and
 * fails where it has no gradient, as for a comparison; a copy made by an operation without operands leads nowhere.
 */
function withoutGradient(tf: Tf, pool: Pool, run: Run, isCut: readonly boolean[]): Run {
  const copy = (t: Tensor): Tensor => tf.customGrad(() => ({ value: tf.clone(t), gradFunc: () => [] }))();
  return (operands: Operands) => {
    const results = run(operands);
    return (results instanceof Held ? [results] : results).map((held, i) => {
      if (!isCut[i] || held.isOnHost) return held;
      return new Held(pool, held.dtype, held.dims, held.isChannelsLast ? { last: copy(held.channelsLast()) } : { device: copy(held.tensor()) });
    });
  };
}
