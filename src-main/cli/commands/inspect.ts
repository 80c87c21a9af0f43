import type { Command } from "commander";
import type { TableAudit } from "../../datasets/index.js";
import { inEngine } from "../../services/jobs.js";
import { count, createOutput, number, showEvents, table, type Output } from "../output.js";

interface Options {
  readonly json?: boolean;
}

export function addInspect(program: Command): void {
  program.command("inspect <project>")
    .description("look at the data before training: columns, classes, missing values, duplicates, splits")
    .action(async (project: string, { json = false }: Options) => {
      const output = createOutput(json);
      // The engine process computes it with the very type; there is nothing to doubt between the two.
      const audit = await inEngine({ kind: "inspect", project }, showEvents(output), (value) => value as TableAudit);
      show(audit, output);
      output.event({ event: "audit", ...audit });
    });
}

function show(audit: TableAudit, output: Output): void {
  output.line(`${audit.path} (${audit.format}), ${count(audit.rows)} rows`);
  output.line();
  output.line(table(["column", "role", "type", "missing", "distinct", "min", "mean", "max"], audit.columns.map((c) => [
    c.name, c.role ?? "not used", c.type, count(c.missing), count(c.distinct), number(c.min), number(c.mean), number(c.max),
  ])));
  for (const [target, classes] of Object.entries(audit.classes)) {
    output.line();
    output.line(table([target, "train", "validation", "test"], Object.entries(classes).map(([name, parts]) => [name, count(parts.train), count(parts.validation), count(parts.test)])));
  }
  output.line();
  output.line(`splits: ${count(audit.splits.train)} train, ${count(audit.splits.validation)} validation, ${count(audit.splits.test)} test`);
  output.line(`equal rows: ${count(audit.duplicates.rows)}, of which ${count(audit.duplicates.leaked)} in validation or test equal a training row`);
  for (const { reason, column, rows } of audit.skipped) output.line(`${count(rows)} rows left out: ${reason} in ${column}`);
  for (const { message } of audit.warnings) output.line(`warning: ${message}`);
}
