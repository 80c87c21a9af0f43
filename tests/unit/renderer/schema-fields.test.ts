import { describe, expect, it, test } from "vitest";
import { z } from "zod";
import { losses } from "../../../src-main/losses/index.js";
import { optimizers } from "../../../src-main/optimizers/index.js";
import { schedules } from "../../../src-main/optimizers/schedules/index.js";
import { transforms } from "../../../src-main/transforms/index.js";
import { layers } from "../../../src-main/layers/index.js";
import { type JsonSchema, fieldsOf, parseNumber, readNumber } from "../../../src-renderer/composables/schema-fields.js";

const fields = (shape: z.ZodRawShape) => fieldsOf(z.toJSONSchema(z.strictObject(shape), { io: "input" }));
const only = (option: z.ZodType) => fields({ outFeatures: option })[0];

describe("an option becomes", () => {
  test("a number, with its bounds, its default and its words", () => {
    expect(only(z.int().positive().describe("How many"))).toEqual({
      key: "outFeatures",
      label: "Out features",
      help: "How many",
      required: true,
      default: undefined,
      kind: "number",
      whole: true,
      words: [],
      list: false,
      single: true,
      least: 1,
    });
    expect(only(z.number().min(0).max(1).default(0.5))).toMatchObject({ kind: "number", whole: false, least: 0, most: 1, required: false, default: 0.5 });
    expect(only(z.int().nullable().default(null))).toMatchObject({ kind: "number", words: [{ value: null }], default: null });
  });

  test.each([
    ["a number or several", z.union([z.int(), z.tuple([z.int(), z.int()])]), { whole: true, list: true, single: true }],
    ["several alone", z.array(z.number()), { whole: false, list: true, single: false }],
    ["a pair alone", z.tuple([z.number(), z.number()]).default([0.9, 0.999]), { list: true, single: false, default: [0.9, 0.999] }],
    ["a word or several", z.union([z.literal("balanced"), z.array(z.number())]), { words: [{ value: "balanced" }], list: true, single: false }],
  ])("%s", (_, option, expected) => {
    expect(only(option)).toMatchObject({ kind: "number", ...expected });
  });

  test("a switch, a choice, a text, an entry with options of its own, or JSON where no control suits", () => {
    expect(only(z.boolean().default(false))).toMatchObject({ kind: "boolean", default: false });
    expect(only(z.enum(["min", "max"]))).toMatchObject({ kind: "choice", choices: ["min", "max"] });
    expect(only(z.string())).toMatchObject({ kind: "text" });
    expect(only(z.union([z.literal("zeros"), z.strictObject({ type: z.literal("normal"), std: z.number() })]))).toMatchObject({
      kind: "tagged",
      choices: ["zeros", "normal"],
      variants: { normal: [{ key: "std", kind: "number" }] },
    });
    expect(only(z.array(z.string()))).toMatchObject({ kind: "json" });
    expect(only(z.array(z.array(z.number())))).toMatchObject({ kind: "json" });
  });
});

it("no option of a layer, transform, loss, optimizer or schedule has to be typed as JSON, but of an operator that only an import makes", () => {
  const asJson = [layers, transforms, losses, optimizers, schedules].flatMap(({ all }) =>
    all.flatMap(({ type, config }) =>
      fieldsOf(z.toJSONSchema(config, { io: "input" }) as JsonSchema)
        .filter(({ kind }) => kind === "json")
        .map(({ key }) => `${type}.${key}`),
    ),
  );
  expect(asJson.filter((option) => !option.startsWith("OnnxOperator."))).toEqual([]);
});

describe("what is typed", () => {
  it.each([
    ["3", false, true, 3],
    ["0,5", false, true, 0.5],
    [" 1e-3 ", false, true, 0.001],
    [".5", false, true, 0.5],
    ["3", true, true, 3],
    ["3, 5", true, true, [3, 5]],
    ["0.9; 0.999", true, false, [0.9, 0.999]],
    ["3", true, false, [3]],
  ])("%j with list %j and single %j is %j", (text, list, single, value) => {
    expect(readNumber(text, { list, single })).toEqual({ value });
  });

  it.each([
    ["", false],
    ["", true],
    ["three", false],
    ["3, x", true],
    ["3 5", false],
    ["Infinity", false],
  ])("%j with list %j is no number", (text, list) => {
    expect(readNumber(text, { list, single: true })).toEqual({ wrong: text });
  });

  it("is one number or none where one is wanted", () => {
    expect(["1e-3", "0,001", "-,5", "", "1 2", "x"].map(parseNumber)).toEqual([0.001, 0.001, -0.5, undefined, undefined, undefined]);
  });
});
