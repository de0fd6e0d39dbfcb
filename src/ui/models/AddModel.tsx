import { useState } from "react";
import { formatBytes } from "../../shared/units";
import { useApp } from "../appContext";
import { Panel } from "../panels/Panel";
import { useStrings } from "../strings/useStrings";

/** A model by id or address; of a repository with several files, which one. */
export function AddModel() {
  const { library: words } = useStrings();
  return (
    <Panel title={words.add}>
      <LinkForm />
      <HubFields />
      <Listing />
      <HubFiles />
    </Panel>
  );
}

function LinkForm() {
  const { library: words } = useStrings();
  const [link, setLink] = useState("");
  const openLink = useApp((state) => state.openLink);
  const lookAt = useApp((state) => state.lookAt);
  const isLooking = useApp((state) => state.isLooking);
  const isEmpty = link.trim() === "";
  return (
    <form
      className="add-model"
      onSubmit={(event) => {
        event.preventDefault();
        if (!isEmpty) void openLink(link, null, document.baseURI);
      }}
    >
      <label htmlFor="model-link">{words.link}</label>
      <input
        id="model-link"
        type="text"
        inputMode="url"
        autoComplete="off"
        spellCheck={false}
        placeholder={words.linkExample}
        value={link}
        onChange={(event) => setLink(event.target.value)}
      />
      <button type="submit" className="button button-primary" disabled={isEmpty}>
        {words.load}
      </button>
      <button
        type="button"
        className="button"
        disabled={isEmpty || isLooking}
        onClick={() => void lookAt(link, document.baseURI)}
      >
        {isLooking ? words.checking : words.check}
      </button>
    </form>
  );
}

/** A hub takes its time to say what it has, or never does. */
function Listing() {
  const { empty, cancel } = useStrings();
  const listing = useApp((state) => state.listing);
  const cancelListing = useApp((state) => state.cancelListing);
  if (listing === null) return null;
  return (
    <div className="hub-listing">
      <p className="hint" role="status">
        {empty.listing(listing.id)}
      </p>
      <button type="button" className="button" onClick={cancelListing}>
        {cancel}
      </button>
    </div>
  );
}

function HubFiles() {
  const { library: words } = useStrings();
  const hubFiles = useApp((state) => state.hubFiles);
  const openSource = useApp((state) => state.openSource);
  if (hubFiles === null) return null;
  const { source, files } = hubFiles;
  return (
    <section className="hub-files" aria-label={words.files(source.id)}>
      <h3 className="subtitle">{words.files(source.id)}</h3>
      <ul>
        {files.map(({ path, sizeBytes, parts, towerBytes }) => (
          <li key={path}>
            <button type="button" className="row-button" onClick={() => void openSource({ ...source, file: path })}>
              <span className="row-name">{path}</span>
              {parts > 1 && <span className="muted">{words.parts(parts)}</span>}
              {towerBytes > 0 && <span className="muted">{words.withTower(formatBytes(towerBytes))}</span>}
              <span className="number muted">{formatBytes(sizeBytes)}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function HubFields() {
  const { library: words } = useStrings();
  const hubAddress = useApp((state) => state.hubAddress);
  const accessToken = useApp((state) => state.accessToken);
  const setHub = useApp((state) => state.setHub);
  return (
    <div className="hub-fields">
      <label htmlFor="hub-address">{words.hub}</label>
      <input
        id="hub-address"
        type="text"
        inputMode="url"
        autoComplete="off"
        spellCheck={false}
        value={hubAddress}
        onChange={(event) => setHub({ hubAddress: event.target.value.trim() })}
      />
      <label htmlFor="access-token">{words.token}</label>
      <input
        id="access-token"
        type="text"
        className="masked"
        autoComplete="off"
        spellCheck={false}
        aria-describedby="access-token-hint"
        value={accessToken}
        onChange={(event) => setHub({ accessToken: event.target.value.trim() })}
      />
      <p id="access-token-hint" className="hint">
        {words.tokenHint}
      </p>
    </div>
  );
}
