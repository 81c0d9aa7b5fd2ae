"""The profiles that a resource must have: those asked for, or those it claims and that of its vital sign; and those of the guide."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from service.fhir.definitions import Profile
from service.fhir.guide import Guide
from service.fhir.json import Value
from service.fhir.validate import vitals
from service.fhir.validate.findings import Findings


def wanted(resource: Mapping[str, Value], place: str, guide: Guide, findings: Findings, asked: Iterable[str] | None) -> list[Profile]:
    """The profiles of a resource, each once.

    Raises LookupError for one of `asked` that is not known.
    """
    urls = [*(_claimed(resource, place, guide, findings) if asked is None else asked), *guide.globals.get(resource["resourceType"], ())]
    found: dict[str, Profile] = {}
    for url in urls:
        profile = guide.profile(url)
        if profile is None:
            raise LookupError(f"the profile {url} is not known")
        found[profile.url] = profile
    vital = vitals.profile(resource, guide) if asked is None and resource["resourceType"] == "Observation" else None
    if vital:
        found.setdefault(vital.url, vital)
    return [*found.values()]


def _claimed(resource: Mapping[str, Value], place: str, guide: Guide, findings: Findings) -> Iterator[str]:
    """The known profiles that a resource claims, unknown ones being a warning."""
    meta = resource.get("meta")
    urls = meta.get("profile") if isinstance(meta, dict) else None
    for index, url in enumerate(urls if isinstance(urls, list) else []):
        if isinstance(url, str) and ":" in url and guide.profile(url):
            yield url
        elif isinstance(url, str):
            message = "this profile, or this version of it, is not known: it was not checked"
            findings.warning("not-found", f"{place}.meta.profile[{index}]", message)
