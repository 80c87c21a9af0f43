import { z } from "zod";
import { defined } from "../base/assert.js";
import type { Emitter } from "../onnx/emitter.js";
import { type Attributes, type Value, int, isFloat, text } from "../onnx/types.js";
import { drop } from "./drop.js";
import { type InitOption, initField, initOf } from "./init-option.js";
import type { LayerContext, LayerDefinition, ParameterSpec, ValueTrait } from "./layer.js";
import { lengthOf, onlyInput, sampleSize } from "./shape.js";
import { call } from "../base/python.js";

/** What RNN, LSTM and GRU share: torch.nn.RNN, torch.nn.LSTM, torch.nn.GRU, batch first. */

/** Options of all three, as the options of one layer. */
export const recurrentOptions = {
  hiddenSize: z
    .int()
    .positive()
    .meta({ description: "Numbers that it remembers from step to step, and gives", examples: [32] }),
  numLayers: z.int().min(1).max(16).default(1).describe("Recurrent layers on top of each other"),
  bias: z.boolean().default(true).describe("Add a learned bias"),
  batchFirst: z
    .literal(true, { error: "expected true: a batch is always the first axis here, and the steps the second" })
    .default(true)
    .describe("Batch, then steps, then features: the only order there is here"),
  dropout: z.number().min(0).max(1).default(0).describe("Share of what one layer gives the next that is dropped while training; none after the last"),
  bidirectional: z.boolean().default(false).describe("Read the steps from the end as well, with weights of its own; results are side by side"),
  bpttSteps: z
    .int()
    .positive()
    .optional()
    .meta({
      description: "Steps that gradients go back while training (truncated back-propagation through time); all of them where it is left out",
      examples: [50],
    }),
  output: z.enum(["last", "all"]).default("last").describe("What it gives: the state after the last step it reads, or those of all steps"),
  init: initField("the weights"),
  initBias: initField("the biases"),
};

interface RecurrentConfig {
  readonly hiddenSize: number;
  readonly numLayers: number;
  readonly bias: boolean;
  readonly dropout: number;
  readonly bidirectional: boolean;
  readonly bpttSteps?: number | undefined;
  readonly output: "last" | "all";
  readonly init: InitOption;
  readonly initBias: InitOption;
}

/** What tells the three apart. */
interface Recurrence<C> {
  readonly summary: string;
  readonly config: z.ZodType<C>;
  /** What its own options are in PyTorch's call, with the defaults there. */
  readonly torchOwn: (config: C) => Readonly<Record<string, readonly [value: string, byDefault: string]>>;
  /** ONNX's gates as places among PyTorch's. */
  readonly order: readonly number[];
  readonly attributes: (config: C) => Attributes;
  /** ONNX gives as many states after the last step, h first. */
  readonly states: 1 | 2;
  readonly values: (config: C) => ValueTrait;
  /** Numbers of each hidden unit that a step's gates and their gradients are made of, as measured. */
  readonly held: number;
}

/**
 * Reads `[N, T, C]` step by step. It gives `[N, D·H]`, the state after the last step it reads (of both directions where there are two), or
 * `[N, T, D·H]`. Weights are PyTorch's by name, shape and order of gates: `weight_ih_l0` `[G·H, C]`, `weight_hh_l0` `[G·H, H]`, `bias_ih_l0` and
 * `bias_hh_l0` `[G·H]`, and the same with `_reverse`; all start uniform in ±1/√H.
 */
export function recurrentLayer<C extends RecurrentConfig>(type: "RNN" | "LSTM" | "GRU", recurrence: Recurrence<C>): LayerDefinition<C> {
  const gates = recurrence.order.length;
  return {
    type,
    group: "Sequence",
    summary: recurrence.summary,
    config: recurrence.config,
    parameters: (c, inputs) => {
      const features = lengthOf(type, inputs, 2);
      return cellsOf(c).flatMap((cell) => parametersOf(c, gates, cell, features));
    },
    lower: (ctx) => {
      const { input: x, config: c } = ctx;
      if (x.shape.length !== 3 || !isFloat(x.dtype)) return ctx.fail("expected real numbers of shape [N, T, C], features of each step");
      return lower(ctx, type, recurrence, c);
    },
    torch: (c, inputs) => ({
      module: call(`nn.${type}`, [lengthOf(type, inputs, 2), c.hiddenSize], {
        num_layers: [c.numLayers, 1],
        ...recurrence.torchOwn(c),
        bias: [c.bias, true],
        batch_first: [true, false],
        dropout: [c.numLayers === 1 ? 0 : c.dropout, 0],
        bidirectional: [c.bidirectional, false],
      }),
      called: (module, [x = "x"]) => resultOf(type, c, `${module}(${x})`),
      ...(c.bpttSteps !== undefined && { note: `in training its state was detached every ${c.bpttSteps} steps, counted from the last` }),
    }),
    cost: (c, inputs) => {
      const x = onlyInput(type, inputs);
      const features = lengthOf(type, inputs, 2);
      const steps = sampleSize(x) / features;
      return steps * cellsOf(c).reduce((sum, { layer }) => sum + gates * c.hiddenSize * (widthInto(c, layer, features) + c.hiddenSize), 0);
    },
    held: (c, inputs) => lengthOf(type, inputs, 1) * cellsOf(c).length * c.hiddenSize * recurrence.held,
    steps: (inputs) => lengthOf(type, inputs, 1),
    values: recurrence.values,
  };
}

/** What a module returns is all steps, and the last states of all layers and directions: the last layer's are at the end. */
function resultOf(type: string, { output, bidirectional }: RecurrentConfig, returned: string): string {
  if (output === "all") return `${returned}[0]`;
  const last = type === "LSTM" ? `${returned}[1][0]` : `${returned}[1]`;
  return bidirectional ? `${last}[-2:].transpose(0, 1).flatten(1)` : `${last}[-1]`;
}

/** One layer in one direction. */
interface Cell {
  readonly layer: number;
  readonly reverse: boolean;
  /** As in PyTorch's names: `l0`, `l1_reverse`. */
  readonly name: string;
}

function cellsOf({ numLayers, bidirectional }: RecurrentConfig): readonly Cell[] {
  return Array.from({ length: numLayers }, (_, layer) => layer).flatMap((layer) =>
    (bidirectional ? [false, true] : [false]).map((reverse) => ({ layer, reverse, name: `l${layer}${reverse ? "_reverse" : ""}` })),
  );
}

function widthInto({ hiddenSize, bidirectional }: RecurrentConfig, layer: number, features: number): number {
  return layer === 0 ? features : hiddenSize * (bidirectional ? 2 : 1);
}

function parametersOf(config: RecurrentConfig, gates: number, { layer, name }: Cell, features: number): readonly ParameterSpec[] {
  const { hiddenSize: hidden, bias, init, initBias } = config;
  const bound = 1 / Math.sqrt(hidden);
  const usual = { type: "uniform", a: -bound, b: bound };
  const weight = (of: string, width: number) => ({ name: `weight_${of}_${name}`, shape: [gates * hidden, width], init: initOf(init, usual) });
  const offset = (of: string) => ({ name: `bias_${of}_${name}`, shape: [gates * hidden], init: initOf(initBias, usual) });
  return [weight("ih", widthInto(config, layer, features)), weight("hh", hidden), ...(bias ? [offset("ih"), offset("hh")] : [])];
}

function lower<C extends RecurrentConfig>(ctx: LayerContext<C>, type: string, { order, attributes, states }: Recurrence<C>, config: C): Value {
  const { e, mode } = ctx;
  const { hiddenSize: hidden, numLayers, dropout, bias, output } = config;
  const cells = cellsOf(config);
  const sizes = order.map(() => hidden);
  const inOrder = (parameter: Value): Value => {
    if (order.length === 1) return parameter;
    const parts = e.split(parameter, sizes, 0);
    const ordered = order.map((gate) => defined(parts[gate], "a gate"));
    return e.concat(ordered, 0);
  };
  const weight = (name: string) => e.unsqueeze(inOrder(ctx.parameter(name)), [0]);
  let x = e.transpose(ctx.input, [1, 0, 2]);
  let last = x;
  const stretches = stretchesOf(ctx, config);
  for (let layer = 0; layer < numLayers; layer++) {
    const results = cells
      .filter((cell) => cell.layer === layer)
      .map(({ name, reverse }) => {
        const offsets = bias
          ? e.unsqueeze(e.concat([inOrder(ctx.parameter(`bias_ih_${name}`)), inOrder(ctx.parameter(`bias_hh_${name}`))], 0), [0])
          : undefined;
        const weights = [weight(`weight_ih_${name}`), weight(`weight_hh_${name}`), offsets];
        const written = { hidden_size: int(hidden), direction: text(reverse ? "reverse" : "forward"), ...attributes(config) };
        const read = (part: Value, first: readonly Value[]) =>
          e.graph.node(type, [part, ...weights, ...(first.length > 0 ? [undefined, ...first] : [])], written, { outputs: 1 + states });
        return inStretches(e, x, { reverse, stretches, read, stop: (state) => ctx.stopGradient(state) });
      });
    const [alls, ends] = [results.map(({ all }) => all), results.map(({ end }) => end)];
    x = sideBySide(e, alls, 2);
    last = sideBySide(e, ends, 1);
    // What is drawn for has the batch first.
    if (mode === "train" && dropout > 0 && layer < numLayers - 1) x = e.transpose(drop(ctx, e.transpose(x, [1, 0, 2]), dropout), [1, 0, 2]);
  }
  return output === "last" ? last : e.transpose(x, [1, 0, 2]);
}

/**
 * Lengths of the stretches of a window, in the order they are read; gradients stop where one begins. The last one read is whole, so that gradients go back
 * from the end as far as was asked for. Empty where they go back through all of it.
 */
function stretchesOf({ mode, input, fail }: Pick<LayerContext<unknown>, "mode" | "input" | "fail">, { bpttSteps }: RecurrentConfig): readonly number[] {
  const [, length] = input.shape;
  if (mode === "eval" || bpttSteps === undefined) return [];
  if (typeof length !== "number") return fail("expected windows of one length, as bpttSteps is given");
  const over = length % bpttSteps;
  return [...(over > 0 ? [over] : []), ...Array.from({ length: Math.floor(length / bpttSteps) }, () => bpttSteps)];
}

interface Reading {
  readonly reverse: boolean;
  /** As `stretchesOf` has them. */
  readonly stretches: readonly number[];
  /** Gives every h `[T, 1, N, H]` and the last states `[1, N, H]`. */
  readonly read: (part: Value, first: readonly Value[]) => readonly Value[];
  /** Takes such a state out of the gradient. */
  readonly stop: (state: Value) => Value;
}

/**
 * Reads `x` `[T, N, C]` stretch by stretch, each from the states that the one before left.
 * @returns `all` `[T, N, H]` in the order of time, and `end` `[N, H]`, the last h read
 */
function inStretches(e: Emitter, x: Value, { reverse, stretches, read, stop }: Reading): { readonly all: Value; readonly end: Value } {
  const inTime = <T>(list: readonly T[]) => (reverse ? [...list].reverse() : list);
  const parts = stretches.length > 1 ? e.split(x, inTime(stretches), 0) : [x];
  const alls: Value[] = [];
  let states: readonly Value[] = [];
  for (const part of inTime(parts)) {
    const [all, ...ends] = read(part, states.map(stop));
    alls.push(e.squeeze(defined(all, "every h"), [1]));
    states = ends;
  }
  return { all: sideBySide(e, inTime(alls), 0), end: e.squeeze(defined(states[0], "the last h"), [0]) };
}

/** Several values as one; a single one as it is. */
function sideBySide(e: Emitter, values: readonly Value[], axis: number): Value {
  const [only] = values;
  return only && values.length === 1 ? only : e.concat(values, axis);
}

/** Between -1 and 1, as tanh is. */
export const BETWEEN: ValueTrait = { range: [-1, 1] };
