import { defineStore } from "pinia";
import { computed, onScopeDispose, ref, shallowRef, watch } from "vue";
import { toLatheError, type LatheError } from "../../src-main/base/errors.js";
import type { Compared } from "../../src-main/contract/certificate.js";
import type { RunReport } from "../../src-main/contract/report.js";
import type { ExportFormat, ModelCard } from "../../src-main/contract/run-views.js";
import type { RunReference } from "../../src-main/contract/summaries.js";
import { withExtension } from "../../src-main/contract/paths.js";
import { useStudio } from "../rpc/studio.js";
import { texts } from "../texts/index.js";
import { useAppInfo } from "./app-info.js";
import { createLoader } from "../fetching/loadable.js";
import { createWork } from "../fetching/work.js";
import { useNotices } from "./notices.js";
import { usePicker } from "./picker.js";

/** A file that is in the way of an export. */
interface InTheWay {
  readonly run: RunReference;
  readonly format: ExportFormat;
  readonly path: string;
  readonly options: ChosenOptions;
}

/** By the option's name, the value that was chosen. */
export type ChosenOptions = Readonly<Record<string, string>>;

export interface Written {
  readonly path: string;
  readonly bytes: number;
  readonly format: string;
  /** Absent where nothing here could compare it: `uncompared` says why. */
  readonly compared: Compared | undefined;
  readonly uncompared: string | undefined;
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
  const work = createWork(studio, "export");
  /** What is being written, or was last. */
  const asked = shallowRef<InTheWay>();
  const chosen = ref<ChosenOptions>({});
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
    const { extension } = format;
    try {
      const path = await picker.pick({
        kind: extension === undefined ? "save-folder" : "save-file",
        title: t.pickTitle(format.title),
        extensions: extension === undefined ? [] : [extension],
        suggested: name,
      });
      if (path === undefined) return;
      const full = extension === undefined ? path : withExtension(path, extension);
      // The system's own dialog has asked already whether to replace.
      write({ run, format, path: full, options: optionsOf(format) }, app.info?.host === "electron" && path === full);
    } catch (thrown) {
      writeError.value = toLatheError(thrown);
    }
  }

  /** Of a format's options those that were chosen. */
  function optionsOf({ options }: ExportFormat): ChosenOptions {
    return Object.fromEntries(options.flatMap(({ name }) => (chosen.value[name] === undefined ? [] : [[name, chosen.value[name]]])));
  }

  function write(wanted: InTheWay, replace: boolean): void {
    writeError.value = undefined;
    inTheWay.value = undefined;
    asked.value = wanted;
    work.start({ ...wanted.run, format: wanted.format.format, options: wanted.options, out: wanted.path, replace });
  }

  watch(work.state, ({ running, error, result }, before) => {
    const wanted = asked.value;
    if (running || !before.running || !wanted) return;
    if (error?.code === "export.exists" && wanted.format.extension !== undefined) inTheWay.value = wanted;
    else if (error) writeError.value = error;
    else if (result && result !== before.result) {
      const { path, bytes, certificate } = result;
      const file = { path, bytes, format: wanted.format.title, compared: certificate.compared, uncompared: certificate.uncompared };
      written.value = [file, ...written.value.filter((other) => other.path !== path)];
      notices.say(t.done(path), canReveal.value ? { label: t.show, run: () => void reveal(path) } : undefined);
    }
  });

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
    work: computed(() => work.state.value),
    writing: computed(() => work.state.value.running),
    chosen,
    choose: (name: string, value: string) => void (chosen.value = { ...chosen.value, [name]: value }),
    cancel: () => work.cancel(),
    writeError,
    inTheWay,
    written,
    canReveal,
    loadFormats,
    loadRun,
    show,
    begin,
    reveal,
    replace(): void {
      if (inTheWay.value) write(inTheWay.value, true);
    },
    keep: () => void (inTheWay.value = undefined),
  };
});
