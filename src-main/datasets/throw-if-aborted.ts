import { LatheError } from "../base/errors.js";

/** @throws LatheError `cancelled` where the reading of data was called off */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new LatheError("cancelled", "reading the data was cancelled");
}
