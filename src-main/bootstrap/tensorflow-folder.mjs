import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** Where TensorFlow is set up, once a user. The same rule as `src-main/base/tensorflow-folder.ts`, which is not built yet where this runs. */
export function tensorflowFolder(env = process.env, platform = process.platform, home = homedir()) {
  if (env.LATHE_TENSORFLOW) return resolve(env.LATHE_TENSORFLOW);
  if (platform === "win32") return join(env.LOCALAPPDATA || join(home, "AppData", "Local"), "lathe", "tensorflow");
  if (platform === "darwin") return join(home, "Library", "Caches", "lathe", "tensorflow");
  return join(env.XDG_CACHE_HOME || join(home, ".cache"), "lathe", "tensorflow");
}
