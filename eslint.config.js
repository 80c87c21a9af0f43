import { readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import vue from "eslint-plugin-vue";
import tseslint from "typescript-eslint";
import { vueScripts } from "./src-main/bootstrap/vue-scripts.mjs";

const root = import.meta.dirname;
const walls = JSON.parse(readFileSync(join(root, "tests", "architecture", "walls.json"), "utf8"));

/** The walls of tests/architecture/walls.json, so that an editor shows a crossing where it is written; tests/architecture holds them too. */
const wallsRule = {
  meta: { type: "problem", schema: [], messages: { crossing: "{{from}} may not import from {{to}} (tests/architecture/walls.json)" } },
  create: (context) => ({
    ImportDeclaration: (node) => {
      const path = relative(root, context.filename);
      const place = placeOf(path);
      const table = walls[place.side];
      if (!table || !node.source.value.startsWith(".")) return;
      const to = placeOf(join(dirname(path), node.source.value));
      if (to.side === place.side && to.room === place.room) return;
      const name = to.side === place.side ? to.room : `${to.side}/${to.room}`;
      if (!table[place.room]?.includes(name)) context.report({ node, messageId: "crossing", data: { from: `${place.side}/${place.room}`, to: name } });
    },
  }),
};

function placeOf(path) {
  const [side, ...rest] = path.split(sep);
  return { side, room: rest.length > 1 ? rest[0] : "" };
}

/**
 * Two programs are all: the page's, of scripts and components, and one of everything else, with the types of both Node and the DOM. Each finds the types anew
 * that it shares with another: with one for each tsconfig.json, and one of components, they filled the 4.3 GB that Node allows itself.
 */
const pageScripts = vueScripts(root, "src-renderer/tsconfig.json");

const words = (selector, message) => ({ selector, message });

export default tseslint.config(
  { ignores: ["out/", "node_modules/", ".lathe/", "test-results/", "playwright-report/", "resources/", "tests/fixtures/", "**/*.mjs", "**/generated/"] },
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  {
    files: ["**/*.ts", "**/*.vue"],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { project: "./tsconfig.eslint.json", tsconfigRootDir: root } },
    plugins: { lathe: { rules: { walls: wallsRule } } },
    rules: {
      "lathe/walls": "error",
      // `${number}` is what a message needs most; an object in one would be a mistake.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_", ignoreRestSiblings: true }],
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      // Short arrow functions that return what a call returns, even nothing, read better than braces.
      "@typescript-eslint/no-confusing-void-expression": "off",
      // Types that a caller names, such as a wire's payload, are used once by nature.
      "@typescript-eslint/no-unnecessary-type-parameters": "off",
      "no-restricted-syntax": [
        "error",
        words("ExportDefaultDeclaration", "name what you export; only Vue components and configuration files have defaults"),
        words("TSAsExpression > TSAsExpression > TSUnknownKeyword", "a cast through unknown hides a mistake; only the define* helpers may"),
      ],
      // An async method without await keeps an interface, and turns a throw into a rejection.
      "@typescript-eslint/require-await": "off",
      "@typescript-eslint/no-invalid-void-type": "off",
      "@typescript-eslint/only-throw-error": ["error", { allowThrowingUnknown: true }],
      "no-console": ["error", { allow: ["warn", "error"] }],
      eqeqeq: ["error", "always"],
    },
  },
  { files: ["src-renderer/**/*.ts"], languageOptions: { parser: pageScripts, parserOptions: { project: "./src-renderer/tsconfig.json" } } },
  ...vue.configs["flat/recommended"].map((config) => ({ ...config, files: ["**/*.vue"] })),
  {
    files: ["**/*.vue"],
    languageOptions: { parserOptions: { parser: pageScripts, project: "./src-renderer/tsconfig.json" } },
    rules: {
      "no-restricted-syntax": "off",
      // Layout is the writer's: one attribute a line or several, as reads best.
      "vue/max-attributes-per-line": "off",
      "vue/singleline-html-element-content-newline": "off",
      "vue/html-self-closing": "off",
      "vue/html-indent": "off",
      "vue/html-closing-bracket-newline": "off",
      "vue/first-attribute-linebreak": "off",
      "vue/multiline-html-element-content-newline": "off",
      "vue/multi-word-component-names": "off",
      "vue/block-lang": ["error", { script: { lang: "ts" } }],
      "vue/component-api-style": ["error", ["script-setup"]],
    },
  },
  {
    files: ["**/layer.ts", "**/initializer.ts", "**/loss.ts", "**/optimizer.ts", "**/schedule.ts", "**/op.ts", "**/tagged.ts"],
    rules: { "no-restricted-syntax": "off" },
  },
  {
    files: ["tests/**/*.ts"],
    rules: {
      "@typescript-eslint/no-non-null-assertion": "off",
      "no-console": "off",
      // Matchers such as expect.objectContaining are any.
      "@typescript-eslint/no-unsafe-assignment": "off",
      // A test hands over what the types forbid, to see it refused.
      "no-restricted-syntax": ["error", words("ExportDefaultDeclaration", "name what you export")],
    },
  },
  // What tools insist on finding.
  { files: ["*.ts", "tests/*/playwright.config.ts", "**/*.d.ts"], rules: { "no-restricted-syntax": "off" } },
);
