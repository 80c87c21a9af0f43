import { type Node, type Value, sameShape } from "../onnx/types.js";
import { isSingle } from "./feature-major-regions.js";
import { readersOf } from "./readers.js";
import type { Rewrite } from "./rewrite.js";

interface Product {
  readonly factor: string;
  readonly sign: 1 | -1;
  readonly rest: Value;
}

/**
 * k·a ± k·b is k·(a ± b) where k is one number, -k·b included. The gradient of a mean reaches each term of the loss as a factor 1/N, and multiplies once
 * instead of once a term.
 */
export function commonFactor(): Rewrite {
  let producers: ReadonlyMap<string, Node> = new Map();
  let readers: ReturnType<typeof readersOf> = new Map();
  /** New values by old name, as far as something has read them. */
  const seen = new Map<string, Value>();

  /** Of a product that nobody else reads, the sign left out. */
  function factorsOf(name: string): readonly string[] {
    const node = producers.get(name);
    if (node?.op !== "Mul" || readers.get(name)?.length !== 1) return [];
    return node.inputs.map((input) => {
      const negated = producers.get(input);
      return negated?.op === "Neg" ? (negated.inputs[0] ?? "") : input;
    });
  }

  function productOf(name: string): Product | undefined {
    const node = producers.get(name);
    if (node?.op !== "Mul" || readers.get(name)?.length !== 1) return undefined;
    const [a = "", b = ""] = node.inputs;
    for (const [factor, other] of [
      [a, b],
      [b, a],
    ] as const) {
      const [k, rest] = [seen.get(factor), seen.get(other)];
      if (!k || !rest || !isSingle(k.shape) || isSingle(rest.shape)) continue;
      const negated = producers.get(factor);
      return negated?.op === "Neg" ? { factor: negated.inputs[0] ?? "", sign: -1, rest } : { factor, sign: 1, rest };
    }
    return undefined;
  }

  return {
    name: "common-factor",
    prepare(graph) {
      seen.clear();
      producers = new Map(graph.nodes.flatMap((node) => node.outputs.map((o) => [o, node] as const)));
      readers = readersOf(graph);
      return graph.nodes.some(({ op, inputs: [a = "", b = ""] }) => {
        const ofB = factorsOf(b);
        return (op === "Add" || op === "Sub") && factorsOf(a).some((factor) => ofB.includes(factor));
      });
    },
    replace(e, node, inputs) {
      node.inputs.forEach((name, i) => {
        const value = inputs[i];
        if (value) seen.set(name, value);
      });
      if (node.op !== "Add" && node.op !== "Sub") return undefined;
      const [a, b] = [productOf(node.inputs[0] ?? ""), productOf(node.inputs[1] ?? "")];
      const factor = a && seen.get(a.factor);
      if (!a || !b || !factor || a.factor !== b.factor || !sameShape(a.rest.shape, b.rest.shape) || factor.shape.length > a.rest.shape.length) return undefined;
      const signOfB = node.op === "Sub" ? -b.sign : b.sign;
      if (a.sign === -1 && signOfB === -1) return undefined;
      return [e.mul(factor, a.sign === -1 ? e.sub(b.rest, a.rest) : signOfB === -1 ? e.sub(a.rest, b.rest) : e.add(a.rest, b.rest))];
    },
  };
}
