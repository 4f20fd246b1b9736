"""Messages between judge and answer: what is sent comes back, what is no message is refused."""

from __future__ import annotations

import json
import math
import random
from typing import Any

import pytest
import torch
from torch import Tensor

from course_tools.grading import wire
from course_tools.grading.wire import HEADER, Garbage


def reader(data: bytes) -> Any:
    left = memoryview(data)

    def read(size: int) -> bytes:
        nonlocal left
        if size > len(left):
            raise wire.Closed
        part, left = left[:size], left[size:]
        return bytes(part)

    return read


def there_and_back(value: object) -> object:
    numbers: list[bytes] = []
    packed = wire.pack({"value": wire.encode(value, numbers)}, numbers)
    message, blob = wire.receive(reader(packed))
    return wire.decode(message["value"], blob)


@pytest.mark.parametrize(
    "value",
    [None, True, 0, -(2**70), 0.1, math.inf, "x", [], [1, (2.5, None), "a"], (), ((),)],
    ids=repr,
)
def test_plain_values_come_back(value):
    got = there_and_back(value)
    assert got == value and type(got) is type(value)


@pytest.mark.parametrize("dtype", wire.DTYPES.values(), ids=str)
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0, 4), (2, 3, 4)], ids=str)
def test_tensors_come_back_bit_by_bit(dtype, shape):
    sent = (torch.arange(max(1, math.prod(shape)), dtype=torch.float64)[: math.prod(shape)] - 1).reshape(
        shape
    )
    sent = (sent / 3).to(dtype)
    got = there_and_back([sent, sent])
    for one in got:
        assert one.dtype is dtype and one.shape == shape
        assert torch.equal(one, sent)


def test_odd_tensors_come_back():
    odd = torch.tensor([math.nan, -math.inf, -0.0, 5e-324], dtype=torch.float64)
    got = there_and_back(odd)
    assert got.view(torch.int64).tolist() == odd.view(torch.int64).tolist()
    turned = torch.arange(6.0).reshape(2, 3).T
    assert torch.equal(there_and_back(turned), turned)
    assert torch.equal(there_and_back(torch.ones(1).expand(4)), torch.ones(4))
    large = there_and_back(torch.empty(10**12, device="meta"))
    assert large.is_meta and large.shape == (10**12,)


@pytest.mark.parametrize("grad", [True, False])
def test_a_tensor_says_whether_it_asks_for_a_gradient_and_owns_its_numbers(grad):
    sent = torch.ones(3, requires_grad=grad)
    got = there_and_back(sent)
    assert got.requires_grad is grad and got.is_leaf
    with torch.no_grad():
        got += 1
    assert sent.tolist() == [1, 1, 1]


def test_what_has_no_form_is_a_type_error():
    class Odd(float):
        pass

    for value in (object(), {1: 2}, {1}, b"x", Odd(1), [object()], 1j):
        with pytest.raises(TypeError):
            wire.encode(value, [])


def tensor(**changed: Any) -> dict:
    return {"tensor": {"dtype": "float64", "shape": [2], "grad": False, "meta": False, **changed}}


NOT_VALUES = {
    "a bare number": 1,
    "a bare list": [1],
    "no kind": {},
    "two kinds": {"int": "1", "float": "0x0p0"},
    "unknown kind": {"pickle": "x"},
    "no digits": {"int": "x"},
    "int as a number": {"int": 1},
    "long int": {"int": "1" * 5000},
    "no hex": {"float": "x"},
    "float too large": {"float": "0x1p99999"},
    "list of nothing": {"list": None},
    "deep": json.loads('{"list": [' * 60 + '{"int": "1"}' + "]}" * 60),
    "many": {"list": [None] * 20_000},
    "object": tensor(dtype="object"),
    "dtype is no text": tensor(dtype=["float64"]),
    "dtype is a name of torch": tensor(dtype="load"),
    "negative": tensor(shape=[-2]),
    "fraction": tensor(shape=[2.0]),
    "truth": tensor(shape=[True, 2]),
    "shape is no list": tensor(shape="2"),
    "many dimensions": tensor(shape=[1] * 100),
    "more than there is": tensor(shape=[3]),
    "less than there is": tensor(shape=[1]),
    "far more": tensor(shape=[10**12]),
    "overflow": tensor(shape=[2**62, 2**62]),
    "overflow times nothing": tensor(shape=[2**62, 2**62, 0]),
    "overflow without numbers": tensor(shape=[2**62, 2**62], meta=True),
    "grad": tensor(grad=1),
    "meta": tensor(meta="yes"),
    "more keys": {"tensor": {**tensor()["tensor"], "x": 1}},
    "fewer keys": {"tensor": {"dtype": "float64"}},
    "no description": {"tensor": 1},
}


def test_a_right_description_is_read():
    assert wire.decode(tensor(), memoryview(bytes(16))).tolist() == [0, 0]


@pytest.mark.parametrize("value", NOT_VALUES.values(), ids=NOT_VALUES)
def test_what_is_no_value_is_garbage(value):
    with pytest.raises(Garbage):
        wire.decode(value, memoryview(bytes(16)))


def test_a_byte_that_is_no_truth_value_becomes_one():
    told = {"tensor": {"dtype": "bool", "shape": [3], "grad": True, "meta": False}}
    got = wire.decode(told, memoryview(b"\x00\x01\xff"))
    assert got.tolist() == [False, True, True] and not got.requires_grad


@pytest.mark.parametrize(
    "text", [b"", b"[]", b"1", b"{", b"\xff\xfe", b"null", b"[" * 10**5, b'{"a": ' * 10**4, b"9" * 10**5]
)
def test_what_is_no_message_is_garbage(text):
    with pytest.raises(Garbage):
        wire.receive(reader(HEADER.pack(len(text), 0) + text))


def test_lengths_are_checked_before_anything_is_read():
    asked = []

    def read(size: int) -> bytes:
        asked.append(size)
        return HEADER.pack(2**32 - 1, 2**32 - 1)

    with pytest.raises(Garbage):
        wire.receive(read)
    assert asked == [HEADER.size]
    for message, numbers in (({"x": "x" * wire.MOST_JSON}, []), ({}, [bytes(wire.MOST_BYTES + 1)])):
        with pytest.raises(OverflowError):
            wire.pack(message, numbers)


def test_damaged_messages_are_garbage_or_values_but_never_another_error():
    chance = random.Random(1)
    numbers: list[bytes] = []
    value = [torch.arange(6.0).reshape(2, 3), torch.ones(2, dtype=torch.bool), (1, 2.5, None, "text"), [True]]
    whole = wire.pack({"value": wire.encode(value, numbers)}, numbers)
    refused = 0
    for _ in range(3000):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 4)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        try:
            message, blob = wire.receive(reader(bytes(data)))
            got = wire.decode(message.get("value"), blob)
            assert got is None or isinstance(got, bool | int | float | str | list | tuple | Tensor)
        except (Garbage, wire.Closed):
            refused += 1
    assert 1000 < refused < 3000
