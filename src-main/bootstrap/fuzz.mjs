import { join } from "node:path";
import { bundle } from "./bundle.mjs";
import { during, prepare, root, run } from "./shared.mjs";

await prepare();
const out = join(root, "out", "fuzz");
await during("Building the fuzzers …", () => bundle(join(root, "tests", "fuzz"), ["main", "child"], out));
const { code } = await run(process.execPath, [join(out, "main.js"), ...process.argv.slice(2)]);
process.exitCode = code;
