import type { StudioContract } from "../contract/procedures.js";
import type { Handlers } from "../rpc/types.js";
import type { Studio } from "../services/studio.js";

export function projectProcedures({ projects }: Studio): Handlers<StudioContract>["projects"] {
  return {
    list: () => projects.list(),
    open: ({ project }) => projects.open(project),
    async forget({ project }) {
      await projects.forget(project);
      return {};
    },
  };
}
