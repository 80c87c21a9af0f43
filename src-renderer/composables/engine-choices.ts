import { computed } from "vue";
import { useMachine } from "../stores/machine.js";
import { useSettings } from "../stores/settings.js";
import { texts } from "../texts/index.js";

/** Engines and devices that a project may ask for; what this machine lacks stands there too, and says so. */
export function useEngineChoices() {
  const machine = useMachine();
  const preferences = useSettings();
  const t = texts.train;
  const automatic = (preferred: string | undefined) => ({ key: "auto", label: preferred === undefined || preferred === "auto" ? t.automatic : t.automaticFrom(preferred) });
  const named = (name: string, available: boolean) => ({ key: name, label: available ? name : t.unavailable(name) });
  const known = computed(() => machine.engines.value ?? []);
  const engines = computed(() => [automatic(preferences.values.engine), ...known.value.map(({ name, available }) => named(name, available))]);
  const devices = computed(() => {
    const all = new Map<string, boolean>();
    for (const engine of known.value) for (const { name, available } of engine.devices) all.set(name, all.get(name) === true || available);
    return [automatic(preferences.values.device), ...[...all].map(([name, available]) => named(name, available))];
  });
  return { engines, devices };
}
