import { defineStore } from "pinia";
import { computed, onScopeDispose, ref, watch } from "vue";
import { toLatheError } from "../../src-main/base/errors.js";
import type { AugmentedAnswer, SampleAnswer } from "../../src-main/contract/picture-views.js";
import { useStudio } from "../rpc/studio.js";
import { useChosenPictures } from "./chosen-pictures.js";
import { createLoader } from "../fetching/loadable.js";
import { usePictureData } from "./picture-data.js";
import type { PictureAt } from "./thumbnails.js";
import { useProject } from "./project.js";

/** Milliseconds of calm after a change before the preview is drawn anew. */
const calm = 200;
const draws = 12;

/** The picture that is looked at on the Data screen: large, as the network sees it, and under draws of its augmentation. */
export const useSampleView = defineStore("sample-view", () => {
  const studio = useStudio();
  const project = useProject();
  const data = usePictureData();
  const chosen = useChosenPictures();
  const sample = createLoader<SampleAnswer & { readonly url: string }>();
  const preview = createLoader<AugmentedAnswer>();
  const seed = ref(0);
  const wantedInput = ref<string>();
  /** Whether the preview is looked at. */
  const drawing = ref(false);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const input = computed(() => data.inputs.find(({ name }) => name === wantedInput.value) ?? data.inputs[0]);
  /** How pictures are looked at, as saved. */
  const looks = computed(() => JSON.stringify(data.inputs.map(({ name, size, color, background }) => [name, size, color, background])));

  function load(): void {
    const [at, path] = [chosen.current, project.path];
    if (!at || path === undefined) return sample.reset();
    const before = sample.state.value.value;
    void sample
      .load(async (signal) => {
        const answer = await studio.procedures.pictures.sample({ project: path, picture: at.picture, test: at.test }, { signal });
        return { ...answer, url: URL.createObjectURL(new Blob([answer.image], { type: "image/webp" })) };
      })
      .then((next) => {
        if (next && before) URL.revokeObjectURL(before.url);
      });
  }

  function draw(): void {
    clearTimeout(timer);
    const [at, path, of] = [chosen.current, project.path, input.value];
    if (!drawing.value) return;
    if (!at || path === undefined || !of) return preview.reset();
    timer = setTimeout(
      () =>
        void preview.load((signal) =>
          studio.procedures.pictures.augmented(
            { project: path, picture: at.picture, test: at.test, input: of.name, augment: [...(of.augment ?? [])], draws, seed: seed.value },
            { signal },
          ),
        ),
      preview.state.value.value ? calm : 0,
    );
  }

  watch(
    () => [chosen.current?.picture, chosen.current?.test, project.path, project.unsaved ? undefined : looks.value] as const,
    ([, , , saved], before) => {
      if (before?.[0] !== chosen.current?.picture || before?.[2] !== project.path) sample.reset();
      if (saved !== undefined || before?.[0] !== chosen.current?.picture) load();
    },
    { immediate: true },
  );
  watch(
    () =>
      JSON.stringify([
        chosen.current?.picture,
        chosen.current?.test,
        project.path,
        input.value?.name,
        input.value?.augment,
        seed.value,
        drawing.value,
        project.unsaved ? undefined : looks.value,
      ]),
    draw,
    { immediate: true },
  );
  const registration = studio.onState((state) => {
    if (state !== "connected") return;
    load();
    draw();
  });
  onScopeDispose(() => {
    registration.dispose();
    clearTimeout(timer);
  });
  return {
    sample: computed(() => sample.state.value),
    preview: computed(() => preview.state.value),
    drawing,
    input,
    chooseInput: (name: string) => void (wantedInput.value = name),
    drawAgain: () => void (seed.value += 1),
    load,
    draw,
    /** Reads pictures again that were found bad. @returns whether it could be asked for; the reason is shown with the picture. */
    async tryAgain(pictures: readonly PictureAt[]): Promise<boolean> {
      const path = project.path;
      if (path === undefined) return false;
      try {
        await studio.procedures.pictures.tryAgain({ project: path, pictures: [...pictures] });
      } catch (thrown) {
        // Reading it tells what is the matter.
        if (toLatheError(thrown).code === "internal") throw thrown;
        return false;
      } finally {
        load();
      }
      return true;
    },
  };
});
