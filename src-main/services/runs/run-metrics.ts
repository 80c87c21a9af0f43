import { stat } from "node:fs/promises";
import { join } from "node:path";
import { epochEvent, type EpochEvent, type WarningEvent } from "../../contract/events.js";
import { keptEpoch } from "../../contract/kept-epoch.js";
import type { RunMetrics } from "../../contract/summaries.js";
import { thinEpochs } from "../../contract/thin-epochs.js";
import { openOwnFile } from "../../base/own-files.js";
import { refuseCrowd } from "../../base/own-json.js";

/** Characters of a line beyond which it is damage; an epoch of a network of a thousand layers takes about a tenth of this. */
export const longestLine = 1 << 20;
/** Figures of an epoch, likewise. */
const MOST_FIGURES = 50_000;

/**
 * The epochs in `metrics.jsonl`, thinned where they are many; read as a stream, so that a run of millions of epochs takes no more memory than one of thousands.
 * A line that a crash cut off is counted, not fatal. Where an epoch stands twice, the later line counts.
 */
export async function readMetrics(folder: string): Promise<RunMetrics> {
  const gathered = gatherEpochs();
  let damagedLines = 0;
  const warnings = new Map<string, WarningEvent>();
  try {
    for await (const lines of linesOf(join(folder, "metrics.jsonl"))) {
      for (const line of lines) {
        if (line.trim() === "") continue;
        const event = parseEpoch(line);
        if (event) gathered.add(event);
        else damagedLines++;
        for (const warning of event?.warnings ?? []) warnings.set(`${warning.code} ${warning.layer ?? ""}`, warning);
      }
    }
  } catch (thrown) {
    // No epoch has ended yet; or it cannot be read further, and what could is told.
    if ((thrown as NodeJS.ErrnoException).code !== "ENOENT") damagedLines++;
  }
  return { epochs: [...gathered.epochs()], seconds: gathered.seconds(), damagedLines, warnings: [...warnings.values()] };
}

/** What lists show of a run's metrics. */
export interface MetricsDigest {
  /** The last epoch that ended; 0 before the first. */
  readonly epoch: number;
  /** The epoch whose weights the run ends with, and its loss: of validation, where there is one. */
  readonly kept: { readonly epoch: number; readonly loss: number | null } | undefined;
}

/** Digests by folder, remembered while the file stays as it is: reading a million epochs takes seconds. */
export function createMetricsDigests(): (folder: string) => Promise<MetricsDigest> {
  const known = new Map<string, { readonly stamp: string; readonly digest: MetricsDigest }>();
  return async (folder) => {
    // Looked at before it is read: what is appended meanwhile makes it another file.
    const file = await stat(join(folder, "metrics.jsonl")).catch(() => undefined);
    const stamp = file ? `${file.ino} ${file.size} ${file.mtimeMs}` : "none";
    const remembered = known.get(folder);
    if (remembered?.stamp === stamp) return remembered.digest;
    const { epochs } = await readMetrics(folder);
    const kept = keptEpoch(epochs);
    const digest = { epoch: epochs.at(-1)?.epoch ?? 0, kept: kept && { epoch: kept.epoch, loss: kept.validation["loss"] ?? kept.train["loss"] ?? null } };
    known.set(folder, { stamp, digest });
    return digest;
  };
}

/** Undefined where a line is not an epoch, as where a crash cut it off. */
export function parseEpoch(line: string): EpochEvent | undefined {
  try {
    refuseCrowd(line, MOST_FIGURES, "an epoch");
    return epochEvent.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}

/**
 * Some at a time: waiting for each of a million would take longer than reading them. After a line that never ends nothing is read: it may be as long as a disk.
 */
async function* linesOf(path: string): AsyncGenerator<readonly string[]> {
  let parts: string[] = [];
  let length = 0;
  for await (const chunk of (await openOwnFile(path)).createReadStream({ encoding: "utf8", highWaterMark: 256 << 10 })) {
    const lines = (chunk as string).split("\n");
    const last = lines.pop() ?? "";
    if (lines.length > 0) {
      lines[0] = [...parts, lines[0] ?? ""].join("");
      yield lines;
      [parts, length] = [[], 0];
    }
    parts.push(last);
    length += last.length;
    if (length > longestLine) {
      yield ["damaged"];
      return;
    }
  }
  yield [parts.join("")];
}

function gatherEpochs() {
  let epochs: EpochEvent[] = [];
  let seconds = 0;
  let thinned = false;

  /** One that is not the newest: it replaces what was said of that epoch before. */
  function correct(event: EpochEvent): void {
    const at = epochs.findIndex(({ epoch }) => epoch >= event.epoch);
    const before = epochs[at];
    if (before?.epoch === event.epoch) {
      epochs[at] = event;
      seconds += event.seconds - before.seconds;
    } else if (!thinned) {
      epochs.splice(at, 0, event);
      seconds += event.seconds;
    }
    // Else it is one of those that were omitted, and counted.
  }

  return {
    epochs: (): readonly EpochEvent[] => epochs,
    seconds: () => seconds,
    add(event: EpochEvent): void {
      if (event.epoch <= (epochs.at(-1)?.epoch ?? Number.NEGATIVE_INFINITY)) return correct(event);
      epochs.push(event);
      seconds += event.seconds;
      const fewer = thinEpochs(epochs);
      if (fewer === epochs) return;
      epochs = [...fewer];
      thinned = true;
    },
  };
}
