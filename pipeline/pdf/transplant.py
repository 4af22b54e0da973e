"""Take prepared pages over into the file that is written; what is the same, once."""

import hashlib

from pikepdf import Array, Dictionary, Object, Pdf, Stream


class Transplanter:
    """Copies objects into one file, and knows again what it copied before.

    Meant for files of this program, whose objects hang together as a tree: each page of
    a born-digital paper brings the same fonts along.
    """

    def __init__(self, pdf: Pdf) -> None:
        self._pdf = pdf
        self._known: dict[bytes, Object] = {}

    def copy(self, found: Object) -> Object:
        """Copy an object with all that it refers to."""
        if isinstance(found, Stream):
            made = Stream(self._pdf, found.read_raw_bytes())
            about = Dictionary()
            for key, value in found.stream_dict.items():
                if key != "/Length":
                    about[key] = made[key] = self._value(value)
            return self._keep(made, about.unparse() + found.read_raw_bytes())
        copied = self._value(found)
        return self._keep(copied, copied.unparse()) if found.is_indirect else copied

    def _value(self, found: Object) -> Object:
        """Copy a value that stands in another one, or is referred to there."""
        if isinstance(found, Stream):
            return self.copy(found)
        if isinstance(found, Dictionary):
            made: Object = Dictionary(
                {key: self._value(value) for key, value in found.items()}
            )
        elif isinstance(found, Array):
            made = Array([self._value(value) for value in found.as_list()])
        else:
            return found
        return self._keep(made, made.unparse()) if found.is_indirect else made

    def _keep(self, made: Object, contents: bytes) -> Object:
        digest = hashlib.sha256(contents).digest()
        if digest not in self._known:
            self._known[digest] = self._pdf.make_indirect(made)
        return self._known[digest]
