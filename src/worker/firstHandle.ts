/**
 * Where a worker's handles begin: drawn, because the page may still hold those of a worker that crashed, and they must
 * not name anything that this one opens.
 */
export function firstHandle(): number {
  const [drawn = 0] = crypto.getRandomValues(new Uint32Array(1));
  return (drawn + 1) * 2 ** 16;
}
