/** The little of WebAssembly's binary format that a pass is written in (https://webassembly.github.io/spec/core/binary). */

/** Types of values. */
export const I32 = 0x7f;
export const F32 = 0x7d;
export const F64 = 0x7c;
export const V128 = 0x7b;

/** Bytes of instructions and of what is in them. */
export type Code = readonly number[];

/** A whole number, seven bits a byte, the lowest first (unsigned LEB128). */
export function unsigned(value: number): Code {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

/** The same with a sign. */
export function signed(value: number): Code {
  const rest = value >> 7;
  const ends = (rest === 0 && (value & 0x40) === 0) || (rest === -1 && (value & 0x40) !== 0);
  return ends ? [value & 0x7f] : [(value & 0x7f) | 0x80, ...signed(rest)];
}

const sized = (bytes: Code): Code => [...unsigned(bytes.length), ...bytes];
const list = (entries: readonly Code[]): Code => [...unsigned(entries.length), ...entries.flat()];
const word = (text: string): Code => sized([...new TextEncoder().encode(text)]);
const vector = (op: number, ...immediate: readonly number[]): Code => [0xfd, ...unsigned(op), ...immediate];
/** Vectors begin wherever they do: 2⁰ bytes of alignment, no offset. */
const ANYWHERE = [0, 0] as const;

/** Instructions, named as in the text format. */
export const wasm = {
  get: (local: number): Code => [0x20, ...unsigned(local)],
  set: (local: number): Code => [0x21, ...unsigned(local)],
  i32: { const: (value: number): Code => [0x41, ...signed(value)], add: [0x6a], sub: [0x6b], ltU: [0x49], and: [0x71], shl: [0x74] },
  f64: { add: [0xa0], promote: [0xbb] },
  f32: { demote: [0xb6] },
  v128: {
    load: vector(0x00, ...ANYWHERE),
    /** One number; the others are 0. */
    load32Zero: vector(0x5c, ...ANYWHERE),
    store: vector(0x0b, ...ANYWHERE),
    store32Lane0: vector(0x5a, ...ANYWHERE, 0),
    /** Four times the same number. */
    const: (value: number): Code => {
      const bytes = [...new Uint8Array(Float32Array.of(value, value, value, value).buffer)];
      return vector(0x0c, ...bytes);
    },
    and: vector(0x4e),
    xor: vector(0x51),
    /** The upper two numbers of one vector, twice given, in the place of the lower two. */
    upper: vector(0x0d, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15),
  },
  f32x4: {
    splat: vector(0x13),
    first: vector(0x1f, 0),
    abs: vector(0xe0),
    neg: vector(0xe1),
    sqrt: vector(0xe3),
    add: vector(0xe4),
    sub: vector(0xe5),
    mul: vector(0xe6),
    div: vector(0xe7),
    min: vector(0xe8),
    max: vector(0xe9),
  },
  f64x2: { promoteLow: vector(0x5f), add: vector(0xf0), lane: (lane: 0 | 1): Code => vector(0x21, lane) },
  /** Repeats while the number that `body` leaves is not 0; `body` begins at least once. */
  loop: (body: Code): Code => [0x03, 0x40, ...body, 0x0d, 0x00, 0x0b],
  /** Does `body` if the number before it is not 0. */
  when: (body: Code): Code => [0x04, 0x40, ...body, 0x0b],
} as const;

export interface WasmFunction {
  readonly parameters: readonly number[];
  readonly result?: number;
  /** Types of locals, numbered on from the parameters. */
  readonly locals: readonly number[];
  readonly body: Code;
}

/** A module of one function `pass` over the memory that it is given as `lathe.memory`. */
export function wasmModule({ parameters, result, locals, body }: WasmFunction): Uint8Array {
  const section = (id: number, entries: readonly Code[]): Code => [id, ...sized(list(entries))];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, [[0x60, ...sized(parameters), ...sized(result === undefined ? [] : [result])]]),
    ...section(2, [[...word("lathe"), ...word("memory"), 0x02, 0x00, ...unsigned(1)]]),
    ...section(3, [[0]]),
    ...section(7, [[...word("pass"), 0x00, 0]]),
    ...section(10, [sized([...list(locals.map((type) => [1, type])), ...body, 0x0b])]),
  ]);
}
