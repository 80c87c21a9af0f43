import { z } from "zod";
import { logEvent, stageEvent } from "./events.js";

/**
 * What a stream says whose purpose is one result that takes time: how far it is, then the result, then its end. Ending the subscription ends the work;
 * an error ends the stream.
 */
export function workEvent<T extends z.ZodType>(result: T) {
  return z.discriminatedUnion("event", [stageEvent, logEvent, z.strictObject({ event: z.literal("result"), value: result })]);
}

/** A stage of work is worthless once a later one is told. */
export function workSupersedes(event: { readonly event: string; readonly stage?: string }): string | undefined {
  return event.event === "stage" ? `stage ${event.stage ?? ""}` : undefined;
}
