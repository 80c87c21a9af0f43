import { describe, expect, expectTypeOf, it } from "vitest";
import { LatheError } from "../../../src-main/base/errors.js";
import { createFixture, settle } from "./fixture.js";

describe("calls", () => {
  it("answer with what the handler returned, typed by the contract", async () => {
    const { client } = createFixture();
    const sum = await client.procedures.math.add({ a: 2, b: 3 });
    expect(sum).toBe(5);
    expectTypeOf(sum).toEqualTypeOf<number>();
    expectTypeOf(client.procedures.math.add).parameter(0).toEqualTypeOf<{ a: number; b: number }>();
  });

  it("refuse an input that is not in the contract's form, and log it", async () => {
    const { client, refusals } = createFixture();
    const wrong = { a: 2, b: "3" } as unknown as { a: number; b: number };
    const error = await client.procedures.math.add(wrong).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(LatheError);
    expect(error).toMatchObject({ code: "rpc.invalid", message: expect.stringMatching(/the input of math\.add is wrong: b: .*expected number/) });
    expect(refusals).toHaveLength(1);
    expect(refusals[0]).toMatchObject({ path: "math.add", error: { code: "rpc.invalid" } });
  });

  it("refuse an input with a field too many", async () => {
    const { client } = createFixture();
    const wrong = { a: 2, b: 3, shell: "rm" } as { a: number; b: number };
    await expect(client.procedures.math.add(wrong)).rejects.toMatchObject({ code: "rpc.invalid" });
  });

  it("refuse an input 2,000 levels deep, which nobody follows to its end", async () => {
    const { client } = createFixture();
    let deep: unknown = 1;
    for (let level = 0; level < 2000; level++) deep = [deep];
    await expect(client.procedures.math.add({ a: deep, b: 1 } as never)).rejects.toMatchObject({
      code: "rpc.invalid",
      message: expect.stringContaining("it has lists and objects in one another, more than 200 levels deep") as unknown,
    });
  });

  it("refuse an answer that is not in the contract's form", async () => {
    const { client } = createFixture();
    await expect(client.procedures.math.lie({})).rejects.toMatchObject({ code: "rpc.invalid", message: expect.stringContaining("the answer to math.lie") });
  });

  it("carry a LatheError with its code, sentence and details", async () => {
    const { client } = createFixture();
    const error = await client.procedures.work.fail({ how: "lathe" }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(LatheError);
    expect((error as LatheError).toRecord()).toEqual({ code: "data.missing", message: "there is no file x.csv", details: { path: "x.csv" } });
  });

  it("carry what nobody foresaw as an internal error", async () => {
    const { client } = createFixture();
    await expect(client.procedures.work.fail({ how: "plain" })).rejects.toMatchObject({ code: "internal", message: "undefined is not a function" });
  });

  it.each(["math.constructor", "__proto__.add", "math.add.more", "nowhere.add", ""])("refuse the procedure %j", async (path) => {
    const { client, refusals } = createFixture();
    const { testContract } = await import("./fixture.js");
    const call = client.call(path, testContract.procedures.math.add, { a: 1, b: 1 });
    await expect(call).rejects.toMatchObject({ code: "rpc.invalid", message: expect.stringContaining("there is no procedure") });
    expect(refusals).toHaveLength(1);
  });

  it("refuse more calls in work than the limit", async () => {
    const { client, connection } = createFixture({ calls: 2 });
    const controller = new AbortController();
    const waiting = [1, 2].map(() => client.procedures.work.wait({}, { signal: controller.signal }));
    await settle();
    await expect(client.procedures.work.wait({})).rejects.toMatchObject({ code: "rpc.refused" });
    controller.abort();
    await Promise.allSettled(waiting);
    await settle();
    expect(connection.calls).toBe(0);
  });
});

describe("cancellation", () => {
  it("rejects at once and stops the handler", async () => {
    const { client, connection, log } = createFixture();
    const controller = new AbortController();
    const call = client.procedures.work.wait({}, { signal: controller.signal });
    await settle();
    expect(log).toEqual(["waiting"]);
    controller.abort();
    await expect(call).rejects.toMatchObject({ code: "cancelled" });
    await settle();
    expect(log).toEqual(["waiting", "aborted"]);
    expect([client.pending, connection.calls]).toEqual([0, 0]);
  });

  it("of a call not yet made makes no call", async () => {
    const { client, log } = createFixture();
    await expect(client.procedures.work.wait({}, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "cancelled" });
    await settle();
    expect(log).toEqual([]);
  });

  it("reaches handlers whose client is gone", async () => {
    const { client, log, connection } = createFixture();
    const call = client.procedures.work.wait({});
    await settle();
    client.dispose();
    await expect(call).rejects.toMatchObject({ code: "rpc.closed" });
    await settle();
    expect(log).toEqual(["waiting", "aborted"]);
    expect(connection.calls).toBe(0);
    await expect(client.procedures.math.add({ a: 1, b: 1 })).rejects.toMatchObject({ code: "rpc.closed" });
  });
});

describe("malformed messages", () => {
  it.each([
    ["not an object", 42],
    ["null", null],
    ["without a type", { m: "call", a: [] }],
    ["a method that is not there", { t: "q", i: "1", m: "constructor", a: [] }],
    ["arguments that are no list", { t: "q", i: "1", m: "call", a: "x" }],
    ["arguments of another form", { t: "q", i: "1", m: "call", a: [{ id: 1 }] }],
    ["a field too many", { t: "q", i: "1", m: "cancel", a: ["c1"], z: 1 }],
    ["an endless id", { t: "q", i: "1", m: "cancel", a: ["c".repeat(65)] }],
  ])("%s closes the connection and is logged", async (_name, message) => {
    const { clientEnd, serverEnd, refusals } = createFixture();
    clientEnd.send(message);
    await settle();
    expect(serverEnd.closed).toBe(true);
    expect(refusals).toHaveLength(1);
    expect(refusals[0]?.error.code).toBe("rpc.invalid");
  });

  it("from the server are reported by the client and do no harm", async () => {
    const { client, serverEnd, invalid } = createFixture();
    serverEnd.send({ t: "q", m: "deliver", a: [{ id: "s9", events: "all" }] });
    serverEnd.send("noise");
    await settle();
    expect(invalid.map((error) => error.code)).toEqual(["rpc.invalid", "rpc.invalid"]);
    expect(await client.procedures.math.add({ a: 1, b: 1 })).toBe(2);
  });
});
