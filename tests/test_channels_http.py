"""What all HTTP channels say of trouble: sorted by what must be done, and fit to be read."""

import ssl
from datetime import timedelta
from unittest.mock import Mock

import aiohttp
import pytest
from aiohttp.client_reqrep import ConnectionKey
from doubles import behaviours
from doubles.webhook import WebhookDouble
from yarl import URL

from relayd.channels.http import MOST_BYTES, Limits, exchange, failure_of, plain, why
from relayd.domain.delivery import Failure

KEY = Mock(ConnectionKey, host="secret.example", port=443, ssl=True, is_ssl=True)


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (aiohttp.ClientConnectorDNSError(KEY, OSError(-2, "x")), "looked up"),
        (aiohttp.ClientConnectorCertificateError(KEY, ssl.CertificateError()), "certificate"),
        (aiohttp.ClientConnectorError(KEY, OSError(111, "x")), "Connection refused"),
        (aiohttp.ClientConnectorError(KEY, OSError(19, "x")), "No such device"),
        (aiohttp.ClientConnectorError(KEY, OSError("x")), "no connection"),
        (aiohttp.ConnectionTimeoutError("x"), "no connection in time"),
        (aiohttp.SocketTimeoutError("x"), "no answer in time"),
        (TimeoutError(), "no answer in time"),
        (aiohttp.ServerDisconnectedError(), "the connection broke"),
        (ConnectionResetError(104, "x"), "the connection broke"),
        (aiohttp.ClientPayloadError("x"), "could not be read"),
        (aiohttp.InvalidURL("secret.example"), "not one"),
    ],
)
def test_trouble_is_told_apart_and_names_no_address(error: Exception, says: str) -> None:
    """The address may hold a token; the kind of trouble says whom to ask."""
    assert says in why(error)
    assert "secret" not in why(error)


@pytest.mark.parametrize(
    ("status", "failure"),
    [
        *((status, Failure.CREDENTIALS) for status in (401, 403)),
        *((status, Failure.BUSY) for status in (408, 425, 429, 500, 502, 503, 504, 599)),
        *((status, Failure.REFUSED) for status in (400, 402, 404, 405, 409, 410, 413, 422, 451)),
    ],
)
def test_statuses_are_sorted_by_what_must_be_done(status: int, failure: Failure) -> None:
    assert failure_of(status) is failure


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("two\r\nlines\tand\x1b[31m red\x00", "two lines and [31m red"),
        ("To +447700900123 failed", "To <number> failed"),
        ("call +44 (0) 7700-900.123 now", "call <number> now"),
        ("limit 4096 bytes, code 20003", "limit 4096 bytes, code 20003"),
        ("token tk_secret is wrong", "token <secret> is wrong"),
        ("x" * 999, "x" * 200),
        ("a\N{RIGHT-TO-LEFT OVERRIDE}b", "a b"),
    ],
)
def test_words_of_others_are_made_fit_to_be_shown(said: str, shown: str) -> None:
    """They end on a page, in the journal and in a family's eyes."""
    assert plain(said, ("tk_secret", "")) == shown


def test_time_limits_are_not_rounded_up() -> None:
    """Aiohttp makes 5.1 s into 6 s: six of those break a promise."""
    timeout = Limits(timedelta(seconds=7.3), timedelta(seconds=4)).timeout()
    assert (timeout.total, timeout.sock_connect) == (7.3, 4)
    assert timeout.ceil_threshold > 1000


async def test_no_more_is_read_than_a_gateway_could_mean() -> None:
    """A gigabyte of answer must not fill the memory of a Pi."""
    async with WebhookDouble() as double, aiohttp.ClientSession() as session:
        double.will(behaviours.flood())
        timeout = Limits(timedelta(seconds=30), timedelta(seconds=30)).timeout()
        answer = await exchange(session, "POST", URL(double.endpoint), timeout)
    assert len(answer.body) == MOST_BYTES
