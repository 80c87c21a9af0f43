import type { Picture } from "./picture.js";
import { WEIGHT_BITS, type Windows } from "./resample-windows.js";
import code from "./resample.wat";
import { type VectorModule, startModule } from "./vector-module.js";

/**
 * The passes of `resample.ts` in vectors, to the very bytes: sums of whole numbers are the same in any order. Pictures go through the memory of
 * `resample.wat`, whose size is fixed, in bands.
 */

/** Bits of each half of a weight. */
const HALF = WEIGHT_BITS / 2;
/** Vectors reach beyond the last byte they are for. */
const MARGIN = 64;

/** Windows as the functions read them: for each output three words, where it begins and where its weights begin and end, then all weights. */
interface Table {
  readonly words: Int32Array;
  readonly outputs: number;
}

let started: VectorModule | false | undefined;

/** The functions of this thread; false where the machine has no vectors. */
function functions(): VectorModule | false {
  return (started ??= startModule(code) ?? false);
}

/** Along rows, of 1 or 3 channels. @returns undefined where it has to be done without vectors. */
export function rowsInVectors({ width: m, height, channels, data }: Picture, windows: Windows): Picture | undefined {
  const run = channels === 1 || channels === 3 ? functions() : false;
  if (!run) return undefined;
  const memory = new Uint8Array(run.memory.buffer);
  const table = channels === 3 ? tableOf(windows, "colour") : tableOf(windows, "gray");
  const n = windows.length;
  const [from, to] = [m * channels, n * channels];
  const free = memory.length - MARGIN - table.words.byteLength;
  const band = Math.min(height, Math.floor(free / (from + to)));
  if (band < 1) return undefined;
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
  if (!run) return undefined;
  const memory = new Uint8Array(run.memory.buffer);
  const table = tableOf(windows, "plain");
  const stride = width * channels;
  const [n, source] = [windows.length, table.words.byteLength];
  const target = source + height * stride + MARGIN;
  if (target + n * stride > memory.length - MARGIN) return undefined;
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
