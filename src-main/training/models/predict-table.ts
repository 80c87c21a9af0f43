import { rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { LatheError } from "../../base/errors.js";
import { waitForLock, releaseLock } from "../../base/lock.mjs";
import { storageError } from "../../base/storage-error.js";
import { version } from "../../base/version.js";
import { partOf } from "../../base/work-folder.js";
import type { PredictRequest } from "../../contract/engine-messages.js";
import type { TablePrediction } from "../../contract/evaluation-views.js";
import type { PredictionResult } from "../../contract/results.js";
import { type AnswerSource, describeSkipped, openAnswerSource } from "../../datasets/index.js";
import { picturesOf } from "../../features/index.js";
import { AnswerJournal, type JournalFrame, type JournalRow, answerLock, discardAnswers } from "./answer-journal.js";
import { answerColumns, answerHead } from "./answers.js";
import { finishAnswers } from "./finish-answers.js";
import { outputName } from "./inference-model.js";
import { padded } from "./padded.js";
import type { WorkSetting } from "../process/setting.js";
import { type ServedModel, serveModel } from "./served-model.js";
import { faultsOfModel } from "./tell-faults.js";
import { nothingToAnswer, strangersOf } from "./tell-strangers.js";
import { emptyPictures, shownBad } from "./tell-pictures.js";
import { floats } from "../trainer.js";

/** Milliseconds between two words about how far it is. */
const TOLD = 100;
/** Rows without an answer that a result names; the file has all. */
const NAMED = 1000;

/**
 * Answers for every row of a table, or picture of a folder: `sample` (the row's number, from 1, or a picture's path in its folder), then for each target
 * `<target>` and, for classes, one `<target>:<class>` column of probabilities. A row that the model has no answer for, as of a picture that cannot be read, has
 * none, and a column `error` says why. Memory does not grow with the rows. Answers are kept as they come beside the file; where the work is cut off, the same
 * again goes on there, and the file has the same bytes. It appears whole or not at all. Every cell is exact unless it is meant for a spreadsheet; what that
 * would take for a formula is counted.
 * @throws LatheError `run.storage`, `export.exists`, `data.*` of the file as a whole, `engine.*`, `cancelled`
 */
export async function predictTable(request: PredictRequest, setting: WorkSetting): Promise<PredictionResult & Partial<Pick<TablePrediction, "preview">>> {
  const out = resolve(request.out);
  const lock = answerLock(out);
  const { emit, control } = setting;
  await waitForLock(lock, {
    signal: control.preparation,
    say: (holder) => emit({ event: "log", level: "info", message: `waiting for the answers for ${out} that ${holder} makes` }),
  }).catch((thrown: unknown) => {
    throw control.wish === "run" ? storageError(lock, thrown) : new LatheError("cancelled", "prediction was cancelled while another made the same file");
  });
  const temporary = request.temporary ?? partOf(out);
  let model: ServedModel | undefined;
  let source: AnswerSource | undefined;
  try {
    if (request.anew === true) discardAnswers(out);
    model = await serveModel(request.model, request.device ?? "auto", availableParallelism());
    source = await openAnswerSource({
      fitted: model.facts.fitted,
      folder: process.cwd(),
      path: resolve(request.data),
      workFolder: model.workFolder,
      signal: control.preparation,
      progress: (done) => emit({ event: "stage", stage: "looking", done }),
    });
    for (const message of [...faultsOfModel(request.model), ...source.warnings]) emit({ event: "log", level: "warning", message });
    return await answerAll({ ...request, out, temporary }, { ...setting, model, source });
  } finally {
    rmSync(temporary, { force: true });
    await source?.close();
    await model?.close();
    releaseLock(lock);
  }
}

interface Answering extends WorkSetting {
  readonly model: ServedModel;
  readonly source: AnswerSource;
}

async function answerAll(
  request: PredictRequest & { readonly temporary: string },
  answering: Answering,
): Promise<PredictionResult & Partial<Pick<TablePrediction, "preview">>> {
  const { emit, control, model, source } = answering;
  const { out, insteadOf } = request;
  const journal = new AnswerJournal(out, { lathe: version, model: model.sha256, data: source.fingerprint, setting: insteadOf ?? model.device });
  let finished = false;
  try {
    const resumedAfter = journal.kept.upTo;
    if (journal.anew !== undefined)
      emit({ event: "log", level: "warning", message: `answers for ${out} that were cut off are not gone on with: ${journal.anew}; all begins anew` });
    if (resumedAfter > 0 && insteadOf === undefined)
      emit({ event: "log", level: "info", message: `${resumedAfter} rows were answered before; going on with row ${resumedAfter + 1}` });
    await answerRows(journal, answering);
    const result = await finish(request, journal, answering);
    finished = true;
    return { ...result, ...(resumedAfter > 0 && insteadOf === undefined ? { resumedAfter } : {}) };
  } catch (thrown) {
    // Nothing that could be gone on with.
    if (journal.kept.answered === 0) finished = true;
    throw control.wish === "run" ? thrown : cutOff(journal, source);
  } finally {
    if (finished) journal.remove();
    else journal.close();
  }
}

/** Answers for what is not in the journal yet. */
async function answerRows(journal: AnswerJournal, { emit, control, clock, model, source }: Answering): Promise<void> {
  const { session, device, facts } = model;
  const columns = columnsOf(model);
  const before = journal.kept.upTo;
  const began = clock();
  let told = -Infinity;
  const tell = (done: number, always: boolean) => {
    const now = clock();
    if (!always && now - told < TOLD) return;
    told = now;
    const seconds = (now - began) / 1000;
    const secondsLeft = done > before && seconds > 1 ? (seconds / (done - before)) * Math.max(0, source.total - done) : undefined;
    emit({ event: "stage", stage: "predicting", done, total: source.total, ...(secondsLeft === undefined ? {} : { secondsLeft }) });
  };
  tell(before, true);
  for await (const { batch, failed, upTo, blank } of source.rows(before)) {
    control.preparation.throwIfAborted();
    const rows: JournalRow[] = failed.map(({ row, name, reason }) => [row, [name], reason]);
    if (batch.size > 0) {
      // A card compiles for each size anew.
      const result = await session.run(device === "cpu" ? batch.inputs : padded(batch.inputs, batch.size, source.batchSize));
      const outputs = facts.fitted.targets.map((target) => floats(result, outputName(target.name, facts.fitted)));
      for (let i = 0; i < batch.size; i++) {
        const row = batch.rows[i] ?? 0;
        const cells = columns.flatMap(({ width, cells: of }, t) => of((outputs[t] ?? new Float32Array(0)).subarray(i * width, (i + 1) * width)));
        rows.push([row, [batch.names?.[i] ?? String(row), ...cells]]);
      }
    }
    journal.add({
      upTo,
      answered: batch.size,
      blank: blank.length,
      example: blank.find(({ path }) => path !== ""),
      rows: rows.sort(([a], [b]) => a - b),
      device,
    });
    tell(upTo, false);
    // What steers the work is heard of between two batches.
    await new Promise((resolve) => setImmediate(resolve));
  }
  control.preparation.throwIfAborted();
  tell(journal.kept.upTo, true);
}

function cutOff(journal: AnswerJournal, { total }: AnswerSource): LatheError {
  const { upTo } = journal.kept;
  return new LatheError(
    "cancelled",
    upTo === 0
      ? "prediction was cancelled; nothing was written"
      : `prediction was cancelled after ${upTo} of ${total} rows; they are kept, and the same again goes on there`,
    { kept: upTo, total },
  );
}

function columnsOf({ facts: { fitted, thresholds } }: ServedModel) {
  return fitted.targets.map((target) => answerColumns(target, thresholds[target.name]));
}

async function finish(
  { out, temporary, spreadsheet = false, keepExisting, preview }: PredictRequest & { readonly temporary: string },
  journal: AnswerJournal,
  { emit, model, source }: Answering,
): Promise<PredictionResult & Partial<Pick<TablePrediction, "preview">>> {
  const { answered, failed, blank, example } = journal.kept;
  const columns = columnsOf(model);
  const head = answerHead(columns);
  const seen = new Seen(preview ?? 0, head.length, failed > 0);
  const isPictures = picturesOf(model.facts.fitted.inputs).length > 0;
  if (answered === 0) {
    for (const frame of journal.frames()) seen.add(frame);
    throw nothingAnswered(source, seen.unanswered, isPictures);
  }
  const { columns: written, formulas } = await finishAnswers({
    journal,
    head,
    types: [source.named ? "text" : "row", ...columns.flatMap(({ types }) => types)],
    out,
    temporary,
    spreadsheet,
    keepExisting,
    workFolder: model.workFolder,
    see(frame) {
      seen.add(frame);
      emit({ event: "stage", stage: "writing", done: frame.upTo, total: source.total });
    },
  });
  const [first] = seen.unanswered;
  // Whoever asked for a preview lists them beside it.
  if (first && preview === undefined) emit({ event: "log", level: "warning", message: tellUnanswered(source, failed, first, isPictures) });
  for (const message of emptyPictures({ path: source.path, blank, example })) emit({ event: "log", level: "warning", message });
  for (const skip of source.skipped) emit({ event: "log", level: "warning", message: describeSkipped(skip) });
  if (source.onLines) emit({ event: "log", level: "warning", message: tellOnLines(source.path, source.onLines) });
  return {
    event: "prediction",
    samples: answered,
    out,
    unknown: Object.fromEntries(source.unknown.map(({ column, rows }) => [column, rows])),
    ...strangersOf(source),
    formulas: { cells: formulas, quoted: spreadsheet },
    ...(failed > 0 ? { failed, unanswered: seen.unanswered } : {}),
    ...(seen.devices.size > 1 ? { devices: Object.fromEntries(seen.devices) } : {}),
    ...(blank > 0 ? { blank } : {}),
    ...(preview === undefined ? {} : { preview: { columns: [...written], rows: seen.preview } }),
  };
}

/** What a result tells of the answers, beside the file. */
class Seen {
  readonly unanswered: { readonly sample: string; readonly reason: string }[] = [];
  readonly preview: string[][] = [];
  /** Answers by what computed them. */
  readonly devices = new Map<string, number>();
  readonly #most: number;
  readonly #width: number;
  readonly #failed: boolean;

  /** @param most rows in the preview @param width columns @param failed whether some have no answer */
  constructor(most: number, width: number, failed: boolean) {
    this.#most = most;
    this.#width = width;
    this.#failed = failed;
  }

  add({ rows, device, answered }: JournalFrame): void {
    if (answered > 0) this.devices.set(device, (this.devices.get(device) ?? 0) + answered);
    for (const [, cells, error] of rows) {
      if (error !== undefined && this.unanswered.length < NAMED) this.unanswered.push({ sample: cells[0], reason: error });
      if (this.preview.length >= this.#most) continue;
      const blanks = Array.from({ length: this.#width - cells.length }, () => "");
      this.preview.push([...cells, ...blanks, ...(this.#failed ? [error ?? ""] : [])]);
    }
  }
}

type Unanswered = { readonly sample: string; readonly reason: string };

function tellUnanswered({ path, ofFolder }: AnswerSource, count: number, { sample, reason }: Unanswered, isPictures: boolean): string {
  const what = ofFolder ? "picture" : "row";
  const example = ofFolder ? `${sample} ${reason}` : `row ${sample}: ${reason}`;
  return (
    `${count} ${what}${count === 1 ? "" : "s"} of ${path} ${isPictures && ofFolder ? "cannot be read and " : ""}` +
    `${count === 1 ? "has no answer, as its row says: " : "have no answer, as their rows say; for example, "}${example}`
  );
}

function nothingAnswered(source: AnswerSource, [first, ...others]: readonly Unanswered[], isPictures: boolean): LatheError {
  if (!first) return nothingToAnswer({ path: source.path, skipped: source.skipped, rows: source.total });
  const unreadable = isPictures ? { unreadable: [first, ...others].map(({ sample, reason }) => ({ picture: sample, reason })) } : {};
  return source.ofFolder
    ? new LatheError("data.unreadable", `none of the pictures of ${source.path} can be read: ${shownBad({ path: first.sample, reason: first.reason })}`, {
        path: source.path,
        ...unreadable,
      })
    : new LatheError(
        "data.empty",
        `none of the ${source.total} rows of ${source.path} can be answered for; for example, row ${first.sample}: ${first.reason}`,
        { path: source.path, rows: source.total, ...unreadable },
      );
}

function tellOnLines(path: string, rows: number): string {
  return (
    `${rows === 1 ? "1 answer" : `${rows} answers`} for ${path} follow${rows === 1 ? "s" : ""} a value that was filled in on a line to a later one, ` +
    `which tells part of what comes; a forecast made at that time would not know it`
  );
}
