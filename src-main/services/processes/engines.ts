import { type EngineStatusView, engineStatus } from "../../contract/settings.js";
import { launchChildProcess } from "./engine-link.js";
import { type EngineRunner, inEngine } from "../jobs/jobs.js";

const statuses = (value: unknown): readonly EngineStatusView[] => engineStatus.array().parse(value);

/**
 * What can train here and on what, each device tried, in a process of its own: a library of hundreds of megabytes is loaded, and a driver may crash.
 * @throws LatheError `engine.crashed`
 */
export function probeEngines(): Promise<readonly EngineStatusView[]> {
  return inEngine({ kind: "probe-engines" }, () => undefined, statuses, { launch: () => launchChildProcess({ quiet: true }) });
}

/** What can train here, found out once: trying every device takes seconds. */
export interface EngineList {
  all(): Promise<readonly EngineStatusView[]>;
  /** Something was installed: whoever asks next finds out anew. */
  forget(): void;
}

/** @param work as `probeEngines`, with the host's own kind of process. */
export function createEngineList(work: EngineRunner): EngineList {
  let known: Promise<readonly EngineStatusView[]> | undefined;
  return {
    all() {
      const asked = (known ??= work({ kind: "probe-engines" }, () => undefined, statuses));
      asked.catch(() => {
        if (known === asked) known = undefined;
      });
      return asked;
    },
    forget: () => (known = undefined),
  };
}
