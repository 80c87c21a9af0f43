import type { StudioContract } from "../contract/procedures.js";
import type { Handlers } from "../rpc/types.js";
import { listSamples } from "../services/projects/samples.js";
import type { Studio } from "../services/studio.js";

export function projectProcedures({ projects, documents }: Studio): Handlers<StudioContract>["projects"] {
  return {
    list: () => projects.list(),
    open: ({ project }) => projects.open(project),
    async forget({ project }) {
      await projects.forget(project);
      return {};
    },
    samples: () => listSamples(),
    createSample: ({ sample }) => projects.createSample(sample),
    propose: ({ data, ...asked }, { signal }) => projects.propose(data, asked, signal),
    create: (wanted, { signal }) => projects.create(wanted, signal),
    read: ({ project }) => documents.read(project),
    write: ({ project, document, revision }) => documents.write(project, document, revision),
    createFromRun: ({ name, ...run }) => projects.createFromRun(run, name),
  };
}
