"""The deployment page: one page in whichever state the deployment is, updated as events arrive.

Before it: `appstore deploy`, whose answer names this page. After it: the command that solves what is wrong.
"""

from services.gateway.locales.texts import Texts
from services.gateway.web.components.rollout.rollout import RolloutPicture, draw
from services.gateway.web.pages.deployment import history
from services.gateway.web.pages.deployment.diagnosis import diagnose
from services.gateway.web.pages.deployment.view import DeploymentView
from services.gateway.web.templates import render_page

# States in which the bar of the rollout tells something; later the history does.
_WITH_PICTURE = frozenset({"rolling-out", "failed"})
# States that pass by themselves: somebody waits for what comes next.
_MOVING = frozenset({"waiting", "awaiting-approval", "rolling-out", "removing"})


def render(view: DeploymentView, texts: Texts) -> str:
    """The page as HTML."""
    return render_page(
        "pages/deployment/page.html",
        texts,
        view=view,
        frame=view.frame,
        live=view.live,
        heading=_heading(view, texts),
        sentence=_sentence(view, texts),
        moving=view.state in _MOVING,
        rows=history.rows(view, texts),
        newest_first=history.is_history(view.state),
        picture=_picture(view),
        diagnosis=diagnose(view.failure, texts) if view.failure else None,
    )


def _heading(view: DeploymentView, texts: Texts) -> str:
    place = texts.named("environment", view.environment)
    return texts(f"deployment.heading.{view.state}", app=view.app_title, environment=place)


def _sentence(view: DeploymentView, texts: Texts) -> str:
    return texts(
        f"deployment.sentence.{view.state}",
        count=len(view.decision.reasons) if view.decision else 0,
        version=view.version,
        revision=view.revision,
        runs=view.runs.revision if view.runs else view.revision,
        runs_version=view.runs.version if view.runs else view.version,
        place=f"{view.team} / {texts.named('environment', view.environment)}",
        span=texts.span(view.now - view.since),
        day=texts.moment(view.since),
    )


def _picture(view: DeploymentView) -> RolloutPicture | None:
    moments = history.moments(view)
    if moments is None or view.state not in _WITH_PICTURE:
        return None
    return draw(moments, view.now, view.usual, view.pods)
