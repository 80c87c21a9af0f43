import type { Random } from "../../src-main/base/random.js";

/** Ways to spoil what a program reads, of bytes, of text and of JSON. All draw from the stream they are given. */

export function pick<T>(random: Random, items: readonly T[]): T {
  const item = items[random.below(items.length)];
  if (item === undefined) throw new Error("nothing to pick from");
  return item;
}

/** Some of the spoilings, one after the other: mostly one, seldom three. */
export function several<T>(random: Random, value: T, ways: readonly ((value: T, random: Random) => T)[]): T {
  let result = value;
  for (let times = pick(random, [1, 1, 1, 2, 3]); times > 0; times--) result = pick(random, ways)(result, random);
  return result;
}

/** Numbers at the ends of what a format holds. */
const NUMBERS = [
  NaN,
  -0,
  0,
  -1,
  1,
  0.5,
  1e21,
  1e308,
  -1e308,
  5e-324,
  Infinity,
  -Infinity,
  9007199254740992,
  9007199254740993,
  -9007199254740993,
  2 ** 31,
  2 ** 32,
  2 ** 53,
  65536,
];
const NESTED = 5000;

/** Texts that some program has stumbled over. */
export const TEXTS: readonly string[] = [
  "",
  " ",
  "\0",
  "a\0b",
  "\ud800",
  "x\udfff",
  "\u2028",
  "\ufeff",
  "\u202eevil",
  "__proto__",
  "constructor",
  "hasOwnProperty",
  "valueOf",
  "then",
  "length",
  "NaN",
  "-0",
  "1e21",
  "null",
  "undefined",
  "../../etc/passwd",
  "/dev/zero",
  "C:\\x",
  "'; DROP TABLE t; --",
  '"',
  "\\",
  "%s%n",
  "${x}",
  "\u001b[31m",
  "\r\n",
  "\t",
  "=1+1",
  "0001",
  "9007199254740993",
  "x".repeat(300),
  "é".repeat(5000),
  "\u{1f600}".repeat(100),
  ".",
  "..",
];

export function odd(random: Random): unknown {
  switch (random.below(8)) {
    case 0:
    case 1:
    case 2:
      return pick(random, NUMBERS);
    case 3:
    case 4:
      return pick(random, TEXTS);
    case 5:
      return pick<unknown>(random, [null, true, false]);
    case 6:
      return pick<unknown>(random, [[], {}, [[]], [null], new Raw('{"__proto__": {"polluted": true}}')]);
    default:
      return nested(random);
  }
}

function nested(random: Random): Raw {
  const depth = pick(random, [10, 200, NESTED, 20 * NESTED]);
  return random.below(2) === 0 ? new Raw("[".repeat(depth) + "]".repeat(depth)) : new Raw('{"a":'.repeat(depth) + "1" + "}".repeat(depth));
}

// ── bytes

type Bytes = Buffer;

export const byteWays: readonly ((bytes: Bytes, random: Random) => Bytes)[] = [
  flip,
  flip,
  flip,
  cut,
  doubled,
  overwritten,
  overwritten,
  inserted,
  swapped,
  headless,
  emptied,
];

/** Bytes spoilt without knowing what they are. */
export function mutateBytes(random: Random, bytes: Uint8Array): Bytes {
  return several(random, Buffer.from(bytes), byteWays);
}

function flip(bytes: Bytes, random: Random): Bytes {
  const out = Buffer.from(bytes);
  for (let times = pick(random, [1, 1, 4, 30]); times > 0 && out.length > 0; times--) {
    const at = place(random, out.length);
    out[at] = (out[at] ?? 0) ^ (1 << random.below(8));
  }
  return out;
}

function cut(bytes: Bytes, random: Random): Bytes {
  return bytes.subarray(0, random.below(bytes.length + 1));
}

function headless(bytes: Bytes, random: Random): Bytes {
  return bytes.subarray(random.below(Math.min(64, bytes.length) + 1));
}

function emptied(bytes: Bytes, random: Random): Bytes {
  return pick(random, [Buffer.alloc(0), Buffer.alloc(1), Buffer.alloc(bytes.length), Buffer.alloc(bytes.length, 0xff), Buffer.concat([bytes, bytes])]);
}

function doubled(bytes: Bytes, random: Random): Bytes {
  const [from, length] = part(random, bytes.length);
  return Buffer.concat([bytes.subarray(0, from + length), bytes.subarray(from, from + length), bytes.subarray(from + length)]);
}

function swapped(bytes: Bytes, random: Random): Bytes {
  const [from, length] = part(random, bytes.length);
  const middle = from + (length >> 1);
  return Buffer.concat([bytes.subarray(0, from), bytes.subarray(middle, from + length), bytes.subarray(from, middle), bytes.subarray(from + length)]);
}

function overwritten(bytes: Bytes, random: Random): Bytes {
  if (bytes.length < 8) return bytes;
  const out = Buffer.from(bytes);
  const at = Math.min(place(random, out.length), out.length - 8);
  switch (random.below(6)) {
    case 0:
      out.writeUInt32LE(pick(random, [0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 65536]), at);
      break;
    case 1:
      out.writeUInt32BE(pick(random, [0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 65536]), at);
      break;
    case 2:
      out.writeUInt16LE(pick(random, [0, 1, 0x7fff, 0xffff]), at);
      break;
    case 3:
      out.writeDoubleLE(pick(random, NUMBERS), at);
      break;
    case 4:
      out.writeFloatLE(pick(random, NUMBERS), at);
      break;
    default:
      out.fill(pick(random, [0, 0xff, 0x80, 0x20]), at, Math.min(out.length, at + 1 + random.below(32)));
  }
  return out;
}

function inserted(bytes: Bytes, random: Random): Bytes {
  const at = place(random, bytes.length + 1);
  const more = pick(random, [
    Buffer.alloc(1),
    Buffer.from([0xef, 0xbb, 0xbf]),
    Buffer.from([0xff, 0xfe]),
    Buffer.from([0xed, 0xa0, 0x80]),
    Buffer.from("\u2028"),
    Buffer.alloc(5000, 0x41),
    Buffer.from("\n"),
    Buffer.from([0x80]),
  ]);
  return Buffer.concat([bytes.subarray(0, at), more, bytes.subarray(at)]);
}

/** Half of the time among the first bytes, where formats keep what they say of themselves. */
function place(random: Random, length: number): number {
  return random.below(Math.max(1, random.below(2) === 0 ? Math.min(length, 128) : length));
}

function part(random: Random, length: number): readonly [from: number, length: number] {
  const from = random.below(length + 1);
  return [from, random.below(Math.min(length - from, 4096) + 1)];
}

// ── JSON

/** Text that stands for a value as it is: JSON that no value has. */
export class Raw {
  constructor(readonly text: string) {}
}

/** As JSON.stringify, but numbers that JSON has not are written, and `-0` and `__proto__` kept. */
export function toJson(value: unknown, indent = ""): string {
  if (value instanceof Raw) return value.text;
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : value === Infinity ? "1e999" : value === -Infinity ? "-1e999" : String(value);
  if (value === undefined) return "null";
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item) => toJson(item, indent)).join(", ")}]`;
  return `{${Object.entries(value)
    .map(([key, item]) => `${JSON.stringify(key)}: ${toJson(item, indent)}`)
    .join(`,${indent === "" ? " " : `\n${indent}`}`)}}`;
}

type Slot = { readonly holder: Record<string, unknown> | unknown[]; readonly key: string | number };

/** Every place in a tree that holds a value. */
function slots(root: { readonly root: unknown }): readonly Slot[] {
  const found: Slot[] = [];
  const visit = (holder: Record<string, unknown> | unknown[]) => {
    for (const key of Array.isArray(holder) ? holder.keys() : Object.keys(holder)) {
      found.push({ holder, key });
      const value = read({ holder, key });
      if (typeof value === "object" && value !== null && !(value instanceof Raw) && !(value instanceof Uint8Array)) visit(value as Record<string, unknown>);
    }
  };
  visit(root);
  return found;
}

function read({ holder, key }: Slot): unknown {
  return (holder as Record<string | number, unknown>)[key];
}

/** Defined, not set: `__proto__` is a name like any other. */
function write({ holder, key }: Slot, value: unknown): void {
  Object.defineProperty(holder, key, { value, writable: true, enumerable: true, configurable: true });
}

function remove({ holder, key }: Slot): void {
  if (Array.isArray(holder)) holder.splice(Number(key), 1);
  else Reflect.deleteProperty(holder, key);
}

const treeWays: readonly ((tree: { root: unknown }, random: Random) => { root: unknown })[] = [
  replaced,
  replaced,
  replaced,
  retyped,
  (tree, random) => changed(tree, random, remove),
  // Two values change places.
  (tree, random) => {
    const all = slots(tree);
    if (all.length === 0) return tree;
    const [a, b] = [pick(random, all), pick(random, all)];
    const [x, y] = [structuredCopy(read(a)), structuredCopy(read(b))];
    write(a, y);
    write(b, x);
    return tree;
  },
  // A key of another name, or one more.
  (tree, random) =>
    changed(tree, random, (slot) => {
      if (Array.isArray(slot.holder)) return;
      const value = read(slot);
      if (random.below(2) === 0) remove(slot);
      write({ holder: slot.holder, key: pick(random, TEXTS) }, value);
    }),
  // Many of the same.
  (tree, random) =>
    changed(tree, random, (slot) => {
      if (!Array.isArray(slot.holder)) return;
      const value = read(slot);
      for (let times = pick(random, [1, 3, 400]); times > 0; times--) slot.holder.splice(Number(slot.key), 0, structuredCopy(value));
    }),
  // Deeper than it was.
  (tree, random) =>
    changed(tree, random, (slot) => {
      let value = read(slot);
      for (let depth = pick(random, [1, 2, 60]); depth > 0; depth--) value = random.below(2) === 0 ? [value] : { a: value };
      write(slot, value);
    }),
];

function replaced(tree: { root: unknown }, random: Random): { root: unknown } {
  return changed(tree, random, (slot) => write(slot, odd(random)));
}

/** A number as a text, a text as a list, a list as an object. */
function retyped(tree: { root: unknown }, random: Random): { root: unknown } {
  return changed(tree, random, (slot) => {
    const value = read(slot);
    if (typeof value === "number") write(slot, random.below(2) === 0 ? String(value) : -value);
    else if (typeof value === "string") write(slot, random.below(2) === 0 ? [value] : value + pick(random, TEXTS));
    else if (Array.isArray(value)) write(slot, Object.fromEntries(value.entries()));
    else write(slot, typeof value === "object" && value !== null ? JSON.stringify(value) : String(value));
  });
}

function changed(tree: { root: unknown }, random: Random, change: (slot: Slot) => void): { root: unknown } {
  const all = slots(tree);
  if (all.length > 0) change(pick(random, all));
  return tree;
}

function structuredCopy(value: unknown): unknown {
  if (value instanceof Raw || value instanceof Uint8Array || typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(structuredCopy);
  const out = {};
  for (const [key, item] of Object.entries(value)) write({ holder: out, key }, structuredCopy(item));
  return out;
}

/** A value spoilt in its tree; the original stays. */
export function mutateTree(random: Random, value: unknown): unknown {
  return several(random, { root: structuredCopy(value) }, treeWays).root;
}

/** JSON text spoilt: mostly its tree, sometimes the text itself. */
export function mutateJson(random: Random, value: unknown): Bytes {
  if (random.below(4) > 0) return Buffer.from(toJson(mutateTree(random, value), " "));
  return mutateBytes(random, Buffer.from(toJson(value, " ")));
}

/** Lines of JSON, one of them spoilt, or the lines themselves. */
export function mutateJsonLines(random: Random, text: string): Bytes {
  const lines = text.split("\n").filter((line) => line !== "");
  if (random.below(4) === 0 || lines.length === 0) return mutateBytes(random, Buffer.from(text));
  const at = random.below(lines.length);
  lines[at] = toJson(mutateTree(random, JSON.parse(lines[at] ?? "null")));
  if (random.below(4) === 0) lines.splice(random.below(lines.length), 0, pick(random, [lines[at], "", "{}", "null", "[]", "x"]));
  return Buffer.from(`${lines.join("\n")}${pick(random, ["\n", "\n", ""])}`);
}

/** A value whose texts and numbers are others, but of the same kind: what a check of the form lets pass. */
export function mutateLeaves(random: Random, value: unknown): unknown {
  const tree = { root: structuredCopy(value) };
  const leaves = slots(tree).filter((slot) => ["string", "number", "boolean"].includes(typeof read(slot)));
  for (let times = pick(random, [1, 1, 2]); times > 0 && leaves.length > 0; times--) {
    const slot = pick(random, leaves);
    const before = read(slot);
    if (typeof before === "string")
      write(slot, random.below(3) === 0 ? before + pick(random, TEXTS) : random.below(3) === 0 ? pick(random, TEXTS) + before : pick(random, TEXTS));
    else if (typeof before === "number") write(slot, pick(random, [...NUMBERS.filter((n) => Number.isSafeInteger(n)), 1, 2, 100, -1e300, 0.5]));
    else write(slot, before !== true);
  }
  return tree.root;
}
