"""What the watches have seen stays true, in whatever order answers and events come."""

from functools import partial
from typing import Any

from services.deployer.adapters.kubernetes.cache import KindCache, Seen
from services.deployer.adapters.kubernetes.kinds import kind_of
from services.deployer.adapters.kubernetes.telling import telling
from services.deployer.adapters.kubernetes.trimmed import written
from services.deployer.domain.manifest.labels import DEPLOYMENT

SERVICE = kind_of("v1", "Service", "web")


def an_object(
    name: str = "web", version: str = "10", uid: str = "u1", deployment: str = "d1", port: int = 80
) -> dict[str, Any]:
    """An object as the API server tells it."""
    metadata = {"name": name, "namespace": "demo", "uid": uid, "resourceVersion": version}
    return {"kind": "Service", "metadata": {**metadata, "labels": {DEPLOYMENT: deployment}}, "spec": {"port": port}}


def a_cache() -> tuple[KindCache, list[str]]:
    """An empty cache, and the deployments that it tells of."""
    told: list[str] = []

    def tell(deployment: str, _seen: Seen | None) -> None:
        told.append(deployment)

    return KindCache(written, partial(telling, SERVICE), tell), told


def test_what_others_change_is_told_and_what_we_wrote_is_not() -> None:
    """An answer to our write tells nobody, nor does the watch that repeats it."""
    cache, told = a_cache()
    cache.put(an_object(), ours=True)
    cache.put(an_object())
    assert told == []
    cache.put(an_object(version="11", port=81))
    assert told == ["d1"]


def test_a_version_that_says_nothing_new_wakes_nobody_and_is_kept() -> None:
    """A status that its controller keeps is no reason to look; the next write names the newest version all the same."""
    cache, told = a_cache()
    cache.put(an_object())
    told.clear()
    cache.put({**an_object(version="11"), "status": {"loadBalancer": {}}})
    assert told == []
    found = cache.get("demo", "web")
    assert found is not None
    assert found.version == "11"


def test_a_version_that_says_the_same_wakes_nobody() -> None:
    """A lease of a controller, or a status that nobody here reads: the new version counts, and that is all."""
    cache, told = a_cache()
    seen = cache.put(an_object(), ours=True)
    seen.same_as = "digest"
    newer = cache.put(an_object(version="11"))
    assert told == []
    assert (newer.version, newer.same_as, newer.object["metadata"]["resourceVersion"]) == ("11", "digest", "11")


def test_an_older_version_changes_nothing() -> None:
    """A watch may tell late what an answer already showed."""
    cache, _ = a_cache()
    cache.put(an_object(version="100"), ours=True)
    cache.put(an_object(version="99"))
    found = cache.get("demo", "web")
    assert found is not None
    assert found.version == "100"


def test_an_answer_that_comes_after_the_end_brings_nothing_back() -> None:
    """The watch told that it went; an older answer that is still on its way is no object."""
    cache, _ = a_cache()
    cache.put(an_object(version="10"))
    cache.drop("demo", "web", "u1", "12")
    cache.put(an_object(version="11"), ours=True)
    assert cache.get("demo", "web") is None
    cache.put(an_object(version="13"))
    assert cache.get("demo", "web") is not None


def test_an_end_of_one_that_was_replaced_takes_nothing() -> None:
    """Another object of that name has another uid."""
    cache, _ = a_cache()
    cache.put(an_object(uid="u2", version="20"))
    cache.drop("demo", "web", "u1", "19")
    assert cache.get("demo", "web") is not None


def test_a_list_takes_away_what_is_not_in_it_but_not_what_is_newer() -> None:
    """What we wrote after the list was made is not on it, and is there all the same."""
    cache, told = a_cache()
    cache.put(an_object("old", "10", "u1"))
    cache.put(an_object("new", "30", "u2", "d2"), ours=True)
    cache.replace([an_object("other", "15", "u3", "d3")], "20")
    assert [cache.get("demo", name) is not None for name in ("old", "new", "other")] == [False, True, True]
    assert told == ["d1", "d3", "d1"]


def test_objects_are_found_by_deployment_also_when_their_label_changes() -> None:
    """Both the deployment that lost one and the one that got it are told."""
    cache, told = a_cache()
    cache.put(an_object())
    told.clear()
    cache.put(an_object(version="11", deployment="d2"))
    assert sorted(told) == ["d1", "d2"]
    assert (len(cache.of_deployment("d1")), len(cache.of_deployment("d2"))) == (0, 1)


def test_a_list_of_one_namespace_takes_nothing_from_another() -> None:
    """With a watch a namespace, what one lists says nothing of what the others have, nor whether they are cut."""
    cache = KindCache(written, partial(telling, SERVICE), lambda _deployment, _seen: None, ("demo", "other"))
    elsewhere = an_object("theirs", uid="u9")
    elsewhere["metadata"]["namespace"] = "other"
    cache.put(an_object())
    cache.put(elsewhere)
    cache.replace([], "20", "demo")
    cache.follows("demo", live=True)
    assert (cache.get("demo", "web"), cache.get("other", "theirs") is not None) == (None, True)
    assert cache.cut == {"other"}
