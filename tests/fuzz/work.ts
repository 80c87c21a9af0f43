import type { RunEvent } from "../../src-main/contract/events.js";
import { TrainingControl } from "../../src-main/training/process/control.js";
import type { WorkSetting } from "../../src-main/training/process/setting.js";

/** Does what the engine process does, in this one. @param stopAt the event after which it is to end, as by Ctrl-C */
export function atWork<T>(work: (setting: WorkSetting) => Promise<T>, stopAt?: RunEvent["event"]): Promise<T> {
  const control = new TrainingControl();
  return work({ emit: ({ event }) => (event === stopAt ? control.stop() : undefined), control, clock: () => performance.now(), now: () => new Date() });
}
