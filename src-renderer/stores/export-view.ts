import { defineStore } from "pinia";
import { computed, onScopeDispose, ref, shallowRef } from "vue";
import { toLatheError, type LatheError } from "../../src-main/base/errors.js";
import type { RunReport } from "../../src-main/contract/report.js";
import type { ExportFormat, ModelCard } from "../../src-main/contract/run-views.js";
import type { RunReference } from "../../src-main/contract/summaries.js";
import { withExtension } from "../../src-main/contract/paths.js";
import { useStudio } from "../rpc/studio.js";
import { texts } from "../texts/index.js";
import { useAppInfo } from "./app-info.js";
import { createLoader } from "../fetching/loadable.js";
import { useNotices } from "./notices.js";
import { usePicker } from "./picker.js";

/** A file that is in the way of an export. */
interface InTheWay {
  readonly run: RunReference;
  readonly format: ExportFormat;
  readonly path: string;
}

export interface Written {
  readonly path: string;
  readonly bytes: number;
  readonly format: string;
}

/** Taking a run's model away: the formats, the card of the model, and the writing. */
export const useExportView = defineStore("export-view", () => {
  const studio = useStudio();
  const app = useAppInfo();
  const picker = usePicker();
  const notices = useNotices();
  const t = texts.exporting;
  const formats = createLoader<ExportFormat[]>();
  const card = createLoader<ModelCard>();
  const report = createLoader<RunReport>();
  const shown = shallowRef<RunReference>();
  const writing = ref(false);
  const writeError = shallowRef<LatheError>();
  const inTheWay = shallowRef<InTheWay>();
  const written = shallowRef<readonly Written[]>([]);

  const loadFormats = () => formats.load((signal) => studio.procedures.exports.formats({}, { signal }));

  function show(run: RunReference | undefined): void {
    if (run?.project === shown.value?.project && run?.run === shown.value?.run) return;
    if (run?.project !== shown.value?.project) written.value = [];
    shown.value = run;
    writeError.value = undefined;
    card.reset();
    report.reset();
    loadRun();
  }

  function loadRun(): void {
    const run = shown.value;
    if (!run) return;
    void card.load((signal) => studio.procedures.exports.card(run, { signal }));
    void report.load(async (signal) => (await studio.procedures.evaluation.report(run, { signal })).report);
  }

  /** Asks where to, and writes there. @param name of the file, proposed. */
  async function begin(run: RunReference, format: ExportFormat, name: string): Promise<void> {
    writeError.value = undefined;
    try {
      const path = await picker.pick({ kind: "save-file", title: t.pickTitle(format.title), extensions: [format.extension], suggested: name });
      // The system's own dialog has asked already whether to replace.
      if (path !== undefined)
        await write(run, format, withExtension(path, format.extension), app.info?.host === "electron" && path === withExtension(path, format.extension));
    } catch (thrown) {
      writeError.value = toLatheError(thrown);
    }
  }

  async function write(run: RunReference, format: ExportFormat, out: string, replace: boolean): Promise<void> {
    writing.value = true;
    writeError.value = undefined;
    inTheWay.value = undefined;
    try {
      const { path, bytes } = await studio.procedures.exports.write({ ...run, format: format.format, out, replace });
      written.value = [{ path, bytes, format: format.title }, ...written.value.filter((file) => file.path !== path)];
      notices.say(t.done(path), canReveal.value ? { label: t.show, run: () => void reveal(path) } : undefined);
    } catch (thrown) {
      const error = toLatheError(thrown);
      if (error.code === "export.exists") inTheWay.value = { run, format, path: out };
      else writeError.value = error;
    } finally {
      writing.value = false;
    }
  }

  const canReveal = computed(() => app.info?.host === "electron");

  async function reveal(path: string): Promise<void> {
    try {
      await studio.procedures.files.reveal({ path });
    } catch (thrown) {
      notices.complain(toLatheError(thrown).message);
    }
  }

  const registration = studio.onState((state) => {
    if (state !== "connected") return;
    if (!formats.state.value.value) void loadFormats();
    if (!card.state.value.value) loadRun();
  });
  onScopeDispose(() => registration.dispose());
  void loadFormats();
  return {
    formats: computed(() => formats.state.value),
    card: computed(() => card.state.value),
    report: computed(() => report.state.value),
    shown,
    writing,
    writeError,
    inTheWay,
    written,
    canReveal,
    loadFormats,
    loadRun,
    show,
    begin,
    reveal,
    async replace(): Promise<void> {
      if (inTheWay.value) await write(inTheWay.value.run, inTheWay.value.format, inTheWay.value.path, true);
    },
    keep: () => void (inTheWay.value = undefined),
  };
});
