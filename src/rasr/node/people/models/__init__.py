"""Users and their roles; the trail; approvals; invitations."""

from rasr.node.people.models.approvals import Approval
from rasr.node.people.models.invitations import Invitation
from rasr.node.people.models.trail import Checkpoint, Entry, Leaf
from rasr.node.people.models.user import Grant, User

__all__ = ["Approval", "Checkpoint", "Entry", "Grant", "Invitation", "Leaf", "User"]
