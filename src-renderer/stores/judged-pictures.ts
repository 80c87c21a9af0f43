import { defineStore } from "pinia";
import { computed } from "vue";
import type { JudgedRow } from "../../src-main/contract/evaluation-views.js";
import { useEvaluation } from "./evaluation.js";
import { useJudgedRows } from "./judged-rows.js";
import { usePictureData } from "./picture-data.js";
import type { PictureAt } from "./thumbnails.js";

/** The pictures of judged rows. */
export const useJudgedPictures = defineStore("judged-pictures", () => {
  const rows = useJudgedRows();
  const evaluation = useEvaluation();
  const data = usePictureData();
  const column = computed(() => rows.columns.indexOf(data.column ?? ""));
  /** A folder for the test is all of the test. */
  const isOfTest = computed(() => data.source?.test !== undefined && evaluation.split === "test");

  return {
    isOfTest,
    /** The level of folders that says the class that is judged. */
    level: computed(() => (evaluation.target ? data.levelOf(evaluation.target.name) : undefined)),
    /** Whether rows are shown as pictures. */
    isPictures: computed(() => data.hasPictures && evaluation.target?.kind !== "numeric"),
    of(row: Pick<JudgedRow, "cells"> | undefined): PictureAt | undefined {
      const picture = row?.cells[column.value];
      return picture === undefined || picture === null ? undefined : { picture, test: isOfTest.value };
    },
  };
});
