"""What counts as a difference between a declared object and the one that was found."""

from typing import Any

import pytest

from services.deployer.domain.difference import LONGEST_PATH, LONGEST_VALUE, Difference, differences, name_of

DECLARED: dict[str, Any] = {
    "metadata": {"labels": {"team": "a"}},
    "spec": {
        "replicas": 2,
        "containers": [
            {"name": "app", "image": "app:1", "env": [{"name": "LEVEL", "value": "info"}], "args": ["a", "b"]},
            {"name": "side", "image": "side:1"},
        ],
    },
}


def found(**changes: Any) -> dict[str, Any]:
    """The same with what a server adds, and with other values in its spec."""
    side = {"name": "side", "image": "side:1", "imagePullPolicy": "Always"}
    app = {**DECLARED["spec"]["containers"][0], "terminationMessagePath": "/dev/termination-log"}
    spec = {"replicas": 2, "strategy": {"type": "RollingUpdate"}, "containers": [side, app], **changes}
    return {"metadata": {"labels": {"team": "a", "theirs": "yes"}, "uid": "u"}, "spec": spec, "status": {"ready": 1}}


def test_what_the_server_and_others_add_is_no_difference() -> None:
    """Defaults, statuses, labels of others, and items in another order."""
    assert list(differences(DECLARED, found())) == []


def test_a_changed_field_is_named_with_both_values() -> None:
    """By the path of the field."""
    assert list(differences(DECLARED, found(replicas=5))) == [Difference(".spec.replicas", 2, 5)]


def test_items_of_a_list_are_told_apart_by_their_name() -> None:
    """Another image of one container; a container that is gone, and one that somebody added, which is theirs."""
    added = {"name": "debug", "image": "debug:1"}
    app = {**DECLARED["spec"]["containers"][0], "image": "app:2"}
    assert list(differences(DECLARED, found(containers=[added, app]))) == [
        Difference(".spec.containers[app].image", "app:1", "app:2"),
        Difference(".spec.containers[side]", {"name": "side", "image": "side:1"}, None),
    ]


def test_a_list_without_names_is_ones_own_as_a_whole() -> None:
    """One more argument is a difference; another one is told by its number."""
    container = DECLARED["spec"]["containers"][0]
    longer, other = {**container, "args": ["a", "b", "c"]}, {**container, "args": ["a", "x"]}
    side = DECLARED["spec"]["containers"][1]
    path = ".spec.containers[app].args"
    assert list(differences(DECLARED, found(containers=[longer, side]))) == [
        Difference(path, ["a", "b"], ["a", "b", "c"])
    ]
    assert list(differences(DECLARED, found(containers=[other, side]))) == [Difference(f"{path}[1]", "b", "x")]


@pytest.mark.parametrize("nothing", [{}, [], None, ""])
def test_empty_and_absent_are_the_same(nothing: Any) -> None:
    """An API server leaves out what is empty."""
    assert list(differences({"spec": {"selector": nothing}}, {"spec": {}})) == []


def test_the_whole_is_compared_when_asked() -> None:
    """What only the other side has is a difference then, to its names."""
    told = {one.path for one in differences(DECLARED, found(), whole=True)}
    assert told == {
        ".status",
        ".metadata.uid",
        ".metadata.labels.theirs",
        ".spec.strategy",
        ".spec.containers[app].terminationMessagePath",
        ".spec.containers[side].imagePullPolicy",
    }


def test_what_is_told_of_a_difference_is_bounded() -> None:
    """Path and values are cut to what is needed to recognise them."""
    path, declared, there = Difference("." + "x" * 1000, "y" * 1000, {"k": "z" * 1000}).told
    assert len(path) == LONGEST_PATH
    assert declared is not None
    assert there is not None
    assert (len(declared), len(there)) == (LONGEST_VALUE, LONGEST_VALUE)


def test_an_item_is_called_by_its_name_or_its_number() -> None:
    """As the paths have it."""
    assert name_of([{"name": "a"}, {"name": "b"}], 1) == "[b]"
    assert name_of(["a", "b"], 1) == "[1]"
