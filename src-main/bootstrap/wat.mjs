import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

// `import code from "./x.wat"` is the module, assembled when it is built. A mistake in the text fails the build, with its line.

/** A Vite plugin, for each of our builds and for Vitest. */
export function wat() {
  return { name: "lathe:wat", load: async (id) => (id.endsWith(".wat") ? { code: await assemble(id), map: null, moduleType: "js" } : null) };
}

/** The hook of `module.register`, for programs that run the sources themselves, as Playwright does. */
export async function load(url, context, next) {
  if (!url.endsWith(".wat")) return next(url, context);
  return { format: "module", source: await assemble(fileURLToPath(url)), shortCircuit: true };
}

let assembler;

async function assemble(path) {
  assembler ??= import("wabt").then(({ default: start }) => start());
  // wabt reads the name up to a zero, which it does not put there itself: of some lengths it had what came behind.
  const module = (await assembler).parseWat(`${path}\0`, readFileSync(path, "utf8"), { simd: true });
  try {
    module.validate();
    const base64 = Buffer.from(module.toBinary({}).buffer).toString("base64");
    // The page's programs have no Buffer.
    return `export default Uint8Array.from(atob("${base64}"), (letter) => letter.charCodeAt(0));`;
  } finally {
    module.destroy();
  }
}
