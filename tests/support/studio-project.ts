import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Disposable } from "../../src-main/base/disposable.js";
import { toLatheError } from "../../src-main/base/errors.js";
import type { StudioContract } from "../../src-main/contract/procedures.js";
import { createRouter } from "../../src-main/procedures/index.js";
import type { CallContext, Sink, StreamHandlers } from "../../src-main/rpc/types.js";
import { type Studio, type StudioOptions, createStudio } from "../../src-main/services/studio.js";
import { temporaryFolder } from "./temporary-folder.js";

/** A studio that may use one temporary folder, with a project of a table in it. */
export function studioProject(table: string, document: Readonly<Record<string, unknown>>, options: Partial<StudioOptions> = {}) {
  const root = temporaryFolder();
  const project = join(root, "project");
  mkdirSync(project);
  writeFileSync(join(project, "table.csv"), table);
  const save = (next: unknown) => writeFileSync(join(project, "project.json"), typeof next === "string" ? next : JSON.stringify(next));
  save(document);
  const studio: Studio = createStudio({ allowedFolders: [root], home: join(root, "state"), ...options });
  onTestFinished(() => studio.close(0));
  const { procedures, streams } = createRouter(studio, { host: "server" });
  return { root, project, save, studio, procedures, streams, context: { signal: new AbortController().signal } };
}

type WorkStreams = Pick<StreamHandlers<StudioContract>, "columns" | "audit" | "learningRate">;

/** Everything a stream of work says of a project, until its end. @throws what the stream ended with. */
export async function listen<N extends keyof WorkStreams>(streams: WorkStreams, name: N, project: string) {
  type Event = Parameters<Parameters<WorkStreams[N]>[1]["next"]>[0];
  // The handler's own type is one of three; the name says which.
  return hearAll(streams[name] as unknown as Stream<{ readonly project: string }, Event>, { project });
}

type Stream<P, E> = (params: P, sink: Sink<E>, context: CallContext) => Disposable | Promise<Disposable>;

/** Everything a stream says, until its end. @param signal ends the subscription. @throws what it ended with. */
export async function hearAll<P, E>(stream: Stream<P, E>, params: P, signal = new AbortController().signal): Promise<E[]> {
  const events: E[] = [];
  await new Promise<void>((resolve, reject) => {
    const sink = { next: (event: E) => void events.push(event), end: (error?: unknown) => (error === undefined ? resolve() : reject(toLatheError(error))) };
    void Promise.resolve(stream(params, sink, { signal })).then((subscription) => signal.addEventListener("abort", () => subscription.dispose()), reject);
  });
  return events;
}
