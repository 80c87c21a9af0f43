/**
 * The parts of Electron's main-process API that Lathe uses, over a headless Chromium, so that the built `out/main/electron.js` and
 * `out/preload/preload.cjs` run unmodified where Electron's own program cannot be had.
 *
 * Imitated: the life of the app (ready, second-instance, open-file, activate, before-quit, will-quit), windows with their bounds, the preload script in
 * an isolated world, message ports between main and page, `webContents` events, navigation and popups that can be denied, `session.webRequest`, a custom
 * protocol, menus, dialogs (answered by the test), `shell`, `screen`, utility processes.
 *
 * Not imitated: Chromium's sandbox and Electron's permission handlers (they are kept, and the test asks them), fuses, native menus and their keys,
 * `window.open`'s return value (the popup is closed), the clone of anything but JSON through a port, a second process (the test tells of it), and whatever
 * Lathe does not use: asking for that fails loudly. The page's address is http://studio.lathe/ in the browser, and lathe://studio/ to main.
 */
export { app } from "./app.mjs";
export { BrowserWindow } from "./browser-window.mjs";
export { dialog, screen, shell } from "./desktop.mjs";
export { Menu } from "./menu.mjs";
export { MessageChannelMain } from "./ports.mjs";
export { protocol, session } from "./network.mjs";
export { utilityProcess } from "./utility-process.mjs";
import "./control.mjs";
