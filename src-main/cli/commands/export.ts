import { type Command, Option } from "commander";
import { PREPROCESS, type Preprocess, exportFormats, exportRun } from "../../services/models/exports.js";
import { outFile } from "../arguments.js";
import { count } from "../format.js";
import { interruptible } from "../interrupt.js";
import { createOutput } from "../output.js";

interface Options {
  readonly format: string;
  readonly out: string;
  readonly preprocess: Preprocess;
  readonly json?: boolean;
}

export function configureExport(command: Command): void {
  command
    .addOption(new Option("--format <format>", "what to write").choices(exportFormats).makeOptionMandatory())
    .requiredOption("--out <path>", "file to write", outFile)
    .addOption(
      new Option("--preprocess <where>", "inside: the model takes raw data; none: it takes what preprocessing makes of them, pictures as float [N, C, H, W]")
        .choices(PREPROCESS)
        .default("inside"),
    )
    .action(async (run: string, { format, out, preprocess, json = false }: Options) => {
      const output = createOutput(json);
      const { path, bytes } = await interruptible(output, (setting) => exportRun(run, format, out, { preprocess, ...setting }));
      output.line(`${path}, ${count(bytes)} bytes`);
      output.event({ event: "exported", format, path, bytes });
    });
}
