import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { Disposable } from "../base/disposable.js";
import { LatheError } from "../base/errors.js";
import type { RunEvent } from "../contract/events.js";
import type { RunMetrics, RunReference, RunStatus, RunSummary } from "../contract/summaries.js";
import type { FolderAccess } from "./folder-access.js";
import type { JobRegistry } from "./job-registry.js";
import { isHeld } from "../training/run-lock.js";
import { listRunIds, readConfig, readFailure, readMetrics, readReport, type RunReport } from "./run-files.js";
import { watchRun } from "./run-watch.js";

export interface Runs {
  /** The newest first. @throws LatheError `project.missing`, `rpc.refused` */
  list(project: string): Promise<RunSummary[]>;
  /** @throws LatheError `run.missing`, `rpc.refused` */
  metrics(run: RunReference): Promise<RunMetrics>;
  /** What the run says from now on, after how things stand. `onEnd` is called when nothing more will come. @throws as `metrics` */
  follow(run: RunReference, onEvent: (event: RunEvent) => void, onEnd: () => void): Promise<Disposable>;
}

export function createRuns(access: FolderAccess, jobs: JobRegistry): Runs {
  async function folderOf({ project, run }: RunReference): Promise<{ folder: string; reference: RunReference }> {
    const real = await access.resolve(project, "the project");
    const folder = await access.resolve(join(real, "runs", run), "the run").catch((thrown: unknown) => {
      if (thrown instanceof LatheError && thrown.code === "rpc.refused") throw thrown;
      throw new LatheError("run.missing", `there is no run ${run} in ${real}; was it deleted?`, { project: real, run });
    });
    return { folder, reference: { project: real, run } };
  }

  async function summarize(project: string, run: string): Promise<RunSummary> {
    const folder = join(project, "runs", run);
    const [config, metrics, report, failure] = await Promise.all([readConfig(folder), readMetrics(folder), readReport(folder), readFailure(folder)]);
    const reference = { project, run };
    const best = metrics.epochs.findLast((epoch) => epoch.best);
    const error = jobs.error(reference) ?? failure;
    return {
      run, project, folder,
      status: jobs.status(reference) ?? statusOf(isHeld(folder), failure !== undefined, report),
      startedAt: config?.createdAt ?? (await stat(folder)).mtimeMs,
      epoch: metrics.epochs.at(-1)?.epoch ?? 0,
      ...(config?.epochs === undefined ? {} : { epochs: config.epochs }),
      ...(config?.engine === undefined ? {} : { engine: config.engine }),
      ...(config?.device === undefined ? {} : { device: config.device }),
      ...(best && { best: { epoch: best.epoch, loss: best.validation["loss"] ?? best.train["loss"] ?? null } }),
      ...(report && { test: report.test }),
      ...(error && { problem: { code: error.code, message: error.message } }),
    };
  }

  return {
    async list(project) {
      const real = await access.resolve(project, "the project");
      return Promise.all((await listRunIds(real)).map((run) => summarize(real, run)));
    },
    metrics: async (run) => readMetrics((await folderOf(run)).folder),
    async follow(run, onEvent, onEnd) {
      const { folder, reference } = await folderOf(run);
      const job = jobs.subscribe(reference, (event) => {
        onEvent(event);
        if (event.event === "done" || event.event === "failed") onEnd();
      });
      return job ?? watchRun({ folder, run: run.run, onEvent, onEnd });
    },
  };
}

function statusOf(held: boolean, failed: boolean, report: RunReport | undefined): RunStatus {
  if (held) return "running";
  if (failed) return "failed";
  return report?.ended ?? "interrupted";
}
