import { closest } from "./closest.js";
import { LatheError, type ErrorCode } from "./errors.js";

/** Things found by their `type`: ops, layers, losses, … A duplicate is a programming error and throws at import. */
export interface Registry<T extends { readonly type: string }> {
  readonly kind: string;
  readonly all: readonly T[];
  readonly types: readonly string[];
  has(type: string): boolean;
  /** @throws LatheError with the registry's code, naming the nearest known type. */
  get(type: string): T;
}

/** @param kind what an entry is called in an error message, as in "there is no layer `Liner`". */
export function createRegistry<T extends { readonly type: string }>(kind: string, entries: readonly T[], code: ErrorCode = "project.invalid"): Registry<T> {
  const byType = new Map<string, T>();
  for (const entry of entries) {
    if (byType.has(entry.type)) throw new LatheError("internal", `two ${kind}s are called ${entry.type}`);
    byType.set(entry.type, entry);
  }
  const types = [...byType.keys()];
  return {
    kind,
    all: entries,
    types,
    has: (type) => byType.has(type),
    get(type) {
      const found = byType.get(type);
      if (found) return found;
      const near = closest(type, types);
      throw new LatheError(code, `there is no ${kind} ${type}${near ? `; did you mean ${near}?` : ""}`, { type });
    },
  };
}
