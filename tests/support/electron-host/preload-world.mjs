import { readFileSync } from "node:fs";

/** The name of the isolated world; no page has such a one. */
export const world = "lathe-preload";
/** What the world calls to speak to main. */
export const binding = "__electronHost";

/**
 * The preload script as it runs in its isolated world: with Electron's `require("electron")`, and `ipcRenderer` that main's messages come out of.
 * The world shares the page's window events and nothing else, so `window.postMessage` with a port reaches the page as under Electron.
 */
export function preloadSource(path) {
  return `(() => {
    const listeners = new Map();
    const ports = new Map();
    const electron = { ipcRenderer: { on: (channel, listener) => void listeners.set(channel, [...(listeners.get(channel) ?? []), listener]) } };
    const send = (message) => globalThis.${binding}(JSON.stringify(message));
    globalThis.__electronHostReceive = (text) => {
      const { channel, ids, port, data, closed } = JSON.parse(text);
      if (closed) return void ports.get(port)?.close();
      if (port !== undefined) return void ports.get(port)?.postMessage(data);
      const made = ids.map((id) => {
        const { port1, port2 } = new MessageChannel();
        ports.set(id, port1);
        port1.onmessage = (event) => send({ port: id, data: event.data });
        port1.addEventListener("close", () => send({ port: id, closed: true }));
        return port2;
      });
      for (const listener of listeners.get(channel) ?? []) listener({ ports: made }, data);
    };
    const module = { exports: {} };
    const require = (name) => {
      if (name === "electron") return electron;
      throw new Error("a sandboxed preload script cannot require " + name);
    };
    ((require, module, exports) => {
${readFileSync(path, "utf8")}
    })(require, module, module.exports);
  })();`;
}
