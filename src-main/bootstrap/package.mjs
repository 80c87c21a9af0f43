import { arch, platform } from "node:process";
import { prepare, runTool, say } from "./shared.mjs";

// Installers for this system, in dist/. Electron's own program is fetched from GitHub; others' systems are built on theirs, for their native libraries.
await prepare();
say(`Making installers for ${platform} ${arch} …`);
const { code } = await runTool("electron-builder", ["--config", "resources/packaging/electron-builder.yml", "--publish", "never", ...process.argv.slice(2)]);
process.exit(code);
