import { defineStore } from "pinia";
import { computed, onScopeDispose, ref, shallowRef } from "vue";
import { toLatheError, type LatheError } from "../../src-main/base/errors.js";
import { PICTURE_COLUMN } from "../../src-main/contract/data.js";
import { nameColumns } from "../../src-main/contract/file-names.js";
import type { ProjectProposal, ProposedRole } from "../../src-main/contract/project-views.js";
import type { SeriesWish } from "../../src-main/contract/series-views.js";
import type { ProjectSummary } from "../../src-main/contract/summaries.js";
import { folderOf, pathIn } from "../../src-main/contract/paths.js";
import { useStudio } from "../rpc/studio.js";
import { createLoader } from "../fetching/loadable.js";
import { texts } from "../texts/index.js";

/** Milliseconds of calm after another target was chosen before the data is looked at anew. */
const calm = 250;

/** What makes a table regular in time; the rest of a wish is times, ids and lengths. */
export const regularSettings = ["step", "gaps", "combine", "calendar", "zone"] as const satisfies readonly (keyof SeriesWish)[];

/** A project that is about to be made: what Lathe proposes for some data, and what the user changed of it. */
export const useNewProject = defineStore("new-project", () => {
  const studio = useStudio();
  const loader = createLoader<ProjectProposal>();
  const data = ref<string>();
  /** Changed by the user; the proposal stands for the rest. */
  const typedName = ref<string>();
  const typedFolder = ref<string>();
  const chosenTemplate = ref<string>();
  const chosenRoles = shallowRef<ReadonlyMap<string, ProposedRole>>(new Map());
  /** Whether the first row of a text holds the names; undefined: to be found out. */
  const header = ref<boolean>();
  /** What the user says of a series; undefined: the table is learnt from row by row. */
  const series = shallowRef<SeriesWish>();
  /** What of it was changed last: where an error is told. */
  const lastSaid = ref<keyof SeriesWish>();
  /** Of a folder of pictures: what its levels stand for, and which parts of its files' names are columns. */
  const levels = shallowRef<readonly string[]>();
  const names = ref<string>();
  const validation = ref<string>();
  const test = ref<string>();
  const creating = ref(false);
  const createError = shallowRef<LatheError>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  const proposal = computed(() => loader.state.value.value);
  /** What is wrong with a series is told where it was changed last: how it becomes regular, or the rest. */
  const seriesProblems = computed(() => {
    const message = loader.state.value.error?.message;
    return regularSettings.some((setting) => setting === lastSaid.value) ? { regular: message, rest: undefined } : { regular: undefined, rest: message };
  });
  /** Whether the proposal is of the way to learn that was chosen, not of the other one, while that is on its way. */
  const settled = computed(() => proposal.value !== undefined && (proposal.value.kind === "series") === (series.value !== undefined));
  const roleOf = (column: string): ProposedRole =>
    chosenRoles.value.get(column) ?? proposal.value?.columns.find(({ name }) => name === column)?.role ?? "input";
  const columns = computed(() => (proposal.value?.columns ?? []).map((column) => ({ ...column, role: chosenRoles.value.get(column.name) ?? column.role })));
  const named = (role: ProposedRole) => columns.value.filter((column) => column.role === role).map(({ name }) => name);
  const targets = computed(() => named("target"));
  const known = computed(() => named("known"));
  const inputs = computed(() => [...named("input"), ...known.value]);
  const ignored = computed(() => named("ignore"));
  /** All columns of the table, those of times and ids too. */
  const allColumns = computed(() => {
    const { time, id } = proposal.value?.series ?? {};
    return [...[time, id].filter((column) => column !== undefined), ...columns.value.map((column) => column.name)];
  });
  const name = computed(() => typedName.value ?? proposal.value?.name ?? "");
  const folder = computed(() => typedFolder.value ?? folderNamed(proposal.value, typedName.value) ?? "");
  /** The user's, as long as it suits; else the first that does. */
  const template = computed(() => {
    const suited = (proposal.value?.templates ?? []).filter(({ unsuited }) => unsuited === undefined).map(({ type }) => type);
    return [chosenTemplate.value, proposal.value?.template, suited[0]].find((type) => type !== undefined && suited.includes(type));
  });

  /** @param wish looks at it as a series, of which this is known */
  function begin(path: string, wish?: SeriesWish): void {
    if (data.value === path && proposal.value) return;
    forget();
    data.value = path;
    series.value = wish;
    void look();
  }

  function forget(): void {
    clearTimeout(timer);
    loader.reset();
    series.value = lastSaid.value = undefined;
    data.value = header.value = typedName.value = typedFolder.value = chosenTemplate.value = validation.value = test.value = undefined;
    levels.value = names.value = undefined;
    chosenRoles.value = new Map();
    createError.value = undefined;
  }

  /** With targets of the user's own the host says whether they can be predicted, and what suits them. */
  async function look(): Promise<void> {
    const path = data.value;
    if (path === undefined) return;
    const wanted = chosenRoles.value.size === 0 || targets.value.length === 0 ? {} : { targets: targets.value };
    const more = series.value && chosenRoles.value.size > 0 ? { ignore: refused(), keep: insisted() } : {};
    await loader.load((signal) =>
      studio.procedures.projects.propose({ data: path, ...wanted, ...more, ...headerOf(), ...pictureColumns(), ...seriesOf() }, { signal }),
    );
  }

  /** What Lathe would exclude stands in the proposal with why; the rest is the user's word. */
  const refused = () => columns.value.filter(({ role, unused }) => role === "ignore" && unused === undefined).map((column) => column.name);
  const insisted = () => columns.value.filter(({ role, unused }) => role === "input" && unused !== undefined).map((column) => column.name);
  const seriesOf = () => (series.value ? { series: { ...series.value, known: known.value } } : {});

  /** As a series, or row by row: the columns play other parts then. */
  function asSeries(chosen: boolean, wish: SeriesWish = {}): void {
    series.value = chosen ? wish : undefined;
    lastSaid.value = undefined;
    chosenRoles.value = new Map();
    chosenTemplate.value = undefined;
    createError.value = undefined;
    clearTimeout(timer);
    void look();
  }

  /** Of a series: times, ids, lengths, and how it becomes regular. Without times there is neither step nor calendar. */
  function saySeries(more: { readonly [K in keyof SeriesWish]: SeriesWish[K] | undefined }): void {
    const changed = (Object.keys(more) as (keyof SeriesWish)[]).filter((setting) => series.value?.[setting] !== more[setting]);
    if (changed.length === 0) return;
    lastSaid.value = changed[0];
    const { ordered: _ordered, ...before } = series.value ?? {};
    const untimed = more.ordered === true ? { time: undefined, zone: undefined, step: undefined, calendar: undefined, combine: undefined } : {};
    const said = { ...before, ...untimed, ...more };
    series.value = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
    createError.value = undefined;
    void look();
  }

  /** Of a folder of pictures: its columns, and which of them are read beside the pictures. */
  function pictureColumns(): { readonly levels?: string[]; readonly names?: string; readonly inputs?: string[] } {
    const found = proposal.value?.pictures;
    if (!found) return {};
    return {
      levels: [...(levels.value ?? found.levels)],
      ...(names.value === undefined ? {} : { names: names.value }),
      inputs: inputs.value.filter((column) => column !== PICTURE_COLUMN),
    };
  }

  /** Calls a level of folders otherwise; its role goes with it. */
  function renameLevel(at: number, to: string): void {
    const before = levels.value ?? proposal.value?.pictures?.levels ?? [];
    levels.value = before.map((level, k) => (k === at ? to : level));
    chosenRoles.value = new Map([...chosenRoles.value].map(([column, role]) => [column === before[at] ? to : column, role]));
    createError.value = undefined;
    void look();
  }

  /** Other parts of the files' names are columns: roles of those that are gone go with them. */
  function readNames(pattern: string | undefined): void {
    const gone = nameColumns(names.value).filter((column) => !nameColumns(pattern).includes(column));
    names.value = pattern;
    chosenRoles.value = new Map([...chosenRoles.value].filter(([column]) => !gone.includes(column)));
    createError.value = undefined;
    void look();
  }

  const headerOf = () => (header.value === undefined ? {} : { header: header.value });

  /** The columns are others then. */
  function readHeader(first: boolean | undefined): void {
    header.value = first;
    chosenRoles.value = new Map();
    createError.value = undefined;
    void look();
  }

  function setRole(column: string, role: ProposedRole): void {
    lastSaid.value = undefined;
    const touchesTarget = role === "target" || roleOf(column) === "target";
    // What was proposed as target stays one only where the user did not choose.
    const proposed = ({ role }: { readonly role: ProposedRole }) => (role === "target" && !settled.value ? "input" : role);
    const kept = new Map(chosenRoles.value.size === 0 ? columns.value.map((known) => [known.name, proposed(known)] as const) : chosenRoles.value);
    chosenRoles.value = kept.set(column, role);
    createError.value = undefined;
    // Which columns there are decides what a window can be, and which network suits pictures.
    if (!touchesTarget && !series.value && !proposal.value?.pictures) return;
    clearTimeout(timer);
    timer = setTimeout(() => void look(), calm);
  }

  /** What the host is asked to make, whatever it begins from; undefined while there is no data. */
  function wish() {
    if (data.value === undefined) return undefined;
    return {
      data: data.value,
      folder: folder.value.trim(),
      name: name.value.trim(),
      targets: [...targets.value],
      ignore: series.value ? refused() : [...ignored.value],
      keep: insisted(),
      ...seriesOf(),
      ...headerOf(),
      ...pictureColumns(),
      ...(validation.value === undefined ? {} : { validation: validation.value }),
      ...(test.value === undefined ? {} : { test: test.value }),
    };
  }

  /** @returns the project and what was noticed only then, or undefined where it could not be made; `createError` then says why. */
  async function create(): Promise<{ readonly project: ProjectSummary; readonly notes: readonly string[] } | undefined> {
    const wanted = wish();
    if (!wanted || template.value === undefined) return undefined;
    creating.value = true;
    createError.value = undefined;
    try {
      const made = await studio.procedures.projects.create({ ...wanted, template: template.value });
      return { ...made, notes: untold(made.notes) };
    } catch (thrown) {
      createError.value = toLatheError(thrown);
      return undefined;
    } finally {
      creating.value = false;
    }
  }

  /** What the proposal does not say. */
  const untold = (notes: readonly string[]): readonly string[] => notes.filter((note) => !wasTold(note));

  /** Whether it stands in the proposal, where a column's note does without the file. */
  function wasTold(note: string): boolean {
    const shown = [
      ...(proposal.value?.notes ?? []),
      ...(proposal.value?.templateNotes ?? []),
      ...columns.value.flatMap(({ name: column, notes, unused }) => [...notes, ...(unused === undefined ? [] : [texts.home.propose.unused(column, unused)])]),
    ];
    return shown.includes(note) || shown.includes(note.replaceAll(` of ${data.value}`, "").replace(`${data.value}: `, ""));
  }

  const registration = studio.onState((state) => void (state === "connected" && data.value !== undefined && !proposal.value && look()));
  onScopeDispose(() => {
    clearTimeout(timer);
    registration.dispose();
  });
  return {
    data,
    state: computed(() => loader.state.value),
    proposal,
    settled,
    columns,
    targets,
    inputs,
    ignored,
    allColumns,
    series,
    lastSaid,
    seriesProblems,
    asSeries,
    saySeries,
    name,
    folder,
    template,
    validation,
    test,
    creating,
    createError,
    begin,
    forget,
    header,
    setRole,
    readHeader,
    names,
    renameLevel,
    readNames,
    wish,
    untold,
    create,
    look,
    rename: (value: string) => void (typedName.value = value),
    moveTo: (value: string) => void (typedFolder.value = value),
    choose: (type: string) => void (chosenTemplate.value = type),
  };
});

/** Beside the proposed folder, called as the project is; characters that no file system likes become spaces. */
function folderNamed(proposal: ProjectProposal | undefined, name: string | undefined): string | undefined {
  if (!proposal || name === undefined || name.trim() === proposal.name) return proposal?.folder;
  const stem = name.replace(/[\\/\0:*?"<>|]+/g, " ").replace(/^[. ]+|[. ]+$/g, "");
  const parent = folderOf(proposal.folder);
  return stem === "" || parent === undefined ? proposal.folder : pathIn(parent, stem);
}
