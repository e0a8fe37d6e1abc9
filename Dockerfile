# The app as an ordinary user, on port 8501:
#   docker build --tag fer-studio . && docker run --publish 8501:8501 fer-studio
FROM python:3.12-slim

ENV PYTHONUNBUFFERED=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    FER_HOSTED=1

RUN useradd --create-home --uid 10001 fer
WORKDIR /app

COPY packages.txt requirements.txt requirements.lock ./
RUN apt-get update \
    && xargs --arg-file=packages.txt apt-get install --yes --no-install-recommends \
    && rm -rf /var/lib/apt/lists/*
RUN pip install --requirement requirements.txt --constraint requirements.lock

COPY . .

USER 10001
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=4)"]

CMD ["streamlit", "run", "Home.py", "--server.address=0.0.0.0", "--server.port=8501", "--server.headless=true"]
