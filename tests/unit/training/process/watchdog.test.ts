import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { packageRoot } from "../../../../src-main/base/entries.js";
import { bundle } from "../../../../src-main/bootstrap/bundle.mjs";
import { temporaryFolder } from "../../../support/temporary-folder.js";

it("a process whose thread is blocked for ever ends soon after its parent was killed", async () => {
  const folder = temporaryFolder();
  await bundle(join(packageRoot, "src-main", "training", "process"), ["watchdog"], folder);
  writeFileSync(join(folder, "package.json"), `{ "type": "module" }`);
  // As a session that never comes back: no event reaches this thread.
  writeFileSync(
    join(folder, "blocked.js"),
    `import { endWithParent } from "./watchdog.js";\nendWithParent();\nprocess.send(process.pid, () => Atomics.wait(new Int32Array(new ` +
      `SharedArrayBuffer(4)), 0, 0));\n`,
  );
  writeFileSync(
    join(folder, "parent.js"),
    `import { fork } from "node:child_process";\nfork("${join(folder, "blocked.js").replaceAll("\\", "/")}").on("message", (pid) => ` +
      `console.log(pid));\nsetInterval(() => {}, 1000);\n`,
  );
  const parent = spawn(process.execPath, [join(folder, "parent.js")], { stdio: ["ignore", "pipe", "inherit"] });
  const [said] = (await once(parent.stdout, "data")) as [Buffer];
  const blocked = Number(said.toString());
  const isThere = () => {
    try {
      return process.kill(blocked, 0);
    } catch {
      return false;
    }
  };
  expect(isThere()).toBe(true);
  parent.kill("SIGKILL");
  await expect.poll(isThere, { interval: 100 }).toBe(false);
});
