import { type Command, Option } from "commander";
import { createProject } from "../../services/create-project.js";
import { templates } from "../../services/templates/index.js";
import { several } from "../arguments.js";
import { createOutput } from "../output.js";

interface Options {
  readonly template: string;
  readonly data: string;
  readonly test?: string;
  readonly target?: readonly string[];
  readonly json?: boolean;
}

export function addNew(program: Command): void {
  program.command("new")
    .description("make a project from a template and a table")
    .argument("<folder>", "folder to make it in")
    .addOption(new Option("--template <name>", "what network to start from").choices(templates.types).default("tabular"))
    .requiredOption("--data <path>", "CSV, TSV, Parquet or JSON table; it stays where it is")
    .option("--test <path>", "a table of its own for the test")
    .option("--target <column>", "what to predict; repeat for several (default: the last column)", several)
    .addHelpText("after", `\nTemplates:\n${templates.all.map(({ type, summary }) => `  ${type.padEnd(11)} ${summary}`).join("\n")}`)
    .action(async (folder: string, { template, data, test, target, json = false }: Options) => {
      const output = createOutput(json);
      const created = await createProject({ folder, template, data, ...(test === undefined ? {} : { test }), ...(target ? { targets: target } : {}) });
      output.line(created.file);
      output.line(`predicts ${created.targets.map(({ name, type }) => `${name} (${type})`).join(", ")} from ${created.inputs.join(", ")}`);
      for (const note of created.notes) output.line(note);
      output.event({ event: "created", ...created });
    });
}
