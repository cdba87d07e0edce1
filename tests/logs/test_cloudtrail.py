"""AWS CloudTrail: what AWS let happen, what it refused, and what Verified Permissions decided."""

import gzip
import json
import random
from collections import Counter
from pathlib import Path

import pytest

from fencekit.logs import format_recognition, log_registry
from fencekit.model.errors import FencekitError, LogError
from fencekit.model.record import Completeness, InvalidRecord, Record
from fencekit.model.request import UNKNOWN
from fencekit.reading.input_files import open_source
from logs.reading import read_calls

LOGS = Path(__file__).resolve().parents[2] / "fixtures" / "logs"
TRAIL = LOGS / "cloudtrail" / "trail.json"
DECISIONS = LOGS / "cloudtrail" / "verified-permissions.jsonl"
ROLE = "arn:aws:sts::111122223333:assumed-role/agents/refund-agent"


def read(path: Path) -> list[Record | InvalidRecord]:
    return list(read_calls(path, log_format="cloudtrail"))


def written(folder: Path, *objects: object) -> list[Record | InvalidRecord]:
    path = folder / "log.jsonl"
    path.write_text("".join(json.dumps(each) + "\n" for each in objects))
    return read(path)


def event(**also: object) -> dict[str, object]:
    made = {"eventVersion": "1.11", "eventID": "e1", "eventTime": "2026-11-21T09:00:00Z"}
    named = {"eventSource": "s3.amazonaws.com", "eventName": "GetObject"}
    return {**made, **named, "eventType": "AwsApiCall", **also}


def question(**also: object) -> dict[str, object]:
    asked = {
        "principal": {"entityType": "Shop::User", "entityId": "mara"},
        "action": {"actionType": "Shop::Action", "actionId": "View"},
        "resource": {"entityType": "Shop::Order", "entityId": "7"},
    }
    source = {"eventSource": "verifiedpermissions.amazonaws.com", "eventName": "IsAuthorized"}
    return event(**{**source, "requestParameters": asked, **also})


def verdict(entry: Record) -> str | None:
    return None if entry.recorded is None else "|".join(map(str, entry.recorded.verdicts))


def test_the_trail_holds_ten_calls_with_what_aws_did():
    entries = read(TRAIL)
    assert [(entry.request.capability, verdict(entry)) for entry in entries] == [
        ("s3.GetObject", "ALLOW"),
        ("s3.DeleteObject", "DENY"),
        ("ec2.TerminateInstances", "DENY"),
        ("ec2.StopInstances", "ALLOW"),
        ("secretsmanager.PutSecretValue", "ALLOW"),
        ("rds.ModifyDBInstance", "ALLOW"),
        ("lambda.UpdateFunctionConfiguration20150331v2", "ALLOW"),
        ("s3.GetBucketPolicy", None),
        ("sts.GetCallerIdentity", "ALLOW"),
        ("kms.Decrypt", "ALLOW"),
    ]
    assert Counter(entry.completeness for entry in entries) == {
        Completeness.MASKED: 7,
        Completeness.ARGS_MISSING: 2,
        Completeness.TRUNCATED: 1,
    }
    assert {entry.tool for entry in entries} == {""}
    assert {entry.mapped for entry in entries} == {True}


def test_a_call_has_its_principal_parameters_time_id_and_reason():
    first, denied, *_, service = read(TRAIL)
    assert first.request.principal == ROLE
    assert first.request.args.values == {"bucketName": "bookshop-orders", "key": "1042.json"}
    assert (first.time, first.id[:8]) == ("2026-11-21T09:01:00Z", "00000001")
    assert denied.recorded.reason == "Access Denied"
    assert service.request.principal == "backup.amazonaws.com"


def test_a_service_may_have_left_out_any_parameter_so_the_others_are_unknown():
    for entry in read(TRAIL):
        assert entry.request.args.open
        assert entry.request.context.open
        assert entry.request.args.get("versionId") is UNKNOWN


def test_values_that_aws_hides_are_unknown():
    *_, secret, password, _, _, _, _ = read(TRAIL)
    assert secret.request.args.values == {"secretId": "payments", "secretString": UNKNOWN}
    assert password.request.args.get("masterUserPassword") is UNKNOWN
    assert password.request.args.get("dBInstanceIdentifier") == "orders"


def test_verified_permissions_decided_as_it_says_for_each_question():
    entries = read(DECISIONS)
    assert [
        (entry.request.capability, entry.request.principal, verdict(entry)) for entry in entries
    ] == [
        ("Bookshop-Order.Refund", 'Bookshop::User::"mara"', "ALLOW"),
        ("Bookshop-Order.Delete", 'Bookshop::User::"jon"', "DENY"),
        ("Bookshop-Order.View", 'Bookshop::User::"mara"', "ALLOW"),
        ("Bookshop-Order.Refund", 'Bookshop::User::"jon"', "DENY"),
        ("Bookshop-Order.View", UNKNOWN, "ALLOW"),
        ("Bookshop-Order.View", 'Bookshop::User::"mara"', None),
        ("verifiedpermissions.ListPolicyStores", ROLE, "ALLOW"),
    ]
    assert {entry.completeness for entry in entries[:-1]} == {Completeness.ARGS_MISSING}
    assert entries[0].request.args.get("resource") == {
        "entityType": "Bookshop::Order",
        "entityId": "1042",
    }
    assert entries[0].request.in_context("amount") is UNKNOWN


def test_the_questions_of_a_batch_have_ids_and_places_of_their_own():
    batch = [entry for entry in read(DECISIONS) if entry.place.line == 3]
    assert [(entry.place.column, entry.id[-2:]) for entry in batch] == [(1, ":1"), (2, ":2")]


def test_a_decision_of_aws_has_no_obligations():
    for entry in [*read(TRAIL), *read(DECISIONS)]:
        if entry.recorded is not None:
            assert entry.recorded.obligations == frozenset()


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("AccessDenied", "DENY"),
        ("AccessDeniedException", "DENY"),
        ("Client.UnauthorizedOperation", "DENY"),
        ("UnauthorizedOperation", "DENY"),
        ("VpceAccessDenied", "DENY"),
        ("DryRunOperation", "ALLOW"),
        ("NoSuchKey", None),
        ("ThrottlingException", None),
        ("InvalidClientTokenId", None),
        ("NotAccessDenied", None),
        ("AccessDeniedLater", None),
        (None, "ALLOW"),
        ("", "ALLOW"),
    ],
)
def test_a_call_that_failed_for_another_reason_has_no_decision(code, expected, tmp_path):
    (entry,) = written(tmp_path, event(errorCode=code))
    assert verdict(entry) == expected


def test_a_call_with_a_message_of_failure_and_no_code_has_no_decision(tmp_path):
    (entry,) = written(tmp_path, event(errorMessage="something went wrong"))
    assert entry.recorded is None


@pytest.mark.parametrize(
    ("identity", "principal"),
    [
        ({"arn": "a", "principalId": "p", "invokedBy": "s"}, "a"),
        ({"principalId": "p", "invokedBy": "s"}, "p"),
        ({"invokedBy": "s"}, "s"),
        ({"type": "Unknown"}, UNKNOWN),
        (None, UNKNOWN),
    ],
)
def test_the_principal_is_the_arn_or_what_else_names_the_caller(identity, principal, tmp_path):
    (entry,) = written(tmp_path, event(userIdentity=identity))
    assert entry.request.principal == principal


def test_events_that_are_no_calls_are_passed_over(tmp_path):
    kinds = ("AwsServiceEvent", "AwsConsoleSignIn", "AwsCloudTrailInsight")
    assert written(tmp_path, *(event(eventType=kind) for kind in kinds)) == []


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "the event has no `eventSource` and `eventName`"),
        (event(eventName=""), "the event has no `eventSource` and `eventName`"),
        (event(eventName=7), "`eventName` is not text"),
        (event(eventSource=[]), "`eventSource` is not text"),
        (event(eventType="AwsSurprise"), "unknown type of event: `AwsSurprise`"),
        (event(eventType=[1]), "`eventType` is not text"),
        (event(userIdentity="mara"), "`userIdentity` is not an object"),
        (event(userIdentity={"arn": 1}), "`arn` is not text"),
        (event(requestParameters=[1]), "`requestParameters` is not an object"),
        (event(errorCode=403), "`errorCode` is not text"),
        (event(eventID={}), "`eventID` is not text"),
        (question(requestParameters=1), "`requestParameters` is not an object"),
        (question(additionalEventData=1), "`additionalEventData` is not an object"),
        (question(additionalEventData={"decision": "MAYBE"}), "unknown decision: `MAYBE`"),
        (question(additionalEventData={"decision": True}), "`decision` is not text"),
        (question(requestParameters={"resource": 1}), "`resource` is not an object"),
        (question(requestParameters={"principal": {"entityType": 1}}), "`entityType` is not text"),
        (question(eventName="BatchIsAuthorized", requestParameters={}), "neither"),
        (question(eventName="BatchIsAuthorized", additionalEventData={"results": 1}), "neither"),
        (question(eventName="BatchIsAuthorized", additionalEventData={"results": [1]}), "neither"),
    ],
)
def test_what_should_be_a_call_and_is_none_is_invalid_and_costs_no_other(given, message, tmp_path):
    wrong, good = written(tmp_path, given, event())
    assert isinstance(wrong, InvalidRecord)
    assert message in wrong.error.message
    assert wrong.place.line == 1
    assert good.request.capability == "s3.GetObject"


def test_a_question_without_a_resource_has_no_capability(tmp_path):
    (entry,) = written(tmp_path, question(requestParameters={"action": {"actionId": "View"}}))
    assert (entry.request.capability, entry.request.principal) == (UNKNOWN, UNKNOWN)
    assert (entry.request.args.values, entry.recorded) == ({}, None)


def test_a_batch_that_failed_has_its_questions_and_no_decisions(tmp_path):
    asked = question()["requestParameters"]
    parameters = {"requests": [asked, asked]}
    (first, second) = written(
        tmp_path,
        question(
            eventName="BatchIsAuthorized", requestParameters=parameters, errorCode="AccessDenied"
        ),
    )
    assert (first.recorded, second.recorded) == (None, None)
    assert first.request.capability == "Shop-Order.View"


@pytest.mark.parametrize("between", ["", "\n", "\r\n\n"])
def test_files_one_after_another_are_read_with_and_without_lines_between(between, tmp_path):
    path = tmp_path / "all.json"
    text = TRAIL.read_text()
    path.write_text(text + between + text)
    entries = read(path)
    assert len(entries) == 20
    assert [entries[0].place.line, entries[10].place.line] == [1, 13]


def test_a_text_that_looks_like_the_next_file_is_none(tmp_path):
    path = tmp_path / "trail.json"
    odd = event(requestParameters={"key": '} {"Records":[', "in": {"Records": []}})
    path.write_text(json.dumps({"Records": [odd, odd]}))
    assert len(read(path)) == 2


def test_indented_and_packed_files_are_read_like_the_others(tmp_path):
    indented, packed = tmp_path / "indented.json", tmp_path / "trail.json.gz"
    indented.write_text(json.dumps(json.loads(TRAIL.read_text()), indent=2))
    packed.write_bytes(gzip.compress(TRAIL.read_bytes()))
    for path in (indented, packed):
        with log_registry.open_log(path) as log:
            assert log.format.name == "cloudtrail"
            assert len(list(log.entries())) == 10


def test_a_file_larger_than_a_line_may_be_is_read(tmp_path):
    path = tmp_path / "large.json"
    one = event(requestParameters={"key": "x" * 4000})
    path.write_text(json.dumps({"Records": [one] * 2500}))
    assert path.stat().st_size > 8 << 20
    with log_registry.open_log(path) as log:
        assert sum(1 for _ in log.entries()) == 2500


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('{"Records":[{"a":1}', 1),
        ('{"Records":[]}\n{"Records":[1,}', 2),
        ('{"Records":[]}\n{"Records":7}', 2),
        ('{"Records":[], "Records":[1]}', 1),
        ('{"Records":[]} trailing', 1),
        ('{"Records":[]}\n\n{"Records":[\xff]}', 3),
    ],
)
def test_what_is_no_json_in_a_file_is_lost_and_counted_with_its_place(text, line, tmp_path):
    path = tmp_path / "trail.json"
    path.write_bytes(text.encode("latin-1"))
    wrong = read(path)[-1]
    assert isinstance(wrong, InvalidRecord)
    assert wrong.place.line == line


def test_an_element_that_is_no_object_is_invalid(tmp_path):
    path = tmp_path / "trail.json"
    path.write_text(json.dumps({"Records": [7, event()]}))
    wrong, good = read(path)
    assert (type(wrong), wrong.place.column, good.place.line) == (InvalidRecord, 1, 1)


def test_the_sample_is_recognised_by_this_format_alone(tmp_path):
    array = tmp_path / "array.json"
    array.write_text(json.dumps([event()]))
    for given in (TRAIL, DECISIONS, array):
        with log_registry.open_log(given) as log:
            assert log.format.name == "cloudtrail"
    for path in (path for path in LOGS.glob("*/*.*") if path.parent.name != "cloudtrail"):
        with open_source(str(path)) as source:
            sample = format_recognition.sample_of(source)
        assert not log_registry.formats()["cloudtrail"].recognises(sample), path


def test_records_of_another_service_of_aws_are_not_taken_for_a_trail(tmp_path):
    path = tmp_path / "notification.json"
    told = {"eventVersion": "2.1", "eventSource": "aws:s3", "eventName": "ObjectCreated:Put"}
    path.write_text(json.dumps({"Records": [{**told, "eventTime": "t", "s3": {}}]}))
    with pytest.raises(LogError):
        list(read_calls(path))


def test_every_corrupted_line_is_read_or_invalid_and_nothing_else_escapes(tmp_path):
    chance, copy = random.Random(13), tmp_path / "copy.jsonl"
    lines = [json.dumps(each).encode() for each in json.loads(TRAIL.read_text())["Records"][:10]]
    for _ in range(300):
        spoilt = [damaged(line, chance) if chance.random() < 0.3 else line for line in lines]
        copy.write_bytes(b"\n".join(spoilt) + b"\n")
        try:
            entries = read(copy)
        except FencekitError:
            continue
        assert sum(getattr(entry, "count", 1) for entry in entries) >= 10
        assert {type(entry) for entry in entries} <= {Record, InvalidRecord}


@pytest.mark.parametrize("path", [TRAIL, DECISIONS], ids=["trail", "decisions"])
def test_a_corrupted_file_raises_no_error_but_ours(path, tmp_path):
    chance, copy = random.Random(17), tmp_path / "copy.json"
    for _ in range(300):
        copy.write_bytes(damaged(path.read_bytes(), chance))
        try:
            entries = read(copy)
        except FencekitError:
            continue
        assert {type(entry) for entry in entries} <= {Record, InvalidRecord}


def damaged(line: bytes, chance: random.Random) -> bytes:
    """Flip a bit, or take a piece out, without making or losing a line."""
    at = chance.randrange(len(line))
    ended = line.endswith(b"\n")
    if chance.random() < 0.5:
        line = line[:at] + bytes([line[at] ^ (1 << chance.randrange(8))]) + line[at + 1 :]
    else:
        line = line[:at] + line[at + chance.randint(1, 60) :]
    return line if ended else line.replace(b"\n", b"?").replace(b"\r", b"?") or b"?"
