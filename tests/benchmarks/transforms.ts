import { Random } from "../../src-main/base/random.js";
import { compileWith } from "../../src-main/engines/onnxruntime/index.js";
import type { Emitter } from "../../src-main/onnx/emitter.js";
import { type Graph, type Value, int, numbersOf, sizeOf, tensor, text } from "../../src-main/onnx/types.js";
import { createEmitter } from "../../src-main/ops/index.js";
import { transforms } from "../../src-main/transforms/index.js";
import { median } from "./pytorch-peer.js";

/**
 * Where augmentation is faster: what one thread of a loader takes for each change of a picture, beside the training step, and what the same change takes as a
 * part of the compiled graph of a batch, with one thread. In the graph each picture has its own draws too; GridSample's pixels are not PIL's to the bit.
 */
const SIZE = 64;
const BATCH = 32;
const SHAPE = [BATCH, 3, SIZE, SIZE];
const PER_PICTURE = [BATCH, 1, 1, 1];
const random = new Random(1, "picture");
const picture = {
  width: SIZE,
  height: SIZE,
  channels: 3,
  data: Uint8Array.from({ length: SIZE * SIZE * 3 }, (_, i) => 128 + 60 * Math.sin(i / 37) + random.below(40)),
};

/** As 8 bits hold it, after each change, as in PIL. */
const kept = (e: Emitter, x: Value) => e.cast(e.cast(e.clip(x, 0, 255), "uint8"), "float32");
const lumaOf = (e: Emitter, x: Value) => kept(e, e.reduceSum(e.mul(x, e.constant(tensor("float32", [0.299, 0.587, 0.114], [1, 3, 1, 1]))), [1], true));
const blend = (e: Emitter, x: Value, plain: Value, factor: Value) => kept(e, e.add(plain, e.mul(factor, e.sub(x, plain))));
const drawn = (e: Emitter, name: string) => e.graph.input(name, "float32", PER_PICTURE);
const COLOURS: readonly ((e: Emitter, x: Value, factor: Value) => Value)[] = [
  (e, x, factor) => kept(e, e.mul(x, factor)),
  (e, x, factor) => blend(e, x, e.reduceMean(lumaOf(e, x), [1, 2, 3], true), factor),
  (e, x, factor) => blend(e, x, lumaOf(e, x), factor),
];

/** Each place in the order does, for each picture, the change that was drawn for it: all are computed, one is taken. */
function inDrawnOrder(e: Emitter, x: Value): Value {
  return COLOURS.reduce((before, _, place) => {
    const parts = COLOURS.map((change, k) => e.mul(change(e, before, drawn(e, `factor ${place} ${k}`)), drawn(e, `chosen ${place} ${k}`)));
    return parts.reduce((sum, part) => e.add(sum, part));
  }, x);
}

const CHANGES: readonly { readonly type: string; readonly options: Readonly<Record<string, unknown>>; readonly inGraph?: (e: Emitter, x: Value) => Value }[] = [
  {
    type: "RandomHorizontalFlip",
    options: { p: 1 },
    inGraph: (e, x) => e.add(x, e.mul(drawn(e, "flip"), e.sub(e.slice(x, [-1], [-2147483647], [3], [-1]), x))),
  },
  { type: "RandomRotation", options: { degrees: [10, 15] }, inGraph: (e, x) => sampled(e, x, "nearest") },
  {
    type: "RandomAffine",
    options: { degrees: 15, translate: [0.1, 0.1], scale: [0.8, 1.2], interpolation: "bilinear" },
    inGraph: (e, x) => sampled(e, x, "bilinear"),
  },
  { type: "ColorJitter", options: { brightness: 0.2, contrast: 0.2, saturation: 0.2 }, inGraph: inDrawnOrder },
  { type: "ColorJitter", options: { hue: 0.1 } },
  { type: "RandomResizedCrop", options: {} },
  { type: "RandomAutocontrast", options: { p: 1 } },
  { type: "GaussianBlur", options: {} },
  { type: "RandomErasing", options: { p: 1 } },
];

function sampled(e: Emitter, x: Value, mode: "nearest" | "bilinear"): Value {
  const [y] = e.graph.node(
    "GridSample",
    [x, e.graph.input("grid", "float32", [BATCH, SIZE, SIZE, 2])],
    { mode: text(mode), align_corners: int(0) },
    { types: [x] },
  );
  return y ?? x;
}

/** Microseconds a picture, the median of runs. */
async function timed(runs: number, pictures: number, run: () => unknown): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < runs; i++) {
    const start = performance.now();
    await run();
    times.push(((performance.now() - start) * 1000) / pictures);
  }
  return median(times);
}

async function inGraph(change: (e: Emitter, x: Value) => Value): Promise<number> {
  const e = createEmitter();
  e.graph.output(change(e, e.cast(e.graph.input("x", "uint8", SHAPE), "float32")), "y");
  const graph: Graph = e.graph.build("change");
  const feeds = Object.fromEntries(
    graph.inputs.map(({ name, dtype, shape }) => {
      const dims = shape.map(Number);
      return [
        name,
        tensor(
          dtype === "uint8" ? "uint8" : "float32",
          Array.from({ length: sizeOf(dims) }, () => (dtype === "uint8" ? random.below(256) : random.uniform())),
          dims,
        ),
      ];
    }),
  );
  const executable = await compileWith(graph, { device: "cpu", threads: 1 });
  let into = await executable.run(feeds);
  const micros = await timed(60, BATCH, async () => (into = await executable.run(feeds, into)));
  await executable.dispose();
  if (numbersOf(into["y"] ?? tensor("float32", [Number.NaN])).some(Number.isNaN)) throw new Error("the graph gives no picture");
  return micros;
}

console.log(`pictures of ${SIZE} × ${SIZE}, µs each, one thread          loader   graph`);
const cast = await inGraph((_, x) => x);
for (const { type, options, inGraph: change } of CHANGES) {
  const apply = transforms.get(type).create(options);
  for (let i = 0; i < 300; i++) apply(picture, random);
  const [ours, theirs] = [await timed(400, 1, () => apply(picture, random)), change && (await inGraph(change)) - cast];
  console.log([`${type} ${JSON.stringify(options)}`.slice(0, 48).padEnd(48), ...[ours, theirs].map((time) => time?.toFixed(0).padStart(7) ?? "")].join(" "));
}
