"""`appstore whoami`: who the platform takes you for."""

from appstore_client.app_store import AppStore
from appstore_client.cli.output import (
    Output,
    OutputOption,
    print_json,
    print_table,
    say,
)
from appstore_client.cli.session import run


def whoami(output: OutputOption = Output.TABLE) -> None:
    """Show who is signed in."""

    async def work(store: AppStore) -> None:
        me = await store.people.me()
        if output is Output.JSON:
            print_json(me.raw)
            return
        say(me.name or me.person, "bold")
        if me.name:
            say(me.person)
        print_table(["team", "roles"], ((team.slug, ", ".join(team.roles)) for team in me.teams))

    run(output, work)
