import { z } from "zod";
import { steps } from "./steps.js";

const showStep = steps.map((step) => `show-${step}` as const);

/** What the host's menus, its file associations and things dropped on its window ask the studio to do. In a browser none come. */
export const hostCommand = z.discriminatedUnion("command", [
  z.strictObject({
    command: z.enum([
      "new-project",
      "open-project",
      "import-network",
      "undo",
      "redo",
      "find",
      "settings",
      "about",
      "command-palette",
      "show-home",
      ...showStep,
      "run-start",
      "run-pause",
      "run-resume",
      "run-stop",
    ]),
  }),
  /** A project's folder or file, or data to make a project of. */
  z.strictObject({ command: z.literal("open-path"), path: z.string() }),
  z.strictObject({ command: z.literal("export"), format: z.string() }),
]);
export type HostCommand = z.infer<typeof hostCommand>;
