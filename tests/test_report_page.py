"""The page that is sent to the other parent: what it says, and that no name can break out of it."""

import re
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser

import pytest
from stories import NAMES, Tale, broken, kept, story

from relayd.domain.story import AlertTold, Band, Story
from relayd.report import page

EVIL = "</style></title><script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
VOID = ("meta", "link")


class Structure(HTMLParser):
    """Elements and what stands between them; fails on what is never closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Match an end with its beginning."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Collect what people read."""
        if "style" not in self.open:
            self.text.append(data)


def structure(text: str) -> Structure:
    parser = Structure()
    parser.feed(text)
    parser.close()
    assert parser.open == []
    return parser


def words(text: str) -> str:
    return " ".join(" ".join(structure(text).text).split())


def classes(text: str) -> list[str]:
    return [attrs.get("class") or "" for _, attrs in structure(text).tags]


def test_the_page_says_what_the_terminal_says() -> None:
    text = words(page.render(kept()))
    for said in (
        "A rehearsal: nobody was called o2-2018",
        "✔ The promise is kept",
        "Tom (dad) was told by text after 34 s and answered after 1 min 14 s.",
        "It really began at 05:20, 10 min before relayd could know of it.",
        "Ana (mum) no proof nothing came back from push; text failed",
        "05:30:44 ✔ proof: the text has reached Tom (dad)",
        "one text in five on O2 (assumed)",
        "The watcher outside the house tells Ana when the Pi is dead.",
    ):
        assert said in text


def test_a_broken_promise_names_who_is_unreached_and_the_cheapest_change() -> None:
    text = words(page.render(broken()))
    assert "Not reached at all: Ana (mum)." in text
    assert "The cheapest change: give gran a landline route: keeps 14 of 17" in text
    assert "Or: give ana a second SIM on EE: keeps 9 of 17" in text


def test_a_long_story_is_folded_and_every_line_is_still_there() -> None:
    text = words(page.render(broken(14)))
    assert "14 more times until 07:50" in text
    assert "Every line, 63 of them" in text


def test_the_picture_shows_lanes_bands_and_proof_by_shape() -> None:
    """Twice each: once for a wide screen and once for a phone."""
    found = classes(page.render(kept()))
    assert found.count("lane") == 2 * 2 * 2
    assert found.count("mark delivered") == 2 + 1  # close up, and in the legend
    assert found.count("mark accepted") == 2 * 2 + 1
    assert found.count("mark undeliverable") == 2 * 2 + 1
    assert found.count("mark sent") == 2 * 2 + 1
    assert found.count("fault") == found.count("fault assumed") == 2 * 2
    assert found.count("until") == 2 * 2, "where the promise ends, its line and its word"


def test_the_picture_is_told_in_words_to_who_cannot_see_it() -> None:
    said = [attrs.get("aria-label") or "" for tag, attrs in structure(page.render(kept())).tags
            if tag == "svg" and attrs.get("role") == "img"]  # fmt: skip
    assert len(said) == 4
    assert said[0] == (
        "The whole story. Ana (mum): 2 tries, none with proof. Tom (dad): 2 tries, 1 with proof."
    )
    assert said[2].startswith("The first 2 min 12 s. Ana (mum): 2 tries")


def test_an_answer_that_belongs_to_no_message_is_a_mark_too() -> None:
    tale = Tale()
    tale.alerted(0.0, "raised")
    tale.begun(0.0, "ana", "push")
    tale.line(30.0, "alert.acknowledged", alert="mia-1", carer="ana", by="page")
    alert = AlertTold("mia-1", "mia", "glucose.urgent_low", "high", 0.0, kept=True)
    found = classes(page.render(story(tale, alerts=(alert,))))
    assert found.count("mark accepted") == 2 * 2 + 1


def test_a_page_loads_nothing_and_runs_nothing() -> None:
    text = page.render(kept(), broken())
    for tag, attrs in structure(text).tags:
        assert tag not in ("script", "img", "iframe", "object", "form", "base")
        assert "style" not in attrs
        for key in ("src", "href", "action"):
            assert (attrs.get(key) or "data:").startswith("data:")
    assert "url(" not in text
    assert "@import" not in text
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)
    assert policy is not None
    assert unescape(policy[1]).startswith("default-src 'none'; style-src 'sha256-")


def test_no_name_can_put_anything_into_the_page() -> None:
    tale = Tale(condition=EVIL, priority=EVIL)
    tale.alerted(0.0, "raised")
    attempt = tale.begun(0.0, "ana", EVIL, EVIL, passed_over=EVIL)
    tale.got(1.0, attempt, "undeliverable", failure=EVIL)
    tale.line(2.0, EVIL, **{EVIL: EVIL})
    tale.line(3.0, "outage.began", outage=EVIL)
    hostile = replace(
        kept(),
        scenario=EVIL,
        about=EVIL,
        lines=tuple(tale.lines),
        names=dict.fromkeys(NAMES, EVIL),
        notes=(EVIL,),
        outages=(Band(EVIL, EVIL, 0.0, None),),
        alerts=(replace(kept().alerts[0], condition=EVIL, priority=EVIL),),
        unreached=(EVIL,),
        lifted_by=EVIL,
    )
    harmless = {tag for tag, _ in structure(page.render(kept(), broken())).tags}
    tags = structure(page.render(hostile, hostile)).tags
    assert {tag for tag, _ in tags} <= harmless
    assert not any(key.startswith("on") for _, attrs in tags for key in attrs)


def test_a_drill_is_laid_beside_its_rehearsal() -> None:
    text = words(page.render(kept(), broken(0)))
    assert "A drill: real messages, marked TEST" in text
    assert "Beside the rehearsal" in text
    assert "Tom (dad) by text - 30 s - 34 s not foreseen" in text
    assert "Beside the rehearsal" not in words(page.render(kept()))


def test_a_drill_that_a_real_alert_ended_says_so() -> None:
    text = words(page.render(kept(lifted_by="leo-3")))
    assert "A drill: real messages, marked TEST" in text
    assert "A real alert (leo-3) ended the drill at once" in text


@pytest.mark.parametrize("lasts_s", [1.0, 90.0, 3600.0, 86400.0, 400000.0])
def test_the_axis_names_a_few_round_times_however_long_the_story(lasts_s: float) -> None:
    text = page.render(replace(broken(0), lasts_s=lasts_s, alerts=()))
    picture = text[text.index("<svg") : text.index("</svg>")]
    axis = picture[picture.index('class="axis"') :]
    labels = re.findall(r"<text[^>]*>([^<]+)</text>", axis.partition("</g>")[0])
    assert len(labels) <= 12
    assert all(re.fullmatch(r"\d\d:\d\d|[A-Z][a-z]{2}", label) for label in labels)
    if lasts_s >= 90:
        assert len(labels) >= 1


def test_an_empty_story_is_still_a_page() -> None:
    nothing: Story = story(Tale())
    assert "No alert here was of high priority" in words(page.render(nothing))


def test_the_same_story_makes_the_same_page() -> None:
    assert page.render(kept()) == page.render(kept())
