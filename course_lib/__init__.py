"""What a notebook of the course imports: one small room an idea, one direction of flow.

After each colon stand rooms, all of them; a room's own first line says what it holds.

- The forward process and the answers eps, x_0 and v: schedules, forward, parameterisations.
- Densities known exactly, the loss and the bound, how good samples are: gaussians, losses, metrics.
- Walks back through whole t, what guards them, the noise of a picture: samplers, walks, latents.
- The score and its Langevin dynamics, SDE, ODE and likelihood: score, annealing, divergence.
- What those stand on: continuous, real_walks, ode.
- Steering by a label, by known pixels, by a small picture: guidance, inpaint, superres.
- Other ways to generate, and copies: flow_matching, flow_maps, autoencoder, distil, memory.
- Networks: unet, dit, mlp.
- Training for hours or in a cell, by several processes, until stopped: training, descent, ranks, signals.
- Data, weights, the machine, other libraries' models: data, checkpoints, device, adapters.
- What one sees: frames, figures, pictures, widgets.
- What one does, and the equations: exercises, progress, ledger.
- For all of them, every sentence, file and refusal: lang, files, checks.

This file keeps to syntax that every Python 3 reads: one that is too old gets a sentence, not a traceback.
"""

import os
import sys

__version__ = "0.1.0"


def python_too_old(version):
    """The sentence for a Python of this ``version``, in the reader's language; None if it is new enough."""
    if tuple(version[:2]) >= (3, 11):
        return None
    names = ("COURSE_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
    asked = [os.environ.get(name, "")[:2].lower() for name in names]
    language = ([code for code in asked if code in ("en", "id", "ko")] + ["en"])[0]
    sentence = "cli.python_too_old"
    table, key = sentence.split(".")
    here = os.path.dirname(os.path.abspath(__file__))
    path = os.path.join(here, "strings", table + "." + language + ".toml")
    with open(path, encoding="utf-8") as file:  # tomllib came with 3.11
        (line,) = [line for line in file if line.startswith(key + " = ")]
    return line.split("=", 1)[1].strip()[1:-1].replace("{got}", ".".join(str(part) for part in version[:3]))


if python_too_old(sys.version_info):
    raise ImportError(python_too_old(sys.version_info))
