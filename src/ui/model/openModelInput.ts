/** The one file input of the page; other places open its dialog. */
export const OPEN_MODEL_INPUT = "open-model-files";

export function showOpenDialog(): void {
  document.getElementById(OPEN_MODEL_INPUT)?.click();
}
