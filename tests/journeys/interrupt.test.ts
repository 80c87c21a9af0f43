import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, watch, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RunningCommand, creditTable, last, lathe, startLathe, writeCreditProject } from "../support/lathe.js";
import { temporaryFolder } from "../support/temporary-folder.js";

/** Windows has no signal that a test could send in place of Ctrl-C. */
const withSignals = process.platform === "win32" ? describe.skip : describe;

/** Starts a long run; `interrupt` is called once it has trained for an epoch. */
function train(interrupt: (command: RunningCommand) => void) {
  const folder = writeCreditProject(temporaryFolder(), { epochs: 100_000, batchSize: 32, optimizer: { type: "Adam", lr: 0.005 } });
  let called = false;
  const command = startLathe(["train", folder, "--json"], ({ event }) => {
    if (event === "epoch" && !called) interrupt(command);
    called ||= event === "epoch";
  });
  return command.result;
}

/** A process that was killed may be there until the system, busy, has tidied it away. */
function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

withSignals("Ctrl-C", () => {
  it("while data is being prepared ends the command with a word, and leaves no run and no process", async () => {
    const folder = writeCreditProject(temporaryFolder(), { epochs: 100_000 });
    const [head = "", ...rows] = readFileSync(join(folder, "credit.csv"), "utf8").trimEnd().split("\n");
    writeFileSync(join(folder, "credit.csv"), [head, ...Array.from({ length: 50 }, () => rows).flat()].join("\n"));
    let engine = 0;
    const command = startLathe(["train", folder, "--json"], ({ event }) => {
      if (event !== "stage" || engine > 0) return;
      engine = Number(execFileSync("pgrep", ["-P", String(command.child.pid)], { encoding: "utf8" }));
      command.child.kill("SIGINT");
    });
    const { code, events, stderr } = await command.result;
    expect([code, events.at(-1)], stderr).toMatchObject([1, { event: "error", code: "cancelled", message: "reading the data was cancelled" }]);
    expect(existsSync(join(folder, "runs"))).toBe(false);
    await expect.poll(() => isThere(engine)).toBe(false);
  });

  it("once stops training and keeps what was learnt", async () => {
    const { code, events, stderr } = await train(({ child }) => child.kill("SIGINT"));
    expect(code, stderr).toBe(0);
    expect(last(events, "done")).toMatchObject({ ended: "stopped", model: expect.stringContaining("model.onnx") });
    expect(stderr).toContain("stopping; what was learnt is kept");
  });

  it("twice cancels, which is no success, and says how to resume", async () => {
    const { code, events, stderr } = await train(({ child }) => {
      // The engine stands still until both have been heard: a step takes less than a user's two keys.
      const engine = Number(execFileSync("pgrep", ["-P", String(child.pid)], { encoding: "utf8" }));
      process.kill(engine, "SIGSTOP");
      child.stderr?.on("data", (text: string) => {
        if (text.includes("stopping;")) child.kill("SIGINT");
        if (text.includes("cancelling")) process.kill(engine, "SIGCONT");
      });
      child.kill("SIGINT");
    });
    expect(code, stderr).toBe(1);
    expect(events.at(-1)).toMatchObject({ event: "error", code: "cancelled", details: { run: "0001" } });
    expect(stderr).toMatch(/error: run 0001 was cancelled, so it has no model; resume it with: lathe train .* --resume 0001\n$/);
  });
});

/** The engine process of a command, as soon as there is one, standing still: nothing that is asked of it is heard, as while a model never ends. */
async function frozenEngine({ child }: RunningCommand): Promise<number> {
  for (;;) {
    expect(child.exitCode, "the command ended before it had an engine").toBeNull();
    try {
      // Only where it is the engine already: who is stopped between fork and exec holds up the command itself, for ever.
      const engine = Number(execFileSync("pgrep", ["-P", String(child.pid), "-f", "engine\\.js"], { encoding: "utf8" }));
      process.kill(engine, "SIGSTOP");
      return engine;
    } catch {
      await pause(5);
    }
  }
}

withSignals("a second Ctrl-C", () => {
  const folder = mkdtempSync(join(tmpdir(), "lathe-interrupt-"));
  let project = "";
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  beforeAll(async () => {
    project = writeCreditProject(folder, { epochs: 1 });
    const { code, stderr } = await lathe("train", project, "--json");
    expect(code, stderr).toBe(0);
  });

  it.each([
    ["evaluate", "{}", "--data", creditTable],
    ["predict", "{}", creditTable, "--out", "{}/answers.csv"],
    ["export", "{}", "--format", "onnx", "--preprocess", "none", "--out", "{}/bare.onnx"],
    ["inspect", "{}"],
    ["find-lr", "{}"],
  ])("ends lathe %s at once, and its engine, which hears nothing", async (...args) => {
    const command = startLathe([...args.map((arg) => arg.replace("{}", project)), "--json"]);
    const engine = await frozenEngine(command);
    command.child.stderr?.on("data", (text: string) => {
      // That the first one was heard, it says.
      if (text.includes("ending (Ctrl-C again to end at once)")) command.child.kill("SIGINT");
    });
    command.child.kill("SIGINT");
    const { code, stderr, events } = await command.result;
    expect(code, stderr).toBe(1);
    // Had it waited for its engine, which is ended by force after some seconds, it would say what was cancelled.
    expect(events.filter(({ event }) => event === "error")).toEqual([]);
    await expect.poll(() => isThere(engine)).toBe(false);
    expect(readdirSync(project).filter((name) => /answers|bare/.test(name))).toEqual([]);
  });

  it("leaves no half of a file of predictions, nor does an engine that is killed: what was answered is gone on with", async () => {
    const halves = () => readdirSync(project).filter((name) => name.startsWith("answers.csv"));
    for (const blow of ["two Ctrl-C", "SIGKILL"]) {
      const command = startLathe(["predict", project, creditTable, "--out", join(project, "answers.csv"), "--json"]);
      const engine = await frozenEngine(command);
      const begun = new Promise<void>((resolve) => {
        const watcher = watch(project, () => {
          if (!halves().includes("answers.csv.unfinished")) return;
          process.kill(engine, "SIGSTOP");
          watcher.close();
          resolve();
        });
      });
      process.kill(engine, "SIGCONT");
      await begun;
      expect(halves()).not.toContain("answers.csv");
      if (blow === "SIGKILL") process.kill(engine, "SIGKILL");
      else {
        command.child.stderr?.on("data", (text: string) => {
          if (text.includes("ending (Ctrl-C again to end at once)")) command.child.kill("SIGINT");
        });
        command.child.kill("SIGINT");
      }
      const { code, stderr } = await command.result;
      expect(code, stderr).toBe(1);
      expect(halves(), blow).not.toContain("answers.csv");
    }
    expect((await lathe("predict", project, creditTable, "--out", join(project, "answers.csv"))).code).toBe(0);
    expect(halves()).toEqual(["answers.csv"]);
    rmSync(join(project, "answers.csv"));
  });

  it("is not needed where the engine hears the first: it tidies up and ends", async () => {
    const command = startLathe(["inspect", project, "--json"]);
    process.kill(await frozenEngine(command), "SIGCONT");
    command.child.kill("SIGINT");
    const { code, events, stderr } = await command.result;
    expect([code, events.at(-1)], stderr).toMatchObject([1, { event: "error", code: "cancelled" }]);
  });

  it("during training leaves a third, which ends it at once where the engine hears nothing", async () => {
    let engine = 0;
    const heard: string[] = [];
    const { code, stderr } = await train(({ child }) => {
      engine = Number(execFileSync("pgrep", ["-P", String(child.pid)], { encoding: "utf8" }));
      process.kill(engine, "SIGSTOP");
      child.stderr?.on("data", (text: string) => {
        if (!/stopping;|cancelling/.test(text)) return;
        heard.push(text);
        child.kill("SIGINT");
      });
      child.kill("SIGINT");
    });
    expect([code, heard.length], stderr).toEqual([1, 2]);
    expect(stderr).toMatch(/ending at once; resume it with: lathe train .* --resume 0001/);
    await expect.poll(() => isThere(engine)).toBe(false);
  });
});
