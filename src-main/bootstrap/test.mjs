import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { format, lint, types } from "./checks.mjs";
import { findChromium } from "./chromium.mjs";
import { findElectron, whyNoDisplay } from "./electron.mjs";
import { memoryFolder } from "./memory-folder.mjs";
import { prepare, root, runTool, say, seconds } from "./shared.mjs";
import { sayTestNeeds } from "./test-needs.mjs";

/** `npm run test:all`: also the tests that are tagged long, whose subject a shorter one has too. */
const all = process.argv.includes("--all");
const reports = join(root, ".lathe", "test");
const total = { passed: 0, failed: 0, skipped: 0 };
let leftOut = 0;

process.on("uncaughtException", (error) => {
  say(error.stack);
  total.failed++;
  finish();
});
// Whatever ends this process while it installs or builds, the last line is the count.
process.on("exit", (code) => {
  if (code !== 0 && !finished) printTotal({ ...total, failed: total.failed + 1 });
});
let finished = false;

await prepare();
rmSync(reports, { recursive: true, force: true });
mkdirSync(reports, { recursive: true });

const checks = aside([types, lint, format]);
say("\n── what the tests run on");
await sayTestNeeds();
const memory = memoryFolder();
if (memory) process.env.TMPDIR = memory;
say(`Temporary folders: in ${memory ? `memory (${memory})` : tmpdir()}`);
await phase("unit, gradients, engines, architecture", vitest);
await phase("studio in Chromium", async () => {
  const chromium = await findChromium();
  return chromium.path ? playwright("ui", { LATHE_CHROMIUM: chromium.path }) : skipAll("ui", chromium.reason);
});
await phase("studio in Electron", async () => {
  const electron = await findElectron({ fetchIt: false });
  const reason = whyNoDisplay() ?? electron.reason;
  return reason ? skipAll("desktop", reason) : playwright("desktop", { LATHE_ELECTRON: electron.path });
});
await phase("types, lint and format", checks);
finish();

/** Runs one phase; a code other than 0 without a failed test to show for it counts as one. */
async function phase(name, work) {
  const start = Date.now();
  const failedBefore = total.failed;
  say(`\n── ${name}`);
  const { code } = await work();
  if (code !== 0 && total.failed === failedBefore) total.failed++;
  say(`── ${name}: ${total.failed === failedBefore ? "ok" : "FAILED"} (${seconds(start)})`);
}

/**
 * Checks that take minutes of a processor and wait for nothing: they have what the tests, which wait often and never for ever, leave over of it.
 * @returns a function that waits for them and says, in their order, what they said
 */
function aside(checks) {
  const running = Promise.all(checks.map((check) => check.run({ capture: true, aside: true })));
  return async () => {
    const results = await running;
    for (const { output } of results) if (output.trim() !== "") say(output.trimEnd());
    return { code: Math.max(...results.map(({ code }) => code)) };
  };
}

async function vitest() {
  const file = join(reports, "vitest.json");
  const filter = all ? [] : ["--tags-filter=!long"];
  const result = await runTool("vitest", ["run", ...filter, "--reporter=default", "--reporter=json", `--outputFile.json=${file}`]);
  const report = readReport(file);
  total.passed += report?.numPassedTests ?? 0;
  total.failed += report?.numFailedTests ?? 0;
  const left = all ? 0 : (report?.testResults ?? []).flatMap(({ assertionResults }) => assertionResults).filter(({ tags }) => tags.includes("long")).length;
  leftOut += left;
  total.skipped += (report?.numPendingTests ?? 0) - left + (report?.numTodoTests ?? 0);
  // A file that could not even be loaded has no tests to fail.
  total.failed += report?.testResults.filter((file) => file.status === "failed" && !file.assertionResults.some((test) => test.status === "failed")).length ?? 0;
  return report && report.numTotalTests > 0 ? result : { code: 1 };
}

async function playwright(folder, env) {
  const file = join(reports, `${folder}.json`);
  if (!existsSync(join(root, "tests", folder, "playwright.config.ts"))) return { code: 1 };
  const config = ["test", "--config", `tests/${folder}/playwright.config.ts`];
  const filter = all ? [] : ["--grep-invert=@long"];
  const result = await runTool("playwright", [...config, ...filter, "--reporter=list,json"], { env: { ...env, PLAYWRIGHT_JSON_OUTPUT_NAME: file } });
  if (!all) leftOut += await countTests([...config, "--grep=@long", "--pass-with-no-tests"]);
  const report = readReport(file);
  total.passed += (report?.stats.expected ?? 0) + (report?.stats.flaky ?? 0);
  total.failed += report?.stats.unexpected ?? 0;
  total.skipped += report?.stats.skipped ?? 0;
  if (report?.stats.flaky > 0) say(`Passed only when tried again: ${report.stats.flaky} (named above as flaky).`);
  return report ? result : { code: 1 };
}

/** Counts the tests of a folder as skipped, and says why. */
async function skipAll(folder, reason) {
  const count = await countTests(["test", "--config", `tests/${folder}/playwright.config.ts`]);
  say(`Skipped ${count} tests: ${reason}.`);
  total.skipped += count;
  return { code: 0 };
}

async function countTests(args) {
  const { code, output } = await runTool("playwright", [...args, "--list", "--reporter=list"], { capture: true });
  if (code !== 0) throw new Error(`The tests could not be counted:\n${output}`);
  return Number(/^Total: (\d+) tests?/m.exec(output)?.[1] ?? 0);
}

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    say(`No report was written to ${file}: the phase ended before its end.`);
    return undefined;
  }
}

function finish() {
  finished = true;
  if (leftOut > 0) say(`\nLeft out: ${leftOut} tests that are tagged long; a shorter one looks at the same. npm run test:all runs them too.`);
  printTotal(total);
  process.exit(total.failed === 0 ? 0 : 1);
}

function printTotal({ passed, failed, skipped }) {
  process.stdout.write(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}\n`);
}
