import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join, sep } from "node:path";
import { z } from "zod";
import type { Licence } from "../contract/settings.js";
import { backbones } from "../pretrained/backbones/index.js";

/** A text longer than this is shortened: some name every contributor. */
const longest = 20_000;

/** What is read of a package: the ways in which it tells its licence have changed over the years. */
const manifestSchema = z.object({
  name: z.string(),
  version: z.string(),
  license: z.union([z.string(), z.object({ type: z.string() }).transform(({ type }) => type)]).optional(),
  licenses: z.array(z.object({ type: z.string() })).optional(),
});
const lockSchema = z.object({ packages: z.record(z.string(), z.object({ dev: z.boolean().optional(), devOptional: z.boolean().optional() })) });

type Bundle = Readonly<Record<string, { readonly type: string; readonly moduleIds?: readonly string[] }>>;

/**
 * Writes `out/licences.json`: everything of others that an installed Lathe holds, with its licence. Those are the packages the programs need at run time, as
 * package-lock.json names them, those that the bundler put into the page, and pretrained networks.
 * @param root folder of package.json. @returns a plugin for the page's build.
 */
export function licences(root: string): { readonly name: string; writeBundle(options: unknown, bundle: Bundle): void } {
  return {
    name: "lathe:licences",
    writeBundle(_options, bundle) {
      const modules = Object.values(bundle).flatMap(({ moduleIds = [] }) => moduleIds);
      const entries = [...new Set([...modules.flatMap(packagePath), ...runtimePackages(root)])]
        .flatMap((path) => describe(join(root, path)))
        .concat(weights(root));
      const byName = new Map(entries.map((entry) => [`${entry.name} ${entry.version}`, entry]));
      const sorted = [...byName.values()].sort((a, b) => a.name.localeCompare(b.name) || a.version.localeCompare(b.version));
      writeFileSync(join(root, "out", "licences.json"), `${JSON.stringify(sorted, null, 1)}\n`);
    },
  };
}

/** `node_modules/@scope/name` of a module in it; of a package in a package, the inner. */
function packagePath(id: string): readonly string[] {
  const path = id.replace(/^\0/, "").replace(/\?.*$/, "").split(sep).join("/");
  const at = path.indexOf("node_modules/");
  const found = at < 0 ? null : /^(?:node_modules\/(?:@[^/]+\/)?[^/]+\/)+/.exec(path.slice(at));
  return found ? [found[0].replace(/\/$/, "")] : [];
}

function runtimePackages(root: string): readonly string[] {
  const { packages } = lockSchema.parse(JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")));
  return Object.entries(packages).flatMap(([path, { dev, devOptional }]) => (path === "" || dev || devOptional ? [] : [path]));
}

/** Nothing for what is not installed: a binary for another system, an optional dependency. */
function describe(folder: string): readonly Licence[] {
  let files: readonly string[];
  try {
    files = readdirSync(folder);
  } catch {
    return [];
  }
  const { name, version, license, licenses } = manifestSchema.parse(JSON.parse(readFileSync(join(folder, "package.json"), "utf8")));
  const file = files.find((entry) => /^(licen[cs]e|copying)/i.test(entry));
  const text = file === undefined ? undefined : readFileSync(join(folder, file), "utf8").slice(0, longest);
  return [{ name, version, licence: license ?? licenses?.map(({ type }) => type).join(" OR ") ?? "see its text", ...(text === undefined ? {} : { text }) }];
}

/** Pretrained networks, with the note that says where each is from. */
function weights(root: string): readonly Licence[] {
  return backbones.all.map(({ type, title, version, licence }) => {
    const folder = join(root, "resources", "pretrained", type);
    return { name: title, version, licence, text: ["SOURCE.md", "LICENSE"].map((file) => readFileSync(join(folder, file), "utf8")).join("\n\n") };
  });
}
