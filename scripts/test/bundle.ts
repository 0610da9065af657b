import { build, type Plugin } from "esbuild";
import { createRequire, isBuiltin } from "node:module";
import { fileURLToPath } from "node:url";
import importMap from "../offline/import_map.json" with { type: "json" };
import { hasNodeModules } from "./files.ts";
import type { Job } from "./runtimes.ts";

/** Several runtimes can run the same bundle. */
const bundles = new Map<string, Promise<string>>();

/**
 * Bundles test files for a runtime that does not run TypeScript or has no JSR.
 *
 * Each file loads on its own when the bundle runs, so that one which throws does not take
 * the others with it. The bundle exports what `main` of the stub returns. A host without `node:` modules
 * does not load a file that imports one.
 *
 * @param job What to bundle
 * @param stub Name of the module under `tests/runtimes/` whose `main` runs the files
 * @returns The path of the bundle, which all runtimes of the host share
 */
export function bundle(job: Job, stub: string): Promise<string> {
  const outfile = `${job.folder}/${job.host}_${stub}.mjs`;
  const bundled = bundles.get(outfile) ?? build({
    stdin: { contents: entryOf(job, stub), resolveDir: Deno.cwd() },
    outfile,
    bundle: true,
    format: "esm",
    platform: hasNodeModules(job.host) ? "node" : "browser",
    target: "es2022",
    sourcemap: "inline",
    logLevel: "warning",
    plugins: [imports(hasNodeModules(job.host))],
  }).then(() => outfile);
  bundles.set(outfile, bundled);
  return bundled;
}

/**
 * Bundles the Service Worker of `tests/browser/`.
 *
 * @returns Its code
 */
export async function bundleServiceWorker(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: ["tests/browser/service_worker.ts"],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
    logLevel: "warning",
  });
  return outputFiles[0]?.text ?? "";
}

function entryOf({ files, filter }: Job, stub: string): string {
  const entries = files.map((path) =>
    `[${JSON.stringify(path)}, () => import(${JSON.stringify(`./${path}`)})]`
  );
  return `import { main } from ${JSON.stringify(`./tests/runtimes/${stub}.ts`)};
export default main([${entries.join(", ")}], ${JSON.stringify(filter)});`;
}

/** Resolves bare names by the import map of the stand-ins, and npm packages from Deno's own cache. */
function imports(nodeModules: boolean): Plugin {
  return {
    name: "imports",
    setup({ onResolve, onLoad }) {
      const offline = new URL("../offline/import_map.json", import.meta.url);
      const mapped = new Map(Object.entries(importMap.imports));
      onResolve({ filter: /^[^./]/ }, ({ path, importer }) => {
        if (isBuiltin(path)) return nodeModules ? { path, external: true } : { path, namespace: "absent" };
        const target = mapped.get(path);
        if (target === undefined) return { path: createRequire(importer).resolve(path) };
        if (target.startsWith("npm:")) return { path: fileURLToPath(import.meta.resolve(path)) };
        return { path: fileURLToPath(new URL(target, offline)) };
      });
      onLoad({ filter: /^/, namespace: "absent" }, ({ path }) => ({
        contents:
          `exports; throw new Error("There is no ${path} here: a test of it is called *_host_test.ts")`,
      }));
    },
  };
}
