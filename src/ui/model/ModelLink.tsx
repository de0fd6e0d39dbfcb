import { useState } from "react";
import { useApp } from "../appContext";
import { useStrings } from "../strings/useStrings";

export function ModelLink() {
  const { model } = useStrings();
  const [link, setLink] = useState("");
  const openLink = useApp((state) => state.openLink);
  return (
    <form
      className="model-link"
      onSubmit={(event) => {
        event.preventDefault();
        if (link.trim() !== "") void openLink(link, null, document.baseURI);
      }}
    >
      <label htmlFor="model-link">{model.link}</label>
      <input
        id="model-link"
        type="text"
        inputMode="url"
        autoComplete="off"
        spellCheck={false}
        placeholder={model.linkExample}
        value={link}
        onChange={(event) => setLink(event.target.value)}
      />
      <button type="submit" className="button" disabled={link.trim() === ""}>
        {model.openLink}
      </button>
    </form>
  );
}
