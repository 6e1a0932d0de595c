"""Statements that read a page of a list from the table `listed_companies`.

Each sets its own tenant, so a page takes one round trip and not three. $1 and $2 are the position, $3 the moment of the
walk, $4 the number of rows, $5 the tenant, $6 facets, $7 industries, $8 a name's beginning.
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
# Not as it is in the index of names: else a plan may take that, which has not the order of the list.
_IS_NAMED_IN_ORDER = _IS_NAMED.replace("name_key", "(name_key || '')")
_VERSION_OF = "updated_at AS version"


class ListStatements(NamedTuple):
    """Builds the statements of one list: the column that it is sorted by, its items, and the condition of its rows.

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
        page = self._walked(f"{self.item} AS item", condition, sources)
        return (
            f"{_WALKED} SELECT as_of, {self.key}, company_id, item FROM ({page}) AS page"
            f" ORDER BY {self.key} DESC, company_id DESC"
        )

    def in_two_steps(self, condition: str, sources: str = "") -> str:
        """Finds the page in an index that has all that is asked for, and reads only the page's rows from the table.

        Where several indexes would do, PostgreSQL takes the right one only if it needs nothing of the table.
        """
        return self._with_items(f", page AS MATERIALIZED ({self._walked(_VERSION_OF, condition, sources)})")

    def by_name(self, condition: str, sources: str = "") -> str:
        """Sorts the companies of a name's beginning or, if they are many, looks in order, where `condition` holds."""
        in_order = f"{condition} AND {_IS_NAMED_IN_ORDER} AND NOT few.are_all"
        walked = self._walked(_VERSION_OF, in_order, f"CROSS JOIN few {sources}")
        columns = ", ".join(dict.fromkeys(("company_id", self.key, "updated_at", "facet", "industry", "until")))
        return self._with_items(f""", {_SOUGHT}, named AS MATERIALIZED (
        SELECT it.* FROM walk CROSS JOIN LATERAL (
            SELECT {columns}, walk.as_of FROM listed_companies
             WHERE tenant_id = tenant() AND is_candidate AND {_IS_NAMED} LIMIT {FEW_NAMES} + 1) AS it
    ), few AS MATERIALIZED (
        SELECT count(*) <= {FEW_NAMES} AS are_all FROM named
    ), page AS MATERIALIZED (
        (SELECT company_id, {self.key}, {_VERSION_OF}, as_of FROM named CROSS JOIN few
          WHERE few.are_all AND ({self.key}, company_id) < ($1, $2) AND updated_at <= as_of AND until > as_of
            AND facet = ANY ($6::smallint[]) AND ($7::text[] IS NULL OR industry = ANY ($7))
         {self._order})
        UNION ALL
        ({walked})
    )""")

    def _walked(self, more: str, condition: str, sources: str) -> str:
        """Selects the next rows for each of `sources`.

        The position is compared as it is: an expression there keeps a cached plan from using the index for it.
        """
        return f"""
    SELECT it.* FROM walk {sources} CROSS JOIN LATERAL (
           SELECT company_id, {self.key}, {more}, walk.as_of FROM listed_companies
            WHERE tenant_id = tenant() AND {self.listed}
              AND ({self.key}, company_id) < ($1, $2)
              AND updated_at <= (SELECT as_of FROM walk) AND until > (SELECT as_of FROM walk)
              {condition} {self._order}) AS it {self._order}
"""

    def _with_items(self, with_page: str) -> str:
        """Continues `_WALKED` with `page`, whose rows know their `version`, and reads their items."""
        return f"""{_WALKED}{with_page}
    SELECT page.as_of, page.{self.key}, page.company_id, listed.item
      FROM page CROSS JOIN LATERAL (
           SELECT {self.item} AS item FROM listed_companies
            WHERE tenant_id = tenant() AND company_id = page.company_id AND updated_at = page.version LIMIT 1) AS listed
     ORDER BY page.{self.key} DESC, page.company_id DESC"""
