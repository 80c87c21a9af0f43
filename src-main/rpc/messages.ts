import { z } from "zod";
import { LatheError, toLatheError, type ErrorRecord } from "../base/errors.js";
import { MOST_NESTED, isNestedDeeply } from "../base/nesting.js";

/**
 * What crosses the wire. `q` asks method `m` with arguments `a`, of which there is one; an answer is wanted where there is an `i`. `s` answers the question `i`
 * with `r`, or says in `e` why it cannot. `o`, which an earlier version could send, means nothing. Everything is checked on arrival, on both sides.
 */

/** Ids are made by the client: short, unique on their connection. */
export const callId = z.string().min(1).max(64);

/** Methods of the server side, with their arguments. */
export const serverMethods = {
  call: z.tuple([z.strictObject({ id: callId, path: z.string().max(128), input: z.unknown() })]),
  cancel: z.tuple([callId]),
  subscribe: z.tuple([z.strictObject({ id: callId, stream: z.string().max(128), params: z.unknown() })]),
  unsubscribe: z.tuple([callId]),
} as const;

const wireError = z.strictObject({ code: z.string(), message: z.string(), details: z.record(z.string(), z.unknown()).optional() });

/** Methods of the client side, with their arguments. `deliver` is answered when the events were handed over: that is the back-pressure. */
export const clientMethods = {
  deliver: z.tuple([z.strictObject({ id: callId, events: z.array(z.unknown()) })]),
  end: z.tuple([z.strictObject({ id: callId, error: wireError.optional() })]),
} as const;

/** The answer to `call` and `subscribe`. */
export const reply = z.discriminatedUnion("ok", [
  z.strictObject({ ok: z.literal(true), value: z.unknown() }),
  z.strictObject({ ok: z.literal(false), error: wireError }),
]);
export type Reply = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: ErrorRecord };

const envelope = z.union([
  z.strictObject({ t: z.literal("q"), i: z.string().max(64).optional(), m: z.string().max(64), a: z.array(z.unknown()).max(4), o: z.boolean().optional() }),
  z.strictObject({ t: z.literal("s"), i: z.string().max(64), r: z.unknown().optional(), e: z.unknown().optional() }),
]);

export type MethodTable = Readonly<Record<string, z.ZodType<readonly unknown[]>>>;

export type Message = z.output<typeof envelope>;

/**
 * A message in the form of the protocol.
 * @param methods what the receiving side offers.
 * @throws LatheError `rpc.invalid`
 */
export function checkMessage(message: unknown, methods: MethodTable): Message {
  const parsed = envelope.safeParse(message);
  if (!parsed.success) throw new LatheError("rpc.invalid", `a message is not in the form of the protocol: ${describeIssues(parsed.error)}`);
  if (parsed.data.t === "s") return parsed.data;
  const { m: method, a: args } = parsed.data;
  const schema = Object.hasOwn(methods, method) ? methods[method] : undefined;
  if (!schema) throw new LatheError("rpc.invalid", `the protocol has no method ${JSON.stringify(method)}`);
  const checked = schema.safeParse(args);
  if (!checked.success) throw new LatheError("rpc.invalid", `the arguments of ${method} are wrong: ${describeIssues(checked.error)}`);
  return parsed.data;
}

/** A file's levels, and those around it. */
const MOST_LEVELS = 2 * MOST_NESTED;

/** Checks a value that crossed the wire. @throws LatheError `rpc.invalid` naming what it is and where in it the trouble lies. */
export function checkValue<T extends z.ZodType>(schema: T, value: unknown, what: string): z.output<T> {
  if (isNestedDeeply(value, MOST_LEVELS))
    throw new LatheError("rpc.invalid", `${what} is wrong: it has lists and objects in one another, more than ${MOST_LEVELS} levels deep`);
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new LatheError("rpc.invalid", `${what} is wrong: ${describeIssues(parsed.error)}`, {
    issues: parsed.error.issues.slice(0, 10).map((issue) => ({ path: issue.path.join("."), message: issue.message })),
  });
}

export function failure(thrown: unknown): Reply {
  const error = toLatheError(thrown);
  return { ok: false, error: { code: error.code, message: error.message, details: jsonDetails(error.details) } };
}

/** Codes are stable words; one that this version does not know still reaches the user with its sentence. */
export function errorFromWire(record: { readonly code: string; readonly message: string; readonly details?: Record<string, unknown> | undefined }): LatheError {
  return LatheError.fromRecord({ code: record.code as ErrorRecord["code"], message: record.message, details: record.details ?? {} });
}

function jsonDetails(details: Readonly<Record<string, unknown>>): Record<string, unknown> {
  try {
    return JSON.parse(JSON.stringify(details)) as Record<string, unknown>;
  } catch {
    return {};
  }
}

function describeIssues(error: z.ZodError): string {
  const [first] = error.issues;
  if (!first) return "for no known reason";
  const more = error.issues.length > 1 ? ` (and ${error.issues.length - 1} more)` : "";
  return `${first.path.length > 0 ? `${first.path.join(".")}: ` : ""}${first.message}${more}`;
}
