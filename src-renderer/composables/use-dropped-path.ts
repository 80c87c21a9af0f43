import { useRoute } from "vue-router";
import { hasExtension, pictureExtensions } from "../../src-main/contract/extensions.js";
import { useNotices } from "../stores/notices.js";
import { useOpening } from "../stores/opening.js";
import { texts } from "../texts/index.js";
import { nameIn } from "../../src-main/contract/paths.js";
import { useProjectRoute } from "./use-project-route.js";

export interface DroppedPath {
  /** Whether the screen at hand has a use for a file called so; where it has none, that is said. */
  readonly suits: (name: string) => boolean;
  /** Takes up what was dropped on the window, or what a menu or a file association opens: a picture is predicted, anything else becomes or opens a project. */
  readonly open: (path: string) => void;
}

export function useDroppedPath(): DroppedPath {
  const opening = useOpening();
  const notices = useNotices();
  const place = useProjectRoute();
  const route = useRoute();

  function suits(name: string): boolean {
    if (!isPicture(name) || place.step.value === "predict") return true;
    notices.complain(texts.shell.drop.picture(name));
    return false;
  }

  return {
    suits,
    open(path) {
      if (!suits(nameIn(path))) return;
      if (isPicture(path)) return opening.predict(path);
      opening.open(path);
      // Home may have a network at hand that learns from it.
      if (route.name !== "home") place.home();
    },
  };
}

function isPicture(name: string): boolean {
  return hasExtension(name, pictureExtensions);
}
