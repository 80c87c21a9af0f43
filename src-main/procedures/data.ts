import type { LogEvent, StageEvent } from "../contract/events.js";
import type { StudioContract } from "../contract/procedures.js";
import type { Handlers, Sink, StreamHandlers } from "../rpc/types.js";
import type { Studio } from "../services/studio.js";
import { auditOf, learningRateOf } from "../services/projects/project-work.js";
import { toDisposable, type Disposable } from "../base/disposable.js";

type WorkEvent<T> = StageEvent | LogEvent | { readonly event: "result"; readonly value: T };

/** Work as a stream: how far it is, its result, its end; whoever leaves calls it off. */
export function workStream<T>(
  sink: Sink<WorkEvent<T>>,
  work: (progress: (stage: string, done: number, total?: number) => void, signal: AbortSignal, log: (event: LogEvent) => void) => Promise<T>,
): Disposable {
  return heardStream(sink, (hear, signal) =>
    work((stage, done, total) => hear({ event: "stage", stage, done, ...(total === undefined ? {} : { total }) }), signal, hear),
  );
}

/** The same of work that says itself how far it is. */
export function heardStream<T>(sink: Sink<WorkEvent<T>>, work: (hear: (event: StageEvent | LogEvent) => void, signal: AbortSignal) => Promise<T>): Disposable {
  const abort = new AbortController();
  work((event) => sink.next(event), abort.signal).then(
    (value) => {
      sink.next({ event: "result", value });
      sink.end();
    },
    (error: unknown) => sink.end(error),
  );
  return toDisposable(() => abort.abort());
}

export function dataProcedures({ tables }: Studio): Handlers<StudioContract>["data"] {
  return { rows: ({ project, ...request }, { signal }) => tables.rows(project, request, signal) };
}

export function seriesProcedures({ tables }: Studio): Handlers<StudioContract>["series"] {
  return {
    overview: ({ project }, { signal }) => tables.overview(project, signal),
    view: ({ project, ...question }, { signal }) => tables.stretch(project, question, signal),
    sample: ({ project, ...question }, { signal }) => tables.sample(project, question, signal),
  };
}

export function columnsStream({ tables }: Studio): StreamHandlers<StudioContract>["columns"] {
  return ({ project }, sink) => workStream(sink, async (progress, signal) => (await tables.columns(project, progress, signal)).result);
}

export function auditStream(studio: Studio): StreamHandlers<StudioContract>["audit"] {
  return ({ project }, sink) => workStream(sink, (progress, signal) => auditOf(studio, project, progress, signal));
}

export function learningRateStream(studio: Studio): StreamHandlers<StudioContract>["learningRate"] {
  return ({ project }, sink) => workStream(sink, (progress, signal) => learningRateOf(studio, project, progress, signal));
}
