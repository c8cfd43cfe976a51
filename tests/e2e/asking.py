"""Ask for a deployment as a careful program does: with one key, until there is an answer."""

import httpx

from tests.e2e.eventually import eventually
from tests.e2e.person import Person


async def ask_until_accepted(person: Person, wish: dict[str, str]) -> str:
    """Ask with one Idempotency-Key until there is an answer; the operation's id."""
    headers = {"Idempotency-Key": f"{person.username}-{wish['name']}"}

    async def ask() -> httpx.Response | None:
        try:
            return await person.send("POST", "/deployments", json=wish, headers=headers, timeout=10)
        except httpx.TransportError:
            return None

    def is_answer(answer: httpx.Response | None) -> bool:
        return answer is not None and answer.status_code != 503

    answer = await eventually(ask, is_answer, 90, f"an answer to {wish['name']}")
    assert answer is not None
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])
