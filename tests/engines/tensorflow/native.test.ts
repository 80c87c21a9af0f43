import { mkdirSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { packageRoot } from "../../../src-main/base/entries.js";
import { tensorflowFolder } from "../../../src-main/base/tensorflow-folder.js";
import { probeEngines } from "../../../src-main/engines/index.js";
import { findNative } from "../../../src-main/engines/tensorflow/native.js";
import { tensor } from "../../../src-main/onnx/types.js";
import { createEmitter } from "../../../src-main/ops/index.js";
import { startNode } from "../../support/lathe.js";
import { temporaryFolder } from "../../support/temporary-folder.js";
import { tensorflowUnderTest } from "../../support/tensorflow.js";

const { engine, native, version } = await tensorflowUnderTest();

/** A package as it looks with its binding, or without. */
function install(folder: string, built: boolean): string {
  const module = join(folder, "node_modules", "@tensorflow", "tfjs-node");
  mkdirSync(join(module, "lib", "napi-v8"), { recursive: true });
  if (built) writeFileSync(join(module, "lib", "napi-v8", "tfjs_binding.node"), "");
  return module;
}

describe("where the library is looked for", () => {
  it("is the folder that is named, and no other; one whose binding was never built does not count", () => {
    const [named, cache] = [temporaryFolder(), temporaryFolder()];
    const inCache = install(join(cache, "lathe", "tensorflow"), true);
    const environment = { XDG_CACHE_HOME: cache, LOCALAPPDATA: cache };
    if (process.platform !== "darwin") expect(findNative(environment)).toBe(inCache);
    expect(findNative({ ...environment, LATHE_TENSORFLOW: named })).toBeUndefined();
    install(named, false);
    expect(findNative({ ...environment, LATHE_TENSORFLOW: named })).toBeUndefined();
    const built = install(named, true);
    expect(findNative({ ...environment, LATHE_TENSORFLOW: named })).toBe(built);
  });

  it.each([
    ["linux", { XDG_CACHE_HOME: "/c" }, join("/c", "lathe", "tensorflow")],
    ["linux", {}, join(homedir(), ".cache", "lathe", "tensorflow")],
    ["darwin", { XDG_CACHE_HOME: "/c" }, join(homedir(), "Library", "Caches", "lathe", "tensorflow")],
    ["win32", { LOCALAPPDATA: "/local" }, join("/local", "lathe", "tensorflow")],
  ])("is this user's on %s %j", (platform, env, folder) => {
    expect(tensorflowFolder(env, platform)).toBe(folder);
  });
});

describe("the status", () => {
  it("says what runs, by the library's own version or that there is none, and has the processor for its device", async () => {
    expect(await engine.status()).toEqual({ name: "tensorflow", available: true, version, devices: [{ name: "cpu", available: true }] });
    expect(version).toMatch(native ? /^TensorFlow \d+\.\d+\.\d+$/ : /^tfjs 4\.\d+\.\d+ on the CPU without the TensorFlow library, slow$/);
    expect(await engine.probe("cpu")).toBeUndefined();
    expect(await engine.probe("cuda")).toBe("tensorflow has no device cuda; it has cpu");
    expect((await probeEngines()).map(({ name }) => name)).toEqual(["onnxruntime", "tensorflow"]);
  });

  it("of a machine without the library is unavailable, with the remedy, unless slow is allowed", async () => {
    const status = async (env: NodeJS.ProcessEnv) => {
      const { events } = await startNode([join(packageRoot, "out", "main", "cli.js"), "engines", "--json"], undefined, {
        env: { ...process.env, LATHE_TENSORFLOW: temporaryFolder(), ...env },
      }).result;
      return (events[0]!["engines"] as readonly Record<string, unknown>[]).find(({ name }) => name === "tensorflow")!;
    };
    const missing = await status({ LATHE_TENSORFLOW_SLOW: "" });
    expect(missing).toMatchObject({ available: false, devices: [] });
    expect(missing["reason"]).toMatch(/^the TensorFlow library is not installed; npm run setup:tensorflow installs it, or set LATHE_TENSORFLOW_SLOW=1/);
    expect(await status({ LATHE_TENSORFLOW_SLOW: "1" })).toMatchObject({ available: true, version: expect.stringContaining("slow") as unknown });
  });
});

describe("errors name the graph and the reason", () => {
  const graph = () => {
    const e = createEmitter();
    const x = e.graph.input("x", "float32", ["N", 2]);
    e.graph.output(e.reshape(x, e.graph.input("dims", "int64", [1])), "y");
    return e.graph.build("flattening");
  };

  it.each([
    ["an input missing", { x: tensor("float32", [1, 2], [1, 2]) }, /^the graph flattening needs the input dims; it got x$/],
    ["an input of another type", { x: tensor("int32", [1, 2], [1, 2]) }, /^the graph flattening takes float32 \[N, 2\] for x, got int32 \[1, 2\]$/],
    ["an input of another shape", { x: tensor("float32", [1, 2, 3], [1, 3]) }, /^the graph flattening takes float32 \[N, 2\] for x, got float32 \[1, 3\]$/],
    [
      "values that do not fill the shape",
      { x: { dtype: "float32", dims: [2, 2], data: Float32Array.of(1) } as const },
      /^x of the graph flattening has 1 values, which do not fill \[2, 2\]$/,
    ],
    [
      "a node that fails",
      { x: tensor("float32", [1, 2], [1, 2]), dims: tensor("int64", [3]) },
      /^TensorFlow\.js failed while running the graph flattening at Reshape \(\.\/Reshape_0\): /,
    ],
  ])("%s", async (_, feeds, sentence) => {
    const executable = await engine.compile(graph(), { device: "cpu", threads: 1 });
    await expect(executable.run(feeds)).rejects.toMatchObject({ code: "engine.failed", message: expect.stringMatching(sentence) as unknown });
    await executable.dispose();
    await expect(executable.run(feeds)).rejects.toMatchObject({ code: "engine.failed", message: "the graph flattening was run after it was disposed of" });
  });

  it("float64, which TensorFlow.js does not have", async () => {
    const e = createEmitter();
    e.graph.output(e.exp(e.constant(tensor("float64", [1]))), "y");
    await expect(engine.compile(e.graph.build("double"), { device: "cpu", threads: 1 })).rejects.toMatchObject({
      code: "graph.unsupported",
      message: expect.stringContaining("no float64; use the engine onnxruntime") as unknown,
    });
  });
});
