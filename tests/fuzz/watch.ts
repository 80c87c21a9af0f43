import { type ChildProcess, fork } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Kind, Place } from "./kind.js";

/** Where none is named: the same inputs every time, so that a kind and a number name one. */
export const SEED = 13;

/** What the child is to do. */
export interface Wanted {
  readonly kind: string;
  readonly seed: number;
  readonly first: number;
  readonly count: number;
  readonly place: Place;
}

export type Told =
  | { readonly event: "begin"; readonly number: number }
  | {
      readonly event: "end";
      readonly number: number;
      readonly faults: readonly string[];
      /** MiB resident at the most so far. */ readonly peak: number;
      readonly seconds: number;
    }
  | { readonly event: "note"; readonly what: string }
  | { readonly event: "done" };

export interface Finding {
  readonly kind: string;
  readonly number: number;
  readonly what: string;
}

export interface Report {
  readonly kind: string;
  readonly inputs: number;
  readonly seconds: number;
  /** MiB resident at the most. */
  readonly peak: number;
  /** Seconds of the slowest input. */
  readonly slowest: number;
  readonly findings: readonly Finding[];
}

export interface FuzzOptions {
  readonly seed: number;
  readonly first?: number;
  readonly count: number;
  /** The built child. */
  readonly program: string;
  /** @see makeFixture */
  readonly fixture: string;
  readonly onNote?: (what: string) => void;
  readonly onFinding?: (finding: Finding) => void;
}

/** Milliseconds that the child may take to start, on a machine with much else to do. */
const START = 60_000;

/**
 * Feeds inputs of a kind to a process that is watched: where it crashes, hangs or grows too large, that is a finding, and a new one continues with the next
 * input.
 */
export async function fuzz(kind: Kind, { seed, first = 0, count, program, fixture, onNote, onFinding }: FuzzOptions): Promise<Report> {
  const start = performance.now();
  const findings: Finding[] = [];
  let [next, peak, slowest] = [first, 0, 0];
  const find = (number: number, what: string) => {
    const finding = { kind: kind.name, number, what };
    findings.push(finding);
    onFinding?.(finding);
  };
  while (next < first + count) {
    const root = mkdtempSync(join(tmpdir(), `lathe-fuzz-${kind.name}-`));
    const place: Place = { root, table: join(root, "table"), pictures: join(root, "pictures") };
    cpSync(fixture, root, { recursive: true });
    mkdirSync(join(root, "tmp"));
    const wanted: Wanted = { kind: kind.name, seed, first: next, count: first + count - next, place };
    const child = fork(program, [JSON.stringify(wanted)], {
      stdio: ["ignore", "inherit", "pipe", "ipc"],
      env: { ...process.env, LATHE_HOME: join(root, "state"), TMPDIR: join(root, "tmp"), ORT_DISABLE_TELEMETRY: "1" },
    });
    let stderr = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr = (stderr + text).slice(-2000)));
    const end = await watched(child, kind, (told) => {
      if (told.event === "begin") next = told.number + 1;
      if (told.event === "note") onNote?.(told.what);
      if (told.event !== "end") return true;
      for (const what of told.faults) find(told.number, what);
      [peak, slowest] = [Math.max(peak, told.peak), Math.max(slowest, told.seconds)];
      if (told.peak <= kind.memory) return true;
      find(told.number, `has ${Math.round(told.peak)} MiB resident, expected at most ${kind.memory}`);
      return false;
    });
    rmSync(root, { recursive: true, force: true, maxRetries: 3 });
    if (end !== undefined) find(next - 1, `${end}${stderr === "" ? "" : `; it said: ${stderr}`}`);
    if (next === first && end !== undefined) break;
  }
  return { kind: kind.name, inputs: count, seconds: (performance.now() - start) / 1000, peak, slowest, findings };
}

/** @returns how the child ended, unless it was done, or `hear` no longer wanted it */
function watched(child: ChildProcess, kind: Kind, hear: (told: Told) => boolean): Promise<string | undefined> {
  return new Promise((resolve) => {
    let [done, how] = [false, ""];
    let timer = setTimeout(() => stop("it did not start"), START);
    const stop = (why: string) => {
      how = why;
      child.kill("SIGKILL");
    };
    child.on("message", (message) => {
      const told = message as Told;
      if (told.event === "note") return void hear(told);
      clearTimeout(timer);
      timer = setTimeout(() => stop(`it hangs: more than ${kind.bound} s`), kind.bound * 1000);
      if (told.event === "done") done = true;
      if (hear(told)) return;
      done = true;
      child.kill("SIGKILL");
    });
    child.on("exit", (code, signal) => {
      clearTimeout(timer);
      resolve(done ? undefined : how || `it crashed (${signal ?? `exit code ${code ?? "unknown"}`})`);
    });
  });
}
