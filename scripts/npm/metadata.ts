import config from "../../deno.json" with { type: "json" };

/** Everything that `package.json` says besides where the entry points are. */
export const METADATA = {
  name: config.name,
  version: config.version,
  description: config.description,
  license: config.license,
  keywords: [
    "io",
    "streams",
    "web-streams",
    "readable-stream",
    "copy",
    "reader",
    "writer",
    "buffer",
    "bufio",
  ],
  repository: { type: "git", url: "git+https://github.com/sluice/io.git" },
  sideEffects: false,
};

/** The names that users import, such as `@sluice/io/bufio`, each with the file of its entry point. */
export const ENTRY_POINTS: readonly { name: string; path: string }[] = Object.entries(config.exports).map(
  ([subpath, path]) => ({ name: config.name + subpath.slice(1), path }),
);
