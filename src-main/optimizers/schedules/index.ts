import { createRegistry } from "../../base/registry.js";
import { constant } from "./constant.js";
import { cosineAnnealingLR } from "./cosine-annealing-lr.js";
import { linearWarmup } from "./linear-warmup.js";
import { oneCycleLR } from "./one-cycle-lr.js";
import { reduceLROnPlateau } from "./reduce-lr-on-plateau.js";
import type { ScheduleDefinition } from "./schedule.js";
import { stepLR } from "./step-lr.js";

const plain: readonly ScheduleDefinition[] = [constant, reduceLROnPlateau, cosineAnnealingLR, oneCycleLR, stepLR];

/** Every learning-rate schedule; the first is what a run without one does. */
export const schedules = createRegistry<ScheduleDefinition>("schedule", [...plain, linearWarmup(plain)]);
