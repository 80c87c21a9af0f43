import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Random } from "../../src-main/base/random.js";
import type { ProjectInput } from "../../src-main/contract/project.js";
import { runReport } from "../../src-main/contract/report.js";
import { createRouter } from "../../src-main/procedures/index.js";
import { createStudio } from "../../src-main/services/studio.js";
import { lathe } from "./lathe.js";
import { bitmapHeader } from "./pictures.js";

export const SIZE = 24;
const BLOB = 8;
const GRAY = [120, 120, 120] as const;
/** Without a class of nothing, a network might know one of the others by what is not there. */
const colours = { red: [230, 40, 40], green: [40, 200, 40], blue: [50, 50, 240], none: GRAY } as const;
export type Colour = keyof typeof colours;

export interface MadePicture {
  /** In the folder. */
  readonly path: string;
  /** What is to be seen. */
  readonly colour: Colour;
  /** Its folder. */
  readonly label: Colour;
  /** Where the blob's corner is. */
  readonly top: number;
  readonly left: number;
}

/** A square of one colour somewhere in gray noise: pictures of which it is known where their class is to be seen. A few lie in a wrong folder. */
export function makePictures(folder: string, each: number): readonly MadePicture[] {
  const random = new Random("blobs");
  const names = Object.keys(colours) as Colour[];
  return names.flatMap((colour, k) =>
    Array.from({ length: each }, (_, i): MadePicture => {
      const label = i % 12 === 5 ? names[(k + 1) % names.length]! : colour;
      const [top, left] = [random.below(SIZE - BLOB), random.below(SIZE - BLOB)];
      const path = `${label}/${colour}-${i}.bmp`;
      mkdirSync(join(folder, label), { recursive: true });
      writeFileSync(
        join(folder, path),
        bitmap((y, x) => {
          const inside = y >= top && y < top + BLOB && x >= left && x < left + BLOB;
          return (inside ? colours[colour] : GRAY).map((c) => Math.max(0, Math.min(255, c + random.below(61) - 30))) as [number, number, number];
        }),
      );
      return { path, colour, label, top, left };
    }),
  );
}

/** An uncompressed bitmap of 24 bits, rows from the bottom, blue first. */
function bitmap(pixel: (y: number, x: number) => readonly [red: number, green: number, blue: number]): Buffer {
  const row = Math.ceil((SIZE * 3) / 4) * 4;
  const file = Buffer.alloc(54 + row * SIZE);
  file.set(bitmapHeader(SIZE, SIZE, file.length));
  for (let y = 0; y < SIZE; y++) for (let x = 0; x < SIZE; x++) file.set(pixel(y, x).toReversed(), 54 + (SIZE - 1 - y) * row + 3 * x);
  return file;
}

/** True where the picture has the blob. */
export function inBlob({ top, left }: MadePicture, y: number, x: number): boolean {
  return y >= top && y < top + BLOB && x >= left && x < left + BLOB;
}

/** A small convolutional network with batch norms on such pictures, in the folder `pictures`. @param channels of its second convolution */
export function blobProject(target: string, channels: number, training: ProjectInput["training"]): ProjectInput {
  return {
    version: 1,
    name: "blobs",
    seed: 7,
    data: {
      source: { type: "image-folder", path: "pictures", levels: ["label"] },
      inputs: [{ name: "image", type: "image", column: "image", size: [SIZE, SIZE] }],
      targets: [{ name: target, type: "category", column: "label" }],
      split: { validation: 0.3, test: 0.3 },
    },
    model: {
      layers: [
        { id: "conv1", type: "Conv2d", outChannels: 8, kernelSize: 3, padding: 1 },
        { id: "norm1", type: "BatchNorm2d" },
        { id: "act1", type: "ReLU" },
        { id: "pool1", type: "MaxPool2d", kernelSize: 2 },
        { id: "conv2", type: "Conv2d", outChannels: channels, kernelSize: 3, padding: 1 },
        { id: "norm2", type: "BatchNorm2d" },
        { id: "act2", type: "ReLU" },
        { id: "pool2", type: "MaxPool2d", kernelSize: 2 },
        { id: "gap", type: "AdaptiveAvgPool2d", outputSize: 1 },
        { id: "flat", type: "Flatten" },
        { id: "out", type: "Linear", outFeatures: "classes" },
      ],
      outputs: [{ target, from: "out" }],
    },
    training,
  };
}

/** A finished run of a small convolutional network on such pictures, and a studio that may look at it. */
export async function pictureProject() {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "lathe-blobs-")));
  const project = join(root, "project");
  const pictures = makePictures(join(project, "pictures"), 60);
  const described = blobProject("colour", 12, { epochs: 25, batchSize: 8, optimizer: { type: "Adam", lr: 0.01 } });
  writeFileSync(join(project, "project.json"), JSON.stringify(described));
  const train = async (...more: readonly string[]) => {
    const { code, stderr } = await lathe("train", project, "--json", ...more);
    if (code !== 0) throw new Error(stderr);
  };
  await train();
  const studio = createStudio({ allowedFolders: [root], home: join(root, "state") });
  const { procedures } = createRouter(studio, { host: "server" });
  const reportOf = (run: string) => runReport.parse(JSON.parse(readFileSync(join(project, "runs", run, "report.json"), "utf8")));
  return {
    root,
    project,
    pictures,
    studio,
    procedures,
    train,
    reportOf,
    run: { project, run: "0001" },
    context: { signal: new AbortController().signal },
    async close() {
      studio.prediction.close();
      await studio.tables.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}
