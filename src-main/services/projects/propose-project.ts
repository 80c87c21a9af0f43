import { existsSync, statSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { LatheError, toLatheError } from "../../base/errors.js";
import { PICTURE_COLUMN } from "../../contract/data.js";
import { extensionOf, tableExtensions } from "../../contract/extensions.js";
import type { ProjectProposal } from "../../contract/project-views.js";
import type { LookAtPicture } from "../../datasets/index.js";
import { tellsColumns } from "../../datasets/sources/table.js";
import { holdsPictures, proposePictures } from "../../datasets/pictures/propose-pictures.js";
import { type ProposedRoles, type SurveyedColumn, type TableSurvey, reasonToLeave, rolesFrom, targetKind } from "../../datasets/propose.js";
import { picturesOf } from "../../features/index.js";
import type { Survey } from "../data/survey.js";
import { templates } from "../templates/index.js";
import type { Template } from "../templates/template.js";
import { templateFor, withPictureColumns } from "./picture-columns.js";

export interface ProposalQuestion {
  /** What the user wants to predict; omitted: what is likely. */
  readonly targets?: readonly string[] | undefined;
  /** Of a folder of pictures: what its levels of folders stand for; omitted: as many as there are, the innermost to be predicted. */
  readonly levels?: readonly string[] | undefined;
  /** Of a text: whether its first row holds the names; omitted: to be found out. */
  readonly header?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly look: LookAtPicture;
  readonly survey: Survey;
}

/**
 * Looks at data and proposes a project of it.
 * @param data an existing file. @param projects where new projects are made.
 * @throws LatheError `data.*` for what cannot be read, and for folders without pictures
 */
export async function proposeProject(data: string, projects: string, asked: ProposalQuestion): Promise<ProjectProposal> {
  if (statSync(data).isDirectory()) return proposeFolder(data, projects, asked);
  const { targets, header, signal, survey: look } = asked;
  const survey = await look({ folder: projects, path: data, ...(header === undefined ? {} : { header }), ...(targets ? { names: targets } : {}) }, signal);
  const roles = await withPictureColumns(likelyRoles(survey, targets), survey, asked.look, signal);
  const name =
    basename(data, extensionOf(data, tableExtensions) || extname(data))
      .replace(/[_-]+/g, " ")
      .trim() || "Project";
  const wanted = new Set(targets ?? roles.targets.flatMap((target) => ("column" in target && target.column !== undefined ? [target.column] : [])));
  return {
    data,
    kind: "table",
    name,
    folder: freeFolder(projects, name),
    template: templateFor(roles),
    rows: survey.rows,
    notes: roles.notes.filter((note) => ![...roles.byColumn.values()].flat().includes(note)),
    templates: suited({
      name,
      source: { type: "table", path: data, ...(survey.header === undefined ? {} : { header: survey.header }) },
      inputs: roles.inputs,
      targets: roles.targets,
    }),
    headed: !tellsColumns(data),
    columns: survey.columns.map((column) => columnOf(column, wanted.has(column.name), roles, survey)),
  };
}

function columnOf(column: SurveyedColumn, isTarget: boolean, roles: Pick<ProposedRoles, "byColumn">, survey: TableSurvey): ProjectProposal["columns"][number] {
  const unused = isTarget ? undefined : reasonToLeave(column);
  return {
    name: column.name,
    type: column.type,
    missing: column.missing,
    distinct: column.distinct,
    target: targetKind(column),
    examples: [...column.examples],
    // The file stands above.
    notes: unused === undefined ? (roles.byColumn.get(column.name) ?? []).map((note) => note.replaceAll(` of ${survey.path}`, "")) : [],
    ...(unused === undefined ? {} : { unused }),
    role: isTarget ? "target" : unused === undefined ? "input" : "ignore",
  };
}

/** Without a word from the user the target is the last column that can be learnt; where none can, the proposal says why and has none. */
function likelyRoles(survey: TableSurvey, targets: readonly string[] | undefined): Pick<ProposedRoles, "inputs" | "targets" | "notes" | "byColumn"> {
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
  return { inputs: [], targets: [], notes: first ? [first.message] : [], byColumn: new Map() };
}

/** `base/name`, or with a number where that is taken. */
export function freeFolder(base: string, name: string): string {
  const stem = name.replace(/[\\/\0:*?"<>|]+/g, " ").replace(/^[. ]+|[. ]+$/g, "") || "Project";
  for (let n = 1; ; n++) {
    const folder = join(base, n === 1 ? stem : `${stem} ${n}`);
    if (!existsSync(folder)) return folder;
  }
}

/** Folders of pictures, by class. */
async function proposeFolder(data: string, projects: string, { targets, levels, signal, look }: ProposalQuestion): Promise<ProjectProposal> {
  if (!(await holdsPictures(data))) {
    throw new LatheError(
      "data.unreadable",
      `${data} is a folder without a project or pictures in it; choose a table (CSV, TSV, Parquet or JSON), or a folder with a folder of pictures for ` +
        `each class`,
      { path: data },
    );
  }
  const found = await proposePictures({
    path: data,
    targets: targets ?? ["label"],
    inputs: "all",
    ...(levels ? { levels } : {}),
    ...(signal ? { signal } : {}),
    look,
  });
  const name = basename(data).replace(/[_-]+/g, " ").trim() || "Project";
  const [picture] = picturesOf(found.inputs);
  const wanted = new Set(found.targets.map((target) => ("column" in target ? target.column : undefined)));
  const classes = [...found.classes].map(([label, pictures]) => ({ name: label, pictures })).sort((a, b) => b.pictures - a.pictures);
  const inner = found.source.levels.at(-1);
  return {
    data,
    kind: "pictures",
    name,
    folder: freeFolder(projects, name),
    template: "images",
    rows: found.pictures,
    headed: false,
    notes: [...found.notes],
    templates: suited({ name, source: found.source, inputs: found.inputs, targets: found.targets }).sort(
      (a, b) => Number(a.unsuited !== undefined) - Number(b.unsuited !== undefined),
    ),
    columns: [
      { name: PICTURE_COLUMN, type: "picture", missing: 0, distinct: found.pictures, role: "input", target: "category", examples: [], notes: [] },
      ...found.source.levels.map((level) => ({
        name: level,
        type: "folder",
        missing: 0,
        distinct: level === inner ? classes.length : 0,
        role: wanted.has(level) ? ("target" as const) : ("ignore" as const),
        target: "category" as const,
        examples: level === inner ? classes.slice(0, 5).map(({ name: label }) => label) : [],
        notes: [],
      })),
    ],
    ...(picture
      ? {
          pictures: {
            size: picture.size,
            color: picture.color,
            levels: [...found.source.levels],
            classes,
            ...(found.source.validation === undefined ? {} : { validation: found.source.validation }),
            ...(found.source.test === undefined ? {} : { test: found.source.test }),
          },
        }
      : {}),
  };
}

/** Every template, with why it does not suit. */
function suited(proposal: Parameters<Template["create"]>[0]): ProjectProposal["templates"] {
  return templates.all.map((template) => {
    const { type, title, summary } = template;
    const unsuited = whyNot(() => template.create(proposal));
    return { type, title, summary, ...(unsuited === undefined ? {} : { unsuited }) };
  });
}

function whyNot(attempt: () => unknown): string | undefined {
  try {
    attempt();
    return undefined;
  } catch (thrown) {
    return toLatheError(thrown).message;
  }
}
