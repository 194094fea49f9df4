"""Tables of certificates: a noun a file."""

from citybrain.hub.certificates.models.certificate import Certificate, CertificateHistory
from citybrain.hub.certificates.models.certificate_type import CertificateTypeVersion, Serial
from citybrain.hub.certificates.models.use import CertificateUse, ShowCode

__all__ = [
    "Certificate",
    "CertificateHistory",
    "CertificateTypeVersion",
    "CertificateUse",
    "Serial",
    "ShowCode",
]
