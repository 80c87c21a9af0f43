import { existsSync } from "node:fs";
import { during, run } from "./shared.mjs";

/**
 * Installs one of Debian's packages, where this is Debian and this user may.
 * @param size in words, to be said while it is fetched.
 * @returns why it could not be installed, or undefined.
 */
export async function installDebian(name, size) {
  if (process.platform !== "linux" || !existsSync("/usr/bin/apt-get")) return "this is not Debian";
  if (process.getuid?.() !== 0) return `install it with: sudo apt-get install ${name}`;
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  const { code, output } = await during(`Installing Debian's ${name}, about ${size}, once …`, async () => {
    await run("apt-get", ["update", "-qq"], { capture: true, env });
    return run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", name], { capture: true, env });
  });
  return code === 0 ? undefined : `apt-get could not install ${name}: ${output.trim().split("\n").at(-1)}`;
}
