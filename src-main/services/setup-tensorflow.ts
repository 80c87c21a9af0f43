import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import { z } from "zod";
import { packageRoot } from "../base/entries.js";
import { LatheError } from "../base/errors.js";
import { tensorflowFolder } from "../base/tensorflow-folder.js";
import { type TensorflowSetup, tensorflowSetup } from "../contract/settings.js";
import type { Progress } from "./jobs/shared-work.js";

/** The script's last word. */
const outcome = z.discriminatedUnion("event", [
  z.object({ event: z.literal("tensorflow"), ...tensorflowSetup.shape }),
  z.object({ event: z.literal("error"), message: z.string() }),
]);

/** Milliseconds that a setup which was called off may take to tidy up. */
const GRACE = 10_000;

/**
 * Sets TensorFlow up as `npm run setup:tensorflow` does, in a Node process of its own: downloads, builds, tries.
 * @param progress hears each line it says, and megabytes where it downloads.
 * @throws LatheError `engine.unavailable` with what is missing and what to do; `cancelled`
 */
export async function setUpTensorflow(progress: Progress, signal: AbortSignal): Promise<TensorflowSetup> {
  const script = scriptPath();
  if (!existsSync(script)) throw cannot(`${script} is not there; install Lathe anew`);
  throwIfCalledOff(signal);
  // The script listens on the channel: a word calls it off, and so does the end of this process.
  const child = spawn(nodeProgram(), [script, "--json"], { env: environment(), stdio: ["ignore", "pipe", "pipe", "ipc"], windowsHide: true });
  let timer: ReturnType<typeof setTimeout> | undefined;
  const callOff = () => {
    if (child.connected) child.send("call off", () => undefined);
    timer = setTimeout(() => child.kill("SIGKILL"), GRACE);
  };
  signal.addEventListener("abort", callOff, { once: true });
  let [line, answer] = ["", ""];
  if (child.stderr) {
    createInterface({ input: child.stderr }).on("line", (text) => {
      // While a line's work continues it is followed by the seconds it has taken: `  … 12 s, 40 of 274 MB`.
      const tick = /^ {2}… \d+ s(?:, (\d+)(?: of (\d+))? MB)?$/.exec(text);
      if (!tick) line = text;
      const [, done, total] = tick ?? [];
      progress(line, Number(done ?? 0), total === undefined ? undefined : Number(total));
    });
  }
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (answer += text));
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", resolve);
    });
    throwIfCalledOff(signal);
    return read(answer, code, line);
  } catch (thrown) {
    throwIfCalledOff(signal);
    if ((thrown as NodeJS.ErrnoException).code === "ENOENT") {
      throw cannot(
        `an installed Lathe has no Node of its own to set it up with, and none was found. Install Node with its npm (https://nodejs.org) and start ` +
          `Lathe again; TensorFlow then goes to ${tensorflowFolder()}`,
      );
    }
    throw thrown;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", callOff);
  }
}

function read(answer: string, code: number | null, line: string): TensorflowSetup {
  const said = answer.trim().split("\n").at(-1) ?? "";
  if (!said.startsWith("{")) throw cannot(`its setup ended with ${code === null ? "a signal" : `exit code ${code}`}${line ? `: ${line}` : ""}`);
  const { event, ...rest } = outcome.parse(JSON.parse(said));
  if (event === "error") throw new LatheError("engine.unavailable", "message" in rest ? rest.message : "");
  return tensorflowSetup.parse(rest);
}

/** In an installed Lathe it lies beside the archive, where other programs can read it. */
function scriptPath(): string {
  return join(packageRoot.replace(/app\.asar$/, "app.asar.unpacked"), "src-main", "bootstrap", "setup-tensorflow.mjs");
}

/** Electron's program is not one that npm and node-gyp could run on. */
function nodeProgram(): string {
  return "electron" in process.versions ? (process.env["npm_node_execpath"] ?? "node") : process.execPath;
}

/** What is started from the Mac's Finder does not have the path that a terminal has. */
function environment(): NodeJS.ProcessEnv {
  if (process.platform !== "darwin") return process.env;
  return { ...process.env, PATH: [process.env["PATH"], "/usr/local/bin", "/opt/homebrew/bin", "/usr/bin"].filter(Boolean).join(delimiter) };
}

function cannot(why: string): LatheError {
  return new LatheError("engine.unavailable", `TensorFlow could not be set up: ${why}.`);
}

function throwIfCalledOff(signal: AbortSignal): void {
  if (signal.aborted) throw new LatheError("cancelled", "TensorFlow's setup was called off");
}
