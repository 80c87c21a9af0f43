import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type RunningCommand, last, startLathe, writeCreditProject } from "../support/lathe.js";
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
    expect(() => process.kill(engine, 0)).toThrow("ESRCH");
  });

  it("once stops training and keeps what was learnt", async () => {
    const { code, events, stderr } = await train(({ child }) => child.kill("SIGINT"));
    expect(code, stderr).toBe(0);
    expect(last(events, "done")).toMatchObject({ ended: "stopped", model: expect.stringContaining("model.onnx") });
    expect(stderr).toContain("stopping; what was learnt is kept");
  });

  it("twice cancels, which is no success, and says how to go on", async () => {
    const { code, events, stderr } = await train(({ child }) => {
      // The engine stands still while both arrive: a step takes less than a user's two keys.
      const engine = Number(execFileSync("pgrep", ["-P", String(child.pid)], { encoding: "utf8" }));
      process.kill(engine, "SIGSTOP");
      child.kill("SIGINT");
      setTimeout(() => child.kill("SIGINT"), 200);
      setTimeout(() => process.kill(engine, "SIGCONT"), 400);
    });
    expect(code, stderr).toBe(1);
    expect(events.at(-1)).toMatchObject({ event: "error", code: "cancelled", details: { run: "0001" } });
    expect(stderr).toMatch(/error: run 0001 was cancelled, so it has no model; go on with: lathe train .* --resume 0001\n$/);
  });
});
