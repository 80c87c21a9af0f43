import { defineStore } from "pinia";
import { useStudio } from "../rpc/studio.js";
import { createRunFollower } from "../fetching/run-follower.js";
import { useRuns } from "./runs.js";

/** The run that is looked at. */
export const useLiveRun = defineStore("live-run", () => {
  const runs = useRuns();
  return createRunFollower(
    useStudio(),
    ({ run }) => runs.list.value?.find((summary) => summary.run === run),
    () => void runs.load(),
  );
});
