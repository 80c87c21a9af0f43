import fc from "fast-check";
import { expect, it, test } from "vitest";
import { z } from "zod";
import { bytes } from "../../../src-main/contract/bytes.js";
import { procedure } from "../../../src-main/contract/contract.js";
import { createClient } from "../../../src-main/rpc/client.js";
import { serveConnection } from "../../../src-main/rpc/server.js";
import { fromText, toText } from "../../../src-main/rpc/transports/json-text.js";
import { createMemoryPair } from "../../../src-main/rpc/transports/memory.js";

test("bytes arrive as they were, wherever they stand", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.jsonValue(), (some, value) => {
      const survived: unknown = JSON.parse(JSON.stringify(value));
      expect(fromText(toText({ a: [some, { b: value, some }], text: "\0bytes" }))).toEqual({ a: [some, { b: survived, some }], text: "\0bytes" });
    }),
    { examples: [[Uint8Array.from({ length: 100_000 }, (_, i) => i * 7), null]] },
  );
});

test("what has no bytes is JSON as ever, and what only looks like bytes stays what it is", () => {
  const plain = { a: [1, "x", null, { b: true }] };
  expect(toText(plain)).toBe(JSON.stringify(plain));
  for (const odd of [{ "\0bytes": "not base64!" }, { "\0bytes": "AA==", more: 1 }, { "\0bytes": 7 }]) expect(fromText(JSON.stringify([odd]))).toEqual([odd]);
});

it("lets a procedure take and give bytes, and nothing else in their place", async () => {
  const contract = { procedures: { some: { reverse: procedure(z.strictObject({ given: bytes }), z.strictObject({ back: bytes })) } }, streams: {} };
  const [near, far] = createMemoryPair();
  serveConnection({ contract, transport: far, router: { procedures: { some: { reverse: ({ given }) => ({ back: given.toReversed() }) } }, streams: {} } });
  const { procedures } = createClient(contract, near);
  expect((await procedures.some.reverse({ given: Uint8Array.of(1, 2, 255) })).back).toEqual(Uint8Array.of(255, 2, 1));
  await expect(procedures.some.reverse({ given: [1, 2] as never })).rejects.toThrow(/given: expected bytes/);
});
