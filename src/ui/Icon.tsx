/** The signs of the page, by what they mean; always beside a name or carrying one. */
import {
  ArrowDown,
  ArrowUp,
  Brain,
  Check,
  ChevronDown,
  ChevronLeft,
  ChevronRight,
  Command,
  Copy,
  Download,
  Ellipsis,
  FolderOpen,
  Hash,
  type LucideIcon,
  MessageSquareText,
  PanelLeft,
  PanelRight,
  Pencil,
  Pin,
  PinOff,
  RotateCcw,
  Search,
  SlidersHorizontal,
  SquarePen,
  StepForward,
  Trash2,
  Upload,
  X,
} from "lucide-react";

const ICONS = {
  branchBefore: ChevronLeft,
  branchNext: ChevronRight,
  check: Check,
  chevron: ChevronDown,
  close: X,
  command: Command,
  compose: SquarePen,
  continue: StepForward,
  copy: Copy,
  delete: Trash2,
  down: ArrowDown,
  edit: Pencil,
  export: Download,
  import: Upload,
  inspector: PanelRight,
  more: Ellipsis,
  open: FolderOpen,
  pin: Pin,
  prompt: MessageSquareText,
  regenerate: RotateCcw,
  search: Search,
  send: ArrowUp,
  settings: SlidersHorizontal,
  sidebar: PanelLeft,
  thinking: Brain,
  tokens: Hash,
  unpin: PinOff,
} as const satisfies Readonly<Record<string, LucideIcon>>;

export type IconName = keyof typeof ICONS;

export function Icon({ name }: { name: IconName }) {
  const Sign = ICONS[name];
  return <Sign className="icon" size={16} strokeWidth={1.75} aria-hidden="true" focusable="false" />;
}
