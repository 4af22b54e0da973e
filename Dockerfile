# One image for worker, web page, Prefect server and the one-shot steps: the same lock
# file as every other installation.
#
# The base is pinned by tag and by the digest of its index.
FROM python:3.11.15-slim-bookworm@sha256:b18992999dbe963a45a8a4da40ac2b1975be1a776d939d098c647482bcad5cba AS base
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore \
    PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1


FROM base AS model
COPY scripts/fetch-model scripts/npm.lock /build/
RUN /build/fetch-model /opt/tessdata/vie.traineddata


FROM base AS packages
WORKDIR /app
COPY requirements.lock requirements-dev.lock ./
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --require-hashes -r requirements.lock -c requirements.lock
COPY pyproject.toml LICENSE ./
COPY pipeline pipeline
# Editable, so that /app/config lies beside the package, where it is looked for.
RUN sed -n '/^setuptools==/,/# via/p' requirements-dev.lock >/tmp/build.lock \
    && /opt/venv/bin/pip install --require-hashes -r /tmp/build.lock \
    && /opt/venv/bin/pip install --no-deps --no-build-isolation --editable . \
    && /opt/venv/bin/python -m compileall -q pipeline \
    && rm requirements-dev.lock


FROM base
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        fonts-noto-core fonts-texgyre poppler-utils tesseract-ocr tesseract-ocr-vie tini \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 sohoa \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /var/lib/sohoa sohoa \
    && install -d -o sohoa -g sohoa /var/lib/sohoa /srv/drop
COPY --from=model /opt/tessdata /opt/tessdata
RUN cp /usr/share/tesseract-ocr/5/tessdata/vie.traineddata \
        /opt/tessdata/vie_fast.traineddata
COPY --from=packages /opt/venv /opt/venv
COPY --from=packages /app /app
COPY config /app/config
COPY scripts/container-entrypoint /usr/local/bin/
ENV PATH=/opt/venv/bin:$PATH \
    LANG=C.UTF-8 \
    HOME=/tmp \
    OMP_THREAD_LIMIT=1 \
    PIPELINE_HOME=/var/lib/sohoa \
    PIPELINE_DROP=/srv/drop \
    PIPELINE_READING__TESSDATA=/opt/tessdata \
    PREFECT_HOME=/tmp/prefect \
    PREFECT_SERVER_UI_STATIC_DIRECTORY=/tmp/prefect-ui \
    PREFECT_SERVER_ANALYTICS_ENABLED=false \
    DO_NOT_TRACK=1
WORKDIR /app
USER 10001:10001
VOLUME ["/var/lib/sohoa"]
ENTRYPOINT ["tini", "--", "container-entrypoint"]
CMD ["sohoa", "check"]
