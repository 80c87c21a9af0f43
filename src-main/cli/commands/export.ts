import type { Command } from "commander";
import { exportRun } from "../../services/exports.js";
import { exporters } from "../../exporters/index.js";
import { createOutput } from "../output.js";

interface Options {
  readonly format: string;
  readonly out: string;
  readonly json?: boolean;
}

export function addExport(program: Command): void {
  program.command("export <run>")
    .description("take a trained model away")
    .requiredOption("--format <format>", exporters.types.join(" or "))
    .requiredOption("--out <path>", "file to write")
    .action((run: string, { format, out, json = false }: Options) => {
      const output = createOutput(json);
      const { path, bytes } = exportRun(run, format, out);
      output.line(`${path}, ${bytes.toLocaleString("en")} bytes`);
      output.event({ event: "exported", format, path, bytes });
    });
}
