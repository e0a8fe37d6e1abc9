"""Writes a network of LiteRT's own operators, for inputs of one shape, without TensorFlow."""

from collections.abc import Sequence
from typing import Any

import flatbuffers
import numpy as np

from fer_core.common.compat import schema

Shape = tuple[int, ...]

_ALIGNED = 64
"""Bytes to whose multiples constants are moved, as vector instructions like."""

_KINDS: dict[type, int] = {
    np.float32: schema.TensorType.FLOAT32,
    np.float16: schema.TensorType.FLOAT16,
    np.int32: schema.TensorType.INT32,
}

_Operator, _Options = schema.BuiltinOperator, schema.BuiltinOptions


class Graph:
    """Operators on tensors of float32, in the order in which they run.

    Each method adds an operator and returns the number of the tensor that it gives. Pictures are
    (1, height, width, channels).
    """

    def __init__(self) -> None:
        self._tensors: list[Any] = []
        self._operators: list[Any] = []
        self._codes: list[int] = []
        self._constants: list[np.ndarray] = []

    def shape(self, tensor: int) -> Shape:
        """Returns the shape of a tensor."""
        return tuple(self._tensors[tensor].shape)

    def input(self, shape: Shape) -> int:
        """Adds a tensor that the caller sets."""
        return self._tensor(shape)

    def constant(self, values: Any, dtype: type = np.float32) -> int:
        """Adds a tensor of known values, of any shape; a scalar goes with all shapes."""
        array: np.ndarray = np.asarray(values, dtype)
        self._constants.append(array)
        return self._tensor(array.shape, len(self._constants), _KINDS[dtype])

    def convolution(
        self, x: int, kernel: np.ndarray, bias: np.ndarray | None = None, relu: bool = False
    ) -> int:
        """Adds one of stride 1 with zeros around, as large as `x`.

        Args:
            x: A picture.
            kernel: (height, width, channels of `x`, channels of the result), as Keras has it; kept
                in half precision.
            bias: One value for each channel of the result; none are 0.
            relu: Whether what is below 0 becomes 0.
        """
        weights = self.as_floats(self.constant(kernel.transpose(3, 0, 1, 2), np.float16))
        biases = np.zeros(kernel.shape[-1]) if bias is None else bias
        return self._convolution(x, weights, biases, relu)

    def exact_convolution(
        self, x: int, kernel: np.ndarray, bias: np.ndarray, relu: bool = False
    ) -> int:
        """Adds the same with its kernel kept in single precision."""
        weights = self.constant(kernel.transpose(3, 0, 1, 2))
        return self._convolution(x, weights, bias, relu)

    def halving_convolution(self, x: int, kernel: np.ndarray, bias: np.ndarray) -> int:
        """Adds one of stride 2 without zeros around, likewise; what is below 0 becomes 0."""
        weights = self.constant(kernel.transpose(3, 0, 1, 2))
        return self._convolution(x, weights, bias, relu=True, stride=2)

    def depthwise_convolution(
        self, x: int, kernel: np.ndarray, bias: np.ndarray, relu: bool = False
    ) -> int:
        """Adds one of stride 1 with zeros around, of each channel by itself.

        Args:
            x: A picture.
            kernel: (height, width, channels), kept in single precision.
            bias: One value for each channel.
            relu: Whether what is below 0 becomes 0.
        """
        options = schema.DepthwiseConv2DOptionsT()
        options.depthMultiplier = 1
        self._convolve(options, 1, relu)
        inputs = [x, self.constant(kernel[None]), self.constant(bias)]
        return self._add(_Operator.DEPTHWISE_CONV_2D, inputs, self.shape(x), options)

    def doubled(self, x: int) -> int:
        """Adds the picture twice as high and wide, each value four times."""
        one, height, width, channels = self.shape(x)
        inputs = [x, self.constant((2 * height, 2 * width), np.int32)]
        shape = (one, 2 * height, 2 * width, channels)
        options = schema.ResizeNearestNeighborOptionsT()
        return self._add(_Operator.RESIZE_NEAREST_NEIGHBOR, inputs, shape, options)

    def average_pool(self, x: int) -> int:
        """Adds the means of squares of 2 x 2; an odd last row or column is left out."""
        return self._pool(_Operator.AVERAGE_POOL_2D, x)

    def max_pool(self, x: int) -> int:
        """Adds the maxima of squares of 2 x 2, likewise."""
        return self._pool(_Operator.MAX_POOL_2D, x)

    def add(self, a: int, b: int) -> int:
        """Adds a + b; shapes go together as in NumPy."""
        return self._each(_Operator.ADD, a, b, schema.AddOptionsT())

    def subtract(self, a: int, b: int) -> int:
        """Adds a - b."""
        return self._each(_Operator.SUB, a, b, schema.SubOptionsT())

    def multiply(self, a: int, b: int) -> int:
        """Adds a * b."""
        return self._each(_Operator.MUL, a, b, schema.MulOptionsT())

    def divide(self, a: int, b: int) -> int:
        """Adds a / b."""
        return self._each(_Operator.DIV, a, b, schema.DivOptionsT())

    def minimum(self, a: int, b: int) -> int:
        """Adds the smaller of a and b."""
        return self._each(_Operator.MINIMUM, a, b, schema.MaximumMinimumOptionsT())

    def matrix_product(self, a: int, b: int) -> int:
        """Adds a @ b: of the last two axes, for each place along those before."""
        shape = (*self.shape(a)[:-1], self.shape(b)[-1])
        return self._add(_Operator.BATCH_MATMUL, [a, b], shape, schema.BatchMatMulOptionsT())

    def transpose(self, x: int) -> int:
        """Adds the same with the last two axes exchanged."""
        *before, rows, columns = self.shape(x)
        axes = range(len(before))
        order = self.constant((*axes, len(axes) + 1, len(axes)), np.int32)
        shape = (*before, columns, rows)
        return self._add(_Operator.TRANSPOSE, [x, order], shape, schema.TransposeOptionsT())

    def mean_of_rows(self, x: int) -> int:
        """Adds the means along the second axis, of which one place is left."""
        options = schema.ReducerOptionsT()
        options.keepDims = True
        first, _, *after = self.shape(x)
        inputs = [x, self.constant((1,), np.int32)]
        return self._add(_Operator.MEAN, inputs, (first, 1, *after), options)

    def reshape(self, x: int, shape: Shape) -> int:
        """Adds the same values in another shape."""
        if shape == self.shape(x):
            return x
        options = schema.ReshapeOptionsT()
        options.newShape = list(shape)
        inputs = [x, self.constant(shape, np.int32)]
        return self._add(_Operator.RESHAPE, inputs, shape, options)

    def cut(self, x: int, shape: Shape) -> int:
        """Adds the first values along each axis."""
        if shape == self.shape(x):
            return x
        begin = self.constant(np.zeros(len(shape)), np.int32)
        inputs = [x, begin, self.constant(shape, np.int32)]
        return self._add(_Operator.SLICE, inputs, shape, schema.SliceOptionsT())

    def pad(self, x: int, shape: Shape) -> int:
        """Adds zeros after the last values along each axis, up to a shape."""
        if shape == self.shape(x):
            return x
        missing = [(0, wanted - there) for wanted, there in zip(shape, self.shape(x), strict=True)]
        inputs = [x, self.constant(missing, np.int32)]
        return self._add(_Operator.PAD, inputs, shape, schema.PadOptionsT())

    def as_byte(self, x: int, step: float) -> int:
        """Adds the whole number of steps in each value of `x`, -128 to 127, in a byte."""
        result = self._add(_Operator.QUANTIZE, [x], self.shape(x), schema.QuantizeOptionsT())
        scaling = schema.QuantizationParametersT()
        scaling.scale, scaling.zeroPoint = [step], [0]
        self._tensors[result].type = schema.TensorType.INT8
        self._tensors[result].quantization = scaling
        return result

    def as_floats(self, x: int) -> int:
        """Adds the values of what `as_byte` gave, or of a constant of half precision."""
        return self._add(_Operator.DEQUANTIZE, [x], self.shape(x), schema.DequantizeOptionsT())

    def file(self, inputs: Sequence[int], outputs: Sequence[int]) -> bytes:
        """Returns what a .tflite file would hold, and forgets the constants: call it once.

        They follow the description of the graph, which says where each begins.
        """
        buffers = [schema.BufferT() for _ in range(len(self._constants) + 1)]
        begin = 0
        for buffer, values in zip(buffers[1:], self._constants, strict=True):
            buffer.offset, buffer.size = _ALIGNED + begin, values.nbytes
            begin += values.nbytes + -values.nbytes % _ALIGNED
        # Where numbers stand does not depend on what they are: the second is as long as the first.
        length = len(self._described(buffers, inputs, outputs))
        head = length + -length % _ALIGNED
        for buffer in buffers[1:]:
            buffer.offset += head - _ALIGNED
        parts = [self._described(buffers, inputs, outputs), bytes(head - length)]
        while self._constants:
            values = self._constants.pop(0)
            parts += [np.ascontiguousarray(values).tobytes(), bytes(-values.nbytes % _ALIGNED)]
        return b"".join(parts)

    def _described(
        self, buffers: list[Any], inputs: Sequence[int], outputs: Sequence[int]
    ) -> bytes:
        graph = schema.SubGraphT()
        graph.tensors, graph.operators = self._tensors, self._operators
        graph.inputs, graph.outputs = list(inputs), list(outputs)
        model = schema.ModelT()
        model.version = 3
        model.subgraphs, model.buffers, model.operatorCodes = [graph], buffers, []
        for number in self._codes:
            code = schema.OperatorCodeT()
            code.builtinCode = code.deprecatedBuiltinCode = number
            model.operatorCodes.append(code)
        builder = flatbuffers.Builder(2**16)
        builder.Finish(model.Pack(builder), b"TFL3")
        return bytes(builder.Output())

    def _tensor(self, shape: Shape, buffer: int = 0, kind: int = schema.TensorType.FLOAT32) -> int:
        tensor = schema.TensorT()
        tensor.shape, tensor.buffer, tensor.type = list(shape), buffer, kind
        self._tensors.append(tensor)
        return len(self._tensors) - 1

    def _add(self, code: int, inputs: list[int], shape: Shape, options: Any) -> int:
        if code not in self._codes:
            self._codes.append(code)
        operator, result = schema.OperatorT(), self._tensor(shape)
        operator.opcodeIndex = self._codes.index(code)
        operator.inputs, operator.outputs = inputs, [result]
        operator.builtinOptions = options
        operator.builtinOptionsType = getattr(_Options, type(options).__name__.removesuffix("T"))
        self._operators.append(operator)
        return result

    def _convolution(
        self, x: int, weights: int, bias: np.ndarray, relu: bool, stride: int = 1
    ) -> int:
        options = schema.Conv2DOptionsT()
        self._convolve(options, stride, relu)
        channels, high, wide, _ = self.shape(weights)
        one, height, width, _ = self.shape(x)
        if stride > 1:
            height, width = (height - high) // stride + 1, (width - wide) // stride + 1
        inputs = [x, weights, self.constant(bias)]
        return self._add(_Operator.CONV_2D, inputs, (one, height, width, channels), options)

    @staticmethod
    def _convolve(options: Any, stride: int, relu: bool) -> None:
        options.padding = schema.Padding.SAME if stride == 1 else schema.Padding.VALID
        options.strideH = options.strideW = stride
        if relu:
            options.fusedActivationFunction = schema.ActivationFunctionType.RELU

    def _each(self, code: int, a: int, b: int, options: Any) -> int:
        shape = np.broadcast_shapes(self.shape(a), self.shape(b))
        return self._add(code, [a, b], shape, options)

    def _pool(self, code: int, x: int) -> int:
        options = schema.Pool2DOptionsT()
        options.padding = schema.Padding.VALID
        options.strideH = options.strideW = options.filterHeight = options.filterWidth = 2
        one, height, width, channels = self.shape(x)
        return self._add(code, [x], (one, height // 2, width // 2, channels), options)
