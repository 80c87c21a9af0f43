import { defineStore } from "pinia";
import { shallowRef } from "vue";
import type { PickRequest } from "../../src-main/contract/files.js";
import { useStudio } from "../rpc/studio.js";
import { useAppInfo } from "./app-info.js";

interface Open {
  readonly request: PickRequest;
  /** Why it is asked. */
  readonly hint?: string;
  readonly answer: (path: string | null) => void;
}

/** Choosing files and folders: by the system's own dialog where there is one, else by ours (shell/file-picker.vue), which shows what `open` holds. */
export const usePicker = defineStore("picker", () => {
  const studio = useStudio();
  const app = useAppInfo();
  const open = shallowRef<Open>();

  /** @param hint why it is asked, in our own dialog. @returns an absolute path, or undefined where it was called off. @throws LatheError */
  async function pick(request: Pick<PickRequest, "kind" | "title"> & Partial<PickRequest>, hint?: string): Promise<string | undefined> {
    const full: PickRequest = { extensions: [], ...request };
    // In the first moments the host has not said yet what it is.
    if (!app.info) await app.load();
    if (app.info?.host === "electron") return (await studio.procedures.files.pick(full)).path ?? undefined;
    open.value?.answer(null);
    return new Promise((resolve) => {
      open.value = {
        request: full,
        ...(hint !== undefined && { hint }),
        answer(path) {
          open.value = undefined;
          resolve(path ?? undefined);
        },
      };
    });
  }

  return { open, pick };
});
