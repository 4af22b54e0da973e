"""Show the inks of a printing press as colors of a screen."""

_SWATCHES = (
    *((255, 255, 255), (35, 31, 32), (255, 242, 0), (28, 26, 0)),
    *((236, 0, 140), (36, 0, 0), (237, 28, 36), (34, 0, 0)),
    *((0, 173, 239), (0, 15, 36), (0, 166, 80), (0, 19, 0)),
    *((46, 49, 146), (0, 0, 2), (54, 54, 57), (0, 0, 0)),
)
"""Red, green and blue of all or nothing of each ink (bits 8, 4, 2, 1: cyan, magenta,
yellow, black) on coated paper in the US standard SWOP, which PDF readers go by where a
file says no more."""


def to_screen(
    cyan: float, magenta: float, yellow: float, black: float
) -> tuple[float, float, float]:
    """Mix the *inks*, each from 0 to 1; gives red, green and blue from 0 to 1.

    Between all and nothing of an ink the dots of a press cover a share of the paper, so
    that colors mix by area (H. Neugebauer, 1937).
    """
    red = green = blue = 0.0
    for number, swatch in enumerate(_SWATCHES):
        share = 1.0
        for bit, ink in ((8, cyan), (4, magenta), (2, yellow), (1, black)):
            covered = min(1.0, max(0.0, ink))
            share *= covered if number & bit else 1.0 - covered
        red += share * swatch[0] / 255
        green += share * swatch[1] / 255
        blue += share * swatch[2] / 255
    return round(red, 4), round(green, 4), round(blue, 4)
