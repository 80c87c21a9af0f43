import * as ort from "onnxruntime-node";
import { differentiate } from "../../autodiff/differentiate.js";
import { LatheError, toLatheError } from "../../base/errors.js";
import { encodeModel, modelOf } from "../../onnx/protobuf.js";
import { type Graph, tensor } from "../../onnx/types.js";
import { createEmitter } from "../../ops/index.js";
import { rewriteAll, rewriteForward } from "../../rewrites/index.js";
import type { CompileOptions, DeviceStatus, Engine, Executable } from "../engine.js";
import { type SessionOptions, createSession } from "./session.js";

/** Execution providers by device, with what a machine must be to have it. */
const DEVICES: Readonly<Record<string, { readonly platforms?: readonly NodeJS.Platform[]; readonly where: string }>> = {
  cpu: { where: "every machine" },
  webgpu: { where: "Windows, Linux on x64, and macOS" },
  cuda: { platforms: ["linux"], where: "Linux on x64 with an NVIDIA GPU" },
  dml: { platforms: ["win32"], where: "Windows" },
  coreml: { platforms: ["darwin"], where: "macOS" },
};

/** Trains and predicts with ONNX Runtime's Node binding. */
export const onnxruntimeEngine: Engine = {
  name: "onnxruntime",

  status() {
    return Promise.resolve({ name: "onnxruntime", available: true, version: ort.env.versions.node ?? ort.env.versions.common, devices: devices() });
  },

  installed() {
    return Promise.resolve({
      devices: devices()
        .filter(({ available }) => available)
        .map(({ name }) => name),
      version: ort.env.versions.node ?? ort.env.versions.common,
    });
  },

  async probe(device) {
    const e = createEmitter();
    e.graph.output(e.add(e.graph.input("x", "float32", [1]), e.scalar(1)), "y");
    try {
      const executable = await compileWith(e.graph.build("probe"), { device, threads: 1 });
      await executable.run({ x: tensor("float32", [1]) });
      await executable.dispose();
      return undefined;
    } catch (thrown) {
      // ONNX Runtime puts the place in its own sources first; the reason is the last sentence.
      return toLatheError(thrown)
        .message.split(/(?<=false\.|: )\s*/)
        .at(-1);
    }
  },

  sharesMemory: (device) => device === "cpu",

  prepare: rewriteForward,

  /** Standard operators only, so that the gradient runs wherever the forward graph does. */
  differentiate,

  compile(graph: Graph, options: CompileOptions): Promise<Executable> {
    return compileWith(graph, options);
  },

  async load(model: Uint8Array, options: CompileOptions): Promise<Executable> {
    requireDevice(options.device);
    return createSession("the model", model, options);
  },
};

/** As `compile`, and may write a trace of every operator's time. @throws LatheError `engine.unavailable`, `engine.failed`, `graph.invalid`. */
export async function compileWith(graph: Graph, options: SessionOptions): Promise<Executable> {
  requireDevice(options.device);
  const rewritten = options.batchSize === undefined ? graph : rewriteAll(graph, options.batchSize, options);
  return createSession(`the graph ${graph.name}`, encodeModel(modelOf(rewritten, { version: "" })), options);
}

function devices(): readonly DeviceStatus[] {
  const bundled = new Set(
    ort
      .listSupportedBackends()
      .filter((b) => b.bundled)
      .map((b) => b.name),
  );
  return Object.entries(DEVICES).map(([name, { platforms, where }]) => {
    if (bundled.has(name)) return { name, available: true };
    if (platforms && !platforms.includes(process.platform))
      return { name, available: false, reason: `it is for ${where}, this is ${process.platform} on ${process.arch}` };
    const reason =
      name === "cuda"
        ? "onnxruntime-node does not bundle CUDA; install it with `npm rebuild onnxruntime-node --onnxruntime-node-install=cuda12`"
        : `onnxruntime-node has no build of it for ${process.platform} on ${process.arch}; it is for ${where}`;
    return { name, available: false, reason };
  });
}

function requireDevice(name: string): void {
  const all = devices();
  const device = all.find((d) => d.name === name);
  if (!device) throw new LatheError("engine.unavailable", `onnxruntime has no device ${name}; it has ${all.map((d) => d.name).join(", ")}`);
  if (!device.available) throw new LatheError("engine.unavailable", `the device ${name} is not available: ${device.reason ?? "unknown reason"}`);
}
