import { tensorflowEngine } from "../../src-main/engines/tensorflow/index.js";
import { loadBackend } from "../../src-main/engines/tensorflow/native.js";

/**
 * The TensorFlow engine as tests run it: on the native library wherever it is found, else on TensorFlow.js's own kernels, which the engine refuses to users who
 * did not ask. Says by name which of the two it is.
 */
export async function tensorflowUnderTest() {
  process.env["LATHE_TENSORFLOW_SLOW"] = "1";
  const backend = await loadBackend();
  console.log(`runs on ${backend.version}`);
  return { engine: tensorflowEngine, ...backend };
}
