import { createRegistry } from "../../base/registry.js";
import type { ScheduleDefinition } from "./schedule.js";

/** Every learning-rate schedule. */
export const schedules = createRegistry<ScheduleDefinition>("schedule", []);
