import { type LatheError, toLatheError } from "../base/errors.js";
import type { AuditProblem, AuditResult } from "../contract/table-views.js";
import { kindOf } from "../features/index.js";
import { type ColumnAudit, type InspectOptions, type TableAudit, inspectTable } from "./inspect.js";
import { resolveRoles } from "./roles.js";
import { Database } from "./sources/database.js";
import { namedColumns, openMain } from "./sources/open-source.js";
import { isRefused } from "./sources/source.js";

/** Rows of a column that are listed by number. */
const MOST_LISTED = 1000;
/** Different values that one click declares missing. */
const MOST_WORDS = 20;

/** Above this share of missing values a column is doubtful rather than patchy. */
const MANY_MISSING = 0.5;

/** Of a readable table: what makes it unfit for training. */
const UNFIT: readonly string[] = ["data.value", "data.target", "data.column", "data.split"];

/**
 * What depends on roles and split, and what to look at before training. Where the rows cannot even be split, the problems say why and the rest is empty.
 * @throws LatheError `data.*` for a table that cannot be read, `cancelled`
 */
export async function auditTable(options: InspectOptions): Promise<AuditResult> {
  try {
    return resultOf(await inspectTable(options), options);
  } catch (thrown) {
    const error = toLatheError(thrown);
    if (!UNFIT.includes(error.code)) throw error;
    return { splits: { train: 0, validation: 0, test: 0 }, classes: {}, problems: await refusals(error, options) };
  }
}

function resultOf(audit: TableAudit, { data }: InspectOptions): AuditResult {
  const standIns = new Map<string, string>(
    data.inputs.flatMap((input) => {
      const kind = kindOf(input);
      return kind.gaps(input) === "keep" ? [[`input ${input.name}`, kind.standIn(input)] as const] : [];
    }),
  );
  const problems: AuditProblem[] = audit.warnings.map(({ missing, ...warning }) => ({ ...warning, ...(missing ? { missing: [...missing] } : {}) }));
  for (const column of audit.columns) {
    const how = column.role === undefined ? undefined : standIns.get(column.role);
    if (how !== undefined && column.missing > 0) problems.push(missingValues(column, how, audit.rows));
  }
  const { rows } = audit.duplicates;
  if (rows > 0 && !audit.pictures)
    problems.push({
      code: "data.duplicates",
      message: `${rows} row${rows === 1 ? " equals" : "s equal"} an earlier one in every column that is used`,
      severity: "note",
      rows: { kind: "duplicates", leaked: false },
    });
  const order = { error: 0, warning: 1, note: 2 };
  return {
    splits: { ...audit.splits },
    classes: Object.fromEntries(
      Object.entries(audit.classes).map(([target, counted]) => [
        target,
        Object.entries(counted)
          .map(([value, parts]) => ({ value, ...parts }))
          .sort((a, b) => b.train + b.validation + b.test - (a.train + a.validation + a.test) || (a.value < b.value ? -1 : 1)),
      ]),
    ),
    problems: problems.sort((a, b) => order[a.severity] - order[b.severity]),
  };
}

function missingValues({ name, missing }: ColumnAudit, how: string, rows: number): AuditProblem {
  const share = missing / rows;
  return {
    code: "data.gaps",
    severity: share > MANY_MISSING ? "warning" : "note",
    column: name,
    rows: { kind: "missing", column: name },
    message: `column "${name}" has ${missing} missing value${missing === 1 ? "" : "s"} (${share < 0.01 ? "under 1" : Math.round(share * 100)}%), ${how}`,
  };
}

/** Why training would not start, with every row at fault where values are no numbers. */
async function refusals(error: LatheError, options: InspectOptions): Promise<AuditProblem[]> {
  const { row, column, path } = error.details;
  const rows =
    typeof row === "number"
      ? { kind: "rows" as const, rows: [row] }
      : typeof column === "string" && error.code !== "data.column"
        ? { kind: "missing" as const, column }
        : undefined;
  const first: AuditProblem = {
    code: error.code,
    message: error.message,
    severity: "error",
    ...(typeof column === "string" ? { column } : {}),
    ...(rows ? { rows } : {}),
  };
  if (error.code !== "data.value" || typeof row !== "number" || typeof path !== "string") return [first];
  const strays = await findStrays(options);
  return strays.length > 0 ? strays : [first];
}

/** Values that are no numbers where numbers are wanted, by column of the main table. */
async function findStrays({ folder, data, workFolder, signal }: InspectOptions): Promise<AuditProblem[]> {
  const database = await Database.open(workFolder, { large: true, signal });
  try {
    const source = await openMain(database, folder, data.source, { names: namedColumns(data), signal });
    const roles = resolveRoles(data, source);
    const problems: AuditProblem[] = [];
    for (const column of source.columns.filter(({ name }) => roles.numbers.includes(name))) {
      const found = await database.all(
        `SELECT r, v, count(*) OVER () AS n FROM (SELECT row_number() OVER () AS r, CAST(${column.sql} AS VARCHAR) AS v, ${isRefused(column)} AS bad ` +
          `FROM ${source.relation}) WHERE bad ORDER BY r LIMIT ${MOST_LISTED}`,
      );
      const [first] = found;
      if (!first) continue;
      const n = Number(first["n"]);
      const values = [...new Set(found.map(({ v }) => String(v).trim()))];
      problems.push({
        code: "data.value",
        severity: "error",
        column: column.name,
        rows: { kind: "rows", rows: found.map(({ r }) => Number(r)) },
        message:
          `column "${column.name}" of ${source.path} holds ${n} value${n === 1 ? " that is no number" : "s that are no numbers"}, such as ` +
          `"${String(first["v"]).slice(0, 60)}" in row ${String(first["r"])}; ` +
          `mend ${n === 1 ? "it" : "them"}, count such values as missing (source.missing), make the column a category, or exclude it`,
        // Of many different ones some are surely meant.
        ...(values.length <= MOST_WORDS && n < MOST_LISTED ? { missing: values } : {}),
      });
    }
    return problems;
  } finally {
    database.close();
  }
}
