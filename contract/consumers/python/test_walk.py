"""Walks through a running server: KUZU_URL says where."""

from __future__ import annotations

import os
import unittest

from walk import walk


class Walk(unittest.TestCase):
    def test_walk(self) -> None:
        said: list[str] = []
        walk(os.environ["KUZU_URL"], "python", said.append)
        self.assertEqual(
            [
                "created python",
                "Ada is 20100214153210447",
                "loaded 2 people",
                "streamed Grace, Edsger, Ada",
                "a typing error: syntax",
                "a conversion: execution",
                "a forbidden word: forbidden",
                "no such graph: not found",
                "no such task: not found",
                "the same again: conflict",
                "a broken request: invalid request",
                "a stream of nothing: syntax",
                "deleted python",
            ],
            said,
        )


if __name__ == "__main__":
    unittest.main()
