import type { RowFilterInput } from "../../../src-main/contract/table-views.js";
import { formatCount, formatNumber } from "../../composables/format.js";
import { texts } from "../../texts/index.js";

/** Which rows a filter lets through, in words. @param ofPictures whether rows are pictures. */
export function describeFilter(filter: RowFilterInput, ofPictures: boolean): string {
  const words = texts.data.table.filters;
  switch (filter.kind) {
    case "missing":
      return words.missing(filter.column);
    case "value":
      return filter.value === null ? words.missing(filter.column) : words.value(filter.column, filter.value);
    case "range":
      return words.range(filter.column, formatNumber(filter.from), formatNumber(filter.to));
    case "text":
      return words.text(filter.text);
    case "split":
      return (ofPictures ? words.pictureSplit : words.split)(texts.data.split.parts[filter.split]);
    case "class":
      return words.class(filter.target, filter.value, filter.split === undefined ? "" : texts.data.split.parts[filter.split].toLowerCase());
    case "rows":
      return (ofPictures ? words.pictures : words.rows)(formatCount(filter.rows.length));
    case "duplicates":
      return filter.leaked === true ? (ofPictures ? words.leakedPictures : words.leaked) : ofPictures ? words.duplicatePictures : words.duplicates;
    case "skipped":
      return words.skipped(ofPictures ? "" : (filter.column ?? ""));
  }
}
