"""FHIR R4 in. Resources, references and extensions are spoken of only here."""

from claims.fhir.claim_response import read_claim_response

__all__ = ["read_claim_response"]
