import { defined } from "../base/assert.js";
import type { CompileOptions, Engine, Tensors } from "../engines/engine.js";
import type { Pass } from "../passes/compile-pass.js";
import { type StartedPass, VectorMemory } from "../passes/vector-memory.js";
import type { WeightFigure } from "./graphs/diagnosis-graph.js";
import { GRADIENTS, type UpdatePasses, compileUpdate } from "./graphs/update-graph.js";
import type { Slice } from "./network/layout.js";
import { type TrainingSpec, names } from "./network/specification.js";
import { partTensors } from "./network/weights.js";

/** The version of `config.json` from which weights are updated beside the graph. The sum that is clipped by is added up in another order there. */
const UPDATED_BESIDE = 5;

/** Figures of the diagnosis by layer, such as are told beside the graph. */
export type WeightFigures = Partial<Readonly<Record<WeightFigure, ReadonlyMap<string, number>>>>;

/**
 * Weights and the optimizer's vectors beside a step's graph, in memory that the graph reads weights from and writes gradients to, and that one pass updates in
 * place. In the graph each of the dozen nodes of an optimizer goes through all of that memory.
 */
export class WeightsBeside {
  readonly #spec: TrainingSpec;
  readonly #passes: UpdatePasses;
  readonly #started: {
    readonly norm: StartedPass | undefined;
    readonly groups: readonly { readonly update: StartedPass; readonly measured: StartedPass }[];
    readonly looks: Readonly<Record<keyof UpdatePasses["looks"], StartedPass>>;
  };
  readonly #memory: VectorMemory;
  /** What the step's graph reads and writes here, by the names of its inputs and outputs. */
  readonly weights: Tensors;
  readonly gradients: Tensors;

  private constructor(spec: TrainingSpec, passes: UpdatePasses, memory: VectorMemory) {
    this.#spec = spec;
    this.#passes = passes;
    this.#memory = memory;
    // What becomes of a vector is written over it.
    const vectorBehind = new Map([names.parameters, ...Object.keys(passes.slots).map(names.slot)].map((name) => [names.next(name), name]));
    const start = (pass: Pass) => memory.start(pass, (name) => vectorBehind.get(name) ?? name);
    this.#started = {
      norm: passes.norm && start(passes.norm),
      groups: passes.groups.map(({ update, measuredUpdate }) => ({ update: start(update), measured: start(measuredUpdate) })),
      looks: { gradientNorm: start(passes.looks.gradientNorm), weightNorm: start(passes.looks.weightNorm), parameterCheck: start(passes.looks.parameterCheck) },
    };
    const { parameters } = spec.layout;
    this.weights = partTensors(parameters, memory.vector(names.parameters), names.part);
    this.gradients = partTensors(parameters, memory.vector(GRADIENTS), names.gradient);
    for (const [slot, fill] of Object.entries(passes.slots)) memory.vector(names.slot(slot)).fill(fill);
  }

  /** @returns undefined where the weights have to be updated in the graph: on this engine or device, by this optimizer, in a run that began so */
  static create(spec: TrainingSpec, engine: Pick<Engine, "sharesMemory">, { device, asOf = UPDATED_BESIDE }: CompileOptions): WeightsBeside | undefined {
    if (asOf < UPDATED_BESIDE || !engine.sharesMemory(device)) return undefined;
    const passes = compileUpdate(spec);
    if (!passes) return undefined;
    const vectors = [names.parameters, GRADIENTS, ...Object.keys(passes.slots).map(names.slot)];
    const lengths = Object.fromEntries(vectors.map((name) => [name, spec.layout.trainedCount]));
    const updates = passes.groups.flatMap(({ update, measuredUpdate }) => [update, measuredUpdate]);
    const all = [...(passes.norm ? [passes.norm] : []), ...updates, ...Object.values(passes.looks)];
    const memory = VectorMemory.create(lengths, all);
    return memory && new WeightsBeside(spec, passes, memory);
  }

  get parameters(): Float32Array {
    return this.#memory.vector(names.parameters);
  }

  /** The optimizer's vectors, by the names that they have in a graph. */
  get slots(): Readonly<Record<string, Float32Array>> {
    return Object.fromEntries(Object.keys(this.#passes.slots).map((slot) => [names.slot(slot), this.#memory.vector(names.slot(slot))]));
  }

  /** One step by the gradients that the graph wrote. @param step from 1 */
  update(step: number, learningRate: number): void {
    const norm = this.#norm();
    this.#passes.groups.forEach((group, i) => this.#started.groups[i]?.update(group, group.numbers(step, learningRate, norm)));
  }

  /** The same, to the same bits, and tells what weights changed by. */
  measuredUpdate(step: number, learningRate: number): WeightFigures {
    const norm = this.#norm();
    const groups = this.#passes.groups.map((group, i) => ({
      end: group.offset + group.size,
      numbers: group.numbers(step, learningRate, norm),
      run: defined(this.#started.groups[i], "a group").measured,
    }));
    const measured = (slice: Slice) => {
      const { run, numbers } = defined(
        groups.find(({ end }) => slice.offset < end),
        slice.name,
      );
      return run(slice, numbers);
    };
    return { updateNorm: this.#byLayer(measured) };
  }

  /** Looks at the weights, and at the gradients that the graph wrote last. */
  look(): WeightFigures {
    const { gradientNorm, weightNorm, parameterCheck } = this.#started.looks;
    return {
      gradientNorm: this.#byLayer((slice) => gradientNorm(slice, [])),
      weightNorm: this.#byLayer((slice) => weightNorm(slice, [])),
      parameterCheck: this.#byLayer((slice) => parameterCheck(slice, [])),
    };
  }

  /** A figure of each tensor as one of all of its layer: norms as the norm of all, and what is 0 or NaN as that. */
  #byLayer(of: (slice: Slice) => number): ReadonlyMap<string, number> {
    const figures = new Map<string, number>();
    for (const slice of this.#spec.layout.parameters) figures.set(slice.owner, Math.hypot(figures.get(slice.owner) ?? 0, of(slice)));
    return figures;
  }

  #norm(): number {
    return this.#started.norm?.({ offset: 0, size: this.#spec.layout.trainedCount }, []) ?? 0;
  }
}
