import { layers } from "./index.js";

/** What layers of a type have: parameters, running statistics. */
export const holdings = {
  weights: (type: string): boolean => layers.has(type) && layers.get(type).parameters !== undefined,
  statistics: (type: string): boolean => layers.has(type) && layers.get(type).buffers !== undefined,
};
