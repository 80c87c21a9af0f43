import { Command } from "commander";
import { LatheError } from "../base/errors.js";
import { version } from "../base/version.js";
import { addBacktest } from "./commands/backtest.js";
import { addDevices } from "./commands/devices.js";
import { addEvaluate } from "./commands/evaluate.js";
import { addExport } from "./commands/export.js";
import { addFeatures } from "./commands/features.js";
import { addFindLearningRate } from "./commands/find-learning-rate.js";
import { addForecast } from "./commands/forecast.js";
import { addImport } from "./commands/import.js";
import { addInspect } from "./commands/inspect.js";
import { addNew } from "./commands/new.js";
import { addPredict } from "./commands/predict.js";
import { addRuns } from "./commands/runs.js";
import { addServe } from "./commands/serve.js";
import { addTrain } from "./commands/train.js";
import { addVerify } from "./commands/verify.js";

/** In the order of work. */
const commands = [
  addNew,
  addImport,
  addInspect,
  addTrain,
  addFindLearningRate,
  addRuns,
  addEvaluate,
  addFeatures,
  addPredict,
  addForecast,
  addBacktest,
  addExport,
  addVerify,
  addServe,
  addDevices,
];

const examples = `
From a table to a model:
  lathe new credit --data credit.csv --target Good
  lathe train credit
  lathe predict credit applicants.csv

Every command takes --json: one JSON object a line on stdout, everything for people on stderr.
Exit codes: 0 done, 1 failed with one clear line, 2 bad usage.`;

/** The command line. Throws a CommanderError instead of ending the process; its message has not been printed. */
export function createProgram(): Command {
  const program = new Command("lathe")
    .description("Train a small neural network on your own data, see whether it is any good, take it away as ONNX.")
    .version(version)
    .showSuggestionAfterError()
    .configureOutput({ outputError: () => undefined })
    .exitOverride()
    .hook("preAction", (_, command) => refuseEmpty(command))
    .addHelpText("after", examples);
  for (const add of commands) add(program);
  for (const command of program.commands) command.option("--json", "one JSON object a line on stdout, logs on stderr");
  return program;
}

/**
 * An empty word is a script's variable that was never set. None of ours may be: as a path it would be the current folder, as a run's number a new run.
 * @throws LatheError `usage`
 */
function refuseEmpty(command: Command): void {
  const options = command.options.map((option) => [option.flags, command.getOptionValue(option.attributeName()) as unknown] as const);
  const words = command.registeredArguments.map((argument, i) => [`<${argument.name()}>`, command.args[i]] as const);
  const empty = [...words, ...options].find(([, value]) => [value].flat().includes(""));
  if (empty) throw new LatheError("usage", `${empty[0]} is empty; ${empty[0].startsWith("<") ? "the current folder is ." : "give it a value, or omit it"}`);
}
