/** The views, in the order in which they are offered. */
import { Building2, ChartColumn, KeyRound, ListChecks, MailWarning, MessagesSquare, Moon, PlugZap, SlidersHorizontal, Timer, Trophy, type LucideIcon } from "lucide-react";

/** A view with a role is offered to holders of that role alone, one that is `notFor` a role to all others. The gateway decides. */
type View = { to: string; label: string; icon: LucideIcon; part: "leads" | "set-up" | "operations"; role?: string; notFor?: string };

const ALL = [
  { to: "/chat", label: "Chat", icon: MessagesSquare, part: "leads", notFor: "viewer" },
  { to: "/shortlist", label: "Shortlist", icon: ListChecks, part: "leads" },
  { to: "/scores", label: "Scores", icon: Trophy, part: "leads" },
  { to: "/candidates", label: "Candidates", icon: Building2, part: "leads" },
  { to: "/icp", label: "Ideal customer", icon: SlidersHorizontal, part: "set-up" },
  { to: "/jobs", label: "Jobs", icon: Timer, part: "set-up" },
  { to: "/metrics", label: "Metrics", icon: ChartColumn, part: "set-up" },
  { to: "/nights", label: "Nights", icon: Moon, part: "operations", role: "ops" },
  { to: "/dead-letters", label: "Dead letters", icon: MailWarning, part: "operations", role: "ops" },
  { to: "/odoo", label: "Odoo", icon: PlugZap, part: "operations", role: "admin" },
  { to: "/access", label: "Users and keys", icon: KeyRound, part: "operations", role: "admin" },
] as const satisfies readonly View[];

export const viewsOf = (role: string | undefined) => ALL.filter((view: View) => (view.role === undefined || view.role === role) && view.notFor !== role);
