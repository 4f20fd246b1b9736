"""How long sampling takes on this machine: `python tests/benchmarks/bench_sampling.py [--check] [--ddpm]`.

Prints the sampler's own arithmetic a step, without the network, against diffusers' schedulers in interleaved
rounds; how the memory of a walk depends on its steps; seconds for 16 digits by DDIM-50 in float32 and, where
the CPU is fast at it, in bfloat16; with ``--ddpm`` also DDPM-1000 against DDIM-50, in rounds that take turns;
and what `import course_lib` adds to `import torch`. --check does all of it, and exits 1 where a target is
missed.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import bench_report
import torch
from tqdm import tqdm

from course_lib import checkpoints, device, guidance, samplers, schedules

MICROSECONDS = {"DDPM": 60.0, "DDIM": 12.0}  # a step at batch 16, where diffusers took 164 and 80
OF_DIFFUSERS = {"DDPM": 0.37, "DDIM": 0.15}  # the same on any machine
TIMES_AS_FAST = 20.0  # DDIM-50, of DDPM-1000
MORE_MEMORY = 16.0  # MiB, for 950 steps more; keeping their x_t alone would take 2850


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


def interleaved(
    runs: dict[str, Callable[[], object]], rounds: int = 30, calls: int = 200
) -> dict[str, float]:
    """Microseconds a call of each, the shortest of rounds that take turns: a busy machine hits all alike."""
    shortest = dict.fromkeys(runs, float("inf"))
    for _ in range(rounds):
        for name, run in runs.items():
            start = time.perf_counter()
            for _ in range(calls):
                run()
            shortest[name] = min(shortest[name], 1e6 * (time.perf_counter() - start) / calls)
    return shortest


def judge_arithmetic(found: dict[str, float]) -> list[str]:
    """What of the microseconds a step misses its target."""
    missed = []
    for rule, limit in MICROSECONDS.items():
        ours, theirs = found[f"{rule}, ours"], found[f"{rule}, diffusers"]
        missed += bench_report.over(f"{rule}, µs a step", ours, limit, 1)
        missed += bench_report.over(f"{rule}, of diffusers' time", ours / theirs, OF_DIFFUSERS[rule], 3)
    return missed


def arithmetic(x_t: torch.Tensor) -> list[str]:
    """One step of each rule, noise drawn where it needs some, against diffusers' step; what is too slow."""
    from diffusers import DDIMScheduler, DDPMScheduler, DPMSolverMultistepScheduler

    schedule, eps_hat, g = schedules.linear(), torch.randn_like(x_t), torch.Generator().manual_seed(0)
    ddpm = DDPMScheduler(num_train_timesteps=schedule.T, clip_sample=False)
    ddim = DDIMScheduler(num_train_timesteps=schedule.T, clip_sample=False, timestep_spacing="trailing")
    dpm = DPMSolverMultistepScheduler(num_train_timesteps=schedule.T)
    for scheduler, steps in ((ddpm, schedule.T), (ddim, 50), (dpm, 20)):
        scheduler.set_timesteps(steps)
    before = samplers.Step(600, x_t, x_t, eps_hat)

    def dpm_once() -> object:
        dpm._step_index, dpm.lower_order_nums, dpm.model_outputs = 9, 2, [x_t, x_t]
        return dpm.step(eps_hat, 500, x_t).prev_sample

    def draw() -> torch.Tensor:
        return torch.randn(x_t.shape, generator=g)

    found = interleaved(
        {
            "DDPM, ours": lambda: samplers.ddpm_step(x_t, 500, eps_hat, draw(), schedule),
            "DDPM, diffusers": lambda: ddpm.step(eps_hat, 499, x_t, generator=g).prev_sample,
            "DDIM, ours": lambda: samplers.ddim_step(x_t, 500, 480, eps_hat, schedule),
            "DDIM, diffusers": lambda: ddim.step(eps_hat, 499, x_t).prev_sample,
            "DPM-Solver++(2M), ours": lambda: samplers.dpm_step(x_t, 500, 450, eps_hat, schedule, before),
            "DPM-Solver++(2M), diffusers": dpm_once,
            "drawing z alone": draw,
        }
    )
    for name, µs in found.items():
        ours = found.get(name.replace("diffusers", "ours"), µs)
        ratio = f", ours is {ours / µs:.2f} of it" if "diffusers" in name else ""
        print(f"arithmetic a step, batch {len(x_t)}: {name} {µs:.1f} µs{ratio}")
    return judge_arithmetic(found)


def memory(free: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]) -> list[str]:
    """How much further the process grows when 1000 steps follow 50, on images of 3 MiB; whether too much."""
    schedule, x_T = schedules.linear(), torch.randn(1024, 1, 28, 28)
    peaks = []
    for steps in (50, 1000):
        visited = samplers.times(schedule.T, steps)
        samplers.final(samplers.sample(free, samplers.ddim_step, x_T, schedule, visited))
        peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    print(f"peak memory: {peaks[0]:.0f} MiB after 50 steps, {peaks[1]:.0f} MiB after 1000")
    return bench_report.over("MiB more for 1000 steps than for 50", peaks[1] - peaks[0], MORE_MEMORY, 0)


def turns(long: Callable[[], object], short: Callable[[], object], rounds: int) -> list[str]:
    """Print how many times as long the one takes, a round each in turn; whether that is too little."""
    took: dict[Callable[[], object], list[float]] = {long: [], short: []}
    short()  # warm
    for _ in range(rounds):
        for run, seconds in took.items():
            seconds.append(best(run, 1))
    ratios = [a / b for a, b in zip(took[long], took[short], strict=True)]
    middle = [statistics.median(seconds) for seconds in took.values()]
    each = ", ".join(f"{ratio:.1f}" for ratio in ratios)
    print(
        f"16 digits, auto: DDPM-1000 {middle[0]:.1f} s, DDIM-50 {middle[1]:.2f} s, "
        f"ratio {statistics.median(ratios):.1f} (rounds: {each})"
    )
    return bench_report.under("DDPM-1000 over DDIM-50", statistics.median(ratios), TIMES_AS_FAST, 1)


def main() -> None:
    """Print every figure; with --check, exit 1 where a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--check", action="store_true", help="all of it; exit 1 where a target is missed")
    parser.add_argument("--ddpm", action="store_true", help="DDPM-1000 against DDIM-50, too")
    parser.add_argument("--rounds", type=int, default=3, help="of DDPM-1000 and DDIM-50 in turn")
    parser.add_argument("--threads", type=int, help="default: torch's choice")
    asked = parser.parse_args()
    if asked.threads:
        torch.set_num_threads(asked.threads)
    schedule = schedules.linear()
    print(bench_report.machine(["diffusers"]))
    x_T = torch.randn(16, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    labels = torch.arange(16) % 10
    visited = samplers.times(schedule.T, 50)

    def ddim(precision: str) -> Callable[[], object]:
        model = guidance.guide(checkpoints.load("digits", "cpu", precision), labels)
        return lambda: samplers.final(samplers.sample(model, samplers.ddim_step, x_T, schedule, visited))

    def free(x_t: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        return x_t

    missed = arithmetic(x_T) + memory(free)
    print(f"16 digits, DDIM-50, fp32: {best(ddim('fp32')):.2f} s")
    fast = device.fast_bf16(torch.device("cpu"))
    print(f"fast bf16 here: {fast}")
    if fast:
        print(f"16 digits, DDIM-50, bf16: {best(ddim('bf16')):.2f} s")
    if asked.ddpm or asked.check:
        model = guidance.guide(checkpoints.load("digits", "cpu"), labels)
        g = torch.Generator().manual_seed(0)

        def ddpm() -> object:
            steps = samplers.sample(model, samplers.ddpm_step, x_T, schedule, generator=g)
            return samplers.final(tqdm(steps, total=schedule.T + 1))

        missed += turns(ddpm, ddim("auto"), asked.rounds)
    for name, step in (
        ("DDPM", samplers.ddpm_step), ("DDIM", samplers.ddim_step), ("DPM-Solver++(2M)", samplers.dpm_step),
    ):  # fmt: skip
        loop = best(lambda step=step: samplers.final(samplers.sample(free, step, x_T, schedule)))
        print(f"loop and arithmetic, {name}, batch 16: {1e6 * loop / schedule.T:.0f} µs a step")
    print(f"import course_lib after torch: {imports('import course_lib'):.3f} s")
    print(f"the core after torch: {imports('from course_lib import samplers, data, checkpoints'):.3f} s")
    bench_report.close(missed, asked.check)


if __name__ == "__main__":
    main()
