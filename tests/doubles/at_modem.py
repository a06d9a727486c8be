"""A GSM modem that speaks AT commands (3GPP TS 27.005 and 27.007) on an abstract socket.

It knows what ModemManager's generic plugin asks before it calls a modem ready, sends what it is
given into a list, and lets a test say what the network does.
"""

import asyncio
import contextlib
import re
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Self

IMEI = "490154203237518"
SUBMIT_END = b"\x1a"
NO_TIME = timedelta(0)

FIXED = {
    "I": "Emulated modem",
    "+GCAP": "+GCAP: +CGSM",
    "+CGMI": "relayd tests",
    "+CGMM": "emulated",
    "+CGMR": "1",
    "+CGSN": IMEI,
    "+CIMI": "234301234567890",
    "+CNUM": '+CNUM: "","+447700900000",145',
    "+CMGF=?": "+CMGF: (0,1)",
    "+CMGF?": "+CMGF: 0",
    "+CPMS=?": '+CPMS: ("ME"),("ME"),("ME")',
    "+CPMS?": '+CPMS: "ME",0,50,"ME",0,50,"ME",0,50',
    "+CNMI=?": "+CNMI: (0-2),(0-3),(0-3),(0-2),(0,1)",
    "+CSCS=?": '+CSCS: ("GSM","UCS2")',
    "+CSCS?": '+CSCS: "GSM"',
    "+CLCK=?": '+CLCK: ("SC")',
    "+CFUN?": "+CFUN: 1",
    "+CRSM=": '+CRSM: 144,0,""',
}
UNKNOWN = re.compile(r"\+(C(GDCONT|CLK|TZU|USD|GATT|GACT|GCONTRDP|POL|IND|BC)|WS46|ICCID|QCCID)")


class AtModem:
    """One modem. ``async with AtModem("name") as modem:`` and ModemManager may open it.

    *sent* are the PDUs the network took; *refusal* is what it says in place of taking one;
    *mute* lets a message hang in the network.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.sent: list[str] = []
        self.stored: dict[int, str] = {}
        self.registration = 1
        self.pin = "READY"
        self.refusal = ""
        self.mute = False
        self.overlapped = False
        self.asked_to_send = asyncio.Event()
        self._numeric = False
        self._wants_pdu = False
        self._writer: asyncio.StreamWriter | None = None
        self._writers: list[asyncio.StreamWriter] = []
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_unix_server(self._serve, "\0abstract:" + self.name)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._server is not None
        self._server.close()
        for writer in self._writers:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    def say(self, *lines: str) -> None:
        """Put lines on the wire, asked for or not."""
        assert self._writer is not None
        self._writer.write("".join(f"\r\n{line}\r\n" for line in lines).encode())

    def report(self, pdu: str) -> None:
        """Hand over a status report, as the network sends one."""
        self.say(f"+CDS: {len(pdu) // 2 - 1}\r\n{pdu}")

    def receive(self, slot: int, pdu: str) -> None:
        """Store a text that came in, and say so."""
        self.stored[slot] = pdu
        self.say(f'+CMTI: "ME",{slot}')

    def unplug(self) -> None:
        """Close the port, as a dongle that is pulled out."""
        assert self._writer is not None
        self._writer.close()

    def lose_network(self) -> None:
        """Drop out of the network, which no longer lets it in."""
        self.registration = 3
        self.say("+CREG: 3", "+CGREG: 3", "+CEREG: 3")

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self._writers.append(writer)
        held = b""
        while chunk := await reader.read(4096):
            held += chunk
            while (
                cut := re.search(SUBMIT_END if self._wants_pdu else rb"[\r\n]", held)
            ) is not None:
                line, held = held[: cut.start()].decode("latin1").strip(), held[cut.end() :]
                if line:
                    self._take(line)

    def _take(self, line: str) -> None:
        if self._wants_pdu:
            self._submit(line)
        elif line.upper().startswith("AT+CMGS="):
            self._wants_pdu = True
            assert self._writer is not None
            self._writer.write(b"\r\n> ")
        else:
            self.say(*self._answer(line.upper().removeprefix("AT")))

    def _submit(self, pdu: str) -> None:
        self._wants_pdu = False
        self.asked_to_send.set()
        if not re.fullmatch(r"[0-9A-F]+", pdu):
            self.overlapped = True
            self.say("+CMS ERROR: 304")
        elif self.mute:
            self.sent.append(pdu)
        elif self.refusal:
            self.say(self.refusal)
        else:
            self.sent.append(pdu)
            self.say(f"+CMGS: {len(self.sent) % 256}", "OK")

    def _answer(self, command: str) -> tuple[str, ...]:
        if command in FIXED:
            return FIXED[command], "OK"
        name, mark, value = command.partition("=")
        if mark and value != "?":
            return self._set(name, value)
        if (found := self._variable(command)) is not None:
            return found, "OK"
        return ("ERROR",) if UNKNOWN.match(command) or command.endswith("=?") else ("OK",)

    def _variable(self, command: str) -> str | None:
        registered = command.removesuffix("?")
        if registered in ("+CREG", "+CGREG", "+CEREG") and command != registered:
            return f'{registered}: 2,{self.registration},"00C3","0000A1B2",7'
        operator = "23430" if self._numeric else "Carrier-B"
        return {
            "+CSQ": "+CSQ: 20,99",
            "+CPIN?": f"+CPIN: {self.pin}",
            "+COPS?": f'+COPS: 0,{2 if self._numeric else 0},"{operator}",7',
        }.get(command)

    def _set(self, name: str, value: str) -> tuple[str, ...]:
        match name:
            case "+COPS":
                self._numeric = value == "3,2"
            case "+CPMS":
                return "+CPMS: 0,50,0,50,0,50", "OK"
            case "+CMGL":
                return *(f"+CMGL: {i},0,,{_size(p)}\r\n{p}" for i, p in self.stored.items()), "OK"
            case "+CMGR" if int(value) in self.stored:
                pdu = self.stored[int(value)]
                return f"+CMGR: 0,,{_size(pdu)}\r\n{pdu}", "OK"
            case "+CMGD":
                self.stored.pop(int(value.partition(",")[0]), None)
            case "+CLCK":
                return "+CLCK: 0", "OK"
            case "+CRSM":
                return FIXED["+CRSM="], "OK"
            case _ if UNKNOWN.match(name) or name == "+CMGR":
                return ("ERROR",)
        return ("OK",)


def _size(pdu: str) -> int:
    """The length of a PDU without its service centre's address, in octets."""
    return len(pdu) // 2 - 1 - int(pdu[:2], 16)


def _packed(text: str) -> str:
    value = sum(ord(letter) << 7 * place for place, letter in enumerate(text))
    return value.to_bytes((7 * len(text) + 7) // 8, "little").hex().upper()


def _swapped(digits: str) -> str:
    digits += "F" * (len(digits) % 2)
    return "".join(digits[at + 1] + digits[at] for at in range(0, len(digits), 2))


def _address(number: str) -> str:
    digits = number.removeprefix("+")
    return f"{len(digits):02X}91{_swapped(digits)}"


def _stamp(age: timedelta) -> str:
    return _swapped(f"{datetime.now(UTC) - age:%y%m%d%H%M%S}") + "00"


def deliver(number: str, text: str) -> str:
    """The PDU of a text from *number*; its letters must be those ASCII and GSM share."""
    centre = "0791" + _swapped("447700900443")
    return f"{centre}04{_address(number)}0000{_stamp(NO_TIME)}{len(text):02X}{_packed(text)}"


def status_report(reference: int, number: str, status: int, age: timedelta = NO_TIME) -> str:
    """The PDU of the network's report on a message that it took so long ago."""
    stamps = _stamp(age) + _stamp(NO_TIME)
    return f"0006{reference:02X}{_address(number)}{stamps}{status:02X}"
