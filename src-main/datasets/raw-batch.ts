import { type DuckDBDataChunk, DuckDBFloatVector } from "@duckdb/node-api";
import { defined } from "../base/assert.js";
import { LatheError } from "../base/errors.js";
import type { Tensors } from "../engines/engine.js";
import type { FittedData, FittedInput, FittedTarget } from "../features/fitted.js";
import { kindOf, targetKindOf, textsOf } from "../features/index.js";
import type { LabelReader } from "../features/kind.js";
import type { Speller } from "../features/spelling.js";
import type { TensorData } from "../onnx/types.js";
import type { Wanted } from "./sources/source.js";

/** Rows as the exported model takes them. */
export interface RawBatch {
  readonly size: number;
  /** Row numbers in the file, from 1, the header not counted. */
  readonly rows: Uint32Array;
  /** Of a part that is read once more: where each row stands in the sample file. */
  readonly places?: Uint32Array;
  /** What to call each row, where that is not its number: a picture's path in its folder. */
  readonly names?: readonly string[];
  /** By input name: float32 `[n, columns]` with NaN for missing, string `[n, 1]` with "" for missing, or uint8 `[n, H, W, C]`. */
  readonly inputs: Tensors;
  /**
   * By target name, in the file's own units: int64 `[n]` for a category, float32 `[n, 1]` of 0 and 1, float32 `[n, columns]`; -1 and NaN where a row lacks it.
   * Empty where not asked for.
   */
  readonly targets: Tensors;
  /** By target name and place in the batch, the texts of a row that are no class, or no label, that training knew. Of targets that have some. */
  readonly strangers?: ReadonlyMap<string, ReadonlyMap<number, readonly string[]>>;
}

/** Inputs that say whether a column has a value: what they are of a row whose picture in that column cannot be read is 0. */
export function presencesOf({ inputs }: FittedData, column: string): readonly FittedInput[] {
  return inputs.filter((input) => kindOf(input).presence === true && kindOf(input).columnsOf(input).includes(column));
}

/** The columns fitted encoders read, each once. */
export function columnsOf(fitted: FittedData, withTargets: boolean): Wanted {
  const numbers = new Set<string>();
  const texts = new Set<string>();
  for (const input of fitted.inputs) {
    const kind = kindOf(input);
    for (const c of kind.columnsOf(input)) (kind.cells === "number" ? numbers : texts).add(c);
  }
  for (const target of withTargets ? fitted.targets : []) {
    const kind = targetKindOf(target);
    for (const c of kind.columnsOf(target)) (kind.cells === "number" ? numbers : texts).add(c);
  }
  const lists = (withTargets ? fitted.targets : []).flatMap((target) => {
    const kind = targetKindOf(target);
    return kind.lists?.(target) ? kind.columnsOf(target) : [];
  });
  return { numbers: [...numbers], texts: [...texts], lists };
}

/** What is selected for `RawAssembler`: numbers as FLOAT with NaN for missing, then texts with '' for missing. */
export function selectRaw(wanted: Wanted, number: (column: string) => string, text: (column: string) => string): readonly string[] {
  return [...wanted.numbers.map((c) => `CAST(coalesce(${number(c)}, CAST('NaN' AS DOUBLE)) AS FLOAT)`), ...wanted.texts.map((c) => `coalesce(${text(c)}, '')`)];
}

/** The same of `convertedRows`. */
export function selectConverted(wanted: Wanted): readonly string[] {
  return selectRaw(
    wanted,
    (c) => `n${wanted.numbers.indexOf(c)}`,
    (c) => `t${wanted.texts.indexOf(c)}`,
  );
}

/** By `input x` and `target y`. */
export type Spelling = ReadonlyMap<string, Speller>;

type Filler = (chunk: DuckDBDataChunk, picked: Int32Array, from: number, to: number, at: number) => void;

/** Gathers rows of DuckDB chunks into one batch after the other. Of pictures a batch has the paths, string `[n, 1]`. */
export class RawAssembler {
  readonly #fitted: FittedData;
  readonly #capacity: number;
  readonly #withTargets: boolean;
  readonly #position: (column: string) => number;
  readonly #spell: Spelling;
  #strangers = new Map<string, Map<number, readonly string[]>>();
  readonly #classReaders = new Map<string, (text: string) => number>();
  #fillers: readonly Filler[] = [];
  #inputs: Record<string, TensorData> = {};
  #targets: Record<string, TensorData> = {};
  #rows = new Uint32Array(0);
  #size = 0;

  /**
   * @param capacity rows in a full batch. @param first where the columns of `selectRaw` begin in the chunks. @param spell how an input's or target's texts
   * are read, by its name; omitted: they are in the spelling of training.
   */
  constructor(fitted: FittedData, capacity: number, withTargets: boolean, first: number, spell: Spelling = new Map()) {
    this.#fitted = fitted;
    this.#spell = spell;
    this.#capacity = capacity;
    this.#withTargets = withTargets;
    const { numbers, texts } = columnsOf(fitted, withTargets);
    const order = new Map([...numbers.map((c) => `n${c}`), ...texts.map((c) => `t${c}`)].map((key, k) => [key, first + k]));
    this.#position = (key) => defined(order.get(key), key);
    this.#allocate();
  }

  get size(): number {
    return this.#size;
  }

  get full(): boolean {
    return this.#size === this.#capacity;
  }

  /** Adds rows `picked[from…]` of a chunk as far as there is room. @returns how many. @param rowOf a row's number in the file by its place in the chunk. */
  add(chunk: DuckDBDataChunk, picked: Int32Array, from: number, to: number, rowOf: (i: number) => number): number {
    const end = Math.min(to, from + this.#capacity - this.#size);
    for (const fill of this.#fillers) fill(chunk, picked, from, end, this.#size);
    for (let s = from; s < end; s++) this.#rows[this.#size + s - from] = rowOf(picked[s] ?? 0);
    this.#size += end - from;
    return end - from;
  }

  /** The batch so far; the next one begins. */
  take(): RawBatch {
    const size = this.#size;
    const batch = {
      size,
      rows: this.#rows.subarray(0, size),
      inputs: cutAll(this.#inputs, size),
      targets: cutAll(this.#targets, size),
      ...(this.#strangers.size > 0 ? { strangers: this.#strangers } : {}),
    };
    this.#allocate();
    return batch;
  }

  #allocate(): void {
    const n = this.#capacity;
    const fillers: Filler[] = [];
    this.#inputs = {};
    this.#targets = {};
    this.#strangers = new Map();
    this.#rows = new Uint32Array(n);
    this.#size = 0;
    for (const input of this.#fitted.inputs) {
      const kind = kindOf(input);
      const columns = kind.columnsOf(input);
      this.#inputs[input.name] = kind.presence
        ? this.#presence(columns, n, fillers)
        : kind.cells === "number"
          ? this.#numbers(columns, n, fillers)
          : this.#texts(input, n, fillers);
    }
    for (const target of this.#withTargets ? this.#fitted.targets : []) {
      const kind = targetKindOf(target);
      this.#targets[target.name] = kind.cells === "number" ? this.#numbers(kind.columnsOf(target), n, fillers) : this.#classes(target, n, fillers);
    }
    this.#fillers = fillers;
  }

  #numbers(columns: readonly string[], n: number, fillers: Filler[]): TensorData {
    const width = columns.length;
    const data = new Float32Array(n * width);
    columns.forEach((column, k) => {
      const position = this.#position(`n${column}`);
      fillers.push((chunk, picked, from, to, at) => {
        const vector = floats(chunk, position);
        for (let s = from, target = at * width + k; s < to; s++, target += width) data[target] = vector.getItem(picked[s] ?? 0) ?? NaN;
      });
    });
    return { dtype: "float32", dims: [n, width], data };
  }

  #presence(columns: readonly string[], n: number, fillers: Filler[]): TensorData {
    const data = new Float32Array(n);
    const position = this.#position(`t${columns.join()}`);
    fillers.push((chunk, picked, from, to, at) => {
      const vector = chunk.getColumnVector(position);
      for (let s = from; s < to; s++) data[at + s - from] = vector.getItem(picked[s] ?? 0) === "" ? 0 : 1;
    });
    return { dtype: "float32", dims: [n, 1], data };
  }

  #texts(input: FittedInput, n: number, fillers: Filler[]): TensorData {
    const speller = this.#spell.get(`input ${input.name}`);
    const width = textsOf("", input).length;
    const data: string[] = new Array<string>(n * width).fill("");
    const position = this.#position(`t${kindOf(input).columnsOf(input).join()}`);
    fillers.push((chunk, picked, from, to, at) => {
      const vector = chunk.getColumnVector(position);
      for (let s = from, target = at * width; s < to; s++, target += width) {
        const text = String(vector.getItem(picked[s] ?? 0));
        textsOf(speller ? speller.read(text) : text, input).forEach((part, k) => (data[target + k] = part));
      }
    });
    return { dtype: "string", dims: [n, width], data };
  }

  #classes(target: FittedTarget, n: number, fillers: Filler[]): TensorData {
    const kind = targetKindOf(target);
    const reader = kind.reader?.(target);
    if (reader) return this.#labels(target, reader, n, fillers);
    const classOf = this.#readerOf(target);
    const speller = this.#spell.get(`target ${target.name}`);
    const position = this.#position(`t${kind.columnsOf(target).join()}`);
    const { tensor, put } = classTensor(target, n);
    fillers.push((chunk, picked, from, to, at) => {
      const vector = chunk.getColumnVector(position);
      for (let s = from; s < to; s++) {
        const text = String(vector.getItem(picked[s] ?? 0));
        const read = speller ? speller.read(text) : text;
        const index = classOf(read);
        put(at + s - from, index);
        if (index < 0 && read !== "") this.#meet(target.name, at + s - from, [read]);
      }
    });
    return tensor;
  }

  /** The same from batch to batch. */
  #readerOf(target: FittedTarget): (text: string) => number {
    const reader = this.#classReaders.get(target.name) ?? classReader(target);
    this.#classReaders.set(target.name, reader);
    return reader;
  }

  #meet(target: string, place: number, texts: readonly string[]): void {
    const met = this.#strangers.get(target) ?? new Map<number, readonly string[]>();
    this.#strangers.set(target, met.set(place, texts));
  }

  #labels(target: FittedTarget, reader: LabelReader, n: number, fillers: Filler[]): TensorData {
    const kind = targetKindOf(target);
    const [columns, width] = [kind.columnsOf(target), kind.width(target)];
    const data = new Float32Array(n * width);
    const positions = columns.map((column) => this.#position(`t${column}`));
    fillers.push((chunk, picked, from, to, at) => {
      const vectors = positions.map((position) => chunk.getColumnVector(position));
      for (let s = from; s < to; s++) {
        const cells = vectors.map((vector) => String(vector.getItem(picked[s] ?? 0)));
        const start = (at + s - from) * width;
        reader.read(cells, data, start);
        if (!data.subarray(start, start + width).includes(-1)) continue;
        const unknown = cells.flatMap((cell, k) => reader.faultsOf(cell, k)).filter((text) => text !== "");
        if (unknown.length > 0) this.#meet(target.name, at + s - from, unknown);
      }
    });
    return { dtype: "float32", dims: [n, width], data };
  }
}

/**
 * The class of a text as training spells it; -1 where it is missing or unknown. Of a kind that is judged on any class, each text that training did not know is
 * a class of its own from where it is first met on.
 */
export function classReader(target: FittedTarget): (text: string) => number {
  const kind = targetKindOf(target);
  const known = kind.classOf(target);
  if (!kind.open) return (text) => known.get(text) ?? -1;
  const classes = new Map(known);
  let next = new Set(known.values()).size;
  return (text) => {
    if (text === "") return -1;
    if (!classes.has(text)) classes.set(text, next++);
    return classes.get(text) ?? -1;
  };
}

/** Room for the classes of `n` rows, and what puts one there: int64 `[n]`, -1 for none that is known, or float32 `[n, 1]` of yes or no, NaN for neither. */
export function classTensor(target: FittedTarget, n: number): { readonly tensor: TensorData; readonly put: (row: number, index: number) => void } {
  if (target.type === "binary") {
    const data = new Float32Array(n);
    return { tensor: { dtype: "float32", dims: [n, 1], data }, put: (row, index) => (data[row] = index < 0 ? Number.NaN : index) };
  }
  const data = new BigInt64Array(n);
  return { tensor: { dtype: "int64", dims: [n], data }, put: (row, index) => (data[row] = BigInt(index)) };
}

function floats(chunk: DuckDBDataChunk, position: number): DuckDBFloatVector {
  const vector = chunk.getColumnVector(position);
  if (vector instanceof DuckDBFloatVector) return vector;
  throw new LatheError("internal", `column ${position} of a chunk is ${vector.type.toString()}, expected FLOAT`);
}

function cutAll(tensors: Record<string, TensorData>, size: number): Tensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, t]) => [name, firstRows(t, size)]));
}

/** The first `size` rows, without a copy where the type allows. */
export function firstRows(t: TensorData, size: number): TensorData {
  if (t.dims[0] === size) return t;
  const count = t.dims.slice(1).reduce((a, b) => a * b, size);
  const dims = [size, ...t.dims.slice(1)];
  switch (t.dtype) {
    case "float32":
      return { ...t, dims, data: t.data.subarray(0, count) };
    case "float64":
      return { ...t, dims, data: t.data.subarray(0, count) };
    case "int32":
      return { ...t, dims, data: t.data.subarray(0, count) };
    case "int64":
      return { ...t, dims, data: t.data.subarray(0, count) };
    case "uint8":
    case "bool":
      return { ...t, dims, data: t.data.subarray(0, count) };
    case "string":
      return { ...t, dims, data: t.data.slice(0, count) };
  }
}
