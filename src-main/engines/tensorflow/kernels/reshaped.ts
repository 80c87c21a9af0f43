import type { Held } from "../held.js";
import { type Compiling } from "./kernel.js";

/** The same elements in other dimensions; lengths stay on the host. */
export function reshaped(c: Compiling, x: Held, dims: readonly number[]): Held {
  if (x.isLengths) return c.host(x.dtype, dims, x.numbers());
  return x.dtype === "string" ? c.hostStrings(dims, x.strings()) : c.hold(c.tf.reshape(x.tensor(), [...dims]), x.dtype);
}
