"""What a function of a file is made of: to know whether figures that were measured with it still hold."""

import ast
import hashlib


def digest(source: str, *functions: str) -> str:
    """The first 12 digits of a sha256 of the functions and of all that they may use of the file.

    Comments, docstrings and layout don't count, nor do functions that these never name: another task's, for example.
    """
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.Module)) and ast.get_docstring(node) is not None:
            node.body = node.body[1:]
    definitions = {node.name: node for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    rest = [node for node in tree.body if node not in definitions.values()]  # imports, constants: of every function
    used, look = {}, [*rest, *(definitions[name] for name in functions if name in definitions)]
    while look:
        node = look.pop()
        used[id(node)] = node
        named = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
        look += [each for name, each in definitions.items() if name in named and id(each) not in used]
    kept = "\n".join(ast.dump(node) for node in tree.body if id(node) in used)
    return hashlib.sha256(kept.encode()).hexdigest()[:12]
