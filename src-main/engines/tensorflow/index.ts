import { stat } from "node:fs/promises";
import { join } from "node:path";
import { LatheError, toLatheError } from "../../base/errors.js";
import { decodeModel } from "../../onnx/protobuf.js";
import { inferTypes } from "../../ops/index.js";
import type { Engine } from "../engine.js";
import { createExecutable } from "./executable.js";
import { differentiate } from "./gradient.js";
import { type Backend, findNative, loadBackend, slowAllowed } from "./native.js";

/** The library chooses its own processor: it is built for the CPU, and Lathe does not install another. */
const DEVICE = "cpu";

/** Trains and predicts with TensorFlow.js: interprets the graph, and lets TensorFlow.js differentiate it. */
export const tensorflowEngine: Engine = {
  name: "tensorflow",

  async status() {
    try {
      const { version } = await loadBackend();
      return { name: "tensorflow", available: true, version, devices: [{ name: DEVICE, available: true }] };
    } catch (thrown) {
      return { name: "tensorflow", available: false, reason: toLatheError(thrown).message, devices: [] };
    }
  },

  async installed() {
    const path = findNative();
    if (path === undefined) return { devices: slowAllowed() ? [DEVICE] : [], version: "JavaScript" };
    return { devices: [DEVICE], version: `${path} ${(await stat(join(path, "lib"))).mtimeMs}` };
  },

  async probe(device) {
    try {
      const { tf } = await backendFor(device);
      const sum = tf.tidy(() => tf.add(1, 1).dataSync()[0]);
      return sum === 2 ? undefined : `it adds 1 and 1 to ${sum}`;
    } catch (thrown) {
      return toLatheError(thrown).message;
    }
  },

  /** Its tensors are its own: what is fed is copied. */
  sharesMemory: () => false,

  /** What makes a gradient of standard operators simpler is nothing to TensorFlow.js. */
  prepare: (forward) => forward,

  differentiate,

  async compile(graph, { device }) {
    return createExecutable(graph, (await backendFor(device)).tf);
  },

  async load(model, { device }) {
    return createExecutable(decodeModel(model, inferTypes).graph, (await backendFor(device)).tf);
  },
};

/** @throws LatheError `engine.unavailable` */
async function backendFor(device: string): Promise<Backend> {
  if (device !== DEVICE) throw new LatheError("engine.unavailable", `tensorflow has no device ${device}; it has ${DEVICE}`);
  return loadBackend();
}
