"""The numbers that Prometheus reads: what is counted, and that nobody can be told from them."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.metrics import JobOutcome, Metrics, SendOutcome, TurnOutcome, UpdateKind

CLOSED = {
    "outcome": {*TurnOutcome, *SendOutcome, *JobOutcome},
    "kind": set(UpdateKind),
}


def samples(metrics: Metrics) -> Mapping[str, float]:
    """What Prometheus reads, by name and labels."""
    families = text_string_to_metric_families(metrics.render().decode())
    return {
        f"{one.name}{sorted(one.labels.values())}" if one.labels else one.name: one.value
        for family in families
        for one in family.samples
    }


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


def test_every_series_is_there_from_the_start(metrics: Metrics) -> None:
    found = samples(metrics)
    for family, labels in (("turns", TurnOutcome), ("sends", SendOutcome), ("jobs", JobOutcome)):
        for label in labels:
            assert found[f"candour_{family}_total['{label}']"] == 0
    for kind in UpdateKind:
        assert found[f"candour_updates_total['{kind}']"] == 0
    assert found["candour_database_up"] == 1
    assert "candour_build_info['0.1.0']" in found
    assert found["process_resident_memory_bytes"] > 0


def test_what_happens_is_counted(metrics: Metrics) -> None:
    metrics.turn_ended(TurnOutcome.PLAYED, 0.004)
    metrics.turn_ended(TurnOutcome.REFUSED)
    metrics.group_committed(16)
    metrics.update_received(UpdateKind.TAP)
    metrics.update_set_aside()
    metrics.send_ended(SendOutcome.SENT, 0.2)
    metrics.send_ended(SendOutcome.BLOCKED)
    metrics.too_many_requests()
    metrics.job_ended(JobOutcome.DONE)
    found = samples(metrics)
    assert found["candour_turns_total['played']"] == 1
    assert found["candour_turns_total['refused']"] == 1
    assert found["candour_turn_seconds_count"] == 1
    assert found["candour_turn_seconds_bucket['0.0025']"] == 0
    assert found["candour_turn_seconds_bucket['0.005']"] == 1
    assert found["candour_group_size_sum"] == 16
    assert found["candour_updates_total['tap']"] == 1
    assert found["candour_updates_set_aside_total"] == 1
    assert found["candour_sends_total['sent']"] == 1
    assert found["candour_sends_total['blocked']"] == 1
    assert found["candour_send_seconds_count"] == 1
    assert found["candour_too_many_requests_total"] == 1
    assert found["candour_jobs_total['done']"] == 1


def test_the_queue_is_asked_when_somebody_reads(metrics: Metrics) -> None:
    waiting = [1, 2, 3]
    metrics.watch_queue(lambda: len(waiting))
    assert samples(metrics)["candour_turns_waiting"] == 3
    waiting.clear()
    assert samples(metrics)["candour_turns_waiting"] == 0


def test_a_database_that_does_not_answer_is_seen_until_it_does(metrics: Metrics) -> None:
    metrics.database_answered(well=False)
    assert samples(metrics)["candour_database_up"] == 0
    metrics.database_answered(well=True)
    found = samples(metrics)
    assert (found["candour_database_up"], found["candour_database_failures_total"]) == (1, 1)


def test_two_processes_worth_of_numbers_do_not_mix() -> None:
    one, other = Metrics(), Metrics()
    one.too_many_requests()
    assert samples(other)["candour_too_many_requests_total"] == 0


def test_labels_have_closed_sets_of_values_and_none_is_about_a_person_an_audit_or_a_form(
    metrics: Metrics,
) -> None:
    for family in text_string_to_metric_families(metrics.render().decode()):
        for sample in family.samples:
            labels = {name: value for name, value in sample.labels.items() if name not in {"le", "version"}}
            assert all(value in CLOSED[name] for name, value in labels.items()), sample


def test_the_number_of_series_stays_small(metrics: Metrics) -> None:
    assert len(samples(metrics)) < 100
