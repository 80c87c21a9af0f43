import { join } from "node:path";
import { StringDecoder } from "node:string_decoder";
import type { Disposable } from "../../base/disposable.js";
import type { RunEvent } from "../../contract/events.js";
import { isHeld } from "../../training/runs/run-lock.js";
import { readReport } from "./run-files.js";
import { longestLine, parseEpoch } from "./run-metrics.js";
import { openOwnFile } from "../../base/own-files.js";

/** Milliseconds between looks at a run that another process trains. */
const interval = 500;
/** Bytes of the file that are read at a time, and told of what is there already: the newest of the past, which is asked for besides. */
const tail = 256 << 10;

export interface WatchOptions {
  readonly folder: string;
  readonly run: string;
  onEvent(event: RunEvent): void;
  /** The run is held by nobody any more. */
  onEnd(): void;
  readonly interval?: number;
}

/** Follows a run that another process trains (the command line, say) by the file it appends to. The last epochs already there are told first. */
export function watchRun(options: WatchOptions): Disposable {
  let disposed = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let offset: number | undefined;
  let rest = "";
  let decoder = new StringDecoder("utf8");
  const buffer = Buffer.alloc(tail);

  async function readNew(): Promise<void> {
    const file = await openOwnFile(join(options.folder, "metrics.jsonl")).catch(() => undefined);
    if (!file) {
      // All that comes to be there is new.
      offset = 0;
      return;
    }
    try {
      const { size } = await file.stat();
      // A resumed run forgets what came after its checkpoint.
      if (offset === undefined || size < offset) {
        offset = Math.max(0, size - tail);
        // Of a line that began before, only its end is read, and that is no epoch.
        rest = "";
        decoder = new StringDecoder("utf8");
      }
      while (offset < size) {
        const { bytesRead } = await file.read(buffer, 0, Math.min(tail, size - offset), offset);
        if (bytesRead === 0) return;
        offset += bytesRead;
        const lines = (rest + decoder.write(buffer.subarray(0, bytesRead))).split("\n");
        rest = lines.pop() ?? "";
        // A line that never ends is no epoch.
        if (rest.length > longestLine) rest = "";
        for (const line of lines) {
          const epoch = parseEpoch(line);
          tell(epoch);
          for (const warning of epoch?.warnings ?? []) tell(warning);
        }
      }
    } finally {
      await file.close();
    }
  }

  function tell(event: RunEvent | undefined): void {
    if (event && !disposed) options.onEvent(event);
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
