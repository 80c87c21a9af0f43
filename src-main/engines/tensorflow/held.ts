import type { Tensor } from "@tensorflow/tfjs-core";
import { LatheError } from "../../base/errors.js";
import { type DataType, type TensorData, numbersOf, showShape, tensor } from "../../onnx/types.js";
import type { Tf } from "./native.js";

/** TensorFlow.js's element types by ONNX's. It has no int64, so whole numbers above 2³¹ live on the host alone, and no float64 at all. */
const DEVICE_TYPE = { float32: "float32", int32: "int32", int64: "int32", uint8: "int32", bool: "bool" } as const satisfies Partial<Record<DataType, string>>;

/** Vectors longer than this are data, not dimensions: those are computed with on the device. */
const LONGEST = 1024;

const LARGEST = 2 ** 31 - 1;

/** Tensors that outlive the scopes of TensorFlow.js they were made in, until somebody lets them go. */
export class Pool {
  readonly #tensors: Tensor[] = [];

  constructor(readonly tf: Tf) {}

  /** @returns the same tensor. One that somebody else keeps stays theirs. */
  keep(t: Tensor): Tensor {
    if (!t.kept) this.#tensors.push(this.tf.keep(t));
    return t;
  }

  release(): void {
    for (const t of this.#tensors) t.dispose();
    this.#tensors.length = 0;
  }
}

interface Parts {
  readonly numbers?: ArrayLike<number>;
  readonly strings?: readonly string[];
  /** In the order of ONNX, `[N, C, …]`. */
  readonly device?: Tensor;
  /** The same with channels last, `[N, …, C]`. */
  readonly last?: Tensor;
}

/**
 * What flows along an edge of a graph as it runs: a tensor on the host, on the device, or both, each made from the other when somebody first asks. Shapes and
 * other whole numbers stay on the host, so that nothing waits for the device to learn a length. On the device a picture may lie with its channels last, as
 * TensorFlow's kernels read it: what passes from one such kernel to the next is never turned round.
 */
export class Held {
  readonly #pool: Pool;
  #numbers: ArrayLike<number> | undefined;
  readonly #strings: readonly string[] | undefined;
  #device: Tensor | undefined;
  #last: Tensor | undefined;

  /** @param dims in the order of ONNX. */
  constructor(
    pool: Pool,
    readonly dtype: DataType,
    readonly dims: readonly number[],
    parts: Parts,
  ) {
    if (dtype === "float64") throw new LatheError("graph.unsupported", "TensorFlow.js computes in float32 and has no float64; use the engine onnxruntime");
    this.#pool = pool;
    this.#numbers = parts.numbers;
    this.#strings = parts.strings;
    this.#device = parts.device;
    this.#last = parts.last;
  }

  /** A tensor of the caller's; its memory is read when the value is first asked for. */
  static of(pool: Pool, data: TensorData): Held {
    if (data.dtype === "string") return new Held(pool, data.dtype, data.dims, { strings: data.data });
    return new Held(pool, data.dtype, data.dims, { numbers: data.dtype === "int64" ? numbersOf(data) : data.data });
  }

  get size(): number {
    return this.dims.reduce((a, b) => a * b, 1);
  }

  /** True for whole numbers and truth values that are on the host and few: lengths, axes, bounds. They are computed with there. */
  get isLengths(): boolean {
    return this.#numbers !== undefined && this.dtype !== "float32" && this.#numbers.length <= LONGEST;
  }

  get isOnHost(): boolean {
    return this.#numbers !== undefined || this.#strings !== undefined;
  }

  /** True where the channels lie last and the other order has not been made. */
  get isChannelsLast(): boolean {
    return this.#last !== undefined && this.#device === undefined;
  }

  /** The values on the host; waits for the device where they are only there. */
  numbers(): ArrayLike<number> {
    if (this.#strings) throw new LatheError("graph.invalid", "expected numbers, got a tensor of strings");
    return (this.#numbers ??= this.tensor().dataSync<"float32">());
  }

  strings(): readonly string[] {
    if (!this.#strings) throw new LatheError("graph.invalid", `expected strings, got a tensor of ${this.dtype}`);
    return this.#strings;
  }

  /** The values on the device, in the order of ONNX. */
  tensor(): Tensor {
    return (this.#device ??= this.#pool.keep(this.#last ? toChannelsFirst(this.#pool.tf, this.#last) : this.#upload()));
  }

  /** The values on the device, channels last. @throws where there are fewer than three axes: then nothing says which are the channels. */
  channelsLast(): Tensor {
    if (this.dims.length < 3) throw new LatheError("graph.shape", `expected [N, C, …], got ${showShape(this.dims)}`);
    return (this.#last ??= this.#pool.keep(toChannelsLast(this.#pool.tf, this.tensor())));
  }

  /** Lets the value outlive the scope it was made in. */
  keep(): void {
    if (this.#device) this.#pool.keep(this.#device);
    if (this.#last) this.#pool.keep(this.#last);
  }

  /** A copy for the caller. @param into the caller's own tensor to fill in place of a new one. */
  read(into?: TensorData): TensorData {
    if (this.#strings) return { dtype: "string", dims: this.dims, data: this.#strings };
    if (into?.dtype === "float32" && this.dtype === "float32" && into.data.length === this.size) {
      into.data.set(this.numbers());
      return into;
    }
    if (into)
      throw new LatheError(
        "engine.failed",
        `the tensor to write to is ${into.dtype} ${showShape(into.dims)}, the result ${this.dtype} ${showShape(this.dims)}`,
      );
    return tensor(this.dtype === "string" ? "float32" : this.dtype, this.numbers(), this.dims);
  }

  #upload(): Tensor {
    const { dtype, dims } = this;
    if (dtype === "string" || dtype === "float64") throw new LatheError("graph.unsupported", `TensorFlow.js has no ${dtype} on the device`);
    const values = this.numbers();
    if (dtype === "int64") {
      const large = Array.prototype.find.call(values, (v: number) => v > LARGEST || v < -LARGEST) as number | undefined;
      if (large !== undefined) throw new LatheError("graph.unsupported", `TensorFlow.js counts to 2^31 only, got ${large}; use the engine onnxruntime`);
    }
    return this.#pool.tf.tensor(deviceArray(dtype, values), [...dims], DEVICE_TYPE[dtype]);
  }
}

/** TensorFlow.js takes these as they are; anything else it converts element by element. */
function deviceArray(dtype: keyof typeof DEVICE_TYPE, values: ArrayLike<number>): Float32Array | Int32Array | Uint8Array {
  switch (dtype) {
    case "float32":
      return values instanceof Float32Array ? values : Float32Array.from(values);
    case "bool":
      return values instanceof Uint8Array ? values : Uint8Array.from(values);
    default:
      return values instanceof Int32Array ? values : Int32Array.from(values);
  }
}

function toChannelsLast(tf: Tf, x: Tensor): Tensor {
  const axes = [...x.shape.keys()];
  return tf.transpose(x, [0, ...axes.slice(2), 1]);
}

function toChannelsFirst(tf: Tf, x: Tensor): Tensor {
  const axes = [...x.shape.keys()];
  return tf.transpose(x, [0, axes.length - 1, ...axes.slice(1, -1)]);
}
