"""Everything that vmrd and Exchange say to each other is what the EWS schemas allow.

The fixture `exchange` judges every test's envelopes after it; here it is seen to it that this means
something: that each operation vmrd knows crossed in both directions, and that the judge can say no.
"""

import re

import pytest
from exchangelib.items import SEND_TO_ALL_AND_SAVE_COPY

import invariants
from world import World, in_minutes

OPERATIONS = {"SyncFolderItems", "GetItem", "CreateItem", "DeleteItem", "Subscribe", "GetStreamingEvents",
              "GetUserConfiguration"}


@pytest.fixture
def schema(ews_schema):
    if not ews_schema:
        pytest.skip("the EWS schemas are not here: set VMRD_SCHEMAS")
    return ews_schema


@pytest.fixture
def world(schema, exchange, tmp_path):
    w = World(exchange, tmp_path / "vmrd")
    yield w
    w.close()


def whole_life(world):
    """Accepted, declined, moved, outdated, cancelled, and texts that need escaping."""
    item = world.invite(subject="Ä & <b> \"quoted\" ]]>")
    world.invite(subject="Stranger", body="no marker")
    world.wait_answers(2)
    details = world.details()
    world.vmrd.stop()
    other = world.invite(details, subject="Other")
    for moved in (item, other):
        moved.start, moved.end = in_minutes(100), in_minutes(130)
        moved.save(update_fields=["start", "end"], send_meeting_invitations=SEND_TO_ALL_AND_SAVE_COPY)
    world.start()
    world.wait_answers(4)
    item.delete(send_meeting_cancellations=SEND_TO_ALL_AND_SAVE_COPY)
    world.wait(lambda: len(world.rooms()) == 1 and invariants.is_settled(world), "the cancelled room goes")


def test_every_operation_both_ways(world, schema):
    whole_life(world)
    record = world.exchange.record
    crossed = {}
    for path in record.glob("*.xml"):
        _, operation, direction = path.stem.split("-")
        crossed.setdefault(operation, set()).add(direction)
    assert OPERATIONS <= crossed.keys()
    assert {o: crossed[o] for o in OPERATIONS} == {o: {"request", "response"} for o in OPERATIONS}
    assert schema.problems(record) == []


def test_the_schemas_find_mistakes(world, schema):
    """Each request of vmrd's, with one required thing taken out or one strange thing put in."""
    whole_life(world)
    tried = 0
    for path in world.exchange.record.glob("*-request.xml"):
        envelope = path.read_bytes()
        if b"ExchangeImpersonation" not in envelope:
            continue  # the organiser's
        assert schema.problems_of(envelope) == []
        for wrong in (re.sub(rb"(</?)m:(ItemShape|Items|ItemIds|SubscriptionIds|StreamingSubscriptionRequest|SyncFolderId|"
                             rb"SubscriptionId|UserConfigurationName|UserConfiguration)\b", rb"\1m:Strange", envelope),
                      envelope.replace(b"</s:Body>", b"<m:GetItem/></s:Body>")):
            assert schema.problems_of(wrong), path.name
        tried += 1
    assert tried >= len(OPERATIONS)
