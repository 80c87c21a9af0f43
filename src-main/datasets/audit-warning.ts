import type { AuditProblem, RowFilter } from "../contract/table-views.js";
import type { DataWarning } from "./data-warning.js";

/** What was noticed, how much it matters, and which rows show it. */
export interface AuditWarning extends DataWarning {
  /** error: training will not start. */
  readonly severity: AuditProblem["severity"];
  /** The column it is about. */
  readonly column?: string;
  readonly rows?: RowFilter;
  /** A folder of pictures that a model can be asked about. */
  readonly predict?: string;
  /** Values of the column that could count as missing. */
  readonly missing?: readonly string[];
}
