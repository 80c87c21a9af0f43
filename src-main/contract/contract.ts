import { z } from "zod";

/** A question with an answer. Both are data that survives JSON, or bytes in it, so every transport carries it. */
export interface Procedure<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> {
  readonly input: I;
  readonly output: O;
}

/** Events of one kind that a client asks for by parameters. */
export interface Stream<P extends z.ZodType = z.ZodType, E extends z.ZodType = z.ZodType> {
  readonly params: P;
  readonly event: E;
  /**
   * While a subscriber is slow, a newer event replaces a waiting one with the same key. Undefined: the event must arrive.
   * Only for events that a later one makes worthless.
   */
  supersedes(event: z.output<E>): string | undefined;
}

export interface Contract {
  readonly procedures: Readonly<Record<string, Readonly<Record<string, Procedure>>>>;
  readonly streams: Readonly<Record<string, Stream>>;
}

export function procedure<I extends z.ZodType, O extends z.ZodType>(input: I, output: O): Procedure<I, O> {
  return { input, output };
}

export function stream<P extends z.ZodType, E extends z.ZodType>(
  params: P,
  event: E,
  supersedes: (event: z.output<E>) => string | undefined = () => undefined,
): Stream<P, E> {
  return { params, event, supersedes };
}

/** The input or output of procedures that have none. */
export const nothing = z.strictObject({});
