import { randomBytes } from "node:crypto";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";

/**
 * Where Lathe keeps what belongs to the user and to no project: `LATHE_HOME` where that is set, else the platform's place for such files
 * (XDG Base Directory Specification; Application Support; AppData).
 */
export function stateFolder(env: Readonly<Record<string, string | undefined>> = process.env, platform: string = process.platform): string {
  if (env["LATHE_HOME"]) return resolve(env["LATHE_HOME"]);
  if (platform === "win32") return join(env["APPDATA"] ?? join(homedir(), "AppData", "Roaming"), "Lathe");
  if (platform === "darwin") return join(homedir(), "Library", "Application Support", "Lathe");
  return join(env["XDG_STATE_HOME"] ?? join(homedir(), ".local", "state"), "lathe");
}

/** Writes a file whole or not at all, making its folder. */
export async function writeWhole(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${randomBytes(4).toString("hex")}.tmp`;
  try {
    await writeFile(temporary, text, { flush: true, mode: 0o600 });
    await rename(temporary, path);
  } catch (thrown) {
    await rm(temporary, { force: true });
    throw thrown;
  }
}
