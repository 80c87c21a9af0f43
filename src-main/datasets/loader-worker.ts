import { workerData } from "node:worker_threads";
import { defined } from "../base/assert.js";
import { rowsOfSample } from "../base/draws.js";
import { Random } from "../base/random.js";
import { toLatheError } from "../base/errors.js";
import { keptDraw } from "./kept-draws.js";
import { DrawnSamples } from "./drawn-samples.js";
import { EpochReader } from "./epoch-reader.js";
import { augmentation, drawsOf } from "../transforms/index.js";
import type { Picture } from "../transforms/picture.js";
import { CONTROL, type LoaderWorkerData, type TensorPlan, bytesOf, samplesOfStep, signal } from "./loader-ring.js";

/** The loader's thread: fills the ring with batches, epoch after epoch, until told to go elsewhere. It never returns to its event loop. */

const plan = workerData as LoaderWorkerData;
const control = new Int32Array(plan.control);
const perSample = rowsOfSample(plan.drawn?.draws);

/** Views of a tensor's place in each slot. */
interface Place {
  readonly tensor: TensorPlan;
  readonly floats: readonly Float32Array<SharedArrayBuffer>[];
  readonly integers: readonly Int32Array<SharedArrayBuffer>[];
  readonly bytes: readonly Uint8Array<SharedArrayBuffer>[];
  /** How a picture is changed; undefined where it is not. */
  readonly augment: ((picture: Picture, random: Random) => Picture) | undefined;
}

try {
  const reader = new EpochReader(plan);
  work(reader);
  reader.close();
} catch (error) {
  // The message lies on the port before the other side is told that there is one.
  plan.errors.postMessage(JSON.parse(JSON.stringify(toLatheError(error).toRecord())));
  Atomics.store(control, CONTROL.failed, 1);
  signal(control, CONTROL.toMain);
}

function work(reader: EpochReader): void {
  const places = plan.tensors.map(placeOf);
  const drawn = plan.drawn ? new DrawnSamples(plan.drawn, reader.words, plan.seed, plan.path) : undefined;
  let command = 0;
  let epoch = 0;
  let step = 0;
  let written = 0;
  for (;;) {
    const seen = Atomics.load(control, CONTROL.toWorker);
    if (Atomics.load(control, CONTROL.closing) !== 0) return;
    const wanted = Atomics.load(control, CONTROL.command);
    if (wanted !== command) {
      command = wanted;
      epoch = Atomics.load(control, CONTROL.epoch);
      step = Atomics.load(control, CONTROL.step);
      written = 0;
      Atomics.store(control, CONTROL.written, 0);
      Atomics.store(control, CONTROL.read, 0);
      reader.seek(epoch, step * plan.batchSize);
      Atomics.store(control, CONTROL.taken, command);
      signal(control, CONTROL.toMain);
    }
    const room = command > 0 && written - Atomics.load(control, CONTROL.read) < plan.slots;
    if (!room) {
      Atomics.wait(control, CONTROL.toWorker, seen);
      continue;
    }
    fill(reader, drawn, places, written % plan.slots, epoch, step);
    // A batch made before a command that came meanwhile is dropped: the command sets both counters to zero.
    if (Atomics.load(control, CONTROL.command) !== command) continue;
    written++;
    Atomics.store(control, CONTROL.written, written);
    signal(control, CONTROL.toMain);
    step++;
    if (step === plan.stepsPerEpoch) {
      step = 0;
      if (!plan.repeats) epoch++;
      reader.seek(epoch, 0);
    }
  }
}

function placeOf(tensor: TensorPlan): Place {
  const size = bytesOf(tensor, plan.batchSize * perSample);
  const words = Math.floor(size / 4);
  const at = (slot: number) => slot * plan.slotBytes + tensor.at;
  const slots = Array.from({ length: plan.slots }, (_, s) => s);
  return {
    tensor,
    floats: slots.map((s) => new Float32Array(plan.ring, at(s), words)),
    integers: slots.map((s) => new Int32Array(plan.ring, at(s), words)),
    bytes: slots.map((s) => new Uint8Array(plan.ring, at(s), size)),
    augment: tensor.source.kind === "stored" && tensor.source.augment.length > 0 ? augmentation(tensor.source.augment) : undefined,
  };
}

function fill(reader: EpochReader, drawn: DrawnSamples | undefined, places: readonly Place[], slot: number, epoch: number, step: number): void {
  const rows = samplesOfStep(plan, step) * perSample;
  for (let row = 0; row < rows;) {
    const piece = reader.take((rows - row) / perSample);
    const { floats, integers, bases, from, count, stored, beside } = drawn?.beside(piece, epoch) ?? piece;
    // The row's number is the record's last word: a sample's draws are its own, wherever it stands in the epoch.
    const sampleAt = (base: number) => integers[base + reader.words - 1] ?? 0;
    const drawAt = (base: number) => keptDraw(plan.beside.length, plan.seed, epoch, sampleAt(base));
    for (const { tensor, augment, ...views } of places) {
      const { name, source, width, axes } = tensor;
      if (source.kind === "floats") {
        const target = views.floats[slot] ?? new Float32Array();
        let at = row * width;
        for (let i = from; i < from + count; i++) {
          const base = (bases[i] ?? 0) + source.offset;
          if (source.gaps) for (let k = 0; k < width; k++) target[at + k] = floats[base + k] || 0;
          else if (width > 64) target.set(floats.subarray(base, base + width), at);
          else for (let k = 0; k < width; k++) target[at + k] = floats[base + k] ?? 0;
          at += width;
        }
      } else if (source.kind === "stored") {
        const target = views.bytes[slot] ?? new Uint8Array();
        const { bytes: all, at: placeIn } = defined(stored[source.index], name);
        const [height = 0, across = 0, channels = 0] = axes.slice(-3);
        const size = bytesOf(tensor, 1);
        const one = size / source.count;
        for (let i = 0; i < count; i++) {
          const base = bases[from + i] ?? 0;
          const at = placeIn(base);
          if (!augment) {
            target.set(all.subarray(at, at + size), (row + i) * size);
            continue;
          }
          const sample = sampleAt(base);
          const turn = source.asKept ? 1 + drawAt(base) : epoch;
          // Several pictures of one sample change alike.
          for (let k = 0; k < source.count; k++) {
            const data = all.subarray(at + k * one, at + (k + 1) * one);
            target.set(augment({ width: across, height, channels, data }, drawsOf(plan.seed, name, turn, sample)).data, (row + i) * size + k * one);
          }
        }
      } else if (source.kind === "kept") {
        const target = views.floats[slot] ?? new Float32Array();
        for (let i = 0; i < count; i++) {
          const base = bases[from + i] ?? 0;
          const { floats: kept, words } = defined(beside[drawAt(base)], name);
          const at = (base / reader.words) * words + source.offset;
          target.set(kept.subarray(at, at + width), (row + i) * width);
        }
      } else if (source.kind === "class") {
        // int64, little-endian: the low word is the class, the high one is 0.
        const target = views.integers[slot] ?? new Int32Array();
        for (let i = 0; i < count; i++) target[(row + i) * 2] = Math.max(0, integers[(bases[from + i] ?? 0) + source.offset] ?? 0);
      } else if (source.kind === "counts") {
        const target = views.floats[slot] ?? new Float32Array();
        for (let i = 0; i < count; i++) {
          const base = (bases[from + i] ?? 0) + source.offset;
          for (let k = 0; k < width; k++) {
            const there = source.of === "class" ? (integers[base + k] ?? -1) >= 0 : !Number.isNaN(floats[base + k] ?? Number.NaN);
            target[(row + i) * width + k] = there ? 1 : 0;
          }
        }
      }
    }
    row += count;
  }
  for (const {
    tensor: { source, width },
    floats,
  } of places) {
    const target = floats[slot];
    if (source.kind !== "uniform" || !target) continue;
    const random = new Random(plan.seed, "uniform", source.stream, epoch, step);
    for (let i = 0; i < rows * width; i++) target[i] = random.uniform();
  }
}
