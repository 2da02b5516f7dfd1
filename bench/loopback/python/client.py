"""A client in Python that does for a plain query what the Python client of the
specification does: an httpx.AsyncClient with its limits, a loop of retries with
backoff and jitter, a circuit breaker, and errors by status.

It is told line by line what to do, and answers in a line each: {} for the rows of
one query, {"callers": n, "calls": m} for the times of m calls by n callers, of
those that succeeded.
"""

import asyncio
import json
import random
import sys
import time

import httpx

TIMEOUT = 30.0
MAX_RETRIES = 3
RETRY_DELAY = 1.0
RETRY_BACKOFF = 2.0
BREAKER_THRESHOLD = 5
BREAKER_TIMEOUT = 60.0


class KuzuError(Exception):
    """An answer that is no success."""


class ClientError(KuzuError):
    """The request was wrong."""


class ServerError(KuzuError):
    """The server failed."""


class TransientError(KuzuError):
    """Trying again may help."""


SYNTAX = ("Parser exception", "Binder exception", "Invalid input", "Cannot find property")


def error_of(response):
    try:
        detail = response.json()
    except ValueError:
        detail = {"detail": response.text}
    message = str(detail.get("detail")) if isinstance(detail, dict) else str(detail)
    status = response.status_code
    if status in (422, 500) and any(text in message for text in SYNTAX):
        return ClientError(message)
    if status in (502, 503, 504):
        return TransientError(message)
    if status in (400, 401, 403, 404, 422):
        return ClientError(message)
    if status >= 500:
        return ServerError(message)
    return KuzuError(message)


class Client:
    def __init__(self, api_key):
        self._http = httpx.AsyncClient(
            timeout=httpx.Timeout(TIMEOUT),
            limits=httpx.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=5.0),
            headers={"X-Kuzu-API-Key": api_key},
        )
        self._failures = 0
        self._opened = None

    def _check_breaker(self):
        if self._opened is None:
            return
        left = BREAKER_TIMEOUT - (time.monotonic() - self._opened)
        if left > 0:
            raise TransientError(f"Circuit breaker open. Retry after {left:.0f}s")
        self._opened, self._failures = None, 0

    def _failed(self):
        self._failures += 1
        if self._failures >= BREAKER_THRESHOLD:
            self._opened = time.monotonic()

    async def _attempt(self, url, body):
        self._check_breaker()
        try:
            response = await self._http.post(url, json=body)
        except httpx.TimeoutException as e:
            raise TransientError(f"timeout: {e}") from e
        except httpx.RequestError as e:
            raise TransientError(f"request failed: {e}") from e
        if response.status_code >= 400:
            raise error_of(response)
        return response

    async def query(self, url, graph, cypher, parameters):
        body = {"cypher": cypher, "database": graph, "parameters": parameters}
        for attempt in range(MAX_RETRIES + 1):
            try:
                response = await self._attempt(url, body)
            except (TransientError, ServerError):
                if attempt == MAX_RETRIES:
                    self._failed()
                    raise
                delay = RETRY_DELAY * RETRY_BACKOFF**attempt
                await asyncio.sleep(delay + random.uniform(0, 0.1) * delay)
            except KuzuError:
                self._failed()
                raise
            else:
                self._failures = 0
                return response.json()

    async def close(self):
        await self._http.aclose()


async def measure(ask, callers, calls):
    seconds, faults = [], []

    async def caller():
        for _ in range(calls // callers):
            begun = time.perf_counter()
            try:
                await ask()
            except KuzuError as e:  # such as that the pool had no connection for 30 s
                faults.append(str(e))
            else:
                seconds.append(time.perf_counter() - begun)

    begun = time.perf_counter()
    await asyncio.gather(*(caller() for _ in range(callers)))
    return {"seconds": seconds, "total": time.perf_counter() - begun, "faults": faults}


async def main():
    url, api_key, graph, cypher, country = sys.argv[1:]
    client = Client(api_key)

    def ask():
        return client.query(url, graph, cypher, {"country": country})

    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        command = json.loads(line)
        if command:
            result = await measure(ask, **command)
        else:
            result = (await ask())["data"]
        print(json.dumps(result), flush=True)
    await client.close()


asyncio.run(main())
