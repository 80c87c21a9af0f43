import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { packageRoot } from "../../../src-main/base/entries.js";
import { type SilentRegistry, closedPort, setupEnvironment, silentRegistry as openSilentRegistry } from "../../support/registries.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

// The script itself, in folders of the test's own and with registries that refuse or never answer. That it succeeds is seen where `npm test` sets TensorFlow
// up.

interface Setup {
  readonly child: ChildProcess;
  readonly result: Promise<{ readonly code: number | null; readonly stderr: string; readonly answer: Readonly<Record<string, unknown>> }>;
  /** Resolves once it says so. */
  says(words: string): Promise<void>;
}

const running = new Set<ChildProcess>();
const registries = new Set<SilentRegistry>();
afterEach(() => {
  for (const child of running) child.kill("SIGKILL");
  for (const registry of registries) registry.close();
  running.clear();
  registries.clear();
});

async function silentRegistry(): Promise<SilentRegistry> {
  const registry = await openSilentRegistry();
  registries.add(registry);
  return registry;
}

/** @param home where everything goes: TensorFlow, and npm's cache, which is empty. */
function setUp(home: string, registry: string, args: readonly string[] = []): Setup {
  const { NODE_OPTIONS: _options, ...inherited } = process.env;
  const env = { ...inherited, ...setupEnvironment(home, registry) };
  const child = spawn(process.execPath, [join(packageRoot, "src-main", "bootstrap", "setup-tensorflow.mjs"), "--json", ...args], {
    env,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  running.add(child);
  let [stdout, stderr] = ["", ""];
  child.stdout!.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const closed = [child.stdout!, child.stderr!].map((stream) => new Promise((resolve) => stream.once("close", resolve)));
  const result = Promise.all([ended, ...closed]).then(([code]) => {
    running.delete(child);
    return { code, stderr, answer: stdout === "" ? {} : (JSON.parse(stdout) as Readonly<Record<string, unknown>>) };
  });
  const listeners = new Set<() => void>();
  child.stderr!.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    for (const listener of listeners) listener();
  });
  return {
    child,
    result,
    says: (words) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (stderr.includes(words)) resolve();
        };
        listeners.add(look);
        look();
        void result.then(() => reject(new Error(`it ended without saying "${words}":\n${stderr}`)));
      }),
  };
}

/** What is in the folder besides npm's own cache. */
const left = (home: string) => readdirSync(home).filter((name) => name !== "npm");

test("where the registry is not reached it says so in one paragraph, with what to do, and leaves nothing", async () => {
  const home = temporaryFolder();
  const { code, answer } = await setUp(home, await closedPort()).result;
  expect(code).toBe(1);
  expect(answer["event"]).toBe("error");
  const message = String(answer["message"]);
  expect(message).not.toContain("\n");
  expect(message).toContain("TensorFlow could not be set up: @tensorflow/tfjs-node could not be installed: the npm registry cannot be reached");
  expect(message).toContain("Then try again with: npm run setup:tensorflow.");
  expect(message).toContain(`GB stay in ${join(home, "tensorflow")}`);
  expect(left(home)).toEqual([]);
});

test.each(["a word", "its own end"])("whoever started it calls it off by %s: nothing is left behind", async (how) => {
  const home = temporaryFolder();
  const registry = await silentRegistry();
  const setup = setUp(home, registry.address);
  await registry.asked;
  expect(left(home).sort()).toEqual([`tensorflow.${setup.child.pid}.draft`, "tensorflow.lock"]);
  if (how === "a word") setup.child.send("call off");
  else setup.child.disconnect();
  const { code, answer } = await setup.result;
  expect({ code, answer }).toEqual({ code: 1, answer: { event: "error", message: "TensorFlow's setup was called off; nothing of it was left behind." } });
  expect(left(home)).toEqual([]);
});

const windows = process.platform === "win32";

test.skipIf(windows)(`Ctrl-C ends it: nothing is left behind${windows ? " (not tried: Windows sends no signal to another process)" : ""}`, async () => {
  const home = temporaryFolder();
  const registry = await silentRegistry();
  const setup = setUp(home, registry.address);
  await registry.asked;
  setup.child.kill("SIGINT");
  expect((await setup.result).code).toBe(1);
  expect(left(home)).toEqual([]);
});

test("one that was killed leaves its draft beside the folder, never in it; the next one clears that away", async () => {
  const home = temporaryFolder();
  const registry = await silentRegistry();
  const killed = setUp(home, registry.address);
  await registry.asked;
  killed.child.kill("SIGKILL");
  await killed.result;
  expect(existsSync(join(home, "tensorflow"))).toBe(false);
  expect(left(home)).toContain(`tensorflow.${killed.child.pid}.draft`);
  // What it had started still waits for the registry, and ends with it.
  registry.close();
  expect((await setUp(home, await closedPort()).result).code).toBe(1);
  expect(left(home)).toEqual([]);
});

// Earlier versions wrote the number of the process alone.
test("a second one waits for the first, says which and on what file, gives up when its time is over, and leaves the first's lock alone", async () => {
  const home = temporaryFolder();
  writeFileSync(join(home, "tensorflow.lock"), String(process.pid));
  const setup = setUp(home, await closedPort(), ["--limit", "2"]);
  await setup.says(`Waiting for another Lathe to set up TensorFlow: process ${process.pid} since `);
  const { code, stderr, answer } = await setup.result;
  expect(stderr).toContain(`(${join(home, "tensorflow.lock")})`);
  expect({ code, answer }).toEqual({ code: 1, answer: { event: "error", message: "TensorFlow's setup took longer than 2 s and was given up." } });
  expect(readFileSync(join(home, "tensorflow.lock"), "utf8")).toBe(String(process.pid));
});

test.each([
  ["is empty, of a crash in the moment of writing", ""],
  [
    "is of a process whose number is somebody else's by now, as after a start of the machine",
    JSON.stringify({ pid: process.pid, host: hostname(), started: "1" }),
  ],
])("a lock that %s is taken over", async (_, lock) => {
  const home = temporaryFolder();
  writeFileSync(join(home, "tensorflow.lock"), lock);
  expect((await setUp(home, await closedPort()).result).answer["message"]).toContain("the npm registry cannot be reached");
  expect(left(home)).toEqual([]);
});

test("what is there counts only if it computes", async () => {
  const home = temporaryFolder();
  const module = join(home, "tensorflow", "node_modules", "@tensorflow", "tfjs-node");
  mkdirSync(module, { recursive: true });
  writeFileSync(join(home, "tensorflow", "package.json"), "{}");
  writeFileSync(join(module, "package.json"), JSON.stringify({ main: "index.js" }));
  writeFileSync(join(module, "index.js"), "throw new Error('libtensorflow.so.2: cannot open shared object file')");
  const looked = await setUp(home, await closedPort(), ["--look"]).result;
  expect(looked).toMatchObject({
    code: 1,
    stderr: "",
    answer: { event: "error", message: "TensorFlow is not set up: its computation failed: Error: libtensorflow.so.2: cannot open shared object file." },
  });
  // A setup that fails does not take away what was there.
  expect((await setUp(home, await closedPort()).result).code).toBe(1);
  expect(left(home)).toEqual(["tensorflow"]);
});
