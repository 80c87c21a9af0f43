import {
  type Code,
  type VectorModule,
  addVectors,
  constant,
  get,
  loadVector,
  multiplyVectors,
  narrow,
  narrowToBytes,
  shiftRight,
  shuffle,
  splat,
  startModule,
  step,
  storeFour,
  until,
} from "./vector-code.js";

/** `luma` of `picture.ts` in vectors, four pixels at a time, to the very bytes. */
const PAGES = 16;
/** Pixels that go through the memory at a time: three bytes of each in, one out, and a margin that vectors reach into. */
const BAND = (PAGES * 65536 - 64) / 4;

const [SOURCE, END, TARGET] = [0, 1, 2];
const zero: Code = [...constant(0), ...splat];
/** Of four pixels one channel, as 32 bits each, times a factor; byte 16 is zero. */
const share = (channel: number, factor: number): Code => [
  ...get(SOURCE),
  ...loadVector(0),
  ...zero,
  ...shuffle([0, 3, 6, 9].flatMap((at) => [at + channel, 16, 16, 16])),
  ...constant(factor),
  ...splat,
  ...multiplyVectors,
];

let started: VectorModule | false | undefined;

/** @returns false where the machine has no vectors, and nothing was done. */
export function lumaInVectors(colours: Uint8Array, gray: Uint8Array): boolean {
  const run = (started ??=
    startModule(
      {
        luma: {
          parameters: 3,
          integers: 0,
          vectors: 0,
          body: until(SOURCE, END, [
            ...get(TARGET),
            ...share(0, 19595),
            ...share(1, 38470),
            ...addVectors,
            ...share(2, 7471),
            ...addVectors,
            ...constant(0x8000),
            ...splat,
            ...addVectors,
            ...shiftRight(16),
            ...zero,
            ...narrow,
            ...zero,
            ...narrowToBytes,
            ...storeFour,
            ...step(TARGET, constant(4)),
            ...step(SOURCE, constant(12)),
          ]),
        },
      },
      PAGES,
    ) ?? false);
  if (!run) return false;
  const memory = new Uint8Array(run.memory.buffer);
  for (let from = 0; from < gray.length; from += BAND) {
    const pixels = Math.min(BAND, gray.length - from);
    const target = pixels * 3 + 16;
    memory.set(colours.subarray(from * 3, (from + pixels) * 3));
    run.call("luma", 0, pixels * 3, target);
    gray.set(memory.subarray(target, target + pixels), from);
  }
  return true;
}
