import { defineStore } from "pinia";
import { computed, onScopeDispose, ref, shallowRef, watch } from "vue";
import { toLatheError } from "../../src-main/base/errors.js";
import type { RunReference, RunSummary } from "../../src-main/contract/summaries.js";
import { useStudio } from "../rpc/studio.js";
import { texts } from "../texts/index.js";
import { targetsOfRuns } from "../document/run-targets.js";
import { createLoader } from "../fetching/loadable.js";
import { useNotices } from "./notices.js";
import { useRunSettings } from "./run-settings.js";
import { useRuns } from "./runs.js";

/** What a run is called. */
export function titleOf({ name, run }: Pick<RunSummary, "name" | "run">): string {
  return name ?? texts.runs.run(run);
}

/** What can be done with runs, each with its way back, and the trash. */
export const useRunsView = defineStore("runs-view", () => {
  const studio = useStudio();
  const runs = useRuns();
  const notices = useNotices();
  const settings = useRunSettings();
  const t = texts.runsScreen;
  const trash = createLoader<RunSummary[]>();
  /** Chosen for comparison. */
  const picked = shallowRef<readonly string[]>([]);
  /** Which colour each of them has, kept while it is chosen. */
  const slots = shallowRef<ReadonlyMap<string, number>>(new Map());
  const showsTrash = ref(false);
  const wantedTarget = ref<string>();
  /** Whose metrics can be looked at alone. */
  const targets = computed(() => targetsOfRuns((runs.list.value ?? []).map((run) => settings.of(run)?.value)));
  const target = computed(() => (wantedTarget.value !== undefined && targets.value.includes(wantedTarget.value) ? wantedTarget.value : undefined));
  const complain = (thrown: unknown): void => notices.complain(toLatheError(thrown).message);

  async function loadTrash(): Promise<void> {
    const project = runs.project;
    if (project !== undefined) await trash.load((signal) => studio.procedures.runs.trashed({ project }, { signal }));
  }

  async function reload(): Promise<void> {
    await Promise.all([runs.load(), loadTrash()]);
  }

  async function remove(some: readonly RunSummary[]): Promise<boolean> {
    const project = runs.project;
    const [ids, names] = [some.map(({ run }) => run), some.map(titleOf)];
    if (project === undefined || ids.length === 0) return false;
    try {
      await studio.procedures.runs.trash({ project, runs: ids });
    } catch (thrown) {
      complain(thrown);
      return false;
    }
    pick(picked.value.filter((run) => !ids.includes(run)));
    notices.say(t.deleted(names), { label: texts.undo, run: () => void restore(project, ids) });
    await reload();
    return true;
  }

  async function restore(project: string, ids: readonly string[]): Promise<boolean> {
    try {
      await studio.procedures.runs.restore({ project, runs: [...ids] });
    } catch (thrown) {
      complain(thrown);
      return false;
    }
    await reload();
    return true;
  }

  /** For good. */
  async function emptyTrash(): Promise<void> {
    const project = runs.project;
    if (project === undefined) return;
    try {
      await studio.procedures.runs.emptyTrash({ project });
      notices.say(t.trashView.emptied);
    } catch (thrown) {
      complain(thrown);
    }
    await loadTrash();
  }

  async function describe({ project, run }: RunReference, change: { readonly name?: string; readonly note?: string }): Promise<RunSummary | undefined> {
    try {
      const summary = await studio.procedures.runs.describe({ project, run, ...change });
      await runs.load();
      return summary;
    } catch (thrown) {
      complain(thrown);
      return undefined;
    }
  }

  /** An empty name takes the name away. */
  async function rename(summary: RunSummary, name: string): Promise<void> {
    if (name.trim() === (summary.name ?? "")) return;
    const now = await describe(summary, { name: name.trim() });
    if (!now) return;
    const words = now.name === undefined ? t.detail.unnamed : t.detail.renamed;
    notices.say(words(titleOf(summary), titleOf(now)), { label: texts.undo, run: () => void describe(summary, { name: summary.name ?? "" }) });
  }

  async function annotate(summary: RunSummary, note: string): Promise<void> {
    if (note.trim() === (summary.note ?? "").trim()) return;
    if (!(await describe(summary, { note }))) return;
    notices.say(t.detail.noteChanged(titleOf(summary)), { label: texts.undo, run: () => void describe(summary, { note: summary.note ?? "" }) });
  }

  /** @returns the folder of the new project. */
  async function newProject({ project, run }: RunReference): Promise<string | undefined> {
    try {
      const made = await studio.procedures.projects.createFromRun({ project, run });
      notices.say([t.detail.made(made.project.name), ...made.notes].join("\n"));
      return made.project.path;
    } catch (thrown) {
      complain(thrown);
      return undefined;
    }
  }

  function pick(some: readonly string[]): void {
    const kept = new Map([...slots.value].filter(([run]) => some.includes(run)));
    for (const run of some) {
      if (kept.has(run)) continue;
      const taken = new Set(kept.values());
      let slot = 0;
      while (taken.has(slot)) slot++;
      kept.set(run, slot);
    }
    slots.value = kept;
    picked.value = some;
  }

  function toggle(run: string): void {
    pick(picked.value.includes(run) ? picked.value.filter((other) => other !== run) : [...picked.value, run]);
  }

  watch(
    () => runs.project,
    () => {
      pick([]);
      showsTrash.value = false;
      wantedTarget.value = undefined;
      trash.reset();
      void loadTrash();
    },
    { immediate: true },
  );
  const registration = studio.onState((state) => void (state === "connected" && loadTrash()));
  onScopeDispose(() => registration.dispose());
  return {
    trash: computed(() => trash.state.value),
    picked,
    slots,
    showsTrash,
    targets,
    target,
    chooseTarget: (name: string | undefined) => void (wantedTarget.value = name),
    loadTrash,
    remove,
    restore,
    emptyTrash,
    rename,
    annotate,
    newProject,
    pick,
    toggle,
  };
});
