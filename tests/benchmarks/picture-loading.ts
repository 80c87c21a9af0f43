import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { dataSchema } from "../../src-main/contract/data.js";
import { createLoader, prepareData } from "../../src-main/datasets/index.js";
import { onnxruntimeEngine } from "../../src-main/engines/onnxruntime/index.js";
import { pictureNetworks } from "../../src-main/services/templates/networks/index.js";
import { pictureModel } from "../../src-main/services/templates/networks/network.js";
import { measureRun } from "./measured-run.js";
import { findPyTorch, median, startPyTorch } from "./pytorch-peer.js";

/**
 * Pictures to batches: decoding, resizing to 64 × 64, flip, rotation and colour jitter; and whole epochs of the two-block CNN with them, by the trainer as it
 * is. The first epoch decodes every file, later ones read what it kept; torchvision's DataLoader with as many workers as processors decodes in every epoch.
 * Both in turns.
 */
const PICTURES = 1200;
const CLASSES = 7;
const [WIDTH, HEIGHT, SIZE, BATCH, ROUNDS, LATER] = [320, 240, 64, 32, 3, 5];
const augment = [
  { type: "RandomHorizontalFlip" },
  { type: "RandomRotation", degrees: 15 },
  { type: "ColorJitter", brightness: 0.2, contrast: 0.2, saturation: 0.2 },
];
const processors = availableParallelism();

const folder = mkdtempSync(join(tmpdir(), "lathe-bench-"));
const data = {
  source: { type: "image-folder", path: join(folder, "pictures") },
  inputs: [{ name: "image", type: "image", column: "image", size: [SIZE, SIZE], augment }],
  targets: [{ name: "label", type: "category", column: "label" }],
  split: { validation: 0, test: 0 },
};
try {
  await writePictures(join(folder, "pictures"));
  const found = findPyTorch();
  console.log(
    `${PICTURES} JPEG of ${WIDTH} × ${HEIGHT} to ${SIZE} × ${SIZE}, batches of ${BATCH}, ${processors} processors, ` +
      (found ? `PyTorch ${found.version}` : "PyTorch with torchvision is not installed (Debian: apt-get install python3-torchvision): only ours is timed"),
  );
  const [loading, epochs] = [await timeLoading(found), await timeEpochs(found)];
  const rate = (seconds: number) => `${Math.round(PICTURES / seconds).toLocaleString("en")}/s`;
  const time = (seconds: number) => `${seconds.toFixed(2)} s`;
  const row = (...cells: readonly string[]) => console.log(cells.map((cell, k) => (k === 0 ? cell.padEnd(52) : cell.padStart(14))).join(""));
  const compared = (what: string, shown: (seconds: number) => string, ours: readonly number[], theirs: readonly number[]) => {
    const ratios = ours.flatMap((seconds, k) => (theirs[k] === undefined ? [] : [theirs[k] / seconds]));
    row(
      what,
      shown(median(ours)),
      ...(ratios.length === 0
        ? []
        : [shown(median(theirs)), median(ratios).toFixed(2), `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`]),
    );
  };
  row("", "Lathe", ...(found ? ["PyTorch", "ratio", "range"] : []));
  compared("pictures, first epoch", rate, loading.first, loading.theirs);
  compared("pictures, later epochs", rate, loading.later, loading.theirs);
  compared("epoch with steps of the two-block CNN, first", time, epochs.first, epochs.theirs);
  compared("epoch with steps of the two-block CNN, later ones", time, epochs.later, epochs.theirs);
  row(
    "peak memory of training, its workers among it",
    `${Math.max(...epochs.memory).toFixed(0)} MiB`,
    ...(found ? [`${Math.max(...epochs.theirMemory).toFixed(0)} MiB`] : []),
  );
  console.log(
    `Of Lathe's first epoch, decoding and resizing alone are ${rate(median(loading.prepare))}; in training the start of the engine process and ` +
      `compiling the network are in it too.`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Loading alone: nothing is computed from the batches. */
async function timeLoading(found: ReturnType<typeof findPyTorch>) {
  const prepare = () =>
    prepareData({
      folder,
      data: dataSchema.parse(data),
      seed: 1,
      cacheFolder: join(folder, "cache"),
      compile: (graph) => onnxruntimeEngine.compile(graph, { device: "cpu", threads: 1 }),
    });
  const epoch = async (loader: ReturnType<typeof createLoader>, number: number) => {
    loader.start(number, 0);
    for (let step = 0; step < loader.stepsPerEpoch; step++) await loader.next();
  };
  const torch = found && startPyTorch(found);
  const times = { prepare: new Array<number>(), first: new Array<number>(), later: new Array<number>(), theirs: new Array<number>() };
  for (let round = 0; round < ROUNDS; round++) {
    rmSync(join(folder, "cache"), { recursive: true, force: true });
    const start = performance.now();
    const prepared = await prepare();
    times.prepare.push((performance.now() - start) / 1000);
    const loader = createLoader({ prepared, split: "train", batchSize: BATCH, shuffle: true, seed: 1, augment: new Map([["image", augment]]) });
    await epoch(loader, 1);
    times.first.push((performance.now() - start) / 1000);
    if (torch)
      times.theirs.push(
        (await torch.ask<{ seconds: number }>({ do: "pictures", folder: join(folder, "pictures"), size: SIZE, batch: BATCH, workers: processors })).seconds,
      );
    // What was read ahead while the other side was timed does not count.
    loader.start(100, 0);
    const begun = performance.now();
    for (let number = 100; number < 100 + LATER; number++) await epoch(loader, number);
    times.later.push((performance.now() - begun) / 1000 / LATER);
    await loader.dispose();
  }
  torch?.close();
  return times;
}

/** Whole epochs. The first one of ours counts from the start of the engine process on. */
async function timeEpochs(found: ReturnType<typeof findPyTorch>) {
  const project = join(folder, "project");
  mkdirSync(project);
  writeFileSync(
    join(project, "project.json"),
    JSON.stringify({
      version: 1,
      name: "pictures",
      data,
      model: pictureModel(pictureNetworks.get("two-block-cnn"), (id) => id, {
        picture: "image",
        others: [],
        targets: [{ name: "label", outFeatures: "classes" }],
      }),
      training: { epochs: 3, batchSize: BATCH, optimizer: { type: "Adam", lr: 0.001 }, engine: "onnxruntime", device: "cpu" },
    }),
  );
  const times = {
    first: new Array<number>(),
    later: new Array<number>(),
    theirs: new Array<number>(),
    memory: new Array<number>(),
    theirMemory: new Array<number>(),
  };
  for (let round = 0; round < ROUNDS; round++) {
    rmSync(join(project, ".lathe"), { recursive: true, force: true });
    const { prepareSeconds, epochs, peakMiB } = await measureRun(project);
    const [first, ...later] = epochs.map(({ seconds }) => seconds);
    times.first.push(prepareSeconds + (first ?? Number.NaN));
    times.later.push(median(later));
    times.memory.push(peakMiB ?? Number.NaN);
    if (!found) continue;
    // With one thread and with two: the faster one counts.
    const torch = startPyTorch(found);
    const answers: { readonly seconds: number; readonly peakMiB: number }[] = [];
    for (const threads of [1, 2])
      answers.push(await torch.ask({ do: "picture_epoch", folder: join(folder, "pictures"), size: SIZE, batch: BATCH, workers: processors, threads }));
    torch.close();
    times.theirs.push(Math.min(...answers.map(({ seconds }) => seconds)));
    times.theirMemory.push(Math.max(...answers.map(({ peakMiB: mebi }) => mebi)));
  }
  return times;
}

/** Smooth pictures with some noise, as long in bytes as photographs are. */
async function writePictures(path: string): Promise<void> {
  const row = WIDTH * 3;
  for (let i = 0; i < PICTURES; i++) {
    const wave = Float64Array.from({ length: row }, (_, k) => 127 + 90 * Math.sin(k / (40 + (i % 50))));
    const pixels = new Uint8Array(row * HEIGHT);
    for (let k = 0; k < pixels.length; k++) pixels[k] = (wave[k % row] ?? 0) + ((k * 2654435761 + i) >>> 28);
    const to = join(path, `class${i % CLASSES}`, `${i}.jpg`);
    mkdirSync(join(to, ".."), { recursive: true });
    writeFileSync(
      to,
      await sharp(pixels, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } })
        .jpeg({ quality: 90 })
        .toBuffer(),
    );
  }
}
