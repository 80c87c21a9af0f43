/** What stands at every chart. */
export const chartsTexts = {
  tools: (title: string) => `Tools of ${title}`,
  zoomIn: "Zoom in",
  zoomOut: "Zoom out",
  zoomHint: "The wheel zooms too, dragging moves, a double click shows all",
  keysHint: "The arrow keys move, + and − zoom, 0 shows all.",
  rows: "Row",
  time: "Time",
  microseconds: "µs since 1970 (UTC)",
  brush: (title: string) => `Which part of ${title} is in view`,
  brushHint: "Drag across to choose what is shown above; drag the frame or its ends to change it",
  brushEnds: { from: "Where the view begins", to: "Where the view ends" },
  showAll: "Show all",
  showAllHint: "A double click on the chart does the same",
  table: "Table",
  tableHint: "The same values as a table",
  tableOf: (title: string) => `${title} as a table`,
  formulas: {
    exact: (cells: string) =>
      `Saved ` +
      `with ${cells} ${cells === "1" ? "cell that a spreadsheet would take for a formula" : "cells that a spreadsheet would take for formulas"}, as they are.`,
    saveQuoted: "Save with apostrophes",
    quoted: (cells: string) =>
      `Saved with an apostrophe in front ` +
      `of ${cells} ${cells === "1" ? "cell that a spreadsheet would take for a formula" : "cells that a spreadsheet would take for formulas"}.`,
    saveExact: "Save them as they are",
  },
  csvHint: "Save every value as a CSV file",
  pictureHint: "Save what you see as a PNG picture",
  summary: (title: string, lines: readonly string[]) => (lines.length === 0 ? `${title}: nothing yet.` : `${title}: ${lines.join(", ")}.`),
  endsAt: (label: string, value: string) => `${label} ends at ${value}`,
} as const;
