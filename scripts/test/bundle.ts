import { build, type Plugin, stop } from "esbuild";
import { createRequire, isBuiltin } from "node:module";
import { fileURLToPath } from "node:url";
import importMap from "../offline/import_map.json" with { type: "json" };

/**
 * Bundles test files for a runtime that does not run TypeScript or has no JSR.
 *
 * Each file loads on its own when the bundle runs, so that one which throws does not take
 * the others with it.
 *
 * @param files Paths of the test files
 * @param stub The module under `tests/runtimes/` whose `main` runs them
 * @param filter As in `deno test --filter`
 * @param outfile Where the bundle goes
 */
export async function bundle(files: string[], stub: string, filter: string, outfile: string): Promise<void> {
  const entries = files.map((path) =>
    `[${JSON.stringify(path)}, () => import(${JSON.stringify(`./${path}`)})]`
  );
  const entry = `import { main } from ${JSON.stringify(`./${stub}`)};
await main([${entries.join(", ")}], ${JSON.stringify(filter)});`;
  try {
    await build({
      stdin: { contents: entry, resolveDir: Deno.cwd() },
      outfile,
      bundle: true,
      format: "esm",
      platform: "node",
      target: "es2022",
      sourcemap: "inline",
      logLevel: "warning",
      plugins: [imports],
    });
  } finally {
    await stop();
  }
}

/** Resolves bare names by the import map of the stand-ins, and npm packages from Deno's own cache. */
const imports: Plugin = {
  name: "imports",
  setup({ onResolve }) {
    const offline = new URL("../offline/import_map.json", import.meta.url);
    const mapped = new Map(Object.entries(importMap.imports));
    onResolve({ filter: /^[^./]/ }, ({ path, importer }) => {
      if (isBuiltin(path)) return { path, external: true };
      const target = mapped.get(path);
      if (target === undefined) return { path: createRequire(importer).resolve(path) };
      if (target.startsWith("npm:")) return { path: fileURLToPath(import.meta.resolve(path)) };
      return { path: fileURLToPath(new URL(target, offline)) };
    });
  },
};
