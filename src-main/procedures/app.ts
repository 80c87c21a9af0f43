import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../base/entries.js";
import type { StudioContract } from "../contract/procedures.js";
import type { Handlers } from "../rpc/types.js";
import type { Studio } from "../services/studio.js";

export type Host = "electron" | "server";

export function appProcedures({ access }: Studio, host: Host): Handlers<StudioContract>["app"] {
  const manifest = JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8")) as { version: string };
  return {
    info: () => ({ name: "Lathe", version: manifest.version, host, platform: process.platform, allowedFolders: access.allowed && [...access.allowed] }),
  };
}
