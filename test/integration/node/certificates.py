"""Makes the certificates of clients: certificates.py FOLDER. A CA with a valid, an expired and a not yet valid client, and a
client of a CA that nobody believes."""

import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

folder = Path(sys.argv[1])
now = datetime.now(timezone.utc)


def name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def issue(subject, issuer, issuer_key, start, end, is_ca):
    key = ec.generate_private_key(ec.SECP256R1())
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + start)
        .not_valid_after(now + end)
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
    )
    if not is_ca:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
    return builder.sign(issuer_key or key, hashes.SHA256()), key


def write(file, certificate, key):
    (folder / f"{file}.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / f"{file}-key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )


day = timedelta(days=1)
for prefix, clients in (
    ("", {"client": (-day, day), "expired": (-3 * day, -day), "early": (day, 3 * day)}),
    ("other-", {"client": (-day, day)}),
):
    ca, ca_key = issue(f"{prefix}client CA", name(f"{prefix}client CA"), None, -10 * day, 10 * day, True)
    write(f"{prefix}client-ca", ca, ca_key)
    for file, (start, end) in clients.items():
        write(f"{prefix}{file}", *issue(file, ca.subject, ca_key, start, end, False))
