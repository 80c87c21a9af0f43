import type { Build } from "../../support/gradient-checker.js";
import type { Sample } from "../../support/samples.js";

/** One line of the gradient table: an operator, a fact about it, inputs, and a graph that uses it. */
export interface OpCase {
  readonly op: string;
  readonly name: string;
  readonly inputs: readonly Sample[];
  readonly build: Build;
  readonly order: 1 | 2;
  readonly expected?: readonly (readonly number[])[];
  readonly engine?: boolean;
  /** The gradient of input `of` does not exist, or has no rule yet, for this reason. */
  readonly refused?: { readonly code: "autodiff.not-differentiable" | "autodiff.unsupported"; readonly because: RegExp; readonly of: number };
}

/** First and second derivatives against differences. */
export const grad = (op: string, name: string, inputs: readonly Sample[], build: Build): OpCase => ({ op, name, inputs, build, order: 2 });

/** First derivatives against differences: the gradient is made of what has none itself. */
export const first = (op: string, name: string, inputs: readonly Sample[], build: Build): OpCase => ({ op, name, inputs, build, order: 1 });

/** At a kink or pole: the gradient of the sum of the results is, by PyTorch's convention, `expected`. */
export const kink = (op: string, name: string, inputs: readonly Sample[], build: Build, ...expected: readonly (readonly number[])[]): OpCase => ({
  op,
  name,
  inputs,
  build,
  order: 1,
  expected,
});

/** Random inside the graph: the reference repeats its draws, an engine would not. */
export const drawing = (op: string, name: string, inputs: readonly Sample[], build: Build): OpCase => ({ op, name, inputs, build, order: 1, engine: false });

/** No derivative: asking for that of input `of` is refused with a reason. */
export const refused = (op: string, because: RegExp, inputs: readonly Sample[], build: Build, of = 0): OpCase => ({
  op,
  name: `has no derivative by input ${of}`,
  inputs,
  build,
  order: 1,
  refused: { code: "autodiff.not-differentiable", because, of },
});

/** A derivative that exists and that nobody has written. */
export const unwritten = (op: string, because: RegExp, inputs: readonly Sample[], build: Build, of = 0): OpCase => ({
  op,
  name: `says that a rule is not written: ${because.source}`,
  inputs,
  build,
  order: 1,
  refused: { code: "autodiff.unsupported", because, of },
});
