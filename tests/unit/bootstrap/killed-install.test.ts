import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, readFileSync, watch, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { packageRoot } from "../../../src-main/base/entries.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

/** Says that it begins, ends once it may, and leaves what npm leaves. */
const NPM = `
import { appendFileSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
appendFileSync("log.txt", process.pid + "\\n");
process.on("SIGTERM", () => undefined);
while (!existsSync("go")) await new Promise((resolve) => setTimeout(resolve, 20));
mkdirSync("node_modules");
writeFileSync("node_modules/.package-lock.json", JSON.stringify({ packages: { "node_modules/one": { version: "1.0.0" } } }));
`;

/** A checkout of its own, of what runs before anything is installed. */
function checkout(): string {
  const root = temporaryFolder();
  for (const file of ["src-main/bootstrap/shared.mjs", "src-main/base/lock.mjs", "src-main/base/visible.mjs"]) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    cpSync(join(packageRoot, file), join(root, file));
  }
  writeFileSync(join(root, "package-lock.json"), JSON.stringify({ packages: { "": {}, "node_modules/one": { version: "1.0.0" } } }));
  writeFileSync(join(root, "npm.mjs"), NPM);
  return root;
}

function install(root: string) {
  const program = 'import("./src-main/bootstrap/shared.mjs").then(({ ensureInstalled }) => ensureInstalled())';
  const child = spawn(process.execPath, ["-e", program], {
    cwd: root,
    env: { ...process.env, npm_execpath: join(root, "npm.mjs") },
    stdio: ["ignore", "ignore", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

async function says(child: ChildProcess, words: RegExp): Promise<string> {
  let said = "";
  for await (const text of child.stderr!.setEncoding("utf8") as AsyncIterable<string>) {
    said += text;
    if (words.test(said)) return said;
  }
  throw new Error(`it ended, and said ${said}`);
}

/** Waits for a file with a whole line. */
async function lineIn(path: string): Promise<string> {
  const watcher = watch(dirname(path));
  try {
    while (!existsSync(path) || !readFileSync(path, "utf8").endsWith("\n")) await once(watcher, "change");
  } finally {
    watcher.close();
  }
  return readFileSync(path, "utf8").trim();
}

it("a Lathe that is killed while it installs leaves npm at work, and the next one waits for that and runs no second one into it", async () => {
  const root = checkout();
  const killed = install(root);
  const npm = await lineIn(join(root, "log.txt"));
  killed.kill("SIGKILL");
  await once(killed, "exit");
  const next = install(root);
  const exit = once(next, "exit");
  const said = await says(next, /…\n/);
  writeFileSync(join(root, "go"), "");
  expect(said).toMatch(
    new RegExp(
      `^Waiting for what a Lathe that was ended left behind, at work to install: process ${npm} since .* UTC \\(.*install\\.lock\\.program\\); end ` +
        `that process to continue at once …$`,
      "m",
    ),
  );
  expect(await exit).toEqual([0, null]);
  expect(readFileSync(join(root, "log.txt"), "utf8").trim()).toBe(npm);
  expect(existsSync(join(root, ".lathe", "install.lock.program"))).toBe(false);
});

it("an install that nobody disturbs leaves no note", async () => {
  const root = checkout();
  writeFileSync(join(root, "go"), "");
  const [code] = (await once(install(root), "exit")) as [number];
  expect(code).toBe(0);
  expect(["install.lock", "install.lock.program"].map((name) => existsSync(join(root, ".lathe", name)))).toEqual([false, false]);
});
