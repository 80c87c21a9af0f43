import { createRegistry } from "../../base/registry.js";
import { pictureTemplates } from "./images.js";
import { seriesTemplates } from "./series.js";
import { tabular } from "./tabular.js";
import { text } from "./text.js";
import type { Template } from "./template.js";
import { twoInput } from "./two-input.js";
import { twoOutput } from "./two-output.js";

/** Every project to start from. */
export const templates = createRegistry<Template>("template", [tabular, twoInput, twoOutput, text, ...pictureTemplates, ...seriesTemplates], "usage");
