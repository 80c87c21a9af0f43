import { join } from "node:path";
import { nearestKnown } from "../../base/closest.js";
import { LatheError } from "../../base/errors.js";
import type { FittedTarget } from "../../features/fitted.js";
import { targetKindOf } from "../../features/index.js";
import { listNames } from "../shorten.js";
import { listPictures } from "./list-pictures.js";

/** Classes that a message lists. */
const SHOWN = 8;

export interface ClassQuestion {
  /** The folder of pictures. */
  readonly path: string;
  readonly targets: readonly FittedTarget[];
  /** Pictures by class, of the column that a target is read from; undefined where the folders do not tell it. */
  readonly classesIn: (column: string) => ReadonlyMap<string, number> | undefined;
  readonly levels: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Compares the classes of a folder that a model is to be judged on with those that it knows.
 * @returns sentences about classes that it does not know, whose pictures are excluded.
 * @throws LatheError `data.target` where it knows none of them
 */
export async function checkClasses({ path, targets, classesIn, levels, signal }: ClassQuestion): Promise<readonly string[]> {
  const notes: string[] = [];
  for (const target of targets) {
    const kind = targetKindOf(target);
    const [column = ""] = kind.columnsOf(target);
    const found = kind.cells === "text" && !kind.open ? classesIn(column) : undefined;
    if (!found) continue;
    const known = kind.classOf(target);
    const strangers = [...found].filter(([name]) => !known.has(name));
    if (strangers.length === found.size) {
      const own = [...new Set([...known.keys()].map((name) => name.normalize("NFC")))];
      const hint = (await partWith(path, known, levels, signal)) ?? spellingOf(strangers, own);
      const got = strangers.map(([name]) => name);
      throw new LatheError(
        "data.target",
        `no class of ${path} is one that the model knows: got ${listNames(got, SHOWN)}, expected ${listNames(own, SHOWN)}` +
          (hint === undefined ? "" : `; ${hint}`),
        { path, found: [...found.keys()], known: own },
      );
    }
    for (const [name, pictures] of strangers) {
      const nearest = nearestKnown(name, [...known.keys()]);
      const hint = nearest === undefined ? `it knows ${listNames([...known.keys()], SHOWN)}` : `did you mean "${nearest}"?`;
      notes.push(
        `${pictures} picture${pictures === 1 ? "" : "s"} of ${path} ${pictures === 1 ? "is" : "are"} of the class "${name}", which the model does not know, ` +
          `and ${pictures === 1 ? "is" : "are"} excluded; ${hint}`,
      );
    }
  }
  return notes;
}

/** A folder in the one that was named whose own folders are the classes. */
async function partWith(path: string, known: ReadonlyMap<string, number>, levels: number, signal: AbortSignal | undefined): Promise<string | undefined> {
  const deeper = await listPictures(path, levels + 1, signal).catch(() => undefined);
  const parts = new Set(deeper?.pictures.flatMap(({ labels: [first, ...rest] }) => (first !== undefined && known.has(rest.at(-1) ?? "") ? [first] : [])));
  return parts.size === 0 ? undefined : `its folders of parts have them: choose one, such as ${join(path, parts.has("test") ? "test" : ([...parts][0] ?? ""))}`;
}

function spellingOf(strangers: readonly (readonly [string, number])[], known: readonly string[]): string | undefined {
  const lower = new Set(known.map((name) => name.toLowerCase()));
  return strangers.some(([name]) => lower.has(name.toLowerCase())) ? "the names differ in upper and lower case only; rename the folders" : undefined;
}
