# %% [markdown] key="title" lang="en"
# # 2 · The forward process: a digit dissolves
#
# Destroying a picture with noise needs no intelligence, only a recipe. This chapter is that recipe: one small step,
# then one thousand of them, then a single jump that lands in the same place.
#
# Everything here can be computed exactly, so nothing has to be believed: each formula is run beside its derivation,
# and where common notes carry a misprint we run the misprint too and watch the number it gets wrong.
#
# Press *Run All*. The first thing to appear is a real handwritten digit with every timestep under a slider.

# %% key="first-imports"
import torch

from course_lib import data, frames, lang, schedules
from course_lib.widgets import player


def noise(*shape, seed):
    g = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=g, dtype=torch.float64)


schedule = schedules.linear()
print(schedule)

# %% key="first-film"
digits, labels = data.one_of_each()
x_0 = digits[4]
film = frames.forward_film(x_0, noise(*x_0.shape, seed=0), schedule)
player(film.tracks, times=film.times, alt=lang.text("alt.forward.film"))

# %% [markdown] key="first-question" lang="en"
# $t = 0$ is the clean image $x_0$; $t = T = 1000$ is the last one, $x_T$. In between, the picture's contrast shrinks
# while the noise grows.
#
# **Before reading on, note a number:** drag the slider from the right end to the left. At which $t$ do you first
# know which digit it is? We return to it under *Schedules*.
#
# ## 1 · One step
#
# **Claim.** A single step shrinks the image a little and adds a little fresh Gaussian noise:
#
# $$q(x_t \mid x_{t-1}) = \mathcal N\!\left(x_t;\ \sqrt{1-\beta_t}\,x_{t-1},\ \beta_t I\right)$$
#
# $\beta_t$ is the variance of the noise that step $t$ adds. A draw from this density is
#
# $$x_t = \sqrt{1-\beta_t}\;x_{t-1} + \sqrt{\beta_t}\;\epsilon, \qquad \epsilon \sim \mathcal N(0, I)$$
#
# These are two different kinds of object. The first line is a *density*, the second a *random draw* from it, so we
# never put an equals sign between them: $x_t \sim q(x_t \mid x_{t-1})$. And only the first line is a definition. Some
# notes print $:=$ in front of every later line; those lines are consequences, which is why they can be checked.
#
# **Commit to an answer:** a pixel has the value 1.3 at $t-1 = 499$. What is the mean of its value at $t = 500$?
# (a) $\sqrt{1-\beta_t}$ (b) $1.3\,\sqrt{1-\beta_t}$ (c) 1.3

# %% key="imports"
from torch.distributions import MultivariateNormal, Normal

from course_lib import figures, forward, gaussians
from course_lib.exercises import check, solution

# %% key="step-moments"
c, t, n = 1.3, 500, 100_000
beta_t = float(schedule.beta[t])
eps = noise(n, seed=1)
x_t = (1 - beta_t) ** 0.5 * c + beta_t**0.5 * eps
library = forward.q_step(torch.full((n,), c, dtype=torch.float64), t, eps, schedule)
print("x_t", tuple(x_t.shape), f"beta_t {beta_t:.5f}  max|error| {(x_t - library).abs().max():.0e}")
assert (x_t - library).abs().max() < 1e-12

a, b, se = (1 - beta_t) ** 0.5, (1 - beta_t) ** 0.5 * c, float(x_t.std()) / n**0.5
print(f"mean {x_t.mean():.4f}  std {x_t.std():.4f}")
print(f"(a) {a:.4f}  (b) {b:.4f}  (c) {c:.4f}  5 se {5 * se:.4f}")
assert abs(x_t.mean() - b) < 5 * se
assert min(abs(x_t.mean() - a), abs(x_t.mean() - c)) > 5 * se

# %% [markdown] key="step-answer" lang="en"
# It is (b), 1.2935. Answer (a), 0.9950, is what a derivation in circulation prints when it says that
# “$\sqrt{1-\beta_t}$ is the mean”: that is only the coefficient of the mean. Answer (c) is off by 0.0065, far outside
# five standard errors (0.0016) of the measured mean.
#
# **Why the square roots?** Because variances add, not standard deviations. If $x_{t-1}$ has variance 1, then $x_t$ has
# variance $(1-\beta_t) + \beta_t = 1$ again. Follow that variance for 1000 steps with two tempting alternatives.

# %% key="step-variance"
rules = {
    r"$\sqrt{1-\beta_t}\,x + \sqrt{\beta_t}\,\epsilon$": lambda v, beta: (1 - beta) * v + beta,
    r"$\sqrt{1-\beta_t}\,x + \beta_t\,\epsilon$": lambda v, beta: (1 - beta) * v + beta**2,
    r"$x + \sqrt{\beta_t}\,\epsilon$": lambda v, beta: v + beta,
}
fig, ax = figures.axes(r"$t$", r"var $x_t$")
for name, rule in rules.items():
    v = [1.0]
    for beta in schedule.beta[1:].tolist():
        v.append(rule(v[-1], beta))
    print(f"{v[1]:.6f}  {v[500]:.4f}  {v[1000]:.4f}")
    ax.semilogy(v, label=name)
ax.legend()
figures.show(fig, "alt.forward.variance")

# %% [markdown] key="step-variance-note" lang="en"
# Only the first rule keeps the variance at 1. With $\beta_t\epsilon$ (a bug met in public code) the
# image fades to 0.0190: to an almost even grey instead of noise. Without the shrinking factor the variance climbs to
# 11.0500. That is not wrong, it is another family (“variance exploding”, Song et al. 2021); but its end is not
# $\mathcal N(0, I)$.
#
# One more letter: $\alpha_t = 1 - \beta_t$. **Is $\alpha_t$ large or small?** Some notes call it “a small
# parameter that controls how much noise is added”. Choose before you run.

# %% key="alpha-size"
alpha = schedule.alpha[1:]
print(f"alpha  {alpha.min():.4f} .. {alpha.max():.4f}")
print(f"beta   {schedule.beta[1]:.4f} .. {schedule.beta[1000]:.4f}")
print("alpha_t = 0.02:", [f"{0.02 ** (k / 2):.4f}" for k in (1, 2, 3)])
assert alpha.min() > 0.97 and not schedule.beta.requires_grad

# %% [markdown] key="alpha-size-note" lang="en"
# $\alpha_t$ lies between 0.98 and 0.9999: it is the share of the signal's *variance* that a step keeps. The small one is
# $\beta_t$. Had $\alpha_t$ been 0.02, one step would leave 14% of the image's amplitude and two steps 2%.
#
# The last condition in the cell is worth a second look: $\beta_t$ has no gradient. In DDPM it is fixed before training,
# not learned, although one table in circulation says so. (Kingma et al. 2021 do learn a schedule; it is an option.)
#
# ### Exercise: one step
#
# Write `q_step(x_prev, t, eps, schedule)`. `x_prev` and `eps` are batches of images `(B, C, H, W)`, `t` holds one integer
# per image, shape `(B,)`, values in $1..T$; `schedule.beta[t]` reads the table. Return
# $\sqrt{1-\beta_t}\,x_{t-1} + \sqrt{\beta_t}\,\epsilon$ with each image's own $\beta_t$. Draw no noise of your own.
#
# The check names the property that fails and the likely mistake. To compare with ours afterwards, run
# `solution("forward.q_step")` in a new cell.

# %% key="ex-q-step" exercise="forward.q_step"
def q_step(x_prev, t, eps, schedule):
    ### BEGIN SOLUTION
    beta_t = schedule.beta[t].reshape(-1, 1, 1, 1).to(x_prev.dtype)
    return (1 - beta_t) ** 0.5 * x_prev + beta_t**0.5 * eps
    ### END SOLUTION


# %% key="check-q-step" check="forward.q_step"
check("forward.q_step", q_step)

# %% [markdown] key="chain" lang="en"
# ## 2 · The chain
#
# One step is hardly visible. A thousand of them, each with its own fresh noise, make a walk from the digit to noise:

# %% key="chain-strip"
path = [x_0.double()]
for t in range(1, schedule.T + 1):
    path.append(forward.q_step(path[-1], t, noise(*x_0.shape, seed=t), schedule))
path = torch.stack(path)
shown = [0, 1, 50, 100, 150, 200, 300, 500, 1000]
print("path", tuple(path.shape), f"std {path[0].std():.3f} .. {path[-1].std():.3f}")
figures.show(figures.strip(path[shown], [f"$x_{{{t}}}$" for t in shown]), "alt.forward.path")

# %% [markdown] key="chain-joint" lang="en"
# Each state depends only on the one before it; that is what *Markov chain* means. The chain rule of probability, written
# for any sequence, is
#
# $$q(x_{1:T}\mid x_0) = \frac{q(x_T\mid x_{T-1},\dots,x_0)\;q(x_{T-1}\mid x_{T-2},\dots,x_0)\cdots q(x_0)}{q(x_0)}$$
#
# The Markov property strikes out everything but the nearest state in each condition, $q(x_0)$ cancels, and there remains
# the definition of the forward process (Ho et al. 2020, eq. 2):
#
# $$q(x_{1:T}\mid x_0) = \prod_{t=1}^{T} q(x_t\mid x_{t-1})$$
#
# **Check it.** For one pixel and 8 steps, $x_{1:8}$ is an 8-dimensional Gaussian whose covariance $C$ follows from the
# steps alone. Is its log-density the sum of the 8 step log-densities? And is the product of the separate marginals
# $q(x_t \mid x_0)$ the same thing? Guess both before you run.

# %% key="chain-density"
small = schedules.linear(8, 0.1, 0.5)
alpha, beta = small.alpha[1:], small.beta[1:]
C = torch.diag(beta)
for t in range(1, 8):
    C[t, :t] = C[:t, t] = alpha[t] ** 0.5 * C[t - 1, :t]
    C[t, t] = alpha[t] * C[t - 1, t - 1] + beta[t]
x = noise(9, seed=2)
mean = x[0] * alpha.sqrt().cumprod(0)
steps = Normal(alpha.sqrt() * x[:-1], beta.sqrt()).log_prob(x[1:]).sum()
joint = MultivariateNormal(mean, C).log_prob(x[1:])
marginals = Normal(mean, C.diag().sqrt()).log_prob(x[1:]).sum()
print("C", tuple(C.shape), f"steps {steps:.6f}  joint {joint:.6f}  marginals {marginals:.6f}")
assert abs(steps - joint) < 1e-10 < abs(marginals - joint)

# %% key="chain-precision"
precision = torch.linalg.inv(C)
fig, ax = figures.axes(columns=2, size=(2.6, 2.6))
for one, table, name in zip(ax, (C, precision), ("$C$", "$C^{-1}$"), strict=True):
    top = float(table.abs().max())
    one.imshow(table, cmap="RdBu_r", vmin=-top, vmax=top, extent=(0.5, 8.5, 8.5, 0.5))
    one.set_title(name)
    one.grid(False)
far = precision[(torch.arange(8)[:, None] - torch.arange(8)).abs() > 1].abs().max()
print(f"min|C| {C.abs().min():.3f}  max|C^-1| far {far:.0e}")
assert far < 1e-10 < C.abs().min()
figures.show(fig, "alt.forward.precision")

# %% [markdown] key="chain-precision-note" lang="en"
# The struck-out terms, drawn. All states are correlated (left, no zero anywhere), yet the inverse matrix (right) has only
# three diagonals: *given its neighbours*, a state knows nothing about the others. The steps' sum is the joint
# log-density to the last digit; the product of marginals is a different density, because it forgets that the
# states of one walk belong together.
#
# ## 3 · Two steps make one
#
# A thousand steps to make one training image would be far too slow. So we look for a shortcut, line by line.
#
# **Substitute** $x_{t-1}$ into $x_t = \sqrt{\alpha_t}\,x_{t-1} + \sqrt{1-\alpha_t}\,\epsilon_{t-1}$:
#
# $$x_t = \sqrt{\alpha_t}\left(\sqrt{\alpha_{t-1}}\,x_{t-2} + \sqrt{1-\alpha_{t-1}}\,\epsilon_{t-2}\right) + \sqrt{1-\alpha_t}\,\epsilon_{t-1}$$
#
# **Expand:**
#
# $$x_t = \sqrt{\alpha_t\alpha_{t-1}}\,x_{t-2} + \sqrt{\alpha_t-\alpha_t\alpha_{t-1}}\,\epsilon_{t-2} + \sqrt{1-\alpha_t}\,\epsilon_{t-1}$$

# %% key="two-expand"
x, eps_1, eps_2 = noise(3, 1000, seed=3)
a_1, a_2 = 0.9, 0.7
nested = a_2**0.5 * (a_1**0.5 * x + (1 - a_1) ** 0.5 * eps_1) + (1 - a_2) ** 0.5 * eps_2
expanded = (a_2 * a_1) ** 0.5 * x + (a_2 - a_2 * a_1) ** 0.5 * eps_1 + (1 - a_2) ** 0.5 * eps_2
print("x_t", tuple(nested.shape), f"max|error| {(nested - expanded).abs().max():.0e}")
assert (nested - expanded).abs().max() < 1e-12

# %% [markdown] key="two-merge" lang="en"
# The index of the noise is only a label: here $\epsilon_{t-1}$ is the noise that turns $x_{t-1}$ into $x_t$; most papers call
# the same thing $\epsilon_t$. What matters is that it is *fresh*: independent of $x_{t-1}$ and so of $\epsilon_{t-2}$.
#
# **Merge.** The sum of two independent Gaussians is a Gaussian whose means add and whose variances add:
#
# $$\mathcal N(\mu_1,\sigma_1^2)+\mathcal N(\mu_2,\sigma_2^2)\ \longrightarrow\ \mathcal N(\mu_1+\mu_2,\ \sigma_1^2+\sigma_2^2)$$
#
# **Commit:** let $\alpha_t = \alpha_{t-1} = 0.5$ and $x_{t-2} = 0$. One learner draws two noises; another draws one and
# uses it in both steps. Whose $x_t$ is wider, and by how much?

# %% key="two-noises"
n = 200_000
eps_1, eps_2 = noise(2, n, seed=4)
half = 0.5**0.5
independent = half * half * eps_1 + half * eps_2
reused = half * half * eps_1 + half * eps_1
for name, x, exact in (("2 eps", independent, 0.75**0.5), ("1 eps", reused, 0.5 + half)):
    print(f"{name}  std {x.std():.3f}  exact {exact:.3f}")
    assert abs(x.std() - exact) < 5 * exact / (2 * n) ** 0.5

means = (1 + eps_1 + 1 + eps_2).mean()
print(f"mean {means:.3f}")
assert abs(means - 2) < 5 * (2 / n) ** 0.5

# %% [markdown] key="two-noises-note" lang="en"
# Two independent noises give 0.866, one noise used twice gives 1.207 (the draws: 0.869 and 1.209). With the same noise the standard deviations add
# (0.500 + 0.707); with independent noise the variances add (0.25 + 0.50). Forgetting to draw again is
# a silent bug: nothing crashes.
#
# The last line puts right a rule one often sees, “$\mathcal N(\mu,\sigma_1^2) + \mathcal N(\mu,\sigma_2^2)$ gives
# $\mathcal N(\mu,\sigma_1^2+\sigma_2^2)$”. Two means of 1 add up to 2, not to 1. Here the rule does no harm, only because
# both our means are 0.
#
# **Simplify.** Both noise terms have mean 0, so they merge into one:
#
# $$x_t = \sqrt{\alpha_t\alpha_{t-1}}\,x_{t-2} + \sqrt{\alpha_t-\alpha_t\alpha_{t-1}+1-\alpha_t}\;\epsilon = \sqrt{\alpha_t\alpha_{t-1}}\,x_{t-2} + \sqrt{1-\alpha_t\alpha_{t-1}}\;\epsilon$$
#
# A derivation in circulation prints $\sqrt{1-\alpha_t}\;\epsilon$ in the last place instead. **Which single number
# tells the two apart?** Hint: what must signal² + noise² be?

# %% key="two-misprint"
print(f"right   {0.5 * 0.5:.2f} + {1 - 0.5 * 0.5:.2f} = {0.5 * 0.5 + 1 - 0.5 * 0.5:.2f}")
print(f"misread {0.5 * 0.5:.2f} + {1 - 0.5:.2f} = {0.5 * 0.5 + 1 - 0.5:.2f}")
signal, right = torch.ones(1001, dtype=torch.float64), torch.zeros(1001, dtype=torch.float64)
for t in range(1, 1001):
    signal[t] = schedule.alpha[t] * signal[t - 1]
    right[t] = schedule.alpha[t] * right[t - 1] + schedule.beta[t]
misprint = 1 - schedule.alpha
print(f"noise var t=500: right {right[500]:.4f}  misprint {misprint[500]:.4f}")
fig, ax = figures.axes(r"$t$", r"var $x_t$")
ax.plot(signal + right, label=r"$\alpha_t\cdots\alpha_1 + (1-\alpha_t\cdots\alpha_1)$")
ax.plot(signal + misprint, label=r"$\alpha_t\cdots\alpha_1 + (1-\alpha_t)$")
ax.legend()
assert (signal + right - 1).abs().max() < 1e-12 < (signal + misprint - 1).abs().max()
figures.show(fig, "alt.forward.misprint")

# %% [markdown] key="two-misprint-note" lang="en"
# For unit-variance data the two must sum to 1. The misprint gives 0.75 after two steps; carried on to $t = 500$, its noise
# variance would be 0.0100 instead of 0.9214, a standard deviation 9.6 times too small, and the image would simply go dark.
#
# The loop above also did the rest of the derivation. It applied *one* step again and again to two numbers, the signal's
# share and the noise's variance $v_t = \alpha_t v_{t-1} + \beta_t$, and at every $t$ they sum to 1. Hence the
# lines for three steps, four steps, and all the way down to $x_0$:
#
# $$x_t = \sqrt{\alpha_t\alpha_{t-1}\alpha_{t-2}}\,x_{t-3} + \sqrt{1-\alpha_t\alpha_{t-1}\alpha_{t-2}}\;\epsilon = \dots = \sqrt{\alpha_t\cdots\alpha_1}\,x_0 + \sqrt{1-\alpha_t\cdots\alpha_1}\;\epsilon$$
#
# ## 4 · The jump
#
# Give the product a name:
#
# $$\bar\alpha_t = \prod_{s=1}^{t}\alpha_s$$
#
# and the shortcut is complete (Ho et al. 2020, eq. 4):
#
# $$q(x_t\mid x_0) = \mathcal N\!\left(x_t;\ \sqrt{\bar\alpha_t}\,x_0,\ (1-\bar\alpha_t)I\right), \qquad x_t = \sqrt{\bar\alpha_t}\;x_0 + \sqrt{1-\bar\alpha_t}\;\epsilon$$
#
# Mind the index. In print one meets $\bar\alpha_t := \prod_{t=1}^{T}\alpha_t$: the same letter is both the free index and the
# one that runs, up to $T$. **Before you run:** what does the graph of that expression over $t$ look like?

# %% key="jump-alpha-bar"
running = schedule.alpha.cumprod(0)
constant = schedule.alpha[1:].prod().expand(1001)
assert (running - schedule.alpha_bar).abs().max() < 1e-15
assert (running - signal).abs().max() < 1e-12
for t in (1, 500, 1000):
    print(f"t={t}  alpha_bar {running[t]:.5f}  sqrt {running[t] ** 0.5:.4f}  misprint {constant[t]:.5f}")
assert running[1] == schedule.alpha[1] and constant[1] < 1e-4
assert running[500] ** 0.5 > 0.25 and running[1000] ** 0.5 < 0.01
fig, ax = figures.axes(r"$t$", r"$\bar\alpha_t$")
ax.plot(running, label=r"$\prod_{s=1}^{t}\alpha_s$")
ax.plot(constant, label=r"$\prod_{t=1}^{T}\alpha_t$")
ax.legend()
figures.show(fig, "alt.forward.alpha_bar")

# %% [markdown] key="jump-alpha-bar-note" lang="en"
# A flat line at 0.00004: read literally, already $x_1$ would have lost the picture. The right $\bar\alpha_1$ is 0.99990.
#
# The table also settles *when* the image is gone. “Pure noise after $t$ steps” is a slip: $t$ is the running index, $T$ the
# length. At $t = 500$ the image still has 28% of its amplitude ($\sqrt{\bar\alpha_{500}}$ = 0.2803); only at $T$ is it down to
# 0.64%.
#
# ### Exercise: the table of $\bar\alpha$
#
# Write `alpha_bar(beta)`. `beta` is the library's table of $T+1$ values with `beta[0] = 0`; return the table
# of $T+1$ values with `alpha_bar[0] = 1`.

# %% key="ex-alpha-bar" exercise="schedules.alpha_bar"
def alpha_bar(beta):
    ### BEGIN SOLUTION
    return (1 - beta).cumprod(0)
    ### END SOLUTION


# %% key="check-alpha-bar" check="schedules.alpha_bar"
check("schedules.alpha_bar", alpha_bar)

# %% [markdown] key="jump-check" lang="en"
# Now the jump itself: first written out and compared with the library's, then against an honest walk. We walk 20000 copies of one
# pixel with $x_0 = 0.7$ for 500 steps, drawing fresh noise at each, and keep a few of the states.

# %% key="jump-walk"
t, n = 500, 20_000
clean, eps = x_0.double(), noise(*x_0.shape, seed=0)
x_t = schedule.alpha_bar[t] ** 0.5 * clean + (1 - schedule.alpha_bar[t]) ** 0.5 * eps
error = (x_t - forward.q_sample(clean, t, eps, schedule)).abs().max()
print("x_t", tuple(x_t.shape), f"max|error| {error:.0e}")
assert error < 1e-12

x, kept, last_eps = torch.full((n,), 0.7, dtype=torch.float64), {}, {}
g = torch.Generator().manual_seed(5)
for t in range(1, 501):
    eps = torch.randn(n, generator=g, dtype=torch.float64)
    x = forward.q_step(x, t, eps, schedule)
    if t in (1, 2, 9, 10, 250, 500):
        kept[t], last_eps[t] = x, eps
for t, walked in kept.items():
    mean, std = 0.7 * float(schedule.alpha_bar[t]) ** 0.5, float(1 - schedule.alpha_bar[t]) ** 0.5
    print(f"t={t:3d}  mean {walked.mean():+.4f} ({mean:+.4f})  std {walked.std():.4f} ({std:.4f})")
    assert abs(walked.mean() - mean) < 5 * std / n**0.5
    assert abs(walked.std() - std) < 5 * std / (2 * n) ** 0.5

# %% [markdown] key="jump-check-note" lang="en"
# Walked moments on the left, the jump's in brackets: they agree at every $t$ within five standard errors. The jump replaces the
# whole walk from $x_0$ up to $x_t$ (not, as one note has it, an iteration “from $x_T$ to $x_{t-1}$”), and this is what makes
# training affordable: a training image at $t = 500$ costs one draw instead of 500. (Many code bases call this function `add_noise`.)
#
# **What is on the left-hand side?** The closed form is $q(x_t\mid x_0)$. A note prints it as $q(x_t\mid x_{t-1})$. Both start from
# the same digit; does it matter which one we condition on? Look at 20000 walks at $t = 9$ and $t = 10$.

# %% key="jump-condition"
high = kept[9] > kept[9].quantile(0.9)
print(f"E[x_10 | x_0] {kept[10].mean():.4f}   E[x_10 | x_0, x_9 > q90] {kept[10][high].mean():.4f}")
se = float(kept[10].std()) / int(high.sum()) ** 0.5
assert abs(kept[10][high].mean() - kept[10].mean()) > 5 * se
fig, ax = figures.axes(r"$x_9$", r"$x_{10}$", size=(4, 3.4))
ax.plot(kept[9][:1500], kept[10][:1500], ".", markersize=3)
ax.axhline(0.7 * float(schedule.alpha_bar[10]) ** 0.5, color="black", linewidth=1)
figures.show(fig, "alt.forward.condition")

# %% [markdown] key="jump-condition-note" lang="en"
# Given only $x_0$ the mean is 0.6996 (0.6993 exactly, the black line). Once we know that $x_9$ was among the highest tenth, it is
# 0.7700: a tilted cloud, not one around a single mean. So $\sqrt{\bar\alpha_t}\,x_0$ is the mean given $x_0$, and of nothing else.
#
# ### Exercise: the jump, for a batch
#
# Write `q_sample(x_0, t, eps, schedule)`. `x_0` and `eps` are `(B, C, H, W)`; `t` is `(B,)`, integers in $0..T$, one per image,
# and $t = 0$ must give $x_0$ back. Return $\sqrt{\bar\alpha_t}\,x_0 + \sqrt{1-\bar\alpha_t}\,\epsilon$.

# %% key="ex-q-sample" exercise="forward.q_sample"
def q_sample(x_0, t, eps, schedule):
    ### BEGIN SOLUTION
    alpha_bar_t = schedule.alpha_bar[t].reshape(-1, 1, 1, 1).to(x_0.dtype)
    return alpha_bar_t**0.5 * x_0 + (1 - alpha_bar_t) ** 0.5 * eps
    ### END SOLUTION


# %% key="check-q-sample" check="forward.q_sample"
check("forward.q_sample", q_sample)

# %% [markdown] key="trap" lang="en"
# ### The broadcasting trap
#
# Many listings write simply `sqrt(alpha_bar) * x_0`, with `alpha_bar` of shape `(B,)`. Our digits are 28 pixels wide.
# **Predict** what happens with a batch of 10 digits, and with a batch of 28.

# %% key="trap-run"
many = data.digits("test")[0][:28].double()
t, eps = torch.linspace(1, 500, 28).long(), noise(28, 1, 28, 28, seed=6)
alpha_bar_t = schedule.alpha_bar[t]
try:
    alpha_bar_t[:10] ** 0.5 * many[:10]
except RuntimeError as problem:
    print("B=10", type(problem).__name__)
right = forward.q_sample(many, t, eps, schedule)
wrong = alpha_bar_t**0.5 * many + (1 - alpha_bar_t) ** 0.5 * eps
print("B=28", tuple(wrong.shape), f"max|error| {(wrong - right).abs().max():.2f}")
assert wrong.shape == right.shape and (wrong - right).abs().max() > 1
pick = [0, 4, 8, 12, 16, 20, 24, 27]
titles = [f"$x_{{{t[i]}}}$" for i in pick]
rows = [r"$(B,1,1,1)$", r"$(B,)$"]
figures.show(figures.grid([right[pick], wrong[pick]], titles, rows), "alt.forward.trap")

# %% [markdown] key="trap-note" lang="en"
# Ten digits crash, and that is the lucky case. 28 digits run without a murmur and are wrong: the shape `(28,)` is matched with
# the *last* axis, so every *column* of pixels gets its own timestep. All images in the lower row fade from left to right, whatever
# their $t$. The cure is to give the table's values the shape `(B, 1, 1, 1)`.

# %% [markdown] key="law" lang="en"
# ## 5 · Same law, different path
#
# An honest word about the film at the top. It uses *one* $\epsilon$ for all $t$, so that the picture fades smoothly. Each of its frames
# has exactly the law of $x_t$; but is the film a *walk* of the chain? Play both side by side: `q_sample` is the film, `q_step` the
# walk from section 2 (every fifth timestep).

# %% key="law-player"
every = torch.arange(0, 1001, 5)
pair = {"q_sample": film.tracks["x_t"][every], "q_step": frames.to_uint8(path[every])}
player(pair, times=every.tolist(), alt=lang.text("alt.forward.pair"))

# %% key="law-correlation"
bar_s, bar_t = (float(schedule.alpha_bar[t]) for t in (250, 500))
exact = (bar_t / bar_s) ** 0.5 * ((1 - bar_s) / (1 - bar_t)) ** 0.5
walk = torch.corrcoef(torch.stack([kept[250], kept[500]]))[0, 1]
eps = noise(20_000, seed=7)
jumps = [forward.q_sample(torch.full_like(eps, 0.7), t, eps, schedule) for t in (250, 500)]
film_corr = torch.corrcoef(torch.stack(jumps))[0, 1]
print(f"std  q_step {kept[500].std():.4f}  q_sample {jumps[1].std():.4f}")
print(f"corr q_step {walk:.4f} ({exact:.4f})  q_sample {film_corr:.4f}")
assert abs(walk - exact) < 5 * (1 - exact**2) / 20_000**0.5 and film_corr > 0.999

# %% [markdown] key="law-note" lang="en"
# The same standard deviation at $t = 500$, yet a different story in time: given $x_0$, the states $x_{250}$ and $x_{500}$ of a walk have
# a correlation of 0.2783 (0.2890 measured), those of the film 1.0000. The walk's grains boil, the film's grains only grow stronger. For training
# this makes no difference, because each training image uses a single $t$. It will matter when we walk backwards.
#
# **A cousin of this mistake:** “the network predicts the noise added at that step”. Is the noise of step $t$ the same variable as
# the $\epsilon$ of the jump to $t$? Compare them on the walks we kept.

# %% key="law-noise"
for t in (1, 2, 10, 500):
    total = (kept[t] - schedule.alpha_bar[t] ** 0.5 * 0.7) / (1 - schedule.alpha_bar[t]) ** 0.5
    corr = torch.corrcoef(torch.stack([last_eps[t], total]))[0, 1]
    exact = (schedule.beta[t] / (1 - schedule.alpha_bar[t])) ** 0.5
    print(f"t={t:3d}  corr {corr:.3f}  exact {exact:.3f}")
    assert abs(corr - exact) < 5 * (1 - exact**2) / 20_000**0.5 + 1e-9

# %% [markdown] key="law-noise-note" lang="en"
# They coincide only at $t = 1$. At $t = 10$ the correlation is 0.384, at $t = 500$ it is 0.104: nearly strangers. The $\epsilon$ to be predicted is
# the *total* noise of the jump. Chapter 4 builds the training on it.
#
# ## 6 · Schedules
#
# The list $\beta_1,\dots,\beta_T$ is the *noise schedule*. The usual first choice (Ho et al. 2020) is a straight line with
# $\beta_1 = 10^{-4}$, $\beta_T = 0.02$, $T = 1000$:
#
# $$\beta_t = \beta_1 + \frac{t-1}{T-1}\,(\beta_T-\beta_1), \qquad t = 1,\dots,T$$
#
# There are $T$ values and both ends are hit; $\beta_0$ does not exist, since $x_0$ is clean. Two prints in circulation miss this: one
# has $\beta_{\min} + t\,(\beta_{\max}-\beta_{\min})/T$, the other starts the line at $t = 0$ and ends it at $t = T$, which makes $T+1$ values.
# **Guess:** with $T = 10$, how far off is the first one's $\beta_1$: 2%, 20% or a factor of 20?

# %% key="linear-ends"
for T in (1000, 10):
    t = torch.arange(1, T + 1, dtype=torch.float64)
    right = 1e-4 + (t - 1) / (T - 1) * (0.02 - 1e-4)
    misprint = 1e-4 + t / T * (0.02 - 1e-4)
    assert (right - schedules.linear(T).beta[1:]).abs().max() < 1e-15
    print(f"T={T}  beta_1 {right[0]:.6f}  misprint {misprint[0]:.6f}  ratio {misprint[0] / right[0]:.2f}")
extra = 1 - torch.linspace(1e-4, 0.02, 1001, dtype=torch.float64)
print(f"alpha_bar_T  {schedule.alpha_bar[-1]:.3e}  T+1: {extra.prod():.3e}")
assert len(schedule.beta[1:]) == 1000 and float(schedule.beta[1]) == 1e-4

# %% [markdown] key="ex-linear-task" lang="en"
# The surprise: at $T = 10$ it is a factor of 20.90. At $T = 1000$ the slip is 20% and easy to overlook. The line with $T+1$ values moves $\bar\alpha_T$ from
# $4.036\cdot10^{-5}$ to $3.995\cdot10^{-5}$, about 1%.
#
# ### Exercise: the straight line
#
# Write `linear(T, beta_1, beta_T)`: a tensor of shape `(T,)` that holds $\beta_1,\dots,\beta_T$ on a straight line, both ends hit.
# `T` is at least 2.

# %% key="ex-linear" exercise="schedules.linear"
def linear(T, beta_1, beta_T):
    ### BEGIN SOLUTION
    return torch.linspace(beta_1, beta_T, T, dtype=torch.float64)
    ### END SOLUTION


# %% key="check-linear" check="schedules.linear"
check("schedules.linear", linear)

# %% [markdown] key="cosine" lang="en"
# ### The cosine schedule
#
# Nichol & Dhariwal 2021 (eq. 17) draw the curve of $\bar\alpha_t$ instead and read $\beta_t$ off it:
#
# $$\bar\alpha_t = \frac{f(t)}{f(0)}, \quad f(t) = \cos^2\!\left(\frac{t/T+s}{1+s}\cdot\frac{\pi}{2}\right), \quad s = 0.008, \qquad \beta_t = \min\!\left(1-\frac{\bar\alpha_t}{\bar\alpha_{t-1}},\ 0.999\right)$$
#
# Two parts are often left out: the division by $f(0)$ and the $\min$. **What breaks without each of them?** Think of $t = 0$ and of $t = T$.

# %% key="cosine-ends"
t = torch.arange(1001, dtype=torch.float64)
f = torch.cos((t / 1000 + 0.008) / 1.008 * torch.pi / 2) ** 2
ratio = 1 - f[1:] / f[:-1]
cosine = schedules.cosine()
assert (ratio.clamp(max=0.999) - cosine.beta[1:]).abs().max() < 1e-12
assert cosine.alpha_bar[0] == 1 and cosine.beta.max() <= 0.999
print(f"alpha_bar_0 {f[0]:.5f}  noise std {(1 - f[0]) ** 0.5:.4f}")
print(f"beta_1 {cosine.beta[1]:.2e}  with alpha_bar_0 = 1: {1 - f[1]:.2e}")
print(f"beta_T {ratio[-1]:.6f}  clip {cosine.beta[-1]:.3f}  alpha_bar_T {cosine.alpha_bar[-1]:.1e}")
print(f"1/sqrt(alpha_T) {(1 - ratio[-1]) ** -0.5:.1e}  clip {cosine.alpha[-1] ** -0.5:.1f}")

# %% [markdown] key="cosine-ends-note" lang="en"
# Without $f(0)$ the “clean” image already carries noise of standard deviation 0.0125, and a $\beta_1$ computed from a table whose slot 0 is
# set to 1 comes out 4.8 times too large. Without the clip $\beta_T = 1$, so $\alpha_T = 0$, and the sampler of chapter 6,
# which divides by $\sqrt{\alpha_t}$, dies at its very first step.
#
# ### Side by side, and by hand
#
# **Commit:** at which $t$ is the signal exactly as strong as the noise, $\mathrm{SNR}_t = \bar\alpha_t/(1-\bar\alpha_t) = 1$, under the linear and
# under the cosine schedule? Read it off the third panel.
#
# Then draw a $\beta_t$ of your own: drag the handles in the first panel (the cosine's $\beta_t$ soon leaves it at the top) and watch what becomes of $\bar\alpha_t$
# and of the SNR. A drawing that no schedule allows is refused with a reason. Run the cell after it again to see a digit under your schedule.

# %% key="compare-curves"
import numpy as np

from course_lib.widgets import curves


def by_hand(handles):
    places = np.linspace(0, 1000, len(handles))
    return schedules.from_betas(np.interp(range(1, 1001), places, handles))


def tables(handles):
    trio = {"linear": schedule, "cosine": cosine, "hand": by_hand(handles)}
    names = ("beta", "alpha_bar", "snr")
    return {name: {k: getattr(s, name) for k, s in trio.items()} for name in names}


start = [0.0005, 0.002, 0.004, 0.01, 0.035]
span = {"beta": (0.0, 0.04)}
alt = lang.text("alt.forward.curves")
drawing = curves(tables(start), handles=start, on_handles=tables, log="snr", limits=span, alt=alt)
drawing

# %% key="compare-strip"
trio = {"linear": schedule, "cosine": cosine, "hand": by_hand(drawing.handles)}
for name, s in trio.items():
    first = int((s.snr < 1).nonzero()[0, 0])
    print(f"{name:6s}  SNR<1: t={first}  alpha_bar_500 {s.alpha_bar[500]:.4f}", end="  ")
    print(f"alpha_bar_T {s.alpha_bar[-1]:.1e}  beta_500 {s.beta[500]:.4f}  beta_T {s.beta[-1]:.4f}")
assert schedule.alpha_bar[500] < 0.1 < 0.4 < cosine.alpha_bar[500]

shown = list(range(0, 1001, 125))
eps = noise(*x_0.shape, seed=0)
rows = [torch.stack([forward.q_sample(x_0, t, eps, s) for t in shown]) for s in trio.values()]
titles = [f"$x_{{{t}}}$" for t in shown]
figures.show(figures.grid(rows, titles, list(trio)), "alt.forward.schedules")

# %% [markdown] key="compare-strip-note" lang="en"
# SNR falls below 1 at $t$ = 260 for the linear schedule and at 497 for the cosine. Compare with the number you noted at the start: you probably still
# recognised the digit at a much larger $t$. SNR speaks of single pixels; the eye averages over many.
#
# In the top row the last quarter is all alike: those steps are nearly wasted. The cosine row spends its steps evenly, which is what it was made for.
#
# **Now the fine print.** Two statements in circulation sound alike: “cosine changes little near both ends” and “$\beta_t$ is small near
# both ends”. Which one is true?

# %% key="compare-ends"
fig, ax = figures.axes(r"$t$", columns=2, size=(4, 3))
for name, s in (("linear", schedule), ("cosine", cosine)):
    change = -s.alpha_bar.diff()
    ax[0].semilogy(range(1, 1001), s.beta[1:], label=name)
    ax[1].plot(range(1, 1001), change, label=name)
    print(f"{name}  change t=1 {change[0]:.1e}  max {change.max():.2e}  t=1000 {change[-1]:.1e}")
ax[0].set_ylabel(r"$\beta_t$")
ax[1].set_ylabel(r"$\bar\alpha_{t-1}-\bar\alpha_t$")
ax[0].legend()
assert cosine.beta.argmax() == 1000
figures.show(fig, "alt.forward.ends")

# %% [markdown] key="compare-ends-note" lang="en"
# The first. $\bar\alpha_t$ changes by 0.000041 at $t = 1$, by at most 0.00156 (at $t = 497$) and by 0.0000024 at $t = T$. But $\beta_t$ itself is *largest* at the end,
# 0.999: the small change there comes from having almost nothing left to take away.
#
# **“Cosine is better for high resolution”**, says one list. The paper says the reverse: the linear schedule did well on large images, cosine helped
# at 32×32 and 64×64. Why should the size matter? Draw the same digit 4 times as large, and use the same $t$ and the same schedule.

# %% key="compare-size"
large = x_0.repeat_interleave(4, 1).repeat_interleave(4, 2)[None].double()
x_large = forward.q_sample(large, 400, noise(1, 1, 112, 112, seed=9), schedule)
pooled = torch.nn.functional.avg_pool2d(x_large, 4)
x_small = forward.q_sample(x_0[None].double(), 400, noise(1, 1, 28, 28, seed=9), schedule)
kept_400 = float(schedule.alpha_bar[400])
signal = kept_400**0.5 * x_0[None]
for name, x in (("28", x_small), ("112/4", pooled)):
    print(f"{name:6s} {tuple(x.shape)}  noise std {(x - signal).std():.3f}")
exact = (1 - kept_400) ** 0.5 / 4
assert abs((pooled - signal).std() - exact) < 5 * exact / (2 * 784) ** 0.5
enlarged = x_small.repeat_interleave(4, 2).repeat_interleave(4, 3)
figures.show(figures.strip(torch.cat([enlarged, x_large]), ["28", "112"], size=2.6), "alt.forward.size")

# %% [markdown] key="compare-size-note" lang="en"
# At the same $t$ the large picture is easier to read: averaging blocks of 16 pixels divides the noise's standard deviation by 4, and the digit survives
# the averaging. So larger images need *more* noise, and later work shifts the schedule accordingly (Hoogeboom et al. 2023; Chen 2023).
#
# A noise schedule is sometimes compared with a learning-rate schedule. Both are a list of numbers over an index, and there the likeness ends: a learning
# rate runs over *training* and is forgotten afterwards, $\beta_t$ runs over *one image's* way into noise and becomes part of the task itself. Custom
# schedules, drawn or learned, are a choice per dataset; the checks in the next section apply to each of them.

# %% [markdown] key="end" lang="en"
# ## 7 · When is $x_T$ really $\mathcal N(0, I)$?
#
# Generating will start from pure $\mathcal N(0, I)$ noise. So the forward process had better end there. By the jump, $x_T$ has mean
# $\sqrt{\bar\alpha_T}\,x_0$ and variance $1-\bar\alpha_T$; everything hangs on $\bar\alpha_T \approx 0$, and not on $T$ being large.
#
# **Commit:** to save time someone takes $T = 50$ and keeps $\beta_1 = 10^{-4}$ and $\beta_T = 0.02$. How much of the digit is left in $x_{50}$? The cell
# measures it, (b), beside three other schedules: (a) the usual one, (c) 50 larger steps, (d) one that a famous model was trained with.

# %% key="end-measure"
some = data.digits("test")[0][:500].double()
eps = noise(*some.shape, seed=10)
root = torch.linspace(0.00085**0.5, 0.012**0.5, 1000, dtype=torch.float64)
ends = [schedule, schedules.linear(50), schedules.linear(50, 0.002, 0.4), schedules.from_betas(root**2)]
last = []
for s in ends:
    bar = float(s.alpha_bar[-1])
    x_T = forward.q_sample(some, s.T, eps, s)
    corr = torch.corrcoef(torch.stack([some.flatten(), x_T.flatten()]))[0, 1]
    nats = 784 * gaussians.kl(bar**0.5 * some, 1 - bar, 0.0, 1.0).mean()
    print(f"T={s.T:4d}  alpha_bar_T {bar:.1e}  sqrt {bar**0.5:.4f}  corr {corr:.4f}", end="  ")
    print(f"mean {x_T.mean():+.4f}  std {x_T.std():.4f}  KL {nats:.4f}")
    exact = bar**0.5 * some.std() / (bar * some.var() + 1 - bar) ** 0.5
    assert abs(corr - exact) < 5 / some.numel() ** 0.5
    last.append(x_T[4])
approx = 784 * 0.5 * float(schedule.alpha_bar[-1]) * some.square().mean()
print(f"KL ~ {approx:.4f}")
figures.show(figures.strip(torch.stack(last), ["a", "b", "c", "d"]), "alt.forward.end")

# %% [markdown] key="end-note" lang="en"
# (a) is the usual schedule: 0.6% of the amplitude is left, a distance of 0.0147 nats for a whole image of 784 pixels. That number is the term $L_T$ of
# the bound in chapter 3; for small $\bar\alpha_T$ it is $\tfrac12\bar\alpha_T\,\mathbb E\,x_0^2$ per pixel.
#
# (b) is the shortcut with $T = 50$: $\bar\alpha_T$ = 0.603, the digit is plainly there and its correlation with $x_0$ is 0.5899, the distance 345 nats. A sampler that started from $\mathcal N(0, I)$
# would start where the forward process never ends. (c) makes the steps 20 times as large instead: 50 steps suffice.
# What such large steps cost on the way back is a question for chapter 6.
#
# (d) is the schedule published with Stable Diffusion 1: $\sqrt{\bar\alpha_T}$ = 0.0683, more than ten times that of (a). To the eye it is noise; yet the leftover
# brightness is enough to keep such models from drawing very dark or very bright pictures (Lin et al. 2024).

# %% [markdown] key="scale" lang="en"
# ## 8 · The scale of the data
#
# The recipe assumed data of about unit size and centred near 0. Image files hold integers $0..255$. The step in between is one line,
# $x_0 = \mathrm{pixel}/127.5 - 1$, and it is easily forgotten; one write-up has a heading “Data scaling” with nothing under it.
#
# **Commit:** keep $0..255$ and use the same schedule. Is the digit at $t = 500$ (a) as noisy as before (b) noisier (c) hardly harmed? And with $0..1$?

# %% key="scale-measure"
pixels = ((some + 1) * 127.5).round().to(torch.uint8)
ranges = {"-1..1": data.to_unit(pixels).double(), "0..1": pixels.double() / 255, "0..255": pixels.double()}
halfway, last = {}, {}
for name, x in ranges.items():
    snr = float(schedule.snr[500] * x.var())
    halfway[name] = forward.q_sample(x, 500, eps, schedule)
    last[name] = forward.q_sample(x, 1000, eps, schedule)
    print(f"{name:7s} SNR_500 {snr:8.4f}  x_500 mean {halfway[name].mean():+.3f}", end="  ")
    print(f"x_T mean {last[name].mean():+.4f}  std {last[name].std():.4f}")
early = [forward.q_sample(x[4:5], 200, eps[4:5], schedule) for x in ranges.values()]
spans = ((-1, 1), (-1, 2), (0, 255 * float(schedule.alpha_bar[200]) ** 0.5))
shown = [torch.from_numpy(frames.to_uint8(x, *span)) for x, span in zip(early, spans, strict=True)]
figures.show(figures.strip(torch.cat(shown), list(ranges)), "alt.forward.scale")

# %% key="scale-histogram"
fig, ax = figures.axes(columns=2, size=(4.2, 3.2))
line = torch.linspace(-4, 4, 100)
for name in ranges:
    ax[0].hist(halfway[name].flatten(), 160, density=True, histtype="step", log=True, label=name)
    ax[1].hist(last[name].flatten(), 80, range=(-4, 6), density=True, histtype="step", label=name)
ax[1].plot(line, Normal(0.0, 1.0).log_prob(line).exp(), color="black", linewidth=1)
ax[0].set_xlabel("$x_{500}$")
ax[1].set_xlabel("$x_{1000}$")
ax[0].legend()
assert abs(last["-1..1"].std() - 1) < 0.01 < 0.1 < last["0..255"].std() - 1
figures.show(fig, "alt.forward.histogram")

# %% [markdown] key="scale-note" lang="en"
# (c): at $t = 500$ the signal-to-noise ratio is 487.8930 instead of 0.0300. A network would be shown a nearly clean digit at a step where it should have
# learned to work in the dark. And the walk no longer ends in $\mathcal N(0, I)$: $x_T$ has mean 0.1967 and standard deviation 1.1101 (right panel, beside the
# black normal curve), so a sampler would start in the wrong place.
#
# $0..1$ errs the other way: half the contrast is a quarter of the SNR, 0.0075, and the digit drowns sooner. Its mean is not centred either:
# +0.035 at $t = 500$. That one never looks broken, it only trains worse.
#
# There is a second reason for fixed bounds: the last term of the bound in chapter 3 ($L_0$) turns $x_0$ back into 256 grey levels (Ho et al. 2020, section 3.3), so
# the map must be known and invertible. Is it?

# %% key="scale-back"
levels = torch.arange(256, dtype=torch.uint8).reshape(1, 1, 16, 16)
back = torch.from_numpy(frames.to_uint8(data.to_unit(levels))).reshape(1, 1, 16, 16)
print("x_0", tuple(levels.shape), f"max|error| {(back.int() - levels.int()).abs().max()}")
assert torch.equal(back, levels)
for name, x in ranges.items():
    try:
        data.check_images(x)
        print(f"{name:7s} ok  {x.min():+.0f} .. {x.max():+.0f}")
    except ValueError as problem:
        print(f"{name:7s} {type(problem).__name__}: {problem}")

# %% [markdown] key="scale-back-note" lang="en"
# All 256 grey levels come back exactly, so the scaling loses nothing. `check_images` stops the $0..255$ images; it cannot tell $0..1$ from a
# genuine pale image, so that mistake stays yours to avoid.
#
# ### Exercise: from bytes to $[-1, 1]$
#
# Write `to_unit(images)`: a `uint8` tensor of any shape, values $0..255$, becomes floats in $[-1, 1]$.

# %% key="ex-to-unit" exercise="data.to_unit"
def to_unit(images):
    ### BEGIN SOLUTION
    return images.float() / 127.5 - 1
    ### END SOLUTION


# %% key="check-to-unit" check="data.to_unit"
check("data.to_unit", to_unit)

# %% [markdown] key="cloud" lang="en"
# ## 9 · A cloud dissolves
#
# One image is one point in a space of 784 dimensions. In 2 dimensions we can watch the whole *distribution*. Left, 5 small Gaussians on a circle;
# right, a spiral.
#
# **Commit, then slide:** what disappears first, the gaps between neighbouring blobs or the hole in the middle?

# %% key="cloud-player"
angle = torch.arange(5, dtype=torch.float64) * 2 * torch.pi / 5
ring = gaussians.Mixture(torch.ones(5), 1.5 * torch.stack([angle.cos(), angle.sin()], 1), 0.15)
turn = 3 * torch.pi * torch.linspace(0.05, 1, 3000, dtype=torch.float64).sqrt()
spiral = (turn / turn.max() * 1.7)[:, None] * torch.stack([turn.cos(), turn.sin()], 1)
points = ring.sample(3000, torch.Generator().manual_seed(11)), spiral
every, eps = [*range(0, 400, 10), *range(400, 1001, 50)], noise(3000, 2, seed=12)
clouds = [torch.stack([forward.q_sample(p, t, eps, schedule) for t in every]) for p in points]
tracks = {name: frames.scatter(c, size=96) for name, c in zip(("x_t", "y_t"), clouds, strict=True)}
player(tracks, times=every, alt=lang.text("alt.forward.cloud"))

# %% [markdown] key="cloud-exact" lang="en"
# For the blobs nothing needs to be estimated: a Gaussian that is shrunk and blurred is a Gaussian again, so the law of $x_t$ is a mixture of 5 Gaussians with means
# $\sqrt{\bar\alpha_t}\,m_k$ and variances $\bar\alpha_t s_k^2 + 1 - \bar\alpha_t$. Below, points that jumped (upper row) above that exact density (lower row).

# %% key="cloud-density"
n, grid_1 = 50_000, torch.linspace(-2.5, 2.5, 96, dtype=torch.float64)
grid_2 = torch.stack(torch.meshgrid(grid_1, -grid_1, indexing="xy"), -1).reshape(-1, 2)
x_0s, eps, shown = ring.sample(n, torch.Generator().manual_seed(13)), noise(n, 2, seed=14), [0, 100, 200, 300, 1000]
jumped, exact = [], []
for t in shown:
    x, law = forward.q_sample(x_0s, t, eps, schedule), ring.diffused(t, schedule)
    bar = float(schedule.alpha_bar[t])
    square = bar * (1.5**2 + 2 * 0.15**2) + 2 * (1 - bar)
    own, fresh = law.log_prob(x), law.log_prob(law.sample(n, torch.Generator().manual_seed(15)))
    print(f"t={t:4d}  E|x|^2 {x.square().sum(1).mean():.4f} ({square:.4f})", end="  ")
    print(f"E log q {own.mean():+.4f} ({fresh.mean():+.4f})")
    assert abs(x.square().sum(1).mean() - square) < 5 * x.square().sum(1).std() / n**0.5
    assert abs(own.mean() - fresh.mean()) < 5 * (2 / n) ** 0.5 * fresh.std()
    height = law.log_prob(grid_2).exp().reshape(1, 1, 96, 96)
    jumped.append(torch.from_numpy(frames.scatter(x[None, :5000], size=96)))
    exact.append(torch.from_numpy(frames.to_uint8(-height / height.max(), -1, 0)))
titles = [f"$t={t}$" for t in shown]
figures.show(figures.grid([torch.cat(jumped), torch.cat(exact)], titles, ["$x_t$", "$q$"]), "alt.forward.density")

# %% [markdown] key="cloud-note" lang="en"
# Measured values agree with the exact ones in brackets within five standard errors: second moment and mean log-density. The gaps between the blobs go first,
# the hole later: noise erases fine detail before coarse shape, and so the way back will find coarse shape first.
#
# The spiral is exact too, in its way: any finite set of points is a mixture of Gaussians of width 0, and `Mixture(weights, points, 0.0).diffused(t, schedule)`
# is the density of its $x_t$. The ideal denoiser of [chapter 1](01_intuition.ipynb) is built on just that.
#
# ## What to take along
#
# - One step: $x_t = \sqrt{1-\beta_t}\,x_{t-1} + \sqrt{\beta_t}\,\epsilon$. Variances add, noises are fresh, and the total variance stays 1.
# - One jump: $x_t = \sqrt{\bar\alpha_t}\,x_0 + \sqrt{1-\bar\alpha_t}\,\epsilon$ with $\bar\alpha_t = \prod_{s=1}^{t}\alpha_s$: the same law as $t$ steps, not the same path.
# - $x_T$ is pure noise because $\bar\alpha_T \approx 0$ and the data are scaled to $[-1, 1]$. Both are yours to check; $T$ alone promises nothing.
# - One timestep per image means a shape of `(B, 1, 1, 1)`. The wrong shape may run without a word.
# - The schedule decides which noise levels get how many steps; which one is good depends on the size of the image.
#
# **Limits.** All of this is about Gaussian noise on pixels. Other ways of destroying a picture (blurring, masking, discrete tokens) have their own forward
# processes. And we have not undone anything yet: $q(x_{t-1}\mid x_t)$ depends on the unknown distribution of the data, and no table contains it. Chapter 3 starts there: *how would we know whether a walk back is any good?*
#
# **Sources.** Sohl-Dickstein et al. 2015, section 2. Ho, Jain & Abbeel 2020, section 2 (eqs. 2 and 4), 3.3 (data scaling) and 4 (schedule). Nichol & Dhariwal 2021,
# section 3.2 (eq. 17, figures 3 to 5). Song et al. 2021 (variance exploding and preserving). Kingma et al. 2021 (learned schedule). Chen 2023 and Hoogeboom et al. 2023
# (schedules for large images). Lin et al. 2024 ($\bar\alpha_T$ above zero). Digits: MNIST, LeCun, Cortes & Burges 1998.
#
# Back to the map: [welcome](00_welcome.ipynb).
