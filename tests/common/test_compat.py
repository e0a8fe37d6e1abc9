"""What breaks when LiteRT changes what it does not document; see `common.compat`."""

import numpy as np

from fer_core.common.compat import operations, operators
from fer_core.common.graph import Graph
from fer_core.common.litert import ends, open_function, open_interpreter
from fer_core.settings import ROOT

MODEL = ROOT / "weights" / "custom_cnn" / "model.tflite"


def test_private_list_of_operations_is_what_we_take_it_for():
    """Breaks when LiteRT changes `Interpreter._get_ops_details`."""
    interpreter = open_interpreter(MODEL)
    found = operations(interpreter)
    names = [operation["op_name"] for operation in found]
    assert names.count("CONV_2D") > 2
    last = found[names.index("SOFTMAX")]  # what follows stands for a delegate
    assert last["outputs"][0] == ends(interpreter)[1]
    tensors = {tensor["index"] for tensor in interpreter.get_tensor_details()}
    for operation in found:
        if operation["op_name"] == "CONV_2D":
            assert {operation["inputs"][1], operation["outputs"][0]} <= tensors


def test_schema_reads_in_a_file_what_the_interpreter_runs():
    """Breaks when LiteRT changes `schema_py_generated`: Grad-CAM reads files by it."""
    interpreter = open_interpreter(MODEL, keeps_tensors=True)
    ran = [
        (operation["op_name"], list(operation["inputs"]), list(operation["outputs"]))
        for operation in operations(interpreter)
    ]
    read = operators(MODEL.read_bytes())
    assert [(kind, list(found.inputs), list(found.outputs)) for kind, found in read] == ran
    pool = next(found.builtinOptions for kind, found in read if kind == "MAX_POOL_2D")
    sizes = (pool.filterHeight, pool.filterWidth, pool.strideH, pool.strideW)
    assert (*sizes, pool.fusedActivationFunction) == (2, 2, 2, 2, 0)


def test_schema_writes_what_the_interpreter_runs(tmp_path):
    """Breaks when LiteRT changes `schema_py_generated`: the painter writes networks by it."""
    graph = Graph()
    entry = graph.input((1, 4, 4, 1))
    exit = graph.max_pool(graph.multiply(entry, graph.constant(3.0)))
    path = tmp_path / "model.tflite"
    path.write_bytes(graph.file([entry], [exit]))
    picture = np.arange(16, dtype=np.float32).reshape(1, 4, 4, 1)
    assert open_function(path)(picture).ravel().tolist() == [15, 21, 39, 45]
