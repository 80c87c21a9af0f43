import type { Plugin } from "vite";

/** A Vite plugin: `import code from "./x.wat"` is the assembled module. */
export function wat(): Plugin;
