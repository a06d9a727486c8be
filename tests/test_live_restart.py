"""A stop in the middle of an alert, live: what was under way is taken up where it stood."""

from pathlib import Path

import pytest
from doubles.behaviours import hang, refuse
from live import ANA, ANA_TOPIC, TOM, living
from live_relay import until

pytestmark = pytest.mark.live

PUSH = f'{{ channel = "push", to = "{ANA_TOPIC}" }}'
TEXT = f'{{ channel = "text", to = "{ANA}" }}'
PAGER = '{ channel = "pager" }'
NOBODY_ELSE = ""
TOM_TOO = f'[carers.tom]\nname = "Tom"\nroutes = [{{ channel = "text", to = "{TOM}" }}]'


def people(routes: str, others: str, told: str) -> str:
    """Ana with *routes*, *others*, and a plan that tells those of *told*."""
    return f"""
[carers.ana]
name = "Ana"
routes = [{routes}]
{others}
[plan]
steps = [{{ tell = [{told}] }}]
confirm_within = "4 s"
"""


async def test_what_was_sent_before_a_crash_is_followed_to_its_proof(tmp_path: Path) -> None:
    """The report comes while relayd is away, and so does the answer: neither may be missed."""
    async with living(tmp_path, people(TEXT, NOBODY_ELSE, '"ana"')) as house:
        house.text.fate("sent", "delivered")
        await house.start()
        await house.outsider.glucose(2.6)
        await house.relay.until_said("attempt.sent", attempt="mia-1/1")
        await until(lambda: any("/Messages/SM" in seen.path for seen in house.text.seen))
        await house.relay.kill()
        await house.start()
        await house.relay.until_said("attempt.delivered", attempt="mia-1/1")
        assert len(house.text.sent(ANA)) == 1, "it was not sent anew"

        await house.relay.kill()
        house.text.reply(ANA, "1")
        await house.start()
        await until(lambda: house.outsider.alert().get("acknowledged_by") == "ana")


EDITS = {
    "the route that was tried is gone": (PAGER, NOBODY_ELSE, '"ana"'),
    "the routes stand in another order": (f"{PAGER}, {PUSH}, {TEXT}", TOM_TOO, '"ana", "tom"'),
    "the carer who was called is gone": (PAGER, NOBODY_ELSE, '"ana"'),
}


@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.parametrize("service", ["hangs", "refuses"])
async def test_an_alert_goes_on_with_the_people_of_a_file_that_was_edited(
    edit: str, service: str, tmp_path: Path
) -> None:
    """People mend the file because a call did not get through: it must not end relayd."""
    before = people(f"{PUSH}, {TEXT}", TOM_TOO, '"ana", "tom"')
    async with living(tmp_path, before) as house:
        broken = hang(accepted=False) if service == "hangs" else refuse(404)
        house.push.always(broken)
        house.text.always(broken)
        await house.start()
        await house.outsider.glucose(2.6)
        await until(lambda: house.push.seen and house.text.seen, what=house.relay.text)
        await house.relay.kill()
        house.write(people(*EDITS[edit]))
        await house.start()
        await until(lambda: house.pager.ids or house.relay.status is not None, 40)
        assert house.pager.ids, house.relay.text()
        assert house.relay.status is None, house.relay.text()
        assert "Traceback" not in house.relay.text()


async def test_a_fault_of_a_route_ends_when_the_route_leaves_the_file(tmp_path: Path) -> None:
    """They took the wrong number out: nothing will ever prove it right again."""
    async with living(tmp_path, people(f"{PUSH}, {TEXT}", NOBODY_ELSE, '"ana"')) as house:
        house.push.always(refuse(503))
        house.text.always(refuse(400, 21211))
        await house.start()
        await house.outsider.glucose(2.6)

        def wrong() -> list[str]:
            return [alert["condition"] for alert in house.outsider.alerts(None)]

        await until(lambda: "relay.channel_refused" in wrong(), what=house.relay.text)
        await house.relay.kill()
        await house.start()
        await house.relay.until_said("relay.started")
        assert "relay.channel_refused" in wrong(), "a start alone mends nothing"
        await house.relay.kill()
        house.write(people(f"{PUSH}, {PAGER}", NOBODY_ELSE, '"ana"'))
        await house.start()
        await until(lambda: "relay.channel_refused" not in wrong(), what=house.relay.text)
        assert house.outsider.alert()["condition"] == "glucose.urgent_low", "that goes on"
