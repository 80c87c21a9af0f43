/** What a form shows for an option, told from its JSON Schema (draft 2020-12, as zod writes it). */
export type OptionKind =
  | { readonly kind: "flag" }
  | { readonly kind: "number"; readonly whole: boolean }
  | { readonly kind: "choice"; readonly choices: readonly string[] }
  /** Several numbers, and words that may stand for them: `balanced`. */
  | { readonly kind: "numbers"; readonly words: readonly string[] }
  /** Another entry of a registry, with its own defaults. */
  | { readonly kind: "entry"; readonly types: readonly string[] }
  | { readonly kind: "text" };

export interface Option {
  readonly name: string;
  readonly help: string | undefined;
  /** What it is where the project says nothing; undefined: nothing. */
  readonly standard: unknown;
  readonly required: boolean;
  readonly what: OptionKind;
}

/** The options of a registry's entry, in the schema's order. */
export function optionsOf(schema: Readonly<Record<string, unknown>>): readonly Option[] {
  const properties = asObject(schema["properties"]);
  const required = Array.isArray(schema["required"]) ? schema["required"] : [];
  return Object.entries(properties).map(([name, value]) => {
    const property = asObject(value);
    const help = property["description"];
    return { name, help: typeof help === "string" ? help : undefined, standard: property["default"], required: required.includes(name), what: kindOf(property) };
  });
}

function kindOf(property: Readonly<Record<string, unknown>>): OptionKind {
  if (Array.isArray(property["enum"])) return { kind: "choice", choices: property["enum"].map(String) };
  switch (property["type"]) {
    case "boolean": return { kind: "flag" };
    case "integer": return { kind: "number", whole: true };
    case "number": return { kind: "number", whole: false };
    case "array": return { kind: "numbers", words: [] };
  }
  const branches = [property["anyOf"], property["oneOf"]].find(Array.isArray)?.map(asObject) ?? [];
  const types = branches.flatMap((branch) => asObject(asObject(branch["properties"])["type"])["const"] ?? []).map(String);
  if (types.length > 0) return { kind: "entry", types };
  if (branches.some(({ type }) => type === "array")) return { kind: "numbers", words: branches.flatMap((branch) => branch["const"] ?? []).map(String) };
  if (branches.length > 0 && branches.every((branch) => branch["const"] !== undefined)) return { kind: "choice", choices: branches.map((branch) => String(branch["const"])) };
  return { kind: "text" };
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

/** `0.9, 0.999` as numbers, a word that stands for them, or undefined where it is neither. */
export function parseNumbers(text: string, words: readonly string[]): readonly number[] | string | undefined {
  const trimmed = text.trim();
  if (words.includes(trimmed)) return trimmed;
  const parts = trimmed.split(/[\s,;]+/).filter((part) => part !== "").map(Number);
  return parts.length > 0 && parts.every(Number.isFinite) ? parts : undefined;
}

/** What a user typed as a number: `1e-3`, `0,001` and `.5` are; undefined where it is none. */
export function parseNumber(text: string): number | undefined {
  const value = Number(text.trim().replace(/^(-?\d*),(\d+)$/, "$1.$2"));
  return text.trim() !== "" && Number.isFinite(value) ? value : undefined;
}
