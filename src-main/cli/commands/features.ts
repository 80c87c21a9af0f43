import { resolve } from "node:path";
import type { Command } from "commander";
import type { LabelErrors } from "../../contract/evaluation-views.js";
import type { FeatureView, NearestPictures } from "../../contract/feature-views.js";
import type { SplitView } from "../../contract/table-views.js";
import { runReferenceOf } from "../../services/models/models.js";
import { createStudio } from "../../services/studio.js";
import { number, plural } from "../format.js";
import { interruptible } from "../interrupt.js";
import { type Output, createOutput } from "../output.js";
import { showEvents } from "../show-events.js";

interface Options {
  readonly nearest?: string;
  readonly json?: boolean;
}

/** Lines of a list that people are shown; programs get all that the studio lists. */
const SHOWN = 10;
const LISTED = 200;

export function configureFeatures(command: Command): void {
  command.option("--nearest <picture>", "tell the pictures trained on that are nearest to this one, too").action(features);
}

async function features(path: string, { nearest, json = false }: Options): Promise<void> {
  const output = createOutput(json);
  const run = runReferenceOf(path);
  await interruptible(output, async ({ signal, launch }) => {
    const studio = createStudio({ allowedFolders: null, launch });
    try {
      const view = await studio.features.look(run, showEvents(output), signal);
      const labels = view.target && (await studio.evaluation.labelErrors({ ...run, target: view.target.name, offset: 0, limit: LISTED }, signal));
      const near = nearest === undefined ? undefined : await studio.features.nearest({ ...run, path: resolve(nearest), limit: SHOWN }, signal);
      show(output, view, labels);
      if (near && nearest !== undefined) showNearest(output, nearest, near);
      output.event(told(run.run, view, labels, near));
    } finally {
      await studio.close(0);
    }
  });
}

const partOf = ({ counts }: FeatureView, place: number): SplitView =>
  place < counts.train ? "train" : place < counts.train + counts.validation ? "validation" : "test";

const pictureAt = (view: FeatureView, place: number): string => view.pictures[place] ?? `picture ${place + 1}`;

const pictureOf = (view: FeatureView, row: number): string | null => view.pictures[new Uint32Array(view.rows.buffer).indexOf(row)] ?? null;

/** From 1, the same, to −1. */
const similarity = (distance: number): number => 1 - distance;

function show(output: Output, view: FeatureView, labels: LabelErrors | undefined): void {
  const { duplicates, outliers } = view;
  output.line(`${plural(view.pictures.length, "picture")}, each told by ${plural(view.numbers, "number")}`);
  if (view.note !== undefined) output.line(output.paint.yellow("note:"), ` ${view.note}`);
  const { validation, test } = duplicates.leaked;
  output.line();
  output.line(`nearly the same to the network (similarity above ${number(similarity(duplicates.below))}): ${plural(duplicates.total, "pair")}, worth a look`);
  if (test > 0)
    output.line(
      output.paint.yellow("warning:"),
      ` ${plural(test, "test picture has", "test pictures have")} a near duplicate among those trained on: the test contains what was learnt`,
    );
  if (validation > 0) output.line(`${plural(validation, "validation picture has", "validation pictures have")} a near duplicate among those trained on`);
  if (duplicates.pairs.length > 0)
    output.table(
      ["picture", "part", "and", "part", "similarity"],
      duplicates.pairs
        .slice(0, SHOWN)
        .map(({ a, b, distance }) => [pictureAt(view, a), partOf(view, a), pictureAt(view, b), partOf(view, b), number(similarity(distance))]),
    );
  output.line();
  output.line(`far from all others: ${plural(outliers.total, "picture")}, worth a look`);
  if (outliers.places.length > 0)
    output.table(
      ["picture", "part", "mean similarity to the nearest 5"],
      outliers.places.slice(0, SHOWN).map(({ place, distance }) => [pictureAt(view, place), partOf(view, place), number(similarity(distance))]),
    );
  if (labels) showLabels(output, view, labels);
}

function showLabels(output: Output, view: FeatureView, { trust, total, rows }: LabelErrors): void {
  const share = (value: number) => `${number(100 * value)} %`;
  const says =
    `a straight line through the features, drawn without the picture, gives ${share(trust.accuracy)} of pictures their label ` +
    `(95 % interval ${share(trust.low)} to ${share(trust.high)})`;
  output.line();
  if (!trust.enough)
    return output.line(
      `labels: ${says}, too few to doubt a label by; it would have to be surely more than ${share(trust.needed)}, half way from guessing to all`,
    );
  output.line(`labels worth a second look: ${total}; ${says}`);
  if (rows.length === 0) return;
  output.table(
    ["picture", "part", "labelled", "looks like", "probability"],
    rows
      .slice(0, SHOWN)
      .map(({ row, split, given, proposed, proposedProbability }) => [
        pictureOf(view, row) ?? `row ${row}`,
        split,
        given,
        proposed,
        number(proposedProbability),
      ]),
  );
  if (rows.some(({ split }) => split === "test"))
    output.line("to give a test picture another label changes the test: what was judged before is no longer comparable");
}

function showNearest(output: Output, path: string, { pictures }: NearestPictures): void {
  output.line();
  output.line(`nearest to ${path} of the pictures trained on:`);
  output.table(
    ["picture", "label", "similarity"],
    pictures.map(({ picture, row, label, distance }) => [picture ?? `row ${row}`, label, number(similarity(distance))]),
  );
}

function told(run: string, view: FeatureView, labels: LabelErrors | undefined, near: NearestPictures | undefined): object {
  const place = (at: number) => ({ picture: view.pictures[at] ?? null, part: partOf(view, at) });
  return {
    event: "features",
    run,
    pictures: view.pictures.length,
    numbers: view.numbers,
    duplicates: {
      above: similarity(view.duplicates.below),
      total: view.duplicates.total,
      leaked: view.duplicates.leaked,
      pairs: view.duplicates.pairs.map(({ a, b, distance }) => ({ a: place(a), b: place(b), similarity: similarity(distance) })),
    },
    outliers: {
      total: view.outliers.total,
      pictures: view.outliers.places.map(({ place: at, distance }) => ({ ...place(at), similarity: similarity(distance) })),
    },
    ...(labels
      ? {
          labels: {
            trust: labels.trust,
            total: labels.total,
            rows: labels.rows.map(({ cells: _cells, ...row }) => ({ ...row, picture: pictureOf(view, row.row) })),
          },
        }
      : {}),
    ...(near ? { nearest: near.pictures.map(({ distance, ...picture }) => ({ ...picture, similarity: similarity(distance) })) } : {}),
  };
}
