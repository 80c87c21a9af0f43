import { resolve } from "node:path";
import type { DataSpec } from "../../contract/data.js";
import { picturesOf } from "../../features/index.js";
import type { AuditWarning } from "../audit-warning.js";
import type { Roles } from "../roles.js";
import type { Database } from "../sources/database.js";
import { PART, SPLITS, type SplitName } from "../splits.js";
import type { StagedPart } from "../stage-data.js";
import { foldersOf } from "./folders-of.js";
import { alikePairs } from "./likeness.js";
import type { PreparedPictures } from "./prepare-pictures.js";
import type { PictureFacts } from "./picture-task.js";

/** Rows that a warning leads to, pairs of look-alikes that are looked for, and examples that are told. */
const MOST_ROWS = 1000;
const MOST_PAIRS = 10_000;
const EXAMPLES = 20;

/** Beyond these a picture is of extreme size: longer by shorter side, megapixels, and the share of the network's size that it is resized from. */
const LONG = 5;
const LARGE = 24e6;
const SMALL = 1 / 4;

/** Pictures at a glance. Each file counts once, in however many rows and columns it stands. */
export interface PictureAudit {
  readonly pictures: number;
  /** Rows that name one. */
  readonly rows: number;
  /** Sides in pixels. */
  readonly width: { readonly min: number; readonly median: number; readonly max: number };
  readonly height: { readonly min: number; readonly median: number; readonly max: number };
  /** Which cannot be read, why, and how many rows name each; the first ones. */
  readonly unreadable: readonly { readonly path: string; readonly reason: string; readonly rows: number }[];
  /** Excluded by the project. */
  readonly excluded: number;
  readonly equal: {
    /** Files with the content of an earlier one. */
    readonly pictures: number;
    /** Rows of validation and test that have a picture in any column which a row that is trained on has in any. */
    readonly leaked: number;
    readonly examples: readonly (readonly string[])[];
  };
  /** Pairs of different contents that look nearly the same, and those of them across training and validation or test. */
  readonly alike: { readonly pairs: number; readonly leaked: number; readonly examples: readonly (readonly string[])[] };
}

/** A picture as it stands in a row's column. */
interface Shown {
  readonly row: number;
  readonly column: string;
  readonly path: string;
  /** Absolute. */
  readonly file: string;
  readonly part: SplitName | undefined;
  /** The row's class of each target that has some; undefined where it has none. */
  readonly labels: readonly (string | undefined)[];
  readonly facts: PictureFacts | undefined;
  /** Why it cannot be read; undefined where it can. */
  readonly bad: string | undefined;
}

type Good = Shown & { readonly facts: Extract<PictureFacts, { readonly sha256: string; readonly width: number }> };

type Warn = (severity: AuditWarning["severity"], found: readonly Shown[], message: string) => void;

/** Looks at the pictures of staged tables for what table columns do not show. */
export async function auditPictures(
  database: Database,
  tables: readonly StagedPart[],
  roles: Roles,
  data: DataSpec,
  prepared: PreparedPictures,
): Promise<{ readonly audit: PictureAudit; readonly warnings: readonly AuditWarning[] }> {
  const inputs = picturesOf(data.inputs).flatMap((input) => (roles.inputs.get(input.name) ?? []).map((column) => ({ column, size: input.size })));
  // What is found does not depend on the order of inputs.
  const columns = [...new Set(inputs.map(({ column }) => column))].sort();
  const targets = data.targets.filter(({ type }) => type !== "numeric").map(({ name }) => name);
  const folders = foldersOf(data.source);
  const arePictures = folders !== undefined;
  const shown = await readShown(database, tables, { columns, targets: targets.map((name) => roles.targets.get(name) ?? []) }, prepared);
  const good = shown.filter((one): one is Good => one.facts !== undefined && one.facts.bad === undefined && one.part !== undefined);
  const warnings: AuditWarning[] = [];
  const warn: Warn = (severity, found, message) => {
    const [first] = found;
    if (!first) return;
    const rows = [...new Set(found.map(({ row }) => row))].slice(0, MOST_ROWS);
    warnings.push({ code: "data.picture", message, severity, column: first.column, rows: { kind: "rows", rows } });
  };
  const contents = [...groupedBy(good, ({ facts }) => facts.sha256).values()];
  const equal = findEqual(contents, arePictures, warn);
  const ofTarget = targets.map((target) => (targets.length > 1 ? ` of ${target}` : ""));
  for (const [k, of] of ofTarget.entries()) findTorn(contents, k, of, warn);
  const alike = findAlike(contents, warn);
  tellSizes(good, inputs, warn);
  const rows = onceEach(good, ({ row }) => String(row));
  for (const [k, of] of ofTarget.entries()) {
    const labelled = rows.filter(({ labels }) => labels[k] !== undefined);
    for (const [label, found] of groupedBy(labelled, ({ labels }) => labels[k] ?? ""))
      if (found.length === 1)
        warn("warning", found, `class "${label}"${of} has one ${arePictures ? "picture" : "row"} only: it can be learnt from or judged on, not both`);
  }
  const files = onceEach(good, ({ file }) => file);
  return {
    warnings,
    audit: {
      pictures: new Set(shown.map(({ file }) => file)).size,
      rows: new Set(shown.map(({ row }) => row)).size,
      width: spread(files.map(({ facts }) => facts.width)),
      height: spread(files.map(({ facts }) => facts.height)),
      unreadable: unreadableOf(shown).slice(0, MOST_ROWS),
      excluded: (folders?.exclude?.length ?? 0) + (folders?.testExclude?.length ?? 0),
      equal,
      alike,
    },
  };
}

/** Every picture that a row names, by row; rows of a test file continue those of the main one. @param asked columns of pictures, and of each target. */
async function readShown(
  database: Database,
  tables: readonly StagedPart[],
  asked: { readonly columns: readonly string[]; readonly targets: readonly (readonly string[])[] },
  prepared: PreparedPictures,
): Promise<readonly Shown[]> {
  const shown: Shown[] = [];
  let before = 0;
  for (const { staged, parts } of tables) {
    const paths = asked.columns.map((column, k) => `${staged.text(column)} AS p${k}`);
    const labels = asked.targets.map((columns, k) => `${labelSql(columns.map((column) => staged.text(column)))} AS l${k}`);
    const rows = await database.all(
      `SELECT ${staged.table}.rowid AS r, part, ${[...paths, ...labels].join(", ")} FROM ${staged.table} POSITIONAL JOIN ${parts} ORDER BY r`,
    );
    for (const found of rows) {
      const row = before + Number(found["r"]) + 1;
      const part = SPLITS.find((name) => PART[name] === found["part"]);
      const said = asked.targets.map((_, k) => textIn(found[`l${k}`]));
      for (const [k, column] of asked.columns.entries()) {
        const path = textIn(found[`p${k}`]);
        if (path === undefined) continue;
        const file = resolve(staged.source.root, path);
        shown.push({ row, column, path, file, part, labels: said, facts: prepared.facts.get(file), bad: prepared.bad.get(file) });
      }
    }
    before += staged.rows;
  }
  return shown;
}

/** SQL of what a target's columns say together; NULL where none says anything. */
function labelSql([first = "NULL", ...more]: readonly string[]): string {
  const all = [first, ...more].join(", ");
  return more.length === 0 ? `CAST(${first} AS VARCHAR)` : `(CASE WHEN coalesce(${all}) IS NOT NULL THEN CAST([${all}] AS VARCHAR) END)`;
}

function textIn(cell: unknown): string | undefined {
  return typeof cell === "string" ? cell : undefined;
}

function unreadableOf(shown: readonly Shown[]): PictureAudit["unreadable"] {
  const byFile = groupedBy(
    shown.filter(({ bad }) => bad !== undefined),
    ({ file }) => file,
  );
  return [...byFile.values()].flatMap((found) =>
    found.slice(0, 1).map(({ path, bad = "" }) => ({ path, reason: bad, rows: new Set(found.map(({ row }) => row)).size })),
  );
}

/** @param contents pictures in use by their content. @param arePictures whether each row is a picture. */
function findEqual(contents: readonly (readonly Good[])[], arePictures: boolean, warn: Warn): PictureAudit["equal"] {
  const several = contents.map((group) => onceEach(group, ({ file }) => file)).filter((files) => files.length > 1);
  const repeated = several.flatMap((files) => files.slice(1));
  const copies = new Set(repeated.map(({ file }) => file));
  warn(
    "note",
    contents.flat().filter(({ file }) => copies.has(file)),
    `${counted(repeated.length, "has", "have")} the same content as an earlier one${exampleOf(several)}`,
  );
  const leaky = contents.filter((group) => group.some(({ part }) => part === "train") && group.some(({ part }) => part !== "train"));
  const leaked = onceEach(
    leaky.flat().filter(({ part }) => part !== "train"),
    ({ row }) => String(row),
  );
  const one = leaked.length === 1;
  const what = arePictures
    ? `${leaked.length} ${one ? "picture of validation or test is" : "pictures of validation or test are"} trained on too`
    : `${leaked.length} ${one ? "row of validation or test has" : "rows of validation or test have"} a picture that is trained on too${exampleOf(leaky)}`;
  warn("warning", leaked, `${what}: metrics will look better than they are`);
  return { pictures: repeated.length, leaked: leaked.length, examples: several.slice(0, EXAMPLES).map((files) => files.map(({ path }) => path)) };
}

/** Pictures in rows of different classes. @param k the target's place. @param of its name, where there are several. */
function findTorn(contents: readonly (readonly Good[])[], k: number, of: string, warn: Warn): void {
  const torn = contents
    .map((group) => group.filter(({ labels }) => labels[k] !== undefined))
    .filter((group) => group.some(({ labels }) => labels[k] !== group[0]?.labels[k]));
  warn("warning", torn.flat(), `${counted(torn.length)} in several classes${of} at once${exampleOf(torn)}`);
}

function findAlike(contents: readonly (readonly Good[])[], warn: Warn): PictureAudit["alike"] {
  // Of equal content one stands for all, and has been told already.
  const parts = new Map(contents.map((group) => [group[0], new Set(group.map(({ part }) => part))]));
  const isIn = (one: Good, trained: boolean) => [...(parts.get(one) ?? [])].some((part) => (part === "train") === trained);
  const looks = groupedBy(
    contents.flatMap((group) => group.slice(0, 1)),
    ({ facts }) => facts.likeness,
  );
  const pairs: (readonly [Good, Good])[] = [...looks.values()].flatMap(([first, ...rest]) => (first ? rest.map((one) => [first, one] as const) : []));
  for (const [a, b] of alikePairs([...looks.keys()], MOST_PAIRS)) {
    const [first, second] = [looks.get(a)?.[0], looks.get(b)?.[0]];
    if (first && second) pairs.push([first, second]);
  }
  const leaked = pairs.filter(([a, b]) => (isIn(a, true) && isIn(b, false)) || (isIn(a, false) && isIn(b, true)));
  const most = pairs.length >= MOST_PAIRS ? "at least " : "";
  warn(
    "note",
    pairs.flat(),
    `${most}${pairs.length} ${pairs.length === 1 ? "pair of pictures looks" : "pairs of pictures look"} nearly the ` +
      `same${exampleOf(pairs)}${leaked.length > 0 ? `; ${leaked.length} across training and validation or test` : ""}`,
  );
  return { pairs: pairs.length, leaked: leaked.length, examples: [...leaked, ...pairs].slice(0, EXAMPLES).map((pair) => pair.map(({ path }) => path)) };
}

/** Tells pictures of extreme size, of each column, by what the network reads of it. */
function tellSizes(good: readonly Good[], inputs: readonly { readonly column: string; readonly size: readonly [number, number] }[], warn: Warn): void {
  const byColumn = groupedBy(good, ({ column }) => column);
  const tell = (column: string, isMeant: (facts: Good["facts"]) => boolean, what: string) => {
    const found = (byColumn.get(column) ?? []).filter(({ facts }) => isMeant(facts));
    const files = onceEach(found, ({ file }) => file);
    const of = byColumn.size > 1 ? `in column "${column}" ` : "";
    const example = files[0] ? `${files[0].path} (${files[0].facts.width} × ${files[0].facts.height})` : "";
    warn("note", found, `${files.length} ${files.length === 1 ? `picture ${of}is` : `pictures ${of}are`} ${what}, such as ${example}`);
  };
  for (const {
    column,
    size: [height, width],
  } of inputs)
    tell(column, (facts) => facts.width < width * SMALL && facts.height < height * SMALL, `far smaller than the ${height} × ${width} that the network reads`);
  for (const column of byColumn.keys()) {
    tell(
      column,
      (facts) => Math.max(facts.width, facts.height) > LONG * Math.min(facts.width, facts.height),
      `more than ${LONG} times as long as wide, which resizing squeezes`,
    );
    tell(column, (facts) => facts.width * facts.height > LARGE, `larger than ${LARGE / 1e6} megapixels, which takes long to read the first time`);
  }
}

function groupedBy<T>(all: readonly T[], keyOf: (one: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const group = groups.get(keyOf(one));
    if (group) group.push(one);
    else groups.set(keyOf(one), [one]);
  }
  return groups;
}

/** The first of each key. */
function onceEach<T>(all: readonly T[], keyOf: (one: T) => string): readonly T[] {
  return [...groupedBy(all, keyOf).values()].flatMap((group) => group.slice(0, 1));
}

/** Two files of the first group; of one that stands in several rows how many. */
function exampleOf([first = []]: readonly (readonly Shown[])[]): string {
  const [one, other] = onceEach(first, ({ file }) => file);
  if (!one) return "";
  if (other) return `, such as ${one.path} and ${other.path}`;
  const rows = new Set(first.map(({ row }) => row)).size;
  return `, such as ${one.path}${rows > 1 ? `, which is in ${rows} rows` : ""}`;
}

function counted(n: number, one = "is", many = "are"): string {
  return n === 1 ? `1 picture ${one}` : `${n} pictures ${many}`;
}

function spread(sides: readonly number[]): PictureAudit["width"] {
  const sorted = [...sides].sort((a, b) => a - b);
  return { min: sorted[0] ?? 0, median: sorted[Math.floor(sorted.length / 2)] ?? 0, max: sorted.at(-1) ?? 0 };
}
