import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { memoryFolder } from "./memory-folder.mjs";
import { during, fail, locked, prepare, root, run, say, toolPath } from "./shared.mjs";

/**
 * Electron carries a Node of its own. What goes by Node's version there (native packages, threads, processes, sockets) is tested on it here: engines, resuming,
 * the server. `npm run test:node24`; where npm runs on that Node, with it, else with the one that npm has as a package.
 */
const MAJOR = 24;
const TESTS = ["tests/engines", "tests/journeys/resume.test.ts", "tests/unit/server.test.ts", "tests/unit/server", "tests/unit/rpc"];

await prepare();
const node = process.versions.node.startsWith(`${MAJOR}.`) ? process.execPath : await installed();
say(`Node ${(await run(node, ["--version"], { capture: true })).output.trim()}`);
const memory = memoryFolder();
const { code } = await run(node, [toolPath("vitest"), "run", ...TESTS], { env: memory ? { TMPDIR: memory } : {} });
process.exitCode = code;

/** The program, from npm: a package of its own for each system, which nothing of ours depends on. */
async function installed() {
  const system = { win32: "win" }[process.platform] ?? process.platform;
  const folder = join(root, ".lathe", `node${MAJOR}`);
  const program = join(folder, "node_modules", `node-${system}-${process.arch}`, "bin", process.platform === "win32" ? "node.exe" : "node");
  return locked("node", async (note) => {
    if (existsSync(program)) return program;
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "package.json"), "{}\n");
    const args = ["install", "--no-save", "--no-fund", "--no-audit", "--loglevel=error", "--prefix", folder, `node-${system}-${process.arch}@${MAJOR}`];
    const npm = process.env.npm_execpath;
    const { code: ended, output } = await during(`Fetching Node ${MAJOR} from the npm registry …`, () =>
      npm ? run(process.execPath, [npm, ...args], { capture: true, note }) : run("npm", args, { capture: true, note, shell: process.platform === "win32" }),
    );
    if (ended !== 0 || !existsSync(program)) fail(`Node ${MAJOR} could not be fetched:\n${output.trim()}`);
    return program;
  });
}
