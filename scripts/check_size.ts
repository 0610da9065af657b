/**
 * Checks what the package costs a page: bundles `import { copy }` and each entry point with esbuild, minified and
 * gzipped, and compares the sizes with their goals. A module that does more than declare when it is imported is a failure
 * too, and so is a top-level await.
 *
 * @module
 */
import { build, type Metafile, stop } from "esbuild";
import { dirname } from "node:path/posix";
import { gzipSync } from "node:zlib";
import config from "../deno.json" with { type: "json" };

/** What is aimed at, in bytes. An entry point that is not named here has {@linkcode OWN_CODE}. */
const GOALS: Record<string, number> = { "copy": 3500, ".": 9000 };

/** The goal in bytes of the code of an entry point besides that of `.` and of the entry points that it imports. */
const OWN_CODE = 5000;

/** Where a goal is not met yet, the size in bytes that must not be exceeded meanwhile. */
const LIMITS: Record<string, number> = { "copy": 6030, ".": 12865, "./bufio": 6540 };

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
  const all = config.exports["."];
  report("copy", await sizeOf(`export { copy } from "${all}";`));
  report(".", await sizeOf(everythingOf([all])));
  for (const [name, path] of Object.entries(config.exports)) {
    if (name !== ".") {
      const others = [all, ...await entryPointsBelow(path)];
      report(name, await sizeOf(everythingOf([...others, path])) - await sizeOf(everythingOf(others)));
    }
    await checkImport(name, path);
  }
} finally {
  await stop();
}
Deno.exit(failed ? 1 : 0);

function report(name: string, size: number): void {
  const goal = GOALS[name] ?? OWN_CODE;
  const limit = LIMITS[name] ?? goal;
  if (size > limit) failed = true;
  const verdict = size <= goal ? "ok" : size <= limit ? `above the goal, no more than ${limit}` : "too large";
  console.log(`${name.padEnd(10)} ${String(size).padStart(6)} of ${goal} bytes: ${verdict}`);
}

function everythingOf(paths: string[]): string {
  return paths.map((path) => `export * from "${path}";`).join("\n");
}

/** The other entry points that one takes code of, besides `.`. */
async function entryPointsBelow(path: string): Promise<string[]> {
  const { metafile } = await bundle(everythingOf([path]), "esm");
  const inputs = Object.keys(metafile.inputs).map((input) => `./${input}`);
  const { ".": _, ...folders } = config.exports;
  return Object.values(folders).filter((other) =>
    other !== path && inputs.some((input) => input.startsWith(`${dirname(other)}/`))
  );
}

async function sizeOf(contents: string): Promise<number> {
  return gzipSync((await bundle(contents, "esm")).code, { level: 9 }).byteLength;
}

/** Runs what remains of an entry point that nothing is used of, where it reaches no other global. */
async function checkImport(name: string, path: string): Promise<void> {
  // In this format esbuild refuses a top-level await.
  const { code } = await bundle(`import "${path}";`, "iife");
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

async function bundle(
  contents: string,
  format: "esm" | "iife",
): Promise<{ code: string; metafile: Metafile }> {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: Deno.cwd() },
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format,
    target: "es2022",
    external: ["node:*"],
    logLevel: "warning",
  });
  return { code: outputFiles.map(({ text }) => text).join(""), metafile };
}
