import { join } from "node:path";
import { BrowserWindow, MessageChannelMain } from "electron";
import { packageRoot } from "../base/entries.js";
import type { LatheError } from "../base/errors.js";
import { pageAddress, portMessage } from "../contract/page.js";
import { studioContract, type StudioContract } from "../contract/procedures.js";
import { serveConnection } from "../rpc/server.js";
import { createPortTransport } from "../rpc/transports/message-port.js";
import type { Router } from "../rpc/types.js";
import { lockDownContents, showsOurPage } from "./lock-down.js";
import { adaptPort } from "./port.js";
import { keepBounds, rememberedBounds } from "./window-state.js";

export interface WindowOptions {
  /** The state folder. */
  readonly home: string;
  readonly router: Router<StudioContract>;
  readonly onRefusal: (error: LatheError, path: string) => void;
  /** A file or a folder was dropped on the window. */
  readonly onDrop: (path: string) => void;
}

/** A window of the studio. Each load of its page gets a port of its own; the one before is closed. */
export function openWindow({ home, router, onRefusal, onDrop }: WindowOptions): BrowserWindow {
  const { maximized, ...bounds } = rememberedBounds(home);
  const window = new BrowserWindow({
    ...bounds,
    minWidth: 720,
    minHeight: 480,
    show: false,
    title: "Lathe",
    webPreferences: {
      preload: join(packageRoot, "out", "preload", "preload.cjs"),
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
      spellcheck: false,
      // A dropped file makes the page want to go there: so main learns of its path, and keeps it from going.
      navigateOnDragDrop: true,
    },
  });
  if (maximized) window.maximize();
  keepBounds(window, home);
  const { webContents } = window;
  lockDownContents(webContents, onDrop);
  let close = () => undefined as void;
  webContents.on("did-finish-load", () => {
    close();
    if (!showsOurPage(webContents)) return;
    const { port1, port2 } = new MessageChannelMain();
    const connection = serveConnection({ contract: studioContract, router, transport: createPortTransport(adaptPort(port1)), onRefusal });
    close = () => connection.dispose();
    webContents.postMessage(portMessage, null, [port2]);
  });
  // The page's own process can die, of memory say; what it showed is with the host, so it comes back as it was.
  webContents.on("render-process-gone", (_event, { reason }) => {
    close();
    if (reason !== "clean-exit" && !window.isDestroyed()) webContents.reload();
  });
  window.on("closed", () => close());
  window.once("ready-to-show", () => window.show());
  window.loadURL(pageAddress).catch((thrown: unknown) => {
    // One that was closed at once has nothing to show.
    if (!window.isDestroyed()) console.error(`the studio's page was not loaded: ${String(thrown)}`);
  });
  return window;
}
