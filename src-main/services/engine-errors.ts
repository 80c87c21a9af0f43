import { createInterface } from "node:readline";
import type { Writable } from "node:stream";

/**
 * What TensorFlow greets with whatever its log level is: it says so before it has read it. The setting that would silence the second line also turns off the
 * convolutions that it announces.
 */
const GREETINGS = [/^WARNING: All log messages before absl::InitializeLog\(\) is called are written to STDERR$/, /^I0000 .*oneDNN custom operations are on\./];

/** Passes on what an engine process writes to stderr, line by line, without TensorFlow's greeting. */
export function passOn(errors: NodeJS.ReadableStream | null, to: Writable = process.stderr): void {
  if (!errors) return;
  createInterface({ input: errors, crlfDelay: Infinity }).on("line", (line) => {
    if (!GREETINGS.some((greeting) => greeting.test(line))) to.write(`${line}\n`);
  });
}
