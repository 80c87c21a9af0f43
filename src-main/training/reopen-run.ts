import { LatheError } from "../base/errors.js";
import { chooseEngine } from "../engines/index.js";
import type { WorkSetting } from "./process/setting.js";
import type { RunConfig } from "./runs/run-config.js";
import type { RunFolder } from "./runs/run-folder.js";
import { type Workbench, openWorkbench } from "./workbench.js";

/**
 * A run with its data and its network as they were when it was trained, for another look.
 * @param folder the project's @param lost what is no longer so where the data have changed, as a sentence goes on
 * @throws LatheError `data.changed`, `data.*`, `engine.*`, `cancelled`
 */
export async function reopenRun(
  { id }: RunFolder,
  { config, folder, lost }: { readonly config: RunConfig; readonly folder: string; readonly lost: string },
  { emit, control }: Pick<WorkSetting, "emit" | "control">,
): Promise<Workbench> {
  const { project } = config;
  const bench = await openWorkbench({
    project,
    start: "checkpoint",
    folder,
    choice: await chooseEngine(config.engine, config.device).catch(() => chooseEngine("auto", "cpu")),
    threads: config.threads,
    features: config.features ?? null,
    began: config.dataFingerprint,
    asOf: config.version,
    emit: (event) => {
      if (event.event === "stage") emit(event);
    },
    signal: control.preparation,
  });
  if (bench.prepared.fingerprint !== config.dataFingerprint)
    throw new LatheError(
      "data.changed",
      `the data has changed since run ${id} was trained (${project.data.source.path}), so ${lost}; train again, or put the old data back`,
      { run: id },
    );
  return bench;
}
