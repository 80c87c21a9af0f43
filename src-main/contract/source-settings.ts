/**
 * How a delimited text is read, as the studio offers it under *How it is read*: by setting its label, and what its values are called. Sentences name a setting
 * by both, for who clicks and for who edits `project.json`.
 */
export const sourceSettings = {
  header: { label: "First row", choices: { true: "Names of the columns", false: "Data" } },
  skip: { label: "Lines above it", choices: { "0": "None", "1": "1 line", "2": "2 lines", "3": "3 lines", "4": "4 lines", "5": "5 lines" } },
  comment: { label: "Comment lines", choices: { none: "None", "#": "Begin with #", "%": "Begin with %", "//": "Begin with //" } },
  delimiter: { label: "Between columns", choices: { ",": "Comma", ";": "Semicolon", "\t": "Tab", "|": "Bar", " ": "Space" } },
  decimal: { label: "Before decimals", choices: { ".": "Point, 1.5", ",": "Comma, 1,5" } },
  encoding: { label: "Encoding", choices: { "utf-8": "UTF-8", "latin-1": "Latin-1 (Western Europe)", "utf-16": "UTF-16" } },
  quote: { label: "Around texts", choices: { '"': 'Double quotes "', "'": "Single quotes '" } },
} as const satisfies Readonly<Record<string, { readonly label: string; readonly choices: Readonly<Record<string, string>> }>>;
export type SourceSetting = keyof typeof sourceSettings;

/** How a table becomes regular in time, as the studio offers it on Home, and on Data under *How it becomes regular*. */
export const seriesSettingNames = {
  time: "Times",
  id: "Series by",
  zone: "Time zone",
  step: "Step",
  gaps: "Gaps",
  combine: "Rows in a step",
  calendar: "Calendar",
  known: "Known ahead",
  season: "Season",
  stride: "Stride",
} as const;
export type SeriesSetting = keyof typeof seriesSettingNames;

/** `“Encoding” (source.encoding)` */
export function namedSetting(setting: SourceSetting | SeriesSetting): string {
  const label = setting in seriesSettingNames ? seriesSettingNames[setting as SeriesSetting] : sourceSettings[setting as SourceSetting].label;
  return `“${label}” (source.${setting})`;
}

/** `“First row” to “Data” (source.header: false)` */
export function settingTo(setting: SourceSetting, value: string | number | boolean): string {
  const { label, choices }: { readonly label: string; readonly choices: Readonly<Record<string, string>> } = sourceSettings[setting];
  return `“${label}” to “${choices[String(value)] ?? String(value)}” (source.${setting}: ${JSON.stringify(value)})`;
}
