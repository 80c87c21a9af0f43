import { toLatheError } from "../../../base/errors.js";
import { inWorkFolder } from "../../../base/work-folder.js";
import { drawPicture, lookAtPicture, probeTable, seePicture, surveySeries, surveyTable, viewPicture } from "../../../datasets/index.js";
import { openChannel } from "../../../training/process/parent-channel.js";
import { endWithParent } from "../../../training/process/watchdog.js";
import { readCard, readModelFacts } from "../../models/model-card.js";
import { planOf } from "../../models/model-plan.js";
import type { ReaderCommand, ReaderReply, Reading, Readings } from "../reading.js";
import type { Progress } from "../../jobs/shared-work.js";
import { createOpenTables } from "./open-tables.js";
import { overviewOf, placesOf, sampleOf, stretchOf } from "./read-series.js";
import { cellsOf, pageOf } from "./read-table.js";

/**
 * The process that reads for a host what strangers may have made, and whatever takes native code: documents whose networks are planned, exported models,
 * tables, pictures. Whatever one of them does to it, as to make it crash, to keep it busy for ever or to take all memory, the host stays, and starts another.
 */
const channel = openChannel<ReaderCommand, ReaderReply>();
// A terminal sends Ctrl-C to the whole group; the parent decides what it means.
process.on("SIGINT", () => undefined);
channel.onClose(() => process.exit());

/** Bytes that this process may take: a picture of the largest takes the most of what is not hostile, 1.5 GB. */
const MOST_MEMORY = 2560 * 2 ** 20;
endWithParent({ memory: MOST_MEMORY });

const asked = new Map<number, AbortController>();
const tables = createOpenTables();

channel.onCommand((command) => {
  if (command.type === "forget") asked.get(command.id)?.abort();
  else void answer(command.id, command.kind, command.question);
});

async function answer<K extends Reading>(id: number, kind: K, question: Readings[K]["question"]): Promise<void> {
  const abort = new AbortController();
  asked.set(id, abort);
  const progress: Progress = (stage, done, total) => channel.send({ type: "progress", id, stage, done, ...(total === undefined ? {} : { total }) });
  try {
    channel.send({ type: "answer", id, answer: await readings[kind](question, abort.signal, progress) });
  } catch (thrown) {
    channel.send({ type: "refusal", id, error: toLatheError(thrown).toRecord() });
  } finally {
    asked.delete(id);
  }
}

const readings: {
  readonly [K in Reading]: (
    question: Readings[K]["question"],
    signal: AbortSignal,
    progress: Progress,
  ) => Readings[K]["answer"] | Promise<Readings[K]["answer"]>;
} = {
  plan: ({ document, facts, folder }) => planOf(document, facts, folder),
  facts: ({ model }) => readModelFacts(model),
  card: ({ model }) => readCard(model),
  view: ({ path, side, background }, signal) => viewPicture(path, side, background, signal),
  see: ({ path, formats }, signal) => seePicture(path, formats, signal),
  survey: (question, signal) => inWorkFolder((workFolder) => surveyTable({ ...question, workFolder, signal })),
  series: (question, signal) => inWorkFolder((workFolder) => surveySeries({ ...question, workFolder, signal })),
  probe: (question, signal) => inWorkFolder((workFolder) => probeTable({ ...question, workFolder, signal })),
  look: ({ path }, signal) => lookAtPicture(path, signal),
  draw: async ({ path, format, augment, draws, seed }, signal) => drawPicture(path, format, augment, draws, seed, signal),
  columns: ({ table }, signal, progress) => tables.columns(table, progress, signal),
  rows: (question, signal) => pageOf(tables, question, signal),
  overview: ({ table }, signal) => overviewOf(tables, table, signal),
  stretch: ({ table, view }, signal) => stretchOf(tables, table, view, signal),
  sample: ({ table, sample }, signal) => sampleOf(tables, table, sample, signal),
  places: (question, signal) => placesOf(tables, question, signal),
  cells: (question, signal) => cellsOf(tables, question, signal),
};
