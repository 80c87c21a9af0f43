import { z } from "zod";
import { call, Code } from "../../base/python.js";
import { defineSchedule } from "./schedule.js";

/** Changes smaller than this are not made (PyTorch's `eps`). */
const SMALLEST_CHANGE = 1e-8;

/** torch.optim.lr_scheduler.ReduceLROnPlateau. A monitored value that is NaN counts as an epoch without improvement. */
export const reduceLROnPlateau = defineSchedule({
  type: "ReduceLROnPlateau",
  summary: "Lowers the learning rate when the validation loss has stopped falling.",
  config: z.strictObject({
    type: z.literal("ReduceLROnPlateau"),
    mode: z.enum(["min", "max"]).default("min").describe("Whether a smaller or a larger value is better."),
    factor: z.number().gt(0).lt(1).default(0.1).describe("What the learning rate is multiplied by."),
    patience: z.int().min(0).default(10).describe("Epochs without improvement that are let pass."),
    threshold: z.number().min(0).default(1e-4).describe("How much better a value must be to count as an improvement."),
    thresholdMode: z.enum(["rel", "abs"]).default("rel").describe("Whether the threshold is a share of the best value or a plain difference."),
    cooldown: z.int().min(0).default(0).describe("Epochs to wait after a change before counting again."),
    minLr: z.number().min(0).default(0).describe("The learning rate never goes below this."),
  }),
  torch: (config) => {
    const named = {
      mode: [config.mode, "min"],
      factor: [config.factor, 0.1],
      patience: [config.patience, 10],
      threshold: [config.threshold, 1e-4],
      threshold_mode: [config.thresholdMode, "rel"],
      cooldown: [config.cooldown, 0],
      min_lr: [config.minLr, 0],
    } as const;
    return { lines: [`return ${call("torch.optim.lr_scheduler.ReduceLROnPlateau", [new Code("optimizer")], named)}`], each: "value" };
  },
  create: (config, setting) => {
    let rate = setting.learningRate;
    let best: number | undefined;
    let badEpochs = 0;
    let coolingDown = 0;
    const improves = (value: number): boolean => {
      if (best === undefined) return config.mode === "min" ? value < Infinity : value > -Infinity;
      const sign = config.mode === "min" ? -1 : 1;
      const limit = config.thresholdMode === "rel" ? best * (1 + sign * config.threshold) : best + sign * config.threshold;
      return config.mode === "min" ? value < limit : value > limit;
    };
    return {
      learningRate: () => rate,
      afterStep: () => undefined,
      afterEpoch: (monitored) => {
        if (improves(monitored)) {
          best = monitored;
          badEpochs = 0;
        } else badEpochs += 1;
        if (coolingDown > 0) {
          coolingDown -= 1;
          badEpochs = 0;
        }
        if (badEpochs <= config.patience) return;
        const lower = Math.max(rate * config.factor, config.minLr);
        if (rate - lower > SMALLEST_CHANGE) rate = lower;
        coolingDown = config.cooldown;
        badEpochs = 0;
      },
      // JSON has no Infinity: a best that is not there yet is omitted.
      state: () => ({ rate, badEpochs, coolingDown, ...(best === undefined ? {} : { best }) }),
      restore: (state) => {
        rate = state.rate ?? setting.learningRate;
        best = state.best;
        badEpochs = state.badEpochs ?? 0;
        coolingDown = state.coolingDown ?? 0;
      },
    };
  },
});
