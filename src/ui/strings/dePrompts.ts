import type { enPrompts } from "./enPrompts";

export const dePrompts: typeof enPrompts = {
  zeroShot: {
    name: "Zero-Shot: nur die Aufgabe",
    text: "Beantworte die Frage. Sei kurz und genau. Wenn du die Antwort nicht weißt, sag es.",
  },
  oneShot: {
    name: "One-Shot: ein Beispiel",
    text: "Sag in einem Wort, ob eine Bewertung positiv oder negativ ist.\n\nBewertung: Die Suppe war kalt, und niemanden kümmerte es.\nUrteil: negativ",
  },
  fewShot: {
    name: "Few-Shot: drei Beispiele",
    text: "Nenne die Hauptstadt des Landes.\n\nLand: Frankreich\nHauptstadt: Paris\n\nLand: Japan\nHauptstadt: Tokio\n\nLand: Peru\nHauptstadt: Lima",
  },
  chainOfThought: {
    name: "Gedankenkette: Schritt für Schritt",
    text: "Durchdenke die Aufgabe Schritt für Schritt und nummeriere die Schritte. Gib dann das Ergebnis in einer letzten Zeile an, die mit „Antwort:“ beginnt.",
  },
  translate: {
    name: "Übersetzen",
    text: "Übersetze ins Deutsche, was der Mensch schreibt. Behalte Ton und Formatierung bei. Gib nur die Übersetzung aus.",
  },
  summarize: {
    name: "Zusammenfassen",
    text: "Fasse zusammen, was der Mensch schreibt: drei Stichpunkte, jeder höchstens zwanzig Wörter. Füge nichts hinzu, was nicht im Text steht.",
  },
};
