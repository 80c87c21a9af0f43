import { existsSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { errorRecord, metricValues, type MetricValues } from "../../contract/events.js";
import { runReport } from "../../contract/report.js";
import type { RunLog } from "../../contract/run-views.js";
import { runId } from "../../contract/summaries.js";

import { TRASH } from "../../training/runs/run-folder.js";
import { LatheError } from "../../base/errors.js";
import { readBytes } from "../../base/read-bytes.js";
import { readReason } from "../../base/storage-error.js";
import { inside, isLink, openOwnFile } from "../../base/own-files.js";
import { JSON_BOUNDS, type JsonBounds } from "../../base/json-bounds.js";
import { readOwnJson } from "../../base/own-json.js";

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
  test: z.object({ metrics: metricValues, judgedOn: z.string().optional() }).optional(),
  parity: z.object({ passed: z.boolean() }).optional(),
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
  /** Which test that was, where it tells. */
  readonly judgedOn: string | undefined;
  /** The exported file did not answer as the trainer does, so there is no model. */
  readonly refused: boolean;
}

/** The ids of a project's runs, the newest (highest) first. */
export async function listRunIds(project: string): Promise<string[]> {
  return idsIn(project, "runs");
}

/** Those in the trash, likewise. */
export async function listTrashedIds(project: string): Promise<string[]> {
  return idsIn(project, "runs", TRASH);
}

/** None where the folder is a link: what is done there says so. @throws LatheError `run.missing` where there is one that may not be looked into */
async function idsIn(project: string, ...folder: readonly string[]): Promise<string[]> {
  const entries = await Promise.resolve()
    .then(() => readdir(inside(project, ...folder), { withFileTypes: true }))
    .catch((thrown: unknown) => {
      if (thrown instanceof LatheError || ABSENT.has((thrown as NodeJS.ErrnoException).code ?? "")) return [];
      const path = join(project, ...folder);
      throw new LatheError("run.missing", `${path} cannot be read: ${readReason(thrown)}`, { path }, { cause: thrown });
    });
  // A folder without a configuration is of a start that was killed before the run was one.
  const ids = entries
    .filter((entry) => entry.isDirectory() && runId.safeParse(entry.name).success && existsSync(join(project, ...folder, entry.name, "config.json")))
    .map(({ name }) => name);
  return ids.sort((a, b) => b.localeCompare(a, "en", { numeric: true }));
}

/** No folder, or something that is none in its place: there are no runs. */
const ABSENT: ReadonlySet<string> = new Set(["ENOENT", "ENOTDIR"]);

/** Where runs would be looked for and a link is, which is not followed: the folder of all, or a run's. */
export async function linkedRuns(project: string): Promise<string[]> {
  const runs = join(project, "runs");
  if (isLink(runs)) return [runs];
  const entries = await readdir(runs, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isSymbolicLink() && runId.safeParse(entry.name).success)
    .map(({ name }) => join(runs, name))
    .sort();
}

/** For lists of projects: where runs may not be looked at, none are seen. */
export async function countRuns(project: string): Promise<number> {
  return listRunIds(project).then(
    (ids) => ids.length,
    () => 0,
  );
}

/** Undefined where the file is not there or says nothing that is understood. */
export async function readConfig(folder: string): Promise<RunConfig | undefined> {
  const path = join(folder, "config.json");
  const config = await readJson(path, configSchema, JSON_BOUNDS.document);
  if (!config) return undefined;
  const createdAt = config.created === undefined ? (await stat(path)).mtimeMs : Date.parse(config.created);
  return { engine: config.engine, device: config.device, epochs: config.project?.training?.epochs, createdAt };
}

export async function readReport(folder: string): Promise<RunReport | undefined> {
  const report = await readJson(join(folder, "report.json"), reportSchema, JSON_BOUNDS.figures);
  return report && { ended: report.ended, test: report.test?.metrics ?? {}, judgedOn: report.test?.judgedOn, refused: report.parity?.passed === false };
}

/** Bytes of a log that are shown: enough for some thousand epochs. */
const logShown = 256 << 10;

/** A run's `log.txt`, or its end where it is long; empty where there is none. */
export async function readLog(folder: string): Promise<RunLog> {
  let file;
  try {
    file = await openOwnFile(join(folder, "log.txt"));
    const { size } = await file.stat();
    const omitted = Math.max(0, size - logShown);
    const bytes = Buffer.alloc(size - omitted);
    const text = bytes.toString("utf8", 0, await readBytes(file, bytes, omitted));
    // What is left of the first line would be read as a line.
    const cut = omitted > 0 ? text.indexOf("\n") + 1 : 0;
    return { text: text.slice(cut), omitted: omitted + Buffer.byteLength(text.slice(0, cut)) };
  } catch {
    return { text: "", omitted: 0 };
  } finally {
    await file?.close();
  }
}

/** Why a run failed; undefined where it did not. */
export async function readFailure(folder: string): Promise<z.infer<typeof errorRecord> | undefined> {
  return readJson(join(folder, "error.json"), errorRecord, JSON_BOUNDS.note);
}

async function readJson<T extends z.ZodType>(path: string, schema: T, bounds: JsonBounds): Promise<z.output<T> | undefined> {
  try {
    return schema.parse(await readOwnJson(path, bounds));
  } catch {
    return undefined;
  }
}
