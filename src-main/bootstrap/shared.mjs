// Needs nothing but Node: this runs before anything is installed.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { constants, setPriority } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { setTimeout } from "node:timers/promises";
import { describeHolder, holderOf, noteProgram, releaseLock, waitForLock } from "../base/lock.mjs";
import { visibleLines } from "../base/visible.mjs";

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** What a step prints goes to stderr: stdout belongs to the program that is started. What a terminal would obey in it, in a path say, is shown. */
export function say(line) {
  process.stderr.write(`${visibleLines(line)}\n`);
}

/** Ends the process with one clear line. */
export function fail(line, code = 1) {
  say(line);
  process.exit(code);
}

/**
 * Runs a program and waits for it.
 * @param options.capture keep what it prints instead of showing it. @param options.timeout in milliseconds.
 * @param options.aside every other program goes before it. @param options.note a file that names it while it is at work, for whoever comes after this process.
 * @see locked
 * @returns {Promise<{ code: number, output: string }>} code 1 where a signal ended it, 127 where it could not be started.
 */
export function run(command, args, options = {}) {
  return new Promise((done) => {
    let output = "";
    const child = spawn(command, args, {
      cwd: options.cwd ?? root,
      env: { ...process.env, ...options.env },
      stdio: options.capture ? ["ignore", "pipe", "pipe"] : (options.stdio ?? "inherit"),
      shell: options.shell ?? false,
      timeout: options.timeout,
    });
    if (options.aside) giveWay(child);
    const ended = noted(child.pid, options.note);
    child.stdout?.on("data", (data) => (output += data));
    child.stderr?.on("data", (data) => (output += data));
    child.on("error", (error) => {
      ended();
      done({ code: 127, output: error.message });
    });
    child.on("close", (code) => {
      ended();
      done({ code: code ?? 1, output });
    });
  });
}

/** @param note where a program that works under a lock is noted, if anywhere. @returns what is to be called once it has ended. */
export function noted(pid, note) {
  if (note === undefined || pid === undefined) return () => undefined;
  noteProgram(note, pid);
  return () => rmSync(note, { force: true });
}

function giveWay({ pid }) {
  try {
    setPriority(pid, constants.priority.PRIORITY_LOW);
  } catch {
    // It could not be started, has ended, or this user may not: it is only in the way, then.
  }
}

/** Runs a package's command line program with this Node. */
export function runTool(tool, args, options = {}) {
  return run(process.execPath, [toolPath(tool), ...args], options);
}

/** The program of a package, as a file for Node. */
export function toolPath(tool) {
  const require = createRequire(join(root, "package.json"));
  const packages = { tsc: "typescript-native", playwright: "@playwright/test" };
  const folder = join(root, "node_modules", ...(packages[tool] ?? tool).split("/"));
  const { bin } = require(join(folder, "package.json"));
  return join(folder, typeof bin === "string" ? bin : bin[tool]);
}

/**
 * Says what is going on while something long runs: a line at once, and how long it has taken every ten seconds.
 * @param options.every milliseconds, instead. @param options.progress how far it is, in words.
 */
export async function during(line, work, { every = 10_000, progress } = {}) {
  const start = Date.now();
  say(line);
  const ticker = setInterval(() => say(`  … ${Math.round((Date.now() - start) / 1000)} s${progress ? `, ${progress()}` : ""}`), every);
  try {
    return await work();
  } finally {
    clearInterval(ticker);
  }
}

/** Node is new enough, packages are installed, programs are built. */
export async function prepare() {
  checkNode();
  await ensureInstalled();
  await ensureBuilt();
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 19)) fail(`Lathe needs Node 20.19 or newer; this is ${process.versions.node} (https://nodejs.org)`);
}

/** Installs what package-lock.json names, where node_modules does not hold it. */
export async function ensureInstalled() {
  if (isInstalled()) return;
  await locked("install", async (note) => {
    if (isInstalled()) return;
    const start = Date.now();
    const npm = process.env.npm_execpath;
    const args = ["ci", "--no-fund", "--no-audit", "--loglevel=error"];
    const { code, output } = await during("Installing packages from the npm registry, about a minute the first time …", () =>
      npm ? run(process.execPath, [npm, ...args], { capture: true, note }) : run("npm", args, { capture: true, note, shell: process.platform === "win32" }),
    );
    if (code !== 0) fail(`Lathe could not install its packages: ${installReason(code, output)}`);
    say(`Installed in ${seconds(start)}.`);
  });
}

/** Compares what is locked with what npm noted as installed: right after a pull, a checkout or an interrupted install too. */
function isInstalled() {
  try {
    const wanted = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages;
    const there = JSON.parse(readFileSync(join(root, "node_modules", ".package-lock.json"), "utf8")).packages;
    return Object.entries(wanted).every(([path, entry]) => path === "" || entry.optional || entry.devOptional || there[path]?.version === entry.version);
  } catch {
    return false;
  }
}

/** Why npm failed and what to do. */
export function installReason(code, output) {
  const detail = output.trim().split("\n").slice(-12).join("\n");
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|network/i.test(output)) {
    return (
      `the npm registry cannot be reached. It is needed once; connect to it, or name a mirror with "npm config set registry <address>", and run ` +
      `this again.\n${detail}`
    );
  }
  if (/ENOSPC/.test(output)) return `the disk is full.\n${detail}`;
  if (/EACCES|EPERM/.test(output)) return `${join(root, "node_modules")} may not be written to.\n${detail}`;
  if (code === 127) return `npm was not found; it comes with Node (https://nodejs.org).\n${detail}`;
  return `npm ci ended with ${code}.\n${detail}`;
}

/** Builds `out/` where it does not come from the sources as they are. */
export async function ensureBuilt() {
  if (isBuilt()) return;
  await locked("build", async (note) => {
    if (!isBuilt()) await build(note);
  });
}

/** @param note as of `run` */
export async function build(note) {
  const start = Date.now();
  rmSync(stampPath, { force: true });
  const stamp = sourceHash();
  const { code, output } = await during("Building …", () => runTool("electron-vite", ["build"], { capture: true, note }));
  if (code !== 0) fail(`The build failed:\n${output.trim()}`);
  writeFileSync(stampPath, stamp);
  say(`Built in ${seconds(start)}.`);
}

const stampPath = join(root, "out", "sources.sha256");

function isBuilt() {
  return existsSync(stampPath) && readFileSync(stampPath, "utf8") === sourceHash();
}

function sourceHash() {
  return hashOf(
    ["src-main", "src-preload", "src-renderer", "electron.vite.config.ts", "package-lock.json"]
      .flatMap(filesIn)
      .filter((path) => !/^src-main\/bootstrap\/(?!wat\.).*\.mjs$/.test(path)),
  );
}

/** Of files by their names and what is in them. */
export function hashOf(paths) {
  const hash = createHash("sha256");
  for (const path of paths) hash.update(`${path}\n`).update(readFileSync(join(root, path)));
  return hash.digest("hex");
}

function filesIn(path) {
  const absolute = join(root, path);
  if (!existsSync(absolute)) return [];
  if (/\.\w+$/.test(path)) return [path];
  return readdirSync(absolute, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => (entry.isDirectory() ? filesIn(`${path}/${entry.name}`) : [`${path}/${entry.name}`]));
}

/**
 * One process at a time installs or builds; the others wait for it. One that was killed leaves the program behind that it had started, npm say, at work in the
 * same folders: that is waited for too.
 * @param work is told where it notes the program that it starts. @see noted
 * @param options.lock its file. @param options.signal ends the wait with its reason.
 */
export async function locked(name, work, { lock = join(root, ".lathe", `${name}.lock`), signal } = {}) {
  mkdirSync(dirname(lock), { recursive: true });
  await waitForLock(lock, { signal, say: (holder) => say(`Waiting for another Lathe to ${name}: ${holder} …`) });
  const release = () => releaseLock(lock);
  const note = `${lock}.program`;
  process.once("exit", release);
  try {
    await untilEnded(note, name, signal);
    return await work(note);
  } finally {
    release();
    process.off("exit", release);
  }
}

/** Waits for a program that a killed Lathe left behind. */
async function untilEnded(note, name, signal) {
  const holder = holderOf(note);
  if (holder)
    say(`Waiting for what a Lathe that was ended left behind, at work to ${name}: ${describeHolder(holder, note)}; end that process to continue at once …`);
  while (holderOf(note)) await setTimeout(200, undefined, { signal });
  rmSync(note, { force: true });
}

export function seconds(start) {
  return `${((Date.now() - start) / 1000).toFixed(1)} s`;
}

/** Hands this process over to Lathe's command line. */
export async function becomeCli(args) {
  const cli = join(root, "out", "main", "cli.js");
  process.argv = [process.argv[0], cli, ...args];
  await import(pathToFileURL(cli).href);
}
