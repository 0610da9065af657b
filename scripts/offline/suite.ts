import { guarded } from "./guard.ts";

/** What runs: the body of a test, or a hook. */
export type Body = () => void | Promise<void>;

/** The moments at which a suite can run hooks. */
export type HookName = "beforeAll" | "beforeEach" | "afterEach" | "afterAll";

/** What a test or a suite can be told about itself. The sanitizers reach Deno and mean nothing elsewhere. */
export interface Options {
  ignore?: boolean | undefined;
  /** Why it is ignored, for the report. Not part of `@std/testing/bdd`, which overlooks it. */
  reason?: string | undefined;
  only?: boolean | undefined;
  sanitizeOps?: boolean | undefined;
  sanitizeResources?: boolean | undefined;
  sanitizeExit?: boolean | undefined;
}

/** One `it`. */
export interface Test {
  kind: "test";
  name: string;
  options: Options;
  body: Body;
}

/** One `describe`, or a whole file, whose name is empty. */
export interface Suite {
  kind: "suite";
  name: string;
  options: Options;
  hooks: Record<HookName, Body[]>;
  children: (Suite | Test)[];
}

/** Whoever counts and prints. `step` runs `body` unless the node is ignored, and never rejects for its sake. */
export interface Reporter {
  step(node: Suite | Test, body: (inner: Reporter) => Promise<void>): Promise<void>;
}

/** Makes a suite without children. */
export function newSuite(name: string, options: Options = {}): Suite {
  return {
    kind: "suite",
    name,
    options,
    hooks: { beforeAll: [], beforeEach: [], afterEach: [], afterAll: [] },
    children: [],
  };
}

/** Whether the node, or one within it, is marked `only`. */
export function isFocused(node: Suite | Test): boolean {
  return node.options.only === true || (node.kind === "suite" && node.children.some(isFocused));
}

/** Those that should run: the focused ones where there are any, else all. */
export function chosen<T extends Suite | Test>(nodes: T[]): T[] {
  return nodes.some(isFocused) ? nodes.filter(isFocused) : nodes;
}

/** Runs one node below the suites of `path`, outermost first. */
export async function runNode(node: Suite | Test, path: readonly Suite[], reporter: Reporter): Promise<void> {
  if (node.kind === "test") return guarded(() => within(path, node.body));
  await runHooks(node.hooks.beforeAll);
  try {
    for (const child of chosen(node.children)) {
      await reporter.step(child, (inner) => runNode(child, [...path, node], inner));
    }
  } finally {
    await runHooks(node.hooks.afterAll);
  }
}

async function runHooks(hooks: Body[]): Promise<void> {
  for (const hook of hooks) await guarded(hook);
}

/** Runs `body` between the hooks of the suites, the outermost suite first and last. */
async function within(path: readonly Suite[], body: Body): Promise<void> {
  const [suite, ...inner] = path;
  if (suite === undefined) return await body();
  for (const hook of suite.hooks.beforeEach) await hook();
  try {
    await within(inner, body);
  } finally {
    for (const hook of suite.hooks.afterEach) await hook();
  }
}
