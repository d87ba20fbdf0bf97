"""What stands between a password and being signed in, beside the second factor: a code by mail for a new account."""

from __future__ import annotations

from typing import Any

from allauth.account.stages import EmailVerificationStage

from rasr.node.people import mail


class VerifyEmail(EmailVerificationStage):
    """Asks who has just made an account for the code sent to their address; nobody else, and nobody without one."""

    def handle(self) -> tuple[Any, bool]:
        """The answer to give (None: none), and whether to go on."""
        made, user = self.login.signup, self.login.user
        if not made or not mail.sends() or (user is not None and not user.email):
            return None, True
        # without a user it is as if there was one: who has this address already is told by mail
        answer, goes_on = super().handle()
        return answer, goes_on
