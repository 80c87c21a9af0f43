import { LatheError, toLatheError } from "../../base/errors.js";
import { type ImageFolderSpec, folderColumns, imageFolderSource } from "../../contract/data.js";
import type { CorrectedPictures, PictureCorrection } from "../../contract/picture-corrections.js";
import type { ProjectDocument } from "../../contract/project-views.js";
import type { ProjectDocuments } from "../projects/project-documents.js";

/** How often it is tried anew where another program saves at the same time. */
const TRIES = 3;

/** Pictures that a project excludes or gives another label, said in its file. */
export interface PictureCorrections {
  /** @throws LatheError `usage` where the project's data is no folder of pictures, or has no such level; as `ProjectDocuments` */
  correct(project: string, corrections: readonly PictureCorrection[]): Promise<CorrectedPictures>;
}

export function createPictureCorrections(documents: ProjectDocuments): PictureCorrections {
  return {
    async correct(project, corrections) {
      for (let attempt = 1; ; attempt++) {
        const { document, revision } = await documents.read(project);
        const { source, undo } = applyCorrections(sourceOf(document), corrections);
        const data = { ...(document["data"] as object), source };
        try {
          return { undo: [...undo], revision: (await documents.write(project, { ...document, data }, revision)).revision };
        } catch (thrown) {
          if (attempt === TRIES || toLatheError(thrown).code !== "project.conflict") throw thrown;
        }
      }
    },
  };
}

function sourceOf(document: ProjectDocument): ImageFolderSpec {
  const { data } = document;
  const raw: unknown = typeof data === "object" && data !== null && "source" in data ? data.source : undefined;
  const parsed = imageFolderSource.safeParse(raw);
  if (parsed.success) return parsed.data;
  throw new LatheError("usage", "the project's data is no folder of pictures; exclude rows of a table, or label them anew, in the table itself");
}

type Labels = Readonly<Record<string, Readonly<Record<string, string>>>>;

/**
 * The source with the corrections, in order, and what takes them back, in the reverse order. @throws LatheError `usage` for a level that the folders have not
 */
export function applyCorrections(
  source: ImageFolderSpec,
  corrections: readonly PictureCorrection[],
): { readonly source: ImageFolderSpec; readonly undo: readonly PictureCorrection[] } {
  const lists = { main: new Set(source.exclude), test: new Set(source.testExclude) };
  const labels = { main: labelsOf(source.relabel), test: labelsOf(source.testRelabel) };
  const columns = folderColumns(source);
  const undo: PictureCorrection[] = [];
  for (const { picture, test, excluded, labels: wanted } of corrections) {
    const [list, given] = test ? [lists.test, labels.test] : [lists.main, labels.main];
    const before: PictureCorrection = { picture, test, ...(excluded === undefined ? {} : { excluded: list.has(picture) }) };
    if (excluded === true) list.add(picture);
    if (excluded === false) list.delete(picture);
    if (!wanted) {
      undo.unshift(before);
      continue;
    }
    const own = new Map(given.get(picture));
    const previous = new Map<string, string | null>();
    for (const [level, label] of Object.entries(wanted)) {
      if (!columns.includes(level)) throw new LatheError("usage", `the folders have no level "${level}"; they have ${columns.join(", ")}`, { level });
      previous.set(level, own.get(level) ?? null);
      if (label === null) own.delete(level);
      else own.set(level, label);
    }
    if (own.size > 0) given.set(picture, own);
    else given.delete(picture);
    undo.unshift({ ...before, labels: Object.fromEntries(previous) });
  }
  const { exclude: _exclude, testExclude: _testExclude, relabel: _relabel, testRelabel: _testRelabel, ...rest } = source;
  return {
    undo,
    source: {
      ...rest,
      ...(lists.main.size > 0 ? { exclude: sorted(lists.main) } : {}),
      ...(lists.test.size > 0 ? { testExclude: sorted(lists.test) } : {}),
      ...(labels.main.size > 0 ? { relabel: recordOf(labels.main) } : {}),
      ...(labels.test.size > 0 ? { testRelabel: recordOf(labels.test) } : {}),
    },
  };
}

function labelsOf(labels: Labels = {}): Map<string, ReadonlyMap<string, string>> {
  return new Map(Object.entries(labels).map(([picture, own]) => [picture, new Map(Object.entries(own))]));
}

function recordOf(labels: ReadonlyMap<string, ReadonlyMap<string, string>>): Record<string, Record<string, string>> {
  return Object.fromEntries(sorted(labels.keys()).map((picture) => [picture, Object.fromEntries(labels.get(picture) ?? [])]));
}

function sorted(names: Iterable<string>): string[] {
  return [...names].sort((a, b) => (a < b ? -1 : 1));
}
