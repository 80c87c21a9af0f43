import { probeEngines } from "../engines/index.js";

/** Hosts ask services, not engines: what can train here, and on what. */
export { engineStatuses, probeEngines } from "../engines/index.js";

/** What can train here, found out once: trying every device takes seconds. */
export interface EngineList {
  all(): ReturnType<typeof probeEngines>;
  /** Something was installed: whoever asks next finds out anew. */
  forget(): void;
}

export function createEngineList(): EngineList {
  let known: ReturnType<typeof probeEngines> | undefined;
  return {
    all() {
      const asked = (known ??= probeEngines());
      asked.catch(() => {
        if (known === asked) known = undefined;
      });
      return asked;
    },
    forget: () => (known = undefined),
  };
}
