"""Tesseract: pixels in, words with boxes out; the only room that knows the engine."""

import os

# Pages are what runs in parallel. Tesseract's own threads would fight over the same
# processors, and OpenMP reads this only once, when the library is loaded.
os.environ["OMP_THREAD_LIMIT"] = "1"
