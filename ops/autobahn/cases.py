# Runs Autobahn's fuzzing client by Jython 2.7: python PLUGIN_JAR URL OUTPUT_FOLDER CASES [EXCLUDED]
#
# The packaging of the suite that Maven Central has leaves out sections 12 and 13 (compression). They stand here anew, on the suite's
# own classes: the same sections, message sizes, fragment sizes and offers as upstream, with text and bytes of our own, and fewer messages.
import sys

jar, url, outdir, cases = sys.argv[1:5]
excluded = sys.argv[5].split(",") if len(sys.argv) > 5 and sys.argv[5] else []
count = int(sys.argv[6]) if len(sys.argv) > 6 else 20
sys.path.insert(0, jar)

import random
from autobahn.compress import PerMessageDeflateOffer, PerMessageDeflateResponse, PerMessageDeflateResponseAccept
from autobahntestsuite import fuzzing, wstest
from autobahntestsuite.case import Case, Cases, CaseCategories, CaseSubCategories

# (bytes of a message, bytes of a fragment; 0: one frame)
SIZES = [(16, 0), (64, 0), (256, 0), (1024, 0), (4096, 0), (8192, 0), (16384, 0), (32768, 0), (65536, 0), (131072, 0),
         (8192, 256), (16384, 256), (32768, 256), (65536, 256), (131072, 256), (131072, 1024), (131072, 4096),
         (131072, 32768)]


def json_text(rng):
    return "".join(['{"id":%d,"name":"user%d","tags":["a","b"],"text":"%s"},' % (i, rng.randint(0, 999), "lorem ipsum dolor " * 3)
                    for i in range(2500)])


def random_bytes(rng):
    return "".join([chr(rng.randint(0, 255)) for _ in range(140000)])


def pixels(rng):
    return "".join([chr((x * y // 64 + rng.randint(0, 3)) % 256) for y in range(375) for x in range(375)])


def page(rng):
    return "".join(["<li class='n%d'><a href='/p/%d'>Gr\xc3\xbc\xc3\x9fe %d</a></li>\n" % (i % 7, rng.randint(0, 9999), i)
                    for i in range(4000)])


RANDOM = random.Random(7692)
DATA = {"json": (json_text(RANDOM), False), "page": (page(RANDOM), False), "pixels": (pixels(RANDOM), True),
        "noise": (random_bytes(RANDOM), True), "zeros": ("\0" * 140000, True)}

# Section 13's offers as (server_no_context_takeover, server_max_window_bits), first choice first
OFFERS = [[(False, 0)], [(True, 0)], [(False, 9)], [(False, 15)], [(True, 9)], [(True, 15)], [(True, 9), (True, 0), (False, 0)]]


def cut(data, start, length, binary):
    """`length` bytes; no character of a text is cut in two."""
    part = data[start:start + length]
    if not binary:
        part = part.decode("utf8", "ignore").encode("utf8")
        part += " " * (length - len(part))
    return part


class Compression(Case):
    def onOpen(self):
        self.p.enableWirelog(False)
        self.behavior = Case.FAILED
        self.expectedClose = {"closedByMe": True, "closeCode": [self.p.CLOSE_STATUS_CODE_NORMAL], "requireClean": True}
        self.result = "not all messages came back within 120 seconds"
        self.p.closeAfter(120)
        self.sent = 0
        if self.p._perMessageCompress is None:
            self.finish(Case.UNIMPLEMENTED, "permessage-deflate was not agreed on")
        else:
            self.send()

    def send(self):
        data, binary = DATA[self.NAME]
        self.payload = cut(data, self.sent * 61 % (len(data) - self.LEN), self.LEN, binary)
        self.sent += 1
        self.p.sendMessage(self.payload, binary, payload_frag_size=self.FRAGMENT or None)

    def onMessage(self, msg, binary):
        if msg != self.payload or binary != DATA[self.NAME][1]:
            self.finish(Case.FAILED, "message %d came back changed" % self.sent)
        elif self.sent < count:
            self.send()
        else:
            self.finish(Case.OK, "all messages came back")

    def finish(self, behavior, words):
        self.behavior = behavior
        self.result = words
        self.p.sendClose(self.p.CLOSE_STATUS_CODE_NORMAL)


def add(section, part, name, offers):
    for i, (length, fragment) in enumerate(SIZES):
        described = "%d messages of %d bytes (%s), fragments of %d, offers %s" % (count, length, name, fragment, offers)
        members = {"LEN": length, "FRAGMENT": fragment, "NAME": name, "OFFERS": offers, "DESCRIPTION": described,
                   "EXPECTATION": "Each comes back as it was."}
        Cases.append(type("Case%d_%d_%d" % (section, part, i + 1), (Compression, object), members))


CaseCategories["12"] = "Compression (different payloads)"
CaseCategories["13"] = "Compression (different parameters)"
for number, name in enumerate(["json", "page", "pixels", "noise", "zeros"]):
    CaseSubCategories["12.%d" % (number + 1)] = name
    add(12, number + 1, name, [(False, 0)])
for number, offers in enumerate(OFFERS):
    CaseSubCategories["13.%d" % (number + 1)] = "offers %s" % offers
    add(13, number + 1, "json", offers)

handshake = fuzzing.FuzzingClientProtocol.startHandshake


def startHandshake(self):
    offers = getattr(self.runCase, "OFFERS", None)
    if offers:
        self.perMessageCompressionOffers = [PerMessageDeflateOffer(True, True, takeover, bits) for takeover, bits in offers]
        self.perMessageCompressionAccept = lambda response: PerMessageDeflateResponseAccept(response)
    handshake(self)


fuzzing.FuzzingClientProtocol.startHandshake = startHandshake
wstest.start({"mode": "fuzzingclient"}, {
    "options": {"failByDrop": False}, "outdir": outdir, "servers": [{"agent": "Fanfare", "url": url}], "cases": cases.split(","),
    "exclude-cases": excluded, "exclude-agent-cases": {}})
