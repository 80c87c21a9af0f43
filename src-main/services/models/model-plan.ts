import { toLatheError } from "../../base/errors.js";
import type { ModelPlan } from "../../contract/model-views.js";
import type { ProjectDocument } from "../../contract/project-views.js";
import { pytorchSource } from "../../exporters/pytorch-source.js";
import type { Shape } from "../../onnx/types.js";
import type { TableFacts } from "../../training/network/plan-data.js";
import { type ModelOutlook, planModel } from "../../training/network/plan-model.js";

/** The plan of a document's network, with its PyTorch source. @param facts undefined: the table has not been looked at. @param folder the project's */
export function planOf(document: ProjectDocument, facts: TableFacts | undefined, folder: string): ModelPlan {
  const outlook = planModel(document, facts, folder);
  const { inputs, layers, outputs, parameters, multiplyAdds, problems } = outlook;
  const shaped = <T extends { readonly shape?: Shape }>({ shape, ...rest }: T) => ({ ...rest, ...(shape ? { shape: [...shape] } : {}) });
  return {
    inputs: inputs.map((input) => shaped(input)),
    layers: layers.map((layer) => shaped(layer)),
    outputs: outputs.map((output) => ({ ...output })),
    parameters,
    multiplyAdds,
    problems: [...problems],
    ...sourceOf(outlook),
  };
}

/** The same network as PyTorch source, where all of it is known; or why it has none. */
function sourceOf({ network, name, inputs, outputs }: ModelOutlook): Pick<ModelPlan, "pytorch" | "withoutPytorch"> {
  const shaped = inputs.flatMap(({ shape, ...input }) => (shape ? [{ ...input, shape }] : []));
  if (!network || shaped.length < inputs.length) return {};
  const answers = network.outputs.map(({ target, from }) => ({
    target,
    from,
    description: outputs.find((output) => output.target === target)?.description ?? "",
  }));
  try {
    return { pytorch: pytorchSource({ name, inputs: shaped, layers: network.layers, outputs: answers }).text };
  } catch (thrown) {
    const { code, message } = toLatheError(thrown);
    if (code !== "export.format") throw thrown;
    return { withoutPytorch: message };
  }
}
