import { csvLines } from "../../src-main/base/csv.js";
import { useNotices } from "../stores/notices.js";
import { useSettings } from "../stores/settings.js";
import { texts } from "../texts/index.js";
import { formatCount } from "./format.js";
import { saveFile } from "./save-file.js";

/**
 * Saves rows as a CSV file, exact or for a spreadsheet, as the settings say. Where that made or would make a difference it is told, with a button that saves it
 * the other way and changes the setting.
 */
export function useCsvFile(): (title: string, rows: readonly (readonly string[])[]) => void {
  const settings = useSettings();
  const notices = useNotices();
  const words = texts.charts.formulas;

  return function save(title, rows) {
    const { spreadsheet } = settings.values;
    const lines = csvLines({ spreadsheet, end: "\r\n" });
    saveFile(
      `${title}.csv`,
      new Blob(
        rows.map((row) => lines.line(row)),
        { type: "text/csv;charset=utf-8" },
      ),
    );
    if (lines.formulas === 0) return;
    const cells = formatCount(lines.formulas);
    notices.say(spreadsheet ? words.quoted(cells) : words.exact(cells), {
      label: spreadsheet ? words.saveExact : words.saveQuoted,
      run: () => void settings.change({ spreadsheet: !spreadsheet }).then(() => settings.error === undefined && save(title, rows)),
    });
  };
}
