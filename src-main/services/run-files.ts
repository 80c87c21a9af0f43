import { readFile, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { epochEvent, errorRecord, metricValues, type EpochEvent, type MetricValues } from "../contract/events.js";
import { runReport } from "../contract/report.js";
import { runId, type RunMetrics } from "../contract/summaries.js";

/** Reads what a run leaves in its folder, without touching it: another process may be writing there. */

/** What lists need of `config.json`; the rest is for training. */
const configSchema = z.object({
  created: z.iso.datetime().optional().catch(undefined),
  engine: z.string().optional(),
  device: z.string().optional(),
  project: z.object({ training: z.object({ epochs: z.number().optional() }).optional() }).optional(),
});

/** Likewise of `report.json`; a report of another version still tells these. */
const reportSchema = z.object({
  ended: runReport.shape.ended,
  test: z.object({ metrics: metricValues }).optional(),
});

export interface RunConfig {
  readonly engine?: string | undefined;
  readonly device?: string | undefined;
  readonly epochs?: number | undefined;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

export interface RunReport {
  readonly ended: z.infer<typeof reportSchema>["ended"];
  readonly test: MetricValues;
}

/** The ids of a project's runs, the newest (highest) first. */
export async function listRunIds(project: string): Promise<string[]> {
  const entries = await readdir(join(project, "runs"), { withFileTypes: true }).catch(() => []);
  const ids = entries.filter((entry) => entry.isDirectory() && runId.safeParse(entry.name).success).map(({ name }) => name);
  return ids.sort((a, b) => b.localeCompare(a, "en", { numeric: true }));
}

export async function countRuns(project: string): Promise<number> {
  return (await listRunIds(project)).length;
}

/** Undefined where the file is not there or says nothing that is understood. */
export async function readConfig(folder: string): Promise<RunConfig | undefined> {
  const path = join(folder, "config.json");
  const config = await readJson(path, configSchema);
  if (!config) return undefined;
  const createdAt = config.created === undefined ? (await stat(path)).mtimeMs : Date.parse(config.created);
  return { engine: config.engine, device: config.device, epochs: config.project?.training?.epochs, createdAt };
}

export async function readReport(folder: string): Promise<RunReport | undefined> {
  const report = await readJson(join(folder, "report.json"), reportSchema);
  return report && { ended: report.ended, test: report.test?.metrics ?? {} };
}

/** The epochs in `metrics.jsonl`; a line that a crash cut off is counted, not fatal. Where an epoch stands twice, the later line counts. */
export async function readMetrics(folder: string): Promise<RunMetrics> {
  return parseMetrics(await readFile(join(folder, "metrics.jsonl"), "utf8").catch(() => ""));
}

export function parseMetrics(text: string): RunMetrics {
  const epochs = new Map<number, EpochEvent>();
  let damagedLines = 0;
  for (const line of text.split("\n")) {
    if (line.trim() === "") continue;
    const event = parseEpoch(line);
    if (event) epochs.set(event.epoch, event);
    else damagedLines++;
  }
  return { epochs: [...epochs.values()].sort((a, b) => a.epoch - b.epoch), damagedLines };
}

/** Why a run failed; undefined where it did not. */
export async function readFailure(folder: string): Promise<z.infer<typeof errorRecord> | undefined> {
  return readJson(join(folder, "error.json"), errorRecord);
}

function parseEpoch(line: string): EpochEvent | undefined {
  try {
    return epochEvent.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}

async function readJson<T extends z.ZodType>(path: string, schema: T): Promise<z.output<T> | undefined> {
  try {
    return schema.parse(JSON.parse(await readFile(path, "utf8")));
  } catch {
    return undefined;
  }
}
