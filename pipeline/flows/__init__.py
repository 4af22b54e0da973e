"""The door operators watch: thin Prefect flows around the use-cases.

Prefect sees ids, counts and states; never pixels, text, file names or field values.
Our log's lines about batches and dossiers reach its pages: they hold ids only.
"""

import logging

logging.getLogger("pipeline").setLevel(logging.INFO)
