import type { Command } from "commander";
import { type TableAudit, inspectProject } from "../../services/data/inspect.js";
import { count, number, plural } from "../format.js";
import { interruptible } from "../interrupt.js";
import { type Output, createOutput } from "../output.js";
import { showEvents } from "../show-events.js";

interface Options {
  readonly json?: boolean;
}

export function configureInspect(command: Command): void {
  command.action(async (project: string, { json = false }: Options) => {
    const output = createOutput(json);
    const audit = await interruptible(output, (setting) => inspectProject(project, showEvents(output), setting));
    show(audit, output);
    output.event({ event: "audit", ...audit });
  });
}

function show(audit: TableAudit, output: Output): void {
  output.line(`${audit.path} (${audit.format}), ${plural(audit.rows, "row")}`);
  output.line();
  output.table(
    ["column", "role", "type", "missing", "distinct", "min", "mean", "max"],
    audit.columns.map((c) => [c.name, c.role ?? "not used", c.type, count(c.missing), count(c.distinct), number(c.min), number(c.mean), number(c.max)]),
  );
  for (const [target, classes] of Object.entries(audit.classes)) {
    output.line();
    output.table(
      [target, "train", "validation", "test"],
      Object.entries(classes).map(([name, parts]) => [name, count(parts.train), count(parts.validation), count(parts.test)]),
    );
  }
  output.line();
  output.line(`splits: ${count(audit.splits.train)} train, ${count(audit.splits.validation)} validation, ${count(audit.splits.test)} test`);
  if (audit.pictures) showPictures(audit.pictures, audit.format !== "pictures", output);
  else output.line(`equal rows: ${count(audit.duplicates.rows)}, of which ${count(audit.duplicates.leaked)} in validation or test equal a training row`);
  for (const { message } of audit.warnings) output.line(output.paint.yellow("warning:"), ` ${message}`);
}

/** `40 to 88`, or `48` where all are alike. */
function span({ min, max }: { readonly min: number; readonly max: number }): string {
  return min === max ? count(min) : `${count(min)} to ${count(max)}`;
}

type Pictures = NonNullable<TableAudit["pictures"]>;

/** @param inRows whether rows name them, each as often as they like. */
function showPictures({ pictures, rows, width, height, unreadable, excluded, equal, alike }: Pictures, inRows: boolean, output: Output): void {
  output.line(`pictures: ${count(pictures)}${inRows ? ` in ${plural(rows, "row")}` : ""}, ${span(width)} pixels wide, ${span(height)} high`);
  output.line(`cannot be read: ${count(unreadable.length)}${inRows ? "" : `; excluded: ${count(excluded)}`}`);
  for (const { path, reason, rows: named } of unreadable.slice(0, LISTED)) output.line(`  ${path} ${reason}${inRows ? ` (${plural(named, "row")})` : ""}`);
  if (unreadable.length > LISTED) output.line(`  and ${count(unreadable.length - LISTED)} more`);
  output.line(
    inRows
      ? `equal pictures: ${count(equal.pictures)}; rows of validation or test with a picture that is trained on: ${count(equal.leaked)}`
      : `equal pictures: ${count(equal.pictures)}, of which ${count(equal.leaked)} in validation or test equal a training picture`,
  );
  output.line(`nearly equal pairs: ${count(alike.pairs)}, of which ${count(alike.leaked)} across training and validation or test`);
}

/** Pictures that are told by name. */
const LISTED = 20;
