"""Hostile and broken PDF files, made by code."""

import io
import zlib
from collections.abc import Iterator

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, String

from tests.intake.files import pdf, pdf_bomb

OK = "OK"
Bad = tuple[str, str, bytes, frozenset[str]]
"""Kind, name of the case, contents, allowed outcomes."""

_PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Resources<<>>>>"
_ROOT = b"<</Type/Catalog/Pages 2 0 R>>"
_PAGES = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"


def raw_pdf(objects: dict[int, bytes], trailer: bytes = b"") -> bytes:
    """Write objects as they are given, with a right cross-reference table."""
    target = bytearray(b"%PDF-1.7\n")
    table = b"xref\n0 1\n0000000000 65535 f \n"
    for number, body in objects.items():
        table += b"%d 1\n%010d 00000 n \n" % (number, len(target))
        target += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(target)
    size = max(objects) + 1
    return bytes(
        target
        + table
        + b"trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n"
        % (size, trailer, start)
    )


def one_page(
    root: bytes = _ROOT, pages: bytes = _PAGES, page: bytes = _PAGE, **more: bytes
) -> bytes:
    """Write a PDF of one page of which some objects are others than usual."""
    extra = {int(name.removeprefix("o")): body for name, body in more.items()}
    return raw_pdf({1: root, 2: pages, 3: page, **extra})


def _with(dictionary: bytes, entries: bytes) -> bytes:
    """Add entries to a dictionary; its resources are replaced."""
    if b"/Resources" in entries:
        dictionary = dictionary.replace(b"/Resources<<>>", b"")
    return dictionary.removesuffix(b">>") + entries + b">>"


def stream(data: bytes, entries: bytes = b"") -> bytes:
    """Write a stream object."""
    return b"<</Length %d%s>>\nstream\n%s\nendstream" % (len(data), entries, data)


def hostile_pdfs() -> Iterator[Bad]:
    """Make every hostile PDF."""
    yield from _encrypted()
    yield from _forms()
    yield from _active()
    yield from _bombs()
    yield from _circles()
    yield from _page_trees()
    yield from _malformed()


def _encrypted() -> Iterator[Bad]:
    for revision in (2, 3, 4, 5, 6):
        for user in ("", "secret", "mật khẩu"):
            ascii_user = user if revision > 4 else user and "secret"
            locks = pikepdf.Encryption(
                owner="owner",
                user=ascii_user,
                R=revision,
                aes=revision > 3,
                metadata=revision > 3,
            )
            outcome = "ENCRYPTED" if user else OK
            yield (
                "encrypted pdf",
                f"R{revision} {bool(user)} {len(user)}",
                pdf(encryption=locks),
                frozenset({outcome}),
            )


def _forms() -> Iterator[Bad]:
    xfa = stream(b"<xdp:xdp xmlns:xdp='http://ns.adobe.com/xdp/'/>")
    field = b"<</FT/Tx/T(a)/Type/Annot/Subtype/Widget/Rect[0 0 9 9]>>"
    for name, entries, outcome in (
        (
            "dynamic",
            b"/NeedsRendering true/AcroForm<</XFA 4 0 R/Fields[5 0 R]>>",
            False,
        ),
        ("no fields", b"/AcroForm<</XFA 4 0 R/Fields[]>>", False),
        ("fields left out", b"/AcroForm<</XFA[(template)4 0 R]>>", False),
        ("static", b"/AcroForm<</XFA 4 0 R/Fields[5 0 R]>>", True),
        ("plain form", b"/AcroForm<</Fields[5 0 R]>>", True),
        ("form is no dictionary", b"/AcroForm 7", True),
        ("form is missing", b"/AcroForm 99 0 R", True),
        ("fields are no array", b"/AcroForm<</XFA 4 0 R/Fields 7>>", False),
    ):
        root = _with(_ROOT, entries)
        data = one_page(root=root, o4=xfa, o5=field)
        yield "pdf form", name, data, frozenset({OK if outcome else "XFA_ONLY"})


def _active() -> Iterator[Bad]:
    actions = {
        "JavaScript": b"/JS(app.alert(1))",
        "Launch": b"/F(cmd.exe)/Win<</F(cmd.exe)/P(/c calc)>>",
        "URI": b"/URI(http://example.invalid/)",
        "SubmitForm": b"/F(http://example.invalid/)",
        "GoToR": b"/F(\\\\\\\\host\\\\share)/D[0/Fit]",
        "GoToE": b"/D[0/Fit]/T<</R/C>>",
        "ImportData": b"/F(a.fdf)",
        "Rendition": b"/JS(1)/OP 0",
        "Movie": b"/Operation/Play",
        "Sound": b"/Sound 5 0 R",
        "Hide": b"/T(a)",
        "Named": b"/N/Print",
    }
    for name, entries in actions.items():
        action = b"<</S/" + name.encode() + entries + b">>"
        opening = _with(_ROOT, b"/OpenAction " + action)
        turning = _with(_PAGE, b"/AA<</O " + action + b">>")
        closing = _with(_ROOT, b"/AA<</WC " + action + b">>")
        for place, data in (
            ("on opening", one_page(root=opening)),
            ("on a page", one_page(page=turning)),
            ("on closing", one_page(root=closing)),
        ):
            yield "active pdf", f"{name} {place}", data, frozenset({OK})
    for name in ("a.exe", "a.docx", "a.pdf", "../../a.sh", "con"):
        yield "pdf with files", name, _with_file(name), frozenset({OK})


def _with_file(name: str) -> bytes:
    with Pdf.open(io.BytesIO(pdf())) as opened:
        opened.attachments[name] = b"MZ" + bytes(100)
        scripts = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))
        opened.Root.Names.JavaScript = Dictionary(Names=Array([String("a"), scripts]))
        target = io.BytesIO()
        opened.save(target)
    return target.getvalue()


def _bombs() -> Iterator[Bad]:
    zeros = zlib.compress(bytes(50_000_000), 9)
    flate = b"/Filter/FlateDecode"
    nested = zlib.compress(zlib.compress(zeros, 9), 9)
    page = _with(_PAGE, b"/Contents 4 0 R")
    image = b"/Type/XObject/Subtype/Image/ColorSpace/DeviceGray/BitsPerComponent 8"
    huge = image + b"/Width 2000000000/Height 2000000000" + flate
    drawn = _with(_PAGE, b"/Resources<</XObject<</I 4 0 R>>>>")
    cases = {
        "contents": one_page(page=page, o4=stream(zeros, flate)),
        "nested": one_page(
            page=page,
            o4=stream(nested, b"/Filter[" + b"/FlateDecode" * 3 + b"]"),
        ),
        "many filters": one_page(
            page=page, o4=stream(zeros, b"/Filter[" + b"/FlateDecode" * 5000 + b"]")
        ),
        "huge picture": one_page(page=drawn, o4=stream(zeros, huge)),
        "predictor": one_page(
            page=page,
            o4=stream(
                zeros,
                flate + b"/DecodeParms<</Predictor 12/Columns 2147483647/Colors 9>>",
            ),
        ),
        "huge paper": one_page(
            page=_PAGE.replace(b"99 99", b"99999999999 99999999999")
        ),
        "no paper": one_page(page=_PAGE.replace(b"99 99", b"0 0")),
        "unit": one_page(page=_with(_PAGE, b"/UserUnit 999999")),
    }
    for name, data in cases.items():
        outcome = "OVERSIZED" if name == "huge picture" else OK
        yield "pdf bomb", name, data, frozenset({outcome})
    for size in (1_000_000, 100_000_000, 400_000_000):
        yield (
            "pdf bomb",
            f"cross-reference stream of {size}",
            pdf_bomb(size),
            frozenset({"DAMAGED", "OVERSIZED"}),
        )


def _circles() -> Iterator[Bad]:
    broken = frozenset({"DAMAGED", "NO_PAGES"})
    cases = {
        "pages of itself": one_page(pages=b"<</Type/Pages/Kids[2 0 R]/Count 1>>"),
        "two of each other": one_page(
            pages=b"<</Type/Pages/Kids[4 0 R]/Count 1>>",
            o4=b"<</Type/Pages/Parent 2 0 R/Kids[2 0 R]/Count 1>>",
        ),
        "root is pages": one_page(root=b"<</Type/Catalog/Pages 1 0 R/Kids[1 0 R]>>"),
        "object is itself": one_page(page=b"3 0 R"),
    }
    for name, data in cases.items():
        yield "circular pdf", name, data, broken | {OK}
    whole = {
        "parent of itself": one_page(page=_PAGE.replace(b"2 0 R", b"3 0 R")),
        "outlines": one_page(
            root=_with(_ROOT, b"/Outlines 4 0 R"),
            o4=b"<</First 4 0 R/Last 4 0 R/Next 4 0 R>>",
        ),
        "names": one_page(
            root=_with(_ROOT, b"/Names<</Dests 4 0 R>>"),
            o4=b"<</Kids[4 0 R]>>",
        ),
        "form": one_page(
            page=_with(_PAGE, b"/Resources<</XObject<</A 4 0 R>>>>"),
            o4=stream(
                b"/A Do",
                b"/Type/XObject/Subtype/Form/Resources<</XObject<</A 4 0 R>>>>",
            ),
        ),
        "fields": one_page(
            root=_with(_ROOT, b"/AcroForm<</Fields[4 0 R]>>"),
            o4=b"<</T(a)/Kids[4 0 R]/Parent 4 0 R>>",
        ),
        "length": one_page(o4=b"<</Length 4 0 R>>\nstream\n\nendstream"),
    }
    for name, data in whole.items():
        yield "circular pdf", name, data, broken | {OK}
    data = raw_pdf({1: _ROOT, 2: _PAGES, 3: _PAGE}, b"/Prev 0000000")
    start = data.index(b"xref\n")
    looped = data.replace(b"/Prev 0000000", b"/Prev %07d" % start)
    yield "circular pdf", "tables", looped, broken


def _page_trees() -> Iterator[Bad]:
    empty = b"<</Type/Pages/Kids[]/Count 0>>"
    yield "pdf without pages", "none", one_page(pages=empty), frozenset({"NO_PAGES"})
    hollow = b"<</Type/Pages/Kids[4 0 R]/Count 1>>"
    inner = b"<</Type/Pages/Parent 2 0 R/Kids[]/Count 0>>"
    yield (
        "pdf without pages",
        "hollow tree",
        one_page(pages=hollow, o4=inner),
        frozenset({"NO_PAGES", "DAMAGED"}),
    )
    verdicts = frozenset({OK, "NO_PAGES", "DAMAGED", "OVERSIZED", "INCOMPLETE"})
    for count in (b"-1", b"0", b"2", b"2147483648", b"99999999999999999999", b"(x)"):
        lying = _PAGES.replace(b"Count 1", b"Count " + count)
        yield (
            "pdf page tree",
            f"count {count.decode()}",
            one_page(pages=lying),
            verdicts,
        )
    for kids in (b"null", b"7", b"[null]", b"[99 0 R]", b"[7]", b"[<<>>]", b"<<>>"):
        odd = _PAGES.replace(b"[3 0 R]", b" " + kids)
        yield "pdf page tree", f"kids {kids.decode()}", one_page(pages=odd), verdicts
    for root in (b"7", b"<<>>", b"[]", b"null", b"<</Pages 9 0 R>>", b"<</Pages[]>>"):
        yield "pdf page tree", f"root {root.decode()}", one_page(root=root), verdicts
    for depth in (100, 1_000, 20_000):
        yield "pdf page tree", f"{depth} deep", _deep_tree(depth), verdicts
        nest = b"[" * depth + b"]" * depth
        yield "pdf page tree", f"{depth} arrays", one_page(o4=nest), verdicts
    many = dict.fromkeys(range(3, 5_003), _PAGE)
    kids = b" ".join(b"%d 0 R" % n for n in many)
    pages = b"<</Type/Pages/Kids[" + kids + b"]/Count 5000>>"
    flood = raw_pdf({1: _ROOT, 2: pages, **many})
    yield "pdf page tree", "5000 pages", flood, frozenset({"OVERSIZED"})
    same = _PAGES.replace(b"3 0 R", b"3 0 R " * 200)
    yield "pdf page tree", "one page 200 times", one_page(pages=same), verdicts


def _deep_tree(depth: int) -> bytes:
    branch = b"<</Type/Pages/Count 1/Parent %d 0 R/Kids[%d 0 R]>>"
    objects = {n: branch % (n - 1, n + 1) for n in range(2, depth + 2)}
    return raw_pdf({1: _ROOT, **objects, depth + 2: _PAGE})


def _malformed() -> Iterator[Bad]:
    good = one_page()
    verdicts = frozenset({"DAMAGED", "INCOMPLETE", OK, "UNSUPPORTED", "NO_PAGES"})
    start = good.index(b"startxref\n") + 10
    end = good.index(b"\n%%EOF")
    for value in (b"0", b"-5", b"9", b"99999999", b"9" * 40, b"x", b""):
        data = good[:start] + value + good[end:]
        yield "malformed pdf", f"start at {value[:9].decode()}", data, verdicts - {OK}
    for ahead in (1, 500, 1000, 1019, 1020, 1024, 1100, 5000):
        yield "malformed pdf", f"{ahead} bytes ahead", b"x" * ahead + good, verdicts
    for behind in (1, 500, 1018, 1024, 5000):
        yield "malformed pdf", f"{behind} bytes behind", good + b"\0" * behind, verdicts
    for old, new in (
        (b"%PDF-1.7", b"%PDF-9.9"),
        (b"%PDF-1.7", b"%PDF-x.y"),
        (b"\n", b"\r"),
        (b"endobj", b"endxxx"),
        (b"xref\n0 1", b"xref\n0 9"),
        (b"trailer", b"tralier"),
        (b"/Size 4", b"/Size 2"),
        (b"/Size 4", b"/Size 999999999"),
        (b"/Size 4", b"/Size -1"),
        (b"/Root 1 0 R", b"/Root 3 0 R"),
        (b"/Root 1 0 R", b"/Root 1 9 R"),
        (b" 00000 n", b" 99999 n"),
        (b"%%EOF", b"%%EOX"),
        (b"3 0 obj", b"999999999 0 obj"),
        (b"/Type/Page/", b"/Type/Xxxx/"),
        (b"0000000009", b"0000000010"),
    ):
        data = good.replace(old, new)
        yield "malformed pdf", f"{old!r} {new!r}", data, verdicts
