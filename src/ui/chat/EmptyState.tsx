import { useApp } from "../appContext";
import { showOpenDialog } from "../model/openModelInput";

/** Nothing said yet: one sentence, one action, one example. */
export function EmptyState() {
  const report = useApp((state) => state.model?.report ?? null);
  const isLoading = useApp((state) => state.loading !== null);
  if (report !== null) {
    if (!report.hasTokenizer) return <NoTokenizer name={report.name} />;
    return report.hasChatTemplate ? (
      <Start title="Ask something." example="Explain in three sentences how a rainbow comes about." />
    ) : (
      <Start title="Begin a text." example="Once upon a time" />
    );
  }
  if (isLoading) return <p className="empty-text">The model is on its way. You can write your message meanwhile.</p>;
  return (
    <div className="empty">
      <h2 className="empty-title">A language model, under glass.</h2>
      <p className="empty-text">
        Open a model from your disk. It runs on this device's graphics processor, inside this tab; nothing you write
        leaves it.
      </p>
      <button type="button" className="button button-primary" onClick={showOpenDialog}>
        Choose files
      </button>
      <p className="hint">
        A GGUF file, or config.json, tokenizer.json and *.safetensors of a Llama, Mistral, Qwen, SmolLM or GPT‑2 model.
        You can also drop them anywhere here.
      </p>
    </div>
  );
}

function Start({ title, example }: { title: string; example: string }) {
  const setDraft = useApp((state) => state.setDraft);
  const tryExample = (): void => {
    setDraft(example);
    document.getElementById("message")?.focus();
  };
  return (
    <div className="empty">
      <h2 className="empty-title">{title}</h2>
      <button type="button" className="example" onClick={tryExample}>
        {example}
      </button>
    </div>
  );
}

function NoTokenizer({ name }: { name: string }) {
  return (
    <div className="empty">
      <h2 className="empty-title">This model cannot chat.</h2>
      <p className="empty-text">
        {name} came without a tokenizer, so text cannot be turned into its tokens. Open it again together with its
        tokenizer.json.
      </p>
    </div>
  );
}
