# %% [markdown] key="title" lang="en"
# # 6 · DDPM: the walk back
#
# We have a network that names the noise in an image. This chapter turns it into a machine that draws: start from nothing but noise and take a
# thousand small steps back. The loop has ten lines. Nearly every way to get one of them wrong still runs, and some of the wrong ones draw *nicer* pictures.
#
# **First, the loop as many introductions describe it**: “the image at $t-1$ is the image at $t$ minus the predicted noise”. To see what a rule does, take data whose law we
# know: numbers near $+1$ or near $-1$, each with a standard deviation of 0.15. For them we need no training: the best possible answer $\mathbb E[\epsilon\mid x_t]$ is known exactly (chapter 1's ideal
# denoiser). So whatever goes wrong is the fault of the rule, not of the network.
#
# **Commit before you run:** 4000 walks with this rule end (a) at $+1$ and $-1$, a bit too wide, (b) all over the place, (c) all at one point.

# %% [markdown] key="title" lang="id" ref="f0b8a31f"
# # 6 · DDPM: perjalanan pulang
#
# Kita punya jaringan yang dapat menyebut noise (derau) di dalam sebuah gambar. Bab ini menjadikannya mesin gambar: berangkat dari noise semata, lalu mundur
# seribu langkah kecil. Loop-nya sepuluh baris. Hampir setiap cara keliru untuk menulisnya tetap berjalan, dan beberapa di antaranya malah menghasilkan gambar yang *lebih bagus*.
#
# **Pertama-tama, loop yang digambarkan banyak pengantar**: “gambar pada $t-1$ adalah gambar pada $t$ dikurangi noise yang ditebak”. Untuk melihat apa yang diperbuat sebuah aturan, kita ambil data yang distribusinya kita
# kenal: bilangan di dekat $+1$ atau di dekat $-1$, masing-masing dengan simpangan baku 0.15. Untuk data ini tidak perlu pelatihan: jawaban terbaik yang mungkin, $\mathbb E[\epsilon\mid x_t]$, diketahui secara eksak (penghilang noise ideal
# dari Bab 1). Jadi kalau ada yang salah, yang salah aturannya, bukan jaringannya.
#
# **Putuskan dulu sebelum menjalankan sel:** 4000 perjalanan dengan aturan ini berakhir (a) di $+1$ dan $-1$, sedikit terlalu lebar, (b) di mana-mana, (c) semuanya di satu titik.

# %% [markdown] key="title" lang="ko" ref="f0b8a31f"
# # 6 · DDPM: 되돌아오는 길
#
# 우리에게는 이미지에 든 노이즈를 알아맞히는 신경망이 있습니다. 이 장에서는 이것으로 그림을 그리는 기계를 만듭니다. 노이즈밖에 없는 곳에서 출발해 작은 단계를 천 번 밟아 돌아옵니다. 반복문은 열 줄입니다. 이 열 줄은 어디가 틀려도 거의 언제나 돌아가고, 틀린 것 가운데에는 *더 예쁜* 그림을 그리는 것도 있습니다.
#
# **먼저 여러 입문 글이 설명하는 대로 해 봅시다.** “$t-1$의 이미지는 $t$의 이미지에서 예측한 노이즈를 뺀 것이다.” 규칙이 무슨 일을 하는지 보려면 분포를 아는 데이터를 쓰면 됩니다. $+1$ 아니면 $-1$ 가까이에 있고 어느 쪽이든 표준편차가 0.15인 수입니다. 이런 데이터라면 학습할 것도 없습니다. 가장 좋은 답 $\mathbb E[\epsilon\mid x_t]$를 정확히 알기 때문입니다(1장의 이상적인 노이즈 제거기). 그러니 무엇이 잘못되든 신경망이 아니라 규칙 탓입니다.
#
# **실행하기 전에 답을 정하십시오.** 이 규칙으로 4000번 걸어오면 어디서 끝나겠습니까? (a) $+1$과 $-1$에서, 다만 조금 더 넓게 퍼져서 (b) 아무 데서나 (c) 모두 한 점에서

# %% key="first-imports"
from functools import partial

import torch

from course_lib import checkpoints, figures, forward, gaussians, lang, samplers, schedules

schedule = schedules.linear()
pair = gaussians.Mixture([0.5, 0.5], [[-1.0], [1.0]], 0.15)


def subtract(x_t, eps_hat):
    return x_t - eps_hat


def walk(model, rule, x_T, chain, seed=1):
    for state in samplers.sample(model, rule, x_T, chain, generator=torch.Generator().manual_seed(seed)):
        if state.x_t.abs().max() > 1e4:
            break
    return state.x_t, state.t


def noise(*shape, seed=0, dtype=torch.float64):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


# %% key="first-run"
perfect = pair.optimal_eps(schedule)
x_T = noise(4000, 1)
minus = walk(perfect, subtract, x_T, schedule)[0]
right = walk(perfect, samplers.ddpm_step, x_T, schedule)[0]
fig, ax = figures.axes("$x_0$", columns=2, size=(4.2, 2.6))
grid = torch.linspace(-2, 2, 401, dtype=torch.float64)[:, None]
for one_ax, x, name in ((ax[0], minus, r"$x_t-\hat\epsilon$"), (ax[1], right, r"$\mu_\theta+\sigma_t z$")):
    print(f"{name:18s} mean {x.mean():.3f}  std {x.std():.3f}")
    one_ax.hist(x[:, 0], 80, range=(-2, 2), density=True)
    one_ax.plot(grid, pair.log_prob(grid).exp(), color="black")
    one_ax.set(title=name, ylim=(0, 2))
assert minus.std() < 0.001 and abs(right.std() - 1.011) < 0.03
figures.show(fig, "alt.ddpm.first")

# %% [markdown] key="bound" lang="en"
# (c): every single walk ends at 0, where the data have practically nothing (the dashed line is their density). It is there after a few steps: at $t=1000$ nearly all of $x_t$ *is* noise, so the rule takes nearly all of it away, and at 0, halfway between two equal heaps, the best $\hat\epsilon$ is 0. The right picture shows where this chapter is going.
#
# What is wrong with the sentence? $\hat\epsilon$ is the noise of *all* $t$ steps, scaled to variance 1. A single step has added only a small share of it. So how much noise is one step to take
# away, and how much is it to put back? The bound of chapter 3 answers both.
#
# ## 1 · From the bound to Algorithm 2
#
# The bound asks for one thing at each $t$: make $p_\theta(x_{t-1}\mid x_t)$ resemble the posterior $q(x_{t-1}\mid x_t,x_0)$. Four moves lead from there to code.
#
# **Move 1: a Gaussian with a fixed width.** The way back is a chain of normal distributions whose variance is not learned (chapter 4):
#
# $$p_\theta(x_{0:T}) = p(x_T)\prod_{t=1}^{T}p_\theta(x_{t-1}\mid x_t), \qquad p_\theta(x_{t-1}\mid x_t)=\mathcal N\big(x_{t-1};\ \mu_\theta(x_t,t),\ \sigma_t^2 I\big)$$
#
# **Move 2: the posterior's mean, with a guess in the place of $x_0$.**
#
# $$\mu_\theta(x_t,t)=\tilde\mu_t(x_t,\hat x_0)=\frac{\sqrt{\bar\alpha_{t-1}}\,\beta_t}{1-\bar\alpha_t}\,\hat x_0+\frac{\sqrt{\alpha_t}\,(1-\bar\alpha_{t-1})}{1-\bar\alpha_t}\,x_t$$
#
# **Move 3: the guess comes from the noise.** $\hat x_0=(x_t-\sqrt{1-\bar\alpha_t}\,\hat\epsilon)/\sqrt{\bar\alpha_t}$. Multiplied out, two coefficients of $x_t$ merge into one:
#
# $$\mu_\theta(x_t,t)=\frac{1}{\sqrt{\alpha_t}}\left(x_t-\frac{\beta_t}{\sqrt{1-\bar\alpha_t}}\,\hat\epsilon\right)$$
#
# (Some texts write $1-\alpha_t$ for $\beta_t$ here. It is the same number.)
#
# **Move 4: draw.** A draw from $\mathcal N(\mu,\sigma^2)$ is $\mu+\sigma z$ with $z\sim\mathcal N(0,I)$: a product with the *standard deviation*.
#
# The two forms of the mean are equal, and yet not equally useful. **Commit:** at the last step, $t=1$, what weight does the form of move 2 (the one with $\hat x_0$) give to $x_t$: nearly 1, one half, or 0?

# %% [markdown] key="bound" lang="id" ref="3ced9ac6"
# (c): setiap perjalanan berakhir di 0, padahal di sana hampir tidak ada data (garis putus-putus adalah densitasnya). Ia sudah di sana setelah beberapa langkah: pada $t=1000$ hampir seluruh $x_t$ *memang* noise, jadi aturan itu mengangkat hampir semuanya, dan di 0, tepat di tengah dua gundukan yang sama besar, $\hat\epsilon$ terbaik adalah 0. Gambar kanan menunjukkan ke mana bab ini menuju.
#
# Apa yang salah dengan kalimat itu? $\hat\epsilon$ adalah noise dari *semua* $t$ langkah, diskalakan supaya variansnya 1. Satu langkah hanya menambahkan sebagian kecil darinya. Jadi berapa banyak noise yang harus diangkat oleh satu langkah,
# dan berapa banyak yang harus dikembalikannya? Batas dari Bab 3 menjawab keduanya.
#
# ## 1 · Dari batas ke Algoritme 2
#
# Pada setiap $t$, batas itu meminta satu hal: buat $p_\theta(x_{t-1}\mid x_t)$ menyerupai posterior $q(x_{t-1}\mid x_t,x_0)$. Empat gerakan mengantar kita dari sana ke kode.
#
# **Gerakan 1: Gaussian dengan lebar tetap.** Jalan pulang adalah rantai distribusi normal yang variansnya tidak dipelajari (Bab 4):
#
# $$p_\theta(x_{0:T}) = p(x_T)\prod_{t=1}^{T}p_\theta(x_{t-1}\mid x_t), \qquad p_\theta(x_{t-1}\mid x_t)=\mathcal N\big(x_{t-1};\ \mu_\theta(x_t,t),\ \sigma_t^2 I\big)$$
#
# **Gerakan 2: rata-rata posterior, dengan tebakan di tempat $x_0$.**
#
# $$\mu_\theta(x_t,t)=\tilde\mu_t(x_t,\hat x_0)=\frac{\sqrt{\bar\alpha_{t-1}}\,\beta_t}{1-\bar\alpha_t}\,\hat x_0+\frac{\sqrt{\alpha_t}\,(1-\bar\alpha_{t-1})}{1-\bar\alpha_t}\,x_t$$
#
# **Gerakan 3: tebakannya datang dari noise.** $\hat x_0=(x_t-\sqrt{1-\bar\alpha_t}\,\hat\epsilon)/\sqrt{\bar\alpha_t}$. Setelah dijabarkan, dua koefisien $x_t$ melebur menjadi satu:
#
# $$\mu_\theta(x_t,t)=\frac{1}{\sqrt{\alpha_t}}\left(x_t-\frac{\beta_t}{\sqrt{1-\bar\alpha_t}}\,\hat\epsilon\right)$$
#
# (Sebagian tulisan memakai $1-\alpha_t$ untuk $\beta_t$ di sini. Bilangannya sama.)
#
# **Gerakan 4: ambil sampel.** Sampel dari $\mathcal N(\mu,\sigma^2)$ adalah $\mu+\sigma z$ dengan $z\sim\mathcal N(0,I)$: hasil kali dengan *simpangan baku*.
#
# Kedua bentuk rata-rata itu sama, tetapi tidak sama gunanya. **Putuskan dulu:** pada langkah terakhir, $t=1$, bobot berapa yang diberikan bentuk dari gerakan 2 (yang memakai $\hat x_0$) kepada $x_t$: hampir 1, setengah, atau 0?

# %% [markdown] key="bound" lang="ko" ref="3ced9ac6"
# (c)입니다. 하나같이 0에서 끝나는데, 거기에는 데이터가 없다시피 합니다(파선이 데이터의 밀도입니다). 몇 단계 만에 벌써 거기에 가 있습니다. $t=1000$에서는 $x_t$의 거의 전부가 *정말로* 노이즈이므로 규칙이 거의 다 덜어 내고, 똑같은 두 덩어리의 한가운데인 0에서는 가장 좋은 $\hat\epsilon$이 0이기 때문입니다. 오른쪽 그림은 이 장이 가려는 곳입니다.
#
# 그 문장은 무엇이 틀렸습니까? $\hat\epsilon$은 단계 $t$개의 노이즈를 *모두* 모아 분산 1로 맞춘 것입니다. 한 단계가 더한 노이즈는 그 가운데 작은 몫일 뿐입니다. 그렇다면 한 단계는 노이즈를 얼마나 덜어 내고, 얼마나 다시 넣어야 합니까? 두 물음에 모두 답하는 것이 3장의 상한입니다.
#
# ## 1 · 상한에서 알고리즘 2로
#
# 상한이 $t$마다 바라는 것은 하나입니다. $p_\theta(x_{t-1}\mid x_t)$가 사후분포 $q(x_{t-1}\mid x_t,x_0)$을 닮아야 합니다. 여기서 네 대목을 거치면 코드가 됩니다.
#
# **대목 1: 너비를 정해 둔 가우스 분포.** 되돌아오는 길은 정규분포의 연쇄이고, 그 분산은 학습하지 않습니다(4장).
#
# $$p_\theta(x_{0:T}) = p(x_T)\prod_{t=1}^{T}p_\theta(x_{t-1}\mid x_t), \qquad p_\theta(x_{t-1}\mid x_t)=\mathcal N\big(x_{t-1};\ \mu_\theta(x_t,t),\ \sigma_t^2 I\big)$$
#
# **대목 2: 사후분포의 평균에서 $x_0$ 자리에 추측을 넣습니다.**
#
# $$\mu_\theta(x_t,t)=\tilde\mu_t(x_t,\hat x_0)=\frac{\sqrt{\bar\alpha_{t-1}}\,\beta_t}{1-\bar\alpha_t}\,\hat x_0+\frac{\sqrt{\alpha_t}\,(1-\bar\alpha_{t-1})}{1-\bar\alpha_t}\,x_t$$
#
# **대목 3: 추측은 노이즈에서 나옵니다.** $\hat x_0=(x_t-\sqrt{1-\bar\alpha_t}\,\hat\epsilon)/\sqrt{\bar\alpha_t}$입니다. 넣고 전개하면 $x_t$의 두 계수가 하나로 합쳐집니다.
#
# $$\mu_\theta(x_t,t)=\frac{1}{\sqrt{\alpha_t}}\left(x_t-\frac{\beta_t}{\sqrt{1-\bar\alpha_t}}\,\hat\epsilon\right)$$
#
# (여기에 $\beta_t$ 대신 $1-\alpha_t$를 쓰는 글도 있습니다. 같은 수입니다.)
#
# **대목 4: 뽑습니다.** $\mathcal N(\mu,\sigma^2)$에서 뽑은 값은 $z\sim\mathcal N(0,I)$로 만든 $\mu+\sigma z$입니다. 곱하는 것은 *표준편차*입니다.
#
# 평균의 두 형태는 값이 같지만 쓸모까지 같지는 않습니다. **답을 먼저 정하십시오.** 마지막 단계 $t=1$에서 대목 2의 형태($\hat x_0$을 쓰는 것)는 $x_t$에 가중치를 얼마나 줍니까? 거의 1입니까, 절반입니까, 0입니까?


# %% key="bound-mean"
def from_eps_hat(x_t, t, eps_hat):
    beta_t, gone = schedule.beta[t], (1 - schedule.alpha_bar[t]) ** 0.5
    return (x_t - beta_t / gone * eps_hat) / schedule.alpha[t] ** 0.5


def from_x_0_hat(x_t, t, x_0_hat):
    bar_t, bar_prev = schedule.alpha_bar[t], schedule.alpha_bar[t - 1]
    of_x_0 = bar_prev**0.5 * schedule.beta[t] / (1 - bar_t)
    return of_x_0 * x_0_hat + schedule.alpha[t] ** 0.5 * (1 - bar_prev) / (1 - bar_t) * x_t


x_t, eps_hat = noise(2, 3, 1, 8, 8)
for t in range(1, 1001):
    x_0_hat = (x_t - (1 - schedule.alpha_bar[t]) ** 0.5 * eps_hat) / schedule.alpha_bar[t] ** 0.5
    means = from_eps_hat(x_t, t, eps_hat), from_x_0_hat(x_t, t, x_0_hat)
    assert (means[0] - means[1]).abs().max() < 1e-9
    step = samplers.ddpm_step(x_t, t, eps_hat, torch.zeros_like(x_t), schedule)
    assert (means[0] - step).abs().max() < 1e-9
    if t in (1, 2, 1000):
        weights = from_x_0_hat(0, t, 1.0), from_x_0_hat(1.0, t, 0)
        print(f"t={t:4d}  x_0_hat {weights[0]:.5f}  x_t {weights[1]:.5f}", end="  ")
        print(f"beta_tilde {schedule.beta_tilde[t]:.6f}")
    if t == 1:
        assert (means[1] - x_0_hat).abs().max() < 1e-12 and schedule.beta_tilde[1] == 0

# %% [markdown] key="algorithm" lang="en"
# The weight is 0. The last step forgets $x_t$ and hands over $\hat x_0$ itself. (The two forms agree at all 1000 timesteps, this one included.) Given $x_0$, the posterior at $t=1$ is a point, $\tilde\beta_1=0$. Algorithm 2 adds no noise there for any $\sigma_t$: the last mean is what is shown. (Section 5 measures what that leaves out.)
#
# Together the four moves are Algorithm 2 of Ho et al. 2020:
#
# | line | in words | watch out |
# | --- | --- | --- |
# | 1 | $x_T\sim\mathcal N(0,I)$ | the shape of an image; nothing else enters |
# | 2 | for $t=T,\dots,1$ | $T$ steps, so $T$ calls of the network; the last at $t=1$ |
# | 3 | $z\sim\mathcal N(0,I)$ if $t>1$, else $z=0$ | fresh at every step; not $\hat\epsilon$ |
# | 4 | $x_{t-1}=\frac{1}{\sqrt{\alpha_t}}\left(x_t-\frac{\beta_t}{\sqrt{1-\bar\alpha_t}}\,\epsilon_\theta(x_t,t)\right)+\sigma_t z$ | $\alpha_t$ in front, $\bar\alpha_t$ inside; $\sigma_t$, not $\sigma_t^2$ |
# | 5 | end for | |
# | 6 | return $x_0$ | it may lie a little outside $[-1,1]$ |
#
# A word on counting, because line 3 is often miscopied. We count $t=1,\dots,T$ as the paper does. Code that counts its tables from 0 means the same with every index one lower:
#
# | | the paper, this course | tables from 0 |
# | --- | --- | --- |
# | loop | `for t in range(T, 0, -1)` | `for t in reversed(range(T))` |
# | first and last call | $T$ and 1 | $T-1$ and 0 |
# | add noise | `if t > 1` | `if t > 0` |
#
# Each column is right. Mix them and it is not: in the left loop, `t > 0` is always true, and noise is added to the finished image. (Published teaching code does this. Section 6 measures it.)
#
# ### Exercise: one step back
#
# Write line 4 with line 3's exception, `ddpm_step(x_t, t, eps_hat, z, schedule)`: `t` is a whole number, `z` a noise of `x_t`'s shape that is always handed in, $\sigma_t^2=\beta_t$.
# At $t=1$ the result must not depend on `z`. (`solution("samplers.ddpm_step")` in a new cell shows ours.)

# %% [markdown] key="algorithm" lang="id" ref="75877f90"
# Bobotnya 0. Langkah terakhir melupakan $x_t$ dan menyerahkan $\hat x_0$ itu sendiri. (Kedua bentuk itu cocok pada semua 1000 timestep (langkah waktu), termasuk yang ini.) Bila $x_0$ diketahui, posterior pada $t=1$ adalah sebuah titik, $\tilde\beta_1=0$. Apa pun $\sigma_t$-nya, Algoritme 2 tidak menambahkan noise di sana: yang diperlihatkan adalah rata-rata terakhir. (Bagian 5 mengukur apa yang hilang karenanya.)
#
# Digabungkan, keempat gerakan itu menjadi Algoritme 2 dari Ho et al. 2020:
#
# | baris | dengan kata-kata | perhatikan |
# | --- | --- | --- |
# | 1 | $x_T\sim\mathcal N(0,I)$ | bentuknya seperti gambar; tidak ada hal lain yang masuk |
# | 2 | untuk $t=T,\dots,1$ | $T$ langkah, jadi $T$ panggilan jaringan; yang terakhir pada $t=1$ |
# | 3 | $z\sim\mathcal N(0,I)$ bila $t>1$, selain itu $z=0$ | baru di setiap langkah; bukan $\hat\epsilon$ |
# | 4 | $x_{t-1}=\frac{1}{\sqrt{\alpha_t}}\left(x_t-\frac{\beta_t}{\sqrt{1-\bar\alpha_t}}\,\epsilon_\theta(x_t,t)\right)+\sigma_t z$ | $\alpha_t$ di depan, $\bar\alpha_t$ di dalam; $\sigma_t$, bukan $\sigma_t^2$ |
# | 5 | akhir loop | |
# | 6 | kembalikan $x_0$ | boleh sedikit di luar $[-1,1]$ |
#
# Sepatah kata tentang penomoran, karena baris 3 sering keliru disalin. Kita menomori $t=1,\dots,T$ seperti makalahnya. Kode yang tabelnya dinomori dari 0 mengatakan hal yang sama dengan semua indeks turun satu:
#
# | | makalah, kursus ini | tabel dari 0 |
# | --- | --- | --- |
# | loop | `for t in range(T, 0, -1)` | `for t in reversed(range(T))` |
# | panggilan pertama dan terakhir | $T$ dan 1 | $T-1$ dan 0 |
# | tambahkan noise | `if t > 1` | `if t > 0` |
#
# Setiap kolom benar. Bila dicampur, tidak lagi: di loop kiri, `t > 0` selalu benar, sehingga gambar yang sudah jadi masih diberi noise. (Ada kode pengajaran yang terbit dengan kekeliruan ini. Bagian 6 mengukurnya.)
#
# ### Latihan: satu langkah mundur
#
# Tulis baris 4 beserta pengecualian dari baris 3, `ddpm_step(x_t, t, eps_hat, z, schedule)`: `t` bilangan bulat, `z` noise yang bentuknya seperti `x_t` dan selalu diberikan, $\sigma_t^2=\beta_t$.
# Pada $t=1$ hasilnya tidak boleh bergantung pada `z`. (`solution("samplers.ddpm_step")` di sel baru menampilkan versi kursus ini.)

# %% [markdown] key="algorithm" lang="ko" ref="75877f90"
# 답은 0입니다. 마지막 단계는 $x_t$를 잊고 $\hat x_0$을 그대로 내놓습니다. (두 형태의 평균은 이 단계를 포함해 타임스텝 1000개 모두에서 일치합니다.) $x_0$을 안다면 $t=1$의 사후분포는 한 점이고 $\tilde\beta_1=0$입니다. 알고리즘 2는 $\sigma_t$가 무엇이든 거기서 노이즈를 더하지 않고 마지막 평균을 그대로 보여 줍니다. (그래서 빠지는 것이 얼마인지는 5절에서 잽니다.)
#
# 네 대목을 합치면 Ho et al. 2020의 알고리즘 2입니다.
#
# | 줄 | 말로 하면 | 조심할 것 |
# | --- | --- | --- |
# | 1 | $x_T\sim\mathcal N(0,I)$ | 이미지와 모양이 같습니다. 그 밖에 들어가는 것은 없습니다 |
# | 2 | $t=T,\dots,1$에 대해 | 단계가 $T$개이므로 신경망을 $T$번 부르고, 마지막은 $t=1$입니다 |
# | 3 | $t>1$이면 $z\sim\mathcal N(0,I)$, 아니면 $z=0$ | 단계마다 새로 뽑습니다. $\hat\epsilon$이 아닙니다 |
# | 4 | $x_{t-1}=\frac{1}{\sqrt{\alpha_t}}\left(x_t-\frac{\beta_t}{\sqrt{1-\bar\alpha_t}}\,\epsilon_\theta(x_t,t)\right)+\sigma_t z$ | 앞에는 $\alpha_t$, 안에는 $\bar\alpha_t$입니다. $\sigma_t^2$이 아니라 $\sigma_t$입니다 |
# | 5 | 반복 끝 | |
# | 6 | $x_0$을 돌려줍니다 | $[-1,1]$을 조금 벗어날 수 있습니다 |
#
# 3번째 줄은 잘못 베끼는 일이 많으므로 세는 법을 짚어 둡니다. 우리는 논문대로 $t=1,\dots,T$로 셉니다. 표를 0부터 세는 코드에서는 모든 번호가 하나씩 작을 뿐 뜻은 같습니다.
#
# | | 논문과 이 강의 | 0부터 세는 표 |
# | --- | --- | --- |
# | 반복문 | `for t in range(T, 0, -1)` | `for t in reversed(range(T))` |
# | 첫 번째와 마지막 호출 | $T$와 1 | $T-1$과 0 |
# | 노이즈를 더할 때 | `if t > 1` | `if t > 0` |
#
# 어느 열이든 그 자체로는 옳습니다. 섞으면 틀립니다. 왼쪽 반복문에서 `t > 0`은 언제나 참이므로, 다 그린 이미지에 노이즈를 더하게 됩니다. (공개된 교육용 코드에 실제로 이렇게 된 것이 있습니다. 얼마나 해로운지는 6절에서 잽니다.)
#
# ### 연습문제: 한 단계 뒤로
#
# 3번째 줄의 예외까지 넣어 4번째 줄을 함수 `ddpm_step(x_t, t, eps_hat, z, schedule)`로 작성하십시오. `t`는 정수이고, `z`는 `x_t`와 모양이 같은 노이즈로 어느 단계에서나 주어지며, $\sigma_t^2=\beta_t$입니다. $t=1$에서는 결과가 `z`에 따라 달라지면 안 됩니다. (새 셀에서 `solution("samplers.ddpm_step")`을 실행하면 강의의 풀이가 나옵니다.)

# %% key="ex-step" exercise="samplers.ddpm_step"
from course_lib.exercises import check, solution


def ddpm_step(x_t, t, eps_hat, z, schedule):
    ### BEGIN SOLUTION
    alpha_t, alpha_bar_t = float(schedule.alpha[t]), float(schedule.alpha_bar[t])
    beta_t = 1 - alpha_t
    mean = (x_t - beta_t / (1 - alpha_bar_t) ** 0.5 * eps_hat) / alpha_t**0.5
    return mean if t == 1 else mean + beta_t**0.5 * z
    ### END SOLUTION


# %% key="check-step" check="samplers.ddpm_step"
check("samplers.ddpm_step", ddpm_step)

# %% [markdown] key="loop" lang="en"
# ## 2 · Ten lines, and a distance
#
# Here is the whole algorithm, written out, on the exact model. To judge it we need a number. Sort 4000 samples, sort 4000 data points, and take the mean gap between partners: the
# distance $W_1$. But two draws of *real data* are not at distance 0 either, so measure that as well: it is the floor.
#
# **Commit:** with a perfect network, will 1000 steps come down to the floor (a) so far that 4000 points cannot tell the difference, (b) close to it, (c) not at all?

# %% [markdown] key="loop" lang="id" ref="8336ad0f"
# ## 2 · Sepuluh baris, dan sebuah jarak
#
# Inilah seluruh algoritmenya, ditulis lengkap, dengan model eksak. Untuk menilainya kita memerlukan sebuah bilangan. Urutkan 4000 sampel, urutkan 4000 titik data, lalu ambil rata-rata selisih antarpasangan: itulah
# jarak $W_1$. Tetapi dua sampel *data asli* pun jaraknya tidak 0, jadi jarak itu kita ukur juga: itulah lantainya.
#
# **Putuskan dulu:** dengan jaringan yang sempurna, apakah 1000 langkah akan turun ke lantai (a) sampai tidak terbedakan lagi oleh 4000 titik, (b) sampai di dekatnya, (c) sama sekali tidak?

# %% [markdown] key="loop" lang="ko" ref="8336ad0f"
# ## 2 · 열 줄, 그리고 거리 하나
#
# 정확한 모델을 놓고 알고리즘 전체를 풀어 썼습니다. 잘되었는지 판단하려면 수가 하나 있어야 합니다. 샘플 4000개와 데이터 4000개를 저마다 크기순으로 늘어세우고 짝끼리의 간격을 평균합니다. 이것이 거리 $W_1$입니다. 그런데 *진짜 데이터*를 두 번 뽑아도 거리가 0은 아니므로 그것도 재어 둡니다. 이것이 바닥입니다.
#
# **답을 먼저 정하십시오.** 완벽한 신경망으로 1000단계를 걸으면 바닥까지 내려오겠습니까? (a) 점 4000개로는 가려낼 수 없을 만큼 내려온다 (b) 가까이까지만 내려온다 (c) 전혀 내려오지 못한다


# %% key="loop-written-out"
def algorithm_2(model, x_T, schedule):
    x, calls, g = x_T, 0, torch.Generator().manual_seed(1)
    for t in range(schedule.T, 0, -1):
        z = torch.randn(x.shape, generator=g, dtype=x.dtype) if t > 1 else torch.zeros_like(x)
        eps_hat = model(x, torch.full((len(x),), t))
        calls += 1
        bracket = x - schedule.beta[t] / (1 - schedule.alpha_bar[t]) ** 0.5 * eps_hat
        x = bracket / schedule.alpha[t] ** 0.5 + schedule.beta[t] ** 0.5 * z
    return x, calls


def W_1(a, b):
    return float((a.sort(0).values - b.sort(0).values).abs().mean())


real = pair.sample(40_000, torch.Generator().manual_seed(2)).double()
floors = torch.tensor([W_1(*draws.split(4000)) for draws in real.split(8000)])
x, calls = algorithm_2(perfect, x_T, schedule)
print(f"W_1 {W_1(x, real[:4000]):.3f}  q {floors.min():.3f} .. {floors.max():.3f}", end="  ")
print(f"T={schedule.T}  calls {calls}")
assert calls == schedule.T and (x - right).abs().max() < 1e-9

# %% [markdown] key="own" lang="en"
# (a): the distance lies within the range of real data against real data. (The loop also agrees with the library's, number by number, since both drew the same noise.)
#
# Exact it is not, for all that. The start is $\mathcal N(0,1)$ instead of $q(x_T)$, and each step draws from a normal distribution of a fixed width where the true law is a mixture. With 1000 short steps both errors hide below the floor. With 50, $W_1$ still hardly tells, but another number will: the width of a single heap (section 5).
#
# ## 3 · Your own step in the library's loop
#
# The library's loop does not contain a step. It takes one:
#
# `samplers.sample(model, step, x_T, schedule)`
#
# calls `step` with whatever its parameters ask for by name (`x_t`, `t`, `eps_hat`, `z`, `schedule`, `t_next`) and yields each state $(t, x_t, \hat x_0, \hat\epsilon)$ on the way. So your `ddpm_step` can draw digits now.
#
# One practical matter. A digit costs 1000 calls of the network. We can have a chain of 50 steps from the same network: keep every 20th timestep, and compute the $\alpha$ of the long steps from the $\bar\alpha$ that are left,
# $\alpha'_k=\bar\alpha_{20k}/\bar\alpha_{20(k-1)}$ (Nichol & Dhariwal 2021, section 4). The new chain is a schedule like any other; only the network must be asked at the *old* $t$.
#
# **Commit:** which numbers of the new chain equal those of the old one: its $\beta$, its $\bar\alpha$, or both?

# %% [markdown] key="own" lang="id" ref="7bed3eee"
# (a): jaraknya berada dalam rentang jarak data asli dari data asli. (Loop ini juga cocok dengan loop pustaka, bilangan demi bilangan, sebab keduanya mengambil noise yang sama.)
#
# Meskipun begitu, hasilnya tidak persis sama. Titik berangkatnya $\mathcal N(0,1)$, bukan $q(x_T)$, dan setiap langkah mengambil sampel dari distribusi normal dengan lebar tetap, padahal distribusi yang sebenarnya berupa campuran. Dengan 1000 langkah pendek, kedua galat itu tersembunyi di bawah lantai. Dengan 50 langkah pun $W_1$ hampir tidak menampakkannya, tetapi ada bilangan lain yang menampakkannya: lebar satu gundukan (bagian 5).
#
# ## 3 · Langkahmu sendiri di dalam loop pustaka
#
# Loop di pustaka kursus ini tidak memuat langkah apa pun. Langkahnya diterima dari luar:
#
# `samplers.sample(model, step, x_T, schedule)`
#
# memanggil `step` dengan apa saja yang diminta parameternya menurut nama (`x_t`, `t`, `eps_hat`, `z`, `schedule`, `t_next`), dan menyerahkan setiap keadaan $(t, x_t, \hat x_0, \hat\epsilon)$ di sepanjang jalan. Jadi `ddpm_step` buatanmu sekarang dapat menggambar angka.
#
# Ada satu soal praktis. Satu angka seharga 1000 panggilan jaringan. Dari jaringan yang sama kita dapat memperoleh rantai 50 langkah: simpan hanya timestep kelipatan 20, lalu hitung $\alpha$ untuk langkah-langkah panjang itu dari $\bar\alpha$ yang tersisa,
# $\alpha'_k=\bar\alpha_{20k}/\bar\alpha_{20(k-1)}$ (Nichol & Dhariwal 2021, bagian 4). Rantai yang baru adalah jadwal seperti jadwal lain; hanya saja jaringan harus ditanya dengan $t$ yang *lama*.
#
# **Putuskan dulu:** bilangan mana dari rantai baru yang sama dengan milik rantai lama: $\beta$-nya, $\bar\alpha$-nya, atau keduanya?

# %% [markdown] key="own" lang="ko" ref="7bed3eee"
# (a)입니다. 거리가 진짜 데이터끼리 잰 범위 안에 있습니다. (이 반복문은 라이브러리의 반복문과도 수 하나하나까지 일치합니다. 둘이 같은 노이즈를 뽑았기 때문입니다.)
#
# 그렇다고 정확히 같지는 않습니다. 출발점이 $q(x_T)$가 아니라 $\mathcal N(0,1)$이고, 참된 분포는 혼합인데 단계마다 너비를 정해 둔 정규분포에서 뽑기 때문입니다. 짧은 단계가 1000개이면 두 오차 모두 바닥 밑에 숨습니다. 50개여도 $W_1$에는 거의 드러나지 않지만, 다른 수에는 드러납니다. 덩어리 하나의 너비입니다(5절).
#
# ## 3 · 라이브러리의 반복문에 넣는 여러분의 단계
#
# 라이브러리의 반복문에는 단계가 들어 있지 않습니다. 밖에서 받습니다.
#
# `samplers.sample(model, step, x_T, schedule)`
#
# 이 함수는 `step`이 매개변수 이름으로 달라고 하는 것(`x_t`, `t`, `eps_hat`, `z`, `schedule`, `t_next`)을 골라 넣어 주고, 오는 길의 상태 $(t, x_t, \hat x_0, \hat\epsilon)$을 하나씩 내놓습니다. 그러니 이제 여러분의 `ddpm_step`으로 숫자를 그릴 수 있습니다.
#
# 실용적인 문제가 하나 있습니다. 숫자 한 장에 신경망을 1000번 불러야 합니다. 같은 신경망으로 50단계짜리 연쇄도 만들 수 있습니다. 타임스텝을 20개마다 하나씩만 남기고, 길어진 단계의 $\alpha$는 남은 $\bar\alpha$로 계산합니다. 곧 $\alpha'_k=\bar\alpha_{20k}/\bar\alpha_{20(k-1)}$입니다(Nichol & Dhariwal 2021, 4절). 새 연쇄도 여느 스케줄과 다르지 않습니다. 다만 신경망에는 *옛* $t$를 넣어 물어야 합니다.
#
# **답을 먼저 정하십시오.** 새 연쇄에서 옛 연쇄와 같은 수는 어느 것입니까? $\beta$입니까, $\bar\alpha$입니까, 둘 다입니까?


# %% key="own-chain"
def respaced(model, every):
    kept = torch.arange(0, schedule.T + 1, every)
    alpha_bar = schedule.alpha_bar[kept]
    chain = schedules.from_betas(1 - alpha_bar[1:] / alpha_bar[:-1])
    return lambda x_t, k: model(x_t, kept[k]), chain


chain = respaced(perfect, 20)[1]
print(f"T {chain.T}  beta {schedule.beta[1]:.4f} .. {schedule.beta[-1]:.4f}", end="  ")
print(f"{chain.beta[1]:.4f} .. {chain.beta[-1]:.4f}")
assert (chain.alpha_bar - schedule.alpha_bar[::20]).abs().max() < 1e-12
x_t, eps_hat, z = noise(3, 4, 1, 8, 8)
skipped = samplers.ddpm_step(x_t, 500, eps_hat, z, schedule, t_next=480)
assert (samplers.ddpm_step(x_t, 25, eps_hat, z, chain) - skipped).abs().max() < 1e-12

# %% [markdown] key="own-note" lang="en"
# The $\bar\alpha$: an image at $t=500$ looks the same, whichever way one came. Not the $\beta$: one long step adds far more noise; the last of them is now 0.3298.
# (The library's step does the same when it is told where to go: `t_next=480`.)
#
# Now the shipped network, asked for two of each digit (`guidance.guide` ties the labels to it; $w$ is for chapter 9), with *your* step if it passed its check and with the library's otherwise.

# %% [markdown] key="own-note" lang="id" ref="bad4fa76"
# $\bar\alpha$-nya: gambar pada $t=500$ tampak sama, lewat jalan mana pun ia sampai ke sana. Bukan $\beta$-nya: satu langkah panjang menambahkan jauh lebih banyak noise; yang terakhir sekarang 0.3298.
# (Langkah di pustaka berbuat sama bila diberi tahu tujuannya: `t_next=480`.)
#
# Sekarang jaringan bawaan kita minta menggambar setiap angka dua kali (`guidance.guide` mengikatkan label kepadanya; $w$ baru dipakai di Bab 9), dengan langkah *buatanmu* kalau sudah lulus pemeriksaan, dan kalau belum dengan langkah pustaka.

# %% [markdown] key="own-note" lang="ko" ref="bad4fa76"
# $\bar\alpha$입니다. $t=500$의 이미지는 어떤 길로 왔든 똑같이 보입니다. $\beta$는 다릅니다. 긴 단계 하나는 노이즈를 훨씬 많이 더하며, 마지막 값은 이제 0.3298입니다. (라이브러리의 단계도 `t_next=480`처럼 어디로 갈지 알려 주면 똑같이 합니다.)
#
# 이제 강의에 들어 있는 신경망에 숫자마다 두 장씩 주문합니다(`guidance.guide`가 신경망에 레이블을 묶어 줍니다. $w$는 9장에서 씁니다). *여러분의* 단계가 검사를 통과했으면 그것으로, 아니면 라이브러리의 단계로 그립니다.

# %% key="own-digits"
from course_lib import guidance, metrics

digits = checkpoints.load("digits", precision="fp32")
labels = torch.arange(20) % 10
network = respaced(guidance.guide(digits, labels, w=0.0), 20)[0]
rule = ddpm_step if check("samplers.ddpm_step", ddpm_step).passed else samplers.ddpm_step
x_T = noise(20, 1, 28, 28, seed=0, dtype=torch.float32)
walked = list(samplers.sample(network, rule, x_T, chain, generator=torch.Generator().manual_seed(1)))
drawn = walked[-1].x_t.clamp(-1, 1)
print(rule.__module__, f"N=20  {metrics.accuracy(drawn, labels):.2f}")
figures.show(figures.grid(drawn.split(10), size=1), "alt.ddpm.own")

# %% [markdown] key="watch" lang="en"
# The number is the share that a classifier reads as what we asked for. (The name in front says whose step it was: `__main__` is yours.)
#
# ## 4 · What the network sees on the way
#
# The same walks, step by step: $x_t$, the clean image $\hat x_0$ that the network sees in it, and the noise $\hat\epsilon$ it names. Move the slider.
#
# **Commit, before you move it:** as $t$ falls from 1000, in which track does a digit appear first, and does it stay the digit it was?

# %% [markdown] key="watch" lang="id" ref="11ffad09"
# Bilangan itu adalah bagian yang dibaca pengklasifikasi sesuai permintaan kita. (Nama di depannya memberi tahu langkah siapa yang dipakai: `__main__` berarti langkahmu.)
#
# ## 4 · Apa yang dilihat jaringan di sepanjang jalan
#
# Perjalanan yang sama, langkah demi langkah: $x_t$, gambar bersih $\hat x_0$ yang dilihat jaringan di dalamnya, dan noise $\hat\epsilon$ yang disebutnya. Gerakkan penggesernya.
#
# **Putuskan dulu sebelum menggeser:** ketika $t$ turun dari 1000, di jalur mana sebuah angka muncul paling dulu, dan apakah ia tetap angka yang sama?

# %% [markdown] key="watch" lang="ko" ref="11ffad09"
# 출력된 수는 분류기가 주문한 대로 읽은 숫자의 비율입니다. (앞의 이름은 누구의 단계였는지를 알려 줍니다. `__main__`이면 여러분의 것입니다.)
#
# ## 4 · 오는 길에 신경망이 보는 것
#
# 같은 길을 한 단계씩 봅니다. $x_t$, 신경망이 그 안에서 보는 깨끗한 이미지 $\hat x_0$, 그리고 신경망이 짚은 노이즈 $\hat\epsilon$입니다. 슬라이더를 움직여 보십시오.
#
# **움직이기 전에 답을 정하십시오.** $t$가 1000에서 내려갈 때 숫자는 셋 가운데 어디에 먼저 나타나며, 나타난 숫자는 끝까지 그대로입니까?

# %% key="watch-film"
from course_lib import frames
from course_lib.widgets import curves, player


def readings(images):
    return metrics.classifier()(images.clamp(-1, 1)).argmax(1)


with torch.no_grad():
    for k in (50, 40, 30, 20, 10, 1):
        as_asked = (readings(walked[50 - k].x_0_hat) == labels).double().mean()
        print(f"t={20 * k:4d}  x_0_hat {as_asked:.2f}")
eight = [samplers.Step(20 * s.t, s.x_t[:8], s.x_0_hat[:8], s.eps_hat[:8]) for s in walked]
film = frames.film(eight, columns=4)
player(film.tracks, times=film.times, alt=lang.text("alt.ddpm.film"))

# %% [markdown] key="watch-question" lang="en"
# In $\hat x_0$, and at once: at $t=1000$, in pure noise, the network already shows the average digit of the class it was asked for. $x_t$ shows it only near the end.
#
# To the eye that blur stays the digit it was. The classifier has to see it sharper: the lines above the film say which share of the 20 $\hat x_0$ it reads as asked, 0.50 at $t=1000$, 0.80 at $t=600$, 1.00 from $t=400$ on.
#
# The early certainty comes from the label. Let the network walk **without** one: then the digit has to be decided on the way. We let the
# classifier read $x_t$ and $\hat x_0$ at every step of 20 walks, and count how often it says what it will say at the end.
#
# **Commit:** at $t=500$, half way, how many of the 20 are decided, as far as $\hat x_0$ tells: fewer than half, about half, or nearly all?

# %% [markdown] key="watch-question" lang="id" ref="dda11bcb"
# Pada $\hat x_0$, dan seketika: pada $t=1000$, dalam noise murni, jaringan sudah menampilkan rata-rata angka dari kelas yang diminta. $x_t$ baru menampakkannya menjelang akhir.
#
# Bagi mata kita, angka yang kabur itu tetap angka yang sama. Pengklasifikasi perlu melihatnya lebih tajam: baris-baris di atas film mencetak bagian dari 20 $\hat x_0$ yang dibacanya sesuai permintaan, 0.50 pada $t=1000$, 0.80 pada $t=600$, dan 1.00 mulai dari $t=400$.
#
# Kepastian sedini itu datang dari label. Biarkan jaringan berjalan **tanpa** label: maka angkanya harus diputuskan di tengah jalan. Pengklasifikasi kita suruh
# membaca $x_t$ dan $\hat x_0$ pada setiap langkah dari 20 perjalanan, lalu kita hitung seberapa sering bacaannya sudah sama dengan bacaannya di akhir.
#
# **Putuskan dulu:** pada $t=500$, di tengah jalan, berapa dari ke-20 perjalanan itu yang sudah diputuskan, sejauh terbaca dari $\hat x_0$: kurang dari separuh, kira-kira separuh, atau hampir semua?

# %% [markdown] key="watch-question" lang="ko" ref="dda11bcb"
# $\hat x_0$에 처음부터 나타납니다. 순수 노이즈인 $t=1000$에서 신경망은 벌써 주문받은 클래스의 평균 숫자를 보여 줍니다. $x_t$에는 거의 끝에 가서야 드러납니다.
#
# 눈으로 보면 그 흐릿한 숫자는 끝까지 같은 숫자입니다. 분류기는 더 또렷해야 알아봅니다. 필름 위의 줄들은 $\hat x_0$ 20장 가운데 분류기가 주문한 대로 읽은 비율입니다. $t=1000$에서 0.50, $t=600$에서 0.80이고, $t=400$부터는 1.00입니다.
#
# 이렇게 일찍 정해지는 것은 레이블 덕분입니다. 이번에는 레이블 **없이** 걷게 합니다. 그러면 어떤 숫자일지가 오는 길에 정해져야 합니다. 20갈래 길의 단계마다 $x_t$와 $\hat x_0$을 분류기에 읽히고, 벌써 끝에서와 똑같은 숫자로 읽히는 길이 얼마나 되는지 셉니다.
#
# **답을 먼저 정하십시오.** 절반쯤 온 $t=500$에서 $\hat x_0$으로 보아 이미 정해진 것은 20갈래 가운데 얼마나 됩니까? 절반이 안 됩니까, 절반쯤입니까, 거의 모두입니까?


# %% key="watch-decided"
free = respaced(lambda x_t, t: digits(x_t, t, torch.full((len(x_t),), digits.classes)), 20)[0]
x_T = noise(20, 1, 28, 28, seed=3, dtype=torch.float32)
g = torch.Generator().manual_seed(4)
unasked = list(samplers.sample(free, samplers.ddpm_step, x_T, chain, generator=g))
with torch.no_grad():
    ends = readings(unasked[-1].x_t)
    agree = {
        name: [float((readings(getattr(state, name)) == ends).double().mean()) for state in unasked]
        for name in ("x_t", "x_0_hat")
    }
for k in (50, 40, 30, 25, 20, 10, 5, 1):
    print(f"t={20 * k:4d}  x_t {agree['x_t'][50 - k]:.3f}  x_0_hat {agree['x_0_hat'][50 - k]:.3f}")
print("0..9", ends.bincount(minlength=10).tolist())
rising = {name: values[::-1] for name, values in agree.items()}
curves({"p": rising}, range(0, 1001, 20), cursor=25, alt=lang.text("alt.ddpm.decided"))

# %% [markdown] key="variance" lang="en"
# Fewer than half: at $t=500$ most readings of $\hat x_0$ still change. They settle between $t=500$ and $t=200$, while $x_t$ itself reads like noise almost to the end. (The classifier has only ever seen clean digits; a person reads $x_t$ earlier, chapter 1.) The large question (which digit?) is answered in the middle of the walk, the small ones (where exactly does the stroke end?) after it. The
# last line counts how often each digit was drawn; nobody asked for any. (With 20 walks, one reading more or less moves a share in the table by 0.05. And 20 are too few to say whether each digit gets its tenth.)
#
# In the film $\hat x_0$ is blurred at first. It has to be: it is a *mean* over all clean images that could still be behind $x_t$ (chapter 4, section 8).
#
# ## 5 · $\beta_t$ or $\tilde\beta_t$?
#
# How much noise may a step put back? This is perhaps the question most often asked about Algorithm 2. The answer: **each is right for its own data.** For normal data of standard deviation $s$ the true variance of a step back is known. $x_{t-1}$ and $x_t$ are jointly
# normal, and with $v_t=\bar\alpha_t s^2+1-\bar\alpha_t$, the variance of $x_t$,
#
# $$\mathrm{Var}(x_{t-1}\mid x_t)=\beta_t\,\frac{v_{t-1}}{v_t}$$
#
# Put in $s=1$: then $v_t=1$ at every $t$, and the variance is $\beta_t$. Put in $s=0$, data that are all one point: $v_t=1-\bar\alpha_t$, and it is $\tilde\beta_t$. (Ho et al. 2020, section 3.2, name these two cases.) Data scaled to $[-1,1]$ lie between.
#
# A walk on normal data keeps everything normal, so we need no samples. The perfect answer is a straight line, $\hat\epsilon=\sqrt{1-\bar\alpha_t}\,x_t/v_t$; put into line 4, a step is $x_{t-1}=\frac{1-\beta_t/v_t}{\sqrt{\alpha_t}}\,x_t+\sigma_t z$. So the variance is multiplied by the square of that slope, and $\sigma_t^2$ is added.
#
# **Commit:** normal data with $s=0.15$, 50 steps. Does $\beta_t$ make them wider or narrower than 0.15, and which of the two does $\tilde\beta_t$? With 1000 steps, do the two come closer together or move further apart?

# %% [markdown] key="variance" lang="id" ref="f29058e6"
# Kurang dari separuh: pada $t=500$ kebanyakan bacaan $\hat x_0$ masih akan berganti. Bacaannya menetap antara $t=500$ dan $t=200$, sedangkan $x_t$ sendiri terbaca seperti noise hampir sampai akhir. (Pengklasifikasi itu hanya pernah melihat angka bersih; manusia lebih dulu dapat membaca $x_t$, Bab 1.) Pertanyaan besar (angka yang mana?) dijawab di tengah perjalanan, pertanyaan kecil (di mana tepatnya goresan berhenti?) sesudahnya.
# Baris terakhir menghitung seberapa sering setiap angka digambar; tidak ada yang diminta. (Dengan 20 perjalanan, satu bacaan lebih atau kurang saja sudah menggeser angka di tabel sebesar 0.05. Dan 20 terlalu sedikit untuk mengatakan apakah setiap angka mendapat sepersepuluh bagiannya.)
#
# Di dalam film, $\hat x_0$ mula-mula kabur. Memang harus begitu: ia adalah *rata-rata* semua gambar bersih yang masih mungkin ada di balik $x_t$ (Bab 4, bagian 8).
#
# ## 5 · $\beta_t$ atau $\tilde\beta_t$?
#
# Berapa banyak noise yang boleh dikembalikan satu langkah? Barangkali inilah pertanyaan yang paling sering diajukan tentang Algoritme 2. Jawabannya: **masing-masing benar untuk datanya sendiri.** Untuk data normal bersimpangan baku $s$, varians langkah mundur yang sebenarnya diketahui. $x_{t-1}$ dan $x_t$ bersama-sama
# normal, dan dengan $v_t=\bar\alpha_t s^2+1-\bar\alpha_t$, yaitu varians $x_t$,
#
# $$\mathrm{Var}(x_{t-1}\mid x_t)=\beta_t\,\frac{v_{t-1}}{v_t}$$
#
# Masukkan $s=1$: $v_t=1$ pada setiap $t$, dan variansnya $\beta_t$. Masukkan $s=0$, data yang semuanya satu titik: $v_t=1-\bar\alpha_t$, dan variansnya $\tilde\beta_t$. (Ho et al. 2020, bagian 3.2, menyebut kedua kasus ini.) Data yang diskalakan ke $[-1,1]$ terletak di antaranya.
#
# Perjalanan pada data normal menjaga semuanya tetap normal, jadi kita tidak memerlukan sampel. Jawaban yang sempurna berupa garis lurus, $\hat\epsilon=\sqrt{1-\bar\alpha_t}\,x_t/v_t$; bila dimasukkan ke baris 4, satu langkah menjadi $x_{t-1}=\frac{1-\beta_t/v_t}{\sqrt{\alpha_t}}\,x_t+\sigma_t z$. Jadi variansnya dikalikan kuadrat kemiringan itu, lalu ditambah $\sigma_t^2$.
#
# **Putuskan dulu:** data normal dengan $s=0.15$, 50 langkah. Dengan $\beta_t$, hasilnya lebih lebar atau lebih sempit daripada 0.15? Dengan $\tilde\beta_t$? Lalu dengan 1000 langkah, apakah keduanya saling mendekat atau makin berjauhan?

# %% [markdown] key="variance" lang="ko" ref="f29058e6"
# 절반이 안 됩니다. $t=500$에서는 $\hat x_0$을 읽은 결과가 아직 대부분 바뀝니다. $t=500$과 $t=200$ 사이에서 자리를 잡지만, $x_t$ 자체는 거의 끝까지 노이즈로 읽힙니다. (분류기는 깨끗한 숫자만 보고 배웠습니다. 사람은 $x_t$를 더 일찍 읽습니다. 1장에서 보았습니다.) 큰 물음(무슨 숫자인가?)의 답은 오는 길의 중간에서 나오고, 작은 물음(획이 정확히 어디서 끝나는가?)의 답은 그 뒤에 나옵니다. 출력의 마지막 줄은 숫자마다 몇 번 그려졌는지를 센 것입니다. 어떤 숫자도 주문한 적이 없습니다. (길이 20갈래뿐이어서, 읽은 결과가 하나만 달라져도 표의 값이 0.05만큼 움직입니다. 숫자마다 제 몫인 십분의 일을 얻는지 말하기에도 20은 너무 적습니다.)
#
# 필름에서 $\hat x_0$은 처음에 흐릿합니다. 그럴 수밖에 없습니다. $x_t$ 뒤에 있을 수 있는 깨끗한 이미지를 모두 *평균*한 것이기 때문입니다(4장 8절).
#
# ## 5 · $\beta_t$입니까, $\tilde\beta_t$입니까?
#
# 한 단계는 노이즈를 얼마나 다시 넣어도 됩니까? 알고리즘 2를 두고 아마 가장 많이 나오는 질문일 것입니다. 답은 이렇습니다. **저마다 맞는 데이터가 따로 있습니다.** 표준편차가 $s$인 정규분포 데이터라면 한 단계 뒤로 갈 때의 참된 분산을 압니다. $x_{t-1}$과 $x_t$의 결합분포도 정규분포이고, $x_t$의 분산을 $v_t=\bar\alpha_t s^2+1-\bar\alpha_t$라 하면 다음과 같습니다.
#
# $$\mathrm{Var}(x_{t-1}\mid x_t)=\beta_t\,\frac{v_{t-1}}{v_t}$$
#
# $s=1$을 넣어 보십시오. 모든 $t$에서 $v_t=1$이므로 분산은 $\beta_t$입니다. 데이터가 모두 한 점인 $s=0$을 넣으면 $v_t=1-\bar\alpha_t$이고, 분산은 $\tilde\beta_t$입니다. (Ho et al. 2020, 3.2절이 이 두 경우를 듭니다.) $[-1,1]$에 맞춘 데이터는 그 사이에 있습니다.
#
# 정규분포 데이터라면 걷는 내내 정규분포이므로 샘플을 뽑을 것도 없습니다. 완벽한 답은 직선 $\hat\epsilon=\sqrt{1-\bar\alpha_t}\,x_t/v_t$입니다. 4번째 줄에 넣으면 한 단계는 $x_{t-1}=\frac{1-\beta_t/v_t}{\sqrt{\alpha_t}}\,x_t+\sigma_t z$가 됩니다. 분수가 한 단계의 계수입니다. 그러니까 분산에는 이 계수를 제곱한 것이 곱해지고, 거기에 $\sigma_t^2$이 더해집니다.
#
# **답을 먼저 정하십시오.** $s=0.15$인 정규분포 데이터를 50단계로 그립니다. $\beta_t$를 쓰면 0.15보다 넓어지겠습니까, 좁아지겠습니까? $\tilde\beta_t$를 쓰면 어떻습니까? 1000단계이면 둘은 서로 가까워지겠습니까, 더 벌어지겠습니까?


# %% key="variance-exact"
def width_of_end(s, chain, variance, z_1=True):
    v = chain.alpha_bar * s**2 + 1 - chain.alpha_bar
    true = torch.cat([v[:1], chain.beta[1:] * v[:-1] / v[1:]])
    sigma_squared = {"beta": chain.beta, "beta_tilde": chain.beta_tilde, "true": true}[variance]
    end = 1.0
    for t in range(chain.T, 0, -1):
        slope = (1 - chain.beta[t] / v[t]) / chain.alpha[t] ** 0.5
        end = slope**2 * end + (sigma_squared[t] if t > 1 or z_1 else 0)
    return float(end**0.5)


for one in (chain, schedule):
    for s in (0.05, 0.15, 0.5, 1.0):
        ends = {v: width_of_end(s, one, v) for v in ("beta", "true", "beta_tilde")}
        last = width_of_end(s, one, "beta", z_1=False)
        shown = "  ".join(f"{name} {end:.4f}" for name, end in ends.items())
        print(f"T={one.T:4d}  s={s:.2f}  {shown}  beta, z_1=0: {last:.4f}")
        assert abs(ends["true"] - s) < 1e-4 * s + 1e-4 and ends["beta"] + 1e-9 > s > ends["beta_tilde"]

# %% key="variance-drawn"
fig, ax = figures.axes("$t$", columns=2, size=(4.4, 3.2))
for s in (0, 0.05, 0.15, 0.5, 1):
    v = schedule.alpha_bar * s**2 + 1 - schedule.alpha_bar
    ax[0].plot(range(1, 1001), v[:-1] / v[1:], label=f"$s={s}$")
ax[0].set(xscale="log", title=r"$\mathrm{Var}(x_{t-1}|x_t)\,/\,\beta_t$")
widths = torch.linspace(0.05, 1, 20).tolist()
for one, style in ((chain, "-"), (schedule, "--")):
    for variance, name in (("beta", r"$\beta_t$"), ("beta_tilde", r"$\tilde\beta_t$")):
        ends = [width_of_end(s, one, variance) / s for s in widths]
        ax[1].plot(widths, ends, style, label=f"{name}, $T={one.T}$")
ax[1].axhline(1, color="black", linestyle=":")
ax[1].set(xlabel="$s$", title=r"$\mathrm{std}(x_0)\,/\,s$", ylim=(0.4, 1.8))
for one_ax in ax:
    one_ax.legend()
figures.show(fig, "alt.ddpm.variance")

# %% [markdown] key="variance-note" lang="en"
# Wider with $\beta_t$, narrower with $\tilde\beta_t$, and closer together with more steps. The two choices bracket the truth: at 50 steps 0.1762 and 0.1131 for a truth of 0.15, at 1000 steps 0.1512 and 0.1463. With the true variance the width is right to four digits, for any number of steps. As steps get shorter, the two choices
# meet (left: the ratio is 1 except at the smallest $t$), and the question loses its weight.
#
# The last column is Algorithm 2 as it stands, with $z=0$ at $t=1$. It gives 0.1590 instead of 0.1762 at 50 steps. So line 3 also takes variance away that is really there: data which are *not* a single point have some left at $t=1$. It buys clean images and pays in spread: at $s=0.05$ the end is then narrower than the truth, 0.0416.
#
# Now the two heaps, in samples, with $z=0$ at $t=1$ as always; the rule is bound with `partial`. $s$ is the standard deviation within a heap. And the digits: their borders are black in every training image, so whatever varies there is grain.

# %% [markdown] key="variance-note" lang="id" ref="79be1921"
# Lebih lebar dengan $\beta_t$, lebih sempit dengan $\tilde\beta_t$, dan makin banyak langkahnya makin berdekatan. Kedua pilihan itu mengapit yang benar: pada 50 langkah 0.1762 dan 0.1131, padahal yang benar 0.15; pada 1000 langkah 0.1512 dan 0.1463. Dengan varians yang sebenarnya, lebarnya tepat sampai empat digit, berapa pun banyaknya langkah. Makin pendek langkahnya, kedua pilihan itu
# makin bertemu (kiri: rasionya 1 kecuali pada $t$ terkecil), dan pertanyaannya kehilangan bobot.
#
# Kolom terakhir adalah Algoritme 2 apa adanya, dengan $z=0$ pada $t=1$. Pada 50 langkah ia memberi 0.1590, bukan 0.1762. Jadi baris 3 juga membuang varians yang memang ada: data yang *bukan* satu titik masih memilikinya pada $t=1$. Yang diperolehnya gambar bersih, yang dikorbankannya sebaran: pada $s=0.05$ hasil akhirnya malah lebih sempit daripada yang sebenarnya, 0.0416.
#
# Sekarang kedua gundukan itu, dengan sampel, dan seperti biasa dengan $z=0$ pada $t=1$; aturannya diikat dengan `partial`. $s$ adalah simpangan baku di dalam satu gundukan. Lalu angka: tepinya hitam di setiap gambar pelatihan, jadi apa pun yang beragam di sana adalah bintik.

# %% [markdown] key="variance-note" lang="ko" ref="79be1921"
# $\beta_t$를 쓰면 넓어지고 $\tilde\beta_t$를 쓰면 좁아지며, 단계가 많으면 서로 가까워집니다. 두 선택은 참값을 사이에 둡니다. 참값이 0.15일 때 50단계에서는 0.1762와 0.1131, 1000단계에서는 0.1512와 0.1463입니다. 참된 분산을 쓰면 단계가 몇 개이든 너비가 네 자리까지 맞습니다. 단계가 짧아질수록 두 선택은 서로 다가가고(왼쪽 그림에서 비율은 가장 작은 $t$를 빼면 1입니다), 어느 쪽이냐는 물음도 무게를 잃습니다.
#
# 마지막 열은 $t=1$에서 $z=0$인 본래의 알고리즘 2입니다. 50단계에서 0.1762가 아니라 0.1590입니다. 그러니까 3번째 줄은 정말로 있는 분산까지 덜어 냅니다. 한 점이 *아닌* 데이터라면 $t=1$에서도 분산이 조금 남아 있기 때문입니다. 깨끗한 이미지를 얻고 값은 너비로 치르는 셈입니다. $s=0.05$에서는 끝의 너비가 참값보다도 좁은 0.0416입니다.
#
# 이제 두 덩어리를 샘플로 봅니다. 언제나처럼 $t=1$에서는 $z=0$입니다. 규칙은 `partial`로 묶어 둡니다. $s$는 한 덩어리 안의 표준편차입니다. 숫자 그림도 봅니다. 학습 이미지의 테두리는 모두 검은색이므로, 거기서 조금이라도 변하는 것은 알갱이입니다.


# %% key="variance-samples"
def width(x):
    return float((x - x.sign()).std())


tilde = partial(samplers.ddpm_step, variance="beta_tilde")
for one, n in ((chain, 20_000), (schedule, 8_000)):
    exact, found = pair.optimal_eps(one), {}
    truth = pair.sample(n, torch.Generator().manual_seed(2))
    print(f"T={one.T:4d}  {'q':10s}  mean {truth.mean():6.3f}  s {width(truth):.3f}")
    for name, rule in (("beta", samplers.ddpm_step), ("beta_tilde", tilde)):
        x = walk(exact, rule, noise(n, 1), one)[0]
        found[name] = width(x)
        numbers = f"mean {x.mean():6.3f}  s {width(x):.3f}  W_1 {W_1(x, truth):.3f}"
        print(f"T={one.T:4d}  {name:10s}  {numbers}")
    assert found["beta"] > found["beta_tilde"] + 0.002


# %% key="variance-digits"
def border(x):
    inner = torch.zeros(28, 28, dtype=torch.bool)
    inner[1:-1, 1:-1] = True
    return float((x[..., ~inner] + 1).square().mean().sqrt())


x_T = noise(20, 1, 28, 28, seed=0, dtype=torch.float32)
by_tilde = walk(network, tilde, x_T, chain)[0]
print(f"T=50    beta {border(walked[-1].x_t):.3f}  beta_tilde {border(by_tilde):.3f}")


def two_ways(x_t, t, eps_hat, z, schedule):
    first = samplers.ddpm_step(x_t[:1], t, eps_hat[:1], z[:1], schedule)
    return torch.cat([first, tilde(x_t[1:], t, eps_hat[1:], z[:1], schedule)])


asked, finer = respaced(guidance.guide(digits, torch.tensor([3, 3]), w=0.0), 4)
x = walk(asked, two_ways, noise(1, 1, 28, 28, seed=6, dtype=torch.float32).repeat(2, 1, 1, 1), finer)[0]
print(f"T={finer.T}   beta {border(x[:1]):.3f}  beta_tilde {border(x[1:]):.3f}")
rows = [torch.cat([walked[-1].x_t[:8], x[:1]]), torch.cat([by_tilde[:8], x[1:]])]
titles = ["$T=50$"] * 8 + ["$T=250$"]
fig = figures.grid([row.clamp(-1, 1) for row in rows], titles, [r"$\beta_t$", r"$\tilde\beta_t$"], size=1)
figures.show(fig, "alt.ddpm.variance_digits")

# %% [markdown] key="gallery" lang="en"
# At 50 steps the digits of $\beta_t$ are grainy, those of $\tilde\beta_t$ are clean: a black border *is* a point mass, and $\tilde\beta_t$ is made for it. (A perfect network would remove the grain at the last step; ours removes most of it.) At 250 steps one has to look for the difference. In the heaps it is the
# same story: $s$ is 0.162 and 0.117 at 50 steps, near the closed form's 0.1590 (the last column: no noise at $t=1$) and 0.1131. (Do not read the $W_1$ of the two lengths against each other: at 1000 steps there are fewer walks, and there it measures mostly how evenly chance has filled the two heaps: compare the mean with that of the data, row q.) So: few steps and pictures, $\tilde\beta_t$; many steps, take either. Neither is a mistake.
#
# (A third way is to let the network learn a variance between the two: Nichol & Dhariwal 2021, section 3.1. And the best fixed variance can be estimated from the network itself: Bao et al. 2022.)
#
# ## 6 · A gallery of wrong samplers
#
# Most of these are in public code or in notes we have read, and every one runs without an error message (at least for a while).
#
# | | the rule | who would write that |
# | --- | --- | --- |
# | a | Algorithm 2 | |
# | b | $x_t-\hat\epsilon$ | “subtract the predicted noise” |
# | c | $1/\sqrt{\bar\alpha_t}$ in front | the misprint of chapter 4, equation (81) |
# | d | $\sigma_t^2\,z$ | the variance where its root belongs |
# | e | $\sigma_1 z$ at the last step too | `if t > 0` in a loop that counts down to 1 |
# | f | $\sigma_t\hat\epsilon$ | one letter $\epsilon$ for two different noises |
# | g | $\epsilon_\theta(x_t,t-1)$ | tables from 0, a network that counts from 1 |
#
# The cell prints one row for each, after a row q for real data. Left of the bar stands the exact model: `std`, the standard deviation of all samples; `s`, that within a heap; the distance `W_1`; and `t`, the step of 50 at which a value passed 10000 and we stopped (0: it got to the end).
#
# Right of the bar stand the digits: `20`, how many of the 20 the classifier reads as asked (2 is guessing); `border`, the grain there (99: that much or more); `D`, how far apart two digits of one class are; and `t` once more.
#
# **Commit to two answers:** Which of b to g would a picture of ten digits *not* betray? And which will the classifier like best?

# %% [markdown] key="gallery" lang="id" ref="2d2006c4"
# Pada 50 langkah, angka dari $\beta_t$ berbintik, angka dari $\tilde\beta_t$ bersih: tepi hitam *memang* satu titik, dan $\tilde\beta_t$ dibuat untuk itu. (Jaringan sempurna akan membuang bintik itu pada langkah terakhir; jaringan kita membuang sebagian besarnya.) Pada 250 langkah bedanya harus dicari-cari. Pada kedua gundukan
# ceritanya sama: $s$ adalah 0.162 dan 0.117 pada 50 langkah, dekat dengan nilai bentuk tertutupnya, 0.1590 (kolom terakhir: tanpa noise pada $t=1$) dan 0.1131. (Jangan membandingkan $W_1$ dari kedua panjang itu satu sama lain: pada 1000 langkah perjalanannya lebih sedikit, dan di sana yang terukur terutama seberapa rata kedua gundukan kebetulan terisi: bandingkan rata-ratanya dengan rata-rata data, baris q.) Jadi, untuk gambar dengan sedikit langkah, $\tilde\beta_t$; kalau langkahnya banyak, ambil yang mana saja. Keduanya bukan kekeliruan.
#
# (Jalan ketiga: biarkan jaringan mempelajari varians di antara keduanya, Nichol & Dhariwal 2021, bagian 3.1. Dan varians tetap yang terbaik dapat ditaksir dari jaringan itu sendiri: Bao et al. 2022.)
#
# ## 6 · Galeri sampler yang keliru
#
# Kebanyakan berasal dari kode yang beredar atau dari catatan yang pernah kami baca, dan semuanya berjalan tanpa pesan galat (setidaknya untuk sementara).
#
# | | aturannya | siapa yang menulis begitu |
# | --- | --- | --- |
# | a | Algoritme 2 | |
# | b | $x_t-\hat\epsilon$ | “kurangi noise yang ditebak” |
# | c | $1/\sqrt{\bar\alpha_t}$ di depan | salah cetak di Bab 4, persamaan (81) |
# | d | $\sigma_t^2\,z$ | varians di tempat akarnya |
# | e | $\sigma_1 z$ juga pada langkah terakhir | `if t > 0` di dalam loop yang menghitung turun sampai 1 |
# | f | $\sigma_t\hat\epsilon$ | satu huruf $\epsilon$ untuk dua noise yang berbeda |
# | g | $\epsilon_\theta(x_t,t-1)$ | tabel dari 0, jaringan yang menghitung dari 1 |
#
# Sel berikut mencetak satu baris untuk setiap aturan, sesudah baris q untuk data asli. Di kiri garis tegak berdiri model eksak: `std`, simpangan baku semua sampel; `s`, simpangan baku di dalam satu gundukan; jarak `W_1`; dan `t`, langkah dari 50 tempat sebuah nilai melampaui 10000 sehingga kita berhenti (0: perjalanan sampai ke akhir).
#
# Di kanannya berdiri angka-angka: `20`, berapa dari 20 yang dibaca pengklasifikasi sesuai permintaan (2 berarti menebak); `border`, bintik di tepi (99: sebanyak itu atau lebih); `D`, jarak antara dua angka sekelas; dan sekali lagi `t`.
#
# **Putuskan dulu dua jawaban:** mana dari b sampai g yang *tidak* akan terungkap oleh gambar sepuluh angka? Dan mana yang paling disukai pengklasifikasi?

# %% [markdown] key="gallery" lang="ko" ref="2d2006c4"
# 50단계에서 $\beta_t$의 숫자에는 알갱이가 끼고 $\tilde\beta_t$의 숫자는 깨끗합니다. 검은 테두리는 정말로 *한 점*에 몰린 데이터이고, $\tilde\beta_t$는 바로 그런 데이터에 맞습니다. (완벽한 신경망이라면 마지막 단계에서 알갱이를 다 없앨 것입니다. 우리 신경망은 대부분 없앱니다.) 250단계에서는 차이를 찾아야 보입니다. 두 덩어리에서도 마찬가지여서, 50단계에서 $s$는 0.162와 0.117로 닫힌 형식의 값 0.1590(마지막 열, $t=1$에서 노이즈가 없는 것) 및 0.1131에 가깝습니다. (길이가 다른 두 경우의 $W_1$은 서로 견주지 마십시오. 1000단계에서는 길의 수가 적어서, 거기서 재는 것은 주로 우연이 두 덩어리를 얼마나 고르게 채웠느냐입니다. 평균을 데이터의 평균인 q 줄과 견주어 보십시오.) 그러므로 적은 단계로 그림을 그릴 때에는 $\tilde\beta_t$를 쓰고, 단계가 많으면 아무 쪽이나 써도 됩니다. 어느 쪽도 실수는 아닙니다.
#
# (셋째 길도 있습니다. 둘 사이의 분산을 신경망이 배우게 하는 것입니다. Nichol & Dhariwal 2021, 3.1절을 보십시오. 그리고 정해 두는 분산 가운데 가장 좋은 값은 신경망 자체에서 추정할 수 있습니다. Bao et al. 2022입니다.)
#
# ## 6 · 틀린 샘플러의 전시실
#
# 대부분 공개된 코드나 우리가 읽은 강의 노트에 있는 것이고, 어느 것이나 오류 없이 (적어도 얼마 동안은) 돌아갑니다.
#
# | | 규칙 | 누가 이렇게 씁니까 |
# | --- | --- | --- |
# | a | 알고리즘 2 | |
# | b | $x_t-\hat\epsilon$ | “예측한 노이즈를 뺀다” |
# | c | 앞에 $1/\sqrt{\bar\alpha_t}$ | 4장의 오식, 식 (81) |
# | d | $\sigma_t^2\,z$ | 제곱근을 쓸 자리에 분산을 씁니다 |
# | e | 마지막 단계에서도 $\sigma_1 z$ | 1까지 내려가는 반복문 안의 `if t > 0` |
# | f | $\sigma_t\hat\epsilon$ | 서로 다른 두 노이즈를 한 글자 $\epsilon$으로 씁니다 |
# | g | $\epsilon_\theta(x_t,t-1)$ | 표는 0부터, 신경망은 1부터 셉니다 |
#
# 셀은 먼저 진짜 데이터인 q 줄을, 이어서 규칙마다 한 줄씩 출력합니다. 세로줄 왼쪽은 정확한 모델에서 잰 것입니다. `std`는 모든 샘플의 표준편차, `s`는 한 덩어리 안의 표준편차, `W_1`은 거리, `t`는 값이 10000을 넘어 걸음을 멈춘 단계입니다(50단계 가운데 몇 번인지이며, 0은 끝까지 왔다는 뜻입니다).
#
# 세로줄 오른쪽은 숫자 그림입니다. `20`은 20장 가운데 분류기가 주문한 대로 읽은 장수(2장은 찍은 것과 같습니다), `border`는 테두리의 알갱이(99는 그 이상이라는 뜻입니다), `D`는 같은 클래스의 두 숫자가 서로 얼마나 먼지이고, 끝에 다시 `t`가 있습니다.
#
# **두 가지 답을 먼저 정하십시오.** b부터 g까지 가운데, 숫자 열 장을 그린 그림에서 티가 나지 *않는* 것은 어느 것입니까? 분류기는 어느 것을 가장 좋아하겠습니까?


# %% key="gallery-rules"
def mean(x_t, t, eps_hat, s):
    return (x_t - s.beta[t] / (1 - s.alpha_bar[t]) ** 0.5 * eps_hat) / s.alpha[t] ** 0.5


def printed_root(x_t, t, eps_hat, z, schedule):
    s = schedule
    return mean(x_t, t, eps_hat, s) * (s.alpha[t] / s.alpha_bar[t]) ** 0.5 + (t > 1) * s.beta[t] ** 0.5 * z


def no_root(x_t, t, eps_hat, z, schedule):
    return mean(x_t, t, eps_hat, schedule) + (t > 1) * schedule.beta[t] * z


def noisy_end(x_t, t, eps_hat, z, schedule):
    return mean(x_t, t, eps_hat, schedule) + schedule.beta[t] ** 0.5 * z


def reused(x_t, t, eps_hat, schedule):
    return mean(x_t, t, eps_hat, schedule) + (t > 1) * schedule.beta[t] ** 0.5 * eps_hat


def early(model):
    return lambda x_t, t: model(x_t, (t - 1).clamp(min=1))


rules = {"a": samplers.ddpm_step, "b": subtract, "c": printed_root}
rules |= {"d": no_root, "e": noisy_end, "f": reused, "g": samplers.ddpm_step}

# %% key="gallery-run"
from course_lib import data


def pairs_apart(x):
    return float((x[:10] - x[10:]).flatten(1).norm(dim=1).mean())


def row(name, x, at, images, stop):
    gap, read = W_1(x, truth), 20 * metrics.accuracy(images.clamp(-1, 1), labels)
    three = float(x.std()), width(x), gap
    numbers = " ".join(f"{v:8.3f}" if v < 1e3 else f"{v:8.0e}" for v in three)
    print(f"{name}  {numbers} {at:3d}  |  {read:2.0f}", end="  ")
    print(f"{min(border(images), 99):6.3f} {pairs_apart(images.clamp(-1, 1)):5.1f} {stop:3d}")


x_T, many = noise(20, 1, 28, 28, seed=0, dtype=torch.float32), noise(20_000, 1)
truth, again = (pair.sample(20_000, torch.Generator().manual_seed(seed)) for seed in (2, 3))
exact, strips = pair.optimal_eps(chain), []
print("        std        s      W_1   t  |  20  border     D   t")
row("q", again, 0, torch.cat([data.one_of_each(skip=k)[0] for k in (0, 1)]), 0)
for name, rule in rules.items():
    shift = early if name == "g" else lambda model: model
    x, at = walk(shift(exact), rule, many, chain)
    images, stop = (walked[-1].x_t, 0) if name == "a" else walk(shift(network), rule, x_T, chain)
    row(name, x, at, images, stop)
    strips.append(images[:10].clamp(-1, 1))
    assert name in "aeg" or W_1(x, truth) > 0.08
figures.show(figures.grid(strips, row_titles=list(rules), size=0.9), "alt.ddpm.gallery")

# %% [markdown] key="gallery-note" lang="en"
# (Row q is what real data score, column by column. Where there are no heaps, as in b, $s$ means nothing.)
#
# b, c and f give themselves away at once. (b draws almost the same picture for every digit of a class, whatever the noise: see $D$. And equation (80) as misprinted, $\mu+\Sigma+\epsilon$, was run in chapter 4; nobody overlooks that one.) **d is the one to fear.** Its digits are the cleanest of the gallery, and the classifier reads every one of them as asked (as it does with a, e and g: it has no favourite). But the numbers of the exact model say what happened: heaps of width 0.060 instead of 0.162, and a $W_1$ of 0.089 instead of 0.012. Too little noise is put back, every walk is drawn to the middle of its heap, and what is lost is *variety*: look at how plain and regular its digits
# are, and at $D$. **A clean picture is no evidence for a right sampler**, and neither is accuracy: it falls with blunders, but not when variety is lost.
#
# e adds the noise of the last step to a finished image: heaps of 0.179 instead of 0.162, and more grain, if one looks for it. g asks about a smaller $t$ (one place in a chain of 50 is 20 timesteps of the network): its digits look as good as those of a, and even the exact model moves little, a standard deviation of 1.022 instead of 1.008. So the pictures betray b, c and f, and hide d, g and nearly e.
#
# How do these subtle ones fare at $T=1000$?
#
# And one more slip, for which no walk is needed. In code, $\tilde\beta_t=\beta_t\,(1-\bar\alpha_{t-1})/(1-\bar\alpha_t)$ often loses its bars. The last line of the cell prints $\tilde\beta_t/\beta_t$ with and without them, for $t$ = 1, 2, 3. **Commit:** without the bars, does the step at $t=2$ put back more noise or less?

# %% [markdown] key="gallery-note" lang="id" ref="68b1b4e3"
# (Baris q memuat nilai data asli sebagai pembanding setiap kolom. Kalau tidak ada gundukan, seperti pada b, $s$ tidak berarti apa-apa.)
#
# b, c, dan f langsung membuka kedoknya sendiri. (Untuk setiap angka sekelas, b menggambar gambar yang hampir sama, apa pun noise-nya: lihat $D$. Sedangkan persamaan (80) yang salah cetak, $\mu+\Sigma+\epsilon$, sudah dijalankan di Bab 4; yang itu tidak mungkin luput dari mata.) **d-lah yang harus ditakuti.** Angkanya paling bersih di seluruh galeri, dan pengklasifikasi membaca semuanya sesuai permintaan (begitu pula angka dari a, e, dan g: ia tidak punya kesayangan). Tetapi bilangan dari model eksak menceritakan apa yang terjadi: gundukan selebar 0.060, bukan 0.162, dan $W_1$ sebesar 0.089, bukan 0.012. Noise yang dikembalikan terlalu sedikit, setiap perjalanan tertarik ke tengah gundukannya, dan yang hilang adalah *keragaman*: lihat betapa polos dan teraturnya angka-angka itu,
# dan lihat $D$. **Gambar yang bersih bukan bukti bahwa sampler itu benar**, begitu pula akurasi: akurasi turun karena kekeliruan yang kasar, tetapi tidak turun ketika keragaman hilang.
#
# e menambahkan noise langkah terakhir pada gambar yang sudah jadi: gundukan selebar 0.179, bukan 0.162, dan bintik yang lebih banyak, kalau dicari. g bertanya tentang $t$ yang lebih kecil (satu tempat dalam rantai 50 langkah sama dengan 20 timestep bagi jaringan): angkanya tampak sebaik angka dari a, dan model eksak pun hanya sedikit bergeser, simpangan baku 1.022, bukan 1.008. Jadi gambar mengungkap b, c, dan f, dan menyembunyikan d, g, dan hampir juga e.
#
# Bagaimana nasib kekeliruan yang halus ini pada $T=1000$?
#
# Masih ada satu keliru tulis, dan untuk yang ini kita tidak perlu berjalan. Di dalam kode, $\tilde\beta_t=\beta_t\,(1-\bar\alpha_{t-1})/(1-\bar\alpha_t)$ sering kehilangan garis atasnya. Baris terakhir sel berikut mencetak $\tilde\beta_t/\beta_t$ dengan dan tanpa garis itu, untuk $t$ = 1, 2, 3. **Putuskan dulu:** tanpa garis atas, langkah pada $t=2$ mengembalikan lebih banyak noise atau lebih sedikit?

# %% [markdown] key="gallery-note" lang="ko" ref="68b1b4e3"
# (q 줄에는 열마다 견줄 진짜 데이터의 값이 있습니다. b처럼 덩어리가 없으면 $s$는 아무 뜻이 없습니다.)
#
# b, c, f는 바로 티가 납니다. (b는 노이즈가 무엇이든 한 클래스의 숫자를 모두 거의 똑같은 그림으로 그립니다. $D$를 보십시오. 오식대로 쓴 식 (80), $\mu+\Sigma+\epsilon$은 4장에서 실행했는데, 그것을 못 알아볼 사람은 없습니다.) **무서운 것은 d입니다.** 전시실에서 가장 깨끗한 숫자를 그리고, 분류기도 모두 주문한 대로 읽습니다(a, e, g의 숫자도 그렇습니다. 분류기가 더 좋아하는 것은 없습니다). 그러나 무슨 일이 있었는지는 정확한 모델의 수가 말해 줍니다. 덩어리의 너비는 0.162가 아니라 0.060이고, $W_1$은 0.012가 아니라 0.089입니다. 다시 넣은 노이즈가 너무 적어서 길마다 덩어리 한가운데로 끌려갔고, 그렇게 잃은 것은 *다양성*입니다. 숫자들이 얼마나 밋밋하고 반듯한지, $D$가 얼마인지 보십시오. **그림이 깨끗하다고 샘플러가 옳은 것은 아닙니다.** 정확도도 증거가 되지 못합니다. 크게 틀리면 떨어지지만, 다양성을 잃어도 떨어지지 않습니다.
#
# e는 다 그린 이미지에 마지막 단계의 노이즈를 더합니다. 덩어리는 0.162가 아니라 0.179이고, 눈여겨보면 알갱이도 더 많습니다. g는 더 작은 $t$를 대고 묻습니다(50단계짜리 연쇄에서 한 자리는 신경망의 타임스텝 20개입니다). 그린 숫자는 a의 숫자만큼 좋아 보이고, 정확한 모델에서조차 거의 달라지지 않아 표준편차가 1.008이 아니라 1.022입니다. 그러니까 그림은 b, c, f를 드러내고 d와 g, 그리고 거의 e까지 숨깁니다.
#
# 눈에 잘 띄지 않는 이 실수들은 $T=1000$에서 어떻게 되겠습니까?
#
# 걸어 보지 않아도 되는 실수가 하나 더 있습니다. 코드에서는 $\tilde\beta_t=\beta_t\,(1-\bar\alpha_{t-1})/(1-\bar\alpha_t)$의 가로줄이 곧잘 빠집니다. 셀의 마지막 줄은 $t$ = 1, 2, 3에서 가로줄이 있을 때와 없을 때의 $\tilde\beta_t/\beta_t$를 출력합니다. **답을 먼저 정하십시오.** 가로줄이 없으면 $t=2$의 단계는 노이즈를 더 많이 다시 넣습니까, 더 적게 넣습니까?

# %% key="gallery-fine"
truth = pair.sample(4000, torch.Generator().manual_seed(2))
for name in ("a", "d", "e", "g"):
    shift = early if name == "g" else lambda model: model
    x = walk(shift(perfect), rules[name], noise(4000, 1), schedule)[0]
    print(f"{name}  std {x.std():.3f}  s {width(x):.4f}  W_1 {W_1(x, truth):.3f}")
print(f"sigma_1 {schedule.beta[1] ** 0.5:.4f}  {127.5 * schedule.beta[1] ** 0.5:.1f}")
gone = 1 - schedule.alpha_bar
print("alpha_bar", [f"{q:.3f}" for q in (gone[:3] / gone[1:4]).tolist()], end="  ")
print("alpha", [f"{q:.3f}" for q in (schedule.beta[:3] / schedule.beta[1:4]).tolist()])
assert (schedule.beta_tilde[1:] - schedule.beta[1:] * gone[:-1] / gone[1:]).abs().max() < 1e-15

# %% [markdown] key="clip" lang="en"
# d is even worse, a $W_1$ of 0.133 (in shorter steps $\beta_t$ and its root are further apart); e and g drown in the scatter. The noise that e leaves has the standard deviation $\sigma_1=0.0100$, 1.3 of 255 grey levels. **A test with many steps and a good eye misses what a closed form catches**: for e, compare two runs that differ only in the last $z$; for g, count the calls and print the first and the last $t$.
#
# And the lost bars: the step at $t=2$ puts back more noise. Without them, $\tilde\beta_2$ is 0.834 of $\beta_2$ instead of 0.455, and nothing crashes. (At $t=1$ the formula needs $\bar\alpha_0=1$; without bars it asks for an $\alpha_0$, which nobody defined: the library's table happens to hold 1 there.)
#
# ## 7 · Clipping $\hat x_0$
#
# A pixel lies in $[-1,1]$. The network's $\hat x_0$ need not: a unit of error in $\hat\epsilon$ becomes $\sqrt{(1-\bar\alpha_t)/\bar\alpha_t}$ units in $\hat x_0$. Many samplers therefore clip $\hat x_0$ to $[-1,1]$ at every step. In the form with $\hat\epsilon$ there is no place to do so; in
# the form with $\hat x_0$ (move 2) it is one call.
#
# **Commit:** whom does clipping help, a good network, a bad one, or both? And can it do harm?

# %% [markdown] key="clip" lang="id" ref="335b39d4"
# d malah lebih buruk, $W_1$-nya 0.133 (pada langkah yang lebih pendek, $\beta_t$ dan akarnya makin berjauhan); e dan g tenggelam dalam sebaran acak. Noise yang ditinggalkan e bersimpangan baku $\sigma_1=0.0100$, yaitu 1.3 dari 255 tingkat kelabu. **Uji dengan banyak langkah dan mata yang jeli meloloskan apa yang tertangkap oleh bentuk tertutup**: untuk e, bandingkan dua perjalanan yang hanya berbeda pada $z$ terakhir; untuk g, hitung panggilannya, lalu cetak $t$ yang pertama dan yang terakhir.
#
# Lalu garis atas yang hilang: langkah pada $t=2$ mengembalikan lebih banyak noise. Tanpa garis itu, $\tilde\beta_2$ menjadi 0.834 kali $\beta_2$, seharusnya 0.455, dan tidak ada pesan galat apa pun. (Pada $t=1$ rumusnya memerlukan $\bar\alpha_0=1$; tanpa garis atas ia meminta $\alpha_0$, yang tidak didefinisikan siapa pun: tabel di pustaka kebetulan berisi 1 di sana.)
#
# ## 7 · Memotong $\hat x_0$
#
# Nilai sebuah piksel berada dalam $[-1,1]$. $\hat x_0$ dari jaringan belum tentu: satu satuan galat pada $\hat\epsilon$ menjadi $\sqrt{(1-\bar\alpha_t)/\bar\alpha_t}$ satuan pada $\hat x_0$. Karena itu banyak sampler memotong (*clip*) $\hat x_0$ ke $[-1,1]$ di setiap langkah. Dalam bentuk dengan $\hat\epsilon$ tidak ada tempat untuk itu; dalam
# bentuk dengan $\hat x_0$ (gerakan 2) cukup satu panggilan.
#
# **Putuskan dulu:** siapa yang ditolong pemotongan: jaringan yang baik, jaringan yang buruk, atau keduanya? Dan mungkinkah ia merusak?

# %% [markdown] key="clip" lang="ko" ref="335b39d4"
# d는 더 나빠져 $W_1$이 0.133입니다(단계가 짧을수록 $\beta_t$와 그 제곱근이 더 벌어집니다). e와 g의 차이는 샘플을 뽑는 우연에 묻힙니다. e가 남기는 노이즈의 표준편차는 $\sigma_1=0.0100$으로, 회색 255단계 가운데 1.3입니다. **단계를 많이 두고 눈으로 잘 살피는 시험은 닫힌 형식이 잡아내는 것을 놓칩니다.** e를 찾으려면 마지막 $z$만 다른 두 실행을 견주고, g를 찾으려면 호출 횟수를 세고 처음과 마지막 $t$를 출력해 보십시오.
#
# 그리고 가로줄이 빠지면 $t=2$의 단계는 노이즈를 더 많이 다시 넣습니다. $\tilde\beta_2$는 $\beta_2$의 0.455배가 아니라 0.834배가 됩니다. 그래도 멈추는 코드는 없습니다. ($t=1$에서 이 식에는 $\bar\alpha_0=1$이 필요합니다. 가로줄이 없으면 $\alpha_0$을 찾게 되는데, 그것은 아무도 정의한 적이 없습니다. 라이브러리의 표에는 마침 그 자리에 1이 들어 있습니다.)
#
# ## 7 · $\hat x_0$ 잘라 내기
#
# 픽셀 값은 $[-1,1]$ 안에 있습니다. 신경망의 $\hat x_0$은 그렇지 않을 수 있습니다. $\hat\epsilon$의 오차가 $\hat x_0$에서는 $\sqrt{(1-\bar\alpha_t)/\bar\alpha_t}$배가 되기 때문입니다. 그래서 많은 샘플러가 단계마다 $\hat x_0$을 $[-1,1]$로 잘라 냅니다. $\hat\epsilon$으로 쓴 형태에는 그럴 자리가 없고, $\hat x_0$으로 쓴 형태(대목 2)에서는 함수를 한 번 부르면 됩니다.
#
# **답을 먼저 정하십시오.** 잘라 내기는 누구를 돕습니까? 좋은 신경망입니까, 나쁜 신경망입니까, 둘 다입니까? 그리고 해로울 수도 있습니까?

# %% key="clip-growth"
grow = (1 / schedule.snr[1:]) ** 0.5
print({t: f"{grow[t - 1]:.4f}" for t in (1, 500, 1000)})
fig, ax = figures.axes("$t$")
ax.semilogy(range(1, 1001), grow, label=r"$\sqrt{(1-\bar\alpha_t)/\bar\alpha_t}$")
ax.axhline(2, color="black", linestyle=":", label="$2$")
ax.legend()
figures.show(fig, "alt.ddpm.growth")

# %% [markdown] key="ex-mean-task" lang="en"
# 157.4073 at $t=1000$, 3.4241 at $t=500$, 0.0100 at $t=1$; above the dotted line one unit of error is more than the whole way from black to white.
#
# ### Exercise: the mean with a clipped guess
#
# Write `ddpm_mean(x_t, t, eps_hat, schedule)`: $\hat x_0$ from $\hat\epsilon$, clipped to $[-1,1]$, put into $\tilde\mu_t$. Noise is not your business here.

# %% [markdown] key="ex-mean-task" lang="id" ref="41bd70bf"
# 157.4073 pada $t=1000$, 3.4241 pada $t=500$, 0.0100 pada $t=1$; di atas garis titik-titik, satu satuan galat sudah lebih panjang daripada seluruh jarak dari hitam ke putih.
#
# ### Latihan: rata-rata dengan tebakan yang dipotong
#
# Tulis `ddpm_mean(x_t, t, eps_hat, schedule)`: $\hat x_0$ dari $\hat\epsilon$, dipotong ke $[-1,1]$, lalu dimasukkan ke $\tilde\mu_t$. Noise bukan urusanmu di sini.

# %% [markdown] key="ex-mean-task" lang="ko" ref="41bd70bf"
# $t=1000$에서 157.4073, $t=500$에서 3.4241, $t=1$에서 0.0100입니다. 점선보다 위에서는 한 단위의 오차가 검은색에서 흰색까지의 폭 전체보다도 커집니다.
#
# ### 연습문제: 추측을 잘라 낸 평균
#
# `ddpm_mean(x_t, t, eps_hat, schedule)` 함수를 작성하십시오. $\hat\epsilon$에서 $\hat x_0$을 구하고, $[-1,1]$로 잘라 내어, $\tilde\mu_t$에 넣습니다. 노이즈는 여기서 신경 쓰지 않아도 됩니다.


# %% key="ex-mean" exercise="samplers.ddpm_mean"
def ddpm_mean(x_t, t, eps_hat, schedule):
    ### BEGIN SOLUTION
    x_0_hat = forward.predict_x_0(x_t, t, eps_hat, schedule).clamp(-1, 1)
    mean, _ = forward.posterior(x_0_hat, x_t, t, schedule)
    return mean
    ### END SOLUTION


# %% key="check-mean" check="samplers.ddpm_mean"
check("samplers.ddpm_mean", ddpm_mean)

# %% [markdown] key="ex-clipped-task" lang="en"
# ### Exercise: mend a step
#
# Give that mean its noise and you have a step. The one below takes $\tilde\beta_t$, as much public code does; at $t=1$ it needs no `if`, because $\tilde\beta_1=0$. It runs, and two slips are in it, both from section 6. Find and mend them; everything else is right.

# %% [markdown] key="ex-clipped-task" lang="id" ref="84f7532f"
# ### Latihan: perbaiki satu langkah
#
# Beri rata-rata itu noise-nya, dan jadilah satu langkah. Langkah di bawah ini memakai $\tilde\beta_t$, seperti banyak kode yang beredar; pada $t=1$ ia tidak memerlukan `if`, sebab $\tilde\beta_1=0$. Ia berjalan, tetapi ada dua kesalahan di dalamnya, keduanya dari bagian 6. Temukan dan perbaiki; selebihnya benar.

# %% [markdown] key="ex-clipped-task" lang="ko" ref="84f7532f"
# ### 연습문제: 단계 하나 고치기
#
# 이 평균에 노이즈를 더하면 한 단계가 됩니다. 아래의 단계는 공개된 코드가 흔히 그러듯 $\tilde\beta_t$를 씁니다. $\tilde\beta_1=0$이므로 $t=1$에서 `if`가 필요 없습니다. 돌아가기는 하지만 실수가 두 가지 들어 있고, 둘 다 6절에 나온 것입니다. 찾아서 고치십시오. 나머지는 모두 맞습니다.

# %% key="ex-clipped" exercise="samplers.clipped_step"
def clipped_step(x_t, t, eps_hat, z, schedule):
    alpha_t, beta_t = float(schedule.alpha[t]), float(schedule.beta[t])
    bar_t, bar_prev = float(schedule.alpha_bar[t]), float(schedule.alpha_bar[t - 1])
    x_0_hat = ((x_t - (1 - bar_t) ** 0.5 * eps_hat) / bar_t**0.5).clamp(-1, 1)
    mean = (bar_prev**0.5 * beta_t * x_0_hat + alpha_t**0.5 * (1 - bar_prev) * x_t) / (1 - bar_t)
    ### BEGIN SOLUTION
    beta_tilde_t = beta_t * (1 - bar_prev) / (1 - bar_t)
    return mean + beta_tilde_t**0.5 * z
    ### GIVEN beta_tilde_t = beta_t * (1 - float(schedule.alpha[t - 1])) / (1 - alpha_t)
    ### GIVEN return mean + beta_tilde_t * z
    ### END SOLUTION

# %% key="check-clipped" check="samplers.clipped_step"
check("samplers.clipped_step", clipped_step)

# %% [markdown] key="clip-poor" lang="en"
# Now a bad network: a small U-Net that answers $\epsilon$, trained on digits for a few dozen steps. It and the good one draw with and without the clip. (The clipped rule goes into the same loop.)

# %% [markdown] key="clip-poor" lang="id" ref="9dc31c08"
# Sekarang jaringan yang buruk: sebuah U-Net kecil yang menjawab $\epsilon$, dilatih dengan angka selama beberapa puluh langkah saja. Ia dan jaringan yang baik menggambar dengan dan tanpa pemotongan. (Aturan yang memotong masuk ke loop yang sama.)

# %% [markdown] key="clip-poor" lang="ko" ref="9dc31c08"
# 이제 나쁜 신경망입니다. $\epsilon$을 답하는 작은 U-Net을 숫자로 몇십 스텝만 학습합니다. 이것과 좋은 신경망이 저마다 잘라 내기 없이 한 번, 잘라 내며 한 번 그립니다. (잘라 내는 규칙도 같은 반복문에 넣습니다.)

# %% key="clip-poor-train"
from course_lib import parameterisations, training, unet

images, classes = data.digits("train")
torch.manual_seed(0)
small = unet.UNet(widths=(16, 32, 64), embedding=64, classes=10)
short = {"steps": 60, "batch_size": 16, "warmup": 10, "ema_decay": 0.9, "learning_rate": 2e-3}
recipe = training.Recipe(**short, precision="fp32")
run = training.Run(parameterisations.EpsModel(small, schedule, "eps"), images, classes, recipe)
for progress in run.steps():
    pass
poor = parameterisations.EpsModel(run.averaged(), schedule, "eps")


def clipped(x_t, t, eps_hat, z, schedule):
    x_0_hat = forward.predict_x_0(x_t, t, eps_hat, schedule).clamp(-1, 1)
    mean, _ = forward.posterior(x_0_hat, x_t, t, schedule)
    return mean + (t > 1) * float(schedule.beta[t]) ** 0.5 * z


# %% key="clip-drawn"
bad, ten = (respaced(guidance.guide(model, labels[:10], w=0.0), 20)[0] for model in (poor, digits))
pictures = {}
for name, model in (("poor", bad), ("digits", ten)):
    for rule in (samplers.ddpm_step, clipped):
        x, at = walk(model, rule, x_T[:10], chain)
        pictures[name, rule.__name__] = x.clamp(-1, 1)
        outside = float((x.abs() > 1.05).double().mean())
        print(f"{name:7s} {rule.__name__:10s} std {x.std():8.2f}  > 1.05: {outside:.3f}  t={at}")
for state in walked[:-1]:
    if state.t in (50, 25, 10, 1):
        print(f"t={20 * state.t:4d}  {(state.x_0_hat.abs() > 1.05).double().mean():.3f}", end="  ")
x = walk(exact, clipped, many, chain)[0]
print(f"\nexact  s {width(x):.3f}  std {x.std():.3f}  max {x.abs().max():.3f}")
assert abs(x).max() <= 1 and width(x) < 0.14
fig = figures.grid(list(pictures.values()), row_titles=["1", "2", "3", "4"], size=1)
figures.show(fig, "alt.ddpm.clip")

# %% [markdown] key="ema" lang="en"
# (Rows: 1 and 2 the bad network without and with the clip, 3 and 4 the good one. Printed: the standard deviation, the share of pixels beyond 1.05, and the step at which we stopped; then the same share in the good network's $\hat x_0$ on its way.)
#
# The bad network alone blows up: its errors are magnified, the next $x_t$ lies where it has never been trained, and its next answer is worse still. With the clip every state stays where training was, and the result is
# at least an image. The good network hardly needs it: its $\hat x_0$ stays within the range until the last steps. What the clip takes away there lies below black or above white, where no picture shows it; the grain that one sees is the same in 3 and 4.
#
# But it can do harm. The last printed line is the exact model with the clip: heaps of width 0.123 instead of 0.162, nothing beyond 1. Our numbers do lie beyond $\pm1$ (half of each heap does), so the clip cut away *data*. **Clip to the range of the data, or not at all**; and know that a clip hides a network's illness as an aspirin hides a fever.
#
# ## 8 · The weights that draw
#
# Chapter 4 measured that an average of the weights (EMA) has a lower error than the weights themselves. Does one *see* it? A network on the five blobs, with a learning rate on the high side that never falls. At five moments of its training, 40 steps apart, both sets of weights draw with Algorithm 2. $W$ is chapter 4's
# distance between clouds of points: two draws of real data are not at 0 either (first line).
#
# **Commit:** 40 steps of training change little. How much will the drawings of the plain weights change from one moment to the next?

# %% [markdown] key="ema" lang="id" ref="f90441ec"
# (Baris 1 dan 2: jaringan yang buruk tanpa dan dengan pemotongan; 3 dan 4: jaringan yang baik. Yang dicetak: simpangan baku, bagian piksel di luar 1.05, dan langkah tempat kita berhenti; lalu bagian yang sama pada $\hat x_0$ dari jaringan yang baik di sepanjang jalan.)
#
# Kalau dibiarkan sendiri, jaringan yang buruk meledak: galatnya diperbesar, $x_t$ berikutnya jatuh di tempat yang tidak pernah dilatihkan kepadanya, dan jawaban berikutnya lebih buruk lagi. Dengan pemotongan, setiap keadaan tetap berada di wilayah pelatihan, dan hasilnya
# setidaknya sebuah gambar. Jaringan yang baik hampir tidak memerlukannya: $\hat x_0$-nya tetap di dalam rentang sampai langkah-langkah terakhir. Yang dibuang pemotongan di sana lebih hitam daripada hitam atau lebih putih daripada putih, dan tidak tampak di gambar mana pun; bintik yang terlihat sama saja pada 3 dan 4.
#
# Tetapi pemotongan juga dapat merusak. Baris cetakan terakhir adalah model eksak dengan pemotongan: gundukan selebar 0.123, bukan 0.162, dan tidak ada apa-apa di luar 1. Padahal bilangan kita memang ada yang terletak di luar $\pm1$ (separuh setiap gundukan), jadi yang terpotong adalah *data*. **Potonglah ke rentang datanya, atau jangan sama sekali**; dan ingat bahwa pemotongan menyembunyikan penyakit jaringan seperti obat penurun panas menyembunyikan demam.
#
# ## 8 · Bobot yang menggambar
#
# Bab 4 mengukur bahwa rata-rata bobot (EMA) memiliki galat yang lebih kecil daripada bobot itu sendiri. Apakah bedanya *terlihat*? Ambil sebuah jaringan untuk kelima gumpalan, dengan laju pembelajaran yang agak tinggi dan tidak pernah turun. Pada lima saat dalam pelatihannya, berselang 40 langkah, kedua perangkat bobot menggambar dengan Algoritme 2. $W$ adalah jarak antara
# awan titik dari Bab 4: dua sampel data asli pun jaraknya tidak 0 (baris pertama).
#
# **Putuskan dulu:** 40 langkah pelatihan hanya mengubah sedikit. Seberapa besar gambar dari bobot biasa akan berubah dari satu saat ke saat berikutnya?

# %% [markdown] key="ema" lang="ko" ref="f90441ec"
# (1과 2는 나쁜 신경망으로 각각 잘라 내지 않은 줄과 잘라 낸 줄이고, 3과 4는 좋은 신경망으로 순서가 같습니다. 출력은 표준편차, 1.05를 벗어난 픽셀의 비율, 걸음을 멈춘 단계이고, 이어서 좋은 신경망의 오는 길에서 $\hat x_0$의 같은 비율입니다.)
#
# 나쁜 신경망은 혼자 두면 폭발합니다. 오차가 커지고, 다음 $x_t$는 한 번도 학습한 적이 없는 곳에 놓이며, 그다음 답은 더 나빠집니다. 잘라 내면 모든 상태가 학습한 곳에 머물고, 결과가 적어도 이미지이기는 합니다. 좋은 신경망에는 거의 필요가 없습니다. $\hat x_0$이 마지막 몇 단계까지 범위 안에 머뭅니다. 거기서 잘려 나가는 것은 검은색보다 아래이거나 흰색보다 위여서 어떤 그림에도 보이지 않습니다. 눈에 보이는 알갱이는 3과 4가 같습니다.
#
# 그런데 해로울 수도 있습니다. 출력의 마지막 줄은 정확한 모델에 잘라 내기를 쓴 것입니다. 덩어리의 너비가 0.162가 아니라 0.123이고 1보다 먼 것이 하나도 없습니다. 우리 데이터에는 $\pm1$보다 먼 수가 정말로 있으므로(덩어리마다 절반이 그렇습니다), *데이터*를 잘라 버린 것입니다. **데이터의 범위로 잘라 내거나, 아예 잘라 내지 마십시오.** 그리고 해열제가 열을 숨기듯 잘라 내기가 신경망의 병을 숨긴다는 것도 알아 두십시오.
#
# ## 8 · 그림을 그리는 가중치
#
# 4장에서 재어 보니 가중치를 평균한 것(EMA)의 오차가 가중치 자체의 오차보다 작았습니다. 그 차이가 *눈에도* 보입니까? 덩어리 다섯 개를 배우는 신경망을, 조금 높은 학습률을 끝까지 낮추지 않고 학습합니다. 학습 도중 40스텝 간격으로 다섯 번, 두 가지 가중치로 알고리즘 2를 따라 그려 봅니다. $W$는 4장에서 쓴 점구름 사이의 거리입니다. 여기서도 진짜 데이터를 두 번 뽑은 거리가 0은 아닙니다(첫 줄).
#
# **답을 먼저 정하십시오.** 학습 40스텝에 바뀌는 것은 많지 않습니다. 평균하지 않은 가중치의 그림은 한 순간에서 다음 순간까지 얼마나 달라지겠습니까?

# %% key="ema-train"
from course_lib import mlp

angle = torch.arange(5) * 2 * torch.pi / 5
ring = gaussians.Mixture(torch.ones(5), 1.5 * torch.stack([angle.cos(), angle.sin()], 1), 0.15)
points, held = (ring.sample(n, torch.Generator().manual_seed(n)) for n in (8000, 2000))
turns = torch.stack([(torch.arange(32) * torch.pi / 32).cos(), (torch.arange(32) * torch.pi / 32).sin()])


def draw(net):
    model = respaced(parameterisations.EpsModel(net, schedule), 20)[0]
    return walk(model, samplers.ddpm_step, noise(2000, 2, seed=2, dtype=torch.float32), chain)[0]


torch.manual_seed(0)
recipe = training.Recipe(steps=20_000, batch_size=256, learning_rate=2e-2, warmup=20, ema_decay=0.99)
run = training.Run(parameterisations.EpsModel(mlp.MLP(width=64, depth=2), schedule), points, None, recipe)
clouds, gaps = {"theta": [], "EMA": []}, {"theta": [], "EMA": []}
for progress in run.steps():
    if progress.step >= 600 and progress.step % 40 == 0:
        for name, net in (("theta", run.model.net), ("EMA", run.averaged())):
            clouds[name].append(draw(net))
            gaps[name].append(W_1(clouds[name][-1] @ turns, held @ turns))
    if progress.step == 760:
        break

# %% key="ema-drawn"
print(f"q      {W_1(ring.sample(2000, torch.Generator().manual_seed(4)) @ turns, held @ turns):.3f}")
for name, values in gaps.items():
    print(f"{name:5s} ", " ".join(f"{value:.3f}" for value in values), f" +-{torch.tensor(values).std():.3f}")
assert sum(gaps["EMA"]) < sum(gaps["theta"])
pictures = [torch.from_numpy(frames.scatter(torch.stack(row), size=64)) for row in clouds.values()]
steps = [str(step) for step in range(600, 761, 40)]
fig = figures.grid(pictures, steps, [r"$\theta$", r"$\bar\theta$"], size=1.7)
figures.show(fig, "alt.ddpm.ema")

# %% [markdown] key="growth" lang="en"
# The plain weights (upper row) draw a different cloud at each look: blobs smeared and shifted, one fed at another's cost. The average (lower row) is nearer to the data at each of the five moments, and changes far less. Every call of a walk goes through the same weights, so what is wrong
# with them is wrong at every step. That is the next section. (Ho et al. 2020, appendix B, average with a decay of 0.9999. The checkpoints of this course ship the average only, so nobody can draw with the wrong ones.)
#
# ## 9 · How an error grows
#
# Look at line 4 with suspicion: it divides by $\sqrt{\alpha_t}<1$ a thousand times. If nothing else happened, a small error in $x_T$ would be multiplied by $\prod_t 1/\sqrt{\alpha_t}=1/\sqrt{\bar\alpha_T}$, which is 157. Then how can sampling work at all?
#
# Because something else happens. The network looks at the *wrong* $x_t$ and answers for that one. For normal data we can say how much, with the slope of section 5: a step multiplies an error by $(1-\beta_t/v_t)/\sqrt{\alpha_t}$, and all steps from $t$ down together by
#
# $$\frac{\partial x_0}{\partial x_t}=\frac{\sqrt{\bar\alpha_t}\,s^2}{v_t}$$
#
# **Commit:** data with $s=1$. An error of 1 in $x_T$: is it 157 at the end, about 1, or about $1/157$?

# %% [markdown] key="growth" lang="id" ref="f4c035a5"
# Bobot biasa (baris atas) menggambar awan yang berbeda setiap kali dilihat: gumpalannya melebar dan bergeser, yang satu bertambah penuh dengan mengorbankan yang lain. Rata-ratanya (baris bawah) lebih dekat ke data pada kelima saat itu, dan jauh lebih sedikit berubah. Setiap panggilan dalam satu perjalanan melewati bobot yang sama, jadi apa yang salah
# pada bobot itu salah di setiap langkah. Itulah bagian berikutnya. (Ho et al. 2020, lampiran B, merata-ratakan dengan peluruhan 0.9999. Checkpoint kursus ini hanya membawa rata-ratanya, jadi tidak seorang pun dapat menggambar dengan bobot yang keliru.)
#
# ## 9 · Bagaimana galat membesar
#
# Pandanglah baris 4 dengan curiga: ia membagi dengan $\sqrt{\alpha_t}<1$ seribu kali. Kalau tidak ada hal lain yang terjadi, galat kecil pada $x_T$ akan dikalikan dengan $\prod_t 1/\sqrt{\alpha_t}=1/\sqrt{\bar\alpha_T}$, yaitu 157. Lalu mengapa pengambilan sampel bisa berhasil?
#
# Karena ada hal lain yang terjadi. Jaringan melihat $x_t$ yang *salah* itu, dan menjawab untuk yang itu. Untuk data normal kita dapat mengatakan seberapa besar pengaruhnya, dengan kemiringan dari bagian 5: satu langkah mengalikan galat dengan $(1-\beta_t/v_t)/\sqrt{\alpha_t}$, dan semua langkah dari $t$ ke bawah bersama-sama dengan
#
# $$\frac{\partial x_0}{\partial x_t}=\frac{\sqrt{\bar\alpha_t}\,s^2}{v_t}$$
#
# **Putuskan dulu:** data dengan $s=1$. Galat sebesar 1 pada $x_T$ menjadi berapa di akhir: 157, sekitar 1, atau sekitar $1/157$?

# %% [markdown] key="growth" lang="ko" ref="f4c035a5"
# 평균하지 않은 가중치(윗줄)는 볼 때마다 다른 구름을 그립니다. 덩어리가 번지고 밀려나며, 어떤 덩어리는 다른 덩어리의 몫을 빼앗아 살이 찝니다. 평균(아랫줄)은 다섯 순간 모두 데이터에 더 가깝고 훨씬 덜 변합니다. 걷는 동안 신경망을 부를 때마다 같은 가중치를 지나므로, 가중치의 잘못은 단계마다 되풀이되는 잘못입니다. 다음 절이 그 이야기입니다. (Ho et al. 2020, 부록 B에서는 감쇠율 0.9999로 평균합니다. 이 강의의 체크포인트에는 평균만 들어 있어서, 엉뚱한 가중치로 그릴 일이 없습니다.)
#
# ## 9 · 오차는 어떻게 자랍니까
#
# 4번째 줄을 의심하는 눈으로 보십시오. $\sqrt{\alpha_t}<1$로 천 번을 나눕니다. 다른 일이 일어나지 않는다면 $x_T$의 작은 오차에 $\prod_t 1/\sqrt{\alpha_t}=1/\sqrt{\bar\alpha_T}$, 곧 157이 곱해집니다. 그런데도 샘플링이 어떻게 가능합니까?
#
# 다른 일이 일어나기 때문입니다. 신경망은 *틀린* $x_t$를 보고 바로 그것에 대한 답을 내놓습니다. 정규분포 데이터라면 그 효과가 얼마인지 말할 수 있습니다. 5절에서 구한 계수를 쓰면, 한 단계는 오차에 $(1-\beta_t/v_t)/\sqrt{\alpha_t}$를 곱하고, $t$부터 아래의 모든 단계를 합치면 다음과 같습니다.
#
# $$\frac{\partial x_0}{\partial x_t}=\frac{\sqrt{\bar\alpha_t}\,s^2}{v_t}$$
#
# **답을 먼저 정하십시오.** $s=1$인 데이터에서 $x_T$에 오차 1을 넣습니다. 끝에서는 157입니까, 1쯤입니까, $1/157$쯤입니까?

# %% key="growth-push"
fig, ax = figures.axes("$t$")
blind = (1 / schedule.alpha[1:] ** 0.5).cumprod(0)
ax.semilogy(range(1, 1001), blind, label=r"$1/\sqrt{\bar\alpha_t}$")
print("blind ", {t: f"{blind[t - 1]:.4f}" for t in (1, 500, 1000)})
for s in (1.0, 0.15):
    v = schedule.alpha_bar * s**2 + 1 - schedule.alpha_bar
    left = ((1 - schedule.beta[1:] / v[1:]) / schedule.alpha[1:] ** 0.5).cumprod(0)
    assert (left - (schedule.alpha_bar**0.5 * s**2 / v)[1:]).abs().max() < 1e-12
    print(f"s={s:.2f}", {t: f"{left[t - 1]:.4f}" for t in (1, 500, 1000)})
    ax.semilogy(range(1, 1001), left, label=f"$s={s:g}$")
ax.legend()
assert abs(left[-1] * blind[-1] - 0.15**2) < 1e-4
figures.show(fig, "alt.ddpm.push")

# %% [markdown] key="growth-kinds-question" lang="en"
# About $1/157$: 0.0064. On normal data each step forgives: an error *in $x_t$* looks to the network like a bit more noise, and it takes most of it away again. (With two heaps there is an exception. A walk that is still undecided between them may be tipped to the other side by a small push: another sample, not a worse one.)
#
# An error *of the network* is another matter: it comes anew at every step. Take the heaps and the exact model, 50 steps, and spoil its answer by a known amount: a constant $\delta$ added at every $t$; the same only at $t\le 200$, only at $200<t\le 800$, or only at $t>800$; fresh random noise of size $\delta$; and a factor.
#
# **Commit:** $\delta=0.1$. Which of these does the most harm, which the least?

# %% [markdown] key="growth-kinds-question" lang="id" ref="beddde81"
# Sekitar $1/157$: 0.0064. Pada data normal, setiap langkah memaafkan: bagi jaringan, galat *pada $x_t$* tampak seperti noise yang sedikit lebih banyak, dan sebagian besarnya diangkatnya lagi. (Pada dua gundukan ada kekecualiannya. Perjalanan yang masih bimbang di antara keduanya dapat terdorong ke sisi lain oleh dorongan kecil: sampelnya menjadi lain, bukan menjadi lebih buruk.)
#
# Galat *milik jaringan* lain soalnya: ia datang lagi di setiap langkah. Ambil kedua gundukan dan model eksak, 50 langkah, lalu rusak jawabannya dengan takaran yang diketahui: tetapan $\delta$ yang ditambahkan pada setiap $t$; tetapan yang sama hanya pada $t\le 200$, hanya pada $200<t\le 800$, atau hanya pada $t>800$; noise acak yang baru, sebesar $\delta$; dan sebuah faktor.
#
# **Putuskan dulu:** $\delta=0.1$. Mana yang paling merusak, dan mana yang paling tidak?

# %% [markdown] key="growth-kinds-question" lang="ko" ref="beddde81"
# 0.0064, 곧 $1/157$쯤입니다. 정규분포 데이터에서는 단계마다 오차를 용서합니다. *$x_t$의* 오차는 신경망의 눈에 조금 더 낀 노이즈로 보이고, 신경망은 그 대부분을 다시 덜어 냅니다. (덩어리가 둘이면 예외가 있습니다. 둘 사이에서 아직 정해지지 않은 길은 조금만 밀려도 반대쪽으로 넘어갈 수 있습니다. 그래도 다른 샘플이 될 뿐, 더 나쁜 샘플이 되는 것은 아닙니다.)
#
# *신경망의* 오차는 사정이 다릅니다. 단계마다 새로 들어옵니다. 두 덩어리와 정확한 모델로 50단계를 걸으면서 그 답을 아는 만큼만 망가뜨립니다. 모든 $t$에서 상수 $\delta$를 더하기, $t\le 200$에서만 더하기, $200<t\le 800$에서만 더하기, $t>800$에서만 더하기, 크기가 $\delta$인 무작위 노이즈를 매번 새로 더하기, 그리고 일정한 배수를 곱하기입니다.
#
# **답을 먼저 정하십시오.** $\delta=0.1$입니다. 이 가운데 가장 해로운 것과 가장 덜 해로운 것은 어느 것입니까?


# %% key="growth-kinds"
def spoiled(change):
    def model(x_t, t):
        return change(exact(x_t, t), int(t[0]))

    return model


delta, fresh = 0.1, torch.Generator().manual_seed(7)
kinds = {
    "eps_hat": lambda e, t: e,
    "+ d": lambda e, t: e + delta,
    "+ d (t<=200)": lambda e, t: e + delta * (t <= 10),
    "+ d (200<t<=800)": lambda e, t: e + delta * (10 < t <= 40),
    "+ d (t>800)": lambda e, t: e + delta * (t > 40),
    "+ d z": lambda e, t: e + delta * torch.randn(e.shape, generator=fresh, dtype=e.dtype),
    "(1 + d)": lambda e, t: e * (1 + delta),
    "(1 - d)": lambda e, t: e * (1 - delta),
}
truth, harm = pair.sample(20_000, torch.Generator().manual_seed(2)), {}
for name, change in kinds.items():
    x = walk(spoiled(change), samplers.ddpm_step, many, chain)[0]
    harm[name] = W_1(x, truth)
    print(f"{name:16s} mean {x.mean():6.3f}  std {x.std():.3f}  s {width(x):.2f}  W_1 {harm[name]:.3f}")
assert harm["+ d"] > 4 * harm["+ d (t>800)"] and harm["+ d z"] < harm["eps_hat"] + 0.005

# %% key="growth-sum"
for one, s in ((chain, 0.15), (chain, 1.0), (schedule, 0.15), (schedule, 1.0)):
    v = one.alpha_bar * s**2 + 1 - one.alpha_bar
    made = one.beta[1:] / ((1 - one.alpha_bar[1:]) * one.alpha[1:]) ** 0.5
    total = float((made * one.alpha_bar[:-1] ** 0.5 * s**2 / v[:-1]).sum())
    without = float((made / one.alpha_bar[:-1] ** 0.5).sum())
    print(f"T={one.T:4d}  s={s:.2f}  {total:.3f}  blind {without:.0f}")
    normal = gaussians.Mixture([1.0], 0 * many[:1], s).optimal_eps(one)
    if one is chain:
        plain = walk(normal, samplers.ddpm_step, many[:9], one)[0]
        moved = walk(lambda x_t, t, net=normal: net(x_t, t) + 1, samplers.ddpm_step, many[:9], one)[0]
        assert (plain - moved - total).abs().max() < 1e-9

# %% [markdown] key="growth-note" lang="en"
# The constant error does the most harm ($W_1$ 0.251 instead of 0.012): it pushes every walk the same way at every step. Most of that arises in the middle, at $200<t\le 800$; confined to $t\le 200$ the error does less, and confined to $t>800$ it is almost forgiven. Fresh random errors of the same size do nothing measurable: they cancel, like a bit more $z$. A factor changes the width: too timid makes the heaps wide, too bold makes them narrow. (Here the bold one even looks right: it takes off part of the width that $\beta_t$ adds at 50 steps. Two errors can hide each other.)
#
# The last cell sums it up for normal data, exactly: what a constant $\delta=1$ adds at each step, times what is left of it at the end. At $T=1000$ the mean moves by 0.455 for $s=0.15$ and by 3.109 for $s=1$; without forgiveness it would be 313. (A walk with and one without the error, same noise, differ by just that; the cell asserts it for 50 steps.)
#
# So **what a sampler cannot forgive is an error that is the same at every step**: a wrong coefficient, a biased network, a plain set of weights that happens to lean one way.
#
# ## 10 · Housekeeping
#
# Five things that every sampling loop needs and many published ones lack.
#
# | | if forgotten |
# | --- | --- |
# | `torch.no_grad()` | each call keeps what a gradient would need, for all $T$ calls at once |
# | `t` as a tensor of shape `(B,)` | an embedding layer refuses a plain number |
# | `model.eval()` | dropout goes on dropping, batch norm mixes the images of a batch (and `model.train()` again before training goes on) |
# | one device for $x$, $t$, $z$ and the network | an error at best, a copy at every step at worst |
# | from $[-1,1]$ back to grey levels (`frames.to_uint8`) | without the shift, grey becomes black; without the clamp, a pixel just below $-1$ wraps around to white |
#
# **Commit:** 16 digits, 1000 steps, our network: without `no_grad`, is the kept memory tens of MB, about one GB, or tens of GB?

# %% [markdown] key="growth-note" lang="id" ref="07f71b85"
# Yang paling merusak adalah galat yang tetap ($W_1$ 0.251, bukan 0.012): ia mendorong setiap perjalanan ke arah yang sama di setiap langkah. Sebagian besarnya timbul di tengah, pada $200<t\le 800$; kalau hanya ada pada $t\le 200$, galat itu lebih ringan akibatnya, dan kalau hanya ada pada $t>800$, hampir seluruhnya dimaafkan. Galat acak yang selalu baru dan sama besarnya tidak berakibat apa-apa yang terukur: ia saling menghapus, seperti $z$ yang sedikit lebih banyak. Sebuah faktor mengubah lebarnya: jaringan yang terlalu malu-malu membuat gundukan melebar, yang terlalu berani membuatnya menyempit. (Di sini yang berani malah tampak benar: ia mengambil sebagian lebar yang ditambahkan $\beta_t$ pada 50 langkah. Dua galat dapat saling menutupi.)
#
# Sel terakhir menjumlahkannya secara eksak untuk data normal: apa yang ditambahkan tetapan $\delta=1$ di setiap langkah, dikalikan dengan yang tersisa darinya di akhir. Pada $T=1000$ rata-ratanya bergeser 0.455 untuk $s=0.15$ dan 3.109 untuk $s=1$; kalau tidak ada yang dimaafkan, pergeserannya 313. (Perjalanan dengan dan tanpa galat itu, dengan noise yang sama, berbeda persis sebesar itu; sel itu memastikannya untuk 50 langkah.)
#
# Jadi **yang tidak dapat dimaafkan sebuah sampler adalah galat yang sama di setiap langkah**: koefisien yang salah, jaringan yang bias, bobot biasa yang kebetulan condong ke satu sisi.
#
# ## 10 · Urusan teknis
#
# Lima hal yang diperlukan setiap loop pengambilan sampel, dan tidak dimiliki banyak loop yang beredar.
#
# | | kalau terlupa |
# | --- | --- |
# | `torch.no_grad()` | setiap panggilan menyimpan apa yang akan diperlukan gradien, untuk semua $T$ panggilan sekaligus |
# | `t` sebagai tensor berbentuk `(B,)` | lapisan embedding menolak bilangan biasa |
# | `model.eval()` | dropout terus menjatuhkan nilai, batch norm mencampur gambar-gambar dalam satu batch (dan `model.train()` lagi sebelum pelatihan dilanjutkan) |
# | satu perangkat (*device*) untuk $x$, $t$, $z$, dan jaringan | kalau untung, pesan galat; kalau sial, penyalinan di setiap langkah |
# | dari $[-1,1]$ kembali ke tingkat kelabu (`frames.to_uint8`) | tanpa pergeseran, kelabu menjadi hitam; tanpa pembatasan, piksel yang sedikit di bawah $-1$ berputar balik menjadi putih |
#
# **Putuskan dulu:** 16 angka, 1000 langkah, jaringan kita: tanpa `no_grad`, berapa memori yang tertahan: puluhan MB, sekitar satu GB, atau puluhan GB?

# %% [markdown] key="growth-note" lang="ko" ref="07f71b85"
# 가장 해로운 것은 상수 오차입니다($W_1$이 0.012에서 0.251로 커집니다). 모든 길을 모든 단계에서 같은 쪽으로 밀기 때문입니다. 이 피해는 대부분 중간인 $200<t\le 800$에서 생깁니다. $t\le 200$에서만 더하면 덜 해롭고, $t>800$에서만 더하면 거의 용서받습니다. 같은 크기의 오차라도 매번 새로 뽑은 무작위 오차는 잴 수 있을 만큼 해롭지 않습니다. $z$가 조금 늘어난 것과 같아서 서로 지워집니다. 배수는 너비를 바꿉니다. 너무 소심하면 덩어리가 넓어지고, 너무 대담하면 좁아집니다. (여기서는 대담한 쪽이 옳아 보이기까지 합니다. 50단계에서 $\beta_t$가 보탠 너비를 일부 덜어 내기 때문입니다. 두 오차가 서로를 가려 줄 수도 있습니다.)
#
# 마지막 셀은 정규분포 데이터에서 이것을 정확하게 계산합니다. 상수 $\delta=1$이 단계마다 더하는 것에, 그 가운데 끝까지 남는 비율을 곱해 모두 더합니다. $T=1000$에서 평균은 $s=0.15$일 때 0.455, $s=1$일 때 3.109만큼 옮겨 갑니다. 용서가 없다면 313입니다. (같은 노이즈로 한 번은 오차를 넣고 한 번은 빼고 걸으면 두 결과의 차이가 꼭 이만큼입니다. 셀이 50단계에서 확인합니다.)
#
# 그러므로 **샘플러가 용서하지 못하는 것은 모든 단계에서 똑같은 오차입니다.** 틀린 계수, 치우친 신경망, 하필 한쪽으로 기울어 있는, 평균하지 않은 가중치가 그렇습니다.
#
# ## 10 · 빠뜨리기 쉬운 것들
#
# 샘플링 반복문이라면 꼭 갖추어야 하는데 공개된 코드에는 흔히 빠져 있는 다섯 가지입니다.
#
# | | 잊으면 |
# | --- | --- |
# | `torch.no_grad()` | 신경망을 부를 때마다 기울기를 구하는 데 필요한 것을 남겨, $T$번 부른 것을 한꺼번에 모두 간직하게 됩니다 |
# | `t`는 모양이 `(B,)`인 텐서로 | 임베딩 층은 그냥 수를 받지 않습니다 |
# | `model.eval()` | 드롭아웃이 계속 값을 버리고, 배치 정규화가 한 배치의 이미지를 섞습니다(학습을 이어 가기 전에는 다시 `model.train()`) |
# | $x$, $t$, $z$와 신경망을 한 장치에 | 잘되어야 오류로 멈추고, 잘못되면 단계마다 복사합니다 |
# | $[-1,1]$에서 다시 회색 값으로 (`frames.to_uint8`) | 옮기는 것을 잊으면 회색이 검은색이 되고, 범위를 자르는 것을 잊으면 $-1$보다 조금 작은 픽셀이 한 바퀴 돌아 흰색이 됩니다 |
#
# **답을 먼저 정하십시오.** 숫자 16장, 1000단계, 우리 신경망입니다. `no_grad`가 없으면 간직하는 메모리는 수십 MB이겠습니까, 일 기가바이트쯤이겠습니까, 수십 GB이겠습니까?


# %% key="housekeeping"
def kept_bytes(model, x):
    own, kept = {p.data_ptr() for p in model.parameters()}, {}

    def pack(tensor):
        if tensor.data_ptr() not in own:
            kept[tensor.data_ptr()] = tensor.numel() * tensor.element_size()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        answer = model(x, torch.full((len(x),), 500), labels[: len(x)])
    assert answer.requires_grad
    return sum(kept.values())


trainable = checkpoints.load("digits", precision="fp32").requires_grad_(True)
one = kept_bytes(trainable, x_T[:1])
print(f"{one / 1e6:.1f} MB  x 16 x 1000 = {16_000 * one / 1e9:.0f} GB")
answer = walk(lambda x_t, t: trainable(x_t, t, labels[:1]), subtract, x_T[:1], schedules.linear(2))[0]
assert not answer.requires_grad
try:
    torch.nn.Embedding(1001, 64)(500)
except TypeError as problem:
    print(type(problem).__name__)
both = [trainable.train(mode)(x_T[:1], torch.tensor([500]), labels[:1]) for mode in (True, False)]
assert torch.equal(*both) and both[0].device == x_T.device
assert not any(isinstance(m, torch.nn.Dropout | torch.nn.BatchNorm2d) for m in digits.modules())

# %% [markdown] key="ex-loop-task" lang="en"
# Tens of GB; the first number is one digit in one call. The course's `samplers.sample` switches gradients off itself, its memory does not depend on the number of steps, and it works where `x_T` lives. Our U-Net has neither dropout nor batch norm, so it answers the same in both modes (asserted); yours may not.
#
# ### Exercise: the whole of Algorithm 2
#
# Write `ancestral(model, x_T, z, schedule)`: all $T$ steps, without gradients. The noise is supplied: `z` has the shape `(T + 1, *x_T.shape)`, and `z[t]` belongs to the step at $t$ (`z[0]` and `z[1]` are not used). `model(x_t, t)` wants `t` of shape `(B,)` and is to be asked at $T, T-1, \dots, 1$. Return $x_0$.
# For the step you may use `samplers.ddpm_step` or your own.

# %% [markdown] key="ex-loop-task" lang="id" ref="d0584015"
# Puluhan GB; bilangan pertama adalah satu angka dalam satu panggilan. `samplers.sample` di kursus ini mematikan gradien sendiri, memorinya tidak bergantung pada banyaknya langkah, dan ia bekerja di perangkat tempat `x_T` berada. U-Net kita tidak memiliki dropout ataupun batch norm, sehingga jawabannya sama dalam kedua mode (sel itu memastikannya); jaringanmu nanti belum tentu.
#
# ### Latihan: Algoritme 2 seutuhnya
#
# Tulis `ancestral(model, x_T, z, schedule)`: semua $T$ langkah, tanpa gradien. Noise-nya sudah disediakan: `z` berbentuk `(T + 1, *x_T.shape)`, dan `z[t]` milik langkah pada $t$ (`z[0]` dan `z[1]` tidak dipakai). `model(x_t, t)` menghendaki `t` berbentuk `(B,)` dan harus ditanya pada $T, T-1, \dots, 1$. Kembalikan $x_0$.
# Untuk langkahnya boleh dipakai `samplers.ddpm_step` atau langkah buatanmu sendiri.

# %% [markdown] key="ex-loop-task" lang="ko" ref="d0584015"
# 수십 GB입니다. 첫째 수는 숫자 한 장을 넣어 한 번 부를 때의 값입니다. 강의의 `samplers.sample`은 알아서 기울기를 끄고, 메모리가 단계 수에 따라 늘지 않으며, `x_T`가 있는 장치에서 일합니다. 우리 U-Net에는 드롭아웃도 배치 정규화도 없어서 두 모드에서 답이 같습니다(셀이 확인합니다). 여러분의 신경망은 다를 수 있습니다.
#
# ### 연습문제: 알고리즘 2 전체
#
# `ancestral(model, x_T, z, schedule)` 함수를 작성하십시오. $T$단계를 모두, 기울기 없이 걷습니다. 노이즈는 주어집니다. `z`의 모양은 `(T + 1, *x_T.shape)`이고, `z[t]`는 $t$의 단계에 쓰는 노이즈입니다(`z[0]`과 `z[1]`은 쓰지 않습니다). `model(x_t, t)`는 모양이 `(B,)`인 `t`를 받아야 하고, $T, T-1, \dots, 1$에서 불러야 합니다. $x_0$을 돌려주십시오. 단계로는 `samplers.ddpm_step`을 써도 되고 여러분의 것을 써도 됩니다.


# %% key="ex-loop" exercise="samplers.ancestral"
def ancestral(model, x_T, z, schedule):
    ### BEGIN SOLUTION
    x_t = x_T
    with torch.no_grad():
        for t in range(schedule.T, 0, -1):
            eps_hat = model(x_t, torch.full((len(x_t),), t, device=x_t.device))
            x_t = samplers.ddpm_step(x_t, t, eps_hat, z[t], schedule)
    return x_t
    ### END SOLUTION


# %% key="check-loop" check="samplers.ancestral"
check("samplers.ancestral", ancestral)

# %% [markdown] key="end" lang="en"
# ## What to take along
#
# - Algorithm 2 is the bound made into code: the posterior's mean with $\hat x_0$ in the place of $x_0$, plus $\sigma_t z$. At $t=1$ it hands over $\hat x_0$.
# - $\hat\epsilon$ is the noise of all $t$ steps. One step takes away the share $\beta_t/\sqrt{1-\bar\alpha_t}$ of it, divides by $\sqrt{\alpha_t}$ (no bar), and puts fresh noise of standard deviation $\sigma_t$ back.
# - $\sigma_t^2=\beta_t$ is exact for normal data of variance 1, $\tilde\beta_t$ for a single point; at 50 steps the choice shows, at 1000 hardly.
# - A wrong sampler may draw cleaner pictures than the right one. Test on a model whose answer is known: mean, standard deviation, $W_1$ against its floor, the number of calls.
# - Clipping $\hat x_0$ saves a bad network, and cuts off data that lie outside.
# - Errors in $x_t$ are mostly forgiven, errors that every step repeats are not.
#
# **Limits.** The exact models here are one- or two-dimensional, and closed forms for digits do not exist. $N=20$ digits show grain and blow-ups but no difference of a few percent in accuracy; measured quality, on thousands of samples with its spread, stands on the checkpoint's card (`checkpoints.card("digits")`). Which variance and which clip win depends on network, schedule and
# number of steps. And 1000 calls a picture are too many. Chapter 7 asks: [*must the walk be random, and must it be long?*](07_ddim.ipynb)
#
# **Sources.** Ho, Jain & Abbeel 2020, sections 3.2 and 3.4; eqs. 6, 7, 11 and 15, Algorithm 2, appendix B. Sohl-Dickstein et al. 2015 (the reverse chain). Nichol & Dhariwal 2021, sections 3.1 and 4 (learned variance; fewer steps). Bao et al. 2022 (the best variance). Polyak & Juditsky 1992 (averaging).
#
# Back to the map: [welcome](00_welcome.ipynb). How far you are:

# %% [markdown] key="end" lang="id" ref="85c254c7"
# ## Bekal dari bab ini
#
# - Algoritme 2 adalah batas yang dijadikan kode: rata-rata posterior dengan $\hat x_0$ di tempat $x_0$, ditambah $\sigma_t z$. Pada $t=1$ ia menyerahkan $\hat x_0$.
# - $\hat\epsilon$ adalah noise dari semua $t$ langkah. Satu langkah mengangkat bagian $\beta_t/\sqrt{1-\bar\alpha_t}$ darinya, membagi dengan $\sqrt{\alpha_t}$ (tanpa garis atas), lalu mengembalikan noise baru bersimpangan baku $\sigma_t$.
# - $\sigma_t^2=\beta_t$ eksak untuk data normal bervarians 1, $\tilde\beta_t$ untuk satu titik; pada 50 langkah pilihan itu kelihatan, pada 1000 hampir tidak.
# - Sampler yang keliru bisa saja menggambar lebih bersih daripada yang benar. Ujilah dengan model yang jawabannya diketahui: rata-rata, simpangan baku, $W_1$ terhadap lantainya, banyaknya panggilan.
# - Memotong $\hat x_0$ menyelamatkan jaringan yang buruk, dan membuang data yang terletak di luar.
# - Galat pada $x_t$ kebanyakan dimaafkan; galat yang diulang setiap langkah tidak.
#
# **Keterbatasan.** Model eksak di sini berdimensi satu atau dua, dan bentuk tertutup untuk angka tidak ada. $N=20$ angka menunjukkan bintik dan ledakan, tetapi tidak dapat menunjukkan selisih akurasi beberapa persen; mutu yang terukur, dari ribuan sampel beserta sebarannya, tercantum di kartu checkpoint (`checkpoints.card("digits")`). Varians mana dan pemotongan mana yang menang bergantung pada jaringan, jadwal, dan
# banyaknya langkah. Dan 1000 panggilan untuk satu gambar terlalu banyak. Bab 7 bertanya: [*haruskah perjalanan itu acak, dan haruskah ia panjang?*](07_ddim.ipynb)
#
# **Sumber.** Ho, Jain & Abbeel 2020, bagian 3.2 dan 3.4; pers. 6, 7, 11, dan 15, Algoritme 2, lampiran B. Sohl-Dickstein et al. 2015 (rantai mundur). Nichol & Dhariwal 2021, bagian 3.1 dan 4 (varians yang dipelajari; langkah yang lebih sedikit). Bao et al. 2022 (varians terbaik). Polyak & Juditsky 1992 (perata-rataan).
#
# Kembali ke peta: [selamat datang](00_welcome.ipynb). Latihanmu sejauh ini:

# %% [markdown] key="end" lang="ko" ref="85c254c7"
# ## 가져갈 것
#
# - 알고리즘 2는 상한을 코드로 옮긴 것입니다. $x_0$ 자리에 $\hat x_0$을 넣은 사후분포의 평균에 $\sigma_t z$를 더합니다. $t=1$에서는 $\hat x_0$을 그대로 내놓습니다.
# - $\hat\epsilon$은 단계 $t$개의 노이즈를 모두 모은 것입니다. 한 단계는 거기서 $\beta_t/\sqrt{1-\bar\alpha_t}$의 몫을 덜어 내고, $\sqrt{\alpha_t}$로 나누고(가로줄이 없습니다), 표준편차가 $\sigma_t$인 새 노이즈를 다시 넣습니다.
# - $\sigma_t^2=\beta_t$는 분산 1인 정규분포 데이터에서, $\tilde\beta_t$는 한 점인 데이터에서 정확합니다. 50단계에서는 선택이 눈에 띄고, 1000단계에서는 거의 띄지 않습니다.
# - 틀린 샘플러가 옳은 샘플러보다 깨끗한 그림을 그릴 수도 있습니다. 답을 아는 모델로 시험하십시오. 평균, 표준편차, 바닥과 견준 $W_1$, 호출 횟수를 보면 됩니다.
# - $\hat x_0$을 잘라 내면 나쁜 신경망은 살아나고, 범위 밖에 있는 데이터는 잘려 나갑니다.
# - $x_t$의 오차는 대개 용서받지만, 단계마다 되풀이되는 오차는 용서받지 못합니다.
#
# **한계.** 여기 나온 정확한 모델은 일차원이나 이차원이고, 숫자 그림에는 닫힌 형식이 없습니다. $N=20$장의 숫자로는 알갱이와 폭발은 보여도 정확도가 몇 퍼센트 다른 것은 보이지 않습니다. 샘플 수천 장으로 편차까지 잰 품질은 체크포인트의 모델 카드(`checkpoints.card("digits")`)에 있습니다. 어떤 분산과 어떤 잘라 내기가 나은지는 신경망과 스케줄과 단계 수에 달려 있습니다. 그리고 그림 한 장에 호출 1000번은 너무 많습니다. 7장이 묻습니다. [*걸음은 꼭 무작위여야 하고, 꼭 길어야 합니까?*](07_ddim.ipynb)
#
# **출처.** Ho, Jain & Abbeel 2020, 3.2절과 3.4절, 식 6, 7, 11, 15, 알고리즘 2, 부록 B. Sohl-Dickstein et al. 2015(역방향 연쇄). Nichol & Dhariwal 2021, 3.1절과 4절(학습하는 분산, 더 적은 단계). Bao et al. 2022(가장 좋은 분산). Polyak & Juditsky 1992(평균 내기).
#
# 전체 지도로 돌아가기: [환영합니다](00_welcome.ipynb). 어디까지 왔는지 봅시다.

# %% key="progress-overview"
from course_lib.exercises import overview

overview()
