import { createRegistry } from "../../base/registry.js";
import { efficientNetLite0 } from "./efficientnet-lite0.js";

/** Pretrained networks that Lathe brings. */
export const backbones = createRegistry("pretrained network", [efficientNetLite0], "pretrained.missing");
