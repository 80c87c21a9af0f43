import { homedir } from "node:os";
import { join } from "node:path";

/**
 * Where `npm run setup:tensorflow` puts TensorFlow for this user: `lathe/tensorflow` in the platform's folder of files that can be made again (XDG Base Directory
 * Specification; Caches; AppData). The installer, which runs before anything is built, has its own copy of this rule.
 */
export function tensorflowFolder(env: Readonly<Record<string, string | undefined>> = process.env, platform: string = process.platform): string {
  return join(cacheFolder(env, platform), "lathe", "tensorflow");
}

function cacheFolder(env: Readonly<Record<string, string | undefined>>, platform: string): string {
  if (platform === "win32") return env["LOCALAPPDATA"] || join(homedir(), "AppData", "Local");
  if (platform === "darwin") return join(homedir(), "Library", "Caches");
  return env["XDG_CACHE_HOME"] || join(homedir(), ".cache");
}
