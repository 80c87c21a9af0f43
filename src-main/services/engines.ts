/** Hosts ask services, not engines: what can train here, and on what. */
export { engineStatuses, probeEngines } from "../engines/index.js";
