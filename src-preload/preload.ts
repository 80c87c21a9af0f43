import { ipcRenderer } from "electron";

/** As in contract/page.ts; this script imports nothing of ours. */
const portMessage = "lathe:port";

/** All that is used of the page's window; this file is compiled without the DOM's types. */
declare const window: {
  readonly location: { readonly origin: string };
  postMessage(message: unknown, targetOrigin: string, transfer: readonly unknown[]): void;
};

// Forwards one port to the page, and nothing else. Whatever other page came to stand here would not be sent it: the origin is that of the page at hand, and
// main has looked at it before.
ipcRenderer.on(portMessage, (event) => {
  const ports: readonly unknown[] = event.ports;
  window.postMessage(portMessage, window.location.origin, ports);
});
