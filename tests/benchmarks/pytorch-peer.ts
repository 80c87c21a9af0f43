import { spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { packageRoot } from "../../src-main/base/entries.js";

/** A PyTorch process that answers timing requests, so that both sides can take turns on the same machine. */
export interface PyTorchPeer {
  readonly version: string;
  ask<T>(request: object): Promise<T>;
  close(): void;
}

/** A Python with torch: that of `LATHE_TORCH_PYTHON`, or the system's; undefined where there is none. Debian: apt-get install python3-torch. */
export function findPyTorch(): { readonly python: string; readonly version: string } | undefined {
  for (const python of [process.env["LATHE_TORCH_PYTHON"] ?? "/usr/bin/python3", "/usr/bin/python3", "python3", "python"]) {
    const found = spawnSync(python, ["-c", "import torch; print(torch.__version__)"], { encoding: "utf8" });
    if (found.status === 0) return { python, version: found.stdout.trim() };
  }
  return undefined;
}

export function startPyTorch({ python, version }: { readonly python: string; readonly version: string }): PyTorchPeer {
  const child = spawn(python, [join(packageRoot, "tests", "benchmarks", "pytorch_peer.py")], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    version,
    async ask<T>(request: object) {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const { value, done } = await lines.next();
      if (done === true) throw new Error("the PyTorch process ended");
      return JSON.parse(value) as T;
    },
    close: () => void child.kill(),
  };
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
