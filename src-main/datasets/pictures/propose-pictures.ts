import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { LatheError, toLatheError } from "../../base/errors.js";
import { type DataSpec, type ImageFolderSpec, type InputSpec, PICTURE_COLUMN, type TargetSpec } from "../../contract/data.js";
import { type NamePattern, nameColumns, parseNamePattern } from "../../contract/file-names.js";
import { namer } from "../propose.js";
import { shorten } from "../shorten.js";
import { tellUnfit } from "../sources/image-folder.js";
import { findParts } from "./find-parts.js";
import { type PictureListing, listPictures } from "./list-pictures.js";
import { nameLevels } from "./name-levels.js";
import type { LookAtPicture, PictureLook } from "./picture-view.js";
import { describeRange, rangeOf } from "./pixel-range.js";
import { classesOf, tellClasses, tellRecurring } from "./tell-classes.js";

/** Pictures that are looked at for size and colour, evenly spread. */
const LOOKED_AT = 40;
/** Pictures all of one size up to this keep it. */
const SMALL = 96;
/** Values of a column, and pictures, that are shown as examples. */
const SHOWN = 5;
/** Backgrounds that differ by no more of 255 are one. */
const ALIKE = 8;

/** Turned, moved and scaled a little, on the white that transparent pictures are flattened on: black corners are what no picture to judge ever has. */
const MOVED = { type: "RandomAffine", degrees: 15, translate: [0.1, 0.1], scale: [0.8, 1.2], interpolation: "bilinear", fill: 255 };
/**
 * Of gray pictures on one background that are read beside something, or asked for several answers, as signs of several scripts are: less, so that a sign stays
 * what it is. The README's table of glyphs says what such a network gains.
 */
const SLIGHTLY = { type: "RandomAffine", degrees: 8, translate: [0.06, 0.06], scale: [0.85, 1.15], interpolation: "bilinear" };
const MIRRORED = { type: "RandomHorizontalFlip" };

export interface PictureFolderQuestion {
  /** Absolute. */
  readonly path: string;
  /** Folders of their own for these parts; omitted: what lies beside the one for training. */
  readonly validation?: string;
  readonly test?: string;
  /** What the levels of folders stand for; omitted: as many as there are targets to name, or one. */
  readonly levels?: readonly string[];
  /** Levels to predict; omitted: the innermost. */
  readonly targets?: readonly string[];
  /** Columns of parts of the files' names, as in `{typeface}-{copy}`. */
  readonly names?: string | undefined;
  /** What is read beside the pictures: nothing, every level that is not predicted, or columns by name. */
  readonly inputs: "pictures" | "all" | readonly string[];
  readonly signal?: AbortSignal;
  readonly look: LookAtPicture;
}

export interface FolderColumn {
  readonly name: string;
  readonly distinct: number;
  readonly missing: number;
  readonly examples: readonly string[];
}

/** What a folder of pictures could be trained as. */
export interface PictureProposal {
  readonly source: ImageFolderSpec;
  readonly inputs: DataSpec["inputs"];
  readonly targets: DataSpec["targets"];
  readonly pictures: number;
  /** By innermost level: pictures of each class, in order. */
  readonly classes: ReadonlyMap<string, number>;
  /** Columns beside the pictures: how many values each has, in how many pictures none, and some of them. */
  readonly columns: readonly FolderColumn[];
  /** Some pictures, by their paths in the folder, evenly spread. */
  readonly files: readonly string[];
  /** All that were looked at are of the size that is proposed. */
  readonly alike: boolean;
  readonly notes: readonly string[];
}

/** What becomes of pictures of other sizes, as a note. */
export function tellSize([height, width]: readonly [number, number]): string {
  return `each is resized to ${height} × ${width}`;
}

/**
 * Looks at a folder of pictures. @throws LatheError as `listPictures`; `data.target` for a target that is no level; `data.unreadable` where no picture can be
 * read.
 */
export async function proposePictures(question: PictureFolderQuestion): Promise<PictureProposal> {
  const notes: string[] = [];
  // What is no part of the files' names has to be a level.
  const named = nameColumns(question.names);
  const isLevel = (column: string) => !named.includes(column);
  const asLevels = question.targets && {
    inputs: (typeof question.inputs === "string" ? [] : question.inputs).filter((column) => isLevel(column) && !question.targets?.includes(column)),
    targets: question.targets.filter(isLevel),
  };
  const found = await findParts(question.path, question.levels?.length ?? Math.max(1, asLevels?.targets.length ?? 1), question.signal);
  notes.push(...found.notes);
  const { path } = found;
  const [validation, test] = [question.validation ?? found.validation, question.test ?? found.test];
  const levels = question.levels ?? (await levelsOf(path, asLevels, notes, question.signal));
  const pattern = patternOf(question.names, levels);
  const known = [...levels, ...(pattern?.columns ?? [])];
  const wanted = question.targets ?? levels.slice(-1);
  const check = (name: string, code: "data.target" | "data.column", what: string) => {
    if (known.includes(name)) return;
    throw new LatheError(code, `${what}: ${path} has no level "${name}"; it has ${known.map((level) => `"${level}"`).join(", ")}`, { path, column: name });
  };
  for (const name of wanted) check(name, "data.target", "the target");
  const listing = await listPictures(path, levels.length, question.signal);
  notes.push(...listing.warnings);
  // A folder that cannot be used is told now, not when training begins.
  const own: Partial<Record<"validation" | "test", PictureListing>> = {};
  if (validation !== undefined) own.validation = await listPictures(validation, levels.length, question.signal);
  if (test !== undefined) own.test = await listPictures(test, levels.length, question.signal);
  const { size, color, border, alike, notes: seen } = await lookAt(listing, question);
  notes.push(...seen);
  const asked = question.inputs === "all" ? levels : question.inputs === "pictures" ? [] : question.inputs;
  for (const name of asked) check(name, "data.column", "the input");
  const others = [...new Set(asked)].filter((name) => !wanted.includes(name));
  const { columns, unfit } = columnsOf(listing, levels, pattern);
  notes.push(...tellUnfit({ count: unfit.length, first: unfit[0] ?? "" }, listing.pictures.length, question.names));
  const classes = classesOf(listing);
  for (const name of wanted) {
    const column = columns.find((one) => one.name === name);
    if (column && column.distinct < 2)
      throw new LatheError(
        "data.target",
        `the target: "${name}" of ${path} has ${column.distinct === 0 ? "no value" : "one value only"}, expected values to tell apart`,
        { path, column: name },
      );
  }
  if (wanted.includes(levels.at(-1) ?? "")) notes.push(...tellClasses(classes, own));
  notes.push(...tellRecurring(listing, levels, wanted));
  const several = wanted.length + others.length > 1;
  const augment = color === "gray" && several && border !== undefined ? [{ ...SLIGHTLY, fill: border }] : changesOf(color, [...classes.keys()]);
  notes.push(...describeChanges(augment));
  const name = namer();
  const picture = pictureInput(name(known.includes(PICTURE_COLUMN) ? "picture" : PICTURE_COLUMN), PICTURE_COLUMN, size, color, augment);
  return {
    source: {
      type: "image-folder",
      path,
      levels: [...levels],
      ...(pattern ? { names: question.names } : {}),
      ...(validation === undefined ? {} : { validation }),
      ...(test === undefined ? {} : { test }),
    },
    inputs: [picture, ...others.map((column): InputSpec => ({ name: name(column), type: "category", column }))],
    targets: wanted.map((column): TargetSpec => ({ name: name(column), type: "category", column })),
    pictures: listing.pictures.length,
    classes,
    columns,
    files: spread(listing.pictures, SHOWN).map((one) => one.path),
    alike,
    notes,
  };
}

/** @throws LatheError `usage` for a pattern that is wrong, or makes a column that a level is called. */
function patternOf(names: string | undefined, levels: readonly string[]): NamePattern | undefined {
  if (names === undefined || names.trim() === "") return undefined;
  const parsed = parseNamePattern(names);
  if ("problem" in parsed) throw new LatheError("usage", `names: ${parsed.problem}`);
  const twice = parsed.columns.find((column) => column === PICTURE_COLUMN || levels.includes(column));
  if (twice !== undefined) throw new LatheError("usage", `names: got the column "${twice}", which is there already, expected a name of its own`);
  return parsed;
}

/** What the columns beside the pictures hold, and files whose names do not fit. */
function columnsOf(
  { pictures }: PictureListing,
  levels: readonly string[],
  pattern: NamePattern | undefined,
): { readonly columns: readonly FolderColumn[]; readonly unfit: readonly string[] } {
  const unfit: string[] = [];
  const counted = [...levels, ...(pattern?.columns ?? [])].map((name) => ({ name, missing: 0, values: new Map<string, number>() }));
  for (const { path, labels } of pictures) {
    const parts = pattern?.read(path);
    if (pattern && !parts) unfit.push(path);
    const values = [...labels, ...(parts ?? [])];
    for (const [k, column] of counted.entries()) {
      const value = values[k];
      if (value === undefined) column.missing++;
      else column.values.set(value, (column.values.get(value) ?? 0) + 1);
    }
  }
  const columns = counted.map(({ name, missing, values }) => ({
    name,
    missing,
    distinct: values.size,
    examples: [...values]
      .sort(([, a], [, b]) => b - a)
      .slice(0, SHOWN)
      .map(([value]) => shorten(value)),
  }));
  return { columns, unfit };
}

function spread<T>(all: readonly T[], most: number): readonly T[] {
  const step = Math.max(1, Math.floor(all.length / most));
  return all.filter((_, i) => i % step === 0).slice(0, most);
}

/** Centred pictures are learnt faster, and changed ones within a few epochs at all. */
function pictureInput(name: string, column: string, size: [number, number], color: "rgb" | "gray", augment: (typeof MIRRORED)[]): InputSpec {
  return { name, type: "image", column, size, color, background: "#ffffff", normalize: "own", augment };
}

function describeChanges(augment: readonly (typeof MIRRORED)[]): readonly string[] {
  if (augment.length === 0) return [];
  return [`in training, pictures are ${augment.includes(MIRRORED) ? "mirrored, " : ""}turned, moved and scaled a little, anew in every epoch`];
}

export interface PictureColumnQuestion {
  readonly column: string;
  /** Some of its pictures, as the column names them, and what their paths start from. */
  readonly paths: readonly string[];
  readonly root: string;
  /** Some of the classes that are told apart. */
  readonly labels: readonly string[];
  readonly signal?: AbortSignal;
  readonly look: LookAtPicture;
}

/** The input of a table's column of pictures, as a folder's is proposed. @throws LatheError `data.unreadable` where none of them can be read; `cancelled` */
export async function proposePictureColumn(question: PictureColumnQuestion): Promise<{ readonly input: InputSpec; readonly notes: readonly string[] }> {
  const { column, root, paths, labels } = question;
  const { size, color, alike, notes } = await lookAt({ root, pictures: paths.map((path) => ({ path })) }, question);
  const augment = changesOf(color, labels);
  const about = [...notes, ...(alike ? [] : [tellSize(size)]), ...describeChanges(augment)].join("; ");
  return { input: pictureInput(column, column, size, color, augment), notes: [`column "${column}" names pictures; looked at were ${about}`] };
}

/**
 * What training pictures go through until one says otherwise; `npm run bench augmentation` measures what it gains. Colours are left alone, as they tell many
 * classes apart. Gray pictures are left as they are, and letters and digits are not mirrored: they would be others.
 */
function changesOf(color: "rgb" | "gray", classes: readonly string[]): (typeof MIRRORED)[] {
  if (color === "gray") return [];
  return classes.some((name) => Array.from(name).length === 1) ? [MOVED] : [MIRRORED, MOVED];
}

/** Whether there are pictures under a folder, within a few levels. */
export async function holdsPictures(path: string): Promise<boolean> {
  try {
    return (await listPictures(path, 0)).pictures.length > 0;
  } catch {
    return false;
  }
}

/**
 * Targets name the innermost levels of as many as there are, inputs those around them; without a word, the outermost folders are the classes, as torchvision's
 * ImageFolder has it.
 */
async function levelsOf(
  path: string,
  asked: { readonly inputs: readonly string[]; readonly targets: readonly string[] } | undefined,
  notes: string[],
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
  const depth = await depthOf(path, signal);
  const targets = asked?.targets;
  if (asked && depth > 1) {
    const inner = [...asked.inputs, ...asked.targets];
    const outer = (await proposeLevels(path, depth, signal)).slice(0, Math.max(0, depth - inner.length));
    return [...outer.map((name, k) => (inner.includes(name) ? groupName(k) : name)), ...inner];
  }
  if (depth > 1) notes.push(`pictures lie ${depth} folders deep; the outermost folder is taken as the class. Name what each level stands for with --levels`);
  return targets?.length === 1 ? targets : ["label"];
}

/** How many levels of folders all pictures lie in. */
async function depthOf(path: string, signal: AbortSignal | undefined): Promise<number> {
  const { pictures } = await listPictures(path, 1, signal);
  return Math.min(8, ...pictures.map((picture) => picture.path.split("/").length - 1));
}

/** Names for so many levels of folders: what the folders' names say, or "label" for the innermost and "group" for those around it. */
async function proposeLevels(path: string, levels: number, signal: AbortSignal | undefined): Promise<string[]> {
  const said = nameLevels((await listPictures(path, levels, signal)).pictures, levels);
  return said.map((name, k) => name ?? (k === levels - 1 ? "label" : groupName(k)));
}

/** Names for all levels of folders that a folder of pictures has, inside of one for training where there is one. */
export async function everyLevel(path: string, signal?: AbortSignal): Promise<string[]> {
  const found = await findParts(path, 1, signal);
  return proposeLevels(found.path, await depthOf(found.path, signal), signal);
}

function groupName(k: number): string {
  return k === 0 ? "group" : `group${k + 1}`;
}

interface PicturesLook {
  readonly size: [number, number];
  readonly color: "rgb" | "gray";
  /** Brightness at their edges, where all have one. */
  readonly border?: number;
  /** All are of this size already. */
  readonly alike: boolean;
  readonly notes: readonly string[];
}

async function lookAt(
  { root, pictures }: { readonly root: string; readonly pictures: readonly { readonly path: string }[] },
  { look, signal }: Pick<PictureFolderQuestion, "look" | "signal">,
): Promise<PicturesLook> {
  const step = Math.max(1, Math.floor(pictures.length / LOOKED_AT));
  const seen: PictureLook[] = [];
  let problem: unknown;
  for (let i = 0; i < pictures.length && seen.length < LOOKED_AT; i += step) {
    try {
      seen.push(await look(resolve(root, pictures[i]?.path ?? ""), signal));
    } catch (error) {
      if (toLatheError(error).code === "cancelled") throw error;
      problem ??= new LatheError(
        "data.unreadable",
        `none of the pictures of ${root} that were looked at can be read: ${pictures[i]?.path} ${error instanceof Error ? error.message : String(error)}`,
        { path: root },
      );
    }
  }
  const [first] = seen;
  if (!first) throw problem;
  const color = seen.every(({ gray }) => gray) ? "gray" : "rgb";
  const words = color === "gray" ? "gray" : "in colour";
  const borders = seen.map((picture) => picture.border ?? Number.NaN).sort((a, b) => a - b);
  const [least = Number.NaN, most = Number.NaN] = [borders[0], borders.at(-1)];
  const border = most - least <= ALIKE ? { border: borders[borders.length >> 1] ?? 0 } : {};
  const deep = seen.flatMap((picture) => picture.deep ?? []);
  const depth =
    deep.length === 0
      ? []
      : [`there are pictures of more than 8 bits; all are read by the range that they use together: in those looked at ${describeRange(rangeOf(deep))}`];
  if (seen.every(({ width, height }) => width === first.width && height === first.height) && Math.max(first.width, first.height) <= SMALL) {
    return {
      size: [first.height, first.width],
      color,
      ...border,
      alike: true,
      notes: [`${pictures.length} pictures of ${first.width} × ${first.height}, ${words}`, ...depth],
    };
  }
  const sides = seen.map(({ width, height }) => Math.max(width, height)).sort((a, b) => a - b);
  const middle = sides[Math.floor(sides.length / 2)] ?? 0;
  const side = middle < 48 ? 32 : 64;
  const range = sides[0] === sides.at(-1) ? `${sides[0]}` : `${sides[0]} to ${sides.at(-1)}`;
  return {
    size: [side, side],
    color,
    ...border,
    alike: false,
    notes: [`${pictures.length} pictures of ${range} pixels on the longer side, ${words}`, ...depth],
  };
}

/** Whether a path is a folder. */
export async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
