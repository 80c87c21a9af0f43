import { homedir } from "node:os";
import { join, resolve } from "node:path";

/**
 * Where `npm run setup:tensorflow` puts TensorFlow's native library and its binding: once a user, so that every clone and an installed Lathe share it.
 * `LATHE_TENSORFLOW` where that is set, else the platform's place for what can be made again (XDG Base Directory Specification; Caches; AppData).
 * The installer runs before anything is built: `src-main/bootstrap/tensorflow-folder.mjs` has the same rule, and a test holds the two together.
 */
export function tensorflowFolder(
  env: Readonly<Record<string, string | undefined>> = process.env,
  platform: string = process.platform,
  home: string = homedir(),
): string {
  if (env["LATHE_TENSORFLOW"]) return resolve(env["LATHE_TENSORFLOW"]);
  if (platform === "win32") return join(env["LOCALAPPDATA"] || join(home, "AppData", "Local"), "lathe", "tensorflow");
  if (platform === "darwin") return join(home, "Library", "Caches", "lathe", "tensorflow");
  return join(env["XDG_CACHE_HOME"] || join(home, ".cache"), "lathe", "tensorflow");
}
