import { describe, expect, test } from "vitest";
import { createOutput } from "../../../src-main/cli/output.js";
import { showEvents } from "../../../src-main/cli/show-events.js";
import type { RunEvent } from "../../../src-main/contract/events.js";
import { plausibleEpochs } from "../../support/run-on-disk.js";

/** What a command prints of some events: lines of stdout, and what the changing line said. */
function shown(events: readonly RunEvent[], options: { terminal?: boolean; json?: boolean } = {}) {
  const text = { stdout: "", stderr: "" };
  const to = (name: keyof typeof text) => ({ isTTY: options.terminal === true, columns: 200, write: (words: string) => (text[name] += words) });
  const show = showEvents(createOutput(options.json === true, { stdout: to("stdout"), stderr: to("stderr") }));
  for (const event of events) show(event);
  const plain = (words: string) => words.replaceAll(/\u001b\[\d*m/g, "");
  return { lines: plain(text.stdout).split("\n").slice(0, -1), changing: plain(text.stderr).split("\r\u001b[K").slice(1), stderr: plain(text.stderr) };
}

function run(epochs: number): RunEvent {
  return {
    event: "run",
    run: "0001",
    folder: "/p/runs/0001",
    project: "p",
    engine: "onnxruntime",
    engineVersion: "1.30.0",
    device: "cpu",
    reason: "as asked for",
    threads: 1,
    epochs,
    stepsPerEpoch: 98,
    batchSize: 32,
    parameters: 353,
    samples: { train: 3118, validation: 668, test: 668 },
  };
}

const step: RunEvent = { event: "step", epoch: 4, step: 40, loss: 0.4712, learningRate: 0.005, samplesPerSecond: 411_999.6, secondsLeft: 65 };
const judging: RunEvent = { event: "stage", stage: "judging on the test rows", done: 334, total: 668 };

describe("a run, told to people", () => {
  test("a pipe gets a line an epoch", () => {
    const { lines, changing } = shown([run(100), ...plausibleEpochs(100)]);
    expect(lines[0]).toBe("run 0001: 3,118 training rows, 353 parameters, onnxruntime 1.30.0 on cpu, 1 thread");
    expect(lines[1]).toBe("  as asked for");
    expect(lines).toHaveLength(102);
    expect(lines[2]).toBe("epoch   1  loss 0.690  validation loss 0.690  Good.accuracy 0.640  best");
    expect(changing).toEqual([]);
  });

  test("a terminal keeps all epochs of a short run", () => {
    expect(shown([run(30), ...plausibleEpochs(30)], { terminal: true }).lines).toHaveLength(32);
  });

  test("a terminal keeps some epochs of a long run, the last among them, and shows the rest in one line", () => {
    const { lines, changing } = shown([run(400), ...plausibleEpochs(399), judging], { terminal: true });
    expect(lines.slice(2).map((line) => Number(/epoch +(\d+)/.exec(line)?.[1]))).toEqual([...Array.from({ length: 39 }, (_, i) => 10 * (i + 1)), 399]);
    expect(changing).toContainEqual(expect.stringMatching(/^epoch 7\/400, loss 0\.\d{3}, best 0\.\d{3} in epoch \d$/));
    expect(changing.at(-1)).toBe("judging on the test rows 50 %");
  });

  test("within an epoch the line tells how far, how good, how fast, how long", () => {
    const { changing } = shown([run(30), ...plausibleEpochs(3), step], { terminal: true });
    expect(changing.at(-1)).toMatch(/^epoch 4\/30, step 40\/98, loss 0\.471, best 0\.\d{3} in epoch \d, 412,000 rows\/s, 1:05 left$/);
  });

  test("a resumed run says where it resumes", () => {
    expect(shown([{ ...run(30), resumedFrom: { epoch: 3, step: 12 } } as RunEvent]).lines.at(-1)).toBe("  resumed in epoch 3, after step 12");
  });
});

test("--json passes events on as they are, but for the last words, which are the command's", () => {
  const epochs = plausibleEpochs(2);
  const { lines, stderr } = shown([run(2), ...epochs, { event: "done", run: "0001", test: {}, ended: "completed" }], { json: true });
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([run(2), ...epochs]);
  expect(stderr).toContain("epoch   2");
});
