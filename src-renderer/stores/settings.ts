import { defineStore } from "pinia";
import { computed, onScopeDispose, shallowRef } from "vue";
import { toLatheError, type LatheError } from "../../src-main/base/errors.js";
import { settingsSchema, type Settings, type SettingsChange } from "../../src-main/contract/settings.js";
import { useStudio } from "../rpc/studio.js";

/** What the user prefers. The theme is also kept by the page, so that it does not flash before the host has answered. */
export const useSettings = defineStore("settings", () => {
  const studio = useStudio();
  const values = shallowRef<Settings>(settingsSchema.parse({ theme: rememberedTheme() }));
  const error = shallowRef<LatheError>();
  /** Whether these are the host's, not yet only the page's own guess. */
  const loaded = shallowRef(false);

  async function load(): Promise<void> {
    try {
      accept(await studio.procedures.app.settings({}));
      loaded.value = true;
    } catch (thrown) {
      error.value = toLatheError(thrown);
    }
  }

  function accept(settings: Settings): void {
    values.value = settings;
    localStorage.setItem("theme", settings.theme);
  }

  /** Shown at once, kept as soon as the host has written it; taken back where it cannot. */
  async function change(some: SettingsChange): Promise<void> {
    const before = values.value;
    const { projectsFolder = before.projectsFolder ?? null, ...rest } = some;
    const { projectsFolder: _old, ...others } = before;
    accept(settingsSchema.parse({ ...others, ...rest, ...(projectsFolder === null ? {} : { projectsFolder }) }));
    error.value = undefined;
    try {
      accept(await studio.procedures.app.changeSettings(some));
    } catch (thrown) {
      accept(before);
      error.value = toLatheError(thrown);
    }
  }

  const query = matchMedia("(prefers-color-scheme: dark)");
  const systemDark = shallowRef(query.matches);
  const update = () => (systemDark.value = query.matches);
  query.addEventListener("change", update);
  const registration = studio.onState((state) => void (state === "connected" && load()));
  onScopeDispose(() => {
    query.removeEventListener("change", update);
    registration.dispose();
  });
  void load();
  const dark = computed(() => (values.value.theme === "system" ? systemDark.value : values.value.theme === "dark"));
  return { values, loaded, error, dark, change };
});

function rememberedTheme(): Settings["theme"] {
  const theme = localStorage.getItem("theme");
  return theme === "light" || theme === "dark" ? theme : "system";
}
