import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { Disposable } from "../../base/disposable.js";
import type { RunEvent } from "../../contract/events.js";
import { RUN_MODEL } from "../../contract/run-model.js";
import type { RunMetrics, RunReference, RunStatus, RunSummary } from "../../contract/summaries.js";
import type { RunLog, RunSettings } from "../../contract/run-views.js";
import { readConfig as readFrozen } from "../../training/runs/run-config.js";
import { RunFolder } from "../../training/runs/run-folder.js";
import type { FolderAccess } from "../files/folder-access.js";
import type { JobRegistry } from "../jobs/job-registry.js";
import { isHeld } from "../../training/runs/run-lock.js";
import { folderOfRun } from "./run-reference.js";
import { linkedRuns, listRunIds, listTrashedIds, readConfig, readFailure, readLog, readReport, type RunReport } from "./run-files.js";
import { type RunLabel, readLabel, writeLabel } from "./run-labels.js";
import { createMetricsDigests, readMetrics } from "./run-metrics.js";
import { emptyTrash, restoreRuns, trashOf, trashRuns } from "./run-trash.js";
import { watchRun } from "./run-watch.js";

export interface Runs {
  /** The newest first. @throws LatheError `project.missing`, `rpc.refused`, `run.missing` where they may not be looked at */
  list(project: string): Promise<RunSummary[]>;
  /** Links where runs would be, which are not followed. @throws LatheError `project.missing`, `rpc.refused` */
  links(project: string): Promise<string[]>;
  /** @throws LatheError `run.missing`, `rpc.refused` */
  metrics(run: RunReference): Promise<RunMetrics>;
  /** What the run was started with. @throws as `metrics`, and `run.checkpoint` where it is damaged */
  settings(run: RunReference): Promise<RunSettings>;
  /** Its `log.txt`, the end of it where it is long. @throws as `metrics` */
  log(run: RunReference): Promise<RunLog>;
  /** Gives a run a name, or a note; an empty one takes it away. @throws as `metrics`, `run.storage` */
  describe(run: RunReference, label: RunLabel): Promise<RunSummary>;
  /** Moves runs to the project's trash. @throws LatheError `run.missing`, `run.state` for one under way, `run.storage` */
  trash(project: string, runs: readonly string[]): Promise<void>;
  /** @throws LatheError `run.missing`, `run.state`, `run.storage` */
  restore(project: string, runs: readonly string[]): Promise<void>;
  trashed(project: string): Promise<RunSummary[]>;
  /** Deletes for good what is in the trash. @throws LatheError `run.storage` */
  emptyTrash(project: string): Promise<void>;
  /** What the run says from now on, after how things stand. `onEnd` is called when nothing more will come. @throws as `metrics` */
  follow(run: RunReference, onEvent: (event: RunEvent) => void, onEnd: () => void): Promise<Disposable>;
}

export function createRuns(access: FolderAccess, jobs: JobRegistry): Runs {
  const digestOf = createMetricsDigests();

  async function summarize(project: string, run: string, folder = join(project, "runs", run)): Promise<RunSummary> {
    const [config, { epoch, kept }, report, failure, label] = await Promise.all([
      readConfig(folder),
      digestOf(folder),
      readReport(folder),
      readFailure(folder),
      readLabel(folder),
    ]);
    const reference = { project, run };
    const error = jobs.error(reference) ?? failure;
    return {
      run,
      project,
      folder,
      ...label,
      model: existsSync(join(folder, RUN_MODEL)),
      status: jobs.status(reference) ?? statusOf(isHeld(folder), failure !== undefined, report),
      startedAt: config?.createdAt ?? (await stat(folder)).mtimeMs,
      epoch,
      ...(config?.epochs === undefined ? {} : { epochs: config.epochs }),
      ...(config?.engine === undefined ? {} : { engine: config.engine }),
      ...(config?.device === undefined ? {} : { device: config.device }),
      ...(kept && { kept }),
      ...(report && { test: report.test }),
      ...(report?.judgedOn === undefined ? {} : { judgedOn: report.judgedOn }),
      ...(error && { problem: { code: error.code, message: error.message } }),
    };
  }

  const resolveProject = (project: string) => access.resolve(project, "the project");

  return {
    async list(project) {
      const real = await resolveProject(project);
      return Promise.all((await listRunIds(real)).map((run) => summarize(real, run)));
    },
    links: async (project) => linkedRuns(await resolveProject(project)),
    metrics: async (run) => readMetrics((await folderOfRun(access, run)).folder),
    async settings(asked) {
      const { reference } = await folderOfRun(access, asked);
      const { project, engine, engineVersion, device, reason, threads, dataFingerprint } = readFrozen(RunFolder.open(reference.project, reference.run));
      return { project: { ...project }, engine, engineVersion, device, reason, threads, seed: project.seed, fingerprint: dataFingerprint };
    },
    log: async (run) => readLog((await folderOfRun(access, run)).folder),
    async describe(asked, label) {
      const {
        folder,
        reference: { project, run },
      } = await folderOfRun(access, asked);
      await writeLabel(folder, label);
      return summarize(project, run);
    },
    async trash(project, runs) {
      const real = await resolveProject(project);
      const going = jobs
        .underWay()
        .filter((job) => job.project === real)
        .map(({ run }) => run);
      await trashRuns(real, runs, (run) => going.includes(run));
    },
    async restore(project, runs) {
      await restoreRuns(await resolveProject(project), runs);
    },
    async trashed(project) {
      const real = await resolveProject(project);
      return Promise.all((await listTrashedIds(real)).map((run) => summarize(real, run, join(trashOf(real), run))));
    },
    async emptyTrash(project) {
      await emptyTrash(await resolveProject(project));
    },
    async follow(run, onEvent, onEnd) {
      const { folder, reference } = await folderOfRun(access, run);
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
  if (failed || report?.refused === true) return "failed";
  return report?.ended ?? "interrupted";
}
