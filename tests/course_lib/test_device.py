"""Devices: what auto picks, what is refused, and that preparing a model changes no answer."""

from __future__ import annotations

import shutil

import pytest
import torch
from support import FLOAT32, error, noise, refuses

from course_lib import device, schedules
from course_lib.parameterisations import EpsModel
from course_lib.unet import UNet


def test_auto_takes_the_best_there_is(monkeypatch):
    for cuda, mps, want in ((True, True, "cuda"), (False, True, "mps"), (False, False, "cpu")):
        monkeypatch.setattr(torch.cuda, "is_available", lambda cuda=cuda: cuda)
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda mps=mps: mps)
        assert device.pick().type == want


def test_a_named_device_is_taken(where):
    assert device.pick(str(where)) == where and device.pick(where) == where


def test_bad_devices_are_named(monkeypatch, unchecked):
    for name in ("gpu", "xla", "meta", None, 3.5):
        refuses(lambda name=name: device.pick(name), "error.device", got=repr(name))
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    refuses(lambda: device.pick("cuda"), "error.device_absent", got="'cuda'")
    refuses(lambda: device.pick("cuda:1"), "error.device_absent", got="'cuda:1'")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    assert device.pick("cuda:0") == torch.device("cuda:0") and device.pick("cuda").type == "cuda"
    refuses(lambda: device.pick("cuda:1"), "error.device_absent", got="'cuda:1'")


def test_precisions():
    cpu = torch.device("cpu")
    assert device.use_bf16("bf16", cpu) and not device.use_bf16("fp32", cpu)
    assert device.use_bf16("auto", cpu) == device.fast_bf16(cpu)
    refuses(lambda: device.use_bf16("fp16", cpu), "error.precision", got="'fp16'", allowed="auto, fp32, bf16")


@pytest.mark.parametrize(("capability", "fast"), [((7, 5), False), ((8, 0), True), ((9, 0), True)])
def test_bf16_on_a_gpu_must_be_in_its_hardware(capability, fast, monkeypatch):
    """A T4 (7.5) emulates bfloat16, and torch.cuda.is_bf16_supported counts that."""
    gpu = torch.device("cuda", 0)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda *_, **__: True)
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda asked: {gpu: capability}[asked])
    device.fast_bf16.cache_clear()
    try:
        assert device.use_bf16("auto", gpu) == fast
    finally:
        device.fast_bf16.cache_clear()


def test_asking_for_the_precision_draws_nothing():
    device.fast_bf16.cache_clear()
    before = torch.get_rng_state()
    device.use_bf16("auto", torch.device("cpu"))
    assert torch.equal(torch.get_rng_state(), before)


@torch.no_grad()
@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_preparing_changes_the_layout_not_the_answer(precision, where):
    torch.manual_seed(0)
    net = UNet(widths=(8, 16), embedding=16)
    torch.nn.init.normal_(net.head.weight, std=0.1)
    model = EpsModel(net.eval(), schedules.linear())
    x, t = noise(2, 1, 8, 8).float(), torch.tensor([5, 900])
    want = model(x, t)
    assert device.prepare(model, precision, where) is model
    assert model.bf16 == (precision == "bf16")
    got = model(x.to(where), t.to(where))
    assert got.device.type == where.type and got.dtype == torch.float32
    coarse = precision == "bf16" or where.type == "cuda"  # a GPU may use TF32 in float32 convolutions
    assert error(got, want) < (2**-4 if coarse else FLOAT32) * float(want.abs().max())


def compiled(backend: bool | str) -> tuple[EpsModel, EpsModel]:
    """The same small woken network as it is, and compiled."""
    made = []
    for how in (False, backend):
        torch.manual_seed(0)
        net = UNet(widths=(4, 8), embedding=8, time_width=8, attention=False)
        for parameter in net.parameters():  # some start at zero
            torch.nn.init.normal_(parameter, std=0.2)
        made.append(device.prepare(EpsModel(net.eval(), schedules.linear()), "fp32", "cpu", how))
    return made[0], made[1]


@torch.no_grad()
def test_a_compiled_network_answers_alike_and_still_checks(unchecked):
    """In one graph each, with and without labels; the checks stand outside and see values as before."""
    from torch._dynamo.utils import counters

    model, fast = compiled("aot_eager")
    assert fast.state_dict().keys() == model.state_dict().keys()
    x, t, y = noise(2, 1, 8, 8).float(), torch.tensor([5, 900]), torch.tensor([3, 10])
    counters.clear()
    for given in ((x, t), (x, t, y)):
        assert error(fast(*given), model(*given)) < FLOAT32 * float(model(*given).abs().max())
    assert counters["stats"]["unique_graphs"] == 2 and not counters["graph_break"]
    assert error(fast(x, t, y), model(x, t)) > 1e-3
    refuses(lambda: fast(x, t, y + 1), "error.label", got=11, last=10)
    refuses(lambda: fast.net(x, t[:1]), "error.t_shape", got=(1,), want=(2,))


@torch.no_grad()
@pytest.mark.skipif(not any(map(shutil.which, ("g++", "clang++"))), reason="there is no C++ compiler here")
def test_a_network_compiled_to_machine_code_answers_alike(unchecked):
    model, fast = compiled(True)
    x, t = noise(2, 1, 8, 8).float(), torch.tensor([5, 900])
    assert error(fast(x, t), model(x, t)) < FLOAT32 * float(model(x, t).abs().max())


def test_where_nothing_can_be_compiled_it_is_said(monkeypatch, unchecked):
    net, cpu = UNet(widths=(4,), embedding=8, time_width=8), torch.device("cpu")
    for bad in ("nowhere", 3):
        refuses(
            lambda bad=bad: device.prepare(net, "fp32", "cpu", bad), "error.backend", got=repr(bad)
        )  # fmt: skip

    def absent(*_, **__):
        raise RuntimeError("No working C++ compiler found.\nSet CXX.")

    device._trial.cache_clear()
    monkeypatch.setattr(torch, "compile", absent)
    problem = "RuntimeError: No working C++ compiler found. Set CXX"
    try:
        refuses(
            lambda: device.prepare(net, "fp32", "cpu", True), "error.compile", device=cpu, problem=problem
        )
    finally:
        device._trial.cache_clear()
