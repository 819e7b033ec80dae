"""What all peers in Python share: the task as JSON, rounds of calls, one line of JSON as the answer."""
import json
import sys
import time

task = json.loads(sys.argv[1])


def rounds(call, steps, finish=lambda: None):
    """Seconds a call, of each round but the first."""
    seconds = []
    for _ in range(task["rounds"] + 1):
        begin = time.perf_counter()
        for _ in range(int(steps)):
            call()
        finish()
        seconds.append((time.perf_counter() - begin) / int(steps))
    return seconds[1:]


def epochs(epoch):
    """Seconds of each epoch but the first."""
    seconds = []
    for _ in range(task["epochs"]):
        begin = time.perf_counter()
        epoch()
        seconds.append(time.perf_counter() - begin)
    return seconds[1:]


def answer(seconds, version):
    print(json.dumps({"seconds": seconds, "version": version}), flush=True)
