import { defineStore } from "pinia";
import { computed } from "vue";
import { usePictureData } from "./picture-data.js";
import type { PictureAt } from "./thumbnails.js";

/** A picture of a row, and the column that names it. */
export interface RowPicture extends PictureAt {
  readonly column: string;
}

/** The pictures that a row names, one for each column that an input of pictures reads. */
export const useRowPictures = defineStore("row-pictures", () => {
  const data = usePictureData();
  const columns = computed(() => [...new Set(data.inputs.map(({ column }) => column))]);

  return {
    columns,
    /** @param names of the cells' columns; @param test whether the row is of a folder for the test. */
    of: (names: readonly string[], cells: readonly (string | null)[], test: boolean): readonly RowPicture[] =>
      columns.value.flatMap((column): RowPicture[] => {
        const picture = cells[names.indexOf(column)];
        return picture === undefined || picture === null ? [] : [{ column, picture, test }];
      }),
  };
});
