"""Which topic a page has."""

from fnmatch import fnmatchcase
from functools import cache

from ecrf.forms.protocol import protocol
from ecrf.help.topics import account, across, everybody, leaving, people, review, safety, site, study
from ecrf.help.topics.topic import Topic

TOPICS: tuple[Topic, ...] = (
    *account.TOPICS,
    *site.TOPICS,
    *leaving.TOPICS,
    *review.TOPICS,
    *safety.TOPICS,
    *study.TOPICS,
    *across.TOPICS,
    *people.TOPICS,
    *everybody.TOPICS,
)


@cache
def topics() -> dict[str, Topic]:
    return {topic.key: topic for topic in TOPICS}


@cache
def topic_of(page: str) -> Topic | None:
    """Of the page with this URL name: the topic that names it, or the first that has a pattern for it."""
    for topic in TOPICS:
        if page in topic.pages:
            return topic
    patterns = ((topic, name) for topic in TOPICS for name in topic.pages if "*" in name)
    return next((topic for topic, name in patterns if fnmatchcase(page, name)), None)


def of_the_trial(topic: Topic) -> tuple[str, ...]:
    """What the trial adds for its own forms, visits and endings."""
    return tuple(protocol().help.lines.get(topic.key, ()))
