import { app, preventable } from "./app.mjs";
import { browser } from "./browser.mjs";
import { answers, asked, revealed } from "./desktop.mjs";
import { Menu } from "./menu.mjs";
import { permissions, privileged } from "./network.mjs";

/** What the test does as a user of the desktop, and what it may look at. */
const deeds = {
  /** Where a browser's driver joins; undefined until there is one. */
  endpoint: () => browser()?.endpoint,
  menu: () => describe(Menu.current),
  click(id) {
    const item = Menu.current?.getMenuItemById(id);
    if (!item) throw new Error(`there is no menu item ${id}`);
    if (!item.enabled) throw new Error(`the menu item ${id} is disabled`);
    item.click();
  },
  answer: (path) => void answers.push(path),
  asked: () => asked,
  revealed: () => revealed,
  recentDocuments: () => app.recentDocuments,
  drop: (url) => [...app.windows].at(-1).webContents.navigate(url),
  secondInstance: ({ argv, folder }) => void app.emit("second-instance", {}, argv, folder),
  openFile: (path) => void app.emit("open-file", preventable(), path),
  activate: () => void app.emit("activate"),
  setBounds: (bounds) => [...app.windows].at(-1).setBounds(bounds),
  closeWindow: () => [...app.windows].at(-1).close(),
  quit: () => void setImmediate(() => app.quit()),
  windows: () =>
    [...app.windows].map((window) => ({ bounds: window.getNormalBounds(), visible: window.visible, preferences: window.webContents.getLastWebPreferences() })),
  permission(name) {
    let granted;
    permissions.request?.({}, name, (answer) => (granted = answer));
    return { granted, checked: permissions.check?.({}, name), device: permissions.device?.({}) };
  },
  schemes: () => privileged,
};

function describe(menu) {
  return (
    menu?.items.map(({ id, label, role, enabled, accelerator, submenu }) => ({ id, label, role, enabled, accelerator, submenu: describe(submenu) })) ?? null
  );
}

process.on("message", async ({ call, deed, value }) => {
  try {
    process.send({ call, value: await deeds[deed](value) });
  } catch (error) {
    process.send({ call, error: error.message });
  }
});
// Without its test there is nobody to run for.
process.on("disconnect", () => process.exit(1));
