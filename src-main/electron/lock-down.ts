import type { Session, WebContents } from "electron";
import { contentSecurityPolicy } from "../contract/content-security-policy.js";

/** No permission is ever needed: no camera, no location, no notifications. Writing to the clipboard needs none. */
export function lockDownSession(session: Session): void {
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  session.webRequest.onHeadersReceived((details, answer) => {
    answer({ responseHeaders: { ...details.responseHeaders, "Content-Security-Policy": [contentSecurityPolicy] } });
  });
  // Lathe speaks to no network: what is not one of our own files is not fetched.
  session.webRequest.onBeforeRequest((details, answer) => answer({ cancel: !/^(?:file|devtools|data|blob):/.test(details.url) }));
}

/** The window shows our one page and no other, opens no windows and embeds nothing. */
export function lockDownContents(contents: WebContents): void {
  contents.on("will-navigate", (event) => event.preventDefault());
  contents.on("will-redirect", (event) => event.preventDefault());
  contents.on("will-attach-webview", (event) => event.preventDefault());
  contents.setWindowOpenHandler(() => ({ action: "deny" }));
}
