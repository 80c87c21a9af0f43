import { computed, type ComputedRef } from "vue";
import { useJudgedPictures } from "../stores/judged-pictures.js";
import { useProject } from "../stores/project.js";
import { texts } from "../texts/index.js";

/** What the Evaluate screen says: of rows, of samples of a series, or of pictures where these are what is judged. */
export function useEvaluateTexts(): ComputedRef<typeof texts.evaluate> {
  const pictures = useJudgedPictures();
  const project = useProject();
  return computed(() => {
    if (pictures.isPictures) return texts.evaluatePictures;
    return project.isSeries ? texts.evaluateSamples : texts.evaluate;
  });
}
