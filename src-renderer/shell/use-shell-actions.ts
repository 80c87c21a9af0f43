import { useRouter } from "vue-router";
import { steps } from "../../src-main/contract/steps.js";
import { useProjectOpening } from "../composables/use-project-opening.js";
import { useProjectRoute } from "../composables/use-project-route.js";
import { type Action, useActions } from "../stores/actions.js";
import { useProject } from "../stores/project.js";
import { useRunning } from "../stores/running.js";
import { useSettings } from "../stores/settings.js";
import { texts } from "../texts/index.js";

/** What can be done on every screen. */
export function useShellActions(): void {
  const actions = useActions();
  const router = useRouter();
  const place = useProjectRoute();
  const project = useProject();
  const running = useRunning();
  const settings = useSettings();
  const ways = useProjectOpening();
  const t = texts.shell.actions;
  const needsProject = () => (place.project.value === undefined ? t.noProject : undefined);

  actions.provide(() => [
    { id: "command-palette", title: texts.shell.palette.title, group: t.studio, keys: "mod+k", run: () => void (actions.paletteOpen = true) },
    { id: "new-project", title: t.newProject, group: t.studio, keys: "mod+alt+n", run: () => ways.newProject() },
    { id: "open-project", title: t.openProject, group: t.studio, keys: "mod+o", run: () => ways.openProject() },
    { id: "import-network", title: t.importNetwork, group: t.studio, run: () => ways.importNetwork() },
    { id: "show-home", title: texts.shell.home, group: t.go, keys: "mod+shift+h", run: place.home },
    ...steps.map((step, i): Action => ({
      id: `show-${step}`,
      title: texts.shell.steps[step],
      group: t.go,
      keys: `mod+${i + 1}`,
      run: () => place.go(step),
      disabled: needsProject,
    })),
    { id: "settings", title: texts.shell.settings, group: t.go, keys: "mod+,", run: () => void router.push({ name: "settings" }) },
    { id: "about", title: t.about, group: t.studio, run: () => void router.push({ name: "settings", query: { part: "about" } }) },
    {
      id: "undo",
      title: project.undoLabel ? texts.undoWhat(project.undoLabel) : texts.undo,
      group: t.edit,
      keys: "mod+z",
      run: () => project.undo(),
      disabled: () => needsProject() ?? (project.undoLabel === undefined ? t.nothingToUndo : undefined),
    },
    {
      id: "redo",
      title: project.redoLabel ? texts.redoWhat(project.redoLabel) : texts.redo,
      group: t.edit,
      keys: "mod+shift+z|mod+y",
      run: () => project.redo(),
      disabled: () => needsProject() ?? (project.redoLabel === undefined ? t.nothingToRedo : undefined),
    },
    ...(["pause", "resume", "stop"] as const).map((what): Action => ({
      id: `run-${what}`,
      title: t.run[what],
      group: t.runs,
      run: () => void running.control(what),
      disabled: () => (running.reference === undefined ? t.nothingRuns : undefined),
    })),
    ...(["system", "light", "dark"] as const).map((theme): Action => ({
      id: `theme-${theme}`,
      title: t.theme[theme],
      group: t.studio,
      run: () => void settings.change({ theme }),
    })),
  ]);
}
