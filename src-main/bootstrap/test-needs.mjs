import { existsSync } from "node:fs";
import { join } from "node:path";
import { installDebian } from "./debian.mjs";
import { root, run, say } from "./shared.mjs";

/** Seconds that the tests wait for TensorFlow's native library. */
const LIMIT = 120;

/**
 * What the TensorFlow tests run on, set up where it can be and need not be waited for: without it they run on tfjs's CPU backend. Never fails.
 * `LATHE_SETUP_TENSORFLOW=0`: only looks whether it is there.
 * @returns {Promise<string>} in words
 */
export async function tensorflowForTests() {
  const looks = process.env.LATHE_SETUP_TENSORFLOW === "0";
  const script = join(root, "src-main", "bootstrap", "setup-tensorflow.mjs");
  const { output } = await run(process.execPath, [script, "--json", ...(looks ? ["--look"] : ["--limit", String(LIMIT)])], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const { event, version, how, folder, message } = output.startsWith("{") ? JSON.parse(output) : { message: "its setup ended without a word" };
  if (event === "tensorflow") return `native TensorFlow ${version} (${how}; ${folder})`;
  return `tfjs's CPU backend, in JavaScript${looks ? " (LATHE_SETUP_TENSORFLOW=0)" : ""}: ${message}`;
}

/** The ONNX project's own operator tests, as Debian packages them. Never fails: without them their tests are skipped. @returns {Promise<string>} in words */
export async function onnxTestData() {
  const there = () => [process.env.LATHE_ONNX_TESTDATA, "/usr/share/libonnx-testdata/data"].find((folder) => folder && existsSync(join(folder, "node")));
  const found = there();
  if (found) return found;
  const reason = await installDebian("libonnx-testdata", "6 MB");
  return there() ?? `not here: ${reason ?? "Debian's package has none"} (LATHE_ONNX_TESTDATA names a copy of onnx/backend/test/data)`;
}

/** Prepares what tests can do without, and says by name what they have. */
export async function sayTestNeeds() {
  say(`TensorFlow tests run on: ${await tensorflowForTests()}`);
  say(`ONNX operator tests: ${await onnxTestData()}`);
}
