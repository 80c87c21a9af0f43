import { fork } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { passOn } from "../../src-main/services/processes/engine-errors.js";
import { test } from "./fixture.js";

test("a test fails where Node warns in the server's process", () => {
  test.fail();
  process.emitWarning("on purpose, for a test");
});

test("a test fails where Node warns in a process that the server started", async ({ workshop }) => {
  test.fail();
  const program = join(workshop.folder, "warns.mjs");
  writeFileSync(program, "process.emitWarning('on purpose, for a test');");
  const child = fork(program, [], { stdio: ["ignore", "inherit", "pipe", "ipc"] });
  passOn(child.stderr);
  await once(child, "close");
});
