import { onScopeDispose } from "vue";
import type { HostCommand } from "../../src-main/contract/host-commands.js";
import { useDroppedPath } from "../composables/use-dropped-path.js";
import { useProjectRoute } from "../composables/use-project-route.js";
import { useStudio } from "../rpc/studio.js";
import { useActions } from "../stores/actions.js";
import { useExporting } from "../stores/exporting.js";
import { useNotices } from "../stores/notices.js";
import { texts } from "../texts/index.js";

/** Does what the host's menus ask for. An action that the screen at hand does not have is that of the screen which has it. */
export function useHostCommands(): void {
  const studio = useStudio();
  const actions = useActions();
  const notices = useNotices();
  const dropped = useDroppedPath();
  const exporting = useExporting();
  const place = useProjectRoute();

  function obey(command: HostCommand): void {
    if (command.command === "open-path") return dropped.open(command.path);
    if (command.command === "export") {
      if (place.project.value === undefined) return notices.say(texts.shell.actions.noProject);
      exporting.ask(command.format);
      return place.go("export");
    }
    const action = actions.all().find(({ id }) => id === command.command);
    const reason = action?.disabled?.();
    if (reason !== undefined) notices.say(reason);
    else actions.run(command.command);
  }

  const subscription = studio.subscribe("commands", {}, { next: obey });
  onScopeDispose(() => subscription.dispose());
}
