import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { packageRoot } from "../../../src-main/base/entries.js";
import { tensorflowFolder } from "../../../src-main/base/tensorflow-folder.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

// What the installer decides before it downloads anything. Its files are plain Node, without types.

type Env = Readonly<Record<string, string>>;
type Missing = readonly { readonly what: string; readonly remedy: string }[];

async function bootstrap(name: string): Promise<unknown> {
  return import(join(packageRoot, "src-main", "bootstrap", name));
}
const { tensorflowFolder: bootstrapFolder } = (await bootstrap("tensorflow-folder.mjs")) as { readonly tensorflowFolder: typeof tensorflowFolder };
const { wheelFor, lacks } = (await bootstrap("tensorflow-wheel.mjs")) as {
  readonly wheelFor: (
    platform: string,
    arch: string,
    isGlibc: boolean,
  ) => { readonly wheel?: { readonly name: string; readonly tested: boolean }; readonly reason?: string };
  readonly lacks: (found: object, platform: string) => Missing;
};
const { findNpm, findNodeGyp, findHeaders } = (await bootstrap("npm-programs.mjs")) as {
  readonly findNpm: (env: Env, execPath: string) => string | undefined;
  readonly findNodeGyp: (npm: string, env: Env) => string | undefined;
  readonly findHeaders: (told: string | undefined, execPath: string) => string | undefined;
};

test("installer and engine mean the same folder", () => {
  const environments: readonly Env[] = [
    {},
    { XDG_CACHE_HOME: "/cache" },
    { XDG_CACHE_HOME: "" },
    { LOCALAPPDATA: "/local" },
    { LATHE_TENSORFLOW: "/elsewhere" },
    { LATHE_TENSORFLOW: "here" },
  ];
  const folders = environments.flatMap((env) =>
    ["linux", "darwin", "win32"].map((platform) => [tensorflowFolder(env, platform, "/home/me"), bootstrapFolder(env, platform, "/home/me")] as const),
  );
  for (const [engine, installer] of folders) expect(engine).toBe(installer);
  expect(folders.slice(0, 3).map(([folder]) => folder)).toEqual([
    join("/home/me", ".cache", "lathe", "tensorflow"),
    join("/home/me", "Library", "Caches", "lathe", "tensorflow"),
    join("/home/me", "AppData", "Local", "lathe", "tensorflow"),
  ]);
  expect(tensorflowFolder()).toBe(bootstrapFolder());
});

test("every machine has a wheel or a reason", () => {
  expect(wheelFor("linux", "x64", true).wheel).toMatchObject({ name: "tensorflow-cpu", tested: true });
  expect(wheelFor("linux", "arm64", true).wheel).toMatchObject({ name: "tensorflow", tested: false });
  expect(wheelFor("darwin", "arm64", false).wheel).toMatchObject({ name: "tensorflow", tested: false });
  expect(wheelFor("linux", "x64", false).reason).toContain("another C library");
  expect(wheelFor("win32", "x64", false).reason).toContain("win32 x64");
  expect(wheelFor("darwin", "x64", false).reason).toContain("darwin x64");
});

test("what is missing is named with its remedy, and nothing that is there", () => {
  const found = { python: { path: "python3" }, compiler: "c++", make: "make", nodeGyp: "/gyp.js", freeBytes: 2e9, folder: "/cache" };
  const what = (change: object, platform = "linux") => lacks({ ...found, ...change }, platform);
  expect(what({})).toEqual([]);
  // Where it cannot be found out, the machine is not blamed.
  expect(what({ freeBytes: undefined })).toEqual([]);
  expect(what({ python: {} })).toEqual([{ what: "Python with pip", remedy: expect.stringContaining("install Python 3 with pip") }]);
  expect(what({ python: { withoutPip: "python3" } })).toEqual([{ what: "pip (python3 has none)", remedy: expect.stringContaining("python3-pip") }]);
  expect(what({ freeBytes: 4e8 })).toEqual([{ what: "disk space (0.4 GB free, 1.5 needed)", remedy: expect.stringContaining("LATHE_TENSORFLOW") }]);
  expect(what({ compiler: undefined, make: undefined }).map(({ what: name }) => name)).toEqual(["a C++ compiler", "make"]);
  expect(what({ compiler: undefined }, "darwin")[0]?.remedy).toBe("run: xcode-select --install");
  expect(what({ nodeGyp: undefined })[0]?.what).toContain("node-gyp");
});

test("npm is the one that started this, else the one beside this Node, else the path's", () => {
  const folder = temporaryFolder();
  const write = (...parts: readonly string[]) => {
    const path = join(folder, ...parts);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, "");
    return path;
  };
  const node = write("node", "bin", "node");
  expect(findNpm({ PATH: join(folder, "nowhere") }, node)).toBeUndefined();
  const onPath = write("elsewhere", "npm", "bin", "npm-cli.js");
  mkdirSync(join(folder, "bin"));
  if (process.platform !== "win32") {
    symlinkSync(onPath, join(folder, "bin", "npm"));
    expect(findNpm({ PATH: join(folder, "bin") }, node)).toBe(onPath);
  }
  const beside = write("node", "lib", "node_modules", "npm", "bin", "npm-cli.js");
  expect(findNpm({ PATH: join(folder, "bin") }, node)).toBe(beside);
  const started = write("started", "bin", "npm-cli.js");
  expect(findNpm({ npm_execpath: started }, node)).toBe(started);
  // Yarn and pnpm call themselves so.
  expect(findNpm({ npm_execpath: write("yarn", "bin", "yarn.js") }, node)).toBe(beside);

  expect(findNodeGyp(beside, {})).toBeUndefined();
  const gyp = write("node", "lib", "node_modules", "npm", "node_modules", "node-gyp", "bin", "node-gyp.js");
  expect(findNodeGyp(beside, {})).toBe(gyp);
  expect(findNodeGyp(beside, { npm_config_node_gyp: started })).toBe(started);

  expect(findHeaders(undefined, node)).toBeUndefined();
  expect(findHeaders("undefined", node)).toBeUndefined();
  write("node", "include", "node", "node_api.h");
  expect(findHeaders("undefined", node)).toBe(join(folder, "node"));
  write("told", "include", "node", "node_api.h");
  expect(findHeaders(join(folder, "told"), node)).toBe(join(folder, "told"));
});
