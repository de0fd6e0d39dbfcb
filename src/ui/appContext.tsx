/** How components reach the store: `useApp(selector)` re-renders when what the selector picks changes. */
import { createContext, type ReactNode, useContext } from "react";
import { useStore } from "zustand";
import type { AppState, AppStore } from "../store/appStore";

const AppContext = createContext<AppStore | null>(null);

export function AppProvider({ store, children }: { store: AppStore; children: ReactNode }) {
  return <AppContext value={store}>{children}</AppContext>;
}

export function useAppStore(): AppStore {
  const store = useContext(AppContext);
  if (store === null) throw new Error("useApp outside of AppProvider");
  return store;
}

export function useApp<T>(selector: (state: AppState) => T): T {
  return useStore(useAppStore(), selector);
}
