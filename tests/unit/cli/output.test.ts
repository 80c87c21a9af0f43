import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type Stream, createOutput } from "../../../src-main/cli/output.js";

interface Listening extends Stream {
  text: string;
}

function stream(options: { isTTY?: boolean; columns?: number } = {}): Listening {
  return {
    text: "",
    ...options,
    write(text) {
      this.text += text;
    },
  };
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
    expect(
      stdout.text
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([
      { event: "done", run: "0001" },
      { event: "error", code: "data.empty", message: "credit.csv is empty" },
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

describe("a name that a terminal would obey", () => {
  const name = "age\u001b]0;t\u0007\u001b[2K\n\u009b31m\u202e";
  const shown = "age\\x1b]0;t\\x07\\x1b[2K\\n\\x9b31m\\u202e";

  test("is shown in lines, tables, the changing line and errors; our colours stay", () => {
    const { output, stdout, stderr } = streams(false, true, 200);
    output.transient(name);
    output.line(output.paint.yellow("warning:"), ` ${name}`);
    output.line(output.paint.dim(name));
    output.table([name, "n"], [[name, "1"]]);
    output.error({ code: "data.column", message: `there is no ${name}` });
    expect(stdout.text).toBe(`\u001b[33mwarning:\u001b[39m ${shown}\n\u001b[2m${shown}\u001b[22m\n\u001b[1m${shown}  n\u001b[22m\n${shown}  1\n`);
    expect(stderr.text).toBe(
      `\r\u001b[K\u001b[2m${shown}\u001b[22m\r\u001b[K\u001b[31merror:\u001b[39m there is no ${shown.replace("\\n", "\n\u001b[31merror:\u001b[39m ")}\n`,
    );
  });

  test("is the same name in JSON, and sends nothing from there either", () => {
    const { output, stdout } = streams(true);
    output.event({ event: "created", name });
    output.error({ code: "data.column", message: name });
    const lines = stdout.text.trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      { event: "created", name },
      { event: "error", code: "data.column", message: name },
    ]);
    expect(stdout.text.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\u202e]/u);
  });
});
