import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { chromium, type Browser, type CDPSession, type Page } from "playwright";
import { packageRoot } from "../../src-main/base/entries.js";
import { startServer } from "../../src-main/server/index.js";
import { createStudio } from "../../src-main/services/studio.js";
import { writeTestProject } from "../support/run-on-disk.js";
import { type SimulatedRun, simulateRun } from "./simulated-run.js";

/**
 * The studio in a headless Chromium (`LATHE_CHROMIUM` names another): how fast it is there, how large it is, how long its main thread is kept by a run of 200
 * epochs a second, and what memory an hour of such a run takes. `LATHE_BENCH_EPOCHS` is another number than the hour's 720,000, `LATHE_BENCH_PROFILE` how the
 * files begin that CPU profiles of the 30 seconds go to.
 */
const starts = 5;
const perSecond = 200;
const watchedSeconds = 30;
const hour = Number(process.env["LATHE_BENCH_EPOCHS"] ?? 3600 * perSecond);
const samples = 12;
/** How far the page may fall behind what it is told; the host gives a listener up at 20,000. */
const ahead = 4000;

const folder = mkdtempSync(join(tmpdir(), "lathe-bench-"));
const browser = await chromium.launch({
  executablePath: process.env["LATHE_CHROMIUM"] ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
try {
  const loaded = await measureStarts(browser);
  printSizes(loaded);
  await measureRun(browser);
} finally {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
}

/** @returns the names of files that Home needed. */
async function measureStarts(in_: Browser): Promise<readonly string[]> {
  const home = join(folder, "home");
  const project = writeTestProject(join(folder, "known"), "known");
  await createStudio({ allowedFolders: [folder], home }).projects.open(project);
  const times: { listening: number; shown: number; whole: number }[] = [];
  let loaded: readonly string[] = [];
  for (let i = 0; i < starts; i++) {
    const started = performance.timeOrigin + performance.now();
    const server = spawn(process.execPath, [join(packageRoot, "out", "main", "cli.js"), "serve", "--json", "--allow", folder], {
      env: { ...process.env, LATHE_HOME: home },
      stdio: ["ignore", "pipe", "ignore"],
    });
    const context = await in_.newContext({ viewport: { width: 1280, height: 800 } });
    try {
      const url = await urlOf(createInterface(server.stdout));
      const listening = performance.timeOrigin + performance.now() - started;
      const page = await context.newPage();
      await page.addInitScript(noteHome);
      await page.goto(url);
      const { began, shown, files } = await page.waitForFunction(() => (window as Noted).homeShown).then((handle) => handle.jsonValue() as Promise<HomeShown>);
      loaded = files;
      times.push({ listening, shown, whole: began + shown - started });
    } finally {
      await context.close();
      server.kill();
      await new Promise((resolve) => server.once("exit", resolve));
    }
  }
  const middle = (of: (time: (typeof times)[number]) => number) => median(times.map(of)).toFixed(0);
  console.log(
    `cold start, median of ${starts}: server process to Home usable ${middle(({ whole }) => whole)} ms (its own ` +
      `start ${middle(({ listening }) => listening)} ms); page load to Home usable ${middle(({ shown }) => shown)} ms`,
  );
  return loaded;
}

async function urlOf(lines: AsyncIterable<string>): Promise<string> {
  for await (const line of lines) {
    const event = JSON.parse(line) as { readonly event: string; readonly url: string };
    if (event.event === "listening") return event.url;
  }
  throw new Error("the server ended before it listened");
}

interface HomeShown {
  /** Milliseconds since 1970. */
  readonly began: number;
  /** Milliseconds after that. */
  readonly shown: number;
  readonly files: readonly string[];
}
type Noted = Window & { homeShown?: HomeShown; longTasks?: number[] };

/** Runs in the page: notes when the known project can be clicked, which is after the host has answered. */
function noteHome(): void {
  const look = new MutationObserver(() => {
    if (![...document.querySelectorAll("button")].some(({ textContent }) => textContent.includes("known"))) return;
    look.disconnect();
    const files = performance.getEntriesByType("resource").map(({ name }) => new URL(name).pathname);
    (window as Noted).homeShown = { began: performance.timeOrigin, shown: performance.now(), files };
  });
  look.observe(document, { subtree: true, childList: true, characterData: true });
}

function printSizes(loaded: readonly string[]): void {
  const root = join(packageRoot, "out", "renderer");
  const all = readdirSync(root, { recursive: true, encoding: "utf8" })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => /\.(?:js|css|html|svg|woff2?)$/.test(path));
  const entry = /src="\.\/(assets\/[^"]+\.js)"/.exec(readFileSync(join(root, "index.html"), "utf8"))?.[1];
  const sizes = (paths: readonly string[]) => {
    const files = paths.map((path) => readFileSync(join(root, path)));
    const kilobytes = (of: (file: Buffer) => number) => `${(files.reduce((sum, file) => sum + of(file), 0) / 1000).toFixed(0)} kB`;
    return `${kilobytes(({ length }) => length)}, gzip ${kilobytes((file) => gzipSync(file).length)} (${paths.length} files)`;
  };
  const home = all.filter((path) => path === "index.html" || loaded.includes(`/${path}`));
  console.log(`renderer: all ${sizes(all)}; entry ${sizes(entry === undefined ? [] : [entry])}; what Home loads ${sizes(home)}`);
}

async function measureRun(in_: Browser): Promise<void> {
  const run = simulateRun(join(folder, "run"), join(folder, "run-home"));
  const server = await startServer({ studio: run.studio });
  const page = await in_.newPage({ viewport: { width: 1280, height: 800 } });
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  try {
    await page.goto(server.url);
    await page.goto(`${page.url().replace(/#.*/, "")}#/project/${encodeURIComponent(run.reference.project)}/train?run=0001`);
    await page.getByRole("figure", { name: "Loss", exact: true }).waitFor();
    const devtools = await page.context().newCDPSession(page);
    await measureTasks(page, devtools, run, "begun");
    await measureMemory(page, devtools, run);
    await measureTasks(page, devtools, run, "an hour old");
    if (run.lost > 0) throw new Error(`${run.lost} listeners were lost: the page fell too far behind`);
    if (complaints.length > 0) throw new Error(`the page complained: ${complaints.join("; ")}`);
  } finally {
    await page.close();
    await server.close();
  }
}

async function measureTasks(page: Page, devtools: CDPSession, run: SimulatedRun, age: string): Promise<void> {
  // What the page does on arrival is another matter.
  await tellFor(run, 3);
  await page.evaluate(() => {
    const tasks: number[] = ((window as Noted).longTasks = []);
    const watch = new PerformanceObserver((list) => {
      // The one before watches no longer.
      if ((window as Noted).longTasks === tasks) tasks.push(...list.getEntries().map(({ duration }) => duration));
    });
    watch.observe({ type: "longtask" });
  });
  const profile = process.env["LATHE_BENCH_PROFILE"];
  if (profile !== undefined) {
    await devtools.send("Profiler.enable");
    await devtools.send("Profiler.start");
  }
  const busyBefore = await busySeconds(devtools);
  const told = await tellFor(run, watchedSeconds);
  const busy = (await busySeconds(devtools)) - busyBefore;
  if (profile !== undefined) writeFileSync(`${profile}-${run.told}.cpuprofile`, JSON.stringify((await devtools.send("Profiler.stop")).profile));
  const tasks = await page.evaluate(() => (window as Noted).longTasks ?? []);
  const longest = tasks.length === 0 ? "none above 50 ms" : `${tasks.length} above 50 ms, the longest ${Math.max(...tasks).toFixed(0)} ms`;
  console.log(
    `Train screen, a run ${age}, ${watchedSeconds} s of ${(told / watchedSeconds).toFixed(0)} epochs a second: main-thread tasks ${longest}; main ` +
      `thread busy ${((100 * busy) / watchedSeconds).toFixed(0)} %`,
  );
}

async function busySeconds(devtools: CDPSession): Promise<number> {
  await devtools.send("Performance.enable");
  const { metrics } = await devtools.send("Performance.getMetrics");
  return metrics.find(({ name }) => name === "TaskDuration")?.value ?? Number.NaN;
}

/** @returns how many epochs were told. */
async function tellFor(run: SimulatedRun, seconds: number): Promise<number> {
  const start = performance.now();
  let told = 0;
  while (performance.now() < start + seconds * 1000) {
    const due = Math.floor(((performance.now() - start) / 1000) * perSecond);
    run.tell(due - told);
    told = due;
    await wait(5);
  }
  return told;
}

/** An hour's epochs, as fast as the page takes them. */
async function measureMemory(page: Page, devtools: CDPSession, run: SimulatedRun): Promise<void> {
  const start = performance.now();
  const [first, last] = [run.told, run.told + hour];
  const used: number[] = [];
  console.log("page memory after a forced garbage collection");
  for (let sample = 0; sample <= samples; sample++) {
    const goal = Math.round(first + (hour * sample) / samples);
    for (let shown = await epochShown(page); shown < goal; shown = await epochShown(page)) {
      run.tell(Math.max(0, Math.min(goal, shown + ahead) - run.told));
      await wait(50);
      if (run.lost > 0) throw new Error("a listener was lost: the page fell too far behind");
    }
    await devtools.send("HeapProfiler.collectGarbage");
    const { usedSize } = await devtools.send("Runtime.getHeapUsage");
    used.push(usedSize / 2 ** 20);
    const minutes = ((goal - first) / perSecond / 60).toFixed(0);
    console.log(`${minutes.padStart(6)} min ${goal.toLocaleString("en").padStart(9)} epochs ${(usedSize / 2 ** 20).toFixed(1).padStart(7)} MiB`);
  }
  const later = used.slice(2);
  console.log(
    `${(last - first).toLocaleString("en")} epochs in ${((performance.now() - start) / 1000).toFixed(0)} s; ` +
      `from ${((hour / perSecond / 60 / samples) * 2).toFixed(0)} min on between ${Math.min(...later).toFixed(1)} and ${Math.max(...later).toFixed(1)} MiB`,
  );
}

async function epochShown(page: Page): Promise<number> {
  const text = await page.locator("section.figures dd").first().textContent();
  return Number((text ?? "").replace(/\/.*/, "").replaceAll(/\D/g, ""));
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
