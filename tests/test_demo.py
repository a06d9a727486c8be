"""``relayd demo`` keeps what the README promises a stranger: the whole night, with no set-up."""

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

import aiohttp
import pytest

from relayd.config import parse
from relayd.demo.household import household, zone_here

pytest.importorskip("amqtt", reason="the demo's broker is not installed: pip install '.[demo]'")

ROOT = Path(__file__).parent.parent
WITHIN_S = 90.0

STORY = (
    r"Mobile data goes out",
    r"Mia URGENT LOW, high priority\. Alert mia-1 is raised",
    r"Ana is called by push",
    r"The push to Ana failed: no answer came back",
    r"Ana is called by text: the last try failed",
    r"The text to Ana is on the phone: proven",
    r'(Ana|Tom) answers "1"',
    r"has it\. The calling stops",
    r'Tom\'s phone: "Mia URGENT LOW: (Ana has it|you have it)',
    r"Alert mia-1 is off",
    r'Ana\'s phone: "Mia LOW is over: was 2\.8 at \d\d:\d\d, now 5\.9 mmol/L',
    r"The story came out as it should",
)


def transcript() -> tuple[str, ...]:
    """The README's own lines as patterns: what the clock says may differ, nothing else."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    block = text.partition("<!-- transcript of: relayd demo --once -->\n```\n")[2].partition("```")[
        0
    ]
    lines = [re.escape(line.partition("  ")[2]) for line in block.splitlines()]
    return tuple(re.sub(r"\d\d:\d\d", r"\\d\\d:\\d\\d", line) for line in lines)


@asynccontextmanager
async def demo(*, broker: bool = True) -> AsyncIterator[asyncio.subprocess.Process]:
    """The demo as a process with its output in a pipe; without its *broker* if so wished."""
    program = ["-m", "relayd"] if broker else ["-c", WITHOUT_BROKER]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *program,
        "demo",
        "--once",
        cwd=ROOT,
        env={**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


WITHOUT_BROKER = """
import sys
sys.modules["amqtt"] = None
from relayd.cli import main
sys.exit(main(sys.argv[1:]))
"""


def assert_told_in_order(told: str, story: tuple[str, ...]) -> None:
    """Hold what was told against the story, line by line."""
    at = 0
    for line in story:
        found = re.compile(line).search(told, at)
        assert found is not None, (
            f"{line!r} was not told after this:\n{told[:at]}\n---\n{told[at:]}"
        )
        at = found.end()


@pytest.mark.live
async def test_a_night_is_told_from_the_low_to_the_quiet_line() -> None:
    """A stranger's first minute: the push dies, the text arrives, a carer has it, it is over."""
    async with asyncio.timeout(WITHIN_S), demo() as process:
        out, err = await process.communicate()
    assert_told_in_order(out.decode(), STORY)
    assert transcript(), "the README shows no transcript"
    assert_told_in_order(out.decode(), transcript())
    assert not err.decode()
    assert process.returncode == 0


@pytest.mark.live
async def test_a_visitor_answers_on_toms_phone_and_both_pages_are_up() -> None:
    """Whoever opens the pages takes part: it is Tom who has it, and relayd's page lets one in."""
    async with asyncio.timeout(WITHIN_S), demo() as process, visitor() as session:
        assert process.stdout is not None
        told, phones = "", ""
        while not phones:
            told += (await process.stdout.readline()).decode()
            found = re.search(r"phones\s+(http://127\.0\.0\.1:\d+)/\n", told)
            phones = found[1] if found is not None else ""
        async with session.get(f"{phones}/relayd") as page:
            assert page.status == 200, "the page does not let the visitor in"
            assert "Mia" in await page.text()
        async with session.get(f"{phones}/") as page:
            assert "The carers' phones" in await page.text()
        while "Tom's phone:" not in told:
            told += (await process.stdout.readline()).decode()
        note = await newest_note(session, phones, "tom")
        async with session.post(f"{phones}/phones/tom/{note}/1") as pressed:
            assert pressed.status == 204
        async with session.post(f"{phones}/phones/tom/{note}/1") as again:
            assert again.status == 409, "one note is answered once"
        told += (await process.stdout.read()).decode()
        await process.wait()
    last = ("Tom has it. The calling stops", "Ana's phone: .*Tom has it", "Alert mia-1 is off")
    assert_told_in_order(told, (r'Tom answers "1"', *last))
    assert process.returncode == 0


async def newest_note(session: aiohttp.ClientSession, phones: str, carer: str) -> str:
    """The id of the newest note on a carer's phone."""
    async with session.get(f"{phones}/phones") as answer:
        state = await answer.json()
    notes = next(phone["notes"] for phone in state["phones"] if phone["carer"] == carer)
    return str(notes[-1]["note"])


@asynccontextmanager
async def visitor() -> AsyncIterator[aiohttp.ClientSession]:
    """A browser that keeps cookies of plain addresses too."""
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar) as session:
        yield session


async def test_without_its_broker_the_demo_says_how_to_install_it() -> None:
    async with asyncio.timeout(WITHIN_S), demo(broker=False) as process:
        out, err = await process.communicate()
    assert process.returncode == 1
    assert err.decode().strip().endswith("pip install 'relayd[demo]'")
    assert not out


def test_the_demos_household_is_one_that_relayd_accepts(tmp_path: Path) -> None:
    text = household(mqtt=1883, web=8480, phones=8481, token="k3f9x")
    config = parse(text, file=tmp_path / "demo.toml")
    assert set(config.household.carers) == {"ana", "tom"}


@pytest.mark.parametrize(
    ("tz", "link", "zone"),
    [
        ("Europe/London", "", "Europe/London"),
        (":Asia/Tokyo", "", "Asia/Tokyo"),
        ("", "/usr/share/zoneinfo/America/New_York", "America/New_York"),
        ("Nowhere/Land", "/usr/share/zoneinfo/Europe/Paris", "Europe/Paris"),
        ("../etc/passwd", "", "UTC"),
        ("", "", "UTC"),
    ],
)
def test_texts_show_the_time_of_the_wall_clock_in_the_room(
    tz: str, link: str, zone: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    localtime = tmp_path / "localtime"
    if link:
        localtime.symlink_to(link)
    monkeypatch.setenv("TZ", tz)
    assert zone_here(localtime) == zone
    assert ZoneInfo(zone).key == zone
