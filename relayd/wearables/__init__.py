"""Bytes to readings, one file per source format, all pure. This file is the one list of them."""

from collections.abc import Mapping

from relayd.wearables import dexcom_share, librelinkup, nightscout, number, osd, own
from relayd.wearables.origin import Decoded, Decoder, Origin

__all__ = ["FORMATS", "OWN", "Decoded", "Decoder", "Origin"]

FORMATS: Mapping[str, Decoder] = {
    "relayd": own.decode,
    "nightscout": nightscout.decode,
    "librelinkup": librelinkup.decode,
    "dexcom-share": dexcom_share.decode,
    "osd": osd.decode,
    "number": number.decode,
}
"""What ``format`` of a ``[[sources]]`` entry may be.

A decoder takes the payload, whose it is, and when it came (aware UTC, used only to settle which
of two ambiguous local times is meant). It answers the readings, oldest first, or why there are
none; it never raises, whatever the bytes.
"""

OWN: Mapping[str, Decoder] = {
    "glucose": own.glucose,
    "seizure": own.seizure,
    "device": own.device,
}
"""relayd's own topics: the last level of ``relayd/<wearer>/…``."""
