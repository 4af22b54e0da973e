"""Print the JSON Schema of manifests: ``python -m pipeline.storage.schema``."""

import sys

from pipeline.storage.manifest import manifest_schema

if __name__ == "__main__":
    sys.stdout.write(manifest_schema())
