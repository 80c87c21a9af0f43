import type { StudioContract } from "../contract/procedures.js";
import type { Handlers } from "../rpc/types.js";
import { modelCatalogue } from "../services/models/model-catalogue.js";
import { createModelPlans } from "../services/models/model-plans.js";
import type { Studio } from "../services/studio.js";

export function modelProcedures({ access, tables, models }: Studio): Handlers<StudioContract>["model"] {
  const plans = createModelPlans(access, tables, models);
  return {
    catalogue: () => modelCatalogue(),
    plan: ({ project, document }) => plans.plan(project, document),
    async preset({ project, document, preset }) {
      await access.resolve(project, "the project");
      return plans.preset(document, preset);
    },
  };
}
