import { EventEmitter } from "node:events";
import { homedir } from "node:os";
import { join } from "node:path";
import { closeBrowser, startBrowser } from "./browser.mjs";

/** An event whose default can be prevented, as Electron's emitters hand out. */
export function preventable(more = {}) {
  const event = { ...more, defaultPrevented: false, preventDefault: () => void (event.defaultPrevented = true) };
  return event;
}

class App extends EventEmitter {
  name = "Lathe";
  isPackaged = false;
  recentDocuments = [];
  /** Windows that are open; browser-window.mjs keeps it. */
  windows = new Set();
  #ready = false;
  #quitting = false;
  #whenReady;

  requestSingleInstanceLock() {
    return true;
  }

  isReady() {
    return this.#ready;
  }

  whenReady() {
    this.#whenReady ??= startBrowser().then(() => {
      this.#ready = true;
      this.emit("ready");
    });
    return this.#whenReady;
  }

  getPath(name) {
    return join(process.env.LATHE_HOME ?? homedir(), name);
  }

  addRecentDocument(path) {
    this.recentDocuments.unshift(path);
  }

  quit() {
    if (this.#quitting) return;
    const before = preventable();
    this.emit("before-quit", before);
    if (before.defaultPrevented) return;
    this.#quitting = true;
    void this.#end();
  }

  async #end() {
    await Promise.all([...this.windows].map((window) => window.closeNow()));
    const will = preventable();
    this.emit("will-quit", will);
    await closeBrowser();
    this.emit("quit", {}, 0);
    process.exit(0);
  }

  /** Called by a window that has closed. */
  windowClosed(window) {
    this.windows.delete(window);
    if (this.windows.size === 0 && !this.#quitting) this.emit("window-all-closed");
  }
}

export const app = new App();
