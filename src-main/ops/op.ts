import { LatheError } from "../base/errors.js";
import type { NodeQuestion } from "../onnx/builder.js";
import type { Emitter } from "../onnx/emitter.js";
import {
  type Attribute,
  type Attributes,
  type AttributeValues,
  type Shape,
  type TensorData,
  type TensorType,
  type Value,
  numbersOf,
  showShape,
} from "../onnx/types.js";

/** Attributes of a node, read with their defaults. */
export interface AttributeReader {
  int(name: string, fallback?: number): number;
  float(name: string, fallback?: number): number;
  string(name: string, fallback?: string): string;
  /** undefined where the attribute is omitted. */
  ints(name: string): readonly number[] | undefined;
  attribute(name: string): Attribute | undefined;
}

/** What a shape rule may ask. Operands are named as on the operator's page. */
export interface InferContext<I extends string = string> extends AttributeReader {
  /** @throws LatheError `graph.shape` where a required operand is omitted. */
  input(name: I): Value;
  optional(name: I): Value | undefined;
  /** All operands in order, for variadic operators. */
  readonly inputs: readonly (Value | undefined)[];
  readonly outputCount: number;
  /** The values of an operand, where known before the graph runs. */
  constant(name: I): TensorData | undefined;
  /** The same as plain numbers. */
  constantNumbers(name: I): readonly number[] | undefined;
  /** The lengths an operand holds where it is computed from constants and shapes: `["N", 4]`. */
  shapeBehind(name: I): Shape | undefined;
  /** Explains a wrong shape or type: the operator, its operands' shapes, and what was expected. */
  fail(expected: string): never;
}

/**
 * What a gradient rule may ask: the node's operands and results, and the gradient that arrived at each result.
 * A rule returns the gradient of one operand, as if nothing had been broadcast: the walker sums it back to the operand's shape, adds up several
 * uses, and checks shape and type. Rules never do that themselves.
 */
export interface GradientContext<I extends string = string> extends AttributeReader {
  readonly e: Emitter;
  /** An operand, by the name on the operator's page. */
  input(name: I): Value;
  optional(name: I): Value | undefined;
  readonly inputs: readonly (Value | undefined)[];
  readonly outputCount: number;
  /** Result `i`. */
  output(i?: number): Value;
  /** The gradient at result `i`; zeros where nothing downstream uses that result. */
  dy(i?: number): Value;
  /** False where the gradient at result `i` is zero because nothing uses it. */
  hasDy(i: number): boolean;
  /** False where the node leaves the optional result `i` out. */
  hasOutput(i: number): boolean;
  constantNumbers(name: I): readonly number[] | undefined;
  /** What the gradients of several operands have in common, made once a node. */
  shared<T>(make: () => T): T;
}

/** A gradient that does not exist: the walker says `type` is not differentiable, because `because`. */
export interface NotDifferentiable {
  readonly because: string;
}

/** Gradient of one operand; called only where somebody asked for it. */
export type GradientRule<I extends string> = (g: GradientContext<I>) => Value;

/** Gradient of operand `i` of a variadic operator. */
export type VariadicGradientRule = (g: GradientContext, i: number) => Value;

/** One ONNX operator: its operands, its shape rule, its gradient. */
export interface OpDefinition<I extends string = string> {
  readonly type: string;
  /** Omitted for ONNX's own domain. */
  readonly domain?: string;
  /** Operand names in order, as on the operator's page. */
  readonly inputs: readonly I[];
  /** How many of them must be there; all by default. */
  readonly required?: number;
  /** The last operand may be repeated; its gradient is a VariadicGradientRule. */
  readonly variadic?: boolean;
  /** Types of all outputs, at least as many as the node has. */
  readonly infer: (c: InferContext<I>) => readonly TensorType[];
  /** By operand name. An operand not named (an axis, a condition) is not differentiable and that is no error unless somebody asks for it. */
  readonly gradient: { readonly [K in I]?: GradientRule<I> } | VariadicGradientRule | NotDifferentiable;
}

/** Checks the operand names of a definition at compile time and forgets them, so that definitions fit one registry. */
export function defineOp<const I extends string>(definition: OpDefinition<I>): OpDefinition {
  return definition;
}

export const notDifferentiable = (because: string): NotDifferentiable => ({ because });

export function readAttributes(type: string, attributes: Attributes): AttributeReader {
  const read = <K extends keyof AttributeValues>(name: string, kind: K): AttributeValues[K] | undefined => {
    const found = attributes[name];
    if (!found) return undefined;
    if (found.type !== kind) throw new LatheError("graph.invalid", `${type}'s attribute ${name} is of kind ${found.type}, expected ${kind}`);
    return found.value as AttributeValues[K];
  };
  const required = <T>(name: string, value: T | undefined): T => {
    if (value === undefined) throw new LatheError("graph.invalid", `${type} needs the attribute ${name}`);
    return value;
  };
  return {
    int: (name, fallback) => required(name, read(name, "int") ?? fallback),
    float: (name, fallback) => required(name, read(name, "float") ?? fallback),
    string: (name, fallback) => required(name, read(name, "string") ?? fallback),
    ints: (name) => read(name, "ints"),
    attribute: (name) => attributes[name],
  };
}

/** The index of operand `name`; repeated operands of a variadic operator share the last name. */
export function operandIndex(definition: OpDefinition, name: string): number {
  const index = definition.inputs.indexOf(name);
  if (index < 0) throw new LatheError("internal", `${definition.type} has no operand ${name}`);
  return index;
}

export function inferContext(definition: OpDefinition, question: NodeQuestion): InferContext {
  const { inputs, attributes, outputCount } = question;
  const shown = inputs.map((v) => (v ? `${v.dtype} ${showShape(v.shape)}` : "nothing")).join(", ");
  const fail = (expected: string): never => {
    throw new LatheError("graph.shape", `${definition.type} got ${shown || "no operands"}: ${expected}`, { op: definition.type });
  };
  const optional = (name: string) => inputs[operandIndex(definition, name)];
  return {
    ...readAttributes(definition.type, attributes),
    inputs,
    outputCount,
    optional,
    input: (name) => optional(name) ?? fail(`operand ${name} is required`),
    constant: (name) => question.constant(operandIndex(definition, name)),
    constantNumbers: (name) => {
      const data = question.constant(operandIndex(definition, name));
      return data && numbersOf(data);
    },
    shapeBehind: (name) => question.shapeBehind(operandIndex(definition, name)),
    fail,
  };
}
