/**
 * Just enough of an assembler for inner loops over pixels in WebAssembly's vectors of 128 bits: instructions by name, and modules of functions over one memory.
 * https://webassembly.github.io/spec/core/binary
 */
export type Code = readonly number[];

/** LEB128. */
const unsigned = (value: number): Code => (value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)]);
const signed = (value: number): Code => (value >= -64 && value < 64 ? [value & 0x7f] : [(value & 0x7f) | 0x80, ...signed(value >> 7)]);
const vector = (opcode: number): Code => [0xfd, ...unsigned(opcode)];
const list = (items: readonly Code[]): Code => [...unsigned(items.length), ...items.flat()];
const sized = (content: Code): Code => [...unsigned(content.length), ...content];
/** Of an access to memory: no alignment is promised. */
const at = (offset: number): Code => [0, ...unsigned(offset)];

export const get = (local: number): Code => [0x20, local];
export const set = (local: number): Code => [0x21, local];
export const constant = (value: number): Code => [0x41, ...signed(value)];
export const load = (offset: number): Code => [0x28, ...at(offset)];
export const add: Code = [0x6a];
/** Adds to a local. */
export const step = (local: number, by: Code): Code => [...get(local), ...by, ...add, ...set(local)];
/** Does something while a local is below another, at least once. */
export const until = (local: number, end: number, body: Code): Code => [0x03, 0x40, ...body, ...get(local), ...get(end), 0x49, 0x0d, 0, 0x0b];

export const loadVector = (offset: number): Code => [...vector(0x00), ...at(offset)];
/** The value of 32 bits at an address in all four lanes; in the first one, beside zeros. */
export const loadSplat = (offset: number): Code => [...vector(0x09), ...at(offset)];
export const loadFour: Code = [...vector(0x5c), ...at(0)];
export const storeVector: Code = [...vector(0x0b), ...at(0)];
/** Stores the first lane of 32 bits. */
export const storeFour: Code = [...vector(0x5a), ...at(0), 0];
export const splat: Code = vector(0x11);
/** Bytes by their numbers among the 32 of two vectors. */
export const shuffle = (bytes: Code): Code => [...vector(0x0d), ...bytes];
/** The lower, the upper eight bytes as 16 bits each; so four of those as 32 bits each. */
export const [bytesLow, bytesHigh, wordsLow, wordsHigh] = [vector(0x89), vector(0x8a), vector(0xa9), vector(0xaa)];
/** Two vectors of 32 bits as one of 16, and those as bytes of 0 to 255, what lies outside brought to the ends. */
export const [narrow, narrowToBytes] = [vector(0x85), vector(0x66)];
export const [addVectors, multiplyVectors] = [vector(0xae), vector(0xb5)];
/** Products of 16 bits, neighbours added. */
export const dot: Code = vector(0xba);
export const shiftLeft = (bits: number): Code => [...constant(bits), ...vector(0xab)];
export const shiftRight = (bits: number): Code => [...constant(bits), ...vector(0xac)];

/** A function of parameters of 32 bits that returns nothing; its locals are its parameters, then `integers` of 32 bits, then `vectors`. */
export interface VectorFunction {
  readonly parameters: number;
  readonly integers: number;
  readonly vectors: number;
  readonly body: Code;
}

/** Functions by name over one memory. */
export interface VectorModule {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly call: (name: string, ...parameters: readonly number[]) => void;
}

/** What is used of the global `WebAssembly`, which Node's types leave to the browser's. */
interface WebAssemblyLike {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: Readonly<Record<string, unknown>> };
  readonly validate: (bytes: Uint8Array) => boolean;
}

/** Assembles and starts a module with `pages` of 64 KiB. @returns undefined where the machine has no such vectors. */
export function startModule(functions: Readonly<Record<string, VectorFunction>>, pages: number): VectorModule | undefined {
  const { WebAssembly: machine } = globalThis as { readonly WebAssembly?: WebAssemblyLike };
  const all = Object.entries(functions);
  const name = (text: string): Code => sized([...new TextEncoder().encode(text)]);
  const section = (id: number, items: readonly Code[]): Code => [id, ...sized(list(items))];
  const bytes = Uint8Array.from([
    0x00,
    0x61,
    0x73,
    0x6d,
    1,
    0,
    0,
    0,
    ...section(
      1,
      all.map(([, { parameters }]) => [0x60, ...list(Array.from({ length: parameters }, () => [0x7f])), 0]),
    ),
    ...section(
      3,
      all.map((_, k) => unsigned(k)),
    ),
    ...section(5, [[0, ...unsigned(pages)]]),
    ...section(7, [[...name("memory"), 2, 0], ...all.map(([key], k) => [...name(key), 0, ...unsigned(k)])]),
    ...section(
      10,
      all.map(([, { integers, vectors, body }]) =>
        sized([
          ...list([
            [...unsigned(integers), 0x7f],
            [...unsigned(vectors), 0x7b],
          ]),
          ...body,
          0x0b,
        ]),
      ),
    ),
  ]);
  if (!machine?.validate(bytes)) return undefined;
  const { exports } = new machine.Instance(new machine.Module(bytes));
  return {
    memory: exports["memory"] as VectorModule["memory"],
    call: (key, ...parameters) => (exports[key] as (...all: readonly number[]) => void)(...parameters),
  };
}
