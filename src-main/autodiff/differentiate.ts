import { LatheError } from "../base/errors.js";
import { defined } from "../base/assert.js";
import type { Emitter } from "../onnx/emitter.js";
import { type Node, type TensorType, type Value, isFloat, numbersOf, sameShape, showShape, showType } from "../onnx/types.js";
import { ops } from "../ops/index.js";
import { operandIndex, readAttributes, type GradientContext, type OpDefinition } from "../ops/op.js";

export interface DifferentiateOptions {
  /** Values treated as constants: no gradient flows through them. */
  readonly stopAt?: readonly Value[];
}

/**
 * Nodes that a gradient is made of. Where one of them compares, it tells the pieces of a piecewise function apart (is x above 0?): the gradient does not
 * vary with x there, and a second derivative through it is 0, as in PyTorch. A comparison that the model itself makes is another matter.
 */
const derived = new WeakSet<Node>();

/**
 * Reverse-mode differentiation of the graph built so far: appends nodes that compute ∂loss/∂x for each x in `wrt` and returns those values, shaped and
 * typed like x. An x that the loss does not depend on gets zeros. What is appended is made of registered operators, so the result can be
 * differentiated again.
 *
 * Here, and nowhere else, gradients of several uses are added, broadcasting is undone, and shapes and types are checked.
 *
 * @param loss a scalar of a float type.
 * @throws LatheError `autodiff.not-differentiable` where a path from loss to x crosses an operator without a derivative,
 *   `autodiff.unsupported` where it crosses one whose rule is not written.
 */
export function differentiate(e: Emitter, loss: Value, wrt: readonly Value[], options: DifferentiateOptions = {}): readonly Value[] {
  if (loss.shape.length !== 0 || !isFloat(loss.dtype)) {
    throw new LatheError("graph.shape", `the loss must be a float scalar, got ${showType(loss)}`);
  }
  const forward = [...e.graph.nodes];
  const stopped = new Set(options.stopAt?.map((v) => v.name));
  const active = dependentsOf(e, forward, wrt, stopped);
  const gradients = new Map<string, Value>();
  if (active.has(loss.name)) gradients.set(loss.name, e.scalarLike(1, loss));

  for (const node of forward.reverse()) {
    if (!node.outputs.some((o) => gradients.has(o) && active.has(o))) continue;
    e.graph.scope("gradient", () => {
      const shared = once();
      node.inputs.forEach((name, i) => {
        if (!active.has(name)) return;
        const operand = e.graph.value(name);
        const gradient = sumTo(e, operandGradient(e, node, i, gradients, shared), operand, node);
        const sofar = gradients.get(name);
        gradients.set(name, sofar ? e.add(sofar, gradient) : gradient);
      });
    });
  }
  forward.reverse();
  for (const node of e.graph.nodes.slice(forward.length)) derived.add(node);
  return wrt.map((x) => {
    const gradient = gradients.get(x.name);
    if (gradient) return gradient;
    refuseIfCut(e, forward, loss, x, stopped);
    return e.expandLike(e.scalarLike(0, x), x);
  });
}

/** Names of the values that vary with one of `wrt`: those reached through floats, along a path that is not stopped. */
function dependentsOf(e: Emitter, nodes: readonly Node[], wrt: readonly Value[], stopped: ReadonlySet<string>): ReadonlySet<string> {
  const active = new Set(wrt.map((v) => v.name));
  for (const node of nodes) {
    if (!node.inputs.some((i) => active.has(i))) continue;
    for (const o of node.outputs) if (!stopped.has(o) && isFloat(e.graph.value(o).dtype)) active.add(o);
  }
  return active;
}

/** A loss that depends on x, but only through whole numbers or truth values, has no useful gradient: say where the path is cut. */
function refuseIfCut(e: Emitter, nodes: readonly Node[], loss: Value, x: Value, stopped: ReadonlySet<string>): void {
  const reached = new Map<string, Node | undefined>([[x.name, undefined]]);
  for (const node of nodes) {
    const from = node.inputs.find((name, i) => reached.has(name) && !isLengths(e, node, i));
    if (from === undefined) continue;
    for (const o of node.outputs) {
      if (!stopped.has(o)) reached.set(o, reached.get(from) ?? (isFloat(e.graph.value(o).dtype) ? undefined : node));
    }
  }
  const cut = reached.get(loss.name);
  if (!cut || derived.has(cut)) return;
  const rule = definitionOf(cut).gradient;
  throw notDifferentiable(cut, "because" in rule && typeof rule.because === "string" ? rule.because : "its result is not a real number");
}

/** True for an operand that only tells a node how long axes are, as Expand's shape does: through that nothing varies, so zero is the gradient, not an error. */
function isLengths(e: Emitter, node: Node, index: number): boolean {
  const { inputs, gradient } = definitionOf(node);
  if (typeof gradient === "function" || "because" in gradient || (inputs[index] ?? "") in gradient) return false;
  return e.graph.shapeBehind(e.graph.value(node.inputs[index] ?? "")) !== undefined;
}

function notDifferentiable(node: Node, because: string): LatheError {
  return new LatheError("autodiff.not-differentiable", `${node.op} (${node.name}) is not differentiable, because ${because}`, { op: node.op, node: node.name });
}

/** Makes something the first time it is asked for. */
function once(): GradientContext["shared"] {
  let made: { readonly value: unknown } | undefined;
  return <T>(make: () => T): T => {
    made ??= { value: make() };
    return made.value as T;
  };
}

function operandGradient(e: Emitter, node: Node, index: number, gradients: ReadonlyMap<string, Value>, shared: GradientContext["shared"]): Value {
  const definition = definitionOf(node);
  const rule = definition.gradient;
  if ("because" in rule && typeof rule.because === "string") throw notDifferentiable(node, rule.because);
  const context = gradientContext(e, definition, node, gradients, shared);
  if (typeof rule === "function") return rule(context, index);
  const operand = defined(definition.inputs[Math.min(index, definition.inputs.length - 1)], `${node.op}'s operand ${index}`);
  const operandRule = (rule as Readonly<Record<string, ((g: GradientContext) => Value) | undefined>>)[operand];
  if (!operandRule) throw notDifferentiable(node, `its operand ${operand} selects or shapes, it does not vary`);
  return operandRule(context);
}

function definitionOf(node: Node): OpDefinition {
  if (!ops.has(node.op))
    throw new LatheError("autodiff.unsupported", `the gradient of ${node.op} (${node.name}) is not written yet`, { op: node.op, node: node.name });
  return ops.get(node.op);
}

function gradientContext(
  e: Emitter,
  definition: OpDefinition,
  node: Node,
  gradients: ReadonlyMap<string, Value>,
  shared: GradientContext["shared"],
): GradientContext {
  const inputs = node.inputs.map((name) => (name === "" ? undefined : e.graph.value(name)));
  const output = (i = 0) => e.graph.value(defined(node.outputs[i], `${node.op}'s output ${i}`));
  const optional = (name: string) => inputs[operandIndex(definition, name)];
  return {
    ...readAttributes(node.op, node.attributes),
    e,
    inputs,
    optional,
    input: (name) => defined(optional(name), `${node.op}'s operand ${name}`),
    outputCount: node.outputs.length,
    output,
    dy: (i = 0) => {
      const y = output(i);
      return gradients.get(y.name) ?? e.expandLike(e.scalarLike(0, y), y);
    },
    hasDy: (i) => gradients.has(node.outputs[i] ?? ""),
    hasOutput: (i) => (node.outputs[i] ?? "") !== "",
    constantNumbers: (name) => {
      const data = e.graph.constantOf(optional(name));
      return data && numbersOf(data);
    },
    shared,
  };
}

/** Undoes broadcasting: sums a gradient over the axes along which `operand` was repeated. */
function sumTo(e: Emitter, gradient: Value, operand: TensorType & { readonly name: string }, node: Node): Value {
  if (gradient.dtype !== operand.dtype) {
    throw new LatheError("internal", `${node.op}'s gradient of ${operand.name} is ${gradient.dtype}, expected ${operand.dtype}`);
  }
  if (sameShape(gradient.shape, operand.shape)) return gradient;
  const rank = gradient.shape.length - operand.shape.length;
  const added = Array.from({ length: Math.max(0, rank) }, (_, i) => i);
  const repeated = operand.shape.flatMap((d, i) => (d === 1 && gradient.shape[i + rank] !== 1 ? [i + rank] : []));
  const kept = repeated.length > 0 ? e.reduceSum(gradient, repeated, true) : gradient;
  const result = added.length > 0 ? e.reduceSum(kept, added, false) : kept;
  if (!sameShape(result.shape, operand.shape)) {
    throw new LatheError(
      "internal",
      `${node.op}'s gradient of ${operand.name} is ${showShape(gradient.shape)}, which does not sum to ${showShape(operand.shape)}`,
    );
  }
  return result;
}
