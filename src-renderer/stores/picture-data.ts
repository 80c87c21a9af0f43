import { defineStore } from "pinia";
import { computed, ref } from "vue";
import { folderColumns } from "../../src-main/contract/data.js";
import { parseNamePattern } from "../../src-main/contract/file-names.js";
import { picturesOf, targetColumns } from "../../src-main/features/index.js";
import type { DraftInput, DraftTagged } from "../document/draft.js";
import { renameLevel, setNames } from "../document/folder-columns.js";
import { useProject } from "./project.js";
import type { PictureAt } from "./thumbnails.js";

export type ImageDraftInput = ReturnType<typeof picturesOf<DraftInput>>[number];

/** The pictures that the open project learns from, and what its file says of single ones. The files themselves are never touched. */
export const usePictureData = defineStore("picture-data", () => {
  const project = useProject();
  const inputs = computed(() => picturesOf(project.draft?.data.inputs ?? []));
  const source = computed(() => (project.draft?.data.source.type === "image-folder" ? project.draft.data.source : undefined));
  const excluded = computed(() => ({ main: new Set(source.value?.exclude), test: new Set(source.value?.testExclude) }));
  const levels = computed<readonly string[]>(() => source.value?.levels ?? (source.value ? ["label"] : []));
  /** Columns beside the pictures: of folders, and of the files' names. */
  const columns = computed(() => (source.value ? folderColumns(source.value) : []));
  const wantedTarget = ref<string>();
  /** Those with classes. */
  const targets = computed(() => (project.draft?.data.targets ?? []).filter(({ type }) => type !== "numeric"));
  /** The one by whose classes pictures are shown: the first, unless another is chosen. */
  const target = computed(() => targets.value.find(({ name }) => name === wantedTarget.value) ?? targets.value[0]);
  const labelColumn = computed(() => (target.value ? targetColumns(target.value)[0] : undefined));

  /** The level of folders, or part of the names, that says the class of a target; undefined where it is another column. */
  function levelOf(name: string): string | undefined {
    const found = targets.value.find((one) => one.name === name);
    const column = found && targetColumns(found)[0];
    return column !== undefined && columns.value.includes(column) ? column : undefined;
  }

  /** By column: another label than the folder says. */
  function relabelled({ picture, test }: PictureAt): Readonly<Record<string, string>> | undefined {
    return (test ? source.value?.testRelabel : source.value?.relabel)?.[picture];
  }

  /** One step that can be undone. @param label what is undone */
  function exclude(label: string, pictures: readonly PictureAt[], out: boolean): void {
    project.edit(label, ({ data }) => {
      if (data.source.type !== "image-folder") return;
      for (const test of [false, true]) {
        const key = test ? "testExclude" : "exclude";
        const list = new Set(data.source[key]);
        for (const at of pictures) {
          if (at.test !== test) continue;
          if (out) list.add(at.picture);
          else list.delete(at.picture);
        }
        if (list.size > 0) data.source[key] = [...list].sort();
        else Reflect.deleteProperty(data.source, key);
      }
    });
  }

  /** @param value undefined: what the folder says. */
  function relabel(label: string, { picture, test }: PictureAt, column: string, value: string | undefined): void {
    project.edit(label, ({ data }) => {
      if (data.source.type !== "image-folder") return;
      const key = test ? "testRelabel" : "relabel";
      const { [column]: _old, ...others } = data.source[key]?.[picture] ?? {};
      const own = value === undefined ? others : { ...others, [column]: value };
      const { [picture]: _before, ...rest } = data.source[key] ?? {};
      const next = Object.keys(own).length === 0 ? rest : { ...rest, [picture]: own };
      if (Object.keys(next).length > 0) data.source[key] = next;
      else Reflect.deleteProperty(data.source, key);
    });
  }

  return {
    inputs,
    source,
    levels,
    columns,
    target,
    labelColumn,
    levelOf,
    targets,
    chooseTarget: (name: string) => void (wantedTarget.value = name),
    /** Whether a network looks at pictures at all. */
    hasPictures: computed(() => inputs.value.length > 0),
    /** Whether each sample is a picture and nothing else; a row of a table that names pictures and holds numbers is a row. */
    isPictures: computed(() => inputs.value.length > 0 && (source.value !== undefined || project.draft?.data.inputs.length === 1)),
    /** The column of paths. */
    column: computed(() => inputs.value[0]?.column),
    isExcluded: ({ picture, test }: PictureAt) => excluded.value[test ? "test" : "main"].has(picture),
    /** What folders and names of files say, by column. */
    saidOf: ({ picture }: PictureAt): Readonly<Record<string, string>> => {
      const pattern = source.value?.names === undefined ? undefined : parseNamePattern(source.value.names);
      const parts = pattern && !("problem" in pattern) ? pattern.read(picture) : undefined;
      const values = [...levels.value.map((_, k) => picture.split("/")[k] ?? ""), ...(parts ?? [])];
      return Object.fromEntries(columns.value.map((column, k) => [column, values[k] ?? ""]));
    },
    relabelled,
    exclude,
    relabel,
    /** Each one step that can be undone. */
    renameLevel: (label: string, at: number, name: string) => project.edit(label, (draft) => renameLevel(draft, at, name)),
    setNames: (label: string, pattern: string | undefined) => project.edit(label, (draft) => setNames(draft, pattern)),
    /** Changes an input of pictures in one step that can be undone. */
    changeInput(label: string, name: string, change: (input: ImageDraftInput) => void, key?: string): void {
      project.edit(
        label,
        ({ data }) => {
          for (const input of picturesOf(data.inputs)) if (input.name === name) change(input);
        },
        key,
      );
    },
    augmentOf: (name: string): readonly DraftTagged[] => inputs.value.find((input) => input.name === name)?.augment ?? [],
  };
});
