import { ipcRenderer } from "electron";

/** As in contract/window.ts; this script imports nothing of ours. */
const portMessage = "lathe:port";

/** All that is used of the page's window; this file is compiled without the DOM's types. */
declare const window: { postMessage(message: unknown, targetOrigin: string, transfer: readonly unknown[]): void };

// Forwards one port to the page, and nothing else. The window cannot be navigated away, so whoever listens is our page; a file has no origin to name.
ipcRenderer.on(portMessage, (event) => {
  const ports: readonly unknown[] = event.ports;
  window.postMessage(portMessage, "*", ports);
});
