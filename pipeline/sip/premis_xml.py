"""PREMIS 3 as elements: objects, events and agents in the order the schema wants."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from pipeline.sip.values import FileFormat, write_moment
from pipeline.sip.xml import XSI, to_bytes, xml_text

PREMIS = "http://www.loc.gov/premis/v3"

_EVENT_TYPES = "http://id.loc.gov/vocabulary/preservation/eventType"
_OWN_PREFIX = "uuid-"


@dataclass(frozen=True, slots=True)
class Agent:
    """Who or what took part in an event."""

    id: str
    name: str
    kind: str
    """``software``, ``organization`` or ``person``."""

    version: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """What was done, when, by whom, to what."""

    id: str
    kind: str
    at: datetime
    detail: str
    agents: tuple[tuple[Agent, str], ...]
    """With their roles."""

    sources: tuple[str, ...] = ()
    """Ids of objects."""

    outcomes: tuple[str, ...] = ()
    outcome: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Characteristics:
    """What is known of a file as bytes."""

    sha256: str
    format: FileFormat
    size: int | None = None
    made_by: tuple[str, datetime] | None = None
    """The program that made it, and when."""


class Premis:
    """A PREMIS document that is being written."""

    def __init__(self) -> None:
        """Begin with nothing but the root."""
        names = {"premis": PREMIS, "xsi": XSI}
        self._root = etree.Element(f"{{{PREMIS}}}premis", nsmap=names, version="3.0")

    def add_object(
        self,
        kind: str,
        ids: Iterable[tuple[str, str]],
        *,
        made_of: Characteristics | None = None,
        part_of: str = "",
        derived_from: str = "",
    ) -> None:
        """Add an object.

        Args:
            kind: ``intellectualEntity``, ``representation`` or ``file``.
            ids: type and value of each of its identifiers.
            made_of: of a file.
            part_of: id of what it is a part of.
            derived_from: id of what it was made from.
        """
        element = _add(self._root, "object")
        element.set(f"{{{XSI}}}type", f"premis:{kind}")
        for kind_of_id, value in ids:
            _identify(element, "object", kind_of_id, value)
        if made_of is not None:
            _characterize(element, made_of)
        if part_of:
            _relate(element, "structural", "is part of", part_of)
        if derived_from:
            _relate(element, "derivation", "has source", derived_from)

    def add_events(self, events: Iterable[Event]) -> None:
        """Add events, then the agents that took part: no objects after this."""
        agents: dict[str, Agent] = {}
        for event in events:
            _add_event(self._root, event)
            agents |= {agent.id: agent for agent, _ in event.agents}
        for agent in agents.values():
            element = _add(self._root, "agent")
            _identify(element, "agent", "local", agent.id)
            _add(element, "agentName", agent.name)
            _add(element, "agentType", agent.kind)
            if agent.version:
                _add(element, "agentVersion", agent.version)

    def to_bytes(self) -> bytes:
        """Write it."""
        return to_bytes(self._root)


def _add(parent: etree._Element, name: str, text: str | None = None) -> etree._Element:
    element = etree.SubElement(parent, f"{{{PREMIS}}}{name}")
    if text is not None:
        element.text = xml_text(text)
    return element


def _identify(parent: etree._Element, name: str, kind: str, value: str) -> None:
    element = _add(parent, f"{name}Identifier")
    _add(element, f"{name}IdentifierType", kind)
    _add(element, f"{name}IdentifierValue", value)


def _characterize(element: etree._Element, file: Characteristics) -> None:
    found = _add(element, "objectCharacteristics")
    _add(found, "compositionLevel", "0")
    fixity = _add(found, "fixity")
    _add(fixity, "messageDigestAlgorithm", "SHA-256")
    _add(fixity, "messageDigest", file.sha256.upper())
    if file.size is not None:
        _add(found, "size", str(file.size))
    form = _add(found, "format")
    designation = _add(form, "formatDesignation")
    _add(designation, "formatName", file.format.name)
    if file.format.version:
        _add(designation, "formatVersion", file.format.version)
    if file.format.pronom:
        entry = _add(form, "formatRegistry")
        _add(entry, "formatRegistryName", "PRONOM")
        _add(entry, "formatRegistryKey", file.format.pronom)
        _add(entry, "formatRegistryRole", "specification")
    if file.made_by is not None:
        application = _add(found, "creatingApplication")
        _add(application, "creatingApplicationName", file.made_by[0])
        _add(application, "dateCreatedByApplication", write_moment(file.made_by[1]))


def _relate(element: etree._Element, kind: str, what: str, other: str) -> None:
    relation = _add(element, "relationship")
    _add(relation, "relationshipType", kind)
    _add(relation, "relationshipSubType", what)
    _identify(relation, "relatedObject", kind_of_id(other), other)


def _add_event(root: etree._Element, event: Event) -> None:
    element = _add(root, "event")
    _identify(element, "event", "local", event.id)
    kind = _add(element, "eventType", event.kind)
    kind.set("authority", "eventType")
    kind.set("authorityURI", _EVENT_TYPES)
    _add(element, "eventDateTime", write_moment(event.at))
    _add(_add(element, "eventDetailInformation"), "eventDetail", event.detail)
    if event.outcome:
        outcome = _add(element, "eventOutcomeInformation")
        _add(outcome, "eventOutcome", event.outcome)
        if event.note:
            detail = _add(outcome, "eventOutcomeDetail")
            _add(detail, "eventOutcomeDetailNote", event.note)
    for agent, role in event.agents:
        link = _add(element, "linkingAgentIdentifier")
        _add(link, "linkingAgentIdentifierType", "local")
        _add(link, "linkingAgentIdentifierValue", agent.id)
        _add(link, "linkingAgentRole", role)
    for role, ids in (("source", event.sources), ("outcome", event.outcomes)):
        for each in ids:
            link = _add(element, "linkingObjectIdentifier")
            _add(link, "linkingObjectIdentifierType", kind_of_id(each))
            _add(link, "linkingObjectIdentifierValue", each)
            _add(link, "linkingObjectRole", role)


def kind_of_id(identifier: str) -> str:
    """Tell an object of a package from a scan, which is named by its hash."""
    return "local" if identifier.startswith(_OWN_PREFIX) else "SHA-256"
