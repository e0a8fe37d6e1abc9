import io
import json
import logging
import urllib.error
import urllib.request

import pytest
import streamlit as st
import streamlit_webrtc

from studio.classify.webcam import ice
from studio.classify.webcam.ice import PROVIDERS, ice_servers

TOKEN = "an-api-token-that-must-never-be-seen"
PUBLIC, LOCAL = "https://fer.example.org/Classify", "http://localhost:8501/Classify"
CREDENTIALS = {"urls": ["turn:turn.example.org:3478"], "username": "u", "credential": "short-lived"}
VARIABLES = (
    "CLOUDFLARE_TURN_KEY_ID",
    "CLOUDFLARE_TURN_KEY_API_TOKEN",
    "TWILIO_ACCOUNT_SID",
    "TWILIO_AUTH_TOKEN",
    "HF_TOKEN",
)


@pytest.fixture(autouse=True)
def nothing_configured(monkeypatch):
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    st.cache_data.clear()
    yield
    st.cache_data.clear()


@pytest.fixture
def cloudflare(monkeypatch):
    """Cloudflare's answer; the requests that were made are collected."""
    asked = []

    class Answer(io.BytesIO):
        status = 201

    def urlopen(request, timeout):
        asked.append(request)
        return Answer(json.dumps({"iceServers": [CREDENTIALS]}).encode())

    monkeypatch.setattr(urllib.request, "urlopen", urlopen)
    return asked


def test_nothing_configured_takes_public_stun_and_no_relay():
    found = ice_servers(PUBLIC)
    assert (found.provider, found.is_relayed) == ("Google's public STUN server", False)
    assert found.servers == [{"urls": "stun:stun.l.google.com:19302"}]


@pytest.mark.parametrize("address", [LOCAL, "http://127.0.0.1:9/Classify", "http://[::1]:9/x"])
def test_this_machine_asks_nobody(address):
    assert ice_servers(address).servers == []


def test_only_short_lived_credentials_reach_the_browser(monkeypatch, cloudflare, caplog):
    monkeypatch.setenv("CLOUDFLARE_TURN_KEY_ID", "key-id")
    monkeypatch.setenv("CLOUDFLARE_TURN_KEY_API_TOKEN", TOKEN)
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    with caplog.at_level(logging.DEBUG):
        found = ice_servers(LOCAL)
    assert (found.provider, found.is_relayed, found.failed) == ("Cloudflare", True, ())
    assert found.servers == [CREDENTIALS]
    assert TOKEN not in json.dumps(found.servers) + repr(found) + caplog.text
    (request,) = cloudflare
    assert request.get_header("Authorization") == f"Bearer {TOKEN}"


def test_credentials_are_asked_for_once(monkeypatch, cloudflare):
    monkeypatch.setenv("CLOUDFLARE_TURN_KEY_ID", "key-id")
    monkeypatch.setenv("CLOUDFLARE_TURN_KEY_API_TOKEN", TOKEN)
    for _ in range(3):
        ice_servers(PUBLIC)
    assert len(cloudflare) == 1


def test_credentials_given_out_were_made_within_minutes(monkeypatch, cloudflare):
    monkeypatch.setenv("CLOUDFLARE_TURN_KEY_ID", "key-id")
    monkeypatch.setenv("CLOUDFLARE_TURN_KEY_API_TOKEN", TOKEN)
    ice_servers(PUBLIC)
    ice._relays.clear()  # as after five minutes
    ice_servers(PUBLIC)
    assert len(cloudflare) == 2


def test_provider_that_fails_is_named_without_its_token_and_the_next_is_asked(monkeypatch, caplog):
    class Answer(io.BytesIO):
        status = 200

    def urlopen(request, timeout):
        if "cloudflare" in request.full_url:
            raise urllib.error.URLError(f"refused {TOKEN}")
        return Answer(json.dumps({"username": "u", "credential": "c"}).encode())

    monkeypatch.setattr(urllib.request, "urlopen", urlopen)
    monkeypatch.setenv("CLOUDFLARE_TURN_KEY_ID", "key-id")
    monkeypatch.setenv("CLOUDFLARE_TURN_KEY_API_TOKEN", TOKEN)
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    with caplog.at_level(logging.DEBUG):
        found = ice_servers(PUBLIC)
    assert (found.provider, found.failed) == ("Hugging Face", ("Cloudflare",))
    assert [server["urls"] for server in found.servers] == [
        "turn:gradio-turn.com:80",
        "stun:stun.l.google.com:19302",
    ]
    assert "Cloudflare gave no TURN credentials" in caplog.text
    assert TOKEN not in caplog.text


def test_half_a_configuration_is_named(monkeypatch, caplog):
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", TOKEN)
    found = ice_servers(PUBLIC)
    assert found.failed == ("Twilio",)
    assert "TWILIO_ACCOUNT_SID is not set" in caplog.text
    assert TOKEN not in caplog.text


def test_order_is_that_of_streamlit_webrtc(monkeypatch):
    theirs = []
    for name in VARIABLES:
        monkeypatch.setenv(name, TOKEN)
    for function in ("get_cloudflare_ice_servers", "get_twilio_ice_servers", "get_hf_ice_servers"):

        def refuse(function=function, **_):
            theirs.append(getattr(streamlit_webrtc, function))
            raise ValueError

        monkeypatch.setattr(
            streamlit_webrtc.credentials, function, lambda *_, ask=refuse, **__: ask()
        )
    streamlit_webrtc.credentials.get_available_ice_servers()
    assert [provider.ask for provider in PROVIDERS] == theirs
    assert [name for provider in PROVIDERS for name in provider.variables] == list(VARIABLES)
