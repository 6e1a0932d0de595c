/** A long list as a table: only the rows in view are in the document, and further pages are asked for near the end. */
import { columnVisibilityFeature, createColumnHelper, flexRender, tableFeatures, useTable, type ColumnDef, type Row as TableRow } from "@tanstack/react-table";
import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown, Columns3 } from "lucide-react";
import { memo, useCallback, useDeferredValue, useEffect, useRef, useState, type MouseEvent, type ReactNode } from "react";

import { count } from "@/format";
import { Button } from "@/ui/button";
import { classes } from "@/ui/classes";
import { Menu, MenuItem } from "@/ui/menu";
import { Failed } from "@/ui/states";
import { Skeleton } from "@/ui/surface";

import { useKept } from "./kept";
import { firstRows, useRows, type Pages } from "./pages";

export const features = tableFeatures({ columnVisibilityFeature });
export const columnsOf = <Row extends object>() => createColumnHelper<typeof features, Row>();

const ROW_PX = 60;
/** So many rows before the end the next page is asked for. */
const AHEAD = 30;

type Props<Row extends object> = {
  name: string;
  pages: Pages<Row>;
  columns: ColumnDef<typeof features, Row>[];
  /** Each column's track in CSS grid, by the column's id. */
  widths: Record<string, string>;
  /** The column that the list is in descending order of. */
  sortedBy: string;
  idOf: (row: Row) => number;
  nameOf: (row: Row) => string;
  open: (row: Row) => void;
  /** Reads the list anew. */
  renew: () => void;
  /** What can be done with selected rows. */
  actions: (selected: Row[], clear: () => void) => ReactNode;
};

export function ListTable<Row extends object>({ name, pages, columns, widths, sortedBy, idOf, nameOf, open, renew, actions }: Props<Row>) {
  const [columnVisibility, setColumnVisibility] = useKept<Record<string, boolean>>(`columns.${name}`, {});
  const [range, setRange] = useState<[number, number]>([0, 0]);
  // Rows are filled in behind the scrolling, in slices that the browser can interrupt; until then their places are shown.
  const [from, to] = useDeferredValue(range);
  const { count: total, rowAt, hasMore, isFetchingMore, error, more } = useRows(pages, ...range);
  const [selected, select] = useState<ReadonlyMap<number, Row>>(new Map());
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: total,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 8,
    useFlushSync: false,
  });
  const shown = virtual.getVirtualItems();
  const [first, last] = [shown[0]?.index ?? 0, shown.at(-1)?.index ?? 0];
  if (first !== range[0] || last !== range[1]) setRange([first, last]);
  // The table knows the rows in view alone: it costs the same, however long the list is.
  const filled = (index: number): Row | undefined => (index >= from && index <= to ? rowAt(index) : undefined);
  const visible = shown.flatMap(({ index }) => filled(index) ?? []);
  const table = useTable({
    features,
    columns,
    data: visible,
    getRowId: (row) => String(idOf(row)),
    state: { columnVisibility },
    onColumnVisibilityChange: (next) => setColumnVisibility(typeof next === "function" ? next(columnVisibility) : next),
  });
  const rows = new Map(table.getRowModel().rows.map((row) => [row.id, row]));
  const isNearEnd = last >= total - AHEAD;
  useEffect(() => {
    if (isNearEnd && hasMore && !isFetchingMore) more();
  }, [isNearEnd, hasMore, isFetchingMore, more]);

  function toggle(row: Row): void {
    const id = idOf(row);
    const after = new Map(selected);
    if (!after.delete(id)) after.set(id, row);
    select(after);
  }

  const top = firstRows(pages);
  const areFirstSelected = top.length > 0 && top.every((it) => selected.has(idOf(it)));
  const tracks = ["1.25rem", ...table.getVisibleLeafColumns().map((it) => widths[it.id] ?? "minmax(0,1fr)")].join(" ");
  // The rows hold one function for the whole life of the list, so that a row is drawn again only if it changes itself.
  const latest = useRef({ open, toggle });
  useEffect(() => {
    latest.current = { open, toggle };
  });
  const act = useCallback((row: Row, what: Act) => latest.current[what](row), []);
  return (
    <div className="flex min-h-0 flex-1 flex-col rounded-xl border bg-surface shadow-card">
      <div className="flex flex-wrap items-center justify-between gap-2 border-b px-3 py-2">
        <p className="text-[13px] text-faint tabular-nums" role="status">
          {count(total)} {hasMore ? "loaded, more below" : total === 1 ? "row" : "rows"}
          {selected.size > 0 && ` · ${count(selected.size)} selected`}
        </p>
        <div className="flex flex-wrap gap-2">
          {selected.size > 0 && (
            <>
              {actions([...selected.values()], () => select(new Map()))}
              <Button size="small" look="quiet" onClick={() => select(new Map())}>
                Select none
              </Button>
            </>
          )}
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
      {error && <Failed error={error} again={renew} />}
      <div ref={scroller} className="min-h-0 flex-1 overflow-auto" tabIndex={0} data-scrolls-sideways role="region" aria-label={name}>
        <div role="table" aria-label={name} aria-rowcount={hasMore ? -1 : total + 1} className="min-w-[52rem]">
          <div role="rowgroup" className="sticky top-0 z-10 border-b bg-surface">
            {table.getHeaderGroups().map((group) => (
              <div key={group.id} role="row" className="grid items-center gap-4 px-4 py-2" style={{ gridTemplateColumns: tracks }}>
                <div role="columnheader">
                  <label className="grid size-6 place-items-center" title={`Select the first ${count(top.length)}`}>
                    <input
                      type="checkbox"
                      className="size-4 accent-accent"
                      checked={areFirstSelected}
                      ref={(box) => {
                        if (box) box.indeterminate = selected.size > 0 && !areFirstSelected;
                      }}
                      onChange={() => select(areFirstSelected ? new Map() : new Map([...selected, ...top.map((it) => [idOf(it), it] as const)]))}
                    />
                    <span className="sr-only">Select the first {count(top.length)}</span>
                  </label>
                </div>
                {group.headers.map((header) => (
                  <div
                    key={header.id}
                    role="columnheader"
                    aria-sort={header.column.id === sortedBy ? "descending" : undefined}
                    className="flex items-center gap-1 text-xs font-medium text-faint aria-[sort]:text-ink"
                  >
                    <span className="truncate">
                      <table.FlexRender header={header} />
                    </span>
                    {header.column.id === sortedBy && <ArrowDown className="size-3 shrink-0" aria-hidden />}
                  </div>
                ))}
              </div>
            ))}
          </div>
          <div role="rowgroup" className="relative" style={{ height: virtual.getTotalSize() }}>
            {shown.map((item) => {
              const its = filled(item.index);
              const row = its && rows.get(String(idOf(its)));
              if (!its || !row)
                return (
                  <div key={`place ${item.index}`} aria-hidden className="absolute inset-x-0 border-b px-4 py-5" style={{ height: ROW_PX, transform: `translateY(${item.start}px)` }}>
                    <Skeleton className="h-4 w-2/5" />
                  </div>
                );
              return (
                <ListRow
                  key={row.id}
                  row={row}
                  name={nameOf(its)}
                  index={item.index}
                  start={item.start}
                  tracks={tracks}
                  isSelected={selected.has(idOf(its))}
                  act={act}
                />
              );
            })}
          </div>
        </div>
        {isFetchingMore && <p className="px-4 py-3 text-center text-xs text-faint">Loading more …</p>}
      </div>
    </div>
  );
}

type Act = "open" | "toggle";

type RowProps<Row extends object> = {
  row: TableRow<typeof features, Row>;
  name: string;
  index: number;
  start: number;
  tracks: string;
  isSelected: boolean;
  act: (row: Row, what: Act) => void;
};

function PlainRow<Row extends object>({ row, name, index, start, tracks, isSelected, act }: RowProps<Row>) {
  function onClick(event: MouseEvent<HTMLElement>): void {
    const control = (event.target as HTMLElement).closest("a,button,label,input");
    if (control && !control.hasAttribute("data-opens-row")) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey) return; // the browser opens the link elsewhere
    event.preventDefault();
    act(row.original, "open");
  }
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      className="absolute inset-x-0 grid cursor-pointer items-center gap-4 border-b px-4 text-[13px] hover:bg-sunken aria-selected:bg-accent-wash"
      style={{ gridTemplateColumns: tracks, height: ROW_PX, transform: `translateY(${start}px)` }}
      onClick={onClick}
    >
      <div role="cell">
        <label className="grid size-6 place-items-center">
          <input type="checkbox" className="size-4 accent-accent" checked={isSelected} onChange={() => act(row.original, "toggle")} />
          <span className="sr-only">Select {name}</span>
        </label>
      </div>
      {row.getVisibleCells().map((cell) => (
        <div key={cell.id} role="cell" className="min-w-0">
          {flexRender(cell.column.columnDef.cell, cell.getContext())}
        </div>
      ))}
    </div>
  );
}

/** The table makes its rows anew for each part of the list; a row of the same lead, place and columns is drawn once. */
const ListRow = memo(
  PlainRow,
  (before, after) =>
    before.row.original === after.row.original &&
    before.start === after.start &&
    before.tracks === after.tracks &&
    before.isSelected === after.isSelected,
) as typeof PlainRow;
