import { defineStore } from "pinia";
import { onScopeDispose, shallowRef } from "vue";
import type { StudioContract } from "../../src-main/contract/procedures.js";
import type { z } from "zod";
import { useStudio } from "../rpc/studio.js";

export type AppInfo = z.output<StudioContract["procedures"]["app"]["info"]["output"]>;

/** What the host is; undefined until it has said so. */
export const useAppInfo = defineStore("app-info", () => {
  const studio = useStudio();
  const info = shallowRef<AppInfo>();
  const load = () =>
    studio.procedures.app.info({}).then(
      (value) => (info.value = value),
      () => undefined,
    );
  const registration = studio.onState((state) => void (state === "connected" && load()));
  onScopeDispose(() => registration.dispose());
  void load();
  return { info, load };
});
