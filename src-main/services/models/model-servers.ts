import { stat } from "node:fs/promises";
import { LatheError, toLatheError } from "../../base/errors.js";
import { Lru } from "../../base/lru.js";
import type { EngineReply, ModelAnswer, ModelAnswers, ModelQuestion } from "../../contract/engine-messages.js";
import { type EngineLink, type LaunchEngine, launchChildProcess, runInEngine } from "../processes/engine-link.js";

/** Models that are served at once, how long one is kept that nobody asks, and how long one may take to leave. */
const MOST = 2;
const IDLE = 2 * 60_000;
const GRACE = 3000;
/** Milliseconds that a question may take, the model's loading with it: a stranger's model may never answer. */
const DEADLINE = 60_000;

/** Models in engine processes of their own, which stay for a while: loading takes a second, answering some milliseconds. */
export interface ModelServers {
  /**
   * @param signal gives up waiting; what is under way is answered to nobody.
   * @throws LatheError `data.value` for what cannot be read as the column's kind; `usage` for what the model has not; of the model, the engine; `cancelled`
   */
  ask<Q extends ModelQuestion>(model: string, question: Q, signal?: AbortSignal): Promise<ModelAnswers[Q["kind"]]>;
  close(): void;
}

interface Server {
  readonly identity: string;
  ask(question: ModelQuestion): Promise<ModelAnswer>;
  close(): void;
}

export function createModelServers({
  launch = launchChildProcess,
  idle = IDLE,
  deadline = DEADLINE,
}: { readonly launch?: LaunchEngine | undefined; readonly idle?: number; readonly deadline?: number } = {}): ModelServers {
  const servers = new Lru<string, Server>(MOST);

  function retire(model: string, server: Server): void {
    servers.delete(model, server);
    server.close();
  }

  return {
    async ask<Q extends ModelQuestion>(model: string, question: Q, signal?: AbortSignal) {
      const { mtimeMs, size, ino } = await stat(model).catch((cause: unknown) => {
        throw new LatheError("run.missing", `${model} is gone; resume the run, which writes it again`, { path: model }, { cause });
      });
      const identity = `${mtimeMs} ${size} ${ino}`;
      let server = servers.get(model);
      if (server && server.identity !== identity) {
        retire(model, server);
        server = undefined;
      }
      server ??= startServer(model, identity, { launch, idle, deadline }, (ended) => retire(model, ended));
      for (const other of servers.set(model, server)) other.close();
      // Who answers a question of a kind answers in kind.
      return unlessAborted(server.ask(question) as Promise<ModelAnswers[Q["kind"]]>, signal);
    },
    close() {
      for (const server of servers.values()) server.close();
      servers.clear();
    },
  };
}

/** @param onEnd the server is of no more use: it failed, or nobody asked for long. */
function startServer(
  model: string,
  identity: string,
  { launch, idle, deadline }: { readonly launch: LaunchEngine; readonly idle: number; readonly deadline: number },
  onEnd: (server: Server) => void,
): Server {
  const waiting = new Map<number, { readonly resolve: (answer: ModelAnswer) => void; readonly reject: (error: LatheError) => void }>();
  let next = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failure: LatheError | undefined;
  let closing = false;
  const { link, result } = runInEngine({ kind: "serve-model", model, device: "cpu" }, () => undefined, launch);

  const server: Server = {
    identity,
    ask(question) {
      if (failure) return Promise.reject(failure);
      clearTimeout(timer);
      return new Promise<ModelAnswer>((resolve, reject) => {
        const id = next++;
        const late = setTimeout(() => {
          ended(
            new LatheError(
              "engine.failed",
              `the model ${model} did not answer within ${deadline / 1000} s, so its process was ended; ask again, or train a smaller network`,
              { path: model },
            ),
          );
          link.kill();
        }, deadline);
        const inTime =
          <T>(settle: (value: T) => void) =>
          (value: T): void => {
            clearTimeout(late);
            settle(value);
          };
        waiting.set(id, { resolve: inTime(resolve), reject: inTime(reject) });
        link.send({ type: "ask", id, question });
      });
    },
    close() {
      clearTimeout(timer);
      if (closing) return;
      closing = true;
      // What was asked before is still answered: the process hears of the end after it.
      if (waiting.size === 0) leave(link, result);
    },
  };

  function settle(reply: EngineReply): void {
    if (reply.type !== "answer" && reply.type !== "refusal") return;
    const question = waiting.get(reply.id);
    waiting.delete(reply.id);
    if (reply.type === "answer") question?.resolve(reply.answer);
    else question?.reject(LatheError.fromRecord(reply.error));
    if (waiting.size > 0) return;
    if (closing) return leave(link, result);
    timer = setTimeout(() => onEnd(server), idle);
    timer.unref();
  }

  link.onReply(settle);
  result.then(
    () => ended(new LatheError("engine.crashed", "the model was put away while it was asked; ask again")),
    (thrown: unknown) => ended(told(toLatheError(thrown))),
  );

  function ended(error: LatheError): void {
    failure = error;
    closing = true;
    clearTimeout(timer);
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
    onEnd(server);
  }
  return server;
}

function leave(link: EngineLink, result: Promise<unknown>): void {
  link.send({ type: "control", action: "cancel" });
  const timer = setTimeout(() => link.kill(), GRACE);
  timer.unref();
  result.then(
    () => clearTimeout(timer),
    () => clearTimeout(timer),
  );
}

function unlessAborted<T>(answer: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return answer;
  return new Promise<T>((resolve, reject) => {
    const giveUp = () => reject(new LatheError("cancelled", "the question was called off"));
    if (signal.aborted) giveUp();
    signal.addEventListener("abort", giveUp, { once: true });
    answer.then(resolve, reject).finally(() => signal.removeEventListener("abort", giveUp));
  });
}

/** A crash of training speaks of resuming; here there is nothing to resume. */
function told(error: LatheError): LatheError {
  if (error.code !== "engine.crashed") return error;
  const how = error.details["how"];
  return new LatheError(
    "engine.crashed",
    `the process that the model runs in ended unexpectedly (${typeof how === "string" ? how : "no reason given"}); ask again`,
    error.details,
    { cause: error },
  );
}
