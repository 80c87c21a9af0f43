import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { makeFoldersSoon } from "../../base/make-folders.js";
import { replaceFile } from "../../base/replace-file.js";

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
  await makeFoldersSoon(dirname(path));
  await replaceFile(path, text, 0o600);
}
