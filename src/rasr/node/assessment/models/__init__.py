"""What the assessment keeps."""

from __future__ import annotations

from rasr.node.assessment.models.candidates import CandidateSite
from rasr.node.assessment.models.licences import EmergencyCard, LicenceForm
from rasr.node.assessment.models.rules import RuleEntry
from rasr.node.assessment.models.runs import Figures, Run, RunTable, SiteDanger, StoreDanger
from rasr.node.assessment.models.security import SecurityPhone, SecurityPhotograph, SecurityUpload, SecurityVisit
from rasr.node.assessment.models.surveys import SiteAnswer, SiteEnquiry, Survey, SurveyFile, SurveyFileState, SurveyWay
from rasr.node.assessment.models.upgrades import Programme, Upgrade, UpgradePhoto, UpgradeState

__all__ = [
    "CandidateSite",
    "EmergencyCard",
    "Figures",
    "LicenceForm",
    "Programme",
    "RuleEntry",
    "Run",
    "RunTable",
    "SecurityPhone",
    "SecurityPhotograph",
    "SecurityUpload",
    "SecurityVisit",
    "SiteAnswer",
    "SiteDanger",
    "SiteEnquiry",
    "StoreDanger",
    "Survey",
    "SurveyFile",
    "SurveyFileState",
    "SurveyWay",
    "Upgrade",
    "UpgradePhoto",
    "UpgradeState",
]
