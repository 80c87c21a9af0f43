import { type Stats, accessSync, constants, existsSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { LatheError } from "../../base/errors.js";
import { JSON_BOUNDS } from "../../base/json-bounds.js";
import { isLink } from "../../base/own-files.js";
import { readOwnJsonSync } from "../../base/own-json.js";
import { isBelow, systemFolder } from "../../base/system-folder.js";

/** A file that is read for the one to be written. */
interface Input {
  readonly path: string;
  /** As a sentence calls it: "the table itself". */
  readonly what: string;
}

/** What Lathe keeps in a project's folder. */
const OWN = ["project.json", "runs", ".lathe"];

/**
 * Sees that a file may be written where a user wants it. What is there goes, so it is to be a file, and none that the work reads or that a project is made of.
 * Links on the way are followed; the last part of it may be none, since a link such as /dev/stdout would itself be replaced, and what it leads to would stay as
 * it was.
 * @param run folder of the run that it is made from; the data that this learnt from stay too.
 * @throws LatheError `usage`
 */
export function refuseOut(wanted: string, inputs: readonly Input[], run?: string): void {
  const out = resolve(wanted);
  const there = statOf(out);
  const refused = (reason: string) => new LatheError("usage", `${out} ${reason}`, { path: out });
  if (there?.isDirectory()) throw refused("is a folder; name a file in it");
  const real = realOf(out);
  if (isLink(out)) {
    throw refused(`is a link, which a file would replace while what it leads to stays as it is${there ? ` (${real})` : ""}; name the file itself`);
  }
  if (there && !there.isFile()) throw refused("is a device or a pipe, which a file would replace; name a file");
  const system = systemFolder(real);
  if (system !== undefined) throw refused(`lies in ${system}, which is the system's own; name a file elsewhere`);
  for (const { path, what } of [...inputs, ...(run === undefined ? [] : dataOf(run))]) {
    if (real === realOf(resolve(path))) throw refused(`is ${what}, which would be replaced; name another file`);
  }
  if (run !== undefined && isBelow(real, realOf(resolve(run)))) throw refused(`belongs to the run itself; choose a place outside ${run}`);
  const project = projectOf(real);
  if (project !== undefined)
    throw refused(`belongs to the project ${project} itself; choose another name, or a place outside its ${OWN.slice(1).join(" and ")}`);
  if (there && !isWritable(out)) throw refused("may not be written; change its permissions, or name another file");
}

/** The run's folder that a model lies in; undefined for one that was taken away. */
export function runOf(model: string): string | undefined {
  const folder = dirname(realOf(resolve(model)));
  return existsSync(join(folder, "config.json")) ? folder : undefined;
}

/** Undefined where nothing is there, and where writing will say what is wrong. */
function statOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

/** Where a path leads. Of what is not there yet, where its folder does. */
function realOf(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    const folder = dirname(path);
    return folder === path ? path : join(realOf(folder), basename(path));
  }
}

/** The project, however far above, that a path is a part of. */
function projectOf(path: string): string | undefined {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const [first = ""] = relative(folder, path).split(sep);
    if (OWN.includes(first) && existsSync(join(folder, "project.json"))) return folder;
    if (folder === dirname(folder)) return undefined;
  }
}

/** What a run learnt from. A run whose settings cannot be read has other troubles. */
function dataOf(run: string): readonly Input[] {
  try {
    const { projectFolder, project } = readOwnJsonSync(join(run, "config.json"), JSON_BOUNDS.document) as {
      projectFolder: string;
      project: { data: { source: { path: string; test?: string } } };
    };
    const { path, test } = project.data.source;
    // A project that was moved, and one that was not.
    const folders = [dirname(dirname(resolve(run))), projectFolder];
    return folders.flatMap((folder) =>
      [path, ...(test === undefined ? [] : [test])].map((file) => ({ path: resolve(folder, file), what: "the data that the run learnt from" })),
    );
  } catch {
    return [];
  }
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
