import { parseProject } from "../../src-main/contract/project.js";
import type { Shape } from "../../src-main/onnx/types.js";
import {
  type SeriesNetwork,
  type SeriesTarget,
  type SeriesWindow,
  seriesModel,
  seriesTraining,
} from "../../src-main/services/templates/networks/series-network.js";
import { layOut } from "../../src-main/training/network/layout.js";
import { planNetwork } from "../../src-main/training/network/network.js";
import type { TrainingSpec } from "../../src-main/training/network/specification.js";
import { benchmarkProject } from "../benchmarks/networks.js";

/** A network for series, ready to be trained on windows `x` and whatever else stands beside them. @param others inputs of one row, by width */
export function seriesSpec(
  network: SeriesNetwork,
  { length, features }: SeriesWindow,
  targets: readonly SeriesTarget[],
  others: Readonly<Record<string, number>> = {},
): TrainingSpec {
  const model = seriesModel(network, (id) => id, { window: { name: "x", length, features }, others: Object.keys(others), targets });
  const project = parseProject({
    ...benchmarkProject("small"),
    data: {
      source: { type: "table", path: "none.csv" },
      inputs: ["x", ...Object.keys(others)].map((name) => ({ name, type: "numeric" as const, columns: name === "x" ? ("rest" as const) : [name] })),
      targets: targets.map(({ name, outFeatures }) =>
        outFeatures === "classes" ? { name, type: "category" as const, column: name } : { name, type: "numeric" as const, column: name },
      ),
    },
    model,
    training: seriesTraining,
  });
  const widths = targets.map(({ name, outFeatures }) => ({
    name,
    kind: outFeatures === "classes" ? ("category" as const) : ("numeric" as const),
    width: outFeatures === "classes" ? 3 : outFeatures,
  }));
  const inputs = new Map([
    ["x", { dtype: "float32" as const, shape: ["N", length, features] as Shape }],
    ...Object.entries(others).map(([name, width]) => [name, { dtype: "float32" as const, shape: ["N", width] as Shape }] as const),
  ]);
  const plan = planNetwork(project.model, [...inputs.keys()], new Map(widths.map(({ name, width }) => [name, width])));
  return { plan, layout: layOut(plan, inputs), inputs, targets: widths, training: project.training, balanced: new Map() };
}
