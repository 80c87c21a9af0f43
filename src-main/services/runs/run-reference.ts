import { existsSync } from "node:fs";
import { LatheError } from "../../base/errors.js";
import { inside } from "../../base/own-files.js";
import type { RunReport } from "../../contract/report.js";
import { RUN_MODEL } from "../../contract/run-model.js";
import type { RunReference } from "../../contract/summaries.js";
import type { FolderAccess } from "../files/folder-access.js";
import { readReport } from "./reports.js";
import { unfinished } from "./unfinished-run.js";

export interface FoundRun {
  readonly folder: string;
  /** With the project's real path. */
  readonly reference: RunReference;
}

/** Where a run lies. @throws LatheError `run.missing`, `project.missing`, `rpc.refused` */
export async function folderOfRun(access: FolderAccess, { project, run }: RunReference): Promise<FoundRun> {
  const real = await access.resolve(project, "the project");
  const folder = await access.resolve(inside(real, "runs", run), "the run").catch((thrown: unknown) => {
    if (thrown instanceof LatheError && thrown.code === "rpc.refused") throw thrown;
    throw new LatheError("run.missing", `there is no run ${run} in ${real}; was it deleted?`, { project: real, run });
  });
  return { folder, reference: { project: real, run } };
}

/** A run that came to its end. @throws as `folderOfRun`, and `run.missing` where it did not, with what to do */
export async function finishedRun(access: FolderAccess, asked: RunReference): Promise<FoundRun & { readonly report: RunReport }> {
  const found = await folderOfRun(access, asked);
  const path = inside(found.folder, "report.json");
  if (!existsSync(path))
    throw new LatheError(
      "run.missing",
      `run ${asked.run} has not ended, so there is nothing to judge yet; let it train, stop it, or resume it where it was interrupted`,
      { ...found.reference },
    );
  return { ...found, report: readReport(path) };
}

/** The file a run made. @throws as `finishedRun`, and `export.parity` where the run refused to hand it out */
export async function modelOfRun(access: FolderAccess, asked: RunReference): Promise<FoundRun & { readonly report: RunReport; readonly model: string }> {
  const found = await finishedRun(access, asked);
  const model = inside(found.folder, RUN_MODEL);
  if (existsSync(model)) return { ...found, model };
  throw unfinished(found.folder, RUN_MODEL);
}
