"""What sets the community in motion, and what it keeps."""

from chassis.motions import Keeps, On
from contracts import topics
from contracts.apps.events import AppPublished
from contracts.community.requests import ReviewSubmitted
from contracts.deployments.events import DeploymentFailed, DeploymentRemoved, DeploymentSucceeded
from services.community.domain import review
from services.community.usecases.follow_use import follow_use
from services.community.usecases.publish_review import publish_review
from services.community.usecases.refuse_skipped_review import refuse_skipped_review
from services.community.usecases.remember_app import remember_app

MOTIONS = (
    On(AppPublished, remember_app),
    On(DeploymentSucceeded, follow_use),
    On(DeploymentFailed, follow_use),
    On(DeploymentRemoved, follow_use),
    On(ReviewSubmitted, publish_review, skipped=refuse_skipped_review),
    Keeps(topics.REVIEWS, review.Review, review.evolve),
)
