import { defineStore } from "pinia";
import { computed, ref, shallowRef, watch } from "vue";
import type { Disposable } from "../../src-main/base/disposable.js";
import { type LatheError, toLatheError } from "../../src-main/base/errors.js";
import type { MetricValues, RunEvent } from "../../src-main/contract/events.js";
import type { RunReference } from "../../src-main/contract/summaries.js";
import { useStudio } from "../rpc/studio.js";
import { texts } from "../texts/index.js";
import { useNotices } from "./notices.js";
import { useProject } from "./project.js";
import { useRuns } from "./runs.js";

export type ComparedState = "waiting" | "running" | "done" | "failed" | "cancelled";

/** A network that takes part, and what came of it. */
export interface Compared {
  readonly preset: string;
  readonly title: string;
  readonly state: ComparedState;
  readonly run?: string;
  readonly epoch?: number;
  readonly epochs?: number;
  readonly seconds?: number;
  readonly problem?: string;
  /** Of the test, or the validation where there is no test. */
  readonly figures?: MetricValues;
  /** What these are of, where a network tells several. */
  readonly target?: string;
}

export interface Baseline {
  readonly key: "naive" | "seasonal";
  readonly figures: MetricValues;
}

/** Networks that are trained one after the other on the same data, as ordinary runs, and ranked beside forecasts that need no model. */
export const useComparing = defineStore("comparing", () => {
  const studio = useStudio();
  const project = useProject();
  const runs = useRuns();
  const notices = useNotices();
  const rows = shallowRef<readonly Compared[]>([]);
  const baselines = shallowRef<readonly Baseline[]>([]);
  const part = ref<"test" | "validation">("test");
  const running = ref(false);
  const error = shallowRef<LatheError>();
  let turn = 0;
  let current: RunReference | undefined;
  let starting: AbortController | undefined;

  function change(preset: string, more: Partial<Compared>): void {
    rows.value = rows.value.map((row) => (row.preset === preset ? { ...row, ...more } : row));
  }

  /** @param epochs of each; undefined: as the project says */
  async function start(presets: readonly { readonly type: string; readonly title: string }[], epochs: number | undefined): Promise<void> {
    const folder = project.path;
    if (folder === undefined || running.value) return;
    const mine = ++turn;
    running.value = true;
    error.value = undefined;
    baselines.value = [];
    rows.value = presets.map(({ type, title }) => ({ preset: type, title, state: "waiting" }));
    try {
      await project.flush();
      for (const { type } of presets) {
        if (mine !== turn) return;
        await trainOne(folder, type, epochs, mine);
      }
    } catch (thrown) {
      error.value = toLatheError(thrown);
    } finally {
      if (mine === turn) running.value = false;
      void runs.load();
    }
  }

  async function trainOne(folder: string, preset: string, epochs: number | undefined, mine: number): Promise<void> {
    const began = performance.now();
    change(preset, { state: "running", ...(epochs === undefined ? {} : { epochs }) });
    try {
      starting = new AbortController();
      current = await studio.procedures.training.start({ project: folder, preset, ...(epochs === undefined ? {} : { epochs }) }, { signal: starting.signal });
      change(preset, { run: current.run });
      void runs.load();
      const ended = await follow(current, preset);
      if (mine !== turn) return;
      if (ended === "cancelled") return change(preset, { state: "cancelled" });
      await judge(current, preset);
      change(preset, { state: "done", seconds: (performance.now() - began) / 1000 });
    } catch (thrown) {
      const failure = toLatheError(thrown);
      if (mine === turn) change(preset, failure.code === "cancelled" ? { state: "cancelled" } : { state: "failed", problem: failure.message });
    } finally {
      current = undefined;
      starting = undefined;
    }
  }

  /** Until the run has ended. @throws what it failed with */
  function follow(run: RunReference, preset: string): Promise<"done" | "cancelled"> {
    return new Promise((resolve, reject) => {
      const heard: { subscription?: Disposable } = {};
      let how: "done" | "cancelled" = "done";
      const over = (settle: () => void) => {
        heard.subscription?.dispose();
        settle();
      };
      const hear = (event: RunEvent) => {
        if (event.event === "run") change(preset, { epochs: event.epochs });
        else if (event.event === "epoch") change(preset, { epoch: event.epoch });
        else if (event.event === "done") {
          how = event.ended === "cancelled" ? "cancelled" : "done";
          over(() => resolve(how));
        } else if (event.event === "failed") over(() => reject(toLatheError(Object.assign(new Error(event.error.message), event.error))));
      };
      heard.subscription = studio.subscribe("run", run, { next: hear, end: () => over(() => resolve(how)) });
    });
  }

  async function judge(run: RunReference, preset: string): Promise<void> {
    const { report } = await studio.procedures.evaluation.report(run);
    const forecasts = Object.entries(report.forecast?.targets ?? {});
    const [[target, found] = []] = forecasts;
    const score = found?.test ?? found?.validation;
    part.value = (found ? found.test : report.test) ? "test" : "validation";
    change(preset, {
      figures: score?.values ?? ofFirstTarget((report.test ?? report.validation)?.metrics ?? {}),
      ...(target !== undefined && forecasts.length > 1 ? { target } : {}),
    });
    if (!score) return;
    // They are the same of every run: of the same samples.
    baselines.value = [
      { key: "naive", figures: score.naive.values },
      ...((report.forecast?.season ?? 1) > 1 ? [{ key: "seasonal" as const, figures: score.seasonal.values }] : []),
    ];
  }

  function cancel(): void {
    turn++;
    running.value = false;
    starting?.abort();
    if (current) void studio.procedures.training.cancel(current).catch(() => undefined);
    rows.value = rows.value.map((row) => (row.state === "waiting" || row.state === "running" ? { ...row, state: "cancelled" } : row));
    void runs.load();
  }

  watch(
    () => project.path,
    () => {
      // The run under way goes on; what was still to come is another project's.
      const waiting = rows.value.filter(({ state }) => state === "waiting").map(({ title }) => title);
      if (running.value && waiting.length > 0) notices.say(texts.series.compare.ended(waiting.join(", ")));
      turn++;
      running.value = false;
      rows.value = [];
      baselines.value = [];
      error.value = undefined;
    },
  );

  return { rows, baselines, part, running, error, start, cancel, done: computed(() => rows.value.filter(({ state }) => state === "done").length) };
});

/** Metrics by their own names: `accuracy` of `state.accuracy`. */
function ofFirstTarget(metrics: MetricValues): MetricValues {
  const first = Object.keys(metrics)
    .find((name) => name.includes("."))
    ?.split(".")[0];
  const own = Object.entries(metrics).flatMap(([name, value]) =>
    name.startsWith(`${first}.`) ? [[name.slice((first ?? "").length + 1), value] as const] : [],
  );
  return Object.fromEntries(own);
}
