"""A passkey of the tests: answers a browser would send, with whatever origin, challenge or flags a test wants."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import Aaguid, AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

FLAG = AuthenticatorData.FLAG
HOST = "testserver"
ORIGIN = f"https://{HOST}"


@dataclass
class Passkey:
    """One that asks for a finger each time. origin: what the browser says it is on; rp_id: whom the key answers."""

    origin: str = ORIGIN
    rp_id: str = HOST
    user_handle: str = ""
    flags: AuthenticatorData.FLAG = FLAG.UP | FLAG.UV
    identifier: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def register(self, options: dict[str, Any]) -> str:
        """The answer to the options of a page where a passkey is added."""
        asked = options["publicKey"]
        self.user_handle = asked["user"]["id"]
        public = AttestedCredentialData.create(
            Aaguid.NONE, self.identifier, ES256.from_cryptography_key(self.key.public_key())
        )
        known = AuthenticatorData.create(self._rp_hash(), self.flags | FLAG.AT, 0, public)
        made = AttestationObject.create("none", known, {})
        client = self._client("webauthn.create", asked["challenge"])
        response = {"clientDataJSON": websafe_encode(client), "attestationObject": websafe_encode(made)}
        return self._answer(response, {"credProps": {"rk": True}})

    def sign(self, options: dict[str, Any]) -> str:
        """The answer to the options of a page where a passkey is used."""
        client = self._client("webauthn.get", options["publicKey"]["challenge"])
        known = AuthenticatorData.create(self._rp_hash(), self.flags, 0)
        signature = self.key.sign(known + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        response = {
            "clientDataJSON": websafe_encode(client),
            "authenticatorData": websafe_encode(known),
            "signature": websafe_encode(signature),
            "userHandle": self.user_handle,
        }
        return self._answer(response, {})

    def _client(self, kind: str, challenge: str) -> bytes:
        return CollectedClientData.create(kind, websafe_decode(challenge), self.origin)

    def _rp_hash(self) -> bytes:
        return hashlib.sha256(self.rp_id.encode()).digest()

    def _answer(self, response: dict[str, str], extensions: dict[str, Any]) -> str:
        name = websafe_encode(self.identifier)
        return json.dumps(
            {
                "id": name,
                "rawId": name,
                "type": "public-key",
                "response": response,
                "clientExtensionResults": extensions,
            }
        )
