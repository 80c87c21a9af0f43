import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { installDebian } from "./debian.mjs";
import { root } from "./shared.mjs";

const places = {
  linux: ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome-stable", "/usr/bin/google-chrome"],
  darwin: ["/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", "/Applications/Chromium.app/Contents/MacOS/Chromium"],
  win32: ["C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe", "C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe"],
};

/**
 * A Chromium to test the studio in; on Debian it is installed where there is none and this user may.
 * @returns {Promise<{ path: string } | { reason: string }>}
 */
export async function findChromium() {
  const there = installed();
  if (there) return { path: there };
  if (process.platform !== "linux" || !existsSync("/usr/bin/apt-get")) return { reason: "no Chromium, Chrome or Edge was found (LATHE_CHROMIUM names one)" };
  const reason = await installDebian("chromium", "100 MB");
  const path = installed();
  return path ? { path } : { reason: `no Chromium was found; ${reason ?? "Debian's package has none"}` };
}

function installed() {
  return [process.env.LATHE_CHROMIUM, ...(places[process.platform] ?? []), playwrightsOwn()].find((path) => path && existsSync(path));
}

function playwrightsOwn() {
  try {
    return createRequire(join(root, "package.json"))("playwright").chromium.executablePath();
  } catch {
    return undefined;
  }
}
