"""Labels of numbers that are no telephone numbers: registrations, accounts, orders, parts, identities."""

import re

#: Things that are counted by "no.", "number", "code" or "id".
_NUMBERED = (
    r"account|acct|acc|a/c|konto|invoice|order|purchase order|serial|ref(?:erence)?|permit|policy|tender|lot|patent"
    r"|cert(?:ificate)?|certification|article|cage|duns|d-u-n-s|product|stock|track(?:ing)?|parcel|consignment|waybill"
    r"|contract|document|member(?:ship)?|job|vacancy|project|case|batch|meeting|conference|customer|client|vendor"
    r"|supplier|employer|student|booking|ticket|claim|quotation|drawing|catalog(?:ue)?|version|build|charity|company"
    r"|co|business|biz|tax|entity|registry|register|incorporation|establishment|importer|sort|branch|bank|routing|swift"
    r"|post(?:al)?|zip|approval|accreditation|passcode|meter|vehicle|vessel|container|licen[cs]e|dealer|agency|adviser"
)
_REGISTERS = (
    r"uen|isdn|telex|firmware|release|pager|gst(?:in)?|sst|roc|rcb|acra|brn|ssm|abn|acn|afsl?|arbn|bsb|nzbn|vat|tin|ein"
    r"|npi|mcr|mmsi|imo|cin|llpin|iec|fssai|msme|udyam|npwp|nib|siret|siren|rcs|tva|naf|kvk(?:-?n(?:umme)?r)?|btw"
    r"|rsin|hr[ab]|ust-?id(?:n?r)?|umsatzsteuer-?id|steuernummer|st\.?-?nr|blz|kto|kontonummer"
    r"|handelsregister(?:nummer)?"
    r"|mwst|cvr(?:-?nr)?|org(?:anisasjons|anisations)?\.?[ -]?(?:nr|nummer)|kontonr|bankgiro|plusgiro|y-tunnus"
    r"|business id|[bc]\.?r\.? no|registro|p\.?iva|nif|cif|kbo|bce|onderneming(?:snummer)?"
    r"|isbn(?:-1[03])?|issn|ismn|doi|sku|mpn|ean|gtin|upc|asin|nric|bar ?codes?|hs(?: codes?|(?=\W{0,3}$))|copyright"
    r"|iban|bic|paynow|lei|csn|qq|we ?chat(?: id)?|line id|passcode|otp|[ps]/n|p\.?o\.? ?box"
)
#: Before a number that shows how to write one: "e.g. 9123 4567".
_EXAMPLES = (
    r"e\.g\.?|eg|i\.e\.?|z\.\s?b\.?|p\. ?ex\.?|bijv\.?|f\.eks\.?|such as|(?<![.@])example|format|contoh|placeholder|例"
)

#: The label has its value, and a sign behind it; the next number is another thing: "UEN 201912345K | 6123 4567".
USED_UP = re.compile(r"\d[\w./()-]{0,12}\s{0,2}[·•|,;–—]")

OTHER = (
    rf"{_REGISTERS}|{_EXAMPLES}"
    r"|(?:company|co|business|biz|tax|gst|charity|vat)\.? ?reg\w{0,9}|reg(?:istration|istered|d|n)?\.? ?(?:no|nr"
    r"|number|code)"
    r"|(?:old|former|previous) (?:telephone |phone |mobile |contact )?(?:number|line|no)s?|licen[cs]es?|versions?"
    r"|accounts? (?:no|number)s?|(?:our|your) ref(?:erence)?"
    rf"|(?:{_NUMBERED})(?:\.? |\.(?=no)|-)?(?:no|nos|nr|num|number|code|id|ref|#)s?"
    rf"|(?:account|acct|a/c|invoice|reference|ref|policy|contract|document|batch|lot|membership|tender ref|permit)"
    r"(?=\W{0,4}(?:\d|$))"
    r"|(?:items?|models?|parts?)\.? ?(?:no|number|code|id|#)s?|(?:item|model|part)(?=\W{0,4}$)"
    r"|注册号|註冊號|备案号|法人番号|登録番号|口座番号|許可番号|许可证号?|許可|许可证|统一社会信用代码|账号|帳號|邮编|郵編|郵政編碼|微信号"
    r"|no\.? ?(?:pendaftaran|akaun|daftar|syarikat|rek(?:ening)?|reg)\b.{0,20}"
)
