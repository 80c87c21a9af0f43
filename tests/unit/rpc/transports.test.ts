import { MessageChannel } from "node:worker_threads";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { LatheError } from "../../../src-main/base/errors.js";
import { createClient } from "../../../src-main/rpc/client.js";
import { connect, type ReconnectingClient } from "../../../src-main/rpc/reconnecting.js";
import { serveConnection } from "../../../src-main/rpc/server.js";
import type { Transport } from "../../../src-main/rpc/transport.js";
import { createMemoryPair } from "../../../src-main/rpc/transports/memory.js";
import { createPortTransport, type PortLike } from "../../../src-main/rpc/transports/message-port.js";
import { createSocketTransport } from "../../../src-main/rpc/transports/web-socket.js";
import { createFixture, settle, testContract } from "./fixture.js";

const { router, sinks, connection } = createFixture();
connection.dispose();

async function socketPair() {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  await once(server, "listening");
  const accepted = once(server, "connection") as Promise<[WebSocket]>;
  const socket = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const transport = createSocketTransport(socket);
  await once(socket, "open");
  const [other] = await accepted;
  return { near: transport, far: createSocketTransport(other), socket, other, close: () => server.close() };
}

function portPair() {
  const { port1, port2 } = new MessageChannel();
  return { near: createPortTransport(port1 as unknown as PortLike), far: createPortTransport(port2 as unknown as PortLike), close: () => undefined };
}

describe.each([
  ["WebSocket", socketPair],
  ["MessagePort", () => Promise.resolve(portPair())],
] as const)("over a %s", (_name, makePair) => {
  it("calls, streams and closing work", async () => {
    const { near, far, close } = await makePair();
    const served = serveConnection({ contract: testContract, router, transport: far });
    const client = createClient(testContract, near);
    expect(await client.procedures.math.add({ a: 20, b: 22 })).toBe(42);
    const seen: number[] = [];
    let ended: Error | undefined;
    client.subscribe("count", { name: "t" }, { next: ({ value }) => seen.push(value), end: (error) => (ended = error) });
    await expect.poll(() => sinks.has("t")).toBe(true);
    sinks.get("t")?.next({ kind: "mark", value: 7 });
    await expect.poll(() => seen).toEqual([7]);
    served.dispose();
    await expect.poll(() => ended).toMatchObject({ code: "rpc.closed" });
    expect(near.listeners + far.listeners).toBe(0);
    close();
  });
});

describe("a WebSocket", () => {
  it.each([
    ["text that is no JSON", "{", /JSON/],
    ["binary", new Uint8Array([1, 2]), /binary/],
  ] as const)("is closed by %s", async (_name, data, reason) => {
    const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
    await once(server, "listening");
    const socket = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const [accepted] = (await once(server, "connection")) as [WebSocket];
    const reasons: string[] = [];
    createSocketTransport(accepted, { onMalformed: (text) => reasons.push(text) });
    await once(socket, "open");
    socket.send(data);
    const [code] = (await once(socket, "close")) as [number];
    expect(code).toBe(1007);
    expect(reasons).toHaveLength(1);
    expect(reasons[0]).toMatch(reason);
    server.close();
  });
});

function createHost() {
  const ends: Transport[] = [];
  let refuse = 0;
  return {
    ends,
    refuseNext: (count: number) => (refuse = count),
    open: (): Promise<Transport> => {
      if (refuse > 0) return (refuse--, Promise.reject(new Error("refused")));
      const [near, far] = createMemoryPair();
      serveConnection({ contract: testContract, router, transport: far });
      ends.push(far);
      return Promise.resolve(near);
    },
  };
}

describe("reconnecting", () => {
  it("makes subscriptions again and lets new calls wait", async () => {
    const host = createHost();
    const client = connect(testContract, host.open, { delay: () => 5 });
    const states: string[] = [];
    client.onState((state) => states.push(state));
    const seen: number[] = [];
    const ends: unknown[] = [];
    client.subscribe("count", { name: "r" }, { next: ({ value }) => seen.push(value), end: (error) => ends.push(error) });
    await expect.poll(() => sinks.has("r")).toBe(true);
    sinks.get("r")?.next({ kind: "mark", value: 1 });
    await expect.poll(() => seen).toEqual([1]);
    host.refuseNext(3);
    const lost = client.procedures.work.wait({});
    await settle();
    host.ends.at(-1)?.close();
    await expect(lost).rejects.toMatchObject({ code: "rpc.closed" });
    expect(await client.procedures.math.add({ a: 1, b: 2 })).toBe(3);
    await expect.poll(() => sinks.has("r")).toBe(true);
    sinks.get("r")?.next({ kind: "mark", value: 2 });
    await expect.poll(() => seen).toEqual([1, 2]);
    expect(states).toEqual(["connected", "lost", "connected"]);
    expect(ends).toEqual([]);
    client.dispose();
    await settle();
    expect(sinks.has("r")).toBe(false);
    await expect(client.procedures.math.add({ a: 1, b: 2 })).rejects.toMatchObject({ code: "rpc.closed" });
  });

  it("a waiting call can be cancelled, and ends when the client is disposed", async () => {
    const client = connect(testContract, () => Promise.reject(new Error("refused")), { delay: () => 1 });
    const controller = new AbortController();
    const cancelled = client.procedures.math.add({ a: 1, b: 2 }, { signal: controller.signal });
    const closed = client.procedures.math.add({ a: 1, b: 2 });
    await settle();
    controller.abort();
    await expect(cancelled).rejects.toMatchObject({ code: "cancelled" });
    client.dispose();
    await expect(closed).rejects.toMatchObject({ code: "rpc.closed" });
  });
});

describe("a host that refuses for good", () => {
  const refusal = new LatheError("rpc.refused", "this window's address is no longer the server's");
  const call = (client: ReconnectingClient<typeof testContract>) => client.procedures.math.add({ a: 1, b: 2 });

  it("ends the calls that wait, those made later, and the subscriptions, with why", async () => {
    let refuse: (thrown: Error) => void = () => undefined;
    const client = connect(testContract, () => new Promise<Transport>((_resolve, reject) => (refuse = reject)));
    const ends: unknown[] = [];
    const subscribe = () => client.subscribe("count", { name: "refused" }, { next: () => undefined, end: (error) => ends.push(error) });
    subscribe();
    const waiting = call(client);
    refuse(refusal);
    await expect(waiting).rejects.toBe(refusal);
    expect(client.state).toBe("refused");
    await expect(call(client)).rejects.toBe(refusal);
    subscribe().dispose();
    subscribe();
    await expect.poll(() => ends).toEqual([refusal, refusal]);
    client.dispose();
    await expect(call(client)).rejects.toMatchObject({ code: "rpc.closed" });
  });

  it("does so after a loss too", async () => {
    const host = createHost();
    let refuses = false;
    const client = connect(testContract, () => (refuses ? Promise.reject(refusal) : host.open()), { delay: () => 1 });
    expect(await call(client)).toBe(3);
    const ends: unknown[] = [];
    client.subscribe("count", { name: "lost" }, { next: () => undefined, end: (error) => ends.push(error) });
    await expect.poll(() => sinks.has("lost")).toBe(true);
    refuses = true;
    host.ends.at(-1)?.close();
    await expect.poll(() => client.state).toBe("lost");
    await expect(call(client)).rejects.toBe(refusal);
    expect(ends).toEqual([refusal]);
    client.dispose();
  });
});

describe("a host that is away", () => {
  it("is waited for as long as patience lasts; then the call ends and says why", async () => {
    const away = connect(testContract, () => Promise.reject(new LatheError("rpc.closed", "Lathe's server does not answer")), { delay: () => 1, patience: 50 });
    await expect(away.procedures.math.add({ a: 1, b: 2 })).rejects.toMatchObject({
      code: "rpc.closed",
      message: "math.add was given up after 0.05 s without a connection: Lathe's server does not answer; try again once the connection is back",
    });
    expect(away.state).toBe("lost");
    away.dispose();
    // Nobody ever answers whether there is one.
    const silent = connect(testContract, () => new Promise<Transport>(() => undefined), { patience: 50 });
    await expect(silent.procedures.math.add({ a: 1, b: 2 })).rejects.toMatchObject({
      code: "rpc.closed",
      message: "math.add was given up after 0.05 s without a connection; try again once the connection is back",
    });
    silent.dispose();
  });
});

it("a reconnecting client that fell behind subscribes anew on the same connection, and says so", async () => {
  const [near, far] = createMemoryPair();
  serveConnection({ contract: testContract, router, transport: far, limits: { backlog: 5 } });
  const client = connect(testContract, () => Promise.resolve(near));
  const seen: number[] = [];
  let resumed = 0;
  const subscription = client.subscribe("count", { name: "behind" }, { next: ({ value }) => seen.push(value), resumed: () => resumed++ });
  await expect.poll(() => sinks.has("behind")).toBe(true);
  for (let value = 0; value < 10; value++) sinks.get("behind")?.next({ kind: "mark", value });
  await expect.poll(() => resumed).toBe(1);
  await expect.poll(() => sinks.has("behind")).toBe(true);
  sinks.get("behind")?.next({ kind: "mark", value: 99 });
  await expect.poll(() => seen.at(-1)).toBe(99);
  subscription.dispose();
  await expect.poll(() => sinks.has("behind")).toBe(false);
  client.dispose();
});
