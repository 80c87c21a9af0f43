import { computed, type ComputedRef } from "vue";
import { useThumbnails, type PictureAt, type Thumbnail } from "../stores/thumbnails.js";

export type { PictureAt };

/** The small picture of the project's data that lies there, once it has come; who shows many says which are in view. */
export function useThumbnail(at: () => PictureAt): ComputedRef<Thumbnail | undefined> {
  const thumbnails = useThumbnails();
  return computed(() => thumbnails.of(at()));
}
