import { InvalidArgumentError } from "commander";

export function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError(`expected a whole number of at least 1, got ${text}`);
  return value;
}

export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || text.trim() === "") throw new InvalidArgumentError(`expected a whole number, got ${text}`);
  return value;
}

/** Collects a repeatable option. */
export function several(value: string, sofar: readonly string[] = []): readonly string[] {
  return [...sofar, value];
}
