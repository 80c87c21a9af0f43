import { isMainThread } from "node:worker_threads";
import type sharp from "sharp";
import { LatheError, toLatheError } from "../../base/errors.js";

let loading: Promise<typeof sharp> | undefined;

/**
 * sharp, and libvips with it, once the first picture is to be read: that takes longer than all else that a process does at its start, and most read none.
 * A thread may load it only after the process's main thread has.
 * @throws LatheError `engine.unavailable`
 */
export function loadSharp(): Promise<typeof sharp> {
  return (loading ??= load());
}

async function load(): Promise<typeof sharp> {
  const { default: loaded } = await import("sharp").catch((thrown: unknown) => {
    throw new LatheError(
      "engine.unavailable",
      `sharp, which reads pictures, could not be loaded: ${toLatheError(thrown).message}; install Lathe's packages anew (npm ci)`,
      {},
      { cause: thrown },
    );
  });
  if (isMainThread) allowOurFormats(loaded);
  // Each picture is decoded in one thread; several are at work at once.
  loaded.concurrency(1);
  loaded.cache(false);
  return loaded;
}

/**
 * libvips opens whatever it knows by its content, whatever the name: SVG is a program that draws and may name other files. Nothing but our formats has a
 * loader. It is so for the whole process, and between the two lines no thread can open anything: they run once, in the thread that starts the others.
 */
function allowOurFormats(loaded: typeof sharp): void {
  loaded.block({ operation: ["VipsForeignLoad"] });
  loaded.unblock({ operation: ["Jpeg", "Png", "Webp", "Nsgif", "Tiff", "Heif"].map((format) => `VipsForeignLoad${format}`) });
}
