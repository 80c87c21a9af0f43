import type { Value } from "../onnx/types.js";
import type { UpdateContext } from "./optimizer.js";

/** What Adam and AdamW share: the moments and the step they give. */
export interface AdamOptions {
  readonly betas: readonly [number, number];
  readonly eps: number;
  readonly amsgrad: boolean;
}

export function adamSlots(config: AdamOptions): Record<string, number> {
  return { mean: 0, square: 0, ...(config.amsgrad ? { maxSquare: 0 } : {}) };
}

/**
 * PyTorch: m ← β₁m + (1 - β₁)g, v ← β₂v + (1 - β₂)g², step = lr/c₁ · m / (√v/√c₂ + eps) with the bias corrections c = 1 - βᵗ.
 *
 * To save passes over memory the slots hold M = m/(1 - β₁) and V = v/(1 - β₂), which needs no scaling of g. With κ = √((1 - β₂)/c₂) the step is
 * lr/c₁·(1 - β₁)/κ · M / (√V + eps/κ): two numbers a step, both computed here in float64.
 */
export function adamScalars(config: AdamOptions, step: number, learningRate: number): Record<"stepSize" | "eps", number> {
  const [beta1, beta2] = config.betas;
  const kappa = Math.sqrt((1 - beta2) / (1 - beta2 ** step));
  return { stepSize: ((learningRate / (1 - beta1 ** step)) * (1 - beta1)) / kappa, eps: config.eps / kappa };
}

/** @returns what to subtract from the parameters, and the slots' new values. */
export function adamStep(context: UpdateContext<AdamOptions>, gradient: Value): { readonly step: Value; readonly slots: Record<string, Value> } {
  const { e, config, slot, scalar } = context;
  const [beta1, beta2] = config.betas;
  const mean = e.add(e.scale(slot("mean"), beta1), gradient);
  const square = e.add(e.scale(slot("square"), beta2), e.square(gradient));
  const maxSquare = config.amsgrad ? e.max(slot("maxSquare"), square) : undefined;
  const denominator = e.add(e.sqrt(maxSquare ?? square), scalar("eps"));
  return { step: e.mul(e.div(mean, denominator), scalar("stepSize")), slots: { mean, square, ...(maxSquare ? { maxSquare } : {}) } };
}
