import { z } from "zod";
import { call, Code } from "../../base/python.js";
import { byStep } from "./formula.js";
import { defineSchedule } from "./schedule.js";

interface Phase {
  /** The step (from 0, not always whole) at which `to` is reached. */
  readonly end: number;
  readonly from: number;
  readonly to: number;
}

/**
 * torch.optim.lr_scheduler.OneCycleLR with `cycle_momentum=False` over all steps of the run (Smith, Topin 2017, https://arxiv.org/abs/1708.07120): up from
 * maxLr/divFactor to maxLr, then down to maxLr/divFactor/finalDivFactor.
 */
export const oneCycleLR = defineSchedule({
  type: "OneCycleLR",
  summary: "One rise and one long fall of the learning rate, step by step. Often trains in fewer epochs.",
  config: z.strictObject({
    type: z.literal("OneCycleLR"),
    maxLr: z.number().gt(0).optional().describe("The highest learning rate; the optimizer's where omitted."),
    pctStart: z.number().min(0).max(1).default(0.3).describe("Share of the steps spent rising."),
    annealStrategy: z.enum(["cos", "linear"]).default("cos").describe("The shape of rise and fall."),
    divFactor: z.number().gt(0).default(25).describe("The first learning rate is the highest divided by this."),
    finalDivFactor: z.number().gt(0).default(1e4).describe("The last learning rate is the first divided by this."),
    threePhase: z.boolean().default(false).describe("Fall back to the first rate as fast as it rose, then to the last."),
  }),
  torch: (config, { learningRate, epochs, stepsPerEpoch }) => {
    const named = {
      max_lr: [config.maxLr ?? learningRate, undefined],
      total_steps: [new Code(`${epochs} * ${stepsPerEpoch}`), undefined],
      pct_start: [config.pctStart, 0.3],
      anneal_strategy: [config.annealStrategy, "cos"],
      div_factor: [config.divFactor, 25],
      final_div_factor: [config.finalDivFactor, 1e4],
      three_phase: [config.threePhase, false],
      cycle_momentum: [false, undefined],
    } as const;
    return { lines: [`return ${call("torch.optim.lr_scheduler.OneCycleLR", [new Code("optimizer")], named)}`], each: "step" };
  },
  create: (config, setting) => {
    const steps = Math.max(1, Math.round(setting.epochs * setting.stepsPerEpoch));
    const high = config.maxLr ?? setting.learningRate;
    const first = high / config.divFactor;
    const last = first / config.finalDivFactor;
    const rise = config.pctStart * steps;
    const phases: readonly Phase[] = config.threePhase
      ? [
          { end: rise - 1, from: first, to: high },
          { end: 2 * rise - 2, from: high, to: first },
          { end: steps - 1, from: first, to: last },
        ]
      : [
          { end: rise - 1, from: first, to: high },
          { end: steps - 1, from: high, to: last },
        ];
    const anneal = config.annealStrategy === "cos" ? cosine : linear;
    return byStep((step) => {
      const now = Math.min(step, steps - 1);
      let start = 0;
      for (const phase of phases) {
        // A phase of no length is over at once.
        if (now <= phase.end) return anneal(phase.from, phase.to, phase.end > start ? (now - start) / (phase.end - start) : 1);
        start = phase.end;
      }
      return last;
    });
  },
});

function cosine(from: number, to: number, share: number): number {
  return to + ((from - to) / 2) * (Math.cos(Math.PI * share) + 1);
}

function linear(from: number, to: number, share: number): number {
  return from + (to - from) * share;
}
