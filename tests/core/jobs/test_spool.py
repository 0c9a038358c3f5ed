"""The embedded broker reads no half message, and outlives one that cannot be read."""

from queue import Empty

import pytest
from celery import Celery

QUEUE = "celery"


@pytest.fixture
def channel(tmp_path):
    """Return a channel over folders of its own, named as the settings name it."""
    for name in ("messages", "control"):
        (tmp_path / name).mkdir()
    app = Celery("spool", set_as_current=False)
    app.conf.update(
        broker_url="filesystem://",
        broker_transport="core.jobs.spool:Transport",
        broker_transport_options={
            "data_folder_in": str(tmp_path / "messages"),
            "data_folder_out": str(tmp_path / "messages"),
            "control_folder": str(tmp_path / "control"),
        },
    )
    with app.connection() as connection:
        yield connection.default_channel


def test_the_portal_uses_it_where_no_broker_is_named(settings):
    assert settings.CELERY_BROKER_TRANSPORT == "core.jobs.spool:Transport"


def test_messages_come_back_whole_and_in_order(channel):
    for number in (1, 2):
        channel._put(QUEUE, {"number": number})
    assert [channel._get(QUEUE)["number"] for _turn in range(2)] == [1, 2]
    with pytest.raises(Empty):
        channel._get(QUEUE)


def test_one_cut_off_is_passed_over(channel, tmp_path):
    (tmp_path / "messages" / f"0_cut.{QUEUE}.msg").write_text('{"number": ')
    channel._put(QUEUE, {"number": 2})
    assert channel._get(QUEUE) == {"number": 2}


def test_one_being_written_is_not_seen(channel, tmp_path):
    (tmp_path / "messages" / f"0_new.{QUEUE}.msg.new").write_text('{"number": ')
    with pytest.raises(Empty):
        channel._get(QUEUE)
