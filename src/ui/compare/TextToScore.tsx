import { useId } from "react";
import type { ComparedText } from "../../store/compareSlice";
import { useApp } from "../appContext";
import { useStrings } from "../strings/useStrings";
import { BUNDLED_TEXT } from "./bundledText";

const TEXTS: readonly ComparedText[] = ["bundled", "chat", "own"];

export function TextToScore({ isDisabled }: { isDisabled: boolean }) {
  const { compare } = useStrings();
  const id = useId();
  const { text, ownText } = useApp((state) => state.comparisonChoices);
  const turns = useApp((state) => state.turns);
  const choose = useApp((state) => state.chooseComparison);
  const said = turns.map((turn) => turn.text).join("\n\n");
  const shown = { bundled: BUNDLED_TEXT, chat: said, own: ownText }[text];
  return (
    <div className="compare-text">
      <fieldset className="compare-texts">
        <legend className="visually-hidden">{compare.textChoice}</legend>
        {TEXTS.map((kind) => (
          <label key={kind} className="compare-choice">
            <input
              type="radio"
              name={`${id}text`}
              checked={text === kind}
              disabled={isDisabled}
              onChange={() => choose({ text: kind })}
            />
            {compare.texts[kind]}
          </label>
        ))}
      </fieldset>
      <label htmlFor={id} className="visually-hidden">
        {compare.text}
      </label>
      <textarea
        id={id}
        rows={5}
        value={shown}
        disabled={isDisabled}
        aria-describedby={`${id}hint`}
        onChange={(event) => choose({ text: "own", ownText: event.target.value })}
        onDrop={(event) => {
          const [file] = event.dataTransfer.files;
          if (file === undefined || isDisabled || !isText(file)) return;
          // Neither the browser nor the page, which takes files for models, shall open it.
          event.preventDefault();
          void file.text().then((dropped) => choose({ text: "own", ownText: dropped }));
        }}
      />
      <p id={`${id}hint`} className="hint">
        {compare.textHint}
      </p>
    </div>
  );
}

function isText({ name, type }: File): boolean {
  return type.startsWith("text/") || /\.(txt|md|csv|json|log|tex)$/i.test(name);
}
