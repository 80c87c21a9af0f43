import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { dataSchema } from "../../src-main/contract/data.js";
import { createLoader, prepareData } from "../../src-main/datasets/index.js";
import { onnxruntimeEngine } from "../../src-main/engines/onnxruntime/index.js";
import { findPyTorch, median, startPyTorch } from "./pytorch-peer.js";

/**
 * Pictures to batches: decoding, resizing to 64 × 64, flip, rotation and colour jitter. The first epoch decodes every file, later ones read what it kept; torchvision's
 * DataLoader with as many workers as processors decodes in every epoch. Both in turns.
 */
const PICTURES = 1200;
const CLASSES = 6;
const [WIDTH, HEIGHT, SIZE, BATCH, ROUNDS, LATER] = [320, 240, 64, 32, 3, 5];
const augment = [{ type: "RandomHorizontalFlip" }, { type: "RandomRotation", degrees: 15 }, { type: "ColorJitter", brightness: 0.2, contrast: 0.2, saturation: 0.2 }];

const folder = mkdtempSync(join(tmpdir(), "lathe-bench-"));
try {
  await writePictures(join(folder, "pictures"));
  const data = dataSchema.parse({
    source: { type: "image-folder", path: "pictures" }, inputs: [{ name: "image", type: "image", column: "image", size: [SIZE, SIZE], augment }],
    targets: [{ name: "label", type: "category", column: "label" }], split: { validation: 0, test: 0 },
  });
  const prepare = () => prepareData({ folder, data, seed: 1, cacheFolder: join(folder, "cache"), compile: (graph) => onnxruntimeEngine.compile(graph, { device: "cpu", threads: 1 }) });
  const epoch = async (loader: ReturnType<typeof createLoader>, number: number) => {
    const start = performance.now();
    loader.start(number, 0);
    for (let step = 0; step < loader.stepsPerEpoch; step++) loader.next();
    return (performance.now() - start) / 1000;
  };
  const found = findPyTorch();
  const torch = found && startPyTorch(found);
  const ours = { prepare: new Array<number>(), first: new Array<number>(), later: new Array<number>() };
  const theirs: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    rmSync(join(folder, "cache"), { recursive: true, force: true });
    const start = performance.now();
    const prepared = await prepare();
    ours.prepare.push((performance.now() - start) / 1000);
    const loader = createLoader({ prepared, split: "train", batchSize: BATCH, shuffle: true, seed: 1, augment: new Map([["image", augment]]) });
    await epoch(loader, 1);
    ours.first.push((performance.now() - start) / 1000);
    if (torch) theirs.push((await torch.ask<{ seconds: number }>({ do: "pictures", folder: join(folder, "pictures"), size: SIZE, batch: BATCH, workers: availableParallelism() })).seconds);
    // What was read ahead while the other side was timed does not count.
    loader.start(100, 0);
    const begun = performance.now();
    for (let number = 100; number < 100 + LATER; number++) await epoch(loader, number);
    ours.later.push((performance.now() - begun) / 1000 / LATER);
    await loader.dispose();
  }
  torch?.close();
  const rate = (seconds: number) => `${Math.round(PICTURES / seconds).toLocaleString("en")} pictures/s`;
  const [first, later] = [median(ours.first), median(ours.later)];
  console.log(`${PICTURES} JPEG of ${WIDTH} × ${HEIGHT} to ${SIZE} × ${SIZE}, ${availableParallelism()} processors`);
  console.log(`ours         first epoch ${rate(first)} (decoding and resizing alone ${rate(median(ours.prepare))}), later ones ${rate(later)}; peak memory ${peakMiB()} MiB`);
  if (torch) console.log(`torchvision  every epoch ${rate(median(theirs))}\nratio        first ${(median(theirs) / first).toFixed(2)}, later ${(median(theirs) / later).toFixed(2)}`);
  else console.log("PyTorch with torchvision is not installed (Debian: apt-get install python3-torchvision): only ours is timed");
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Smooth pictures with some noise, as long in bytes as photographs are. */
async function writePictures(path: string): Promise<void> {
  for (let i = 0; i < PICTURES; i++) {
    const data = new Uint8Array(WIDTH * HEIGHT * 3);
    for (let k = 0; k < data.length; k++) data[k] = 127 + 90 * Math.sin((k % (WIDTH * 3)) / (40 + (i % 50))) + ((k * 2654435761 + i) >>> 28);
    const to = join(path, `class${i % CLASSES}`, `${i}.jpg`);
    mkdirSync(join(to, ".."), { recursive: true });
    writeFileSync(to, await sharp(data, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } }).jpeg({ quality: 90 }).toBuffer());
  }
}

/** High-water mark of this process's resident memory, its threads' among it. Linux only. */
function peakMiB(): string {
  try {
    return (Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1]) / 1024).toFixed(0);
  } catch {
    return "?";
  }
}
