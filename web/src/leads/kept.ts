/** A value that this browser keeps for the signed-in user. */
import { useState } from "react";

import { ownName } from "@/api/session";

export function useKept<T>(name: string, initial: T): [T, (value: T) => void] {
  const key = ownName(name);
  const [value, setValue] = useState<T>(() => {
    try {
      return JSON.parse(localStorage.getItem(key) ?? "null") ?? initial;
    } catch {
      return initial;
    }
  });
  return [
    value,
    (next) => {
      localStorage.setItem(key, JSON.stringify(next));
      setValue(next);
    },
  ];
}
