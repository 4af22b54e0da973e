"""Pages drawn by code for the tests; the same hand draws the demo's."""

from demo.drawing import *  # noqa: F403 - one door to everything drawn
