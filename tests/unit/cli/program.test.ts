import { describe, expect, test } from "vitest";
import { createProgram } from "../../../src-main/cli/program.js";
import { mainMetric } from "../../../src-main/cli/show-metrics.js";

const { commands } = createProgram();

describe.each(commands.map((command) => [command.name(), command] as const))("lathe %s", (_, command) => {
  test("says what it does, what it takes, and has --json", () => {
    expect(command.description().length).toBeGreaterThan(10);
    for (const argument of command.registeredArguments) expect(argument.description, argument.name()).toMatch(/\w/);
    for (const option of command.options) expect(option.description, option.flags).toMatch(/\w/);
    expect(command.options.map(({ long }) => long)).toContain("--json");
  });
});

test("a wrong word is refused with the nearest right one", async () => {
  await expect(createProgram().parseAsync(["trian"], { from: "user" })).rejects.toMatchObject({ message: expect.stringMatching(/unknown command 'trian'\s+\(Did you mean train\?\)/) });
});

test.each([
  ["train p --epochs 0", "Expected a whole number of at least 1"], ["train p --epochs 1.5", "at least 1"], ["train p --epochs 1e3", "at least 1"],
  ["train p --seed -1", "at least 0"], ["serve --port 70000", "0 to 65535"], ["train p --engine torch", "auto, onnxruntime, tensorflow"],
  ["export r --format onx --out x", "onnx, report"], ["evaluate m", "--data"], ["predict m", "table"],
])("lathe %s is bad usage", async (line, words) => {
  await expect(createProgram().parseAsync(line.split(" "), { from: "user" })).rejects.toMatchObject({ exitCode: 1, message: expect.stringContaining(words) });
});

test("the main metric is the first target's accuracy or RMSE, else the loss", () => {
  expect(mainMetric({ loss: 1, "a.loss": 1, "a.accuracy": 0.7, "b.rmse": 2 })).toEqual({ name: "a.accuracy", value: 0.7 });
  expect(mainMetric({ loss: 1, "b.mse": 4, "b.rmse": 2 })).toEqual({ name: "b.rmse", value: 2 });
  expect(mainMetric({ loss: 1 })).toEqual({ name: "loss", value: 1 });
  expect(mainMetric({})).toBeUndefined();
});
