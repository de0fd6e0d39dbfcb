/** Was geschehen ist und was zu tun ist, nach der Art des Fehlers; die Meldung der Runtime steht auf Englisch dabei. */
import type { ErrorName } from "../../shared/errors";

export const deErrors: { readonly [N in ErrorName]: string } = {
  WebGpuUnavailableError: "WebGPU ist hier nicht verfügbar.",
  DeviceLostError: "Der Grafikprozessor ist verloren gegangen. Lade das Modell neu, um weiterzumachen.",
  OutOfMemoryError:
    "Dafür reicht der Speicher dieses Grafikprozessors nicht. Wähle eine gröbere Stufe, einen kleineren Kontext oder ein kleineres Modell.",
  InvalidFileError:
    "Das ist keine vollständige Datei der erwarteten Art. Lade sie noch einmal herunter oder wähle eine andere.",
  UnsupportedModelError: "In diesem Modell ist etwas, das hier noch nicht gerechnet werden kann.",
  TensorMismatchError: "Die Tensoren passen nicht zur Konfiguration des Modells.",
  ConversionError: "Ein Wert passt nicht in das gewählte Format. Wähle eine andere Stufe.",
  TokenizerError: "Mit dem Tokenizer dieses Modells geht das nicht.",
  ChatTemplateError: "Die Chat-Vorlage des Modells nimmt diese Nachrichten nicht an.",
  ContextOverflowError: "Der Text ist länger als der Kontext. Kürze ihn oder wähle einen größeren Kontext.",
  NonFiniteLogitsError:
    "Das Modell hat etwas berechnet, das keine Zahl ist, darum endet die Antwort hier. Versuche eine andere Stufe oder andere Kernel.",
  InvalidSettingError: "Eine Eingabe liegt außerhalb dessen, was möglich ist.",
  DownloadError: "Etwas ließ sich nicht herunterladen. Prüfe Adresse und Verbindung und versuche es noch einmal.",
  StorageError: "Der Speicher des Browsers ist voll, gesperrt oder nicht erreichbar.",
  CancelledError: "Das wurde abgebrochen.",
  InvalidStateError: "Das geht im Augenblick nicht.",
  GpuProgramError:
    "Ein Programm für den Grafikprozessor ist fehlgeschlagen: ein Fehler von Vitrine. Andere Kernel können helfen.",
};
