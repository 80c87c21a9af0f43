import type { Command } from "commander";
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
  program.command("new <folder>")
    .description("a project from a template and a table")
    .option("--template <name>", templates.types.join(", "), "tabular")
    .requiredOption("--data <path>", "CSV, TSV, Parquet or JSON table")
    .option("--test <path>", "a table of its own for the test")
    .option("--target <column>", "what to predict; repeat for several; the last column by default", several)
    .action(async (folder: string, { template, data, test, target, json = false }: Options) => {
      const output = createOutput(json);
      const created = await createProject({ folder, template, data, ...(test === undefined ? {} : { test }), ...(target ? { targets: target } : {}) });
      output.line(`${created.file}`);
      output.line(`predicts ${created.targets.map(({ name, type }) => `${name} (${type})`).join(", ")} from ${created.inputs.join(", ")}`);
      for (const note of created.notes) output.line(note);
      output.event({ event: "created", ...created });
    });
}
