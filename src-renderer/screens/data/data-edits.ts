import type { Role } from "../../../src-main/contract/project-views.js";
import type { SplitSpec, TableSourceSpec } from "../../../src-main/contract/data.js";
import { tableExtensions } from "../../../src-main/contract/extensions.js";
import { toLatheError } from "../../../src-main/base/errors.js";
import { useDataView } from "../../stores/data-view.js";
import { useNotices } from "../../stores/notices.js";
import { usePicker } from "../../stores/picker.js";
import { useProject } from "../../stores/project.js";
import type { StepKey } from "../../document/history.js";
import { inputOf, setInputKind, setRole } from "../../document/roles.js";
import { texts } from "../../texts/index.js";

/** What is said, without what is not. */
function present<T extends object>(all: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as { [K in keyof T]: Exclude<T[K], undefined> };
}

/** How a file is read holds for that file. */
const UNSET = { delimiter: undefined, encoding: undefined, quote: undefined, decimal: undefined, header: undefined, skip: undefined, comment: undefined };

/** What can be changed on the Data screen; each is one step that can be undone. */
export function useDataEdits() {
  const project = useProject();
  const view = useDataView();
  const notices = useNotices();
  const picker = usePicker();
  const undo = { label: texts.undo, run: () => project.undo() };

  function giveRole(name: string, role: Role): void {
    const column = view.columns.find((candidate) => candidate.name === name);
    if (!column || view.roles.get(name) === role) return;
    project.edit(texts.data.roleLabel(name), (draft) => setRole(draft, column, role, view.columns));
    view.select(name);
  }

  /** The same from a place that does not show the roles: says what was done. */
  function ignore(name: string): void {
    giveRole(name, "ignore");
    notices.say(texts.data.problems.ignored(name), undo);
  }

  function asCategory(name: string): void {
    project.edit(texts.data.use.labels.kind(name), (draft) => setInputKind(draft, name, "category", view.names));
    notices.say(texts.data.problems.nowCategory(name), undo);
  }

  /** Values of a column that stand for nothing, beside those that do in every column. */
  function countAsMissing(name: string, values: readonly string[]): void {
    project.edit(texts.data.problems.missingLabel(name), (draft) => {
      const { source } = draft.data;
      if (source.type !== "table") return;
      source.missing = { ...source.missing, [name]: [...new Set([...(source.missing?.[name] ?? []), ...values])] };
    });
    notices.say(texts.data.problems.nowMissing(name), undo);
  }

  /** What becomes of rows where the column is missing. */
  function handleMissing(name: string, missing: "mean" | "median" | "drop" | "error"): void {
    project.edit(texts.data.use.labels.missing(name), (draft) => {
      const input = inputOf(draft, name, view.names);
      if (input?.type === "numeric") input.missing = missing;
    });
  }

  /** @param key joins the steps of a drag. */
  function changeSplit(changes: { readonly [K in keyof SplitSpec]?: SplitSpec[K] | undefined }, key?: StepKey): void {
    project.edit(texts.data.split.label, (draft) => void (draft.data.split = present({ ...draft.data.split, ...changes })), key);
  }

  function changeSource(label: string, changes: { readonly [K in keyof TableSourceSpec]?: TableSourceSpec[K] | undefined }): void {
    project.edit(label, (draft) => {
      const { path = draft.data.source.path, ...said } = changes;
      // Of a folder only its place is said here.
      if (draft.data.source.type === "image-folder") {
        const { test, ...rest } = { ...draft.data.source, ...("test" in said ? { test: said.test } : {}) };
        draft.data.source = { ...rest, path, ...(test === undefined ? {} : { test }) };
      } else draft.data.source = { ...present({ ...draft.data.source, ...said }), type: "table", path };
    });
  }

  async function pickTable(title: string): Promise<string | undefined> {
    try {
      const path = await picker.pick(
        project.draft?.data.source.type === "image-folder" ? { kind: "open-folder", title } : { kind: "open-file", title, extensions: [...tableExtensions] },
      );
      return path === undefined ? undefined : withinProject(path);
    } catch (thrown) {
      notices.complain(toLatheError(thrown).message);
      return undefined;
    }
  }

  /** A file in the project's folder is named from there, so that the folder can be moved. */
  function withinProject(path: string): string {
    const folder = project.path ?? "";
    const rest = path.startsWith(folder) ? path.slice(folder.length) : "";
    return /^[/\\]./.test(rest) ? rest.slice(1) : path;
  }

  /** Another data file: how the old one was read is forgotten, for it may be written otherwise. */
  async function chooseFile(): Promise<void> {
    const path = await pickTable(texts.data.file.anotherTitle);
    if (path === undefined) return;
    if (path === project.draft?.data.source.path) view.reload();
    else changeSource(texts.data.file.labels.path, { path, ...UNSET });
  }

  async function chooseTestFile(): Promise<void> {
    const path = await pickTable(texts.data.file.testTitle);
    if (path !== undefined) changeSource(texts.data.file.labels.test, { test: path });
  }

  return { giveRole, ignore, asCategory, countAsMissing, handleMissing, changeSplit, changeSource, chooseFile, chooseTestFile, undo };
}
