"""Print a JSON Schema: ``python -m pipeline.storage.schema manifest`` or ``digest``."""

import sys

from pipeline.storage.manifest import digest_schema, manifest_schema

_SCHEMAS = {"manifest": manifest_schema, "digest": digest_schema}

if __name__ == "__main__":
    sys.stdout.write(_SCHEMAS[sys.argv[1] if sys.argv[1:] else "manifest"]())
