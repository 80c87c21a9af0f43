import { open } from "node:fs/promises";
import { join } from "node:path";
import type { Disposable } from "../base/disposable.js";
import type { RunEvent } from "../contract/events.js";
import { isHeld } from "../training/run-lock.js";
import { parseMetrics, readReport } from "./run-files.js";

/** Milliseconds between looks at a run that another process trains. */
const interval = 500;

export interface WatchOptions {
  readonly folder: string;
  readonly run: string;
  onEvent(event: RunEvent): void;
  /** The run is held by nobody any more. */
  onEnd(): void;
  readonly interval?: number;
}

/** Follows a run that another process trains (the command line, say) by the file it appends to. Epochs already there are told first. */
export function watchRun(options: WatchOptions): Disposable {
  let disposed = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let offset = 0;
  let rest = "";

  async function readNew(): Promise<void> {
    const file = await open(join(options.folder, "metrics.jsonl"), "r").catch(() => undefined);
    if (!file) return;
    try {
      const { size } = await file.stat();
      // A resumed run forgets what came after its checkpoint.
      if (size < offset) [offset, rest] = [0, ""];
      const buffer = Buffer.alloc(size - offset);
      const { bytesRead } = await file.read(buffer, 0, buffer.length, offset);
      offset += bytesRead;
      const lines = (rest + buffer.toString("utf8", 0, bytesRead)).split("\n");
      rest = lines.pop() ?? "";
      for (const event of parseMetrics(lines.join("\n")).epochs) if (!disposed) options.onEvent(event);
    } finally {
      await file.close();
    }
  }

  async function look(): Promise<void> {
    // Asked first: what was written before the lock went is then read below.
    const held = isHeld(options.folder);
    await readNew();
    const report = held ? undefined : await readReport(options.folder);
    if (disposed) return;
    if (held) {
      timer = setTimeout(start, options.interval ?? interval);
      return;
    }
    if (report) options.onEvent({ event: "done", run: options.run, test: report.test, ended: report.ended });
    options.onEnd();
  }

  function start(): void {
    look().catch(() => {
      // The folder is gone, or unreadable: nothing more will come.
      if (!disposed) options.onEnd();
    });
  }

  start();
  return {
    dispose() {
      disposed = true;
      clearTimeout(timer);
    },
  };
}
