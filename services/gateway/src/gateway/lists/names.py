"""Companies by the beginning of their names, as statements of the lists compare it. `$8` is the beginning."""

#: Companies of a name's beginning that are sorted. If they are more, it is cheaper to go through the list in order.
FEW_NAMES = 1_000

# Behind every name with this beginning comes the last character that there is.
SOUGHT = "sought AS MATERIALIZED (SELECT name_key($8) AS first, name_key($8) || U&'\\+10FFFF' AS last)"
IS_NAMED = "name_key >= (SELECT first FROM sought) AND name_key < (SELECT last FROM sought)"
# Not as it is in the index of names: else a plan may take that, which has not the order of the list.
IS_NAMED_IN_ORDER = IS_NAMED.replace("name_key", "(name_key || '')")
