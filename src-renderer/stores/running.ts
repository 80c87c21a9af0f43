import { defineStore } from "pinia";
import { onScopeDispose, shallowRef } from "vue";
import type { RunReference } from "../../src-main/contract/summaries.js";
import { useStudio } from "../rpc/studio.js";
import { createRunFollower } from "../fetching/run-follower.js";
import { useRuns } from "./runs.js";

/** Milliseconds between looks at what is under way, for what other windows and programs start. */
const interval = 5000;

/** The newest run of this host that has not ended, of whatever project: what the run bar shows on every screen. */
export const useRunning = defineStore("running", () => {
  const studio = useStudio();
  const runs = useRuns();
  const follower = createRunFollower(
    studio,
    ({ project, run }) => (runs.project === project ? runs.list.value?.find((summary) => summary.run === run) : undefined),
    () => void refresh(),
  );
  /** How many more there are. */
  const others = shallowRef(0);

  async function refresh(): Promise<void> {
    const underWay = await studio.procedures.training.underWay({}).catch((): RunReference[] => []);
    others.value = Math.max(0, underWay.length - 1);
    const shown = follower.reference.value;
    const still = underWay.find(({ project, run }) => project === shown?.project && run === shown.run);
    if (still) return;
    follower.show(underWay[0]);
    if (shown) void runs.load();
  }

  const timer = setInterval(() => void refresh(), interval);
  const registration = studio.onState((state) => void (state === "connected" && refresh()));
  onScopeDispose(() => {
    clearInterval(timer);
    registration.dispose();
  });
  void refresh();
  return { ...follower, others, refresh };
});
