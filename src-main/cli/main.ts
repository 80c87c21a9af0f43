import { Command, CommanderError } from "commander";
import { LatheError, toLatheError } from "../base/errors.js";
import { version } from "../base/version.js";
import { addDevices } from "./commands/devices.js";
import { addEvaluate } from "./commands/evaluate.js";
import { addExport } from "./commands/export.js";
import { addFindLearningRate } from "./commands/find-learning-rate.js";
import { addInspect } from "./commands/inspect.js";
import { addNew } from "./commands/new.js";
import { addPredict } from "./commands/predict.js";
import { addServe } from "./commands/serve.js";
import { addTrain } from "./commands/train.js";
import { createOutput } from "./output.js";

/** Exit codes: 0 done, 1 failed with one clear line, 2 bad usage. */
const FAILED = 1;
const BAD_USAGE = 2;

async function main(): Promise<number> {
  const program = new Command("lathe")
    .description("Train a small neural network on your own data, see whether it is any good, take it away as ONNX.")
    .version(version)
    .showSuggestionAfterError()
    .exitOverride();
  for (const add of [addNew, addInspect, addTrain, addFindLearningRate, addEvaluate, addPredict, addExport, addServe, addDevices]) add(program);
  for (const command of program.commands) command.exitOverride().option("--json", "one JSON object a line on stdout, logs on stderr");
  const json = process.argv.includes("--json");
  try {
    await program.parseAsync();
    return 0;
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : BAD_USAGE;
    const error = toLatheError(thrown);
    createOutput(json).error(error.toRecord());
    if (!(thrown instanceof LatheError) && process.env["LATHE_DEBUG"] && thrown instanceof Error) process.stderr.write(`${thrown.stack ?? ""}\n`);
    return error.code === "usage" ? BAD_USAGE : FAILED;
  }
}

// Output may still be on its way through a pipe: set the code and let Node end by itself.
process.exitCode = await main();
