# The image of the product: Python packages and front-end packages are fetched in stages of their own, pinned by
# hash; the last stage holds no compiler, no npm, no secret and runs as a user without rights.
# Build: docker build --target product --tag ecrf:0.1.0 .      Run: see docker-compose.yml.
# Behind it stands the image that makes backups: PostgreSQL's own, with Barman and the product for drills.

FROM node:22-bookworm-slim AS front-end
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund
RUN npm run --silent vendor

FROM python:3.12-slim-bookworm AS packages
COPY requirements.lock ./
RUN python -m venv /venv \
 && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --only-binary :all: --require-hashes \
    -r requirements.lock \
 && /venv/bin/pip uninstall --yes pip

FROM python:3.12-slim-bookworm AS product
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
# Where the compose file keeps finished exports, and anchors; their volumes take over who owns these folders.
RUN useradd --system --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin ecrf \
 && install --directory --owner=ecrf --group=ecrf --mode=700 /var/lib/ecrf /var/lib/ecrf-anchors
WORKDIR /app
COPY --from=packages /venv /venv
COPY . .
COPY --from=front-end /build/static/vendor static/vendor
RUN python -m ecrf.upkeep.languages.compiling
# These settings exist during this one command only: collecting files opens no database and keeps no secret. Last comes
# the list of all files with their hashes, by which `manage.py check_installation` tells what is not as it was built.
RUN SECRET_KEY=only-while-the-image-is-built-only-while-the-image-is-built \
    DATABASE_URL=postgresql://nobody@localhost/none ALLOWED_HOSTS=localhost \
    python manage.py collectstatic --no-input \
 && python -m compileall -q ecrf trial manage.py \
 && python -m ecrf.upkeep.validation.manifest release.json
USER ecrf
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
# WEB_CONCURRENCY sets the number of workers. Unset, gunicorn starts one; docker-compose.yml sets it.
CMD ["python", "-m", "ecrf.web.serve", "--bind", "0.0.0.0:8000"]

FROM packages AS packages-of-backup
COPY requirements-backup.lock ./
RUN pip --python /venv/bin/python install --no-cache-dir --disable-pip-version-check --only-binary :all: --no-deps \
    --require-hashes -r requirements-backup.lock

# Of the database's own version: whatever reads its files and its log has to be. With the libraries that Python wants.
FROM postgres:18-bookworm AS backup
ENV PATH=/venv/bin:/usr/lib/postgresql/18/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
RUN apt-get update -qq \
 && apt-get install -qq -y --no-install-recommends gnupg rsync procps ca-certificates libssl3 libffi8 libsqlite3-0 \
    libbz2-1.0 liblzma5 libreadline8 libncursesw6 libuuid1 zlib1g \
 && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --user-group --home-dir /var/lib/backups --shell /usr/sbin/nologin ecrf \
 && install --directory --owner=ecrf --group=ecrf --mode=700 /var/lib/backups
COPY --from=packages /usr/local /usr/local
COPY --from=packages-of-backup /venv /venv
COPY --from=product /app /app
RUN ldconfig
WORKDIR /app
USER ecrf
ENTRYPOINT []
CMD ["python", "-m", "ecrf.upkeep.backup", "run"]

FROM python:3.12-slim-bookworm AS packages-of-database
COPY requirements-ha.lock ./
RUN python -m venv /venv \
 && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --prefer-binary --require-hashes \
    -r requirements-ha.lock \
 && /venv/bin/pip uninstall --yes pip

# PostgreSQL's own image with Patroni, for several machines (docs/operation/ha.yaml).
FROM postgres:18-bookworm AS database
ENV PATH=/venv/bin:/usr/lib/postgresql/18/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
RUN apt-get update -qq \
 && apt-get install -qq -y --no-install-recommends ca-certificates libssl3 libffi8 libsqlite3-0 libbz2-1.0 liblzma5 \
    libreadline8 libncursesw6 libuuid1 zlib1g \
 && rm -rf /var/lib/apt/lists/*
COPY --from=packages /usr/local /usr/local
COPY --from=packages-of-database /venv /venv
RUN ldconfig
USER postgres
ENTRYPOINT []
CMD ["patroni", "/etc/ecrf/patroni.yaml"]
