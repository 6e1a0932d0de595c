/** The views, in the order in which they are offered. */
import { Building2, ChartColumn, KeyRound, ListChecks, MailWarning, MessagesSquare, Moon, PlugZap, SlidersHorizontal, Timer, Trophy, type LucideIcon } from "lucide-react";

/** A view with a role is offered to holders of that role alone; the gateway decides what it answers them. */
type View = { to: string; label: string; icon: LucideIcon; role?: string };

const ALL = [
  { to: "/chat", label: "Chat", icon: MessagesSquare },
  { to: "/shortlist", label: "Shortlist", icon: ListChecks },
  { to: "/scores", label: "Scores", icon: Trophy },
  { to: "/candidates", label: "Candidates", icon: Building2 },
  { to: "/icp", label: "Ideal customer", icon: SlidersHorizontal },
  { to: "/jobs", label: "Jobs", icon: Timer },
  { to: "/metrics", label: "Metrics", icon: ChartColumn },
  { to: "/nights", label: "Nights", icon: Moon, role: "ops" },
  { to: "/dead-letters", label: "Dead letters", icon: MailWarning, role: "ops" },
  { to: "/odoo", label: "Odoo", icon: PlugZap, role: "admin" },
  { to: "/access", label: "Users and keys", icon: KeyRound, role: "admin" },
] as const satisfies readonly View[];

export const viewsOf = (role: string | undefined) => ALL.filter((view) => !("role" in view) || view.role === role);
