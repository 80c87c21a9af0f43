import { resolve } from "node:path";
import vue from "@vitejs/plugin-vue";
import { defineConfig } from "electron-vite";
import { licences } from "./src-main/bootstrap/licences.js";
import { wat } from "./src-main/bootstrap/wat.mjs";

/** Programs of their own. The command line, the engine process and the loader run under plain Node as well, so they are built for the oldest one we support. */
const programs = {
  electron: "src-main/electron/main.ts",
  cli: "src-main/cli/main.ts",
  engine: "src-main/training/process/engine-process.ts",
  reader: "src-main/services/processes/reader-process/main.ts",
  loader: "src-main/datasets/loader-worker.ts",
  pictures: "src-main/datasets/pictures/picture-worker.ts",
  schema: "src-main/bootstrap/schema.ts",
};

// An optional dependency, and what dependencies bring: none is in `dependencies`, all stay outside the bundle.
const external = ["@tensorflow/tfjs-node", "onnxruntime-common", "@duckdb/node-bindings"];

/** In the bundle: a process that reads some large files starts in two thirds of the time that hundreds of small ones take it. */
const bundled = ["zod", "protobufjs", "commander", "ws", "@duckdb/node-api"];

export default defineConfig({
  main: {
    plugins: [wat()],
    build: {
      outDir: "out/main",
      // src-main/engines/tensorflow/native.ts says why.
      externalizeDeps: { exclude: [...bundled, "@tensorflow/tfjs-core", "@tensorflow/tfjs-backend-cpu"] },
      target: "node20.19",
      minify: false,
      rolldownOptions: { input: programs, external, output: { format: "es", entryFileNames: "[name].js", chunkFileNames: "chunks/[name]-[hash].js" } },
    },
  },
  preload: {
    build: {
      outDir: "out/preload",
      // A sandboxed preload script is a single CommonJS file.
      externalizeDeps: false,
      rolldownOptions: { input: { preload: "src-preload/preload.ts" }, output: { format: "cjs", entryFileNames: "[name].cjs" } },
    },
  },
  renderer: {
    root: "src-renderer",
    plugins: [vue(), wat(), licences(import.meta.dirname)],
    build: { outDir: resolve("out/renderer"), minify: true, rolldownOptions: { input: "src-renderer/index.html" } },
  },
});
