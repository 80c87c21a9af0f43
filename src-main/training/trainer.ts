import { defined } from "../base/assert.js";
import { AsyncDisposableStore } from "../base/disposable.js";
import { LatheError } from "../base/errors.js";
import type { CompileOptions, Engine, Executable, Tensors } from "../engines/engine.js";
import type { TensorData } from "../onnx/types.js";
import { type DiagnosisEntry } from "./graphs/diagnosis-graph.js";
import { type Normalisers, normalisersOf } from "./graphs/normalisers.js";
import { combinedLoss, combinedLosses, termsOf } from "./combining/index.js";
import type { LossTerm } from "./combining/combination.js";
import { divisorsOf } from "./combining/normalized.js";
import { type Slice, initialBuffers, initialParameters, learnedName } from "./network/layout.js";
import { explainMemory } from "./network/memory.js";
import { type Weights, partTensors, putBack, weightsFor } from "./network/weights.js";
import { type TrainingSpec, names } from "./network/specification.js";
import { usedLayers } from "./network/used-inputs.js";
import { type WeightFigures, WeightsBeside } from "./weights-beside.js";
import { type StepProgram, buildStepProgram, carriedVectors, isMasked, tellsParts } from "./graphs/step-graph.js";

/** A batch as the loader hands it over: inputs, targets and uniforms under the names of `specification.names`. */
export interface TrainingBatch {
  readonly size: number;
  readonly tensors: Tensors;
}

export interface StepResult {
  readonly loss: number;
  /** By target, in the order of the spec. */
  readonly losses: readonly number[];
  /** What each of them is a mean over; only where samples may lack a target. */
  readonly weights?: readonly number[];
  /** Only from a step with diagnosis. */
  readonly diagnosis?: Float32Array;
}

/** All that training carries from step to step, by name, as flat vectors. */
export type StateVectors = Readonly<Record<string, Float32Array>>;

type FloatTensors = Record<string, TensorData & { dtype: "float32" }>;

/**
 * Runs optimizer steps. What the step's graph carries from step to step lives in two sets of buffers: a step reads one and writes the other, so nothing is
 * allocated or copied. On a processor the weights and the optimizer's vectors lie beside the graph and are updated in place once it has run. After a step that
 * went wrong, or whose loss is not a number, the state before it is still there.
 */
export class Trainer {
  readonly #spec: TrainingSpec;
  readonly #programs: { readonly plain: StepProgram; readonly diagnosing: StepProgram };
  readonly #plain: Executable;
  readonly #diagnosing: Executable;
  /** Weights and the optimizer's vectors where no graph carries them. */
  readonly #beside: WeightsBeside | undefined;
  /** What no step changes. */
  readonly #fixed: FloatTensors;
  #state: FloatTensors;
  #spare: FloatTensors;
  /** What is fed every step from where it lies. */
  readonly #fed: Tensors;
  /** Each set of buffers under the names of the outputs that are written to it, with where gradients go. */
  readonly #outputsInto = new Map<Tensors, Tensors>();
  readonly #scalars: TensorData & { dtype: "float32" };
  /** Where steps compute the rest of a network: what is frozen in all of it, and its running statistics, of which the state has those that the rest needs. */
  readonly #whole: Pick<Weights, "frozen" | "buffers"> | undefined;

  private constructor(
    spec: TrainingSpec,
    programs: { plain: StepProgram; diagnosing: StepProgram },
    { plain, diagnosing }: { readonly plain: Executable; readonly diagnosing: Executable },
    state: StateVectors,
    beside: WeightsBeside | undefined,
  ) {
    this.#spec = spec;
    this.#programs = programs;
    this.#plain = plain;
    this.#diagnosing = diagnosing;
    this.#beside = beside;
    this.#whole = spec.whole && { frozen: state[names.frozen] ?? new Float32Array(0), buffers: state[names.buffers] ?? new Float32Array(0) };
    const entries = Object.entries(stateOf(spec, state));
    const carried = entries.filter(([name]) => name !== names.frozen && !(beside && name === names.parameters));
    this.#fixed = tensorsOf(Object.fromEntries(entries.filter(([name]) => name === names.frozen)));
    this.#state = tensorsOf(Object.fromEntries(carried));
    this.#spare = tensorsOf(Object.fromEntries(carried.map(([name, v]) => [name, new Float32Array(v.length)])));
    for (const set of [this.#state, this.#spare]) {
      const next = Object.entries(set).map(([name, t]) => [names.next(name), t] as const);
      this.#outputsInto.set(set, { ...Object.fromEntries(next), ...beside?.gradients });
    }
    const k = programs.plain.scalarCount;
    this.#scalars = { dtype: "float32", dims: [k], data: new Float32Array(k) };
    beside?.parameters.set(defined(state[names.parameters], names.parameters));
    const frozen = this.#fixed[names.frozen]?.data ?? new Float32Array(0);
    const weights = beside ? { ...beside.weights, ...partTensors(spec.layout.frozen, frozen, names.part) } : this.#fixed;
    this.#fed = { ...weights, [names.scalars]: this.#scalars };
  }

  /** Compiles the step, with and without diagnosis, and gives the weights their first values: those of the spec, the others drawn from the seed. */
  static async create(spec: TrainingSpec, engine: Engine, options: CompileOptions, seed: number): Promise<Trainer> {
    const beside = WeightsBeside.create(spec, engine, options);
    const how = { ...options, updatedBeside: beside !== undefined };
    const programs = { plain: buildStepProgram(spec, engine, false, how), diagnosing: buildStepProgram(spec, engine, true, how) };
    const stepOptions = { ...options, batchSize: spec.training.batchSize };
    const opened = new AsyncDisposableStore();
    try {
      const plain = opened.add(await engine.compile(programs.plain.graph, stepOptions));
      const diagnosing = opened.add(await engine.compile(programs.diagnosing.graph, stepOptions));
      return new Trainer(spec, programs, { plain, diagnosing }, initialState(spec, programs.plain, seed), beside);
    } catch (thrown) {
      await opened.dispose();
      throw thrown;
    }
  }

  get diagnosisEntries(): readonly DiagnosisEntry[] {
    return this.#programs.diagnosing.diagnosis;
  }

  /** The vectors themselves, not copies: valid until the next step. */
  get state(): StateVectors {
    const own = this.#vectors();
    return this.#whole ? { ...own, ...withoutEmpty({ [names.buffers]: this.buffers, [names.frozen]: this.frozen }) } : own;
  }

  get parameters(): Float32Array {
    return this.#beside?.parameters ?? defined(this.#state[names.parameters], "the parameters").data;
  }

  get buffers(): Float32Array {
    const now = this.#state[names.buffers]?.data ?? new Float32Array(0);
    const { whole, layout } = this.#spec;
    return this.#whole && whole ? putBack(this.#whole.buffers, whole.layout.buffers, layout.buffers, now) : now;
  }

  get frozen(): Float32Array {
    return this.#whole?.frozen ?? this.#fixed[names.frozen]?.data ?? new Float32Array(0);
  }

  /** What lies in the vectors of the weights, in the order in which it does. */
  get tensors(): readonly { readonly vector: string; readonly name: string; readonly shape: readonly number[] }[] {
    const { parameters, frozen, buffers } = (this.#spec.whole ?? this.#spec).layout;
    return Object.entries({ [names.parameters]: parameters, [names.frozen]: frozen, [names.buffers]: buffers }).flatMap(([vector, slices]) =>
      slices.map(({ name, shape }) => ({ vector, name, shape })),
    );
  }

  /** Layers with weights or running statistics that are not trained. */
  get frozenLayers(): readonly string[] {
    const { plan, layout } = this.#spec.whole ?? this.#spec;
    const holding = new Set([...layout.frozen, ...layout.buffers].map(({ owner }) => owner));
    return [...new Set(plan.layers.flatMap(({ owner, frozen }) => (frozen === true && holding.has(owner) ? [owner] : [])))];
  }

  /** Where losses are normalized, what each is divided by from now on. */
  get divisors(): readonly number[] | undefined {
    return divisorsOf(this.#state[names.maxima]?.data);
  }

  /** How the losses of the targets are told as one. @param parameters with what was learned for them */
  lossTerms(divisors = this.divisors, parameters = this.parameters): readonly LossTerm[] {
    const { training, targets, layout } = this.#spec;
    const losses = combinedLosses(training, targets);
    const learned =
      losses.combination.learns && targets.map(({ name }) => parameters[defined(sliceOf(layout.parameters, learnedName(name)), name).offset] ?? 0);
    return termsOf(losses, { divisors, ...(learned ? { learned } : {}) });
  }

  /** Whether the factors of the losses in the loss of all come of training, so that they are told. */
  get findsFactors(): boolean {
    return combinedLosses(this.#spec.training, this.#spec.targets).combination.found === true;
  }

  /**
   * What a schedule is told of a loss. PyTorch's plateau asks for a share of the best value, which means nothing of one around 0, and of one below 0 it takes
   * what stays the same for better; so of a log-likelihood, which learned factors make the loss, it is told the exponential.
   */
  scheduledLoss(loss: number): number {
    const { learns } = combinedLosses(this.#spec.training, this.#spec.targets).combination;
    return learns ? Math.exp(Math.min(loss, 700)) : loss;
  }

  /**
   * What shows whether the network learns: the loss as it is told, but where factors are learned, by those that it began with, or their learning would show.
   */
  watchedLoss(terms: readonly LossTerm[], losses: readonly (number | null)[]): number {
    const all = combinedLosses(this.#spec.training, this.#spec.targets);
    return combinedLoss(all.combination.learns ? termsOf(all, {}) : terms, losses);
  }

  /** The normalisation layer that fits before and after each layer. */
  get normalisers(): Normalisers {
    return normalisersOf(this.#spec);
  }

  /** Of figures by layer those of layers that lead to an output: no gradient reaches the others, whatever is done to them. */
  onTheWay<T>(layers: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
    const used = new Set(usedLayers((this.#spec.whole ?? this.#spec).plan).layers.flatMap(({ id, owner }) => [id, owner]));
    return Object.fromEntries(Object.entries(layers).filter(([layer]) => used.has(layer)));
  }

  /** What owns the first weight or running statistic that is not a finite number: a layer, or a target's loss. */
  get brokenOwner(): string | undefined {
    const { layout } = this.#spec.whole ?? this.#spec;
    const broken = (vector: Float32Array, slices: readonly Slice[]) => {
      const at = vector.findIndex((value) => !Number.isFinite(value));
      return at < 0 ? undefined : slices.find(({ offset, size }) => at >= offset && at < offset + size)?.owner;
    };
    return broken(this.parameters, layout.parameters) ?? broken(this.buffers, layout.buffers);
  }

  restore(state: StateVectors): void {
    this.#whole?.frozen.set(defined(state[names.frozen], names.frozen));
    if (this.#whole && this.#whole.buffers.length > 0) this.#whole.buffers.set(defined(state[names.buffers], names.buffers));
    const own = stateOf(this.#spec, state);
    for (const [name, vector] of Object.entries(this.#vectors())) vector.set(defined(own[name], name));
  }

  /** All that steps read and change, in the order of a checkpoint. */
  #vectors(): StateVectors {
    const dataOf = (tensors: FloatTensors) => Object.fromEntries(Object.entries(tensors).map(([name, t]) => [name, t.data]));
    return { [names.parameters]: this.parameters, ...dataOf(this.#state), ...this.#beside?.slots, ...dataOf(this.#fixed) };
  }

  /**
   * One optimizer step. Where its loss is not a finite number the state stays as before.
   * @param step counts from 1 over the whole run.
   * @throws LatheError `engine.failed`, `training.batch` where memory ran out
   */
  async step(batch: TrainingBatch, step: number, learningRate: number, diagnose: boolean): Promise<StepResult> {
    const result = this.#read(await this.#run(diagnose ? this.#diagnosing : this.#plain, batch, step, learningRate), diagnose);
    if (!Number.isFinite(result.loss)) return result;
    [this.#state, this.#spare] = [this.#spare, this.#state];
    if (!diagnose || !result.diagnosis) this.#beside?.update(step, learningRate);
    else if (this.#beside) this.#fillIn(result.diagnosis, this.#beside.measuredUpdate(step, learningRate));
    return result;
  }

  /** Looks at a step whose loss was not a finite number again, with diagnosis, to find where that began. The state stays as it is. */
  async lookBack(batch: TrainingBatch, step: number, learningRate: number): Promise<StepResult> {
    return this.#read(await this.#run(this.#diagnosing, batch, step, learningRate), true);
  }

  /** Of a diagnosis what the graph leaves out where it does not update weights. */
  #fillIn(diagnosis: Float32Array, figures: WeightFigures): void {
    const all: Partial<Record<DiagnosisEntry["quantity"], ReadonlyMap<string, number>>> = figures;
    this.diagnosisEntries.forEach(({ layer, quantity }, i) => {
      const of = all[quantity];
      if (of) diagnosis[i] = of.get(layer) ?? 0;
    });
  }

  async dispose(): Promise<void> {
    try {
      await this.#plain.dispose();
    } finally {
      await this.#diagnosing.dispose();
    }
  }

  async #run(executable: Executable, batch: TrainingBatch, step: number, learningRate: number): Promise<Tensors> {
    this.#programs.plain.writeScalars(this.#scalars.data, step, learningRate, batch.size);
    const into = this.#outputsInto.get(this.#spare);
    try {
      return await executable.run({ ...this.#fed, ...this.#state, ...batch.tensors }, into);
    } catch (thrown) {
      throw explainMemory(thrown, batch.size);
    }
  }

  #read(result: Tensors, diagnosed: boolean): StepResult {
    const loss = floats(result, names.loss)[0] ?? Number.NaN;
    const losses = tellsParts(this.#spec) ? [...floats(result, names.losses)] : this.lossTerms().map(({ factor }) => loss / factor);
    const told = isMasked(this.#spec) ? { loss, losses, weights: [...floats(result, names.weights)] } : { loss, losses };
    if (!diagnosed) return told;
    const diagnosis = floats(result, names.diagnosis);
    if (this.#beside) this.#fillIn(diagnosis, this.#beside.look());
    return { ...told, diagnosis };
  }
}

/** The weights of a network before the first step. */
export function initialWeights({ layout, first }: Pick<TrainingSpec, "layout" | "first">, seed: number): Weights {
  return {
    parameters: initialParameters(layout.parameters, seed, first),
    frozen: initialParameters(layout.frozen, seed, first),
    buffers: initialBuffers(layout, first),
  };
}

/** The state before the first step, of all of the network. */
export function initialState(spec: TrainingSpec, program: StepProgram, seed: number): StateVectors {
  const { parameters, frozen, buffers } = initialWeights({ ...spec, ...spec.whole }, seed);
  return {
    [names.parameters]: parameters,
    ...withoutEmpty({ [names.frozen]: frozen, [names.buffers]: buffers }),
    ...Object.fromEntries(carriedVectors(program).map(({ name, size, fill }) => [name, new Float32Array(size).fill(fill)])),
  };
}

/** Of the state of a whole network what its rest is computed with. */
function stateOf(spec: TrainingSpec, state: StateVectors): StateVectors {
  if (!spec.whole) return state;
  const none = new Float32Array(0);
  const { [names.frozen]: frozen = none, [names.buffers]: buffers = none, ...others } = state;
  const part = weightsFor(spec, { parameters: none, frozen, buffers });
  return { ...others, ...withoutEmpty({ [names.frozen]: part.frozen, [names.buffers]: part.buffers }) };
}

function withoutEmpty(vectors: StateVectors): StateVectors {
  return Object.fromEntries(Object.entries(vectors).filter(([, vector]) => vector.length > 0));
}

function sliceOf(slices: readonly Slice[], name: string): Slice | undefined {
  return slices.find((slice) => slice.name === name);
}

/** A float32 result. */
export function floats(tensors: Tensors, name: string): Float32Array {
  const found = defined(tensors[name], `output ${name}`);
  if (found.dtype !== "float32") throw new LatheError("internal", `${name} is ${found.dtype}, expected float32`);
  return found.data;
}

function tensorsOf(vectors: StateVectors): FloatTensors {
  return Object.fromEntries(Object.entries(vectors).map(([name, data]) => [name, { dtype: "float32" as const, dims: [data.length], data }]));
}
