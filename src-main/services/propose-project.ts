import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, extname, join } from "node:path";
import { LatheError, toLatheError } from "../base/errors.js";
import type { ProjectProposal } from "../contract/project-views.js";
import { type ProposedRoles, type TableSurvey, reasonToLeave, rolesFrom, surveyTable, targetKind } from "../datasets/index.js";
import { templates } from "./templates/index.js";

const pictures = /\.(jpe?g|png|webp|gif|bmp|tiff?|avif)$/i;

/**
 * Looks at data and proposes a project of it.
 * @param data an existing file. @param projects where new projects are made.
 * @param targets what the user wants to predict; left out, what is likely.
 * @throws LatheError `data.*` for what cannot be read, and for folders, which this version does not train on
 */
export async function proposeProject(data: string, projects: string, targets?: readonly string[], signal?: AbortSignal): Promise<ProjectProposal> {
  if (statSync(data).isDirectory()) throw await folderError(data);
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

async function folderError(folder: string): Promise<LatheError> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: false }).catch(() => []);
  const inside = await Promise.all(entries.filter((entry) => entry.isDirectory()).slice(0, 50).map(({ name }) => readdir(join(folder, name)).catch((): string[] => [])));
  const shown = [...entries.map(({ name }) => name), ...inside.flat()].some((name) => pictures.test(name));
  const what = shown ? "is a folder of pictures, which this version of Lathe cannot train on yet" : "is a folder without a project in it";
  return new LatheError("data.unreadable", `${folder} ${what}; choose a table: CSV, TSV, Parquet or JSON`, { path: folder });
}

function whyNot(attempt: () => unknown): string | undefined {
  try {
    attempt();
    return undefined;
  } catch (thrown) {
    return toLatheError(thrown).message;
  }
}
