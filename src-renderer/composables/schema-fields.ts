/**
 * The options of a layer, a transform, a loss, an optimizer or a schedule as fields of a form, read off their JSON Schema (draft 2020-12, as zod writes it).
 */

export type JsonSchema = Readonly<Record<string, unknown>>;

/** A value that stands beside numbers, such as "classes" or null. */
export interface Word {
  readonly value: string | null;
}

interface Common {
  readonly key: string;
  /** `outFeatures` as `Out features`. */
  readonly label: string;
  readonly help: string;
  readonly required: boolean;
  readonly default: unknown;
}

export type SchemaField = Common &
  (
    | {
        readonly kind: "number";
        readonly whole: boolean;
        readonly least?: number;
        readonly most?: number;
        readonly words: readonly Word[];
        /** Several, with commas between them, will do. */ readonly list: boolean;
        /** One alone will do. */ readonly single: boolean;
      }
    | { readonly kind: "boolean" }
    /** Any of a few. */
    | { readonly kind: "several"; readonly choices: readonly string[] }
    | { readonly kind: "choice"; readonly choices: readonly (string | null)[] }
    | { readonly kind: "tagged"; readonly choices: readonly string[]; readonly variants: Readonly<Record<string, readonly SchemaField[]>> }
    | { readonly kind: "text" }
    /** A shape that no control suits: edited as JSON. */
    | { readonly kind: "json" }
  );

export function fieldsOf(schema: JsonSchema): readonly SchemaField[] {
  const required = listOf(schema["required"]);
  return Object.entries(recordOf(schema["properties"]))
    .filter(([key]) => key !== "type")
    .map(([key, raw]) => fieldOf(key, recordOf(raw), required.includes(key)));
}

function fieldOf(key: string, schema: JsonSchema, required: boolean): SchemaField {
  const common: Common = {
    key,
    label: wordsOf(key),
    help: typeof schema["description"] === "string" ? schema["description"] : "",
    required,
    default: schema["default"],
  };
  const parts = partsOf(schema);
  const types = parts.map(typeOf);
  const numbers = parts.filter((_, i) => types[i] === "integer" || types[i] === "number");
  const lists = parts.filter((part) => itemOf(part) !== undefined);
  const words = parts.flatMap(constants);
  const objects = parts.filter((part, i) => types[i] === "object" && typeof tagOf(part) === "string");
  const explained = numbers.length + lists.length + parts.filter((part) => constants(part).length > 0).length + objects.length;
  if (parts.length === 1 && types[0] === "boolean") return { ...common, kind: "boolean" };
  const [only] = parts;
  const several = parts.length === 1 && only && typeOf(only) === "array" ? constants(recordOf(only["items"])).filter((value) => value !== null) : [];
  if (several.length > 0) return { ...common, kind: "several", choices: several };
  if (explained === parts.length && parts.length > 0) {
    if (objects.length > 0) {
      const variants = Object.fromEntries(objects.map((part) => [tagOf(part) ?? "", fieldsOf(part)]));
      const named = words.filter((word) => word !== null);
      return { ...common, kind: "tagged", choices: [...new Set([...named, ...Object.keys(variants)])], variants };
    }
    const [number = lists[0] && itemOf(lists[0])] = numbers;
    if (number) {
      const least = boundOf(number, "minimum") ?? (typeOf(number) === "integer" ? above(number) : undefined);
      const most = boundOf(number, "maximum");
      return {
        ...common,
        kind: "number",
        whole: typeOf(number) === "integer",
        words: words.map((value) => ({ value })),
        list: lists.length > 0,
        single: numbers.length > 0,
        ...(least === undefined ? {} : { least }),
        ...(most === undefined || most >= Number.MAX_SAFE_INTEGER ? {} : { most }),
      };
    }
    return { ...common, kind: "choice", choices: words };
  }
  return { ...common, kind: parts.length === 1 && types[0] === "string" ? "text" : "json" };
}

/** `outFeatures` is read as `Out features`, `kaiming_uniform` stays. */
export function wordsOf(key: string): string {
  const spaced = key.replace(/([a-z0-9])([A-Z])/g, (_, before: string, letter: string) => `${before} ${letter.toLowerCase()}`);
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

/** What a list or a pair of numbers consists of; undefined of anything else. */
function itemOf(schema: JsonSchema): JsonSchema | undefined {
  if (typeOf(schema) !== "array") return undefined;
  // After a pair's own, `items` is false.
  const items = [...listOf(schema["prefixItems"]), ...[schema["items"]].filter((item) => typeof item === "object")].map(recordOf);
  return items.every((item) => ["integer", "number"].includes(typeOf(item))) ? items[0] : undefined;
}

export type ReadNumber = { readonly value: number | readonly number[] } | { readonly wrong: string };

/** What was typed, as a number or a list of them; a comma is taken for a point where just one number is wanted. */
export function readNumber(text: string, field: { readonly list: boolean; readonly single: boolean }): ReadNumber {
  const parts = field.list ? text.split(/[\s,;]+/).filter(Boolean) : [text.trim().replace(",", ".")];
  const numbers = parts.map((part) => (part === "" ? Number.NaN : Number(part)));
  if (numbers.length === 0 || numbers.some((number) => !Number.isFinite(number))) return { wrong: text };
  const [only] = numbers;
  return { value: numbers.length === 1 && only !== undefined && field.single ? only : numbers };
}

/** The same where one number is wanted: `1e-3`, `0,001` and `.5` are; undefined where it is none. */
export function parseNumber(text: string): number | undefined {
  const read = readNumber(text, { list: false, single: true });
  return "value" in read && typeof read.value === "number" ? read.value : undefined;
}

function partsOf(schema: JsonSchema): readonly JsonSchema[] {
  const any = schema["anyOf"] ?? schema["oneOf"];
  return Array.isArray(any) ? any.flatMap((part) => partsOf(recordOf(part))) : [schema];
}

function typeOf(schema: JsonSchema): string {
  return typeof schema["type"] === "string" ? schema["type"] : "";
}

/** The few values that a schema allows, where it names them. */
function constants(schema: JsonSchema): readonly (string | null)[] {
  if (typeOf(schema) === "null") return [null];
  const all = "const" in schema ? [schema["const"]] : listOf(schema["enum"]);
  return all.every((value) => typeof value === "string" || value === null) ? all : [];
}

function tagOf(schema: JsonSchema): string | undefined {
  const tag = recordOf(recordOf(schema["properties"])["type"])["const"];
  return typeof tag === "string" ? tag : undefined;
}

function boundOf(schema: JsonSchema, name: "minimum" | "maximum"): number | undefined {
  const bound = schema[name];
  return typeof bound === "number" && Math.abs(bound) < Number.MAX_SAFE_INTEGER ? bound : undefined;
}

/** The least whole number above an exclusive bound. */
function above(schema: JsonSchema): number | undefined {
  const bound = schema["exclusiveMinimum"];
  return typeof bound === "number" ? Math.floor(bound) + 1 : undefined;
}

function recordOf(value: unknown): JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonSchema) : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
