import { onScopeDispose } from "vue";
import { useActions } from "../stores/actions.js";
import { matchesKeys } from "../composables/keys.js";

/** Runs the action whose keys are pressed. While a field of text has the focus, undo and redo are the field's own. */
export function useShortcuts(): void {
  const actions = useActions();
  function press(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.isComposing) return;
    const action = actions.all().find(({ keys }) => keys !== undefined && keys.split("|").some((one) => matchesKeys(one, event)));
    if (!action || (isWriting(event.target) && /\b(?:undo|redo)$/.test(action.id))) return;
    event.preventDefault();
    actions.run(action.id);
  }
  addEventListener("keydown", press);
  onScopeDispose(() => removeEventListener("keydown", press));
}

function isWriting(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      target instanceof HTMLTextAreaElement ||
      (target instanceof HTMLInputElement && !["checkbox", "radio", "range", "button"].includes(target.type)))
  );
}
