import { app, Menu, type MenuItemConstructorOptions } from "electron";
import type { HostCommand } from "../contract/host-commands.js";
import type { ExportFormat } from "../contract/run-views.js";
import { stepTitles, steps } from "../contract/steps.js";

export interface MenuContent {
  readonly formats: readonly ExportFormat[];
  /** Projects opened lately, the last first. */
  readonly recent: readonly { readonly name: string; readonly path: string }[];
  readonly send: (command: HostCommand) => void;
}

type SimpleCommand = Exclude<HostCommand, { readonly path: string } | { readonly format: string }>["command"];

const mac = process.platform === "darwin";
const separator: MenuItemConstructorOptions = { type: "separator" };

/** The application's menu. The page does the work; what it has keys for itself, the menu only shows. */
export function applyMenu({ formats, recent, send }: MenuContent): void {
  const item = (label: string, command: SimpleCommand, accelerator?: string): MenuItemConstructorOptions => ({
    id: command,
    label,
    click: () => send({ command }),
    // The page hears the keys first, and knows whether a text field wants them.
    ...(accelerator === undefined ? {} : { accelerator, registerAccelerator: !shownOnly.has(command) }),
  });
  const settings = item("Settings…", "settings", "CmdOrCtrl+,");
  const about = item("About Lathe", "about");
  const template: MenuItemConstructorOptions[] = [
    ...(mac
      ? [
          {
            label: app.name,
            submenu: [
              about,
              separator,
              settings,
              separator,
              { role: "services" as const },
              separator,
              { role: "hide" as const },
              { role: "hideOthers" as const },
              { role: "unhide" as const },
              separator,
              { role: "quit" as const },
            ],
          },
        ]
      : []),
    {
      label: "&File",
      submenu: [
        item("New Project…", "new-project", "CmdOrCtrl+N"),
        item("Open Project…", "open-project", "CmdOrCtrl+O"),
        item("Import ONNX Network…", "import-network"),
        {
          id: "open-recent",
          label: "Open Recent",
          enabled: recent.length > 0,
          submenu: recent.map(({ name, path }, i): MenuItemConstructorOptions => ({
            id: `recent-${i}`,
            label: name,
            sublabel: path,
            click: () => send({ command: "open-path", path }),
          })),
        },
        separator,
        ...(mac ? [{ role: "close" as const }] : [settings, separator, { role: "quit" as const }]),
      ],
    },
    {
      label: "&Edit",
      submenu: [
        item("Undo", "undo", "CmdOrCtrl+Z"),
        item("Redo", "redo", mac ? "Cmd+Shift+Z" : "Ctrl+Y"),
        separator,
        { role: "cut" },
        { role: "copy" },
        { role: "paste" },
        { role: "delete" },
        { role: "selectAll" },
        separator,
        item("Find…", "find", "CmdOrCtrl+F"),
        item("Command Palette…", "command-palette", "CmdOrCtrl+K"),
      ],
    },
    {
      label: "&View",
      submenu: [
        item("Home", "show-home", "CmdOrCtrl+Shift+H"),
        ...steps.map((step, i) => item(stepTitles[step], `show-${step}`, `CmdOrCtrl+${i + 1}`)),
        separator,
        { role: "resetZoom" },
        { role: "zoomIn" },
        { role: "zoomOut" },
        separator,
        { role: "togglefullscreen" },
        { role: "toggleDevTools" },
      ],
    },
    {
      label: "&Model",
      submenu: [
        {
          id: "export",
          label: "Export",
          submenu: formats.map(({ format, title }): MenuItemConstructorOptions => ({
            id: `export-${format}`,
            label: `${title}…`,
            click: () => send({ command: "export", format }),
            ...(format === "onnx" ? { accelerator: "CmdOrCtrl+E" } : {}),
          })),
        },
      ],
    },
    {
      label: "&Run",
      submenu: [
        item("Start Training", "run-start", "CmdOrCtrl+Enter"),
        item("Pause", "run-pause"),
        item("Resume", "run-resume"),
        separator,
        item("Stop and Keep the Best", "run-stop", "CmdOrCtrl+."),
      ],
    },
    ...(mac ? [{ role: "windowMenu" as const }] : []),
    { label: "&Help", role: "help", submenu: [...(mac ? [] : [about]), item("Every Command…", "command-palette")] },
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}

/** The page has these keys itself (src-renderer/shell). */
const shownOnly: ReadonlySet<SimpleCommand> = new Set([
  "undo",
  "redo",
  "find",
  "command-palette",
  "settings",
  "show-home",
  ...steps.map((step) => `show-${step}` as const),
]);
