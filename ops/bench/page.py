"""Tables of measured figures as Markdown, and where they stand in a page."""

import sys


def table(head, lines):
    """The first column is text, the others are figures."""
    right = ["---"] + ["---:"] * (len(head) - 1)
    return "\n".join("| " + " | ".join(line) + " |" for line in [head, right] + lines)


def replace(document, marker, text):
    """Puts `text` between <!-- marker --> and <!-- /marker --> of a page, which must have both."""
    begin, end = "<!-- %s -->" % marker, "<!-- /%s -->" % marker
    old = document.read_text()
    if begin not in old or end not in old:
        sys.exit("%s has no %s … %s" % (document, begin, end))
    head, rest = old.split(begin, 1)
    document.write_text(head + begin + "\n" + text + "\n" + end + rest.split(end, 1)[1])
