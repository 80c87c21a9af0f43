import { layers } from "../../src-main/layers/index.js";
import type { LayerContext } from "../../src-main/layers/layer.js";
import { losses } from "../../src-main/losses/index.js";
import type { TargetKind } from "../../src-main/losses/loss.js";
import type { Emitter } from "../../src-main/onnx/emitter.js";
import type { Shape, Value } from "../../src-main/onnx/types.js";
import { createEmitter } from "../../src-main/ops/index.js";
import { optimizers } from "../../src-main/optimizers/index.js";
import type { GradientCheck } from "./gradient-checker.js";
import { type Sample, any, batchSize, fixed, positive, uniform } from "./samples.js";

/** Layers, losses and optimizers as cases of the gradient checker: every tensor they ask for becomes an input of the graph. */

type Options = Readonly<Record<string, unknown>>;
type Give = (name: string, sample: Sample) => Value;
type Lower = (e: Emitter, inputs: readonly Value[], give: Give) => readonly Value[];

/** Lowers once to learn which tensors are asked for, so that they can be inputs after the given ones. */
function collected(inputs: readonly Sample[], lower: Lower): GradientCheck {
  const names: string[] = [];
  const asked: Sample[] = [];
  const e = createEmitter();
  lower(
    e,
    inputs.map((s, i) => e.graph.input(`x${i}`, s.dtype, s.shape)),
    (name, sample) => {
      names.push(name);
      asked.push(sample);
      return e.graph.input(`asked${names.length}`, sample.dtype, sample.shape);
    },
  );
  return {
    inputs: [...inputs, ...asked],
    build: (emitter, ...values) => {
      let next = inputs.length;
      return lower(emitter, values.slice(0, inputs.length), () => values[next++]!);
    },
  };
}

/** The output of layers one after the other and what they make of their buffers, by their inputs and parameters; the first takes all inputs. */
export function stackCheck(stack: readonly (readonly [type: string, options: Options])[], mode: "train" | "eval", inputs: readonly Sample[]): GradientCheck {
  return collected(inputs, (e, values, give) => {
    const updated: Value[] = [];
    const output = stack.reduce<readonly Value[]>((from, [type, options]) => [lowerLayer(e, type, options, mode, from, give, updated)], values);
    return [...output, ...updated];
  });
}

function lowerLayer(e: Emitter, type: string, options: Options, mode: "train" | "eval", inputs: readonly Value[], give: Give, updated: Value[]): Value {
  const definition = layers.get(type);
  const config = definition.config.parse(options);
  const parameters = new Map<string, Value>();
  const buffers = new Map<string, Value>();
  const shapeOf = (specs: readonly { readonly name: string; readonly shape: readonly number[] }[] | undefined, name: string) =>
    specs!.find((s) => s.name === name)!.shape;
  const context: LayerContext<unknown> = {
    e,
    config,
    inputs,
    input: inputs[0]!,
    mode,
    parameter: (name) => remembered(parameters, name, () => give(name, any(...shapeOf(definition.parameters?.(config, inputs), name)))),
    buffer: (name) => remembered(buffers, name, () => give(name, fixed(positive(...shapeOf(definition.buffers?.(config, inputs), name))))),
    updateBuffer: (name, value, share = 1) => {
      const next = share === 1 ? value : e.add(e.scale(context.buffer(name), 1 - share), e.scale(value, share));
      buffers.set(name, next);
      updated.push(next);
    },
    uniform: (shape: Shape) => give("uniform", fixed(uniform(...shape))),
    batchSize: () => give("batch size", batchSize(inputs[0]!.shape[0]!)),
    stopGradient: () => {
      throw new Error("differences know of no value that counts as a constant");
    },
    fail: (expected) => {
      throw new Error(`${type}: ${expected}`);
    },
  };
  return definition.lower(context);
}

function remembered(known: Map<string, Value>, name: string, make: () => Value): Value {
  const found = known.get(name) ?? make();
  known.set(name, found);
  return found;
}

/** A loss and its weight, by the network's output; the target is fixed. */
export function lossCheck(type: string, options: Options, kind: TargetKind, output: Sample, target: Sample): GradientCheck {
  const definition = losses.get(type);
  const config = definition.config.parse(options);
  const classes = kind === "category" ? Number(output.shape[1]) : 2;
  return collected([output, fixed(target)], (e, [y, t]) => {
    const { loss, weight } = definition.lower({
      e,
      config,
      output: y!,
      target: t!,
      kind,
      classes,
      fail: (expected) => {
        throw new Error(`${type}: ${expected}`);
      },
    });
    return [loss, weight];
  });
}

/** New parameters and slots, by the old ones and the gradient, at a given step. */
export function optimizerCheck(type: string, options: Options, step: number): GradientCheck {
  const definition = optimizers.get(type);
  const config = definition.config.parse({ type, ...options });
  const size = 4;
  const scalars = definition.scalars(config, step, 0.1);
  const [parameters, gradient] = [any(size), { ...any(size), values: () => [0.5, -1.25, 2, -0.75] }];
  return collected([parameters, gradient], (e, [p, g], give) => {
    const slots = new Map<string, Value>();
    const numbers = new Map<string, Value>();
    const update = definition.update({
      e,
      config,
      parameters: p!,
      gradient: g!,
      // Squares are positive, and a centred square is above its mean's.
      slot: (name) =>
        remembered(slots, name, () => give(name, { ...positive(size), values: () => (/square|sum/i.test(name) ? [9, 7, 8, 6] : [0.5, 0.25, 1, 0.75]) })),
      scalar: (name) => remembered(numbers, name, () => give(name, fixed({ dtype: "float32", shape: [1], values: () => [Math.fround(scalars[name]!)] }))),
    });
    return [update.parameters, ...Object.values(update.slots)];
  });
}
