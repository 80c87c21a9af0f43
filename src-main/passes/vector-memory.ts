import { defined } from "../base/assert.js";
import { type WebAssemblyLike, webAssemblyFor } from "../base/web-assembly.js";
import type { Pass } from "./compile-pass.js";

/** A stretch of every vector of a pass. */
export interface Stretch {
  readonly offset: number;
  readonly size: number;
}

/** A pass at its place: runs over a stretch, with the pass's numbers in their order. @returns its result, 0 where it has none */
export type StartedPass = (stretch: Stretch, numbers: readonly number[]) => number;

const PAGE = 2 ** 16;
const MOST_BYTES = 2 ** 32;
const FLOAT = 4;
/** Vectors begin where a processor's cache lines do, and one line further into a page each: four that begin alike are in each other's way. */
const LINE = 64;

/** Vectors of float32 in one memory that passes run over. */
export class VectorMemory {
  readonly #machine: WebAssemblyLike;
  readonly #memory: InstanceType<WebAssemblyLike["Memory"]>;
  readonly #vectors: ReadonlyMap<string, Float32Array>;

  private constructor(machine: WebAssemblyLike, memory: InstanceType<WebAssemblyLike["Memory"]>, vectors: ReadonlyMap<string, Float32Array>) {
    this.#machine = machine;
    this.#memory = memory;
    this.#vectors = vectors;
  }

  /**
   * @param lengths of the vectors, by name; they begin as zeros. @param passes that are to run over them
   * @returns undefined where the machine has no vectors of 128 bits, or the memory cannot be had: it is 4 GB at most
   */
  static create(lengths: Readonly<Record<string, number>>, passes: readonly Pass[]): VectorMemory | undefined {
    const machines = passes.map(({ code }) => webAssemblyFor(code));
    const [machine] = machines;
    if (!machine || machines.includes(undefined)) return undefined;
    let bytes = 0;
    const places = Object.entries(lengths).map(([name, length]) => {
      const place = bytes;
      bytes += Math.ceil((length * FLOAT) / LINE) * LINE + LINE;
      return { name, place, length };
    });
    if (bytes > MOST_BYTES) return undefined;
    const pages = Math.ceil(bytes / PAGE);
    try {
      const memory = new machine.Memory({ initial: pages, maximum: pages });
      return new VectorMemory(machine, memory, new Map(places.map(({ name, place, length }) => [name, new Float32Array(memory.buffer, place, length)])));
    } catch (thrown) {
      if (thrown instanceof RangeError) return undefined;
      throw thrown;
    }
  }

  /** The vector itself: what is written to it a pass reads. */
  vector(name: string): Float32Array {
    return defined(this.#vectors.get(name), `vector ${name}`);
  }

  /** @param vectorOf says in which vector a pass reads or writes what it calls so */
  start({ code, reads, writes }: Pass, vectorOf: (name: string) => string = (name) => name): StartedPass {
    const { exports } = new this.#machine.Instance(new this.#machine.Module(code), { lathe: { memory: this.#memory } });
    const pass = exports["pass"] as (...parameters: readonly number[]) => number | undefined;
    const places = [...reads, ...writes].map((name) => this.vector(vectorOf(name)).byteOffset);
    return ({ offset, size }, numbers) => pass(...places.map((place) => place + offset * FLOAT), size, ...numbers) ?? 0;
  }
}
