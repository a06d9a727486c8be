"""A glucose value alone, as Home Assistant's statestream and ESPHome publish it."""

from datetime import datetime

from relayd.domain.reading import Malformed
from relayd.wearables.glucose import weigh
from relayd.wearables.origin import Decoded, Origin

LONGEST = 64  # characters; beyond it, it is something else
_BOM = "\ufeff"


def decode(payload: bytes, origin: Origin, _received_at: datetime) -> Decoded:
    """Decode ``72.0``, ``"72"`` in JSON's quotes, or a word such as ``unavailable``.

    The number is in the origin's unit, ``LOW`` and ``HIGH`` count; other words and empty text mean
    that there is none. There is never a time.
    """
    if len(payload) > 4 * LONGEST:
        return Malformed(f"the payload is longer than {LONGEST} characters")
    try:
        text = payload.decode().removeprefix(_BOM).strip()
    except UnicodeDecodeError:
        return Malformed("the payload holds text that is not UTF-8")
    if text.startswith('"') and text.endswith('"'):
        text = text[1:-1]
    if len(text) > LONGEST or not text.isprintable():
        return Malformed("the payload is neither a number nor a word")
    if text.startswith(("{", "[", "<")):
        return Malformed("the payload is a document in place of a number")
    reading = weigh(origin.wearer, text, origin.unit, None, None)
    return reading if isinstance(reading, Malformed) else (reading,)
