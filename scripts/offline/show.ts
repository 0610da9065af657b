const DEPTH = 4;
const ENTRIES = 60;

/**
 * Renders a value for the message of an assertion, shortened where it is long or deep.
 *
 * @param value Any value
 * @param depth How many levels of objects to open
 * @returns One line
 */
export function show(value: unknown, depth = DEPTH): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function") return `[Function ${value.name}]`;
  if (Object.is(value, -0)) return "-0";
  if (typeof value !== "object" || value === null) return String(value);
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
  if (value instanceof RegExp || value instanceof URL) return String(value);

  const name: string = value.constructor?.name ?? "Object";
  if (depth === 0) return `[${name}]`;
  const inner = (part: unknown) => show(part, depth - 1);
  if (value instanceof ArrayBuffer) return `ArrayBuffer ${inner(new Uint8Array(value))}`;
  if (Array.isArray(value)) return `[${list(value, inner)}]`;
  if (ArrayBuffer.isView(value) && Symbol.iterator in value) {
    return `${name}(${value.byteLength} bytes) [${list(value as Uint8Array, inner)}]`;
  }
  const pair = ([key, part]: [unknown, unknown]) => `${inner(key)} => ${inner(part)}`;
  if (value instanceof Map) return `Map { ${list([...value], pair)} }`;
  if (value instanceof Set) return `Set { ${list([...value], inner)} }`;
  const entries = list(Object.entries(value), ([key, part]) => `${key}: ${inner(part)}`);
  return name === "Object" ? `{ ${entries} }` : `${name} { ${entries} }`;
}

/** Renders the first parts only, for the value may be many megabytes. */
function list<T>(parts: ArrayLike<T>, render: (part: T) => string): string {
  const shown = Array.from({ length: Math.min(parts.length, ENTRIES) }, (_, i) => render(parts[i] as T));
  if (parts.length > ENTRIES) shown.push(`and ${parts.length - ENTRIES} more`);
  return shown.join(", ");
}
