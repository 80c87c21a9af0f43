import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../base/entries.js";
import type { StudioContract } from "../contract/procedures.js";
import type { Handlers, StreamHandlers } from "../rpc/types.js";
import { listLicences } from "../services/licences.js";
import { setUpTensorflow } from "../services/setup-tensorflow.js";
import type { Studio } from "../services/studio.js";
import { workStream } from "./data.js";
import type { HostAbilities } from "./host.js";

export function appProcedures({ access, engines, projects, settings }: Studio, { host }: HostAbilities): Handlers<StudioContract>["app"] {
  const manifest = JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8")) as { version: string };
  return {
    info: async () => ({
      name: "Lathe",
      version: manifest.version,
      host,
      platform: process.platform,
      allowedFolders: access.allowed && [...access.allowed],
      projectsFolder: await projects.folder(),
    }),
    settings: () => settings.read(),
    async changeSettings(some) {
      const { projectsFolder } = some;
      if (typeof projectsFolder === "string")
        return settings.change({ ...some, projectsFolder: await access.resolveNew(projectsFolder, "the folder for projects") });
      return settings.change(some);
    },
    engines: async () => [...(await engines.all())],
    licences: () => listLicences(),
  };
}

export function setUpTensorflowStream({ engines }: Studio): StreamHandlers<StudioContract>["setUpTensorflow"] {
  return (_nothing, sink) =>
    workStream(sink, async (progress, signal) => {
      const made = await setUpTensorflow(progress, signal);
      engines.forget();
      return made;
    });
}
