/** Frames within which a new node is drawn. */
const patience = 40;

function elementOf(key: string): HTMLElement | null {
  return document.querySelector<HTMLElement>(`.node[data-key="${CSS.escape(key)}"]`);
}

/** Gives a node the keyboard, as soon as it is drawn. */
export function focusNode(key: string | undefined, tries = patience): void {
  if (key === undefined) return;
  const element = elementOf(key);
  element?.focus({ preventScroll: true });
  if ((!element || document.activeElement !== element) && tries > 0) requestAnimationFrame(() => focusNode(key, tries - 1));
}

/** Gives the first option of the layer that is chosen the keyboard; without options, its name. */
export function focusForm(): void {
  requestAnimationFrame(() => {
    const field =
      document.querySelector<HTMLElement>(".inspector .options :is(input, select)") ??
      document.querySelector<HTMLElement>(".inspector :is(input, select, button)");
    field?.focus();
    if (field instanceof HTMLInputElement) field.select();
  });
}

/** Where a menu of a node opens. */
export function besideNode(key: string): { readonly x: number; readonly y: number } {
  const box = elementOf(key)?.getBoundingClientRect();
  return box ? { x: box.left + 24, y: box.bottom } : { x: innerWidth / 2, y: innerHeight / 2 };
}
