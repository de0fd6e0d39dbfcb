import type { MouseEvent } from "react";

/**
 * For a button that takes the place of another once that was clicked: the second click of a double click was meant for
 * the one before. A third is meant for this one.
 */
export function unlessSecondClick(act: () => void) {
  return (event: MouseEvent): void => {
    if (event.detail === 2) event.preventDefault();
    else act();
  };
}
