import { type Command, InvalidArgumentError, Option } from "commander";
import { createProject } from "../../services/projects/create-project.js";
import type { LabelGroup } from "../../services/projects/group-labels.js";
import { createReader } from "../../services/processes/reader.js";
import { SURVEYED } from "../../services/studio.js";
import { surveyBy } from "../../services/data/survey.js";
import { templates } from "../../services/templates/index.js";
import { LatheError } from "../../base/errors.js";
import { type LearningWay, learningWays } from "../../contract/learning-ways.js";
import { type SeriesPlan, type SeriesWish, combineWays, gapWays } from "../../contract/series-views.js";
import { checkCalendar } from "../../services/projects/plan-series.js";
import { seriesNetworks } from "../../services/templates/networks/index.js";
import { SERIES, seriesTemplateOf } from "../../services/templates/series.js";
import { names, positiveInteger, several, wholeNumber } from "../arguments.js";
import { count, plural } from "../format.js";
import { createOutput } from "../output.js";

interface Options {
  readonly template?: string;
  readonly data: string;
  readonly validation?: string;
  readonly test?: string;
  readonly levels?: readonly string[];
  readonly names?: string;
  readonly target?: readonly string[];
  readonly labels?: readonly LabelGroup[];
  readonly input?: readonly string[];
  readonly splitBy?: string;
  readonly learn?: LearningWay;
  readonly header?: "yes" | "no";
  readonly skip?: number;
  readonly comment?: string;
  readonly time?: string;
  readonly id?: string;
  readonly window?: number;
  readonly horizon?: number;
  readonly cell?: string;
  readonly known?: readonly string[];
  readonly zone?: string;
  readonly step?: string;
  readonly gaps?: (typeof gapWays)[number];
  readonly combine?: (typeof combineWays)[number];
  readonly calendar?: readonly string[];
  readonly json?: boolean;
}

const SERIES_OPTIONS = ["time", "id", "window", "horizon", "known", "zone", "step", "gaps", "combine", "calendar"] as const;

export function configureNew(command: Command): void {
  command
    .addOption(new Option("--template <name>", "what network to start from (default: what suits the data)").choices(templates.types))
    .requiredOption(
      "--data <path>",
      "CSV, TSV, Parquet, JSON or Excel (.xlsx) table, or a folder with a folder of pictures for each class; it stays where it is",
    )
    .option("--validation <path>", "a folder of pictures of its own for the validation")
    .option("--test <path>", "a table, or a folder, of its own for the test")
    .option("--levels <names>", "what the levels of folders stand for, from the outermost, as in alphabet,character", names)
    .option("--names <pattern>", "columns of parts of the pictures' names, as in {typeface}-{copy}; the first takes what the others leave")
    .addOption(new Option("--header <yes or no>", "whether the first row of the table holds names (default: found out)").choices(["yes", "no"]))
    .option("--skip <lines>", "lines to exclude at the top of the table (default: found out)", wholeNumber)
    .option("--comment <mark>", 'what comment lines begin with, or "none" (default: found out)')
    .option(
      "--target <column>",
      "what to predict; repeat for several (default: the last column; of pictures the innermost of --levels, or the outermost folders' names)",
      several,
    )
    .option("--labels <name=columns>", "columns of 0 and 1 that are predicted together, as in weather=rain,wind,snow; repeat for several", labelGroups)
    .option("--input <column>", "what to learn from, beside a folder's pictures; repeat for several (default: what suits the data)", several)
    .option("--split-by <column>", "rows with the same value in this column stay together in training, validation or test")
    .addOption(
      new Option("--learn <way>", "what of a pretrained network learns: nothing, so that it gives features (default); its end; all of it").choices(
        learningWays,
      ),
    )
    .option("--time <column>", "make the table a series in order of this column (default with --template series: the one that looks like times)")
    .option("--id <column>", "what tells several series of one table apart (default: found where times stand more than once)")
    .option("--window <rows>", "rows of the past that a forecast is made from (default: by the step)", positiveInteger)
    .option("--horizon <rows>", "rows that are forecast (default: by the step)", positiveInteger)
    .addOption(new Option("--cell <network>", "the network of a series").choices(seriesNetworks.types))
    .option("--known <column>", "a column whose values are known in advance, such as promotions; repeat for several", several)
    .option("--zone <name>", "time zone of times without an offset, such as Europe/Berlin (default: UTC)")
    .option("--step <step>", "from one row to the next, such as 15min, 1h or 1d (default: the commonest one)")
    .addOption(new Option("--gaps <how>", "how missing rows and values are filled in").choices(gapWays))
    .addOption(new Option("--combine <how>", "what several rows of one step become").choices(combineWays))
    .option("--calendar <parts>", 'parts of the time that become columns, as in hour,weekday, or "none" (default: by the step)', names)
    .addHelpText("after", `\nTemplates:\n${templates.all.map(({ type, summary }) => `  ${type.padEnd(11)} ${summary}`).join("\n")}`)
    .action(async (folder: string, all: Options) => {
      const { data, validation, test, levels, names: pattern, target, input, splitBy, learn, labels, header, skip, comment, json = false } = all;
      const output = createOutput(json);
      const reader = createReader({ deadline: SURVEYED });
      const { template, series } = seriesOf(all);
      const options = {
        folder,
        ...(template === undefined ? {} : { template }),
        ...(series === undefined ? {} : { series }),
        data,
        ...(levels ? { levels } : {}),
        names: pattern,
        inputs: input,
        splitBy,
        learn,
        ...(validation === undefined ? {} : { validation }),
        ...(test === undefined ? {} : { test }),
        ...(target ? { targets: target } : {}),
        ...(labels ? { labels } : {}),
        reading: {
          ...(header === undefined ? {} : { header: header === "yes" }),
          ...(skip === undefined ? {} : { skip }),
          ...(comment === undefined ? {} : { comment }),
        },
      };
      const { told: _told, ...created } = await createProject({ ...options, ...surveyBy(reader, reader) }).finally(() => reader.close());
      output.line(created.file);
      if (created.series) for (const line of describeSeries(created.series)) output.line(line);
      output.line(`predicts ${created.targets.map(({ name, type }) => `${name} (${type})`).join(", ")} from ${created.inputs.join(", ")}`);
      for (const note of created.notes) output.line(note);
      output.event({ event: "created", ...created });
    });
}

/** @throws LatheError `usage` where there is no name, or fewer than two columns */
function labelGroups(text: string, before: readonly LabelGroup[] = []): readonly LabelGroup[] {
  const [name = "", ...rest] = text.split("=");
  const columns = names(rest.join("="));
  if (name.trim() === "" || rest.length === 0 || columns.length < 2)
    throw new InvalidArgumentError(`got "${text}", expected a name, = and at least two columns, as in weather=rain,wind`);
  return [...before, { name: name.trim(), columns }];
}

/** The template, and what is said of a series; undefined where nothing is. @throws LatheError `usage` for options that do not go together */
function seriesOf(options: Options): { readonly template: string | undefined; readonly series: SeriesWish | undefined } {
  const { template, cell, calendar, known } = options;
  const ofCell = cell === undefined ? undefined : seriesTemplateOf(cell);
  if (ofCell !== undefined && template !== undefined && template !== SERIES && template !== ofCell)
    throw new LatheError("usage", `--cell ${cell} is a network of its own, got --template ${template} too; use --template ${SERIES}, or leave it out`);
  const chosen = ofCell ?? template;
  const said = SERIES_OPTIONS.flatMap((option) => (options[option] === undefined ? [] : [[option, options[option]]]));
  if (said.length === 0 && ofCell === undefined) return { template: chosen, series: undefined };
  const parts = calendar?.length === 1 && calendar[0] === "none" ? [] : calendar;
  return {
    template: chosen,
    series: {
      ...(Object.fromEntries(said) as SeriesWish),
      ...(parts === undefined ? {} : { calendar: [...checkCalendar(parts)] }),
      ...(known === undefined ? {} : { known: [...known] }),
    },
  };
}

/** What a table became as a series, in lines. */
function describeSeries({ rows, series, stepLabel, step, first, last, zone, spans, window, horizon }: SeriesPlan): readonly string[] {
  const where = step === undefined ? "in plain order" : `one step of ${stepLabel} apart${zone === "UTC" ? "" : `, in ${zone}`}`;
  return [
    `${series === 1 ? "a series" : `${count(series)} series`} of ${plural(rows, "row")}, ${where}, from ${first} to ${last}`,
    ...(spans.train ? [`training is from ${spans.train.first} to ${spans.train.last}, ${plural(spans.train.rows, "row")}; what comes later judges it`] : []),
    horizon === undefined
      ? `a sample is a window of ${plural(window, "row")}`
      : `a sample is a window of ${plural(window, "row")} and the ${plural(horizon, "row")} after it`,
  ];
}
