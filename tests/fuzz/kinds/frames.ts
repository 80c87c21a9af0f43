import { once } from "node:events";
import { cpSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { WebSocket } from "ws";
import type { ErrorRecord } from "../../../src-main/base/errors.js";
import type { Random } from "../../../src-main/base/random.js";
import { startServer } from "../../../src-main/server/index.js";
import { createStudio } from "../../../src-main/services/studio.js";
import { goodArguments } from "../calls.js";
import type { Judge, Kind, Place } from "../kind.js";
import { mutateBytes, mutateLeaves, mutateTree, pick, toJson } from "../mutate.js";

/** Streams of work that ends soon by itself. */
const ENDING = ["columns", "audit", "predictTable"];

interface Frame {
  readonly what: string;
  readonly text: string;
  readonly id: string;
}

/** What a page sends to the server: the envelope, and in it the arguments of every procedure and stream. */
export const frames: Kind = {
  name: "frames",
  quick: 60,
  bound: 60,
  memory: 1500,
  open: (place) =>
    openServer(place, (random, frame) =>
      random.below(2) === 0
        ? toJson(mutateTree(random, JSON.parse(frame)))
        : mutateBytes(random, Buffer.from(frame)).toString(pick(random, ["utf8", "latin1"] as const)),
    ),
};

/** The arguments alone: what gets as far as the handlers. */
export const calls: Kind = { name: "calls", quick: 60, bound: 60, memory: 1500, open: (place) => openServer(place, undefined) };

async function openServer(place: Place, spoil: ((random: Random, frame: string) => string) | undefined) {
  const good = goodArguments(place);
  const pristine = join(place.root, "pristine");
  for (const name of ["table", "pictures"]) cpSync(join(place.root, name), join(pristine, name), { recursive: true });
  const studio = createStudio({ allowedFolders: [place.root], home: join(place.root, "state") });
  const server = await startServer({ studio, onRefusal: () => undefined });
  const connect = async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}/rpc`, { headers: { authorization: `Bearer ${server.token}` } });
    await once(socket, "open");
    return socket;
  };
  let socket = await connect();
  let last = 0;

  /** Downloads, and asks for what this machine has; both are somebody else's to test. */
  const left = ["setUpTensorflow"];
  // The more can be wrong with its arguments, the more often.
  const procedures = Object.entries(good.procedures).flatMap((entry) =>
    Array.from({ length: Math.min(8, JSON.stringify(entry[1]).split(/[,[{]/).length) }, () => entry),
  );
  const streams = Object.entries(good.streams).filter(([name]) => !left.includes(name));

  function frame(random: Random): Frame {
    const id = `x${++last}`;
    const isStream = random.below(6) === 0;
    const [name, args] = pick<readonly [string, unknown]>(random, isStream ? streams : procedures);
    const given = spoil ? args : random.below(3) === 0 ? mutateTree(random, args) : mutateLeaves(random, args);
    const call = isStream ? { id, stream: name, params: 0 } : { id, path: name, input: 0 };
    // Numbers and depths that JSON.stringify has not.
    const text = toJson({ t: "q", i: id, m: isStream ? "subscribe" : "call", a: [call] }).replace(/: 0}/, () => `: ${toJson(given)}}`);
    return { what: name, id, text: spoil ? spoil(random, text) : text };
  }

  /**
   * Until the frame is answered, or the socket is closed because of it. @param probe the id of a call that is made after it, and waited for instead. @returns
   * whether it was answered
   */
  async function send({ text, id, what }: Frame, judge: Judge, probe?: string): Promise<boolean> {
    const heard = { answered: false };
    await new Promise<void>((resolve) => {
      const end = () => {
        socket.off("message", hear);
        socket.off("close", end);
        resolve();
      };
      const hear = (data: Buffer) => {
        const message = JSON.parse(data.toString("utf8")) as {
          readonly i?: string;
          readonly t: string;
          readonly m?: string;
          readonly r?: { readonly error?: ErrorRecord };
          readonly e?: unknown;
          readonly a?: readonly { readonly id?: string; readonly error?: ErrorRecord }[];
        };
        if (message.t === "q" && message.m === "deliver") socket.send(JSON.stringify({ t: "s", i: message.i, r: null }));
        if (message.t === "q" && message.m === "end" && message.a?.[0]?.id === id) {
          if (message.a[0].error) judge.refusal(`${what} ends`, message.a[0].error);
          return end();
        }
        if (message.t !== "s") return;
        if (message.e !== undefined) judge.fault(`${what} is answered with an error of the protocol's library: ${JSON.stringify(message.e).slice(0, 300)}`);
        if (message.r?.error) judge.refusal(what, message.r.error);
        heard.answered ||= message.i === id;
        if (message.i === (probe ?? id) && !(probe === undefined && message.r?.error === undefined && ENDING.includes(what))) end();
      };
      socket.on("message", hear);
      socket.on("close", end);
      socket.send(text);
      if (probe !== undefined) socket.send(JSON.stringify({ t: "q", i: probe, m: "call", a: [{ id: probe, path: "app.settings", input: {} }] }));
    });
    judge.note(heard.answered ? `${what}: answered` : `${what}: not answered`);
    // Too long a message, or no JSON: the server hangs up, and takes the next one.
    if (!isOpen(socket)) {
      judge.note("the socket was closed");
      socket = await connect();
    }
    return heard.answered;
  }

  return {
    async feed(random: Random, judge: Judge) {
      mkdirSync(join(place.root, "made"), { recursive: true });
      const made = frame(random);
      judge.note(made.text.slice(0, 600));
      // A spoilt frame may never be answered; a call always is.
      await send(made, judge, spoil && `p${last}`);
      socket.send(JSON.stringify({ t: "q", m: "unsubscribe", a: [made.id] }));
      for (const { project, run } of studio.jobs.underWay()) studio.jobs.control({ project, run }, "cancel");
      const still: Frame = {
        what: "a call after it",
        id: `y${last}`,
        text: JSON.stringify({ t: "q", i: `y${last}`, m: "call", a: [{ id: `y${last}`, path: "app.settings", input: {} }] }),
      };
      if (!(await send(still, judge))) judge.fault("the server no longer answers");
      // What a call may have changed is as it was.
      if (/correct|write|trash|Trash|restore|describe|start|tryAgain/.test(made.what)) {
        for (const name of ["table", "pictures"]) {
          rmSync(join(place.root, name), { recursive: true, force: true });
          cpSync(join(pristine, name), join(place.root, name), { recursive: true });
        }
      }
      rmSync(join(place.root, "made"), { recursive: true, force: true });
    },
    async close() {
      socket.terminate();
      await server.close();
      studio.prediction.close();
      await studio.tables.close();
    },
  };
}

function isOpen({ readyState, OPEN }: WebSocket): boolean {
  return readyState === OPEN;
}
