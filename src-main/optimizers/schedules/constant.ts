import { z } from "zod";
import { byEpoch } from "./formula.js";
import { defineSchedule } from "./schedule.js";

/** The optimizer's own learning rate throughout: what a run without a schedule does. */
export const constant = defineSchedule({
  type: "constant",
  summary: "Keeps the learning rate as it is.",
  config: z.strictObject({ type: z.literal("constant") }),
  torch: () => ({ lines: ["return torch.optim.lr_scheduler.LambdaLR(optimizer, lambda epoch: 1.0)"], each: "epoch", share: "1.0" }),
  create: (_config, setting) => byEpoch(() => setting.learningRate),
});
