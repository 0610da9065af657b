/**
 * Stands in for `@std/testing/bdd` where JSR cannot be reached and in every runtime but Deno.
 *
 * In Deno each top-level `describe` or `it` becomes a `Deno.test` with steps, as in the
 * original. Elsewhere {@linkcode collect} gathers the tests of a file for `run.ts`.
 *
 * @module
 */
import { type Body, type HookName, isFocused, newSuite, type Options } from "./suite.ts";
import { type Reporter, runNode, type Suite, type Test } from "./suite.ts";

/** Refers to a suite, so that tests can be added from outside its body. */
export interface TestSuite {
  symbol: symbol;
}

/** A test as an object. */
export interface ItDefinition extends Options {
  name: string;
  fn: Body;
  suite?: TestSuite;
}

/** A suite as an object. */
export interface DescribeDefinition extends Options {
  name: string;
  fn?: () => void;
  suite?: TestSuite;
  beforeAll?: Body | Body[];
  beforeEach?: Body | Body[];
  afterEach?: Body | Body[];
  afterAll?: Body | Body[];
}

type ItForm =
  | [options: ItDefinition]
  | [name: string, options: Omit<ItDefinition, "name">]
  | [name: string, fn: Body]
  | [fn: Body]
  | [name: string, options: Omit<ItDefinition, "name" | "fn">, fn: Body]
  | [options: Omit<ItDefinition, "fn">, fn: Body]
  | [options: Omit<ItDefinition, "name" | "fn">, fn: Body];

type DescribeForm =
  | [options: DescribeDefinition]
  | [name: string]
  | [name: string, options: Omit<DescribeDefinition, "name">]
  | [name: string, fn: () => void]
  | [fn: () => void]
  | [name: string, options: Omit<DescribeDefinition, "name" | "fn">, fn: () => void]
  | [options: Omit<DescribeDefinition, "fn">, fn: () => void]
  | [options: Omit<DescribeDefinition, "name" | "fn">, fn: () => void];

/** What `it` takes. */
export type ItArgs = ItForm | [suite: TestSuite, ...ItForm];

/** What `describe` takes. */
export type DescribeArgs = DescribeForm | [suite: TestSuite, ...DescribeForm];

let file = newSuite("");
let current = file;
let collecting = false;
const suites = new Map<symbol, Suite>();

/**
 * Registers a test.
 *
 * @param args A name and a function, or any other form that `@std/testing/bdd` takes
 */
export function it(...args: ItArgs): void {
  addTest(args, {});
}

it.only = (...args: ItArgs): void => addTest(args, { only: true });
it.ignore = (...args: ItArgs): void => addTest(args, { ignore: true });
it.skip = it.ignore;

/** The same as {@linkcode it}. */
export const test: typeof it = it;

/**
 * Registers a group of tests.
 *
 * @param args A name and a function, or any other form that `@std/testing/bdd` takes
 * @returns The suite, for tests to be added to it later
 */
export function describe(...args: DescribeArgs): TestSuite {
  return addSuite(args, {});
}

describe.only = (...args: DescribeArgs): TestSuite => addSuite(args, { only: true });
describe.ignore = (...args: DescribeArgs): TestSuite => addSuite(args, { ignore: true });
describe.skip = describe.ignore;

/** Runs once before the tests of the suite or file. */
export function beforeAll(hook: Body): void {
  addHook("beforeAll", hook);
}

/** Runs once after the tests of the suite or file. */
export function afterAll(hook: Body): void {
  addHook("afterAll", hook);
}

/** Runs before each test of the suite or file. */
export function beforeEach(hook: Body): void {
  addHook("beforeEach", hook);
}

/** Runs after each test of the suite or file. */
export function afterEach(hook: Body): void {
  addHook("afterEach", hook);
}

/** The same as {@linkcode beforeAll}. */
export const before: typeof beforeAll = beforeAll;

/** The same as {@linkcode afterAll}. */
export const after: typeof afterAll = afterAll;

/**
 * Gathers the tests that one file registers while it loads, instead of handing them to Deno.
 *
 * @param load Imports the file
 * @returns The file as a suite
 */
export async function collect(load: () => Promise<unknown>): Promise<Suite> {
  collecting = true;
  file = current = newSuite("");
  await load();
  return file;
}

interface Definition extends Options {
  name?: string;
  fn?: Body;
  suite?: TestSuite;
  symbol?: symbol;
}

/** Puts the forms of `it` and `describe` into one: a suite, a name, options and a function, all optional. */
function parse<D>(args: readonly unknown[]): Partial<D> & Definition {
  const parsed: Definition = {};
  for (const arg of args) {
    if (typeof arg === "string") parsed.name = arg;
    else if (typeof arg === "function") parsed.fn = arg as Body;
    else if (isTestSuite(arg)) parsed.suite = arg;
    else Object.assign(parsed, arg);
  }
  parsed.name ??= parsed.fn?.name ?? "";
  return parsed as Partial<D> & Definition;
}

function isTestSuite(arg: unknown): arg is TestSuite {
  return typeof arg === "object" && arg !== null && "symbol" in arg;
}

function optionsOf(definition: Definition, forced: Options): Options {
  const { ignore, reason, only, sanitizeOps, sanitizeResources, sanitizeExit } = definition;
  return { ignore, reason, only, sanitizeOps, sanitizeResources, sanitizeExit, ...forced };
}

function addTest(args: ItArgs, forced: Options): void {
  const definition = parse<ItDefinition>(args);
  const { name = "", fn } = definition;
  if (fn === undefined) {
    throw new TypeError(`Cannot register the test ${JSON.stringify(name)} without a function`);
  }
  add({ kind: "test", name, options: optionsOf(definition, forced), body: fn }, definition.suite);
}

function addSuite(args: DescribeArgs, forced: Options): TestSuite {
  const definition = parse<DescribeDefinition>(args);
  const suite = newSuite(definition.name ?? "", optionsOf(definition, forced));
  const hookNames: HookName[] = ["beforeAll", "beforeEach", "afterEach", "afterAll"];
  for (const hookName of hookNames) suite.hooks[hookName].push(...[definition[hookName] ?? []].flat());
  const symbol = Symbol(suite.name);
  suites.set(symbol, suite);
  fill(suite, definition.fn);
  add(suite, definition.suite);
  return { symbol };
}

function fill(suite: Suite, body: (() => unknown) | undefined): void {
  const outer = current;
  current = suite;
  try {
    if (body?.() instanceof Promise) throw new TypeError("Cannot register tests in an async describe");
  } finally {
    current = outer;
  }
}

function add(node: Suite | Test, into: TestSuite | undefined): void {
  const parent = into === undefined ? current : suites.get(into.symbol);
  if (parent === undefined) throw new TypeError("Cannot add a test to an unknown suite");
  parent.children.push(node);
  if (parent === file && !collecting) registerWithDeno(node);
}

function addHook(name: HookName, hook: Body): void {
  if (current !== file || collecting) current.hooks[name].push(hook);
  else if (name === "beforeAll") Deno.test.beforeAll(hook);
  else if (name === "afterAll") Deno.test.afterAll(hook);
  else file.hooks[name].push(hook);
}

function registerWithDeno(node: Suite | Test): void {
  if (typeof Deno === "undefined") {
    throw new Error("Cannot run tests outside Deno but through scripts/test.ts");
  }
  Deno.test({
    ...denoOptions(node),
    only: isFocused(node),
    fn: (context) => runNode(node, [file], denoReporter(context)),
  });
}

function denoReporter(context: Deno.TestContext): Reporter {
  return {
    async step(node, body) {
      await context.step({ ...denoOptions(node), fn: (inner) => body(denoReporter(inner)) });
    },
  };
}

/** Deno tells an absent option from an undefined one. */
function denoOptions(node: Suite | Test): Pick<Deno.TestDefinition, "name" | "ignore"> {
  const { only: _only, reason: _reason, ...options } = node.options;
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return { name: node.name, ...Object.fromEntries(given) };
}
