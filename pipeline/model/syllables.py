"""Tell whether a written syllable can be Vietnamese: onset, rime and tone fit together.

A reader that loses a mark or doubles a letter mostly makes a syllable that nobody can
write: ``nhượg``, ``thuât`` without its tone, ``qủy``. The rule is the spelling of
the national script (Circular 08 of the Ministry of Education, 2018 is its last
statement): the onsets, the rimes below, and the five tone marks, each where it may
stand. Foreign names and abbreviations break it; who asks must allow for them.
"""

import re
import unicodedata
from functools import lru_cache

from pipeline.model.unicode import place_tones

_TONES = "\u0300\u0301\u0303\u0309\u0323"
"""Grave, acute, tilde, hook above, dot below."""

_STOPPED_TONES = "\u0301\u0323"
"""Rimes that end in c, ch, p or t carry an acute or a dot below, always."""

_ONSETS = frozenset(
    """
    b c ch d đ g gh gi h k kh l m n ng ngh nh p ph qu r s t th tr v x
    """.split()  # noqa: SIM905 - as a table it can be checked by eye
) | {""}
_BEFORE_FRONT = frozenset(("k", "gh", "ngh"))
"""Spellings of the sounds of c, g and ng before e, ê, i and y."""

_BEFORE_OTHERS = frozenset(("c", "g", "ng"))
_FRONT = "eêiy"

_BEFORE_Y = frozenset(("", "h", "k", "l", "m", "s", "t", "th", "v", "qu"))
"""Onsets that y follows alone: ``kỷ``, ``lý``, ``mỹ``, ``vỹ``."""

_RIMES = frozenset(
    """
    a ac ach ai am an ang anh ao ap at au ay
    ăc ăm ăn ăng ăp ăt
    âc âm ân âng âp ât âu ây
    e ec em en eng eo ep et
    ê êch êm ên ênh êp êt êu
    i ia ich im in inh ip it iu iêc iêm iên iêng iêp iêt iêu
    o oc oi om on ong op ot oong ooc
    oa oac oach oai oam oan oang oanh oao oap oat oay
    oăc oăm oăn oăng oăt oe oen oeo oet
    ô ôc ôi ôm ôn ông ôp ôt
    ơ ơi ơm ơn ơp ơt
    u ua uc ui um un ung up ut uôc uôi uôm uôn uông uôt
    uân uâng uât uây uê uêch uênh uơ
    uy uya uych uyên uyêt uyn uynh uyp uyt uyu
    ư ưa ưc ưi ưm ưn ưng ưt ưu ươc ươi ươm ươn ương ươp ươt ươu
    y yêm yên yêng yêt yêu
    """.split()  # noqa: SIM905
)
"""Without tones, as they are written after any onset but *qu* and *gi*."""

_AFTER_QU = frozenset(
    """
    a ac ach ai an ang anh ao at au ay ăc ăm ăn ăng ăp ăt ân âng ât ây
    e en eo et ê ên êt êch ênh i it y ych yên yêt ynh yt ơ ơn ôc
    """.split()  # noqa: SIM905
)
_ONLY_ALONE = frozenset(("yêm", "yên", "yêng", "yêt", "yêu"))
_NEVER_AFTER_GI = ("i", "y", "oa", "oă", "oe", "uy", "uâ", "uê", "uơ")
_SHAPED = "ăâêôơư"

_WORD = re.compile(r"[^\W\d_]+")

_REMEMBERED = 4_096
"""Words whose answer is kept: papers use the same ones again and again."""


@lru_cache(maxsize=_REMEMBERED)
def is_syllable(text: str) -> bool:
    """Tell whether *text* is a syllable of Vietnamese in small or capital letters.

    Args:
        text: letters only, NFC. Both ways to place a tone in ``hòa`` and ``hoà`` fit.
    """
    letters = unicodedata.normalize("NFD", place_tones(text).lower())
    tones = [mark for mark in letters if mark in _TONES]
    if len(tones) > 1:
        return False
    tone = tones[0] if tones else ""
    at = len(unicodedata.normalize("NFC", letters.split(tone)[0])) - 1 if tone else -1
    bare = unicodedata.normalize("NFC", letters.replace(tone, "") if tone else letters)
    return any(
        _fits(onset, bare[len(onset) :], tone)
        and (not tone or at - len(onset) == _carrier(bare[len(onset) :]))
        for onset in _onsets_of(bare)
    )


def is_spelt(word: str) -> bool:
    """Tell whether all parts of *word* that are letters are syllables.

    Numbers, signs and hyphens part them: ``ngày/tháng``, ``Thừa Thiên-Huế``. A word
    without letters is spelt well.
    """
    return all(is_syllable(part) for part in _WORD.findall(word))


def _onsets_of(bare: str) -> list[str]:
    """The onsets that *bare* may begin with; ``gì`` is *g* and *i* as well as *gi*."""
    return [bare[:size] for size in range(4) if bare[:size] in _ONSETS]


def _fits(onset: str, rime: str, tone: str) -> bool:
    if onset == "gi":
        # "giêng" is gi and iêng written with one i.
        rime = f"i{rime}" if rime.startswith("ê") else rime
        if rime.startswith(_NEVER_AFTER_GI) and not rime.startswith("iê"):
            return False
    elif onset == "g" and rime.startswith("i"):
        if rime not in ("i", "in"):
            return False
    elif not _is_written_so(onset, rime):
        return False
    if rime not in (_AFTER_QU if onset == "qu" else _RIMES):
        return False
    return not rime.endswith(("c", "ch", "p", "t")) or (
        bool(tone) and tone in _STOPPED_TONES
    )


def _is_written_so(onset: str, rime: str) -> bool:
    front = rime[:1] in _FRONT
    if onset in _BEFORE_FRONT:
        spelt = front
    elif onset in _BEFORE_OTHERS:
        spelt = not front
    else:
        spelt = True
    if rime in _ONLY_ALONE:
        return onset in ("", "qu")
    if rime == "y":
        return spelt and onset in _BEFORE_Y
    return spelt


def _carrier(rime: str) -> int:
    """The place of the vowel in *rime* that a tone is written on, once placed."""
    shaped = [at for at, letter in enumerate(rime) if letter in _SHAPED]
    if shaped:
        return shaped[-1]
    vowels = re.match(r"[aeiouy]*", rime)
    count = vowels.end() if vowels else 0
    closed = len(rime) > count
    if count <= 1 or (count == 2 and not closed):
        # Open oa, oe, uy: on the first, where `place_tones` put it.
        return 0
    return count - 1 if closed else 1
