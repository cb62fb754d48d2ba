"""What can go wrong on the user's machine, told in one line that says what to do."""

import errno


class HubProblem(Exception):
    """Stops the command with exit code 1. The text is one sentence for a person; `log_lines` may follow it."""

    def __init__(self, text: str, *, log_lines: tuple[str, ...] = ()) -> None:
        super().__init__(text)
        self.text = text
        self.log_lines = log_lines


def explain_os_error(error: OSError) -> str:
    """One line for the errors of the operating system that a first run meets."""
    where = f" ({error.filename})" if error.filename else ""
    if error.errno == errno.ENOSPC:
        return f"the disk is full{where}: free some space and run the command again"
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return (
            f"not allowed to write or read{where}: set SIMPUL_HOME and SIMPUL_CACHE to folders that belong to this user"
        )
    if error.errno == errno.EMFILE:
        return "too many open files: raise the limit with `ulimit -n 4096`"
    return f"{error.strerror or error}{where}"
