import type { Command } from "commander";
import { verifyExport } from "../../services/models/exports.js";
import { interruptible } from "../interrupt.js";
import { createOutput } from "../output.js";
import { showEvents } from "../show-events.js";
import { comparedLine } from "./export.js";

interface Options {
  readonly data: string;
  readonly test?: string;
  readonly python?: string;
  readonly json?: boolean;
}

export function configureVerify(command: Command): void {
  command
    .requiredOption("--data <path>", "the table or folder that the run learnt from")
    .option("--test <path>", "its test part, where that is a file or folder of its own")
    .option("--python <program>", "of a PyTorch folder: the Python that may run its predict.py, which is the program of whoever made the folder")
    .action(async (file: string, { data, test, python, json = false }: Options) => {
      const output = createOutput(json);
      const request = { file, data, ...(test === undefined ? {} : { test }), ...(python === undefined ? {} : { python }) };
      const result = await interruptible(output, (setting) => verifyExport(request, showEvents(output), setting));
      const { certificate, compared, changed } = result;
      output.line(`${result.file}: ${certificate.format} of run ${certificate.run} of ${certificate.project}`);
      output.line(
        result.data === "same" ? "the data are those of the run" : "whether the data are those of the run is not known: name their test part with --test",
      );
      for (const name of changed) output.line(`${name} is not as it was exported`);
      output.line(compared ? comparedLine(compared) : (result.unrun ?? "it holds figures and nothing that answers"));
      output.event(result);
    });
}
