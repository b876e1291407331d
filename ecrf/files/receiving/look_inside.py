"""A program of its own that looks into a PDF file on its standard input, and says on its output what it found.

Some hundred kilobytes can unpack to gigabytes, and a file can be made to break what reads it. So it has limits of
memory and time, and the product, which goes on, takes what ends it for an answer. Knows nothing of the product.
"""

import json
import os
import resource
import sys

MEMORY, SECONDS = 1_000_000_000, 20
MOST_OBJECTS = 200_000
ACTS = {"/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/Rendition", "/RichMediaExecute"}
"""What an action in a PDF file may not do."""
HOLDS = {"/JS", "/JavaScript", "/EmbeddedFile", "/EmbeddedFiles", "/XFA", "/RichMediaContent", "/EF"}


def look() -> dict[str, object]:
    """{"pages": how many} or {"why": encrypted, password, acts, parts, broken}."""
    import pikepdf  # after the limits are set

    try:
        with os.fdopen(0, "rb") as file, pikepdf.open(file, attempt_recovery=False) as pdf:
            if pdf.is_encrypted:
                return {"why": "encrypted"}
            why = _acts(pikepdf, pdf)
            return {"why": why} if why else {"pages": len(pdf.pages)}
    except pikepdf.PasswordError:
        return {"why": "password"}
    except Exception:  # whatever the library raises on a file that was made to break it
        return {"why": "broken"}


def _acts(pikepdf, pdf) -> str:  # type: ignore[no-untyped-def]
    """What stands in objects of its own or within them: all of them are looked at, no stream of them is unpacked."""
    waiting = list(pdf.objects)
    if len(waiting) > MOST_OBJECTS:
        return "parts"
    composed = (pikepdf.Dictionary, pikepdf.Array)
    while waiting:
        found = waiting.pop()
        holder = found.stream_dict if isinstance(found, pikepdf.Stream) else found
        within = []
        if isinstance(holder, pikepdf.Dictionary):
            act = holder.get("/S")
            if set(holder.keys()) & HOLDS or (isinstance(act, pikepdf.Name) and str(act) in ACTS):
                return "acts"
            within = list(holder.values())
        elif isinstance(holder, pikepdf.Array):
            within = list(holder)
        # What is an object by itself is looked at by itself.
        waiting += [value for value in within if isinstance(value, composed) and not value.is_indirect]
    return ""


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    sys.stdout.write(json.dumps(look()))
