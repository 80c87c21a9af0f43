import { computed } from "vue";
import { useMachine } from "../stores/machine.js";
import { useSettings } from "../stores/settings.js";
import { texts } from "../texts/index.js";

/** One entry of a list; what this machine lacks stands there too, cannot be chosen, and says why. */
export interface EngineOption {
  readonly key: string;
  readonly label: string;
  readonly off?: boolean;
  /** Why it is off. */
  readonly hint?: string | undefined;
}

/**
 * Engines and devices that a project may ask for.
 * @param chosen what it asks for now: the devices are those of its engine, and what was chosen before it went missing stays to be seen.
 */
export function useEngineChoices(chosen: () => { readonly engine: string; readonly device: string }) {
  const machine = useMachine();
  const preferences = useSettings();
  const t = texts.train;
  const automatic = (preferred: string | undefined): EngineOption => ({
    key: "auto",
    label: preferred === undefined || preferred === "auto" ? t.automatic : t.automaticFrom(preferred),
  });
  const known = computed(() => machine.engines.value ?? []);

  const engines = computed((): readonly EngineOption[] => {
    const all = known.value.map(({ name, available, reason }) => option(name, available, reason));
    return [automatic(preferences.values.engine), ...withChosen(all, chosen().engine)];
  });
  const devices = computed((): readonly EngineOption[] => {
    const all = new Map<string, EngineOption>();
    for (const { name, devices: some } of known.value) {
      if (chosen().engine !== "auto" && chosen().engine !== name) continue;
      // What one engine lacks another may have.
      for (const device of some) if (all.get(device.name)?.off !== false) all.set(device.name, option(device.name, device.available, device.reason));
    }
    return [automatic(preferences.values.device), ...withChosen([...all.values()], chosen().device)];
  });
  /** All that cannot be chosen, with the reason. */
  const missing = computed(() =>
    [...engines.value, ...devices.value].flatMap(({ key, off, hint }) => (off === true && hint !== undefined ? [{ name: key, reason: hint }] : [])),
  );
  return { engines, devices, missing };
}

function option(name: string, available: boolean, reason: string | undefined): EngineOption {
  return { key: name, label: available ? name : texts.train.unavailable(name), off: !available, hint: available ? undefined : reason?.trim() };
}

/** What the machine has not told of, or does not have, must not look as if something else was chosen. */
function withChosen(all: readonly EngineOption[], chosen: string): readonly EngineOption[] {
  return chosen === "auto" || all.some(({ key }) => key === chosen) ? all : [...all, { key: chosen, label: chosen }];
}
