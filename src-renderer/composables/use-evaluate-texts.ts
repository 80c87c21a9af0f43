import { computed, type ComputedRef } from "vue";
import { useJudgedPictures } from "../stores/judged-pictures.js";
import { texts } from "../texts/index.js";

/** What the Evaluate screen says: of rows, or of pictures where these are what is judged. */
export function useEvaluateTexts(): ComputedRef<typeof texts.evaluate> {
  const pictures = useJudgedPictures();
  return computed(() => (pictures.isPictures ? texts.evaluatePictures : texts.evaluate));
}
