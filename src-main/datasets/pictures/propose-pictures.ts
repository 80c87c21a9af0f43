import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { LatheError, toLatheError } from "../../base/errors.js";
import { type DataSpec, type ImageFolderSpec, type InputSpec, PICTURE_COLUMN, type TargetSpec } from "../../contract/data.js";
import { findParts } from "./find-parts.js";
import { type PictureListing, listPictures } from "./list-pictures.js";
import type { LookAtPicture, PictureLook } from "./picture-view.js";
import { describeRange, rangeOf } from "./pixel-range.js";
import { classesOf, tellClasses } from "./tell-classes.js";

/** Pictures that are looked at for size and colour, evenly spread. */
const LOOKED_AT = 40;
/** Pictures all of one size up to this keep it. */
const SMALL = 96;

/** Turned, moved and scaled a little, on the white that transparent pictures are flattened on: black corners are what no picture to judge ever has. */
const MOVED = { type: "RandomAffine", degrees: 15, translate: [0.1, 0.1], scale: [0.8, 1.2], interpolation: "bilinear", fill: 255 };
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
  /** Whether levels that are not predicted are inputs. */
  readonly inputs: "pictures" | "all";
  readonly signal?: AbortSignal;
  readonly look: LookAtPicture;
}

/** What a folder of pictures could be trained as. */
export interface PictureProposal {
  readonly source: ImageFolderSpec;
  readonly inputs: DataSpec["inputs"];
  readonly targets: DataSpec["targets"];
  readonly pictures: number;
  /** By innermost level: pictures of each class, in order. */
  readonly classes: ReadonlyMap<string, number>;
  readonly notes: readonly string[];
}

/**
 * Looks at a folder of pictures. @throws LatheError as `listPictures`; `data.target` for a target that is no level; `data.unreadable` where no picture can be
 * read.
 */
export async function proposePictures(question: PictureFolderQuestion): Promise<PictureProposal> {
  const notes: string[] = [];
  const found = await findParts(question.path, question.levels?.length ?? Math.max(1, question.targets?.length ?? 1), question.signal);
  notes.push(...found.notes);
  const { path } = found;
  const [validation, test] = [question.validation ?? found.validation, question.test ?? found.test];
  const levels = question.levels ?? (await levelsOf(path, question.targets, notes, question.signal));
  const wanted = question.targets ?? levels.slice(-1);
  for (const name of wanted)
    if (!levels.includes(name))
      throw new LatheError("data.target", `the target: ${path} has no level "${name}"; it has ${levels.map((level) => `"${level}"`).join(", ")}`, {
        path,
        column: name,
      });
  const listing = await listPictures(path, levels.length, question.signal);
  notes.push(...listing.warnings);
  // A folder that cannot be used is told now, not when training begins.
  const own: Partial<Record<"validation" | "test", PictureListing>> = {};
  if (validation !== undefined) own.validation = await listPictures(validation, levels.length, question.signal);
  if (test !== undefined) own.test = await listPictures(test, levels.length, question.signal);
  const { size, color, notes: seen } = await lookAt(listing, question);
  notes.push(...seen);
  const others = question.inputs === "all" ? levels.filter((level) => !wanted.includes(level)) : [];
  const classes = classesOf(listing);
  if (wanted.includes(levels.at(-1) ?? "")) notes.push(...tellClasses(classes, own));
  const augment = changesOf(color, [...classes.keys()]);
  notes.push(...describeChanges(augment));
  const picture = pictureInput(levels.includes(PICTURE_COLUMN) ? "picture" : PICTURE_COLUMN, PICTURE_COLUMN, size, color, augment);
  return {
    source: { type: "image-folder", path, levels: [...levels], ...(validation === undefined ? {} : { validation }), ...(test === undefined ? {} : { test }) },
    inputs: [picture, ...others.map((column): InputSpec => ({ name: column, type: "category", column }))],
    targets: wanted.map((column): TargetSpec => ({ name: column, type: "category", column })),
    pictures: listing.pictures.length,
    classes,
    notes,
  };
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
  const { size, color, notes } = await lookAt({ root, pictures: paths.map((path) => ({ path })) }, question);
  const augment = changesOf(color, labels);
  const about = [...notes, ...describeChanges(augment)].join("; ");
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

/** Targets name the innermost levels of as many as there are; without a word, the outermost folders are the classes, as torchvision's ImageFolder has it. */
async function levelsOf(path: string, targets: readonly string[] | undefined, notes: string[], signal: AbortSignal | undefined): Promise<readonly string[]> {
  const { pictures } = await listPictures(path, 1, signal);
  const depth = Math.min(8, ...pictures.map((picture) => picture.path.split("/").length - 1));
  if (targets && depth > 1) {
    const outer = Array.from({ length: Math.max(0, depth - targets.length) }, (_, k) => (k === 0 ? "group" : `group${k + 1}`));
    return [...outer, ...targets].slice(-Math.max(depth, targets.length));
  }
  if (depth > 1) notes.push(`pictures lie ${depth} folders deep; the outermost folder is taken as the class. Name what each level stands for with --levels`);
  return targets?.length === 1 ? targets : ["label"];
}

async function lookAt(
  { root, pictures }: { readonly root: string; readonly pictures: readonly { readonly path: string }[] },
  { look, signal }: Pick<PictureFolderQuestion, "look" | "signal">,
): Promise<{ readonly size: [number, number]; readonly color: "rgb" | "gray"; readonly notes: readonly string[] }> {
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
  const deep = seen.flatMap((picture) => picture.deep ?? []);
  const depth =
    deep.length === 0
      ? []
      : [`there are pictures of more than 8 bits; all are read by the range that they use together: in those looked at ${describeRange(rangeOf(deep))}`];
  if (seen.every(({ width, height }) => width === first.width && height === first.height) && Math.max(first.width, first.height) <= SMALL) {
    return { size: [first.height, first.width], color, notes: [`${pictures.length} pictures of ${first.width} × ${first.height}, ${words}`, ...depth] };
  }
  const sides = seen.map(({ width, height }) => Math.max(width, height)).sort((a, b) => a - b);
  const middle = sides[Math.floor(sides.length / 2)] ?? 0;
  const side = middle < 48 ? 32 : 64;
  const range = sides[0] === sides.at(-1) ? `${sides[0]}` : `${sides[0]} to ${sides.at(-1)}`;
  return {
    size: [side, side],
    color,
    notes: [`${pictures.length} pictures of ${range} pixels on the longer side, ${words}; each is resized to ${side} × ${side}`, ...depth],
  };
}

/** Whether a path is a folder. */
export async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
