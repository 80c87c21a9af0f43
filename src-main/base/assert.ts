import { LatheError } from "./errors.js";

/** Narrows away undefined where the program, not the user, would be at fault. */
export function defined<T>(value: T | null | undefined, what: string): T {
  if (value === undefined || value === null) throw new LatheError("internal", `${what} is missing`);
  return value;
}

/** For the default branch of an exhaustive switch. */
export function never(value: never): never {
  throw new LatheError("internal", `unexpected value ${JSON.stringify(value)}`);
}
