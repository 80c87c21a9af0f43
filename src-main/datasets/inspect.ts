import { resolve } from "node:path";
import { toLatheError } from "../base/errors.js";
import type { DataSpec } from "../contract/data.js";
import { TOO_FINE, fitTarget, kindOf, picturesOf, targetKindOf } from "../features/index.js";
import type { AuditWarning } from "./audit-warning.js";
import { type ClassParts, tellGaps, tellUnjudged } from "./class-parts.js";
import { describeNumbers, describeTexts } from "./describe-column.js";
import type { FittedTarget } from "../features/fitted.js";
import { countTarget } from "./label-parts.js";
import { type PictureAudit, auditPictures } from "./pictures/audit-pictures.js";
import { findUnlabelled } from "./pictures/find-parts.js";
import { foldersOf } from "./pictures/folders-of.js";
import { UNREADABLE, preparePictures } from "./pictures/prepare-pictures.js";
import type { SkippedRows } from "./prepared.js";
import { type ColumnProfile, profileColumns } from "./profile.js";
import { reasonToLeave } from "./propose.js";
import { type Roles, resolveRoles } from "./roles.js";
import { Database } from "./sources/database.js";
import { openSources } from "./sources/open-source.js";
import type { SplitCounts, SplitName } from "./splits.js";
import { formatNow } from "./data-format.js";
import { countGaps, stageData, tellSkipped } from "./stage-data.js";
import type { Staged } from "./staging.js";
import { type Duplicates, createFitContext, findDuplicates } from "./statistics.js";
import { inside } from "../base/own-files.js";

export interface InspectOptions {
  /** The project's folder. */
  readonly folder: string;
  readonly data: DataSpec;
  readonly seed: number;
  /** For temporary files. */
  readonly workFolder: string;
  readonly progress?: (stage: "read" | "pictures" | "split" | "audit", done: number, total?: number) => void;
  readonly signal?: AbortSignal;
}

export interface ColumnAudit {
  readonly name: string;
  /** As in the project: `input features`, `target good`, `split`; absent where it is not used. */
  readonly role?: string;
  readonly type: ColumnProfile["type"];
  readonly missing: number;
  readonly distinct: number;
  /** Of numbers; over all rows. */
  readonly min?: number;
  readonly max?: number;
  readonly mean?: number;
  /** The population's. */
  readonly deviation?: number;
  /** Counts between equally spaced edges from min to max; the last bin holds max. */
  readonly histogram?: { readonly edges: readonly number[]; readonly counts: readonly number[] };
  /** Of texts, the most frequent first. */
  readonly values?: readonly { readonly value: string; readonly rows: number }[];
}

export interface TableAudit {
  readonly path: string;
  readonly format: string;
  readonly rows: number;
  readonly testRows?: number;
  readonly columns: readonly ColumnAudit[];
  /** Rows by part. */
  readonly splits: SplitCounts;
  /** By category and binary target, rows by class and part. */
  readonly classes: Readonly<Record<string, Readonly<Record<string, Readonly<Record<SplitName, number>>>>>>;
  readonly skipped: readonly SkippedRows[];
  /** Of pictures, those that equal an earlier one. */
  readonly duplicates: Duplicates;
  /** Where there are pictures. */
  readonly pictures?: PictureAudit;
  readonly warnings: readonly AuditWarning[];
}

/**
 * Looks at a table before anything is trained on it: every column, classes, missing values, duplicates, parts.
 * @throws LatheError `data.*` as preparing it would.
 */
export async function inspectTable(options: InspectOptions): Promise<TableAudit> {
  const { folder, data, seed, signal, progress = () => undefined } = options;
  const database = await Database.open(options.workFolder, { large: true, signal });
  try {
    progress("read", 0);
    const opened = await openSources(database, folder, data, signal);
    const pictures =
      picturesOf(data.inputs).length === 0
        ? undefined
        : await preparePictures(database, opened, {
            folder,
            data,
            cacheFolder: inside(folder, ".lathe", "cache"),
            want: "facts",
            progress: (done, total) => progress("pictures", done, total),
            signal,
          });
    const { source, testSource } = pictures?.sources ?? opened;
    const roles = resolveRoles(data, source);
    const profiles = await profileColumns(database, source);
    const isNumber = (p: ColumnProfile) => p.type === "number" || p.type === "boolean";
    const more = { numbers: profiles.filter((p) => isNumber(p)).map((p) => p.name), texts: profiles.filter((p) => !isNumber(p)).map((p) => p.name) };
    const { tables, counts, skipped, notes } = await stageData(database, { source, testSource, data, seed, roles, more, progress });
    const [{ staged, parts, spans }, tested] = tables;
    const warnings: AuditWarning[] = [...source.warnings, ...(testSource?.warnings ?? [])].map((message) => ({
      code: "data.source",
      message,
      severity: "note",
    }));
    const arePictures = foldersOf(data.source) !== undefined;
    // Which pictures of folders cannot be read is told with an example, and leads to what is excluded because of it; of a table its rows are told too.
    const unreadable = skipped.find(
      ({ reason }) => arePictures && pictures?.warnings.some(({ code }) => code === UNREADABLE) && reason === "unreadable picture",
    );
    for (const warning of pictures?.warnings ?? [])
      warnings.push({
        ...warning,
        severity: warning.code === UNREADABLE ? "warning" : "note",
        ...(warning.code === UNREADABLE && unreadable && { column: unreadable.column, rows: { kind: "skipped", column: unreadable.column } }),
      });
    for (const note of notes) warnings.push({ ...note, severity: "note" });
    const columns: ColumnAudit[] = [];
    const numeric = profiles.filter((p) => isNumber(p)).map(({ name }) => staged.number(name));
    const described = await describeNumbers(database, numeric, staged.table, (done) => progress("audit", done, profiles.length));
    for (const [k, profile] of profiles.entries()) {
      progress("audit", k, profiles.length);
      const role = roleOf(profile.name, roles);
      // A series is in order of one and told apart by the other.
      const orders = role === undefined && [source.series?.time, source.series?.id].includes(profile.name);
      if (!orders) warnings.push(...toldOf(profile, role, source.path, roles.numbers.includes(profile.name)));
      const { name, type, missing, distinct } = profile;
      const details = isNumber(profile) ? described.get(staged.number(name)) : await describeTexts(database, staged.text(name), staged.table);
      columns.push({ name, type, missing, distinct, ...(role === undefined ? {} : { role }), ...details });
      if (role !== undefined && distinct === 1)
        warnings.push({
          code: "data.constant",
          message: `column "${name}" of ${source.path} has one value only; nothing can be learnt from it`,
          severity: "warning",
          column: name,
        });
    }
    warnings.push(...(await unlabelledBeside(options)));
    const looked = pictures && (await auditPictures(database, tables, roles, data, pictures));
    warnings.push(...(looked?.warnings ?? []));
    const none = { rows: 0, leaked: 0 };
    const duplicates = looked
      ? { rows: looked.audit.equal.pictures, leaked: looked.audit.equal.leaked }
      : source.series
        ? none
        : await findDuplicates(database, staged, roles, parts);
    const { leaked } = duplicates;
    if (!looked && leaked > 0)
      warnings.push({
        code: "data.duplicates",
        message: `${leaked} validation or test rows of ${source.path} equal a training row; metrics will look better than they are`,
        severity: "warning",
        rows: { kind: "duplicates", leaked: true },
      });
    const { refusals, told, fitted } = await tryEncoders(database, staged, spans, roles, data);
    warnings.push(...told, ...refusals.values());
    const classes: Record<string, ClassParts> = {};
    for (const target of data.targets) {
      const known = fitted.get(target.name);
      const counted = await countTarget(database, tables, target, roles.targets.get(target.name) ?? [], known);
      if (!counted) continue;
      classes[target.name] = counted;
      if (targetKindOf(target).open) continue;
      const unjudged = tellUnjudged(target.name, counted, counts, target.type === "labels" ? "label" : "class");
      if (unjudged !== undefined)
        warnings.push({ code: "data.classes", message: unjudged, severity: "warning", column: roles.targets.get(target.name)?.[0] ?? "" });
      const seen = Object.entries(counted);
      if (refusals.has(target.name)) continue;
      for (const [value, n] of seen) {
        if (n.train === 0)
          warnings.push({
            code: "data.classes",
            message: `no training row of target ${target.name} ${target.type === "labels" ? "has the label" : "is"} "${value}"; it cannot be learnt`,
            severity: "warning",
            rows: { kind: "class", target: target.name, value },
          });
      }
    }
    const gaps = formatNow(data) === 4 ? await countGaps(database, tables, data, roles) : new Map<string, SplitCounts>();
    for (const [target, lacking] of gaps) {
      const [column, ...others] = roles.targets.get(target) ?? [];
      warnings.push({
        code: "data.gaps",
        message: tellGaps(target, lacking, counts, others.length + 1),
        severity: "note",
        ...(column === undefined || others.length > 0 ? {} : { column, rows: { kind: "missing", column } }),
      });
    }
    for (const skip of skipped)
      if (skip !== unreadable)
        warnings.push({
          code: "data.skipped",
          message: tellSkipped(skip, data, roles),
          severity: "warning",
          // Of a series a row may begin no sample whatever its columns hold.
          ...(skip.column === "" ? {} : { column: skip.column, rows: { kind: "skipped", column: skip.column } }),
        });
    return {
      path: source.path,
      format: source.format,
      rows: staged.rows,
      ...(tested ? { testRows: tested.staged.rows } : {}),
      columns,
      splits: counts,
      classes,
      skipped,
      duplicates,
      ...(looked ? { pictures: looked.audit } : {}),
      warnings,
    };
  } finally {
    database.close();
  }
}

/** Pictures beside those for training that have no classes. */
async function unlabelledBeside({ folder, data: { source }, signal }: InspectOptions): Promise<readonly AuditWarning[]> {
  if (source.type !== "image-folder") return [];
  const used = [source.validation, source.test].flatMap((path) => (path === undefined ? [] : [resolve(folder, path)]));
  return (await findUnlabelled(resolve(folder, source.path), used, signal)).map(({ path, pictures }) => ({
    code: "data.unlabelled",
    message:
      `${path} has ${pictures} picture${pictures === 1 ? "" : "s"} and no folders of classes, so it is no test: ` +
      `${pictures === 1 ? "it is" : "they are"} there to predict once a model is trained`,
    severity: "note" as const,
    predict: path,
  }));
}

/** Fits every encoder as training will, and tells which cannot be fitted, by name of input or target. */
async function tryEncoders(
  database: Database,
  staged: Staged,
  parts: string,
  roles: Roles,
  data: DataSpec,
): Promise<{
  readonly refusals: ReadonlyMap<string, AuditWarning>;
  readonly told: readonly AuditWarning[];
  /** Targets, by name, as far as they can be. */
  readonly fitted: ReadonlyMap<string, FittedTarget>;
}> {
  const fitted = new Map<string, FittedTarget>();
  const told: AuditWarning[] = [];
  // The rest of what fitting warns of is seen here over all rows.
  const context = await createFitContext(database, staged, parts, roles, (warning) => {
    if (warning.code === TOO_FINE) told.push({ ...warning, severity: "warning" });
  });
  const refusals = new Map<string, AuditWarning>();
  const attempt = async (name: string, fit: () => Promise<unknown>) => {
    try {
      await fit();
    } catch (thrown) {
      const error = toLatheError(thrown);
      if (!error.code.startsWith("data.")) throw error;
      refusals.set(name, { code: error.code, message: error.message, severity: "error" });
    }
  };
  for (const spec of data.inputs) await attempt(spec.name, () => kindOf(spec).fit(spec, roles.inputs.get(spec.name) ?? [], context));
  for (const spec of data.targets)
    await attempt(spec.name, async () => fitted.set(spec.name, await fitTarget(spec, roles.targets.get(spec.name) ?? [], context)));
  return { refusals, told, fitted };
}

/** What to know of a column as it is used. */
function toldOf(profile: ColumnProfile, role: string | undefined, path: string, isNumberRole: boolean): readonly AuditWarning[] {
  const { name: column, code, strays, notes } = profile;
  const where = `column "${column}" of ${path}`;
  if (role === undefined) {
    const why = reasonToLeave(profile);
    if (why === undefined) return [];
    const fix = strays ? { missing: strays.map(({ value }) => value) } : {};
    return [{ code: strays ? "data.strays" : "data.unused", message: `${where} is not used: ${why}`, severity: "note", column, ...fix }];
  }
  return [
    ...notes.map((message) => ({ code: "data.reading", message, severity: "note" as const, column })),
    ...(code !== undefined && isNumberRole
      ? [
          {
            code: "data.codes",
            message: `${where} holds codes such as ${code}, which are no quantities; make it a category`,
            severity: "warning" as const,
            column,
          },
        ]
      : []),
  ];
}

function roleOf(column: string, roles: ReturnType<typeof resolveRoles>): string | undefined {
  for (const [name, columns] of roles.targets) if (columns.includes(column)) return `target ${name}`;
  for (const [name, columns] of roles.inputs) if (columns.includes(column)) return `input ${name}`;
  return column === roles.time || column === roles.group ? "split" : undefined;
}
