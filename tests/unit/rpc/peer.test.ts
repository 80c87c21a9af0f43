import { describe, expect, it } from "vitest";
import { LatheError } from "../../../src-main/base/errors.js";
import { type clientMethods, serverMethods } from "../../../src-main/rpc/messages.js";
import { type Functions, type Peer, createPeer } from "../../../src-main/rpc/peer.js";
import { createMemoryPair } from "../../../src-main/rpc/transports/memory.js";
import { settle } from "./fixture.js";

/** A peer with the server's methods, and the bare wire at its other end. */
function createEnd(functions: Partial<Functions<typeof serverMethods>> = {}) {
  const [far, near] = createMemoryPair();
  const [sent, malformed]: [unknown[], LatheError[]] = [[], []];
  far.onMessage((message) => sent.push(message));
  const nothing = () => undefined;
  const peer = createPeer<typeof serverMethods, typeof clientMethods>({
    transport: near,
    methods: serverMethods,
    functions: { call: nothing, cancel: nothing, subscribe: nothing, unsubscribe: nothing, ...functions },
    onMalformed: (error) => malformed.push(error),
  });
  return { peer, far, near, sent, malformed };
}

const call = { id: "c1", path: "math.add", input: { a: 1 } };

describe("the wire", () => {
  it("has the form that it always had", async () => {
    const { peer, far, sent } = createEnd({ call: ({ input }) => ({ ok: true, value: input }) });
    void peer.ask("deliver", { id: "s1", events: [1] }).catch(() => undefined);
    peer.tell("end", { id: "s1" });
    far.send({ t: "q", i: "nanoid", m: "call", a: [call] });
    await settle();
    expect(sent).toEqual([
      { t: "q", i: "1", m: "deliver", a: [{ id: "s1", events: [1] }] },
      { t: "q", m: "end", a: [{ id: "s1" }] },
      { t: "s", i: "nanoid", r: { ok: true, value: { a: 1 } } },
    ]);
  });

  it("takes what an earlier version sent: optional calls, answers without a value, reasons of any form", async () => {
    const { peer, far, sent, malformed } = createEnd({ cancel: () => "heard" });
    far.send({ t: "q", i: "x", m: "cancel", a: ["c1"], o: true });
    await settle();
    expect(sent).toEqual([{ t: "s", i: "x", r: "heard" }]);
    const [first, second] = [peer.ask("deliver", { id: "s", events: [] }), peer.ask("deliver", { id: "s", events: [] })];
    far.send({ t: "s", i: "1" });
    far.send({ t: "s", i: "2", e: {} });
    await expect(second).rejects.toMatchObject({ code: "rpc.invalid", message: "the other side could not answer: it did not say why" });
    await expect(first).resolves.toBeUndefined();
    expect(malformed).toEqual([]);
  });
});

describe("questions", () => {
  it("find their answers, in whatever order these come", async () => {
    const { peer, far } = createEnd();
    const asked = [1, 2, 3].map((n) => peer.ask("deliver", { id: "s", events: [n] }));
    for (const i of ["3", "1", "2"]) far.send({ t: "s", i, r: `answer ${i}` });
    expect(await Promise.all(asked)).toEqual(["answer 1", "answer 2", "answer 3"]);
  });

  it("are heard in the order they were asked in, with those that want no answer", async () => {
    const heard: string[] = [];
    const { far } = createEnd({ call: ({ id }) => void heard.push(id), cancel: (id) => void heard.push(`not ${id}`) });
    far.send({ t: "q", i: "1", m: "call", a: [call] });
    far.send({ t: "q", m: "cancel", a: ["c1"] });
    far.send({ t: "q", i: "2", m: "call", a: [{ ...call, id: "c2" }] });
    await settle();
    expect(heard).toEqual(["c1", "not c1", "c2"]);
  });

  it("that came before the peer are answered by it", async () => {
    const [far, near] = createMemoryPair();
    far.send({ t: "q", i: "early", m: "cancel", a: ["c1"] });
    await settle();
    const sent: unknown[] = [];
    far.onMessage((message) => sent.push(message));
    const peer: Peer<typeof clientMethods> = createPeer({
      transport: near,
      methods: serverMethods,
      onMalformed: () => undefined,
      functions: { call: () => 0, cancel: () => peer.closed, subscribe: () => 0, unsubscribe: () => 0 },
    });
    await settle();
    expect(sent).toEqual([{ t: "s", i: "early", r: false }]);
  });

  it("whose function throws, or whose answer cannot be sent, are told so and do not wait for ever", async () => {
    const { far, sent } = createEnd({ call: () => Promise.reject(new Error("broken")), cancel: () => 1n });
    far.send({ t: "q", i: "1", m: "call", a: [call] });
    far.send({ t: "q", i: "2", m: "cancel", a: ["c1"] });
    // One that wants no answer gets none.
    far.send({ t: "q", m: "call", a: [call] });
    await settle();
    expect(sent).toEqual([
      { t: "s", i: "1", e: "broken" },
      { t: "s", i: "2", e: "the answer could not be sent" },
    ]);
  });
});

it("answers to nobody do no harm, and what is not in the form of the protocol is reported and not called", async () => {
  const heard: unknown[] = [];
  const { far, malformed } = createEnd({ cancel: (id) => void heard.push(id) });
  far.send({ t: "s", i: "9", r: 1 });
  far.send({ t: "q", m: "constructor", a: [] });
  far.send({ t: "q", m: "cancel", a: [1] });
  far.send({ t: "q", m: "cancel", a: ["c1", "c2"] });
  far.send("noise");
  await settle();
  expect([heard, malformed.map(({ code }) => code)]).toEqual([[], ["rpc.invalid", "rpc.invalid", "rpc.invalid", "rpc.invalid"]]);
});

describe("closing", () => {
  it("rejects what waits and what is asked later, hears nothing more, and tells nobody", async () => {
    const heard: unknown[] = [];
    const { peer, far, near, sent } = createEnd({ cancel: (id) => void heard.push(id) });
    const why = new LatheError("rpc.closed", "gone");
    const waiting = peer.ask("deliver", { id: "s", events: [] });
    peer.close(why);
    peer.close(new LatheError("rpc.closed", "a second time"));
    await expect(waiting).rejects.toBe(why);
    await expect(peer.ask("deliver", { id: "s", events: [] })).rejects.toBe(why);
    peer.tell("end", { id: "s" });
    far.send({ t: "q", m: "cancel", a: ["c1"] });
    await settle();
    expect([peer.closed, near.listeners, heard, sent]).toEqual([true, 0, [], [{ t: "q", i: "1", m: "deliver", a: [{ id: "s", events: [] }] }]]);
  });

  it("of the transport alone rejects a question and costs a message that wants no answer nothing", async () => {
    const { peer, near } = createEnd();
    near.close();
    await expect(peer.ask("deliver", { id: "s", events: [] })).rejects.toMatchObject({ code: "rpc.closed" });
    expect(() => peer.tell("end", { id: "s" })).not.toThrow();
  });
});
