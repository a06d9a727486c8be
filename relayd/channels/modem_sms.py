"""SMS through the Pi's own SIM: no internet between relayd and the mobile network.

ModemManager drives the modem. It has no key that makes a second try harmless, so a text whose
fate is unknown is looked at again before it is sent once more.
"""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import timedelta
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

import aiohttp

from relayd.channels import Message, Outcome, Reply, ReplyError, Traits
from relayd.channels.gsm7 import fit
from relayd.channels.modem_receipts import receipt_of, reply_of, reports_on, slot_of
from relayd.channels.modem_terms import ANY, ModemState, Pdu, SmsState, Text, Trouble, fate
from relayd.channels.phone import e164_fault
from relayd.domain.delivery import Dissemination, Failure

if TYPE_CHECKING:  # dbus-fast is an extra: this module is read without it too
    from relayd.channels.modem_bus import Line
    from relayd.channels.modem_link import Link

KIND = "modem-sms"
LACKING = 'the package dbus-fast is not installed: pip install "relayd[modem]"'
IMEI_DIGITS = 15
WITHIN = timedelta(seconds=60)  # The network may take that long to say that it took a text.
DELETE_WITHIN_S = 2.0
AGAIN_FIRST_S = 1.0
AGAIN_AT_MOST_S = 30.0
MOST_KEPT = 256  # References count to 255 and begin again.


@dataclass(frozen=True, slots=True)
class Config:
    """The keys of a channel over the Pi's own SIM."""

    modem: str = field(default=ANY, metadata={"doc": '"any", or the IMEI of one modem'})


def traits(config: Config) -> Traits:
    """Delivery reports prove; the carer answers with a text."""
    del config
    return Traits(proves=True, answers=True, own_way=True)


def check_to(to: str) -> str | None:
    """Say what is wrong with a carer's number."""
    return e164_fault(to)


def faults(config: Config) -> list[tuple[str, str, str]]:
    """What is wrong with the values: key, what, remedy."""
    if config.modem == ANY or _is_imei(config.modem):
        return []
    remedy = 'write "any", or the 15 digits on the modem (`mmcli -m any` shows them too)'
    return [("modem", "this is not an IMEI", remedy)]


def lacks() -> str | None:
    """Say what is not installed. The file may be read on machines that have no modem."""
    return LACKING if find_spec("dbus_fast") is None else None


def _is_imei(text: str) -> bool:
    return len(text) == IMEI_DIGITS and text.isascii() and text.isdecimal()


def open_channel(name: str, config: Config, addresses: tuple[str, ...]) -> "ModemSms":
    """Make the channel; *addresses* are not needed: texts come in from anybody."""
    del addresses
    return ModemSms(name, config)


class ModemSms:
    """One SIM. The sessions it is lent are not used: it is a path of its own.

    *bus* is the address of the bus to use, the system's if None.
    """

    def __init__(
        self, name: str, config: Config, within: timedelta = WITHIN, bus: str | None = None
    ) -> None:
        self.name = name
        self._line: Line | None = None
        if lacks() is None:
            buses = import_module("relayd.channels.modem_bus")
            self._line = buses.Line(bus, config.modem)
        self._within_s = within.total_seconds()
        self._under_way: dict[str, asyncio.Task[Outcome]] = {}
        self._unsure: dict[str, str] = {}  # Attempts whose fate is unknown, and their texts' paths.
        self._last: dict[str, str] = {}  # The last receipt of each reference to each number.

    @property
    def _way(self) -> "Line":
        if self._line is None:
            raise Trouble(Failure.CREDENTIALS, LACKING)
        return self._line

    async def send(self, message: Message, session: aiohttp.ClientSession) -> Outcome:
        """Send *message* as one SMS; a second call with its key waits for the first."""
        del session
        task = self._under_way.get(message.key)
        if task is None:
            task = asyncio.create_task(self._send(message), name=f"text {message.key}")
            self._under_way[message.key] = task
            task.add_done_callback(lambda _: self._under_way.pop(message.key, None))
        return await asyncio.shield(task)

    async def _send(self, message: Message) -> Outcome:
        try:
            async with asyncio.timeout(self._within_s):
                return await self._sent(message)
        except Trouble as trouble:
            return trouble.outcome
        except TimeoutError:
            words = "the modem did not say in time whether the network took it"
            return Trouble(Failure.PATH_DOWN, words).outcome

    async def _sent(self, message: Message) -> Outcome:
        async with self._way.ready() as link:
            words = fit(message.text)
            text = await self._left_before(message, words, link)
            if text is None:
                path = await link.create(message.to, words, _minutes(message))
                text = await self._handed_over(message.key, path, link)
            self._unsure.pop(message.key, None)
            receipt = receipt_of(message, text.reference)
            self._last[slot_of(receipt)] = receipt
            _trim(self._last)
            await link.delete(text.path, DELETE_WITHIN_S)
            return Outcome(Dissemination.SENT, receipt=receipt)

    async def _handed_over(self, key: str, path: str, link: "Link") -> Text:
        self._unsure[key] = path
        _trim(self._unsure)
        try:
            return await link.sent(path, self._within_s)
        except Trouble as trouble:
            if not trouble.doubtful:
                del self._unsure[key]
                await link.delete(path, DELETE_WITHIN_S)
            raise

    async def _left_before(self, message: Message, words: str, link: "Link") -> Text | None:
        """The text of an earlier try, if it turns out to have left; rather twice than never."""
        path = self._unsure.get(message.key)
        if path is None:
            return None
        try:
            while True:
                heard = link.heard
                text = await link.text(path)
                if text.state != SmsState.SENDING:
                    break
                await link.news(heard)
        except Trouble:
            return None
        ours = (text.number, text.text) == (message.to, words)  # Paths begin again some day.
        return text if ours and text.state == SmsState.SENT else None

    async def follow(
        self, receipt: str, session: aiohttp.ClientSession
    ) -> AsyncGenerator[Outcome, None]:
        """Wait for the network's report on a text, over every loss of the modem."""
        del session
        wait_s = AGAIN_FIRST_S
        self._last.setdefault(slot_of(receipt), receipt)
        while self._last.get(slot_of(receipt)) == receipt:
            try:
                async with self._way.held() as link:
                    wait_s = AGAIN_FIRST_S
                    outcome = await self._report(receipt, link)
            except Trouble:
                await asyncio.sleep(wait_s)
                wait_s = min(wait_s * 2, AGAIN_AT_MOST_S)
                continue
            if outcome is not None and outcome.status is not Dissemination.SENT:
                yield outcome
            return

    async def _report(self, receipt: str, link: "Link") -> Outcome | None:
        """What the network reports in the end; None once its reference belongs to another text."""
        while self._last.get(slot_of(receipt)) == receipt:
            heard = link.heard
            for text in [each for each in link.texts.values() if reports_on(each, receipt)]:
                await link.delete(text.path)
                if (outcome := fate(text.delivery)) is not None:
                    return outcome
            await link.news(heard)
        return None

    async def replies(self, session: aiohttp.ClientSession) -> AsyncGenerator[Reply, None]:
        """Yield each text that came in, and delete it once it was taken: a SIM holds few."""
        del session
        try:
            async with self._way.held() as link:
                lay = frozenset(link.texts)
                while True:
                    heard = link.heard
                    for text in [each for each in link.texts.values() if each.pdu == Pdu.DELIVER]:
                        yield reply_of(text, lay=text.path in lay)
                        await link.delete(text.path)
                    await link.news(heard)
        except Trouble as trouble:
            raise ReplyError(str(trouble)) from None

    async def withdraw(self, receipt: str, session: aiohttp.ClientSession) -> None:
        """Nothing: a text that has left cannot be called back."""

    async def state(self) -> ModemState:
        """How the modem stands now, and which network serves it."""
        try:
            async with asyncio.timeout(self._within_s):
                return await self._way.state()
        except Trouble as trouble:
            return ModemState(trouble)
        except TimeoutError:
            return ModemState(Trouble(Failure.PATH_DOWN, "the modem did not answer in time"))


def _trim(kept: dict[str, str]) -> None:
    while len(kept) > MOST_KEPT:
        del kept[next(iter(kept))]


def _minutes(message: Message) -> int:
    return -(-int(message.valid_for.total_seconds()) // 60)
