import { app, BrowserWindow, session } from "electron";
import type { LatheError } from "../base/errors.js";
import { createRouter } from "../procedures/index.js";
import { createStudio } from "../services/studio.js";
import { lockDownSession } from "./lock-down.js";
import { launchUtilityProcess } from "./utility-engine.js";
import { openWindow } from "./window.js";

/** The desktop host: the same router as the server's, a port to each window in place of a socket. */
function main(): void {
  if (!app.requestSingleInstanceLock()) {
    app.quit();
    return;
  }
  const studio = createStudio({ allowedFolders: null, launch: launchUtilityProcess });
  const router = createRouter(studio, "electron");
  const logRefusal = (error: LatheError, path: string) => console.error(`refused ${JSON.stringify(path)}: ${error.message}`);
  const open = () => openWindow(router, logRefusal);

  app.on("second-instance", () => {
    const [window] = BrowserWindow.getAllWindows();
    if (window?.isMinimized()) window.restore();
    window?.focus();
  });
  app.on("activate", () => {
    if (app.isReady() && BrowserWindow.getAllWindows().length === 0) open();
  });
  app.on("window-all-closed", () => {
    if (process.platform !== "darwin") app.quit();
  });
  let leaving = false;
  app.on("before-quit", (event) => {
    if (leaving || studio.jobs.running === 0) return;
    // Runs under way end after the step at hand and keep what they learnt.
    event.preventDefault();
    leaving = true;
    void studio.jobs.stopAll().finally(() => app.quit());
  });
  void app.whenReady().then(() => {
    lockDownSession(session.defaultSession);
    open();
  });
}

main();
