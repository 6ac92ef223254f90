"""The model as code: predict, explain, save and load. Text and JSON only, never a pickle; fitting is `training`."""

from models.card import ModelCard
from models.causes import Cause
from models.denial import DenialModel, Explanation, FeatureShare, OwnDecisions, Prediction, ReasonShare
from models.errors import BundleBroken, FeaturesChanged, ModelUnusable
from models.folders import bundled_model_folder, champion_folder, model_folder

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
    "Prediction",
    "ReasonShare",
    "bundled_model_folder",
    "champion_folder",
    "model_folder",
]
