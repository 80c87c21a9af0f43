import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { packageRoot } from "../../src-main/base/entries.js";
import { type Graph, type TensorData, numbersOf } from "../../src-main/onnx/types.js";
import { encodeModel, modelOf } from "../../src-main/onnx/protobuf.js";

/** Folders in which Chromium keeps SwiftShader, a graphics card in software that brings its own Vulkan. */
const PLACES = [process.env["LATHE_CHROMIUM"] ? dirname(process.env["LATHE_CHROMIUM"]) : "", "/usr/lib/chromium", "/opt/google/chrome"];

/** Where SwiftShader is, or why there is none to test with. */
export function findSwiftShader(): { readonly folder: string } | { readonly reason: string } {
  if (process.platform !== "linux" || process.arch !== "x64")
    return { reason: `ONNX Runtime's WebGPU is tried with SwiftShader on Linux x64, this is ${process.platform} on ${process.arch}` };
  const folder = PLACES.find((place) =>
    ["vk_swiftshader_icd.json", "libvk_swiftshader.so", "libvulkan.so.1"].every((file) => place && existsSync(join(place, file))),
  );
  return folder === undefined ? { reason: "no Chromium with SwiftShader was found (LATHE_CHROMIUM names one)" } : { folder };
}

export interface Answer {
  readonly dims: readonly number[];
  readonly data: readonly number[];
}

/** A process with SwiftShader as its graphics card, which runs models of one input `x` and one output. */
export class WebgpuPeer {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  /** @param swiftShader its folder */
  constructor(swiftShader: string) {
    this.#child = spawn(process.execPath, [join(packageRoot, "tests", "support", "webgpu-peer.mjs")], {
      stdio: ["pipe", "pipe", "inherit"],
      env: { ...process.env, LD_LIBRARY_PATH: swiftShader, VK_ICD_FILENAMES: join(swiftShader, "vk_swiftshader_icd.json"), ORT_DISABLE_TELEMETRY: "1" },
    });
    if (!this.#child.stdout) throw new Error("no output of the process");
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** @throws Error with what ONNX Runtime said, as where a node has no place on the card */
  async run(graph: Graph, feeds: readonly TensorData[]): Promise<readonly Answer[]> {
    const model = Buffer.from(encodeModel(modelOf(graph, { version: "" }))).toString("base64");
    const fed = feeds.map((feed) => ({ dims: feed.dims, data: numbersOf(feed) }));
    this.#child.stdin?.write(`${JSON.stringify({ model, feeds: fed })}\n`);
    const { value, done } = await this.#lines.next();
    if (done === true) throw new Error("the process with the graphics card ended");
    const { answers, error } = JSON.parse(value) as { readonly answers: readonly Answer[]; readonly error?: string };
    if (error !== undefined) throw new Error(error);
    return answers;
  }

  close(): void {
    this.#child.stdin?.end();
    this.#child.kill();
  }
}
