"""Topics have no line of their own, and every one is reached by some family."""

from __future__ import annotations

import pytest

from simcom_async.at.message import Urc
from simcom_async.commands import topics
from simcom_async.dialects import DIALECTS

TOPICS = [getattr(topics, name) for name in topics.__all__]


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.__name__)
def test_a_topic_is_abstract_and_used(topic: type[Urc]) -> None:
    assert issubclass(topic, Urc)
    assert not hasattr(topic, "wire")
    messages = {message for dialect in DIALECTS.values() for message in dialect.table.messages}
    assert topic not in messages
    assert any(issubclass(message, topic) for message in messages)


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.__name__)
def test_every_family_has_the_fields_of_the_topic(topic: type[Urc]) -> None:
    for dialect in DIALECTS.values():
        for message in dialect.table.messages:
            if issubclass(message, topic):
                assert set(topic.model_fields) <= set(message.model_fields)
