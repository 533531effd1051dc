"""A security key in software, for tests: it makes passkeys and signs with them, as a browser would hand it on."""

import hashlib
import json
import secrets
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import Aaguid, AttestationObject, AttestedCredentialData, AuthenticatorData

TOUCHED = AuthenticatorData.FLAG.UP


class SecurityKey:
    """One key of one site. `count` is how often it has signed; some keys always say 0."""

    def __init__(self, origin: str = "http://localhost", counts: bool = True, attachment: str = "cross-platform") -> None:
        self.origin, self.counts, self.attachment = origin, counts, attachment
        self.id = secrets.token_bytes(32)
        self.count = 0
        self._private = ec.generate_private_key(ec.SECP256R1())

    def make(self, options: dict[str, Any], **changes: Any) -> str:
        """The answer to a page's creation options."""
        asked = options["publicKey"]
        public = ES256.from_cryptography_key(self._private.public_key())
        made = AttestedCredentialData.create(Aaguid.NONE, self.id, public)
        data = AuthenticatorData.create(_hash(asked["rp"]["id"]), TOUCHED | AuthenticatorData.FLAG.AT, self.count, made)
        return self._answer(
            "webauthn.create", asked["challenge"], changes, attestationObject=bytes(AttestationObject.create("none", data, {}))
        )

    def sign(self, options: dict[str, Any], **changes: Any) -> str:
        """The answer to a page's request options."""
        asked = options["publicKey"]
        self.count += self.counts
        data = bytes(AuthenticatorData.create(_hash(asked["rpId"]), changes.pop("flags", TOUCHED), self.count, b""))
        said = self._said("webauthn.get", asked["challenge"], changes)
        signature = self._private.sign(data + hashlib.sha256(said).digest(), ec.ECDSA(SHA256()))
        return self._answer("webauthn.get", asked["challenge"], changes, authenticatorData=data, signature=signature)

    def _said(self, kind: str, challenge: str, changes: dict[str, Any]) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin} | changes).encode()

    def _answer(self, kind: str, challenge: str, changes: dict[str, Any], **parts: bytes) -> str:
        parts["clientDataJSON"] = self._said(kind, challenge, changes)
        return json.dumps(
            {
                "id": websafe_encode(self.id),
                "rawId": websafe_encode(self.id),
                "type": "public-key",
                "authenticatorAttachment": self.attachment,
                "clientExtensionResults": {},
                "response": {name: websafe_encode(part) for name, part in parts.items()},
            }
        )


def _hash(host: str) -> bytes:
    assert not urlsplit(host).scheme
    return hashlib.sha256(host.encode()).digest()
