import { existsSync, mkdirSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";

/** Makes a folder, and those above it that are missing. @throws what the system says of the first that cannot be made */
export function makeFolders(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (thrown) {
    throw reasonFor(path, thrown);
  }
}

/** The same without waiting for the disk. */
export async function makeFoldersSoon(path: string): Promise<void> {
  await mkdir(path, { recursive: true }).catch((thrown: unknown) => {
    throw reasonFor(path, thrown);
  });
}

/** Of a disk that is read-only, Node says that the folder is not there (ENOENT). The first step that fails tells why. */
function reasonFor(path: string, thrown: unknown): unknown {
  if ((thrown as NodeJS.ErrnoException).code !== "ENOENT") return thrown;
  let first = path;
  while (!existsSync(dirname(first)) && dirname(first) !== first) first = dirname(first);
  try {
    mkdirSync(first);
    return thrown;
  } catch (again) {
    return again;
  }
}
