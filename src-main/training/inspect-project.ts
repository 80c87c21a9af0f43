import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { InspectRequest } from "../contract/engine-messages.js";
import { readProjectFile } from "../contract/project-file.js";
import { type TableAudit, inspectTable } from "../datasets/index.js";
import type { WorkSetting } from "./setting.js";

/** The import audit of a project's data. */
export async function inspectProject(request: InspectRequest, { emit }: WorkSetting): Promise<TableAudit> {
  const { project, folder } = await readProjectFile(request.project);
  const workFolder = mkdtempSync(join(tmpdir(), "lathe-"));
  try {
    return await inspectTable({
      folder, data: project.data, seed: project.seed, workFolder,
      progress: (stage, done, total) => emit({ event: "stage", stage, done, ...(total === undefined ? {} : { total }) }),
    });
  } finally {
    rmSync(workFolder, { recursive: true, force: true });
  }
}
