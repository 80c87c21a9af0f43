import { computed, type ComputedRef } from "vue";
import { useRoute, useRouter } from "vue-router";
import { type Step, steps } from "../../src-main/contract/steps.js";

/** Where the address says we are: reloading, the history and a bookmark bring it back. */
export interface ProjectRoute {
  /** The project's folder. */
  readonly project: ComputedRef<string | undefined>;
  readonly step: ComputedRef<Step | undefined>;
  /** Which part of the screen is looked at, where it has several and one was chosen. */
  readonly tab: ComputedRef<string | undefined>;
  /** The run that was chosen; undefined: the screen's own choice, the newest that suits. */
  readonly run: ComputedRef<string | undefined>;
  readonly go: (step: Step, run?: string) => void;
  /** Chooses a run and stays on the screen. */
  readonly chooseRun: (run: string | undefined) => void;
  /** Chooses a part of the screen; a step back in the history leaves the screen. */
  readonly chooseTab: (tab: string) => void;
  readonly openProject: (path: string, step?: Step) => void;
  readonly home: () => void;
}

export function useProjectRoute(): ProjectRoute {
  const route = useRoute();
  const router = useRouter();
  const project = computed(() => {
    const value = route.params["project"];
    return typeof value === "string" && value !== "" ? value : undefined;
  });
  const step = computed(() => steps.find((candidate) => route.name === candidate));
  const asked = (name: string) => {
    const value = route.query[name];
    return typeof value === "string" ? value : undefined;
  };
  const run = computed(() => asked("run"));
  function to(name: Step, folder: string, chosen: string | undefined): void {
    void router.push({ name, params: { project: folder }, query: chosen === undefined ? {} : { run: chosen } });
  }
  return {
    project,
    step,
    run,
    tab: computed(() => asked("tab")),
    chooseTab: (chosen) => void router.replace({ query: { ...route.query, tab: chosen } }),
    go(name, chosen) {
      if (project.value !== undefined) to(name, project.value, chosen ?? run.value);
    },
    chooseRun(chosen) {
      if (project.value !== undefined && step.value !== undefined) to(step.value, project.value, chosen);
    },
    openProject: (path, name = "data") => to(name, path, undefined),
    home: () => void router.push({ name: "home" }),
  };
}
