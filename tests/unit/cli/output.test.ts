import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type Stream, createOutput } from "../../../src-main/cli/output.js";

interface Listening extends Stream {
  text: string;
}

function stream(options: { isTTY?: boolean; columns?: number } = {}): Listening {
  return { text: "", ...options, write(text) { this.text += text; } };
}

function streams(json: boolean, terminal = false, columns = 80) {
  const [stdout, stderr] = [stream({ isTTY: terminal, columns }), stream({ isTTY: terminal, columns })];
  return { stdout, stderr, output: createOutput(json, { stdout, stderr }) };
}

beforeEach(() => void vi.stubEnv("NO_COLOR", undefined).stubEnv("TERM", "xterm"));
afterEach(() => void vi.unstubAllEnvs());

describe("with --json", () => {
  test("stdout holds nothing but one object a line; words go to stderr", () => {
    const { output, stdout, stderr } = streams(true);
    output.event({ event: "done", run: "0001" });
    output.line("model model.onnx");
    output.table(["run"], [["0001"]]);
    output.error({ code: "data.empty", message: "credit.csv is empty" });
    expect(stdout.text.trimEnd().split("\n").map((line) => JSON.parse(line) as unknown)).toEqual([
      { event: "done", run: "0001" }, { event: "error", code: "data.empty", message: "credit.csv is empty" },
    ]);
    expect(stderr.text).toBe("model model.onnx\nrun\n0001\nerror: credit.csv is empty\n");
  });
});

describe("for people", () => {
  test("words are on stdout, errors on stderr with a line for each mistake, events nowhere", () => {
    const { output, stdout, stderr } = streams(false);
    output.event({ event: "done" });
    output.line("two");
    output.line();
    output.error({ code: "project.invalid", message: "p: a: got 1\np: b: got 2\n\n" });
    expect(stdout.text).toBe("two\n\n");
    expect(stderr.text).toBe("error: p: a: got 1\nerror: p: b: got 2\n");
  });

  test("a pipe gets no colours and no line that changes", () => {
    const { output, stdout, stderr } = streams(false);
    output.transient("epoch 1");
    output.table(["a"], [["1"]]);
    expect([stdout.text, stderr.text]).toEqual(["a\n1\n", ""]);
  });

  test("on a terminal the changing line is overwritten by the next words, and never wraps", () => {
    const { output, stdout, stderr } = streams(false, true, 10);
    output.transient("epoch 1 of 30");
    expect(stderr.text).toBe("\r\u001b[K\u001b[2mepoch 1 …\u001b[22m");
    stderr.text = "";
    output.line("epoch 1");
    output.line("epoch 2");
    expect([stderr.text, stdout.text]).toEqual(["\r\u001b[K", "epoch 1\nepoch 2\n"]);
  });

  test("a terminal that does not know its width is taken for 80 columns", () => {
    const { output, stderr } = streams(false, true, 0);
    output.transient("x".repeat(200));
    expect(stderr.text).toContain(`${"x".repeat(78)}…`);
  });

  test("NO_COLOR is obeyed", () => {
    vi.stubEnv("NO_COLOR", "1");
    const { output, stdout } = streams(false, true);
    output.table(["a"], [["1"]]);
    expect(stdout.text).toBe("a\n1\n");
  });
});
