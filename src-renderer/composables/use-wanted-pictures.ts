import { watch } from "vue";
import { useProject } from "../stores/project.js";
import { useThumbnails, type PictureAt } from "../stores/thumbnails.js";

/** Fetches small pictures of the open project as long as they are in view. */
export function useWantedPictures(seen: () => readonly PictureAt[]): void {
  const project = useProject();
  const thumbnails = useThumbnails();
  watch(
    () => {
      const pictures = seen();
      return { pictures, key: JSON.stringify([project.path, pictures]) };
    },
    ({ pictures, key }, before) => {
      if (key !== before?.key) thumbnails.want(project.path, pictures);
    },
    { immediate: true },
  );
}
