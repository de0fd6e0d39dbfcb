import { CATALOG, catalogLink } from "../../shared/catalog";
import { formatBytes, formatParameters } from "../../shared/units";
import { useApp } from "../appContext";
import { Panel } from "../panels/Panel";
import { useStrings } from "../strings/useStrings";

/** Of a commit: enough to tell it from others. */
const SHORT_REVISION = 7;

export function Catalogue() {
  const { library: words } = useStrings();
  const openLink = useApp((state) => state.openLink);
  return (
    <Panel title={words.catalogue}>
      <ul className="catalogue" aria-label={words.catalogue}>
        {CATALOG.map((entry) => {
          const { id, revision, name, millionParameters, sizeBytes, licence, purpose } = entry;
          const open = () => void openLink(catalogLink(entry), null, document.baseURI);
          return (
            <li key={id}>
              <button type="button" className="row-button" onClick={open}>
                <span className="row-name">{name}</span>
                <span className="number muted">
                  {formatParameters(millionParameters * 1e6)}, {formatBytes(sizeBytes)}
                </span>
                <span className="row-note muted">
                  {words.purposes[purpose]} <code>{id}</code>{" "}
                  <code title={revision}>@{revision.slice(0, SHORT_REVISION)}</code>,{" "}
                  <span className="licence">{licence}</span>
                </span>
              </button>
            </li>
          );
        })}
      </ul>
    </Panel>
  );
}
