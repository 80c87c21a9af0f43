import { realpath, stat } from "node:fs/promises";
import { extname, join, sep } from "node:path";
import { LatheError } from "../../base/errors.js";

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".json": "application/json",
};

/** A file of the studio's page. */
export interface PageFile {
  readonly path: string;
  readonly size: number;
  readonly type: string;
  /** Vite puts a hash of the content in these names. */
  readonly immutable: boolean;
}

/**
 * The file of the built renderer that an address names.
 * @param pathname of the URL as the client sent it, still percent-encoded.
 * @throws LatheError `rpc.refused` for a way out of the folder, `rpc.invalid` for what cannot be a name, undefined where there is none.
 */
export async function findPageFile(root: string, pathname: string): Promise<PageFile | undefined> {
  let name: string;
  try {
    name = decodeURIComponent(pathname);
  } catch {
    throw new LatheError("rpc.invalid", "the address is not percent-encoded text");
  }
  if (/[\0\\:]/.test(name) || name.split("/").includes("..")) throw new LatheError("rpc.refused", "the address leads out of the studio's files");
  const realRoot = await realpath(root).catch(() => {
    throw new LatheError("internal", `the studio is not built (${root} is missing); run: npm run build`);
  });
  const wanted = join(realRoot, name === "/" ? "index.html" : name);
  const path = await realpath(wanted).catch(() => undefined);
  if (path === undefined) return undefined;
  if (!path.startsWith(realRoot + sep)) throw new LatheError("rpc.refused", "the address leads out of the studio's files");
  const found = await stat(path);
  const type = types[extname(path)];
  if (!found.isFile() || type === undefined) return undefined;
  return { path, size: found.size, type, immutable: name.startsWith("/assets/") };
}
