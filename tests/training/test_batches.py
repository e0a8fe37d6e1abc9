import numpy as np

from fer_core.training.batches import Batches

FACES = np.arange(12, dtype=np.uint8).reshape(12, 1, 1, 1) * 10
TARGETS = np.eye(3, dtype=np.float32)[np.arange(12) % 3]


def test_an_epoch_sees_every_face_with_its_target():
    batches = Batches(FACES, TARGETS, 5, seed=0)
    drawn = [batches[index] for index in range(len(batches))]
    faces = np.concatenate([np.asarray(inputs).ravel() for inputs, _ in drawn])
    answers = np.concatenate([targets.argmax(axis=1) for _, targets in drawn])
    assert sorted(faces) == list(range(0, 120, 10))
    np.testing.assert_array_equal(answers, faces / 10 % 3)


def test_on_an_accelerator_every_batch_has_one_shape_and_no_face_is_always_left_out(monkeypatch):
    monkeypatch.setattr("keras.backend.backend", lambda: "jax")
    monkeypatch.setattr("keras.ops.convert_to_tensor", np.asarray)
    batches, seen = Batches(FACES, TARGETS, 5, seed=0), set()
    for _ in range(8):
        drawn = [batches[index][0] for index in range(len(batches))]
        assert [len(faces) for faces in drawn] == [5, 5]
        seen |= set(np.concatenate(drawn).ravel())
        batches.on_epoch_end()
    assert len(seen) == len(FACES)
    assert len(Batches(FACES, TARGETS, 64, seed=0)[0][0]) == len(FACES)


def test_mixed_faces_have_equally_mixed_targets_until_the_last_epochs():
    batches = Batches(FACES, TARGETS, 12, seed=0, mixup=0.4, mixed_epochs=1)
    plain = Batches(FACES, TARGETS, 12, seed=0)
    (mixed, targets), (faces, labels) = batches[0], plain[0]
    share = (targets * labels).sum(axis=1)
    other = (labels != labels[::-1]).any(axis=1)
    expected = share[:, None, None, None] * faces + (1 - share)[:, None, None, None] * faces[::-1]
    np.testing.assert_allclose(mixed[other], expected[other], rtol=1e-5)
    np.testing.assert_allclose(targets.sum(axis=1), 1, rtol=1e-6)
    assert share[other].std() > 0.1
    np.testing.assert_array_equal(batches[0][0], mixed)

    batches.on_epoch_end()
    plain.on_epoch_end()
    np.testing.assert_array_equal(batches[0][1], plain[0][1])
