/** The few signs of the page, drawn on a 16 px grid in the text's colour; always beside a name. */
const PATHS = {
  chevron: "M4 6l4 4 4-4",
  close: "M4 4l8 8M12 4l-8 8",
  compose: "M8 3.5H4A1.5 1.5 0 0 0 2.5 5v7A1.5 1.5 0 0 0 4 13.5h7a1.5 1.5 0 0 0 1.5-1.5V8M7 9l6.5-6.5",
  down: "M8 3v10M3.5 8.5L8 13l4.5-4.5",
  file: "M4 2.5h5l3 3v8H4zM9 2.5v3h3",
  send: "M8 13V3M3.5 7.5L8 3l4.5 4.5",
  settings: "M2 5h6.5M11.5 5H14M2 11h2.5M7.5 11H14M10 3.5v3M6 9.5v3",
} as const;

export function Icon({ name }: { name: keyof typeof PATHS }) {
  return (
    <svg className="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
