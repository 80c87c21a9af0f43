import { readFileSync, readdirSync } from "node:fs";

/** A process and those that it starts: how much memory each had at most, and an end to all of them. Linux only; elsewhere nothing is known of them. */
export class ProcessTree {
  readonly #root: number;
  /** High-water marks of resident memory in MiB, by what a process is. */
  readonly #peaks = new Map<string, number>();
  readonly #watch: NodeJS.Timeout;

  constructor(root: number) {
    this.#root = root;
    this.#watch = setInterval(() => this.#look(), 100);
  }

  /** SIGKILL to all, the eldest first, so that none can start another. */
  kill(): void {
    for (const pid of this.#all()) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It has ended by itself.
      }
    }
  }

  /** Peaks by process, such as `engine.js`. */
  close(): ReadonlyMap<string, number> {
    clearInterval(this.#watch);
    return this.#peaks;
  }

  #look(): void {
    for (const pid of this.#all()) {
      const peak = peakOf(pid);
      if (peak === undefined) continue;
      const name = nameOf(pid);
      this.#peaks.set(name, Math.max(peak, this.#peaks.get(name) ?? 0));
    }
  }

  #all(): readonly number[] {
    const children = new Map<number, number[]>();
    for (const entry of process.platform === "linux" ? readdirSync("/proc") : []) {
      if (!/^\d+$/.test(entry)) continue;
      // The name, in brackets, may hold blanks; the parent is the second word behind it.
      const parent = Number(read(`/proc/${entry}/stat`)?.split(") ").at(-1)?.split(" ")[1]);
      const own = children.get(parent);
      if (own) own.push(Number(entry));
      else children.set(parent, [Number(entry)]);
    }
    const found = [this.#root];
    for (let k = 0; k < found.length; k++) found.push(...(children.get(found[k] ?? 0) ?? []));
    return found;
  }
}

/** High-water mark of a process's resident memory in MiB; undefined where the system does not tell. */
export function peakOf(pid: number | "self" | undefined): number | undefined {
  const line = /^VmHWM:\s+(\d+) kB/m.exec(read(`/proc/${pid ?? 0}/status`) ?? "");
  return line ? Number(line[1]) / 1024 : undefined;
}

function nameOf(pid: number): string {
  const [program = "", script = ""] = read(`/proc/${pid}/cmdline`)?.split("\0") ?? [];
  return (script.endsWith(".js") ? script : program).split("/").at(-1) ?? "";
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
