"""Faces -> probabilities, on LiteRT alone."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from fer_core.common import isolated
from fer_core.common.litert import ends, open_interpreter
from fer_core.common.pool import Pool
from fer_core.errors import CorruptModel, ModelNotFound
from fer_core.images import FACE_SIZE
from fer_core.savedmodels import SavedModel, open_model, saved_names
from fer_core.savedmodels.temperature import apply_temperature

if TYPE_CHECKING:
    from ai_edge_litert.interpreter import Interpreter

PREFERRED = ("wide_resnet", "slim_vgg", "custom_cnn")
"""Models that read pictures when none is asked for, if saved: the best on photographs first."""

FAST = ("slim_vgg", "custom_cnn")
"""Those that read videos and webcams then: the most accurate per millisecond first."""


class Classifier:
    """A saved network, or a mean of some, that reads faces; may be called by many threads at once.

    Faces go through one at a time: measured here for 1.3 M to 15 M parameters, a batch of 2 to
    128 takes the same time for each face, and each new batch size 1 to 60 ms to prepare. One
    thread each, as a second one gains nothing on faces this small.

    Args:
        networks: `model.tflite`, or several, each with its weight in the mean of their answers;
            one takes uint8 (1, 48, 48, 1) and gives probabilities (1, classes).
        classes: Emotion names in the order of its outputs.
        temperature: Divides the logarithms of the probabilities (Guo et al. 2017); 1 leaves
            them as the network gave them.
        threshold: Confidence below which its answer is "not sure" unless another is asked for.
        mirrored: Whether each face is read as it is and mirrored, and the mean is the answer. It
            takes twice the time. Off everywhere: it gains on FER2013 and not on photographs
            (`docs/figures.md`).

    Raises:
        CorruptModel: If a file is not such a network, or has another number of classes.
    """

    def __init__(
        self,
        networks: Path | Mapping[Path, float],
        classes: tuple[str, ...],
        temperature: float = 1.0,
        threshold: float = 0.0,
        mirrored: bool = False,
    ) -> None:
        self.classes = classes
        self.temperature = temperature
        self.threshold = threshold
        self.mirrored = mirrored
        self._saved_as: str | None = None
        self._networks = _opened(networks, classes)

    def __getstate__(self) -> dict[str, Any]:
        """Leaves out the networks of a model loaded by name: their paths hold here alone."""
        return self.__dict__ if self._saved_as is None else {**self.__dict__, "_networks": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Opens the model of that name as it is saved here; raises what `load` does."""
        self.__dict__.update(state)
        if self._saved_as is not None:
            saved = open_model(self._saved_as)
            self.classes = saved.classes
            self._networks = _opened(saved.networks(), saved.classes)

    @classmethod
    def load(cls, name: str) -> "Classifier":
        """Returns a saved model by name, calibrated by the temperature fitted for it.

        Raises:
            ModelNotFound: If there is none; the message suggests the nearest name.
            CorruptModel: If a file of it is missing or changed.
        """
        classifier = cls.of(open_model(name))
        classifier._saved_as = name
        return classifier

    @classmethod
    def of(cls, saved: SavedModel) -> "Classifier":
        """Returns a saved model as `load` does.

        Raises:
            CorruptModel: If a file of it is missing or changed.
        """
        return cls(saved.networks(), saved.classes, saved.temperature, saved.threshold)

    def predict(self, faces: np.ndarray) -> np.ndarray:
        """Returns the probability of each class for each face.

        Args:
            faces: uint8 gray faces of shape (n, 48, 48).

        Returns:
            float32 array of shape (n, classes); rows sum to 1.

        Raises:
            ValueError: If the faces are of another shape or dtype.
            CorruptModel: If the network answers no numbers.
        """
        if faces.dtype != np.uint8 or faces.ndim != 3 or faces.shape[1:] != (FACE_SIZE, FACE_SIZE):
            raise ValueError(
                f"Faces must be uint8 of shape (n, {FACE_SIZE}, {FACE_SIZE}), "
                f"not {faces.dtype} of shape {faces.shape}."
            )
        probabilities = self._mean(faces)
        if self.mirrored:
            probabilities = (probabilities + self._mean(faces[:, :, ::-1])) / 2
        return apply_temperature(probabilities, self.temperature)

    def _mean(self, faces: np.ndarray) -> np.ndarray:
        """Returns the weighted mean of the networks' answers, float32 (n, classes)."""
        probabilities = np.zeros((len(faces), len(self.classes)), np.float32)
        for network, weight in self._networks:
            probabilities += np.float32(weight) * network.answer(faces)
        return probabilities


def _opened(
    networks: Path | Mapping[Path, float], classes: tuple[str, ...]
) -> "list[tuple[_Network, float]]":
    """Returns networks, each with its weight."""
    weights = {networks: 1.0} if isinstance(networks, Path) else networks
    return [(_Network(path, classes), weight) for path, weight in weights.items()]


_ASIDE = 32
"""After every so many faces it is asked whether to continue."""


class _Network:
    """One LiteRT file, checked to answer faces with that many probabilities."""

    def __init__(self, path: Path, classes: tuple[str, ...]) -> None:
        self.classes = classes
        self._name = f"{path.parent.name}/{path.name}"
        self._interpreters: Pool[Interpreter] = Pool(partial(open_interpreter, path))
        with self._interpreters.lend() as interpreter:
            self._check(interpreter)

    def answer(self, faces: np.ndarray) -> np.ndarray:
        answers = np.empty((len(faces), len(self.classes)), np.float32)
        with self._interpreters.lend() as interpreter:
            source, result = ends(interpreter)
            for number, (row, face) in enumerate(zip(answers, faces, strict=True), start=1):
                if number % _ASIDE == 0:
                    isolated.while_waiting()
                interpreter.set_tensor(source, face[None, :, :, None])
                interpreter.invoke()
                row[:] = interpreter.get_tensor(result)[0]
        if not np.isfinite(answers).all():
            raise CorruptModel(f"{self._name} answers with values that are no numbers.")
        return answers

    def _check(self, interpreter: "Interpreter") -> None:
        source, result = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
        if source["dtype"] != np.uint8 or tuple(source["shape"]) != (1, FACE_SIZE, FACE_SIZE, 1):
            raise CorruptModel(
                f"{self._name} takes {source['dtype'].__name__} of shape {tuple(source['shape'])}, "
                f"not uint8 faces of {FACE_SIZE} x {FACE_SIZE}."
            )
        if result["shape"][-1] != len(self.classes):
            raise CorruptModel(
                f"{self._name} answers {result['shape'][-1]} classes, not {len(self.classes)}."
            )


def default_model(fast: bool = False) -> str:
    """Returns the name of the saved model to use when none is asked for.

    Args:
        fast: Whether faces are read frame by frame: a video's, a webcam's.

    Raises:
        ModelNotFound: If no model is saved.
    """
    names = saved_names()
    preferred: tuple[str, ...] = FAST if fast else PREFERRED
    for name in (*preferred, *names):
        if name in names:
            return name
    raise ModelNotFound(
        "No trained model is saved. Train one with `python -m fer_core train custom_cnn`."
    )
