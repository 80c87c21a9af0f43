import type { LogEvent, StageEvent } from "../../contract/events.js";
import type { NetworkOutlook, NetworkQuestion, NetworkUse } from "../../contract/import-report.js";
import type { FolderAccess } from "../files/folder-access.js";
import type { EngineRunner } from "../jobs/jobs.js";
import type { NewProject, Projects } from "../projects/projects.js";
import { importProject, reportImport } from "./import-project.js";

type Hear = (event: StageEvent | LogEvent) => void;

/** Networks from other programs' ONNX files. They are read in an engine process of their own. */
export interface Imports {
  /** @throws LatheError `data.missing`, `graph.*`, `usage`, `rpc.refused`, `cancelled` */
  look(asked: NetworkQuestion, hear: Hear, signal: AbortSignal): Promise<NetworkOutlook>;
  /** @throws LatheError as `look`, as `Projects.create`, and `export.parity` */
  create(wanted: NetworkQuestion & NetworkUse & NewProject, hear: Hear, signal: AbortSignal): ReturnType<Projects["create"]>;
}

export function createImports(access: FolderAccess, projects: Projects, work: EngineRunner): Imports {
  const heard =
    (hear: Hear, signal: AbortSignal): EngineRunner =>
    (asked, _own, check) =>
      work(
        asked,
        (event) => {
          if (event.event === "stage" || event.event === "log") hear(event);
        },
        check,
        signal,
      );

  async function resolved({ model, ...rest }: NetworkQuestion): Promise<NetworkQuestion> {
    return { ...rest, model: await access.resolve(model, "the network") };
  }

  return {
    look: async (asked, hear, signal) => reportImport(await resolved(asked), heard(hear, signal)),
    async create({ model, until, size, freeze, normalize, channels, ...wanted }, hear, signal) {
      const asked = await resolved({ model, until, size });
      return projects.createBy(
        wanted,
        async (options) => {
          const { created } = await importProject(asked, { ...options, freeze, normalize, channels }, heard(hear, signal));
          return created;
        },
        signal,
      );
    },
  };
}
