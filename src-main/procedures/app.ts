import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../base/entries.js";
import type { StudioContract } from "../contract/procedures.js";
import type { Handlers } from "../rpc/types.js";
import { probeEngines } from "../services/engines.js";
import { listLicences } from "../services/licences.js";
import type { Studio } from "../services/studio.js";
import type { HostAbilities } from "./host.js";

export function appProcedures({ access, projects, settings }: Studio, { host }: HostAbilities): Handlers<StudioContract>["app"] {
  const manifest = JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8")) as { version: string };
  let engines: ReturnType<typeof probeEngines> | undefined;
  return {
    info: async () => ({
      name: "Lathe", version: manifest.version, host, platform: process.platform,
      allowedFolders: access.allowed && [...access.allowed], projectsFolder: await projects.folder(),
    }),
    settings: () => settings.read(),
    async changeSettings(some) {
      const { projectsFolder } = some;
      if (typeof projectsFolder === "string") return settings.change({ ...some, projectsFolder: await access.resolveNew(projectsFolder, "the folder for projects") });
      return settings.change(some);
    },
    async engines() {
      engines ??= probeEngines();
      engines.catch(() => (engines = undefined));
      return (await engines).map(({ name, available, version, reason, devices }) => ({
        name, available, devices: devices.map((device) => ({ ...device })),
        ...(version === undefined ? {} : { version }), ...(reason === undefined ? {} : { reason }),
      }));
    },
    licences: () => listLicences(),
  };
}
