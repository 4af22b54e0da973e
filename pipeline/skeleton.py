"""Begin a document type: a commented file that is already right, to be filled in."""

import re
from pathlib import Path

from pipeline.errors import ConfigError, TemplateError

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

_SKELETON = """\
# {title}. Every key is explained in docs/document-types.md. After each change:
#   sohoa template check              tells file, line and rule of what is not right
#   sohoa template try scan.pdf       draws on the scan what matched where
code: {code}
title: {title}

first_page:
  # As printed in capitals, alone in the middle of the top third. Add every variant that
  # offices print; diacritics and small misreadings do not matter. One that ends in "…"
  # may go on: "Đơn đề nghị …".
  headings: ["{title}"]
  # within: anywhere               # for cards, and papers whose heading is lower down
  # markers: ["V/v", "Kính gửi"]   # only for papers that have no heading at all

# type_code: "02"          # official papers: typeDoc of Circular 05/2025/TT-BNV, 01-32
# longest: 2               # pages, where the number is fixed (an ID card)
# further_pages: ["Đặc điểm nhận dạng"]   # one of these stands on every later page
# sensitive: true          # health, crime, portraits: Decree 356/2025, article 4
# layers: false            # certificates and cards: keep the pattern of their paper

fields:
  # labels: as printed before the value, every variant. kind: what the value is.
  - name: full_name
    labels: ["Họ và tên", "Họ, chữ đệm, tên"]
    take: right-of-label
    kind: person-name
    required: true
  - name: date_of_birth
    labels: ["Ngày, tháng, năm sinh", "Ngày sinh"]
    take: right-of-label
    kind: date
  - name: personal_id
    labels: ["Số định danh cá nhân"]
    take: right-of-label
    kind: personal-id
    sensitive: true        # masked in lists

checks:
  # Where a check fails, both fields go before a person.
  - {{rule: id-matches-birth, field: personal_id, other: date_of_birth}}
"""


def write_skeleton(config: Path, code: str, title: str) -> Path:
    """Write ``doctypes/<code>.yaml`` below *config*; gives its path.

    Raises:
        ConfigError: *code* or *title* cannot be one, or the file cannot be written.
        TemplateError: there is such a type already.
    """
    if not _SLUG.fullmatch(code):
        raise ConfigError(f"{code!r} is no code: small letters, digits, single dashes")
    words = " ".join(title.split())
    if not words or set(words) & set('"\\:#'):
        raise ConfigError("a title is words as printed, without quotes, colon or #")
    path = config / "doctypes" / f"{code}.yaml"
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(_SKELETON.format(code=code, title=words))
    except FileExistsError as error:
        raise TemplateError(f"{path}: there is such a document type already") from error
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from error
    return path
