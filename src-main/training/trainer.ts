import { defined } from "../base/assert.js";
import { AsyncDisposableStore } from "../base/disposable.js";
import { LatheError } from "../base/errors.js";
import type { CompileOptions, Engine, Executable, Tensors } from "../engines/engine.js";
import type { TensorData } from "../onnx/types.js";
import { type DiagnosisEntry } from "./graphs/diagnosis-graph.js";
import { type Normalisers, normalisersOf } from "./graphs/normalisers.js";
import { type Slice, initialBuffers, initialParameters } from "./network/layout.js";
import { explainMemory } from "./network/memory.js";
import { type TrainingSpec, names } from "./network/specification.js";
import { type StepProgram, buildStepProgram, carriedVectors, isMasked } from "./graphs/step-graph.js";

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

/**
 * Runs optimizer steps. The state lives in two sets of buffers: a step reads one and writes the other, so nothing is allocated or copied, and after a step that
 * went wrong the state before it is still there.
 */
export class Trainer {
  readonly #spec: TrainingSpec;
  readonly #programs: { readonly plain: StepProgram; readonly diagnosing: StepProgram };
  readonly #plain: Executable;
  readonly #diagnosing: Executable;
  #state: Record<string, TensorData & { dtype: "float32" }>;
  #spare: Record<string, TensorData & { dtype: "float32" }>;
  /** Each set of buffers under the names of the outputs that are written to it. */
  readonly #outputsInto = new Map<Tensors, Tensors>();
  readonly #scalars: TensorData & { dtype: "float32" };

  private constructor(
    spec: TrainingSpec,
    programs: { plain: StepProgram; diagnosing: StepProgram },
    plain: Executable,
    diagnosing: Executable,
    state: StateVectors,
  ) {
    this.#spec = spec;
    this.#programs = programs;
    this.#plain = plain;
    this.#diagnosing = diagnosing;
    this.#state = tensorsOf(state);
    this.#spare = tensorsOf(Object.fromEntries(Object.entries(state).map(([name, v]) => [name, new Float32Array(v.length)])));
    for (const set of [this.#state, this.#spare]) this.#outputsInto.set(set, Object.fromEntries(Object.entries(set).map(([name, t]) => [names.next(name), t])));
    const k = programs.plain.scalarCount;
    this.#scalars = { dtype: "float32", dims: [k], data: new Float32Array(k) };
  }

  /** Compiles the step, with and without diagnosis, and draws the first weights from the seed. */
  static async create(spec: TrainingSpec, engine: Engine, options: CompileOptions, seed: number): Promise<Trainer> {
    const programs = { plain: buildStepProgram(spec, engine, false), diagnosing: buildStepProgram(spec, engine, true) };
    const stepOptions = { ...options, batchSize: spec.training.batchSize };
    const opened = new AsyncDisposableStore();
    try {
      const plain = opened.add(await engine.compile(programs.plain.graph, stepOptions));
      const diagnosing = opened.add(await engine.compile(programs.diagnosing.graph, stepOptions));
      return new Trainer(spec, programs, plain, diagnosing, initialState(spec, programs.plain, seed));
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
    return Object.fromEntries(Object.entries(this.#state).map(([name, t]) => [name, t.data]));
  }

  get parameters(): Float32Array {
    return defined(this.#state[names.parameters], "the parameters").data;
  }

  get buffers(): Float32Array {
    return this.#state[names.buffers]?.data ?? new Float32Array(0);
  }

  /** Where losses are normalized, the largest loss of any step so far by target. */
  get lossMaxima(): Float32Array | undefined {
    return this.#state[names.maxima]?.data;
  }

  /** The normalisation layer that fits before and after each layer. */
  get normalisers(): Normalisers {
    return normalisersOf(this.#spec);
  }

  /** The first layer with a weight or a running statistic that is not a finite number. */
  get brokenLayer(): string | undefined {
    const { layout } = this.#spec;
    const broken = (vector: Float32Array, slices: readonly Slice[]) => {
      const at = vector.findIndex((value) => !Number.isFinite(value));
      return at < 0 ? undefined : slices.find(({ offset, size }) => at >= offset && at < offset + size)?.owner;
    };
    return broken(this.parameters, layout.parameters) ?? broken(this.buffers, layout.buffers);
  }

  restore(state: StateVectors): void {
    for (const [name, t] of Object.entries(this.#state)) t.data.set(defined(state[name], name));
  }

  /**
   * One optimizer step.
   * @param step counts from 1 over the whole run.
   * @throws LatheError `engine.failed`, `training.batch` where memory ran out
   */
  async step(batch: TrainingBatch, step: number, learningRate: number, diagnose: boolean): Promise<StepResult> {
    const result = await this.#run(diagnose ? this.#diagnosing : this.#plain, batch, step, learningRate);
    [this.#state, this.#spare] = [this.#spare, this.#state];
    return this.#read(result, diagnose);
  }

  /** Takes the last step back and looks at it again with diagnosis, to find where numbers stopped being finite. The state stays as before that step. */
  async lookBack(batch: TrainingBatch, step: number, learningRate: number): Promise<StepResult> {
    [this.#state, this.#spare] = [this.#spare, this.#state];
    return this.#read(await this.#run(this.#diagnosing, batch, step, learningRate), true);
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
      return await executable.run({ ...this.#state, ...batch.tensors, [names.scalars]: this.#scalars }, into);
    } catch (thrown) {
      throw explainMemory(thrown, batch.size);
    }
  }

  #read(result: Tensors, diagnosed: boolean): StepResult {
    const loss = floats(result, names.loss)[0] ?? Number.NaN;
    // Of several targets each loss is told by itself; of one it is the whole, but for its weight.
    const losses =
      this.#spec.targets.length > 1
        ? [...floats(result, names.losses)]
        : this.#spec.targets.map(({ name }) => loss / (this.#spec.training.losses[name]?.weight ?? 1));
    const told = isMasked(this.#spec) ? { loss, losses, weights: [...floats(result, names.weights)] } : { loss, losses };
    return diagnosed ? { ...told, diagnosis: floats(result, names.diagnosis) } : told;
  }
}

/** The state before the first step. */
export function initialState(spec: TrainingSpec, program: StepProgram, seed: number): StateVectors {
  return {
    [names.parameters]: initialParameters(spec.layout, seed),
    ...(spec.layout.bufferCount > 0 ? { [names.buffers]: initialBuffers(spec.layout) } : {}),
    ...Object.fromEntries(carriedVectors(spec, program).map(({ name, size, fill }) => [name, new Float32Array(size).fill(fill)])),
  };
}

/** A float32 result. */
export function floats(tensors: Tensors, name: string): Float32Array {
  const found = defined(tensors[name], `output ${name}`);
  if (found.dtype !== "float32") throw new LatheError("internal", `${name} is ${found.dtype}, expected float32`);
  return found.data;
}

function tensorsOf(vectors: StateVectors): Record<string, TensorData & { dtype: "float32" }> {
  return Object.fromEntries(Object.entries(vectors).map(([name, data]) => [name, { dtype: "float32" as const, dims: [data.length], data }]));
}
