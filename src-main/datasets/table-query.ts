import { LatheError } from "../base/errors.js";
import type { DataSpec } from "../contract/data.js";
import type { RowFilter } from "../contract/table-views.js";
import { numberOrNull } from "./profile.js";
import { type Roles, findColumn } from "./roles.js";
import { type SourceColumn, isNoNumber, textOf, timeOf } from "./sources/source.js";
import { literal } from "./sources/sql.js";
import { PART } from "./splits.js";
import { hasLabel } from "./label-parts.js";
import { firstMissing, neededColumns } from "./stage-data.js";
import { type RawTable, type StagedTable, isNumeric } from "./staged-table.js";
import type { Staged } from "./staging.js";

/** A staged table's rows by part: the very split that training uses. */
export interface TableSplit {
  readonly roles: Roles;
  readonly data: DataSpec;
  /** Of the main table, and of the test file's where there is one. */
  readonly tables: readonly { readonly staged: Staged; readonly parts: string }[];
}

export interface RowsQuestion {
  readonly offset: number;
  readonly limit: number;
  readonly sort?: { readonly column: string; readonly descending: boolean } | undefined;
  readonly filters: readonly RowFilter[];
}

/** Tables that stand beside the raw one, row by row. */
type Beside = "numbers" | "data" | "parts" | "copies";

/** Filters and orders as SQL: over the main table, and over the test file's. */
export class TableQuery {
  readonly #staged: StagedTable;
  readonly #split: TableSplit | LatheError;
  readonly #beside = new Set<Beside>();

  constructor(staged: StagedTable, split: TableSplit | LatheError) {
    this.#staged = staged;
    this.#split = split;
  }

  /** Of each table the rows that pass, as `r`, with what they are sorted by, as `k`. */
  selects({ filters, sort }: RowsQuestion): readonly string[] {
    const { main, test } = this.#staged;
    return [main, ...(test ? [test] : [])].map((raw) => {
      this.#beside.clear();
      const conditions = filters.map((filter) => `coalesce(${this.#condition(raw, filter)}, false)`);
      const key = sort ? this.#key(raw, sort.column) : "0";
      const first = raw === main ? 0 : main.rows;
      return (
        `SELECT r, k FROM (SELECT ${raw.table}.rowid + ${first} AS r, ${key} AS k, ${conditions.join(" AND ") || "true"} AS passes ` +
        `FROM ${this.#from(raw)}) WHERE passes`
      );
    });
  }

  #from(raw: RawTable): string {
    const part = this.#part(raw);
    return [
      raw.table,
      ...(this.#beside.has("numbers") ? [this.#staged.numbers] : []),
      ...(this.#beside.has("data") && part ? [part.staged.table] : []),
      ...(this.#beside.has("parts") && part ? [part.parts] : []),
      ...(this.#beside.has("copies") ? ["copies"] : []),
    ].join(" POSITIONAL JOIN ");
  }

  #part(raw: RawTable) {
    return this.#split instanceof LatheError ? undefined : this.#split.tables[raw === this.#staged.main ? 0 : 1];
  }

  /** @throws LatheError why there is no split */
  #splitOf(raw: RawTable) {
    const split = this.#split;
    if (split instanceof LatheError)
      throw new LatheError(split.code, `rows are not split yet, so this cannot be shown: ${split.message}`, split.details, { cause: split });
    const part = this.#part(raw);
    if (!part) throw new LatheError("internal", `${raw.source.path} has no parts`);
    return { ...part, split };
  }

  #number(raw: RawTable, column: SourceColumn): string {
    const k = raw.source.columns.indexOf(column);
    const profile = this.#staged.profiles[k];
    if (raw !== this.#staged.main || !profile || !isNumeric(profile)) return numberOrNull(column);
    this.#beside.add("numbers");
    return `x${k}`;
  }

  #key(raw: RawTable, name: string): string {
    const profile = this.#staged.profiles.find((p) => p.name === name);
    const column = columnOf(this.#staged, raw, name);
    if (!column) return "NULL";
    if (profile && isNumeric(profile)) return this.#number(raw, column);
    return profile?.type === "time" ? timeOf(column) : `lower(${textOf(column)})`;
  }

  #condition(raw: RawTable, filter: RowFilter): string {
    const { main } = this.#staged;
    switch (filter.kind) {
      case "missing":
        return `${cellOf(this.#staged, raw, filter.column, this.#split)} IS NULL`;
      case "value": {
        const column = columnOf(this.#staged, raw, filter.column);
        if (filter.value === null || !column) return `${cellOf(this.#staged, raw, filter.column, this.#split)} IS NULL AND ${filter.value === null}`;
        return `${textOf(column)} = ${literal(filter.value)}`;
      }
      case "range": {
        const column = columnOf(this.#staged, raw, filter.column);
        if (!column) return "false";
        const x = this.#number(raw, column);
        return `${x} >= ${filter.from} AND ${x} ${filter.closed ? "<=" : "<"} ${filter.to}`;
      }
      case "text": {
        const wanted = literal(filter.text.toLowerCase());
        return `(${raw.source.columns.map((column) => `coalesce(contains(lower(${shownText(column)}), ${wanted}), false)`).join(" OR ")})`;
      }
      case "split": {
        this.#splitOf(raw);
        this.#beside.add("parts");
        return `part = ${PART[filter.split]}`;
      }
      case "class": {
        const { split, staged } = this.#splitOf(raw);
        const spec = split.data.targets.find(({ name }) => name === filter.target);
        const columns = split.roles.targets.get(filter.target) ?? [];
        if (spec?.type === "labels") {
          this.#beside.add("data").add("parts");
          const part = `part ${filter.split === undefined ? `<> ${PART.skipped}` : `= ${PART[filter.split]}`}`;
          return `${hasLabel(spec, filter.value, columns, staged)} AND ${part}`;
        }
        const [column] = columns;
        if (column === undefined || !spec || spec.type === "numeric")
          throw new LatheError(
            "data.target",
            `there is no target ${filter.target} with classes; it has ${split.data.targets.map(({ name }) => name).join(", ")}`,
          );
        this.#beside.add("data").add("parts");
        return `${staged.text(column)} = ${literal(filter.value)} AND part ${filter.split === undefined ? `<> ${PART.skipped}` : `= ${PART[filter.split]}`}`;
      }
      case "rows": {
        const first = raw === main ? 0 : main.rows;
        const own = filter.rows.map((row) => row - 1 - first).filter((r) => r >= 0 && r < raw.rows);
        return own.length === 0 ? "false" : `${raw.table}.rowid IN (${own.join(", ")})`;
      }
      case "duplicates":
        this.#splitOf(raw);
        if (raw !== main) return "false";
        this.#beside.add("copies");
        return filter.leaked ? "leaked" : "copied";
      case "skipped": {
        const { split, staged } = this.#splitOf(raw);
        this.#beside.add("data").add("parts");
        const needed = neededColumns(staged, split.data, split.roles);
        const reasons = needed.flatMap(({ column }, k) => (filter.column === undefined || column === filter.column ? [k] : []));
        return `part = ${PART.skipped}${filter.column === undefined ? "" : ` AND ${firstMissing(needed)} IN (${reasons.join(", ") || "-1"})`}`;
      }
    }
  }
}

/** A cell as the file has it; NULL where it is missing: an empty text, and in a column of numbers also a word such as NA. */
export function cellOf(staged: StagedTable, raw: RawTable, name: string, split: TableSplit | LatheError): string {
  const column = columnOf(staged, raw, name);
  if (!column) return "CAST(NULL AS VARCHAR)";
  const missing = readAsNumber(staged, name, split) ? `(${numberOrNull(column)} IS NULL AND NOT ${isNoNumber(column)})` : `${textOf(column)} IS NULL`;
  return `CASE WHEN NOT ${missing} THEN ${shownText(column)} END`;
}

/** As its role says; without one, as its values do. */
function readAsNumber({ profiles }: StagedTable, name: string, split: TableSplit | LatheError): boolean {
  if (!(split instanceof LatheError)) {
    if (split.roles.numbers.includes(name)) return true;
    if (split.roles.texts.includes(name)) return false;
  }
  const profile = profiles.find((p) => p.name === name);
  return profile !== undefined && isNumeric(profile);
}

function shownText(column: SourceColumn): string {
  return column.kind === "text" ? column.sql : textOf(column);
}

/** @returns nothing where a test file lacks a column. @throws LatheError `data.column` where the table itself has none of the name. */
function columnOf({ main }: StagedTable, raw: RawTable, name: string): SourceColumn | undefined {
  const known = findColumn(main.source, name, "data.column", "the table");
  return raw === main ? known : raw.source.columns.find((column) => column.name === name);
}
