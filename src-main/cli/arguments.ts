import { statSync } from "node:fs";
import { resolve } from "node:path";
import { InvalidArgumentError } from "commander";

/** Parsers of option values; commander names the option in front of what they throw. */

export function positiveInteger(text: string): number {
  return integer(text, 1, Number.MAX_SAFE_INTEGER, "Expected a whole number of at least 1");
}

export function wholeNumber(text: string): number {
  return integer(text, 0, Number.MAX_SAFE_INTEGER, "Expected a whole number of at least 0");
}

/** 0: a free one. */
export function portNumber(text: string): number {
  return integer(text, 0, 65_535, "Expected a port, 0 to 65535");
}

/** Collects a repeatable option. */
export function several(value: string, sofar: readonly string[] = []): readonly string[] {
  return [...sofar, value];
}

/** Names between commas. */
export function names(text: string): readonly string[] {
  const parts = text.split(",").map((part) => part.trim());
  if (parts.some((part) => part === "")) throw new InvalidArgumentError("Expected names between commas");
  return parts;
}

/** Shares between commas, each once. */
export function shares(text: string): readonly number[] {
  const parts = names(text).map(Number);
  if (!parts.every((part) => part > 0 && part < 1)) throw new InvalidArgumentError("Expected shares between 0 and 1, such as 0.8,0.95");
  return [...new Set(parts)].sort((a, b) => a - b);
}

/** Between 0 and 1, neither of them. */
export function parseProbability(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < 1)) throw new InvalidArgumentError("Expected a probability between 0 and 1, such as 0.35");
  return value;
}

/** A file to write. It appears whole or not at all, which a pipe cannot do. */
export function outFile(text: string): string {
  if (text === "-") throw new InvalidArgumentError("Lathe writes whole files and not to a pipe; name a file (./- for one that is called -)");
  return text;
}

/** A folder's absolute path. */
function existingFolder(text: string): string {
  if (text === "") throw new InvalidArgumentError("It is empty; name a folder (the current one is .)");
  const path = resolve(text);
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw new InvalidArgumentError(`There is no folder ${path}`);
  return path;
}

/** Collects folders. */
export function severalFolders(value: string, sofar: readonly string[] = []): readonly string[] {
  return [...sofar, existingFolder(value)];
}

function integer(text: string, least: number, most: number, expected: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most) throw new InvalidArgumentError(expected);
  return value;
}
