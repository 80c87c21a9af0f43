import { listAll, listNames, shorten } from "../shorten.js";
import type { PictureListing } from "./list-pictures.js";

/** Classes that a sentence names. */
const NAMED = 5;

/** Pictures by class, the innermost folder. */
export function classesOf({ pictures }: Pick<PictureListing, "pictures">): ReadonlyMap<string, number> {
  const classes = new Map<string, number>();
  for (const { labels } of pictures) classes.set(labels.at(-1) ?? "", (classes.get(labels.at(-1) ?? "") ?? 0) + 1);
  return classes;
}

/**
 * Says of which classes there are too few pictures for every part, and which a folder of a part lacks or has alone.
 * @param own folders of their own for parts; the other parts are split off the training folder.
 */
export function tellClasses(classes: ReadonlyMap<string, number>, own: Readonly<Partial<Record<"validation" | "test", PictureListing>>>): readonly string[] {
  const parts = ["training", ...(["validation", "test"] as const).filter((part) => !own[part])];
  const scarce = [...classes].filter(([, pictures]) => pictures < parts.length);
  const notes: string[] = [];
  if (scarce.length > 0) {
    const some = scarce.map(([name, pictures]) => `"${shorten(name)}" (${pictures} picture${pictures === 1 ? "" : "s"})`);
    notes.push(
      `too few pictures of ${listNames(some, NAMED)} for ${listAll(parts)}; add pictures, or nothing will say how well ` +
        `${scarce.length === 1 ? "it is" : "they are"} told`,
    );
  }
  for (const [part, listing] of Object.entries(own)) {
    const there = classesOf(listing);
    const lacking = [...classes.keys()].filter((name) => !there.has(name));
    if (lacking.length > 0 && lacking.length < classes.size)
      notes.push(
        `the ${part} folder ${listing.root} has no picture of ${listNames(lacking.map(quoted), NAMED)}; add some, or nothing there will say how well ` +
          `${lacking.length === 1 ? "it is" : "they are"} told`,
      );
    const alone = [...there.keys()].filter((name) => !classes.has(name)).map(quoted);
    if (alone.length > 0)
      notes.push(
        `only the ${part} folder ${listing.root} has pictures of ${listNames(alone, NAMED)}, which cannot be learnt without pictures to train on; ` +
          `add some, or rename the folder${alone.length === 1 ? "" : "s"} as in training`,
      );
  }
  return notes;
}

/** Says which levels to predict have folders of one name within different folders, which become one class. @param levels what the folders stand for */
export function tellRecurring({ pictures }: Pick<PictureListing, "pictures">, levels: readonly string[], targets: readonly string[]): readonly string[] {
  return levels.flatMap((level, k) => {
    if (k === 0 || !targets.includes(level)) return [];
    const places = new Map<string, Set<string>>();
    for (const { labels } of pictures) {
      const value = labels[k] ?? "";
      places.set(value, (places.get(value) ?? new Set()).add(labels.slice(0, k).join("/")));
    }
    const several = [...places].filter(([, within]) => within.size > 1);
    const [first] = several;
    if (!first) return [];
    const [value, within] = first;
    return [
      `${several.length} of ${places.size} values of ${level} ${several.length === 1 ? "stands" : "stand"} in several values of ` +
        `${levels.slice(0, k).join("/")}, such as "${shorten(value)}" in ${listNames([...within].map(quoted), NAMED)}: each is one class; rename the folders ` +
        `where they are different things`,
    ];
  });
}

function quoted(name: string): string {
  return `"${shorten(name)}"`;
}
