"""The frame of every page, and the plain ones: a heading, a few sentences, a form."""

from http import HTTPStatus
from pathlib import Path
from string import Template

from aiohttp import web

from relayd.web.html import Html, el, escaped, join

HERE = Path(__file__).parent
FRAME = Template((HERE / "page.html").read_text(encoding="utf-8"))
FILES = {
    "/page.css": ("text/css", (HERE / "page.css").read_bytes()),
    "/page.js": ("text/javascript", (HERE / "page.js").read_bytes()),
}
LIVE = Html('<script src="/page.js" defer></script>'
            '<noscript><meta http-equiv="refresh" content="20"></noscript>')  # fmt: skip


def html_page(
    title: str, body: Html, *, status: HTTPStatus = HTTPStatus.OK, live: bool = False
) -> web.Response:
    """A whole page. *live*: it keeps itself up to date."""
    text = FRAME.substitute(title=escaped(title), head=LIVE if live else "", body=body)
    return web.Response(text=text, status=status, content_type="text/html")


def told(title: str, sentence: str, *, status: HTTPStatus = HTTPStatus.OK) -> web.Response:
    """A page that says one thing, and leads back."""
    back = el("p", el("a", "Back to the page", href="/"))
    card = el("section", el("h2", title), el("p", sentence), back, class_="card")
    return html_page(title, el("div", card, class_="narrow"), status=status)


def sign_in_page(said: str = "", status: HTTPStatus = HTTPStatus.OK) -> web.Response:
    """The form that asks for the token."""
    field = el("input", type="password", name="token", id="token", required=True,
               autocomplete="current-password", autofocus=True)  # fmt: skip
    form = el(
        "form",
        el("label", "The token of this relayd", for_="token"),
        field,
        el("p", el("button", "Sign in", class_="held"), class_="buttons"),
        method="post",
        action="/sign-in",
    )
    about = "It stands in the file that token_file names. This browser is asked once."
    card = el("section", el("h2", "Sign in"), el("p", said, class_="standing") if said else "",
              form, el("p", about, class_="note"), class_="card")  # fmt: skip
    return html_page("Sign in", el("div", join(card), class_="narrow"), status=status)


async def static(request: web.Request) -> web.Response:
    """The style and the script; every page may have them."""
    kind, body = FILES[request.path]
    return web.Response(body=body, content_type=kind, charset="utf-8")
