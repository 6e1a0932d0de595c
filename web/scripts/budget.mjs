/** Fails the build if the scripts of a first load weigh more than the budget, compressed. */
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const BUDGET = 200_000;
const DIST = new URL("../dist/", import.meta.url);

const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", DIST), "utf8"));
const files = new Set();

function add(name) {
  const chunk = manifest[name];
  if (files.has(chunk.file)) return;
  files.add(chunk.file);
  for (const imported of chunk.imports ?? []) add(imported);
}

add("index.html");
let total = 0;
for (const file of files) {
  const bytes = gzipSync(readFileSync(new URL(file, DIST)), { level: 9 }).length;
  total += bytes;
  console.log(`${String(bytes).padStart(8)}  ${file}`);
}
console.log(`${String(total).padStart(8)}  bytes of script on the first load, compressed; at most ${BUDGET}`);
if (total > BUDGET) {
  console.error("The first load is over its budget: load the new part when it is first needed.");
  process.exit(1);
}
