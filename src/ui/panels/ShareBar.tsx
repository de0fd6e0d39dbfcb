interface ShareBarProps {
  /** 0 to 1. */
  readonly share: number;
  readonly label: string;
  /** How far it is, in words. */
  readonly text: string;
}

/** How much of something is done, as a bar. */
export function ShareBar({ share, label, text }: ShareBarProps) {
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuenow={Math.floor(share * 100)}
      aria-valuetext={text}
      className="cache-bar"
    >
      <span style={{ inlineSize: `${share * 100}%` }} />
    </div>
  );
}
