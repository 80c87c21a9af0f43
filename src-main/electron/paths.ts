import { existsSync } from "node:fs";
import { resolve } from "node:path";

/**
 * The files and folders that a command line names: what a file association, or a drop on the program's icon, starts Lathe with.
 * @param args what stands behind the program's own name. @param folder that relative ones start from.
 */
export function pathsIn(args: readonly string[], folder: string): readonly string[] {
  // Chromium adds switches of its own.
  return args
    .filter((arg) => !arg.startsWith("-"))
    .map((arg) => resolve(folder, arg))
    .filter((path) => existsSync(path));
}
