"""How a modem stands: whether it can send, and which network serves it."""

import asyncio
import contextlib
from collections.abc import Mapping
from typing import Any

from relayd.channels.modem_link import Link
from relayd.channels.modem_terms import ROAMING, ModemState, Trouble, modem_trouble
from relayd.channels.modem_values import GSM, MODEM, SIM, number, word
from relayd.domain.delivery import Failure

REGISTER_S = 10.0


async def state_of(link: Link) -> ModemState:
    """How the modem stands now. Raises ``Trouble`` when it cannot be asked."""
    modem = await link.values(link.modem, MODEM)
    gsm = await _or_nothing(link, link.modem, GSM)
    sim = await _or_nothing(link, word(modem, "Sim", "/"), SIM)
    registration = number(gsm, "RegistrationState", 0)
    quality = modem.get("SignalQuality")
    signal = quality[0] if isinstance(quality, list | tuple) and quality else None
    return ModemState(
        modem_trouble(
            number(modem, "State"),
            number(modem, "StateFailedReason", 0),
            number(modem, "UnlockRequired", 0),
            registration,
        ),
        word(gsm, "OperatorCode", ""),
        word(gsm, "OperatorName", ""),
        word(sim, "OperatorIdentifier", ""),
        registration in ROAMING,
        signal if isinstance(signal, int) else None,
    )


async def _or_nothing(link: Link, path: str, interface: str) -> Mapping[str, Any]:
    """Give no properties where a modem that is locked or broken has none."""
    try:
        return await link.values(path, interface) if path != "/" else {}
    except Trouble:
        return {}


async def ready(link: Link) -> None:
    """Wait a moment for a network. Raises ``Trouble`` where there is none."""
    trouble = None
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(REGISTER_S):
            while True:
                heard = link.heard
                trouble = (await state_of(link)).trouble
                if trouble is None or trouble.failure is not Failure.PATH_DOWN:
                    break
                await link.news(heard)
    if trouble is not None:
        raise trouble
