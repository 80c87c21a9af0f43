import { LatheError } from "../base/errors.js";
import type { StudioContract } from "../contract/procedures.js";
import type { Handlers } from "../rpc/types.js";
import type { Studio } from "../services/studio.js";
import type { HostAbilities } from "./host.js";

export function fileProcedures({ access, files }: Studio, { dialogs }: HostAbilities): Handlers<StudioContract>["files"] {
  const own = () => {
    if (!dialogs) throw new LatheError("rpc.refused", "this host has no dialogs of its own; choose from the list that the page shows");
    return dialogs;
  };
  return {
    list: ({ folder }) => files.list(folder),
    makeFolder: async ({ folder, name }) => ({ path: await files.makeFolder(folder, name) }),
    pick: async (request) => ({ path: (await own().pick(request)) ?? null }),
    async reveal({ path }) {
      own().reveal(await access.resolve(path, "the file"));
      return {};
    },
  };
}
