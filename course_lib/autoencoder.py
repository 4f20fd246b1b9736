"""Images as a quarter as many numbers and back: the space in which latent diffusion works."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from course_lib import checkpoints, lang
from course_lib.checks import check_number, check_tensor, check_whole
from course_lib.data import check_divides, check_images
from course_lib.forward import check_batch, check_noise

SHRINKS = 4  # how many times narrower and lower a latent image is


class Autoencoder(nn.Module):
    """A small convolutional autoencoder, (B, 1, H, W) <-> (B, latents, H/4, W/4).

    The encoder answers the mean and the log-variance of q(z | x_0); diffusion works with the mean, shifted
    and divided channel by channel so that over the training images it has mean 0 and variance 1
    (``measure_latents``).

    Source: Rombach et al. 2022, section 3.1 (the weak pull towards N(0, I)) and appendix G (unit variance).
    latents: channels of z; width: channels of the first layer. ValueError for sizes that no network has.
    """

    shift: Tensor
    scale: Tensor

    def __init__(self, latents: int = 4, width: int = 16):
        super().__init__()
        self.config = {"latents": latents, "width": width}
        for name, size in self.config.items():
            check_whole(name, size)
        wide = 2 * width
        self.encoder = nn.Sequential(
            nn.Conv2d(1, width, 3, padding=1), nn.SiLU(),
            nn.Conv2d(width, wide, 3, stride=2, padding=1), nn.SiLU(),
            nn.Conv2d(wide, wide, 3, stride=2, padding=1), nn.SiLU(),
            nn.Conv2d(wide, 2 * latents, 3, padding=1),
        )  # fmt: skip
        self.decoder = nn.Sequential(
            nn.Conv2d(latents, wide, 3, padding=1), nn.SiLU(),
            nn.Upsample(scale_factor=2), nn.Conv2d(wide, wide, 3, padding=1), nn.SiLU(),
            nn.Upsample(scale_factor=2), nn.Conv2d(wide, width, 3, padding=1), nn.SiLU(),
            nn.Conv2d(width, width, 3, padding=1), nn.SiLU(),
            nn.Conv2d(width, 1, 3, padding=1), nn.Tanh(),
        )  # fmt: skip
        self.register_buffer("shift", torch.zeros(latents, 1, 1))
        self.register_buffer("scale", torch.ones(latents, 1, 1))

    def posterior(
        self, x_0: Float[Tensor, "B 1 H W"]
    ) -> tuple[Float[Tensor, "B C h w"], Float[Tensor, "B C h w"]]:
        """Mean and log-variance of q(z | x_0), before shift and scale.

        Source: Kingma & Welling 2014, section 3 (a Gaussian encoder). x_0 as of ``encode``, whose range only
        ``encode`` looks at: training, which asks here, would wait for an accelerator at each step.
        """
        check_tensor("x_0", x_0)
        if x_0.ndim != 4 or x_0.shape[1] != 1:
            raise ValueError(lang.text("error.image_shape", got=tuple(x_0.shape), want="(B, 1, H, W)"))
        check_divides(x_0, SHRINKS)
        check_batch("x_0", x_0)
        mean, log_variance = self.encoder(x_0.to(self.scale)).chunk(2, dim=1)
        return mean, log_variance.clamp(-12, 6)

    def encode(self, x_0: Float[Tensor, "B 1 H W"]) -> Float[Tensor, "B C h w"]:
        """Images in [-1, 1] as latents of variance 1.

        z = (mean(x_0) - shift) / scale.

        Source: Rombach et al. 2022, appendix G. x_0 (B, 1, H, W), floating point, with H and W multiples of
        4, result (B, latents, H/4, W/4); ValueError otherwise, for no image, and outside [-1, 1].
        """
        mean, _ = self.posterior(x_0)
        check_images(x_0.detach())
        return (mean - self.shift) / self.scale

    def decode(self, z: Float[Tensor, "B C h w"]) -> Float[Tensor, "B 1 H W"]:
        """Latents as images in [-1, 1]: the way back from ``encode``, up to what the small space loses.

        decoder(scale z + shift).

        Source: Rombach et al. 2022, section 3.1. z (B, latents, h, w), floating point, result (B, 1, 4h, 4w);
        ValueError otherwise.
        """
        check_batch("z", z)
        channels = len(self.scale)
        if z.ndim != 4 or z.shape[1] != channels or 0 in z.shape[2:]:
            want = f"(B, {channels}, h, w)"
            raise ValueError(lang.text("error.latent_shape", got=tuple(z.shape), want=want))
        return self.decoder(z.to(self.scale) * self.scale + self.shift)

    @torch.no_grad()
    def measure_latents(self, x_0: Float[Tensor, "B 1 H W"], batch: int = 500) -> None:
        """Set shift and scale to the mean and standard deviation of each channel over these images.

        x_0 as of ``encode``. ValueError, and both stay as they are, otherwise, for batch < 1, or where a
        channel does not vary.
        """
        check_images(x_0)
        means = torch.cat([self.posterior(part)[0] for part in x_0.split(check_whole("batch", batch))])
        deviation, mean = torch.std_mean(means, dim=(0, 2, 3), keepdim=True, correction=0)
        if not (deviation > 0).all():
            raise ValueError(lang.text("error.latents_alike", got=tuple(means.shape)))
        self.shift.copy_(mean[0])
        self.scale.copy_(deviation[0])


def loss(
    net: Autoencoder,
    x_0: Float[Tensor, "B 1 H W"],
    eps: Float[Tensor, "B C h w"],
    pull: float = 1e-3,
) -> Float[Tensor, " B"]:
    """What training an autoencoder minimises: the error of the picture and a weak pull of z towards N(0, I).

    ||x_0 - decoder(mean + std eps)||^2 / d + pull KL( N(mean, std^2) || N(0, 1) ) / d_z.

    Source: Kingma & Welling 2014, eq. 10; with a small ``pull`` Rombach et al. 2022, section 3.1. eps
    (B, latents, H/4, W/4) ~ N(0, I), d and d_z the numbers of x_0 and z; one value an image. ValueError where
    eps does not fit, and for a pull that is no finite number >= 0.
    """
    check_number("pull", pull)
    if not 0 <= pull < math.inf:  # NaN too
        raise ValueError(lang.text("error.recipe", name="pull", allowed="[0, ∞)", got=repr(pull)))
    mean, log_variance = net.posterior(x_0)
    check_noise(mean, eps, "z", "eps")
    drawn = net.decoder(mean + (log_variance / 2).exp() * eps.to(net.scale))
    kl = 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).flatten(1).mean(1)
    return F.mse_loss(drawn, x_0, reduction="none").flatten(1).mean(1) + pull * kl


def load(name: str | Path = "autoencoder") -> Autoencoder:
    """A trained autoencoder, frozen, on the CPU in float32.

    Errors as of ``checkpoints.load``; ValueError also for the checkpoint of something else.
    """
    about: Any = checkpoints.card(name).get("model")
    try:
        with torch.random.fork_rng(devices=[]):  # overwritten: the reader's seed still counts
            net = Autoencoder(**about).float()
    except (TypeError, ValueError, RuntimeError):
        raise ValueError(lang.text("error.no_autoencoder", path=checkpoints.card_path(name))) from None
    checkpoints.load_weights(net, name)
    return net.requires_grad_(False).eval()
