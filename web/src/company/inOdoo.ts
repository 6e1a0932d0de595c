/** What became of a lead in Odoo, in words. Pure. */
import { words } from "@/format";

const OUTCOMES: Record<string, string> = {
  synced: "In Odoo",
  no_connection: "Not in Odoo: no connection is set up",
  blocked: "Not in Odoo: the connection is blocked until it is checked",
  refused: "Not in Odoo: Odoo refused it",
  deleted: "Deleted in Odoo",
};

export const inOdoo = (outcome: string): string => OUTCOMES[outcome] ?? `Odoo: ${words(outcome).toLowerCase()}`;
