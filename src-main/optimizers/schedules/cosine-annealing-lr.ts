import { z } from "zod";
import { call, Code } from "../../base/python.js";
import { byEpoch } from "./formula.js";
import { defineSchedule } from "./schedule.js";

/**
 * torch.optim.lr_scheduler.CosineAnnealingLR, in closed form: etaMin + (lr - etaMin) · (1 + cos(π·epoch/tMax)) / 2 (Loshchilov, Hutter 2016,
 * https://arxiv.org/abs/1608.03983, without restarts: beyond tMax it rises again).
 */
export const cosineAnnealingLR = defineSchedule({
  type: "CosineAnnealingLR",
  summary: "Lowers the learning rate along half a cosine wave, slowly at first and at the end.",
  config: z.strictObject({
    type: z.literal("CosineAnnealingLR"),
    tMax: z.int().min(1).optional().describe("Epochs from the highest to the lowest rate; all epochs of the run where omitted."),
    etaMin: z.number().min(0).default(0).describe("The lowest learning rate."),
  }),
  torch: ({ tMax, etaMin }, { epochs, learningRate }) => {
    const least = learningRate === 0 ? 0 : etaMin / learningRate;
    const length = tMax === undefined ? epochs : String(tMax);
    const named = { T_max: [new Code(length), undefined], eta_min: [etaMin, 0] } as const;
    return {
      lines: [`return ${call("torch.optim.lr_scheduler.CosineAnnealingLR", [new Code("optimizer")], named)}`],
      each: "epoch",
      share: `${least} + ${1 - least} * (1 + math.cos(math.pi * epoch / (${length}))) / 2`,
    };
  },
  create: (config, setting) => {
    const tMax = config.tMax ?? setting.epochs;
    return byEpoch((epoch) => config.etaMin + ((setting.learningRate - config.etaMin) * (1 + Math.cos((Math.PI * epoch) / tMax))) / 2);
  },
});
