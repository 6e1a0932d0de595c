import { fileURLToPath } from "node:url";

import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { compression } from "vite-plugin-compression2";
import { defineConfig } from "vitest/config";

/** Paths of the gateway's API, which `npm run dev` passes on to the gateway that LEADGEN_GATEWAY names. */
const API = /^\/(?!app\/|@|node_modules).+/.source;

/** Tests in the browser, which share one demo. */
const BROWSER = {
  environment: "node",
  globalSetup: "e2e/product.ts",
  fileParallelism: false,
  testTimeout: 180_000,
  hookTimeout: 180_000,
} as const;

export default defineConfig({
  base: "/app/",
  plugins: [
    react(),
    tailwindcss(),
    compression({ algorithms: ["gzip", "brotliCompress"], threshold: 1024, include: /\.(js|css|html|svg|json)$/ }),
  ],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  server: { proxy: { [API]: process.env.LEADGEN_GATEWAY ?? "http://127.0.0.1:8080" } },
  build: { target: "es2022", sourcemap: false, manifest: true, chunkSizeWarningLimit: 600 },
  test: {
    projects: [
      { extends: true, test: { name: "unit", include: ["src/**/*.test.ts"], environment: "node" } },
      { extends: true, test: { name: "e2e", include: ["e2e/**/*.test.ts"], ...BROWSER } },
      { extends: true, test: { name: "bench", include: ["e2e/**/*.bench.ts"], ...BROWSER } },
    ],
  },
});
