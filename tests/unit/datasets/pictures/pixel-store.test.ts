import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, statSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { PixelStore, bytesOf, dropStores, isCurrent } from "../../../../src-main/datasets/pictures/pixel-store.js";
import { noise } from "../../../support/pictures.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

const format = { width: 4, height: 3, color: "rgb", background: "#ffffff" } as const;
const hash = (name: string) => createHash("sha256").update(name).digest("hex");
const pixels = (name: string) => noise(name, 4, 3);

async function fill(folder: string, names: readonly string[], used: readonly string[] = names): Promise<PixelStore["reference"]> {
  const store = await PixelStore.open(folder, format);
  for (const name of names) await store.add(hash(name), pixels(name));
  await store.close(new Set(used.map(hash)));
  return store.reference;
}

/** What a start that was called off leaves. */
async function breakOff(folder: string, names: readonly string[]): Promise<void> {
  const store = await PixelStore.open(folder, format);
  for (const name of names) await store.add(hash(name), pixels(name));
  await store.close(undefined);
}

async function places(folder: string, names: readonly string[]): Promise<readonly (number | undefined)[]> {
  const store = await PixelStore.open(folder, format);
  const found = names.map((name) => store.placeOf(hash(name)));
  await store.close(new Set(names.map(hash)));
  return found;
}

describe("a store of pictures", () => {
  test("keeps everything where a start was called off before all was read", async () => {
    const folder = temporaryFolder();
    const names = Array.from({ length: 1200 }, (_, i) => `picture ${i}`);
    await fill(folder, names);
    await breakOff(folder, ["one more"]);
    expect(await places(folder, [...names, "one more"])).toEqual([...names, "one more"].map((_, place) => place));
  });

  test("holds each content once, at a place that stays", async () => {
    const folder = temporaryFolder();
    const { path, generation, bytes } = await fill(folder, ["a", "b", "a"]);
    expect(bytes).toBe(36);
    expect(readFileSync(path)).toEqual(Buffer.concat([pixels("a"), pixels("b")]));
    expect((await fill(folder, ["c", "a"])).generation).toBe(generation);
    expect(await places(folder, ["a", "b", "c", "d"])).toEqual([0, 1, 2, undefined]);
    expect(readFileSync(path)).toEqual(Buffer.concat([pixels("a"), pixels("b"), pixels("c")]));
    expect(await isCurrent({ path, generation, bytes })).toBe(true);
    expect(await isCurrent({ path, generation: "00".repeat(16), bytes })).toBe(false);
  });

  test("is another one for another size, colour or background", async () => {
    const folder = temporaryFolder();
    const references = [];
    for (const other of [format, { ...format, width: 5 }, { ...format, color: "gray" as const }, { ...format, background: "#000000" }]) {
      const store = await PixelStore.open(folder, other);
      references.push(store.reference.path);
      expect(store.reference.bytes).toBe(bytesOf(other));
      await store.close(new Set());
    }
    expect(new Set(references).size).toBe(4);
  });

  test.each<readonly [string, (path: string) => void, readonly (number | undefined)[]]>([
    ["the last entry was cut", (f) => truncateSync(join(f, "index"), statSync(join(f, "index")).size - 7), [0, 1, undefined]],
    [
      "an entry is damaged",
      (f) => {
        const bytes = readFileSync(join(f, "index"));
        bytes[28 + 40 + 3]! ^= 1;
        writeFileSync(join(f, "index"), bytes);
      },
      [0, undefined, undefined],
    ],
    ["pixels were cut", (f) => truncateSync(join(f, "pixels"), 36 * 2 - 1), [0, undefined, undefined]],
    [
      "pixels were appended, and the index was not",
      (f) => writeFileSync(join(f, "pixels"), Buffer.concat([readFileSync(join(f, "pixels")), Buffer.from("half a pic")])),
      [0, 1, 2],
    ],
    ["the index is another file", (f) => writeFileSync(join(f, "index"), "something else entirely, of some length"), [undefined, undefined, undefined]],
  ])("after a crash in which %s it keeps what is whole", async (_, damage, expected) => {
    const folder = temporaryFolder();
    const { path, generation } = await fill(folder, ["a", "b", "c"]);
    damage(join(path, ".."));
    expect(await places(folder, ["a", "b", "c"])).toEqual(expected);
    // What refers to a place that was lost must not find another picture there.
    expect(await isCurrent({ path, generation, bytes: 36 })).toBe(expected.every((place) => place !== undefined));
    const { path: again } = await fill(folder, ["a", "b", "c"]);
    const [a, b, c] = await places(folder, ["a", "b", "c"]);
    for (const [place, name] of [
      [a, "a"],
      [b, "b"],
      [c, "c"],
    ] as const)
      expect(readFileSync(again).subarray(place! * 36, place! * 36 + 36)).toEqual(Buffer.from(pixels(name)));
  });

  test("waits for a process that has it, and takes it over from one that died", async () => {
    const folder = temporaryFolder();
    const first = await PixelStore.open(folder, format);
    let opened = false;
    const second = PixelStore.open(folder, format).then((store) => {
      opened = true;
      return store;
    });
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(opened).toBe(false);
    await first.add(hash("a"), pixels("a"));
    await first.close(new Set([hash("a")]));
    const store = await second;
    expect(store.placeOf(hash("a"))).toBe(0);
    await store.close(new Set([hash("a")]));
    const lock = join(first.reference.path, "..", "lock");
    // No process has this number.
    writeFileSync(lock, "4194304999");
    expect(await places(folder, ["a"])).toEqual([0]);
    expect(existsSync(lock)).toBe(false);
  });

  test("gives up waiting when the work is called off", async () => {
    const folder = temporaryFolder();
    const first = await PixelStore.open(folder, format);
    await expect(PixelStore.open(folder, format, AbortSignal.timeout(300))).rejects.toThrow(expect.objectContaining({ code: "cancelled" }));
    await first.close(new Set());
  });

  test("forgets what nobody has any more, once that is most of it", async () => {
    const folder = temporaryFolder();
    const names = Array.from({ length: 1500 }, (_, i) => `p${i}`);
    const { generation } = await fill(folder, names, names.slice(0, 10));
    expect((await fill(folder, ["p1"])).generation).not.toBe(generation);
  });
});

test("four formats stay on disk; the one used longest ago goes first", async () => {
  const folder = temporaryFolder();
  for (let width = 1; width <= 6; width++) {
    const store = await PixelStore.open(folder, { ...format, width });
    await store.close(new Set());
    const old = new Date(Date.now() - (10 - width) * 60_000);
    utimesSync(join(store.reference.path, "..", "index"), old, old);
  }
  await dropStores(folder, [{ ...format, width: 1 }]);
  expect(
    readdirSync(join(folder, "pixels"))
      .map((name) => name.split("x")[0])
      .sort(),
  ).toEqual(["1", "4", "5", "6"]);
});
