"""Years, and the words around them."""

import re

YEAR = r"((?:18|19|20)\d\d)(?![\w-]|[.,]\d)"
A_YEAR = re.compile(r"(?<!\d)(?:18|19|20)\d\d(?!\d)")
FORM = re.compile(r"\b(?:Pte|Ltd|Limited|Sdn|Bhd|LLP|Inc|Co|Company|Group)\b\.?|[,.]")
MOST = 20
