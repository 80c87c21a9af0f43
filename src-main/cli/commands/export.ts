import { type Command, Option } from "commander";
import type { Compared } from "../../contract/certificate.js";
import { exportFormats, exportOptions, exportRun } from "../../services/models/exports.js";
import { outFile } from "../arguments.js";
import { count } from "../format.js";
import { interruptible } from "../interrupt.js";
import { createOutput } from "../output.js";
import { showEvents } from "../show-events.js";

interface Settings extends Readonly<Record<string, unknown>> {
  readonly format: string;
  readonly out: string;
  readonly json?: boolean;
}

export function configureExport(command: Command): void {
  command
    .addOption(new Option("--format <format>", "what to write").choices(exportFormats).makeOptionMandatory())
    .requiredOption("--out <path>", "file to write, or the folder of a format that is one", outFile);
  for (const { name, summary, choices } of exportOptions)
    command.addOption(new Option(`--${name} <choice>`, summary).choices(choices.map(({ value }) => value)));
  command.action(async (run: string, { format, out, json = false, ...settings }: Settings) => {
    const output = createOutput(json);
    const options = Object.fromEntries(
      exportOptions.flatMap(({ name }) => {
        const value = settings[name];
        return typeof value === "string" ? [[name, value]] : [];
      }),
    );
    const result = await interruptible(output, (setting) => exportRun(run, format, out, { options, onEvent: showEvents(output), ...setting }));
    const { compared, uncompared = "" } = result.certificate;
    output.line(`${result.path}, ${count(result.bytes)} bytes; ${compared ? comparedLine(compared) : uncompared}`);
    output.event(result);
  });
}

/** What an export was compared with, and how far apart they were. */
export function comparedLine({ with: other, samples, split, maxDifference, tolerance }: Compared): string {
  return `compared with ${other} on ${count(samples)} ${split} samples: largest difference ${maxDifference.toPrecision(2)}, allowed ${tolerance}`;
}
