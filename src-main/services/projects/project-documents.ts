import { createHash } from "node:crypto";
import { LatheError, toLatheError } from "../../base/errors.js";
import { readOwnFileSync } from "../../base/own-files.js";
import { replaceFile } from "../../base/replace-file.js";
import { readReason, storageError } from "../../base/storage-error.js";
import { formatJson, parseJson } from "../../contract/json.js";
import { MOST_DOCUMENT } from "../../base/limits.js";
import { PROJECT_VERSION, parseProject } from "../../contract/project.js";
import { projectFileOf } from "../../contract/project-file.js";
import type { OpenDocument, ProblemView, ProjectDocument } from "../../contract/project-views.js";
import type { FolderAccess } from "../files/folder-access.js";

/** Project files as documents that are edited: complete or not, never half written, never over somebody else's change. */
export interface ProjectDocuments {
  /** @throws LatheError `project.missing`, `project.newer`; `project.invalid` where the file is not even JSON */
  read(project: string): Promise<OpenDocument>;
  /**
   * Saves, complete or not.
   * @param revision of the file that the document was made from.
   * @throws LatheError `project.conflict` where the file is another by now; `project.missing`, `run.storage`
   */
  write(project: string, document: ProjectDocument, revision: string): Promise<{ revision: string; problems: ProblemView[] }>;
}

export function createProjectDocuments(access: FolderAccess): ProjectDocuments {
  // Writes of this process follow one another in the order in which they were asked for, so that each sees the revision before it.
  let last: Promise<unknown> = Promise.resolve();

  async function fileOf(project: string): Promise<string> {
    const file = await projectFileOf(await access.resolve(project, "the project"));
    await access.resolve(file, "the project");
    return file;
  }

  async function load(file: string): Promise<{ readonly text: string; readonly revision: string }> {
    try {
      const bytes = readOwnFileSync(file, MOST_DOCUMENT);
      return { text: bytes.toString("utf8"), revision: revisionOf(bytes) };
    } catch (thrown) {
      if (thrown instanceof LatheError) throw thrown;
      throw new LatheError("project.missing", `${file} cannot be read: ${readReason(thrown)}`, { file }, { cause: thrown });
    }
  }

  async function replace(file: string, document: ProjectDocument, revision: string): Promise<{ revision: string; problems: ProblemView[] }> {
    const now = await load(file);
    if (now.revision !== revision) {
      throw new LatheError("project.conflict", `${file} was changed by another program since it was opened here; read it again, or save over it`, {
        file,
        revision: now.revision,
      });
    }
    const bytes = Buffer.from(`${formatJson(document)}\n`);
    try {
      await replaceFile(file, bytes);
    } catch (thrown) {
      throw storageError(file, thrown);
    }
    return { revision: revisionOf(bytes), problems: documentProblems(document, file) };
  }

  return {
    async read(project) {
      const file = await fileOf(project);
      const { text, revision } = await load(file);
      const value = parseJson(text, file);
      if (typeof value !== "object" || value === null || Array.isArray(value))
        throw new LatheError("project.invalid", `${file}: got a list or a value, expected an object { … }`, { file });
      const document = value as ProjectDocument;
      const { version } = document;
      // To save what is not understood would destroy it.
      if (typeof version === "number" && version > PROJECT_VERSION) parseProject(document, file);
      return { document, revision, problems: documentProblems(document, file) };
    },
    write(project, document, revision) {
      const turn = last.then(async () => replace(await fileOf(project), document, revision));
      last = turn.catch(() => undefined);
      return turn;
    },
  };
}

function revisionOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** What keeps a document from being a complete project. */
function documentProblems(document: ProjectDocument, file: string): ProblemView[] {
  try {
    parseProject(document, file);
    return [];
  } catch (thrown) {
    const { details, message } = toLatheError(thrown);
    const problems = details["problems"];
    return Array.isArray(problems) ? problems.map(({ path, message: why }: ProblemView) => ({ path, message: why })) : [{ path: "", message }];
  }
}
