"""Secrets in files of their own: where they are found, and what is said when they are not."""

from pathlib import Path

import pytest
from files import SOUND, spoiled

from relayd.config import Config, ConfigFaults, Fault, load, parse


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder with a household file's secret and, apart from it, a credential."""
    (tmp_path / "credentials").mkdir()
    (tmp_path / "web-token").write_text("beside\n")
    (tmp_path / "web-token").chmod(0o600)
    return tmp_path


def read(folder: Path, written: str, *, with_secrets: bool = True) -> Config:
    text = spoiled(('token = "sesame"', f'token_file = "{written}"'))
    return parse(text, base=folder, with_secrets=with_secrets, credentials=folder / "credentials")


def fault_of(folder: Path, written: str) -> Fault:
    with pytest.raises(ConfigFaults) as caught:
        read(folder, written)
    (fault,) = caught.value.faults
    return fault


def revealed(config: Config) -> str:
    assert config.web.token is not None
    return config.web.token.reveal()


@pytest.mark.parametrize("written", ["web-token", "./web-token", "credentials/../web-token"])
def test_a_secret_stands_in_a_file_beside_the_household_file(folder: Path, written: str) -> None:
    assert revealed(read(folder, written)) == "beside"


def test_a_bare_name_is_looked_up_among_the_credentials_first(folder: Path) -> None:
    (folder / "credentials" / "web-token").write_text("handed over")
    assert revealed(read(folder, "web-token")) == "handed over"
    assert revealed(read(folder, "./web-token")) == "beside"


def test_systemd_names_the_credentials_folder(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "credentials" / "web-token").write_text("handed over")
    file = folder / "relayd.toml"
    file.write_text(spoiled(('token = "sesame"', 'token_file = "web-token"')))
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(folder / "credentials"))
    assert revealed(load(file)) == "handed over"
    assert revealed(load(file, credentials=folder)) == "beside"


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (None, "no such file"),
        (b"", "empty"),
        (b" \n\n", "empty"),
        (b"a\nb\n", "one line"),
        (b"x" * 70000, "one line"),
        (b"\xff\xfe", "UTF-8"),
    ],
)
def test_a_secret_that_cannot_be_had_is_a_fault(
    folder: Path, content: bytes | None, word: str
) -> None:
    if content is not None:
        (folder / "other").write_bytes(content)
    fault = fault_of(folder, "other")
    assert fault.where == "web.token_file"
    assert word in fault.what
    assert fault.remedy


def test_a_folder_is_no_secret(folder: Path) -> None:
    assert "directory" in fault_of(folder, "credentials").what


def test_a_secret_given_twice_is_a_fault(folder: Path) -> None:
    text = spoiled(('token = "sesame"', 'token = "sesame"\ntoken_file = "web-token"'))
    with pytest.raises(ConfigFaults) as caught:
        parse(text, base=folder)
    (fault,) = caught.value.faults
    assert fault.where == "web.token_file"
    assert "twice" in fault.what


def test_without_secrets_the_file_can_be_judged_on_any_machine(folder: Path) -> None:
    """What is not read is not there to be judged; that it is named still counts."""
    config = read(folder, "/nowhere/at/all", with_secrets=False)
    assert config.web.token is not None
    assert config.secret_files == ()
    heartbeat = ('heartbeat = "https://hc.example/ping/sesame"', 'heartbeat_file = "nowhere"')
    assert parse(spoiled(heartbeat), with_secrets=False).watcher is not None
    siren = ('url = "http', 'secret_file = "nowhere"\nurl = "http')
    assert parse(spoiled(siren), with_secrets=False).channels["siren"].kind


def test_a_secret_that_is_read_must_be_one_its_channel_can_use(folder: Path) -> None:
    (folder / "siren-secret").write_text("whsec_not base64!\n")
    text = spoiled(('url = "http', 'secret_file = "siren-secret"\nurl = "http'))
    with pytest.raises(ConfigFaults) as caught:
        parse(text, base=folder)
    (fault,) = caught.value.faults
    assert fault.where == "channels.siren.secret"
    assert "base64" not in fault.where
    assert "not base64!" not in str(fault)


def test_which_files_secrets_came_from_is_kept_for_check(folder: Path) -> None:
    (folder / "web-token").chmod(0o640)
    (file,) = read(folder, "web-token").secret_files
    assert (file.where, file.path, file.mode) == ("web.token_file", folder / "web-token", 0o640)


def test_a_heartbeat_read_from_a_file_must_be_an_address(folder: Path) -> None:
    text = SOUND.replace(
        'heartbeat = "https://hc.example/ping/sesame"', 'heartbeat_file = "web-token"'
    )
    with pytest.raises(ConfigFaults) as caught:
        parse(text, base=folder)
    (fault,) = caught.value.faults
    assert fault.where == "watcher.heartbeat"
    assert "beside" not in str(fault)


def test_a_file_that_two_channels_need_is_one_thing_to_mend(folder: Path) -> None:
    account = 'auth_token = "sesame"', 'auth_token_file = "not-made"'
    twice = SOUND + SOUND[SOUND.index("[channels.text]") :].partition("\n\n")[0].replace(
        "channels.text", "channels.other"
    )
    with pytest.raises(ConfigFaults) as caught:
        parse(spoiled(account, text=twice), base=folder)
    (fault,) = caught.value.faults
    assert fault.where == "channels.text.auth_token_file"
    assert "not-made" in fault.what
