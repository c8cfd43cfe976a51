"""The page of a problem somebody met, and the page that explains a kind of problem.

Before it: `site`, and the texts of `refusal.yaml`. After it: `pages/problem/page.py`.
"""

from services.gateway.api.problems import KINDS, tell
from services.gateway.locales.texts import Texts
from services.gateway.web.layout.frame import Frame
from services.gateway.web.pages.problem.page import ProblemView

# A browser is told these in the page's own words; the refusal's words speak to programs and the command line.
_OWN_WORDS = frozenset(
    {
        "not-signed-in",
        "other-team",
        "no-such-address",
        "method-not-allowed",
        "bad-request",
        "invalid-fields",
        "internal-error",
        "not-now",
    }
)
_COMMAND = "appstore "


def met_problem(
    code: str, params: dict[str, str | float | bool], frame: Frame, texts: Texts, reference: str | None = None
) -> ProblemView:
    """The page for a problem that somebody met on the way to another page."""
    known = code if code in KINDS else "internal-error"
    status = KINDS[known].status
    if known in _OWN_WORDS:
        return ProblemView(frame, status, reference=reference)
    told = tell(known, params, texts)
    return ProblemView(frame, status, what=told.title, why=told.detail, reference=reference)


def explained_problem(code: str, frame: Frame, texts: Texts) -> ProblemView | None:
    """The page about a kind of problem: what it means, whose turn it is, what to do now; None for an unknown code."""
    kind = KINDS.get(code)
    if kind is None:
        return None
    words = {name: f"[{texts.named('parameter', name)}]" for name in texts.parameters(f"refusal.{code}")}
    typed = {name: name.upper() for name in words}
    following = f"refusal.{code}.next"
    told, commands = (texts.sentence(following, values).split("\n") for values in (words, typed))
    by_command = texts("problem_kind.by_command")
    return ProblemView(
        frame,
        kind.status,
        what=texts.sentence(f"refusal.{code}.title", words),
        why=texts.sentence(f"refusal.{code}.detail", words),
        now=" ".join(line for line in told if not line.startswith(_COMMAND)).strip() or by_command,
        commands=tuple(line for line in commands if line.startswith(_COMMAND)),
        code=code,
        fault=texts(f"problem_kind.fault.{kind.fault}"),
    )
