/** A long list as a table: only the rows in view are in the document, and further pages are asked for near the end. */
import { columnVisibilityFeature, createColumnHelper, tableFeatures, useTable, type ColumnDef } from "@tanstack/react-table";
import { useVirtualizer } from "@tanstack/react-virtual";
import { Columns3 } from "lucide-react";
import { useEffect, useRef, type ReactNode } from "react";

import { count } from "@/format";
import { Button } from "@/ui/button";
import { classes } from "@/ui/classes";
import { Menu, MenuItem } from "@/ui/menu";

import { useKept } from "./kept";

export const features = tableFeatures({ columnVisibilityFeature });
export const columnsOf = <Row extends object>() => createColumnHelper<typeof features, Row>();

const ROW_PX = 60;
/** So many rows before the end the next page is asked for. */
const AHEAD = 30;

type Props<Row extends object> = {
  name: string;
  rows: Row[];
  columns: ColumnDef<typeof features, Row>[];
  /** Each column's track in CSS grid, by the column's id. */
  widths: Record<string, string>;
  idOf: (row: Row) => number;
  open: (row: Row) => void;
  hasMore: boolean;
  isFetchingMore: boolean;
  fetchMore: () => void;
  tools?: ReactNode;
};

export function ListTable<Row extends object>({ name, rows, columns, widths, idOf, open, hasMore, isFetchingMore, fetchMore, tools }: Props<Row>) {
  const [columnVisibility, setColumnVisibility] = useKept<Record<string, boolean>>(`columns.${name}`, {});
  const table = useTable({
    features,
    columns,
    data: rows,
    getRowId: (row) => String(idOf(row)),
    state: { columnVisibility },
    onColumnVisibilityChange: (next) => setColumnVisibility(typeof next === "function" ? next(columnVisibility) : next),
  });
  const scroller = useRef<HTMLDivElement>(null);
  const all = table.getRowModel().rows;
  const virtual = useVirtualizer({
    count: all.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
  });
  const shown = virtual.getVirtualItems();
  const last = shown.at(-1)?.index ?? 0;
  const isNearEnd = last >= all.length - AHEAD;
  useEffect(() => {
    if (isNearEnd && hasMore && !isFetchingMore) fetchMore();
  }, [isNearEnd, hasMore, isFetchingMore, fetchMore]);

  const tracks = { gridTemplateColumns: table.getVisibleLeafColumns().map((it) => widths[it.id] ?? "minmax(0,1fr)").join(" ") };
  return (
    <div className="flex min-h-0 flex-1 flex-col rounded-xl border bg-surface shadow-card">
      <div className="flex flex-wrap items-center justify-between gap-2 border-b px-3 py-2">
        <p className="text-[13px] text-faint tabular-nums" role="status">
          {count(rows.length)} {hasMore ? "loaded, more below" : rows.length === 1 ? "row" : "rows"}
        </p>
        <div className="flex flex-wrap gap-2">
          {tools}
          <Menu
            trigger={
              <Button size="small">
                <Columns3 aria-hidden />
                Columns
              </Button>
            }
          >
            {table.getAllLeafColumns().map((column) => (
              <MenuItem
                key={column.id}
                role="menuitemcheckbox"
                aria-checked={column.getIsVisible()}
                onSelect={(event) => {
                  event.preventDefault();
                  column.toggleVisibility();
                }}
              >
                <span className={classes("size-2 rounded-full", column.getIsVisible() ? "bg-accent" : "bg-line")} aria-hidden />
                {String(column.columnDef.header)}
              </MenuItem>
            ))}
          </Menu>
        </div>
      </div>
      <div ref={scroller} className="min-h-0 flex-1 overflow-auto" tabIndex={0} data-scrolls-sideways role="region" aria-label={name}>
        <div role="table" aria-label={name} aria-rowcount={hasMore ? -1 : rows.length + 1} className="min-w-[52rem]">
          <div role="rowgroup" className="sticky top-0 z-10 border-b bg-surface">
            {table.getHeaderGroups().map((group) => (
              <div key={group.id} role="row" className="grid gap-4 px-4 py-2" style={tracks}>
                {group.headers.map((header) => (
                  <div key={header.id} role="columnheader" className="truncate text-xs font-medium text-faint">
                    <table.FlexRender header={header} />
                  </div>
                ))}
              </div>
            ))}
          </div>
          <div role="rowgroup" className="relative" style={{ height: virtual.getTotalSize() }}>
            {shown.map((item) => {
              const row = all[item.index];
              if (!row) return null;
              return (
                <div
                  key={row.id}
                  role="row"
                  aria-rowindex={item.index + 2}
                  className="absolute inset-x-0 grid cursor-pointer items-center gap-4 border-b px-4 text-[13px] hover:bg-sunken"
                  style={{ ...tracks, height: ROW_PX, transform: `translateY(${item.start}px)` }}
                  onClick={(event) => {
                    if (!(event.target as HTMLElement).closest("a,button")) open(row.original);
                  }}
                >
                  {row.getVisibleCells().map((cell) => (
                    <div key={cell.id} role="cell" className="min-w-0">
                      <table.FlexRender cell={cell} />
                    </div>
                  ))}
                </div>
              );
            })}
          </div>
        </div>
        {isFetchingMore && <p className="px-4 py-3 text-center text-xs text-faint">Loading more …</p>}
      </div>
    </div>
  );
}
