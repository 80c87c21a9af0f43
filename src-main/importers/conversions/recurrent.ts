import { defined } from "../../base/assert.js";
import { type Attribute, type Value, int, text } from "../../onnx/types.js";
import { type Conversion, type ForeignNode, without } from "../conversion.js";

/**
 * Recurrent operators: of two directions as two of one, which have gradients; without first states that are zeros, and lengths that are all of the sequence.
 */
export const gru: Conversion = { type: "GRU", convert: (n) => read(n, 1, ["Sigmoid", "Tanh"]) };
export const lstm: Conversion = { type: "LSTM", convert: (n) => read(n, 2, ["Sigmoid", "Tanh", "Tanh"]) };
export const rnn: Conversion = { type: "RNN", convert: (n) => read(n, 1, ["Tanh"]) };

function read(n: ForeignNode, states: 1 | 2, usual: readonly string[]): readonly Value[] {
  if (n.int("layout", 0) !== 0) n.fail("layout 1, batch first, is not read");
  const length = n.input(0).shape[0];
  const lengths = n.optional(4);
  if (lengths && n.fill(4) !== length) n.fail("sequences of different lengths are not read");
  const firsts = [5, 6].slice(0, states).map((i) => (n.fill(i) === 0 ? undefined : n.optional(i)));
  if (states === 2 && n.optional(7) && n.fill(7) !== 0) n.fail("peepholes are not read");
  const direction = n.string("direction", "forward");
  const both = direction === "bidirectional";
  const attributes = without(n.attributes, "direction", "layout", "activations", "hidden_size");
  const hidden = int(Number(n.input(2).shape[2]));
  const made = (both ? ["forward", "reverse"] : [direction]).map((way, d) => {
    const part = (v: Value | undefined) => (v && both ? n.e.slice(v, [d], [d + 1], [0]) : v);
    const own = activationsOf(n.attribute("activations"), usual, d);
    const written = { ...attributes, hidden_size: hidden, direction: text(way), ...(own ? { activations: own } : {}) };
    const operands = [n.input(0), part(n.input(1)), part(n.input(2)), part(n.optional(3)), undefined, ...firsts.map(part)];
    while (operands.length > 3 && operands.at(-1) === undefined) operands.pop();
    return n.graph.node(n.op, operands, written, { outputs: 1 + states });
  });
  const [first, second] = made;
  const results = defined(first, "a direction");
  return second ? results.map((v, i) => n.e.concat([v, defined(second[i], "a result")], i === 0 ? 1 : 0)) : results;
}

/** undefined where they are the operator's usual ones. */
function activationsOf(given: Attribute | undefined, usual: readonly string[], direction: number): Attribute | undefined {
  if (given?.type !== "strings") return undefined;
  const own = given.value.slice(direction * usual.length, (direction + 1) * usual.length);
  return own.length === 0 || own.every((name, i) => name.toLowerCase() === usual[i]?.toLowerCase()) ? undefined : { type: "strings", value: own };
}
