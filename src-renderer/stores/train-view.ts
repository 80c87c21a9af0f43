import { defineStore } from "pinia";
import { computed, onScopeDispose, ref, shallowRef, triggerRef, watch } from "vue";
import type { RunSettings } from "../../src-main/contract/run-views.js";
import { draftOf } from "../document/draft.js";
import { targetWeights, type TargetWeight } from "../document/target-weights.js";
import { useStudio } from "../rpc/studio.js";
import { createEpochColumns } from "../figures/epoch-columns.js";
import { createLoader } from "../fetching/loadable.js";
import { useLiveRun } from "./live-run.js";
import { useProject } from "./project.js";
import { createWork } from "../fetching/work.js";

/** Milliseconds between looks at what is new, at least. */
const pace = 200;

/** How curves are looked at; kept for the next time. */
export interface CurveLook {
  readonly smoothing: number;
  readonly logLoss: boolean;
  readonly logOther: boolean;
  /** Of several targets: `combined`, `parts`, `targets` or `target:<name>`; a run that has not that target shows the combined loss. */
  readonly loss: string;
  /** What the second chart shows: `metric:<name>`, or one of the quantities of training. Empty: what suits. */
  readonly other: string;
}

/** What the Train screen looks at: the curves of a run as they grow, how they are looked at, and the search for a learning rate. */
export const useTrainView = defineStore("train-view", () => {
  const studio = useStudio();
  const live = useLiveRun();
  const project = useProject();
  /** They grow in place; told a few times a second at most. */
  const columns = shallowRef(createEpochColumns());
  const look = ref<CurveLook>(remembered());
  const settings = createLoader<RunSettings>();
  const finder = createWork(studio, "learningRate");
  const finderError = shallowRef<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let lookedAt = 0;
  /** When the newest epoch was heard: what has passed since then is part of the time elapsed. */
  const heardAt = ref(performance.now());

  function take(): void {
    timer = undefined;
    lookedAt = performance.now();
    columns.value.update(live.epochs);
    triggerRef(columns);
  }

  watch(
    () => live.epochs,
    () => {
      heardAt.value = performance.now();
      timer ??= setTimeout(take, Math.max(0, lookedAt + pace - performance.now()));
    },
    { immediate: true },
  );

  watch(
    () => [live.reference?.project, live.reference?.run] as const,
    ([folder, run]) => {
      settings.reset();
      if (folder !== undefined && run !== undefined) void settings.load((signal) => studio.procedures.runs.settings({ project: folder, run }, { signal }));
    },
    { immediate: true },
  );

  watch(look, (value) => localStorage.setItem("train.look", JSON.stringify(value)));
  watch(
    () => project.path,
    () => finder.reset(),
  );
  onScopeDispose(() => clearTimeout(timer));

  /** Saves the project and looks for a learning rate that suits it. */
  async function findRate(): Promise<void> {
    const folder = project.path;
    if (folder === undefined) return;
    finderError.value = undefined;
    try {
      await project.flush();
    } catch (thrown) {
      finderError.value = thrown instanceof Error ? thrown.message : String(thrown);
      return;
    }
    finder.start({ project: folder });
  }

  return {
    columns,
    look,
    heardAt,
    finderError,
    findRate,
    settings: computed(() => settings.state.value),
    /** Names and weights of the run's targets, and how their losses were combined; empty until its settings are there. */
    losses: computed(() => lossesOf(settings.state.value.value)),
    finder: computed(() => finder.state.value),
    cancelFinder: () => finder.cancel(),
    changeLook: (change: Partial<CurveLook>) => void (look.value = { ...look.value, ...change }),
  };
});

function lossesOf(settings: RunSettings | undefined): { readonly targets: readonly TargetWeight[]; readonly combine: string } {
  if (!settings) return { targets: [], combine: "sum" };
  const draft = draftOf(settings.project);
  return { targets: targetWeights(draft), combine: typeof draft.training["combine"] === "string" ? draft.training["combine"] : "sum" };
}

function remembered(): CurveLook {
  const start: CurveLook = { smoothing: 0, logLoss: false, logOther: false, loss: "combined", other: "" };
  try {
    const stored: unknown = JSON.parse(localStorage.getItem("train.look") ?? "{}");
    return { ...start, ...(stored as Partial<CurveLook>) };
  } catch {
    return start;
  }
}
