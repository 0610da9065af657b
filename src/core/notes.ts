/** Notes about objects, which nobody else sees and which last as long as the object. */
export interface Notes<K extends object, V> {
  /** What was noted of an object. */
  get(key: K): V | undefined;
  /** Notes something of an object, in the place of what was noted before. */
  set(key: K, value: V): unknown;
}

/** Has `new` work on an object that is there already. */
class Given {
  constructor(object: object) {
    return object;
  }
}

/**
 * Makes notes about objects, as a `WeakMap` does, but in a private field that each object gets. In a `WeakMap` an object that
 * lives no longer than a small copy costs half the time of that copy, by the garbage collection that it needs.
 */
export function notes<K extends object, V>(): Notes<K, V> {
  // What is frozen may refuse the field.
  const frozen = new WeakMap<K, V>();
  return class Note extends Given {
    #value: V;

    constructor(key: K, value: V) {
      super(key);
      this.#value = value;
    }

    static get(key: K): V | undefined {
      return #value in key ? key.#value : frozen.get(key);
    }

    static set(key: K, value: V): unknown {
      if (#value in key) return key.#value = value;
      return Object.isExtensible(key) ? new Note(key, value) : frozen.set(key, value);
    }
  };
}
