"""Statements that read a page of a list from the table `listed_companies`.

Each sets its own tenant, so a page takes one round trip and not three. $1 and $2 are the position, $3 the moment of the
walk, $4 the number of rows, $5 the tenant, $6 facets, $7 industries, $8 a name's beginning.

Each returns one row, since many take the gateway several times as long to read: `as_of` (null if the page is empty),
`items` as the inside of a JSON array, `last_key` and `last_id` of the last item, `continues`, and `unmade`: the
companies of the page if one of them has no item. The last of $4 rows is not on the page; with it, the list continues.
"""

from typing import Literal, NamedTuple

from gateway.lists.items import Item

#: Companies of a name's beginning that are sorted. If they are more, it is cheaper to go through the list in order.
FEW_NAMES = 1_000

# Whatever reads a tenant's rows does so LATERAL to `walk`: it runs when the tenant is set. A statement that did not
# would find no row. $3 is NULL on a walk's first page: the walk begins with the newest version that there is.
_WALKED = """
    WITH acting AS MATERIALIZED (
        SELECT set_config('request.tenant_id', $5, true)::int AS tenant_id
    ), walk AS MATERIALIZED (
        SELECT coalesce($3::timestamptz, (SELECT at FROM list_clocks WHERE tenant_id = acting.tenant_id), 'epoch')
                   AS as_of
          FROM acting
    )"""
# Behind every name with this beginning comes the last character that there is.
_SOUGHT = "sought AS MATERIALIZED (SELECT name_key($8) AS first, name_key($8) || U&'\\+10FFFF' AS last)"
_IS_NAMED = "name_key >= (SELECT first FROM sought) AND name_key < (SELECT last FROM sought)"
# Not as the index of names could be asked: else a plan may take that, which has not the order of the list.
_IS_NAMED_IN_ORDER = f"({_IS_NAMED}) IS TRUE"
_VERSION_OF = "updated_at AS version"


class ListStatements(NamedTuple):
    """Builds the statements of one list, from its sort column, its items, and the condition of its rows.

    `condition` and `sources` of the methods: the filter, and what it is to be fulfilled with one by one.
    """

    key: Literal["updated_at", "score"]
    item: Item
    listed: str

    @property
    def _order(self) -> str:
        return f"ORDER BY {self.key} DESC, company_id DESC LIMIT $4::int"

    def in_one_step(self, condition: str = "", sources: str = "") -> str:
        """Reads the page together with its items."""
        return f"{_WALKED}{self._as_one_row(self._walked(f'{self.item} AS item', condition, sources))}"

    def in_two_steps(self, condition: str, sources: str = "") -> str:
        """Finds the page in a covering index, and reads only the page's rows from the table.

        Where several indexes would do, PostgreSQL takes the right one only if it needs nothing of the table.
        """
        return self._with_items(f", page AS MATERIALIZED ({self._walked(_VERSION_OF, condition, sources)})")

    def by_name(self, condition: str, sources: str = "") -> str:
        """Sorts the companies whose name begins with a text or, if they are many, searches in order by `condition`."""
        in_order = f"{condition} AND {_IS_NAMED_IN_ORDER} AND NOT few.are_all"
        walked = self._walked(_VERSION_OF, in_order, f"CROSS JOIN few {sources}")
        columns = ", ".join(dict.fromkeys(("company_id", self.key, "updated_at", "facet", "industry", "until")))
        named = f"FROM listed_companies WHERE tenant_id = tenant() AND is_candidate AND {_IS_NAMED}"
        # Sorted by name: so no index is taken but that of names. Counted first, and read only if they are few, since to
        # keep a thousand rows takes longer than to count them.
        return self._with_items(f""", {_SOUGHT}, few AS MATERIALIZED (
        SELECT count(*) <= {FEW_NAMES} AS are_all
          FROM walk CROSS JOIN LATERAL (SELECT walk.as_of {named} ORDER BY name_key LIMIT {FEW_NAMES} + 1) AS it
    ), named AS MATERIALIZED (
        SELECT it.* FROM walk CROSS JOIN few
         CROSS JOIN LATERAL (SELECT {columns}, walk.as_of {named} AND few.are_all
                              ORDER BY name_key LIMIT {FEW_NAMES}) AS it
    ), page AS MATERIALIZED (
        (SELECT company_id, {self.key}, {_VERSION_OF}, as_of FROM named
          WHERE ({self.key}, company_id) < ($1, $2) AND updated_at <= as_of AND until > as_of
            AND facet = ANY ($6::smallint[]) AND ($7::text[] IS NULL OR industry = ANY ($7))
         {self._order})
        UNION ALL
        ({walked})
    )""")

    def _walked(self, more: str, condition: str, sources: str) -> str:
        """Selects the next rows for each of `sources`.

        The position is compared as it is: an expression there keeps a cached plan from using the index for it. The time
        of a version is compared by an expression: an index sorted by it would begin there, and not at the position.
        """
        return f"""
    SELECT it.* FROM walk {sources} CROSS JOIN LATERAL (
           SELECT company_id, {self.key}, {more}, walk.as_of FROM listed_companies
            WHERE tenant_id = tenant() AND {self.listed}
              AND ({self.key}, company_id) < ($1, $2)
              AND (updated_at <= (SELECT as_of FROM walk)) IS TRUE AND until > (SELECT as_of FROM walk)
              {condition} {self._order}) AS it {self._order}
"""

    def _with_items(self, with_page: str) -> str:
        """Continues `_WALKED` with `page`, whose rows know their `version`, and reads their items."""
        page = f"""
    SELECT page.as_of, page.{self.key}, page.company_id, listed.item
      FROM page CROSS JOIN LATERAL (
           SELECT {self.item} AS item FROM listed_companies
            WHERE tenant_id = tenant() AND company_id = page.company_id AND updated_at = page.version LIMIT 1) AS listed
"""
        return f"{_WALKED}{with_page}{self._as_one_row(page)}"

    def _as_one_row(self, page: str) -> str:
        order = f"ORDER BY {self.key} DESC, company_id DESC"
        return f"""
    SELECT min(as_of) AS as_of, string_agg(item, ',' {order}) FILTER (WHERE nth < $4::int) AS items,
           max({self.key}) FILTER (WHERE nth = $4::int - 1) AS last_key,
           max(company_id) FILTER (WHERE nth = $4::int - 1) AS last_id, count(*) = $4::int AS continues,
           CASE WHEN count(item) < count(*)
                THEN array_agg(company_id {order}) FILTER (WHERE nth < $4::int) END AS unmade
      FROM (SELECT *, row_number() OVER ({order}) AS nth FROM ({page}) AS page) AS numbered"""
