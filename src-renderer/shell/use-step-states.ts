import { computed, type ComputedRef } from "vue";
import type { Step } from "../../src-main/contract/steps.js";
import { useProjectRoute } from "../composables/use-project-route.js";
import { useProject } from "../stores/project.js";
import { useRunning } from "../stores/running.js";
import { useRuns } from "../stores/runs.js";
import { useStale } from "../stores/stale.js";
import { texts } from "../texts/index.js";

export interface StepState {
  readonly state: keyof typeof texts.shell.stepStates;
  /** The state in words, with what is lacking. */
  readonly hint: string;
}

/** How each step of the open project stands. */
export function useStepStates(): ComputedRef<Readonly<Record<Step, StepState>>> {
  const project = useProject();
  const runs = useRuns();
  const running = useRunning();
  const place = useProjectRoute();
  const stale = useStale();
  const plain = (state: StepState["state"]): StepState => ({ state, hint: texts.shell.stepStates[state] });

  function checked(prefix: string): StepState {
    const [first, ...more] = project.problemsUnder(prefix);
    if (!first) return plain("ready");
    const rest = more.length === 0 ? "" : ` (+${more.length})`;
    return { state: "needsYou", hint: `${texts.shell.stepStates.needsYou}: ${first.path}: ${first.message}${rest}` };
  }

  return computed(() => {
    const hasModel = runs.list.value?.some(({ model }) => model === true) ?? false;
    const result = hasModel ? plain(stale.isStale ? "stale" : "ready") : plain("waiting");
    const isRunning = running.reference?.project === place.project.value && place.project.value !== undefined;
    const train = checked("training");
    return {
      data: checked("data"),
      model: checked("model"),
      train: isRunning ? plain("running") : train.state === "ready" && hasModel ? result : train,
      evaluate: result,
      predict: result,
      export: result,
      runs: (runs.list.value?.length ?? 0) > 0 ? plain("ready") : plain("waiting"),
    };
  });
}
