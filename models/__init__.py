"""The model as code: predict, explain, save and load. Text and JSON only, never a pickle; fitting is `training`."""

from models.abstaining import OwnDecisions
from models.card import ModelCard
from models.causes import Cause
from models.denial import DenialModel, Explanation, FeatureShare, Prediction, ReasonShare
from models.errors import BundleBroken, FeaturesChanged, ModelUnusable
from models.folders import bundled_model_folder, champion_folder, model_folder
from models.past_lines import PastLine, Similar

__all__ = [
    "BundleBroken",
    "Cause",
    "DenialModel",
    "Explanation",
    "FeatureShare",
    "FeaturesChanged",
    "ModelCard",
    "ModelUnusable",
    "OwnDecisions",
    "PastLine",
    "Prediction",
    "ReasonShare",
    "Similar",
    "bundled_model_folder",
    "champion_folder",
    "model_folder",
]
