"""Servers that help a browser and this server find each other (ICE): STUN, and TURN relays.

Who relays is configured by environment variables, or by secrets of the same names at the top level
of `.streamlit/secrets.toml`, in the order streamlit-webrtc itself has: Cloudflare, Twilio, Hugging
Face, else a public STUN server. Tokens are exchanged here for credentials that last an hour or two,
again every five minutes so that a call never starts with ones about to end; only these go to a
browser.
"""

import logging
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlparse

import streamlit as st
from streamlit_webrtc import (
    get_cloudflare_ice_servers,
    get_hf_ice_servers,
    get_twilio_ice_servers,
)

from studio import compat

Server = dict[str, Any]
"""As a browser's RTCPeerConnection takes it: urls, and username and credential of a relay."""

_STUN: Server = {"urls": "stun:stun.l.google.com:19302"}
_KEPT_SECONDS = 300
"""For how long credentials, or that there are none, are kept."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class IceServers:
    """What a stream is set up with.

    Attributes:
        provider: Whose they are, for the user.
        servers: As `rtc_configuration` takes them; these reach the browser.
        is_relayed: Whether a TURN relay is among them.
        failed: Providers that are configured but did not answer.
    """

    provider: str
    servers: list[Server] = field(repr=False)
    is_relayed: bool
    failed: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Provider:
    name: str
    variables: tuple[str, ...]
    ask: Callable[..., list[Any]]
    also: tuple[Server, ...] = ()


PROVIDERS = (
    _Provider(
        "Cloudflare",
        ("CLOUDFLARE_TURN_KEY_ID", "CLOUDFLARE_TURN_KEY_API_TOKEN"),
        get_cloudflare_ice_servers,
    ),
    _Provider("Twilio", ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"), get_twilio_ice_servers),
    _Provider("Hugging Face", ("HF_TOKEN",), get_hf_ice_servers, (_STUN,)),
)
"""In the order in which they are asked."""


def ice_servers(address: str | None) -> IceServers:
    """Returns the servers to use.

    Args:
        address: Of the page, as the browser has it. A page on this machine itself needs none, and
            then no provider is asked.
    """
    found = _relays()
    if found.is_relayed or not _is_local(address):
        return found
    return IceServers("none needed on this machine", [], False, found.failed)


@st.cache_data(ttl=_KEPT_SECONDS, show_spinner=False)
def _relays() -> IceServers:
    failed: list[str] = []
    for provider in PROVIDERS:
        secrets = [os.environ.get(name, "") for name in provider.variables]
        if not all(secrets):
            if any(secrets):
                missing = [n for n, s in zip(provider.variables, secrets, strict=True) if not s]
                _log.warning("%s is not used: %s is not set.", provider.name, ", ".join(missing))
                failed.append(provider.name)
            continue
        try:
            # Unwrapped of a cache that gives Twilio's, which last an hour, until they end.
            servers = [*compat.uncached(provider.ask)(*secrets), *provider.also]
        except Exception as error:  # the libraries raise nearly anything, with the request within
            _log.warning("%s gave no TURN credentials: %s.", provider.name, type(error).__name__)
            failed.append(provider.name)
        else:
            return IceServers(provider.name, servers, True, tuple(failed))
    return IceServers("Google's public STUN server", [_STUN], False, tuple(failed))


def _is_local(address: str | None) -> bool:
    host = urlparse(address or "").hostname or ""
    return host in ("localhost", "::1") or host.startswith("127.")
