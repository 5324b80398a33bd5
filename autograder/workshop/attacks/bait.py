"""What hostile cases have in their reach, to go for: sockets that listen, and files that anyone may write to."""

import os
import shutil
import socket
from pathlib import Path

from grader.outcomes import GraderFault

PORT, RUNS = 20250, 8  # a run listens on one of these ports, and on sockets with the same number in their names
UNIX = ("\0hostile-{}", "/tmp/hostile-{}.sock")
BAIT = ("/tmp/hostile-{}", "/var/tmp/hostile-{}", "/dev/shm/hostile-{}", "/run/lock/hostile-{}")


class Bait:
    """What no attack may reach, whichever lane it runs in: sockets that listen, and files that anyone may write to."""

    def __init__(self) -> None:
        for self.number in range(RUNS):
            self.sockets: list[socket.socket] = []
            try:
                self._listen(self.number)
                break
            except OSError:  # another run has this number
                self._close_sockets()
        else:
            raise GraderFault(f"{RUNS} runs are under way already")
        self.folders = [Path(name.format(self.number)) for name in BAIT if Path(name).parent.is_dir()]
        for folder in self.folders:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            (folder / "file").write_text("bait")
            (folder / "file").chmod(0o666)
            folder.chmod(0o777)
        self.before = self._files()

    def _listen(self, number: int) -> None:
        inet, unix = [("127.0.0.1", PORT + number)], [name.format(number) for name in UNIX]
        stream, datagram = socket.SOCK_STREAM, socket.SOCK_DGRAM
        for family, kind, names in ((2, stream, inet), (2, datagram, inet), (1, stream, unix)):
            for name in names:
                self.sockets.append(socket.socket(family, kind))
                if name == unix[1]:
                    Path(name).unlink(missing_ok=True)  # of a run that was killed, since the port was free
                self.sockets[-1].bind(name)
                self.sockets[-1].setblocking(False)
                if kind == stream:
                    self.sockets[-1].listen()
        os.chmod(unix[1], 0o777)

    def taken(self) -> list[str]:
        """What was reached since the last look, by a case that has just run or by one that runs beside it."""
        found = [f"a socket was reached: {each.getsockname()!r}" for each in self.sockets if _reached(each)]
        now = self._files()
        found += [f"a file that is anyone's was changed: {path}" for path, *_ in sorted(now ^ self.before)]
        self.before = now
        return found

    def _files(self) -> set[tuple[str, int]]:
        every = [path for folder in self.folders for path in (folder, *folder.rglob("*"))]
        return {(str(path), path.lstat().st_ctime_ns) for path in every}

    def _close_sockets(self) -> None:
        for each in self.sockets:
            name = each.getsockname()
            each.close()
            if isinstance(name, str) and name:
                os.unlink(name)

    def __enter__(self) -> "Bait":
        return self

    def __exit__(self, *exception: object) -> None:
        self._close_sockets()
        for folder in self.folders:
            shutil.rmtree(folder, ignore_errors=True)


def _reached(listener: socket.socket) -> bool:
    try:
        if listener.type == socket.SOCK_DGRAM:
            listener.recv(1)
        else:
            listener.accept()[0].close()
        return True
    except BlockingIOError:
        return False
