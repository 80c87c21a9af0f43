import { expect, it } from "vitest";
import { DecodingRoom } from "../../../../src-main/datasets/pictures/decoding-room.js";

/** Takers in the order in which they got room. */
function takers(room: DecodingRoom) {
  const got: string[] = [];
  const back = new Map<string, () => void>();
  return {
    got,
    take: async (name: string, bytes: number, signal?: AbortSignal) => {
      back.set(name, await room.take(bytes, signal));
      got.push(name);
    },
    end: async (name: string) => {
      back.get(name)?.();
      await Promise.resolve();
    },
  };
}

it("holds no more than it has room for; whoever needs more than that waits for the others and is the only large one", async () => {
  const { got, take, end } = takers(new DecodingRoom(800));
  await Promise.all([take("a", 300), take("b", 300)]);
  const [huge, other] = [take("huge", 1e9), take("other", 400)];
  await end("a");
  await other;
  expect(got).toEqual(["a", "b", "other"]);
  await end("b");
  await end("other");
  await huge;
  expect(got).toEqual(["a", "b", "other", "huge"]);
  // An eighth is kept for small ones.
  await take("small", 100);
  expect(got.at(-1)).toBe("small");
});

it("is not taken by what was called off, which keeps nobody waiting", async () => {
  const { got, take, end } = takers(new DecodingRoom(100));
  await take("a", 80);
  const abort = new AbortController();
  const called = take("off", 50, abort.signal);
  const next = take("next", 80);
  abort.abort();
  await expect(called).rejects.toMatchObject({ code: "cancelled" });
  await expect(take("never", 1, abort.signal)).rejects.toMatchObject({ code: "cancelled" });
  await end("a");
  await next;
  expect(got).toEqual(["a", "next"]);
});
