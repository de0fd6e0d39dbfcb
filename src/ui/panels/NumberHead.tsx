import type { ReactNode } from "react";

/** Head of a column of numbers, which are set to the right. */
export function NumberHead({ children }: { children: ReactNode }) {
  return (
    <th scope="col" className="number">
      {children}
    </th>
  );
}
