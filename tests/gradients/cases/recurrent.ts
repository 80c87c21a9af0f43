import type { Emitter } from "../../../src-main/onnx/emitter.js";
import { type Attributes, type Value, int, strings, text } from "../../../src-main/onnx/types.js";
import { any } from "../../support/samples.js";
import { type OpCase, first, refused, unwritten } from "./case.js";

/** 2 inputs, 2 hidden units. Few steps are written out; more are turns of a Scan, and what is left over. */
const operands = (gates: number, directions = 1, steps = 3) =>
  [any(steps, "N", 2), any(directions, gates * 2, 2), any(directions, gates * 2, 2), any(directions, gates * 4)] as const;
const state = any(1, "N", 2);

/** All results: every h, and the last states. */
const node =
  (op: string, states: number, attributes: Attributes = {}) =>
  (e: Emitter, ...[x, w, r, b, ...first]: Value[]): readonly Value[] =>
    e.graph.node(op, [x, w, r, b, ...(first.length > 0 ? [undefined, ...first] : [])], { hidden_size: int(2), ...attributes }, { outputs: 1 + states });
/** One of the results alone. */
const result =
  (i: number, op: string, states: number, attributes: Attributes = {}) =>
  (e: Emitter, ...inputs: Value[]): Value =>
    node(op, states, attributes)(e, ...inputs)[i]!;

/** A node that names its first results alone, as files may. */
const short =
  (named: number, op: string, attributes: Attributes = {}) =>
  (e: Emitter, ...[x, w, r, b]: Value[]): readonly Value[] =>
    e.graph.node(op, [x, w, r, b], { hidden_size: int(2), ...attributes }, { outputs: named });

const reverse = { direction: text("reverse") };
const torch = { linear_before_reset: int(1) };

export const recurrent: readonly OpCase[] = [
  first("RNN", "of many steps", [...operands(1, 1, 35), state], node("RNN", 1)),
  first("RNN", "of many steps backwards", [...operands(1, 1, 17), state], node("RNN", 1, reverse)),
  first("RNN", "every h and the last", [...operands(1), state], node("RNN", 1)),
  first("RNN", "the last h alone, without a first state", operands(1), result(1, "RNN", 1)),
  first("RNN", "backwards", [...operands(1), state], node("RNN", 1, reverse)),
  first("RNN", "with Relu", [...operands(1), state], node("RNN", 1, { activations: strings(["Relu"]) })),
  first("RNN", "one step, without a bias", [any(1, "N", 2), any(1, 2, 2), any(1, 2, 2)], node("RNN", 1)),
  first("RNN", "of which every h alone is named", operands(1), short(1, "RNN")),
  unwritten("RNN", /one direction/, operands(1, 2), node("RNN", 1, { direction: text("bidirectional") })),

  first("GRU", "of many steps", [...operands(3, 1, 19), state], node("GRU", 1, torch)),
  first("GRU", "of many steps backwards", [...operands(3, 1, 17), state], node("GRU", 1, { ...torch, ...reverse })),
  first("GRU", "every h and the last", [...operands(3), state], node("GRU", 1, torch)),
  first("GRU", "the last h alone, without a first state", operands(3), result(1, "GRU", 1, torch)),
  first("GRU", "backwards, every h", [...operands(3), state], result(0, "GRU", 1, { ...torch, ...reverse })),
  first("GRU", "of which every h alone is named", operands(3), short(1, "GRU", torch)),
  unwritten("GRU", /linear_before_reset = 1/, operands(3), node("GRU", 1)),

  first("LSTM", "of many steps", [...operands(4, 1, 19), state, state], node("LSTM", 2)),
  first("LSTM", "of many steps backwards", [...operands(4, 1, 17), state, state], node("LSTM", 2, reverse)),
  first("LSTM", "every h, the last and the last c", [...operands(4), state, state], node("LSTM", 2)),
  first("LSTM", "the last h alone, without first states", operands(4), result(1, "LSTM", 2)),
  first("LSTM", "the last c alone", [...operands(4), state, state], result(2, "LSTM", 2)),
  first("LSTM", "backwards", [...operands(4), state, state], node("LSTM", 2, reverse)),
  first("LSTM", "of which every h alone is named", operands(4), short(1, "LSTM")),
  first("LSTM", "of which the last c is not named", operands(4), short(2, "LSTM", reverse)),
  unwritten("LSTM", /usual activations/, operands(4), node("LSTM", 2, { activations: strings(["Sigmoid", "Relu", "Tanh"]) })),

  refused("Scan", /first order/, [any(1, "N", 2), any(19, "N", 2), any(2)], (e, start, sequence, scale) => {
    const { states, results } = e.scan({ states: [start], sequences: [sequence], constants: [scale] }, (b, { states: [s], elements: [x], constants: [k] }) => {
      const next = b.mul(b.add(s!, x!), k!);
      return { states: [next], results: [next] };
    });
    return [...states, ...results];
  }),
];
