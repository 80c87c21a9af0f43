import type { Command } from "commander";
import { LatheError } from "../../base/errors.js";
import type { TargetView } from "../../contract/evaluation-views.js";
import { TUNE } from "../../contract/thresholds.js";
import { runReferenceOf } from "../../services/models/models.js";
import { createStudio } from "../../services/studio.js";
import { parseProbability } from "../arguments.js";
import { number } from "../format.js";
import { interruptible } from "../interrupt.js";
import { createOutput } from "../output.js";
import { showMetrics } from "../show-metrics.js";

interface Options {
  readonly target?: string;
  readonly label?: string;
  readonly tune?: boolean;
  readonly json?: boolean;
}

export function configureThreshold(command: Command): void {
  command
    .argument("[probability]", "above which a yes is predicted, such as 0.35; without it tell what the run decides by", parseProbability)
    .option("--target <name>", "which target is meant, of several that have a threshold")
    .option("--label <name>", "which of several labels is meant; all of them otherwise")
    .option("--tune", "choose the probability with the best F1 on the validation rows")
    .action(chooseThreshold);
}

async function chooseThreshold(path: string, probability: number | undefined, { target, label, tune = false, json = false }: Options): Promise<void> {
  if (tune && probability !== undefined) throw new LatheError("usage", "got a probability and --tune, expected one of them");
  const output = createOutput(json);
  const run = runReferenceOf(path);
  const threshold = tune ? TUNE : probability;
  await interruptible(output, async ({ launch }) => {
    const studio = createStudio({ allowedFolders: null, launch });
    try {
      if (threshold !== undefined)
        await studio.evaluation.decide({ ...run, target: target ?? onlyTarget((await studio.evaluation.report(run)).targets), label, threshold });
      const { report, targets } = await studio.evaluation.report(run);
      const judged = report.test ?? report.validation;
      if (threshold !== undefined && judged) {
        showMetrics(output, judged.metrics, judged.confusion, judged.labels);
        output.line();
        output.line(
          `on ${judged.rows} ${report.test ? "test" : "validation"} rows; predict and export decide so from now on, and files exported before as they did`,
        );
        output.line();
      }
      const told = targets.flatMap(thresholdsOf);
      output.table(
        ["target", "a yes above"],
        told.map(({ name, label: one, threshold: at }) => [one === undefined ? name : `${name}: ${one}`, number(at)]),
      );
      output.event({ event: "thresholds", run: report.run, thresholds: told, validation: report.validation?.metrics, test: report.test?.metrics });
    } finally {
      await studio.close(0);
    }
  });
}

/** @throws LatheError `usage` where more than one is decided by a threshold */
function onlyTarget(targets: readonly TargetView[]): string {
  const decided = targets.filter((target) => thresholdsOf(target).length > 0);
  if (decided.length > 1) throw new LatheError("usage", `say which target is meant with --target: ${decided.map(({ name }) => name).join(", ")}`);
  return decided[0]?.name ?? "";
}

function thresholdsOf({ name, classes = [], threshold, thresholds }: TargetView): readonly { name: string; label?: string; threshold: number }[] {
  if (thresholds) return classes.map((label, k) => ({ name, label, threshold: thresholds[k] ?? 0 }));
  return threshold === undefined ? [] : [{ name, threshold }];
}
