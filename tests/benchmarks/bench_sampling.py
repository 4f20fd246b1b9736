"""How long sampling takes on this machine: `python tests/benchmarks/bench_sampling.py [--ddpm]`.

Prints seconds for 16 digits by DDIM-50 in float32 and, where the CPU is fast at it, in bfloat16; with
``--ddpm`` also DDPM-1000 under its progress bar; the sampler's own arithmetic a step, without the network;
and what `import course_lib` adds to `import torch`.
"""

from __future__ import annotations

import platform
import subprocess
import sys
import time
from collections.abc import Callable

import torch
from tqdm import tqdm

from course_lib import checkpoints, device, guidance, samplers, schedules


def best(run: Callable[[], object], times: int = 5) -> float:
    """The shortest of several runs, in seconds."""
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def imports(code: str) -> float:
    """Seconds that ``code`` takes in a fresh interpreter, measured inside it."""
    script = (
        f"import time; import torch; start = time.perf_counter(); {code}; print(time.perf_counter() - start)"
    )
    return min(float(subprocess.check_output([sys.executable, "-c", script])) for _ in range(3))


def main() -> None:
    """Print every figure."""
    schedule = schedules.linear()
    print(f"{platform.machine()}, {torch.get_num_threads()} threads, torch {torch.__version__}")
    x_T = torch.randn(16, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    labels = torch.arange(16) % 10
    visited = samplers.times(schedule.T, 50)

    def ddim(precision: str) -> Callable[[], object]:
        model = guidance.guide(checkpoints.load("digits", "cpu", precision), labels)
        return lambda: samplers.final(samplers.sample(model, samplers.ddim_step, x_T, schedule, visited))

    print(f"16 digits, DDIM-50, fp32: {best(ddim('fp32')):.2f} s")
    fast = device.fast_bf16(torch.device("cpu"))
    print(f"fast bf16 here: {fast}")
    if fast:
        print(f"16 digits, DDIM-50, bf16: {best(ddim('bf16')):.2f} s")
    if "--ddpm" in sys.argv:
        model = guidance.guide(checkpoints.load("digits", "cpu"), labels)
        g = torch.Generator().manual_seed(0)
        start = time.perf_counter()
        steps = samplers.sample(model, samplers.ddpm_step, x_T, schedule, generator=g)
        samplers.final(tqdm(steps, total=schedule.T + 1))
        print(f"16 digits, DDPM-1000, auto: {time.perf_counter() - start:.1f} s")

    def free(x_t: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        return x_t

    for name, step in (("DDPM", samplers.ddpm_step), ("DDIM", samplers.ddim_step)):
        loop = best(lambda step=step: samplers.final(samplers.sample(free, step, x_T, schedule)))
        print(f"loop and arithmetic, {name}, batch 16: {1e6 * loop / schedule.T:.0f} µs a step")
    print(f"import course_lib after torch: {imports('import course_lib'):.3f} s")
    print(f"the core after torch: {imports('from course_lib import samplers, data, checkpoints'):.3f} s")


if __name__ == "__main__":
    main()
