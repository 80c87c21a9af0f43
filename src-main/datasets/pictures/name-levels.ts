import type { ListedPicture } from "./list-pictures.js";

/** Words that say nothing of what a level stands for. */
const EMPTY = /^(class|folder|dir|item|new|img|image|images|no|nr|id)$/i;

/**
 * What levels of folders could be called, by what their folders are called: the key of `alphabet=Greek`, the word that `character01` and `character02` share,
 * `character` for code points such as U+0041, `year` for years. Undefined where nothing says so, or a level outside of it is called so already.
 * @param levels how many there are
 */
export function nameLevels(pictures: readonly ListedPicture[], levels: number): readonly (string | undefined)[] {
  const taken = new Set<string>();
  return Array.from({ length: levels }, (_, k) => {
    const name = nameOf([...new Set(pictures.map(({ labels }) => labels[k] ?? ""))]);
    if (name === undefined || taken.has(name)) return undefined;
    taken.add(name);
    return name;
  });
}

function nameOf(folders: readonly string[]): string | undefined {
  if (folders.length < 2) return undefined;
  if (folders.every((name) => /^U\+[0-9A-F]{4,6}$/i.test(name))) return "character";
  if (folders.every((name) => /^(19|20)\d\d$/.test(name))) return "year";
  return shared(folders, /^([\p{L}_][\p{L}\p{N}_-]*)=./u) ?? shared(folders, /^(\p{L}{3,}?)[ _.-]*\d+$/u)?.toLowerCase();
}

/** What the first group of a pattern finds, where it is the same in all. */
function shared(folders: readonly string[], pattern: RegExp): string | undefined {
  const found = new Set(folders.map((name) => pattern.exec(name)?.[1]));
  const [only] = found;
  return found.size === 1 && only !== undefined && !EMPTY.test(only) ? only : undefined;
}
