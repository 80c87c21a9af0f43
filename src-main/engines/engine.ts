import type { DifferentiateOptions } from "../autodiff/differentiate.js";
import type { Emitter, Unfinished } from "../onnx/emitter.js";
import type { Graph, TensorData, Value } from "../onnx/types.js";

export type EngineName = "onnxruntime" | "tensorflow";

/** What is there, and if not, why. */
export interface EngineStatus {
  readonly name: EngineName;
  readonly available: boolean;
  readonly version?: string;
  readonly reason?: string;
  readonly devices: readonly DeviceStatus[];
}

export interface DeviceStatus {
  readonly name: string;
  readonly available: boolean;
  readonly reason?: string;
}

export interface CompileOptions {
  readonly device: string;
  /** Threads inside an operator. Results are reproducible for a given number. */
  readonly threads: number;
  /** Whether other threads have work meanwhile, as those that decode pictures: then those of an operator sleep while they wait for one another. */
  readonly shares?: boolean;
  /** Rows of most runs, for an engine that changes a graph to suit; decides what pays, never what comes out. Omitted, the graph runs as it is. */
  readonly batchSize?: number;
  /** The version of a run's `config.json`, by which a graph is changed to suit: the last bits are those of a run that began then; omitted: as now. */
  readonly asOf?: number | undefined;
}

export type Tensors = Readonly<Record<string, TensorData>>;

/** A compiled graph. */
export interface Executable {
  /**
   * Runs the graph once.
   * @param into tensors to write outputs to instead of allocating them; what is not named is allocated.
   * @throws LatheError `engine.failed`
   */
  run(feeds: Tensors, into?: Tensors): Promise<Tensors>;
  dispose(): Promise<void>;
}

/** What lies on the disk. */
export interface Installed {
  /** None where the engine is not installed. */
  readonly devices: readonly string[];
  /** Changes whenever what is installed does. */
  readonly version: string;
}

/** Runs ONNX graphs. */
export interface Engine {
  readonly name: EngineName;
  /** What could be tried. Quick and harmless: loads no library, so all of it may yet prove unavailable. */
  installed(): Promise<Installed>;
  /** What is installed. Cheap; whether a graphics card answers is for `probe` to say. */
  status(): Promise<EngineStatus>;
  /** Tries a device by a small computation. @returns why it does not work, or undefined where it does. */
  probe(device: string): Promise<string | undefined>;
  /**
   * Whether tensors are fed from where they lie in this process, and outputs written to where they are wanted: then weights may be updated beside the graph,
   * between its runs, without a copy.
   */
  sharesMemory(device: string): boolean;
  /** Rewrites a forward graph, exactly, where its gradient is then cheaper on this engine. Called before `differentiate`. @returns what to continue with */
  readonly prepare: (forward: Unfinished, options?: Pick<CompileOptions, "asOf">) => Unfinished;
  /**
   * Adds to the graph built so far nodes that compute ∂loss/∂x for each x in `wrt`, shaped and typed like x; zeros where the loss does not depend on x. How is
   * the engine's own affair: the graph that comes of it is for this engine to compile.
   * @param loss a float scalar.
   * @throws LatheError `graph.shape`, `autodiff.not-differentiable`, `autodiff.unsupported`
   */
  readonly differentiate: (e: Emitter, loss: Value, wrt: readonly Value[], options?: DifferentiateOptions) => readonly Value[];
  /** @throws LatheError `engine.failed` with the graph's name and the engine's reason. */
  compile(graph: Graph, options: CompileOptions): Promise<Executable>;
  /** @throws LatheError as `compile`. @param model the bytes of an ONNX file. */
  load(model: Uint8Array, options: CompileOptions): Promise<Executable>;
}
