import { rmSync } from "node:fs";
import { basename, extname } from "node:path";
import type { Command } from "commander";
import { partOf } from "../../base/work-folder.js";
import { type FormulaCells, predictionResult } from "../../contract/results.js";
import { inEngine } from "../../services/jobs/jobs.js";
import { modelFile } from "../../services/models/models.js";
import { refuseOut, runOf } from "../../services/models/out-file.js";
import { answerTable } from "../../services/prediction/answer-table.js";
import { outFile } from "../arguments.js";
import { plural } from "../format.js";
import { interruptible } from "../interrupt.js";
import { createOutput } from "../output.js";
import { showEvents } from "../show-events.js";
import { showStrangers } from "../show-strangers.js";

interface Options {
  readonly out?: string;
  readonly device?: string;
  readonly spreadsheet?: boolean;
  readonly anew?: boolean;
  readonly json?: boolean;
}

export function configurePredict(command: Command): void {
  command
    .option("--out <path>", "CSV to write, or Parquet where its name ends so (default: <table>.predictions.csv, in the current folder)", outFile)
    .option(
      "--spreadsheet",
      "put an apostrophe before text that a spreadsheet would take for a formula (it begins with =, +, - or @); by default every cell is exact, for programs",
    )
    .option("--anew", "begin anew where such a call was cut off before; by default it goes on there")
    .option("--device <name>", "auto, cpu or another that `devices` lists")
    .action(predict);
}

async function predict(model: string, data: string, options: Options): Promise<void> {
  const { out = defaultOut(data), device = "auto", spreadsheet = false, anew = false, json = false } = options;
  const output = createOutput(json);
  const file = modelFile(model);
  refuseOut(
    out,
    [
      { path: data, what: "the table itself" },
      { path: file, what: "the model itself" },
    ],
    runOf(file),
  );
  const temporary = partOf(out);
  // A process that is ended by force cannot tidy up; once renamed, the file is not there.
  process.once("exit", () => rmSync(temporary, { force: true }));
  const result = await interruptible(output, (setting) =>
    answerTable(
      { model: file, data, out, temporary, device, spreadsheet, anew },
      {
        hear: showEvents(output),
        check: (value) => predictionResult.parse(value),
        run: (work, onEvent, check, signal) => inEngine(work, onEvent, check, { launch: setting.launch, ...(signal ? { signal } : {}) }),
        signal: setting.signal,
      },
    ),
  );
  showStrangers(output, result);
  const told = toldOfFormulas(result.formulas);
  if (told !== undefined) output.line(told);
  const { samples, failed = 0, devices = {} } = result;
  if (Object.keys(devices).length > 0)
    output.line(
      `computed by ${Object.entries(devices)
        .map(([name, rows]) => `${name} (${plural(rows, "row")})`)
        .join(" and ")}`,
    );
  output.line(`${plural(samples, "prediction")}${failed === 0 ? "" : `, and ${plural(failed, "row")} without,`} in ${result.out}`);
  output.event(result);
}

/** `new.csv` to `new.predictions.csv`: never the table itself, and another for each table. */
function defaultOut(data: string): string {
  return `${basename(data, extname(data))}.predictions.csv`;
}

/** What a file has that a spreadsheet would work out; undefined: nothing. */
export function toldOfFormulas({ cells, quoted }: FormulaCells): string | undefined {
  if (cells === 0) return undefined;
  if (quoted) return `${plural(cells, "cell")} with an apostrophe in front, so that a spreadsheet shows the text and works nothing out`;
  return (
    `${plural(cells, "cell")} that a spreadsheet would take for ${cells === 1 ? "a formula" : "formulas"}, written as they are; with ` +
    `--spreadsheet each gets an apostrophe in front`
  );
}
