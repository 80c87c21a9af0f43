import { z } from "zod";
import { call, Code } from "../../base/python.js";
import { byEpoch } from "./formula.js";
import { defineSchedule } from "./schedule.js";

/** torch.optim.lr_scheduler.StepLR, in closed form: lr · gamma^⌊epoch / stepSize⌋. */
export const stepLR = defineSchedule({
  type: "StepLR",
  summary: "Multiplies the learning rate by gamma every few epochs.",
  config: z.strictObject({
    type: z.literal("StepLR"),
    stepSize: z.int().min(1).describe("Epochs between two changes."),
    gamma: z.number().min(0).default(0.1).describe("What the learning rate is multiplied by at each change."),
  }),
  torch: ({ stepSize, gamma }) => ({
    lines: [`return ${call("torch.optim.lr_scheduler.StepLR", [new Code("optimizer")], { step_size: [stepSize, undefined], gamma: [gamma, 0.1] })}`],
    each: "epoch",
    share: `${gamma} ** (epoch // ${stepSize})`,
  }),
  create: (config, setting) => byEpoch((epoch) => setting.learningRate * config.gamma ** Math.floor(epoch / config.stepSize)),
});
