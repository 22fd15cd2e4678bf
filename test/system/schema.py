"""The EWS schemas as a judge of what crosses the wire. They are not part of the project."""

import os
import pathlib

from lxml import etree

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"


class Schema:
    def __init__(self, path):
        self.schema = etree.XMLSchema(etree.parse(str(path)))

    @classmethod
    def find(cls):
        """None where the schemas are missing."""
        where = os.environ.get("VMRD_SCHEMAS", ROOT.parent / "shared" / "schemas")
        path = pathlib.Path(where) / "ews" / "messages.xsd"
        return cls(path) if path.exists() else None

    def problems(self, directory):
        """What is wrong with the recorded envelopes, one sentence each."""
        found = []
        for path in sorted(pathlib.Path(directory).glob("*.xml")):
            found += [f"{path.name}: {p}" for p in self.problems_of(path.read_bytes())]
        return found

    def problems_of(self, envelope):
        try:
            body = etree.fromstring(envelope).find(SOAP + "Body")
        except etree.XMLSyntaxError as e:
            return [f"no XML: {e}"]
        if body is None or len(body) != 1:
            return ["not exactly one element in soap:Body"]
        if body[0].tag == SOAP + "Fault":
            return []
        content = etree.fromstring(etree.tostring(body[0]))
        if self.schema.validate(content):
            return []
        return [f"line {e.line}: {e.message}" for e in self.schema.error_log]
