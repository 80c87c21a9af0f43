import { useRouter } from "vue-router";
import { toLatheError } from "../../src-main/base/errors.js";
import { hasExtension, networkExtensions, tableExtensions } from "../../src-main/contract/extensions.js";
import { useStudio } from "../rpc/studio.js";
import { useNotices } from "../stores/notices.js";
import { usePicker } from "../stores/picker.js";
import { texts } from "../texts/index.js";
import { nameIn } from "../../src-main/contract/paths.js";
import { useProjectRoute } from "./use-project-route.js";

export interface ProjectOpening {
  /** Asks for data, then shows what project could be made of it. */
  readonly newProject: (kind?: "table" | "pictures") => Promise<void>;
  /** Asks for a project's folder and opens it. */
  readonly openProject: () => Promise<void>;
  /** Asks for an ONNX file, then shows what of its network can be used. */
  readonly importNetwork: () => Promise<void>;
  /** Finds out what lies there: a project opens, a network is shown, anything else is looked at as data. */
  readonly openPath: (path: string) => Promise<void>;
  /** Shows what project could be made of some data. */
  readonly propose: (data: string) => void;
}

/** The ways to a project, for Home, the palette and the host's menus. */
export function useProjectOpening(): ProjectOpening {
  const router = useRouter();
  const studio = useStudio();
  const picker = usePicker();
  const notices = useNotices();
  const place = useProjectRoute();
  const t = texts.home;

  /** A dialog that cannot be shown says so; one that was called off says nothing. */
  async function pick(...request: Parameters<typeof picker.pick>): Promise<string | undefined> {
    try {
      return await picker.pick(...request);
    } catch (thrown) {
      notices.complain(toLatheError(thrown).message);
      return undefined;
    }
  }

  function propose(data: string): void {
    void router.push({ name: "home", query: { data } });
  }

  function showNetwork(path: string): void {
    void router.push({ name: "home", query: { network: path } });
  }

  async function openPath(path: string): Promise<void> {
    if (isTable(path)) return propose(path);
    if (hasExtension(path, networkExtensions)) return showNetwork(path);
    try {
      const project = await studio.procedures.projects.open({ project: path });
      place.openProject(project.path);
    } catch (thrown) {
      const error = toLatheError(thrown);
      // A folder without a project in it may be data.
      if (error.code === "project.missing") propose(path);
      else notices.complain(error.message);
    }
  }

  return {
    propose,
    openPath,
    async newProject(kind = "table") {
      const data =
        kind === "table"
          ? await pick({ kind: "open-file", title: t.pickTable, extensions: [...tableExtensions] })
          : await pick({ kind: "open-folder", title: t.pickPictures });
      if (data !== undefined) propose(data);
    },
    async importNetwork() {
      const path = await pick({ kind: "open-file", title: texts.importing.pick, extensions: [...networkExtensions] });
      if (path !== undefined) showNetwork(path);
    },
    async openProject() {
      const folder = await pick({ kind: "open-folder", title: t.pickProject });
      if (folder === undefined) return;
      try {
        const project = await studio.procedures.projects.open({ project: folder });
        place.openProject(project.path);
      } catch (thrown) {
        notices.complain(toLatheError(thrown).message);
      }
    },
  };
}

function isTable(path: string): boolean {
  const name = nameIn(path).toLowerCase();
  return name !== "project.json" && hasExtension(name, tableExtensions);
}
