"""Frames: pixels exact, tiles where they belong, films that begin and end where the process does."""

from __future__ import annotations

import time

import identities as ids
import numpy as np
import torch
from support import noise, refuses

from course_lib import data, forward, frames, samplers, schedules

SCHEDULE = schedules.linear()


def test_to_uint8_is_the_rounded_line(where):
    values = torch.tensor([-9.0, -1.0, -0.999, 0.0, 0.5, 1.0, 1.1, 9.0])
    got = frames.to_uint8(values.reshape(-1, 1, 1, 1).to(where))
    assert got.shape == (8, 1, 1, 1) and got.dtype == np.uint8
    assert got.ravel().tolist() == [0, 0, 0, 128, 191, 255, 255, 255]
    assert frames.to_uint8(torch.tensor([0.0, 2.0, 5.0]).reshape(3, 1, 1, 1), 0.0, 5.0).ravel().tolist() == [
        0,
        102,
        255,
    ]


def test_to_uint8_inverts_to_unit():
    pixels = torch.arange(256, dtype=torch.uint8).reshape(1, 1, 16, 16)
    assert (frames.to_uint8(data.to_unit(pixels))[0, ..., 0] == pixels[0, 0].numpy()).all()


def test_channels_come_last():
    x = torch.stack([torch.full((4, 5), v) for v in (-1.0, 0.0, 1.0)])[None]
    got = frames.to_uint8(x)
    assert got.shape == (1, 4, 5, 3) and got[0, 2, 3].tolist() == [0, 128, 255]
    assert got.flags["C_CONTIGUOUS"]


def test_tile_lays_out_row_by_row():
    x = torch.arange(1.0, 6.0).reshape(5, 1, 1, 1).expand(5, 1, 2, 3)
    sheet = frames.tile(x, columns=3, gap=1)
    assert sheet.shape == (1, 1, 5, 11)
    assert sheet[0, 0, 0].tolist() == [1, 1, 1, 0, 2, 2, 2, 0, 3, 3, 3]
    assert sheet[0, 0, 2].tolist() == [0] * 11
    assert sheet[0, 0, 4].tolist() == [4, 4, 4, 0, 5, 5, 5, 0, 0, 0, 0]
    assert frames.tile(x).shape == (1, 1, 2, 19) and frames.tile(x, 5, gap=0).shape == (1, 1, 2, 15)
    assert frames.tile(x[:1])[0, 0].tolist() == x[0, 0].tolist()


def test_the_forward_film_is_q_sample_at_every_t(where):
    x_0, eps = data.one_of_each()[0][3].to(where), noise(1, 28, 28).float().to(where)
    film = frames.forward_film(x_0, eps, SCHEDULE)
    track = film.tracks["x_t"]
    assert film.times == list(range(1001)) and track.shape == (1001, 28, 28, 1)
    assert (track[0] == frames.to_uint8(x_0[None])[0]).all()
    for t in (1, 250, 999, 1000):
        assert (track[t] == frames.to_uint8(forward.q_sample(x_0[None], t, eps[None], SCHEDULE))[0]).all()
    # at T what is left of x_0 is sqrt(4e-5) = 0.6%, less than one grey of 255
    assert np.abs(track[1000].astype(int) - frames.to_uint8(eps[None])[0].astype(int)).max() <= 1


def test_a_samplers_film_has_three_tracks():
    schedule = schedules.linear(6)
    model = ids.make_mixture(ids.namespace(), (1, 2, 3)).optimal_eps(schedule)
    states = list(samplers.sample(model, samplers.ddim_step, noise(4, 1, 2, 3), schedule))
    film = frames.film(states, columns=2)
    assert film.times == [6, 5, 4, 3, 2, 1, 0] and list(film.tracks) == ["x_t", "x_0_hat", "eps_hat"]
    for name, track in film.tracks.items():
        assert track.shape == (7, 5, 7, 1)
        want = frames.to_uint8(frames.tile(getattr(states[2], name), 2))
        assert (track[2] == want[0]).all()
    assert (film.tracks["x_t"][-1] == film.tracks["x_0_hat"][-1]).all()


def test_scatter_puts_points_where_they_are():
    points = torch.tensor([[[-2.4, -2.4], [9.0, 0.0]], [[2.4, 2.4], [2.4, 2.4]]])
    got = frames.scatter(points, size=10, reach=2.5)
    assert got.shape == (2, 10, 10, 1)
    assert np.argwhere(got[0, ..., 0] != got[0, 5, 5, 0]).tolist() == [
        [9, 0]
    ]  # y points up; far points are left out
    assert np.argwhere(got[1, ..., 0] != got[1, 5, 5, 0]).tolist() == [[0, 9]]


def test_the_time_a_film_takes(capsys):
    """Printed, not judged: a busy machine is no error. The aim is 0.3 s for 1000 frames."""
    x_0, eps = data.one_of_each()[0][3], noise(1, 28, 28).float()
    start = time.perf_counter()
    film = frames.forward_film(x_0, eps, SCHEDULE)
    seconds, size = time.perf_counter() - start, film.tracks["x_t"].nbytes
    with capsys.disabled():
        print(f"\nforward film: {len(film.times)} frames in {seconds:.3f} s, {size / 1e6:.2f} MB")
    assert size == 1001 * 28 * 28 < 1e6


def test_bad_input_is_named(unchecked):
    bad = torch.zeros(2, 1, 3, 3)
    bad[0, 0, 0, 0], bad[1, 0, 2, 2], bad[1, 0, 2, 1] = float("nan"), float("inf"), float("nan")
    refuses(lambda: frames.to_uint8(bad), "error.not_finite", count=3)
    for shape in ((3, 3), (1, 3, 3), (2, 2, 3, 3)):
        refuses(
            lambda shape=shape: frames.to_uint8(torch.zeros(shape)),
            "error.image_shape", got=shape, want="(N, 1|3, H, W)",
        )  # fmt: skip
    x = torch.zeros(1, 3, 3)
    for other in ((3, 3, 3), (1, 1, 3), (3, 3)):  # each of these would broadcast
        refuses(
            lambda other=other: frames.forward_film(x, torch.zeros(other), SCHEDULE),
            "error.noise_shape", x="x_0", eps="eps", want=(1, 3, 3), got=other,
        )  # fmt: skip
    refuses(
        lambda: frames.forward_film(x[None], x[None], SCHEDULE),
        "error.image_shape", got=(1, 1, 3, 3), want="(C, H, W)",
    )  # fmt: skip
    refuses(lambda: frames.film([]), "error.no_steps")
    for call, name in ((frames.to_uint8, "images"), (frames.tile, "images"), (frames.scatter, "points")):
        for other, got in ((None, "NoneType"), ([0.0], "list"), (bad.numpy(), "ndarray")):
            refuses(lambda call=call, other=other: call(other), "error.tensor", name=name, got=got)
    good = torch.zeros(2, 1, 3, 3)
    for low, high in ((1.0, 1.0), (1.0, -1.0), (0.0, float("nan")), (0.0, float("inf"))):
        refuses(
            lambda low=low, high=high: frames.to_uint8(good, low, high), "error.span", low=low, high=high
        )  # fmt: skip
    refuses(lambda: frames.to_uint8(good, None), "error.number", name="low", got="None")
    refuses(lambda: frames.tile(good[:0]), "error.empty", name="images")
    refuses(lambda: frames.tile(good[0]), "error.image_shape", got=(1, 3, 3), want="(B, C, H, W)")
    for columns in (-1, 1.5):
        refuses(
            lambda columns=columns: frames.tile(good, columns),
            "error.whole", name="columns", allowed="0, 1, 2, …", got=repr(columns),
        )  # fmt: skip
    refuses(
        lambda: frames.scatter(torch.zeros(5, 2)),
        "error.points_shape", name="points", want="(N, B, 2)", got=(5, 2),
    )  # fmt: skip
    for empty in ((0, 5, 2), (5, 0, 2)):
        refuses(lambda empty=empty: frames.scatter(torch.zeros(empty)), "error.empty", name="points")
