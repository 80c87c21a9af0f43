import { join } from "node:path";
import { build, ensureInstalled, fail, root, run } from "./shared.mjs";

await ensureInstalled();
await build();
const { code, output } = await run(process.execPath, [join(root, "out", "main", "schema.js")], { capture: true });
if (code !== 0) fail(`resources/project.schema.json could not be written:\n${output}`);
