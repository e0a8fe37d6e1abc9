"""Which calls in some source write a file by themselves, rather than through `common.files`."""

import ast

_LENDERS = {
    *("replacing", "writing", "writing_text", "new_folder", "TemporaryDirectory", "BytesIO"),
    *("StringIO", "SpooledTemporaryFile"),
}
"""What lends a file or folder that may be written to: it is put in its place, or nowhere."""

_STREAMS = {"BinaryIO", "TextIO", "BytesIO", "IO"}
"""Annotations of a file that somebody else has opened."""

_SAVING = {
    *("save", "save_weights", "export", "savez", "savez_compressed", "savetxt", "tofile"),
    *("to_csv", "to_parquet", "to_pickle", "to_feather", "to_excel", "to_json", "to_html"),
    *("write_image", "write_html", "savefig", "imsave", "imwrite", "open_memmap"),
    *("extract", "extractall", "ParquetWriter"),
}
"""Functions of libraries that write to the place they are given; with none, they return it."""

_COPYING = {"copyfile", "copy", "copy2", "copytree", "move"}
"""Functions of `shutil` that write to their second argument."""

_OF_A_PATH = {"write_bytes", "write_text", "replace", "rename", "touch"}
"""Methods of the place that is written."""


def lines_that_write(source: str) -> list[int]:
    """Returns the numbers of the lines that write a file of which the one writer knows nothing."""
    tree = ast.parse(source)
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    lent: dict[int, set[str]] = {}
    for function in functions:  # those inside come later, and know what is lent around them
        names = _lent_in(function)
        for node in ast.walk(function):
            if isinstance(node, ast.Call):
                lent[id(node)] = lent.get(id(node), set()) | names
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return sorted(call.lineno for call in calls if _writes(call, lent.get(id(call), set())))


def _lent_in(function: ast.FunctionDef) -> set[str]:
    """Names that stand for a lent file or folder, or for a place in it."""
    arguments = [*function.args.args, *function.args.kwonlyargs]
    annotated = {one.arg: _named(one.annotation) for one in arguments if one.annotation}
    found = {arg for arg, kinds in annotated.items() if kinds & _STREAMS and "Path" not in kinds}
    bound = [
        (item.optional_vars, item.context_expr)
        for node in ast.walk(function)
        if isinstance(node, ast.With)
        for item in node.items
        if item.optional_vars is not None
    ]
    bound += [
        (target, node.value)
        for node in ast.walk(function)
        if isinstance(node, ast.Assign)
        for target in node.targets
    ]
    while True:
        more = {
            name
            for target, value in bound
            if _named(value) & (_LENDERS | found)
            for name in _named(target)
        }
        if more <= found:
            return found
        found |= more


def _named(node: ast.AST) -> set[str]:
    names = {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
    return names | {one.attr for one in ast.walk(node) if isinstance(one, ast.Attribute)}


def _writes(call: ast.Call, lent: set[str]) -> bool:
    place = _place(call)
    return place is not None and not _named(place) & (lent | {"BytesIO"})


def _place(call: ast.Call) -> ast.AST | None:
    """Returns what a call writes to, None if it writes nothing."""
    function = call.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    if name in ("mkstemp", "NamedTemporaryFile"):
        return function
    if name in ("open", "File", "ZipFile") and _is_for_writing(call):
        of_a_path = isinstance(function, ast.Attribute) and not _is_named_first(call)
        return function.value if of_a_path else call.args[0]
    if not isinstance(function, ast.Attribute):
        return None
    if name in _OF_A_PATH:
        is_text = name in ("replace", "rename") and (len(call.args) != 1 or call.keywords)
        return None if is_text else function.value  # `str.replace` has two arguments
    owner = function.value.id if isinstance(function.value, ast.Name) else ""
    if owner == "shutil" and name in _COPYING:
        return call.args[1]
    return call.args[0] if name in _SAVING and call.args else None


def _is_named_first(call: ast.Call) -> bool:
    """Whether the first argument is the place, as in `av.open(path, "w")`, and not the mode."""
    return bool(call.args) and not _is_mode(call.args[0])


def _is_for_writing(call: ast.Call) -> bool:
    named = [keyword.value for keyword in call.keywords if keyword.arg == "mode"]
    modes = [mode for mode in (*call.args[:2], *named) if _is_mode(mode)]
    return any(set(text) & set("wax+") for mode in modes for text in _texts(mode))


def _is_mode(node: ast.AST | None) -> bool:
    texts = [] if node is None else _texts(node)
    return bool(texts) and all(text and set(text) <= set("rwaxbt+") for text in texts)


def _texts(node: ast.AST) -> list[str]:
    """Texts that an expression may come to: `"ab" if more else "wb"` has two."""
    if isinstance(node, ast.IfExp):
        return _texts(node.body) + _texts(node.orelse)
    is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return [node.value] if is_text else []
