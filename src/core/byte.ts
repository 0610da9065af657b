import { checkSize } from "./checks.ts";

/** A single byte: an integer from 0 to 255. */
export function checkByte(name: string, value: number): void {
  checkSize(name, value);
  if (value > 0xff) throw new RangeError(`Cannot use ${value} as ${name}: it is above 255`);
}
