"""The page in a real browser: it loads nothing, complains of nothing, and fits a phone."""

from dataclasses import replace
from pathlib import Path

import pytest
from browsers import browser
from stories import broken, kept

from relayd.report import page as pages

EVIL = "</style></title><script>document.title='owned'</script><img src=//x.example onerror=1>"
CASES = {"kept": kept(), "broken": broken(), "drill": kept()}


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """Each story as a page on disk, a hostile one among them."""
    made = {name: pages.render(story) for name, story in CASES.items()}
    made["drill"] = pages.render(kept(), broken(2))
    names = dict.fromkeys(("ana", "tom", "mia"), EVIL)
    made["hostile"] = pages.render(replace(kept(), names=names, scenario=EVIL, about=EVIL * 9))
    for name, text in made.items():
        (tmp_path / f"{name}.html").write_text(text, encoding="utf-8")
    return {name: tmp_path / f"{name}.html" for name in made}


@pytest.mark.parametrize("width", [360, 700, 1200])
async def test_a_person_who_opens_the_page_sees_all_of_it(
    files: dict[str, Path], tmp_path: Path, width: int
) -> None:
    """A page sent to the other parent must not call home, break, or scroll sideways on a phone."""
    async with browser(tmp_path / "home") as page:
        for name, file in files.items():
            await page.open(file, width=width)
            overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            assert await page.value(overflow) <= 0, name
            assert await page.value("document.title") != "owned"
            shown = "[...document.querySelectorAll('svg.picture')].filter(s => s.clientWidth > 0)"
            assert await page.value(f"{shown}.every(s => s.querySelector('.lane'))"), name
            assert await page.value(f"{shown}.length") == 2, name
            kind = "narrow" if width < 688 else "wide"
            assert await page.value(f"{shown}.every(s => s.classList.contains('{kind}'))"), name
            assert await page.value(f"{shown}[1].querySelectorAll('.mark').length") >= 2, name
        assert page.complaints == []
        asked = [url for url in page.requests if not url.startswith(("file:", "data:"))]
        assert asked == []


async def test_every_word_can_be_read_by_day_and_by_night(
    files: dict[str, Path], tmp_path: Path
) -> None:
    """AA: 4.5 to 1 for text on whatever lies behind it."""
    async with browser(tmp_path / "home") as page:
        for dark in (False, True):
            for name in ("kept", "broken", "drill"):
                await page.open(files[name], width=1200, dark=dark)
                poor = await page.value(POOR_CONTRAST)
                assert poor == [], (name, dark)


async def test_words_of_the_picture_do_not_stand_outside_it(
    files: dict[str, Path], tmp_path: Path
) -> None:
    async with browser(tmp_path / "home") as page:
        for width in (360, 1200):
            await page.open(files["broken"], width=width)
            assert await page.value(OUTSIDE) == []


POOR_CONTRAST = """
(() => {
  const parse = text => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const behind = node => {
    for (let up = node; up; up = up.parentElement) {
      const colour = parse(getComputedStyle(up).backgroundColor);
      if (colour.length < 4 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const band = getComputedStyle(document.querySelector('.band')).fill;
  const found = [];
  const judge = (words, ink, paper) => {
    const [a, b] = [light(parse(ink)), light(parse(paper))].sort((x, y) => y - x);
    if ((a + .05) / (b + .05) < 4.5) found.push([words, ink, paper]);
  };
  for (const node of document.querySelectorAll('body *')) {
    const own = [...node.childNodes].some(c => c.nodeType === 3 && c.data.trim());
    if (!own || ['STYLE', 'title'].includes(node.tagName)) continue;
    const style = getComputedStyle(node);
    const words = node.textContent.slice(0, 40);
    const paper = `rgb(${behind(node).slice(0, 3)})`;
    if (!(node instanceof SVGElement)) judge(words, style.color, paper);
    else if (node.classList.contains('fails')) {
      const bar = node.previousElementSibling;
      if (!bar.classList.contains('assumed')) judge(words, style.fill, getComputedStyle(bar).fill);
    } else {
      judge(words, style.fill, band);
      judge(words, style.fill, paper);
    }
  }
  return found;
})()
"""

OUTSIDE = """
[...document.querySelectorAll('svg.picture')].filter(s => s.clientWidth > 0).flatMap(s => {
  const box = s.getBoundingClientRect();
  return [...s.querySelectorAll('text')].filter(t => {
    const r = t.getBoundingClientRect();
    return r.left < box.left - 1 || r.right > box.right + 1 || r.top < box.top - 1
      || r.bottom > box.bottom + 1;
  }).map(t => t.textContent);
})
"""
