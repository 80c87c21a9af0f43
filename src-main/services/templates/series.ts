import { LatheError } from "../../base/errors.js";
import { kindOf, windowsOf, outputsOf } from "../../features/index.js";
import { seriesNetworks } from "./networks/index.js";
import { type SeriesWindow, seriesModel, seriesTraining } from "./networks/series-network.js";
import { type LayerInput, type Proposal, type Template, layerIds, projectFrom, rowsOf } from "./template.js";

/** What one begins with is called by the data alone. */
export const SERIES = "series";

/** The name of the template of a network. */
export function seriesTemplateOf(network: string): string {
  return network === seriesNetworks.types[0] ? SERIES : network;
}

/** Every network for windows as a project. What is known of the steps ahead joins before the answers. */
export const seriesTemplates: readonly Template[] = seriesNetworks.all.map((network) => {
  const type = seriesTemplateOf(network.type);
  return {
    type,
    title: network.title,
    summary: `Series: ${lowered(network.summary)}`,
    reads: "series",
    create(proposal) {
      const windows = windowsOf(proposal.inputs);
      const past = windows.find(({ length }) => length > 0);
      if (!past)
        throw new LatheError("usage", `the template ${type} reads a window of a series, and there is none; the template tabular reads rows by themselves`);
      const strange = proposal.inputs.find((input) => kindOf(input).reads === "pictures");
      if (strange) throw new LatheError("usage", `the template ${type} reads numbers in order of time, and ${strange.name} is of pictures; leave it out`);
      const id = layerIds(proposal);
      const flat = new Map<string, LayerInput>(
        windows.filter((window) => window !== past).map(({ name }) => [name, { id: id(`${name}_row`), type: "Flatten", from: [name] }]),
      );
      const others = proposal.inputs.filter(({ name }) => name !== past.name);
      const { rows, layers: embedded } = rowsOf(id, others);
      const { layers, outputs } = seriesModel(network, id, {
        window: windowOf(past),
        others: rows.map((row) => flat.get(row)?.id ?? row),
        targets: proposal.targets.map((target) => ({ name: target.name, outFeatures: outputsOf(target) })),
      });
      const split = proposal.split ?? { by: "time", validation: 0.15, test: 0.15 };
      return { ...projectFrom({ ...proposal, split }, { layers: [...flat.values(), ...embedded, ...layers], outputs }), training: seriesTraining };
    },
  };
});

function windowOf({ name, columns, length, ahead = 0 }: Extract<Proposal["inputs"][number], { type: "window" }>): SeriesWindow {
  return { name, length: length + ahead, features: columns.length };
}

/** In running text; a name such as DLinear stays. */
function lowered(sentence: string): string {
  return /^[A-Z][A-Z]/.test(sentence) ? sentence : sentence.charAt(0).toLowerCase() + sentence.slice(1);
}
