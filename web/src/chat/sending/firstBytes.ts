/** The first bytes of the latest messages, as this browser measured them. */
import { ownName } from "@/api/session";

export type FirstByte = { text: string; ms: number };

const NAME = "first-bytes";
const MOST = 40;

export function firstBytes(): FirstByte[] {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(ownName(NAME)) ?? "[]");
    return Array.isArray(found) ? (found as FirstByte[]) : [];
  } catch {
    return [];
  }
}

export function keepFirstByte(measured: FirstByte): void {
  localStorage.setItem(ownName(NAME), JSON.stringify([...firstBytes(), measured].slice(-MOST)));
}
