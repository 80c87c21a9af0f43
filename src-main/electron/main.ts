import { join } from "node:path";
import { app, BrowserWindow, session } from "electron";
import type { LatheError } from "../base/errors.js";
import { visible } from "../base/visible.mjs";
import { createRouter } from "../procedures/index.js";
import { describeFormats } from "../services/models/exports.js";
import { stateFolder } from "../services/files/state-folder.js";
import { createStudio } from "../services/studio.js";
import { createCommands } from "./commands.js";
import { nativeDialogs } from "./dialogs.js";
import { lockDownSession } from "./lock-down.js";
import { applyMenu } from "./menu.js";
import { declarePage, servePage } from "./page.js";
import { pathsIn } from "./paths.js";
import { launchUtilityProcess, launchUtilityReader } from "./utility-engine.js";
import { openWindow } from "./window.js";

/** Milliseconds that runs may take to keep what they learnt when Lathe is left. */
const GRACE = 1500;

/** Projects in the menu. */
const recentShown = 10;

/** The desktop host: the same router as the server's, a port to each window in place of a socket. */
function main(): void {
  if (!app.requestSingleInstanceLock()) {
    app.quit();
    return;
  }
  declarePage();
  const home = stateFolder();
  const commands = createCommands();
  const logRefusal = (error: LatheError, path: string) => console.error(visible(`refused ${JSON.stringify(path)}: ${error.message}`));
  const studio = createStudio({
    allowedFolders: null,
    home,
    launch: launchUtilityProcess,
    launchReader: launchUtilityReader,
    projectsFolder: join(app.getPath("documents"), "Lathe"),
    onProjectOpened(folder) {
      app.addRecentDocument(folder);
      void refreshMenu();
    },
  });
  const frontmost = () => BrowserWindow.getFocusedWindow() ?? BrowserWindow.getAllWindows()[0];
  const router = createRouter(studio, { host: "electron", dialogs: nativeDialogs(frontmost), onCommand: (listener) => commands.onCommand(listener) });
  const openPath = (path: string) => commands.send({ command: "open-path", path });

  async function refreshMenu(): Promise<void> {
    const recent = (await studio.projects.list()).slice(0, recentShown);
    applyMenu({ formats: describeFormats(), recent, send });
  }

  /** Brings the window to the front, or back. */
  function show(): void {
    const window = frontmost();
    if (!window) {
      openWindow({ home, router, onRefusal: logRefusal, onDrop: openPath });
      return;
    }
    if (window.isMinimized()) window.restore();
    window.show();
    window.focus();
  }

  /** On a Mac the menu is there without a window. */
  function send(command: Parameters<typeof commands.send>[0]): void {
    if (!frontmost()) show();
    commands.send(command);
  }

  app.on("second-instance", (_event, argv, folder) => {
    for (const path of pathsIn(argv.slice(app.isPackaged ? 1 : 2), folder)) openPath(path);
    show();
  });
  app.on("open-file", (event, path) => {
    event.preventDefault();
    openPath(path);
    if (app.isReady()) show();
  });
  app.on("activate", () => {
    if (app.isReady()) show();
  });
  app.on("window-all-closed", () => {
    if (process.platform !== "darwin") app.quit();
  });
  let leaving = false;
  app.on("before-quit", (event) => {
    if (leaving) return;
    leaving = true;
    if (!studio.busy) return void studio.close(0);
    // Runs under way end after the step at hand and keep what they learnt, if they can in time.
    event.preventDefault();
    void studio.close(GRACE, (what) => console.error(visible(what))).finally(() => app.quit());
  });
  void app.whenReady().then(async () => {
    lockDownSession(session.defaultSession);
    servePage(logRefusal);
    for (const path of pathsIn(process.argv.slice(app.isPackaged ? 1 : 2), process.cwd())) openPath(path);
    await refreshMenu();
    show();
  });
}

main();
