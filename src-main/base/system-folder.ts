import { readlinkSync } from "node:fs";
import { dirname, resolve, sep } from "node:path";

/** Where Linux and macOS keep what is no file on a disk, and the one folder there that is for files. */
const [SYSTEM, MEMORY] = [["/dev", "/proc", "/sys"], "/dev/shm"];
/** Links that a path's last part leads over at most, as Linux has it. */
const MOST_LINKS = 40;

/**
 * The folder of the system's own that a path lies in, or leads through by links, as `/dev/stdin` and `/proc/self/fd/0` do: what is there is another thing for
 * every process, and may be a file today and a pipe tomorrow.
 */
export function systemFolder(path: string): string | undefined {
  let at = resolve(path);
  for (let links = 0; links < MOST_LINKS; links++) {
    const place = at;
    const found = SYSTEM.find((folder) => isBelow(place, folder));
    if (found !== undefined && !isBelow(place, MEMORY)) return found;
    try {
      at = resolve(dirname(at), readlinkSync(at));
    } catch {
      return undefined;
    }
  }
  return undefined;
}

/** Whether a path lies below a folder, by their names alone. */
export function isBelow(path: string, folder: string): boolean {
  return path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}
