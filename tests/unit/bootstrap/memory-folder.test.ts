import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { packageRoot } from "../../../src-main/base/entries.js";

const module = pathToFileURL(join(packageRoot, "src-main", "bootstrap", "memory-folder.mjs")).href;

/** A process that asks for a folder, says which it has, and then does something else. @returns the folder; empty: none */
function ask(then = "", ...args: readonly string[]): string {
  const program = `import { memoryFolder } from ${JSON.stringify(module)};
    process.stdout.write(memoryFolder(...process.argv.slice(1)) ?? "");
    ${then}`;
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", program, ...args], { encoding: "utf8" });
  expect(stderr).toBe("");
  return stdout;
}

const here = ask() !== "";
if (!here) console.warn("skipped: folders in memory that come and go, since /dev/shm is not there or has no room");

describe("a folder in memory", () => {
  it("is none where the system keeps none", () => {
    expect(ask("", join(packageRoot, "nowhere"))).toBe("");
  });

  it.runIf(here)("is there for the process that asked, and goes with it", () => {
    const folder = ask(`import("node:fs").then(({ writeFileSync }) => writeFileSync(memoryFolder() + "/kept", ""));`);
    expect(folder).toMatch(/^\/dev\/shm\/lathe-tests-/);
    expect(existsSync(folder)).toBe(false);
  });

  it.runIf(here).each(["SIGINT", "SIGTERM"])("goes where the process is ended by %s", (signal) => {
    expect(existsSync(ask(`process.kill(process.pid, "${signal}"); setTimeout(() => undefined, 10_000);`))).toBe(false);
  });

  it.runIf(here)("goes with the next who asks where the process was killed", () => {
    const left = ask(`process.kill(process.pid, "SIGKILL");`);
    expect(existsSync(left)).toBe(true);
    ask();
    expect(existsSync(left)).toBe(false);
  });
});
