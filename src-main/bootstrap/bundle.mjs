import { join } from "node:path";
import { root } from "./shared.mjs";
import { wat } from "./wat.mjs";

/** Builds programs of a folder of tests as Lathe's own are built: sources bundled, packages left outside. */
export async function bundle(folder, names, out) {
  const { build } = await import("vite");
  await build({
    root,
    configFile: false,
    publicDir: false,
    logLevel: "error",
    plugins: [wat()],
    build: {
      ssr: true,
      target: "node20.19",
      outDir: out,
      emptyOutDir: true,
      rolldownOptions: { input: Object.fromEntries(names.map((name) => [name, join(folder, `${name}.ts`)])), output: { entryFileNames: "[name].js" } },
    },
  });
}
