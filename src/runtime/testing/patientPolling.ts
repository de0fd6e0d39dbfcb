/**
 * Dawn in Node asks for what has ended by `setImmediate`, again and again while anything is under way: a core that
 * only waits, taken from the threads that compile and compute. Here those questions come a millisecond apart once
 * the first have been in vain.
 */

/** Questions of one wait that follow each other at once: most read-backs of small buffers end within them. */
const AT_ONCE = 16;

type SetImmediate = typeof globalThis.setImmediate;

/** On globalThis, as each copy of this module would patch again. */
const patched = globalThis as typeof globalThis & { vitrineSetImmediate?: SetImmediate };

/** From now on in this process. Only native callbacks are put off: Dawn looks `setImmediate` up for each question. */
export function pollPatiently(): void {
  if (patched.vitrineSetImmediate !== undefined) return;
  const original = globalThis.setImmediate;
  patched.vitrineSetImmediate = original;
  /** Questions in a row; a question asked within another belongs to the same wait. */
  let asked = 0;
  let isAsking = false;
  const patient = (callback: (...args: unknown[]) => void, ...args: unknown[]): unknown => {
    if (!isNative(callback)) return original(callback, ...args);
    asked = isAsking ? asked + 1 : 0;
    const ask = (): void => {
      isAsking = true;
      try {
        callback(...args);
      } finally {
        isAsking = false;
      }
    };
    return asked < AT_ONCE ? original(ask) : setTimeout(ask, 1);
  };
  globalThis.setImmediate = Object.assign(patient, original) as unknown as SetImmediate;
}

function isNative(callback: object): boolean {
  return /\{\s*\[native code\]\s*\}$/.test(Function.prototype.toString.call(callback));
}
