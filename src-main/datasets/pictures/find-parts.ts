import { readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { listPictures } from "./list-pictures.js";

/** Folders of pictures for the parts, and what was noticed, in sentences. */
export interface FoundParts {
  readonly path: string;
  readonly validation?: string;
  readonly test?: string;
  readonly notes: readonly string[];
}

/** A folder in the one that is looked at. */
interface Child {
  readonly name: string;
  /** Pictures in it that lie in no further folder, and all of them. */
  readonly direct: number;
  readonly pictures: number;
  /** Folders in it that hold pictures, in NFC. */
  readonly classes: ReadonlySet<string>;
}

type Part = "train" | "validation" | "test";

/** What the folders of parts are called, alone or as a word of a name: `training_set`, `seg_train`, `TestImages`. */
const WORDS: Readonly<Record<Part, RegExp>> = { train: /(^|[^a-z])train/i, validation: /(^|[^a-z])(val|dev(?![a-z]))/i, test: /(^|[^a-z])test/i };
/** Names that leave no doubt, whatever is in them. */
const PLAIN: Readonly<Record<Exclude<Part, "train">, RegExp>> = { validation: /^(val(id|idation)?|dev)$/i, test: /^test(ing)?$/i };

/**
 * Looks for the folders of training, validation and test in a folder of pictures: by what they are called, and by the classes that they share. Folders that
 * hold nothing but one folder are gone into.
 * @param levels of folders that there are to be at least. @throws LatheError as `listPictures`
 */
export async function findParts(root: string, levels: number, signal?: AbortSignal): Promise<FoundParts> {
  let paths: readonly (readonly string[])[] = (await listPictures(root, 0, signal)).pictures.map(({ path }) => path.split("/"));
  const notes: string[] = [];
  for (let at = root; ;) {
    const parts = partsAmong(at, childrenOf(paths));
    if (parts) return { ...parts, notes: [...notes, ...parts.notes] };
    const [first] = paths;
    const only = first?.[0];
    const wrapped = only !== undefined && paths.every((path) => path[0] === only && path.length - 2 >= levels);
    if (!wrapped) return { path: at, notes };
    notes.push(`${at} holds nothing but the folder ${only}, which is taken in its place`);
    at = join(at, only);
    paths = paths.map((path) => path.slice(1));
  }
}

/**
 * Folders beside the one for training that are called as parts are, but hold pictures and no folders of classes: there to predict.
 * @param used as a part already
 */
export async function findUnlabelled(
  training: string,
  used: readonly string[],
  signal?: AbortSignal,
): Promise<readonly { readonly path: string; readonly pictures: number }[]> {
  if (!WORDS.train.test(basename(training))) return [];
  const root = dirname(training);
  const names = (await readdir(root, { withFileTypes: true }).catch(() => [])).filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const found: { path: string; pictures: number }[] = [];
  for (const name of names.sort()) {
    const path = join(root, name);
    if (path === training || used.includes(path) || !(WORDS.test.test(name) || WORDS.validation.test(name))) continue;
    const pictures = await listPictures(path, 0, signal).then(
      (listing) => listing.pictures,
      () => [],
    );
    if (pictures.length > 0 && pictures.every((picture) => !picture.path.includes("/"))) found.push({ path, pictures: pictures.length });
  }
  return found;
}

function childrenOf(paths: readonly (readonly string[])[]): readonly Child[] {
  const children = new Map<string, { name: string; direct: number; pictures: number; classes: Set<string> }>();
  for (const [name, second, ...rest] of paths) {
    if (name === undefined || second === undefined) continue;
    const child = children.get(name) ?? { name, direct: 0, pictures: 0, classes: new Set() };
    children.set(name, child);
    child.pictures++;
    if (rest.length === 0) child.direct++;
    else child.classes.add(second.normalize("NFC"));
  }
  return [...children.values()];
}

function partsAmong(root: string, children: readonly Child[]): FoundParts | undefined {
  const named = (part: Part) => children.filter(({ name, classes }) => classes.size > 0 && WORDS[part].test(name));
  const trains = named("train");
  const train = trains.find(({ name }) => /^train(ing)?$/i.test(name)) ?? trains[0];
  if (!train) return undefined;
  const others = children.filter((child) => child !== train);
  const alike = ({ classes }: Child) => [...classes].some((name) => train.classes.has(name));
  const partOf = (part: Exclude<Part, "train">) => {
    const known = named(part).filter((child) => child !== train);
    return known.find(alike) ?? known.find(({ name }) => PLAIN[part].test(name));
  };
  const [validation, test] = [partOf("validation"), partOf("test")];
  const flat = others.filter(({ name, classes }) => classes.size === 0 && (WORDS.test.test(name) || WORDS.validation.test(name)));
  if (!validation && !test && flat.length === 0 && others.length > 0) return undefined;
  const at = (child: Child) => join(root, child.name);
  const notes = [
    [`${at(train)} is trained on`, ...(validation ? [`${at(validation)} is the validation`] : []), ...(test ? [`${at(test)} is the test`] : [])]
      .join(", ")
      .replace(/, (?=[^,]*$)/, ", and "),
    ...flat.map((child) => {
      const one = child.direct === 1;
      return (
        `${at(child)} has no folders of classes, so it can be no test: its ${child.direct} picture${one ? " is" : "s are"} not used, ` +
        `and ${one ? "is" : "are"} there to predict`
      );
    }),
    ...others
      .filter((child) => child !== validation && child !== test && !flat.includes(child))
      .map((child) => `${at(child)} is none of the parts by its name: its ${child.pictures} picture${child.pictures === 1 ? " is" : "s are"} not used`),
  ];
  return { path: at(train), ...(validation ? { validation: at(validation) } : {}), ...(test ? { test: at(test) } : {}), notes };
}
