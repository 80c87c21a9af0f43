const mac = /Mac|iPhone|iPad/.test(navigator.platform);

/** The keys of an action as this platform shows them: `⌘K`, `Ctrl+K`. @param keys as in `mod+shift+z` */
export function showKeys(keys: string): string {
  const names: Readonly<Record<string, string>> = mac
    ? { mod: "⌘", shift: "⇧", alt: "⌥", enter: "↩" }
    : { mod: "Ctrl", shift: "Shift", alt: "Alt", enter: "Enter" };
  return keys
    .split("+")
    .map((key) => names[key] ?? key.toUpperCase())
    .join(mac ? "" : "+");
}

/** Whether a key was pressed with just these others. */
export function matchesKeys(keys: string, event: KeyboardEvent): boolean {
  const parts = keys.split("+");
  const key = parts.at(-1) ?? "";
  const wants = (name: string) => parts.includes(name);
  const mod = mac ? event.metaKey : event.ctrlKey;
  return event.key.toLowerCase() === key && mod === wants("mod") && event.shiftKey === wants("shift") && event.altKey === wants("alt");
}
