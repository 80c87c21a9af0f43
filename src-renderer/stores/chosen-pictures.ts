import { defineStore } from "pinia";
import { computed, shallowRef, watch } from "vue";
import type { TableRow } from "../../src-main/contract/table-views.js";
import { useDataView } from "./data-view.js";
import { usePictureData } from "./picture-data.js";
import { useProject } from "./project.js";
import type { PictureAt } from "./thumbnails.js";

/** A picture of the table: its row, where it lies and what it is called. */
export interface ShownPicture extends PictureAt {
  readonly row: TableRow;
  readonly label: string;
}

/** The picture that is looked at on the Data screen, and those chosen with it. */
export const useChosenPictures = defineStore("chosen-pictures", () => {
  const view = useDataView();
  const data = usePictureData();
  const project = useProject();
  const current = shallowRef<ShownPicture>();
  const chosen = shallowRef<ReadonlyMap<number, ShownPicture>>(new Map());
  const columnAt = computed(() => view.rowColumns.indexOf(data.column ?? ""));
  const labelAt = computed(() => view.rowColumns.indexOf(data.labelColumn ?? ""));

  function pictureOf(row: TableRow | undefined): ShownPicture | undefined {
    const picture = row?.cells[columnAt.value];
    if (!row || picture === undefined || picture === null) return undefined;
    return { row, picture, test: isOfTest(row), label: labelOf(row) };
  }

  /** Rows of a test folder continue after those of the main one. */
  function isOfTest({ row }: TableRow): boolean {
    return data.source?.test !== undefined && row > (view.columnState.result?.rows ?? Infinity);
  }

  const labelOf = ({ cells }: TableRow) => cells[labelAt.value] ?? "";

  watch(
    () => project.path,
    () => {
      current.value = undefined;
      chosen.value = new Map();
    },
  );
  return {
    current,
    chosen,
    pictureOf,
    isOfTest,
    labelOf,
    /** Those that a change is made to. */
    all: computed(() => (chosen.value.size > 0 ? [...chosen.value.values()] : current.value ? [current.value] : [])),
    look(picture: ShownPicture | undefined): void {
      current.value = picture;
      chosen.value = new Map();
    },
    /** Adds one to those chosen, or takes it from them. */
    toggle(picture: ShownPicture): void {
      const next = new Map(chosen.value.size === 0 && current.value ? [[current.value.row.row, current.value]] : chosen.value);
      if (next.has(picture.row.row)) next.delete(picture.row.row);
      else next.set(picture.row.row, picture);
      chosen.value = next;
      current.value = picture;
    },
    unchoose: () => void (chosen.value = new Map()),
  };
});
