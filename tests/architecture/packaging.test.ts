import { existsSync, readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join, matchesGlob, relative } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { packageRoot } from "../../src-main/base/entries.js";

// The installers cannot be built where Electron's program cannot be fetched; that their description is right can be seen everywhere.

interface Configuration {
  readonly files: readonly { readonly filter: readonly string[] }[];
  readonly asarUnpack: readonly string[];
  readonly electronFuses: Readonly<Record<string, boolean>>;
  readonly fileAssociations: readonly { readonly ext: string }[];
  readonly directories: { readonly buildResources: string };
  readonly win: { readonly target: readonly { readonly target: string }[] };
  readonly mac: { readonly target: readonly { readonly target: string }[]; readonly hardenedRuntime: boolean; readonly entitlements: string };
  readonly linux: { readonly target: readonly { readonly target: string }[] };
}

const require = createRequire(import.meta.url);
const { getConfig, validateConfiguration } = require("app-builder-lib/out/util/config/config.js") as {
  readonly getConfig: (project: string, path: string, options: null) => Promise<Configuration>;
  readonly validateConfiguration: (configuration: Configuration, logger: unknown) => Promise<void>;
};
let configuration: Configuration;
beforeAll(async () => {
  configuration = await getConfig(packageRoot, "resources/packaging/electron-builder.yml", null);
});

describe("the description of the installers", () => {
  it("is one that electron-builder accepts", async () => {
    await expect(validateConfiguration(configuration, { isEnabled: false, add: () => undefined })).resolves.toBeUndefined();
    await expect(validateConfiguration({ ...configuration, electronFuse: {} } as Configuration, { isEnabled: false, add: () => undefined })).rejects.toThrow(
      /electronFuse/,
    );
  });

  it("makes what the README promises for each system", () => {
    const targets = ({ target }: { readonly target: readonly { readonly target: string }[] }) => target.map((one) => one.target);
    expect([targets(configuration.win), targets(configuration.mac), targets(configuration.linux)]).toEqual([["nsis"], ["dmg"], ["AppImage", "deb"]]);
    expect(configuration.mac.hardenedRuntime).toBe(true);
    expect(configuration.fileAssociations.map(({ ext }) => ext)).toEqual(["lathe"]);
  });

  it("leaves no door open", () => {
    expect(configuration.electronFuses).toMatchObject({
      runAsNode: false,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      onlyLoadAppFromAsar: true,
      enableEmbeddedAsarIntegrityValidation: true,
      grantFileProtocolExtraPrivileges: false,
    });
  });

  it("names files that are there", () => {
    for (const path of [
      configuration.mac.entitlements,
      join(configuration.directories.buildResources, "icon.png"),
      "resources/project.schema.json",
      "resources/samples",
      "resources/pretrained",
    ])
      expect(existsSync(join(packageRoot, path)), path).toBe(true);
    const icon = readFileSync(join(packageRoot, configuration.directories.buildResources, "icon.png"));
    // PNG: width and height stand in the first chunk. electron-builder wants 512 or more.
    expect([icon.readUInt32BE(16), icon.readUInt32BE(20)]).toEqual([1024, 1024]);
  });

  it("unpacks every native library that Lathe brings", () => {
    const native = nativeFiles(join(packageRoot, "node_modules", "onnxruntime-node")).concat(nativeFiles(join(packageRoot, "node_modules", "@duckdb")));
    expect(native.length).toBeGreaterThan(3);
    for (const file of native)
      expect(
        configuration.asarUnpack.some((pattern) => matchesGlob(file, pattern)),
        file,
      ).toBe(true);
  });

  it("brings the scripts that set TensorFlow up, where another program can read them", () => {
    const scripts = withImports("src-main/bootstrap/setup-tensorflow.mjs");
    expect(scripts).toEqual(expect.arrayContaining(["src-main/bootstrap/tensorflow-check.mjs", "src-main/base/lock.mjs", "src-main/base/visible.mjs"]));
    for (const script of scripts) {
      for (const patterns of [configuration.files.flatMap(({ filter }) => filter), configuration.asarUnpack])
        expect(
          patterns.some((pattern) => matchesGlob(script, pattern)),
          script,
        ).toBe(true);
    }
  });
});

/** A script and every script that it names. */
function withImports(path: string, known: string[] = []): string[] {
  if (known.includes(path)) return known;
  known.push(path);
  for (const [, name = ""] of readFileSync(join(packageRoot, path), "utf8").matchAll(/"(?:\.\/|\.\.\/(?=base\/))?((?:base\/)?[\w-]+\.mjs)"/g))
    withImports(`src-main/${name.startsWith("base/") ? "" : "bootstrap/"}${name}`, known);
  return known;
}

function nativeFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(?:node|dll|dylib|so)(?:\.|$)/.test(entry.name))
    .map((entry) => relative(packageRoot, join(entry.parentPath, entry.name)).replaceAll("\\", "/"));
}
