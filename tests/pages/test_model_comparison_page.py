import json
import re
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from fabricated import blank_fer2013, fabricate
from forms import zipped
from streamlit.testing.v1 import AppTest

from fer_core.evaluation.comparison import Contender, read_field
from fer_core.evaluation.mistakes import select_faces
from fer_core.evaluation.uploaded import read_uploaded
from fer_core.images import encode_png
from fer_core.savedmodels import open_model, update_manifest
from fer_core.settings import ROOT, settings
from studio.comparison import faces
from studio.comparison.choice import UPLOADED
from studio.data_url import data_url
from studio.markdown import plain
from studio.notice import UNDERSTOOD
from studio.shared_datasets import Loaded


def open_page(uploaded: Sequence[Contender] = (), **query: str | list[str]) -> AppTest:
    page = AppTest.from_file(str(ROOT / "Home.py"), default_timeout=120)
    page.session_state[UPLOADED] = {contender.name: contender for contender in uploaded}
    page.session_state[UNDERSTOOD] = True
    page.switch_page("pages/3_Model_comparison.py")
    for key, value in query.items():
        page.query_params[key.replace("models_", "models-")] = value
    return page.run()


def table_of_figures(page: AppTest) -> pd.DataFrame:
    """The table of every model's figures."""
    return next(frame.value for frame in page.dataframe if "Parameters" in frame.value)


def pressed(page: AppTest, label: str) -> AppTest:
    return next(button for button in page.button if button.label == label).click()


def texts(page: AppTest) -> str:
    told = "\n".join(element.value for element in [*page.main.markdown, *page.main.caption])
    return told.replace("\N{NO-BREAK SPACE}", " ")


def figures(page: AppTest) -> list[dict]:
    return [json.loads(chart.proto.spec) for chart in page.get("plotly_chart")]


@pytest.fixture
def faces_here(monkeypatch, tmp_path) -> None:
    """FER2013's sizes and labels, with black faces, as the dataset of the settings."""
    monkeypatch.setattr(settings(), "data", tmp_path / "fer2013.parquet")
    monkeypatch.setattr(faces, "load_path", lambda path: Loaded(blank_fer2013(), "blank"))


def click(page: AppTest, chart: str, *point: str | int) -> AppTest:
    """Chooses a point of a chart, as the browser tells the server."""
    page.session_state[chart] = {"selection": {"points": [{"customdata": list(point)}]}}
    return page.run()


def shown_faces(page: AppTest) -> list[dict]:
    told = [json.loads(one.proto.json) for one in page.get("bidi_component")]
    return [face for data in told if "faces" in data for face in data["faces"]]


def test_best_model_and_whether_its_lead_is_real_stand_at_the_top(five_models) -> None:
    page = open_page()
    assert not page.exception
    assert not page.error
    slim = read_field(five_models).contenders[0]
    lead = texts(page)
    assert lead.startswith(f"Slim VGG leads at {100 * slim.accuracy.value:.1f} %; its lead over")
    table = table_of_figures(page)
    assert table["Model"].tolist() == ["Slim VGG", "VGG16, fine-tuned", "Custom CNN"]
    assert table["Accuracy"].iloc[0] == pytest.approx(100 * slim.accuracy.value)
    assert "Slim VGG beats Custom CNN by" in texts(page)


def test_conditions_decide_which_model_is_taken_and_the_choice_is_written_down(five_models) -> None:
    page = open_page()
    assert page.header[0].value == "Take Slim VGG"
    preset = next(group for group in page.button_group if group.label == "What is the model for?")
    preset.set_value("stills").run()
    assert not page.exception
    assert "time does not count" in "\n".join(caption.value for caption in page.caption)
    page.number_input(key="stills-longest").set_value(0.1).run()
    assert plain("No model keeps to 0.1 ms per face") in "\n".join(c.value for c in page.caption)
    for slider in page.slider:
        slider.set_value(0)
    page.run()
    assert "Give at least one condition some weight." in [info.value for info in page.info]


def test_the_model_taken_is_used_on_classify(five_models) -> None:
    (link,) = open_page().get("page_link")
    assert link.proto.query_string == "classify_model=Slim+VGG"
    page = AppTest.from_file(str(ROOT / "Home.py"), default_timeout=120)
    page.switch_page("pages/4_Classify.py")
    page.query_params["classify_model"] = "Custom CNN"
    page.run()
    assert page.selectbox(key="classify_model").value == "custom_cnn"


def test_lead_obeys_the_metric_ranked_by(five_models) -> None:
    lead = open_page(metric="Macro-F1").main.markdown[0].value
    assert lead.startswith("Slim VGG is best by macro-F1: ")


def test_table_has_each_interval_in_one_column(five_models) -> None:
    table = table_of_figures(open_page())
    slim = read_field(five_models).contenders[0]
    low, high = (100 * getattr(slim.accuracy, bound) for bound in ("low", "high"))
    assert table["Accuracy, 95 % interval"].iloc[0] == f"{low:.1f} – {high:.1f}"
    loss = slim.judged.metrics["log_loss"]
    assert table["Log-loss, 95 % interval"].iloc[0] == f"{loss.low:.3f} – {loss.high:.3f}"
    assert "ECE, spread" in table
    assert not [column for column in table if column.endswith((" low", " high"))]


@pytest.mark.parametrize(
    ("section", "charts", "words"),
    [
        ("Lead", 2, "which may be chance"),
        ("Cost", 1, "**Recommended:** Slim VGG"),
        ("Failures", 5, "faces are read as"),
        ("Confidence", 4, "calibration error"),
        ("Robustness", 1, "at severity 5"),
        ("Photographs", 1, "headline is for faces that come cut out"),
        ("Mistakes", 0, "faces wrongly"),
        ("Training", 4, "overfits from epoch"),
        ("Take away", 0, "The same from the command line"),
        ("Your own", 0, "Predictions of another model"),
    ],
)
def test_section_of_a_link_draws_its_charts_and_says_what_they_show(
    five_models, section, charts, words
) -> None:
    page = open_page(section=section)
    assert not page.exception
    assert not page.error
    assert len(page.get("plotly_chart")) == 1 + charts
    assert words in texts(page)
    captions = [caption.value for caption in page.main.caption]
    assert len(captions) >= charts


def test_link_chooses_models_pair_and_measure(five_models) -> None:
    page = open_page(
        models_fer2013=["Custom CNN", "VGG16, fine-tuned"],
        section="Failures",
        first="Custom CNN",
        cells="Faces",
        metric="Log-loss",
    )
    assert not page.exception
    assert page.main.markdown[0].value.startswith("VGG16, fine-tuned is best by log-loss")
    assert page.selectbox(key="first").value == "custom_cnn"
    assert page.selectbox(key="second").value == "vgg16_finetuned"
    ranking, matrix = figures(page)[:2]
    assert ranking["layout"]["xaxis"]["title"]["text"] == "Log-loss"
    custom = read_field(five_models).contenders[1]
    tables = [pd.DataFrame(element.value) for element in page.dataframe]
    counts = next(table for table in tables if "Truth" in table).set_index("Truth")
    assert counts.to_numpy().sum() == len(custom.split)
    assert matrix["data"][0]["type"] == "heatmap"


def test_nonsense_in_a_link_is_left_aside(five_models) -> None:
    page = open_page(on="nowhere", models_fer2013="nobody", section="Nothing", metric="luck")
    assert not page.exception
    assert page.main.markdown[0].value.startswith("Slim VGG leads")


def test_other_protocol_is_another_table(five_models) -> None:
    page = open_page(on="R3, 3 emotions")
    assert table_of_figures(page)["Model"].tolist() == ["ELU DCNN"]
    assert "2,127 test faces correctly" in page.main.markdown[0].value


def test_common_faces_bring_all_together_with_n_stated(five_models) -> None:
    page = open_page(on="Faces common to all")
    assert not page.exception
    assert len(table_of_figures(page)) == 5
    captions = " ".join(caption.value for caption in page.main.caption)
    assert "faces, happy, sad, neutral: none of these models was trained on any" in captions


def test_no_model_chosen_asks_for_one(five_models) -> None:
    page = open_page()
    page.button_group(key="models-fer2013").set_value([]).run()
    assert not page.exception
    assert "Choose at least one model" in page.info[0].value


def test_one_model_alone_is_described(five_models) -> None:
    for section in (
        "Lead",
        "Cost",
        "Failures",
        "Confidence",
        "Robustness",
        "Photographs",
        "Training",
    ):
        page = open_page(models_fer2013=["Custom CNN"], section=section)
        assert not page.exception
        assert "more than always giving one answer" in page.main.markdown[0].value


def test_unreadable_folder_is_named_and_the_rest_works(five_models) -> None:
    record = json.loads((five_models / "custom_cnn" / "evaluation.json").read_text())
    path = five_models / "custom_cnn" / "evaluation.json"
    path.write_text(json.dumps(record | {"schema": 0}))
    update_manifest(five_models, "custom_cnn")
    (five_models / "slim_vgg" / "predictions.npz").write_bytes(b"half")
    page = open_page()
    assert not page.exception
    warnings = " ".join(warning.value for warning in page.warning)
    assert "custom_cnn" in warnings and "schema 0" in warnings
    assert "slim_vgg/predictions.npz is not the file that was saved" in warnings
    assert table_of_figures(page)["Model"].tolist() == ["VGG16, fine-tuned"]


@pytest.mark.parametrize(
    ("file", "text", "reason"),
    [
        ("evaluation.json", "[]", "holds no JSON object"),
        ("history.csv", "", "history.csv cannot be read"),
        ("model.tflite", "another", "judges another network"),
    ],
)
def test_file_recorded_as_nonsense_leaves_its_model_out(five_models, file, text, reason) -> None:
    (five_models / "custom_cnn" / file).write_text(text)
    update_manifest(five_models, "custom_cnn")
    page = open_page(section="Training")
    assert not page.exception
    assert reason in page.warning[0].value
    assert table_of_figures(page)["Model"].tolist() == ["Slim VGG", "VGG16, fine-tuned"]


def test_models_of_one_protocol_on_other_faces_are_never_paired(five_models) -> None:
    shutil.rmtree(five_models / "custom_cnn")
    fabricate(five_models, "custom_cnn", faces=300)
    page = open_page(section="Lead")
    assert not page.exception
    assert table_of_figures(page)["Model"].tolist() == ["Slim VGG", "VGG16, fine-tuned"]
    custom = next(c for c in read_field(five_models).contenders if c.name == "custom_cnn")
    page = open_page(on=f"FER2013, 7 emotions, other faces {custom.faces[:8]}")
    assert not page.exception
    assert table_of_figures(page)["Model"].tolist() == ["Custom CNN"]


def test_photographs_are_a_table_of_what_is_found_and_read(five_models) -> None:
    page = open_page(section="Photographs")
    slim = read_field(five_models).contenders[0]
    table = next(frame.value for frame in page.dataframe if "Faces" in frame.value)
    assert table["Faces"].tolist()[:2] == ["Cut out already", "160 px, upright"]
    point = slim.end_to_end.points[0]
    assert table["Found"].tolist()[:2] == ["–", f"{100 * point.found.value:.1f} %"]
    assert table["Slim VGG"][1] == f"{100 * point.right.value:.1f} %"


@pytest.mark.parametrize(
    "section",
    [
        "Failures",
        "Attention",
        "Training",
        "Cost",
        "Robustness",
        "Photographs",
        "Claims",
        "Take away",
    ],
)
@pytest.mark.parametrize("models", [["one", "two"], ["Custom CNN", "one", "two"]])
def test_two_uploaded_models_as_the_pair_break_no_section(saved_models, section, models) -> None:
    data = (saved_models / "custom_cnn" / "predictions.npz").read_bytes()
    known = read_field(saved_models).contenders
    uploaded = [read_uploaded(name, "x.npz", data, known) for name in ("one", "two")]
    page = open_page(uploaded, section=section, models_fer2013=models, first="one", second="two")
    assert not page.exception
    assert not page.error
    assert table_of_figures(page)["Model"].tolist() == models
    if section == "Failures":
        assert page.selectbox(key="first").value == "uploaded one"
        assert page.selectbox(key="second").value == "uploaded two"


def test_wrong_faces_are_those_of_one_model(five_models, faces_here) -> None:
    page = open_page(section="Mistakes", first="Custom CNN")
    assert not page.exception
    keys = {box.key for box in page.selectbox}
    assert "first" in keys and "second" not in keys
    captions = " ".join(caption.value for caption in page.main.caption)
    assert "with Custom CNN's confidence" in captions


def test_drawings_are_read_where_the_faces_are_not(saved_models, monkeypatch) -> None:
    monkeypatch.setattr(settings(), "data", None)
    monkeypatch.setattr(settings(), "cache", saved_models / "none")
    page = open_page(section="Mistakes", first="Custom CNN")
    assert not page.exception and not page.error
    told = [json.loads(one.proto.json) for one in page.get("bidi_component")]
    (drawings,) = [data["faces"] for data in told if "faces" in data]
    assert len(drawings) == 49
    assert all(re.fullmatch(r"/ \w+ \d+\s%", face["note"]) for face in drawings)
    captions = " ".join(caption.value for caption in page.main.caption)
    assert "Each is titled meant / read by Custom CNN" in captions


def test_a_public_server_tells_no_path_of_its_disk(five_models, monkeypatch) -> None:
    monkeypatch.setattr(settings(), "hosted", True)
    monkeypatch.setattr(settings(), "data", Path("/srv/secret/fer2013.parquet"))
    page = open_page(section="Mistakes")
    assert not page.exception
    assert [error.value for error in page.error] == [
        plain("The dataset of this server cannot be read.")
    ]


def test_untrained_architecture_is_listed_with_the_command(five_models) -> None:
    table = open_page().dataframe[-1].value.set_index("Model")
    assert table.loc["Bolarinwa ResNet101", "Reported"] == "about 32 %"
    command = table.loc["Bolarinwa ResNet101", "To train it"]
    assert command == "python -m fer_core train bolarinwa_resnet101"


def test_no_model_at_all_says_how_to_train_one(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("FER_WEIGHTS", str(tmp_path))
    settings.cache_clear()
    page = open_page()
    monkeypatch.undo()
    settings.cache_clear()
    assert not page.exception
    assert "A trained model is needed" in page.main.markdown[0].value
    assert page.code[0].value == "python -m fer_core train custom_cnn"


def test_brought_predictions_join_for_the_session(five_models) -> None:
    page = open_page(section="Your own")
    data = (five_models / "custom_cnn" / "predictions.npz").read_bytes()
    page.file_uploader[0].set_value(("theirs.npz", data, "application/octet-stream"))
    next(box for box in page.text_input if box.label == "What to call it").set_value("theirs")
    pressed(page, "Compare").run()
    assert not page.exception
    assert not page.error
    assert "theirs" in table_of_figures(page)["Model"].tolist()
    page.get_by_key("remove-uploaded theirs").click().run()
    assert "theirs" not in table_of_figures(page)["Model"].tolist()


def test_bad_predictions_are_refused_with_the_reason(five_models) -> None:
    page = open_page(section="Your own")
    page.file_uploader[0].set_value(("bad.csv", b"row,label\n1,happy\n", "text/csv"))
    pressed(page, "Compare").run()
    assert not page.exception
    assert "no emotion with a column" in page.error[0].value


def test_maps_of_a_sample_are_drawn_by_models_that_really_run(saved_models) -> None:
    page = open_page(section="Attention")
    assert not page.exception
    assert not page.error
    assert "**Custom CNN** reads" in texts(page)
    assert len(page.image) == 2


@pytest.mark.fer2013
def test_wrong_faces_are_shown_where_the_data_is(monkeypatch) -> None:
    if settings().data is None:
        pytest.skip("FER_DATA names no dataset")
    open_model("custom_cnn")
    page = open_page(section="Mistakes")
    assert not page.exception
    assert not page.error
    captions = " ".join(caption.value for caption in page.main.caption)
    assert "such faces, each titled true / predicted" in captions


def test_who_brings_faces_is_told_first_that_they_are_read(five_models) -> None:
    page = open_page(section="Your own")
    assert len(page.file_uploader) == 2
    del page.session_state[UNDERSTOOD]
    page.run()
    assert len(page.file_uploader) == 1
    assert "**This is an emotion recognition system.**" in texts(page)
    pressed(page, "I understand").run()
    assert len(page.file_uploader) == 2


def test_own_faces_are_judged_by_the_chosen_models(saved_models) -> None:
    files = {
        f"own/{name}/{number}.png": encode_png(np.full((48, 48), abs(level - number), np.uint8))
        for name, level in (("angry", 0), ("neutral", 255))
        for number in range(12)
    }
    page = open_page(section="Your own")
    page.file_uploader[1].set_value(("own.zip", zipped(files), "application/zip"))
    pressed(page, "Judge the chosen models").run()
    assert not page.exception
    assert not page.error
    assert texts(page).startswith("Custom CNN, own faces reads 100.0 % of 24")
    assert table_of_figures(page)["Model"].tolist() == ["Custom CNN, own faces"]
    captions = [caption.value for caption in page.main.caption]
    few = "24 faces are few: mind the intervals."
    assert any(text.startswith("No face shows disgust, fear") and few in text for text in captions)


def test_faces_that_would_take_too_long_are_refused_before_a_model_runs(
    saved_models, monkeypatch
) -> None:
    monkeypatch.setattr(settings(), "job_seconds", 0)
    files = {f"own/happy/{n}.png": encode_png(np.full((48, 48), n, np.uint8)) for n in range(12)}
    page = open_page(section="Your own")
    page.file_uploader[1].set_value(("own.zip", zipped(files), "application/zip"))
    pressed(page, "Judge the chosen models").run()
    assert "Choose fewer or faster models" in page.error[0].value


@pytest.mark.parametrize(("way", "judged"), [(None, 1), ("Each picture is one", 2)])
def test_face_is_found_in_photographs_unless_they_are_faces(
    saved_models, astronaut, way, judged
) -> None:
    files = {
        "own/happy/her.png": encode_png(astronaut),
        "own/sad/wall.png": encode_png(np.full((90, 60, 3), 180, np.uint8)),
    }
    page = open_page(section="Your own")
    page.file_uploader[1].set_value(("own.zip", zipped(files), "application/zip"))
    if way:
        next(g for g in page.button_group if g.label == "Faces").set_value(way)
    pressed(page, "Judge the chosen models").run()
    assert not page.exception and not page.error
    assert f" of {judged} test face" in page.main.markdown[0].value
    captions = " ".join(caption.value for caption in page.main.caption)
    assert ("1 picture or row is left out." in captions) is (judged == 1)
    assert ("No face was found" in captions) is (judged == 1)


def test_cell_opens_the_faces_in_it(five_models, faces_here) -> None:
    page = open_page(section="Failures")
    assert texts(page).count("Click a cell to see its faces.") == 2
    page = click(page, "confusion-slim_vgg-truth", "slim_vgg", "sad", "neutral")
    assert not page.exception
    slim = read_field(five_models).contenders[0]
    count = len(select_faces(slim, wrong_only=False, truth=["sad"], predicted=["neutral"]))
    assert f"**sad read as neutral: {count} faces**" in texts(page)
    notes = [face["note"] for face in shown_faces(page)]
    assert len(notes) == 12 and all(re.fullmatch(r"/ neutral \d+\s%", note) for note in notes)
    assert {face["label"] for face in shown_faces(page)} == {"sad"}


def test_every_cell_and_point_says_what_is_behind_it(five_models) -> None:
    traces = [trace for one in figures(open_page(section="Failures")) for trace in one["data"]]
    (first, _) = [trace for trace in traces if len(trace.get("customdata", [])) == 49]
    assert ["slim_vgg", "sad", "neutral"] in first["customdata"]
    traces = [trace for one in figures(open_page(section="Robustness")) for trace in one["data"]]
    points = [point for trace in traces for point in trace.get("customdata", [])]
    assert ["slim_vgg", "noise", 3] in points


def test_point_of_a_line_opens_its_faces_disturbed(saved_models, faces_here, monkeypatch) -> None:
    bright = replace(blank_fer2013(), images=np.full_like(blank_fer2013().images, 200))
    monkeypatch.setattr(faces, "load_path", lambda path: Loaded(bright, "bright"))
    page = open_page(section="Robustness")
    page = click(page, "robustness", "custom_cnn", "darkness", 5)
    assert not page.exception and not page.error
    assert "**Darkness, severity 5, read by Custom CNN**" in texts(page)
    assert re.search(r"24 of the 300 faces, .* of these 24 are read right", texts(page))
    drawn = {face["source"] for face in shown_faces(page)}
    assert drawn == {data_url(np.full((48, 48), 20, np.uint8))}


@pytest.mark.parametrize(
    ("section", "chart", "point"),
    [
        ("Failures", "confusion-slim_vgg-truth", ("slim_vgg", "sad", "neutral")),
        ("Robustness", "robustness", ("slim_vgg", "noise", 3)),
    ],
)
def test_without_the_dataset_a_click_says_why_no_face_is_shown(
    five_models, monkeypatch, section, chart, point
) -> None:
    monkeypatch.setattr(settings(), "data", None)
    monkeypatch.setattr(settings(), "cache", five_models / "none")
    page = click(open_page(section=section), chart, *point)
    assert not page.exception and not shown_faces(page)
    (said,) = [info.value for info in page.info if "pictures are not" in info.value]
    assert "fer_core data fetch" in said
    monkeypatch.setattr(settings(), "hosted", True)
    page = click(open_page(section=section), chart, *point)
    (said,) = [info.value for info in page.info if "pictures are not" in info.value]
    assert "fer_core" not in said and "no face can be shown" in said


def test_mistake_opens_in_full(five_models, faces_here, monkeypatch) -> None:
    opened: list[int] = []
    monkeypatch.setattr(faces, "open_face", lambda dataset, row: opened.append(row))
    monkeypatch.setattr(faces, "face_grid", lambda shown, key: shown[0].row)
    page = open_page(section="Mistakes", first="Custom CNN")
    assert not page.exception and len(opened) == 1
