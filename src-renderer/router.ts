import { createRouter, createWebHashHistory, type Router } from "vue-router";
import HomeScreen from "./screens/home/home-screen.vue";
import ProjectFrame from "./shell/project-frame.vue";

/**
 * Every place in the studio. A project's folder is one part of the address, encoded; the run looked at is the query's `run`. Screens are loaded as they are
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
        children: [
          { path: "", redirect: { name: "data" } },
          { path: "data", name: "data", component: () => import("./screens/data/data-screen.vue") },
          { path: "model", name: "model", component: () => import("./screens/model/model-screen.vue") },
          { path: "train", name: "train", component: () => import("./screens/train/train-screen.vue") },
          { path: "evaluate", name: "evaluate", component: () => import("./screens/evaluate/evaluate-screen.vue") },
          { path: "predict", name: "predict", component: () => import("./screens/predict/predict-screen.vue") },
          { path: "export", name: "export", component: () => import("./screens/export/export-screen.vue") },
          { path: "runs", name: "runs", component: () => import("./screens/runs/runs-screen.vue") },
        ],
      },
      { path: "/:rest(.*)*", name: "unknown", redirect: { name: "home" } },
    ],
  });
}
