import { build, type Plugin, stop } from "esbuild";
import { createRequire, isBuiltin } from "node:module";
import { fileURLToPath } from "node:url";
import importMap from "../offline/import_map.json" with { type: "json" };

/** What goes into a bundle, and where. */
export interface BundleOptions {
  /** Paths of the test files. */
  files: string[];
  /** The module under `tests/runtimes/` whose `main` runs them. */
  stub: string;
  /** As in `deno test --filter`. */
  filter: string;
  /** Where the bundle goes. */
  outfile: string;
  /** Whether the runtime has `node:` modules. Where it has none, a file that imports one does not load. */
  nodeModules: boolean;
}

/**
 * Bundles test files for a runtime that does not run TypeScript or has no JSR.
 *
 * Each file loads on its own when the bundle runs, so that one which throws does not take
 * the others with it. The bundle exports what `main` of the stub returns.
 *
 * @param options What to bundle
 */
export async function bundle(options: BundleOptions): Promise<void> {
  const entries = options.files.map((path) =>
    `[${JSON.stringify(path)}, () => import(${JSON.stringify(`./${path}`)})]`
  );
  const entry = `import { main } from ${JSON.stringify(`./${options.stub}`)};
export default main([${entries.join(", ")}], ${JSON.stringify(options.filter)});`;
  try {
    await build({
      stdin: { contents: entry, resolveDir: Deno.cwd() },
      outfile: options.outfile,
      bundle: true,
      format: "esm",
      platform: options.nodeModules ? "node" : "browser",
      target: "es2022",
      sourcemap: "inline",
      logLevel: "warning",
      plugins: [imports(options.nodeModules)],
    });
  } finally {
    await stop();
  }
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
