import { EventEmitter } from "node:events";
import { app, preventable } from "./app.mjs";
import { browser } from "./browser.mjs";
import { WebContents } from "./web-contents.mjs";

export class BrowserWindow extends EventEmitter {
  webContents;
  options;
  visible;
  #bounds;
  #page;
  #attached;
  #destroyed = false;
  #maximized = false;
  #minimized = false;

  constructor(options) {
    super();
    this.options = options;
    this.visible = options.show !== false;
    this.#bounds = { x: options.x ?? 0, y: options.y ?? 0, width: options.width, height: options.height };
    this.webContents = new WebContents(options.webPreferences);
    app.windows.add(this);
    this.#attached = this.#attach();
  }

  async #attach() {
    const { context } = browser();
    this.#page = context.pages().find((page) => page.url() === "about:blank") ?? (await context.newPage());
    await this.#page.setViewportSize({ width: this.#bounds.width, height: this.#bounds.height });
    await this.webContents.attach(this.#page);
    this.#page.on("close", () => this.#gone());
  }

  static getAllWindows() {
    return [...app.windows];
  }

  static getFocusedWindow() {
    return [...app.windows].at(-1) ?? null;
  }

  async loadURL(url) {
    await this.#attached;
    await this.webContents.load(url);
    if (!this.#destroyed) this.emit("ready-to-show");
  }

  show() {
    this.visible = true;
  }

  focus() {}

  isMinimized() {
    return this.#minimized;
  }

  minimize() {
    this.#minimized = true;
  }

  restore() {
    this.#minimized = false;
  }

  maximize() {
    this.#maximized = true;
  }

  isMaximized() {
    return this.#maximized;
  }

  getNormalBounds() {
    return { ...this.#bounds };
  }

  setBounds(bounds) {
    this.#bounds = { ...this.#bounds, ...bounds };
  }

  isDestroyed() {
    return this.#destroyed;
  }

  /** As by the button in its corner. */
  async close() {
    const event = preventable();
    this.emit("close", event);
    if (!event.defaultPrevented) await this.closeNow(false);
  }

  async closeNow(telling = true) {
    if (telling) this.emit("close", preventable());
    await this.#attached;
    // The browser ends with its last page; the app does not.
    if (browser().context.pages().length === 1) await browser().context.newPage();
    await this.#page.close();
  }

  #gone() {
    if (this.#destroyed) return;
    this.#destroyed = true;
    this.webContents.detach();
    this.emit("closed");
    app.windowClosed(this);
  }
}
