import { readFileSync } from "node:fs";

/**
 * A Vite plugin, for each of our builds and for Vitest: `import code from "./x.wat"` is the module, assembled when it is built. A mistake in the text fails the
 * build, with its line.
 */
export function wat() {
  let assembler;
  return {
    name: "lathe:wat",
    async load(id) {
      if (!id.endsWith(".wat")) return null;
      assembler ??= import("wabt").then(({ default: start }) => start());
      const module = (await assembler).parseWat(id, readFileSync(id, "utf8"), { simd: true });
      try {
        module.validate();
        const base64 = Buffer.from(module.toBinary({}).buffer).toString("base64");
        // The page's programs have no Buffer.
        return { code: `export default Uint8Array.from(atob("${base64}"), (letter) => letter.charCodeAt(0));`, map: null, moduleType: "js" };
      } finally {
        module.destroy();
      }
    },
  };
}
