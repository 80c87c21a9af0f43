import { EventEmitter } from "node:events";
import { preventable } from "./app.mjs";
import { toInside, toOutside } from "./browser.mjs";
import { binding, preloadSource, world } from "./preload-world.mjs";

/** A page in the browser, as its window's `webContents`. */
export class WebContents extends EventEmitter {
  #page;
  #cdp;
  /** The isolated world of the document at hand. */
  #context;
  #ports = new Map();
  #nextPort = 1;
  #openHandler = () => ({ action: "allow" });
  /** The address that main itself asked for. */
  #expected;
  preferences;

  constructor(preferences) {
    super();
    this.preferences = preferences;
  }

  async attach(page) {
    this.#page = page;
    this.#cdp = await page.context().newCDPSession(page);
    this.#cdp.on("Runtime.executionContextCreated", ({ context }) => {
      if (context.name === world) this.#context = context.id;
    });
    this.#cdp.on("Runtime.bindingCalled", ({ name, payload }) => name === binding && this.#heard(JSON.parse(payload)));
    await this.#cdp.send("Page.enable");
    await this.#cdp.send("Runtime.enable");
    await this.#cdp.send("Runtime.addBinding", { name: binding, executionContextName: world });
    await this.#cdp.send("Page.addScriptToEvaluateOnNewDocument", { source: preloadSource(this.preferences.preload), worldName: world });
    await page.route("**/*", async (route) => {
      const request = route.request();
      const url = toInside(request.url());
      if (!request.isNavigationRequest() || request.frame() !== page.mainFrame() || url === this.#expected || url === toInside(page.url()))
        return route.fallback();
      return this.navigate(url) ? route.fallback() : route.abort("aborted");
    });
    page.on("load", () => this.emit("did-finish-load"));
    page.on("popup", async (popup) => {
      if (this.#openHandler({ url: popup.url() }).action === "deny") await popup.close();
    });
    page.on("crash", () => this.emit("render-process-gone", {}, { reason: "crashed", exitCode: 1 }));
  }

  /** The page, or the user by dropping something on it, wants to go somewhere. @returns whether it may */
  navigate(url) {
    const frame = preventable({ url, isMainFrame: true });
    this.emit("will-frame-navigate", frame);
    if (frame.defaultPrevented) return false;
    const event = preventable({ url });
    this.emit("will-navigate", event);
    return !event.defaultPrevented;
  }

  get mainFrame() {
    return { url: toInside(this.#page.url()) };
  }

  async load(url) {
    this.#expected = url;
    await this.#page.goto(toOutside(url), { waitUntil: "load" });
  }

  reload() {
    void this.#page.reload();
  }

  setWindowOpenHandler(handler) {
    this.#openHandler = handler;
  }

  getLastWebPreferences() {
    return this.preferences;
  }

  postMessage(channel, data, ports = []) {
    const ids = ports.map((port) => {
      const id = this.#nextPort++;
      this.#ports.set(id, port);
      // A port that was sent away is started: what comes to it continues to the page.
      port.on("message", ({ data: message }) => this.#tell({ port: id, data: message }));
      port.on("close", () => this.#tell({ port: id, closed: true }));
      port.start();
      return id;
    });
    this.#tell({ channel, ids, data });
  }

  #tell(message) {
    if (this.#context === undefined) return;
    // A document that is gone hears nothing any more.
    this.#cdp
      .send("Runtime.evaluate", { expression: `__electronHostReceive(${JSON.stringify(JSON.stringify(message))})`, contextId: this.#context })
      .catch(() => undefined);
  }

  #heard({ port, data, closed }) {
    const end = this.#ports.get(port);
    if (closed) end?.close();
    else end?.postMessage(data);
  }

  /** The page is gone, and with it every port that was sent to it. */
  detach() {
    for (const port of this.#ports.values()) port.close();
  }
}
