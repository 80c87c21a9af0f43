import { computed, reactive } from "vue";
import { useLiveRun } from "../stores/live-run.js";
import { useProject } from "../stores/project.js";
import { useRuns } from "../stores/runs.js";
import { texts } from "../texts/index.js";
import { isActive, isResumable } from "./run-rows.js";
import { timeLeft } from "./time-left.js";

/** What can be done with the run that is looked at, and why not: for the buttons, the command palette and the host's menus alike. */
export function useTrainingRun() {
  const live = useLiveRun();
  const project = useProject();
  const runs = useRuns();
  const t = texts.train.run;

  const active = computed(() => live.status !== undefined && isActive({ status: live.status }));
  const planned = computed(() => live.started?.epochs ?? live.summary?.epochs);
  const secondsLeft = computed(() => timeLeft({ status: live.status, step: live.step, epochs: live.epochs, planned: planned.value }));
  const otherActive = computed(() => runs.list.value?.some((run) => isActive(run)) === true || active.value);

  const startReason = computed((): string | undefined => {
    if (runs.starting) return t.preparing;
    if (otherActive.value) return t.underWay;
    return project.problems.length > 0 ? t.problems(project.problems.length) : undefined;
  });
  const controlReason = computed((): string | undefined => {
    if (!active.value) return texts.shell.actions.nothingRuns;
    if (!live.controllable) return texts.run.elsewhere;
    return live.status === "stopping" ? texts.status.stopping : undefined;
  });
  const goOnReason = computed((): string | undefined => {
    if (runs.starting) return t.preparing;
    if (otherActive.value) return t.underWay;
    return live.summary && isResumable(live.summary) ? undefined : texts.status[live.status ?? "completed"];
  });

  /** @param resume the id of a run to resume. @returns the run's id where it began. */
  async function start(resume?: string): Promise<string | undefined> {
    const begun = await runs.start(resume);
    if (begun && resume !== undefined) live.restart();
    return begun?.run;
  }

  return reactive({ active, planned, secondsLeft, startReason, controlReason, goOnReason, start });
}
