/** Compares numbers with references, and says where and by how much they differ most. */

type Numbers = ArrayLike<number>;

export interface Closeness {
  /** Largest |actual - expected|. */
  readonly maxError: number;
  /** Largest |actual - expected| / tolerance: above 1 means not close. */
  readonly maxShare: number;
  /** Where `maxShare` was found. */
  readonly worst: number;
}

/** @param tolerance absolute, one for all or one for each element */
export function closeness(actual: Numbers, expected: Numbers, tolerance: number | Numbers): Closeness {
  if (actual.length !== expected.length) {
    throw new Error(`${actual.length} values were given, ${expected.length} expected`);
  }
  let maxError = 0;
  let maxShare = 0;
  let worst = 0;
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs((actual[i] as number) - (expected[i] as number));
    const allowed = typeof tolerance === "number" ? tolerance : (tolerance[i] as number);
    // Not a number, or a difference where none is allowed.
    const share = error === 0 ? 0 : Number.isNaN(error) || allowed === 0 ? Infinity : error / allowed;
    maxError = Number.isNaN(error) ? Infinity : Math.max(maxError, error);
    if (share > maxShare) {
      maxShare = share;
      worst = i;
    }
  }
  return { maxError, maxShare, worst };
}

/** @throws when an element is further off than its tolerance @returns how close everything was */
export function expectClose(
  actual: Numbers,
  expected: Numbers,
  tolerance: number | Numbers,
  label = "values",
): Closeness {
  const found = closeness(actual, expected, tolerance);
  if (process.env.VITRINE_ERRORS) {
    console.log(`${label}: max error ${found.maxError.toExponential(2)}, ${found.maxShare.toFixed(3)} of tolerance`);
  }
  if (found.maxShare > 1) {
    const { worst } = found;
    const allowed = typeof tolerance === "number" ? tolerance : tolerance[worst];
    throw new Error(
      `${label}: [${worst}] of ${expected.length} is ${actual[worst]}, expected ${expected[worst]} +- ${allowed} ` +
        `(off by ${found.maxShare.toPrecision(3)} times the tolerance; largest error ${found.maxError})`,
    );
  }
  return found;
}
