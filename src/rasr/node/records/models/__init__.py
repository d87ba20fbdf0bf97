"""The register: catalogue, ledger, and what surrounds and limits the stock."""

from rasr.node.records.models.catalogue import Article
from rasr.node.records.models.ledger import (
    Batch,
    Holding,
    Movement,
    MovementKind,
    MovementLine,
    Place,
    PlaceKind,
    Register,
)
from rasr.node.records.models.surroundings import (
    Earmark,
    ExchangeRate,
    Exposure,
    Fund,
    GivenCurve,
    GivenPool,
    Line,
    LineRate,
    Permit,
    Requirement,
    Route,
    Setting,
)
from rasr.node.records.models.uploads import Upload, UploadState

__all__ = [
    "Article",
    "Batch",
    "Earmark",
    "ExchangeRate",
    "Exposure",
    "Fund",
    "GivenCurve",
    "GivenPool",
    "Holding",
    "Line",
    "LineRate",
    "Movement",
    "MovementKind",
    "MovementLine",
    "Permit",
    "Place",
    "PlaceKind",
    "Register",
    "Requirement",
    "Route",
    "Setting",
    "Upload",
    "UploadState",
]
