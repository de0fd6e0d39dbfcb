/**
 * What llama.cpp does to decoded text of many vocabularies: takes away the space before punctuation and before
 * English contractions. Not for the chat, where it would change what the model wrote ("a ." becomes "a."); here
 * because recorded texts of llama.cpp contain it and are compared with ours.
 */
export function cleanUpSpaces(text: string): string {
  return text
    .replace(/ ([?!.,])/g, "$1")
    .replace(/ ' /g, "'")
    .replace(/ '(s|m|re|ve)/g, "'$1");
}
