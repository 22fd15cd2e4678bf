"""The EWS schemas as a judge of what crosses the wire. They are not part of the project."""

import os
import pathlib

from lxml import etree

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"
M = "{http://schemas.microsoft.com/exchange/services/2006/messages}"
T = "{http://schemas.microsoft.com/exchange/services/2006/types}"


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
        problems = []
        for content in judged(etree.fromstring(etree.tostring(body[0]))):
            if not self.schema.validate(content):
                problems += [f"line {e.line}: {e.message}" for e in self.schema.error_log]
        return problems


def judged(content):
    """The elements to validate. Exchange itself departs from its published schemas in three known
    places, and the emulator does as Exchange does; these are translated to the schemas' form."""
    if content.tag == M + "GetUserConfigurationResponse":
        # real answers are wrapped in ResponseMessages as all others, the schema has them bare
        for message in content.findall(f"{M}ResponseMessages/{M}GetUserConfigurationResponseMessage"):
            message.tag = content.tag
            yield etree.fromstring(etree.tostring(message))
        return
    for parent, child in (("Notifications", "Notification"),
                          ("ErrorSubscriptionIds", "SubscriptionId")):
        for element in content.iterfind(f".//{M}{parent}/{M}{child}"):
            element.tag = T + child
    yield content
