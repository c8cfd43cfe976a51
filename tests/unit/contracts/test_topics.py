"""Topics and types: one list, one writer, names that follow from it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts import topics
from contracts.identifiers import version_key
from contracts.messages import all_messages


def test_names_are_given_out_once() -> None:
    """No two topics share a name, and each begins with its writer's."""
    names = [topic.name for topic in topics.ALL]
    assert sorted(names) == sorted(set(names))
    assert all(topic.name.split(".")[0] == topic.writer in topics.SERVICES for topic in topics.ALL)


def test_readers_are_services() -> None:
    """Only services are named as readers; outside systems read through the gateway."""
    assert {reader for topic in topics.ALL for reader in topic.readers} <= set(topics.SERVICES)


def test_every_message_has_its_topics_key() -> None:
    """The field that becomes the Kafka key is there, required, and so never empty."""
    for message in all_messages().values():
        field = message.model_fields[message.topic.key]
        assert field.is_required(), message.__name__


def test_types_are_the_classes_names() -> None:
    """The CloudEvents type follows from the class, in lower case, with its version."""
    assert all_messages()["nl.appstore.deployment.requested.v1"].__name__ == "DeploymentRequested"
    assert all_messages()["nl.appstore.person.sign-in-refused.v1"].__name__ == "PersonSignInRefused"


@given(st.text(min_size=1, max_size=60))
def test_a_key_always_has_the_same_partition(key: str) -> None:
    """The partition follows from the key alone, and there is one."""
    assert topics.APPS.partition_of(key) == topics.REVIEWS.partition_of(key)
    assert 0 <= topics.APPS.partition_of(key) < topics.APPS.partitions


def test_the_partition_function_is_the_one_that_logs_were_written_with() -> None:
    """CRC-32 of the key in UTF-8: another function would put old keys on other partitions."""
    assert [topics.APPS.partition_of(key) for key in ("a", "b", "00000000-0000-7000-8000-000000000000")] == [3, 1, 3]


def test_a_new_version_of_a_topic_has_a_name_of_its_own() -> None:
    """The first version has the plain name, later ones say which they are."""
    second = topics.Topic("apps", "catalog", "app", "app", (), version=2)
    assert (topics.APPS.name, second.name) == ("catalog.apps", "catalog.apps.v2")


def test_a_topic_is_found_by_its_name_or_not_at_all() -> None:
    """A name nobody declared is an error, not a new topic."""
    assert topics.named("deployer.deployments") is topics.DEPLOYMENTS
    with pytest.raises(KeyError):
        topics.named("deployer.anything")


def test_the_key_of_a_version_holds_app_and_version() -> None:
    """What is said about one version of one app has one key."""
    assert version_key("01936c7e-0000-7000-8000-000000000a00", "1.2.0") == "01936c7e-0000-7000-8000-000000000a00:1.2.0"
