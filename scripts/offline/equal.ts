/** Pairs that are being compared further up: a cycle is equal as far as nothing else differs. */
type Seen = Map<object, object>;

/**
 * Whether two values are deeply equal, by the rules of `@std/assert`: NaN equals NaN, 0
 * equals -0, prototypes must agree, and keys of Maps and members of Sets are compared
 * deeply too.
 *
 * @param a One value
 * @param b The other value
 * @returns Whether they are equal
 */
export function equal(a: unknown, b: unknown): boolean {
  return same(a, b, new Map());
}

function same(a: unknown, b: unknown, seen: Seen): boolean {
  if (a === b || Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (!samePrototype(a, b)) return false;
  if (a instanceof WeakMap || a instanceof WeakSet) {
    throw new TypeError(`Cannot compare ${a.constructor.name} instances`);
  }
  if (typeof WeakRef === "function" && a instanceof WeakRef && b instanceof WeakRef) {
    return same(a.deref(), b.deref(), seen);
  }
  if (a instanceof Date && b instanceof Date) return Object.is(a.getTime(), b.getTime());
  if ((a instanceof RegExp && b instanceof RegExp) || (a instanceof URL && b instanceof URL)) {
    return String(a) === String(b);
  }
  const aBytes = bytesOf(a);
  const bBytes = bytesOf(b);
  if (aBytes !== undefined && bBytes !== undefined) return sameBytes(aBytes, bBytes);
  if (a instanceof Error && b instanceof Error && (a.name !== b.name || a.message !== b.message)) {
    return false;
  }

  if (seen.get(a) === b) return true;
  seen.set(a, b);
  if (a instanceof Map && b instanceof Map) return sameEntries([...a], [...b], seen);
  if (a instanceof Set && b instanceof Set) return sameEntries([...a], [...b], seen);
  const keys = ownKeys(a);
  return keys.length === ownKeys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && same(Reflect.get(a, key), Reflect.get(b, key), seen));
}

/** An object without a prototype counts as a plain one. */
function samePrototype(a: object, b: object): boolean {
  return (Object.getPrototypeOf(a) ?? Object.prototype) === (Object.getPrototypeOf(b) ?? Object.prototype);
}

/** The bytes of what is nothing but bytes; arrays of floats are not, for NaN and -0. */
function bytesOf(value: object): Uint8Array | undefined {
  if (value instanceof Float32Array || value instanceof Float64Array) return undefined;
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (typeof SharedArrayBuffer !== "undefined" && value instanceof SharedArrayBuffer) {
    return new Uint8Array(value);
  }
  return undefined;
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.byteLength === b.byteLength && a.every((byte, i) => byte === b[i]);
}

/** In any order: each entry of `a` takes one equal entry of `b` that no other has taken. */
function sameEntries(a: unknown[], b: unknown[], seen: Seen): boolean {
  if (a.length !== b.length) return false;
  const rest = [...b];
  return a.every((entry) => {
    const i = rest.findIndex((candidate) => same(entry, candidate, seen));
    if (i >= 0) rest.splice(i, 1);
    return i >= 0;
  });
}

/** The keys that count: an object's own enumerable ones, symbols included. */
export function ownKeys(value: object): PropertyKey[] {
  return Reflect.ownKeys(value).filter((key) => Object.prototype.propertyIsEnumerable.call(value, key));
}
