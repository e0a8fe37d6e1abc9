"""The live webcam with a fake camera: Chromium plays a film of JPEGs into it."""

import contextlib
import re
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
from clips import moving
from waiting import PATIENCE_MS, wait_until

from fer_core.samples import SAMPLES
from studio.classify.webcam import page_camera

pytestmark = pytest.mark.e2e

_LEAD = ".st-key-lead"
_CHART = ".st-key-live_course .js-plotly-plot"
_COURSE = f"JSON.stringify(document.querySelector('{_CHART}')?.data?.[3].y)"
_READ = re.compile("reads this face as|not sure")


@pytest.fixture(scope="session")
def camera_options(tmp_path_factory) -> list[str]:
    """What makes Chromium show a film in place of a camera, and ask nobody whether it may."""
    film = tmp_path_factory.mktemp("camera") / "film.mjpeg"
    frames = moving(SAMPLES[0].picture(), 20, step=2.0)
    film.write_bytes(b"".join(jpeg(frame) for frame in frames + frames[::-1]))
    return [
        "--no-sandbox",
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
        "--disable-features=WebRtcHideLocalIpsWithMdns",
    ]


@pytest.fixture(scope="module")
def camera_browser(playwright, camera_options):
    chromium = shutil.which("chromium")
    started = playwright.chromium.launch(executable_path=chromium, args=camera_options)
    yield started
    started.close()


def jpeg(rgb: np.ndarray) -> bytes:
    return cv2.imencode(".jpg", cv2.resize(rgb, (640, 480))[..., ::-1])[1].tobytes()


@pytest.fixture
def page(camera_browser, server):
    opened = open_page(camera_browser, server)
    yield opened
    opened.context.close()


def open_page(browser, server):
    opened = browser.new_context(viewport={"width": 1400, "height": 1300}).new_page()
    opened.set_default_timeout(PATIENCE_MS)
    opened.goto(f"{server}/Classify?classify_mode=Webcam")
    opened.get_by_role("button", name="I understand").click()
    return opened


def player(page):
    return page.frame_locator("iframe[title*=webrtc]")


def press(page, name: str) -> None:
    player(page).get_by_role("button", name=name).click()


def start(page) -> None:
    press(page, "START")
    page.locator(_LEAD, has_text=_READ).wait_for()


def stop(page) -> None:
    press(page, "STOP")
    player(page).get_by_role("button", name="START").wait_for()
    page.locator(_LEAD, has_text="Start the camera").wait_for()


def frames_shown(page) -> int:
    return (
        player(page).locator("video").evaluate("v => v.getVideoPlaybackQuality().totalVideoFrames")
    )


def last_point(page) -> str:
    return page.evaluate(_COURSE)


def test_face_is_labelled_the_chart_moves_and_it_starts_again(page, artifacts):
    start(page)
    page.locator(f"{_CHART} .scatterlayer").first.wait_for()
    before, course = frames_shown(page), last_point(page)
    page.wait_for_function(
        f"course => ![undefined, course].includes({_COURSE})",
        arg=course,
    )
    assert frames_shown(page) > before
    page.screenshot(path=artifacts / "live.png", full_page=True)
    metrics = page.locator("[data-testid=stMetricValue]").all_inner_texts()
    assert re.fullmatch(r"\d+", metrics[0]) and re.fullmatch(r"\d+ ms", metrics[1])
    stop(page)
    page.locator(_CHART).wait_for(state="detached")
    start(page)
    stop(page)


def test_controls_change_while_it_runs(page):
    start(page)
    page.get_by_text("Mirror", exact=True).click()
    page.get_by_role("button", name="Detector and threshold").click()
    page.get_by_text("Haar cascade alt2", exact=True).click()
    page.keyboard.press("Escape")
    page.locator("[data-testid=stCaptionContainer]", has_text="Haar cascade alt2 ·").wait_for()
    shown = frames_shown(page)
    wait_until(lambda: frames_shown(page) > shown)
    page.locator(_LEAD, has_text=_READ).wait_for()
    stop(page)


def test_leaving_the_page_ends_the_stream(page, server_process):
    start(page)
    assert udp_sockets(server_process[1]) > 0
    page.get_by_role("link", name="Dataset").click()
    page.get_by_role("heading", name="Dataset", exact=True).wait_for()
    wait_until(lambda: udp_sockets(server_process[1]) == 0)
    page.get_by_role("link", name="Classify").click()
    page.get_by_text("Webcam", exact=True).click()
    start(page)
    stop(page)


_ONLY_RELAYS = """
const Connection = RTCPeerConnection;
window.RTCPeerConnection = class extends Connection {
  constructor(options) { super({...options, iceTransportPolicy: "relay"}); }
};
"""


_KEPT_TRACKS = """
window.tracks = [];
const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async (...asked) => {
  const stream = await open(...asked);
  window.tracks.push(...stream.getTracks());
  return stream;
};
"""
_LIVE_TRACKS = "window.tracks.filter((track) => track.readyState === 'live').length"


def over_the_page(page, server):
    page.context.add_init_script(_KEPT_TRACKS)
    page.goto(f"{server}/Classify?classify_mode=Webcam&live_connection=Over+the+page")
    page.get_by_role("button", name="I understand").click()
    page.get_by_role("button", name="Start", exact=True).click()
    page.locator(_LEAD, has_text=_READ).wait_for()


def hide(page, hidden: bool) -> None:
    """Says to the page what a browser says when another tab is chosen, or this one again."""
    page.evaluate(
        """hidden => {
            Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
            document.dispatchEvent(new Event("visibilitychange"));
        }""",
        hidden,
    )


def test_without_a_stream_the_page_carries_the_pictures(page, server, server_process, artifacts):
    over_the_page(page, server)
    assert re.match(r"\d+ (\w+ \d+ %|not sure)", page.locator(".chip").inner_text())
    page.locator(".reading polyline").first.wait_for(state="attached")
    before = page.locator(".frame").get_attribute("data-took")
    wait_until(lambda: page.locator(".frame").get_attribute("data-took") != before)
    assert udp_sockets(server_process[1]) == 0
    page.screenshot(path=artifacts / "live_over_the_page.png", full_page=True)
    page.get_by_role("button", name="Stop", exact=True).click()
    page.locator(_LEAD, has_text="Start the camera").wait_for()
    assert page.evaluate(_LIVE_TRACKS) == 0


def test_hidden_tab_closes_the_camera_and_opens_it_again(page, server):
    over_the_page(page, server)
    hide(page, True)
    page.locator(_LEAD, has_text="Start the camera").wait_for()
    assert page.evaluate(_LIVE_TRACKS) == 0
    hide(page, False)
    page.locator(_LEAD, has_text=_READ).wait_for()
    assert page.evaluate(_LIVE_TRACKS) == 1
    page.get_by_role("link", name="Dataset").click()
    page.get_by_role("heading", name="Dataset", exact=True).wait_for()
    wait_until(lambda: page.evaluate(_LIVE_TRACKS) == 0)


_ALONE = """async (script) => {
    const source = new Blob([script], { type: "text/javascript" });
    const { default: draw } = await import(URL.createObjectURL(source));
    const drawn = { side: 480, pause: 100, classes: [] };
    const body = document.body.innerHTML;
    window.told = [];
    window.put = (answer) => {
        document.body.innerHTML = body;
        const setTriggerValue = (name, value) => told.push(value);
        return draw({ data: { ...drawn, answer }, parentElement: document.body, setTriggerValue });
    };
}"""
_ANSWER = {"number": 3, "faces": []}


@pytest.fixture
def camera_alone(camera_browser, server):
    """The camera's own page, of which `put(answer)` draws it and returns what takes it off."""
    folder = Path(page_camera.__file__).parent
    page = camera_browser.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.add_init_script(_KEPT_TRACKS)
    page.goto(f"{server}/_stcore/health")
    page.set_content((folder / "page_camera.html").read_text())
    page.evaluate(_ALONE, (folder / "page_camera.js").read_text())
    yield page
    page.close()


@pytest.mark.parametrize("answer, told", [(None, []), (_ANSWER, [{"stopped": True}])])
def test_server_that_takes_a_closed_camera_for_open_is_told(camera_alone, answer, told):
    assert camera_alone.evaluate("answer => { put(answer); return told; }", answer) == told


def test_camera_taken_off_the_page_for_a_moment_stays_open(camera_alone):
    camera_alone.evaluate("() => { window.takeOff = put(null); }")
    camera_alone.get_by_role("button", name="Start", exact=True).click()
    camera_alone.wait_for_function("told.length > 0")
    camera_alone.evaluate("() => { takeOff(); window.takeOff = put({ number: 1, faces: [] }); }")
    camera_alone.wait_for_function("told.length > 1")
    assert camera_alone.evaluate("told.every((message) => message.picture)")
    assert not camera_alone.evaluate("document.querySelector('video').paused")
    camera_alone.evaluate("() => { takeOff(); document.body.replaceChildren(); }")
    camera_alone.wait_for_function(f"{_LIVE_TRACKS} === 0")


def test_telephone_whose_network_lets_no_video_through_goes_on(
    camera_browser, playwright, impatient_server
):
    context = camera_browser.new_context(**playwright.devices["Pixel 7"])
    context.set_default_timeout(PATIENCE_MS)
    context.add_init_script(_ONLY_RELAYS)
    page = context.new_page()
    page.goto(f"{impatient_server}/Classify?classify_mode=Webcam")
    page.get_by_role("button", name="I understand").tap()
    player(page).get_by_role("button", name="START").tap()
    page.get_by_text("goes on over its own connection").wait_for()
    page.locator(_LEAD, has_text=_READ).wait_for()
    width = page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth")
    assert width <= page.viewport_size["width"]
    context.close()


@pytest.mark.parametrize("times", [3, pytest.param(10, marks=pytest.mark.long)])
def test_starts_and_stops_leave_no_thread_and_little_memory(camera_browser, new_server, times):
    address, pid = new_server
    page = open_page(camera_browser, address)
    for _ in range(2):  # what is loaded once
        start(page)
        stop(page)
    wait_until(lambda: udp_sockets(pid) == 0)
    before, memory = threads(pid), resident_mb(pid)
    for _ in range(times):
        start(page)
        stop(page)
    # asyncio and Streamlit grow pools of their own, up to 6 threads each; a leak is 10 or more.
    wait_until(lambda: threads(pid) <= before + 5)
    # What was freed goes back to the system when the housekeeper next looks (studio/memory.py).
    wait_until(lambda: resident_mb(pid) - memory < 30)
    assert udp_sockets(pid) == 0
    page.context.close()


def threads(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/task").iterdir()))


def udp_sockets(pid: int) -> int:
    """How many sockets of a video connection the server holds."""
    held = set()
    for handle in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            held.add(str(handle.readlink()))
    rows = [Path(f"/proc/net/{kind}").read_text().splitlines() for kind in ("udp", "udp6")]
    return sum(f"socket:[{row.split()[9]}]" in held for row in rows[0] + rows[1])


def resident_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024
