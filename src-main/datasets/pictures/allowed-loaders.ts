import { isMainThread } from "node:worker_threads";
import sharp from "sharp";

/**
 * libvips opens whatever it knows by its content, whatever the name: SVG is a program that draws and may name other files. Nothing but our formats has a
 * loader. It is so for the whole process, and between the two lines no thread can open anything: they run once, in the thread that starts the others.
 */
if (isMainThread) {
  sharp.block({ operation: ["VipsForeignLoad"] });
  sharp.unblock({ operation: ["Jpeg", "Png", "Webp", "Nsgif", "Tiff", "Heif"].map((format) => `VipsForeignLoad${format}`) });
}
