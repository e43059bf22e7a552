"""A passkey as a browser would make one, for tests without a browser."""

import base64
import hashlib
import json
import secrets

from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.webauthn import Aaguid, AttestationObject, AttestedCredentialData, AuthenticatorData

from forum.accounts.models import User


def give_passkey(user: User, name: str = "Passkey 1") -> Authenticator:
    """Store a passkey of ``user`` for localhost; nobody can sign with it."""
    key_id = secrets.token_bytes(16)
    public_key = ES256.from_cryptography_key(ec.generate_private_key(ec.SECP256R1()).public_key())
    credential = AttestedCredentialData.create(Aaguid.NONE, key_id, public_key)
    flags = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.UV | AuthenticatorData.FLAG.AT
    data = AuthenticatorData.create(hashlib.sha256(b"localhost").digest(), flags, 0, credential)
    client_data = {"type": "webauthn.create", "challenge": _encode(secrets.token_bytes(16)), "origin": "http://localhost:8000"}
    response = {
        "clientDataJSON": _encode(json.dumps(client_data).encode()),
        "attestationObject": _encode(bytes(AttestationObject.create("none", data, {}))),
    }
    made = {"id": _encode(key_id), "rawId": _encode(key_id), "type": "public-key", "response": response}
    made["clientExtensionResults"] = {"credProps": {"rk": True}}
    return Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data={"name": name, "credential": made})


def _encode(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
