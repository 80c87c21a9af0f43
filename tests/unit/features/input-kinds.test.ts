import { describe, expect, test } from "vitest";
import { z } from "zod";
import { Random } from "../../../src-main/base/random.js";
import { type InputDraft, inputSchema } from "../../../src-main/contract/data.js";
import { type FittedInput, fittedData } from "../../../src-main/features/fitted.js";
import {
  allInputKinds,
  fromStored,
  inputOptions,
  kindFor,
  kindOf,
  lowerInput,
  rowsOf,
  startInput,
  storedType,
  textsOf,
} from "../../../src-main/features/index.js";
import type { FitContext } from "../../../src-main/features/kind.js";
import { createEmitter } from "../../../src-main/ops/index.js";
import { type TensorData, sizeOf } from "../../../src-main/onnx/types.js";
import { compile } from "../../support/tables.js";

/** A row for each kind of input: what a project says of it, the training rows it is fitted on, and what comes of that. */
const rows: readonly {
  readonly draft: InputDraft;
  readonly cells: Readonly<Record<string, readonly (string | number)[]>>;
  /** A column that is read so unless somebody says otherwise; absent of a kind that is only chosen. */
  readonly seen?: { readonly type: string; readonly distinct: number };
}[] = [
  { draft: { name: "size", type: "numeric", columns: ["a", "b"] }, cells: { a: [1, 2, 3, 6], b: [10, 10, 20, 40] }, seen: { type: "number", distinct: 4 } },
  { draft: { name: "colour", type: "category", column: "c" }, cells: { c: ["red", "blue", "red", "green"] }, seen: { type: "text", distinct: 3 } },
  { draft: { name: "old", type: "binary", column: "d" }, cells: { d: ["no", "yes", "Yes", "no"] }, seen: { type: "text", distinct: 2 } },
  {
    draft: { name: "photo", type: "image", column: "e", size: [6, 5], normalize: "own" },
    cells: { e: ["1.png", "2.png", "3.png", "4.png"] },
    seen: { type: "picture", distinct: 4 },
  },
  { draft: { name: "past", type: "window", columns: ["f", "g"], length: 3, ahead: 1 }, cells: { f: [1, 2, 3, 6], g: [10, 10, 20, 40] } },
  {
    draft: { name: "review", type: "text", column: "h", length: 4 },
    cells: { h: ["A good film.", "a bad film", "", "Good, good!"] },
    seen: { type: "prose", distinct: 4 },
  },
  { draft: { name: "there", type: "present", column: "e" }, cells: { e: ["1.png", "", "3.png", "4.png"] } },
];

/** The training rows, looked at one by one. */
function contextOf(cells: (typeof rows)[number]["cells"]): FitContext {
  const values = (column: string) => (cells[column] ?? []).map(Number);
  return {
    path: "rows.csv",
    numbers: (column) => {
      const all = values(column);
      const mean = all.reduce((a, b) => a + b, 0) / all.length;
      return Promise.resolve({
        count: all.length,
        min: Math.min(...all),
        max: Math.max(...all),
        mean,
        deviation: Math.sqrt(all.reduce((sum, x) => sum + (x - mean) ** 2, 0) / all.length),
      });
    },
    median: (column) => Promise.resolve(values(column).sort((a, b) => a - b)[1] ?? 0),
    words: () => Promise.resolve(new Map()),
    texts: (column) => {
      const counts = new Map<string, number>();
      for (const text of cells[column] ?? []) counts.set(String(text), (counts.get(String(text)) ?? 0) + 1);
      return Promise.resolve(counts);
    },
    pixels: () => Promise.resolve({ mean: [0.5, 0.4, 0.3], deviation: [0.2, 0, 0.1] }),
    pixelRange: () => ({}),
    warn: () => undefined,
  };
}

const namesOf = (draft: InputDraft) => {
  const named = kindOf(draft).columns(draft);
  return named === "rest" ? [] : named.map(({ column }) => column);
};

async function fit({ draft, cells }: (typeof rows)[number]): Promise<FittedInput> {
  const options = inputSchema.parse(draft);
  return kindOf(options).fit(options, namesOf(draft), contextOf(cells));
}

/** What the graph makes of raw, or stored, values. */
async function run(input: FittedInput, values: TensorData, from: "raw" | "stored"): Promise<TensorData> {
  const e = createEmitter();
  const { dtype, shape } = from === "raw" ? kindOf(input).rawType(input) : storedType(input);
  const value = e.graph.input("x", dtype, shape);
  e.graph.output(from === "raw" ? lowerInput(e, value, input) : fromStored(e, value, input), "y");
  const executable = await compile(e.graph.build("input"));
  try {
    return (await executable.run({ x: values }))["y"]!;
  } finally {
    await executable.dispose();
  }
}

test("every kind has a row here and a summary, and says what is mistyped", () => {
  expect(rows.map(({ draft }) => draft.type)).toEqual(allInputKinds.map(({ type }) => type));
  for (const { summary } of allInputKinds) expect(summary.length).toBeGreaterThan(10);
  for (const options of inputOptions) {
    expect(options).toBeInstanceOf(z.ZodObject);
    expect(options.safeParse({ noSuchOption: 1 }).error?.issues.map(({ code }) => code)).toContain("unrecognized_keys");
  }
});

describe.each(rows.map((row) => [row.draft.type, row] as const))("%s", (type, row) => {
  const kind = kindOf(row.draft);

  test("is proposed for columns that suit it, and starts as a project may have it", () => {
    if (row.seen) expect(kindFor(row.seen)).toBe(type);
    else expect(kind.suits({ type: "number", distinct: 9 })).toBe(false);
    const started = startInput(type, "own", namesOf(row.draft));
    expect(inputSchema.parse(started)).toMatchObject({ name: "own", type });
    expect(namesOf(started)).toEqual(namesOf(row.draft));
    const moved = kind.withColumns(row.draft, ["z"]);
    expect(namesOf(moved)).toEqual(["z"]);
    expect(moved.name).toBe(row.draft.name);
  });

  test("names its columns where the options do", () => {
    const named = kind.columns(row.draft);
    if (named === "rest") throw new Error("a row here names its columns");
    for (const { column, path } of named) expect(path.reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], row.draft)).toBe(column);
    expect(named.length).toBe(kind.gathers ? 2 : 1);
  });

  test("what it learns is what files keep of it, and reads the columns it was fitted on", async () => {
    const fitted = await fit(row);
    expect(fittedData.parse({ version: 1, inputs: [JSON.parse(JSON.stringify(fitted))], targets: [] }).inputs).toEqual([fitted]);
    expect(kind.columnsOf(fitted)).toEqual(namesOf(row.draft));
    expect(kind.describe(fitted).length).toBeGreaterThan(10);
  });

  test("plans the shape that it has in the end", async () => {
    const fitted = await fit(row);
    const column = (name: string) => {
      const distinct = new Set(row.cells[name]).size;
      return { name, distinct, exact: true, missing: 0 };
    };
    const { shape, description } = kind.plan(inputSchema.parse(row.draft), { column, rest: 0 });
    expect(shape).toEqual(kind.encodedType(fitted).shape);
    expect(description).not.toBe("");
  });

  test("its graph takes what may stand in a table, and gives numbers of the shape it says", async () => {
    const fitted = await fit(row);
    const raw = kind.madeUp(fitted, 40, new Random("made up", type));
    expect([raw.dtype, raw.dims.length]).toEqual([kind.rawType(fitted).dtype, kind.rawType(fitted).shape.length]);
    const encoded = await run(fitted, raw, "raw");
    expect(encoded.dims).toEqual([40, ...kind.encodedType(fitted).shape.slice(1)]);
    expect(Array.from(encoded.data as Float32Array).every(Number.isFinite)).toBe(true);
  });

  test("what batches hold is what the rest of the graph reads", async () => {
    const fitted = await fit(row);
    const { dtype, shape } = storedType(fitted);
    const dims = [3, ...shape.slice(1).map(Number)];
    const values = Array.from({ length: sizeOf(dims) }, (_, i) => (i * 37) % 200);
    const stored: TensorData = dtype === "uint8" ? { dtype, dims, data: Uint8Array.from(values) } : { dtype: "float32", dims, data: Float32Array.from(values) };
    const read = await run(fitted, stored, "stored");
    expect(read.dims).toEqual([3, ...kind.encodedType(fitted).shape.slice(1)]);
    // A kind in records is encoded before; one in a store is not.
    if (kind.kept === "record") expect(read.data).toEqual(stored.data);
    else expect(dtype).toBe(kind.kept === "pictures" ? "uint8" : "float32");
  });

  test("asks for its columns, begins with what is usual, and tells what training never saw", async () => {
    const fitted = await fit(row);
    const tally = kind.tally(fitted);
    tally?.add((await run(fitted, kind.madeUp(fitted, 40, new Random("rows", type)), "raw")).data as Float32Array);
    const seen = Object.fromEntries(tally?.values() ?? []);
    expect(Object.keys(seen)).toEqual(tally ? kind.columnsOf(fitted) : []);
    // A series is not typed.
    expect(kind.fields(fitted, seen, undefined).map(({ column }) => column)).toEqual(kind.kept === "series" ? [] : kind.columnsOf(fitted));
    const nothing = kind.notes(fitted, seen, { typed: {}, numbers: {}, unknown: [] });
    // Rows without it are answered, so that what stands in for it is told; or they are not.
    expect(nothing.map(({ column }) => column)).toEqual(kind.gaps(fitted) === "keep" ? kind.columnsOf(fitted) : []);
  });

  test("prepared data do not depend on what changes in training alone", () => {
    const options = inputSchema.parse(row.draft);
    const augmented = inputSchema.parse({ ...row.draft, ...(kind.augmentation(options) ? { augment: [{ type: "RandomHorizontalFlip" }] } : {}) });
    expect(kind.prepared(augmented)).toEqual(kind.prepared(options));
  });
});

describe("a text", () => {
  const learn = async (more: object, texts: readonly string[]) => {
    const options = inputSchema.parse({ name: "t", type: "text", column: "h", length: 4, ...more });
    const warnings: string[] = [];
    const context = { ...contextOf({ h: texts }), warn: (_code: string, message: string) => warnings.push(message) };
    return { fitted: await kindOf(options).fit(options, ["h"], context), warnings };
  };
  const numbersOf = async (fitted: FittedInput, texts: readonly string[]) => {
    const data = texts.flatMap((text) => textsOf(text, fitted));
    const { data: numbers } = await run(fitted, { dtype: "string", dims: [texts.length, 4], data }, "raw");
    return texts.map((_, i) => [...(numbers as Float32Array).subarray(i * 4, i * 4 + 4)]);
  };

  test("is the numbers of its words, the commonest first, 0 behind the last and 1 for one that training did not see", async () => {
    const { fitted, warnings } = await learn({}, ["A good film.", "a bad film", "Good, good!", "don’t go to the film"]);
    if (fitted.type !== "text") throw new Error("no text");
    // "film" and "good" stand three times each, the rest by the alphabet.
    expect(fitted.vocabulary.slice(0, 3)).toEqual(["film", "good", "a"]);
    expect(await numbersOf(fitted, ["good film", "", "A FILM about dogs, and more"])).toEqual([
      [3, 2, 0, 0],
      [0, 0, 0, 0],
      [4, 2, 1, 1],
    ]);
    expect(textsOf("Don’t, don't", fitted)).toEqual(["don’t", ",", "don't", ""]);
    expect(warnings).toEqual([expect.stringMatching(/1 of 4 texts of column "h" of rows.csv are longer than 4 words/)]);
  });

  test("is the numbers of its characters, whole ones, as they are", async () => {
    const { fitted } = await learn({ tokens: "characters", vocabulary: 5 }, ["aab", "aB😀"]);
    if (fitted.type !== "text") throw new Error("no text");
    expect(fitted.vocabulary).toEqual(["a", "B", "b"]);
    expect(textsOf("a😀b", fitted)).toEqual(["a", "😀", "b", ""]);
    expect(await numbersOf(fitted, ["a😀bB"])).toEqual([[2, 1, 4, 3]]);
  });
});

test("a window reads the rows that it says, of the past and ahead", () => {
  const rowsRead = (length: number, ahead: number) => {
    const options = inputSchema.parse({ name: "w", type: "window", columns: ["f"], length, ahead });
    return rowsOf(options);
  };
  expect(rowsRead(28, 0)).toEqual({ from: -27, to: 0 });
  expect(rowsRead(0, 14)).toEqual({ from: 1, to: 14 });
  expect(rowsRead(3, 2)).toEqual({ from: -2, to: 2 });
  expect(inputSchema.safeParse({ name: "w", type: "window", columns: ["f"], length: 0 }).success).toBe(false);
});
