import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { LatheError, toLatheError } from "../../base/errors.js";
import { type DataSpec, type ImageFolderSpec, type InputSpec, PICTURE_COLUMN, type TargetSpec } from "../../contract/data.js";
import { type PictureListing, listPictures } from "./list-pictures.js";
import type { LookAtPicture, PictureLook } from "./picture-view.js";

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
  const parts = question.test === undefined ? await trainAndTest(question.path) : undefined;
  if (parts) notes.push(`${parts.path} is trained on${parts.test === undefined ? "" : `, and ${parts.test} is the test`}`);
  const { path, test } = parts ?? question;
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
  const { size, color, note } = await lookAt(listing, question);
  notes.push(note);
  const others = question.inputs === "all" ? levels.filter((level) => !wanted.includes(level)) : [];
  const classes = new Map<string, number>();
  for (const { labels } of listing.pictures) classes.set(labels.at(-1) ?? "", (classes.get(labels.at(-1) ?? "") ?? 0) + 1);
  const augment = changesOf(color, [...classes.keys()]);
  if (augment.length > 0)
    notes.push(`in training, pictures are ${augment.includes(MIRRORED) ? "mirrored, " : ""}turned, moved and scaled a little, anew in every epoch`);
  // Centred pictures are learnt faster, and changed ones within a few epochs at all.
  const picture: InputSpec = {
    name: levels.includes(PICTURE_COLUMN) ? "picture" : PICTURE_COLUMN,
    type: "image",
    column: PICTURE_COLUMN,
    size,
    color,
    background: "#ffffff",
    normalize: "own",
    augment,
  };
  return {
    source: { type: "image-folder", path, levels: [...levels], ...(test === undefined ? {} : { test }) },
    inputs: [picture, ...others.map((column): InputSpec => ({ name: column, type: "category", column }))],
    targets: wanted.map((column): TargetSpec => ({ name: column, type: "category", column })),
    pictures: listing.pictures.length,
    classes,
    notes,
  };
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

/** A folder of a folder for training and one for the test. */
async function trainAndTest(path: string): Promise<{ readonly path: string; readonly test?: string } | undefined> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  const folders = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith(".")).map(({ name }) => name);
  const find = (pattern: RegExp) => folders.find((name) => pattern.test(name));
  const train = find(/^train(ing)?$/i);
  if (train === undefined || folders.some((name) => !/^(train(ing)?|test(ing)?|val(id|idation)?)$/i.test(name))) return undefined;
  const test = find(/^test(ing)?$/i) ?? find(/^val/i);
  return { path: join(path, train), ...(test === undefined ? {} : { test: join(path, test) }) };
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
  { root, pictures }: PictureListing,
  { look, signal }: PictureFolderQuestion,
): Promise<{ readonly size: [number, number]; readonly color: "rgb" | "gray"; readonly note: string }> {
  const step = Math.max(1, Math.floor(pictures.length / LOOKED_AT));
  const seen: PictureLook[] = [];
  let problem: unknown;
  for (let i = 0; i < pictures.length && seen.length < LOOKED_AT; i += step) {
    try {
      seen.push(await look(join(root, pictures[i]?.path ?? ""), signal));
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
  if (seen.every(({ width, height }) => width === first.width && height === first.height) && Math.max(first.width, first.height) <= SMALL) {
    return { size: [first.height, first.width], color, note: `${pictures.length} pictures of ${first.width} × ${first.height}, ${words}` };
  }
  const sides = seen.map(({ width, height }) => Math.max(width, height)).sort((a, b) => a - b);
  const middle = sides[Math.floor(sides.length / 2)] ?? 0;
  const side = middle < 48 ? 32 : 64;
  const range = sides[0] === sides.at(-1) ? `${sides[0]}` : `${sides[0]} to ${sides.at(-1)}`;
  return {
    size: [side, side],
    color,
    note: `${pictures.length} pictures of ${range} pixels on the longer side, ${words}; each is resized to ${side} × ${side}`,
  };
}

/** Whether a path is a folder. */
export async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
