import { defined } from "../base/assert.js";
import type { Emitter } from "../onnx/emitter.js";
import { type Attribute, type Node, type Value, int, strings, tensor } from "../onnx/types.js";
import type { Rewrite } from "./rewrite.js";

/** σ(OPEN) is 1 in float32 and σ(-OPEN) is 4·10⁻¹⁸; e^OPEN is a float32 number still, which graphics cards need. */
const OPEN = 40;
/** What the new state may be made with, as RNN's page and GRU's both call it. */
const ACTIVATIONS: ReadonlySet<string> = new Set(["Tanh", "Relu"]);

/**
 * An RNN as a GRU whose gates stand open: with z = 0 and r = 1 its h' = (1 − z)∘f(W x + Wb + r∘(R h + Rb)) + z∘h is f(W x + R h + Wb + Rb). For files that
 * only answer: ONNX Runtime runs GRU on graphics cards and RNN on the CPU alone, and so the batch and the number of steps stay free, as they would not be
 * if the steps were written out. The gates' weights are zeros that `Pad` makes when the file is loaded.
 */
export const rnnAsGru: Rewrite = {
  name: "rnn-as-gru",
  prepare: ({ nodes }) => nodes.some(({ op }) => op === "RNN"),
  replace(e, node, [x, w, r, b, lengths, first]) {
    if (node.op !== "RNN" || !x || !w || !r || node.attributes["clip"]) return undefined;
    const activations = activationsOf(node);
    if (!activations.every((name) => ACTIVATIONS.has(name))) return undefined;
    const [directions, hidden] = [Number(w.shape[0]), Number(r.shape[2])];
    const { activations: _, ...attributes } = node.attributes;
    return e.graph.node(
      "GRU",
      [x, behindGates(e, w, hidden), behindGates(e, r, hidden), biases(e, b, directions, hidden), lengths, first],
      { ...attributes, linear_before_reset: int(1), activations: strings(activations.flatMap((name) => ["Sigmoid", name])) },
      { outputs: node.outputs.length },
    );
  },
};

/** One for each direction. */
function activationsOf({ attributes }: Node): readonly string[] {
  const named: Attribute | undefined = attributes["activations"];
  if (named?.type === "strings") return named.value;
  return attributes["direction"]?.value === "bidirectional" ? ["Tanh", "Tanh"] : ["Tanh"];
}

/** `[D, H, K]` with zeros of both gates in front: `[D, 3·H, K]`. */
function behindGates(e: Emitter, weight: Value, hidden: number): Value {
  return e.op("Pad", [weight, e.indices([0, 2 * hidden, 0, 0, 0, 0])]);
}

/** Of z, r and n as W's part has them, then as R's has: `[D, 6·H]`. */
function biases(e: Emitter, given: Value | undefined, directions: number, hidden: number): Value {
  const rows = (each: readonly number[]) => {
    const row = each.flatMap((value) => new Array<number>(hidden).fill(value));
    return e.constant(tensor("float32", Array.from({ length: directions }, () => row).flat(), [directions, row.length]));
  };
  if (!given) return rows([-OPEN, OPEN, 0, 0, 0, 0]);
  const [ofInput, ofState] = e.split(given, [hidden, hidden], 1);
  return e.concat([rows([-OPEN, OPEN]), defined(ofInput, "Wb"), rows([0, 0]), defined(ofState, "Rb")], 1);
}
