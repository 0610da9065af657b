/**
 * Checks that JSR would take the package, and that exactly the sources, the README and the
 * licence would be published.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { relative } from "node:path";

const PUBLISHED = ["mod.ts", "src", "README.md", "LICENSE", "deno.json"];

// Uncommitted changes are of no interest: the check is about what is there.
const dryRun = await run(Deno.execPath(), ["publish", "--dry-run", "--allow-dirty"]);
if (dryRun.code !== 0) {
  console.log(dryRun.output);
  Deno.exit(1);
}

const found = [...dryRun.output.matchAll(/(file:\/\/\S+) \(/g)].map(([, url = ""]) =>
  relative(Deno.cwd(), fileURLToPath(url))
);
const expected = (await run("git", ["ls-files", "--", ...PUBLISHED])).output.split("\n").filter(Boolean);

console.log(found.toSorted().join("\n"));
const surplus = found.filter((path) => !expected.includes(path));
const missing = expected.filter((path) => !found.includes(path));
for (const path of surplus) console.log(`Published but not in git: ${path}`);
for (const path of missing) console.log(`Not published: ${path}`);
console.log(`${found.length} files would be published`);
Deno.exit(found.length === 0 || surplus.length + missing.length > 0 ? 1 : 0);

async function run(program: string, args: string[]): Promise<{ code: number; output: string }> {
  const { code, stdout, stderr } = await new Deno.Command(program, { args, env: { NO_COLOR: "1" } }).output();
  const text = new TextDecoder();
  return { code, output: text.decode(stdout) + text.decode(stderr) };
}
