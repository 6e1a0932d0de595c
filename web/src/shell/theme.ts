/** Light or dark: as the system, unless the user has chosen. */
import { useSyncExternalStore } from "react";

export type Theme = "system" | "light" | "dark";
const STORED = "leadgen.theme";
const system = matchMedia("(prefers-color-scheme: dark)");
const listeners = new Set<() => void>();

export function theme(): Theme {
  const stored = localStorage.getItem(STORED);
  return stored === "light" || stored === "dark" ? stored : "system";
}

export function setTheme(next: Theme): void {
  if (next === "system") localStorage.removeItem(STORED);
  else localStorage.setItem(STORED, next);
  applyTheme();
}

export function applyTheme(): void {
  const isDark = theme() === "dark" || (theme() === "system" && system.matches);
  document.documentElement.classList.toggle("dark", isDark);
  for (const listener of listeners) listener();
}

export function useTheme(): Theme {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, theme);
}

system.addEventListener("change", applyTheme);
