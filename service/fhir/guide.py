"""What is known beyond R4 core, US Core and IPS: the definitions that files or a request hand in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from service.fhir import definitions, questions
from service.fhir.definitions import CodeSystem, ExtensionDefinition, Node, Profile
from service.fhir.json import Value
from service.fhir.questions import Form
from service.fhir.snapshot import STRUCTURES


@dataclass(frozen=True, slots=True, eq=False)
class Guide:
    """Definitions by their url. What a guide does not hold is looked up in the packed ones; a guide changes nothing outside of itself.

    `value_sets` are the (system, code) pairs of each, `questionnaires` Questionnaire resources. `globals` are the profiles that every
    resource of a type must have.
    """

    profiles: Mapping[str, Profile] = field(default_factory=dict)
    extensions: Mapping[str, ExtensionDefinition] = field(default_factory=dict)
    value_sets: Mapping[str, frozenset[tuple[str, str]]] = field(default_factory=dict)
    code_systems: Mapping[str, CodeSystem] = field(default_factory=dict)
    questionnaires: Mapping[str, Value] = field(default_factory=dict)
    globals: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    _forms: dict[str, Form] = field(default_factory=dict, init=False, repr=False)

    def beside(self, other: Guide) -> Guide:
        """The definitions of both; where both have one of a url, the other's."""
        return Guide(
            profiles={**self.profiles, **other.profiles},
            extensions={**self.extensions, **other.extensions},
            value_sets={**self.value_sets, **other.value_sets},
            code_systems={**self.code_systems, **other.code_systems},
            questionnaires={**self.questionnaires, **other.questionnaires},
            globals={**self.globals, **other.globals},
        )

    def profile(self, name_or_url: str) -> Profile | None:
        """A profile by its url, with or without "|version", or a packed one by its id; None for one or a version that is not known.

        A type is a profile that says no more.
        """
        url, _, version = name_or_url.partition("|")
        found = (self.profiles.get(url), definitions.profile(url), _type(url))
        return next((one for one in found if one and version in ("", one.version)), None)

    def extension(self, url: str) -> ExtensionDefinition | None:
        """An extension definition by its url; None for one that is not known."""
        return self.extensions.get(url) or definitions.extension(url)

    def codes(self, value_set: str) -> frozenset[tuple[str, str]] | None:
        """The (system, code) pairs of a value set; None if they are not known."""
        found = self.value_sets.get(value_set.partition("|")[0])
        return definitions.codes(value_set) if found is None else found

    def code_system(self, url: str) -> CodeSystem | None:
        """A code system by its url; None if not all its codes are known."""
        return self.code_systems.get(url) or definitions.code_system(url)

    def systems(self, value_set: str) -> frozenset[str]:
        """The code systems that a value set takes codes from, even where the codes are not known; empty if that is not known either."""
        found = self.value_sets.get(value_set.partition("|")[0])
        return definitions.systems(value_set) if found is None else frozenset(system for system, _ in found)

    def form(self, url: str) -> Form | None:
        """What a Questionnaire asks, by its url, with or without "|version"; None for one or a version that is not known."""
        name, _, version = url.partition("|")
        found = self.questionnaires.get(name)
        if not found or version not in ("", found.get("version")):
            return None
        if name not in self._forms:
            self._forms[name] = questions.form(found)
        return self._forms[name]


@cache
def _type(url: str) -> Profile | None:
    name = url.removeprefix(STRUCTURES)
    if STRUCTURES + name != url or not definitions.is_type(name):
        return None
    return Profile(name, url, definitions.FHIR_VERSION, name, "", {}, (), Node())


PACKED = Guide()
"""The guide of the packed definitions alone."""
