import { defineStore } from "pinia";
import { computed, onScopeDispose, ref, shallowRef } from "vue";
import { type LatheError, toLatheError } from "../../src-main/base/errors.js";
import type { ProblemView, ProjectDocument } from "../../src-main/contract/project-views.js";
import { useStudio } from "../rpc/studio.js";
import { draftOf, type Draft } from "../document/draft.js";
import { record, redo as redone, startHistory, undo as undone, type History, type StepKey } from "../document/history.js";

/** Milliseconds after the last change before it is saved. */
const pause = 250;

/** The project that is open: its file as a document that is edited, undone and saved as it changes. */
export const useProject = defineStore("project", () => {
  const studio = useStudio();
  const path = ref<string>();
  const history = shallowRef<History<ProjectDocument>>();
  const problems = shallowRef<readonly ProblemView[]>([]);
  const error = shallowRef<LatheError>();
  const saveError = shallowRef<LatheError>();
  const saving = ref(false);
  const saved = shallowRef<ProjectDocument>();
  let revision = "";
  let timer: ReturnType<typeof setTimeout> | undefined;
  let writing: Promise<void> = Promise.resolve();
  let opening = 0;

  const document = computed(() => history.value?.present);
  const draft = computed<Draft | undefined>(() => document.value && draftOf(document.value));
  const unsaved = computed(() => document.value !== saved.value);
  const conflict = computed(() => saveError.value?.code === "project.conflict");

  /** Opens a project's folder; undefined closes the one that is open. What was not yet saved of it is saved first. */
  async function open(folder: string | undefined): Promise<void> {
    if (folder === path.value && (history.value || error.value === undefined)) return;
    await flush().catch(() => undefined);
    const turn = ++opening;
    path.value = folder;
    forget();
    if (folder === undefined) return;
    try {
      await studio.procedures.projects.open({ project: folder }).catch((thrown: unknown) => {
        // A project with problems opens all the same: they are mended here.
        if (toLatheError(thrown).code !== "project.invalid") throw thrown;
      });
      await read(folder, turn);
    } catch (thrown) {
      if (turn === opening) error.value = toLatheError(thrown);
    }
  }

  async function read(folder: string, turn: number): Promise<void> {
    const opened = await studio.procedures.projects.read({ project: folder });
    if (turn !== opening) return;
    history.value = startHistory(opened.document);
    saved.value = opened.document;
    revision = opened.revision;
    problems.value = opened.problems;
    error.value = undefined;
    saveError.value = undefined;
  }

  function forget(): void {
    clearTimeout(timer);
    timer = undefined;
    history.value = undefined;
    saved.value = undefined;
    problems.value = [];
    error.value = undefined;
    saveError.value = undefined;
  }

  /**
   * Changes the document in one step that can be undone.
   * @param label what is undone: `the role of ph`.
   * @param change works on a copy.
   * @param key of changes that are one step.
   */
  function edit(label: string, change: (draft: Draft) => void, key?: StepKey): void {
    if (!document.value) return;
    const next = draftOf(structuredClone(document.value));
    change(next);
    replace(label, next, key);
  }

  function replace(label: string, next: ProjectDocument, key?: StepKey): void {
    if (!history.value || JSON.stringify(next) === JSON.stringify(history.value.present)) return;
    history.value = record(history.value, label, next, Date.now(), key);
    scheduleSave();
  }

  function undo(): void {
    if (!history.value) return;
    history.value = undone(history.value);
    scheduleSave();
  }

  function redo(): void {
    if (!history.value) return;
    history.value = redone(history.value);
    scheduleSave();
  }

  function scheduleSave(): void {
    clearTimeout(timer);
    timer = setTimeout(() => void flush().catch(() => undefined), pause);
  }

  /** Saves what is not saved yet. @throws LatheError where it cannot be; `saveError` then holds it too. */
  function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const turn = writing.then(write);
    writing = turn.catch(() => undefined);
    return turn;
  }

  async function write(): Promise<void> {
    const [folder, wanted] = [path.value, document.value];
    if (folder === undefined || wanted === undefined || wanted === saved.value) return;
    saving.value = true;
    try {
      const answer = await studio.procedures.projects.write({ project: folder, document: wanted, revision });
      revision = answer.revision;
      if (path.value !== folder) return;
      saved.value = wanted;
      if (document.value === wanted) problems.value = answer.problems;
      saveError.value = undefined;
    } catch (thrown) {
      const failure = toLatheError(thrown);
      if (path.value === folder) saveError.value = failure;
      throw failure;
    } finally {
      saving.value = false;
    }
  }

  /** After a conflict: what is on disk wins. The change that lost can still be undone to. */
  async function takeTheirs(): Promise<void> {
    const [folder, mine] = [path.value, document.value];
    if (folder === undefined || mine === undefined) return;
    const past = history.value;
    await read(folder, opening);
    if (past && history.value) history.value = { ...record(past, "the change on disk", history.value.present, Date.now()) };
  }

  /** After a conflict: what is here wins. */
  async function keepMine(): Promise<void> {
    const folder = path.value;
    if (folder === undefined) return;
    revision = (await studio.procedures.projects.read({ project: folder })).revision;
    await flush();
  }

  const registration = studio.onState((state) => {
    if (state !== "connected" || path.value === undefined) return;
    if (!history.value) void open(path.value);
    else if (unsaved.value) void flush().catch(() => undefined);
  });
  const leaving = (event: BeforeUnloadEvent) => {
    if (!unsaved.value) return;
    void flush().catch(() => undefined);
    event.preventDefault();
  };
  addEventListener("beforeunload", leaving);
  onScopeDispose(() => {
    removeEventListener("beforeunload", leaving);
    registration.dispose();
    clearTimeout(timer);
  });
  return {
    path,
    document,
    draft,
    isSeries: computed(() => draft.value?.data.source.type === "series"),
    problems,
    error,
    saveError,
    saving,
    unsaved,
    conflict,
    undoLabel: computed(() => history.value?.past.at(-1)?.label),
    redoLabel: computed(() => history.value?.future[0]?.label),
    open,
    edit,
    undo,
    redo,
    flush,
    takeTheirs,
    keepMine,
    /** Problems under a path such as `data` or `model.layers`. */
    problemsUnder: (prefix: string) => problems.value.filter((p) => p.path === prefix || p.path.startsWith(`${prefix}.`) || p.path.startsWith(`${prefix}[`)),
  };
});
