import { describe, expect, it } from "vitest";
import { createFixture, settle, type CountEvent } from "./fixture.js";

function listen(client: ReturnType<typeof createFixture>["client"], name = "a") {
  const events: CountEvent[] = [];
  const ends: (Error | undefined)[] = [];
  const subscription = client.subscribe("count", { name }, { next: (event) => events.push(event), end: (error) => ends.push(error) });
  return { events, ends, subscription };
}

describe("streams", () => {
  it("bring events in order until they are let go of", async () => {
    const { client, sinks, connection } = createFixture();
    const { events, ends, subscription } = listen(client);
    await settle();
    for (let value = 0; value < 5; value++) sinks.get("a")?.next({ kind: "mark", value });
    await settle();
    expect(events.map(({ value }) => value)).toEqual([0, 1, 2, 3, 4]);
    subscription.dispose();
    subscription.dispose();
    await settle();
    expect(sinks.has("a")).toBe(false);
    expect([connection.subscriptions, client.subscriptions, ends.length]).toEqual([0, 0, 0]);
  });

  it("deliver what waits, then end", async () => {
    const { client, sinks, connection } = createFixture();
    const { events, ends } = listen(client);
    await settle();
    const sink = sinks.get("a");
    sink?.next({ kind: "mark", value: 1 });
    sink?.end();
    sink?.next({ kind: "mark", value: 2 });
    await settle();
    expect(events).toEqual([{ kind: "mark", value: 1 }]);
    expect(ends).toEqual([undefined]);
    expect([sinks.size, connection.subscriptions, client.subscriptions]).toEqual([0, 0, 0]);
  });

  it("end with a typed error where the handler refuses", async () => {
    const { client, connection } = createFixture();
    const { ends } = listen(client, "no");
    await settle();
    expect(ends).toMatchObject([{ code: "run.missing" }]);
    expect([connection.subscriptions, client.subscriptions]).toEqual([0, 0]);
  });

  it("refuse a stream that only the client knows", async () => {
    const { clientEnd, refusals } = createFixture();
    clientEnd.send({ t: "q", i: "1", m: "subscribe", a: [{ id: "s1", stream: "constructor", params: {} }] });
    await settle();
    expect(refusals).toMatchObject([{ path: "constructor", error: { code: "rpc.invalid" } }]);
  });

  it("refuse wrong parameters and streams that are not there", async () => {
    const { client, refusals } = createFixture();
    const ends: unknown[] = [];
    client.subscribe("count", { name: 3 } as unknown as { name: string }, { next: () => undefined, end: (error) => ends.push(error) });
    await settle();
    expect(ends).toMatchObject([{ code: "rpc.invalid", message: expect.stringContaining("the parameters of count") }]);
    expect(refusals).toMatchObject([{ path: "count", error: { code: "rpc.invalid" } }]);
    expect(() => client.subscribe("toString" as "count", { name: "a" }, { next: () => undefined })).toThrow(/no stream toString/);
  });

  it("let go of their source when the client leaves before it is there", async () => {
    const { client, sinks, connection } = createFixture();
    const { subscription } = listen(client);
    subscription.dispose();
    await settle();
    expect([sinks.size, connection.subscriptions]).toEqual([0, 0]);
  });

  it("drop an event in the wrong form, report it, and continue", async () => {
    const { client, sinks, invalid } = createFixture();
    const { events } = listen(client);
    await settle();
    sinks.get("a")?.next({ kind: "mark", value: "seven" } as unknown as CountEvent);
    sinks.get("a")?.next({ kind: "mark", value: 8 });
    await settle();
    expect(events).toEqual([{ kind: "mark", value: 8 }]);
    expect(invalid).toMatchObject([{ code: "rpc.invalid" }]);
  });

  it("refuse more subscriptions than the limit", async () => {
    const { client, connection } = createFixture({ subscriptions: 1 });
    listen(client, "a");
    const { ends } = listen(client, "b");
    await expect.poll(() => ends).toMatchObject([{ code: "rpc.refused" }]);
    expect(connection.subscriptions).toBe(1);
  });
});

describe("back-pressure", () => {
  it("keeps only the newest of what is superseded while the subscriber is slow, and all of the rest in order", async () => {
    const { client, sinks, serverEnd } = createFixture();
    const { events } = listen(client);
    await settle();
    let sent = 0;
    const send = serverEnd.send.bind(serverEnd);
    serverEnd.send = (message) => {
      sent++;
      send(message);
    };
    for (let value = 0; value < 10_000; value++) {
      sinks.get("a")?.next({ kind: "tick", value });
      if (value % 1000 === 999) sinks.get("a")?.next({ kind: "mark", value });
    }
    await settle(50);
    expect(events.filter(({ kind }) => kind === "mark").map(({ value }) => value)).toEqual(Array.from({ length: 10 }, (_, i) => i * 1000 + 999));
    expect(events.at(-1)?.kind).toBe("mark");
    expect(events.filter(({ kind }) => kind === "tick").map(({ value }) => value)).toEqual([9999]);
    expect(sent).toBeLessThan(5);
  });

  it("waits for a subscriber that does not answer, and for no other", async () => {
    const { client, sinks, clientEnd } = createFixture();
    const slow = listen(client);
    await settle();
    // The client's acknowledgements do not leave: its socket is slow.
    const held: unknown[] = [];
    const send = clientEnd.send.bind(clientEnd);
    clientEnd.send = (message) => void held.push(message);
    for (let value = 0; value < 100; value++) {
      sinks.get("a")?.next({ kind: "tick", value });
      await settle(1);
    }
    expect(slow.events).toHaveLength(1);
    clientEnd.send = send;
    for (const message of held) send(message);
    await settle();
    expect(slow.events.map(({ value }) => value)).toEqual([0, 99]);
  });

  it("ends the stream of a subscriber that fell too far behind", async () => {
    const { client, sinks, connection } = createFixture({ backlog: 10 });
    const { ends } = listen(client);
    await settle();
    for (let value = 0; value < 12; value++) sinks.get("a")?.next({ kind: "mark", value });
    await settle();
    expect(ends).toMatchObject([{ code: "rpc.closed", message: expect.stringContaining("behind") }]);
    expect([sinks.size, connection.subscriptions]).toEqual([0, 0]);
  });
});

describe("leaks", () => {
  it("no listener, call or subscription outlives its connection, whichever side closes", async () => {
    for (const side of ["client", "server"] as const) {
      const fixture = createFixture();
      const { client, connection, clientEnd, serverEnd, sinks } = fixture;
      const { ends } = listen(client);
      const call = client.procedures.work.wait({}).catch((error: unknown) => error);
      await settle();
      expect(sinks.size).toBe(1);
      (side === "client" ? client : connection).dispose();
      expect(await call).toMatchObject({ code: "rpc.closed" });
      await settle();
      expect(ends).toMatchObject([{ code: "rpc.closed" }]);
      expect([sinks.size, connection.subscriptions, connection.calls, client.subscriptions, client.pending]).toEqual([0, 0, 0, 0, 0]);
      expect([clientEnd.listeners, serverEnd.listeners]).toEqual([0, 0]);
    }
  });

  it("a thousand subscriptions and calls leave nothing behind", async () => {
    const { client, connection, clientEnd, serverEnd, sinks } = createFixture();
    const before = [clientEnd.listeners, serverEnd.listeners];
    const signal = new AbortController();
    let added = 0;
    const add = signal.signal.addEventListener.bind(signal.signal);
    const remove = signal.signal.removeEventListener.bind(signal.signal);
    signal.signal.addEventListener = (...args: Parameters<typeof add>) => (added++, add(...args));
    signal.signal.removeEventListener = (...args: Parameters<typeof remove>) => (added--, remove(...args));
    for (let i = 0; i < 1000; i++) {
      const { subscription } = listen(client, `n${i % 7}`);
      if (i % 2 === 0) await client.procedures.math.add({ a: i, b: 1 }, { signal: signal.signal });
      subscription.dispose();
    }
    await settle();
    expect(added).toBe(0);
    expect([clientEnd.listeners, serverEnd.listeners]).toEqual(before);
    expect([sinks.size, connection.subscriptions, connection.calls, client.subscriptions, client.pending]).toEqual([0, 0, 0, 0, 0]);
  });
});
