/**
 * Seeded randomness without hidden state: every stream is named by numbers and words (seed, purpose, epoch, step …), so a resumed run
 * draws exactly what an uninterrupted one would have drawn and nothing about randomness needs to be saved.
 */

/** xoshiro128** 1.1 (Blackman, Vigna 2018), seeded by splitmix32 from a hash of the stream's name. */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  /** @param key the stream's name, e.g. `new Random(seed, "shuffle", epoch)`. */
  constructor(...key: readonly (number | string)[]) {
    let state = 0x9e3779b9;
    for (const part of key) state = hash(state, part);
    const next = () => {
      state = (state + 0x9e3779b9) | 0;
      let z = state ^ (state >>> 16);
      z = Math.imul(z, 0x21f0aaad);
      z ^= z >>> 15;
      z = Math.imul(z, 0x735a2d97);
      return z ^ (z >>> 15);
    };
    this.#a = next();
    this.#b = next();
    this.#c = next();
    this.#d = next() | 1;
  }

  /** A uniform unsigned 32-bit integer. */
  uint32(): number {
    const scrambled = Math.imul(this.#b, 5);
    const result = Math.imul((scrambled << 7) | (scrambled >>> 25), 9);
    const t = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= t;
    this.#d = (this.#d << 11) | (this.#d >>> 21);
    return result >>> 0;
  }

  /** Uniform in [0, 1), with the 24 bits a float32 can hold. */
  uniform(): number {
    return (this.uint32() >>> 8) * 2 ** -24;
  }

  /** Uniform integer in [0, bound), bound at most 2^32 (multiply-shift; bias below bound / 2^53). */
  below(bound: number): number {
    return Math.floor(((this.uint32() >>> 5) * 67108864 + (this.uint32() >>> 6)) * 2 ** -53 * bound);
  }

  /** Standard normal, by Box and Muller; uses two uniforms, keeps no spare. */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /** Fills an array with uniforms in [0, 1). */
  fillUniform(target: Float32Array): Float32Array {
    for (let i = 0; i < target.length; i++) target[i] = this.uniform();
    return target;
  }

  /** Fisher and Yates, in place. */
  shuffle<T extends Uint32Array | Float64Array | unknown[]>(items: T): T {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const swap = items[i];
      items[i] = items[j];
      items[j] = swap;
    }
    return items;
  }
}

function hash(state: number, part: number | string): number {
  const text = typeof part === "number" ? `#${part}` : `$${part}`;
  let h = state ^ 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  return h ^ (h >>> 13);
}
