import "./private.js";
import * as ort from "onnxruntime-node";
import { LatheError } from "../../base/errors.js";
import { own } from "../../base/own.js";
import type { DataType, TensorData } from "../../onnx/types.js";
import type { CompileOptions, Executable, Tensors } from "../engine.js";
import { discard } from "./discard.js";

export interface SessionOptions extends CompileOptions {
  /** Writes a trace of every operator's time, for the benchmark tool: a file `<prefix>_<date>.json` once the session is disposed of. */
  readonly profile?: string;
}

const DATA_TYPES: ReadonlySet<string> = new Set<DataType>(["float32", "float64", "int32", "int64", "uint8", "bool", "string"]);

/**
 * ONNX Runtime's view of a tensor: the same memory. Kept for as long as the tensor itself, since a training loop feeds the same few tensors over and over and
 * making a view costs more than a small operator.
 */
const views = new WeakMap<TensorData, ort.Tensor>();

/** @param name the graph's, for error messages. @throws LatheError `engine.failed` where ONNX Runtime refuses the model or the device. */
export async function createSession(name: string, model: Uint8Array, options: SessionOptions): Promise<Executable> {
  let session: ort.InferenceSession;
  try {
    session = await ort.InferenceSession.create(model, {
      executionProviders: options.device === "cpu" ? ["cpu"] : [options.device, "cpu"],
      intraOpNumThreads: options.threads,
      interOpNumThreads: 1,
      executionMode: "sequential",
      graphOptimizationLevel: "all",
      // Gradients of what has been learnt by heart are numbers below 1e-38, with which processors are many times slower. They count as 0.
      extra: { session: { set_denormal_as_zero: "1", ...(options.shares === true ? { intra_op: { allow_spinning: "0" } } : {}) } },
      logSeverityLevel: 4, // errors are thrown, with their reason; a second copy on the terminal is none the clearer
      ...(options.profile === undefined ? {} : { enableProfiling: true, profileFilePrefix: options.profile }),
    });
  } catch (thrown) {
    throw failure(`ONNX Runtime cannot prepare ${name} for the device ${options.device}`, thrown);
  }
  return new Session(name, session, options.profile !== undefined);
}

class Session implements Executable {
  readonly #name: string;
  readonly #session: ort.InferenceSession;
  readonly #profiling: boolean;
  readonly #inputs: readonly string[];
  readonly #outputs: readonly string[];
  #disposed = false;

  constructor(name: string, session: ort.InferenceSession, profiling: boolean) {
    this.#name = name;
    this.#session = session;
    this.#profiling = profiling;
    this.#inputs = session.inputNames; // asked for once: each access crosses into the native session
    this.#outputs = session.outputNames;
  }

  async run(feeds: Tensors, into: Tensors = {}): Promise<Tensors> {
    if (this.#disposed) throw new LatheError("engine.failed", `${this.#name} was run after it was disposed of`);
    const inputs: Record<string, ort.Tensor> = {};
    for (const name of this.#inputs) {
      const tensor = own(feeds, name);
      if (!tensor) throw new LatheError("engine.failed", `${this.#name} needs the input ${name}; it got ${Object.keys(feeds).join(", ") || "none"}`);
      inputs[name] = this.#viewOf(tensor, name);
    }
    const fetches: Record<string, ort.Tensor | null> = {};
    for (const name of this.#outputs) {
      const tensor = own(into, name);
      fetches[name] = tensor ? this.#viewOf(tensor, name) : null;
    }
    let results: ort.InferenceSession.OnnxValueMapType;
    try {
      results = await this.#session.run(inputs, fetches);
    } catch (thrown) {
      throw failure(`ONNX Runtime failed while running ${this.#name}`, thrown);
    }
    const outputs: Record<string, TensorData> = {};
    for (const name of this.#outputs) {
      const result = results[name];
      if (!result) throw new LatheError("engine.failed", `ONNX Runtime gave no output ${name} of ${this.#name}`);
      const given = own(into, name);
      if (given) discardCopy(result, given);
      outputs[name] = given ?? this.#dataOf(result, name);
    }
    return outputs;
  }

  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    if (this.#profiling) this.#session.endProfiling();
    await this.#session.release();
  }

  #viewOf(tensor: TensorData, name: string): ort.Tensor {
    let view = views.get(tensor);
    if (view) return view;
    if (tensor.dtype !== "string" && tensor.data.buffer instanceof SharedArrayBuffer) {
      throw new LatheError("engine.failed", `${name} of ${this.#name} lies in shared memory, which ONNX Runtime does not read; copy it to an array of its own`);
    }
    try {
      view = new ort.Tensor(tensor.dtype, tensor.data, tensor.dims);
    } catch (thrown) {
      throw failure(`${name} of ${this.#name} is not a tensor of ${tensor.dtype} [${tensor.dims.join(", ")}]`, thrown);
    }
    views.set(tensor, view);
    return view;
  }

  #dataOf(result: ort.OnnxValue, name: string): TensorData {
    if (!(result instanceof ort.Tensor) || !DATA_TYPES.has(result.type)) {
      throw new LatheError(
        "engine.failed",
        `the output ${name} of ${this.#name} holds ${"type" in result ? result.type : "no tensor"}, which Lathe does not read`,
      );
    }
    const data = { dtype: result.type, dims: result.dims, data: result.data } as TensorData;
    views.set(data, result); // an output fed back in, as weights are, is known already
    return data;
  }
}

/** ONNX Runtime for Node copies every output, also one that it has written where it was told to (js/node/src/inference_session_wrap.cc). */
function discardCopy(result: ort.OnnxValue, given: TensorData): void {
  if (!(result instanceof ort.Tensor) || result.location !== "cpu") return;
  const { data } = result;
  if (!Array.isArray(data) && given.dtype !== "string" && data.buffer !== given.data.buffer) discard(data);
}

function failure(what: string, thrown: unknown): LatheError {
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  return new LatheError("engine.failed", `${what}: ${reason}`, {}, { cause: thrown });
}
