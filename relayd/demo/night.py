"""Puts the stage up, plays the night on it, and takes it down again."""

import asyncio
import contextlib
import secrets
import signal
import socket
from pathlib import Path

from yarl import URL

from relayd.clock import Clock
from relayd.config import Config
from relayd.config.load import parse
from relayd.daemon import Daemon
from relayd.demo.broker import Broker, Sensor
from relayd.demo.household import GATEWAY, PHONES, WEARER, household
from relayd.demo.narrator import Narrator
from relayd.demo.phones import Note, Phone, Phones
from relayd.demo.pocket import Pocket
from relayd.demo.push import PushServer
from relayd.demo.screen import Screen
from relayd.demo.story import Story, WentWrongError
from relayd.demo.text import TextGateway
from relayd.domain.event import Happened
from relayd.web import Web

TITLE = "relayd demo: a low at night, and mobile data is out"
ABOUT = (
    "The relayd you see is the real one, with a real broker, real HTTP and a real page. Only the "
    "sensor, the phones and the services between are modelled, and minutes pass as seconds."
)
PLAN = (
    "Ana is called by push, then by text; Tom as well, by text, if nobody has answered after 3 s. "
    "Press 1 on their phones, or wait: Ana will answer by herself."
)
GOOD = "The story came out as it should."
STAYS = "The pages stay up; Ctrl-C ends it."
WELL, BAD_NEWS, INTERRUPTED = 0, 1, 130


async def play(folder: Path, *, once: bool) -> int:
    """Play the night with its state in *folder*; returns the exit status."""
    mqtt, page, phones = free_ports(3)
    token = secrets.token_urlsafe(16)
    text = household(mqtt=mqtt, web=page, phones=phones, token=token)
    config = parse(text, file=folder / "demo.toml")
    async with contextlib.AsyncExitStack() as stage:
        await stage.enter_async_context(Broker(mqtt))
        sensor = await stage.enter_async_context(Sensor(mqtt, WEARER))
        theatre = Theatre(config, sensor, phones)
        await stage.enter_async_context(theatre.pocket(token))
        return await theatre.perform(once=once)


class Theatre:
    """The real daemon between a modelled sensor and modelled phones, which are at port *phones*."""

    def __init__(self, config: Config, sensor: Sensor, phones: int) -> None:
        self._config = config
        self._clock = Clock()
        self._port = phones
        people = config.household.carers
        self._phones = Phones(
            [Phone(carer, people[carer].name, number) for carer, number in PHONES.items()],
            self._clock.wall,
        )
        self._screen = Screen(config.household.zone)
        self._daemon = Daemon(config)
        self._story = Story(self._daemon, sensor, self._phones, self._screen)

    def pocket(self, token: str) -> Pocket:
        """The server of the phones and of the services that reach them."""
        now, phones = self._clock.wall, self._phones
        return Pocket(
            phones,
            PushServer(phones, now),
            TextGateway(phones, GATEWAY, now),
            port=self._port,
            zone=self._config.household.zone,
            relay=URL(f"http://127.0.0.1:{self._config.web.port}/"),
            token=token,
        )

    async def perform(self, *, once: bool) -> int:
        """Open the page, run the daemon, and tell the story."""
        web = Web(self._daemon, self._config)
        await web.open()
        self._listen()
        self._open_show()
        running = asyncio.create_task(self._daemon.run())
        ended = asyncio.create_task(self._interrupted())
        told = asyncio.create_task(self._tell(once=once))
        try:
            await asyncio.wait({running, ended, told}, return_when=asyncio.FIRST_COMPLETED)
            if told.done():
                return told.result()
            return WELL if self._story.ended else INTERRUPTED
        finally:
            ended.cancel()
            told.cancel()
            self._daemon.stop()
            await running
            await web.close()

    async def _interrupted(self) -> None:
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        await stop.wait()

    def _listen(self) -> None:
        """Hear of everything that happens, and leave others their hearing."""
        household, engine = self._config.household, self._daemon.engine
        narrator = Narrator(self._screen, household, engine.attempt, self._clock.wall)
        others = self._daemon.store.on_happened

        def happened(seq: int, one: Happened) -> None:
            if others is not None:
                others(seq, one)
            narrator.tell(one)
            self._story.note(one)

        self._daemon.store.on_happened = happened

        def shown(phone: Phone, note: Note) -> None:
            narrator.shown(phone, note)
            self._story.note()

        self._phones.hear = shown
        self._phones.press = narrator.pressed

    def _open_show(self) -> None:
        screen, phones = self._screen, f"http://127.0.0.1:{self._port}/"
        screen.title(TITLE, ABOUT)
        screen.link("relayd's own page  ", f"{phones}relayd")
        screen.link("The carers' phones ", phones)
        screen.gap()
        screen.say(PLAN)

    async def _tell(self, *, once: bool) -> int:
        async with asyncio.TaskGroup() as group:
            carers = group.create_task(self._story.carers())
            try:
                await self._story.tell()
            except WentWrongError as wrong:
                carers.cancel()
                self._screen.gap()
                self._screen.say(f"The story did not come out as it should: {wrong}.", "bold red")
                return BAD_NEWS
            self._screen.gap()
            self._screen.say(f"{GOOD} {self._story.summary()}", "bold green")
            if once:
                carers.cancel()
                return WELL
            self._screen.say(STAYS, "bold")
            await self._story.go_on()
        return WELL


def free_ports(count: int) -> list[int]:
    """As many ports of 127.0.0.1 that nobody listens on."""
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
