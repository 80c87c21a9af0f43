import { type EngineStatusView, engineStatus } from "../contract/settings.js";
import type { EngineRunner } from "./studio.js";

/** Hosts ask services, not engines: what can train here, and on what. */
export { engineStatuses, probeEngines } from "../engines/index.js";

/** What can train here, found out once: trying every device takes seconds. */
export interface EngineList {
  all(): Promise<readonly EngineStatusView[]>;
  /** Something was installed: whoever asks next finds out anew. */
  forget(): void;
}

/** @param work tries them in a process of its own: a library of hundreds of megabytes is loaded, and a driver may crash. */
export function createEngineList(work: EngineRunner): EngineList {
  let known: Promise<readonly EngineStatusView[]> | undefined;
  return {
    all() {
      const asked = (known ??= work({ kind: "probe-engines" }, () => undefined, (value) => engineStatus.array().parse(value)));
      asked.catch(() => {
        if (known === asked) known = undefined;
      });
      return asked;
    },
    forget: () => (known = undefined),
  };
}
