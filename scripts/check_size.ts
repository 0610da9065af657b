/**
 * Checks what the package costs a page: bundles `import { copy }` and each entry point with esbuild, minified and
 * gzipped, and compares the sizes with their budgets. A module that does more than declare when it is imported is a failure
 * too, and so is a top-level await.
 *
 * @module
 */
import { build, stop } from "esbuild";
import { gzipSync } from "node:zlib";
import config from "../deno.json" with { type: "json" };

/** The budgets in bytes, minified and gzipped. An entry point that is not named here has {@linkcode OWN_CODE}. */
const BUDGETS: Record<string, number> = {
  "copy": 6100,
  ".": 12900,
  "./bufio": 6800,
  "./http1": 10500,
  "./net": 5300,
};

/** The budget in bytes of what an entry point adds to a bundle that has everything of `.` already. */
const OWN_CODE = 5000;

/** The globals that may be used when a module is imported, to make constants and classes of. */
const PURE: Record<PropertyKey, unknown> = {
  ArrayBuffer,
  Error,
  Symbol,
  TransformStream,
  Uint8Array,
  WeakMap,
  undefined,
};

let failed = false;
try {
  const all = `export * from "${config.exports["."]}";`;
  const base = await sizeOf(all);
  report("copy", await sizeOf(`export { copy } from "${config.exports["."]}";`));
  report(".", base);
  for (const [name, path] of Object.entries(config.exports)) {
    if (name !== ".") report(name, await sizeOf(`${all} export * as own from "${path}";`) - base);
    await checkImport(name, path);
  }
} finally {
  await stop();
}
Deno.exit(failed ? 1 : 0);

function report(name: string, size: number): void {
  const budget = BUDGETS[name] ?? OWN_CODE;
  const verdict = size <= budget ? "ok" : "too large";
  if (size > budget) failed = true;
  console.log(`${name.padEnd(10)} ${String(size).padStart(6)} of ${budget} bytes: ${verdict}`);
}

async function sizeOf(contents: string): Promise<number> {
  return gzipSync(await bundle(contents, "esm"), { level: 9 }).byteLength;
}

/** Runs what remains of an entry point that nothing is used of, where it reaches no other global. */
async function checkImport(name: string, path: string): Promise<void> {
  // In this format esbuild refuses a top-level await.
  const code = await bundle(`import "${path}";`, "iife");
  const globals = new Proxy(PURE, {
    has: (_, key) => key !== "globals",
    get: (_, key) => {
      if (key in PURE || key === Symbol.unscopables) return PURE[key];
      throw new Error(`${name} uses ${String(key)} when it is imported`);
    },
    set: (_, key) => {
      throw new Error(`${name} sets ${String(key)} when it is imported`);
    },
  });
  try {
    new Function("globals", `with (globals) { ${code} }`)(globals);
  } catch (error) {
    failed = true;
    console.log(error instanceof Error ? error.message : error);
  }
}

async function bundle(contents: string, format: "esm" | "iife"): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: Deno.cwd() },
    bundle: true,
    minify: true,
    write: false,
    format,
    target: "es2022",
    external: ["node:*"],
    logLevel: "warning",
  });
  return outputFiles.map(({ text }) => text).join("");
}
