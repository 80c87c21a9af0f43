import { CommanderError } from "commander";
import { LatheError, toLatheError } from "../base/errors.js";
import { visibleLines } from "../base/visible.mjs";
import { createOutput } from "./output.js";
import { createProgram } from "./program.js";

/** Exit codes: 0 done, 1 failed with one clear line, 2 bad usage. */
const FAILED = 1;
const BAD_USAGE = 2;

async function main(): Promise<number> {
  try {
    const words = process.argv.slice(2);
    await (await createProgram(words)).parseAsync(words, { from: "user" });
    return 0;
  } catch (thrown) {
    if (thrown instanceof CommanderError && thrown.exitCode === 0) return 0;
    const error = explain(thrown);
    // Without a command commander has printed the help, and has nothing to add.
    if (!(thrown instanceof CommanderError && thrown.code === "commander.help")) createOutput(process.argv.includes("--json")).error(error.toRecord());
    if (error.code === "internal" && process.env["LATHE_DEBUG"] && thrown instanceof Error) process.stderr.write(`${visibleLines(thrown.stack ?? "")}\n`);
    return error.code === "usage" ? BAD_USAGE : FAILED;
  }
}

/** commander says `error: unknown command 'trian'` and, on a line of its own, `(Did you mean train?)`. */
function explain(thrown: unknown): LatheError {
  if (!(thrown instanceof CommanderError)) return toLatheError(thrown);
  return new LatheError("usage", thrown.message.replace(/^error: /, "").replace(/\s*\n\s*/g, " "));
}

// A reader that has seen enough, such as `head`, closes the pipe: that is no failure of ours.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit();
    throw error;
  });
}

// Output may still be on its way through a pipe: set the code and let Node end by itself.
process.exitCode = await main();
