import { spawn } from "node:child_process";

/** Asks the desktop to open an address; where there is no desktop nothing happens, the address has been printed. */
export function openInBrowser(url: string): void {
  const [command, args] =
    process.platform === "win32"
      ? (["cmd", ["/c", "start", "", url]] as const)
      : process.platform === "darwin"
        ? (["open", [url]] as const)
        : (["xdg-open", [url]] as const);
  spawn(command, args, { stdio: "ignore", detached: true })
    .on("error", () => undefined)
    .unref();
}
