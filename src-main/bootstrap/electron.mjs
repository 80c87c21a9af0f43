import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { during, root, run } from "./shared.mjs";

const folder = join(root, "node_modules", "electron");

/**
 * Electron's program, fetched if it is not there and can be.
 * @returns {Promise<{ path: string } | { reason: string }>}
 */
export async function findElectron({ fetchIt }) {
  const there = electronPath();
  if (there) return { path: there };
  if (!existsSync(folder)) return { reason: "the package electron is not installed" };
  if (!fetchIt) return { reason: "Electron's program has not been downloaded (npm start does that where GitHub can be reached)" };
  const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const mirror = process.env.ELECTRON_MIRROR ?? process.env.npm_config_electron_mirror ?? "https://github.com/electron/electron/releases/download/";
  const unreachable = await whyUnreachable(`${mirror}v${version}/SHASUMS256.txt`);
  if (unreachable) return { reason: `Electron's program cannot be downloaded from ${new URL(mirror).host} (${unreachable})` };
  const { code, output } = await during(`Downloading Electron ${version}, about 110 MB, once …`, () =>
    run(process.execPath, [join(folder, "install.js")], { capture: true, timeout: 600_000 }),
  );
  const path = electronPath();
  return code === 0 && path ? { path } : { reason: `Electron's download failed: ${output.trim().split("\n")[0] ?? `code ${code}`}` };
}

/** Why a window cannot be shown, or undefined where it can. */
export function whyNoDisplay() {
  if (process.platform !== "linux" || process.env.DISPLAY || process.env.WAYLAND_DISPLAY) return undefined;
  return "there is no display (DISPLAY and WAYLAND_DISPLAY are not set)";
}

function electronPath() {
  const note = join(folder, "path.txt");
  if (!existsSync(note)) return undefined;
  const path = join(process.env.ELECTRON_OVERRIDE_DIST_PATH ?? join(folder, "dist"), readFileSync(note, "utf8"));
  return existsSync(path) ? path : undefined;
}

async function whyUnreachable(address) {
  if (process.env.ELECTRON_GET_USE_PROXY) return undefined;
  try {
    const response = await fetch(address, { method: "HEAD", signal: AbortSignal.timeout(5000) });
    return response.ok ? undefined : `HTTP ${response.status}`;
  } catch (error) {
    return error.name === "TimeoutError" ? "no answer within 5 s" : (error.cause?.code ?? error.message);
  }
}
