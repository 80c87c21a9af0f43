import { type Command, Option } from "commander";
import { createProject } from "../../services/projects/create-project.js";
import { createReader } from "../../services/processes/reader.js";
import { SURVEYED } from "../../services/studio.js";
import { surveyBy } from "../../services/data/survey.js";
import { templates } from "../../services/templates/index.js";
import { names, several, wholeNumber } from "../arguments.js";
import { createOutput } from "../output.js";

interface Options {
  readonly template?: string;
  readonly data: string;
  readonly validation?: string;
  readonly test?: string;
  readonly levels?: readonly string[];
  readonly target?: readonly string[];
  readonly header?: "yes" | "no";
  readonly skip?: number;
  readonly comment?: string;
  readonly json?: boolean;
}

export function addNew(program: Command): void {
  program
    .command("new")
    .description("make a project from a template and a table, or a folder of pictures")
    .argument("<folder>", "folder to make it in")
    .addOption(new Option("--template <name>", "what network to start from (default: what suits the data)").choices(templates.types))
    .requiredOption(
      "--data <path>",
      "CSV, TSV, Parquet, JSON or Excel (.xlsx) table, or a folder with a folder of pictures for each class; it stays where it is",
    )
    .option("--validation <path>", "a folder of pictures of its own for the validation")
    .option("--test <path>", "a table, or a folder, of its own for the test")
    .option("--levels <names>", "what the levels of folders stand for, from the outermost, as in alphabet,character", names)
    .addOption(new Option("--header <yes or no>", "whether the first row of the table holds names (default: found out)").choices(["yes", "no"]))
    .option("--skip <lines>", "lines to exclude at the top of the table (default: found out)", wholeNumber)
    .option("--comment <mark>", 'what comment lines begin with, or "none" (default: found out)')
    .option("--target <column>", "what to predict; repeat for several (default: the last column, or the folders' names)", several)
    .addHelpText("after", `\nTemplates:\n${templates.all.map(({ type, summary }) => `  ${type.padEnd(11)} ${summary}`).join("\n")}`)
    .action(async (folder: string, { data, validation, test, levels, target, header, skip, comment, json = false, ...chosen }: Options) => {
      const output = createOutput(json);
      const reader = createReader({ deadline: SURVEYED });
      const options = {
        folder,
        ...chosen,
        data,
        ...(levels ? { levels } : {}),
        ...(validation === undefined ? {} : { validation }),
        ...(test === undefined ? {} : { test }),
        ...(target ? { targets: target } : {}),
        reading: {
          ...(header === undefined ? {} : { header: header === "yes" }),
          ...(skip === undefined ? {} : { skip }),
          ...(comment === undefined ? {} : { comment }),
        },
      };
      const created = await createProject({ ...options, ...surveyBy(reader, reader) }).finally(() => reader.close());
      output.line(created.file);
      output.line(`predicts ${created.targets.map(({ name, type }) => `${name} (${type})`).join(", ")} from ${created.inputs.join(", ")}`);
      for (const note of created.notes) output.line(note);
      output.event({ event: "created", ...created });
    });
}
