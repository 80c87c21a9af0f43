import type { Dirent } from "node:fs";
import { mkdir, readdir, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join, parse } from "node:path";
import { LatheError, toLatheError } from "../../base/errors.js";
import type { FileEntry, FolderListing } from "../../contract/files.js";
import { PROJECT_FILE } from "../../contract/project-file.js";
import type { FolderAccess } from "./folder-access.js";

/** More than these nobody looks through. */
const most = 2000;

/** The picker of hosts without dialogs of their own. */
export interface Files {
  /**
   * What lies in a folder; null: the folders that may be used. What begins with a dot, and links that lead out of bounds, are not shown.
   * @throws LatheError `rpc.refused`, `project.missing`, `data.unreadable`
   */
  list(folder: string | null): Promise<FolderListing>;
  /** @throws LatheError `rpc.refused`, `usage` for a name that is none or is taken */
  makeFolder(folder: string, name: string): Promise<string>;
}

export function createFiles(access: FolderAccess): Files {
  async function describe(path: string, name: string): Promise<FileEntry | undefined> {
    try {
      const real = await access.resolve(path, "the file");
      const found = await stat(real);
      if (!found.isDirectory() && !found.isFile()) return undefined;
      if (found.isFile()) return { name, path, kind: "file", bytes: found.size, modifiedAt: found.mtimeMs };
      const project = await stat(join(real, PROJECT_FILE)).then(
        (file) => file.isFile(),
        () => false,
      );
      return { name, path, kind: "folder", modifiedAt: found.mtimeMs, ...(project ? { project } : {}) };
    } catch {
      // A broken link, one that leads out of bounds, something that may not be read: nothing to choose.
      return undefined;
    }
  }

  return {
    async list(folder) {
      if (folder === null) {
        const roots = access.allowed ?? [homedir(), parse(homedir()).root];
        const entries = await Promise.all([...new Set(roots)].map((root) => describe(root, root)));
        return { folder: null, parent: null, entries: entries.filter((entry) => entry !== undefined), omitted: 0 };
      }
      const real = await access.resolve(folder, "the folder");
      let found: Dirent[];
      try {
        found = await readdir(real, { withFileTypes: true });
      } catch (thrown) {
        throw new LatheError("data.unreadable", `${real} cannot be listed: ${toLatheError(thrown).message}`, { path: real }, { cause: thrown });
      }
      const visible = found.filter(({ name }) => !name.startsWith("."));
      const sorted = visible.sort((a, b) => Number(b.isDirectory()) - Number(a.isDirectory()) || a.name.localeCompare(b.name, undefined, { numeric: true }));
      const entries = (await Promise.all(sorted.slice(0, most).map(({ name }) => describe(join(real, name), name)))).filter((entry) => entry !== undefined);
      // A link to a folder is a folder.
      entries.sort((a, b) => Number(b.kind === "folder") - Number(a.kind === "folder"));
      const up = dirname(real);
      const parent =
        up !== real &&
        (await access.resolve(up, "the folder").then(
          () => true,
          () => false,
        ))
          ? up
          : null;
      return { folder: real, parent, entries, omitted: Math.max(0, visible.length - most) };
    },
    async makeFolder(folder, name) {
      if (name !== name.trim() || /[\\/\0:*?"<>|]/.test(name) || /^\.+$/.test(name)) {
        throw new LatheError("usage", `a folder cannot be called ${JSON.stringify(name)}; use letters, digits, spaces, dots, dashes and underscores`);
      }
      const path = join(await access.resolve(folder, "the folder"), name);
      try {
        await mkdir(path);
      } catch (thrown) {
        const taken = (thrown as NodeJS.ErrnoException).code === "EEXIST";
        throw new LatheError(
          "usage",
          taken ? `there is a ${name} in ${folder} already; choose another name` : `${path} cannot be made: ${toLatheError(thrown).message}`,
          { path },
          { cause: thrown },
        );
      }
      return path;
    },
  };
}
