import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, extname, join } from "node:path";
import { LatheError, toLatheError } from "../base/errors.js";
import type { ProjectProposal } from "../contract/project-views.js";
import { type ProposedRoles, type TableSurvey, holdsPictures, proposePictures, reasonToLeave, rolesFrom, surveyTable, targetKind } from "../datasets/index.js";
import { templates } from "./templates/index.js";

/**
 * Looks at data and proposes a project of it.
 * @param data an existing file. @param projects where new projects are made.
 * @param targets what the user wants to predict; left out, what is likely.
 * @throws LatheError `data.*` for what cannot be read, and for folders without pictures
 */
export async function proposeProject(data: string, projects: string, targets?: readonly string[], signal?: AbortSignal): Promise<ProjectProposal> {
  if (statSync(data).isDirectory()) return proposePictureProject(data, projects, targets, signal);
  const workFolder = mkdtempSync(join(tmpdir(), "lathe-"));
  try {
    const survey = await surveyTable({ folder: projects, path: data, workFolder, ...(signal ? { signal } : {}) });
    const roles = likelyRoles(survey, targets);
    const name = basename(data, extname(data)).replace(/[_-]+/g, " ").trim() || "Project";
    const wanted = new Set(targets ?? roles.targets.flatMap((target) => ("column" in target && target.column !== undefined ? [target.column] : [])));
    return {
      data, kind: "table", name, folder: freeFolder(projects, name), template: "tabular", rows: survey.rows, notes: [...roles.notes],
      templates: templates.all.map((template) => {
        const { type, title, summary } = template;
        const unsuited = whyNot(() => template.create({ name, source: { type: "table", path: data }, inputs: roles.inputs, targets: roles.targets }));
        return { type, title, summary, ...(unsuited === undefined ? {} : { unsuited }) };
      }),
      columns: survey.columns.map((column) => ({
        name: column.name, type: column.type, missing: column.missing, distinct: column.distinct, target: targetKind(column), examples: [...column.examples],
        role: wanted.has(column.name) ? "target" as const : reasonToLeave(column) === undefined ? "input" as const : "ignore" as const,
      })),
    };
  } finally {
    rmSync(workFolder, { recursive: true, force: true });
  }
}

/** Without a word from the user the target is the last column that can be learnt; where none can, the proposal says why and has none. */
function likelyRoles(survey: TableSurvey, targets: readonly string[] | undefined): Pick<ProposedRoles, "inputs" | "targets" | "notes"> {
  if (targets) return rolesFrom(survey, targets);
  let first: LatheError | undefined;
  for (const { name } of [...survey.columns].reverse()) {
    try {
      return rolesFrom(survey, [name]);
    } catch (thrown) {
      const error = toLatheError(thrown);
      if (error.code !== "data.target") throw error;
      first ??= error;
    }
  }
  return { inputs: [], targets: [], notes: first ? [first.message] : [] };
}

/** `base/name`, or with a number where that is taken. */
export function freeFolder(base: string, name: string): string {
  const stem = name.replace(/[\\/\0:*?"<>|]+/g, " ").replace(/^[. ]+|[. ]+$/g, "") || "Project";
  for (let n = 1; ; n++) {
    const folder = join(base, n === 1 ? stem : `${stem} ${n}`);
    if (!existsSync(folder)) return folder;
  }
}

/** A folder with a folder of pictures for each class, or with several levels of folders. */
async function proposePictureProject(folder: string, projects: string, targets?: readonly string[], signal?: AbortSignal): Promise<ProjectProposal> {
  if (!(await holdsPictures(folder))) throw new LatheError("data.unreadable", `${folder} is a folder without a project or pictures in it; choose a table (CSV, TSV, Parquet or JSON), or a folder with a folder of pictures for each class`, { path: folder });
  const found = await proposePictures({ path: folder, inputs: "pictures", ...(targets ? { targets } : {}), ...(signal ? { signal } : {}) });
  const name = basename(folder).replace(/[_-]+/g, " ").trim() || "Pictures";
  const wanted = new Set(found.targets.map((target) => target.name));
  const column = (title: string, distinct: number, role: "input" | "target" | "ignore", examples: readonly string[]) =>
    ({ name: title, type: "text", missing: 0, distinct, target: "category" as const, examples: [...examples], role });
  return {
    data: folder, kind: "pictures", name, folder: freeFolder(projects, name), template: "images", rows: found.pictures, notes: [...found.notes],
    templates: templates.all.map((template) => {
      const { type, title, summary } = template;
      const unsuited = whyNot(() => template.create({ name, ...found }));
      return { type, title, summary, ...(unsuited === undefined ? {} : { unsuited }) };
    }),
    columns: [
      column("image", found.pictures, "input", []),
      ...found.source.levels.map((level, k) => column(level, k === found.source.levels.length - 1 ? found.classes.size : 0, wanted.has(level) ? "target" : "ignore", k === found.source.levels.length - 1 ? [...found.classes.keys()].slice(0, 3) : [])),
    ],
  };
}

function whyNot(attempt: () => unknown): string | undefined {
  try {
    attempt();
    return undefined;
  } catch (thrown) {
    return toLatheError(thrown).message;
  }
}
