import { computed, onScopeDispose, ref, watch, type Ref } from "vue";
import { useStudio } from "../rpc/studio.js";
import { useProject } from "../stores/project.js";
import type { PictureAt } from "../stores/thumbnails.js";

export type { PictureAt };

/** The address of one small picture, fetched by itself. One that cannot be shown leaves its place empty; its name stands beside it. */
export function useLonePicture(at: () => PictureAt, side: number): Readonly<Ref<string | undefined>> {
  const studio = useStudio();
  const project = useProject();
  const url = ref<string>();
  const key = computed(() => JSON.stringify([project.path, at()]));

  function drop(): void {
    if (url.value !== undefined) URL.revokeObjectURL(url.value);
    url.value = undefined;
  }

  watch(
    key,
    async (_now, _before, onCleanup) => {
      const abort = new AbortController();
      onCleanup(() => abort.abort());
      drop();
      if (project.path === undefined) return;
      const { picture, test } = at();
      const answer = await studio.procedures.pictures
        .thumbnails({ project: project.path, pictures: [{ picture, test }], side }, { signal: abort.signal })
        .catch(() => undefined);
      const [shown] = answer?.thumbnails ?? [];
      if (!abort.signal.aborted && shown && "image" in shown) url.value = URL.createObjectURL(new Blob([shown.image], { type: "image/webp" }));
    },
    { immediate: true },
  );
  onScopeDispose(drop);
  return url;
}
