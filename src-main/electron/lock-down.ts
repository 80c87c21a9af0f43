import { fileURLToPath } from "node:url";
import type { Session, WebContents } from "electron";
import { pageAddress, pageScheme } from "../contract/page.js";

/** No permission is ever needed: no camera, no location, no notifications. Writing to the clipboard needs none. */
export function lockDownSession(session: Session): void {
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  // Lathe speaks to no network: what is not one of our own files is not fetched.
  const own = new RegExp(`^(?:${pageScheme}|devtools|data|blob):`);
  session.webRequest.onBeforeRequest((details, answer) => answer({ cancel: !own.test(details.url) }));
}

/**
 * The window shows our one page and no other, opens no windows and embeds nothing.
 * @param onDrop hears of files that are dropped on the window: the browser would go to them, and is kept from it.
 */
export function lockDownContents(contents: WebContents, onDrop: (path: string) => void): void {
  contents.on("will-navigate", (event) => {
    event.preventDefault();
    if (event.url.startsWith("file:")) onDrop(fileURLToPath(event.url));
  });
  contents.on("will-redirect", (event) => event.preventDefault());
  contents.on("will-frame-navigate", (event) => {
    // The main frame's comes as `will-navigate` next.
    if (!event.isMainFrame) event.preventDefault();
  });
  contents.on("will-attach-webview", (event) => event.preventDefault());
  contents.setWindowOpenHandler(() => ({ action: "deny" }));
}

/** Whether our page, and no other, stands in a window's main frame. */
export function showsOurPage(contents: WebContents): boolean {
  return contents.mainFrame.url.startsWith(pageAddress);
}
