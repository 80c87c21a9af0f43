import type { Component } from "vue";
import { createRouter, createWebHashHistory, type Router } from "vue-router";
import { type Step, steps } from "../src-main/contract/steps.js";
import HomeScreen from "./screens/home/home-screen.vue";
import ProjectFrame from "./shell/project-frame.vue";

const screens: Readonly<Record<Step, () => Promise<Component>>> = {
  data: () => import("./screens/data/data-screen.vue"),
  model: () => import("./screens/model/model-screen.vue"),
  train: () => import("./screens/train/train-screen.vue"),
  evaluate: () => import("./screens/evaluate/evaluate-screen.vue"),
  predict: () => import("./screens/predict/predict-screen.vue"),
  export: () => import("./screens/export/export-screen.vue"),
  runs: () => import("./screens/runs/runs-screen.vue"),
};

/**
 * Every place in the studio. A project's folder is one part of the address, encoded; the run looked at is the query's `run`, the part of a screen its
 * `tab`. Screens are loaded as they are
 * first visited, so that the start stays quick.
 */
export function createStudioRouter(): Router {
  return createRouter({
    history: createWebHashHistory(),
    routes: [
      { path: "/", name: "home", component: HomeScreen },
      { path: "/settings", name: "settings", component: () => import("./screens/settings/settings-screen.vue") },
      {
        path: "/project/:project",
        component: ProjectFrame,
        children: [{ path: "", redirect: { name: "data" } }, ...steps.map((step) => ({ path: step, name: step, component: screens[step] }))],
      },
      { path: "/:rest(.*)*", name: "unknown", redirect: { name: "home" } },
    ],
  });
}
