import { opendir, readdir, realpath, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { mayBeRead } from "../../base/allowed-folders.js";
import { closest } from "../../base/closest.js";
import { LatheError } from "../../base/errors.js";
import { throwIfAborted } from "../throw-if-aborted.js";
import { FORMATS, hasPictureName } from "./formats.js";

/** A picture in a folder. */
export interface ListedPicture {
  /** From the folder on, with `/` between names. */
  readonly path: string;
  /** Names of the folders it lies in, in NFC, from the outermost, as many as there are levels. A Mac writes them in NFD. */
  readonly labels: readonly string[];
}

export interface PictureListing {
  /** Absolute. */
  readonly root: string;
  /** In the order of their paths. */
  readonly pictures: readonly ListedPicture[];
  /** Folders of the last level without a picture. */
  readonly empty: readonly string[];
  /** What was excluded, and why, in sentences. */
  readonly warnings: readonly string[];
}

/** Files and folders that systems and network drives leave everywhere. */
const IGNORED = /^(\.|thumbs\.db$|desktop\.ini$|icon\r$|@eadir$|#recycle$|#snapshot$|__macosx$|\$recycle\.bin$|system volume information$|lost\+found$)/i;

/**
 * Finds the pictures under a folder, by name; links are followed unless they lead in a circle.
 * @param levels how many levels of folders name a picture's classes; deeper folders are part of the one they lie in, and 0 takes every picture.
 * @throws LatheError `data.missing`, `data.empty`, `data.unreadable`, `cancelled`
 */
export async function listPictures(root: string, levels: number, signal?: AbortSignal): Promise<PictureListing> {
  const pictures: ListedPicture[] = [];
  const { empty, warnings } = await visitPictures(root, levels, (picture) => void pictures.push(picture), signal);
  return { root, pictures: pictures.sort((a, b) => (a.path < b.path ? -1 : 1)), empty, warnings };
}

/**
 * The same one after the other, in no order: of a million pictures no more is in memory than of one. @param take gets each as it is found.
 * @returns what `listPictures` says beside the pictures. @throws as `listPictures`
 */
export async function visitPictures(
  root: string,
  levels: number,
  take: (picture: ListedPicture) => void,
  signal?: AbortSignal,
): Promise<Pick<PictureListing, "empty" | "warnings">> {
  if (!mayBeRead(root))
    throw new LatheError("rpc.refused", `the folder of pictures ${JSON.stringify(root)} is not in a folder this server may use`, { path: root });
  const found = await stat(root).catch((error: unknown) => error as NodeJS.ErrnoException);
  if (found instanceof Error)
    throw found.code === "ENOENT" || found.code === "ENOTDIR"
      ? await missing(root)
      : new LatheError("data.unreadable", `${root} cannot be opened: ${found.message}`, { path: root }, { cause: found });
  if (!found.isDirectory()) throw new LatheError("data.missing", `${root} is a file, expected a folder of pictures`, { path: root });
  const walk = new Walk(root, { levels, take, signal });
  await walk.enter("", [], [await realpath(root)]);
  return walk.result();
}

/** How many files are of some sort, with the first of them by name. */
class Tally {
  count = 0;
  first = "";

  add(path: string): void {
    if (this.count === 0 || path < this.first) this.first = path;
    this.count++;
  }
}

/** Entries of a folder that are asked for at once. */
const ENTRIES = 512;

class Walk {
  readonly #root: string;
  readonly #levels: number;
  readonly #take: (picture: ListedPicture) => void;
  readonly #signal: AbortSignal | undefined;
  readonly #classes = new Map<string, number>();
  readonly #others = new Tally();
  readonly #shallow = new Tally();
  readonly #nameless = new Tally();
  readonly #closed = new Tally();
  readonly #circles = new Tally();
  #pictures = 0;
  #rootClosed = false;
  #reason = "";

  constructor(
    root: string,
    { levels, take, signal }: { readonly levels: number; readonly take: (picture: ListedPicture) => void; readonly signal: AbortSignal | undefined },
  ) {
    this.#root = root;
    this.#levels = levels;
    this.#take = take;
    this.#signal = signal;
  }

  /** @param names from the root to this folder. @param above real paths of the folders around it. */
  async enter(path: string, names: readonly string[], above: readonly string[]): Promise<void> {
    throwIfAborted(this.#signal);
    let entries;
    try {
      entries = await opendir(join(this.#root, path), { bufferSize: ENTRIES });
    } catch (error) {
      this.#reason = (error as NodeJS.ErrnoException).code === "EACCES" ? "permission denied" : (error as Error).message;
      this.#closed.add(path);
      if (path === "") this.#rootClosed = true;
      return;
    }
    if (names.length === this.#levels && names.length > 0) this.#classes.set(path, 0);
    for await (const entry of entries) {
      throwIfAborted(this.#signal);
      if (IGNORED.test(entry.name)) continue;
      const inside = path === "" ? entry.name : `${path}/${entry.name}`;
      const link = entry.isSymbolicLink();
      const target = link ? await stat(join(this.#root, inside)).catch(() => undefined) : entry;
      if (!target) {
        // A link to nothing, or to itself: among pictures it is one that cannot be read.
        if (hasPictureName(entry.name)) this.#meet(inside, names);
        else this.#circles.add(inside);
      } else if (target.isDirectory()) {
        const real = link ? await realpath(join(this.#root, inside)) : join(above.at(-1) ?? "", entry.name);
        if (above.includes(real)) this.#circles.add(inside);
        else await this.enter(inside, [...names, entry.name], [...above, real]);
      } else if (hasPictureName(entry.name)) {
        this.#meet(inside, names);
      } else {
        this.#others.add(inside);
      }
    }
  }

  #meet(path: string, names: readonly string[]): void {
    if (names.length < this.#levels) {
      this.#shallow.add(path);
      return;
    }
    // What is not valid in the system's encoding cannot be opened by the name that Node gives it.
    if (path.includes("\ufffd")) {
      this.#nameless.add(path);
      return;
    }
    const labels = names.slice(0, this.#levels);
    const folder = labels.join("/");
    this.#classes.set(folder, (this.#classes.get(folder) ?? 0) + 1);
    this.#pictures++;
    this.#take({ path, labels: labels.map((label) => label.normalize("NFC")) });
  }

  result(): Pick<PictureListing, "empty" | "warnings"> {
    const root = this.#root;
    if (this.#rootClosed) throw new LatheError("data.unreadable", `${root} may not be opened (${this.#reason})`, { path: root });
    if (this.#pictures === 0) throw this.#nothing();
    const empty = [...this.#classes].flatMap(([folder, count]) => (count === 0 ? [folder] : [])).sort();
    return { empty, warnings: this.#warnings(empty) };
  }

  #nothing(): LatheError {
    const details = { path: this.#root };
    if (this.#shallow.count > 0) {
      const [levels, one] = [this.#levels, this.#shallow.count === 1];
      return new LatheError(
        "data.empty",
        `${this.#root} has ${this.#shallow.count} picture${one ? "" : "s"} that ${one ? "lies" : "lie"} outside of any class: ` +
          `expected ${levels === 1 ? "a folder for each class, with its pictures in it" : `${levels} levels of folders, as source.levels says`}; ` +
          `pictures without classes can be predicted`,
        { ...details, unlabelled: this.#shallow.count },
      );
    }
    const others = this.#others.count;
    return new LatheError(
      "data.empty",
      `${this.#root} holds no picture${others > 0 ? ` but ${others} other file${others === 1 ? "" : "s"}, such as ${this.#others.first}` : ""}: ` +
        `expected ${FORMATS}`,
      details,
    );
  }

  #warnings(empty: readonly string[]): readonly string[] {
    const told = ({ count, first }: Pick<Tally, "count" | "first">, what: string, one: string, many: string) =>
      count === 0 ? [] : [`${count} ${what}${count === 1 ? "" : "s"} in ${this.#root} ${count === 1 ? one : many}, such as ${first}`];
    return [
      ...told({ count: empty.length, first: empty[0] ?? "" }, "class folder", "has no picture", "have no picture"),
      ...told(this.#shallow, "picture", "lies outside of any class and is excluded", "lie outside of any class and are excluded"),
      ...told(
        this.#closed,
        "folder",
        `may not be opened (${this.#reason}), so its pictures are excluded`,
        `may not be opened (${this.#reason}), so their pictures are excluded`,
      ),
      ...told(this.#circles, "link", "leads in a circle or nowhere and is excluded", "lead in a circle or nowhere and are excluded"),
      ...told(
        this.#nameless,
        "picture",
        "has a name that is no valid text, so it cannot be opened; rename it",
        "have names that are no valid text, so they cannot be opened; rename them",
      ),
      ...told(this.#others, "file", "is no picture by its name and is excluded", "are no pictures by their names and are excluded"),
    ];
  }
}

async function missing(root: string): Promise<LatheError> {
  const parent = dirname(root);
  const names = await readdir(parent).catch(() => undefined);
  if (!names) return new LatheError("data.missing", `there is no folder ${root}: there is no folder ${parent}`, { path: root });
  const near = closest(basename(root), names);
  return new LatheError("data.missing", `there is no folder ${root}${near === undefined ? "" : `; did you mean ${near}?`}`, {
    path: root,
    ...(near === undefined ? {} : { near }),
  });
}
