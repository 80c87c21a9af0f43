import { resolve } from "node:path";
import type { DataSpec } from "../../contract/data.js";
import { picturesOf } from "../../features/index.js";
import type { AuditWarning } from "../audit-warning.js";
import type { Roles } from "../roles.js";
import type { Database } from "../sources/database.js";
import { PART, SPLITS, type SplitName } from "../splits.js";
import type { StagedPart } from "../stage-data.js";
import type { Duplicates } from "../statistics.js";
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

/** Pictures at a glance. */
export interface PictureAudit {
  readonly pictures: number;
  /** Sides in pixels. */
  readonly width: { readonly min: number; readonly median: number; readonly max: number };
  readonly height: { readonly min: number; readonly median: number; readonly max: number };
  /** Which cannot be read, and why; the first ones. */
  readonly unreadable: readonly { readonly path: string; readonly reason: string }[];
  /** Excluded by the project. */
  readonly excluded: number;
  /** Pictures with the content of an earlier one, and those of validation and test with that of one that is trained on. */
  readonly equal: Duplicates & { readonly examples: readonly (readonly string[])[] };
  /** Pairs of different files that look nearly the same, and those of them across training and validation or test. */
  readonly alike: { readonly pairs: number; readonly leaked: number; readonly examples: readonly (readonly string[])[] };
}

interface Row {
  readonly row: number;
  readonly path: string;
  readonly part: SplitName | undefined;
  readonly label: string;
  readonly facts: PictureFacts | undefined;
  /** Why it cannot be read; undefined where it can. */
  readonly bad: string | undefined;
}

type Good = Row & { readonly facts: Extract<PictureFacts, { readonly sha256: string; readonly width: number }> };

/** Looks at the pictures of staged tables for what table columns do not show. */
export async function auditPictures(
  database: Database,
  tables: readonly StagedPart[],
  roles: Roles,
  data: DataSpec,
  prepared: PreparedPictures,
): Promise<{ readonly audit: PictureAudit; readonly warnings: readonly AuditWarning[] }> {
  const [input] = picturesOf(data.inputs);
  const column = roles.inputs.get(input?.name ?? "")?.[0] ?? "";
  const target = data.targets.find(({ type }) => type !== "numeric");
  const labelColumn = target && roles.targets.get(target.name)?.[0];
  const rows: Row[] = [];
  for (const { staged, parts } of tables) {
    const before = rows.length;
    const label = labelColumn === undefined ? "''" : staged.text(labelColumn);
    for (const { r, path, part, label: said } of await database.all(
      `SELECT ${staged.table}.rowid AS r, ${staged.text(column)} AS path, part, ${label} AS label FROM ${staged.table} POSITIONAL JOIN ${parts} ORDER BY r`,
    )) {
      const full = resolve(staged.source.root, String(path));
      rows.push({
        row: before + Number(r) + 1,
        path: String(path),
        part: SPLITS.find((name) => PART[name] === part),
        label: String(said),
        facts: prepared.facts.get(full),
        bad: prepared.bad.get(full),
      });
    }
  }
  const good = rows.filter((row): row is Good => row.facts !== undefined && row.facts.bad === undefined && row.part !== undefined);
  const bad = rows.flatMap(({ path, bad: reason }) => (reason === undefined ? [] : [{ path, reason }]));
  const warnings: AuditWarning[] = [];
  const warn = (severity: AuditWarning["severity"], found: readonly { readonly row: number }[], message: string) => {
    if (found.length > 0)
      warnings.push({ code: "data.picture", message, severity, column, rows: { kind: "rows", rows: found.slice(0, MOST_ROWS).map(({ row }) => row) } });
  };
  const equal = findEqual(good, warn);
  const alike = findAlike(good, warn);
  const [height = 1, width = 1] = input?.size ?? [];
  const shown = ({ path, facts }: Good) => `${path} (${facts.width} × ${facts.height})`;
  const tell = (found: readonly Good[], what: string) => warn("note", found, found[0] ? `${counted(found.length)} ${what}, such as ${shown(found[0])}` : "");
  tell(
    good.filter(({ facts }) => facts.width < width * SMALL && facts.height < height * SMALL),
    `far smaller than the ${height} × ${width} that the network reads`,
  );
  tell(
    good.filter(({ facts }) => Math.max(facts.width, facts.height) > LONG * Math.min(facts.width, facts.height)),
    `more than ${LONG} times as long as wide, which resizing squeezes`,
  );
  tell(
    good.filter(({ facts }) => facts.width * facts.height > LARGE),
    `larger than ${LARGE / 1e6} megapixels, which takes long to read the first time`,
  );
  if (target) {
    const byLabel = new Map<string, Good[]>();
    for (const row of good) {
      const same = byLabel.get(row.label);
      if (same) same.push(row);
      else byLabel.set(row.label, [row]);
    }
    for (const [label, [only, ...more]] of byLabel)
      if (only && more.length === 0) warn("warning", [only], `class "${label}" has one picture only: it can be learnt from or judged on, not both`);
  }
  return {
    warnings,
    audit: {
      pictures: rows.length,
      width: spread(good.map(({ facts }) => facts.width)),
      height: spread(good.map(({ facts }) => facts.height)),
      unreadable: bad.slice(0, MOST_ROWS),
      excluded: data.source.type === "image-folder" ? (data.source.exclude?.length ?? 0) + (data.source.testExclude?.length ?? 0) : 0,
      equal,
      alike,
    },
  };
}

type Warn = (severity: AuditWarning["severity"], rows: readonly Good[], message: string) => void;

function findEqual(good: readonly Good[], warn: Warn): PictureAudit["equal"] {
  const groups = new Map<string, Good[]>();
  for (const row of good) {
    const group = groups.get(row.facts.sha256);
    if (group) group.push(row);
    else groups.set(row.facts.sha256, [row]);
  }
  const several = [...groups.values()].filter((group) => group.length > 1);
  const repeated = several.flatMap((group) => group.slice(1));
  const leaked = several.flatMap((group) => (group.some(({ part }) => part === "train") ? group.filter(({ part }) => part !== "train") : []));
  const torn = several.filter((group) => group.some(({ label }) => label !== group[0]?.label));
  warn("note", repeated, `${counted(repeated.length, "has", "have")} the same content as an earlier one${exampleOf(several)}`);
  warn(
    "warning",
    leaked,
    `${leaked.length} ${leaked.length === 1 ? "picture of validation or test is" : "pictures of validation or test are"} trained on too: metrics will ` +
      `look better than they are`,
  );
  warn("warning", torn.flat(), `${torn.length} ${torn.length === 1 ? "picture is" : "pictures are"} in several classes at once${exampleOf(torn)}`);
  return { rows: repeated.length, leaked: leaked.length, examples: several.slice(0, EXAMPLES).map((group) => group.map(({ path }) => path)) };
}

function findAlike(good: readonly Good[], warn: Warn): PictureAudit["alike"] {
  const looks = new Map<string, Good[]>();
  const told = new Set<string>();
  for (const row of good) {
    // Equal content has been told already.
    if (told.has(row.facts.sha256)) continue;
    told.add(row.facts.sha256);
    const same = looks.get(row.facts.likeness);
    if (same) same.push(row);
    else looks.set(row.facts.likeness, [row]);
  }
  const pairs: (readonly [Good, Good])[] = [...looks.values()].flatMap(([first, ...rest]) => (first ? rest.map((row) => [first, row] as const) : []));
  for (const [a, b] of alikePairs([...looks.keys()], MOST_PAIRS)) {
    const [first, second] = [looks.get(a)?.[0], looks.get(b)?.[0]];
    if (first && second) pairs.push([first, second]);
  }
  const leaked = pairs.filter(([a, b]) => (a.part === "train") !== (b.part === "train"));
  const most = pairs.length >= MOST_PAIRS ? "at least " : "";
  if (pairs.length > 0) {
    warn(
      "note",
      pairs.flat(),
      `${most}${pairs.length} ${pairs.length === 1 ? "pair of pictures looks" : "pairs of pictures look"} nearly the ` +
        `same${exampleOf(pairs)}${leaked.length > 0 ? `; ${leaked.length} across training and validation or test` : ""}`,
    );
  }
  return { pairs: pairs.length, leaked: leaked.length, examples: [...leaked, ...pairs].slice(0, EXAMPLES).map((pair) => pair.map(({ path }) => path)) };
}

function exampleOf([first]: readonly (readonly Row[])[]): string {
  return first
    ? `, such as ${first
        .slice(0, 2)
        .map(({ path }) => path)
        .join(" and ")}`
    : "";
}

function counted(n: number, one = "is", many = "are"): string {
  return n === 1 ? `1 picture ${one}` : `${n} pictures ${many}`;
}

function spread(sides: readonly number[]): PictureAudit["width"] {
  const sorted = [...sides].sort((a, b) => a - b);
  return { min: sorted[0] ?? 0, median: sorted[Math.floor(sorted.length / 2)] ?? 0, max: sorted.at(-1) ?? 0 };
}
