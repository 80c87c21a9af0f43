import { existsSync, mkdirSync, readdirSync, renameSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findHeaders, findNodeGyp } from "./npm-programs.mjs";
import { runTree } from "./run-tree.mjs";
import { during } from "./shared.mjs";

/** TensorFlow's library as Python packages it: newer than the one that tfjs-node downloads, with the same C interface. */
const VERSION = "2.21.0";

/** The interpreter named here is the wheel's, not the machine's: of the wheel only C++ is used, and any Python with pip downloads it. */
const wheels = {
  "linux x64": {
    name: "tensorflow-cpu",
    platform: "manylinux_2_27_x86_64",
    sha256: "2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c",
    megabytes: 274,
    tested: true,
  },
  "linux arm64": {
    name: "tensorflow",
    platform: "manylinux_2_27_aarch64",
    sha256: "4b24aca16d527a3cf1c37f720c04c484c3d20f4d0fdfa98632ac8b9f3be6eb5c",
    megabytes: 280,
    tested: false,
  },
  "darwin arm64": {
    name: "tensorflow",
    platform: "macosx_12_0_arm64",
    sha256: "51f46f4806139d01fc7920cc72a4c75876f80649bf40ff083ab6212ceb43ca88",
    megabytes: 250,
    tested: false,
  },
};

/** Gigabytes that setting up takes at its highest, and that stay. */
export const PEAK_GIGABYTES = 1.5;
export const KEPT_GIGABYTES = 1;

/** @returns the wheel for a machine, or why there is none. */
export function wheelFor(platform = process.platform, arch = process.arch, isGlibc = Boolean(process.report.getReport().header.glibcVersionRuntime)) {
  const wheel = wheels[`${platform} ${arch}`];
  if (!wheel) return { reason: `no packaged TensorFlow that its binding can be built against exists for ${platform} ${arch}` };
  if (platform === "linux" && !isGlibc) return { reason: "TensorFlow is packaged for Linux with glibc, and this one has another C library" };
  return { wheel };
}

/**
 * What the wheel's way needs and this machine has not, each with what to do about it. Looked at before anything large is downloaded.
 * @param found.freeBytes undefined where it is not known.
 * @returns {readonly { what: string, remedy: string }[]}
 */
export function lacks({ python, compiler, make, nodeGyp, freeBytes, folder }, platform = process.platform) {
  const tools = platform === "darwin" ? "run: xcode-select --install" : "install the packages g++ and make (Debian, Ubuntu: sudo apt-get install g++ make)";
  const missing = [];
  if (!python.path) {
    missing.push(
      python.withoutPip
        ? { what: `pip (${python.withoutPip} has none)`, remedy: "install pip (Debian, Ubuntu: sudo apt-get install python3-pip)" }
        : { what: "Python with pip", remedy: "install Python 3 with pip (Debian, Ubuntu: sudo apt-get install python3-pip)" },
    );
  }
  if (!compiler) missing.push({ what: "a C++ compiler", remedy: tools });
  if (!make) missing.push({ what: "make", remedy: tools });
  if (!nodeGyp) missing.push({ what: "node-gyp, which comes with npm", remedy: "install Node with its npm (https://nodejs.org)" });
  if (freeBytes !== undefined && freeBytes < PEAK_GIGABYTES * 1e9) {
    missing.push({
      what: `disk space (${(freeBytes / 1e9).toFixed(1)} GB free, ${PEAK_GIGABYTES} needed)`,
      remedy: `free some, or name a folder on another disk in LATHE_TENSORFLOW instead of ${folder}`,
    });
  }
  return missing;
}

/** Looks for the tools. */
export async function findTools(npm, signal) {
  const first = async (commands, ...args) => {
    for (const command of commands) if (command && (await runTree(command, args, { signal })).code === 0) return command;
    return undefined;
  };
  const pythons = ["python3", "python", "/usr/bin/python3", "/usr/local/bin/python3", "/opt/homebrew/bin/python3"];
  const path = await first(pythons, "-m", "pip", "--version");
  return {
    python: { path, withoutPip: path ? undefined : await first(pythons, "--version") },
    compiler: await first([process.env.CXX, "c++", "g++", "clang++"], "--version"),
    make: await first([process.env.MAKE, "make", "gmake"], "--version"),
    nodeGyp: findNodeGyp(npm),
  };
}

/**
 * Puts the wheel's library and headers into the package's `deps` and builds the binding against them.
 * @param module the installed package's folder. @param scratch a folder for what is not kept.
 * @returns {Promise<{ version: string } | { reason: string, remedy?: string }>}
 */
export async function buildOnWheel({ wheel, module, scratch, npm, tools, signal, every }) {
  const fetched = await download(wheel, scratch, tools.python.path, signal, every);
  if (fetched.reason) return fetched;
  const unpacked = await during("Unpacking the library …", () => runTree(tools.python.path, ["-c", UNPACK, fetched.path, scratch], { signal }), { every });
  signal.throwIfAborted();
  if (unpacked.code !== 0)
    return {
      reason: /No space left|ENOSPC/i.test(unpacked.output) ? "the disk is full" : `${wheel.name}'s wheel could not be unpacked: ${complaint(unpacked.output)}`,
    };
  const laid = layOut(join(scratch, "tensorflow"), join(module, "deps"));
  if (laid) return { reason: laid };
  return build({ module, npm, tools, signal, every });
}

/** The library and the headers that its C interface needs: a thousandth of the wheel's files. */
const UNPACK =
  `
import sys, zipfile
wheel, out = sys.argv[1:3]
wanted = tuple("tensorflow/" + name for name in ("libtensorflow_cc.", "libtensorflow_framework.", "include/tensorflow/c/", ` +
  `"include/tensorflow/core/platform/ctstring", "include/tsl/platform/ctstring", "include/xla/tsl/c/"))
with zipfile.ZipFile(wheel) as archive:
    for name in archive.namelist():
        if name.startswith(wanted):
            archive.extract(name, out)
`;

async function download(wheel, scratch, python, signal, every) {
  const folder = join(scratch, "wheel");
  mkdirSync(folder, { recursive: true });
  // pip refuses a file with another hash than this one.
  const requirements = join(scratch, "requirements.txt");
  writeFileSync(requirements, `${wheel.name}==${VERSION} --hash=sha256:${wheel.sha256}\n`);
  const args = [
    "-m",
    "pip",
    "download",
    "--quiet",
    "--no-deps",
    "--no-cache-dir",
    "--progress-bar",
    "off",
    "--require-hashes",
    "--only-binary",
    ":all:",
    "--python-version",
    "3.11",
    "--implementation",
    "cp",
    "--abi",
    "cp311",
    "--platform",
    wheel.platform,
    "--dest",
    folder,
    "--requirement",
    requirements,
  ];
  // Within the scratch folder, what pip has got so far goes with it.
  const env = { TMPDIR: scratch, PIP_REQUIRE_VIRTUALENV: "0", PIP_DISABLE_PIP_VERSION_CHECK: "1" };
  const progress = () => `${Math.min(wheel.megabytes, Math.round(bytesOf(scratch) / 1e6))} of ${wheel.megabytes} MB`;
  const { code, output } = await during(
    `Downloading ${wheel.name} ${VERSION} with pip, ${wheel.megabytes} MB …`,
    () => runTree(python, args, { env, signal }),
    { every, progress },
  );
  signal.throwIfAborted();
  const file = readdirSync(folder).find((name) => name.endsWith(".whl"));
  if (code === 0 && file) return { path: join(folder, file) };
  if (/No space left|ENOSPC/i.test(output)) return { reason: "the disk is full" };
  if (/HASHES|hash/.test(output))
    return { reason: `the file that pip got as ${wheel.name} ${VERSION} is not the one that was published: ${complaint(output)}` };
  return {
    reason: `pip could not download ${wheel.name} ${VERSION}: ${complaint(output)}`,
    remedy: "connect to the Python package index, or name a mirror with: pip config set global.index-url <address>",
  };
}

/** @returns what is wrong, if anything. */
function layOut(from, deps) {
  const lib = join(deps, "lib");
  mkdirSync(lib, { recursive: true });
  const libraries = readdirSync(from).filter((name) => name.startsWith("libtensorflow"));
  for (const name of libraries) renameSync(join(from, name), join(lib, name));
  renameSync(join(from, "include"), join(deps, "include"));
  // What the binding is linked with, by the names its build asks for.
  const links =
    process.platform === "darwin"
      ? { "libtensorflow.2.dylib": "libtensorflow_cc.2.dylib" }
      : { "libtensorflow.so": "libtensorflow_cc.so.2", "libtensorflow_framework.so": "libtensorflow_framework.so.2" };
  for (const [link, target] of Object.entries(links)) {
    if (!existsSync(join(lib, target))) return `${target} is not in the wheel, which has ${libraries.join(", ") || "no library"}`;
    symlinkSync(target, join(lib, link));
  }
  return undefined;
}

async function build({ module, npm, tools, signal, every }) {
  const told =
    process.env.npm_config_nodedir ?? (await runTree(process.execPath, [npm, "config", "get", "nodedir"], { signal })).output.trim().split("\n").at(-1);
  const headers = findHeaders(told);
  const folder = join(module, "lib", "napi-v8");
  const args = [
    tools.nodeGyp,
    "rebuild",
    "--jobs=max",
    `--python=${tools.python.path}`,
    `--module=${join(folder, "tfjs_binding.node")}`,
    "--module_name=tfjs_binding",
    `--module_path=${folder}`,
    "--napi_version=8",
    "--napi_build_version=8",
    ...(headers ? [`--nodedir=${headers}`] : []),
  ];
  const { code, output } = await during("Building its binding for Node …", () => runTree(process.execPath, args, { cwd: module, signal }), { every });
  signal.throwIfAborted();
  if (code !== 0 && !headers && /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ECONNRESET|response downloading|node\.lib|headers/i.test(output)) {
    return {
      reason: `Node's headers are not beside this Node (${process.execPath}) and could not be fetched`,
      remedy: "install Node from https://nodejs.org, which brings them, or name the folder that has include/node with: npm config set nodedir <folder>",
    };
  }
  if (code !== 0) return { reason: `the binding could not be built: ${complaint(output)}` };
  if (process.platform === "darwin") {
    // The build knows the library under its old name only.
    const linked = await runTree("install_name_tool", ["-add_rpath", "@loader_path/../../deps/lib", join(folder, "tfjs_binding.node")], { signal });
    if (linked.code !== 0) return { reason: `the binding could not be told where its library is: ${complaint(linked.output)}` };
  }
  return { version: VERSION };
}

/** The line of a program's output that says what went wrong. */
export function complaint(output) {
  const lines = output
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !/complete log of this run/.test(line));
  return (
    lines.find((line) => /^\w*Error: |\berror: |not found$/i.test(line)) ?? lines.find((line) => /\berror\b/i.test(line)) ?? lines.at(-1) ?? "it said nothing"
  );
}

/** Bytes in a folder; what vanishes meanwhile counts as nothing. */
export function bytesOf(folder) {
  let sum = 0;
  try {
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) sum += statSync(join(entry.parentPath ?? entry.path, entry.name), { throwIfNoEntry: false })?.size ?? 0;
    }
  } catch {
    // It is being written, or removed.
  }
  return sum;
}
