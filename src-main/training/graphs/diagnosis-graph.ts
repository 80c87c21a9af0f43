import { defined } from "../../base/assert.js";
import { activationOf } from "../../layers/layer.js";
import type { Emitter } from "../../onnx/emitter.js";
import { type Value, isFloat } from "../../onnx/types.js";
import { cut, flatten } from "../network/flat-bindings.js";
import type { Activations } from "../network/network.js";
import type { TrainingSpec } from "../network/specification.js";

/** One number of the diagnosis vector: what it says, and of which layer. */
export interface DiagnosisEntry {
  readonly layer: string;
  readonly quantity:
    /** L2 norms */
    | "gradientNorm"
    | "weightNorm"
    | "updateNorm"
    /** shares in [0, 1] */
    | "dead"
    | "saturated"
    /** 0 where everything is finite, NaN where anything is not */
    | "outputCheck"
    | "parameterCheck";
}

interface Observed {
  readonly activations: Activations;
  /** Undefined where weights are updated beside the graph. */
  readonly weights:
    | {
        /** By parameter, in the layout's order. */
        readonly gradients: readonly Value[];
        readonly pieces: readonly Value[];
        /** All, before and after the step. */
        readonly before: Value;
        readonly after: Value;
      }
    | undefined;
}

/**
 * Adds the figures of the diagnosis to a step graph, all in one vector. Where weights are updated beside the graph, figures of weights are 0 here, for
 * `WeightsBeside` to tell: to look at each weight is cheap where it lies, but not through nodes.
 */
export function lowerDiagnosis(e: Emitter, spec: TrainingSpec, seen: Observed): { readonly vector: Value; readonly entries: readonly DiagnosisEntry[] } {
  const entries: DiagnosisEntry[] = [];
  const values: Value[] = [];
  const say = (layer: string, quantity: DiagnosisEntry["quantity"], value: Value) => {
    entries.push({ layer, quantity });
    values.push(e.reshape(value, [1]));
  };
  e.graph.scope("diagnosis", () => {
    for (const layer of spec.plan.layers) {
      const output = defined(seen.activations.get(layer.id), layer.id);
      if (!isFloat(output.dtype)) continue;
      say(layer.id, "outputCheck", notFinite(e, output));
      const { deadAtOrBelow, saturatedOutside } = activationOf(layer.definition, layer.config) ?? {};
      if (deadAtOrBelow !== undefined) say(layer.id, "dead", deadShare(e, output, deadAtOrBelow));
      if (saturatedOutside) say(layer.id, "saturated", saturatedShare(e, output, saturatedOutside));
    }
    const updates = seen.weights && cut(e, e.sub(seen.weights.after, seen.weights.before), spec.layout.parameters);
    const learning = new Set(spec.layout.parameters.map((p) => p.owner));
    for (const owner of new Set(spec.plan.layers.flatMap((layer) => (learning.has(layer.owner) ? [layer.owner] : [])))) {
      const of = (all: readonly Value[]) =>
        flatten(
          e,
          all.filter((_, i) => spec.layout.parameters[i]?.owner === owner),
        );
      const figure = (quantity: WeightFigure, all: readonly Value[] | undefined) =>
        say(owner, quantity, all ? WEIGHT_FIGURES[quantity](e, of(all)) : e.scalar(0));
      figure("gradientNorm", seen.weights?.gradients);
      figure("weightNorm", seen.weights?.pieces);
      figure("updateNorm", updates);
      figure("parameterCheck", seen.weights?.pieces);
    }
  });
  return { vector: e.concat(values, 0), entries };
}

/** Figures of a layer's weights, of what changes them, and of what they change by, as one vector. */
export const WEIGHT_FIGURES = { gradientNorm: norm, weightNorm: norm, updateNorm: norm, parameterCheck: notFinite } as const satisfies Partial<
  Record<DiagnosisEntry["quantity"], (e: Emitter, x: Value) => Value>
>;

export type WeightFigure = keyof typeof WEIGHT_FIGURES;

/** ‖x‖₂ of a flat vector. */
function norm(e: Emitter, x: Value): Value {
  return e.sqrt(e.reduceSum(e.square(x)));
}

/** 0·∞ and 0·NaN are NaN, so the sum is 0 exactly where all of x is finite. */
function notFinite(e: Emitter, x: Value): Value {
  return e.reduceSum(e.scale(x, 0));
}

/** Share of units (axis 1) that never rise above `threshold` in the batch. */
function deadShare(e: Emitter, y: Value, threshold: number): Value {
  const others = y.shape.map((_, i) => i).filter((i) => i !== 1);
  const alive = e.cast(e.greater(e.reduceMax(y, others), e.scalarLike(threshold, y)), "float32");
  return e.subFrom(1, e.reduceMean(alive));
}

/** Share of outputs in the flat parts of an activation. */
function saturatedShare(e: Emitter, y: Value, [low, high]: readonly [number, number]): Value {
  const below = e.cast(e.less(y, e.scalarLike(low, y)), "float32");
  if (!Number.isFinite(high)) return e.reduceMean(below);
  return e.add(e.reduceMean(below), e.reduceMean(e.cast(e.greater(y, e.scalarLike(high, y)), "float32")));
}
