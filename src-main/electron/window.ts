import { join } from "node:path";
import { BrowserWindow, MessageChannelMain } from "electron";
import { packageRoot } from "../base/entries.js";
import type { LatheError } from "../base/errors.js";
import { studioContract, type StudioContract } from "../contract/procedures.js";
import { portMessage } from "../contract/window.js";
import { serveConnection } from "../rpc/server.js";
import { createPortTransport } from "../rpc/transports/message-port.js";
import type { Router } from "../rpc/types.js";
import { lockDownContents } from "./lock-down.js";
import { adaptPort } from "./port.js";

/** A window of the studio. Each load of its page gets a port of its own; the one before is closed. */
export function openWindow(router: Router<StudioContract>, onRefusal: (error: LatheError, path: string) => void): BrowserWindow {
  const window = new BrowserWindow({
    width: 1280, height: 800, minWidth: 720, minHeight: 480, show: false, title: "Lathe",
    webPreferences: {
      preload: join(packageRoot, "out", "preload", "preload.cjs"),
      contextIsolation: true, sandbox: true, nodeIntegration: false, webSecurity: true, webviewTag: false, spellcheck: false,
    },
  });
  lockDownContents(window.webContents);
  let close = () => undefined as void;
  window.webContents.on("did-finish-load", () => {
    close();
    const { port1, port2 } = new MessageChannelMain();
    const connection = serveConnection({ contract: studioContract, router, transport: createPortTransport(adaptPort(port1)), onRefusal });
    close = () => connection.dispose();
    window.webContents.postMessage(portMessage, null, [port2]);
  });
  window.on("closed", () => close());
  window.once("ready-to-show", () => window.show());
  void window.loadFile(join(packageRoot, "out", "renderer", "index.html"));
  return window;
}
