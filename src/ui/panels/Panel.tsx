import { type ReactNode, useId, useState } from "react";
import { Icon } from "../Icon";

interface PanelProps {
  readonly title: string;
  /** Shown at the right of the title. */
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}

/** One section of the inspector; its title folds it. */
export function Panel({ title, aside, children }: PanelProps) {
  const id = useId();
  const [isOpen, setOpen] = useState(true);
  return (
    <section className="panel" aria-labelledby={`${id}title`}>
      <div className="panel-head">
        <h2 id={`${id}title`} className="panel-title">
          <button type="button" aria-expanded={isOpen} aria-controls={`${id}body`} onClick={() => setOpen(!isOpen)}>
            <Icon name="chevron" />
            {title}
          </button>
        </h2>
        {isOpen && aside}
      </div>
      <div id={`${id}body`} className="panel-body" hidden={!isOpen}>
        {children}
      </div>
    </section>
  );
}
