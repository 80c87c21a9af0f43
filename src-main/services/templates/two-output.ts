import { LatheError } from "../../base/errors.js";
import { kindOf, outputsOf } from "../../features/index.js";
import { branchesOf, trainingOf } from "./branches.js";
import { type LayerInput, type Proposal, type Template, hidden, last, layerIds, projectFrom, refuseTexts, refuseWindows, rowsOf } from "./template.js";

export const TWO_OUTPUT = "two-output";

/** 16 units for all, then 8 of its own for each target; of pictures their features, from which each target, of many classes perhaps, is answered directly. */
export const twoOutput: Template = {
  type: TWO_OUTPUT,
  title: "A branch for each target",
  summary: "Several targets, each answered by a branch of its own after a common start",
  create(proposal) {
    refuseWindows(TWO_OUTPUT, proposal);
    refuseTexts(TWO_OUTPUT, proposal);
    if (proposal.targets.length < 2)
      throw new LatheError("usage", `the template ${TWO_OUTPUT} needs at least two targets, got ${proposal.targets.length}; ${wayOn(proposal)}`);
    const id = layerIds(proposal);
    const pictures = proposal.inputs.some((input) => kindOf(input).reads === "pictures");
    const columns = rowsOf(id, pictures ? [] : proposal.inputs);
    const branches = pictures ? branchesOf(id, proposal) : undefined;
    const layers: LayerInput[] = [...columns.layers, ...(branches?.layers ?? [])];
    const rows = branches ? [...branches.ends.values()] : columns.rows;
    if (rows.length > 1) layers.push({ id: id("columns"), type: "Concat", from: [...rows] });
    if (!pictures) layers.push(...hidden(id, "1", 16));
    const trunk = last(layers);
    const outputs = proposal.targets.map((target) => {
      if (!pictures) layers.push(...hidden(id, `_${target.name}`, 8, [trunk]));
      const out = id(`out_${target.name}`);
      layers.push({ id: out, type: "Linear", ...(pictures && { from: [trunk] }), outFeatures: outputsOf(target) });
      return { target: target.name, from: out };
    });
    const blocks = branches?.blocks;
    return { ...projectFrom(proposal, { ...(blocks ? { blocks } : {}), layers, outputs }), ...trainingOf(proposal) };
  },
};

/** What there is to do where targets are too few. */
function wayOn({ source, inputs }: Proposal): string {
  const pictures = inputs.some((input) => kindOf(input).reads === "pictures");
  const one = `use the template ${pictures ? "images" : "tabular"}`;
  if (!("levels" in source) || !source.levels) return `name each with --target, or ${one}`;
  if (source.levels.length > 1) return `name each of the levels to predict, of ${source.levels.join(", ")}, with --target, or ${one}`;
  return `name what several levels of folders stand for with --levels, as in alphabet,character, or ${one}`;
}
