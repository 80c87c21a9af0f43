import { rmSync } from "node:fs";
import { resolve } from "node:path";
import { LatheError, toLatheError } from "../../base/errors.js";
import { holderOf } from "../../base/lock.mjs";
import type { PredictRequest } from "../../contract/engine-messages.js";
import type { RunEvent } from "../../contract/events.js";
import { answerLock, journalOf, peekAnswers } from "../../training/models/answer-journal.js";
import type { EngineRunner } from "../jobs/jobs.js";

export interface ToAnswer extends PredictRequest {
  readonly temporary: string;
}

/**
 * Answers for a table in an engine process. Where a graphics card fails, or takes the process with it, another one goes on at the same row on the CPU, and says
 * so; what else ends the work leaves what was answered so far beside the file, and the same again goes on there.
 * @throws LatheError as `predictTable`; `cancelled` and `engine.crashed` with how many rows are kept, as `details.kept`
 */
export async function answerTable<T>(
  asked: ToAnswer,
  {
    hear,
    check,
    run,
    signal,
  }: { readonly hear: (event: RunEvent) => void; readonly check: (value: unknown) => T; readonly run: EngineRunner; readonly signal?: AbortSignal },
): Promise<T> {
  const out = resolve(asked.out);
  const attempt = (request: ToAnswer) => run({ kind: "predict", ...request }, hear, check, signal);
  try {
    try {
      return await attempt(asked);
    } catch (thrown) {
      const error = toLatheError(thrown);
      const failed = error.code === "engine.crashed" || error.code === "engine.failed" ? cardOf(asked, out) : undefined;
      if (failed === undefined) throw error;
      const why = error.code === "engine.crashed" ? `its process ended: ${String(error.details["how"])}` : error.message;
      const done = peekAnswers(out)?.upTo ?? 0;
      hear({
        event: "log",
        level: "warning",
        message: `the device ${failed} failed ${done > 0 ? `after row ${done}` : "before the first row"} (${why}); the CPU goes on with row ${done + 1}`,
      });
      const { anew: _anew, ...rest } = asked;
      return await attempt({ ...rest, device: "cpu", insteadOf: failed });
    }
  } catch (thrown) {
    throw toldKept(toLatheError(thrown), asked.temporary, out);
  }
}

/** The card that was at work; undefined for the CPU. */
function cardOf({ device = "auto" }: ToAnswer, out: string): string | undefined {
  const at = peekAnswers(out)?.device ?? (device === "auto" ? "cpu" : device);
  return at === "cpu" ? undefined : at;
}

/** @param out absolute */
function toldKept(error: LatheError, temporary: string, out: string): LatheError {
  if (error.code !== "cancelled" && error.code !== "engine.crashed") return error;
  // A process that was ended by force could not tidy up.
  rmSync(temporary, { force: true });
  const journal = journalOf(out);
  const lock = answerLock(out);
  const found = peekAnswers(out);
  const kept = found?.upTo ?? 0;
  if (!holderOf(lock)) {
    if (found && kept === 0) rmSync(journal, { force: true });
    rmSync(lock, { force: true });
  }
  const fate = kept === 0 ? "nothing was written" : `the answers to row ${kept} are kept in ${journal}, and the same again goes on there`;
  return error.code === "cancelled"
    ? new LatheError("cancelled", `prediction was called off; ${fate}`, { kept }, { cause: error })
    : new LatheError(
        "engine.crashed",
        `the process that made the predictions ended unexpectedly; ${fate}${kept === 0 ? ", try again" : ""}`,
        { ...error.details, kept },
        { cause: error },
      );
}
