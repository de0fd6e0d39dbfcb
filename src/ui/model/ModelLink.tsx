import { useState } from "react";
import { useApp } from "../appContext";

export function ModelLink() {
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
      <label htmlFor="model-link">Link</label>
      <input
        id="model-link"
        type="text"
        inputMode="url"
        autoComplete="off"
        spellCheck={false}
        placeholder="https://…/model.gguf or a model folder"
        value={link}
        onChange={(event) => setLink(event.target.value)}
      />
      <button type="submit" className="button" disabled={link.trim() === ""}>
        Open link
      </button>
    </form>
  );
}
