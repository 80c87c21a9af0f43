import type { Picture } from "./picture.js";
import { WEIGHT_BITS, type Windows } from "./resample-windows.js";
import {
  type Code,
  type VectorModule,
  add,
  addVectors,
  bytesHigh,
  bytesLow,
  constant,
  dot,
  get,
  load,
  loadFour,
  loadSplat,
  loadVector,
  multiplyVectors,
  narrow,
  narrowToBytes,
  set,
  shiftLeft,
  shiftRight,
  shuffle,
  splat,
  startModule,
  step,
  storeFour,
  storeVector,
  until,
  wordsHigh,
  wordsLow,
} from "./vector-code.js";

/**
 * The passes of `resample.ts` in vectors, to the very bytes: sums of whole numbers are the same in any order. Pictures go through a memory of fixed size in
 * bands.
 */

/** Bits of each half of a weight. */
const HALF = WEIGHT_BITS / 2;
const PAGES = 128;
/** Vectors reach beyond the last byte they are for. */
const MARGIN = 64;
const ROOM = PAGES * 65536 - MARGIN;

/** Windows as the functions read them: for each output three words, where it begins and where its weights begin and end, then all weights. */
interface Table {
  readonly words: Int32Array;
  readonly outputs: number;
}

let started: VectorModule | false | undefined;

/** The functions of this thread; false where the machine has no vectors. */
function functions(): VectorModule | false {
  return (started ??= startModule({ rows3: rowsOfColour(), rows1: rowsOfGray(), columns: columns() }, PAGES) ?? false);
}

/** Along rows, of 1 or 3 channels. @returns undefined where it has to be done without vectors. */
export function rowsInVectors({ width: m, height, channels, data }: Picture, windows: Windows): Picture | undefined {
  const run = channels === 1 || channels === 3 ? functions() : false;
  const table = channels === 3 ? tableOf(windows, "colour") : tableOf(windows, "gray");
  const n = windows.length;
  const [from, to] = [m * channels, n * channels];
  const free = ROOM - table.words.byteLength;
  const band = Math.min(height, Math.floor(free / (from + to)));
  if (!run || band < 1) return undefined;
  const memory = new Uint8Array(run.memory.buffer);
  const [source, target] = [table.words.byteLength, table.words.byteLength + band * from];
  new Int32Array(run.memory.buffer).set(table.words);
  const out = new Uint8Array(height * to);
  for (let y = 0; y < height; y += band) {
    const rows = Math.min(band, height - y);
    memory.set(data.subarray(y * from, (y + rows) * from), source);
    // What is written first lies behind what is still to be read.
    run.call(channels === 3 ? "rows3" : "rows1", source, source + rows * from, target, from, table.outputs * 12);
    out.set(memory.subarray(target, target + rows * to), y * to);
  }
  return { width: n, height, channels, data: out };
}

/** Along columns. @returns undefined where it has to be done without vectors. */
export function columnsInVectors({ width, height, channels, data }: Picture, windows: Windows): Picture | undefined {
  const run = functions();
  const table = tableOf(windows, "plain");
  const stride = width * channels;
  const [n, source] = [windows.length, table.words.byteLength];
  const target = source + height * stride + MARGIN;
  if (!run || target + n * stride > ROOM) return undefined;
  const memory = new Uint8Array(run.memory.buffer);
  new Int32Array(run.memory.buffer).set(table.words);
  memory.set(data.subarray(0, height * stride), source);
  run.call("columns", source, target, stride, n * 12);
  return { width, height: n, channels, data: memory.slice(target, target + n * stride) };
}

const tables = new WeakMap<Windows, Map<string, Table>>();

/**
 * Weights by kind: in colour two taps share a word of 16 bits each, for the upper and for the lower half of a weight, since products of 16 bits go twice as
 * fast; in gray they come in fours. Taps that are made up weigh nothing.
 */
function tableOf(windows: Windows, kind: "colour" | "gray" | "plain"): Table {
  const known = tables.get(windows) ?? new Map<string, Table>();
  tables.set(windows, known);
  const made = known.get(kind);
  if (made) return made;
  const weights = windows.map(({ weights: own }): readonly number[] => {
    if (kind === "plain") return [...own];
    if (kind === "gray") return [...own, ...new Array<number>((4 - (own.length % 4)) % 4).fill(0)];
    const pairs = Array.from({ length: Math.ceil(own.length / 2) }, (_, k) => [own[2 * k] ?? 0, own[2 * k + 1] ?? 0] as const);
    const low = (w: number) => w & (2 ** HALF - 1);
    return pairs.flatMap(([a, b]) => [(a >> HALF) | ((b >> HALF) << 16), low(a) | (low(b) << 16)]);
  });
  const words: number[] = [];
  let at = windows.length * 3;
  windows.forEach(({ from }, i) => {
    const length = weights[i]?.length ?? 0;
    words.push(from * (kind === "colour" ? 3 : 1), at * 4, (at + length) * 4);
    at += length;
  });
  // To a multiple of 16 bytes.
  const all = [...words, ...weights.flat()];
  const table = { words: Int32Array.from([...all, ...new Array<number>((4 - (all.length % 4)) % 4).fill(0)]), outputs: windows.length };
  known.set(kind, table);
  return table;
}

const [SOURCE, END, TARGET, STRIDE, TABLE_END] = [0, 1, 2, 3, 4];
const [ENTRY, PIXEL, WEIGHT, WEIGHT_END] = [5, 6, 7, 8];
const [SUM, OTHER] = [9, 10];
const half: Code = [...constant(2 ** (WEIGHT_BITS - 1)), ...splat];
const zero: Code = [...constant(0), ...splat];

/** For each row, for each output: the weighted sum of its taps. @param finish adds what is in the locals up to the bytes of one output, `advance` long. */
function rows(begin: Code, tap: Code, finish: Code, advance: number): Code {
  return until(SOURCE, END, [
    ...constant(0),
    ...set(ENTRY),
    ...until(ENTRY, TABLE_END, [
      ...get(ENTRY),
      ...load(0),
      ...get(SOURCE),
      ...add,
      ...set(PIXEL),
      ...get(ENTRY),
      ...load(4),
      ...set(WEIGHT),
      ...get(ENTRY),
      ...load(8),
      ...set(WEIGHT_END),
      ...begin,
      ...until(WEIGHT, WEIGHT_END, tap),
      ...get(TARGET),
      ...finish,
      ...step(TARGET, constant(advance)),
      ...step(ENTRY, constant(12)),
    ]),
    ...step(SOURCE, get(STRIDE)),
  ]);
}

/** rows3(source, end, target, stride, table's end) */
function rowsOfColour() {
  // r0 r1 g0 g1 b0 b1 in 16 bits each, from r0 g0 b0 r1 g1 b1; 16 is a byte of zeros.
  const pairs = [0, 16, 3, 16, 1, 16, 4, 16, 2, 16, 5, 16, 16, 16, 16, 16];
  const tap = [
    ...get(PIXEL),
    ...loadVector(0),
    ...zero,
    ...shuffle(pairs),
    ...set(11),
    ...get(11),
    ...get(WEIGHT),
    ...loadSplat(0),
    ...dot,
    ...get(OTHER),
    ...addVectors,
    ...set(OTHER),
    ...get(11),
    ...get(WEIGHT),
    ...loadSplat(4),
    ...dot,
    ...get(SUM),
    ...addVectors,
    ...set(SUM),
    ...step(PIXEL, constant(6)),
    ...step(WEIGHT, constant(8)),
  ];
  const finish = [
    ...get(OTHER),
    ...shiftLeft(HALF),
    ...get(SUM),
    ...addVectors,
    ...shiftRight(WEIGHT_BITS),
    ...zero,
    ...narrow,
    ...zero,
    ...narrowToBytes,
    ...storeFour,
  ];
  return { parameters: 5, integers: 4, vectors: 3, body: rows([...half, ...set(SUM), ...zero, ...set(OTHER)], tap, finish, 3) };
}

/** rows1(source, end, target, stride, table's end) */
function rowsOfGray() {
  const tap = [
    ...get(PIXEL),
    ...loadFour,
    ...bytesLow,
    ...wordsLow,
    ...get(WEIGHT),
    ...loadVector(0),
    ...multiplyVectors,
    ...get(SUM),
    ...addVectors,
    ...set(SUM),
    ...step(PIXEL, constant(4)),
    ...step(WEIGHT, constant(16)),
  ];
  const turned = (by: number): Code => shuffle(Array.from({ length: 16 }, (_, k) => (k + by) % 16));
  const fold = (by: number): Code => [...get(SUM), ...get(SUM), ...turned(by), ...get(SUM), ...addVectors, ...set(SUM)];
  const finish = [
    ...fold(8),
    ...fold(4),
    ...get(SUM),
    ...half,
    ...addVectors,
    ...shiftRight(WEIGHT_BITS),
    ...zero,
    ...narrow,
    ...zero,
    ...narrowToBytes,
    ...storeFour,
  ];
  return { parameters: 5, integers: 4, vectors: 2, body: rows([...zero, ...set(SUM)], tap, finish, 1) };
}

/** columns(source, target, stride, table's end): 16 bytes of an output's row at a time. */
function columns() {
  const [source, target, stride, tableEnd, entry, x, pixel, weight, weightEnd] = [0, 1, 2, 3, 4, 5, 6, 7, 8];
  const sums = [9, 10, 11, 12];
  const [bytes, words, factor] = [13, 14, 15];
  const product = (from: number, halfOf: Code, sum: number): Code => [
    ...get(from),
    ...halfOf,
    ...get(factor),
    ...multiplyVectors,
    ...get(sum),
    ...addVectors,
    ...set(sum),
  ];
  const [a = 0, b = 0, c = 0, d = 0] = sums;
  const tap = [
    ...get(pixel),
    ...loadVector(0),
    ...set(bytes),
    ...get(weight),
    ...loadSplat(0),
    ...set(factor),
    ...get(bytes),
    ...bytesLow,
    ...set(words),
    ...product(words, wordsLow, a),
    ...product(words, wordsHigh, b),
    ...get(bytes),
    ...bytesHigh,
    ...set(words),
    ...product(words, wordsLow, c),
    ...product(words, wordsHigh, d),
    ...step(pixel, get(stride)),
    ...step(weight, constant(4)),
  ];
  const shifted = (sum: number): Code => [...get(sum), ...shiftRight(WEIGHT_BITS)];
  const body = [
    ...constant(0),
    ...set(entry),
    ...until(entry, tableEnd, [
      ...constant(0),
      ...set(x),
      ...until(x, stride, [
        // from · stride + x
        ...get(entry),
        ...load(0),
        ...get(stride),
        0x6c,
        ...get(x),
        ...add,
        ...get(source),
        ...add,
        ...set(pixel),
        ...get(entry),
        ...load(4),
        ...set(weight),
        ...get(entry),
        ...load(8),
        ...set(weightEnd),
        ...sums.flatMap((sum) => [...half, ...set(sum)]),
        ...until(weight, weightEnd, tap),
        ...get(target),
        ...get(x),
        ...add,
        ...shifted(a),
        ...shifted(b),
        ...narrow,
        ...shifted(c),
        ...shifted(d),
        ...narrow,
        ...narrowToBytes,
        ...storeVector,
        ...step(x, constant(16)),
      ]),
      ...step(target, get(stride)),
      ...step(entry, constant(12)),
    ]),
  ];
  return { parameters: 4, integers: 5, vectors: 7, body };
}
