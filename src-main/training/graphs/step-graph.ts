import { defined } from "../../base/assert.js";
import { LatheError } from "../../base/errors.js";
import type { CompileOptions, Engine } from "../../engines/engine.js";
import type { Emitter, Unfinished } from "../../onnx/emitter.js";
import type { Graph, Value } from "../../onnx/types.js";
import { createEmitter } from "../../ops/index.js";
import { type GroupedOptimizer, groupedOptimizer } from "../../optimizers/grouped.js";
import type { UpdateContext } from "../../optimizers/optimizer.js";
import { type CombinedStep, sideBySide } from "../combining/combination.js";
import { combinedLosses } from "../combining/index.js";
import { type DiagnosisEntry, lowerDiagnosis } from "./diagnosis-graph.js";
import { type FlatBindings, bindFlat, flatten, partsOf } from "../network/flat-bindings.js";
import { type TargetLoss, lowerLosses } from "./loss-graph.js";
import { lowerNetwork } from "../network/network.js";
import { type TrainingSpec, declareInputs, names } from "../network/specification.js";
import { lowerUpdate } from "./update-graph.js";

/** One optimizer step as one graph: forward, loss, backward, clip, update; or as far as the gradients, where weights are updated beside it. */
export interface StepProgram {
  readonly graph: Graph;
  /** Initial values of the optimizer's vectors that the graph carries from step to step, by input name. */
  readonly slots: Readonly<Record<string, number>>;
  /** How many numbers are fed in `step scalars`. */
  readonly scalarCount: number;
  /** Writes this step's numbers. Called every step. */
  readonly writeScalars: (into: Float32Array, step: number, learningRate: number, batchSize: number) => void;
  /** What the vector `layer diagnosis` holds, in order; empty in a graph without it. */
  readonly diagnosis: readonly DiagnosisEntry[];
}

const BATCH_SIZE = "batch size";

export interface StepOptions extends Pick<CompileOptions, "asOf"> {
  /** Weights are updated beside the graph, which gives their gradients: by part (`partsOf`), as it is fed them. */
  readonly updatedBeside?: boolean;
}

/**
 * @param engine says how the gradient gets into the graph, so that the graph is for this engine.
 * @param diagnose adds the gradient norms and other figures of the diagnosis as one more output. The plain graph runs most steps, this one a few an epoch.
 * @throws LatheError `model.layer` where layers do not fit, naming the layer.
 */
export function buildStepProgram(
  spec: TrainingSpec,
  engine: Pick<Engine, "prepare" | "differentiate">,
  diagnose: boolean,
  options: StepOptions = {},
): StepProgram {
  const { layout, training } = spec;
  refuseNothing(layout);
  const optimizer = options.updatedBeside ? undefined : groupedOptimizer(training.optimizer, layout);
  const scalarNames = [...(optimizer?.scalarNames ?? [])];
  if (layout.buffers.length > 0) scalarNames.push(BATCH_SIZE);

  const forward = lowerForward(spec, scalarNames, !optimizer);
  const { parts, combined, flat } = forward;
  const constants = [...(combined.constants ?? []), ...flat.stopped];
  // What the diagnosis looks at has to stay as the layers made it.
  const looked = diagnose ? [...forward.activations.values()] : [];
  const kept = [
    ...forward.scalars,
    ...(flat.parameters ? [flat.parameters] : []),
    combined.loss,
    ...constants,
    ...parts.map((p) => p.loss),
    ...(isMasked(spec) ? parts.map((p) => p.weight) : []),
    ...(forward.buffers ? [forward.buffers] : []),
    ...looked,
  ];
  const { e, at } = prepare(engine, { e: forward.e, learns: flat.pieces, kept }, options);

  const pieces = flat.pieces.map(at);
  const gradients = engine.differentiate(e, at(combined.loss), pieces, { stopAt: constants.map(at) });
  const slots = optimizer?.slots ?? {};
  const before = flat.parameters && at(flat.parameters);
  const scalar = (name: string) => at(defined(forward.scalars[scalarNames.indexOf(name)], `scalar ${name}`));
  const after = optimizer && before && updateInGraph(e, spec, optimizer, { gradient: flatten(e, gradients), parameters: before, scalar });
  if (!after) outputGradients(e, spec, gradients);
  if (forward.buffers) e.graph.output(at(forward.buffers), names.next(names.buffers));
  if (combined.maxima) e.graph.output(at(combined.maxima), names.next(names.maxima));
  e.graph.output(at(combined.loss), names.loss);
  if (tellsParts(spec))
    e.graph.output(
      sideBySide(
        e,
        parts.map((p) => at(p.loss)),
      ),
      names.losses,
    );
  if (isMasked(spec))
    e.graph.output(
      sideBySide(
        e,
        parts.map((p) => at(p.weight)),
      ),
      names.weights,
    );
  const diagnosis = diagnose
    ? lowerDiagnosis(e, spec, {
        activations: new Map([...forward.activations].map(([layer, value]) => [layer, at(value)])),
        weights: before && after && { gradients, pieces, before, after },
      })
    : undefined;
  if (diagnosis) e.graph.output(diagnosis.vector, names.diagnosis);

  return {
    graph: e.graph.build(diagnose ? "training step with diagnosis" : "training step"),
    slots: { ...Object.fromEntries(Object.entries(slots).map(([slot, fill]) => [names.slot(slot), fill])) },
    scalarCount: scalarNames.length,
    writeScalars: (into, step, learningRate, batchSize) => {
      const values = optimizer?.scalars(step, learningRate) ?? {};
      scalarNames.forEach((name, i) => (into[i] = name === BATCH_SIZE ? batchSize : defined(values[name], name)));
    },
    diagnosis: diagnosis?.entries ?? [],
  };
}

/** Updates weights and optimizer in the graph. @returns the new weights */
function updateInGraph(
  e: Emitter,
  { training, layout }: TrainingSpec,
  { slots, update }: GroupedOptimizer,
  context: Pick<UpdateContext<unknown>, "gradient" | "parameters" | "scalar">,
): Value {
  const slotInputs = new Map(Object.keys(slots).map((slot) => [slot, e.graph.input(names.slot(slot), "float32", [layout.trainedCount])]));
  const next = lowerUpdate(training, update, { e, ...context, slot: (name) => defined(slotInputs.get(name), `slot ${name}`) });
  e.graph.output(next.parameters, names.next(names.parameters));
  for (const slot of Object.keys(slots)) e.graph.output(defined(next.slots[slot], `the new ${slot}`), names.next(names.slot(slot)));
  return next.parameters;
}

/** @param gradients by slice */
function outputGradients(e: Emitter, { layout }: TrainingSpec, gradients: readonly Value[]): void {
  const of = new Map(layout.parameters.map(({ name }, i) => [name, defined(gradients[i], name)]));
  for (const { name, slices } of partsOf(layout.parameters)) {
    const all = slices.map((slice) => defined(of.get(slice.name), slice.name));
    e.graph.output(all.length === 1 ? defined(all[0], name) : flatten(e, all), names.gradient(name));
  }
}

/** Whether a step also tells what each target's loss is a mean over. */
export function isMasked({ targets }: Pick<TrainingSpec, "targets">): boolean {
  return targets.some(({ masked }) => masked === true);
}

/** From the batch to the loss, as layers and losses write it. */
function lowerForward(spec: TrainingSpec, scalarNames: readonly string[], inParts: boolean) {
  const e = createEmitter();
  const scalars = bindScalars(e, scalarNames);
  const flat = bindFlat(e, spec.layout, "train", () => defined(scalars[scalarNames.indexOf(BATCH_SIZE)], BATCH_SIZE), inParts);
  const activations = lowerNetwork(e, spec.plan, declareInputs(e, spec), flat);
  const parts = lowerLosses(e, spec, activations);
  return { e, scalars, flat, activations, parts, combined: combine(e, spec, parts, flat), buffers: flat.nextBuffers() };
}

/** @returns an emitter to continue with, and where each value is there. */
function prepare(
  engine: Pick<Engine, "prepare">,
  forward: Unfinished,
  options: Pick<CompileOptions, "asOf">,
): { readonly e: Emitter; readonly at: (value: Value) => Value } {
  const { e, learns, kept } = engine.prepare(forward, options);
  const now = new Map([...forward.learns, ...forward.kept].map(({ name }, i) => [name, defined([...learns, ...kept][i], name)]));
  return { e, at: ({ name }) => defined(now.get(name), name) };
}

/** This step's numbers in order, each of shape [1]. */
function bindScalars(e: Emitter, scalarNames: readonly string[]): readonly Value[] {
  if (scalarNames.length === 0) return [];
  const vector = e.graph.input(names.scalars, "float32", [scalarNames.length]);
  return scalarNames.length > 1
    ? e.split(
        vector,
        scalarNames.map(() => 1),
        0,
      )
    : [vector];
}

/** The loss that is differentiated. */
function combine(e: Emitter, spec: TrainingSpec, parts: readonly TargetLoss[], flat: FlatBindings): CombinedStep {
  const { combination, targets } = combinedLosses(spec.training, spec.targets);
  return combination.lower({ e, targets, losses: parts.map(({ loss }) => loss), learned: ({ name }) => flat.learned(name) });
}

/** Whether each target's loss is an output of its own: an only one, times its weight, is the whole, unless a factor is learned. */
export function tellsParts({ training, targets }: Pick<TrainingSpec, "training" | "targets">): boolean {
  return targets.length > 1 || combinedLosses(training, targets).combination.learns === true;
}

function refuseNothing({ parameterCount, frozenCount }: TrainingSpec["layout"]): void {
  if (parameterCount === 0) throw new LatheError("model.layer", "the model has nothing to train: no layer has parameters; add a Linear layer");
  if (frozenCount === parameterCount)
    throw new LatheError("model.layer", "the model has nothing to train: every layer with parameters is frozen; take one at least out of training.groups");
}

/** Length and first value of the vectors that a program carries beside parameters and buffers. */
export function carriedVectors(program: StepProgram): readonly { readonly name: string; readonly size: number; readonly fill: number }[] {
  return program.graph.inputs
    .filter((input) => input.name.startsWith("slot "))
    .map((input) => ({ name: input.name, size: Number(input.shape[0]), fill: program.slots[input.name] ?? 0 }));
}
