# Ebb in a container: docs/DEPLOY.md, "In a container". Everything a site keeps is in /site.

FROM python:3.11-slim-bookworm AS build
WORKDIR /build
COPY . .
# Without npm here, Node comes as a Python package, for this step only.
RUN python -m pip wheel --no-cache-dir --no-deps --wheel-dir /wheels . \
    && python -m venv /opt/ebb \
    && /opt/ebb/bin/pip install --no-cache-dir --require-hashes --requirement requirements.txt \
    && /opt/ebb/bin/pip install --no-cache-dir --no-deps /wheels/*.whl

FROM python:3.11-slim-bookworm
# pg_dump, for the backups of a site on PostgreSQL: of that server's version or newer.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends postgresql-client \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /site --shell /usr/sbin/nologin ebb \
    && install --directory --owner ebb --mode 0700 /site
COPY --from=build /opt/ebb /opt/ebb
ENV PATH="/opt/ebb/bin:$PATH" PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
WORKDIR /site
USER 10001
VOLUME /site
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s CMD ["ebb", "health"]
CMD ["ebb", "run", "--host", "0.0.0.0"]
