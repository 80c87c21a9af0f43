import type { CatalogueEntry } from "../../src-main/contract/model-views.js";

type Schema = CatalogueEntry["schema"];

/** Options that a new layer has to be given, as its schema's example has them. The rest are omitted: their defaults hold. */
export function startOptions(schema: Schema): Readonly<Record<string, unknown>> {
  const properties = recordOf(schema["properties"]);
  const required = Array.isArray(schema["required"]) ? schema["required"] : [];
  return Object.fromEntries(
    required.flatMap((key): [string, unknown][] => {
      if (typeof key !== "string") return [];
      const { examples, default: usual, enum: choices, minimum } = recordOf(properties[key]);
      const [start] = [examples, [usual], choices, [minimum]].flatMap((some) => listOf(some)).filter((value) => value !== undefined);
      return start === undefined ? [] : [[key, start]];
    }),
  );
}

/** For a layer that becomes one of another type: what that needs, and what it can keep. */
export function keptOptions(schema: Schema, options: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const known = recordOf(schema["properties"]);
  return { ...startOptions(schema), ...Object.fromEntries(Object.entries(options).filter(([key]) => key !== "type" && Object.hasOwn(known, key))) };
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
