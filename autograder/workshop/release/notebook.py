"""The notebook of a release: where it fetches the student zip from, which a course names in course.toml."""

from grader import settings

NO_ADDRESS = r"ZIP = \"\""  # as it stands in the file of a notebook


def with_address(files: dict[str, bytes], folder: str) -> dict[str, bytes]:
    """The files of a release, by name, in which the notebook has the address of the zip of this assignment."""
    address = settings.load().zip.replace("assignment{assignment}", folder)
    return {
        name: data.replace(NO_ADDRESS.encode(), rf"ZIP = \"{address}\"".encode()) if name.endswith(".ipynb") else data
        for name, data in files.items()
    }
