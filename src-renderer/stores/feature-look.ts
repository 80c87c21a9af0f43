import { defineStore } from "pinia";
import { computed, shallowRef } from "vue";
import type { FeatureView } from "../../src-main/contract/feature-views.js";
import type { RunReference } from "../../src-main/contract/summaries.js";
import type { SplitView } from "../../src-main/contract/table-views.js";
import { createWork } from "../fetching/work.js";
import { useStudio } from "../rpc/studio.js";
import { usePictureData } from "./picture-data.js";
import type { PictureAt } from "./thumbnails.js";

/** A picture of a run as its network's features have it. */
export interface SeenPicture {
  readonly place: number;
  readonly row: number;
  readonly part: SplitView;
  /** Undefined where it is not known. */
  readonly at: PictureAt | undefined;
  readonly x: number;
  readonly y: number;
  /** Classes; undefined where they are not known. */
  readonly truth: string | undefined;
  readonly predicted: string | undefined;
}

/** All pictures of a run, seen through its network's features: looked at when that is asked for, since it may take a while. */
export const useFeatureLook = defineStore("feature-look", () => {
  const studio = useStudio();
  const data = usePictureData();
  const work = createWork(studio, "features");
  const run = shallowRef<RunReference>();
  const view = computed<FeatureView | undefined>(() => work.state.value.result);

  const pictures = computed<readonly SeenPicture[]>(() => {
    const { value } = view;
    if (!value) return [];
    const { train, validation } = value.counts;
    const [rows, map] = [new Uint32Array(value.rows.slice().buffer), new Float32Array(value.map.slice().buffer)];
    const { target } = value;
    const [truths, predicted] = [target?.truths, target?.predicted].map((bytes) => (bytes ? new Int32Array(bytes.slice().buffer) : undefined));
    const ownTest = data.source?.test !== undefined;
    return value.pictures.map((picture, place): SeenPicture => {
      const part = place < train ? "train" : place < train + validation ? "validation" : "test";
      return {
        place,
        part,
        row: rows[place] ?? 0,
        at: picture === null ? undefined : { picture, test: ownTest && part === "test" },
        x: map[2 * place] ?? 0,
        y: map[2 * place + 1] ?? 0,
        truth: target?.classes[truths?.[place] ?? -1],
        predicted: target?.classes[predicted?.[place] ?? -1],
      };
    });
  });

  const isOf = (other: RunReference | undefined) => other !== undefined && other.project === run.value?.project && other.run === run.value.run;

  return {
    run,
    view,
    pictures,
    isOf,
    /** Whether this run has been looked at. */
    has: (other: RunReference | undefined) => isOf(other) && view.value !== undefined,
    /** How far the look at a run is, what it came to, or why it could not be. */
    state: computed(() => work.state.value),
    /** Looks at a run, giving up another. */
    start(next: RunReference): void {
      if (!isOf(next)) work.reset();
      run.value = { project: next.project, run: next.run };
      work.start(run.value);
    },
    cancel: () => work.cancel(),
  };
});
