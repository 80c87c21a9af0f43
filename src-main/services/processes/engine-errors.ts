import { createInterface } from "node:readline";
import type { Writable } from "node:stream";
import { visible } from "../../base/visible.mjs";

/**
 * What libraries say to nobody. TensorFlow greets whatever its log level is: it says so before it has read it, and the setting that would silence the second
 * line also turns off the convolutions that it announces. Vulkan's loader and Dawn, which drives graphics cards for ONNX Runtime, complain where there is none;
 * the reason is told with the device.
 */
const CHATTER = [
  /^WARNING: All log messages before absl::InitializeLog\(\) is called are written to STDERR$/,
  /^I0000 .*oneDNN custom operations are on\./,
  /^error: XDG_RUNTIME_DIR is invalid or not set in the environment\.$/,
  /^Warning: .*\bVulkan\b/i,
  /^ - While initializing adapter \(backend=/,
  /^ {4}at .*\bdawn-src\b/,
];

/** Colours, as ONNX Runtime writes them into a pipe too (ECMA-48, SGR). */
const COLORS = /\u001b\[[\d;]*m/g;

/**
 * Passes on what an engine process writes to stderr, line by line, without the chatter. Libraries name nodes of a stranger's model: such a name is shown, not
 * sent.
 */
export function passOn(errors: NodeJS.ReadableStream | null, to: Writable = process.stderr): void {
  if (!errors) return;
  createInterface({ input: errors, crlfDelay: Infinity }).on("line", (line) => {
    if (!CHATTER.some((words) => words.test(line))) to.write(`${visible(line.replaceAll(COLORS, ""))}\n`);
  });
}
