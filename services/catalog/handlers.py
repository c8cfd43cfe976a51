"""What sets the catalog in motion, and what it keeps."""

from chassis.motions import Keeps, Watch
from contracts import topics
from services.catalog.domain.app import AppState, evolve
from services.catalog.usecases.publish_changes import publish_changes

MOTIONS = (
    Watch("folders of apps", publish_changes),
    Keeps(topics.APPS, AppState, evolve),
)
