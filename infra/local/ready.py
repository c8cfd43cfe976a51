"""What it means that a part is ready: it answers the question its users will ask, not that its process lives.

Each check raises `NotReady` with a reason, or returns what it learned about the part. The drivers are imported inside
the checks: that takes half a second, which the supervisor spends while the first part is starting anyway.
"""

import asyncio
import http.client
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from infra.local.ports import HOST

Facts = Mapping[str, str]
ReadyCheck = Callable[[], Awaitable[Facts]]

PATIENCE = 2.0  # seconds for one answer; a part that is slower is not ready


class NotReady(Exception):  # noqa: N818 - it is an answer, not an error
    """The part does not do its work yet; the text says what is missing."""


def database_answers(port: int) -> ReadyCheck:
    """The database answers a ping and commits a transaction."""

    async def check() -> Facts:
        return await asyncio.to_thread(_ping_and_commit, port)

    return check


def _ping_and_commit(port: int) -> Facts:
    from pymongo import MongoClient  # noqa: PLC0415 - see the module's docstring
    from pymongo.errors import PyMongoError  # noqa: PLC0415

    wait = int(PATIENCE * 1000)
    url = f"mongodb://{HOST}:{port}/?directConnection=true&serverSelectionTimeoutMS={wait}&socketTimeoutMS={wait}"
    client: MongoClient[dict[str, Any]] = MongoClient(url)
    try:
        client.admin.command("ping")
        with client.start_session() as session, session.start_transaction():
            proof = client["appstore_stack"]["ready"]
            proof.update_one({"_id": "proof"}, {"$inc": {"starts": 1}}, upsert=True, session=session)
    except PyMongoError as error:
        raise NotReady(_first_line(error)) from error
    finally:
        client.close()
    return {}


def broker_answers(port: int) -> ReadyCheck:
    """The broker describes its cluster; what it says is the cluster id, the log's epoch."""

    async def check() -> Facts:
        if not await listens(port):
            raise NotReady("nobody listens yet")
        from aiokafka.admin import AIOKafkaAdminClient  # noqa: PLC0415 - see the module's docstring
        from aiokafka.errors import KafkaError  # noqa: PLC0415

        admin = AIOKafkaAdminClient(bootstrap_servers=f"{HOST}:{port}", request_timeout_ms=int(PATIENCE * 1000))
        try:
            async with asyncio.timeout(PATIENCE):
                await admin.start()
                cluster = await admin.describe_cluster()
        except (KafkaError, TimeoutError) as error:
            raise NotReady(_first_line(error)) from error
        finally:
            await admin.close()
        return {"cluster_id": str(cluster["cluster_id"])}

    return check


def http_answers(port: int, path: str = "/ready") -> ReadyCheck:
    """A GET of the path answers 200; anything else is a reason, and the service's own reasons are shown."""

    async def check() -> Facts:
        if not await listens(port):
            raise NotReady("nobody listens yet")
        status, body = await asyncio.to_thread(get, port, path)
        if status != http.HTTPStatus.OK:
            raise NotReady(_reasons(body) or f"{path} answers {status}")
        return {}

    return check


def get(port: int, path: str) -> tuple[int, str]:
    """Status and body of a GET on this machine; status 0 when there is no answer in time."""
    connection = http.client.HTTPConnection(HOST, port, timeout=PATIENCE)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read(1_000_000).decode("utf-8", errors="replace")
    except (OSError, http.client.HTTPException) as error:
        return 0, str(error)
    finally:
        connection.close()


async def listens(port: int) -> bool:
    """Whether somebody accepts connections on the port: cheap, so it is asked before the real question."""
    try:
        async with asyncio.timeout(PATIENCE):
            _reader, writer = await asyncio.open_connection(HOST, port)
    except (OSError, TimeoutError):
        return False
    writer.close()
    return True


def _reasons(body: str) -> str:
    try:
        answer = json.loads(body)
    except ValueError:
        return ""
    reasons = answer.get("reasons") if isinstance(answer, dict) else None
    return ", ".join(str(reason) for reason in reasons) if isinstance(reasons, list) else ""


def _first_line(error: BaseException) -> str:
    return str(error).split("\n", 1)[0][:200] or type(error).__name__
