import { computed } from "vue";
import type { SplitView } from "../../../src-main/contract/table-views.js";
import type { Gesture, StepKey } from "../../document/history.js";
import { splitDefaults as defaults } from "../../document/split.js";
import { useProject } from "../../stores/project.js";
import { useSeriesView } from "../../stores/series-view.js";
import { useDataEdits } from "./data-edits.js";

type Edge = "validation" | "test";

/** Where a series is split in time, as edges that are dragged; they move in hundredths of all rows, as the bar's do. */
export function useSplitEdges() {
  const project = useProject();
  const view = useSeriesView();
  const edits = useDataEdits();
  const split = computed(() => {
    const { validation = defaults.validation, test = defaults.test } = project.draft?.data.split ?? {};
    return { validation, test: project.draft?.data.source.test === undefined ? test : 0 };
  });
  const round = (share: number) => Math.round(share * 100) / 100;

  /** When the last so much of all rows begins. */
  function timeOf(share: number): number {
    const { shares = [] } = view.found ?? {};
    const at = Math.min(100, Math.max(0, share * 100));
    const [low, high] = [shares[Math.floor(at)] ?? 0, shares[Math.ceil(at)] ?? 0];
    return low + (high - low) * (at - Math.floor(at));
  }

  const cuts = computed(() => {
    const { validation, test } = split.value;
    return { validation: validation > 0 ? timeOf(validation + test) : undefined, test: test > 0 ? timeOf(test) : undefined };
  });

  /** The parts of what the chosen series covers. */
  const spans = computed(() => {
    const { min, max } = view.range;
    const { validation, test } = cuts.value;
    const first = Math.min(validation ?? test ?? max, max);
    const all: { readonly part: SplitView; readonly from: number; readonly to: number }[] = [
      { part: "train", from: min, to: first },
      ...(validation === undefined ? [] : [{ part: "validation" as const, from: Math.max(min, validation), to: Math.min(max, test ?? max) }]),
      ...(test === undefined ? [] : [{ part: "test" as const, from: Math.max(min, test), to: max }]),
    ];
    return all.filter(({ from, to }) => to > from);
  });

  /** Shares after an edge that it may have. */
  function bounds(edge: Edge): readonly [number, number] {
    const { validation, test } = split.value;
    return edge === "validation" ? [round(test + 0.01), 0.99] : [0.01, round(test + validation - 0.01)];
  }

  const edges = computed(() =>
    (["validation", "test"] as const).flatMap((key) => {
      const at = cuts.value[key];
      if (at === undefined) return [];
      const [least, most] = bounds(key);
      const { validation, test } = split.value;
      const after = key === "validation" ? validation + test : test;
      return [{ key, at, after, now: Math.round(after * 100), least: Math.round(least * 100), most: Math.round(most * 100) }];
    }),
  );

  /** @param share of the rows behind the edge. @param step of changes that are one step. */
  function moveTo(edge: Edge, share: number, step: StepKey): void {
    const [least, most] = bounds(edge);
    const after = round(Math.min(most, Math.max(least, share)));
    const { validation, test } = split.value;
    if (edge === "validation") edits.changeSplit({ validation: round(after - test) }, step);
    else edits.changeSplit({ validation: validation > 0 ? round(validation + test - after) : validation, test: after }, step);
  }

  function drag(key: string, at: number, gesture: Gesture): void {
    const { shares = [] } = view.found ?? {};
    // They go back in time.
    let k = 0;
    while (k < 100 && (shares[k] ?? 0) > at) k++;
    const [later, earlier] = [shares[k - 1] ?? at, shares[k] ?? at];
    const nearer = k > 0 && later - at < at - earlier ? k - 1 : k;
    moveTo(key === "test" ? "test" : "validation", nearer / 100, gesture);
  }

  function key(name: string, event: KeyboardEvent): void {
    const edge = edges.value.find((candidate) => candidate.key === name);
    const by = { ArrowLeft: 0.01, ArrowDown: 0.01, ArrowRight: -0.01, ArrowUp: -0.01, PageDown: 0.05, PageUp: -0.05, Home: 1, End: -1 }[event.key];
    if (!edge || by === undefined) return;
    event.preventDefault();
    moveTo(edge.key, edge.after + by, "split.bar");
  }

  /** Which part a sample is of that reaches over some time; undefined: it straddles an edge. */
  function partOf(first: number, last: number): SplitView | undefined {
    const { validation = Infinity, test = Infinity } = cuts.value;
    if (last < Math.min(validation, test)) return "train";
    if (first >= test) return "test";
    return first >= validation && last < test ? "validation" : undefined;
  }

  return { cuts, spans, edges, drag, key, partOf };
}
