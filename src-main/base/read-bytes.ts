import { readSync } from "node:fs";
import type { FileHandle } from "node:fs/promises";

/** A single read is limited to 2 GiB. */
const MOST = 1 << 30;

/**
 * Fills a buffer from a place in a file: the system may give fewer bytes at once than it is asked for.
 * @returns how many there were; fewer at the file's end
 */
export async function readBytes(file: FileHandle, into: Uint8Array, position: number): Promise<number> {
  let done = 0;
  while (done < into.length) {
    const { bytesRead } = await file.read(into, done, Math.min(into.length - done, MOST), position + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return done;
}

/** The same at once. */
export function readBytesSync(file: number, into: Uint8Array, position: number): number {
  let done = 0;
  while (done < into.length) {
    const got = readSync(file, into, done, Math.min(into.length - done, MOST), position + done);
    if (got === 0) break;
    done += got;
  }
  return done;
}
