import type { StudioContract } from "../contract/procedures.js";
import type { Handlers } from "../rpc/types.js";
import { cardOf, describeFormats, writeExport } from "../services/models/exports.js";
import type { Studio } from "../services/studio.js";

export function exportProcedures({ access, models }: Studio): Handlers<StudioContract>["exports"] {
  return {
    formats: () => describeFormats(),
    card: (run) => cardOf(access, models, run),
    write: ({ format, out, replace, ...run }) => writeExport(access, run, format, out, replace),
  };
}
