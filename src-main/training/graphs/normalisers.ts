import type { TensorType } from "../../onnx/types.js";
import type { TrainingSpec } from "../network/specification.js";

/** By layer, the batch norm that fits on what the layer reads and on what it gives; absent where none does, or one stands there. */
export type Normalisers = ReadonlyMap<string, { readonly before?: string; readonly after?: string }>;

export function normalisersOf({ plan, layout, inputs }: Pick<TrainingSpec, "plan" | "layout" | "inputs">): Normalisers {
  const typeOf = (name: string | undefined) => (name === undefined ? undefined : (layout.types.get(name) ?? inputs.get(name)));
  const normalising = new Set(plan.layers.filter(({ definition }) => definition.group === "Normalisation").map(({ id }) => id));
  const normalised = new Set(plan.layers.filter(({ id }) => normalising.has(id)).flatMap(({ from }) => from));
  return new Map(
    plan.layers.map(({ id, from: [source] }) => {
      const before = source !== undefined && normalising.has(source) ? undefined : batchNormOf(typeOf(source));
      const after = normalised.has(id) || normalising.has(id) ? undefined : batchNormOf(typeOf(id));
      return [id, { ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) }];
    }),
  );
}

/** `BatchNorm1d` takes `[N, C]` and `[N, C, L]`, `BatchNorm2d` `[N, C, H, W]`. */
function batchNormOf(type: TensorType | undefined): string | undefined {
  switch (type?.shape.length) {
    case 2:
    case 3:
      return "BatchNorm1d";
    case 4:
      return "BatchNorm2d";
    default:
      return undefined;
  }
}
