import { createPinia } from "pinia";
import { createApp } from "vue";
import App from "./app.vue";
import { createStudioRouter } from "./router.js";
import { connectStudio, studioKey } from "./rpc/studio.js";
import "./base.css";

const app = createApp(App);
app.use(createPinia());
app.provide(studioKey, connectStudio());
app.use(createStudioRouter());
app.mount("#app");
