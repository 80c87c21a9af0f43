import { z } from "zod";

/** Bytes as they are; transports that speak JSON carry them in base64. Told by name, since a page's own class is another than its host's. */
export const bytes = z.custom<Uint8Array<ArrayBuffer>>((value) => Object.prototype.toString.call(value) === "[object Uint8Array]", "expected bytes");
