"""What a person gets on a photograph: found, cut out and read; a missed face counts as wrong.

    FER_DATA=... python benchmarks/end_to_end.py [--model slim_vgg] [--split PublicTest]
        [--detectors yunet haar_alt2] [--conditions upright turned30] [--faces 1050]
        [--peer NAME COMMAND]

1,050 faces of a split of FER2013, drawn by a fixed seed in its class shares, blank ones left out,
are laid into scenes of 640 x 480 drawn by code: see `fer_core/evaluation/end_to_end.py`. Choose
by PublicTest; PrivateTest is for the record, once a model.

A peer is a command that takes a folder of pictures as its last word and prints what
`python -m fer_core classify FOLDER --json` prints: a JSON list with `picture`, `left`, `top`,
`width`, `height`, `label` for each face.
"""

import argparse
import json
import shlex
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from fer_core import Pipeline
from fer_core.dataset import load
from fer_core.emotions import EMOTIONS
from fer_core.evaluation.end_to_end import (
    CONDITIONS,
    FACES,
    Answer,
    Answers,
    end_to_end_rows,
    judge_answers,
    measure_end_to_end,
    pictures,
)
from fer_core.evaluation.intervals import Interval, mean_interval, resample_weights
from fer_core.evaluation.photographs import reading
from fer_core.evaluation.scenes import scene
from fer_core.evaluation.schema import EndToEndPoint
from fer_core.faces import FaceBox, is_here
from fer_core.images import encode_png
from fer_core.settings import settings
from fer_core.styletransfer.paintings import PAINTINGS

SCENES = 200


def ask_peer(command: str, folder: Path) -> dict[str, Answers]:
    """Runs a peer on a folder; returns its answers by the pictures' file names."""
    done = subprocess.run(
        [*shlex.split(command), str(folder)], capture_output=True, text=True, check=True
    )
    answers: dict[str, list[Answer]] = {}
    for row in json.loads(done.stdout):
        box = FaceBox(*(round(row[key]) for key in ("left", "top", "width", "height")))
        answers.setdefault(Path(row["picture"]).name, []).append(Answer(box, row["label"]))
    return answers


def peer_points(
    name: str, command: str, faces: np.ndarray, labels: Sequence[str], conditions: Sequence[str]
) -> list[EndToEndPoint]:
    points = []
    for key in conditions:
        with tempfile.TemporaryDirectory() as folder:
            places = []
            for number, (picture, place) in enumerate(pictures(faces, CONDITIONS[key])):
                Path(folder, f"{number:04}.png").write_bytes(encode_png(picture))
                places.append(place)
            answers = ask_peer(command, Path(folder))
        given = [(answers.get(f"{n:04}.png", []), place) for n, place in enumerate(places)]
        points.append(judge_answers(key, name, given, labels))
    return points


def figure(interval: Interval) -> str:
    return f"{interval.value:.3f} [{interval.low:.3f}, {interval.high:.3f}]"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="slim_vgg")
    parser.add_argument("--split", default="PublicTest", choices=["PublicTest", "PrivateTest"])
    parser.add_argument("--detectors", nargs="*")
    parser.add_argument("--conditions", nargs="*", default=list(CONDITIONS), choices=CONDITIONS)
    parser.add_argument("--faces", type=int, default=FACES)
    parser.add_argument("--peer", nargs=2, metavar=("NAME", "COMMAND"))
    options = parser.parse_args()
    detectors = options.detectors
    if detectors is None:
        detectors = ["yunet", "haar_alt2"] if is_here("yunet") else ["haar_alt2"]

    dataset = load(settings().dataset)
    pipelines = {name: Pipeline.load(options.model, name) for name in detectors}
    classifier = Pipeline.load(options.model, "haar_alt2").classifier
    rows = end_to_end_rows(dataset, options.split, classifier.classes, options.faces)
    faces, labels = dataset.images[rows], [EMOTIONS[label] for label in dataset.labels[rows]]
    answered = [classifier.classes[best] for best in classifier.predict(faces).argmax(axis=1)]
    right = np.array(answered) == np.array(labels)
    print(f"{options.model}, {len(faces):,} faces of {options.split}")
    print(f"cut out already: {figure(mean_interval(right, resample_weights(len(right))))}\n")
    columns = "condition | system | found | right of found | end to end | answered | about nothing"
    print(f"| {columns} |")
    print("|---" * 7 + "|")
    for key in options.conditions:
        systems = {name: reading(pipeline) for name, pipeline in pipelines.items()}
        record = measure_end_to_end(systems, faces, labels, options.split, conditions=[key])
        points = list(record.points)
        if options.peer:
            points += peer_points(*options.peer, faces, labels, [key])
        for point in points:
            shares = (point.found, point.right_of_found, point.right)
            cells = [*map(figure, shares), f"{point.answered.value:.3f}", str(point.false)]
            print(" | ".join(["", CONDITIONS[key].title, point.system, *cells, ""]), flush=True)
    empty = [painting.picture() for painting in PAINTINGS.values()] + [
        scene(n) for n in range(SCENES)
    ]
    for name, pipeline in pipelines.items():
        false = sum(len(pipeline.analyze(picture)) for picture in empty)
        print(f"\n{name}: {false} faces in {len(empty)} paintings and scenes without one")


if __name__ == "__main__":
    main()
