import { computed, watch, type ComputedRef } from "vue";
import type { RunSummary } from "../../../src-main/contract/summaries.js";
import { isActive } from "../../composables/run-rows.js";
import { useProjectRoute } from "../../composables/use-project-route.js";
import { useProject } from "../../stores/project.js";
import { useRunSettings } from "../../stores/run-settings.js";
import { useRuns } from "../../stores/runs.js";
import { differs } from "../../stores/stale.js";

export interface JudgedRun {
  /** The newest first; undefined until the list is there. */
  readonly runs: ComputedRef<readonly RunSummary[] | undefined>;
  /** The one that the address names, else the newest that has a result. */
  readonly run: ComputedRef<RunSummary | undefined>;
  /** The newest with a result. */
  readonly newest: ComputedRef<RunSummary | undefined>;
  /** A run that was asked for and is not there. */
  readonly missing: ComputedRef<string | undefined>;
  /** Whether the project says other things now than the run was trained by. */
  readonly isOlder: ComputedRef<boolean>;
}

/** Whether a run came to a result. */
export function hasResult(run: RunSummary): boolean {
  return !isActive(run) && (run.model === true || run.test !== undefined || ["completed", "early-stopping", "stopped"].includes(run.status));
}

/** The run that is judged. */
export function useJudgedRun(): JudgedRun {
  const list = useRuns();
  const place = useProjectRoute();
  const project = useProject();
  const settings = useRunSettings();
  const runs = computed(() => list.list.value);
  const newest = computed(() => runs.value?.find(hasResult));
  const run = computed(() => (place.run.value === undefined ? newest.value : runs.value?.find((candidate) => candidate.run === place.run.value)));
  const missing = computed(() => (runs.value && place.run.value !== undefined && !run.value ? place.run.value : undefined));
  watch(run, (one) => one && settings.need([one]), { immediate: true });
  const isOlder = computed(() => {
    const frozen = run.value && settings.of(run.value)?.value?.project;
    return frozen !== undefined && project.document !== undefined && differs(frozen, project.document);
  });
  return { runs, run, newest, missing, isOlder };
}
