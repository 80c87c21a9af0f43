import { register } from "node:module";

// Loaded before Lathe's built main process: from here on `import … from "electron"` is electron.mjs beside this file.
register("./resolve.mjs", import.meta.url);
