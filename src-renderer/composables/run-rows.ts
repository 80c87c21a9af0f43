import { objectOf } from "../document/draft.js";
import type { RunSettings } from "../../src-main/contract/run-views.js";
import type { RunStatus, RunSummary } from "../../src-main/contract/summaries.js";

/** A run as a row of the table: what it was started with, and what it came to. */
export interface RunRow {
  readonly summary: RunSummary;
  /** What it is called. */
  readonly title: string;
  readonly optimizer: string | undefined;
  readonly lr: number | undefined;
  readonly batch: number | undefined;
  readonly seed: number | undefined;
  readonly metric: number | null | undefined;
}

export const runColumns = ["run", "status", "started", "epochs", "loss", "metric", "optimizer", "lr", "batch", "seed", "engine"] as const;
export type RunColumn = (typeof runColumns)[number];

export interface RunOrder {
  readonly column: RunColumn;
  readonly descending: boolean;
}

export const runGroups = ["all", "ended", "active", "broken"] as const;
export type RunGroup = (typeof runGroups)[number];

const groupOf: Readonly<Record<RunStatus, RunGroup>> = {
  running: "active",
  paused: "active",
  stopping: "active",
  completed: "ended",
  "early-stopping": "ended",
  stopped: "ended",
  cancelled: "ended",
  failed: "broken",
  interrupted: "broken",
};

/** Whether something still trains it. */
export function isActive({ status }: Pick<RunSummary, "status">): boolean {
  return groupOf[status] === "active";
}

/** Whether its training can be resumed. */
export function isResumable({ status }: Pick<RunSummary, "status">): boolean {
  return groupOf[status] === "broken" || status === "stopped" || status === "cancelled";
}

/** @param metric name of the test metric to show. */
export function runRow(summary: RunSummary, title: string, settings: RunSettings | undefined, metric: string | undefined): RunRow {
  const training = objectOf(settings?.project["training"]);
  const optimizer = objectOf(training["optimizer"]);
  return {
    summary,
    title,
    optimizer: typeof optimizer["type"] === "string" ? optimizer["type"] : undefined,
    lr: numberOf(optimizer["lr"]),
    batch: numberOf(training["batchSize"]),
    seed: settings?.seed,
    metric: metric === undefined ? undefined : summary.test?.[metric],
  };
}

/** Test metrics that any of the runs has, those that one looks at first first. */
export function testMetrics(runs: readonly RunSummary[]): readonly string[] {
  const names = withoutSteps([...new Set(runs.flatMap(({ test }) => Object.keys(test ?? {})))]);
  const rank = (name: string) => {
    const found = ["accuracy", "precisionAt1", "auroc", "mase", "seasonal", "naive", "r2", "mae"].indexOf(name.split(".").at(-1) ?? "");
    return found === -1 ? (name === "loss" ? 6 : 9) : found;
  };
  return names
    .map((name, i) => ({ name, i }))
    .sort((a, b) => rank(a.name) - rank(b.name) || a.i - b.i)
    .map(({ name }) => name);
}

/** Names of metrics without those of single steps of a horizon, such as `sold.mae.sold+3`, where there is one of all. */
export function withoutSteps(names: readonly string[]): readonly string[] {
  const all = new Set(names);
  return names.filter((name) => {
    const [, whole] = /^(.+)\.[^.]*\+[0-9]+$/.exec(name) ?? [];
    return whole === undefined || !all.has(whole);
  });
}

/** Names of one target's metrics; undefined: of all, those of several together among them. */
export function ofTarget(names: readonly string[], target: string | undefined): readonly string[] {
  return target === undefined ? names : names.filter((name) => name.startsWith(`${target}.`));
}

/** Rows in which every word occurs. */
export function findRows(rows: readonly RunRow[], words: string, group: RunGroup, statusWords: Readonly<Record<RunStatus, string>>): readonly RunRow[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  return rows.filter(({ summary, title, optimizer }) => {
    if (group !== "all" && groupOf[summary.status] !== group) return false;
    const text = [title, summary.run, summary.note, statusWords[summary.status], summary.engine, summary.device, optimizer].join("\n").toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
}

/** What has no value comes last, whichever way; equals keep their order, the newest first. */
export function sortRows(rows: readonly RunRow[], { column, descending }: RunOrder): readonly RunRow[] {
  const sign = descending ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [x, y] = [valueOf(a, column), valueOf(b, column)];
    if (x === undefined || y === undefined) return Number(x === undefined) - Number(y === undefined);
    if (typeof x === "number" && typeof y === "number") return sign * (x - y);
    return sign * String(x).localeCompare(String(y), undefined, { numeric: true });
  });
}

function valueOf({ summary, title, ...row }: RunRow, column: RunColumn): string | number | undefined {
  switch (column) {
    case "run":
      return title;
    case "status":
      return summary.status;
    case "started":
      return summary.startedAt;
    case "epochs":
      return summary.epoch;
    case "loss":
      return summary.kept?.loss ?? undefined;
    case "engine":
      return summary.engine;
    case "metric":
      return row.metric ?? undefined;
    case "optimizer":
      return row.optimizer;
    case "lr":
      return row.lr;
    case "batch":
      return row.batch;
    case "seed":
      return row.seed;
  }
}

function numberOf(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}
