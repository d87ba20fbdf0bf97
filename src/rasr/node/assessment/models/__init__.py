"""What the assessment keeps."""

from __future__ import annotations

from rasr.node.assessment.models.candidates import CandidateSite
from rasr.node.assessment.models.hotspots import (
    Activity,
    AreaKind,
    CheckResult,
    ClearanceProgress,
    ClearanceTask,
    Evidence,
    Fate,
    Hotspot,
    HotspotItem,
    HotspotState,
    QualityCheck,
    Release,
    TaskState,
)
from rasr.node.assessment.models.licences import EmergencyCard, LicenceForm
from rasr.node.assessment.models.rules import RuleEntry
from rasr.node.assessment.models.runs import Figures, Run, RunTable, SiteDanger, StoreDanger
from rasr.node.assessment.models.security import SecurityPhone, SecurityPhotograph, SecurityUpload, SecurityVisit
from rasr.node.assessment.models.security_works import SecurityWork
from rasr.node.assessment.models.surveys import SiteAnswer, SiteEnquiry, Survey, SurveyFile, SurveyFileState, SurveyWay
from rasr.node.assessment.models.upgrades import Programme, Upgrade, UpgradePhoto, UpgradeState

__all__ = [
    "Activity",
    "AreaKind",
    "CandidateSite",
    "CheckResult",
    "ClearanceProgress",
    "ClearanceTask",
    "EmergencyCard",
    "Evidence",
    "Fate",
    "Figures",
    "Hotspot",
    "HotspotItem",
    "HotspotState",
    "LicenceForm",
    "Programme",
    "QualityCheck",
    "Release",
    "RuleEntry",
    "Run",
    "RunTable",
    "SecurityPhone",
    "SecurityPhotograph",
    "SecurityUpload",
    "SecurityVisit",
    "SecurityWork",
    "SiteAnswer",
    "SiteDanger",
    "SiteEnquiry",
    "StoreDanger",
    "Survey",
    "SurveyFile",
    "SurveyFileState",
    "SurveyWay",
    "TaskState",
    "Upgrade",
    "UpgradePhoto",
    "UpgradeState",
]
