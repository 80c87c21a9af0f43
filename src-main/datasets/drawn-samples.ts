import { type Draws, rowsOfSample } from "../base/draws.js";
import { LatheError } from "../base/errors.js";
import { Random } from "../base/random.js";
import type { Piece } from "./epoch-reader.js";

/** What is drawn, and where a record holds its class, in words. */
export interface DrawPlan {
  readonly draws: Draws;
  readonly offset: number;
}

/**
 * Draws, for each sample, others to compare it with: by Random(seed, "draws", epoch, row), from the records in memory at the time. So the draws of an epoch do
 * not depend on where it was resumed. A class of one sample is compared with itself.
 */
export class DrawnSamples {
  readonly #plan: DrawPlan;
  readonly #words: number;
  readonly #seed: number;
  readonly #path: string;
  #generation = -1;
  /** Records in memory, class by class, and where each class begins; a class that is absent begins where it ends. */
  #byClass = new Uint32Array(0);
  #starts = new Uint32Array(1);

  /** @param words of a record. @param path of the records, for messages. */
  constructor(plan: DrawPlan, words: number, seed: number, path: string) {
    this.#plan = plan;
    this.#words = words;
    this.#seed = seed;
    this.#path = path;
  }

  /** The same records, each followed by what is drawn for it. @throws LatheError `training.batch` where there is nothing of another class to draw. */
  beside(piece: Piece, epoch: number): Piece {
    if (piece.generation !== this.#generation) this.#index(piece);
    const rows = rowsOfSample(this.#plan.draws);
    const bases = new Uint32Array(piece.count * rows);
    for (let i = 0; i < piece.count; i++) {
      const base = piece.bases[piece.from + i] ?? 0;
      const random = new Random(this.#seed, "draws", epoch, piece.integers[base + this.#words - 1] ?? 0);
      bases[i * rows] = base;
      if (this.#plan.draws === "pairs") bases[i * rows + 1] = random.below(2) === 0 ? this.#alike(piece, base, random) : this.#unlike(piece, base, random);
      else {
        bases[i * rows + 1] = this.#alike(piece, base, random);
        bases[i * rows + 2] = this.#unlike(piece, base, random);
      }
    }
    return { ...piece, bases, from: 0, count: bases.length };
  }

  /** Another record of the class. */
  #alike(piece: Piece, base: number, random: Random): number {
    const [start, end] = this.#span(piece, base);
    if (end - start === 1) return base;
    const place = start + random.below(end - start - 1);
    const drawn = this.#byClass[place] ?? 0;
    // The sample's own place is taken by the last, which is not drawn otherwise.
    return drawn === base ? (this.#byClass[end - 1] ?? 0) : drawn;
  }

  /** A record of another class. */
  #unlike(piece: Piece, base: number, random: Random): number {
    const [start, end] = this.#span(piece, base);
    const others = this.#byClass.length - (end - start);
    if (others === 0)
      throw new LatheError(
        "training.batch",
        `all ${this.#byClass.length} samples that are read together from ${this.#path} are of one class, so that none can be compared with another class; ` +
          "use samples of at least two classes in every part",
      );
    const place = random.below(others);
    return this.#byClass[place < start ? place : place + end - start] ?? 0;
  }

  #span(piece: Piece, base: number): readonly [start: number, end: number] {
    const own = piece.integers[base + this.#plan.offset] ?? 0;
    return [this.#starts[own] ?? 0, this.#starts[own + 1] ?? 0];
  }

  #index({ generation, records, integers }: Piece): void {
    const classOf = (record: number) => integers[record * this.#words + this.#plan.offset] ?? 0;
    let classes = 0;
    for (let r = 0; r < records; r++) classes = Math.max(classes, classOf(r) + 1);
    const starts = new Uint32Array(classes + 1);
    const add = (to: Uint32Array, at: number, n: number) => (to[at] = (to[at] ?? 0) + n);
    for (let r = 0; r < records; r++) add(starts, classOf(r) + 1, 1);
    for (let c = 0; c < classes; c++) add(starts, c + 1, starts[c] ?? 0);
    const next = starts.slice();
    this.#byClass = new Uint32Array(records);
    for (let r = 0; r < records; r++) this.#byClass[add(next, classOf(r), 1) - 1] = r * this.#words;
    this.#starts = starts;
    this.#generation = generation;
  }
}
