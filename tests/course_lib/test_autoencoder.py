"""The autoencoder: its loss in closed form, its latents of unit variance, what ships, what is refused."""

from __future__ import annotations

import json

import torch
from support import FLOAT32, error, noise, refuses

from course_lib import autoencoder, checkpoints, data, metrics
from course_lib.gaussians import kl


def test_the_loss_is_the_bounds_two_parts():
    torch.manual_seed(0)
    net = autoencoder.Autoencoder(latents=2, width=4).double()
    x_0, eps = noise(3, 1, 8, 12).clamp(-1, 1), noise(3, 2, 2, 3, seed=1)
    mean, log_variance = net.posterior(x_0)
    drawn = net.decoder(mean + (log_variance / 2).exp() * eps)
    picture = (drawn - x_0).square().flatten(1).mean(1)
    pulled = (
        kl(mean, log_variance.exp(), torch.zeros(()).double(), torch.ones(()).double()).flatten(1).mean(1)
    )
    assert error(autoencoder.loss(net, x_0, eps, pull=0.0), picture) < 1e-14
    for pull in (1e-3, 0.5):
        assert error(autoencoder.loss(net, x_0, eps, pull=pull), picture + pull * pulled) < 1e-14
    assert float(pulled.detach().min()) > 0  # so that the second part was seen


def test_latents_get_mean_0_and_variance_1_and_decoding_undoes_it():
    torch.manual_seed(0)
    net = autoencoder.Autoencoder(latents=3, width=4)
    images = data.digits("train")[0][:300]
    plain = net.decoder(net.posterior(images)[0])
    net.measure_latents(images, batch=70)
    z = net.encode(images)
    assert z.shape == (300, 3, 7, 7)
    assert error(z.mean((0, 2, 3)), torch.zeros(3)) < 1e-4 > error(z.std((0, 2, 3)), torch.ones(3))
    assert error(net.decode(z), plain) < 64 * FLOAT32
    net.scale.mul_(2)
    assert error(net.decode(z), plain) > 1e-4  # the units count


def test_any_multiple_of_four_fits():
    torch.manual_seed(0)
    net = autoencoder.Autoencoder(latents=2, width=4)
    x = torch.zeros(1, 1, 12, 20)
    assert net.encode(x).shape == (1, 2, 3, 5) and net.decode(net.encode(x)).shape == x.shape
    assert float(net.decode(100 * noise(4, 2, 3, 5).float()).detach().abs().max()) <= 1


def test_what_ships_gives_the_digits_back():
    """As its card says, on the first 500 of the test digits."""
    before = torch.get_rng_state()
    net = autoencoder.load()
    assert torch.equal(before, torch.get_rng_state())
    card = checkpoints.card("autoencoder")
    assert not net.training and not any(p.requires_grad for p in net.parameters())
    assert sum(p.numel() for p in net.parameters()) == card["parameters"] < 60_000
    images, labels = (part[:500] for part in data.digits("test"))
    z = net.encode(images)
    assert z.shape == (500, 4, 7, 7) and abs(float(z.std()) - 1) < 0.02
    back = net.decode(z)
    assert abs(float((back - images).square().mean().sqrt()) / card["metrics"]["rms_error"] - 1) < 0.05
    assert metrics.accuracy(back, labels) > 0.97
    assert checkpoints.card_path("autoencoder").with_suffix(".safetensors").stat().st_size < 700_000


def test_a_card_of_something_else_is_refused(tmp_path, unchecked):
    path = tmp_path / "model.safetensors"
    checkpoints.save(path, autoencoder.Autoencoder(width=4), {"model": {"latents": 4, "width": 4}})
    assert autoencoder.load(path).config == {"latents": 4, "width": 4}
    card = path.with_suffix(".json")
    card.write_text(json.dumps({"model": {"latents": 4, "width": 8}}), encoding="utf-8")
    refuses(lambda: autoencoder.load(path), "error.checkpoint_fit", path=path)
    for model in ({"latents": 4, "breadth": 4}, None, {"latents": 0, "width": 4}):
        card.write_text(json.dumps({"model": model}), encoding="utf-8")
        refuses(lambda: autoencoder.load(path), "error.no_autoencoder", path=card)
    digits = checkpoints.card_path("digits")
    refuses(lambda: autoencoder.load("digits"), "error.no_autoencoder", path=digits)


def test_bad_input_is_named(unchecked):
    net, x = autoencoder.Autoencoder(latents=2, width=4), noise(2, 1, 8, 8).float()
    refuses(lambda: net.encode(noise(2, 1, 10, 8)), "error.divides", height=10, width=8, factor=4)
    refuses(lambda: net.encode(noise(2, 3, 8, 8)), "error.image_shape", got=(2, 3, 8, 8), want="(B, 1, H, W)")
    refuses(lambda: net.encode(None), "error.tensor", name="x_0", got="NoneType")
    refuses(
        lambda: net.decode(noise(2, 4, 2, 2)), "error.latent_shape", got=(2, 4, 2, 2), want="(B, 2, h, w)"
    )
    z = noise(2, 2, 2, 2).float()
    for wrong in (torch.int64, torch.bool, torch.complex64):
        refuses(lambda w=wrong: net.decode(z.to(w)), "error.float_images", got=wrong)
    want = "(B, 2, h, w)"
    refuses(lambda: net.decode(z[..., :0]), "error.latent_shape", got=(2, 2, 2, 0), want=want)
    for pull in (-1, float("nan"), float("inf")):
        refuses(lambda p=pull: autoencoder.loss(net, x, z, p), "error.recipe", name="pull", allowed="[0, ∞)",
                got=repr(pull))  # fmt: skip
    refuses(lambda: autoencoder.loss(net, x, z, None), "error.number", name="pull", got="None")
    assert error(autoencoder.loss(net, x, z.double()), autoencoder.loss(net, x, z)) == 0
    eps = noise(2, 2, 7, 7).float()
    refuses(lambda: autoencoder.loss(net, x, eps), "error.noise_shape", x="z", eps="eps",
            want=(2, 2, 2, 2), got=(2, 2, 7, 7))  # fmt: skip
    refuses(
        lambda: autoencoder.Autoencoder(width=0), "error.whole", name="width", allowed="1, 2, 3, …", got="0"
    )


def test_only_images_between_minus_1_and_1_are_encoded(unchecked):
    """Nor do any others spoil the units of a trained net."""
    net, x = autoencoder.Autoencoder(latents=2, width=4), noise(2, 1, 8, 8).float().clamp(-1, 1)
    bytes_ = (127.5 * (x + 1)).to(torch.uint8)
    bad = (
        (bytes_, "error.float_images", {"got": torch.uint8}),
        (bytes_ > 127, "error.float_images", {"got": torch.bool}),
        (x.to(torch.complex64), "error.float_images", {"got": torch.complex64}),
        (0 * x + 255, "error.image_range", {"low": "255", "high": "255"}),
        (x / 0, "error.not_finite", {"count": x.numel()}),
        (x[:0], "error.empty", {"name": "images"}),
    )
    for images, key, values in bad:
        refuses(lambda images=images: net.encode(images), key, **values)
        refuses(lambda images=images: net.measure_latents(images), key, **values)
    for images, key, values in bad[:3]:  # at no price in a training step
        refuses(lambda images=images: net.posterior(images), key, **values)
    one = x[:1, :, :4, :4]  # one latent a channel
    refuses(lambda: net.measure_latents(one), "error.latents_alike", got=(1, 2, 1, 1))
    refuses(lambda: net.measure_latents(x, 0), "error.whole", name="batch", allowed="1, 2, 3, …", got="0")
    refuses(lambda: net.measure_latents(None), "error.tensor", name="images", got="NoneType")
    assert error(net.shift, 0 * net.shift) == 0 == error(net.scale, 1 + 0 * net.scale)
