import { Command } from "commander";
import { LatheError } from "../base/errors.js";
import { version } from "../base/version.js";

/** What the list of commands says of one. What it takes to do it is loaded with `configure`, for a command line that names it. */
interface CommandEntry {
  readonly name: string;
  readonly description: string;
  /** Each with its description. */
  readonly arguments?: readonly (readonly [string, string])[];
  /** Adds options and what to do. */
  readonly configure: () => Promise<(command: Command) => void>;
}

/** In the order of work. */
const commands: readonly CommandEntry[] = [
  {
    name: "new",
    description: "make a project from a template and a table, or a folder of pictures",
    arguments: [["<folder>", "folder to make it in"]],
    configure: async () => (await import("./commands/new.js")).configureNew,
  },
  {
    name: "import",
    description: "make a project of the network in an ONNX file; without --data tell what of it can be used",
    arguments: [
      ["<model>", "the ONNX file"],
      ["[folder]", "folder to make the project in"],
    ],
    configure: async () => (await import("./commands/import.js")).configureImport,
  },
  {
    name: "inspect",
    description: "look at the data before training: columns, classes, missing values, duplicates, splits",
    arguments: [["<project>", "a project's folder"]],
    configure: async () => (await import("./commands/inspect.js")).configureInspect,
  },
  {
    name: "train",
    description: "train a project; Ctrl-C stops and keeps what was learnt, a second Ctrl-C cancels, a third ends at once",
    arguments: [["<project>", "a project's folder"]],
    configure: async () => (await import("./commands/train.js")).configureTrain,
  },
  {
    name: "find-lr",
    description: "try growing learning rates for a few steps and suggest one; nothing is saved",
    arguments: [["<project>", "a project's folder"]],
    configure: async () => (await import("./commands/find-learning-rate.js")).configureFindLearningRate,
  },
  {
    name: "runs",
    description: "list a project's runs, the newest first: how each ended and how good it is",
    arguments: [["<project>", "a project's folder"]],
    configure: async () => (await import("./commands/runs.js")).configureRuns,
  },
  {
    name: "evaluate",
    description: "judge a model on a table whose answers are known",
    arguments: [["<model>", "a run's folder, a project's (its newest run), or a model.onnx"]],
    configure: async () => (await import("./commands/evaluate.js")).configureEvaluate,
  },
  {
    name: "threshold",
    description: "decide by another probability from now on, without training: what a run answers, and what is made of it",
    arguments: [["<run>", "a run's folder, or a project's (its newest run)"]],
    configure: async () => (await import("./commands/threshold.js")).configureThreshold,
  },
  {
    name: "features",
    description: "look at all pictures of a run as its network sees them: near duplicates, outliers, labels worth a second look",
    arguments: [["<run>", "a run's folder, or a project's (its newest run)"]],
    configure: async () => (await import("./commands/features.js")).configureFeatures,
  },
  {
    name: "predict",
    description: "answer for every row of a table, into a CSV",
    arguments: [
      ["<model>", "a run's folder, a project's (its newest run), or a model.onnx"],
      ["<table>", "table with the model's columns"],
    ],
    configure: async () => (await import("./commands/predict.js")).configurePredict,
  },
  {
    name: "forecast",
    description: "forecast the steps after the end of every series, into a CSV",
    arguments: [["<run>", "a run's folder, a project's (its newest run), or a model.onnx"]],
    configure: async () => (await import("./commands/forecast.js")).configureForecast,
  },
  {
    name: "backtest",
    description: "train a forecasting run anew on growing parts of the past, and judge each on what followed",
    arguments: [["<run>", "a run's folder, or a project's (its newest run)"]],
    configure: async () => (await import("./commands/backtest.js")).configureBacktest,
  },
  {
    name: "export",
    description: "take a trained model, or its report, away",
    arguments: [["<run>", "a run's folder, or a project's (its newest run)"]],
    configure: async () => (await import("./commands/export.js")).configureExport,
  },
  {
    name: "verify",
    description: "repeat what an export's certificate says, on the data it learnt from",
    arguments: [["<export>", "a file or folder that export wrote"]],
    configure: async () => (await import("./commands/verify.js")).configureVerify,
  },
  { name: "serve", description: "the studio in a browser, on this machine only", configure: async () => (await import("./commands/serve.js")).configureServe },
  { name: "engines", description: "what can train here, and why not", configure: async () => (await import("./commands/devices.js")).configureEngines },
  {
    name: "devices",
    description: "processors and graphics cards that can be named with --device",
    configure: async () => (await import("./commands/devices.js")).configureDevices,
  },
  {
    name: "doctor",
    description: "check this installation; what is missing is named with its remedy",
    configure: async () => (await import("./commands/devices.js")).configureDoctor,
  },
];

const examples = `
From a table to a model:
  lathe new credit --data credit.csv --target Good
  lathe train credit
  lathe predict credit applicants.csv

Every command takes --json: one JSON object a line on stdout, everything for people on stderr.
Exit codes: 0 done, 1 failed with one clear line, 2 bad usage.`;

/**
 * The command line. Throws a CommanderError instead of ending the process; its message has not been printed.
 * @param words of the command line: the commands that are among them can be parsed, the others are but listed.
 */
export async function createProgram(words: readonly string[]): Promise<Command> {
  const program = new Command("lathe")
    .description("Train a small neural network on your own data, see whether it is any good, take it away as ONNX.")
    .version(version)
    .showSuggestionAfterError()
    .configureOutput({ outputError: () => undefined })
    .exitOverride()
    .hook("preAction", (_, command) => refuseEmpty(command))
    .addHelpText("after", examples);
  for (const entry of commands) {
    const command = program.command(entry.name).description(entry.description);
    for (const argument of entry.arguments ?? []) command.argument(...argument);
    if (words.includes(entry.name)) (await entry.configure())(command);
    command.option("--json", "one JSON object a line on stdout, logs on stderr");
  }
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
