import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { crc32, deflateSync } from "node:zlib";
import sharp from "sharp";
import { entryPath, packageRoot } from "../../src-main/base/entries.js";
import { ProcessTree } from "./process-tree.js";

/**
 * A folder of 100,000 pictures (`LATHE_BENCH_PICTURES` for another number) through the command line: `train` is killed while it reads them, `train` again goes
 * on with what the store has, one epoch of the two-block CNN, then `inspect`. Every fifth is a JPEG, the others PNG, of 48 × 48, all different.
 */
const PICTURES = Number(process.env["LATHE_BENCH_PICTURES"] ?? 100_000);
const [CLASSES, SIDE, SIZE] = [10, 48, 32];

const folder = mkdtempSync(join(tmpdir(), "lathe-bench-"));
const project = join(folder, "project");
try {
  const making = await timed(() => writePictures(join(folder, "pictures")));
  console.log(
    `${PICTURES.toLocaleString("en")} pictures of ${SIDE} × ${SIDE} made in ${making.seconds.toFixed(0)} s, ${mebibytes(join(folder, "pictures"))} MiB`,
  );
  writeProject();

  const killed = await lathe(["train", project, "--json"], (event, kill) => {
    if (event["stage"] === "pictures" && Number(event["done"]) >= PICTURES / 2) kill();
  });
  const survived = checkStore();
  console.log(
    `killed with SIGKILL after ${killed.seconds.toFixed(1)} s, half of the pictures read: ${survived.pictures.toLocaleString("en")} in the ` +
      `store, ${survived.damaged} of them damaged`,
  );

  let first: number | undefined;
  const trained = await lathe(["train", project, "--json"], (event) => {
    if (event["stage"] === "pictures") first ??= Number(event["done"]);
  });
  if (trained.code !== 0) throw new Error(`train failed:\n${trained.errors}`);
  console.log(`train again: the first word is of ${first?.toLocaleString("en") ?? "no"} pictures known`);
  tell(trained);
  const store = checkStore();
  console.log(
    `store: ${store.pictures.toLocaleString("en")} pictures, ${store.damaged} damaged; cache on disk ${mebibytes(join(project, ".lathe"))} MiB, of ` +
      `which ${((store.pictures * SIZE * SIZE * 3) / 2 ** 20).toFixed(0)} MiB are pixels`,
  );
  console.log("inspect (listing, facts from the first time, equal and nearly equal pictures):");
  const inspected = await lathe(["inspect", project, "--json"], () => undefined);
  if (inspected.code !== 0) throw new Error(`inspect failed:\n${inspected.errors}`);
  tell(inspected);
  if (survived.damaged + store.damaged > 0 || store.pictures !== PICTURES || survived.pictures === 0) throw new Error("the store did not survive");
} finally {
  rmSync(folder, { recursive: true, force: true });
}

interface Outcome {
  readonly code: number | null;
  readonly seconds: number;
  readonly stages: readonly (readonly [name: string, seconds: number])[];
  readonly peaks: ReadonlyMap<string, number>;
  readonly errors: string;
}

/** Runs a command, watching its processes. */
async function lathe(args: readonly string[], onEvent: (event: Readonly<Record<string, unknown>>, kill: () => void) => void): Promise<Outcome> {
  const started = performance.now();
  const now = () => (performance.now() - started) / 1000;
  const child: ChildProcess = spawn(process.execPath, [join(entryPath("engine"), "..", "cli.js"), ...args], {
    cwd: packageRoot,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const tree = new ProcessTree(child.pid ?? 0);
  const begun: (readonly [string, number])[] = [["start", 0]];
  let errors = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    errors = (errors + chunk.toString()).slice(-4000);
  });
  const closed = new Promise<number | null>((resolve) => child.once("close", resolve));
  if (child.stdout) {
    for await (const line of createInterface({ input: child.stdout })) {
      const event = JSON.parse(line) as Record<string, unknown>;
      const name = event["event"] === "stage" ? String(event["stage"]) : event["event"] === "run" || event["event"] === "step" ? "steps" : undefined;
      if (name !== undefined && name !== begun.at(-1)?.[0]) begun.push([name, now()]);
      onEvent(event, () => tree.kill());
    }
  }
  const code = await closed;
  const peaks = tree.close();
  const seconds = now();
  return { code, seconds, stages: begun.map(([name, at], k) => [name, (begun[k + 1]?.[1] ?? seconds) - at]), peaks, errors };
}

function tell({ seconds, stages, peaks }: Outcome): void {
  const sums = new Map<string, number>();
  for (const [name, of] of stages) sums.set(name, (sums.get(name) ?? 0) + of);
  console.log(`  ${[...sums].map(([name, of]) => `${name} ${of.toFixed(1)} s`).join(", ")}; in all ${seconds.toFixed(1)} s`);
  console.log(`  peak resident memory: ${[...peaks].map(([name, mebi]) => `${name} ${mebi.toFixed(0)} MiB`).join(", ")}`);
}

/** Reads the store as its format is documented, not by its own code: each picture's check sum against its pixels. */
function checkStore(): { readonly pictures: number; readonly damaged: number } {
  const root = join(project, ".lathe", "cache", "pixels");
  const [name = ""] = readdirSync(root);
  const [index, pixels] = [readFileSync(join(root, name, "index")), readFileSync(join(root, name, "pixels"))];
  const bytes = index.readUInt32LE(8);
  let [pictures, damaged] = [0, 0];
  for (let at = 28; at + 40 <= index.length; at += 40, pictures++) {
    if (index.readUInt32LE(at + 32) !== crc32(pixels.subarray(pictures * bytes, (pictures + 1) * bytes))) damaged++;
  }
  return { pictures, damaged };
}

function writeProject(): void {
  mkdirSync(project);
  writeFileSync(
    join(project, "project.json"),
    JSON.stringify({
      version: 1,
      name: "big folder",
      data: {
        source: { type: "image-folder", path: join(folder, "pictures") },
        inputs: [{ name: "image", type: "image", column: "image", size: [SIZE, SIZE], augment: [{ type: "RandomHorizontalFlip" }] }],
        targets: [{ name: "label", type: "category", column: "label" }],
        split: { validation: 0.05, test: 0.05 },
      },
      model: {
        layers: [
          { id: "conv1", type: "Conv2d", from: ["image"], outChannels: 8, kernelSize: 3, padding: 1 },
          { id: "pool1", type: "MaxPool2d", kernelSize: 2 },
          { id: "act1", type: "ELU" },
          { id: "conv2", type: "Conv2d", outChannels: 16, kernelSize: 3, padding: 1 },
          { id: "pool2", type: "MaxPool2d", kernelSize: 2 },
          { id: "act2", type: "ELU" },
          { id: "flat", type: "Flatten" },
          { id: "fc", type: "Linear", outFeatures: "classes" },
        ],
        outputs: [{ target: "label", from: "fc" }],
      },
      training: { epochs: 1, batchSize: 64, optimizer: { type: "Adam", lr: 0.001 }, engine: "onnxruntime", device: "cpu" },
    }),
  );
}

/** Stripes whose width is the class's, shifted and coloured by the picture's number, with noise. */
async function writePictures(path: string): Promise<void> {
  for (let c = 0; c < CLASSES; c++) mkdirSync(join(path, `class${c}`), { recursive: true });
  const AT_ONCE = 16;
  for (let from = 0; from < PICTURES; from += AT_ONCE) {
    await Promise.all(
      Array.from({ length: Math.min(AT_ONCE, PICTURES - from) }, async (_, k) => {
        const i = from + k;
        const rgb = pixelsOf(i);
        const jpeg = Math.floor(i / CLASSES) % 5 === 0;
        const to = join(path, `class${i % CLASSES}`, `${String(i).padStart(6, "0")}.${jpeg ? "jpg" : "png"}`);
        writeFileSync(
          to,
          jpeg
            ? await sharp(rgb, { raw: { width: SIDE, height: SIDE, channels: 3 } })
                .jpeg({ quality: 85 })
                .toBuffer()
            : png(rgb),
        );
      }),
    );
  }
}

function pixelsOf(i: number): Uint8Array {
  const rgb = new Uint8Array(SIDE * SIDE * 3);
  const [width, shift] = [2 + (i % CLASSES), i * 0.7];
  let state = (i + 1) * 2654435761;
  for (let y = 0, at = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      const wave = Math.sin((x + 0.37 * y * (1 + (i % 7))) / width + shift);
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      for (let c = 0; c < 3; c++) rgb[at++] = 128 + wave * (40 + ((i >> (c * 3)) & 63)) + (state >>> 29);
    }
  }
  return rgb;
}

/** A PNG of 8 bits in colour, hardly compressed. */
function png(rgb: Uint8Array): Buffer {
  const rows = Buffer.alloc(SIDE * (SIDE * 3 + 1));
  for (let y = 0; y < SIDE; y++) rows.set(rgb.subarray(y * SIDE * 3, (y + 1) * SIDE * 3), y * (SIDE * 3 + 1) + 1);
  const chunk = (type: string, content: Uint8Array) => {
    const out = Buffer.alloc(content.length + 12);
    out.writeUInt32BE(content.length, 0);
    out.write(type, 4, "latin1");
    out.set(content, 8);
    out.writeUInt32BE(crc32(out.subarray(4, 8 + content.length)), 8 + content.length);
    return out;
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(SIDE, 0);
  header.writeUInt32BE(SIDE, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows, { level: 1 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

async function timed(job: () => Promise<void>): Promise<{ readonly seconds: number }> {
  const start = performance.now();
  await job();
  return { seconds: (performance.now() - start) / 1000 };
}

/** MiB that files under a path hold. */
function mebibytes(path: string): string {
  let bytes = 0;
  for (const entry of readdirSync(path, { withFileTypes: true, recursive: true }))
    if (entry.isFile()) bytes += statSync(join(entry.parentPath, entry.name)).size;
  return (bytes / 2 ** 20).toFixed(0);
}
