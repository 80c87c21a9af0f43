import { existsSync, statSync } from "node:fs";
import { basename, isAbsolute, join, relative, resolve } from "node:path";
import { LatheError } from "../../base/errors.js";
import type { InputDraft, TableSourceSpec } from "../../contract/data.js";
import { PROJECT_FILE, writeDoor, writeProject } from "../../contract/project-file.js";
import { isFolder, proposePictures } from "../../datasets/pictures/propose-pictures.js";
import { type TableSurvey, rolesFrom, withProse } from "../../datasets/propose.js";
import { findColumn } from "../../datasets/roles.js";
import { kindOf, targetColumns } from "../../features/index.js";
import type { LearningWay } from "../../contract/learning-ways.js";
import type { ProjectInput } from "../../contract/project.js";
import type { SeriesPlan, SeriesWish } from "../../contract/series-views.js";
import type { DataSurvey } from "../data/survey.js";
import { type LabelGroup, groupLabels } from "./group-labels.js";
import { picturesAsRead, templateForFolder, templateForTable, tellSizesRead, withPictureColumns } from "./picture-columns.js";
import { planSeries } from "./plan-series.js";
import { withWay } from "../templates/images.js";
import { templates } from "../templates/index.js";
import { SERIES } from "../templates/series.js";
import type { Proposal, Template } from "../templates/template.js";
import { TEXT } from "../templates/text.js";
import { TWO_INPUT } from "../templates/two-input.js";
import { TWO_OUTPUT } from "../templates/two-output.js";

export interface CreateOptions extends DataSurvey {
  readonly folder: string;
  /** Defaults to the folder's. */
  readonly name?: string;
  /** Defaults to what suits the data. */
  readonly template?: string;
  /** A template of the caller's own, in the place of one that is named. */
  readonly own?: Template;
  /** The table, or the folder of pictures. It stays where it is; the project points to it. */
  readonly data: string;
  /** A folder of its own for the validation, of pictures. */
  readonly validation?: string;
  readonly test?: string;
  /** How a table is to be read, where that is not to be found out. */
  readonly reading?: Pick<TableSourceSpec, "header" | "skip" | "comment">;
  /** What the levels of folders stand for, of pictures. */
  readonly levels?: readonly string[];
  /** Columns of parts of the pictures' names, as in `{typeface}-{copy}`. */
  readonly names?: string | undefined;
  /** Columns to read; of pictures, beside them. Omitted: what suits the data and the template. */
  readonly inputs?: readonly string[] | undefined;
  /** A column whose groups stay together in one part. */
  readonly splitBy?: string | undefined;
  /** Defaults to the last column, or of pictures the innermost of the levels that are named, else the outermost folders. */
  readonly targets?: readonly string[];
  /** Columns of yes or no that are predicted together; of tables only. */
  readonly labels?: readonly LabelGroup[];
  /** Columns that are neither inputs nor targets. */
  readonly ignore?: readonly string[];
  /** Columns of a table that are inputs, whatever they hold. */
  readonly keep?: readonly string[] | undefined;
  /** The table is one of series; so it is too where the template reads series. */
  readonly series?: SeriesWish | undefined;
  /** What of a pretrained block learns; omitted: nothing, so that it gives features. */
  readonly learn?: LearningWay | undefined;
  readonly signal?: AbortSignal;
}

export interface CreatedProject {
  readonly file: string;
  readonly inputs: readonly string[];
  readonly targets: readonly { readonly name: string; readonly type: string }[];
  /** Columns excluded, with why. */
  readonly notes: readonly string[];
  /** Of these, what `series` counts too. */
  readonly told?: readonly string[];
  /** Of a table that is made regular in time. */
  readonly series?: SeriesPlan;
}

/**
 * A project from a template and a table: roles guessed from the columns, a network that suits them.
 * @throws LatheError `usage` where the folder holds a project already or the template does not suit, and `data.*`.
 */
export async function createProject(options: CreateOptions): Promise<CreatedProject> {
  const { folder, name, data, validation, test, reading, labels = [], ignore, keep, series, signal, survey, look, lookAtSeries } = options;
  const targets = labels.length === 0 ? options.targets : [...(options.targets ?? []), ...labels.flatMap(({ columns }) => columns)];
  const home = resolve(folder);
  if (existsSync(join(home, PROJECT_FILE)))
    throw new LatheError("usage", `${home} holds a project already; choose another folder, or edit its ${PROJECT_FILE}`);
  if (existsSync(home) && !statSync(home).isDirectory()) throw new LatheError("usage", `${home} is a file; choose a folder for the project`);
  const wanted = options.own ?? (options.template === undefined ? undefined : templates.get(options.template));
  const template = wanted ?? (series ? templates.get(SERIES) : undefined);
  if (series && template?.reads !== "series" && template?.type !== TWO_INPUT)
    throw new LatheError("usage", `the template ${template?.type} reads no series; the template ${SERIES} does, or name no column of times and no window`);
  if (labels.length > 0 && (template?.reads === "series" || (await isFolder(resolve(data)))))
    throw new LatheError("usage", "labels are columns of a table, got a series or a folder of pictures; name several targets instead");
  if (!series && template?.reads !== "series") refuseBoth(targets, options.inputs);
  if (await isFolder(resolve(data))) return createFromPictures(options, home, template);
  if (validation !== undefined)
    throw new LatheError("usage", `a validation of its own is a folder, beside a folder of pictures; ${data} is a table, whose validation rows are split off`);
  if (options.levels ?? options.names)
    throw new LatheError("usage", `levels and names of files are of a folder of pictures; ${data} is a table, whose columns have their names`);
  const names = targets ? { names: targets } : {};
  const surveyed = await survey({ folder: process.cwd(), path: resolve(data), ...reading, ...names }, signal);
  const file = {
    path: pathFrom(home, data),
    ...(test === undefined ? {} : { test: pathFrom(home, test) }),
    // Once it is decided whether the first row is the header, the project holds to it.
    ...(surveyed.header === undefined ? {} : { header: surveyed.header }),
    ...reading,
  };
  const title = name ?? basename(home);
  if (template && (series || template.reads === "series")) {
    if (options.splitBy !== undefined) throw new LatheError("usage", `a series is split in time, got the column ${options.splitBy} to split by; leave it out`);
    const columns = options.inputs ? inputsOf(surveyed, options.inputs) : { ignore, keep };
    const question = { survey: surveyed, source: file, folder: process.cwd(), targets, ...columns, wish: series ?? {}, lookAtSeries, signal };
    const { notes, told, plan: proposed, source, ...found } = await planSeries(question);
    const parts = { ...found, inputs: inOrder(found.inputs, proposed.columns, options.inputs) };
    const plan = { ...proposed, columns: [...sorted(proposed.columns, options.inputs)] };
    const made = await save(home, template.create({ name: title, source, ...parts }), options.learn);
    return { file: made, notes, told, targets: parts.targets.map(nameAndType), inputs: plan.columns, series: plan };
  }
  if (options.splitBy !== undefined) findColumn(surveyed, options.splitBy, "data.column", "the column to split by");
  const seen = template?.type === TEXT ? withProse(surveyed) : surveyed;
  const asked = options.inputs && inputsOf(seen, options.inputs);
  const grouped = asked || targets?.includes(options.splitBy ?? "") ? undefined : options.splitBy;
  const asRoles = rolesFrom(
    seen,
    targets,
    asked?.ignore ?? (grouped === undefined ? ignore : [...(ignore ?? []), grouped]),
    asked?.keep ?? keep,
    options.own !== undefined,
  );
  const roles = await withPictureColumns(groupLabels(asRoles, labels), seen, look, signal);
  const source = { type: "table" as const, ...file };
  const proposed = templateForTable(roles, surveyed.rows);
  const chosen = template ?? templates.get(proposed.template);
  // A network that has learnt already reads columns in an order of its own, and cannot be given "the rest".
  const inputs = options.inputs || options.own ? inOrder(roles.inputs, restOf(seen, roles), options.inputs) : roles.inputs;
  const proposal = { name: title, source, ...splitOf(options), inputs, targets: roles.targets };
  const project = chosen.create(proposal);
  const made = await save(home, project, options.learn);
  return {
    file: made,
    notes: [
      ...roles.notes,
      ...tellSizesRead(inputs, project.data.inputs),
      ...(grouped === undefined
        ? []
        : [`column "${grouped}" keeps rows together, so it is no input: none of its values in validation and test would be known`]),
      ...(template ? [] : proposed.why),
      ...(chosen.tells?.(proposal) ?? []),
    ],
    targets: roles.targets.map(nameAndType),
    inputs: inputs.flatMap((input) => namesOf(input)),
  };
}

/** Inputs that read their columns in the order in which they were asked for, those that were not behind them. @param rest what "every other column" is */
function inOrder(inputs: readonly InputDraft[], rest: readonly string[], asked: readonly string[] = []): InputDraft[] {
  return inputs.map((input) => {
    const kind = kindOf(input);
    if (!kind.gathers) return input;
    return kind.withColumns(input, sorted(kind.columns(input) === "rest" ? rest : columnsOf(input), asked));
  });
}

/** What an input of "rest" reads. */
function restOf({ columns }: TableSurvey, { inputs, targets }: Pick<Proposal, "inputs" | "targets">): readonly string[] {
  const taken = [...targets.flatMap(targetColumns), ...inputs.flatMap(columnsOf)];
  return columns.map(({ name }) => name).filter((name) => !taken.includes(name));
}

/** Columns that an input names. */
function columnsOf(input: InputDraft): readonly string[] {
  const named = kindOf(input).columns(input);
  return named === "rest" ? [] : named.map(({ column }) => column);
}

function sorted(columns: readonly string[], asked: readonly string[] = []): readonly string[] {
  const place = (column: string) => (asked.includes(column) ? asked.indexOf(column) : asked.length);
  return [...columns].sort((a, b) => place(a) - place(b));
}

/** Only these columns are read, whatever they hold. @throws LatheError `data.column` for one that is not there */
function inputsOf(survey: TableSurvey, inputs: readonly string[]): { readonly ignore: readonly string[]; readonly keep: readonly string[] } {
  for (const input of inputs) findColumn(survey, input, "data.column", "the input");
  return { ignore: survey.columns.map((column) => column.name).filter((column) => !inputs.includes(column)), keep: inputs };
}

/** Whole groups of a column in one part, where that is asked for. */
function splitOf({ splitBy }: CreateOptions): Pick<Proposal, "split"> {
  return splitBy === undefined ? {} : { split: { validation: 0.15, test: 0.15, by: "group", column: splitBy } };
}

/** @returns the project's file. */
async function save(home: string, project: ProjectInput, learn: LearningWay | undefined): Promise<string> {
  const file = await writeProject(home, learn === undefined ? project : withWay(project, learn));
  await writeDoor(home);
  return file;
}

function nameAndType({ name, type }: { readonly name: string; readonly type: string }): CreatedProject["targets"][number] {
  return { name, type };
}

async function createFromPictures(options: CreateOptions, home: string, template: Template | undefined): Promise<CreatedProject> {
  const { name, data, validation, test, levels, names, inputs: wanted, ignore = [], splitBy, signal, look } = options;
  const targets = options.targets ?? (template?.type === TWO_OUTPUT ? levelsToPredict(options) : undefined);
  const found = await proposePictures({
    path: resolve(data),
    ...(validation === undefined ? {} : { validation: resolve(validation) }),
    ...(test === undefined ? {} : { test: resolve(test) }),
    ...(levels ? { levels } : {}),
    names,
    ...(targets ? { targets } : {}),
    inputs: wanted ?? (template?.type === TWO_INPUT ? "all" : "pictures"),
    ...(signal ? { signal } : {}),
    look,
  });
  const source = {
    ...found.source,
    path: pathFrom(home, found.source.path),
    ...(found.source.validation === undefined ? {} : { validation: pathFrom(home, found.source.validation) }),
    ...(found.source.test === undefined ? {} : { test: pathFrom(home, found.source.test) }),
  };
  const inputs = found.inputs.filter((input) => kindOf(input).reads !== "values" || !namesOf(input).every((column) => ignore.includes(column)));
  if (splitBy !== undefined) findColumn({ path: data, columns: found.columns }, splitBy, "data.column", "the column to split by");
  const proposed = templateForFolder({ ...found, inputs });
  const chosen = template ?? templates.get(proposed.template);
  const proposal = { name: name ?? basename(home), source, ...splitOf(options), inputs, targets: found.targets };
  const made = chosen.create(proposal);
  const file = await save(home, made, options.learn);
  const notes = [...found.notes, ...picturesAsRead(found, made.data.inputs).notes, ...(template ? [] : proposed.why), ...(chosen.tells?.(proposal) ?? [])];
  return { file, notes, targets: found.targets.map(nameAndType), inputs: inputs.map((input) => input.name) };
}

/** For several answers, all levels of folders that are not read; undefined where these are too few, which the template tells. */
function levelsToPredict({ levels = [], inputs = [] }: CreateOptions): readonly string[] | undefined {
  const left = levels.filter((level) => !inputs.includes(level));
  return left.length > 1 ? left : undefined;
}

/** What is predicted cannot be read beside it; of a series it can, in the past. @throws LatheError `usage` */
function refuseBoth(targets: readonly string[] = [], inputs: readonly string[] = []): void {
  const both = inputs.find((column) => targets.includes(column));
  if (both !== undefined) throw new LatheError("usage", `the column "${both}" is both a target and an input, expected one of the two; name it once`);
}

/** The columns that an input reads, for a person. */
function namesOf(input: InputDraft): readonly string[] {
  return kindOf(input).columns(input) === "rest" ? ["every other column"] : columnsOf(input);
}

/** Relative where the file lies in the project's folder, so that the folder can be moved; absolute elsewhere. */
function pathFrom(home: string, path: string): string {
  const absolute = resolve(path);
  const inside = relative(home, absolute);
  return inside.startsWith("..") || isAbsolute(inside) ? absolute : inside.replaceAll("\\", "/");
}
