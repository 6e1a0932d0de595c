/** Filters that this browser keeps for the user, as views of a list. */
import { Bookmark, Trash2 } from "lucide-react";

import { useKept } from "@/leads/kept";
import { Button } from "@/ui/button";
import { Menu, MenuItem } from "@/ui/menu";

import { asText, type Filters } from "./filters";

type SavedView = { name: string; filters: Filters };

export function SavedViews({ list, filters, show }: { list: string; filters: Filters; show: (filters: Filters) => void }) {
  const [views, setViews] = useKept<SavedView[]>(`${list}.views`, []);
  const current = views.find((it) => asText(it.filters) === asText(filters));
  const name = [filters.q, filters.industry, filters.bucket, filters.verified !== undefined && (filters.verified ? "verified e-mail" : "no verified e-mail")].filter(Boolean).join(", ");
  return (
    <Menu
      trigger={
        <Button>
          <Bookmark aria-hidden />
          {current?.name ?? "Views"}
        </Button>
      }
    >
      {views.map((view) => (
        <MenuItem key={view.name} onSelect={() => show(view.filters)}>
          {view.name}
        </MenuItem>
      ))}
      {current ? (
        <MenuItem className="text-bad" onSelect={() => setViews(views.filter((it) => it !== current))}>
          <Trash2 aria-hidden />
          Remove “{current.name}”
        </MenuItem>
      ) : name ? (
        <MenuItem className="text-accent" onSelect={() => setViews([...views, { name, filters }])}>
          <Bookmark aria-hidden />
          Save “{name}”
        </MenuItem>
      ) : (
        views.length === 0 && <MenuItem disabled>Filter first, then save the view here</MenuItem>
      )}
    </Menu>
  );
}
