import { existsSync, realpathSync } from "node:fs";
import { basename, delimiter, dirname, join } from "node:path";

/** The npm that started this, else the one that came with this Node, else the first on the path: its `npm-cli.js`. Undefined where there is none. */
export function findNpm(env = process.env, execPath = process.execPath) {
  const prefix = dirname(dirname(execPath));
  const places = [
    // Set by yarn and pnpm too, to themselves.
    env.npm_execpath && basename(env.npm_execpath) === "npm-cli.js" ? env.npm_execpath : undefined,
    join(prefix, "lib", "node_modules", "npm", "bin", "npm-cli.js"),
    join(dirname(execPath), "node_modules", "npm", "bin", "npm-cli.js"),
    ...(env.PATH ?? env.Path ?? "")
      .split(delimiter)
      .filter(Boolean)
      .flatMap((folder) => [npmOf(join(folder, "npm")), join(folder, "node_modules", "npm", "bin", "npm-cli.js")]),
  ];
  return places.find((place) => place && existsSync(place));
}

/** What a link called npm stands for. */
function npmOf(link) {
  if (!existsSync(link)) return undefined;
  const path = realpathSync(link);
  return basename(path) === "npm-cli.js" ? path : undefined;
}

/** npm's own node-gyp. */
export function findNodeGyp(npm, env = process.env) {
  const home = dirname(dirname(npm));
  // Debian keeps npm's packages beside npm.
  return [env.npm_config_node_gyp, join(home, "node_modules", "node-gyp", "bin", "node-gyp.js"), join(dirname(home), "node-gyp", "bin", "node-gyp.js")].find(
    (place) => place && existsSync(place),
  );
}

/** The folder whose `include/node` holds Node's headers: what npm is told, else where this Node is installed. Undefined: node-gyp must fetch them. */
export function findHeaders(told, execPath = process.execPath) {
  return [told, dirname(dirname(execPath))].find((folder) => folder && existsSync(join(folder, "include", "node", "node_api.h")));
}
