import type { Page } from "@playwright/test";

/** Drops a file or a folder of this machine in the middle of the page, as the browser does it: by its debugger. */
export async function drop(page: Page, path: string): Promise<void> {
  const debug = await page.context().newCDPSession(page);
  const { width = 1280, height = 800 } = page.viewportSize() ?? {};
  const at = { x: width / 2, y: height / 2, data: { items: [], files: [path], dragOperationsMask: 1 } };
  // A hand lingers. Chromium asks the page whether it takes the file and hears of it a moment later; a drop before that is none.
  for (const type of ["dragEnter", "dragOver", "dragOver", "dragOver", "drop"] as const) {
    await debug.send("Input.dispatchDragEvent", { type, ...at });
    await page.evaluate(() => new Promise((seen) => requestAnimationFrame(() => requestAnimationFrame(seen))));
  }
  await debug.detach();
}
