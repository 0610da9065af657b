/**
 * Checks the documentation of each entry point, from `deno doc --json`: the module says what it is for with an
 * example, and at least 95 % of what is exported is documented, members included.
 *
 * @module
 */
import config from "../deno.json" with { type: "json" };

const LEAST = 0.95;

interface Doc {
  doc?: string;
  tags?: { kind: string }[];
}

/** Whatever can carry a comment, in the words of `deno doc`. */
interface Documented {
  name: string;
  jsDoc?: Doc;
  accessibility?: string;
}

interface Declaration {
  declarationKind: string;
  jsDoc?: Doc;
  def?: { properties?: Documented[]; methods?: Documented[] };
}

interface Module {
  module_doc?: Doc;
  symbols: { name: string; declarations: Declaration[] }[];
}

let failed = false;
for (const [subpath, path] of Object.entries(config.exports)) {
  const name = config.name + subpath.slice(1);
  const { module_doc, symbols } = await describe(path);
  const exported = symbols.flatMap(({ name, declarations }) => thingsOf(name, declarations));
  const undocumented = exported.filter(({ jsDoc }) => !jsDoc?.doc && !jsDoc?.tags?.length);
  const share = 1 - undocumented.length / exported.length;
  for (const thing of undocumented) console.log(`${name}: ${thing.name} is not documented`);
  console.log(
    `${name}: ${exported.length - undocumented.length} of ${exported.length} symbols and members documented`,
  );
  if (!module_doc?.doc || !module_doc.tags?.some(({ kind }) => kind === "example")) {
    console.log(`${name}: the module has no documentation with an example`);
    failed = true;
  }
  // Written so that an entry point that exports nothing fails.
  failed ||= !(share >= LEAST);
}
Deno.exit(failed ? 1 : 0);

async function describe(path: string): Promise<Module> {
  const args = ["doc", "--json", path];
  const { code, stdout } = await new Deno.Command(Deno.execPath(), { args, stderr: "inherit" }).output();
  if (code !== 0) throw new Error(`deno ${args.join(" ")} exited with code ${code}`);
  const { nodes }: { nodes: Record<string, Module> } = JSON.parse(new TextDecoder().decode(stdout));
  const module = Object.values(nodes)[0];
  if (module === undefined) throw new Error(`deno doc says nothing of ${path}`);
  return module;
}

/** A symbol and its public members. One of several declarations, such as a value and a type, may speak for all. */
function thingsOf(symbol: string, declarations: Declaration[]): Documented[] {
  const own = declarations.find(({ jsDoc }) => jsDoc?.doc) ?? declarations[0];
  const members = declarations.flatMap(({ def }) => [...def?.properties ?? [], ...def?.methods ?? []]);
  return [
    { ...own, name: symbol },
    ...members
      .filter(({ accessibility }) => accessibility !== "private")
      .map((member) => ({ ...member, name: `${symbol}.${member.name}` })),
  ];
}
