import { computed, onScopeDispose, ref, shallowRef } from "vue";
import type { Disposable } from "../../src-main/base/disposable.js";
import { LatheError, toLatheError } from "../../src-main/base/errors.js";
import type { EpochEvent, RunEvent, WarningEvent } from "../../src-main/contract/events.js";
import type { RunMetrics, RunReference, RunStatus, RunSummary } from "../../src-main/contract/summaries.js";
import { thinEpochs } from "../../src-main/contract/thin-epochs.js";
import { useFrames } from "./frames.js";
import type { StudioClient } from "../rpc/studio.js";
import { createLoader } from "./loadable.js";
import { createTimeSpent } from "./time-spent.js";

type EventOf<K extends RunEvent["event"]> = Extract<RunEvent, { event: K }>;

/** A run that is followed: its past from disk, its present from the stream. What comes twice (after a reconnection) counts once. */
export type RunFollower = ReturnType<typeof createRunFollower>;

/** @param summaryOf what the list says of a run. @param onChange the run began, ended or was lost: the list should be read again. */
export function createRunFollower(studio: StudioClient, summaryOf: (run: RunReference) => RunSummary | undefined, onChange: () => void) {
  const past = createLoader<RunMetrics>();
  const reference = shallowRef<RunReference>();
  /** Thinned where they are many. */
  const epochs = shallowRef<readonly EpochEvent[]>([]);
  const spent = createTimeSpent();
  const warnings = shallowRef<readonly WarningEvent[]>([]);
  const started = shallowRef<EventOf<"run">>();
  const step = shallowRef<EventOf<"step">>();
  const stage = shallowRef<EventOf<"stage">>();
  /** How the run forecasts a stretch of the validation by now. */
  const forecast = shallowRef<EventOf<"forecast">>();
  const liveStatus = ref<RunStatus>();
  const failure = shallowRef<LatheError>();
  const controlError = shallowRef<LatheError>();
  let subscription: Disposable | undefined;

  const summary = computed(() => reference.value && summaryOf(reference.value));
  const status = computed(() => liveStatus.value ?? summary.value?.status);
  /** Known to be this host's own, so it obeys us. */
  const ended = ref<"done" | "failed">();
  const controllable = computed(() => started.value !== undefined && ended.value === undefined);

  const receive = useFrames<{ from: RunReference; event: RunEvent }>((items) => {
    const events = items.filter(({ from }) => from === reference.value).map(({ event }) => event);
    const heard = events.filter((event) => event.event === "epoch");
    spent.hear(heard);
    merge(heard);
    for (const event of events) apply(event);
  });

  function apply(event: RunEvent): void {
    switch (event.event) {
      case "run":
        started.value = event;
        liveStatus.value ??= "running";
        return;
      case "step":
        step.value = event;
        stage.value = undefined;
        return;
      case "stage":
        stage.value = event;
        return;
      case "state":
        liveStatus.value = event.state;
        return;
      case "warning":
        return warn([event]);
      case "done":
        return end("done", event.ended);
      case "failed":
        failure.value = new LatheError(event.error.code as LatheError["code"], event.error.message);
        return end("failed", "failed");
      case "epoch":
        // An epoch too short for a step event also ends what came before it.
        stage.value = undefined;
        if (step.value && step.value.epoch <= event.epoch) step.value = undefined;
        return;
      case "forecast":
        forecast.value = event;
        return;
      case "log":
        return;
    }
  }

  function warn(events: readonly WarningEvent[]): void {
    warnings.value = [...new Map([...warnings.value, ...events].map((event) => [event.message, event])).values()];
  }

  function end(how: "done" | "failed", final: RunStatus): void {
    ended.value = how;
    liveStatus.value = final;
    stage.value = undefined;
    step.value = undefined;
    onChange();
  }

  /** Nothing more will come. Where the run did not say how it ended, the list tells. */
  function over(): void {
    if (ended.value === undefined) forgetState();
    onChange();
  }

  function forgetState(): void {
    started.value = step.value = stage.value = undefined;
    liveStatus.value = ended.value = undefined;
  }

  function merge(events: readonly EpochEvent[]): void {
    const [first] = events;
    if (!first) return;
    // A run of many epochs appends to them, in order: sorting all of them at every frame would be felt.
    if (first.epoch > (epochs.value.at(-1)?.epoch ?? 0) && events.every(({ epoch }, i) => i === 0 || epoch > (events[i - 1]?.epoch ?? 0))) {
      epochs.value = thinEpochs([...epochs.value, ...events]);
      return;
    }
    const byEpoch = new Map([...epochs.value, ...events].map((event) => [event.epoch, event]));
    epochs.value = thinEpochs([...byEpoch.values()].sort((a, b) => a.epoch - b.epoch));
  }

  async function load(): Promise<void> {
    const wanted = reference.value;
    if (!wanted) return;
    spent.asked();
    const read = await past.load((signal) => studio.procedures.runs.metrics(wanted, { signal }));
    if (read) {
      merge(read.epochs);
      warn(read.warnings);
    }
    // One that was overtaken leaves it to the next.
    if (!past.state.value.loading) spent.learn(read);
  }

  function follow(): void {
    subscription?.dispose();
    const wanted = reference.value;
    if (!wanted) return;
    // Before the past is read, so that no epoch falls between.
    subscription = studio.subscribe("run", wanted, {
      next: (event) => receive({ from: wanted, event }),
      end: over,
      resumed() {
        // The host may have been started anew: it tells again what is still so.
        forgetState();
        void load();
      },
    });
    void load();
  }

  function show(run: RunReference | undefined): void {
    if (run?.project === reference.value?.project && run?.run === reference.value?.run) return;
    reference.value = run;
    clear();
    follow();
  }

  function clear(): void {
    past.reset();
    epochs.value = [];
    spent.reset();
    warnings.value = [];
    forecast.value = undefined;
    failure.value = controlError.value = undefined;
    forgetState();
  }

  /** After a run was taken up again. */
  function restart(): void {
    clear();
    follow();
  }

  async function control(action: "pause" | "resume" | "stop" | "cancel"): Promise<void> {
    if (!reference.value) return;
    controlError.value = undefined;
    try {
      await studio.procedures.training[action](reference.value);
    } catch (thrown) {
      controlError.value = toLatheError(thrown);
    }
  }

  onScopeDispose(() => subscription?.dispose());
  return {
    reference,
    summary,
    status,
    controllable,
    epochs,
    elapsed: spent.seconds,
    warnings,
    started,
    step,
    stage,
    forecast,
    failure,
    controlError,
    past: computed(() => past.state.value),
    show,
    restart,
    control,
  };
}
