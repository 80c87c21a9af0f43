import { realpath } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import { isInside } from "../../base/allowed-folders.js";
import { LatheError } from "../../base/errors.js";

/** Which folders a client may name. In a window: any, as the user could with any program. In a browser: those the user allowed. */
export interface FolderAccess {
  /** Null: anywhere. */
  readonly allowed: readonly string[] | null;
  allows(path: string): Promise<boolean>;
  /**
   * The real path of something that may be used, links followed.
   * @param what how a message names it.
   * @throws LatheError `rpc.refused` outside the allowed folders, whether it exists or not; `project.missing` where it is not there.
   */
  resolve(path: string, what: string): Promise<string>;
  /**
   * The real path of something that may be made, or replaced: links followed as far as there is anything.
   * @param what how a message names it.
   * @throws LatheError `rpc.refused` outside the allowed folders.
   */
  resolveNew(path: string, what: string): Promise<string>;
}

export function createFolderAccess(allowed: readonly string[] | null): FolderAccess {
  const roots = allowed?.map((folder) => resolve(folder)) ?? null;
  let real: Promise<readonly string[]> | undefined;

  function refuse(path: string, what: string): never {
    throw new LatheError("rpc.refused", `${what} ${JSON.stringify(path)} is not in a folder this server may use: ${roots?.join(", ") || "none"}`, { path });
  }

  async function resolveAllowed(path: string, what: string): Promise<string> {
    if (path.includes("\0") || !isAbsolute(path)) throw new LatheError("rpc.refused", `${what} ${JSON.stringify(path)} is not an absolute path`, { path });
    const lexical = resolve(path);
    real ??= Promise.all((roots ?? []).map((root) => realpath(root).catch(() => root)));
    const realRoots = await real;
    // First by name, so that nobody learns what exists elsewhere; then by what the name leads to, so that no link leads out.
    if (roots && ![...roots, ...realRoots].some((root) => isInside(root, lexical))) refuse(path, what);
    const found = await realpath(lexical).catch(() => {
      throw new LatheError("project.missing", `there is no ${lexical}; was it moved or deleted?`, { path: lexical });
    });
    if (roots && !realRoots.some((root) => isInside(root, found))) refuse(path, what);
    return found;
  }

  async function resolveNew(path: string, what: string): Promise<string> {
    const missing: string[] = [];
    for (let at = resolve(path); ; at = dirname(at)) {
      try {
        return join(await resolveAllowed(isAbsolute(path) ? at : path, what), ...missing);
      } catch (thrown) {
        if (!(thrown instanceof LatheError && thrown.code === "project.missing") || at === dirname(at)) throw thrown;
        missing.unshift(basename(at));
      }
    }
  }

  return {
    allowed: roots,
    resolve: resolveAllowed,
    resolveNew,
    allows: (path) =>
      resolveAllowed(path, "the path").then(
        () => true,
        (error: unknown) => error instanceof LatheError && error.code === "project.missing",
      ),
  };
}
