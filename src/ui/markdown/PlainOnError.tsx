import { Component, type ReactNode } from "react";

interface Props {
  readonly text: string;
  readonly children: ReactNode;
}

interface State {
  readonly hasFailed: boolean;
}

/** Whatever a model writes, the page stays: text that cannot be laid out is shown as it is. */
export class PlainOnError extends Component<Props, State> {
  override state: State = { hasFailed: false };

  static getDerivedStateFromError(): State {
    return { hasFailed: true };
  }

  override render(): ReactNode {
    const { text, children } = this.props;
    return this.state.hasFailed ? <div className="plain">{text}</div> : children;
  }
}
