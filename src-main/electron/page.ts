import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { protocol } from "electron";
import { packageRoot } from "../base/entries.js";
import { toLatheError, type LatheError } from "../base/errors.js";
import { contentSecurityPolicy } from "../contract/content-security-policy.js";
import { pageAddress, pageScheme } from "../contract/page.js";
import { findPageFile } from "../services/files/page-files.js";

/** Before the app is ready: our scheme has an origin, storage and a secure context, as https has. */
export function declarePage(): void {
  protocol.registerSchemesAsPrivileged([{ scheme: pageScheme, privileges: { standard: true, secure: true, supportFetchAPI: true } }]);
}

/** Serves the built page, and nothing outside its folder. @param onRefusal hears of every request that was turned down. */
export function servePage(onRefusal: (error: LatheError, path: string) => void): void {
  const root = join(packageRoot, "out", "renderer");
  protocol.handle(pageScheme, async (request) => {
    const refuse = (status: number, error: LatheError) => {
      onRefusal(error, request.url);
      return new Response(error.message, { status, headers: { "Content-Type": "text/plain; charset=utf-8" } });
    };
    try {
      const { protocol: scheme, host, pathname } = new URL(request.url);
      if (`${scheme}//${host}/` !== pageAddress) return new Response("", { status: 404 });
      const file = await findPageFile(root, pathname);
      if (!file) return new Response("", { status: 404 });
      return new Response(await readFile(file.path), {
        headers: {
          "Content-Type": file.type,
          "Content-Security-Policy": contentSecurityPolicy,
          "X-Content-Type-Options": "nosniff",
          "Cache-Control": "no-store",
        },
      });
    } catch (thrown) {
      return refuse(403, toLatheError(thrown));
    }
  });
}
