import type { z } from "zod";
import { nearestKnown } from "../../base/closest.js";
import { LatheError } from "../../base/errors.js";
import { type InputDraft, STEP, type SeriesSourceSpec, type TargetSpec, seriesSource } from "../../contract/data.js";
import { horizonOf } from "../../features/index.js";
import { type SeriesPlan, type SeriesWish, calendarParts } from "../../contract/series-views.js";
import type { SeriesSurvey } from "../../datasets/index.js";
import { type SurveyedColumn, type TableSurvey, describeStrays, namer, proposeTarget, reasonToLeave, targetKind } from "../../datasets/propose.js";
import { findColumn } from "../../datasets/roles.js";
import { proposeSeries } from "../../datasets/series/propose-series.js";
import type { LookAtSeries } from "../data/survey.js";
import type { Proposal } from "../templates/template.js";
import { defaultLengths, fitLengths } from "./series-lengths.js";

export interface SeriesQuestion {
  readonly survey: TableSurvey;
  /** As the project writes it, and as it is found from `folder`. */
  readonly source: Pick<SeriesSourceSpec, "path" | "test" | "header" | "skip" | "comment">;
  readonly folder: string;
  readonly targets?: readonly string[] | undefined;
  readonly ignore?: readonly string[] | undefined;
  /** Columns that are read, whatever they hold. */
  readonly keep?: readonly string[] | undefined;
  readonly wish: SeriesWish;
  readonly lookAtSeries: LookAtSeries;
  readonly signal?: AbortSignal | undefined;
}

export interface SeriesProposal extends Pick<Proposal, "inputs" | "targets"> {
  readonly source: Proposal["source"];
  readonly split: NonNullable<Proposal["split"]>;
  readonly plan: SeriesPlan;
  readonly notes: readonly string[];
  /** Of these, what the plan counts too. */
  readonly told: readonly string[];
  /** Columns that are excluded, and why. */
  readonly left: ReadonlyMap<string, string>;
}

/**
 * A series of a table: windows of what helps to forecast, and how far ahead.
 * @throws LatheError `data.*` for columns, lengths and settings that do not suit, with what would
 */
export async function planSeries(question: SeriesQuestion): Promise<SeriesProposal> {
  const { survey, wish, ignore = [], keep = [] } = question;
  if (survey.rows < 2)
    throw new LatheError("data.split", `${survey.path} has one row only, expected the rows of a series, one behind the other`, {
      path: survey.path,
      rows: survey.rows,
    });
  const roles = findRoles(question);
  const { time, id, targets, left } = roles;
  const forecast = targets.filter((target) => horizonOf(target) > 0).map(({ column }) => column ?? "");
  const known = knownColumns(survey, wish.known ?? [], [time, id, ...targets.map(({ column }) => column)]);
  const candidates: string[] = [];
  for (const column of survey.columns) {
    const { name } = column;
    if (name === time || name === id || known.includes(name) || targets.some((target) => target.column === name)) continue;
    const numeric = column.type === "number" || column.type === "boolean";
    const why = ignore.includes(name) ? "it is not wanted" : keep.includes(name) && numeric ? undefined : reasonFor(column);
    if (why === undefined) candidates.push(name);
    else left.set(name, why);
  }
  const said = settingsOf(question, { time, id, known });
  const spec = seriesSource.parse({ ...said, path: survey.path });
  const seen = await question.lookAtSeries({ folder: question.folder, source: spec, targets: forecast, candidates }, question.signal);
  const use = candidates.filter((name) => seen.use.includes(name) || (keep.includes(name) && seen.numbers.includes(name)));
  for (const { column, why } of seen.left) if (!use.includes(column)) left.set(column, why);
  const mute = candidates.filter((name) => !seen.numbers.includes(name));
  for (const name of mute) left.set(name, "not all of its values are numbers, and a window reads numbers");
  const wordy = [...forecast, ...known].find((name) => !seen.numbers.includes(name));
  if (wordy !== undefined)
    throw new LatheError("data.value", `column "${wordy}" of ${survey.path} holds texts, expected numbers in every row; mend them, or count them as missing`, {
      path: survey.path,
      column: wordy,
    });
  const parts = wish.calendar ?? calendarFor(seen);
  const taken = parts.filter((part) => survey.columns.some(({ name }) => wavesOf(part).includes(name)));
  if (wish.calendar && taken.length > 0) throw takenCalendar(survey.path, taken);
  const calendar = parts.filter((part) => !taken.includes(part));
  const waves = calendar.flatMap(wavesOf);
  const lengths = fitLengths(seen, defaultLengths(seen), { window: wish.window, horizon: wish.horizon, forecasts: forecast.length > 0 });
  const read = [...forecast, ...use, ...known];
  const marks = spec.gaps === "mark" ? read.map((column) => `${column}.missing`).filter((mark) => seen.numbers.includes(mark)) : [];
  const columns = [...read, ...marks, ...waves];
  if (columns.length === 0) throw nothingToRead(survey.path, left);
  const ahead = [...known, ...waves];
  const inputs: InputDraft[] = [{ name: "past", type: "window", columns, length: lengths.window, normalize: "standard" }];
  if (ahead.length > 0 && forecast.length > 0) inputs.push({ name: "known", type: "window", columns: ahead, length: 0, ahead: lengths.horizon });
  const { step, zone, season } = seen;
  return {
    source: { ...said, ...question.source, ...(calendar.length === 0 ? {} : { calendar: [...calendar] }) },
    inputs,
    targets: targets.map((target) => ("horizon" in target ? { ...target, horizon: lengths.horizon } : target)),
    split: { by: "time", validation: lengths.share, test: question.source.test === undefined ? lengths.share : 0 },
    plan: {
      ...(time === undefined ? {} : { time }),
      ...(id === undefined ? {} : { id }),
      ...(step === undefined ? {} : { step }),
      stepLabel: seen.label,
      zone,
      ...(season === undefined ? {} : { season }),
      gaps: spec.gaps,
      combine: spec.combine,
      found: seen.found,
      calendar: [...calendar],
      known: [...known],
      window: lengths.window,
      ...(forecast.length > 0 ? { horizon: lengths.horizon } : {}),
      rows: seen.rows,
      series: seen.ids,
      first: seen.first,
      last: seen.last,
      spans: seen.splits.find(({ share }) => share === lengths.share)?.parts ?? {},
      longestWindow: lengths.longestWindow,
      longestHorizon: lengths.longestHorizon,
      columns,
    },
    left,
    told: seen.told,
    notes: [
      ...roles.notes,
      ...[...left].map(([name, why]) => `column "${name}" is excluded: ${why}`),
      ...survey.warnings,
      ...seen.warnings.filter((note) => !survey.warnings.includes(note) && !isOfExcluded(note, left)),
      ...taken.map((part) => `the calendar is without "${part}", since ${survey.path} has columns called ${wavesOf(part).join(" or ")}`),
      ...tellZone(seen, wish),
      ...lengths.notes,
    ],
  };
}

/** Where a day begins matters to what is shorter. */
function tellZone({ unit, zone }: SeriesSurvey, wish: SeriesWish): readonly string[] {
  if (unit !== "second" || wish.zone !== undefined) return [];
  return [`times without an offset, and the calendar, are those of ${zone}; name their zone, such as Europe/Berlin, where they are local ones`];
}

/** Columns with one value only are told as excluded, where they are. */
function isOfExcluded(note: string, left: ReadonlyMap<string, string>): boolean {
  return / ha(s|ve) one value only, /.test(note) && [...note.matchAll(/"([^"]*)"/g)].every(([, column = ""]) => left.has(column));
}

interface Roles {
  readonly time: string | undefined;
  readonly id: string | undefined;
  readonly targets: readonly (TargetSpec & { readonly column?: string | undefined })[];
  readonly left: Map<string, string>;
  readonly notes: readonly string[];
}

function findRoles({ survey, wish, targets: wanted = [] }: SeriesQuestion): Roles {
  const { path, columns } = survey;
  const named = (name: string, what: string) => findColumn({ path, columns }, name, "data.column", what).name;
  const notes: string[] = [];
  const asked = wish.time === undefined ? undefined : named(wish.time, "the column of times");
  const proposed = wish.ordered === true && asked === undefined ? undefined : likelySeries(survey, asked);
  const time = asked ?? proposed?.time;
  if (asked === undefined && time !== undefined) notes.push(`the times are column "${time}", the likeliest one; name another where they are not`);
  if (time === undefined && wish.time === undefined)
    notes.push(
      wish.ordered === true
        ? `the rows of ${path} are taken in plain order, one step apart`
        : `no column of ${path} looks like times: its rows are taken in plain order, one step apart; name the column of times if there is one`,
    );
  const id = wish.id === undefined ? proposed?.id : wish.id === "" ? undefined : named(wish.id, "the column of ids");
  if (wish.id === undefined && id !== undefined) notes.push(`each value of column "${id}" is a series of its own, since times stand more than once otherwise`);
  if (time !== undefined && time === id)
    throw new LatheError("data.column", `column "${time}" of ${path} is named for the times and for the ids, expected two columns`, { path });
  const left = new Map<string, string>();
  const name = namer();
  for (const taken of ["past", "known"]) name(taken);
  const chosen = wanted.length > 0 ? wanted : [likelyTarget(survey, [time, id, ...(wish.known ?? [])])];
  if (wanted.length === 0) notes.push(`what is forecast is column "${chosen[0]}", the first that holds quantities; name another to predict that one`);
  const targets = chosen.map((target) => {
    const column = findColumn({ path, columns }, target, "data.target", "the target");
    if (column.name === time || column.name === id)
      throw new LatheError(
        "data.target",
        `column "${column.name}" of ${path} is that of the ${column.name === time ? "times" : "ids"}, expected another to predict`,
        { path, column: column.name },
      );
    return targetOf(column, name, path, wish.horizon !== undefined, notes);
  });
  return { time, id, targets, left, notes };
}

/** Columns of times and ids; where the user names that of times, what tells series apart beside it. */
function likelySeries({ columns }: TableSurvey, time: string | undefined): ReturnType<typeof proposeSeries> {
  return proposeSeries({ columns: time === undefined ? columns : columns.filter(({ name, inOrder }) => name === time || inOrder === undefined) });
}

/** @param forecast whether a horizon is asked for: then numbers are forecast, few different ones too. */
function targetOf(column: SurveyedColumn, name: (wanted: string) => string, path: string, forecast: boolean, notes: string[]): Roles["targets"][number] {
  const number = column.type === "number" || column.type === "boolean";
  if (targetKind(column) === "numeric" || (number && forecast && column.distinct > 1)) {
    if (column.strays !== undefined)
      throw new LatheError("data.target", `target column "${column.name}" of ${path}: ${describeStrays(column.name, column.strays)}`, {
        path,
        column: column.name,
      });
    if (column.distinct > 1) return { name: name(column.name), type: "numeric", column: column.name, normalize: "standard", horizon: 1 };
  }
  if (column.type === "time")
    throw new LatheError("data.target", `target column "${column.name}" of ${path} is a time, expected numbers to forecast, or classes`, {
      path,
      column: column.name,
    });
  const target = proposeTarget(column, name, path);
  if (number)
    notes.push(
      `target column "${column.name}" of ${path} has ${column.distinct} different values: they are classes of a window; set a horizon to forecast it as ` +
        `a number`,
    );
  return target;
}

/** The first column of quantities; where there is none, the last one at all. @throws LatheError `data.target` */
function likelyTarget({ path, columns }: TableSurvey, taken: readonly (string | undefined)[]): string {
  const free = columns.filter(({ name }) => !taken.includes(name));
  const quantity = free.find((column) => targetKind(column) === "numeric" && column.strays === undefined && reasonToLeave(column) === undefined);
  const name = quantity?.name ?? free.filter(({ distinct, type }) => distinct > 1 && type !== "time" && type !== "picture").at(-1)?.name;
  if (name === undefined)
    throw new LatheError("data.target", `${path} has no column beside times and ids whose values differ, expected one to forecast`, { path });
  return name;
}

/** Why a column is not read in a window; undefined where it may be. */
function reasonFor(column: SurveyedColumn): string | undefined {
  const { type, strays, distinct } = column;
  if (type === "text" && strays === undefined && distinct > 1) return "it holds texts, and a window reads numbers; write them as numbers to use them";
  if (type === "picture") return "it names pictures, and a window reads numbers";
  if (type === "time") return "it is a second column of times";
  return reasonToLeave(column);
}

function knownColumns({ path, columns }: TableSurvey, wanted: readonly string[], taken: readonly (string | undefined)[]): readonly string[] {
  return [...new Set(wanted)].map((name) => {
    const column = findColumn({ path, columns }, name, "data.column", "a column known in advance");
    if (taken.includes(column.name))
      throw new LatheError("data.column", `column "${column.name}" of ${path} is known in advance and has another role, expected a column of its own`, {
        path,
      });
    if (column.type === "number" || column.type === "boolean") return column.name;
    throw new LatheError(
      "data.column",
      `column "${column.name}" of ${path}, which is known in advance, holds ${column.type === "time" ? "times" : "texts"}, expected numbers; write them ` +
        `as numbers`,
      { path, column: column.name },
    );
  });
}

/** What the source says beside its file; defaults are omitted. @throws LatheError `usage` for settings that cannot be */
function settingsOf(
  { survey, source: { path: _path, test: _test, ...reading }, wish }: SeriesQuestion,
  { time, id, known }: { readonly time: string | undefined; readonly id: string | undefined; readonly known: readonly string[] },
): Omit<z.input<typeof seriesSource>, "path"> {
  if (time === undefined) {
    const wants = (["zone", "step", "calendar"] as const).find((option) => (wish[option]?.length ?? 0) > 0);
    if (wants !== undefined)
      throw new LatheError("usage", `the ${wants} needs times; name the column of ${survey.path} that holds them, or leave the ${wants} out`);
  }
  if (wish.step !== undefined && !STEP.test(wish.step))
    throw new LatheError("usage", `the step: got "${wish.step}", expected a number and a unit, such as 15min, 1h, 1d, 1w, 1mo, 1q or 1y`);
  const { zone, step, gaps, combine, season } = wish;
  return {
    type: "series",
    ...reading,
    ...(time === undefined ? {} : { time }),
    ...(id === undefined ? {} : { id }),
    ...(zone === undefined ? {} : { zone }),
    ...(step === undefined ? {} : { step }),
    ...(gaps === undefined ? {} : { gaps }),
    ...(combine === undefined ? {} : { combine }),
    ...(season === undefined ? {} : { season }),
    ...(known.length === 0 ? {} : { known: [...known] }),
  };
}

/** Parts of the calendar that values often follow: those that turn around within the series, and are longer than a step. */
function calendarFor({ step, unit, years }: SeriesSurvey): SeriesPlan["calendar"] {
  if (step === undefined) return [];
  if (unit === "second") return /^\d+ *(h|min|s|ms)$/.test(step) ? ["hour", "weekday"] : [];
  // What lies in a part of the year that training has not seen can only be wrong.
  const year = years >= 1;
  if (unit === "day") return step === "1d" ? (year ? ["weekday", "yearday"] : ["weekday"]) : year ? ["yearday"] : [];
  return year && !step.endsWith("y") ? ["month"] : [];
}

/** The columns that a part of the calendar adds. */
function wavesOf(part: string): readonly string[] {
  return [`${part}.sin`, `${part}.cos`];
}

function takenCalendar(path: string, taken: readonly string[]): LatheError {
  const [part = ""] = taken;
  return new LatheError(
    "data.column",
    `${path} has a column called ${wavesOf(part).join(" or ")}, as the calendar calls what it adds for "${part}"; rename the column, or leave "${part}" ` +
      `out of the calendar`,
    { path, taken: [...taken] },
  );
}

function nothingToRead(path: string, left: ReadonlyMap<string, string>): LatheError {
  const why = [...left].map(([name, reason]) => `column "${name}" is excluded: ${reason}`).join("; ");
  return new LatheError("data.column", `${path} has no column of numbers that a window could read: ${why || "it has no other column"}`, { path });
}

/** @throws LatheError `usage` for a part of the calendar that there is not. */
export function checkCalendar(parts: readonly string[]): SeriesPlan["calendar"] {
  return parts.map((part) => {
    const found = calendarParts.find((one) => one === part);
    if (found) return found;
    const near = nearestKnown(part, calendarParts);
    throw new LatheError("usage", `the calendar has no "${part}", expected ${calendarParts.join(", ")}${near === undefined ? "" : `; did you mean ${near}?`}`);
  });
}
