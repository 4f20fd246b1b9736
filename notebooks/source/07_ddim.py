# %% [markdown] key="title" lang="en"
# # 7 · DDIM: fewer steps, and a way back
#
# A sampler from chapter 6 asks the network a thousand times for one picture. This chapter asks the same network, without training it again, ten to fifty times; and since
# nothing random is left on the way, the noise at the start becomes an address: one can walk between two pictures, and go back from a picture to its noise.
#
# Claims about this are often repeated and seldom measured: “20 to 100 times faster”, “while maintaining quality”, “a smooth latent space”, “encode real images”. Each of them is run here.
#
# **First, a race.** Two samplers get the same network, the same two labels (2 and 5) and the same noise $x_T$. DDPM walks all of $t = 1000, 999, \dots, 1$; DDIM visits 50 of these timesteps. One slider for both, which counts the calls of the network.
#
# **Commit before you run:** at the end, do the two show (a) the same two pictures, (b) the same digits in another hand, (c) digits on one side and blots on the other?

# %% [markdown] key="title" lang="id" ref="566c8406"
# # 7 · DDIM: lebih sedikit langkah, dan jalan kembali
#
# Sampler dari Bab 6 bertanya kepada jaringan seribu kali untuk satu gambar. Bab ini bertanya kepada jaringan yang sama, tanpa melatihnya lagi, sepuluh sampai lima puluh kali saja. Dan karena
# di sepanjang jalan tidak ada lagi yang acak, noise (derau) di awal menjadi sebuah alamat: kita dapat berjalan dari satu gambar ke gambar lain, dan kembali dari sebuah gambar ke noise-nya.
#
# Klaim tentang hal ini sering diulang dan jarang diukur: “20 sampai 100 kali lebih cepat”, “dengan mutu yang terjaga”, “ruang laten yang mulus”, “menyandikan gambar asli”. Di sini semuanya kita jalankan.
#
# **Pertama-tama, sebuah lomba.** Dua sampler mendapat jaringan yang sama, kedua label yang sama (2 dan 5), dan noise $x_T$ yang sama. DDPM menyusuri semua $t = 1000, 999, \dots, 1$; DDIM hanya singgah di 50 dari timestep (langkah waktu) itu. Satu penggeser untuk keduanya menghitung panggilan jaringan.
#
# **Putuskan dulu sebelum menjalankan sel:** pada akhirnya, apakah keduanya menampilkan (a) dua gambar yang sama, (b) angka yang sama dengan tulisan tangan lain, (c) angka di satu pihak dan noda di pihak lain?

# %% [markdown] key="title" lang="ko" ref="566c8406"
# # 7 · DDIM: 더 적은 단계, 그리고 되돌아가는 길
#
# 6장의 샘플러는 그림 한 장을 그리려고 신경망에 천 번 묻습니다. 이 장에서는 같은 신경망에, 다시 학습하지 않고, 열 번에서 쉰 번만 묻습니다. 게다가 오는 길에 무작위가 하나도 남지 않으므로 출발점의 노이즈가 주소가 됩니다. 두 그림 사이를 걸을 수도 있고, 그림에서 그 노이즈로 되돌아갈 수도 있습니다.
#
# 이를 두고 자주 되풀이되지만 좀처럼 재어 보지 않는 말들이 있습니다. “20배에서 100배 빠르다”, “품질을 유지하면서”, “매끄러운 잠재 공간”, “실제 이미지를 인코딩한다”. 여기서는 하나하나 실행해 봅니다.
#
# **먼저 경주부터 합시다.** 두 샘플러가 같은 신경망, 같은 레이블 두 개(2와 5), 같은 노이즈 $x_T$를 받습니다. DDPM은 $t = 1000, 999, \dots, 1$을 모두 걷고, DDIM은 그 타임스텝 가운데 50개에만 들릅니다. 슬라이더 하나가 둘을 함께 움직이며 신경망을 부른 횟수를 셉니다.
#
# **실행하기 전에 답을 정하십시오.** 끝에 가서 둘은 무엇을 보여 주겠습니까? (a) 똑같은 그림 두 장 (b) 숫자는 같고 필체는 다른 그림 (c) 한쪽은 숫자, 다른 쪽은 얼룩

# %% key="first-imports"
import time

import torch

from course_lib import checkpoints, frames, guidance, lang, samplers
from course_lib.widgets import race

net = checkpoints.load("digits", precision="fp32")
schedule = net.schedule


def noise(*shape, seed, dtype=torch.float32):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def walk(step, x_T, y, times, seed=0):
    g = torch.Generator().manual_seed(seed)
    return samplers.sample(guidance.guide(net, y), step, x_T, schedule, times, g)


# %% key="first-race"
y, x_T = torch.tensor([2, 5]), noise(2, 1, 28, 28, seed=5)
runs, clock, ends = {}, {}, {}
entered = (("DDPM", samplers.ddpm_step, 1000, 5), ("DDIM", samplers.ddim_step, 50, 1))
for name, step, calls, every in entered:
    start = time.perf_counter()
    steps = walk(step, x_T, y, samplers.times(schedule.T, calls))
    shown = [state for k, state in enumerate(steps) if k % every == 0]
    seconds = time.perf_counter() - start
    runs[name], clock[name] = frames.film(shown, columns=2).tracks["x_t"], range(0, calls + 1, every)
    ends[name] = shown[-1].x_t
    print(f"{name}  calls {calls:4d}  {seconds:.1f} s  {1000 * seconds / calls:.1f} ms")
apart = (ends["DDPM"] - ends["DDIM"]).square().mean().sqrt()
print(f"RMSE {apart:.2f}")
race(runs, clock=clock, alt=lang.text("alt.ddim.race"))

# %% [markdown] key="first-note" lang="en"
# It is (b), though DDIM's 5 has come apart. At the 50th call DDIM has finished, while DDPM is at $t=950$ and shows nothing but noise. The labels fix *which* digit comes out; *how* it is written differs, since DDPM forgets what $x_T$ says and draws fresh noise at every step. (`guidance.guide(net, y)` is the network with its labels filled in; the rest of what it can do is for chapter 9.) And the time a call takes is the same for both: it is the network's, not the sampler's.
#
# Four questions for this chapter: why may one leave out steps at all (section 1)? Which of them does one keep (3)? What does it cost (4)? And what does one get for giving up the noise (6 and 7)?
#
# ## 1 · The loss only knows the marginals
#
# Training (chapter 4) draws an image, a timestep and one noise, and jumps: $x_t=\sqrt{\bar\alpha_t}\,x_0+\sqrt{1-\bar\alpha_t}\,\epsilon$. Nothing else of the forward process enters the loss.
# The network knows the *marginals* $q(x_t\mid x_0)$, each $t$ by itself. It has never seen a walk.
#
# So any process with these marginals fits this network. Is there more than one? Try to build $x_s$ from $x_t$ and $x_0$, with $s<t$. The jump to $s$ needs a noise of variance $1-\bar\alpha_s$. Take a part of it from the noise
# that $x_t$ already contains, $\epsilon=(x_t-\sqrt{\bar\alpha_t}\,x_0)/\sqrt{1-\bar\alpha_t}$, and let the rest, of variance $\sigma^2$, be a fresh $z$ (Song, Meng & Ermon 2021, eq. 7):
#
# $$q_\sigma(x_s\mid x_t,x_0)=\mathcal N\!\left(x_s;\ \sqrt{\bar\alpha_s}\,x_0+\sqrt{1-\bar\alpha_s-\sigma^2}\;\frac{x_t-\sqrt{\bar\alpha_t}\,x_0}{\sqrt{1-\bar\alpha_t}},\ \sigma^2I\right)$$
#
# The two variances add up: $(1-\bar\alpha_s-\sigma^2)+\sigma^2=1-\bar\alpha_s$.
#
# **Commit:** for which $\sigma$ does this $x_s$ have the right marginal $q(x_s\mid x_0)$: (a) only for the $\sigma$ of the Markov chain of chapter 2, (b) for small $\sigma$, (c) for every $\sigma$ from 0 to $\sqrt{1-\bar\alpha_s}$?

# %% [markdown] key="first-note" lang="id" ref="c27ff0d6"
# Jawabannya (b), meskipun angka 5 dari DDIM terlepas. Pada panggilan ke-50 DDIM sudah selesai, sedangkan DDPM berada di $t=950$ dan baru menampilkan noise. Label menetapkan angka *mana* yang keluar; *bagaimana* angka itu ditulis berbeda, sebab DDPM melupakan apa yang dikatakan $x_T$ dan mengambil noise baru di setiap langkah. (`guidance.guide(net, y)` adalah jaringan yang labelnya sudah diisikan; kemampuannya yang lain menunggu Bab 9.) Dan waktu untuk satu panggilan sama bagi keduanya: itu waktu milik jaringan, bukan milik sampler.
#
# Ada empat pertanyaan untuk bab ini: mengapa langkah boleh dilewatkan sama sekali (bagian 1)? Langkah mana yang dipertahankan (3)? Berapa ongkosnya (4)? Dan apa yang kita peroleh bila noise kita lepaskan (6 dan 7)?
#
# ## 1 · Loss hanya mengenal marginal
#
# Pelatihan (Bab 4) mengambil sebuah gambar, satu timestep, dan satu noise, lalu melompat: $x_t=\sqrt{\bar\alpha_t}\,x_0+\sqrt{1-\bar\alpha_t}\,\epsilon$. Selain itu, tidak ada apa pun dari proses maju yang masuk ke dalam loss (fungsi kerugian).
# Yang dikenal jaringan adalah *marginal* $q(x_t\mid x_0)$, setiap $t$ sendiri-sendiri. Perjalanan utuh belum pernah dilihatnya.
#
# Jadi setiap proses dengan marginal ini cocok dengan jaringan kita. Adakah lebih dari satu? Mari coba menyusun $x_s$ dari $x_t$ dan $x_0$, dengan $s<t$. Lompatan ke $s$ memerlukan noise bervarians $1-\bar\alpha_s$. Ambil sebagian dari noise
# yang sudah ada di dalam $x_t$, $\epsilon=(x_t-\sqrt{\bar\alpha_t}\,x_0)/\sqrt{1-\bar\alpha_t}$, dan jadikan sisanya, yang bervarians $\sigma^2$, noise baru $z$ (Song, Meng & Ermon 2021, pers. 7):
#
# $$q_\sigma(x_s\mid x_t,x_0)=\mathcal N\!\left(x_s;\ \sqrt{\bar\alpha_s}\,x_0+\sqrt{1-\bar\alpha_s-\sigma^2}\;\frac{x_t-\sqrt{\bar\alpha_t}\,x_0}{\sqrt{1-\bar\alpha_t}},\ \sigma^2I\right)$$
#
# Jumlah kedua variansnya pas: $(1-\bar\alpha_s-\sigma^2)+\sigma^2=1-\bar\alpha_s$.
#
# **Putuskan dulu:** untuk $\sigma$ mana $x_s$ ini memiliki marginal yang benar, $q(x_s\mid x_0)$: (a) hanya untuk $\sigma$ milik rantai Markov dari Bab 2, (b) untuk $\sigma$ kecil, (c) untuk setiap $\sigma$ dari 0 sampai $\sqrt{1-\bar\alpha_s}$?

# %% [markdown] key="first-note" lang="ko" ref="c27ff0d6"
# DDIM의 5가 떨어져 있기는 해도 (b)입니다. 50번째 호출에서 DDIM은 끝났지만, DDPM은 $t=950$에 있고 보이는 것은 노이즈뿐입니다. *어떤* 숫자가 나올지는 레이블이 정합니다. 그 숫자를 *어떻게* 쓰는지는 서로 다릅니다. DDPM은 $x_T$가 하는 말을 잊고 단계마다 새 노이즈를 뽑기 때문입니다. (`guidance.guide(net, y)`는 레이블을 채워 넣은 신경망입니다. 그것이 하는 다른 일은 9장에서 다룹니다.) 그리고 한 번 부르는 데 걸리는 시간은 둘이 같습니다. 시간을 쓰는 것은 샘플러가 아니라 신경망입니다.
#
# 이 장의 물음은 넷입니다. 단계를 빼도 되는 까닭은 무엇입니까(1절)? 어느 단계를 남깁니까(3절)? 대가는 얼마입니까(4절)? 노이즈를 버리면 무엇을 얻습니까(6절과 7절)?
#
# ## 1 · 손실은 주변분포만 압니다
#
# 학습(4장)은 이미지 하나, 타임스텝 하나, 노이즈 하나를 뽑아 단번에 건너뜁니다. 곧 $x_t=\sqrt{\bar\alpha_t}\,x_0+\sqrt{1-\bar\alpha_t}\,\epsilon$입니다. 전방 과정 가운데 손실에 들어가는 것은 이것뿐입니다. 신경망이 아는 것은 *주변분포* $q(x_t\mid x_0)$이고, $t$마다 따로따로 압니다. 걷는 모습은 한 번도 본 적이 없습니다.
#
# 그러니 주변분포가 이와 같은 과정이라면 무엇이든 이 신경망에 맞습니다. 그런 과정이 하나뿐입니까? $s<t$일 때 $x_t$와 $x_0$으로 $x_s$를 만들어 봅시다. $s$로 건너뛰려면 분산이 $1-\bar\alpha_s$인 노이즈가 있어야 합니다. 그 일부는 $x_t$에 이미 들어 있는 노이즈 $\epsilon=(x_t-\sqrt{\bar\alpha_t}\,x_0)/\sqrt{1-\bar\alpha_t}$에서 가져오고, 나머지는 분산 $\sigma^2$만큼 새로 뽑은 $z$로 채웁니다(Song, Meng & Ermon 2021, 식 7).
#
# $$q_\sigma(x_s\mid x_t,x_0)=\mathcal N\!\left(x_s;\ \sqrt{\bar\alpha_s}\,x_0+\sqrt{1-\bar\alpha_s-\sigma^2}\;\frac{x_t-\sqrt{\bar\alpha_t}\,x_0}{\sqrt{1-\bar\alpha_t}},\ \sigma^2I\right)$$
#
# 두 분산을 더하면 꼭 맞습니다. $(1-\bar\alpha_s-\sigma^2)+\sigma^2=1-\bar\alpha_s$입니다.
#
# **답을 먼저 정하십시오.** 이 $x_s$의 주변분포가 올바른 $q(x_s\mid x_0)$이 되는 것은 어떤 $\sigma$일 때입니까? (a) 2장의 마르코프 연쇄와 같은 $\sigma$일 때만 (b) $\sigma$가 작을 때 (c) 0부터 $\sqrt{1-\bar\alpha_s}$까지 어떤 $\sigma$라도

# %% key="family-step"
from course_lib import figures, forward, gaussians


def mean_sigma(x_t, x_0, t, s, sigma):
    alpha_bar_t, alpha_bar_s = schedule.alpha_bar[t], schedule.alpha_bar[s]
    eps = (x_t - alpha_bar_t**0.5 * x_0) / (1 - alpha_bar_t) ** 0.5
    return alpha_bar_s**0.5 * x_0 + (1 - alpha_bar_s - sigma**2).clamp(min=0) ** 0.5 * eps


t, s = 500, 480
alpha_bar_t, alpha_bar_s = schedule.alpha_bar[t], schedule.alpha_bar[s]
for share in (0.0, 0.1, 0.5, 1.0):
    sigma = (share * (1 - alpha_bar_s)) ** 0.5
    of_x_0, of_x_t = mean_sigma(0, 1, t, s, sigma), mean_sigma(1, 0, t, s, sigma)
    mean = of_x_0 + of_x_t * alpha_bar_t**0.5
    variance = of_x_t**2 * (1 - alpha_bar_t) + sigma**2
    corr = of_x_t * ((1 - alpha_bar_t) / (1 - alpha_bar_s)) ** 0.5
    print(f"sigma {sigma:.3f}  mean {mean:.4f}  var {variance:.4f}  corr {corr:.4f}")
    assert abs(mean - alpha_bar_s**0.5) < 1e-12 and abs(variance - (1 - alpha_bar_s)) < 1e-12
print(f"q(x_s|x_0)   mean {alpha_bar_s**0.5:.4f}  var {1 - alpha_bar_s:.4f}")

# %% [markdown] key="family-note" lang="en"
# (c). The cell takes $x_0=1$ and sends the mean and the variance of $x_t$ through the step: whatever $\sigma$, out come those of the jump, to the last digit. Only the last column changes, the correlation of $x_s$ with $x_t$ (at fixed $x_0$): from 1.0000 (no fresh noise) down to 0.0000 (an independent draw).
#
# One member of the family is an old acquaintance. For $s=t-1$ and $\sigma^2=\tilde\beta_t$ the formula must be the posterior of chapter 3, mean $\tilde\mu_t$ included. And if each step keeps the marginal, so does a whole walk. Here are three walks of one pixel with $x_0=0.7$, from $t=1000$ down, in 200 steps each.

# %% [markdown] key="family-note" lang="id" ref="5f145ffc"
# (c). Sel itu mengambil $x_0=1$, lalu melewatkan rata-rata dan varians $x_t$ melalui langkah tadi: berapa pun $\sigma$, yang keluar adalah milik lompatan, sampai digit terakhir. Yang berubah hanya kolom terakhir, korelasi $x_s$ dengan $x_t$ (pada $x_0$ yang tetap): dari 1.0000 (tanpa noise baru) turun sampai 0.0000 (sampel yang bebas).
#
# Satu anggota keluarga ini kenalan lama. Untuk $s=t-1$ dan $\sigma^2=\tilde\beta_t$, rumusnya pasti posterior dari Bab 3, termasuk rata-ratanya, $\tilde\mu_t$. Dan kalau setiap langkah menjaga marginal, seluruh perjalanan juga menjaganya. Inilah tiga perjalanan satu piksel dengan $x_0=0.7$, turun dari $t=1000$, masing-masing dalam 200 langkah.

# %% [markdown] key="family-note" lang="ko" ref="5f145ffc"
# (c)입니다. 셀은 $x_0=1$로 두고 $x_t$의 평균과 분산을 그 단계에 통과시킵니다. $\sigma$가 무엇이든 단번에 건너뛸 때의 평균과 분산이 마지막 자리까지 그대로 나옵니다. 달라지는 것은 마지막 열뿐입니다. ($x_0$을 고정했을 때) $x_s$와 $x_t$의 상관계수이며, 1.0000(새 노이즈 없음)에서 0.0000(독립으로 뽑은 값)까지 내려갑니다.
#
# 이 계열에는 낯익은 얼굴이 하나 있습니다. $s=t-1$이고 $\sigma^2=\tilde\beta_t$이면 이 식은 평균 $\tilde\mu_t$까지 3장의 사후분포와 같아야 합니다. 그리고 한 단계 한 단계가 주변분포를 지키면 걸음 전체도 지킵니다. $x_0=0.7$인 픽셀 하나가 $t=1000$에서 내려오는 세 가지 걸음을 봅시다. 저마다 200단계입니다.

# %% key="family-paths"
x_0, x_t = noise(2, 1, 784, seed=1, dtype=torch.float64)
worst = 0.0
for t in range(2, 1001):
    mu_tilde, beta_tilde_t = forward.posterior(x_0, x_t, t, schedule)
    by_family = mean_sigma(x_t, x_0, t, t - 1, schedule.beta_tilde[t] ** 0.5)
    worst = max(worst, float((by_family - mu_tilde).abs().max()))
print(f"max|mean_sigma - mu_tilde| {worst:.0e}")
assert worst < 1e-10

ts, pixel = samplers.times(1000, 200), torch.tensor(0.7, dtype=torch.float64)
z = noise(3, 201, seed=3, dtype=torch.float64)
fig, ax = figures.axes(r"$t$", r"$x_t$", columns=3, size=(3.6, 3))
bar = schedule.alpha_bar
names = (r"$\sigma=0$", r"$\sigma^2=\tilde\beta$", r"$\sigma^2=1-\bar\alpha_s$")
for one in ax[1:]:
    one.sharey(ax[0])
for one, share, fresh in zip(ax, names, z, strict=True):
    x = [bar[1000] ** 0.5 * pixel + (1 - bar[1000]) ** 0.5 * z[0, 0]]
    for k in range(199):
        t, s = ts[k], ts[k + 1]
        posterior = (1 - bar[s]) / (1 - bar[t]) * (1 - bar[t] / bar[s])
        sigma = {names[0]: 0 * posterior, names[1]: posterior, names[2]: 1 - bar[s]}[share] ** 0.5
        x.append(mean_sigma(x[-1], pixel, t, s, sigma) + sigma * fresh[k + 1])
    for side in (-2, 2):
        one.plot(bar**0.5 * pixel + side * (1 - bar) ** 0.5, color="black", linewidth=1, linestyle=":")
    one.plot(ts[:-1], x, linewidth=1.2)
    one.set_title(share)
figures.show(fig, "alt.ddim.paths")

# %% [markdown] key="step" lang="en"
# Three processes, one dotted tube (two standard deviations of $q(x_t\mid x_0)$: at each $t$, 19 walks in 20 are inside; the middle one, which remembers where it was, may stay outside for a while), and a network cannot tell which of them its training examples came from. On the left, the same $\epsilon$ all the way: it is the *film* of chapter 2, section 5, the one that was not
# a walk of the chain. In the middle, the chain of chapter 6. On the right, independent draws. (Song, Meng & Ermon 2021, theorem 1, say the same of the bound: for every $\sigma>0$ it is $L_{\mathrm{simple}}$ with other weights for the $t$, plus a constant.)
#
# And $s$ need not be $t-1$. That is the whole licence for leaving out steps: **the jump from $t$ to $s$ is as legal as a single step.**
#
# ## 2 · The step, and $\eta$
#
# A sampler has no $x_0$. It has the network's guess, so it takes that in both places:
#
# $$\hat x_0=\frac{x_t-\sqrt{1-\bar\alpha_t}\,\hat\epsilon}{\sqrt{\bar\alpha_t}},\qquad x_s=\sqrt{\bar\alpha_s}\;\hat x_0+\sqrt{1-\bar\alpha_s-\sigma^2}\;\hat\epsilon+\sigma z$$
#
# (their eq. 12). It reads: *guess the picture; noise it again, down to $s$, mostly with the noise you believe you saw.* The size of $\sigma$ is set by one knob (their eq. 16):
#
# $$\sigma=\eta\,\sqrt{\frac{1-\bar\alpha_s}{1-\bar\alpha_t}}\,\sqrt{1-\frac{\bar\alpha_t}{\bar\alpha_s}}$$
#
# $\eta=0$ is called **DDIM**: no noise at all. The letter $\alpha$ is a trap here: Song, Meng & Ermon write $\alpha_t$ for what this course and Ho et al. call $\bar\alpha_t$. A [public code base](https://github.com/lucidrains/denoising-diffusion-pytorch/pull/83) once had the wrong alphas in this very line; it ran cleanly.
#
# ### Exercise: the DDIM step
#
# Write `ddim_step(x_t, t, t_next, eps_hat, schedule, eta, z)`. Here `t` and `t_next` ($=s$) are plain integers, $0\le s<t$, and `schedule.alpha_bar[0]` is 1. `z` is always a tensor like `x_t`; at $\eta=0$ it must play no part. `solution("samplers.ddim_step")` in a
# new cell shows ours.

# %% [markdown] key="step" lang="id" ref="9f62fc7a"
# Tiga proses, satu tabung bergaris titik-titik (dua simpangan baku $q(x_t\mid x_0)$: pada setiap $t$, 19 dari 20 perjalanan ada di dalamnya; yang di tengah, yang masih ingat tempatnya tadi, boleh jadi berada di luar untuk beberapa lama), dan jaringan tidak dapat tahu dari proses mana contoh pelatihannya berasal. Di kiri, $\epsilon$ yang sama sepanjang jalan: inilah *film* dari Bab 2, bagian 5, yang bukan
# perjalanan di sepanjang rantai. Di tengah, rantai dari Bab 6. Di kanan, sampel-sampel yang saling bebas. (Song, Meng & Ermon 2021, teorema 1, mengatakan hal yang sama tentang batasnya: untuk setiap $\sigma>0$, batas itu adalah $L_{\mathrm{simple}}$ dengan bobot lain untuk tiap $t$, ditambah sebuah tetapan.)
#
# Lagi pula, $s$ tidak harus $t-1$. Itulah seluruh izin untuk melewatkan langkah: **lompatan dari $t$ ke $s$ sama sahnya dengan satu langkah.**
#
# ## 2 · Langkahnya, dan $\eta$
#
# Sampler tidak punya $x_0$. Yang dimilikinya tebakan jaringan, maka tebakan itulah yang dipakainya di kedua tempat:
#
# $$\hat x_0=\frac{x_t-\sqrt{1-\bar\alpha_t}\,\hat\epsilon}{\sqrt{\bar\alpha_t}},\qquad x_s=\sqrt{\bar\alpha_s}\;\hat x_0+\sqrt{1-\bar\alpha_s-\sigma^2}\;\hat\epsilon+\sigma z$$
#
# (pers. 12 mereka). Bunyinya: *tebak gambarnya; beri noise lagi, tetapi hanya sampai tingkat $s$, dan sebagian besar dengan noise yang menurut kita memang ada di situ.* Besarnya $\sigma$ diatur oleh satu tombol putar (pers. 16 mereka):
#
# $$\sigma=\eta\,\sqrt{\frac{1-\bar\alpha_s}{1-\bar\alpha_t}}\,\sqrt{1-\frac{\bar\alpha_t}{\bar\alpha_s}}$$
#
# $\eta=0$ disebut **DDIM**: tanpa noise sama sekali. Huruf $\alpha$ adalah jebakan di sini: Song, Meng & Ermon menulis $\alpha_t$ untuk apa yang dalam kursus ini dan pada Ho et al. disebut $\bar\alpha_t$. Sebuah [kode publik](https://github.com/lucidrains/denoising-diffusion-pytorch/pull/83) pernah memakai alfa yang keliru persis di baris ini; kodenya berjalan lancar.
#
# ### Latihan: langkah DDIM
#
# Tulis `ddim_step(x_t, t, t_next, eps_hat, schedule, eta, z)`. Di sini `t` dan `t_next` ($=s$) bilangan bulat biasa, $0\le s<t$, dan `schedule.alpha_bar[0]` bernilai 1. `z` selalu berupa tensor seperti `x_t`; pada $\eta=0$ ia tidak boleh berperan. `solution("samplers.ddim_step")` di
# sel baru menampilkan versi kursus ini.

# %% [markdown] key="step" lang="ko" ref="9f62fc7a"
# 세 과정이 똑같은 점선 사이를 지나고(점선은 $q(x_t\mid x_0)$의 표준편차 두 배이며, $t$마다 걸음 20개 가운데 19개가 그 안에 있습니다. 제가 있던 자리를 기억하는 가운데 걸음은 한동안 밖에 머물기도 합니다), 신경망은 학습 이미지가 그 가운데 어느 과정에서 왔는지 알 길이 없습니다. 왼쪽은 끝까지 같은 $\epsilon$을 씁니다. 2장 5절의 *필름*, 곧 연쇄를 걸은 경로가 아니었던 그 필름입니다. 가운데는 6장의 연쇄입니다. 오른쪽은 매번 독립으로 뽑은 값입니다. (Song, Meng & Ermon 2021의 정리 1은 상한을 두고 같은 말을 합니다. $\sigma>0$이 무엇이든 상한은 $t$마다 가중치만 달라진 $L_{\mathrm{simple}}$에 상수를 더한 것입니다.)
#
# 게다가 $s$가 꼭 $t-1$이어야 할 까닭도 없습니다. 단계를 빼도 되는 근거는 이것이 전부입니다. **$t$에서 $s$로 건너뛰는 것은 한 단계를 밟는 것만큼이나 정당합니다.**
#
# ## 2 · 한 단계, 그리고 $\eta$
#
# 샘플러에는 $x_0$이 없습니다. 있는 것은 신경망의 추측이므로 두 자리에 모두 그 추측을 넣습니다.
#
# $$\hat x_0=\frac{x_t-\sqrt{1-\bar\alpha_t}\,\hat\epsilon}{\sqrt{\bar\alpha_t}},\qquad x_s=\sqrt{\bar\alpha_s}\;\hat x_0+\sqrt{1-\bar\alpha_s-\sigma^2}\;\hat\epsilon+\sigma z$$
#
# (같은 논문의 식 12입니다.) 말로 하면 이렇습니다. *그림을 짐작하고, 다시 노이즈를 넣되 $s$만큼만 넣고, 대부분은 방금 보았다고 믿는 그 노이즈로 넣으라.* $\sigma$의 크기는 손잡이 하나로 정합니다(같은 논문의 식 16).
#
# $$\sigma=\eta\,\sqrt{\frac{1-\bar\alpha_s}{1-\bar\alpha_t}}\,\sqrt{1-\frac{\bar\alpha_t}{\bar\alpha_s}}$$
#
# $\eta=0$이면 노이즈가 전혀 없고, 이것을 **DDIM**이라고 합니다. 여기서는 글자 $\alpha$가 함정입니다. 이 강의와 Ho et al.이 $\bar\alpha_t$라고 쓰는 것을 Song, Meng & Ermon은 $\alpha_t$라고 씁니다. 어느 [공개 코드](https://github.com/lucidrains/denoising-diffusion-pytorch/pull/83)는 한때 바로 이 줄에 엉뚱한 알파를 썼고, 그러고도 멀쩡히 돌아갔습니다.
#
# ### 연습문제: DDIM의 한 단계
#
# `ddim_step(x_t, t, t_next, eps_hat, schedule, eta, z)` 함수를 작성하십시오. `t`와 `t_next`($=s$)는 텐서가 아니라 그냥 정수이고 $0\le s<t$이며, `schedule.alpha_bar[0]`은 1입니다. `z`는 언제나 `x_t`와 모양이 같은 텐서로 주어지지만, $\eta=0$이면 아무 구실도 하지 않아야 합니다. 새 셀에서 `solution("samplers.ddim_step")`을 실행하면 강의의 풀이가 나옵니다.

# %% key="ex-ddim-step" exercise="samplers.ddim_step"
from course_lib.exercises import check, solution


def ddim_step(x_t, t, t_next, eps_hat, schedule, eta, z):
    ### BEGIN SOLUTION
    alpha_bar_t, alpha_bar_s = schedule.alpha_bar[t], schedule.alpha_bar[t_next]
    x_0_hat = (x_t - (1 - alpha_bar_t) ** 0.5 * eps_hat) / alpha_bar_t**0.5
    sigma = eta * ((1 - alpha_bar_s) / (1 - alpha_bar_t)) ** 0.5 * (1 - alpha_bar_t / alpha_bar_s) ** 0.5
    direction = (1 - alpha_bar_s - sigma**2).clamp(min=0) ** 0.5
    return alpha_bar_s**0.5 * x_0_hat + direction * eps_hat + sigma * z
    ### END SOLUTION


# %% key="check-ddim-step" check="samplers.ddim_step"
check("samplers.ddim_step", ddim_step)

# %% [markdown] key="eta" lang="en"
# If it passed, let it draw. The library's loop takes any rule that names what it needs; in a new cell:
#
# ```python
# from functools import partial
#
# mine = samplers.final(walk(partial(ddim_step, eta=0.0), noise(10, 1, 28, 28, seed=5), torch.arange(10), samplers.times(1000, 50)))
# figures.strip(mine.clamp(-1, 1))
# ```
#
# **Commit:** what is the step at $\eta=1$: (a) DDPM with variance $\beta_t$, (b) DDPM with variance $\tilde\beta_t$, (c) neither, since it is built from $\hat x_0$?

# %% [markdown] key="eta" lang="id" ref="cdfd01bd"
# Kalau sudah lulus, suruh ia menggambar. Loop di pustaka menerima aturan apa pun yang menyebut apa yang diperlukannya; di sel baru:
#
# ```python
# from functools import partial
#
# mine = samplers.final(walk(partial(ddim_step, eta=0.0), noise(10, 1, 28, 28, seed=5), torch.arange(10), samplers.times(1000, 50)))
# figures.strip(mine.clamp(-1, 1))
# ```
#
# **Putuskan dulu:** pada $\eta=1$, langkah ini menjadi apa: (a) langkah DDPM dengan varians $\beta_t$, (b) langkah DDPM dengan varians $\tilde\beta_t$, (c) bukan keduanya, sebab ia disusun dari $\hat x_0$?

# %% [markdown] key="eta" lang="ko" ref="cdfd01bd"
# 통과했다면 그림을 그리게 해 봅시다. 라이브러리의 반복문은 무엇이 필요한지 매개변수 이름으로 밝히는 규칙이면 무엇이든 받습니다. 새 셀에서 실행하십시오.
#
# ```python
# from functools import partial
#
# mine = samplers.final(walk(partial(ddim_step, eta=0.0), noise(10, 1, 28, 28, seed=5), torch.arange(10), samplers.times(1000, 50)))
# figures.strip(mine.clamp(-1, 1))
# ```
#
# **답을 먼저 정하십시오.** $\eta=1$이면 이 단계는 무엇입니까? (a) 분산이 $\beta_t$인 DDPM (b) 분산이 $\tilde\beta_t$인 DDPM (c) $\hat x_0$으로 만들었으니 어느 쪽도 아님

# %% key="eta-check"
x_t, eps_hat, z = noise(3, 4, 1, 8, 8, seed=4, dtype=torch.float64)
gaps = {"beta": 0.0, "beta_tilde": 0.0, "family": 0.0}
for t, s in [(t, t - 1) for t in range(1, 1001)] + [(1000, 800), (500, 480), (40, 1)]:
    step = samplers.ddim_step(x_t, t, s, eps_hat, schedule, eta=1.0, z=z)
    for variance in ("beta", "beta_tilde"):
        other = samplers.ddpm_step(x_t, t, eps_hat, z, schedule, variance=variance, t_next=s)
        gaps[variance] = max(gaps[variance], float((step - other).abs().max()))
    x_0_hat = forward.predict_x_0(x_t, t, eps_hat, schedule)
    sigma = ((1 - bar[s]) / (1 - bar[t]) * (1 - bar[t] / bar[s])) ** 0.5
    by_hand = mean_sigma(x_t, x_0_hat, t, s, sigma) + sigma * z
    gaps["family"] = max(gaps["family"], float((step - by_hand).abs().max()))
print({name: f"{gap:.0e}" for name, gap in gaps.items()})
assert max(gaps["beta_tilde"], gaps["family"]) < 1e-9 < 0.1 < gaps["beta"]

# %% [markdown] key="eta-note" lang="en"
# (b), to rounding, and for jumps as well: DDPM is one member of the family, DDIM another. (The third number compares the library's step with section 1's formula, $\hat x_0$ in the place of $x_0$.)
#
# **Commit:** take one $x_T$ for each of five digits and sample four times: twice with $\eta=0$, twice with $\eta=1$, the random generator seeded differently each time. Which of the four rows are alike?

# %% [markdown] key="eta-note" lang="id" ref="e4e50aa7"
# (b), dalam batas pembulatan, dan untuk lompatan juga: DDPM adalah satu anggota keluarga, DDIM anggota lainnya. (Bilangan ketiga membandingkan langkah pustaka dengan rumus di bagian 1, dengan $\hat x_0$ di tempat $x_0$.)
#
# **Putuskan dulu:** ambil satu $x_T$ untuk masing-masing dari lima angka, lalu ambil sampel empat kali: dua kali dengan $\eta=0$, dua kali dengan $\eta=1$, setiap kali dengan seed yang lain. Baris mana dari keempatnya yang sama?

# %% [markdown] key="eta-note" lang="ko" ref="e4e50aa7"
# (b)입니다. 반올림 오차 안에서 같고, 여러 단계를 한꺼번에 건너뛸 때에도 그렇습니다. DDPM은 이 계열의 하나이고, DDIM은 또 다른 하나입니다. (셋째 수는 1절의 식에서 $x_0$ 자리에 $\hat x_0$을 넣은 것과 라이브러리의 단계를 견준 것입니다.)
#
# **답을 먼저 정하십시오.** 다섯 숫자에 $x_T$를 하나씩 정해 두고 네 번 그립니다. 두 번은 $\eta=0$, 두 번은 $\eta=1$이고, 난수의 시드는 매번 다릅니다. 네 줄 가운데 어느 줄끼리 같겠습니까?

# %% key="eta-rows"
from functools import partial

y5, x_T5, fifty = torch.arange(5), noise(5, 1, 28, 28, seed=5), samplers.times(1000, 50)
rows = {}
for eta in (0.0, 1.0):
    for seed in (1, 2):
        step = partial(samplers.ddim_step, eta=eta)
        rows[rf"$\eta={eta:.0f}$ ({seed})"] = samplers.final(walk(step, x_T5, y5, fifty, seed))
a, b, c, d = rows.values()
print(f"max|difference|  eta=0 {(a - b).abs().max():.1f}  eta=1 {(c - d).abs().max():.1f}")
assert bool((a == b).all()) and (c - d).abs().max() > 1
images = [x.clamp(-1, 1) for x in rows.values()]
figures.show(figures.grid(images, row_titles=list(rows), size=1), "alt.ddim.eta")

# %% [markdown] key="eta-rows-note" lang="en"
# The first two rows agree in every bit: **same noise, same image**. With $\eta=1$ the start is soon forgotten, and two seeds give two hands. (A [public library](https://github.com/lucidrains/denoising-diffusion-pytorch/pull/139) shipped its DDIM with $\eta=1$ as the default. The pictures are fine; but it is not DDIM, and nothing in sections 6 and 7 works with it.)
#
# Now a question that the claim leaves open. `small-unet` is another network of this course, with about a quarter of the weights and other starting values, trained on the same digits.
# **Commit:** give it the *same* $x_T$. Is its picture (a) the same, (b) alike, (c) unrelated?

# %% [markdown] key="eta-rows-note" lang="id" ref="b7423726"
# Dua baris pertama cocok sampai bit terakhir: **noise sama, gambar sama**. Dengan $\eta=1$ titik berangkatnya segera terlupakan, dan dua seed memberi dua tulisan tangan. (Sebuah [pustaka publik](https://github.com/lucidrains/denoising-diffusion-pytorch/pull/139) pernah terbit dengan DDIM yang nilai bawaannya $\eta=1$. Gambarnya baik-baik saja; tetapi itu bukan DDIM, dan isi bagian 6 dan 7 tidak ada yang berhasil dengannya.)
#
# Klaim itu masih menyisakan satu pertanyaan. `small-unet` adalah jaringan lain dari kursus ini: bobotnya kira-kira seperempat dari yang pertama, nilai awalnya lain, dan angka-angka pelatihannya sama.
# **Putuskan dulu:** beri ia $x_T$ yang *sama*. Apakah gambarnya (a) sama, (b) mirip, (c) tidak ada hubungannya?

# %% [markdown] key="eta-rows-note" lang="ko" ref="b7423726"
# 처음 두 줄은 비트 하나까지 같습니다. **같은 노이즈, 같은 이미지**입니다. $\eta=1$이면 출발점은 곧 잊히고, 시드가 둘이면 필체도 둘입니다. (어느 [공개 라이브러리](https://github.com/lucidrains/denoising-diffusion-pytorch/pull/139)는 $\eta=1$을 기본값으로 둔 DDIM을 내놓은 적이 있습니다. 그림은 멀쩡합니다. 그러나 DDIM이 아니므로, 6절과 7절의 일은 하나도 되지 않습니다.)
#
# 이 말이 답하지 않고 남겨 둔 물음이 있습니다. `small-unet`은 이 강의의 또 다른 신경망입니다. 가중치가 사분의 일쯤이고 시작값도 다르지만, 같은 숫자로 학습했습니다. **답을 먼저 정하십시오.** *같은* $x_T$를 주면 그림은 (a) 똑같겠습니까, (b) 닮겠습니까, (c) 아무 상관이 없겠습니까?

# %% key="eta-networks"
small = checkpoints.load("small-unet", precision="fp32")
others = {}
for name, x_T in (("2", x_T5), ("3", noise(5, 1, 28, 28, seed=6))):
    asked = guidance.guide(small, y5)
    others[name] = samplers.final(samplers.sample(asked, samplers.ddim_step, x_T, schedule, fifty))
sizes = [sum(p.numel() for p in one.net.parameters()) for one in (net, small)]
to_first = [float((a - x).square().mean().sqrt()) for x in others.values()]
print("theta", *sizes, "  RMSE", *(f"{error:.2f}" for error in to_first))
assert to_first[0] < to_first[1]
images = [x.clamp(-1, 1) for x in (a, *others.values())]
figures.show(figures.grid(images, row_titles=["1", "2", "3"], size=1), "alt.ddim.networks")

# %% [markdown] key="times" lang="en"
# Between (a) and (b): some columns are the same stroke for stroke, one or two go another way. Row 1 is the large network, row 2 the small one from the same noise, row 3 the small one from another noise. Rows 1 and 2 agree where nobody asked for it: what a *perfect* network answers depends on the data alone, so two good networks walk nearly the same paths (Song et al. 2021, section 4.3). The address belongs
# to the data more than to the network.
#
# ## 3 · Which timesteps?
#
# The walk needs a falling list that ends in 0. Three even grids are usual (names as in Lin et al. 2024, table 2, whose $t$ runs $1..T$ like ours):
#
# | name | the list, for $k=0,\dots,S-1$ | $T=1000$, $S=50$ |
# | --- | --- | --- |
# | `linspace` | $T-k\,(T-1)/(S-1)$, rounded | 1000, 980, 959, …, 21, 1 |
# | `trailing` | $T-k\,T/S$, rounded | 1000, 980, 960, …, 40, 20 |
# | `leading` | $1+k\lfloor T/S\rfloor$, read backwards | 981, 961, 941, …, 21, 1 |
#
# One web page gives both of the first two as *the* DDIM subset: its text says $\{1000, 980, \dots, 20\}$, its code computes `linspace(999, 0, 50)` cut to whole numbers, with $t$ counted from 0. Both are legal. They are not the same list, and whoever compares two code bases should look here first.
#
# ### Exercise: the list
#
# Write `times(T, steps)` for the `linspace` grid: a list of `steps` whole numbers from $T$ down to 1, evenly spaced and rounded to the nearest, and then 0 at the end (so `steps + 1` entries). $2\le$ `steps` $\le T$.

# %% [markdown] key="times" lang="id" ref="506b95d7"
# Di antara (a) dan (b): beberapa kolom sama sampai ke setiap goresannya, satu atau dua menempuh jalan lain. Baris 1 milik jaringan besar, baris 2 milik jaringan kecil dari noise yang sama, baris 3 milik jaringan kecil dari noise lain. Baris 1 dan 2 sepakat, padahal tidak ada yang memintanya: jawaban jaringan yang *sempurna* hanya bergantung pada data, maka dua jaringan yang baik menempuh jalan yang hampir sama (Song et al. 2021, bagian 4.3). Alamat itu lebih merupakan
# milik data daripada milik jaringan.
#
# ## 3 · Timestep yang mana?
#
# Perjalanan memerlukan daftar menurun yang berakhir di 0. Tiga kisi yang rata lazim dipakai (namanya seperti dalam Lin et al. 2024, tabel 2, yang $t$-nya juga berjalan $1..T$):
#
# | nama | daftarnya, untuk $k=0,\dots,S-1$ | $T=1000$, $S=50$ |
# | --- | --- | --- |
# | `linspace` | $T-k\,(T-1)/(S-1)$, dibulatkan | 1000, 980, 959, …, 21, 1 |
# | `trailing` | $T-k\,T/S$, dibulatkan | 1000, 980, 960, …, 40, 20 |
# | `leading` | $1+k\lfloor T/S\rfloor$, dibaca dari belakang | 981, 961, 941, …, 21, 1 |
#
# Sebuah halaman web menyajikan kedua daftar pertama sebagai *satu-satunya* himpunan bagian DDIM: teksnya menyebut $\{1000, 980, \dots, 20\}$, kodenya menghitung `linspace(999, 0, 50)` yang dipangkas menjadi bilangan bulat, dengan $t$ dinomori dari 0. Keduanya sah. Tetapi daftarnya tidak sama, dan siapa pun yang membandingkan dua kode sebaiknya mulai dari sini.
#
# ### Latihan: daftarnya
#
# Tulis `times(T, steps)` untuk kisi `linspace`: daftar berisi `steps` bilangan bulat dari $T$ turun ke 1, berjarak rata dan dibulatkan ke yang terdekat, lalu 0 di akhir (jadi `steps + 1` entri). $2\le$ `steps` $\le T$.

# %% [markdown] key="times" lang="ko" ref="506b95d7"
# (a)와 (b) 사이입니다. 획 하나하나까지 같은 열이 몇 있고, 한두 열은 다른 길로 갑니다. 줄 1은 큰 신경망, 줄 2는 같은 노이즈에서 출발한 작은 신경망, 줄 3은 다른 노이즈에서 출발한 작은 신경망입니다. 아무도 시키지 않았는데 줄 1과 2가 일치합니다. *완벽한* 신경망의 답은 데이터에만 달려 있으므로, 좋은 신경망 둘은 거의 같은 길을 걷습니다(Song et al. 2021, 4.3절). 주소는 신경망보다 데이터에 딸린 것입니다.
#
# ## 3 · 어느 타임스텝에 들릅니까?
#
# 걸으려면 내려가다가 0으로 끝나는 리스트가 있어야 합니다. 고른 격자로는 흔히 세 가지를 씁니다(이름은 Lin et al. 2024, 표 2를 따랐고, 거기서도 우리처럼 $t$가 $1..T$입니다).
#
# | 이름 | $k=0,\dots,S-1$에 대한 리스트 | $T=1000$, $S=50$ |
# | --- | --- | --- |
# | `linspace` | $T-k\,(T-1)/(S-1)$, 반올림 | 1000, 980, 959, …, 21, 1 |
# | `trailing` | $T-k\,T/S$, 반올림 | 1000, 980, 960, …, 40, 20 |
# | `leading` | $1+k\lfloor T/S\rfloor$, 거꾸로 읽음 | 981, 961, 941, …, 21, 1 |
#
# 어느 웹 문서는 앞의 두 리스트를 둘 다 DDIM의 *바로 그* 부분집합이라고 소개합니다. 글에는 $\{1000, 980, \dots, 20\}$이라 적혀 있고, 코드는 $t$를 0부터 세면서 `linspace(999, 0, 50)`을 계산해 정수로 자릅니다. 둘 다 써도 됩니다. 그러나 같은 리스트는 아니므로, 두 코드를 견줄 때에는 여기부터 보아야 합니다.
#
# ### 연습문제: 리스트
#
# `linspace` 격자를 만드는 `times(T, steps)` 함수를 작성하십시오. $T$에서 1까지 고르게 내려가며 가장 가까운 정수로 반올림한 `steps`개를 담고, 끝에 0을 붙인 리스트입니다(그래서 모두 `steps + 1`개입니다). $2\le$ `steps` $\le T$입니다.


# %% key="ex-times" exercise="samplers.times"
def times(T, steps):
    ### BEGIN SOLUTION
    return [round(T - k * (T - 1) / (steps - 1)) for k in range(steps)] + [0]
    ### END SOLUTION


# %% key="check-times" check="samplers.times"
check("samplers.times", times)

# %% [markdown] key="grids-task" lang="en"
# Now measure on data for which the perfect network is known: two blobs, at $-1$ and $+1$, standard deviation 0.15. In one dimension even the perfect *result* is known. With ever smaller steps deterministic paths cannot cross, so the points keep their order: the point with a tenth of all $x_T$ below it must arrive at the point with a tenth of the data below it. The cell therefore starts from 4000
# evenly spaced quantiles of $x_T$ and compares with the same quantiles of the data. The mean gap is the Wasserstein distance $W_1$, with no luck of the draw in it.
#
# `leading` does not contain $T$. It hands pure noise to the network and says “this is $x_{981}$” (at $S=5$ even “this is $x_{801}$”), though a real $x_{981}$ still holds a trace of its picture: $\sqrt{\bar\alpha_{981}}$ of it. The cell prints this root for the first $t$ of every list.
#
# **Commit:** what does missing $T$ cost here, at $S=5$ and $S=50$: much, little, nothing?

# %% [markdown] key="grids-task" lang="id" ref="e54c259a"
# Sekarang mari mengukur, pada data yang jaringan sempurnanya diketahui: dua gundukan, di $-1$ dan $+1$, bersimpangan baku 0.15. Dalam satu dimensi, *hasil* yang sempurna pun diketahui. Bila langkahnya dibuat makin pendek, jalan-jalan deterministik tidak dapat saling memotong, jadi urutan titik-titiknya terjaga: titik dengan sepersepuluh dari semua $x_T$ di bawahnya harus tiba di titik dengan sepersepuluh data di bawahnya. Karena itu sel berikut berangkat dari 4000
# kuantil $x_T$ yang berjarak rata dan membandingkan hasilnya dengan kuantil yang sama dari data. Rata-rata selisihnya adalah jarak Wasserstein $W_1$, tanpa unsur untung-untungan.
#
# `leading` tidak memuat $T$. Ia menyodorkan noise murni kepada jaringan dan berkata “ini $x_{981}$” (pada $S=5$ bahkan “ini $x_{801}$”), padahal $x_{981}$ yang sebenarnya masih menyimpan jejak gambarnya, yaitu sebanyak $\sqrt{\bar\alpha_{981}}$. Sel berikut mencetak akar ini untuk $t$ pertama setiap daftar.
#
# **Putuskan dulu:** berapa ongkos melewatkan $T$ di sini, pada $S=5$ dan $S=50$: mahal, murah, atau tidak ada?

# %% [markdown] key="grids-task" lang="ko" ref="e54c259a"
# 이제 완벽한 신경망을 아는 데이터에서 재어 봅시다. $-1$과 $+1$에 있는 두 덩어리이고, 표준편차는 0.15입니다. 일차원에서는 완벽한 *결과*까지 압니다. 단계를 한없이 줄이면 결정론적 경로는 서로 엇갈릴 수 없으므로 점들의 순서가 지켜집니다. $x_T$를 크기순으로 늘어놓아 아래에서 십분의 일 되는 곳에 있는 점은 데이터에서도 아래에서 십분의 일 되는 곳에 이르러야 합니다. 그래서 셀은 $x_T$의 고른 분위수 4000개에서 출발하고, 결과를 데이터의 같은 분위수와 비교합니다. 차이의 평균이 바서슈타인 거리 $W_1$이며, 여기에는 뽑기의 운이 섞이지 않습니다.
#
# `leading`에는 $T$가 없습니다. 순수 노이즈를 신경망에 건네면서 “이것은 $x_{981}$이다”라고 말하는 셈입니다($S=5$이면 “이것은 $x_{801}$이다”라고까지 말합니다). 그러나 진짜 $x_{981}$에는 아직 그림의 자취가 $\sqrt{\bar\alpha_{981}}$만큼 남아 있습니다. 셀은 리스트마다 첫 $t$의 이 제곱근을 출력합니다.
#
# **답을 먼저 정하십시오.** $T$를 빠뜨린 대가는 여기서 $S=5$와 $S=50$일 때 어느 정도입니까? 큽니까, 작습니까, 없습니까?

# %% key="grids-exact"
two = gaussians.Mixture([0.5, 0.5], torch.tensor([[-1.0], [1.0]], dtype=torch.float64), 0.15)
ideal = two.optimal_eps(schedule)
u = ((torch.arange(4000, dtype=torch.float64) + 0.5) / 4000)[:, None]


def quantile(mixture, u):
    low, high = torch.full_like(u, -6), torch.full_like(u, 6)
    for _ in range(60):
        middle = (low + high) / 2
        z = (middle - mixture.means.T) / mixture.stds
        below = (mixture.weights * torch.special.ndtr(z)).sum(1, keepdim=True) < u
        low, high = torch.where(below, middle, low), torch.where(below, high, middle)
    return low


true, start = quantile(two, u), quantile(two.diffused(1000, schedule), u)


def W_1(x):
    return float((x.sort(0).values - true).abs().mean())


def exact_walk(step, ts, model=ideal, seed=0, x_T=start):
    g = torch.Generator().manual_seed(seed)
    return samplers.final(samplers.sample(model, step, x_T, schedule, ts, g))


# %% key="grids-table"
for S in (5, 10, 50):
    for grid in samplers.GRIDS:
        ts = samplers.times(1000, S, grid)
        root = float(bar[ts[0]]) ** 0.5
        contrast = (root**2 * 14**2 + 1 - root**2) ** -0.5
        print(f"S={S:2d} {grid:8s} {ts[0]:4d} {ts[-2]:3d}  root {root:.4f}", end="  ")
        print(f"W1 {W_1(exact_walk(samplers.ddim_step, ts)):.4f}  c {contrast:.3f}")
latent = 1 - torch.linspace(0.00085**0.5, 0.012**0.5, 1000, dtype=torch.float64) ** 2
root = float(latent.prod()) ** 0.5
print(f"0.00085 .. 0.012  {'':13s} root {root:.4f}  {'':9s}  c {(root**2 * 14**2 + 1 - root**2) ** -0.5:.3f}")
repeated = torch.linspace(999, 0, 1200).long().tolist()
try:
    samplers.times(1000, 1200)
except ValueError:
    print(len(repeated), len(set(repeated)), "ValueError")

# %% [markdown] key="grids-note" lang="en"
# Nothing: at $S=5$ `leading` is even *better* than `linspace` (0.2499 against 0.3637). What helps is the spacing, not the missing end: `trailing`, which begins at 1000 and also takes steps of 200 (`linspace`: about 250), does just as well (0.2505). At $S=50$ the three lie close together (0.0139 to 0.0160).
#
# So when does it hurt? When all pixels of a picture share something, such as the overall brightness: 784 small traces add up to a loud one.
#
# Say the brightness varies from picture to picture with standard deviation 0.5, and every pixel shows it. Take the mean over a picture's 784 pixels. The brightness passes through unharmed, the noise becomes 28 times smaller. In units of that noise the brightness is therefore $28\cdot0.5=14$ wide.
#
# At $t$ the picture counts with $\bar\alpha_t$ and the noise with $1-\bar\alpha_t$. So the network expects the mean to have a variance of $14^2\bar\alpha_t+1-\bar\alpha_t$, and is handed $\mathcal N(0,1)$. It takes that for pictures of medium brightness and draws the brightness too narrow, by the factor in column c: the root of 1 over that variance. For `leading` at $S=5$ that is 0.879; at $S=50$ it is 0.994.
#
# The last line but one is a schedule that is used for large latent models (Lin et al. 2024). Even its $T$ keeps a root of 0.0683, so *no* grid starts right. The factor is 0.724: pictures of medium brightness. The cure there is a schedule that ends in pure noise, not a grid.
#
# The very last line: the web page's code, asked for 1200 of 1000 timesteps, silently repeats some of them. The library refuses.
#
# ### Literally $t-1$
#
# Another lecture note introduces the fast sampler with the formula
#
# $$x_{t-1}=\sqrt{\bar\alpha_{t-1}}\;\hat x_0+\sqrt{1-\bar\alpha_{t-1}}\;\epsilon_\theta(x_t,t)$$
#
# and adds that 50 to 100 steps suffice. The formula is right for a walk through *all* timesteps, which is not fast. Take it literally on a subset of 50 and the image is noised down to $t-1$, then handed to the network as if it were at the *next element of the list*, 20 timesteps lower.
#
# **Commit:** what comes out: (a) nearly the same, (b) points between the blobs, (c) a crash?

# %% [markdown] key="grids-note" lang="id" ref="b46b66d9"
# Tidak ada: pada $S=5$ `leading` malah *lebih baik* daripada `linspace` (0.2499 berbanding 0.3637). Yang menolong adalah pembagian jaraknya, bukan ujung yang hilang: `trailing`, yang berangkat dari 1000 dan juga melangkah sejauh 200 (`linspace`: kira-kira 250), sama baiknya (0.2505). Pada $S=50$ ketiganya berdekatan (0.0139 sampai 0.0160).
#
# Jadi kapan ia merugikan? Kalau semua piksel dalam satu gambar berbagi sesuatu, misalnya kecerahan keseluruhan: 784 jejak kecil yang dijumlahkan menjadi satu jejak yang nyaring.
#
# Misalkan kecerahan beragam dari gambar ke gambar dengan simpangan baku 0.5, dan setiap piksel menampakkannya. Mari kita ambil rata-rata ke-784 piksel satu gambar. Kecerahannya lewat dengan utuh, sedangkan noise-nya menjadi 28 kali lebih kecil. Jadi, dalam satuan noise itu, lebar kecerahan adalah $28\cdot0.5=14$.
#
# Pada $t$, gambar ikut dengan bobot $\bar\alpha_t$ dan noise dengan bobot $1-\bar\alpha_t$. Maka jaringan mengharapkan rata-rata itu bervarians $14^2\bar\alpha_t+1-\bar\alpha_t$, padahal yang disodorkan kepadanya $\mathcal N(0,1)$. Ia mengiranya gambar-gambar berkecerahan sedang, dan menggambar kecerahan yang terlalu sempit, dengan faktor di kolom c: akar dari 1 dibagi varians itu. Untuk `leading` pada $S=5$ faktornya 0.879; pada $S=50$, 0.994.
#
# Baris kedua dari bawah adalah jadwal yang dipakai untuk model laten besar (Lin et al. 2024). Pada $T$-nya pun masih tersisa akar sebesar 0.0683, jadi *tidak satu* kisi pun berangkat dengan benar. Faktornya 0.724: gambar-gambar berkecerahan sedang. Obatnya adalah jadwal yang berakhir di noise murni, bukan kisi yang lain.
#
# Baris paling akhir: kode halaman web tadi, bila diminta 1200 dari 1000 timestep, diam-diam mengulang sebagian. Pustaka kursus ini menolak.
#
# ### $t-1$ secara harfiah
#
# Sebuah catatan kuliah lain memperkenalkan sampler cepat dengan rumus
#
# $$x_{t-1}=\sqrt{\bar\alpha_{t-1}}\;\hat x_0+\sqrt{1-\bar\alpha_{t-1}}\;\epsilon_\theta(x_t,t)$$
#
# dan menambahkan bahwa 50 sampai 100 langkah sudah cukup. Rumusnya benar untuk perjalanan lewat *semua* timestep, dan perjalanan itu tidak cepat. Bila diikuti secara harfiah pada himpunan bagian berisi 50, gambarnya diberi noise sampai tingkat $t-1$, lalu disodorkan kepada jaringan seolah-olah berada di *anggota daftar berikutnya*, 20 timestep lebih rendah.
#
# **Putuskan dulu:** apa yang keluar: (a) hampir sama, (b) titik-titik di antara kedua gundukan, (c) program berhenti dengan galat?

# %% [markdown] key="grids-note" lang="ko" ref="b46b66d9"
# 없습니다. $S=5$에서는 오히려 `leading`이 `linspace`보다 *낫습니다*(0.2499 대 0.3637). 도움이 된 것은 빠진 끝점이 아니라 간격입니다. 1000에서 출발하면서 똑같이 200씩 내려가는 `trailing`도(`linspace`는 약 250씩) 그만큼 좋습니다(0.2505). $S=50$에서는 셋이 엇비슷합니다(0.0139에서 0.0160까지).
#
# 그러면 언제 해롭습니까? 전체 밝기처럼 그림의 모든 픽셀이 함께 지니는 것이 있을 때입니다. 희미한 자취도 784개를 더하면 또렷해지기 때문입니다.
#
# 밝기가 그림마다 표준편차 0.5로 달라지고, 모든 픽셀에 그 밝기가 나타난다고 합시다. 그림 한 장의 픽셀 784개를 평균해 봅시다. 밝기는 그대로 남고, 노이즈는 28배 작아집니다. 그러므로 그 노이즈를 단위로 재면 밝기의 너비는 $28\cdot0.5=14$입니다.
#
# $t$에서 그림의 몫은 $\bar\alpha_t$, 노이즈의 몫은 $1-\bar\alpha_t$입니다. 그래서 신경망은 이 평균의 분산이 $14^2\bar\alpha_t+1-\bar\alpha_t$일 것으로 압니다. 그런데 받는 것은 $\mathcal N(0,1)$입니다. 신경망은 이것을 밝기가 어중간한 그림들로 여기고, 밝기의 폭을 c열에 나온 배수만큼 너무 좁게 그립니다. 이 배수는 1을 그 분산으로 나눈 값의 제곱근입니다. `leading`이면 $S=5$에서 0.879, $S=50$에서 0.994입니다.
#
# 끝에서 둘째 줄은 큰 잠재 모델에 쓰는 스케줄입니다(Lin et al. 2024). $T$에서도 제곱근이 0.0683이나 남으므로 *어떤* 격자도 옳게 출발하지 못합니다. 배수는 0.724입니다. 그림의 밝기가 죄다 어중간해집니다. 이럴 때 고칠 것은 격자가 아닙니다. 스케줄이 순수 노이즈로 끝나야 합니다.
#
# 맨 마지막 줄에서는 앞의 웹 문서에 나온 코드에 타임스텝 1000개 가운데 1200개를 달라고 했습니다. 코드는 말없이 몇 개를 되풀이합니다. 강의의 라이브러리는 거절합니다.
#
# ### 글자 그대로 $t-1$
#
# 또 다른 강의 노트는 빠른 샘플러를 다음 식으로 소개합니다.
#
# $$x_{t-1}=\sqrt{\bar\alpha_{t-1}}\;\hat x_0+\sqrt{1-\bar\alpha_{t-1}}\;\epsilon_\theta(x_t,t)$$
#
# 그러고는 50단계에서 100단계면 충분하다고 덧붙입니다. *모든* 타임스텝을 걷는다면 옳은 식이지만, 그렇게 걸으면 빠르지 않습니다. 타임스텝이 50개인 부분집합에서 글자 그대로 따르면, 이미지에는 $t-1$만큼의 노이즈를 넣어 놓고 신경망에는 타임스텝이 20이나 낮은 *리스트의 다음 원소*에 있는 이미지인 것처럼 건네게 됩니다.
#
# **답을 먼저 정하십시오.** 무엇이 나오겠습니까? (a) 거의 같은 결과 (b) 두 덩어리 사이의 점들 (c) 오류


# %% key="literal"
def literal_walk(model, x):
    for t in fifty[:-1]:
        with torch.no_grad():
            eps_hat = model(x, torch.full((len(x),), t))
        x = samplers.ddim_step(x, t, t - 1, eps_hat, schedule)
    return x


right, wrong = exact_walk(samplers.ddim_step, fifty), literal_walk(ideal, start)
fig, ax = figures.axes(r"$x_0$", columns=2, size=(4, 2.6))
for one, x, name in zip(ax, (right, wrong), ("$s$", "$t-1$"), strict=True):
    print(f"W1 {W_1(x):.4f}  |x_0| < 0.5: {(x.abs() < 0.5).double().mean():.1%}")
    one.hist(x[:, 0].numpy(), bins=80, range=(-2, 2), density=True)
    one.plot(true[:, 0], two.log_prob(true).exp(), color="black", linewidth=1)
    one.set_title(name)
assert W_1(wrong) > 10 * W_1(right)
figures.show(fig, "alt.ddim.literal")

# %% key="literal-digits"
asked = guidance.guide(net, y5)
both = [a, literal_walk(asked, x_T5)]
images = [x.clamp(-1, 1) for x in both]
figures.show(figures.grid(images, row_titles=["$s$", "$t-1$"], size=1), "alt.ddim.literal_digits")

# %% [markdown] key="literal-note" lang="en"
# (b): 34.9% of the points lie between the blobs, where the right walk has 0.1%, and $W_1$ is 0.3933 in place of 0.0141. On digits it is not a slightly worse picture but noise: 50 steps of size 1 have removed almost none of it. No line crashes. The one assertion that catches it: the $\bar\alpha$ a step lands on is the $\bar\alpha$
# the next step starts from.
#
# ## 4 · How many steps?
#
# **Commit:** a network that is *perfect*, DDIM, $S=10$, 50, 1000 steps. Does the error (a) stay about the same, (b) fall about as $1/S$, (c) fall to nothing at some finite $S$?

# %% [markdown] key="literal-note" lang="id" ref="89c742e8"
# (b): 34.9% dari titik-titiknya terletak di antara kedua gundukan, padahal pada perjalanan yang benar hanya 0.1%, dan $W_1$ menjadi 0.3933, seharusnya 0.0141. Pada angka, hasilnya bukan gambar yang sedikit lebih buruk melainkan noise: 50 langkah sepanjang 1 hampir tidak mengangkat apa-apa. Tidak ada baris yang menimbulkan galat. Hanya satu pemeriksaan yang menangkapnya: $\bar\alpha$ tempat sebuah langkah mendarat harus sama dengan $\bar\alpha$
# tempat langkah berikutnya berangkat.
#
# ## 4 · Berapa langkah?
#
# **Putuskan dulu:** jaringan yang *sempurna*, DDIM, $S=10$, 50, 1000 langkah. Apakah galatnya (a) kira-kira tetap, (b) turun kira-kira seperti $1/S$, (c) habis pada suatu $S$ yang berhingga?

# %% [markdown] key="literal-note" lang="ko" ref="89c742e8"
# (b)입니다. 점의 34.9%가 두 덩어리 사이에 놓입니다. 옳게 걸으면 0.1%입니다. $W_1$도 0.0141이 아니라 0.3933입니다. 숫자 그림에서는 조금 못한 그림이 아니라 노이즈가 나옵니다. 크기가 1인 단계 50개로는 노이즈가 거의 줄지 않기 때문입니다. 오류로 멈추는 줄은 하나도 없습니다. 이것을 잡아내는 검사는 하나입니다. 한 단계가 내려선 곳의 $\bar\alpha$는 다음 단계가 출발하는 곳의 $\bar\alpha$와 같아야 합니다.
#
# ## 4 · 몇 단계가 필요합니까?
#
# **답을 먼저 정하십시오.** *완벽한* 신경망과 DDIM으로 $S=10$, 50, 1000단계를 걷습니다. 오차는 (a) 거의 그대로입니까, (b) 대략 $1/S$에 비례해 줄어듭니까, (c) 어떤 유한한 $S$에서 아예 없어집니까?

# %% key="cost-exact"
counts = (5, 10, 20, 50, 100, 250, 1000)
rules = {
    r"$\eta=0$": samplers.ddim_step,
    r"$\eta=1$": partial(samplers.ddim_step, eta=1.0),
    r"$\beta_t$": samplers.ddpm_step,
}
fig, ax = figures.axes("$S$", "$W_1$")
for name, rule in rules.items():
    distance = [W_1(exact_walk(rule, samplers.times(1000, S))) for S in counts]
    print(f"{name:10s}", "  ".join(f"{S}: {w:.4f}" for S, w in zip(counts, distance, strict=True)))
    ax.loglog(counts, distance, marker="o", label=name)
luck = W_1(two.sample(4000, torch.Generator().manual_seed(1)))
ax.axhline(luck, color="black", linewidth=1, linestyle=":", label="$q$")
print(f"floor {luck:.4f}")
ax.legend()
figures.show(fig, "alt.ddim.cost")

# %% [markdown] key="cost-note" lang="en"
# (b), for DDIM: 0.3637, 0.0767, 0.0331, 0.0141, 0.0074, … Ten times the steps, about a tenth of the error; $S=5$ is beyond the rule. The two samplers with fresh noise start a little higher and fall more slowly; only with 1000 steps do they reach the dotted floor, the distance of 4000 points drawn from the data
# themselves, below which random points cannot be told from perfect ones. (DDIM can lie below it, because it starts from evenly spaced quantiles and draws nothing.)
#
# That is the *sampler's* error, with a perfect network. A trained one has its own error on top, which no number of steps removes. So on digits we should expect a curve that falls and then goes flat. Here is what the course measured for the model that ships, and wrote into its card: $N$ samples for each sampler and seed, and two numbers by the small classifier (chapter 6): the accuracy, and the Fréchet distance FD, which compares the mean and the covariance of the classifier's features of the samples with those of real digits (smaller is closer). Where the card has them, the spread over several seeds and the seconds for 16 digits are printed too. The floor, a grey band, is the distance of real digits from other real digits.
#
# **Commit:** with 50 calls instead of 1000, how far from real digits will the samples be: (a) less than two floors, (b) about five, (c) more than ten? And which comes closer, `ddim` or `ancestral`, the walk with fresh noise?

# %% [markdown] key="cost-note" lang="id" ref="3ffb9e9e"
# (b), untuk DDIM: 0.3637, 0.0767, 0.0331, 0.0141, 0.0074, … Langkahnya sepuluh kali lipat, galatnya kira-kira sepersepuluh; $S=5$ di luar aturan ini. Kedua sampler dengan noise baru berawal sedikit lebih tinggi dan turun lebih pelan; baru dengan 1000 langkah keduanya sampai di lantai bergaris titik-titik, yaitu jarak 4000 titik yang diambil dari data
# itu sendiri; di bawahnya, titik acak tidak dapat dibedakan dari titik yang sempurna. (DDIM bisa berada di bawahnya, sebab ia berangkat dari kuantil yang berjarak rata dan tidak mengambil sampel apa pun.)
#
# Itu galat *sampler*, dengan jaringan sempurna. Jaringan terlatih menambahkan galatnya sendiri, dan galat itu tidak hilang, berapa pun banyaknya langkah. Jadi pada angka kita boleh mengharapkan kurva yang turun lalu mendatar. Inilah hasil pengukuran kursus ini untuk model bawaan, seperti tertulis di kartunya: $N$ sampel untuk setiap sampler dan seed, dan dua bilangan menurut pengklasifikasi kecil (Bab 6): akurasi, dan jarak Fréchet (FD), yang membandingkan rata-rata dan kovarians fitur pengklasifikasi dari sampel dengan yang dari angka asli (makin kecil makin dekat). Kalau ada di kartunya, sebaran antar-seed dan waktu dalam detik untuk 16 angka juga dicetak. Lantainya, pita kelabu, adalah jarak angka asli dari angka asli yang lain.
#
# **Putuskan dulu:** dengan 50 panggilan sebagai ganti 1000, seberapa jauh sampelnya dari angka asli: (a) kurang dari dua kali lantai, (b) sekitar lima kali, (c) lebih dari sepuluh kali? Lalu, mana yang lebih dekat, `ddim` atau `ancestral`, perjalanan dengan noise baru?

# %% [markdown] key="cost-note" lang="ko" ref="3ffb9e9e"
# DDIM이라면 (b)입니다. 0.3637, 0.0767, 0.0331, 0.0141, 0.0074, …로 줄어듭니다. 단계가 열 배이면 오차는 십분의 일쯤이고, $S=5$는 이 규칙에서 벗어나 있습니다. 새 노이즈를 넣는 두 샘플러는 조금 더 높은 곳에서 시작해 더 느리게 내려가고, 1000단계가 되어서야 점선인 바닥에 닿습니다. 바닥은 데이터에서 직접 뽑은 점 4000개의 거리이며, 그 밑에서는 무작위로 뽑은 점과 완벽한 점을 가려낼 수 없습니다. (DDIM은 바닥보다 아래에 있을 수 있습니다. 고른 분위수에서 출발하고 아무것도 뽑지 않기 때문입니다.)
#
# 여기까지는 신경망이 완벽할 때 *샘플러의* 오차입니다. 학습한 신경망에는 제 오차가 더 있고, 그것은 단계를 아무리 늘려도 없어지지 않습니다. 그러므로 숫자 그림에서는 곡선이 내려가다가 평평해져야 합니다. 강의에 들어 있는 모델을 재어 모델 카드에 적어 둔 값을 봅시다. 샘플러와 시드마다 샘플 $N$장을 그려 작은 분류기(6장)로 두 가지를 쟀습니다. 하나는 정확도이고, 또 하나는 프레셰(Fréchet) 거리 FD입니다. FD는 분류기가 뽑은 특징의 평균과 공분산을 샘플과 진짜 숫자 사이에서 비교하며, 작을수록 가깝습니다. 시드에 따른 편차와 숫자 16장을 그리는 데 걸린 시간(초)도 카드에 있으면 출력합니다. 회색 띠인 바닥은 진짜 숫자와 다른 진짜 숫자 사이의 거리입니다.
#
# **답을 먼저 정하십시오.** 1000번 대신 50번만 부르면 샘플은 진짜 숫자에서 얼마나 멉니까? (a) 바닥의 두 배가 안 된다 (b) 다섯 배쯤 (c) 열 배가 넘는다. 그리고 `ddim`과, 새 노이즈를 넣는 걸음인 `ancestral` 가운데 어느 쪽이 더 가깝겠습니까?

# %% key="cost-card"
card = checkpoints.card("digits")["metrics"]
measured = {name: m for name, m in card.items() if isinstance(m, dict) and "frechet" in m}
low, spread = card["floor"]["mean"], card["floor"]["std"]
print(f"N = {card['N']}  floor {low:.3f} +- {spread:.3f}")
fig, ax = figures.axes("$S$", "FD", size=(6, 3.6))
ax.axhspan(low - spread, low + spread, color="0.85")
lines = {}
for name, m in measured.items():
    kind, calls = name.split("-")[0], int(name.split("-")[1])
    mean, std = m["frechet"]["mean"], m["frechet"]["std"] or 0.0
    seeds = f"+- {std:.3f}" if std else " " * 8
    print(f"{name:18s} {m['accuracy']['mean']:.4f}  FD {mean:.3f} {seeds}", end="  ")
    seconds = f"{m['seconds_16']:6.2f} s" if "seconds_16" in m else ""
    print(f"x floor {mean / low:5.2f}  {seconds}")
    if not name.endswith("beta"):
        lines.setdefault("ddpm" if kind == "ancestral" else kind, []).append((calls, mean, std))
for kind, points in lines.items():
    x, mean, std = zip(*sorted(points), strict=True)
    ax.errorbar(x, mean, yerr=std, marker="o", capsize=4, label=kind)
ax.set(xscale="log", ylim=(0, None))
at = sorted({call for points in lines.values() for call, *_ in points})
ax.set_xticks(at, [str(calls) for calls in at])
ax.set_xticks([], minor=True)
ax.legend()
figures.show(fig, "alt.ddim.card")

# %% [markdown] key="cost-claims" lang="en"
# (a), for both with 50 calls. Before you name a winner, look at the ± of the floor: the distances among real digits scatter that much. `ddim` comes closer, `ancestral` has the higher accuracy: who wins depends on the number one asks. (`ddim` even lies a little below the floor. That does not make its digits more real than real ones: the floor is what one set of real digits scores against another, a scale to read by and no bound.) Now read the table against the claims.
#
# *“10 to 50 steps instead of 1000: 20 to 100 times faster.”* The arithmetic is right, and the seconds follow the number of calls, since the step itself is almost free. The paper's own claim is 10 to 50 times.
#
# *“While maintaining quality.”* With 50 calls, yes, by this measure; on our digits even with 10. Do not count on that elsewhere: on the two blobs ten steps of DDIM had more than five times the error of 50 (0.0767 against 0.0141), and in the paper's table 1, on small colour photographs, ten steps score more than three times the distance of a thousand. Small pictures with a known label forgive much. How soon a trained network's curve goes flat, only a measurement tells.
#
# *Faster than what?* A factor is meaningless without the name of the slow sampler and the quality of both. And mind what the card cannot show: the classifier judges digits by 64 numbers. Two samplers that score alike may still look different to you.
#
# ## 5 · A better step
#
# Why do few steps fail, and can a cleverer step help? Divide DDIM's step by $\sqrt{\bar\alpha_s}$ and write $\rho_t=\sqrt{(1-\bar\alpha_t)/\bar\alpha_t}$, the noise per unit of signal:
#
# $$\frac{x_s}{\sqrt{\bar\alpha_s}}=\frac{x_t}{\sqrt{\bar\alpha_t}}+(\rho_s-\rho_t)\,\hat\epsilon(x_t,t)$$
#
# That is Euler's method for a differential equation (Song, Meng & Ermon 2021, eq. 14): *go straight on, in the direction known at the start of the step*. Its error is of first order, which is the $1/S$ of section 4. DDIM is not just like an ODE solver, it is one, the simplest of all.
#
# A second-order solver bends. **DPM-Solver++(2M)** (Lu et al. 2022b, algorithm 2) does so without asking the network more often: it remembers the *previous* $\hat x_0$, sees in which direction the guess is moving, and goes half a step further in that direction. With $\lambda_t=\tfrac12\ln\mathrm{snr}_t$, half the logarithm of the signal-to-noise ratio (Lu et al.'s letter; not the weights $\lambda_t$ of chapter 4):
#
# $$h=\lambda_s-\lambda_t,\qquad r=\frac{\lambda_t-\lambda_{\mathrm{previous}}}{h},\qquad D=\hat x_0+\frac{1}{2r}\left(\hat x_0-\hat x_0^{\,\mathrm{previous}}\right)$$
#
# $$x_s=\sqrt{\frac{1-\bar\alpha_s}{1-\bar\alpha_t}}\;x_t-\sqrt{\bar\alpha_s}\,\left(e^{-h}-1\right)D$$
#
# With $D=\hat x_0$ it is DDIM again: that is its first step, and its last one too, because $\lambda_0$ is infinite.

# %% [markdown] key="cost-claims" lang="id" ref="26c59c30"
# (a), untuk keduanya dengan 50 panggilan. Sebelum menyebut pemenangnya, lihat ± lantainya: sebesar itulah sebaran jarak di antara sesama angka asli. `ddim` lebih dekat, `ancestral` lebih tinggi akurasinya: siapa pemenangnya bergantung pada bilangan mana yang ditanya. (`ddim` bahkan terletak sedikit di bawah lantai. Itu tidak membuat angkanya lebih asli daripada yang asli: lantai adalah nilai satu himpunan angka asli terhadap himpunan angka asli yang lain, sebuah skala untuk membaca dan bukan batas.) Sekarang mari baca tabel itu berhadapan dengan klaim-klaimnya.
#
# *“10 sampai 50 langkah sebagai ganti 1000: 20 sampai 100 kali lebih cepat.”* Hitungannya benar, dan detiknya mengikuti banyaknya panggilan, sebab langkahnya sendiri hampir gratis. Klaim makalahnya sendiri 10 sampai 50 kali.
#
# *“Dengan mutu yang terjaga.”* Dengan 50 panggilan, ya, menurut ukuran ini; pada angka kita bahkan dengan 10. Jangan mengandalkannya di tempat lain: pada dua gundukan tadi galat sepuluh langkah DDIM lebih dari lima kali galat 50 langkah (0.0767 berbanding 0.0141), dan dalam tabel 1 makalah itu, untuk foto berwarna yang kecil, sepuluh langkah memberi jarak lebih dari tiga kali jarak seribu langkah. Gambar kecil yang labelnya diketahui banyak memaafkan. Seberapa cepat kurva sebuah jaringan terlatih mendatar hanya dapat dijawab dengan mengukurnya.
#
# *Lebih cepat daripada apa?* Sebuah faktor tidak berarti apa-apa tanpa nama sampler lambatnya dan mutu keduanya. Ingat pula apa yang tidak dapat ditunjukkan kartu itu: pengklasifikasi menilai angka dengan 64 bilangan. Dua sampler yang nilainya sama bisa saja tampak berbeda di mata kita.
#
# ## 5 · Langkah yang lebih baik
#
# Mengapa langkah yang sedikit gagal, dan dapatkah langkah yang lebih cerdik menolong? Bagi langkah DDIM dengan $\sqrt{\bar\alpha_s}$ dan tulis $\rho_t=\sqrt{(1-\bar\alpha_t)/\bar\alpha_t}$, yaitu noise per satuan sinyal:
#
# $$\frac{x_s}{\sqrt{\bar\alpha_s}}=\frac{x_t}{\sqrt{\bar\alpha_t}}+(\rho_s-\rho_t)\,\hat\epsilon(x_t,t)$$
#
# Inilah metode Euler untuk sebuah persamaan diferensial (Song, Meng & Ermon 2021, pers. 14): *jalan lurus saja, ke arah yang diketahui di awal langkah*. Galatnya berorde satu, yaitu $1/S$ di bagian 4. DDIM bukan sekadar mirip penyelesai ODE (*solver*); ia memang penyelesai ODE, yang paling sederhana.
#
# Penyelesai berorde dua membelok. **DPM-Solver++(2M)** (Lu et al. 2022b, algoritme 2) melakukannya tanpa lebih sering bertanya kepada jaringan: ia mengingat $\hat x_0$ yang *sebelumnya*, melihat ke arah mana tebakan itu bergerak, lalu maju setengah langkah lagi ke arah itu. Dengan $\lambda_t=\tfrac12\ln\mathrm{snr}_t$, separuh logaritma rasio sinyal terhadap noise (huruf dari Lu et al.; bukan bobot $\lambda_t$ dari Bab 4):
#
# $$h=\lambda_s-\lambda_t,\qquad r=\frac{\lambda_t-\lambda_{\mathrm{previous}}}{h},\qquad D=\hat x_0+\frac{1}{2r}\left(\hat x_0-\hat x_0^{\,\mathrm{previous}}\right)$$
#
# $$x_s=\sqrt{\frac{1-\bar\alpha_s}{1-\bar\alpha_t}}\;x_t-\sqrt{\bar\alpha_s}\,\left(e^{-h}-1\right)D$$
#
# Dengan $D=\hat x_0$ ia kembali menjadi DDIM: begitulah langkah pertamanya, dan langkah terakhirnya juga, sebab $\lambda_0$ tak hingga.

# %% [markdown] key="cost-claims" lang="ko" ref="26c59c30"
# 50번 부르면 둘 다 (a)입니다. 어느 쪽이 이겼는지 말하기 전에 바닥의 ±를 보십시오. 진짜 숫자끼리 잰 거리도 그만큼은 들쭉날쭉합니다. 더 가까운 것은 `ddim`이고 정확도가 더 높은 것은 `ancestral`이어서, 어느 수에 묻느냐에 따라 이긴 쪽이 달라집니다. (`ddim`은 바닥보다도 조금 아래에 있습니다. 그렇다고 그 숫자들이 진짜보다 더 진짜인 것은 아닙니다. 바닥은 진짜 숫자 한 묶음을 다른 묶음과 견준 값이라, 읽을 때 쓰는 눈금이지 한계가 아닙니다.) 이제 표를 놓고 그 말들을 따져 봅시다.
#
# *“1000단계 대신 10단계에서 50단계이면 되니 20배에서 100배 빠르다.”* 셈은 맞습니다. 단계의 계산 자체는 거의 공짜이므로 시간은 호출 횟수를 따라갑니다. 논문이 스스로 내세우는 것은 10배에서 50배입니다.
#
# *“품질을 유지하면서.”* 50번 부르면 이 잣대로는 그렇습니다. 우리 숫자에서는 10번만 불러도 그렇습니다. 그러나 다른 데서도 그러리라고 믿지는 마십시오. 두 덩어리에서 DDIM 열 단계의 오차는 50단계의 다섯 배가 넘었고(0.0767 대 0.0141), 논문의 표 1을 보면 작은 컬러 사진에서 열 단계의 거리는 천 단계의 세 배가 넘습니다. 그림이 작고 레이블을 알면 웬만한 잘못은 드러나지 않습니다. 학습한 신경망의 곡선이 얼마나 빨리 평평해지는지는 재어 보아야만 압니다.
#
# *무엇에 견주어 빠르다는 말입니까?* 느린 샘플러가 무엇인지, 둘의 품질이 어떤지를 말하지 않으면 배수는 뜻이 없습니다. 카드가 보여 주지 못하는 것도 있습니다. 분류기는 수 64개만 보고 숫자를 판단합니다. 점수가 비슷한 두 샘플러가 여러분의 눈에는 달라 보일 수 있습니다.
#
# ## 5 · 더 나은 한 단계
#
# 단계가 적으면 왜 잘되지 않습니까? 더 영리한 단계라면 나아지겠습니까? DDIM의 단계를 $\sqrt{\bar\alpha_s}$로 나누고, 신호 한 단위에 딸린 노이즈를 $\rho_t=\sqrt{(1-\bar\alpha_t)/\bar\alpha_t}$라고 써 봅시다.
#
# $$\frac{x_s}{\sqrt{\bar\alpha_s}}=\frac{x_t}{\sqrt{\bar\alpha_t}}+(\rho_s-\rho_t)\,\hat\epsilon(x_t,t)$$
#
# 바로 미분방정식을 푸는 오일러 방법입니다(Song, Meng & Ermon 2021, 식 14). *단계를 시작할 때 아는 방향으로 곧장 가라.* 오차는 일차이고, 4절의 $1/S$이 거기서 나옵니다. DDIM은 ODE(상미분방정식) 풀이법을 닮은 정도가 아니라 그 자체가 ODE 풀이법이며, 가장 단순한 것입니다.
#
# 이차 풀이법은 휘어 갑니다. **DPM-Solver++(2M)** (Lu et al. 2022b, 알고리즘 2)은 신경망에 더 자주 묻지 않고도 그렇게 합니다. *바로 앞의* $\hat x_0$을 기억해 두었다가 추측이 어느 쪽으로 움직이는지 보고, 그쪽으로 반 걸음 더 나아갑니다. 아래에서 $\lambda_t=\tfrac12\ln\mathrm{snr}_t$는 신호 대 잡음비에 로그를 씌운 값의 절반입니다(Lu et al.의 글자이며, 4장의 가중치 $\lambda_t$가 아닙니다).
#
# $$h=\lambda_s-\lambda_t,\qquad r=\frac{\lambda_t-\lambda_{\mathrm{previous}}}{h},\qquad D=\hat x_0+\frac{1}{2r}\left(\hat x_0-\hat x_0^{\,\mathrm{previous}}\right)$$
#
# $$x_s=\sqrt{\frac{1-\bar\alpha_s}{1-\bar\alpha_t}}\;x_t-\sqrt{\bar\alpha_s}\,\left(e^{-h}-1\right)D$$
#
# $D=\hat x_0$이면 다시 DDIM입니다. 첫 단계가 그렇고, $\lambda_0$이 무한대이므로 마지막 단계도 그렇습니다.

# %% key="ode-check"
lam = 0.5 * schedule.snr[1:].log()
lam = torch.cat([lam.new_full((1,), torch.inf), lam])


def two_m(x_t, t, s, x_0_hat, before):
    h = lam[s] - lam[t]
    r = (lam[t] - lam[before.t]) / h if before else 1.0
    D = x_0_hat + (x_0_hat - before.x_0_hat) / (2 * r) if before else x_0_hat
    return ((1 - bar[s]) / (1 - bar[t])) ** 0.5 * x_t - bar[s] ** 0.5 * ((-h).exp() - 1) * D


rho = ((1 - bar) / bar) ** 0.5
t, s, before = 500, 400, samplers.Step(620, x_t, noise(*x_t.shape, seed=6, dtype=torch.float64), eps_hat)
x_0_hat = forward.predict_x_0(x_t, t, eps_hat, schedule)
ddim = samplers.ddim_step(x_t, t, s, eps_hat, schedule)
euler = bar[s] ** 0.5 * (x_t / bar[t] ** 0.5 + (rho[s] - rho[t]) * eps_hat)
dpm = samplers.dpm_step(x_t, t, s, eps_hat, schedule, previous=before)
by_hand = two_m(x_t, t, s, x_0_hat, before)
first_step = two_m(x_t, t, s, x_0_hat, None)
gaps = [(p - q).abs().max() for p, q in ((euler, ddim), (first_step, ddim), (by_hand, dpm), (dpm, ddim))]
print(*(f"{gap:.0e}" for gap in gaps[:3]), f"{gaps[3]:.1f}")
assert max(gaps[:3]) < 1e-10 < 0.1 < gaps[3]

# %% [markdown] key="ode-task" lang="en"
# Four gaps: Euler against DDIM, 2M without a memory against DDIM, 2M by hand against the library; and 2M with a memory against DDIM, the only one that is not rounding.
#
# Now the error against the number of steps, on the two blobs. Where a path must end is known from its quantile, so we compare point by point, at $t=1$ (the step from there to 0 is of first order for everybody).
#
# **Commit:** the solver that remembers, on the grid of section 3 (even in $t$), 10 steps. Is its error (a) about half of DDIM's, (b) a tenth, (c) larger?

# %% [markdown] key="ode-task" lang="id" ref="4704e757"
# Empat selisih: Euler terhadap DDIM, 2M tanpa ingatan terhadap DDIM, 2M yang ditulis dengan tangan terhadap pustaka; lalu 2M dengan ingatan terhadap DDIM, satu-satunya yang bukan pembulatan.
#
# Sekarang galat terhadap banyaknya langkah, pada kedua gundukan. Di mana sebuah jalan harus berakhir, kita tahu dari kuantilnya, jadi kita bandingkan titik demi titik, pada $t=1$ (langkah dari sana ke 0 berorde satu bagi siapa pun).
#
# **Putuskan dulu:** penyelesai yang punya ingatan itu, pada kisi dari bagian 3 (rata dalam $t$), 10 langkah. Apakah galatnya (a) kira-kira separuh galat DDIM, (b) sepersepuluhnya, (c) lebih besar?

# %% [markdown] key="ode-task" lang="ko" ref="4704e757"
# 출력된 차이는 넷입니다. 오일러 방법과 DDIM, 기억이 없는 2M과 DDIM, 손으로 쓴 2M과 라이브러리, 그리고 기억이 있는 2M과 DDIM입니다. 반올림 오차가 아닌 것은 마지막뿐입니다.
#
# 이제 두 덩어리에서 단계 수에 따른 오차를 봅니다. 경로가 어디서 끝나야 하는지는 분위수로 알 수 있으므로 점 하나하나를 비교합니다. 비교하는 곳은 $t=1$입니다(거기서 0으로 가는 단계는 누구에게나 일차입니다).
#
# **답을 먼저 정하십시오.** 기억이 있는 풀이법으로 3절의 격자($t$ 간격이 고른 격자)에서 10단계를 걷습니다. 오차는 DDIM의 오차와 견주어 (a) 절반쯤입니까, (b) 십분의 일입니까, (c) 더 큽니까?

# %% key="ode-slopes"
end = quantile(two.diffused(1, schedule), u)
S_fit = (10, 14, 20, 28, 40, 56, 80)
grids = {
    "$t$": partial(samplers.times, schedule.T),
    r"$\lambda$": partial(samplers.log_snr_times, schedule),
}
rules = {"DDIM": samplers.ddim_step, "2M": samplers.dpm_step}


def at_one(rule, ts):
    *_, last, _ = samplers.sample(ideal, rule, start, schedule, ts)
    return float((last.x_t - end).abs().mean())


fig, ax = figures.axes("$S$", r"$|x-x^*|$", columns=2, size=(4, 3.2))
for one, (axis, grid) in zip(ax, grids.items(), strict=True):
    for name, rule in rules.items():
        errors = [at_one(rule, grid(S)) for S in S_fit]
        logs = torch.tensor([S_fit, errors], dtype=torch.float64).log()
        slope = torch.linalg.lstsq(torch.stack([logs[0], 0 * logs[0] + 1], 1), logs[1]).solution[0]
        some = "  ".join(f"{S_fit[k]}: {errors[k]:.4f}" for k in (0, 2, 4))
        print(f"{axis:10s} {name:5s} {some}  slope {slope:.2f}")
        one.loglog(S_fit, errors, marker="o", label=name)
    one.set_title(axis)
    one.set_xticks([10, 20, 40, 80], ["10", "20", "40", "80"])
    one.set_xticks([], minor=True)
    one.legend()
figures.show(fig, "alt.ddim.slopes")

# %% [markdown] key="ode-note" lang="en"
# (c)! On the even grid in $t$ the cleverer solver is almost six times *worse* than DDIM (0.4479 against 0.0769 at 10 steps). Its last step down to $t=1$ is as long in $t$ as the others and enormous in $\lambda$, and a solver that extends a trend over a distance several times longer than it has seen goes far astray. On the grid that is even in $\lambda$ (`log_snr_times`) it does what it promises:
# the slope in the double-logarithmic picture is $-2.15$ where DDIM has $-1.10$, and at 40 steps its error is 0.0026 against 0.0219. **A solver and its grid belong together.**
#
# DDIM itself prefers the even grid in $t$ here (0.0769 against 0.1050). So each gets its own.
#
# ### Exercise: measure and conclude
#
# How good is a solver, and how many steps are enough? Write `order(solve, end, counts, bound)`. `solve(S)` returns the points at which `S` steps arrive, and `end` holds the points where they should; the error is the mean of the absolute gaps. `counts` is a rising list of numbers of steps. Return a tensor of two numbers: the order, which is minus the slope of the straight line that fits log error against log S best (least squares, all points); and the first of `counts` from which on *every* error is at most `bound` (there always is one here).

# %% [markdown] key="ode-note" lang="id" ref="8f6dffc4"
# (c)! Pada kisi yang rata dalam $t$, penyelesai yang lebih cerdik itu hampir enam kali *lebih buruk* daripada DDIM (0.4479 berbanding 0.0769 pada 10 langkah). Langkah terakhirnya menuju $t=1$ sama panjang dengan yang lain dalam $t$, tetapi luar biasa panjang dalam $\lambda$, dan penyelesai yang meneruskan sebuah kecenderungan sejauh beberapa kali jarak yang pernah dilihatnya akan tersesat jauh. Pada kisi yang rata dalam $\lambda$ (`log_snr_times`) ia menepati janjinya:
# kemiringan garisnya dalam gambar yang kedua sumbunya logaritmik adalah $-2.15$, sedangkan DDIM $-1.10$, dan pada 40 langkah galatnya 0.0026, sedangkan DDIM 0.0219. **Penyelesai dan kisinya adalah pasangan.**
#
# DDIM sendiri di sini lebih menyukai kisi yang rata dalam $t$ (0.0769 berbanding 0.1050). Jadi masing-masing kita beri kisinya sendiri.
#
# ### Latihan: ukur dan simpulkan
#
# Seberapa baik sebuah penyelesai, dan berapa langkah yang cukup? Tulis `order(solve, end, counts, bound)`. `solve(S)` mengembalikan titik-titik yang dicapai setelah `S` langkah, dan `end` memuat titik-titik yang seharusnya dicapai; galatnya adalah rata-rata selisih mutlak. `counts` adalah daftar banyaknya langkah, urut menaik. Kembalikan tensor berisi dua bilangan: ordenya, yaitu negatif dari kemiringan garis lurus yang paling cocok untuk log galat terhadap log S (kuadrat terkecil, semua titik); dan bilangan pertama dalam `counts` yang mulai dari situ *setiap* galatnya paling besar `bound` (di sini selalu ada yang cukup).

# %% [markdown] key="ode-note" lang="ko" ref="8f6dffc4"
# (c)입니다! $t$ 간격이 고른 격자에서는 더 영리한 풀이법이 DDIM보다 여섯 배 가까이 *나쁩니다*(10단계에서 0.4479 대 0.0769). $t=1$까지 내려가는 마지막 단계는 $t$로 재면 다른 단계와 길이가 같지만 $\lambda$로 재면 엄청나게 깁니다. 지금까지 본 것보다 몇 배나 먼 곳까지 추세를 이어 가는 풀이법은 크게 빗나갈 수밖에 없습니다. $\lambda$ 간격이 고른 격자(`log_snr_times`)에서는 약속을 지킵니다. 두 축이 모두 로그 눈금인 그림에서 DDIM의 기울기는 $-1.10$인데 이쪽은 $-2.15$이고, 40단계의 오차는 0.0219인데 이쪽은 0.0026입니다. **풀이법과 격자는 한 짝입니다.**
#
# 여기서 DDIM 자신은 $t$ 간격이 고른 격자에서 더 낫습니다(0.0769 대 0.1050). 그러니 저마다 제 격자를 줍시다.
#
# ### 연습문제: 재어 보고 결론 내리기
#
# 풀이법이 얼마나 좋고, 몇 단계면 충분합니까? `order(solve, end, counts, bound)`를 작성하십시오. `solve(S)`는 `S`단계를 거쳐 이른 점들을 돌려주고, `end`는 이르러야 할 점들입니다. 오차는 차이의 절댓값의 평균입니다. `counts`는 단계 수를 작은 것부터 적은 리스트입니다. 수 두 개로 된 텐서를 돌려주십시오. 첫째는 차수로, log S에 대한 log 오차에 가장 잘 맞는 직선(최소제곱, 모든 점)의 기울기에 음의 부호를 붙인 것입니다. 둘째는 `counts` 가운데, 거기서부터 *모든* 오차가 `bound` 이하인 첫 수입니다(여기서는 그런 수가 언제나 있습니다).

# %% key="ex-order" exercise="samplers.order"
def order(solve, end, counts, bound):
    ### BEGIN SOLUTION
    errors = torch.stack([(solve(S) - end).abs().mean() for S in counts])
    x, y = torch.tensor(counts, dtype=errors.dtype).log(), errors.log()
    x, y = x - x.mean(), y - y.mean()
    enough = next(S for k, S in enumerate(counts) if (errors[k:] <= bound).all())
    return torch.stack([-(x * y).sum() / (x * x).sum(), torch.tensor(float(enough), dtype=x.dtype)])
    ### END SOLUTION

# %% key="check-order" check="samplers.order"
check("samplers.order", order)

# %% key="order-measured"
counts, bounds = [*S_fit, 112, 160], (0.1, 0.03, 0.01, 0.003)
print("      order  S:", *(f"{f'<={bound:g}':>8}" for bound in bounds))
for name, axis in (("DDIM", "$t$"), ("2M", r"$\lambda$")):
    errors = torch.tensor([at_one(rules[name], grids[axis](S)) for S in counts], dtype=torch.float64)
    x, y = torch.tensor(counts).double().log(), errors.log()
    slope = (x - x.mean()) @ (y - y.mean()) / (x - x.mean()).square().sum()
    few = [[S for k, S in enumerate(counts) if (errors[k:] <= bound).all()] for bound in bounds]
    print(f"{name:5s} {-slope:5.2f}    ", *(f"{S[0] if S else '-':>8}" for S in few))

# %% [markdown] key="solvers-question" lang="en"
# The first number is the order, then comes for each bound the smallest number of steps from which the error stays below it; a dash where no number tried was enough. An order is worth the more, the stricter the bound.
#
# Now to digits. There the exact end of a path is unknown; 250 steps of DDIM stand in for it.
#
# **Commit:** the root mean squared distance to that end, in pictures whose values run from $-1$ to 1. At 5, 10, 20 and 50 steps, who is closer?

# %% [markdown] key="solvers-question" lang="id" ref="b8c1e217"
# Bilangan pertama adalah ordenya. Lalu, untuk setiap batas, banyaknya langkah terkecil yang mulai dari situ galatnya tetap di bawah batas; tanda hubung berarti tidak satu pun yang dicoba cukup. Makin ketat batasnya, makin besar untungnya orde yang tinggi.
#
# Sekarang angka. Di sana ujung eksak sebuah jalan tidak diketahui; sebagai gantinya kita pakai 250 langkah DDIM.
#
# **Putuskan dulu:** akar rata-rata kuadrat jarak ke ujung itu, pada gambar yang nilainya dari $-1$ sampai 1. Pada 5, 10, 20, dan 50 langkah, siapa yang lebih dekat?

# %% [markdown] key="solvers-question" lang="ko" ref="b8c1e217"
# 첫 수가 차수이고, 그다음은 한계마다 오차가 그 아래에 머물기 시작하는 가장 작은 단계 수입니다. 시험한 수로 모자라면 줄표입니다. 한계가 엄격할수록 차수의 값어치가 커집니다.
#
# 이제 숫자 그림입니다. 거기서는 경로가 정확히 어디서 끝나는지 알 수 없어 DDIM의 250단계로 대신합니다.
#
# **답을 먼저 정하십시오.** 값이 $-1$에서 1까지인 그림에서, 그 끝까지의 거리를 제곱 평균의 제곱근으로 잽니다. 5, 10, 20, 50단계에서 어느 쪽이 더 가깝겠습니까?

# %% key="solvers-digits"
solvers = {"DDIM": (samplers.ddim_step, "$t$"), "2M": (samplers.dpm_step, r"$\lambda$")}
ends = samplers.final(walk(samplers.ddim_step, x_T5, y5, samplers.times(1000, 250)))
rows = {}
for S in (5, 10, 20, 50):
    for name, (rule, grid) in solvers.items():
        x = samplers.final(walk(rule, x_T5, y5, grids[grid](S)))
        rows[f"{name} {S}"] = x
        print(f"{name:4s} {S:2d}  RMSE {(x - ends).square().mean().sqrt():.3f}")
rows["DDIM 250"] = ends
images = [x.clamp(-1, 1) for name, x in rows.items() if name != "DDIM 50"]
titles = [name for name in rows if name != "DDIM 50"]
figures.show(figures.grid(images, row_titles=titles, size=0.7), "alt.ddim.solvers")

# %% [markdown] key="solvers-note" lang="en"
# At 5 steps neither is good, and 2M is the worse of the two: the order of a solver is a promise about *small* steps. From 10 on 2M is ahead, its 20 steps do what takes DDIM 50, and at 50 it stands at a third of DDIM's distance or less. Do not read too much into so small a number: by the $1/S$ of section 4, the 250 steps of DDIM that stand in for the end are about as far from it themselves. And the promise is also one about *smooth* functions: where a network is rough at small $t$, the gain ends sooner.
#
# A surprise: in the table of section 4, `dpm-10` is not ahead of `ddim-10` (lower in accuracy, and the distances differ by less than their ±), although its pictures are closer to the exact ones. That is no contradiction. Here we compare picture with picture, with the path that *this network* prescribes; there, a crowd of pictures with real digits. The network's path is not perfect, and being faithful to it is not the same as being right.
#
# Look along the columns: it is the same picture in every row. The number of steps decides how *exactly* the picture is drawn, and not *which* picture it is. That is decided by $x_T$. So let us use $x_T$.
#
# ## 6 · Between two pictures
#
# Two noises $a$ and $b$, two pictures. What lies half-way? The obvious mean $(1-f)\,a+f\,b$ is called *lerp*.
#
# **Commit:** $a$ and $b$ are draws of $\mathcal N(0,I)$ with $d=784$ numbers each. How long is each of them, in units of $\sqrt d$, and how long is the vector half-way: (a) 1 and 1, (b) 1 and about 0.7, (c) 1 and 0.5?

# %% [markdown] key="solvers-note" lang="id" ref="1f38607e"
# Pada 5 langkah tidak satu pun yang baik, dan dari keduanya 2M yang lebih buruk: orde sebuah penyelesai adalah janji tentang langkah yang *pendek*. Mulai dari 10, 2M unggul; 20 langkahnya setara dengan 50 langkah DDIM, dan pada 50 jaraknya tinggal sepertiga jarak DDIM atau kurang. Jangan membaca terlalu banyak dari bilangan sekecil itu: menurut $1/S$ di bagian 4, 250 langkah DDIM yang mewakili ujung jalannya sendiri masih kira-kira sejauh itu darinya. Janji itu juga janji tentang fungsi yang *mulus*: kalau jaringannya kasar pada $t$ kecil, kemajuannya berhenti lebih awal.
#
# Sebuah kejutan: dalam tabel di bagian 4, `dpm-10` tidak mengungguli `ddim-10` (akurasinya lebih rendah, dan selisih jaraknya lebih kecil daripada ±-nya), padahal gambarnya lebih dekat ke gambar yang tepat. Itu bukan pertentangan. Di sini kita membandingkan gambar dengan gambar, dengan jalan yang ditentukan *jaringan ini*; di sana, kerumunan gambar dengan angka asli. Jalan jaringan itu tidak sempurna, dan setia kepadanya tidak sama dengan benar.
#
# Lihat kolom demi kolom: di setiap baris gambarnya sama. Banyaknya langkah menentukan seberapa *teliti* gambar itu digambar, bukan gambar *mana* yang digambar. Yang menentukan itu $x_T$. Maka mari kita manfaatkan $x_T$.
#
# ## 6 · Di antara dua gambar
#
# Dua noise $a$ dan $b$, dua gambar. Apa yang ada di tengah-tengahnya? Rata-rata yang langsung terpikir, $(1-f)\,a+f\,b$, disebut *lerp*.
#
# **Putuskan dulu:** $a$ dan $b$ adalah sampel $\mathcal N(0,I)$, masing-masing berisi $d=784$ bilangan. Berapa panjang masing-masing, dalam satuan $\sqrt d$, dan berapa panjang vektor di tengah-tengah: (a) 1 dan 1, (b) 1 dan kira-kira 0.7, (c) 1 dan 0.5?

# %% [markdown] key="solvers-note" lang="ko" ref="1f38607e"
# 5단계에서는 어느 쪽도 좋지 않고, 둘 가운데서는 2M이 더 나쁩니다. 풀이법의 차수는 단계가 *짧을* 때의 약속이기 때문입니다. 10단계부터는 2M이 앞섭니다. 그 20단계는 DDIM의 50단계와 맞먹고, 50단계에서는 거리가 DDIM의 삼분의 일이 될까 말까 합니다. 이렇게 작은 수에 너무 큰 뜻을 두지는 마십시오. 4절의 $1/S$대로라면, 끝을 대신하는 DDIM의 250단계부터가 진짜 끝에서 그쯤 떨어져 있습니다. 그 약속은 *매끄러운* 함수에 대한 약속이기도 합니다. 신경망이 작은 $t$에서 거칠면 그만큼 일찍 나아지기를 멈춥니다.
#
# 놀랄 일이 있습니다. 4절의 표에서 `dpm-10`은 `ddim-10`보다 낫지 않습니다. 정확도는 더 낮고, 거리의 차이는 ±보다 작습니다. 그린 그림은 정확한 그림에 더 가까운데도 그렇습니다. 모순은 아닙니다. 여기서는 그림 한 장 한 장을 *이 신경망*이 정해 주는 길과 견주고, 거기서는 그림 한 무리를 진짜 숫자와 견줍니다. 신경망의 길은 완벽하지 않으므로, 그 길에 충실한 것과 옳은 것은 다릅니다.
#
# 열을 따라 내려가며 보십시오. 어느 줄에서나 같은 그림입니다. 단계 수는 그림을 얼마나 *정확하게* 그릴지를 정할 뿐, *어떤* 그림일지는 정하지 않습니다. 어떤 그림일지는 $x_T$가 정합니다. 그러니 이제 $x_T$를 써 봅시다.
#
# ## 6 · 두 그림 사이
#
# 두 노이즈 $a$와 $b$에서 두 그림이 나옵니다. 그 한가운데에는 무엇이 있습니까? 맨 먼저 떠오르는 평균 $(1-f)\,a+f\,b$를 *lerp*라고 합니다.
#
# **답을 먼저 정하십시오.** $a$와 $b$는 $\mathcal N(0,I)$에서 뽑은 값으로, 저마다 $d=784$개의 수로 되어 있습니다. $\sqrt d$를 단위로 재면 둘의 길이는 각각 얼마이고, 한가운데에 있는 벡터의 길이는 얼마입니까? (a) 1과 1 (b) 1과 0.7쯤 (c) 1과 0.5

# %% key="between-norms"
from course_lib import latents

x_a, x_b = noise(2, 60, 1, 28, 28, seed=8)
for f in (0.0, 0.25, 0.5, 1.0):
    norms = [way(x_a, x_b, f).flatten(1).norm(dim=1) / 28 for way in (latents.lerp, latents.slerp)]
    print(f"f={f:.2f}", *(f"{name} {n.mean():.3f}" for name, n in zip(("lerp", "slerp"), norms, strict=True)))
cosine = torch.cosine_similarity(x_a.flatten(1), x_b.flatten(1))
print(f"a {x_a.flatten(1).norm(dim=1).std() / 28:.3f}  cos {cosine.abs().max():.3f}  {0.5**0.5:.4f}")

# %% [markdown] key="between-task" lang="en"
# (b). Two independent noises stand at a right angle to each other, nearly exactly (the largest of 60 cosines is 0.088), so half-way between them is the middle of a hypotenuse: $\sqrt{1/2}=0.7071$. Noises of 784 numbers all have nearly the same length, with a standard deviation of only 0.025: they live on a *shell*, and lerp cuts through its inside, where the network has never been at $t=T$.
# *Slerp* (Shoemake 1985) goes along the arc. With $\omega$ the angle between $a$ and $b$,
#
# $$\mathrm{slerp}(a,b,f)=\frac{\sin((1-f)\,\omega)\;a+\sin(f\omega)\;b}{\sin\omega},\qquad \cos\omega=\frac{a\cdot b}{\|a\|\,\|b\|}$$
#
# ### Exercise: the arc
#
# Write `slerp(a, b, f)`. `a` and `b` are batches $(B, C, H, W)$, `f` is a number from 0 to 1. Each *pair* of images has its own angle, that between the two images flattened into vectors.

# %% [markdown] key="between-task" lang="id" ref="07281069"
# (b). Dua noise yang saling bebas hampir persis tegak lurus satu sama lain (kosinus terbesar dari 60 adalah 0.088), jadi yang ada di tengah-tengahnya adalah titik tengah sebuah sisi miring: $\sqrt{1/2}=0.7071$. Semua noise berisi 784 bilangan hampir sama panjang, dengan simpangan baku hanya 0.025: semuanya berada pada *kulit* sebuah bola, dan lerp memotong lewat bagian dalamnya, yang pada $t=T$ belum pernah dijumpai jaringan.
# *Slerp* (Shoemake 1985) menempuh busurnya. Dengan $\omega$ sebagai sudut antara $a$ dan $b$,
#
# $$\mathrm{slerp}(a,b,f)=\frac{\sin((1-f)\,\omega)\;a+\sin(f\omega)\;b}{\sin\omega},\qquad \cos\omega=\frac{a\cdot b}{\|a\|\,\|b\|}$$
#
# ### Latihan: busurnya
#
# Tulis `slerp(a, b, f)`. `a` dan `b` adalah batch $(B, C, H, W)$, `f` bilangan dari 0 sampai 1. Setiap *pasang* gambar memiliki sudutnya sendiri, yaitu sudut antara kedua gambar yang diratakan menjadi vektor.

# %% [markdown] key="between-task" lang="ko" ref="07281069"
# (b)입니다. 독립인 두 노이즈는 거의 정확하게 직각을 이룹니다(코사인 60개 가운데 가장 큰 것이 0.088입니다). 그래서 둘의 한가운데는 빗변의 중점이고, 길이는 $\sqrt{1/2}=0.7071$입니다. 수 784개로 된 노이즈는 길이가 모두 거의 같아서 표준편차가 0.025밖에 되지 않습니다. 노이즈는 *껍질* 위에 모여 사는데, lerp는 그 속을 가로지릅니다. 신경망이 $t=T$에서 한 번도 가 보지 못한 곳입니다. *Slerp*(Shoemake 1985)는 호를 따라갑니다. $a$와 $b$가 이루는 각이 $\omega$이면 다음과 같습니다.
#
# $$\mathrm{slerp}(a,b,f)=\frac{\sin((1-f)\,\omega)\;a+\sin(f\omega)\;b}{\sin\omega},\qquad \cos\omega=\frac{a\cdot b}{\|a\|\,\|b\|}$$
#
# ### 연습문제: 호
#
# `slerp(a, b, f)` 함수를 작성하십시오. `a`와 `b`는 배치 $(B, C, H, W)$이고, `f`는 0부터 1까지의 수입니다. 이미지 *쌍*마다 각이 따로 있습니다. 두 이미지를 벡터로 폈을 때 둘이 이루는 각입니다.


# %% key="ex-slerp" exercise="latents.slerp"
def slerp(a, b, f):
    ### BEGIN SOLUTION
    u, v = a.flatten(1), b.flatten(1)
    cosine = (u * v).sum(1) / (u.norm(dim=1) * v.norm(dim=1))
    omega = cosine.clamp(-1, 1).acos().view(-1, 1, 1, 1)
    return (((1 - f) * omega).sin() * a + (f * omega).sin() * b) / omega.sin()
    ### END SOLUTION


# %% key="check-slerp" check="latents.slerp"
check("latents.slerp", slerp)

# %% [markdown] key="between-question" lang="en"
# Now the pictures: four pairs of noises, the same label at both ends, 11 positions on the way, drawn with ten steps of 2M. Beside the two ways between *noises*, a third between the finished *pictures* (the mean of the pixels).
#
# **Commit:** half-way, what will the digits of lerp look like: (a) grey and blurred, (b) noisy, (c) fine? And those of the third?

# %% [markdown] key="between-question" lang="id" ref="0a54865e"
# Sekarang gambarnya: empat pasang noise, label yang sama di kedua ujung, 11 posisi di sepanjang jalan, digambar dengan sepuluh langkah 2M. Di samping kedua jalan antara *noise*, ada jalan ketiga antara *gambar* yang sudah jadi (rata-rata pikselnya).
#
# **Putuskan dulu:** di tengah-tengah, seperti apa angka dari lerp: (a) kelabu dan kabur, (b) bernoise, (c) baik-baik saja? Dan angka dari jalan ketiga?

# %% [markdown] key="between-question" lang="ko" ref="0a54865e"
# 이제 그림을 봅시다. 노이즈는 네 쌍이고, 양 끝의 레이블은 같으며, 길 위의 11곳에서 2M 열 단계로 그립니다. *노이즈* 사이의 두 길 옆에 다 그린 *그림* 사이의 셋째 길(픽셀의 평균)을 나란히 놓습니다.
#
# **답을 먼저 정하십시오.** 한가운데에서 lerp의 숫자는 어떻게 보이겠습니까? (a) 회색이고 흐릿하게 (b) 노이즈가 낀 채로 (c) 멀쩡하게. 셋째 길의 숫자는 어떻겠습니까?

# %% key="between-atlas"
from course_lib.widgets import atlas

fs, y4 = [k / 10 for k in range(11)], torch.tensor([2, 3, 5, 8])
ten = samplers.log_snr_times(schedule, 10)
x_a4, x_b4 = noise(2, 4, 1, 28, 28, seed=5)
drawn = {}
for name, way in (("slerp", latents.slerp), ("lerp", latents.lerp)):
    x_T = torch.cat([way(x_a4, x_b4, f) for f in fs])
    drawn[name] = samplers.final(walk(samplers.dpm_step, x_T, y4.repeat(11), ten)).split(4)
first, last = drawn["slerp"][0], drawn["slerp"][-1]
drawn["x_0"] = [(1 - f) * first + f * last for f in fs]
sheets = {n: torch.cat([frames.tile(x, columns=2) for x in xs]) for n, xs in drawn.items()}
pictures = {name: frames.to_uint8(sheet) for name, sheet in sheets.items()}
atlas(pictures, {"f": fs}, start={"f": 0.5}, alt=lang.text("alt.ddim.interpolation"))

# %% [markdown] key="between-note" lang="en"
# (c), for lerp as for slerp: sharp strokes all the way! One is often told that lerp gives washed-out pictures. With this network, on these digits, no single picture gives it away. The 2, the 3 and the 5 turn from one hand into the other through legible digits, and the 8 opens on the way, whichever way it goes. The third shows what a mean of pictures is: two exposures on one film.
#
# So does the shell not matter? A single picture is the wrong place to look. Ask for many: the digit 3, 60 times, half-way between two noises. **Commit:** compare how much the 60 pictures vary among themselves, for slerp, for lerp, for fresh noise and for real ones. Where do you expect a difference?

# %% [markdown] key="between-note" lang="id" ref="55378316"
# (c), untuk lerp sama seperti untuk slerp: goresannya tajam di sepanjang jalan! Sering dikatakan bahwa lerp menghasilkan gambar yang pucat. Dengan jaringan ini, pada angka-angka ini, tidak ada satu gambar pun yang membuka rahasianya. Angka 2, 3, dan 5 beralih dari satu tulisan tangan ke yang lain lewat angka-angka yang terbaca, dan angka 8 terbuka di tengah jalan, lewat jalan mana pun ia pergi. Jalan ketiga memperlihatkan apa itu rata-rata gambar: dua jepretan pada selembar film yang sama.
#
# Jadi kulit bola itu tidak penting? Satu gambar bukan tempat yang tepat untuk mencarinya. Mintalah banyak: angka 3 sebanyak 60 gambar, di tengah-tengah antara dua noise. **Putuskan dulu:** bandingkan seberapa beragam ke-60 gambar itu satu sama lain, untuk slerp, untuk lerp, untuk noise baru, dan untuk angka tiga asli. Di mana kita akan menemukan perbedaan?

# %% [markdown] key="between-note" lang="ko" ref="55378316"
# (c)입니다. slerp도 lerp도 줄곧 획이 또렷합니다! lerp로는 빛바랜 그림이 나온다는 말을 흔히 듣습니다. 그러나 이 신경망과 이 숫자들에서는 그림 한 장만 보아서 티가 나는 일이 없습니다. 2와 3과 5는 알아볼 수 있는 숫자를 거치며 한 필체에서 다른 필체로 바뀌고, 8은 어느 길로 가든 도중에 벌어집니다. 셋째 길은 그림의 평균이 무엇인지를 보여 줍니다. 필름 한 컷에 두 번 찍은 사진입니다.
#
# 그러면 껍질은 아무래도 좋습니까? 그림 한 장은 차이를 찾을 곳이 아닙니다. 많이 그려 보아야 합니다. 두 노이즈의 한가운데에서 숫자 3을 60장 그립니다. **답을 먼저 정하십시오.** 60장이 서로 얼마나 다른지를 slerp, lerp, 새로 뽑은 노이즈, 진짜 손글씨에서 비교합니다. 어디에서 차이가 나겠습니까?

# %% key="between-spread"
from course_lib import data

test_x, test_y = data.digits("test")
threes = {"q": test_x[test_y == 3][:60]}
for name, x_T in (("a", x_a), ("slerp", latents.slerp(x_a, x_b, 0.5)), ("lerp", latents.lerp(x_a, x_b, 0.5))):
    x = samplers.final(walk(samplers.dpm_step, x_T, torch.full((60,), 3), ten))
    threes[name] = x.clamp(-1, 1)
for name, x in threes.items():
    print(f"{name:6s} var {x.var(0).mean():.3f}")
rows = [x[:10] for x in threes.values()]
figures.show(figures.grid(rows, row_titles=["$q$", "$a$", "slerp", "lerp"], size=0.8), "alt.ddim.spread")

# %% [markdown] key="invert" lang="en"
# There it is. Slerp's pictures of a 3 vary like those from fresh noise, and like real ones; lerp's vary clearly less. A shorter $x_T$ lies nearer to the middle, and the middle is the ordinary three. What one loses is variety, and no picture shows it alone.
#
# “A smooth latent space” is half true, then. The way is continuous, because the network is; it is not even: drag slowly, and strokes stay, then jump. And nothing says that half-way in noise is half-way in meaning.
#
# ## 7 · Back to the noise
#
# If $x_T$ is an address, what is the address of a picture that somebody *wrote*? Walk the same steps upwards. Guess $\hat x_0$ and $\hat\epsilon$, and noise the guess *up* to $s>t$:
#
# $$x_s=\sqrt{\bar\alpha_s}\;\hat x_0+\sqrt{1-\bar\alpha_s}\;\hat\epsilon(x_t,t),\qquad s>t$$
#
# This is called **inversion**. Going down again from the $x_T$ that it reaches should lead back to the picture.
#
# **Commit:** should it, exactly? Where does the network stand when it is asked on the way up from $t$ to $s$, and where on the way down from $s$ to $t$?

# %% [markdown] key="invert" lang="id" ref="ab4447cf"
# Nah, di situlah bedanya. Angka 3 dari slerp sama beragamnya dengan yang dari noise baru, dan dengan yang asli; yang dari lerp jelas kurang beragam. $x_T$ yang lebih pendek terletak lebih dekat ke tengah, dan di tengah adalah angka tiga yang biasa-biasa saja. Yang hilang adalah keragaman, dan tidak ada satu gambar yang dapat memperlihatkannya sendirian.
#
# Jadi “ruang laten yang mulus” baru separuh benar. Jalannya kontinu, karena jaringannya kontinu; tetapi tidak rata: geser pelan-pelan, dan goresannya diam, lalu melompat. Lagi pula, tengah-tengah dalam noise belum tentu tengah-tengah dalam makna.
#
# ## 7 · Kembali ke noise
#
# Kalau $x_T$ sebuah alamat, apa alamat gambar yang *ditulis* seseorang? Tempuh langkah-langkah yang sama ke atas. Tebak $\hat x_0$ dan $\hat\epsilon$, lalu beri tebakan itu noise sampai *naik* ke $s>t$:
#
# $$x_s=\sqrt{\bar\alpha_s}\;\hat x_0+\sqrt{1-\bar\alpha_s}\;\hat\epsilon(x_t,t),\qquad s>t$$
#
# Ini disebut **inversi**. Kalau kita turun lagi dari $x_T$ yang dicapainya, semestinya kita kembali ke gambar semula.
#
# **Putuskan dulu:** benarkah begitu, secara persis? Di mana jaringan berdiri ketika ditanya dalam perjalanan naik dari $t$ ke $s$, dan di mana dalam perjalanan turun dari $s$ ke $t$?

# %% [markdown] key="invert" lang="ko" ref="ab4447cf"
# 차이가 나왔습니다. slerp의 숫자 3은 새로 뽑은 노이즈에서 나온 것만큼, 또 진짜만큼 다양하고, lerp의 그림은 뚜렷이 덜 다양합니다. $x_T$가 짧으면 중심에 더 가깝고, 중심에는 평범한 모양이 있습니다. 잃는 것은 다양성이고, 그림 한 장으로는 보이지 않습니다.
#
# 그러니까 “매끄러운 잠재 공간”은 반만 맞는 말입니다. 신경망이 연속이므로 길도 연속이지만, 고르지는 않습니다. 천천히 끌어 보면 획은 가만히 있다가 훌쩍 바뀝니다. 그리고 노이즈의 한가운데가 뜻의 한가운데라는 보장은 어디에도 없습니다.
#
# ## 7 · 노이즈로 되돌아가기
#
# $x_T$가 주소라면, 누군가 손으로 *쓴* 그림의 주소는 무엇입니까? 같은 단계를 거꾸로 걸어 올라가 봅시다. $\hat x_0$과 $\hat\epsilon$을 짐작하고, 그 추측에 노이즈를 넣어 $s>t$로 *올립니다*.
#
# $$x_s=\sqrt{\bar\alpha_s}\;\hat x_0+\sqrt{1-\bar\alpha_s}\;\hat\epsilon(x_t,t),\qquad s>t$$
#
# 이것을 **인버전**이라고 합니다. 이렇게 올라가 닿은 $x_T$에서 다시 내려오면 그 그림으로 돌아와야 할 것입니다.
#
# **답을 먼저 정하십시오.** 정확히 돌아와야 합니까? $t$에서 $s$로 올라갈 때 신경망은 어디에 서서 대답하고, $s$에서 $t$로 내려올 때에는 어디에 서서 대답합니까?

# %% key="invert-exact"
from itertools import pairwise


def encode(model, x, ts):
    up = ts[::-1]
    for t, s in pairwise(up):
        with torch.no_grad():
            eps_hat = model(x, torch.full((len(x),), t or s))
        x_0_hat = (x - (1 - bar[t]) ** 0.5 * eps_hat) / bar[t] ** 0.5
        x = bar[s] ** 0.5 * x_0_hat + (1 - bar[s]) ** 0.5 * eps_hat
    return x


x_0, counts = true[::4], (10, 20, 50, 100, 250, 1000)
for S in counts:
    ts = samplers.times(1000, S)
    *_, top = latents.encode(ideal, x_0, schedule, ts)
    assert S > 50 or (top.x_t - encode(ideal, x_0, ts)).abs().max() < 1e-9
    back = exact_walk(samplers.ddim_step, ts, x_T=top.x_t)
    print(f"S={S:4d}  RMSE {(back - x_0).square().mean().sqrt():.4f}  x_T std {top.x_t.std():.3f}")

# %% [markdown] key="invert-task" lang="en"
# Not exactly: on the way up it stands at $x_t$, on the way down at $x_s$. Neither of the two steps is the inverse of the other, so each pair leaves a small error, which shrinks with the distance between them: 0.1184 at 10 steps, 0.0407 at 50, 0.0020 at 1000. (The last column, the standard deviation of the $x_T$ found, tends to 1. Remember it.) The library's `latents.encode` is the loop in the cell (at $t=0$, where no network was trained, it asks with the next larger $t$ of the list).
#
# Now with real, handwritten digits from the test set, which the network has not seen. The slider chooses the number of steps, for up and down alike: $x_0$, the $x_T$ found (shown from $-3$ to 3), the round trip, and the difference.
#
# **Commit:** from how many steps on will you be unable to see the difference? And what will $x_T$ look like: like noise?

# %% [markdown] key="invert-task" lang="id" ref="cd38aa85"
# Tidak persis: dalam perjalanan naik ia berdiri di $x_t$, dalam perjalanan turun di $x_s$. Kedua langkah itu bukan kebalikan satu sama lain, jadi setiap pasang meninggalkan galat kecil, yang menyusut bila jarak keduanya mengecil: 0.1184 pada 10 langkah, 0.0407 pada 50, 0.0020 pada 1000. (Kolom terakhir, simpangan baku $x_T$ yang ditemukan, mendekati 1. Ingatlah itu.) `latents.encode` di pustaka adalah loop dalam sel itu (pada $t=0$, tempat jaringan tidak pernah dilatih, ia bertanya dengan $t$ berikutnya yang lebih besar dalam daftar).
#
# Sekarang dengan angka tulisan tangan asli dari data uji, yang belum pernah dilihat jaringan. Penggesernya memilih banyaknya langkah, untuk naik maupun turun: $x_0$, $x_T$ yang ditemukan (ditampilkan dari $-3$ sampai 3), hasil pulang-pergi, dan selisihnya.
#
# **Putuskan dulu:** mulai berapa langkah selisihnya tidak akan terlihat lagi? Dan bagaimana rupa $x_T$: seperti noise?

# %% [markdown] key="invert-task" lang="ko" ref="cd38aa85"
# 정확히는 아닙니다. 올라갈 때에는 $x_t$에 서 있고, 내려올 때에는 $x_s$에 서 있습니다. 두 단계는 서로의 역이 아니므로 쌍마다 작은 오차가 남고, 둘 사이가 가까울수록 오차도 작아집니다. 10단계에서 0.1184, 50단계에서 0.0407, 1000단계에서 0.0020입니다. (마지막 열은 찾아낸 $x_T$의 표준편차이며 1로 다가갑니다. 기억해 두십시오.) 라이브러리의 `latents.encode`는 셀에 있는 반복문과 같습니다($t=0$에서 학습한 신경망은 없으므로, 거기서는 리스트에서 그다음으로 큰 $t$를 대고 묻습니다).
#
# 이제 신경망이 본 적 없는 시험용 데이터의 진짜 손글씨 숫자로 해 봅시다. 슬라이더는 단계 수를 고르며, 올라갈 때와 내려올 때에 똑같이 씁니다. $x_0$, 찾아낸 $x_T$($-3$에서 3까지 나타냅니다), 갔다가 돌아온 그림, 그리고 차이가 나옵니다.
#
# **답을 먼저 정하십시오.** 몇 단계부터 차이가 눈에 보이지 않겠습니까? $x_T$는 어떻게 보이겠습니까? 노이즈 같겠습니까?

# %% key="invert-atlas"
x_real, y_real = (part[:4] for part in data.one_of_each("test"))
told = guidance.guide(net, y_real)
counts, tracks, captions = (5, 10, 20, 50, 100), {"x_T": [], "x_0_hat": [], "x_0 - x_0_hat": []}, []
for S in counts:
    ts = samplers.times(1000, S)
    *_, top = latents.encode(told, x_real, schedule, ts)
    back = samplers.final(walk(samplers.ddim_step, top.x_t, y_real, ts))
    for name, x in zip(tracks, (top.x_t / 3, back, x_real - back), strict=True):
        tracks[name].append(frames.tile(x, columns=2))
    error = (back - x_real).square().mean().sqrt()
    captions.append(f"RMSE {error:.3f}")
    print(f"S={S:3d}  RMSE {error:.3f}  x_T std {top.x_t.std():.2f}")
    if S == 50:
        codes = top.x_t
tracks = {"x_0": [frames.tile(x_real, columns=2)], **tracks}
pictures = {name: frames.to_uint8(torch.cat(sheets)) for name, sheets in tracks.items()}
atlas(pictures, {"S": counts}, captions={"S": captions}, start={"S": 20}, alt=lang.text("alt.ddim.inversion"))

# %% [markdown] key="invert-note" lang="en"
# The error falls about as $1/S$ again. But look at $x_T$: **it is no noise.** Its standard deviation stays well below 1, where on the blobs it tended to 1, and one can *read* the digit in it: grain where the strokes are, flat grey around them.
#
# Why? A pixel in the corner is black in every picture. Whatever noise stood there in $x_T$, the way down maps it to $-1$. All the noise of the corner arrives at a single value, so from that value no way leads back: the walk up cannot know which noise it was, and answers the middle. Check it where everything is exact: data that is always $-1$. And check the other round trip, which starts
# from a *noise*: $x_T\to x_0\to x_T$.
#
# **Commit:** we found that $x_0\to x_T\to x_0$ is nearly right. Then $x_T\to x_0\to x_T$ is (a) nearly right, too, (b) mostly wrong?

# %% [markdown] key="invert-note" lang="id" ref="adac7b05"
# Galatnya lagi-lagi turun kira-kira seperti $1/S$. Tetapi lihat $x_T$: **itu bukan noise.** Simpangan bakunya tetap jauh di bawah 1, padahal pada gundukan mendekati 1, dan angkanya dapat *dibaca* di dalamnya: butiran di tempat goresan, kelabu rata di sekelilingnya.
#
# Mengapa? Piksel di sudut hitam pada setiap gambar. Noise apa pun yang ada di situ pada $x_T$, jalan turun membawanya ke $-1$. Semua noise di sudut itu tiba di satu nilai saja, jadi dari nilai itu tidak ada jalan kembali: jalan naik tidak mungkin tahu noise yang mana, dan menjawab dengan yang di tengah. Periksalah di tempat semuanya eksak: data yang selalu $-1$. Periksa pula pulang-pergi yang satunya, yang berangkat
# dari *noise*: $x_T\to x_0\to x_T$.
#
# **Putuskan dulu:** kita mendapati bahwa $x_0\to x_T\to x_0$ hampir tepat. Kalau begitu, $x_T\to x_0\to x_T$ (a) juga hampir tepat, (b) sebagian besar salah?

# %% [markdown] key="invert-note" lang="ko" ref="adac7b05"
# 오차는 이번에도 대략 $1/S$에 비례해 줄어듭니다. 그런데 $x_T$를 보십시오. **노이즈가 아닙니다.** 두 덩어리에서는 1로 다가가던 표준편차가 여기서는 1에 한참 못 미치고, 그 안의 숫자를 *읽을* 수 있습니다. 획이 있는 곳은 알갱이이고, 둘레는 고른 회색입니다.
#
# 왜 그렇습니까? 구석의 픽셀은 어느 그림에서나 검은색입니다. $x_T$의 그 자리에 어떤 노이즈가 있었든 내려오는 길은 그것을 $-1$로 보냅니다. 구석의 모든 노이즈가 한 값에 모이므로 그 값에서 되돌아갈 길은 없습니다. 올라가는 걸음은 어느 노이즈였는지 알 수 없어 한가운데 값을 답합니다. 모든 것이 정확한 곳, 곧 언제나 $-1$인 데이터에서 확인해 봅시다. 그리고 다른 쪽 왕복도 확인합시다. *노이즈*에서 출발하는 $x_T\to x_0\to x_T$입니다.
#
# **답을 먼저 정하십시오.** $x_0\to x_T\to x_0$은 거의 맞았습니다. 그러면 $x_T\to x_0\to x_T$도 (a) 거의 맞겠습니까, 아니면 (b) 대부분 틀리겠습니까?

# %% key="invert-forget"
black = gaussians.Mixture([1.0], torch.tensor([[-1.0]], dtype=torch.float64), 0.0).optimal_eps(schedule)
*_, top = latents.encode(black, torch.full((1, 1), -1.0, dtype=torch.float64), schedule, fifty)
for x_T in (-2.0, 0.0, 2.0):
    x = exact_walk(samplers.ddim_step, fifty, model=black, x_T=torch.tensor([[x_T]], dtype=torch.float64))
    print(f"x_T {x_T:4.1f} -> x_0 {float(x):.4f} -> x_T {float(top.x_t):.4f}")

*_, top = latents.encode(guidance.guide(net, y5), a, schedule, fifty)
again = samplers.final(walk(samplers.ddim_step, top.x_t, y5, fifty))
print(f"x_0 -> x_T -> x_0  RMSE {(again - a).square().mean().sqrt():.3f}")
print(f"x_T -> x_0 -> x_T  RMSE {(top.x_t - x_T5).square().mean().sqrt():.3f}", end="  ")
print(f"corr {torch.corrcoef(torch.stack([top.x_t.flatten(), x_T5.flatten()]))[0, 1]:.2f}")

# %% [markdown] key="relabel" lang="en"
# (b). Two noises as different as $-2$ and 2 go to the same $-1.0000$, and the way back answers one and the same number for both. On digits the same happens at every pixel that does not vary. Inversion finds *an* address that leads to the picture, but not a typical one. (Software that edits pictures this way has to live with it; some add a term that makes $x_T$ more like noise.)
#
# ### A use: another label on the way back
#
# Encode a real digit with its own label, and come down with *another* one. **Commit:** what of the handwriting will survive: slant, thickness of the pen, size, nothing?

# %% [markdown] key="relabel" lang="id" ref="94da9cca"
# (b). Dua noise yang begitu berbeda, $-2$ dan 2, sampai di $-1.0000$ yang sama, dan jalan kembali menjawab dengan bilangan yang itu-itu juga untuk keduanya. Pada angka, hal yang sama terjadi di setiap piksel yang tidak beragam. Inversi menemukan *sebuah* alamat yang membawa ke gambar itu, tetapi bukan alamat yang lazim. (Perangkat lunak yang menyunting gambar dengan cara ini harus hidup dengannya; sebagian menambahkan suku yang membuat $x_T$ lebih menyerupai noise.)
#
# ### Satu kegunaan: label lain dalam perjalanan pulang
#
# Sandikan sebuah angka asli dengan labelnya sendiri, lalu turun dengan label *lain*. **Putuskan dulu:** apa dari tulisan tangannya yang akan bertahan: kemiringannya, tebal penanya, ukurannya, atau tidak ada sama sekali?

# %% [markdown] key="relabel" lang="ko" ref="94da9cca"
# (b)입니다. $-2$와 2처럼 동떨어진 두 노이즈가 똑같은 $-1.0000$으로 가고, 되돌아가는 길은 둘 다에 똑같은 수 하나를 답합니다. 숫자 그림에서도 변하지 않는 픽셀에서는 모두 같은 일이 일어납니다. 인버전은 그 그림에 이르는 주소를 *하나* 찾아 주지만, 전형적인 주소는 아닙니다. (이런 식으로 그림을 편집하는 소프트웨어는 이 점을 안고 가야 합니다. $x_T$가 노이즈에 더 가까워지도록 항을 하나 더하는 것도 있습니다.)
#
# ### 쓸모: 돌아오는 길에는 다른 레이블
#
# 진짜 숫자를 제 레이블로 인코딩하고, *다른* 레이블로 내려옵니다. **답을 먼저 정하십시오.** 필체에서 무엇이 살아남겠습니까? 글씨의 기울기입니까, 펜의 굵기입니까, 크기입니까, 아무것도 아닙니까?

# %% key="relabel-grid"
three, ten_labels = codes[[0, 1, 3]], torch.arange(10)
rows = []
for code, real in zip(three, x_real[[0, 1, 3]], strict=True):
    x = samplers.final(walk(samplers.ddim_step, code.expand(10, 1, 28, 28), ten_labels, fifty)).clamp(-1, 1)
    print(f"ink  x_0 {(real > 0).float().mean():.3f}  y=0..9 {(x > 0).float().mean():.3f}")
    rows.append(torch.cat([real[None], x]))
titles = ["$x_0$", *(f"$y={k}$" for k in range(10))]
figures.show(figures.grid(rows, titles, size=0.8), "alt.ddim.relabel")

# %% [markdown] key="limits" lang="en"
# The pen survives best, though not always: beside the bold 3 all digits are bold, beside the thin 1 all are thin, but beside the bold 0 only the 0 itself is as bold (compare the printed share of bright pixels). Much of the slant stays, too. What must change, changes. Some strokes of the old digit show through where they should not: the address was written in terms of *that* digit.
#
# ## 8 · Deterministic does not mean better
#
# In section 4 the deterministic walk was ahead of those with noise until they reached the floor. There the network was perfect. Now give it a small fault: its answer is 0.02 too high, always.
#
# **Commit:** who suffers more from that, DDIM or the walk with fresh noise?

# %% [markdown] key="limits" lang="id" ref="bf34afa4"
# Tebal penalah yang paling bertahan, meskipun tidak selalu: di samping angka 3 yang tebal semua angka tebal, di samping angka 1 yang tipis semuanya tipis, tetapi di samping angka 0 yang tebal hanya angka 0 itu sendiri yang setebal itu (bandingkan bagian piksel terang yang tercetak). Sebagian besar kemiringannya pun tinggal. Apa yang harus berubah, berubah. Beberapa goresan angka lama masih membayang di tempat yang tidak semestinya: alamat itu ditulis dalam bahasa angka yang *lama*.
#
# ## 8 · Deterministik tidak berarti lebih baik
#
# Di bagian 4 perjalanan deterministik mengungguli yang memakai noise, sampai yang bernoise itu tiba di lantai. Di sana jaringannya sempurna. Sekarang beri jaringan itu cacat kecil: jawabannya terlalu tinggi 0.02, selalu.
#
# **Putuskan dulu:** siapa yang lebih menderita karenanya, DDIM atau perjalanan dengan noise baru?

# %% [markdown] key="limits" lang="ko" ref="bf34afa4"
# 가장 잘 살아남는 것은 펜이지만, 늘 그런 것은 아닙니다. 굵은 3 옆에서는 모든 숫자가 굵고 가는 1 옆에서는 모두 가늘지만, 굵은 0 옆에서 그만큼 굵은 것은 0뿐입니다(출력된 밝은 픽셀의 비율을 견주어 보십시오). 기울기도 꽤 남습니다. 바뀌어야 할 것은 바뀝니다. 옛 숫자의 획이 있어서는 안 될 곳에 비쳐 보이기도 합니다. 주소가 *그* 숫자를 놓고 쓰였기 때문입니다.
#
# ## 8 · 결정론적이라고 더 나은 것은 아닙니다
#
# 4절에서는 노이즈를 넣는 걸음이 바닥에 닿을 때까지 결정론적 걸음이 앞섰습니다. 거기서는 신경망이 완벽했습니다. 이제 신경망에 작은 흠을 하나 냅니다. 답이 언제나 0.02만큼 높습니다.
#
# **답을 먼저 정하십시오.** 이 때문에 더 고생하는 쪽은 DDIM입니까, 새 노이즈를 넣는 걸음입니까?


# %% key="limits-bias"
def biased(x_t, t, off):
    return ideal(x_t, t) + off


many, ranks = start.repeat(2, 1), true.repeat_interleave(2, 0)
for off in (0.0, 0.02):
    for S in (50, 250):
        print(f"off {off:.2f}  S={S:3d}", end="")
        for eta in (0.0, 1.0):
            rule, model = partial(samplers.ddim_step, eta=eta), partial(biased, off=off)
            x = exact_walk(rule, samplers.times(1000, S), model, x_T=many)
            print(f"  eta={eta:.0f} {(x.sort(0).values - ranks).abs().mean():.4f}", end="")
        print()

# %% [markdown] key="end" lang="en"
# DDIM: from 0.0031 it rises to 0.0980 at 250 steps, much further than the walk with noise does, and more steps hardly help it. A deterministic walk carried this error to the end. A walk with noise replaces part of what it carries at each step, and the network then looks afresh (Karras et al. 2022, section 4, say it for images, and use both). So:
#
# - few calls: no noise, and a second-order solver on its own grid;
# - many calls and an imperfect network: some noise may repair (we tried one fault);
# - and where DDIM lags far behind the ancestral sampler at the same number of calls, suspect the network, not the sampler.
#
# ## What to take along
#
# - The loss knows only $q(x_t\mid x_0)$. A whole family of processes has these marginals; $\sigma$ chooses one, and $s$ may be any smaller $t$.
# - $\eta=1$ is DDPM with $\tilde\beta_t$, $\eta=0$ is DDIM: same noise, same image, to the last bit; with another good network, nearly the same.
# - A step lands on $\bar\alpha_s$, with $s$ the *next element of the list*. Literal $t-1$ on a subset runs cleanly and is wrong.
# - DDIM is Euler's method: error $\propto 1/S$. A second-order solver needs a grid that is even in $\lambda$, or it is worse than DDIM.
# - Between noises go along the arc. Lerp costs variety, which no single picture shows.
# - Inversion is approximate, and what it finds is not noise.
#
# **Limits.** $W_1$ and slopes come from one dimension, where everything is known; pictures have more to go wrong. The digits are small, their labels are given, and the network is good: with a poor network or large pictures, five or ten steps look much worse than here. Fréchet distances depend on $N$ and on the classifier; they do not replace looking.
# Guidance (chapter 9) bends the paths more, and both few steps and inversion then suffer.
#
# **Sources.** Song, Meng & Ermon 2021 (DDIM: eqs. 7, 12 to 14 and 16; theorem 1; section 4.3; table 1; appendix D). Ho, Jain & Abbeel 2020, Algorithm 2. Lin et al. 2024 (grids, and the missing $T$). Lu et al. 2022a (DPM-Solver: steps even in $\lambda$), 2022b (DPM-Solver++(2M), algorithm 2). Karras et al. 2022 (second-order steps; noise as repair). Song et al. 2021 (the probability-flow equation). Shoemake 1985 (slerp).
#
# Where the differential equation comes from, and what $\hat\epsilon$ has to do with the slope of a density, is the subject of [chapter 8](08_score.ipynb). Back to the map: [welcome](00_welcome.ipynb). How far you are:

# %% [markdown] key="end" lang="id" ref="f8cb8b2b"
# DDIM: dari 0.0031 galatnya naik sampai 0.0980 pada 250 langkah, jauh lebih tinggi daripada perjalanan dengan noise, dan menambah langkah hampir tidak menolongnya. Perjalanan deterministik memikul galat ini sampai akhir. Perjalanan dengan noise mengganti sebagian bawaannya di setiap langkah, sesudah itu jaringan melihat dengan mata segar (Karras et al. 2022, bagian 4, mengatakannya tentang gambar, dan memakai keduanya). Maka:
#
# - sedikit panggilan: tanpa noise, dan penyelesai berorde dua pada kisinya sendiri;
# - banyak panggilan dan jaringan yang tidak sempurna: sedikit noise mungkin memperbaiki (kita baru mencoba satu cacat);
# - dan kalau DDIM tertinggal jauh dari sampler ancestral dengan panggilan yang sama banyak, curigai jaringan, bukan sampler.
#
# ## Bekal dari bab ini
#
# - Loss hanya mengenal $q(x_t\mid x_0)$. Seluruh keluarga proses memiliki marginal ini; $\sigma$ memilih salah satunya, dan $s$ boleh $t$ mana pun yang lebih kecil.
# - $\eta=1$ adalah DDPM dengan $\tilde\beta_t$, $\eta=0$ adalah DDIM: noise sama, gambar sama, sampai bit terakhir; dengan jaringan baik yang lain, hampir sama.
# - Sebuah langkah mendarat di $\bar\alpha_s$, dengan $s$ *anggota berikutnya dalam daftar*. $t-1$ secara harfiah pada himpunan bagian berjalan lancar, dan keliru.
# - DDIM adalah metode Euler: galat $\propto 1/S$. Penyelesai berorde dua memerlukan kisi yang rata dalam $\lambda$; tanpa itu ia lebih buruk daripada DDIM.
# - Di antara dua noise, tempuhlah busurnya. Lerp mengorbankan keragaman, dan tidak ada satu gambar pun yang memperlihatkannya.
# - Inversi hanya hampiran, dan yang ditemukannya bukan noise.
#
# **Keterbatasan.** $W_1$ dan kemiringan garis berasal dari satu dimensi, tempat semuanya diketahui; pada gambar lebih banyak yang bisa salah. Angkanya kecil, labelnya diberikan, dan jaringannya baik: dengan jaringan yang buruk atau gambar yang besar, lima atau sepuluh langkah tampak jauh lebih buruk daripada di sini. Jarak Fréchet bergantung pada $N$ dan pada pengklasifikasi; ia tidak menggantikan mata.
# Guidance (Bab 9) lebih membelokkan jalannya, lalu langkah yang sedikit maupun inversi ikut menderita.
#
# **Sumber.** Song, Meng & Ermon 2021 (DDIM: pers. 7, 12 sampai 14, dan 16; teorema 1; bagian 4.3; tabel 1; lampiran D). Ho, Jain & Abbeel 2020, Algoritme 2. Lin et al. 2024 (kisi, dan $T$ yang terlewat). Lu et al. 2022a (DPM-Solver: langkah yang rata dalam $\lambda$), 2022b (DPM-Solver++(2M), algoritme 2). Karras et al. 2022 (langkah berorde dua; noise sebagai perbaikan). Song et al. 2021 (persamaan aliran probabilitas). Shoemake 1985 (slerp).
#
# Dari mana persamaan diferensial itu datang, dan apa hubungan $\hat\epsilon$ dengan kemiringan sebuah densitas, adalah pokok [Bab 8](08_score.ipynb). Kembali ke peta: [selamat datang](00_welcome.ipynb). Latihanmu sejauh ini:

# %% [markdown] key="end" lang="ko" ref="f8cb8b2b"
# DDIM입니다. 250단계에서 0.0031이던 것이 0.0980으로 올라, 노이즈를 넣는 걸음보다 훨씬 크게 나빠집니다. 단계를 늘려도 거의 도움이 되지 않습니다. 결정론적 걸음은 이 오차를 끝까지 지고 갔습니다. 노이즈를 넣는 걸음은 지고 온 것의 일부를 단계마다 새것으로 바꾸고, 신경망은 그것을 새 눈으로 봅니다(Karras et al. 2022, 4절이 이미지에 대해 같은 말을 하며 둘을 함께 씁니다). 그래서 이렇게 정리됩니다.
#
# - 조금만 부를 때에는 노이즈 없이, 이차 풀이법을 제 격자에서 씁니다.
# - 많이 부르고 신경망이 완벽하지 않을 때에는 노이즈가 조금 있으면 고쳐질 수 있습니다(여기서 시험한 흠은 하나뿐입니다).
# - 같은 횟수를 부르는데 DDIM이 조상 샘플링(ancestral)에 크게 뒤진다면, 샘플러가 아니라 신경망을 의심하십시오.
#
# ## 가져갈 것
#
# - 손실은 $q(x_t\mid x_0)$만 압니다. 주변분포가 이와 같은 과정은 한 계열을 이룹니다. 그 가운데 하나를 $\sigma$가 고르고, $s$는 더 작은 $t$라면 무엇이든 됩니다.
# - $\eta=1$은 $\tilde\beta_t$를 쓰는 DDPM이고, $\eta=0$은 DDIM입니다. DDIM에서는 노이즈가 같으면 이미지가 마지막 비트까지 같습니다. 다른 좋은 신경망을 써도 거의 같습니다.
# - 한 단계는 $\bar\alpha_s$에 내려서고, $s$는 *리스트의 다음 원소*입니다. 부분집합에서 글자 그대로 $t-1$을 쓰면 멀쩡히 돌아가면서 틀립니다.
# - DDIM은 오일러 방법이고, 오차는 $\propto 1/S$입니다. 이차 풀이법은 $\lambda$ 간격이 고른 격자에서 써야 합니다. 그러지 않으면 DDIM보다 나쁩니다.
# - 노이즈 사이에서는 호를 따라가십시오. lerp는 다양성을 잃고, 그림 한 장으로는 그것이 보이지 않습니다.
# - 인버전은 근사이고, 찾아낸 것은 노이즈가 아닙니다.
#
# **한계.** $W_1$과 기울기는 모든 것을 아는 일차원에서 얻었습니다. 그림에서는 잘못될 것이 더 많습니다. 여기 나온 숫자 그림은 작고, 레이블이 주어지고, 신경망이 좋습니다. 신경망이 나쁘거나 그림이 크면 다섯 단계나 열 단계의 결과는 여기서보다 훨씬 나빠 보입니다. 프레셰 거리는 $N$과 분류기에 따라 달라지며, 눈으로 보는 일을 대신하지 못합니다. 가이던스(9장)는 경로를 더 휘게 하므로, 그때에는 적은 단계도 인버전도 더 힘들어집니다.
#
# **출처.** Song, Meng & Ermon 2021(DDIM: 식 7, 12부터 14까지, 16, 정리 1, 4.3절, 표 1, 부록 D). Ho, Jain & Abbeel 2020, 알고리즘 2. Lin et al. 2024(격자, 그리고 빠진 $T$). Lu et al. 2022a(DPM-Solver: $\lambda$에서 고른 단계), 2022b(DPM-Solver++(2M), 알고리즘 2). Karras et al. 2022(이차 단계, 고치는 노이즈). Song et al. 2021(확률 흐름 방정식). Shoemake 1985(slerp).
#
# 미분방정식이 어디에서 오는지, $\hat\epsilon$이 밀도의 기울기와 무슨 관계인지는 [8장](08_score.ipynb)에서 다룹니다. 전체 지도로 돌아가기: [환영합니다](00_welcome.ipynb). 어디까지 왔는지 봅시다.

# %% key="progress-overview"
from course_lib.exercises import overview

overview()
