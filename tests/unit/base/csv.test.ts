import { describe, expect, it } from "vitest";
import { csvLines, isFormula } from "../../../src-main/base/csv.js";

describe("a cell that a spreadsheet would take for a formula", () => {
  it.each(["=1+1", "+cmd", "-cmd", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "=", "-", "+1+1", "-1.5.2", "- 1", "-1e", '="a,b"', "--1", "+-1"])(
    "%j is one",
    (cell) => {
      expect(isFormula(cell)).toBe(true);
    },
  );

  it.each(["-1.5", "+1.5", "-1", "-.5", "-1.", "-1e-7", "+2E+10", String(-Number.MAX_VALUE), String(-Infinity), "", "a=b", "'=1", "1-1", " a", "0"])(
    "%j is none",
    (cell) => {
      expect(isFormula(cell)).toBe(false);
    },
  );
});

describe("lines of a CSV file", () => {
  it("are exact by default, and say how many cells would be taken for formulas", () => {
    const lines = csvLines();
    expect(lines.line(["=1", "a,b", 'say "so"', "-1.5"])).toBe('=1,"a,b","say ""so""",-1.5\n');
    expect(lines.line(["=a,b", "two\nlines", ""])).toBe('"=a,b","two\nlines",\n');
    expect(lines.formulas).toBe(2);
  });

  it("have an apostrophe before those cells, and before no other, where they are for a spreadsheet", () => {
    const lines = csvLines({ spreadsheet: true, end: "\r\n" });
    expect(lines.line(["=1", "-1.5", "a", "@b", "+7"])).toBe("'=1,-1.5,a,'@b,+7\r\n");
    // A spreadsheet takes the quotes off and then looks at what begins the cell.
    expect(lines.line(["=a,b", "\t=1", "\r=1"])).toBe('"\'=a,b",\'\t=1,"\'\r=1"\r\n');
    expect(lines.formulas).toBe(5);
  });
});
