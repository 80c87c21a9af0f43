import type { Command } from "commander";
import { type RunSummary, testedOtherwise } from "../../contract/summaries.js";
import { listRuns } from "../../services/runs/list-runs.js";
import { number } from "../format.js";
import { createOutput } from "../output.js";
import { mainMetric } from "../show-metrics.js";

interface Options {
  readonly json?: boolean;
}

export function configureRuns(command: Command): void {
  command.action(async (project: string, { json = false }: Options) => {
    const output = createOutput(json);
    const { folder, runs, links } = await listRuns(project);
    const remedy = "so what it leads to is not listed; put the folder itself in its place";
    for (const link of links) output.line(output.paint.yellow("warning:"), ` ${link} is a link and is not followed, ${remedy}`);
    if (runs.length === 0 && links.length > 0) output.line("no runs");
    else if (runs.length === 0) output.line(`no runs yet; start one with: lathe train ${project}`);
    else output.table(["run", "status", "epochs", "weights of epoch", "validation loss", "test", "", "started"], runs.map(row));
    const otherwise = testedOtherwise(runs);
    if (otherwise) {
      const others = otherwise.others.map(({ run }) => `run ${run}`).join(", ");
      output.line(`tested on other rows than run ${otherwise.than.run}, so that small differences between test figures mean nothing: ${others}`);
    }
    for (const { run, problem } of runs) if (problem) output.line(`run ${run} failed: ${problem.message}`);
    output.event({ event: "runs", project: folder, runs, links });
  });
}

/** `2026-11-20 09:20`, where the user is; Sweden writes dates so. */
const started = new Intl.DateTimeFormat("sv", { dateStyle: "short", timeStyle: "short" });

function row(run: RunSummary): readonly string[] {
  const metric = mainMetric(run.test ?? {});
  return [
    run.run,
    run.status,
    `${run.epoch}${run.epochs === undefined ? "" : `/${run.epochs}`}`,
    run.kept ? String(run.kept.epoch) : "–",
    number(run.kept?.loss),
    metric?.name ?? "–",
    number(metric?.value),
    started.format(run.startedAt),
  ];
}
