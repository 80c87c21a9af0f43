import { defined } from "../../base/assert.js";
import type { TrainingConfig } from "../../contract/training.js";
import type { Emitter } from "../../onnx/emitter.js";
import type { Value } from "../../onnx/types.js";
import { createEmitter } from "../../ops/index.js";
import { clipByGlobalNorm, clipByValue, globalNorm } from "../../optimizers/clip.js";
import { type OptimizerGroup, groupedOptimizer } from "../../optimizers/grouped.js";
import type { Update, UpdateContext } from "../../optimizers/optimizer.js";
import { type Pass, VECTOR, compilePass } from "../../passes/compile-pass.js";
import { WEIGHT_FIGURES, type WeightFigure } from "./diagnosis-graph.js";
import { type TrainingSpec, names } from "../network/specification.js";

type Clipping = Pick<TrainingConfig, "clipGradValue" | "clipGradNorm">;

/**
 * The rule by which weights are updated: clipping, then the optimizer. Written into a step's graph, or compiled as passes that run beside it.
 * @param update the optimizer's, or that of one of its groups @param norm of all gradients as `clippedByValue`, where this is one group's
 */
export function lowerUpdate(
  clipping: Clipping,
  update: (context: Omit<UpdateContext<unknown>, "config">) => Update,
  context: Omit<UpdateContext<unknown>, "config">,
  norm?: Value,
): Update {
  const { e } = context;
  const byValue = clippedByValue(e, clipping, context.gradient);
  const gradient = clipping.clipGradNorm === undefined ? byValue : clipByGlobalNorm(e, byValue, clipping.clipGradNorm, norm).gradient;
  return e.graph.scope("optimizer", () => update({ ...context, gradient }));
}

function clippedByValue(e: Emitter, { clipGradValue }: Clipping, gradient: Value): Value {
  return clipGradValue === undefined ? gradient : clipByValue(e, gradient, clipGradValue);
}

/** The vector of all gradients, which a step's graph writes and passes read. */
export const GRADIENTS = "all gradients";
const NORM = "gradient norm";

/** The update as passes over vectors: `names.parameters`, `GRADIENTS`, and `names.slot` of every slot. */
export interface UpdatePasses {
  /** Gives the norm of all gradients; only where it is clipped by. */
  readonly norm: Pass | undefined;
  readonly groups: readonly GroupPasses[];
  /** Give figures of the diagnosis, of stretches of one vector: `names.parameters` or `GRADIENTS`. */
  readonly looks: Readonly<Record<Exclude<WeightFigure, "updateNorm">, Pass>>;
  /** Vectors of the optimizer, and what they start as. */
  readonly slots: Readonly<Record<string, number>>;
}

export interface GroupPasses {
  readonly offset: number;
  readonly size: number;
  /** Writes `names.next` of what it changes. */
  readonly update: Pass;
  /** The same, and gives the norm of what the weights change by. */
  readonly measuredUpdate: Pass;
  /** What both are to be told, in order. @param norm of all gradients, where that is clipped by */
  numbers(step: number, learningRate: number, norm: number): readonly number[];
}

/** @returns undefined where the optimizer has an operator that passes have not */
export function compileUpdate({ training, layout }: Pick<TrainingSpec, "training" | "layout">): UpdatePasses | undefined {
  const { groups, slots } = groupedOptimizer(training.optimizer, layout);
  const norm = training.clipGradNorm === undefined ? undefined : compileNorm(training);
  const compiled = groups.map((group) => compileGroup(training, group, Object.keys(slots)));
  if (training.clipGradNorm !== undefined && !norm) return undefined;
  const [gradientNorm, weightNorm, parameterCheck] = [
    compileLook("gradientNorm", GRADIENTS),
    compileLook("weightNorm", names.parameters),
    compileLook("parameterCheck", names.parameters),
  ];
  if (!gradientNorm || !weightNorm || !parameterCheck) return undefined;
  const passes = compiled.filter((one) => one !== undefined);
  return passes.length === compiled.length ? { norm, groups: passes, looks: { gradientNorm, weightNorm, parameterCheck }, slots } : undefined;
}

function compileLook(figure: WeightFigure, vector: string): Pass | undefined {
  const e = createEmitter();
  e.graph.output(WEIGHT_FIGURES[figure](e, e.graph.input(vector, "float32", VECTOR)), figure);
  return compilePass(e.graph.build(figure));
}

function compileNorm(clipping: Clipping): Pass | undefined {
  const e = createEmitter();
  e.graph.output(globalNorm(e, clippedByValue(e, clipping, e.graph.input(GRADIENTS, "float32", VECTOR))), NORM);
  return compilePass(e.graph.build(NORM));
}

function compileGroup(clipping: Clipping, group: OptimizerGroup, slots: readonly string[]): GroupPasses | undefined {
  const scalars = Object.keys(group.scalars(1, 0));
  const [update, measuredUpdate] = [false, true].map((measured) => compilePass(buildGroup(clipping, group, { slots, scalars, measured })));
  if (!update || !measuredUpdate) return undefined;
  return {
    offset: group.offset,
    size: group.size,
    update,
    measuredUpdate,
    numbers: (step, learningRate, norm) => {
      const values: Readonly<Record<string, number>> = { ...group.scalars(step, learningRate), [NORM]: norm };
      return update.numbers.map((name) => values[name] ?? Number.NaN);
    },
  };
}

function buildGroup(
  clipping: Clipping,
  group: OptimizerGroup,
  { slots, scalars, measured }: { readonly slots: readonly string[]; readonly scalars: readonly string[]; readonly measured: boolean },
) {
  const e = createEmitter();
  const vector = (name: string) => e.graph.input(name, "float32", VECTOR);
  const [parameters, gradient] = [vector(names.parameters), vector(GRADIENTS)];
  const slotInputs = new Map(slots.map((slot) => [slot, vector(names.slot(slot))]));
  const numbers = new Map(scalars.map((name) => [name, e.graph.input(name, "float32", [1])]));
  const norm = clipping.clipGradNorm === undefined ? undefined : e.graph.input(NORM, "float32", []);
  const next = lowerUpdate(
    clipping,
    group.update,
    { e, parameters, gradient, slot: (name) => defined(slotInputs.get(name), name), scalar: (name) => defined(numbers.get(name), name) },
    norm,
  );
  e.graph.output(next.parameters, names.next(names.parameters));
  for (const slot of slots) e.graph.output(defined(next.slots[slot], `the new ${slot}`), names.next(names.slot(slot)));
  if (measured) e.graph.output(WEIGHT_FIGURES.updateNorm(e, e.sub(next.parameters, parameters)), "norm of the update");
  return e.graph.build("update");
}
