import { useVirtualizer } from "@tanstack/vue-virtual";
import { computed, ref, useId, watch, type ComputedRef, type Ref } from "vue";
import { placeAfter } from "./place-after.js";
import { useWidth } from "./use-width.js";

/** Pixels between tiles, and around them all. */
const gap = 8;
/** Browsers draw nothing beyond about 33 million pixels. */
const mostLines = 200_000;

export interface TileSource<T> {
  /** Of one tile, in pixels. */
  readonly width: number;
  readonly height: number;
  /** The element that scrolls, and takes the keys. */
  readonly scroller: Readonly<Ref<HTMLElement | null>>;
  /** How many there are; undefined until known. */
  readonly total: () => number | undefined;
  /** What stands at a place; undefined until it is there. */
  readonly tile: (place: number) => T | undefined;
  /** Fetches the tiles of these places, soon. */
  readonly want: (first: number, last: number) => void;
  /** Begins at the top when this is another. */
  readonly view: () => unknown;
  /** Looks at the tile of a place that the keys reached. */
  readonly look: (place: number) => void;
  /** Any other key. @returns whether it meant something */
  readonly press: (event: KeyboardEvent) => boolean;
}

export interface TileLine<T> {
  readonly index: number;
  /** Pixels from the top. */
  readonly start: number;
  readonly tiles: readonly { readonly place: number; readonly tile: T | undefined }[];
}

export interface TileGrid<T> {
  /** The place that the arrow keys start from. */
  readonly at: Ref<number | undefined>;
  readonly total: ComputedRef<number>;
  /** Of all lines, in pixels. */
  readonly height: ComputedRef<number>;
  /** Lines in view, and some above and below. */
  readonly shown: ComputedRef<readonly TileLine<T>[]>;
  readonly tiles: ComputedRef<readonly T[]>;
  /** The id of the tile that is reached, while it is there. */
  readonly active: ComputedRef<string | undefined>;
  idOf(place: number): string;
  onKey(event: KeyboardEvent): void;
}

/**
 * A grid of any number of tiles, one beside the other in lines: only those in view are there, and arrow keys, Home and End go from one to the next. Ends with
 * its scope.
 */
export function useTileGrid<T extends object>(source: TileSource<T>): TileGrid<T> {
  const id = useId();
  const width = useWidth(source.scroller);
  const at = ref<number>();
  const total = computed(() => source.total() ?? 0);
  const across = computed(() => Math.max(1, Math.floor((width.value - gap) / (source.width + gap))));
  const lines = useVirtualizer(
    computed(() => ({
      count: Math.min(mostLines, Math.ceil(total.value / across.value)),
      getScrollElement: () => source.scroller.value,
      estimateSize: () => source.height + gap,
      overscan: 2,
      paddingStart: gap,
      paddingEnd: gap,
    })),
  );
  const shown = computed(() =>
    lines.value.getVirtualItems().map(({ index, start }): TileLine<T> => ({
      index,
      start,
      tiles: Array.from({ length: Math.min(across.value, total.value - index * across.value) }, (_, k) => {
        const place = index * across.value + k;
        return { place, tile: source.tile(place) };
      }),
    })),
  );
  const places = computed(() => shown.value.flatMap(({ tiles }) => tiles));

  // The total counts too: until it is known there is no line, and it is told with the first that is fetched.
  watch(
    () => [places.value[0]?.place ?? 0, places.value.at(-1)?.place ?? Math.max(0, across.value - 1), source.total()] as const,
    ([first, last]) => source.want(first, last),
    { immediate: true },
  );
  watch(source.view, () => {
    at.value = undefined;
    lines.value.scrollToOffset(0);
  });

  const idOf = (place: number) => `${id}-${place}`;
  return {
    at,
    total,
    shown,
    idOf,
    height: computed(() => lines.value.getTotalSize()),
    tiles: computed(() => places.value.flatMap(({ tile }) => tile ?? [])),
    active: computed(() => (at.value !== undefined && places.value.some(({ place }) => place === at.value) ? idOf(at.value) : undefined)),
    onKey(event) {
      const to = placeAfter(event.key, at.value, across.value, total.value);
      if (to !== undefined) {
        at.value = to;
        lines.value.scrollToIndex(Math.floor(to / across.value), { align: "auto" });
        source.look(to);
      } else if (!source.press(event)) return;
      event.preventDefault();
    },
  };
}
