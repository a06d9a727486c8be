"""SMS text: the letters every phone has, and no more of them than fit in one message.

One letter outside the GSM 7-bit alphabet (3GPP TS 23.038) turns the whole message into UCS-2: 70
letters in place of 160, sent in parts that may arrive apart or not at all.
"""

# ruff: noqa: RUF001 - letters that look alike are what this file is about

import unicodedata

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("^{}\\[~]|€")  # Each is sent as two septets.
ONE_MESSAGE = 160
CUT = "..."
ENDING = "Reply"  # The last sentence that begins so tells how to answer: it is never cut off.

_LATIN = {
    "‘": "'", "’": "'", "‚": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "`": "'",
    "´": "'", "–": "-", "—": "-", "−": "-", "‐": "-", "•": "-", "·": ".", "…": "...", "×": "x",
    "÷": "/", "≤": "<=", "≥": ">=", "→": "->", "←": "<-", "↑": "up", "↓": "down", "↗": "up",
    "↘": "down", "°": " deg", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ð": "d", "Ð": "D",
    "⁄": "/", "þ": "th", "Þ": "Th", "ı": "i", "œ": "oe", "Œ": "OE", "ħ": "h", "Ħ": "H", "ŋ": "n",
    "©": "(c)", "®": "(r)", "\t": " ",
}  # fmt: skip
_CYRILLIC = {
    **dict(zip("абвгдезийклмнопрстуфыэёі", "abvgdeziyklmnoprstufyeei", strict=True)),
    "ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ю": "yu", "я": "ya",
    "є": "ye", "ї": "yi", "ь": "", "ъ": "",
}  # fmt: skip


def to_gsm7(text: str) -> str:
    """Say *text* in the GSM alphabet: near letters for missing ones, ``?`` where there is none.

    Control characters and emoji vanish: neither may reach a modem's command line.
    """
    return "".join(_near(letter) for letter in unicodedata.normalize("NFC", text))


def _near(letter: str) -> str:
    if letter == "\r":
        return ""
    if letter in BASIC or letter in EXTENDED:
        return letter
    if letter in _LATIN:
        return _LATIN[letter]
    if letter.lower() in _CYRILLIC:
        latin = _CYRILLIC[letter.lower()]
        return latin.capitalize() if letter.isupper() else latin
    parts = (_LATIN.get(part, part) for part in unicodedata.normalize("NFKD", letter))
    kept = "".join(part for part in parts if BASIC.union(EXTENDED).issuperset(part))
    return kept or _lost(letter)


def _lost(letter: str) -> str:
    kind = unicodedata.category(letter)
    if kind.startswith("Z"):
        return " "
    return "?" if kind.startswith(("L", "N")) else ""


def septets(text: str) -> int:
    """How many septets *text* takes; it must be in the GSM alphabet already."""
    return sum(2 if letter in EXTENDED else 1 for letter in text)


def fit(text: str, most: int = ONE_MESSAGE) -> str:
    """Say *text* in the GSM alphabet and in at most *most* septets, its ending kept whole."""
    text = to_gsm7(text).strip()
    if septets(text) <= most:
        return text
    head, ending = _split(text)
    room = most - septets(ending) - (1 if ending else 0)
    if room < len(CUT):
        return _cut(ending, most)
    return f"{_cut(head, room)} {ending}".rstrip()


def _split(text: str) -> tuple[str, str]:
    at = text.rfind(ENDING)
    while at > 0 and not text[at - 1].isspace():
        at = text.rfind(ENDING, 0, at)
    return (text[:at].rstrip(), text[at:]) if at >= 0 else (text, "")


def _cut(text: str, room: int) -> str:
    """Cut between words: half a number would be another number."""
    if septets(text) <= room:
        return text
    kept = text
    while septets(kept) > room - len(CUT):
        kept = kept[:-1]
    if not text[len(kept)].isspace() and " " in kept:
        kept = kept[: kept.rindex(" ")]
    return kept.rstrip() + CUT
