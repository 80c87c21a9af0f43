import { z } from "zod";
import { oneOf } from "./check-project.js";
import { MOST_PROBLEMS } from "../base/limits.js";

/** One thing wrong with a file: where (`training.optimizer.lr`), and what. */
export interface Problem {
  readonly path: string;
  readonly message: string;
}

/** zod's error map: an issue as "got x, expected y". An issue about several unknown keys becomes a line for each. */
export function describeProblem(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case "unrecognized_keys": {
      const known = issue.inst instanceof z.ZodObject ? Object.keys(issue.inst.shape).filter((key) => !key.startsWith("$")) : [];
      return issue.keys
        .slice(0, MOST_PROBLEMS)
        .map((key) => `got an unknown setting, expected ${oneOf(key, known)}`)
        .join("\n");
    }
    case "invalid_union":
      if (issue.note === "No matching discriminator") return describeType(issue);
      return gotExpected(issue.input, inWords(issue.inst));
    case "invalid_type":
      return gotExpected(issue.input, inWords(issue.inst) ?? `a ${issue.expected}`);
    case "invalid_value":
      return gotChoice(issue.input, issue.values.map(String), inWords(issue.inst));
    case "too_small":
      return gotExpected(issue.input, bound(issue.origin, issue.inclusive === false ? "more than" : "at least", issue.minimum, issue.exact));
    case "too_big":
      return gotExpected(issue.input, bound(issue.origin, issue.inclusive === false ? "less than" : "at most", issue.maximum, issue.exact));
    case "not_multiple_of":
      return gotExpected(issue.input, `a multiple of ${issue.divisor}`);
    case "invalid_format":
      return gotExpected(issue.input, `a text of the form ${issue.pattern ?? issue.format}`);
    default:
      return undefined;
  }
}

/**
 * The problems in zod's issues, in the order of the file's own nesting; of a union that nothing fits, those of the alternative that fits best. Of many, the
 * first.
 */
export function problemsOf(issues: readonly z.core.$ZodIssue[], prefix: readonly PropertyKey[] = []): readonly Problem[] {
  return issues.slice(0, MOST_PROBLEMS).flatMap((issue) => {
    const path = [...prefix, ...issue.path];
    if (issue.code === "unrecognized_keys") {
      return issue.message.split("\n").map((message, i) => ({ path: showPath([...path, issue.keys[i] ?? ""]), message }));
    }
    if (issue.code === "invalid_union") {
      const best = closestBranch(issue.errors);
      if (best) return problemsOf(best, path);
    }
    if (issue.code === "invalid_key") return issue.issues.map((inner) => ({ path: showPath(path), message: withGot(path.at(-1), inner.message) }));
    return [{ path: showPath(path), message: withGot(issue.input, issue.message) }];
  });
}

/** `model.layers[2].from[0]` */
export function showPath(path: readonly PropertyKey[]): string {
  return path
    .map((key, i) => {
      if (typeof key === "number") return `[${key}]`;
      const text = String(key);
      return /^[\p{L}_$][\p{L}\p{N}_$-]*$/u.test(text) ? `${i === 0 ? "" : "."}${text}` : `[${JSON.stringify(text)}]`;
    })
    .join("");
}

/** A schema's own message need not say what it got. */
function withGot(got: unknown, message: string): string {
  return message.startsWith("expected ") && !message.includes(", got ") ? `got ${show(got)}, ${message}` : message;
}

/** The alternative that was meant: the one whose `type` fits, with problems that lie deeper than the value itself. */
function closestBranch(branches: readonly (readonly z.core.$ZodIssue[])[]): readonly z.core.$ZodIssue[] | undefined {
  const fitting = branches.filter((issues) => !issues.some((issue) => issue.path.length === 1 && issue.path[0] === "type"));
  return fitting.find((issues) => issues.some((issue) => issue.path.length > 0 || issue.code === "unrecognized_keys"));
}

function describeType(issue: z.core.$ZodRawIssue<z.core.$ZodIssueInvalidUnion>): string {
  const key = issue.discriminator ?? "type";
  const input: unknown = issue.input;
  const got: unknown = typeof input === "object" && input !== null ? Reflect.get(input, key) : undefined;
  const known =
    issue.inst instanceof z.ZodDiscriminatedUnion ? issue.inst.options.flatMap((option) => [...(option._zod.propValues?.[key] ?? [])].map(String)) : [];
  return gotChoice(got, known);
}

function gotChoice(got: unknown, known: readonly string[], words?: string): string {
  if (known.length === 1) return gotExpected(got, words ?? JSON.stringify(known[0]));
  // A word speaks for itself; a comma would be lost in the sentence.
  return gotExpected(
    got,
    oneOf(
      typeof got === "string" ? got : "",
      known.map((k) => (/[\p{L}\p{N}]/u.test(k) ? k : JSON.stringify(k))),
    ),
  );
}

function gotExpected(got: unknown, expected: string | undefined): string {
  return `got ${show(got)}, expected ${expected ?? "something else"}`;
}

function show(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  const text = JSON.stringify(value);
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
}

function bound(origin: string, relation: string, limit: number | bigint, exact = false): string {
  const amount = exact ? "exactly" : relation;
  if (origin === "array" || origin === "set") return `${amount} ${limit} item${limit === 1 ? "" : "s"}`;
  if (origin === "string")
    return relation === "at least" && limit === 1 && !exact ? "a text that is not empty" : `a text of ${amount} ${limit} character${limit === 1 ? "" : "s"}`;
  return `${relation} ${limit}`;
}

/** What a schema accepts, in words. */
function inWords(schema: unknown): string | undefined {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodReadonly
  ) {
    return inWords(schema.unwrap());
  }
  if (schema instanceof z.ZodUnion) {
    const words = [...new Set(schema.options.flatMap((option) => inWords(option) ?? []))];
    return words.length === 0 ? undefined : words.join(" or ");
  }
  if (schema instanceof z.ZodLiteral) return [...schema.values].map((value) => JSON.stringify(value)).join(" or ");
  if (schema instanceof z.ZodEnum) return schema.options.map((value) => JSON.stringify(value)).join(" or ");
  if (schema instanceof z.ZodNumber) return `a ${/int/.test(schema.format ?? "") ? "whole " : ""}number${range(schema)}`;
  if (schema instanceof z.ZodString) return "a text";
  if (schema instanceof z.ZodBoolean) return "true or false";
  if (schema instanceof z.ZodArray) return `a list of ${plural(inWords(schema.element)) ?? "items"}`;
  if (schema instanceof z.ZodTuple) return `a list of ${schema.def.items.length}`;
  if (schema instanceof z.ZodObject || schema instanceof z.ZodRecord) return "an object { … }";
  return undefined;
}

function range(schema: z.ZodNumber): string {
  const parts = (schema.def.checks ?? []).flatMap((check) => {
    const { def } = check._zod;
    if (def.check !== "greater_than" && def.check !== "less_than") return [];
    const { value, inclusive } = def as z.core.$ZodCheckGreaterThanDef | z.core.$ZodCheckLessThanDef;
    if (Math.abs(Number(value)) >= Number.MAX_SAFE_INTEGER) return [];
    return [`${def.check === "greater_than" ? (inclusive ? "at least" : "more than") : inclusive ? "at most" : "less than"} ${String(value)}`];
  });
  return parts.length === 0 ? "" : `, ${parts.join(" and ")}`;
}

function plural(words: string | undefined): string | undefined {
  if (words === undefined) return undefined;
  if (words === "a text") return "texts";
  return words.startsWith("an object") ? "objects" : words.replace(/^a (whole )?number/, "$1numbers");
}
