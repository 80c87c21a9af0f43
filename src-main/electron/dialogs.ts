import { type BrowserWindow, dialog, shell } from "electron";
import type { HostAbilities } from "../procedures/index.js";

/** The system's own dialogs, on the window that asks. */
export function nativeDialogs(window: () => BrowserWindow | undefined): NonNullable<HostAbilities["dialogs"]> {
  return {
    async pick({ kind, title, extensions, suggested }) {
      const owner = window();
      const filters =
        extensions.length === 0
          ? []
          : [
              { name: extensions.map((extension) => `.${extension}`).join(", "), extensions: lastParts(extensions) },
              { name: "*", extensions: ["*"] },
            ];
      const options = { title, filters, ...(suggested === undefined ? {} : { defaultPath: suggested }) };
      if (kind === "save-file" || kind === "save-folder") {
        const { canceled, filePath } = await (owner ? dialog.showSaveDialog(owner, options) : dialog.showSaveDialog(options));
        return canceled || filePath === "" ? undefined : filePath;
      }
      const properties = kind === "open-folder" ? ["openDirectory" as const, "createDirectory" as const] : ["openFile" as const];
      const { canceled, filePaths } = await (owner
        ? dialog.showOpenDialog(owner, { ...options, properties })
        : dialog.showOpenDialog({ ...options, properties }));
      return canceled ? undefined : filePaths[0];
    },
    reveal: (path) => shell.showItemInFolder(path),
  };
}

/** The systems' dialogs know one dot: `gz` stands for `csv.gz`. */
function lastParts(extensions: readonly string[]): string[] {
  return [...new Set(extensions.map((extension) => extension.split(".").at(-1) ?? extension))];
}
