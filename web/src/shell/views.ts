/** The views, in the order in which they are offered. */
import { MessagesSquare, type LucideIcon } from "lucide-react";

type View = { to: string; label: string; icon: LucideIcon; isForOps?: boolean };

export const VIEWS = [{ to: "/chat", label: "Chat", icon: MessagesSquare }] as const satisfies readonly View[];
