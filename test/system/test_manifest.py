"""The add-in's manifests: what they say, when their version rises, and what the pane is served with."""

import hashlib
import http.server
import io
import json
import os
import pathlib
import re
import shutil
import struct
import subprocess
import threading
import urllib.parse
import zipfile
import zlib

import pytest
import requests
from lxml import etree

from vmrd import Vmrd, wait_for
from world import World

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCHEMAS = pathlib.Path(os.environ.get("VMRD_SCHEMAS", ROOT.parent / "shared" / "schemas"))
O = "{http://schemas.microsoft.com/office/appforoffice/1.1}"
V10 = "{http://schemas.microsoft.com/office/mailappversionoverrides}"
V11 = "{http://schemas.microsoft.com/office/mailappversionoverrides/1.1}"
BT = "{http://schemas.microsoft.com/office/officeappbasictypes/1.0}"
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
HOSTILE = "\"<b>&amp;</b>' ]]> <!-- \u202e \U0001f4c5 é"


class Office:
    """A vmrd with integrations that nobody's mailbox stands behind."""

    def __init__(self, directory):
        self.built = directory / "built"
        (self.built / "assets").mkdir(parents=True)
        (self.built / "index.html").write_text("<title>pane</title><!--vmrd:office--><!--vmrd:settings-->")
        (self.built / "assets" / "main-1.js").write_text("let a;")
        self.icons = directory / "icons"
        self.icons.mkdir()
        self.vmrd = Vmrd(directory / "vmrd", addin_directory=str(self.built), icon_directory=str(self.icons))
        self.clock_file = self.vmrd.set_clock(0)
        self.start()
        self.id = self.add("Head office")

    def start(self):
        self.vmrd.start(VMRD_CLOCK_FILE=self.clock_file)

    def restart(self):
        assert self.vmrd.stop() == 0
        self.start()

    def add(self, name, **fields):
        return self.vmrd.create("ms_exchange_connector", name=name, enable_dynamic_vmrs=False,
                                addin_server_domain="addin.example.com", **fields)

    def set(self, **fields):
        self.vmrd.api("PATCH", f"ms_exchange_connector/{self.id}/", fields, 202)

    def move_to_365(self):
        self.set(addin_authentication_method="NAA_TOKEN", addin_application_id="6f1d2c3b-0000-4000-8000-1234567890ab",
                 addin_authority_url="https://login.microsoftonline.com/11111111-2222-4333-8444-555555555555")

    def get(self, name, status=200, connector=None):
        return self.vmrd.api("GET", f"ms_exchange_connector/{connector or self.id}/{name}", status=status)

    def xml(self, name="manifest.xml"):
        return etree.fromstring(self.get(name).content)

    def version(self, name="manifest.xml"):
        return self.xml(name).findtext(O + "Version")

    def unified(self):
        with zipfile.ZipFile(io.BytesIO(self.get("manifest.zip").content)) as z:
            assert z.testzip() is None
            return json.loads(z.read("manifest.json")), {n: z.read(n) for n in z.namelist()}

    def base(self):
        return f"https://addin.example.com/api/client/v2/msexchange_schedulers/{self.id}/"

    def local(self, url):
        """The same address, without TLS and name."""
        assert url.startswith(self.base()), url
        return self.vmrd.addin_url(self.id) + url[len(self.base()):]

    def versions(self):
        """Rows of status/v1/addin_version, by version."""
        answer = self.vmrd.session.get(f"{self.vmrd.admin_url}/api/admin/status/v1/addin_version/?limit=0")
        assert answer.status_code == 200, answer.text
        return {row["version"]: row for row in answer.json()["objects"]}


@pytest.fixture
def office(tmp_path):
    o = Office(tmp_path)
    yield o
    assert o.vmrd.stop() in (0, None), (o.vmrd.directory / "stderr").read_text()[-4000:]


@pytest.fixture(scope="session")
def manifest_schema():
    path = SCHEMAS / "manifest" / "manifest.xsd"
    if not path.exists():  # Microsoft's schemas are not part of the project
        pytest.skip(f"no manifest schemas at '{path}'")
    return etree.XMLSchema(etree.parse(str(path)))


def newer_than_the_schema(root):
    """Takes out what Microsoft has added since its published schema: shared folders, and the mobile
    apps' online-meeting button, whose own parts are as those of other mobile buttons."""
    for element in list(root.iter(V11 + "SupportsSharedFolders")):
        element.getparent().remove(element)
    for point in root.iter(V11 + "ExtensionPoint"):
        if point.get(XSI + "type") != "MobileOnlineMeetingCommandSurface":
            continue
        point.set(XSI + "type", "MobileMessageReadCommandSurface")
        control = point.find(V11 + "Control")
        group = etree.SubElement(point, V11 + "Group", id="group")
        etree.SubElement(group, V11 + "Label", resid="button.label")
        group.append(control)
    return root


def assert_valid(schema, root):
    schema.validate(newer_than_the_schema(root))
    assert not list(schema.error_log), "\n".join(f"line {e.line}: {e.message}" for e in schema.error_log)


# -- what it says -----------------------------------------------------------------------------------


def test_the_manifest_is_valid(office, manifest_schema):
    assert_valid(manifest_schema, office.xml())


def test_the_manifests_for_microsoft_365_are_valid(office, manifest_schema):
    office.move_to_365()
    for name in "manifest.xml", "manifest-mobile.xml":
        assert_valid(manifest_schema, office.xml(name))
    office.set(addin_authentication_method="SSO_TOKEN")
    root = office.xml()
    assert root.find(f".//{V11}WebApplicationInfo/{V11}Resource").text.startswith("api://addin.example.com/")
    assert_valid(manifest_schema, root)


def test_hostile_texts_stay_texts(office, manifest_schema):
    texts = ("addin_display_name", "addin_description", "addin_provider_name", "addin_button_label", "addin_group_label",
             "addin_supertip_title", "addin_supertip_description")
    office.set(**{t: HOSTILE for t in texts})
    root = office.xml()
    assert_valid(manifest_schema, root)
    assert root.findtext(O + "ProviderName") == HOSTILE
    assert root.find(O + "DisplayName").get("DefaultValue") == HOSTILE
    assert {s.get("DefaultValue") for s in root.iter(BT + "String")} == {HOSTILE}


def test_it_says_where_things_are(office):
    root = office.xml()
    record = office.vmrd.api("GET", f"ms_exchange_connector/{office.id}/", status=200).json()
    assert root.findtext(O + "Id") == record["uuid"]
    first = next(e for e in root.iter() if e.tag in (O + "SourceLocation", V10 + "SourceLocation"))
    assert first.get("DefaultValue") == office.base(), "the audience of tokens"
    [request] = {s.get("MinVersion") for s in root.iter(O + "Set")}
    assert request == "1.5"
    version = office.version()
    panes = [u.get("DefaultValue") for u in root.iter(BT + "Url")]
    assert panes == [f"{office.base()}?v={version}"] * 2
    assert len(root.xpath("//*[@resid]")) > 10
    for element in root.xpath("//*[@resid]"):
        assert len(element.get("resid")) <= 32
    for v in V10, V11:
        ids = {e.get("id") for r in root.iter(v + "Resources") for e in r.iter() if e.get("id")}
        used = {e.get("resid") for e in root.iter() if e.get("resid") and e.tag.startswith((v, BT))}
        assert used <= ids
    assert len(office.get("manifest.xml").content) < 256 << 10


def test_every_icon_is_there_in_its_size(office):
    office.move_to_365()
    root = office.xml("manifest-mobile.xml")
    urls = {e.get("DefaultValue") for e in root.iter(BT + "Image", O + "IconUrl", O + "HighResolutionIconUrl")}
    urls -= {None}
    sizes = set()
    for url in urls:
        answer = requests.get(office.local(url), timeout=30)
        assert answer.status_code == 200 and answer.headers["Content-Type"] == "image/png"
        assert "immutable" in answer.headers["Cache-Control"]
        width, height = struct.unpack(">II", answer.content[16:24])
        assert width == height == int(re.search(r"addin_icon_(\d+)\.png", url).group(1))
        assert hashlib.sha256(answer.content).hexdigest()[:16] in url
        sizes.add(width)
    assert sizes == {16, 20, 24, 25, 32, 40, 48, 50, 64, 75, 80, 96, 128, 144}
    wanted = {(size, scale) for size in (25, 32, 48) for scale in (1, 2, 3)}
    images = [e for e in root.iter(BT + "Image") if e.get("scale")]
    assert {(int(e.get("size")), int(e.get("scale"))) for e in images} == wanted
    for e in images:
        assert e.get("resid") == f"icon.{int(e.get('size')) * int(e.get('scale'))}"


def test_a_text_too_long_for_its_place_is_named(office):
    office.set(addin_button_label="x" * 125)
    assert office.xml() is not None
    office.set(addin_button_label="x" * 126)
    answer = office.get("manifest.xml", status=400)
    assert "addin_button_label has 126 characters; this manifest takes 125" in answer.json()["error"]
    office.set(addin_button_label="é" * 125, addin_description="é" * 250)
    assert office.xml() is not None


def test_an_empty_text_is_the_shipped_one(office):
    office.set(addin_button_label="")
    labels = {s.get("DefaultValue") for s in office.xml().iter(BT + "String") if s.get("id") == "button.label"}
    assert labels == {"Add a video meeting"}


def test_microsoft_365_alone_has_the_others(office):
    for name in "manifest-mobile.xml", "manifest.zip":
        assert "addin_authentication_method" in office.get(name, status=400).json()["error"]
    office.move_to_365()
    [function] = office.xml("manifest-mobile.xml").iter(V11 + "FunctionName")
    assert function.text == "insertVideoMeeting"
    assert not list(office.xml().iter(V11 + "MobileFormFactor"))


def test_the_unified_manifest(office):
    office.move_to_365()
    office.set(addin_display_name="A name that is a good deal longer than thirty characters",
               addin_description="d" * 100)
    manifest, files = office.unified()
    assert sorted(files) == ["color.png", "manifest.json", "outline.png"]
    for name, size in ("color.png", 192), ("outline.png", 32):
        assert struct.unpack(">II", files[name][16:24]) == (size, size)
    [extension] = manifest["extensions"]
    assert extension["audienceClaimUrl"] == office.base()
    [alternate] = extension["alternates"]
    xml_id = office.xml().findtext(O + "Id")
    assert alternate["hide"]["customOfficeAddin"]["officeAddinId"] == xml_id
    assert manifest["id"] != xml_id and re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", manifest["id"])
    assert len(manifest["name"]["short"]) == 30 and manifest["name"]["short"].endswith("…")
    assert len(manifest["description"]["short"]) == 80 and manifest["description"]["full"] == "d" * 100
    assert manifest["validDomains"] == ["addin.example.com", "login.microsoftonline.com"]
    assert office.get("manifest.zip").content == office.get("manifest.zip").content
    office.set(addin_button_label="x" * 65)
    assert "addin_button_label has 65 characters" in office.get("manifest.zip", status=400).json()["error"]


def test_delegates_have_the_button(office):
    assert [e.text for e in office.xml().iter(V11 + "SupportsSharedFolders")] == ["true"]
    office.move_to_365()
    granted = office.unified()[0]["authorization"]["permissions"]["resourceSpecific"]
    assert [g["name"] for g in granted] == ["MailboxItem.ReadWrite.User", "Mailbox.SharedFolder"]


def peer(directory):
    """What the libraries of those who make add-ins read, by file name (test/manifest)."""
    if not shutil.which("node") or not (ROOT / "test" / "manifest" / "node_modules").exists():
        # The gate installs them; who runs this file alone may not have them.
        pytest.skip("npm ci in test/manifest installs the readers")
    # A home of their own: they keep settings there.
    done = subprocess.run(["node", ROOT / "test" / "manifest" / "read.mjs", directory], capture_output=True, text=True, timeout=120,
                          env={**os.environ, "HOME": str(directory), "NO_COLOR": "1"})
    assert done.returncode == 0, done.stderr
    return {line["name"]: line for line in map(json.loads, done.stdout.splitlines())}


def test_the_makers_of_add_ins_read_it(office, tmp_path):
    office.set(addin_display_name=HOSTILE, addin_description=HOSTILE)
    office.move_to_365()
    names = "manifest.xml", "manifest-mobile.xml", "manifest.zip"
    for name in names:
        (tmp_path / name).write_bytes(office.get(name).content)
    read = peer(tmp_path)
    assert sorted(read) == sorted(names)
    for name in names[:2]:
        info, converted = read[name]["info"], read[name]["converted"]
        assert info["displayName"] == info["description"] == HOSTILE
        assert info["version"] == office.version() and info["permissions"] == "ReadWriteItem"
        assert converted["id"] == info["id"] == office.xml().findtext(O + "Id")
        [extension] = converted["extensions"]
        pages = {r["code"]["page"].split("?")[0] for r in extension["runtimes"]}
        assert pages == {office.base()} | ({office.base() + "mobile.html"} if "mobile" in name else set())
        contexts = {c for r in extension["ribbons"] for c in r["contexts"]}
        assert contexts == {"meetingDetailsOrganizer"} | ({"onlineMeetingDetailsOrganizer"} if "mobile" in name else set())
        actions = {a["id"] for r in extension["runtimes"] for a in r["actions"] if a["type"] == "executeFunction"}
        assert actions == ({"insertVideoMeeting"} if "mobile" in name else set())
    unified = read["manifest.zip"]
    assert unified["problems"] == [] and unified["info"]["description"] == HOSTILE
    assert unified["info"]["version"] == "1.0." + office.version().rsplit(".", 1)[1]


def test_the_schema_finds_what_is_wrong(office, tmp_path):
    """The judge above judges: a manifest with a mistake is found out."""
    office.move_to_365()
    manifest, files = office.unified()
    manifest["name"]["short"] = "x" * 31
    (tmp_path / "manifest.xml").write_bytes(office.get("manifest.xml").content)
    with zipfile.ZipFile(tmp_path / "manifest.zip", "w") as z:
        z.writestr("manifest.json", json.dumps(manifest))
    assert peer(tmp_path)["manifest.zip"]["problems"] == ["/name/short must NOT have more than 30 characters"]


def test_downloads_have_names(office):
    answer = office.get("manifest.xml")
    assert answer.headers["Content-Type"] == "application/xml; charset=utf-8"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="manifest-{office.id}-1.0.0.1.xml"'
    for path in (f"ms_exchange_connector/{office.id}/manifest.pdf", "ms_exchange_connector/999/manifest.xml",
                 "conference/1/manifest.xml", "ms_exchange_connector/x/manifest.xml"):
        assert office.vmrd.api("GET", path).status_code == 404, path
    assert office.vmrd.api("POST", f"ms_exchange_connector/{office.id}/manifest.xml").status_code == 405
    stranger = requests.get(f"{office.vmrd.admin_url}/api/admin/configuration/v1/ms_exchange_connector/{office.id}/manifest.xml")
    assert stranger.status_code == 401


def test_the_command_prints_the_same(office):
    assert office.vmrd.run("manifest", str(office.id)).stdout.encode() == office.get("manifest.xml").content
    with pytest.raises(RuntimeError, match="Microsoft 365"):
        office.vmrd.run("manifest", str(office.id), "mobile")
    with pytest.raises(RuntimeError, match="'manifest' takes"):
        office.vmrd.run("manifest", str(office.id), "pdf")


# -- its version ------------------------------------------------------------------------------------


def test_reading_does_not_change_it(office):
    first = office.get("manifest.xml").content
    assert office.get("manifest.xml").content == first
    requests.get(office.vmrd.addin_url(office.id), timeout=30)
    office.restart()
    assert office.get("manifest.xml").content == first
    assert office.version() == "1.0.0.1"


def test_the_version_rises_with_what_the_manifest_says(office):
    assert office.version() == "1.0.0.1"
    office.set(addin_button_label="Meet")
    assert office.version() == "1.0.0.2"
    office.set(addin_server_domain="other.example.com")
    assert office.version() == "1.0.0.3"
    office.set(addin_server_domain="addin.example.com", addin_button_label="Add a video meeting")
    assert office.version() == "1.0.0.4", "a change back is a change"


def test_the_version_stays_when_others_change(office):
    assert office.version() == "1.0.0.1"
    office.set(description="note", addin_pane_title="Title", meeting_buffer_before=10, enable_addin_debug_logs=True,
               addin_button_label="Add a video meeting")
    office.add("Branch", room_mailbox_email_address="branch@example.com")
    assert office.version() == "1.0.0.1"


def test_the_manifests_share_the_version(office):
    office.move_to_365()
    version = office.version()
    assert office.version("manifest-mobile.xml") == version
    assert office.unified()[0]["version"] == re.sub(r"^1\.0\.0\.", "1.0.", version)


def test_a_new_icon_has_a_new_address_and_makes_a_new_version(office):
    before = office.xml().find(O + "HighResolutionIconUrl").get("DefaultValue")
    image = (ROOT / "web" / "addin" / "icons" / "addin_icon_128.png").read_bytes()
    chunk = b"tEXtnote\0own"
    end = image.rindex(b"IEND") - 4
    own = image[:end] + struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) + image[end:]
    (office.icons / str(office.id)).mkdir()
    (office.icons / str(office.id) / "addin_icon_128.png").write_bytes(own)
    other = office.add("Branch", room_mailbox_email_address="branch@example.com")
    assert office.get("manifest.xml", connector=other).content
    office.restart()
    after = office.xml().find(O + "HighResolutionIconUrl").get("DefaultValue")
    assert urllib.parse.urlsplit(before).query != urllib.parse.urlsplit(after).query
    assert office.version() == "1.0.0.2"
    assert b"1.0.0.1" in office.get("manifest.xml", connector=other).content
    assert requests.get(office.local(after), timeout=30).content == own
    assert requests.get(office.vmrd.addin_url(other) + "images/addin_icon_128.png", timeout=30).content == image


def test_a_wrong_icon_is_named_at_the_start(office):
    assert office.vmrd.stop() == 0
    shutil.copy(ROOT / "web" / "addin" / "icons" / "addin_icon_64.png", office.icons / "addin_icon_128.png")
    with pytest.raises(RuntimeError, match="icon 'addin_icon_128.png' has 64 x 64 pixels; it needs 128 x 128"):
        office.vmrd.start()
    office.vmrd.process = None
    with pytest.raises(RuntimeError, match="icon 'addin_icon_128.png' has 64 x 64 pixels"):
        office.vmrd.run("check")


# -- which versions are in use ----------------------------------------------------------------------


def test_the_pane_and_the_icons_tell_their_version(office):
    pane = next(office.xml().iter(BT + "Url")).get("DefaultValue")
    office.set(addin_button_label="Meet")
    icon = office.xml().find(O + "IconUrl").get("DefaultValue")
    assert {v: row["is_current"] for v, row in office.versions().items()} == {"1.0.0.1": False, "1.0.0.2": True}
    assert all(row["last_seen_time"] is None for row in office.versions().values())
    assert requests.get(office.local(pane), timeout=30).status_code == 200
    wait_for(lambda: office.versions()["1.0.0.1"]["first_seen_time"], "the pane's version is noted")
    assert requests.get(office.local(icon), timeout=30).status_code == 200
    wait_for(lambda: office.versions()["1.0.0.2"]["last_seen_time"], "the icon's version is noted")
    assert all(row["last_used_time"] is None for row in office.versions().values()), "no token was seen"


def test_a_version_we_never_made_is_not_noted(office):
    office.get("manifest.xml")
    requests.get(office.vmrd.addin_url(office.id) + "?v=1.0.0.77", timeout=30)
    assert list(office.versions()) == ["1.0.0.1"]


def test_users_of_an_old_manifest_are_an_alarm(exchange, tmp_path):
    world = World(exchange, tmp_path / "vmrd")
    try:
        vmrd = world.vmrd

        def press(version):
            audience = vmrd.addin_url(world.connector).replace("http://", "https://")
            answer = vmrd.meeting_details(world.connector, exchange.token("olga", audience), **{"X-Manifest-Version": version})
            assert answer.status_code == 200, answer.text

        def alarms_after(days):
            assert vmrd.stop() == 0
            world.clock_file = vmrd.set_clock(days * 86400)
            world.start()
            answer = vmrd.session.get(f"{vmrd.admin_url}/api/admin/status/v1/alarm/?name=addin_manifest_outdated")
            return [(a["instance"], a["details"].split(" at ")[0]) for a in answer.json()["objects"]]

        path = f"ms_exchange_connector/{world.connector}/"
        vmrd.api("GET", path + "manifest.xml", status=200)
        vmrd.api("PATCH", path, {"addin_button_label": "Meet"}, 202)
        vmrd.api("GET", path + "manifest.xml", status=200)
        press("1.0.0.1")
        assert alarms_after(0) == []
        press("1.0.0.1")
        assert alarms_after(2) == []
        vmrd.api("PATCH", "global_settings/1/", {"old_manifest_days": 0}, 202)
        assert alarms_after(0) == [("Head office", "version 1.0.0.1 was used")]
        press("1.0.0.2")
        assert alarms_after(2) == []
    finally:
        world.close()


# -- the pane ---------------------------------------------------------------------------------------


def test_the_pane_is_served_with_its_settings(office):
    version = office.version()
    office.set(addin_pane_title="</script><script>alert(1)</script>", enable_addin_debug_logs=True)
    office.vmrd.create("exchange_domain", domain="owa.example.com",
                       exchange_connector=f"/api/admin/configuration/v1/ms_exchange_connector/{office.id}/")
    answer = requests.get(office.vmrd.addin_url(office.id), timeout=30)
    assert answer.status_code == 200
    policy = dict(d.strip().split(" ", 1) for d in answer.headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'" and "unsafe" not in answer.headers["Content-Security-Policy"]
    assert "https://appsforoffice.microsoft.com" in policy["script-src"].split()
    assert {"https://outlook.office.com", "owa.example.com"} <= set(policy["frame-ancestors"].split())
    assert "X-Frame-Options" not in answer.headers
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    [settings] = re.findall(r'<script type="application/json" id="settings">(.*?)</script>', answer.text, re.S)
    settings = json.loads(settings)
    assert settings["manifest_version"] == version and settings["connector"] == office.id and settings["debug"]
    assert settings["texts"]["title"] == "</script><script>alert(1)</script>" and settings["texts"]["button_title"] is None
    assert requests.get(office.vmrd.addin_url(office.id) + settings["icon"], timeout=30).status_code == 200
    again = requests.get(office.vmrd.addin_url(office.id), headers={"If-None-Match": answer.headers["ETag"]}, timeout=30)
    assert again.status_code == 304
    assert requests.get(office.vmrd.addin_url(office.id) + "assets/main-1.js", timeout=30).text == "let a;"
    gone = requests.get(office.vmrd.addin_url(999), timeout=30)
    assert gone.status_code == 404 and "old manifest" in gone.text


def said_in_browser(url, directory):
    """What the page's console says in a browser, and what the browser says about its policy."""
    chromium = shutil.which("chromium")
    if not chromium:  # the gate installs it
        pytest.skip("there is no chromium")
    done = subprocess.run([chromium, "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr",
                           "--virtual-time-budget=5000", f"--user-data-dir={directory}", "--dump-dom", url],
                          capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return "\n".join(line for line in done.stderr.splitlines() if "CONSOLE" in line)


def outer_page(framed):
    """A web server, of an origin of its own, whose page frames that address."""
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = f'<!doctype html><iframe src="{framed}"></iframe>'.encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *unused):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def test_browsers_keep_to_the_policy(office, tmp_path):
    (office.built / "index.html").write_text(
        '<!doctype html><script>console.log("inline ran")</script><body style="color: red">'
        '<script src="assets/main-1.js"></script>')
    (office.built / "assets" / "main-1.js").write_text("""
        const empty = document.createElement('style');
        document.head.append(empty);
        empty.sheet.insertRule('html { color: rgb(1, 2, 3) }');
        const full = document.createElement('style');
        full.textContent = 'html { background: rgb(4, 5, 6) }';
        document.head.append(full);
        const is = getComputedStyle(document.documentElement);
        console.log('it runs:', is.color, is.backgroundColor, getComputedStyle(document.body).color);
    """)
    office.restart()
    outer = outer_page(office.vmrd.addin_url(office.id))
    try:
        url = f"http://127.0.0.1:{outer.server_port}/"
        stranger = said_in_browser(url, tmp_path / "stranger")
        assert "it runs" not in stranger and "frame-ancestors" in stranger, stranger
        office.vmrd.create("exchange_domain", domain=f"127.0.0.1:{outer.server_port}",
                           exchange_connector=f"/api/admin/configuration/v1/ms_exchange_connector/{office.id}/")
        owa = said_in_browser(url, tmp_path / "owa")
        # Empty style elements and rules put into them by script are what Fluent UI does; texts are not styles.
        assert "it runs: rgb(1, 2, 3) rgba(0, 0, 0, 0) rgb(1, 2, 3)" in owa, owa
        assert "frame-ancestors" not in owa and "inline ran" not in owa, owa
    finally:
        outer.shutdown()
        outer.server_close()
