import { describe, expect, test } from "vitest";
import { createProgram } from "../../../src-main/cli/program.js";
import { mainMetric } from "../../../src-main/cli/show-metrics.js";

const listed = (await createProgram([])).commands.map((command) => command.name());
const { commands } = await createProgram(listed);

/** Does what a command line says. */
async function parse(words: readonly string[]): Promise<unknown> {
  return (await createProgram(words)).parseAsync([...words], { from: "user" });
}

describe.each(commands.map((command) => [command.name(), command] as const))("lathe %s", (_, command) => {
  test("says what it does, what it takes, and has --json", () => {
    expect(command.description().length).toBeGreaterThan(10);
    for (const argument of command.registeredArguments) expect(argument.description, argument.name()).toMatch(/\w/);
    for (const option of command.options) expect(option.description, option.flags).toMatch(/\w/);
    expect(command.options.map(({ long }) => long)).toContain("--json");
  });
});

test("a wrong word is refused with the nearest right one", async () => {
  await expect(parse(["trian"])).rejects.toMatchObject({ message: expect.stringMatching(/unknown command 'trian'\s+\(Did you mean train\?\)/) });
});

test.each([
  ["train p --epochs 0", "Expected a whole number of at least 1"],
  ["train p --epochs 1.5", "at least 1"],
  ["train p --epochs 1e3", "at least 1"],
  ["train p --seed -1", "at least 0"],
  ["serve --port 70000", "0 to 65535"],
  ["train p --engine torch", "auto, onnxruntime, tensorflow"],
  ["export r --format onx --out x", "onnx, pytorch, report"],
  ["evaluate m", "--data"],
  ["predict m", "table"],
  ["forecast m", "--out"],
  ["forecast m --out x --level 95", "Expected shares between 0 and 1"],
  ["forecast m --out x --horizon 0", "at least 1"],
  ["backtest m --folds 0", "at least 1"],
])("lathe %s is bad usage", async (line, words) => {
  await expect(parse(line.split(" "))).rejects.toMatchObject({ exitCode: 1, message: expect.stringContaining(words) });
});

// A script's variable that was never set: as a path it would be the current folder, as a run a new one.
test.each([
  [["train", "p", "--resume", ""], "--resume [run] is empty"],
  [["train", "p", "--resume="], "--resume [run] is empty"],
  [["train", ""], "<project> is empty; the current folder is ."],
  [["train", "p", "--device", ""], "--device <name> is empty"],
  [["new", "", "--data", "t.csv"], "<folder> is empty"],
  [["new", "p", "--data", ""], "--data <path> is empty"],
  [["new", "p", "--data", "t.csv", "--test", ""], "--test <path> is empty"],
  [["new", "p", "--data", "t.csv", "--target", "a", "--target", ""], "--target <column> is empty"],
  [["predict", "", "t.csv"], "<model> is empty"],
  [["predict", "m", ""], "<table> is empty"],
  [["predict", "m", "t.csv", "--out", ""], "--out <path> is empty"],
  [["forecast", "", "--out", "x"], "<run> is empty"],
  [["forecast", "m", "--out", "x", "--data", ""], "--data <path> is empty"],
  [["backtest", ""], "<run> is empty"],
  [["export", "", "--format", "onnx", "--out", "x"], "<run> is empty"],
  [["export", "r", "--format", "onnx", "--out", ""], "--out <path> is empty"],
  [["evaluate", "m", "--data", ""], "--data <path> is empty"],
  [["find-lr", ""], "<project> is empty"],
  [["inspect", ""], "<project> is empty"],
  [["runs", ""], "<project> is empty"],
] as const)("lathe %j is bad usage", async (words, sentence) => {
  await expect(parse(words)).rejects.toMatchObject({ code: "usage", message: expect.stringContaining(sentence) as string });
});

test.each([
  [["serve", "--allow", ""], "It is empty; name a folder"],
  [["train", "p", "--epochs", ""], "at least 1"],
  [["new", "p", "--data", "t", "--levels", ""], "names between commas"],
  [["predict", "m", "t.csv", "--out", "-"], "not to a pipe; name a file"],
  [["export", "r", "--format", "onnx", "--out", "-"], "not to a pipe; name a file"],
] as const)("lathe %j is bad usage too", async (words, sentence) => {
  await expect(parse(words)).rejects.toMatchObject({ exitCode: 1, message: expect.stringContaining(sentence) as string });
});

test("the main metric is the first target's accuracy or RMSE, else the loss", () => {
  expect(mainMetric({ loss: 1, "a.loss": 1, "a.accuracy": 0.7, "b.rmse": 2 })).toEqual({ name: "a.accuracy", value: 0.7 });
  expect(mainMetric({ loss: 1, "b.mse": 4, "b.rmse": 2 })).toEqual({ name: "b.rmse", value: 2 });
  expect(mainMetric({ loss: 1 })).toEqual({ name: "loss", value: 1 });
  expect(mainMetric({})).toBeUndefined();
});
