import { ERROR_NAMES } from "../shared/errors";
import type { ErrorInfo } from "../store/errorInfo";
import { useStrings } from "./strings/useStrings";

/** What went wrong and what to do; in other languages than English by the message or, where that is not known, by its kind with the message below. */
export function ErrorWords({ error }: { error: ErrorInfo }) {
  const { errors, errorDetail, runtimeText } = useStrings();
  const name = ERROR_NAMES.find((known) => known === error.name);
  if (errors === null || name === undefined) return error.message;
  const text = runtimeText(error.message);
  if (text !== null) return text;
  return (
    <>
      {errors[name]}
      <span className="error-detail">
        {errorDetail} <span lang="en">{error.message}</span>
      </span>
    </>
  );
}
