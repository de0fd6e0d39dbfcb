import { CATALOG } from "../../shared/catalog";
import { formatBytes, formatParameters } from "../../shared/units";
import { useApp } from "../appContext";
import { Panel } from "../panels/Panel";
import { useStrings } from "../strings/useStrings";

/** Checkpoints hold two bytes a parameter. */
const BYTES_PER_PARAMETER = 2;

export function Catalogue() {
  const { library: words } = useStrings();
  const openLink = useApp((state) => state.openLink);
  return (
    <Panel title={words.catalogue}>
      <ul className="catalogue" aria-label={words.catalogue}>
        {CATALOG.map(({ link, name, millionParameters, licence, purpose }) => (
          <li key={link}>
            <button type="button" className="row-button" onClick={() => void openLink(link, null, document.baseURI)}>
              <span className="row-name">{name}</span>
              <span className="number muted">
                {formatParameters(millionParameters * 1e6)},{" "}
                {words.about(formatBytes(millionParameters * 1e6 * BYTES_PER_PARAMETER))}
              </span>
              <span className="row-note muted">
                {words.purposes[purpose]} <code>{link}</code>, {licence}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
