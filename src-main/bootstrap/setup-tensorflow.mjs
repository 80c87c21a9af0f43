import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { basename, delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { findNpm } from "./npm-programs.mjs";
import { runTree } from "./run-tree.mjs";
import { during, installReason, locked, root, say, seconds } from "./shared.mjs";
import { tensorflowFolder } from "./tensorflow-folder.mjs";
import { KEPT_GIGABYTES, PEAK_GIGABYTES, buildOnWheel, bytesOf, complaint, findTools, lacks, wheelFor } from "./tensorflow-wheel.mjs";

// Makes @tensorflow/tfjs-node work: its own installer where that can download, else built against the library of TensorFlow's Python package.
// --json prints one line on stdout: {"event":"tensorflow",…} or {"event":"error","message":…}. --look only looks. --limit gives up after so many seconds.
const { values: options } = parseArgs({
  options: { json: { type: "boolean", default: false }, look: { type: "boolean", default: false }, limit: { type: "string" } },
});
const PACKAGE = "@tensorflow/tfjs-node";
const VERSION = "4.22.0";
const folder = tensorflowFolder();
const start = Date.now();
/** The studio shows how far it is; a person reads lines. */
const every = process.channel ? 1000 : 10_000;
/** Milliseconds without a byte after which the package's own installer counts as hung. */
const patience = options.limit ? 15_000 : 60_000;

const calledOff = new AbortController();
const { signal } = calledOff;
const callOff = () => calledOff.abort(new Error("TensorFlow's setup was called off; nothing of it was left behind."));
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(name, callOff);
// Whoever started this with a channel calls it off by a word, whatever it is, or by ending.
for (const event of ["message", "disconnect"]) process.on(event, callOff);
process.channel?.unref();
if (options.limit)
  setTimeout(
    () => calledOff.abort(new Error(`TensorFlow's setup took longer than ${options.limit} s and was given up.`)),
    Number(options.limit) * 1000,
  ).unref();

try {
  const { version, how, at = folder } = options.look ? await look() : await setUp();
  const bytes = bytesOf(at);
  if (options.json) process.stdout.write(`${JSON.stringify({ event: "tensorflow", version, how, folder: at, bytes })}\n`);
  else say(`TensorFlow ${version} runs (${how}): ${(bytes / 1e9).toFixed(2)} GB in ${at}, ${seconds(start)}.`);
} catch (thrown) {
  const message = explain(thrown);
  if (options.json) process.stdout.write(`${JSON.stringify({ event: "error", message })}\n`);
  else say(message);
  process.exitCode = 1;
}

async function look() {
  const there = await find();
  if (!there.version) throw new Error(`TensorFlow is not set up: ${there.reason}.`);
  return there;
}

/** Where the engine looks for it too: in the user's folder, and among Lathe's own packages, unless a folder is named. */
async function find() {
  const there = await check(folder);
  if (there.version) return { version: there.version, how: "already there" };
  const own = process.env.LATHE_TENSORFLOW ? there : await check(root);
  signal.throwIfAborted();
  return own.version ? { version: own.version, how: "among Lathe's own packages", at: join(root, "node_modules", "@tensorflow") } : there;
}

async function setUp() {
  const there = await find();
  if (there.version) return there;
  return locked(
    "set up TensorFlow",
    async () => {
      // Whoever was waited for may have done it.
      const now = await find();
      if (now.version) return now;
      clean();
      const draft = beside("draft");
      try {
        const made = await make(draft);
        rmSync(join(draft, "scratch"), { recursive: true, force: true });
        replace(draft);
        return made;
      } finally {
        rmSync(draft, { recursive: true, force: true });
      }
    },
    { lock: `${folder}.lock`, signal },
  );
}

/** Installs the package into `draft` and gives it a library that computes. */
async function make(draft) {
  const npm = findNpm();
  if (!npm) throw failure(["npm was not found, which comes with Node"], ["install Node from https://nodejs.org"]);
  mkdirSync(join(draft, "scratch"), { recursive: true });
  await installPackage(npm, draft);
  const module = join(draft, "node_modules", ...PACKAGE.split("/"));

  const own = await ownInstaller(npm, draft, module);
  if (!own.reason) {
    trim(draft, module);
    return { version: own.version, how: "by the package's own installer" };
  }
  say(`The package's own installer did not work: ${own.reason}.`);

  const built = await onWheel(npm, draft, module);
  if (built.reason) throw failure([`the package's own installer failed: ${own.reason}`, built.reason], built.remedies);
  return built;
}

async function installPackage(npm, draft) {
  writeFileSync(join(draft, "package.json"), JSON.stringify({ name: "lathe-tensorflow", private: true, dependencies: { [PACKAGE]: VERSION } }));
  const lock = lockFile();
  if (lock) writeFileSync(join(draft, "package-lock.json"), JSON.stringify(lock));
  const args = [npm, lock ? "ci" : "install", "--prefix", draft, "--ignore-scripts", "--no-fund", "--no-audit", "--loglevel=error"];
  const { code, output } = await during(`Installing ${PACKAGE} ${VERSION} with npm …`, () => runTree(process.execPath, args, { cwd: draft, signal }), {
    every,
  });
  signal.throwIfAborted();
  if (code === 0) return;
  const [reason, ...remedy] = installReason(code, output)
    .split("\n")[0]
    .replace(/\.$/, "")
    .split(/\. It is needed once; |, and run this again/);
  throw failure([`${PACKAGE} could not be installed: ${reason} (${complaint(output)})`], remedy.filter(Boolean));
}

/** Of Lathe's own lock file what the package needs, so that everybody gets the same versions, by their hashes. */
function lockFile() {
  const path = join(root, "package-lock.json");
  if (!existsSync(path)) return undefined;
  const { packages, lockfileVersion } = JSON.parse(readFileSync(path, "utf8"));
  const kept = {};
  const follow = (name, from) => {
    let at = from;
    let place = `${at}node_modules/${name}`;
    while (!packages[place] && at !== "") {
      at = at.slice(0, at.lastIndexOf("node_modules/", at.length - 2));
      place = `${at}node_modules/${name}`;
    }
    const entry = packages[place];
    if (!entry || kept[place]) return;
    const { optional: _optional, dev: _dev, devOptional: _devOptional, peer: _peer, ...rest } = entry;
    kept[place] = rest;
    for (const next of Object.keys({ ...entry.dependencies, ...entry.peerDependencies })) follow(next, `${place}/`);
  };
  follow(PACKAGE, "");
  if (kept[`node_modules/${PACKAGE}`]?.version !== VERSION) return undefined;
  return {
    name: "lathe-tensorflow",
    lockfileVersion,
    requires: true,
    packages: { "": { name: "lathe-tensorflow", dependencies: { [PACKAGE]: VERSION } }, ...kept },
  };
}

/** It downloads a library and a binding from a place that is refused to some. */
async function ownInstaller(npm, draft, module) {
  const hung = new AbortController();
  let [bytes, since] = [0, Date.now()];
  const watch = setInterval(() => {
    const now = bytesOf(module);
    if (now !== bytes) [bytes, since] = [now, Date.now()];
    else if (Date.now() - since > patience) hung.abort();
  }, 2000);
  // Its script calls Node by name.
  const path = [dirname(process.execPath), process.env.PATH].filter(Boolean).join(delimiter);
  const progress = () => `${Math.round(bytesOf(join(module, "deps")) / 1e6)} MB`;
  const { code, output } = await during(
    "Trying the package's own installer …",
    () =>
      runTree(process.execPath, [npm, "rebuild", PACKAGE, "--prefix", draft, "--foreground-scripts", "--loglevel=error"], {
        cwd: draft,
        env: { PATH: path },
        signal: AbortSignal.any([signal, hung.signal]),
      }),
    { every, progress },
  );
  clearInterval(watch);
  signal.throwIfAborted();
  if (hung.signal.aborted) return { reason: `nothing came from its download for ${patience / 1000} s` };
  if (code !== 0) return { reason: complaint(output) };
  return check(draft);
}

async function onWheel(npm, draft, module) {
  const { wheel, reason } = wheelFor();
  if (reason) return { reason, remedies: ["run this where the package's own installer reaches its download"] };
  const tools = await findTools(npm, signal);
  signal.throwIfAborted();
  const missing = lacks({ ...tools, freeBytes: freeBytes(), folder });
  const source = `building it against the library in the Python package ${wheel.name}`;
  if (missing.length > 0) return { reason: `${source} needs ${missing.map(({ what }) => what).join(" and ")}`, remedies: missing.map(({ remedy }) => remedy) };
  if (!wheel.tested) say(`On ${process.platform} ${process.arch} nobody has tried what comes now; it is verified before it is used.`);
  for (const left of ["deps", "lib", "build"]) rmSync(join(module, left), { recursive: true, force: true });
  const built = await buildOnWheel({ wheel, module, scratch: join(draft, "scratch"), npm, tools, signal, every });
  if (built.reason) return { reason: `${source} failed: ${built.reason}`, remedies: built.remedy ? [built.remedy] : [] };
  trim(draft, module);
  const works = await check(draft);
  signal.throwIfAborted();
  if (works.reason) return { reason: `${source} ended well, but ${works.reason}`, remedies: [] };
  return { version: works.version, how: `built against the library in the Python package ${wheel.name}` };
}

/** A small computation in a process of its own. @returns {Promise<{ version: string } | { reason: string }>} */
async function check(at) {
  if (!existsSync(join(at, "node_modules", ...PACKAGE.split("/"), "package.json"))) return { reason: `there is nothing in ${at}` };
  const program = join(dirname(fileURLToPath(import.meta.url)), "tensorflow-check.mjs");
  const { code, output } = await runTree(process.execPath, [program, at], {
    signal: AbortSignal.any([signal, AbortSignal.timeout(120_000)]),
    env: { TF_CPP_MIN_LOG_LEVEL: "3" },
  });
  const [, version] = /\{"version":"([^"]+)"\}/.exec(output) ?? [];
  if (code === 0 && version) return { version };
  return { reason: `its computation failed: ${complaint(output)}` };
}

/** Headers, intermediate files, and of each package of tfjs all builds but the one that Node loads. */
function trim(draft, module) {
  for (const name of ["deps/include", "build", "src", "binding"]) rmSync(join(module, name), { recursive: true, force: true });
  const scope = join(draft, "node_modules", "@tensorflow");
  for (const name of readdirSync(scope)) {
    const dist = join(scope, name, "dist");
    if (!existsSync(dist)) continue;
    for (const file of readdirSync(dist, { recursive: true })) {
      if (/\.(?:map|html)$|\.(?:fesm|es2017|min)\.|_test\./.test(basename(file))) rmSync(join(dist, file), { force: true });
    }
  }
}

/** The draft takes the folder's place; an engine that has the old one open keeps what it has loaded. */
function replace(draft) {
  const old = beside("old");
  if (existsSync(folder)) renameSync(folder, old);
  try {
    renameSync(draft, folder);
  } catch (error) {
    if (existsSync(old)) renameSync(old, folder);
    throw error;
  }
  rmSync(old, { recursive: true, force: true });
}

function beside(kind) {
  return `${folder}.${process.pid}.${kind}`;
}

/** What setups that were killed left behind: whoever has the lock is the only one. */
function clean() {
  const parent = dirname(folder);
  for (const name of readdirSync(parent)) {
    if (name.startsWith(`${basename(folder)}.`) && /^\d+\.(?:draft|old)$/.test(name.slice(basename(folder).length + 1)))
      rmSync(join(parent, name), { recursive: true, force: true });
  }
}

function freeBytes() {
  try {
    const { bavail, bsize } = statfsSync(dirname(folder));
    return bavail * bsize;
  } catch {
    return undefined;
  }
}

function failure(reasons, remedies) {
  return Object.assign(new Error(reasons.join("; ")), { reasons, remedies });
}

/** One paragraph: what is missing, what to do. */
function explain(thrown) {
  if (thrown.reasons) {
    const todo = [...new Set(thrown.remedies)];
    return [
      `TensorFlow could not be set up: ${thrown.reasons.join("; ")}.`,
      `${todo.length > 0 ? `${todo.join("; ").replace(/^./, (first) => first.toUpperCase())}. Then try again` : "Try again once that is mended"} ` +
        `with: npm run setup:tensorflow.`,
      `It takes ${PEAK_GIGABYTES} GB of disk while it installs, of which ${KEPT_GIGABYTES} GB stay in ${folder}. Lathe trains with ONNX Runtime without it.`,
    ].join(" ");
  }
  if (thrown.code === "ENOSPC")
    return (
      `TensorFlow could not be set up: the disk is full. It takes ${PEAK_GIGABYTES} GB while it installs; free some, or name a folder on another ` +
      `disk in LATHE_TENSORFLOW instead of ${folder}.`
    );
  if (["EACCES", "EPERM", "EROFS", "EBUSY"].includes(thrown.code)) {
    return (
      `TensorFlow could not be set up: ${folder} cannot be written (${thrown.code}). Close what uses it, or name another folder in ` +
      `LATHE_TENSORFLOW, and try again with: npm run setup:tensorflow.`
    );
  }
  return signal.aborted ? signal.reason.message : thrown.message;
}
