import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { packageRoot } from "../../src-main/base/entries.js";
import type { ProjectInput } from "../../src-main/contract/project.js";
import { warningIn } from "./node-warnings.js";

/** The built command line, run as a user runs it. */
export interface CommandResult {
  readonly code: number | null;
  /** What `--json` printed, line by line. */
  readonly events: readonly JsonEvent[];
  readonly stdout: string;
  readonly stderr: string;
}

export type JsonEvent = { readonly event: string } & Readonly<Record<string, unknown>>;

export const cli = join(packageRoot, "out", "main", "cli.js");

export interface RunningCommand {
  readonly child: ChildProcess;
  readonly result: Promise<CommandResult>;
}

/** Starts a command in a process group of its own, so that a test can kill all of it at once. @param onEvent sees each JSON line as it comes. */
export function startLathe(
  args: readonly string[],
  onEvent: (event: JsonEvent) => void = () => undefined,
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): RunningCommand {
  return startNode([cli, ...args], onEvent, options);
}

/** The same for any program of ours. */
export function startNode(
  args: readonly string[],
  onEvent: (event: JsonEvent) => void = () => undefined,
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): RunningCommand {
  const child = spawn(process.execPath, args, { ...options, stdio: ["ignore", "pipe", "pipe"], detached: process.platform !== "win32" });
  let stdout = "";
  let stderr = "";
  let line = "";
  const events: JsonEvent[] = [];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    const lines = (line + text).split("\n");
    line = lines.pop() ?? "";
    for (const one of lines) {
      if (!one.startsWith("{")) continue;
      const event = JSON.parse(one) as JsonEvent;
      events.push(event);
      onEvent(event);
    }
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const result = new Promise<CommandResult>((resolve, reject) =>
    child.on("close", (code) => {
      const warning = warningIn(stderr);
      if (warning !== undefined) reject(new Error(`Node warned in ${args.join(" ")}: ${warning}`));
      else resolve({ code, events, stdout, stderr });
    }),
  );
  return { child, result };
}

export function lathe(...args: readonly string[]): Promise<CommandResult> {
  return startLathe(args).result;
}

/** SIGKILL to the command and its engine process: nothing gets to say goodbye. */
export function killAll({ child }: RunningCommand): void {
  if (child.pid === undefined) return;
  try {
    process.kill(process.platform === "win32" ? child.pid : -child.pid, "SIGKILL");
  } catch {
    // It had ended by itself.
  }
}

/** The bundled credit table: 4,454 loan applicants, nine numbers, good or not. */
export const creditTable = join(packageRoot, "resources", "samples", "credit", "credit.csv");

/** The 9-16-8-1 network of the credit sample. */
export const creditLayers: ProjectInput["model"]["layers"] = [
  { id: "fc1", type: "Linear", outFeatures: 16 },
  { id: "bn1", type: "BatchNorm1d" },
  { id: "act1", type: "ELU" },
  { id: "fc2", type: "Linear", outFeatures: 8 },
  { id: "bn2", type: "BatchNorm1d" },
  { id: "act2", type: "ELU" },
  { id: "fc3", type: "Linear", outFeatures: 1 },
];

/** A project on the credit table, written to `folder`. */
export function writeCreditProject(
  folder: string,
  training: ProjectInput["training"],
  layers = creditLayers,
  target: ProjectInput["data"]["targets"][number] = { name: "Good", type: "binary", column: "Good" },
): string {
  mkdirSync(folder, { recursive: true });
  cpSync(creditTable, join(folder, "credit.csv"));
  const project: ProjectInput = {
    version: 1,
    name: "credit",
    seed: 7,
    data: { source: { type: "table", path: "credit.csv" }, inputs: [{ name: "features", type: "numeric", columns: "rest" }], targets: [target] },
    model: { layers, outputs: [{ target: target.name, from: layers.at(-1)?.id ?? "" }] },
    training,
  };
  writeFileSync(join(folder, "project.json"), JSON.stringify(project));
  return folder;
}

export function sha256(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}

/** A field of the last event of a kind. */
export function last(events: readonly JsonEvent[], event: string): JsonEvent {
  const found = events.filter((e) => e.event === event).at(-1);
  if (!found) throw new Error(`no ${event} event among ${events.map((e) => e.event).join(", ")}`);
  return found;
}
