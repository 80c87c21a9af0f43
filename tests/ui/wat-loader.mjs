import { fileURLToPath } from "node:url";
import { wat } from "../../src-main/bootstrap/wat.mjs";

/** `import code from "./x.wat"` for Playwright, which runs sources without a build: a loader of Node's. https://nodejs.org/docs/latest-v20.x/api/module.html#loadurl-context-nextload */
const plugin = wat();

export async function load(url, context, next) {
  if (!url.endsWith(".wat")) return next(url, context);
  const { code } = await plugin.load(fileURLToPath(url));
  return { format: "module", source: code, shortCircuit: true };
}
