import { type Command, Option } from "commander";
import { exportFormats, exportRun } from "../../services/exports.js";
import { count } from "../format.js";
import { createOutput } from "../output.js";

interface Options {
  readonly format: string;
  readonly out: string;
  readonly json?: boolean;
}

export function addExport(program: Command): void {
  program.command("export")
    .description("take a trained model, or its report, away")
    .argument("<run>", "a run's folder, or a project's (its newest run)")
    .addOption(new Option("--format <format>", "what to write").choices(exportFormats).makeOptionMandatory())
    .requiredOption("--out <path>", "file to write")
    .action((run: string, { format, out, json = false }: Options) => {
      const output = createOutput(json);
      const { path, bytes } = exportRun(run, format, out);
      output.line(`${path}, ${count(bytes)} bytes`);
      output.event({ event: "exported", format, path, bytes });
    });
}
