/** What is sent to a port whose other side is closed is gone, and its memory free, at once. */
const nowhere = new MessageChannel();
nowhere.port2.close();

/** Below so many bytes what is left to the garbage collector costs less than to send it off. */
const SMALL = 1 << 16;

/**
 * Frees the memory of an array now. Left to the garbage collector, arrays of a network's weights, dozens of megabytes a step, keep it at work on all
 * processors.
 */
export function discard({ buffer, byteLength }: { readonly buffer: ArrayBufferLike; readonly byteLength: number }): void {
  if (byteLength >= SMALL && buffer instanceof ArrayBuffer) nowhere.port1.postMessage(undefined, [buffer]);
}
