"""The certificate that the control plane's parts answer with, the authority behind it, and the service accounts' key.

Made once for each home. The authority's own key is thrown away: nobody can make a second certificate that clients of
this cluster would trust.
"""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from infra.kubernetes.home import PlaneHome, write_secret
from infra.local.ports import HOST

SERVICE_ADDRESS = "10.96.0.1"  # where pods would find the API server: the first address of the Services' range
_NAMES = ("localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc")
_DAYS = 365
_EARLIER = timedelta(hours=1)  # a clock that is set back a little does not make it invalid


@dataclass(frozen=True, slots=True)
class Certificates:
    """PEM files: the authority, the serving certificate and its key, the service accounts' signing key."""

    authority: Path
    serving: Path
    serving_key: Path
    service_accounts_key: Path


def keep_certificates(home: PlaneHome) -> Certificates:
    """The files of this home, made when one is missing."""
    folder = home.credentials
    files = Certificates(folder / "ca.crt", folder / "serving.crt", folder / "serving.key", folder / "accounts.key")
    paths = (files.authority, files.serving, files.serving_key, files.service_accounts_key)
    if not all(path.is_file() for path in paths):
        _make(files)
    return files


def _make(files: Certificates) -> None:
    authority_key = ec.generate_private_key(ec.SECP256R1())
    serving_key = ec.generate_private_key(ec.SECP256R1())
    authority_name = _name("appstore test cluster")
    authority = (
        _begin(authority_name, authority_name, authority_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_certificate_signing(), critical=True)
        .sign(authority_key, SHA256())
    )
    serving = (
        _begin(_name("kube-apiserver"), authority_name, serving_key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(_alternative_names()), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(authority_key, SHA256())
    )
    write_secret(files.authority, _pem(authority))
    write_secret(files.serving, _pem(serving))
    write_secret(files.serving_key, _key_pem(serving_key))
    write_secret(files.service_accounts_key, _key_pem(rsa.generate_private_key(65537, 2048)))


def _begin(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _EARLIER)
        .not_valid_after(now + timedelta(days=_DAYS))
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _certificate_signing() -> x509.KeyUsage:
    purposes = ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "crl_sign")
    unused = dict.fromkeys((*purposes, "encipher_only", "decipher_only"), False)
    return x509.KeyUsage(digital_signature=True, key_cert_sign=True, **unused)


def _alternative_names() -> Iterable[x509.GeneralName]:
    addresses = (HOST, SERVICE_ADDRESS)
    return [
        *(x509.DNSName(name) for name in _NAMES),
        *(x509.IPAddress(ipaddress.ip_address(address)) for address in addresses),
    ]


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode()


def _key_pem(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
