import { defineStore } from "pinia";
import { computed, ref, shallowRef, watch } from "vue";
import type { NetworkOutlook, NetworkQuestion } from "../../src-main/contract/import-report.js";
import { hasExtension, tableExtensions } from "../../src-main/contract/extensions.js";
import { createWork } from "../fetching/work.js";
import { useStudio } from "../rpc/studio.js";
import { useNewProject } from "./new-project.js";

const storageKey = "import.pixels";

/** What pixels are to networks; `own` has a mean and a deviation, of one number or one for each channel. */
export const pixelScales = ["imagenet", "0..1", "-1..1", "0..255", "own"] as const;
export type PixelScale = (typeof pixelScales)[number];

/** What a network's pictures mean; kept for the next network. */
export interface PixelMeaning {
  /** Undefined: nobody has said yet. */
  readonly scale: PixelScale | undefined;
  readonly mean: string;
  readonly deviation: string;
  readonly channels: "rgb" | "bgr";
}

/** A project to be made of another program's network: what was found in the file, and what the user says of it. Its data are `useNewProject`'s. */
export const useImportNetwork = defineStore("import-network", () => {
  const studio = useStudio();
  const making = useNewProject();
  const looking = createWork(studio, "lookAtNetwork");
  const creating = createWork(studio, "importNetwork");
  const model = ref<string>();
  const until = ref<string>();
  const size = shallowRef<readonly number[]>();
  /** Of which question the report is. */
  const answered = shallowRef<NetworkQuestion>();
  /** `none`, `all`, or `node`: up to the node that is chosen for it. */
  const freeze = ref<"none" | "all" | "node">("none");
  const frozenTo = ref<string>();
  const pixels = ref<PixelMeaning>(remembered());
  watch(pixels, (value) => localStorage.setItem(storageKey, JSON.stringify(value)));

  const outlook = computed((): NetworkOutlook | undefined => looking.state.value.result);
  /** Lengths of what it reads, without the batch; of one input. */
  const lengths = computed(() => outlook.value?.report.inputs[0]?.shape.slice(1) ?? []);
  const reads = computed(() => outlook.value?.reads);
  /** Which lengths the file leaves open, though they may have been given since: of pictures two, of a window one. */
  const open = computed((): "size" | "rows" | undefined => {
    if (size.value === undefined && lengths.value.every((length) => typeof length === "number")) return undefined;
    return outlook.value?.picture ? "size" : lengths.value.length === 2 ? "rows" : undefined;
  });
  /** Rows of a sample, where it reads windows of a series. */
  const windowRows = computed(() => (reads.value === "series" && typeof lengths.value[0] === "number" ? lengths.value[0] : undefined));

  function begin(path: string): void {
    if (model.value === path && (outlook.value || looking.state.value.running)) return;
    forget();
    model.value = path;
    look();
  }

  function forget(): void {
    looking.reset();
    creating.reset();
    making.forget();
    model.value = until.value = frozenTo.value = undefined;
    size.value = answered.value = undefined;
    freeze.value = "none";
  }

  function question(): NetworkQuestion | undefined {
    if (model.value === undefined) return undefined;
    return { model: model.value, ...(until.value === undefined ? {} : { until: until.value }), ...(size.value === undefined ? {} : { size: [...size.value] }) };
  }

  function look(): void {
    const asked = question();
    if (asked) looking.start(asked);
  }

  /** Gives up; what was asked for is what the report is of. */
  function stopLooking(): void {
    looking.cancel();
    if (!answered.value) return;
    until.value = answered.value.until;
    size.value = answered.value.size;
  }

  watch(outlook, (found) => {
    if (!found) return;
    answered.value = question();
    if (found.report.onlyFrozen !== undefined && freeze.value === "none") freeze.value = "all";
    fitSeries();
  });

  /** A table for a network that reads windows is a series of windows as long. */
  function fitSeries(): void {
    const rows = windowRows.value;
    if (rows === undefined || making.data === undefined || making.proposal?.pictures) return;
    if (!making.series) making.asSeries(true, { window: rows });
    else if (making.series.window !== rows) making.saySeries({ window: rows });
  }

  function endAt(node: string | undefined): void {
    until.value = node;
    look();
  }

  function resize(lengths: readonly number[] | undefined): void {
    size.value = lengths;
    look();
  }

  function freezeTo(node: string): void {
    freeze.value = "node";
    frozenTo.value = node;
  }

  function learnFrom(data: string): void {
    creating.reset();
    // A calendar would be a second window, of the rows ahead.
    making.begin(data, windowRows.value === undefined || !hasExtension(data, tableExtensions) ? undefined : { window: windowRows.value, calendar: [] });
  }

  function create(): void {
    const [asked, wanted] = [question(), making.wish()];
    if (!asked || !wanted) return;
    const kept = freeze.value === "node" ? frozenTo.value : freeze.value;
    const normalize = normalizeOf(pixels.value);
    creating.start({
      ...asked,
      ...wanted,
      ...(kept === undefined ? {} : { freeze: kept }),
      ...(reads.value === "pictures"
        ? { channels: outlook.value?.picture?.channels === 1 ? "rgb" : pixels.value.channels, ...(normalize === undefined ? {} : { normalize }) }
        : {}),
    });
  }

  return {
    model,
    until,
    size,
    freeze,
    frozenTo,
    pixels,
    outlook,
    reads,
    lengths,
    open,
    windowRows,
    looking: computed(() => looking.state.value),
    creating: computed(() => creating.state.value),
    begin,
    forget,
    look,
    stopLooking,
    stopCreating: () => creating.cancel(),
    endAt,
    resize,
    freezeTo,
    learnFrom,
    create,
  };
});

/** As the host is told it; undefined where it has not been said whole. */
export function normalizeOf({ scale, mean, deviation }: PixelMeaning): string | undefined {
  if (scale !== "own") return scale;
  const [means, deviations] = [numbersIn(mean), numbersIn(deviation)];
  if (!means || !deviations || means.length !== deviations.length || deviations.some((d) => d <= 0)) return undefined;
  return `${means.join("/")},${deviations.join("/")}`;
}

/** Numbers with spaces, commas or strokes between them; undefined where there is something else. */
export function numbersIn(text: string): readonly number[] | undefined {
  const numbers = text
    .split(/[\s,;/]+/)
    .filter(Boolean)
    .map(Number);
  return numbers.length > 0 && numbers.every(Number.isFinite) ? numbers : undefined;
}

function remembered(): PixelMeaning {
  const start: PixelMeaning = { scale: undefined, mean: "", deviation: "", channels: "rgb" };
  try {
    const { scale, mean, deviation, channels } = JSON.parse(localStorage.getItem(storageKey) ?? "{}") as Partial<Record<keyof PixelMeaning, unknown>>;
    return {
      scale: pixelScales.find((one) => one === scale),
      mean: typeof mean === "string" ? mean : "",
      deviation: typeof deviation === "string" ? deviation : "",
      channels: channels === "bgr" ? "bgr" : "rgb",
    };
  } catch {
    return start;
  }
}
