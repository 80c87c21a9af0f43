import { expect, test } from "vitest";
import { inputSchema } from "../../../src-main/contract/data.js";
import { fittedData } from "../../../src-main/features/fitted.js";
import { fittedVocabularies, isEmbedded, kindOf, lowerInput, readsOf } from "../../../src-main/features/index.js";
import { createEmitter } from "../../../src-main/ops/index.js";
import { compile } from "../../support/tables.js";

const fitted = { name: "colour", type: "category" as const, column: "c", classes: ["blue", "green", "red"], also: { Red: "red" }, encode: "index" as const };
const spec = inputSchema.parse({ name: "colour", type: "category", column: "c", encode: "index" });

test("a category by index is the place of its value, in any of its spellings, and -1 of a value that training did not see", async () => {
  const e = createEmitter();
  const raw = e.graph.input("colour", "string", ["N", 1]);
  e.graph.output(lowerInput(e, raw, fitted), "place");
  const session = await compile(e.graph.build("category"));
  const { place } = await session.run({ colour: { dtype: "string", dims: [5, 1], data: ["red", "blue", "Red", "pink", ""] } });
  await session.dispose();
  expect(place).toMatchObject({ dtype: "float32", dims: [5, 1] });
  expect([...(place!.data as Float32Array)]).toEqual([2, 0, 2, -1, -1]);
});

test("it is read as one token, of as many as there are values", () => {
  expect([isEmbedded(spec), readsOf(spec), readsOf(fitted)]).toEqual([true, "tokens", "tokens"]);
  const data = fittedData.parse({ version: 2, inputs: [fitted], targets: [] });
  expect(fittedVocabularies([spec], data)).toEqual(new Map([["colour", { size: 3, of: "values" }]]));
  const tally = kindOf(fitted).tally(fitted);
  tally?.add(Float32Array.of(2, -1, 0, 2));
  expect(tally?.values()).toEqual([["c", { type: "classes", rows: [1, 0, 2] }]]);
});

test("one-hot, which is the default, leaves the data that were prepared before as they are", () => {
  const bare = { name: "colour", type: "category", column: "c" };
  for (const draft of [bare, { ...bare, encode: "one-hot" }]) {
    const options = inputSchema.parse(draft);
    expect(kindOf(options).prepared(options)).toEqual(bare);
    expect(readsOf(options)).toBe("values");
  }
  expect(kindOf(spec).prepared(spec)).toEqual({ ...bare, encode: "index" });
  expect([8, 9].map((values) => kindOf(spec).start("colour", ["c"], values))).toEqual([bare, { ...bare, encode: "index" }]);
});
