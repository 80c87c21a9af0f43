import { existsSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import util from "node:util";
import type * as core from "@tensorflow/tfjs-core";
import { packageRoot } from "../../base/entries.js";
import { LatheError } from "../../base/errors.js";
import { tensorflowFolder } from "../../base/tensorflow-folder.js";

/** TensorFlow.js, whichever copy: the one that belongs to the backend in use. Two copies do not know each other's tensors, so none is imported here. */
export type Tf = typeof core;

/** TensorFlow.js with the backend that computes. */
export interface Backend {
  readonly tf: Tf;
  /** False: TensorFlow.js's own kernels in JavaScript, tens of times slower. */
  readonly native: boolean;
  /** What runs: the version of the TensorFlow library, or that there is none. */
  readonly version: string;
}

export type Env = Readonly<Record<string, string | undefined>>;

/** Said wherever the library is missed. */
export const REMEDY = "npm run setup:tensorflow installs it";

/**
 * The module path of a `@tensorflow/tfjs-node` whose binding has been built: in the folder that `LATHE_TENSORFLOW` names, where it is set; else where setup
 * puts it for this user; else among the project's own packages.
 */
export function findNative(env: Env = process.env): string | undefined {
  const named = env["LATHE_TENSORFLOW"];
  const folders = named === undefined ? [tensorflowFolder(env), packageRoot] : [named];
  return folders.map((folder) => join(folder, "node_modules", "@tensorflow", "tfjs-node")).find(isBuilt);
}

/** The package installs without its binding where the library could not be fetched. */
function isBuilt(module: string): boolean {
  const lib = join(module, "lib");
  return existsSync(lib) && readdirSync(lib).some((folder) => existsSync(join(lib, folder, "tfjs_binding.node")));
}

/** True where the user says that slow is better than not at all. */
export function slowAllowed(env: Env = process.env): boolean {
  return env["LATHE_TENSORFLOW_SLOW"] === "1";
}

let loaded: Promise<Backend> | undefined;

/** Loads TensorFlow once a process. @throws LatheError `engine.unavailable` where the library is missing or does not load, and slow is not allowed. */
export function loadBackend(): Promise<Backend> {
  return (loaded ??= load(process.env));
}

async function load(env: Env): Promise<Backend> {
  const path = findNative(env);
  if (path === undefined) {
    if (slowAllowed(env)) return loadJavaScript();
    throw new LatheError(
      "engine.unavailable",
      `the TensorFlow library is not installed; ${REMEDY}, or set LATHE_TENSORFLOW_SLOW=1 to compute without it, slowly`,
    );
  }
  try {
    return loadNative(path);
  } catch (thrown) {
    if (slowAllowed(env)) return loadJavaScript();
    const reason = thrown instanceof Error ? thrown.message.split("\n")[0] : String(thrown);
    throw new LatheError("engine.unavailable", `the TensorFlow library at ${path} does not load: ${reason}; ${REMEDY} anew`, { path }, { cause: thrown });
  }
}

function loadNative(path: string): Backend {
  process.env["TF_CPP_MIN_LOG_LEVEL"] ??= "3"; // read as the library loads: it greets on stderr otherwise
  giveBackUtil();
  const tf = createRequire(import.meta.url)(path) as Tf;
  tf.enableProdMode();
  return { tf, native: true, version: `TensorFlow ${libraryVersion(tf)}` };
}

function libraryVersion(tf: Tf): string {
  const { binding } = tf.backend() as { readonly binding?: { readonly TF_Version?: string } };
  return binding?.TF_Version ?? "of an unknown version";
}

/** tfjs-node 4.22 calls functions that Node 23 no longer has, and one that warns from Node 24 on. */
function giveBackUtil(): void {
  const old = {
    isNullOrUndefined: (x: unknown) => x === null || x === undefined,
    isNull: (x: unknown) => x === null,
    isUndefined: (x: unknown) => x === undefined,
    isArray: (x: unknown) => Array.isArray(x),
    isString: (x: unknown) => typeof x === "string",
    isNumber: (x: unknown) => typeof x === "number",
  };
  Object.assign(util, old);
}

async function loadJavaScript(): Promise<Backend> {
  const imported = await import("@tensorflow/tfjs-core");
  // Each registers itself with the engine that all copies of tfjs-core in a process share. The gradients come as modules that only a bundler finds its way
  // through: the build bundles them (electron.vite.config.ts), the tests have them inlined (vitest.config.ts).
  await import("@tensorflow/tfjs-core/dist/register_all_gradients.js");
  await import("@tensorflow/tfjs-backend-cpu");
  const tf = (imported as { readonly default?: Tf }).default ?? imported;
  tf.enableProdMode();
  await tf.setBackend("cpu");
  return { tf, native: false, version: `tfjs ${tf.version_core} on the CPU without the TensorFlow library, slow` };
}
