/**
 * Checks who imports whom: a folder of `src/` imports only from itself and from those above
 * it, no file imports itself in a circle, nothing comes from a registry, and only `src/fs`
 * names a host API.
 *
 * @module
 */
import { dirname, join, normalize } from "node:path/posix";
import { readdir, readFile } from "node:fs/promises";

/** From the top: each folder may import from those before it. */
const LAYERS = ["core", "transfer", "web", "io", "bytes", "bufio", "rate", "net", "http1", "fs", "iotest"];

/** What `mod.ts` at the top re-exports. */
const TOP_LEVEL = ["core", "web", "io"];

const COMMENT = /\/\*[\s\S]*?\*\/|(?<!:)\/\/.*$/gm;
const IMPORT = /\b(?:from|import)\s*\(?\s*"([^"]+)"/g;
const HOST_API = /\b(?:Deno|Bun|process)\s*(?:\?\.|\.|\[)|"node:/;

const problems: string[] = [];
const imports = new Map<string, string[]>();
const names = await readdir("src", { recursive: true });
for (const path of ["mod.ts", ...names.filter((name) => name.endsWith(".ts")).map((name) => `src/${name}`)]) {
  const code = (await readFile(path, "utf8")).replaceAll(COMMENT, "");
  if (layerOf(path) !== "fs" && HOST_API.test(code)) problems.push(`${path} names a host API`);
  const specifiers = [...code.matchAll(IMPORT)].map(([, specifier]) => specifier ?? "");
  for (const specifier of specifiers) checkImport(path, specifier);
  imports.set(path, specifiers.filter(isRelative).map((specifier) => resolve(path, specifier)));
}

/** Files known to lead into no circle that has not been reported. */
const done = new Set<string>();
for (const path of imports.keys()) findCircle(path, []);

for (const problem of new Set(problems)) console.log(problem);
console.log(`${imports.size} files, ${new Set(problems).size} problems`);
Deno.exit(problems.length > 0 ? 1 : 0);

function checkImport(path: string, specifier: string): void {
  if (!isRelative(specifier)) {
    const allowed = specifier.startsWith("node:") && layerOf(path) === "fs";
    if (!allowed) problems.push(`${path} imports ${specifier}`);
    return;
  }
  const target = layerOf(resolve(path, specifier));
  const own = layerOf(path);
  const reachable = own === undefined ? TOP_LEVEL : LAYERS.slice(0, LAYERS.indexOf(own) + 1);
  if (own !== undefined && !LAYERS.includes(own)) problems.push(`${path} is in a folder that no layer names`);
  else if (target === undefined || !reachable.includes(target)) problems.push(`${path} imports ${specifier}`);
}

/** The folder below `src/`, or undefined outside it. */
function layerOf(path: string): string | undefined {
  return /^src\/([^/]+)\//.exec(path)?.[1];
}

function isRelative(specifier: string): boolean {
  return specifier.startsWith(".");
}

function resolve(path: string, specifier: string): string {
  return normalize(join(dirname(path), specifier));
}

function findCircle(path: string, trail: string[]): void {
  if (trail.includes(path)) {
    problems.push(`Circle: ${[...trail.slice(trail.indexOf(path)), path].join(" -> ")}`);
    return;
  }
  if (done.has(path)) return;
  for (const target of imports.get(path) ?? []) findCircle(target, [...trail, path]);
  done.add(path);
}
