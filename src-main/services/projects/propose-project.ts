import { existsSync, statSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { LatheError, toLatheError } from "../../base/errors.js";
import { PICTURE_COLUMN } from "../../contract/data.js";
import { extensionOf, tableExtensions } from "../../contract/extensions.js";
import type { ProjectProposal } from "../../contract/project-views.js";
import type { SeriesWish } from "../../contract/series-views.js";
import { tellsColumns } from "../../datasets/sources/table.js";
import { everyLevel, holdsPictures, proposePictures } from "../../datasets/pictures/propose-pictures.js";
import { type ProposedRoles, type SurveyedColumn, type TableSurvey, reasonToLeave, rolesFrom, targetKind } from "../../datasets/propose.js";
import { proposeSeries } from "../../datasets/series/propose-series.js";
import { picturesOf } from "../../features/index.js";
import type { DataSurvey } from "../data/survey.js";
import { templates } from "../templates/index.js";
import type { Template } from "../templates/template.js";
import { templateForFolder, templateForTable, tellSizesRead, withPictureColumns } from "./picture-columns.js";
import { planSeries } from "./plan-series.js";
import { SERIES } from "../templates/series.js";

export interface ProposalQuestion extends DataSurvey {
  /** What the user wants to predict; omitted: what is likely. */
  readonly targets?: readonly string[] | undefined;
  /** Of a folder of pictures: what its levels of folders stand for; omitted: as many as there are, the innermost to be predicted. */
  readonly levels?: readonly string[] | undefined;
  /** Of a folder of pictures: columns of parts of the files' names, as in `{typeface}-{copy}`. */
  readonly names?: string | undefined;
  /** Of a folder of pictures: columns that are read beside them; omitted: none. */
  readonly inputs?: readonly string[] | undefined;
  /** Of a text: whether its first row holds the names; omitted: to be found out. */
  readonly header?: boolean | undefined;
  /** Of a series: columns that are excluded, and such as are read whatever they hold. */
  readonly ignore?: readonly string[] | undefined;
  readonly keep?: readonly string[] | undefined;
  /** Propose a series, and what the user says of it. */
  readonly series?: SeriesWish | undefined;
  readonly signal?: AbortSignal | undefined;
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
  const name =
    basename(data, extensionOf(data, tableExtensions) || extname(data))
      .replace(/[_-]+/g, " ")
      .trim() || "Project";
  const { time, id } = proposeSeries(survey) ?? {};
  const timed = time === undefined ? {} : { timed: { time, ...(id === undefined ? {} : { id }) } };
  if (asked.series)
    return { ...timed, ...(await proposalOfSeries(survey, { ...asked, series: asked.series }, name, projects)), folder: freeFolder(projects, name) };
  const roles = await withPictureColumns(likelyRoles(survey, targets), survey, asked.look, signal);
  const wanted = new Set(targets ?? roles.targets.flatMap((target) => ("column" in target && target.column !== undefined ? [target.column] : [])));
  const { template, why } = templateForTable(roles, survey.rows);
  const proposal = {
    name,
    source: { type: "table" as const, path: data, ...(survey.header === undefined ? {} : { header: survey.header }) },
    inputs: roles.inputs,
    targets: roles.targets,
  };
  // Only where the template is chosen for the pictures: another may not suit yet.
  const sizes = why.length === 0 ? [] : tellSizesRead(roles.inputs, templates.get(template).create(proposal).data.inputs);
  return {
    data,
    kind: "table",
    name,
    folder: freeFolder(projects, name),
    template,
    rows: survey.rows,
    notes: roles.notes.filter((note) => ![...roles.byColumn.values()].flat().includes(note)),
    templateNotes: [...sizes, ...why, ...(templates.get(template).tells?.(proposal) ?? [])],
    templates: suited(proposal, template),
    headed: !tellsColumns(data),
    ...timed,
    columns: survey.columns.map((column) => columnOf(column, wanted.has(column.name), roles, survey)),
  };
}

/** What a table would be as a series. */
async function proposalOfSeries(
  survey: TableSurvey,
  { targets, ignore, keep, series, header, signal, lookAtSeries }: ProposalQuestion & { readonly series: SeriesWish },
  name: string,
  folder: string,
): Promise<Omit<ProjectProposal, "folder" | "timed">> {
  const reading = { ...(survey.header === undefined ? {} : { header: survey.header }), ...(header === undefined ? {} : { header }) };
  const found = await planSeries({ survey, source: { path: survey.path, ...reading }, folder, targets, ignore, keep, wish: series, lookAtSeries, signal });
  const { plan, left, inputs, source, split } = found;
  const wanted = new Set(found.targets.flatMap((target) => ("column" in target && target.column !== undefined ? [target.column] : [])));
  const roleOf = (column: string) =>
    wanted.has(column) ? "target" : plan.known.includes(column) ? "known" : plan.columns.includes(column) ? "input" : "ignore";
  return {
    data: survey.path,
    kind: "series",
    name,
    template: SERIES,
    rows: survey.rows,
    headed: !tellsColumns(survey.path),
    // What is excluded stands at its column, the file above, and what was found is counted.
    notes: found.notes.filter((note) => !/^column ".*" is excluded: /s.test(note) && !found.told.includes(note)).map((note) => withoutFile(note, survey.path)),
    templateNotes: [],
    templates: suited({ name, source, inputs, targets: found.targets, split }, SERIES),
    series: plan,
    columns: survey.columns
      .filter((column) => column.name !== plan.time && column.name !== plan.id)
      .map((column) => {
        const unused = ignore?.includes(column.name) ? undefined : left.get(column.name);
        const { type, missing, distinct } = column;
        const target = found.targets.find((one) => "column" in one && one.column === column.name)?.type ?? targetKind(column);
        return {
          name: column.name,
          type,
          missing,
          distinct,
          target,
          examples: [...column.examples],
          notes: [],
          role: roleOf(column.name),
          ...(unused === undefined ? {} : { unused }),
        };
      }),
  };
}

function withoutFile(note: string, path: string): string {
  return note.replaceAll(` of ${path}`, "").replace(`${path}: `, "");
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
    notes: unused === undefined ? (roles.byColumn.get(column.name) ?? []).map((note) => withoutFile(note, survey.path)) : [],
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
async function proposeFolder(
  data: string,
  projects: string,
  { targets, levels: named, names, inputs = [], signal, look }: ProposalQuestion,
): Promise<ProjectProposal> {
  if (!(await holdsPictures(data))) {
    throw new LatheError(
      "data.unreadable",
      `${data} is a folder without a project or pictures in it; choose a table (CSV, TSV, Parquet or JSON), or a folder with a folder of pictures for ` +
        `each class`,
      { path: data },
    );
  }
  const levels = named ?? (await everyLevel(data, signal));
  const found = await proposePictures({ path: data, targets: targets ?? levels.slice(-1), inputs, levels, names, ...(signal ? { signal } : {}), look });
  const name = basename(data).replace(/[_-]+/g, " ").trim() || "Project";
  const { template, why } = templateForFolder(found);
  const proposal = { name, source: found.source, inputs: found.inputs, targets: found.targets };
  const [picture] = picturesOf(found.inputs);
  const wanted = new Set(found.targets.map((target) => ("column" in target ? target.column : undefined)));
  const classes = [...found.classes].map(([label, pictures]) => ({ name: label, pictures })).sort((a, b) => b.pictures - a.pictures);
  return {
    data,
    kind: "pictures",
    name,
    folder: freeFolder(projects, name),
    template,
    rows: found.pictures,
    headed: false,
    notes: [...found.notes],
    templateNotes: [...why, ...(templates.get(template).tells?.(proposal) ?? [])],
    templates: suited(proposal, template),
    columns: [
      { name: PICTURE_COLUMN, type: "picture", missing: 0, distinct: found.pictures, role: "input", target: "category", examples: [], notes: [] },
      ...found.columns.map(({ name: column, distinct, missing, examples }) => ({
        name: column,
        type: found.source.levels.includes(column) ? "folder" : "file name",
        missing,
        distinct,
        role: wanted.has(column) ? ("target" as const) : inputs.includes(column) ? ("input" as const) : ("ignore" as const),
        target: "category" as const,
        examples: [...examples],
        notes: [],
      })),
    ],
    ...(picture
      ? {
          pictures: {
            size: picture.size,
            color: picture.color,
            levels: [...found.source.levels],
            ...(found.source.names === undefined ? {} : { names: found.source.names }),
            files: [...found.files],
            classes,
            ...(found.source.validation === undefined ? {} : { validation: found.source.validation }),
            ...(found.source.test === undefined ? {} : { test: found.source.test }),
          },
        }
      : {}),
  };
}

/** Every template, with why it does not suit, or how large it reads pictures: the proposed one first, those that do not suit last. */
function suited(proposal: Parameters<Template["create"]>[0], proposed: string): ProjectProposal["templates"] {
  const all = templates.all.map((template): ProjectProposal["templates"][number] => {
    const { type, title, summary } = template;
    try {
      const [picture] = picturesOf(template.create(proposal).data.inputs);
      return { type, title, summary, ...(picture ? { size: [...picture.size] } : {}) };
    } catch (thrown) {
      return { type, title, summary, unsuited: toLatheError(thrown).message };
    }
  });
  const rank = ({ type, unsuited }: (typeof all)[number]) => (type === proposed ? 0 : unsuited === undefined ? 1 : 2);
  return all.sort((a, b) => rank(a) - rank(b));
}
