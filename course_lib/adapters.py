"""The one place where t counted from 0 is met: models and schedulers of other libraries.

Here t runs 1..T and slot 0 is the clean image; diffusers counts 0..T-1 and its index 0 is our t = 1.

| here                | diffusers               | DDIM (2021)             | EDM (Karras et al. 2022)  |
| ------------------- | ----------------------- | ----------------------- | ------------------------- |
| t                   | timestep + 1            | t                       | sigma                     |
| alpha_bar_t         | alphas_cumprod[t - 1]   | alpha_t                 | 1 / (1 + sigma^2)         |
| 1 / sqrt(snr_t)     | EulerDiscrete's sigmas  | sigma (section 4.3)     | sigma                     |
| x_t                 | sample                  | x_t                     | x / sqrt(1 + sigma^2)     |
| eps_hat             | model_output            | epsilon_theta           | (x - D(x; sigma)) / sigma |
| x_0_hat             | pred_original_sample    | predicted x_0           | D(x; sigma)               |
| beta_tilde_t        | variance "fixed_small"  | sigma_t^2 at eta = 1    | no counterpart            |
| s = 1 + w           | guidance_scale          | no counterpart          | no counterpart            |
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from course_lib.schedules import Schedule

Model = Callable[[Tensor, Tensor], Tensor]


def from_zero_based(model: Model) -> Model:
    """A model that counts t = 0..T-1, as ``(x_t, t) -> eps_hat`` with t = 1..T."""
    return lambda x_t, t: model(x_t, t - 1)


def to_zero_based(model: Model) -> Model:
    """A model of this course, for a library that counts t = 0..T-1."""
    return lambda x_t, t: model(x_t, t + 1)


def align(scheduler: Any, schedule: Schedule) -> Any:
    """Give a diffusers scheduler this schedule's tables in float64, in place, and return it.

    Its own tables are float32: off by up to 0.1 in alpha_bar's ratios for the cosine schedule.
    """
    scheduler.betas = schedule.beta[1:].clone()
    scheduler.alphas = schedule.alpha[1:].clone()
    scheduler.alphas_cumprod = schedule.alpha_bar[1:].clone()
    one = torch.ones((), dtype=torch.float64)
    for name in ("one", "final_alpha_cumprod"):
        if hasattr(scheduler, name):
            setattr(scheduler, name, one)
    return scheduler
