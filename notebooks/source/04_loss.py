# %% [markdown] key="title" lang="en"
# # 4 · The loss: one squared error
#
# A network learns from a single number. This chapter follows that number from the bound of [chapter 3](03_elbo.ipynb) to the line of
# code that everybody runs, says what was dropped on the way, and teaches you to read it while your own network learns.
#
# Each numbered formula is an entry of the [ledger](appendix_ledger.ipynb), where it is tested together with a wrong form.
# Where the lecture note that we follow misprints one, we run the misprint too.
#
# **First, watch a network learn.** The data are points of the plane, the five blobs on a circle from chapter 2. A small network sees such points with noise in them and names the noise. Its loss is the mean squared
# error of its answer; a network that always answers 0 scores 1. It takes a few seconds.
#
# **Commit before you run:** will the curve (a) go down to 0, (b) stop well above 0, (c) fall at the same pace to the end?

# %% [markdown] key="title" lang="id" ref="3370736b"
# # 4 · Loss: sebuah galat kuadrat
#
# Sebuah jaringan belajar dari satu bilangan saja, yaitu loss (fungsi kerugian). Bab ini mengikuti bilangan itu dari batas di [Bab 3](03_elbo.ipynb) sampai menjadi sebaris
# kode yang dijalankan semua orang, menunjukkan apa saja yang ditanggalkan di tengah jalan, dan mengajak kita membacanya selagi jaringan kita sendiri belajar.
#
# Setiap rumus bernomor tercatat di [buku besar persamaan](appendix_ledger.ipynb), tempat rumus itu diuji bersama bentuk kelirunya.
# Bila catatan kuliah yang kita ikuti salah mencetaknya, salah cetak itu pun kita jalankan.
#
# **Pertama-tama, mari tonton sebuah jaringan belajar.** Datanya titik-titik di bidang, yaitu lima gumpalan pada lingkaran dari Bab 2. Sebuah jaringan kecil melihat titik-titik itu setelah dicampur noise (derau), lalu menebak noise-nya. Loss-nya adalah
# rata-rata galat kuadrat (MSE) jawabannya; jaringan yang selalu menjawab 0 mendapat nilai 1. Semuanya selesai dalam beberapa detik.
#
# **Putuskan dulu sebelum menjalankan sel:** apakah kurvanya (a) turun sampai 0, (b) berhenti jauh di atas 0, (c) turun terus sama cepatnya sampai akhir?

# %% [markdown] key="title" lang="ko" ref="3370736b"
# # 4 · 손실: 제곱 오차 하나
#
# 신경망은 수 하나를 보고 배웁니다. 이 장에서는 [3장](03_elbo.ipynb)의 상한에서 출발해 누구나 실행하는 코드 한 줄에 이르기까지 그 수를 따라갑니다. 도중에 무엇을 버렸는지도 짚고, 여러분의 신경망이 배우는 동안 그 수를 어떻게 읽어야 하는지도 배웁니다.
#
# 번호가 붙은 식은 모두 [수식 장부](appendix_ledger.ipynb)에 실려 있고, 장부에서는 식마다 틀린 형태와 나란히 시험합니다. 널리 퍼진 강의 노트에 오식이 있으면 여기서 그 오식도 실행해 봅니다.
#
# **먼저 신경망이 배우는 모습을 봅시다.** 데이터는 평면 위의 점으로, 2장에서 본 원 위의 덩어리 다섯 개입니다. 작은 신경망이 노이즈 섞인 점을 보고 그 노이즈를 알아맞힙니다. 손실은 답의 평균제곱오차이며, 언제나 0이라고 답하는 신경망이 받는 점수는 1입니다. 몇 초 걸립니다.
#
# **실행하기 전에 답을 정하십시오.** 곡선은 어떻게 되겠습니까? (a) 0까지 내려간다 (b) 0보다 한참 위에서 멈춘다 (c) 끝까지 같은 빠르기로 내려간다

# %% key="first-imports"
import torch
from IPython.display import display

from course_lib import gaussians, lang, mlp, parameterisations, schedules, training
from course_lib.widgets import live

schedule = schedules.linear()
angle = torch.arange(5) * 2 * torch.pi / 5
ring = gaussians.Mixture(torch.ones(5), 1.5 * torch.stack([angle.cos(), angle.sin()], 1), 0.15)
points = ring.sample(8000, torch.Generator().manual_seed(0))


def learner(kind, **settings):
    torch.manual_seed(0)
    model = parameterisations.EpsModel(mlp.MLP(width=64, depth=2), schedule, kind)
    usual = {"steps": 600, "batch_size": 256, "learning_rate": 1e-2, "warmup": 20, "ema_decay": 0.98}
    return training.Run(model, points, None, training.Recipe(**usual | settings))

# %% key="first-live"
first = learner("eps")
print("x_0", tuple(points.shape), "theta", sum(p.numel() for p in first.model.parameters()))
plot = live({"MSE": ["eps"]}, total=600, limits={"MSE": (0, 1)}, alt=lang.text("alt.loss.first"))
display(plot)
for progress in first.steps():
    plot.add(progress.step, {"MSE": {"eps": progress.loss}})
plot.done()
print(f"{progress.loss:.2f}")
plot.picture()

# %% [markdown] key="first-question" lang="en"
# It is (b). Nearly all of the fall happens within the first hundred steps; from then on the curve trembles and creeps. Is this network finished, stuck, or broken? The curve alone
# cannot say. Three questions will carry us through the chapter:
#
# 1. Why a squared error, and why of the *noise*? (Sections 1 to 3)
# 2. Could the network answer something else? (Section 4)
# 3. Why does the loss stop where it does, and what should one look at instead? (Section 6)
#
# ## 1 · From two Gaussians to a squared error
#
# Chapter 3 split the bound into terms. Almost all of them look alike:
# $L_{t-1} = D_{\mathrm{KL}}\big(q(x_{t-1}\mid x_t,x_0)\,\|\,p_\theta(x_{t-1}\mid x_t)\big)$, a divergence between two Gaussians. The first is known, with
# mean $\tilde\mu_t(x_t,x_0)$ and variance $\tilde\beta_t$. Of the second only the mean $\mu_\theta$ is learned; its variance $\sigma_t^2$ is fixed beforehand.
#
# **Claim.** Then the divergence is a squared distance of the two means, plus a number that no training can change:
#
# $$L_{t-1} = \mathbb E_q\!\left[\frac{1}{2\sigma_t^2}\left\|\tilde\mu_t(x_t,x_0)-\mu_\theta(x_t,t)\right\|^2\right] + C \tag{66}$$
#
# $$C = \frac d2\left(\frac{\tilde\beta_t}{\sigma_t^2} - 1 + \ln\frac{\sigma_t^2}{\tilde\beta_t}\right)$$
#
# ($d$ is the number of coordinates; a digit has $d=784$. The formula holds for $t=2,\dots,T$. At $t=1$, $L_0=-\ln p_\theta(x_0\mid x_1)$, read as a normal density, gives the same
# square, since $\tilde\mu_1=x_0$, with another constant.)
#
# **Commit:** with $\sigma_t^2=\beta_t$, a *perfect* network still pays $C$. For a digit at $t=2$, is that about 0 nats, about 1, or about 100?

# %% [markdown] key="first-question" lang="id" ref="20aeb012"
# Jawabannya (b). Hampir seluruh penurunan terjadi dalam seratus langkah pertama; sesudah itu kurvanya gemetar dan merayap. Sudah selesaikah jaringan ini, macet, atau rusak? Kurvanya sendiri
# tidak dapat menjawab. Ada tiga pertanyaan yang akan menuntun kita sepanjang bab ini:
#
# 1. Mengapa galat kuadrat, dan mengapa galat dari *noise*? (Bagian 1 sampai 3)
# 2. Bolehkah jaringan menjawab sesuatu yang lain? (Bagian 4)
# 3. Mengapa loss berhenti di tempatnya berhenti, dan apa yang sebaiknya dilihat sebagai gantinya? (Bagian 6)
#
# ## 1 · Dari dua Gaussian ke satu galat kuadrat
#
# Bab 3 memecah batas itu menjadi suku-suku. Hampir semuanya serupa:
# $L_{t-1} = D_{\mathrm{KL}}\big(q(x_{t-1}\mid x_t,x_0)\,\|\,p_\theta(x_{t-1}\mid x_t)\big)$, divergensi antara dua Gaussian. Gaussian yang pertama diketahui, dengan
# rata-rata $\tilde\mu_t(x_t,x_0)$ dan varians $\tilde\beta_t$. Dari yang kedua, hanya rata-rata $\mu_\theta$ yang dipelajari; variansnya, $\sigma_t^2$, ditetapkan sejak awal.
#
# **Pernyataan.** Bila demikian, divergensinya adalah kuadrat jarak kedua rata-rata, ditambah bilangan yang tidak dapat diubah oleh pelatihan apa pun:
#
# $$L_{t-1} = \mathbb E_q\!\left[\frac{1}{2\sigma_t^2}\left\|\tilde\mu_t(x_t,x_0)-\mu_\theta(x_t,t)\right\|^2\right] + C \tag{66}$$
#
# $$C = \frac d2\left(\frac{\tilde\beta_t}{\sigma_t^2} - 1 + \ln\frac{\sigma_t^2}{\tilde\beta_t}\right)$$
#
# ($d$ adalah banyaknya koordinat; sebuah angka memiliki $d=784$. Rumus ini berlaku untuk $t=2,\dots,T$. Pada $t=1$, $L_0=-\ln p_\theta(x_0\mid x_1)$, bila dibaca sebagai densitas normal, memberi kuadrat
# yang sama, sebab $\tilde\mu_1=x_0$, dengan tetapan yang lain.)
#
# **Putuskan dulu:** dengan $\sigma_t^2=\beta_t$, jaringan yang *sempurna* pun masih harus membayar $C$. Untuk sebuah angka pada $t=2$, besarnya sekitar 0 nat, sekitar 1, atau sekitar 100?

# %% [markdown] key="first-question" lang="ko" ref="20aeb012"
# (b)입니다. 내려올 것은 처음 백 스텝 안에서 거의 다 내려오고, 그 뒤로 곡선은 떨리면서 아주 조금씩 움직입니다. 이 신경망은 다 배운 것입니까, 막힌 것입니까, 고장 난 것입니까? 곡선만 보아서는 알 수 없습니다. 이 장은 세 가지 질문을 따라갑니다.
#
# 1. 왜 제곱 오차이고, 왜 하필 *노이즈*의 제곱 오차입니까? (1절부터 3절까지)
# 2. 신경망이 다른 것을 답해도 됩니까? (4절)
# 3. 손실은 왜 그 자리에서 멈추며, 그 대신 무엇을 보아야 합니까? (6절)
#
# ## 1 · 두 가우스 분포에서 제곱 오차로
#
# 3장에서 상한을 여러 항으로 나누었습니다. 거의 모든 항이 똑같이 생겼습니다. 두 가우스 분포 사이의 발산 $L_{t-1} = D_{\mathrm{KL}}\big(q(x_{t-1}\mid x_t,x_0)\,\|\,p_\theta(x_{t-1}\mid x_t)\big)$입니다. 첫째 분포는 평균 $\tilde\mu_t(x_t,x_0)$과 분산 $\tilde\beta_t$를 모두 압니다. 둘째 분포에서 학습하는 것은 평균 $\mu_\theta$뿐이고, 분산 $\sigma_t^2$은 미리 정해 둡니다.
#
# **주장.** 그러면 이 발산은 두 평균 사이 거리의 제곱에, 어떤 학습으로도 바꿀 수 없는 수를 더한 것입니다.
#
# $$L_{t-1} = \mathbb E_q\!\left[\frac{1}{2\sigma_t^2}\left\|\tilde\mu_t(x_t,x_0)-\mu_\theta(x_t,t)\right\|^2\right] + C \tag{66}$$
#
# $$C = \frac d2\left(\frac{\tilde\beta_t}{\sigma_t^2} - 1 + \ln\frac{\sigma_t^2}{\tilde\beta_t}\right)$$
#
# ($d$는 좌표의 개수입니다. 숫자 그림이라면 $d=784$입니다. 이 식은 $t=2,\dots,T$에서 성립합니다. $t=1$에서는 $L_0=-\ln p_\theta(x_0\mid x_1)$을 정규분포의 밀도로 보면 $\tilde\mu_1=x_0$이므로 같은 제곱이 나오고, 상수만 달라집니다.)
#
# **답을 먼저 정하십시오.** $\sigma_t^2=\beta_t$이면 *완벽한* 신경망도 $C$만큼은 치러야 합니다. $t=2$에서 숫자 그림 한 장이 치르는 값은 0내트쯤, 1내트쯤, 100내트쯤 가운데 어느 것이겠습니까?

# %% key="mean-imports"
from course_lib import figures, forward, losses


def noise(*shape, seed):
    g = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=g, dtype=torch.float64)

# %% key="mean-kl"
x_0, x_t = noise(2, 1, 784, seed=1)
for t, sigma_squared in ((2, schedule.beta[2]), (500, schedule.beta[500]), (500, schedule.beta_tilde[500])):
    mu_tilde, beta_tilde_t = forward.posterior(x_0, x_t, t, schedule)
    C = 784 / 2 * (beta_tilde_t / sigma_squared - 1 + (sigma_squared / beta_tilde_t).log())
    for off in (0.02, 0.01, 0.0):
        mu_theta = (mu_tilde + off * noise(1, 784, seed=2)).requires_grad_()
        kl = gaussians.kl(mu_tilde, beta_tilde_t, mu_theta, sigma_squared).sum()
        square = (mu_tilde - mu_theta).square().sum() / (2 * sigma_squared)
        (slope,) = torch.autograd.grad(kl, mu_theta)
        print(f"t={t:3d}  off {off:.2f}  KL {kl:9.4f}  square {square:9.4f}  KL-square {kl - square:7.4f}")
        assert abs(kl - square - C) < 1e-9 * (1 + kl)
        assert (slope - (mu_theta - mu_tilde) / sigma_squared).abs().max() < 1e-9 * (1 + slope.abs().max())

# %% [markdown] key="mean-kl-note" lang="en"
# The last column does not move while the network gets better: 95.1676 nats at $t=2$, whatever $\mu_\theta$ answers. It is 0 only where
# $\sigma_t^2=\tilde\beta_t$. So the answer is about 100, and the gradient never sees it: the cell also asserts that the slope of the KL is
# $(\mu_\theta-\tilde\mu_t)/\sigma_t^2$, the slope of the squared distance alone.
#
# Twice the distance costs four times as much. There is the square that the chapter's title promises.
#
# Now write out $\tilde\mu_t$, the weighted mean of $x_0$ and $x_t$ that chapter 3 found by completing the square:
#
# $$L_{t-1} = \mathbb E_q\!\left[\frac{1}{2\sigma_t^2}\left\|\frac{\sqrt{\bar\alpha_{t-1}}\,\beta_t}{1-\bar\alpha_t}\,x_0 + \frac{\sqrt{\alpha_t}\,(1-\bar\alpha_{t-1})}{1-\bar\alpha_t}\,x_t-\mu_\theta(x_t,t)\right\|^2\right] + C \tag{67}$$

# %% [markdown] key="mean-kl-note" lang="id" ref="db2cfc7f"
# Kolom terakhir tidak bergerak sementara jaringannya membaik: 95.1676 nat pada $t=2$, apa pun jawaban $\mu_\theta$. Kolom itu 0 hanya bila
# $\sigma_t^2=\tilde\beta_t$. Jadi jawabannya sekitar 100, dan gradien tidak pernah melihatnya: sel itu juga memastikan bahwa kemiringan KL adalah
# $(\mu_\theta-\tilde\mu_t)/\sigma_t^2$, yaitu kemiringan kuadrat jarak itu saja.
#
# Jarak dua kali lipat, ongkosnya empat kali lipat. Itulah kuadrat yang dijanjikan judul bab ini.
#
# Sekarang tuliskan $\tilde\mu_t$, rata-rata berbobot dari $x_0$ dan $x_t$ yang ditemukan Bab 3 dengan melengkapkan kuadrat:
#
# $$L_{t-1} = \mathbb E_q\!\left[\frac{1}{2\sigma_t^2}\left\|\frac{\sqrt{\bar\alpha_{t-1}}\,\beta_t}{1-\bar\alpha_t}\,x_0 + \frac{\sqrt{\alpha_t}\,(1-\bar\alpha_{t-1})}{1-\bar\alpha_t}\,x_t-\mu_\theta(x_t,t)\right\|^2\right] + C \tag{67}$$

# %% [markdown] key="mean-kl-note" lang="ko" ref="db2cfc7f"
# 신경망이 나아져도 마지막 열은 꿈쩍하지 않습니다. $t=2$에서는 $\mu_\theta$가 무엇이라고 답하든 95.1676내트입니다. 이 값이 0이 되는 것은 $\sigma_t^2=\tilde\beta_t$일 때뿐입니다. 그러니 답은 100내트쯤입니다. 그런데 기울기에는 이 값이 보이지 않습니다. 셀은 KL의 기울기가 $(\mu_\theta-\tilde\mu_t)/\sigma_t^2$, 곧 거리의 제곱 항만 미분한 기울기와 같다는 것도 확인합니다.
#
# 거리가 두 배가 되면 값은 네 배가 됩니다. 이 장의 제목에 나온 제곱이 바로 여기 있습니다.
#
# 이제 $\tilde\mu_t$를 풀어 씁니다. 3장에서 완전제곱식으로 구한, $x_0$과 $x_t$의 가중 평균입니다.
#
# $$L_{t-1} = \mathbb E_q\!\left[\frac{1}{2\sigma_t^2}\left\|\frac{\sqrt{\bar\alpha_{t-1}}\,\beta_t}{1-\bar\alpha_t}\,x_0 + \frac{\sqrt{\alpha_t}\,(1-\bar\alpha_{t-1})}{1-\bar\alpha_t}\,x_t-\mu_\theta(x_t,t)\right\|^2\right] + C \tag{67}$$

# %% key="mean-written-out"
def mu_tilde(x_0, x_t, t):
    alpha_t, beta_t = schedule.alpha[t], schedule.beta[t]
    alpha_bar_t, alpha_bar_prev = schedule.alpha_bar[t], schedule.alpha_bar[t - 1]
    of_x_0 = alpha_bar_prev**0.5 * beta_t / (1 - alpha_bar_t)
    of_x_t = alpha_t**0.5 * (1 - alpha_bar_prev) / (1 - alpha_bar_t)
    return of_x_0 * x_0 + of_x_t * x_t


for t in range(1, 1001):
    assert (mu_tilde(x_0, x_t, t) - forward.posterior(x_0, x_t, t, schedule)[0]).abs().max() < 1e-12
one = torch.ones((), dtype=torch.float64)
for t in (1, 2, 500, 1000):
    print(f"t={t:4d}  x_0 {mu_tilde(one, 0 * one, t):.5f}  x_t {mu_tilde(0 * one, one, t):.5f}")

# %% [markdown] key="noise" lang="en"
# At $t=1$ the target is $x_0$ itself. From there on $x_t$ takes over: at $t=500$ it has the weight 0.99411 and $x_0$ only 0.00307. A network that
# had to name $\tilde\mu_t$ would spend nearly all its answer on repeating its input.
#
# ## 2 · From means to noises
#
# The target contains $x_0$, which the sampler will not have. But in training we made $x_t$ ourselves, out of $x_0$ and a noise we know:
#
# $$x_t = \sqrt{\bar\alpha_t}\,x_0 + \sqrt{1-\bar\alpha_t}\,\epsilon \tag{68}$$
#
# and, solved for $x_0$,
#
# $$x_0 = \frac{1}{\sqrt{\bar\alpha_t}}\left(x_t-\sqrt{1-\bar\alpha_t}\,\epsilon\right) \tag{69}$$
#
# Put that into (67) in the place of $x_0$:
#
# $$L_{t-1} = \mathbb E_q\!\left[\frac{1}{2\sigma_t^2}\left\|\frac{\sqrt{\bar\alpha_{t-1}}\,\beta_t}{1-\bar\alpha_t}\,\frac{1}{\sqrt{\bar\alpha_t}}\left(x_t-\sqrt{1-\bar\alpha_t}\,\epsilon\right) + \frac{\sqrt{\alpha_t}\,(1-\bar\alpha_{t-1})}{1-\bar\alpha_t}\,x_t-\mu_\theta(x_t,t)\right\|^2\right] + C \tag{70}$$
#
# Now $x_t$ stands there twice. **Commit:** what do its two coefficients add up to? (a) 1 (b) $1/\sqrt{\alpha_t}$ (c) $1/\sqrt{\bar\alpha_t}$

# %% [markdown] key="noise" lang="id" ref="c18b30cb"
# Pada $t=1$ sasarannya $x_0$ itu sendiri. Sesudah itu $x_t$ mengambil alih: pada $t=500$ bobotnya 0.99411, sedangkan bobot $x_0$ hanya 0.00307. Jaringan yang
# harus menyebut $\tilde\mu_t$ akan menghabiskan hampir seluruh jawabannya untuk mengulang masukannya sendiri.
#
# ## 2 · Dari rata-rata ke noise
#
# Sasaran itu memuat $x_0$, padahal sampler tidak akan memilikinya. Tetapi dalam pelatihan $x_t$ kita buat sendiri, dari $x_0$ dan noise yang kita ketahui:
#
# $$x_t = \sqrt{\bar\alpha_t}\,x_0 + \sqrt{1-\bar\alpha_t}\,\epsilon \tag{68}$$
#
# dan, bila diselesaikan untuk $x_0$,
#
# $$x_0 = \frac{1}{\sqrt{\bar\alpha_t}}\left(x_t-\sqrt{1-\bar\alpha_t}\,\epsilon\right) \tag{69}$$
#
# Masukkan ini ke dalam (67), di tempat $x_0$:
#
# $$L_{t-1} = \mathbb E_q\!\left[\frac{1}{2\sigma_t^2}\left\|\frac{\sqrt{\bar\alpha_{t-1}}\,\beta_t}{1-\bar\alpha_t}\,\frac{1}{\sqrt{\bar\alpha_t}}\left(x_t-\sqrt{1-\bar\alpha_t}\,\epsilon\right) + \frac{\sqrt{\alpha_t}\,(1-\bar\alpha_{t-1})}{1-\bar\alpha_t}\,x_t-\mu_\theta(x_t,t)\right\|^2\right] + C \tag{70}$$
#
# Sekarang $x_t$ muncul dua kali. **Putuskan dulu:** berapa jumlah kedua koefisiennya? (a) 1 (b) $1/\sqrt{\alpha_t}$ (c) $1/\sqrt{\bar\alpha_t}$

# %% [markdown] key="noise" lang="ko" ref="c18b30cb"
# $t=1$에서는 목표가 $x_0$ 자체입니다. 그 뒤로는 $x_t$가 주도권을 쥡니다. $t=500$에서 그 가중치는 0.99411이고 $x_0$의 가중치는 0.00307뿐입니다. $\tilde\mu_t$를 직접 답해야 하는 신경망은 거의 입력을 되뇌는 데 답을 다 써 버릴 것입니다.
#
# ## 2 · 평균에서 노이즈로
#
# 목표에는 $x_0$이 들어 있는데, 샘플러는 이 값을 받지 못합니다. 그러나 학습할 때 쓰는 $x_t$는 $x_0$과 이미 아는 노이즈로 우리가 직접 만든 것입니다.
#
# $$x_t = \sqrt{\bar\alpha_t}\,x_0 + \sqrt{1-\bar\alpha_t}\,\epsilon \tag{68}$$
#
# $x_0$에 대해 풀면 다음과 같습니다.
#
# $$x_0 = \frac{1}{\sqrt{\bar\alpha_t}}\left(x_t-\sqrt{1-\bar\alpha_t}\,\epsilon\right) \tag{69}$$
#
# 이것을 (67)의 $x_0$ 자리에 넣습니다.
#
# $$L_{t-1} = \mathbb E_q\!\left[\frac{1}{2\sigma_t^2}\left\|\frac{\sqrt{\bar\alpha_{t-1}}\,\beta_t}{1-\bar\alpha_t}\,\frac{1}{\sqrt{\bar\alpha_t}}\left(x_t-\sqrt{1-\bar\alpha_t}\,\epsilon\right) + \frac{\sqrt{\alpha_t}\,(1-\bar\alpha_{t-1})}{1-\bar\alpha_t}\,x_t-\mu_\theta(x_t,t)\right\|^2\right] + C \tag{70}$$
#
# 이제 $x_t$가 두 번 나옵니다. **답을 먼저 정하십시오.** 두 계수를 더하면 얼마입니까? (a) 1 (b) $1/\sqrt{\alpha_t}$ (c) $1/\sqrt{\bar\alpha_t}$

# %% key="noise-coefficient"
eps = noise(1, 784, seed=3)
for t in (1, 500, 1000):
    x_t = schedule.alpha_bar[t] ** 0.5 * x_0 + (1 - schedule.alpha_bar[t]) ** 0.5 * eps
    back = (x_t - (1 - schedule.alpha_bar[t]) ** 0.5 * eps) / schedule.alpha_bar[t] ** 0.5
    assert (back - x_0).abs().max() < 1e-12
alpha, beta, alpha_bar = schedule.alpha[1:], schedule.beta[1:], schedule.alpha_bar[1:]
before = schedule.alpha_bar[:-1]
total = before**0.5 * beta / (1 - alpha_bar) / alpha_bar**0.5 + alpha**0.5 * (1 - before) / (1 - alpha_bar)
for t in (2, 500, 1000):
    a, b = float(alpha[t - 1] ** -0.5), float(alpha_bar[t - 1] ** -0.5)
    print(f"t={t:4d}  sum {total[t - 1]:.5f}  (b) {a:.5f}  (c) {b:.5f}  c/b {b / a:.4f}")
fig, ax = figures.axes(r"$t$")
names = (r"$\Sigma$", r"$1/\sqrt{\alpha_t}$", r"$1/\sqrt{\bar\alpha_t}$")
for name, values in zip(names, (total, alpha**-0.5, alpha_bar**-0.5), strict=True):
    ax.semilogy(range(1, 1001), values, label=name)
ax.legend()
assert (total - alpha**-0.5).abs().max() < 1e-11 < 100 < (total - alpha_bar**-0.5).abs().max()
figures.show(fig, "alt.loss.coefficient")

# %% [markdown] key="noise-misprint" lang="en"
# (b), at every $t$. Over the common denominator the two are
# $\frac{\beta_t+\alpha_t(1-\bar\alpha_{t-1})}{\sqrt{\alpha_t}\,(1-\bar\alpha_t)}$, and the numerator is $1-\alpha_t+\alpha_t-\bar\alpha_t = 1-\bar\alpha_t$. So
#
# $$L_{t-1} = \mathbb E_q\!\left[\frac{1}{2\sigma_t^2}\left\|\frac{1}{\sqrt{\alpha_t}}\left(x_t-\frac{\beta_t}{\sqrt{1-\bar\alpha_t}}\,\epsilon\right)-\mu_\theta(x_t,t)\right\|^2\right] + C \tag{71}$$
#
# The derivation that we follow prints (c) here, $1/\sqrt{\bar\alpha_t}$, and carries it on through five more equations. See how it hides: at $t=2$ the
# two differ by a factor of 1.0001. At $t=500$ it is 3.5492, at $t=1000$ it is 155.8284. Anyone who tests the formula only at small $t$ will believe it.
#
# One change of notation. $x_t$ is no longer drawn by walking the chain but made in one jump, $x_t(x_0,\epsilon)$; so the expectation runs over $x_0$
# and $\epsilon$ instead of over $q$:
#
# $$L_{t-1} = \mathbb E_{x_0,\epsilon}\!\left[\frac{1}{2\sigma_t^2}\left\|\frac{1}{\sqrt{\alpha_t}}\left(x_t(x_0,\epsilon)-\frac{\beta_t}{\sqrt{1-\bar\alpha_t}}\,\epsilon\right)-\mu_\theta(x_t(x_0,\epsilon),t)\right\|^2\right] + C \tag{72}$$
#
# The two expectations are the same because walk and jump have the same law (chapter 2, section 5). Check it on the very quantity in the bracket.

# %% [markdown] key="noise-misprint" lang="id" ref="910fec75"
# (b), pada setiap $t$. Dengan penyebut yang disamakan, keduanya menjadi
# $\frac{\beta_t+\alpha_t(1-\bar\alpha_{t-1})}{\sqrt{\alpha_t}\,(1-\bar\alpha_t)}$, dan pembilangnya $1-\alpha_t+\alpha_t-\bar\alpha_t = 1-\bar\alpha_t$. Maka
#
# $$L_{t-1} = \mathbb E_q\!\left[\frac{1}{2\sigma_t^2}\left\|\frac{1}{\sqrt{\alpha_t}}\left(x_t-\frac{\beta_t}{\sqrt{1-\bar\alpha_t}}\,\epsilon\right)-\mu_\theta(x_t,t)\right\|^2\right] + C \tag{71}$$
#
# Penurunan yang kita ikuti mencetak (c) di sini, $1/\sqrt{\bar\alpha_t}$, lalu membawanya terus melalui lima persamaan berikutnya. Lihat betapa rapi ia bersembunyi: pada $t=2$ keduanya
# hanya berbeda dengan faktor 1.0001. Pada $t=500$ faktornya 3.5492, pada $t=1000$ sudah 155.8284. Siapa pun yang menguji rumus itu hanya pada $t$ kecil akan memercayainya.
#
# Satu lagi, soal penulisan. $x_t$ tidak lagi diperoleh dengan menyusuri rantai, melainkan dibuat dalam satu lompatan, $x_t(x_0,\epsilon)$; maka nilai harapannya diambil atas $x_0$
# dan $\epsilon$, bukan lagi atas $q$:
#
# $$L_{t-1} = \mathbb E_{x_0,\epsilon}\!\left[\frac{1}{2\sigma_t^2}\left\|\frac{1}{\sqrt{\alpha_t}}\left(x_t(x_0,\epsilon)-\frac{\beta_t}{\sqrt{1-\bar\alpha_t}}\,\epsilon\right)-\mu_\theta(x_t(x_0,\epsilon),t)\right\|^2\right] + C \tag{72}$$
#
# Kedua nilai harapan itu sama karena distribusi hasil perjalanan dan hasil lompatan sama (Bab 2, bagian 5). Mari periksa langsung pada besaran di dalam kurung siku.

# %% [markdown] key="noise-misprint" lang="ko" ref="910fec75"
# 모든 $t$에서 (b)입니다. 통분하면 두 계수의 합은 $\frac{\beta_t+\alpha_t(1-\bar\alpha_{t-1})}{\sqrt{\alpha_t}\,(1-\bar\alpha_t)}$이고, 분자는 $1-\alpha_t+\alpha_t-\bar\alpha_t = 1-\bar\alpha_t$입니다. 그래서 다음과 같습니다.
#
# $$L_{t-1} = \mathbb E_q\!\left[\frac{1}{2\sigma_t^2}\left\|\frac{1}{\sqrt{\alpha_t}}\left(x_t-\frac{\beta_t}{\sqrt{1-\bar\alpha_t}}\,\epsilon\right)-\mu_\theta(x_t,t)\right\|^2\right] + C \tag{71}$$
#
# 어느 공개된 유도에는 이 자리에 (c), 곧 $1/\sqrt{\bar\alpha_t}$가 찍혀 있고, 그 뒤의 식 다섯 개에까지 이어집니다. 이 오식이 어떻게 숨는지 보십시오. $t=2$에서 둘의 비는 1.0001입니다. $t=500$에서는 3.5492, $t=1000$에서는 155.8284입니다. 이 식을 작은 $t$에서만 시험해 본 사람이라면 누구나 그대로 믿고 맙니다.
#
# 기호를 하나 바꿉니다. 이제 $x_t$는 연쇄를 한 단계씩 걸어서 뽑지 않고, 한 번에 건너뛰어 $x_t(x_0,\epsilon)$으로 만듭니다. 그래서 기댓값도 $q$가 아니라 $x_0$과 $\epsilon$에 대해 구합니다.
#
# $$L_{t-1} = \mathbb E_{x_0,\epsilon}\!\left[\frac{1}{2\sigma_t^2}\left\|\frac{1}{\sqrt{\alpha_t}}\left(x_t(x_0,\epsilon)-\frac{\beta_t}{\sqrt{1-\bar\alpha_t}}\,\epsilon\right)-\mu_\theta(x_t(x_0,\epsilon),t)\right\|^2\right] + C \tag{72}$$
#
# 걸어간 것과 건너뛴 것은 분포가 같으므로(2장 5절) 두 기댓값도 같습니다. 괄호 안의 바로 그 양으로 확인해 봅시다.

# %% key="noise-expectation"
small, n = schedules.linear(5, 0.1, 0.5), 200_000
x_0 = 0.7 + 0.5 * noise(n, seed=4)
walk = x_0
for t in range(1, 6):
    walk = forward.q_step(walk, t, noise(n, seed=10 + t), small)
jump = forward.q_sample(x_0, 5, noise(n, seed=5), small)
means = []
for x_t in (walk, jump):
    inside = (forward.posterior(x_0, x_t, 5, small)[0] - 0.9 * x_t).square() / (2 * small.beta[5])
    means.append((float(inside.mean()), float(inside.std()) / n**0.5))
    print(f"E {means[-1][0]:.4f}  se {means[-1][1]:.4f}")
assert abs(means[0][0] - means[1][0]) < 5 * (means[0][1] ** 2 + means[1][1] ** 2) ** 0.5

# %% [markdown] key="noise-network" lang="en"
# ### What the network has to say
#
# So far $\mu_\theta$ may be any network at all. Look at the target in (72): the network *gets* $x_t$. Only $\epsilon$ is unknown to it. So let it answer
# just that, $\epsilon_\theta(x_t,t)$, estimate the clean image from it, and build its mean as the true mean is built:
#
# $$\mu_\theta(x_t,t) = \tilde\mu_t\!\left(x_t,\ \hat x_0(x_t,\epsilon_\theta(x_t,t))\right) \tag{73}$$
#
# $$\mu_\theta(x_t,t) = \tilde\mu_t\!\left(x_t,\ \frac{1}{\sqrt{\bar\alpha_t}}\left(x_t-\sqrt{1-\bar\alpha_t}\,\epsilon_\theta(x_t,t)\right)\right) \tag{74}$$
#
# **Commit:** the very root that was wrong in (71), $1/\sqrt{\bar\alpha_t}$, stands in (74). Another misprint?

# %% [markdown] key="noise-network" lang="id" ref="ce7c9962"
# ### Apa yang perlu dikatakan jaringan
#
# Sampai di sini $\mu_\theta$ boleh jaringan apa saja. Perhatikan sasaran dalam (72): jaringan *diberi* $x_t$. Yang tidak diketahuinya hanya $\epsilon$. Jadi biarkan ia menjawab
# itu saja, $\epsilon_\theta(x_t,t)$, lalu dari jawaban itu kita taksir gambar bersihnya, dan dari taksiran itu kita susun rata-ratanya dengan cara yang sama seperti rata-rata yang sebenarnya:
#
# $$\mu_\theta(x_t,t) = \tilde\mu_t\!\left(x_t,\ \hat x_0(x_t,\epsilon_\theta(x_t,t))\right) \tag{73}$$
#
# $$\mu_\theta(x_t,t) = \tilde\mu_t\!\left(x_t,\ \frac{1}{\sqrt{\bar\alpha_t}}\left(x_t-\sqrt{1-\bar\alpha_t}\,\epsilon_\theta(x_t,t)\right)\right) \tag{74}$$
#
# **Putuskan dulu:** akar yang tadi keliru di (71), $1/\sqrt{\bar\alpha_t}$, sekarang berdiri di (74). Salah cetak lagi?

# %% [markdown] key="noise-network" lang="ko" ref="ce7c9962"
# ### 신경망이 답해야 할 것
#
# 여기까지 $\mu_\theta$는 어떤 신경망이어도 좋았습니다. (72)의 목표를 보십시오. $x_t$는 신경망이 *받는* 것입니다. 모르는 것은 $\epsilon$뿐입니다. 그러니 신경망에는 그것만 묻고, 그 답을 $\epsilon_\theta(x_t,t)$라고 합시다. 그 답으로 깨끗한 이미지를 추정하고, 참된 평균을 만드는 방식 그대로 평균을 만듭니다.
#
# $$\mu_\theta(x_t,t) = \tilde\mu_t\!\left(x_t,\ \hat x_0(x_t,\epsilon_\theta(x_t,t))\right) \tag{73}$$
#
# $$\mu_\theta(x_t,t) = \tilde\mu_t\!\left(x_t,\ \frac{1}{\sqrt{\bar\alpha_t}}\left(x_t-\sqrt{1-\bar\alpha_t}\,\epsilon_\theta(x_t,t)\right)\right) \tag{74}$$
#
# **답을 먼저 정하십시오.** (71)에서 틀렸던 바로 그 $1/\sqrt{\bar\alpha_t}$가 (74)에 있습니다. 이것도 오식입니까?

# %% key="noise-network-mean"
def mu_theta(x_t, t, eps_hat, table=schedule.alpha):
    return (x_t - schedule.beta[t] / (1 - schedule.alpha_bar[t]) ** 0.5 * eps_hat) / table[t] ** 0.5


c, e = 0.7 * one[None], -0.4 * one[None]
for t in (2, 500, 1000):
    x_t = forward.q_sample(c, t, e, schedule)
    x_0_hat = (x_t - (1 - schedule.alpha_bar[t]) ** 0.5 * e) / schedule.alpha_bar[t] ** 0.5
    target, by_74, by_75 = mu_tilde(c, x_t, t), mu_tilde(x_0_hat, x_t, t), mu_theta(x_t, t, e)
    printed = mu_theta(x_t, t, e, schedule.alpha_bar)
    print(f"t={t:4d}  tilde {float(target):.5f}  (74) {float(by_74):.5f}  (75) {float(by_75):.5f}", end="  ")
    print(f"misprint {float(printed):.5f}")
    assert max(abs(target - by_74), abs(target - by_75)) < 1e-12
    assert t == 2 or abs(target - printed) > 0.4

# %% [markdown] key="noise-network-note" lang="en"
# No: (74) is the one place where $\sqrt{\bar\alpha_t}$ belongs, because there it undoes the whole jump. Multiply out as before and the single step's root is
# back:
#
# $$\mu_\theta(x_t,t) = \frac{1}{\sqrt{\alpha_t}}\left(x_t-\frac{\beta_t}{\sqrt{1-\bar\alpha_t}}\,\epsilon_\theta(x_t,t)\right) \tag{75}$$
#
# A network that names the true noise then hits the true mean, as the cell asserts for the noise $-0.4$ in the pixel $0.7$. The misprinted mean
# is $-0.65473$ instead of $-0.18447$ at $t=500$, and $-61.00360$ instead of $-0.39148$ at $t=1000$. A sampler would leave the page at its first step.
#
# (76) is (72) with $C$ on the other side, and (77) puts (75) into it: target and network now have the same shape. (Both write $\mathbb E_q$ again; after (72) we know that it means the same.)
#
# $$L_{t-1}-C = \mathbb E_q\!\left[\frac{1}{2\sigma_t^2}\left\|\frac{1}{\sqrt{\alpha_t}}\left(x_t-\frac{\beta_t}{\sqrt{1-\bar\alpha_t}}\,\epsilon\right)-\mu_\theta(x_t,t)\right\|^2\right] \tag{76}$$
#
# $$L_{t-1}-C = \mathbb E_q\!\left[\frac{1}{2\sigma_t^2}\left\|\frac{1}{\sqrt{\alpha_t}}\left(x_t-\frac{\beta_t}{\sqrt{1-\bar\alpha_t}}\,\epsilon\right)-\frac{1}{\sqrt{\alpha_t}}\left(x_t-\frac{\beta_t}{\sqrt{1-\bar\alpha_t}}\,\epsilon_\theta(x_t,t)\right)\right\|^2\right] \tag{77}$$
#
# $x_t$ cancels, and what is left of the two brackets is a multiple of $\epsilon-\epsilon_\theta$:
#
# $$L_{t-1}-C = \mathbb E_{x_0,\epsilon}\!\left[\frac{\beta_t^2}{2\sigma_t^2\alpha_t(1-\bar\alpha_t)}\left\|\epsilon-\epsilon_\theta(x_t,t)\right\|^2\right] \tag{78}$$
#
# **The squared error of the means has become a squared error of the noises**, with a known weight in front. Check the last move with any two noises; and
# check whether (78) would follow from (77) as it is misprinted, with $\sqrt{\bar\alpha_t}$.

# %% [markdown] key="noise-network-note" lang="id" ref="622adf55"
# Bukan: (74) justru satu-satunya tempat yang berhak atas $\sqrt{\bar\alpha_t}$, sebab di situ akar ini membatalkan seluruh lompatan. Jabarkan seperti tadi, dan akar milik satu langkah pun
# kembali:
#
# $$\mu_\theta(x_t,t) = \frac{1}{\sqrt{\alpha_t}}\left(x_t-\frac{\beta_t}{\sqrt{1-\bar\alpha_t}}\,\epsilon_\theta(x_t,t)\right) \tag{75}$$
#
# Maka jaringan yang menebak noise dengan tepat juga menghasilkan rata-rata yang tepat; sel tadi memastikannya untuk noise $-0.4$ pada piksel $0.7$. Rata-rata yang salah cetak
# bernilai $-0.65473$, seharusnya $-0.18447$, pada $t=500$, dan $-61.00360$, seharusnya $-0.39148$, pada $t=1000$. Pada langkah pertama saja sampler sudah terlempar jauh keluar gambar.
#
# (76) adalah (72) dengan $C$ dipindahkan ke ruas lain, dan (77) memasukkan (75) ke dalamnya: sekarang sasaran dan jaringan sama bentuknya. (Keduanya kembali menulis $\mathbb E_q$; sejak (72) kita tahu artinya sama saja.)
#
# $$L_{t-1}-C = \mathbb E_q\!\left[\frac{1}{2\sigma_t^2}\left\|\frac{1}{\sqrt{\alpha_t}}\left(x_t-\frac{\beta_t}{\sqrt{1-\bar\alpha_t}}\,\epsilon\right)-\mu_\theta(x_t,t)\right\|^2\right] \tag{76}$$
#
# $$L_{t-1}-C = \mathbb E_q\!\left[\frac{1}{2\sigma_t^2}\left\|\frac{1}{\sqrt{\alpha_t}}\left(x_t-\frac{\beta_t}{\sqrt{1-\bar\alpha_t}}\,\epsilon\right)-\frac{1}{\sqrt{\alpha_t}}\left(x_t-\frac{\beta_t}{\sqrt{1-\bar\alpha_t}}\,\epsilon_\theta(x_t,t)\right)\right\|^2\right] \tag{77}$$
#
# $x_t$ saling menghapus, dan yang tersisa dari kedua kurung itu adalah kelipatan $\epsilon-\epsilon_\theta$:
#
# $$L_{t-1}-C = \mathbb E_{x_0,\epsilon}\!\left[\frac{\beta_t^2}{2\sigma_t^2\alpha_t(1-\bar\alpha_t)}\left\|\epsilon-\epsilon_\theta(x_t,t)\right\|^2\right] \tag{78}$$
#
# **Galat kuadrat antara dua rata-rata telah menjadi galat kuadrat antara dua noise**, dengan bobot yang diketahui di depannya. Periksa langkah terakhir itu dengan dua noise sembarang; periksa pula
# apakah (78) masih mengikuti dari (77) yang salah cetak, yang memakai $\sqrt{\bar\alpha_t}$.

# %% [markdown] key="noise-network-note" lang="ko" ref="622adf55"
# 아닙니다. $\sqrt{\bar\alpha_t}$가 있어야 하는 곳은 (74)뿐입니다. 건너뛴 것 전체를 되돌리는 자리이기 때문입니다. 앞에서처럼 전개하면 한 단계의 제곱근이 다시 나옵니다.
#
# $$\mu_\theta(x_t,t) = \frac{1}{\sqrt{\alpha_t}}\left(x_t-\frac{\beta_t}{\sqrt{1-\bar\alpha_t}}\,\epsilon_\theta(x_t,t)\right) \tag{75}$$
#
# 그러므로 노이즈를 정확히 알아맞히는 신경망은 평균도 정확히 맞힙니다. 셀은 값이 $0.7$인 픽셀과 노이즈 $-0.4$에서 이것을 확인합니다. 오식대로 구한 평균은 $t=500$에서 $-0.18447$이 아니라 $-0.65473$이고, $t=1000$에서는 $-0.39148$이 아니라 $-61.00360$입니다. 샘플러라면 첫걸음에 그림 밖으로 나가 버립니다.
#
# (76)은 (72)에서 $C$를 다른 쪽으로 옮긴 것이고, (77)은 거기에 (75)를 넣은 것입니다. 이제 목표와 신경망의 모양이 같습니다. (두 식은 다시 $\mathbb E_q$로 씁니다. 뜻이 같다는 것은 (72)에서 확인했습니다.)
#
# $$L_{t-1}-C = \mathbb E_q\!\left[\frac{1}{2\sigma_t^2}\left\|\frac{1}{\sqrt{\alpha_t}}\left(x_t-\frac{\beta_t}{\sqrt{1-\bar\alpha_t}}\,\epsilon\right)-\mu_\theta(x_t,t)\right\|^2\right] \tag{76}$$
#
# $$L_{t-1}-C = \mathbb E_q\!\left[\frac{1}{2\sigma_t^2}\left\|\frac{1}{\sqrt{\alpha_t}}\left(x_t-\frac{\beta_t}{\sqrt{1-\bar\alpha_t}}\,\epsilon\right)-\frac{1}{\sqrt{\alpha_t}}\left(x_t-\frac{\beta_t}{\sqrt{1-\bar\alpha_t}}\,\epsilon_\theta(x_t,t)\right)\right\|^2\right] \tag{77}$$
#
# $x_t$는 지워지고, 두 괄호에서 남는 것은 $\epsilon-\epsilon_\theta$의 상수배입니다.
#
# $$L_{t-1}-C = \mathbb E_{x_0,\epsilon}\!\left[\frac{\beta_t^2}{2\sigma_t^2\alpha_t(1-\bar\alpha_t)}\left\|\epsilon-\epsilon_\theta(x_t,t)\right\|^2\right] \tag{78}$$
#
# **평균의 제곱 오차가 노이즈의 제곱 오차로 바뀌었습니다.** 앞에는 우리가 아는 가중치가 하나 붙어 있습니다. 이 마지막 변형을 아무 노이즈나 둘 골라 확인해 보십시오. 또 (77)이 오식대로 $\sqrt{\bar\alpha_t}$라면 거기서 (78)이 나오는지도 확인해 보십시오.

# %% key="noise-weighted"
eps, eps_hat, x_t = noise(3, 784, seed=6)
for t in (2, 500, 1000):
    sigma_squared = schedule.beta[t]
    by_77 = (mu_theta(x_t, t, eps) - mu_theta(x_t, t, eps_hat)).square().sum() / (2 * sigma_squared)
    square = (eps - eps_hat).square().sum()
    weight = schedule.beta[t] ** 2 / (2 * sigma_squared * schedule.alpha[t] * (1 - schedule.alpha_bar[t]))
    bars = mu_theta(x_t, t, eps, schedule.alpha_bar) - mu_theta(x_t, t, eps_hat, schedule.alpha_bar)
    printed = bars.square().sum() / (2 * sigma_squared)
    print(f"t={t:4d}  (77) {by_77:.4f}  (78) {weight * square:.4f}", end="  ")
    print(f"misprint/(78) {printed / (weight * square):.1f}")
    assert abs(by_77 - weight * square) < 1e-9 * by_77
    assert abs(weight - losses.weights(schedule)[t]) < 1e-15

# %% [markdown] key="ex-weights-task" lang="en"
# (77) and (78) agree. From the misprinted (77) one would get a weight 12.6 times too large at $t=500$ and 24282.5 times too large at $t=1000$; yet
# the same derivation prints (78) correctly. It contradicts itself, which is easy to miss on reading and shows at once when run.
#
# ### Exercise: the weights
#
# Call the weight in (78) $\lambda_t$. Write `weights(schedule, variance)`: the table of $T+1$ values $\lambda_t$, where `variance` is `"beta"` for
# $\sigma_t^2=\beta_t$ or `"beta_tilde"` for $\sigma_t^2=\tilde\beta_t$. Slot 0, the clean image, has no weight: `weights[0]` is 0. (The tables are `schedule.beta`,
# `schedule.beta_tilde`, `schedule.alpha` and `schedule.alpha_bar`. As $\tilde\beta_1=0$, slot 1 is infinite for `"beta_tilde"`: a step with $\sigma_1=0$ forgives no error.)
# `solution("losses.weights")` in a new cell shows ours.

# %% [markdown] key="ex-weights-task" lang="id" ref="12874c4f"
# (77) dan (78) cocok. Dari (77) yang salah cetak akan keluar bobot yang 12.6 kali terlalu besar pada $t=500$ dan 24282.5 kali terlalu besar pada $t=1000$; padahal
# penurunan yang sama mencetak (78) dengan benar. Penurunan itu bertentangan dengan dirinya sendiri; ini mudah terlewat ketika dibaca, tetapi langsung ketahuan begitu dijalankan.
#
# ### Latihan: bobotnya
#
# Sebut bobot dalam (78) itu $\lambda_t$. Tulis `weights(schedule, variance)`, yaitu tabel berisi $T+1$ nilai $\lambda_t$; `variance` bernilai `"beta"` untuk
# $\sigma_t^2=\beta_t$ atau `"beta_tilde"` untuk $\sigma_t^2=\tilde\beta_t$. Slot 0, gambar bersih, tidak berbobot: `weights[0]` bernilai 0. (Tabelnya `schedule.beta`,
# `schedule.beta_tilde`, `schedule.alpha`, dan `schedule.alpha_bar`. Karena $\tilde\beta_1=0$, slot 1 tak hingga untuk `"beta_tilde"`: langkah dengan $\sigma_1=0$ tidak memaafkan galat sekecil apa pun.)
# Untuk melihat versi kursus ini, jalankan `solution("losses.weights")` di sel baru.

# %% [markdown] key="ex-weights-task" lang="ko" ref="12874c4f"
# (77)과 (78)은 서로 맞습니다. 오식이 든 (77)에서는 가중치가 $t=500$에서 12.6배, $t=1000$에서 24282.5배나 크게 나옵니다. 그런데도 같은 유도에 (78)은 옳게 찍혀 있습니다. 앞뒤가 서로 어긋나는데, 읽을 때에는 지나치기 쉬워도 실행해 보면 바로 드러납니다.
#
# ### 연습문제: 가중치
#
# (78)의 가중치를 $\lambda_t$라고 합시다. 값이 $T+1$개인 $\lambda_t$의 표를 돌려주는 `weights(schedule, variance)` 함수를 작성하십시오. `variance`가 `"beta"`이면 $\sigma_t^2=\beta_t$, `"beta_tilde"`이면 $\sigma_t^2=\tilde\beta_t$입니다. 0번 자리의 깨끗한 이미지에는 가중치가 없으므로 `weights[0]`의 값은 0입니다. (쓸 표는 `schedule.beta`, `schedule.beta_tilde`, `schedule.alpha`, `schedule.alpha_bar`입니다. $\tilde\beta_1=0$이므로 `"beta_tilde"`이면 1번 자리가 무한대가 됩니다. $\sigma_1=0$인 단계는 어떤 오차도 봐주지 않기 때문입니다.) 새 셀에서 `solution("losses.weights")`를 실행하면 강의의 풀이가 나옵니다.

# %% key="ex-weights" exercise="losses.weights"
from course_lib.exercises import check, solution


def weights(schedule, variance):
    ### BEGIN SOLUTION
    sigma_squared = getattr(schedule, variance)
    table = schedule.beta**2 / (2 * sigma_squared * schedule.alpha * (1 - schedule.alpha_bar))
    table[0] = 0
    return table
    ### END SOLUTION

# %% key="check-weights" check="losses.weights"
check("losses.weights", weights)

# %% [markdown] key="weight" lang="en"
# ## 3 · The weight
#
# The bound counts an error in naming the noise $\lambda_t$ times.
#
# **Commit:** with $\sigma_t^2=\beta_t$, at which $t$ does the bound care *least*: at $t=1$, somewhere inside, or at $t=1000$?

# %% [markdown] key="weight" lang="id" ref="4628b464"
# ## 3 · Bobotnya
#
# Di dalam batas itu, galat tebakan noise diberi bobot $\lambda_t$.
#
# **Putuskan dulu:** dengan $\sigma_t^2=\beta_t$, pada $t$ mana perhatian batas itu *paling kecil*: pada $t=1$, di suatu tempat di tengah, atau pada $t=1000$?

# %% [markdown] key="weight" lang="ko" ref="4628b464"
# ## 3 · 가중치
#
# 상한은 노이즈를 잘못 짚은 오차를 $\lambda_t$배로 셉니다.
#
# **답을 먼저 정하십시오.** $\sigma_t^2=\beta_t$일 때 상한이 *가장 덜* 따지는 $t$는 어디입니까? $t=1$입니까, 중간 어디입니까, $t=1000$입니까?

# %% key="weight-curve"
fig, ax = figures.axes(r"$t$", r"$\lambda_t$")
for variance, name in (("beta", r"$\sigma_t^2=\beta_t$"), ("beta_tilde", r"$\sigma_t^2=\tilde\beta_t$")):
    lam = losses.weights(schedule, variance)
    low = int(lam[1:].argmin()) + 1
    print(variance, {at: f"{lam[at]:.4g}" for at in (1, 2, low, 1000)}, end="  ")
    print(f"max/min {lam[1:].max() / lam[low]:.1f}  from 2: {lam[2] / lam[low]:.1f}")
    first_t, width = (1, 5) if variance == "beta" else (2, 1.5)
    ax.loglog(range(first_t, 1001), lam[first_t:], linewidth=width, label=name)
ax.axhline(1, color="black", linestyle=":", label="1")
ax.legend()
lam = losses.weights(schedule)
print(f"t<=10: {lam[:11].sum() / lam.sum():.1%}  std {(1 - schedule.alpha_bar[10]) ** 0.5:.3f}")
ratio = losses.weights(schedule, "beta_tilde") / lam
print(f"beta_tilde/beta  t=2: {ratio[2]:.1f}  t>=50: {ratio[50:].min():.3f} .. {ratio[50:].max():.3f}")
assert int(lam[1:].argmin()) + 1 == 349 and lam[1000] > 2 * lam[349]
figures.show(fig, "alt.loss.weight")

# %% [markdown] key="weight-note" lang="en"
# Inside: the minimum lies at $t=349$. The weight is not monotone: it falls from 0.5001 by a factor of 100.7, then doubles again by $t=1000$. With $\tilde\beta_t$ it is
# infinite at $t=1$, 2.2 times as large at $t=2$, and from $t=50$ on the same within 4%. The first 10 of 1000 timesteps carry 17.3% of all the weight: there the noise has a standard deviation of at most 0.044.
#
# Ho et al. 2020 put 1 in the place of $\lambda_t$ (the dotted line) and took the mean over all $t$, $t=1$ included:
#
# $$L_{\mathrm{simple}}(\theta) := \mathbb E_{t,x_0,\epsilon}\!\left[\left\|\epsilon-\epsilon_\theta(x_t,t)\right\|^2\right] \tag{79}$$
#
# One text says that this “drops the first term”. No term that could be learned is dropped: a *factor* is, and constants ($C$ and $L_T$). And the mean over $t$ is new; (79) is not one of the $L_{t-1}$.
#
# Another text calls it a “simpler *equivalent* objective”. **Is it?** For a network that could treat each $t$ separately, yes, a factor in front does not move a minimum:
#
# $$\theta=(\theta_1,\dots,\theta_T)\ \Rightarrow\ \arg\min_\theta \sum_t \mathbb E\left\|\epsilon-\epsilon_{\theta_t}\right\|^2 = \arg\min_\theta \sum_t \lambda_t\,\mathbb E\left\|\epsilon-\epsilon_{\theta_t}\right\|^2 \tag{A4}$$
#
# But one network serves all $t$ with the same weights $\theta$. **Commit:** let the “network” be the smallest possible, $\epsilon_\theta = a\,x_t$ with a
# single number $a$ for all $t$, and the data plain $\mathcal N(0,1)$ numbers, so that the best slope at $t$ is $a_t=\sqrt{1-\bar\alpha_t}$. Do both losses choose the same $a$?

# %% [markdown] key="weight-note" lang="id" ref="475910a0"
# Di tengah: minimumnya pada $t=349$. Bobot itu tidak monoton: ia turun dari 0.5001 dengan faktor 100.7, lalu naik lagi menjadi dua kali lipat menjelang $t=1000$. Dengan $\tilde\beta_t$ nilainya
# tak hingga pada $t=1$, 2.2 kali lebih besar pada $t=2$, dan sejak $t=50$ sama dengan selisih paling banyak 4%. 10 timestep (langkah waktu) pertama dari 1000 memikul 17.3% dari seluruh bobot: di sana simpangan baku noise-nya paling besar 0.044.
#
# Ho et al. 2020 menaruh 1 di tempat $\lambda_t$ (garis titik-titik) dan mengambil rata-rata atas semua $t$, termasuk $t=1$:
#
# $$L_{\mathrm{simple}}(\theta) := \mathbb E_{t,x_0,\epsilon}\!\left[\left\|\epsilon-\epsilon_\theta(x_t,t)\right\|^2\right] \tag{79}$$
#
# Sebuah tulisan mengatakan bahwa ini “membuang suku pertama”. Tidak ada suku yang bisa dipelajari yang dibuang: yang dibuang sebuah *faktor* dan beberapa tetapan ($C$ dan $L_T$). Rata-rata atas $t$ pun hal baru; (79) bukan salah satu dari $L_{t-1}$.
#
# Tulisan lain menyebutnya “tujuan *ekuivalen* yang lebih sederhana”. **Benarkah?** Untuk jaringan yang dapat menangani setiap $t$ sendiri-sendiri, ya, sebab faktor di depan tidak menggeser minimum:
#
# $$\theta=(\theta_1,\dots,\theta_T)\ \Rightarrow\ \arg\min_\theta \sum_t \mathbb E\left\|\epsilon-\epsilon_{\theta_t}\right\|^2 = \arg\min_\theta \sum_t \lambda_t\,\mathbb E\left\|\epsilon-\epsilon_{\theta_t}\right\|^2 \tag{A4}$$
#
# Padahal satu jaringan melayani semua $t$ dengan parameter $\theta$ yang sama. **Putuskan dulu:** ambil “jaringan” terkecil yang mungkin, $\epsilon_\theta = a\,x_t$, dengan
# satu bilangan $a$ untuk semua $t$, dan data berupa bilangan $\mathcal N(0,1)$ biasa, sehingga kemiringan terbaik pada $t$ adalah $a_t=\sqrt{1-\bar\alpha_t}$. Apakah kedua loss memilih $a$ yang sama?

# %% [markdown] key="weight-note" lang="ko" ref="475910a0"
# 중간입니다. 최솟값은 $t=349$에 있습니다. 가중치는 한 방향으로만 변하지 않습니다. 첫 타임스텝의 0.5001은 최솟값의 100.7배이고, 최솟값을 지나면 $t=1000$까지 다시 두 배로 커집니다. $\tilde\beta_t$를 쓰면 $t=1$에서 무한대, $t=2$에서 2.2배이고, $t=50$부터는 차이가 4% 안쪽입니다. 타임스텝 1000개 가운데 처음 10개가 전체 가중치의 17.3%를 차지합니다. 노이즈의 표준편차가 커야 0.044인 곳입니다.
#
# Ho et al. 2020은 $\lambda_t$의 자리에 1을 놓고(점선), $t=1$까지 포함한 모든 $t$에 대해 평균했습니다.
#
# $$L_{\mathrm{simple}}(\theta) := \mathbb E_{t,x_0,\epsilon}\!\left[\left\|\epsilon-\epsilon_\theta(x_t,t)\right\|^2\right] \tag{79}$$
#
# 어느 글에는 이렇게 하면 “첫째 항이 빠진다”고 적혀 있습니다. 학습할 것이 있는 항은 하나도 빠지지 않습니다. 빠지는 것은 *인수* 하나와 상수들($C$와 $L_T$)입니다. 그리고 $t$에 대한 평균은 새로 들어온 것이어서, (79)는 $L_{t-1}$ 가운데 하나가 아닙니다.
#
# 또 다른 글은 이것을 “더 단순하지만 *동등한* 목적 함수”라고 부릅니다. **정말 동등합니까?** $t$마다 따로 다룰 수 있는 신경망이라면 그렇습니다. 앞에 곱한 인수는 최소가 되는 곳을 옮기지 않습니다.
#
# $$\theta=(\theta_1,\dots,\theta_T)\ \Rightarrow\ \arg\min_\theta \sum_t \mathbb E\left\|\epsilon-\epsilon_{\theta_t}\right\|^2 = \arg\min_\theta \sum_t \lambda_t\,\mathbb E\left\|\epsilon-\epsilon_{\theta_t}\right\|^2 \tag{A4}$$
#
# 그러나 실제로는 신경망 하나가 같은 매개변수 $\theta$로 모든 $t$를 맡습니다. **답을 먼저 정하십시오.** 이보다 더 작을 수 없는 “신경망”으로, 모든 $t$에 수 $a$ 하나만 쓰는 $\epsilon_\theta = a\,x_t$를 생각합시다. 데이터는 평범한 $\mathcal N(0,1)$ 수로 합니다. 그러면 $t$에서 가장 좋은 기울기는 $a_t=\sqrt{1-\bar\alpha_t}$입니다. 두 손실은 같은 $a$를 고르겠습니까?

# %% key="weight-shared"
n = 200_000
t = torch.randint(1, 1001, (n,), generator=torch.Generator().manual_seed(7))
x_0, eps = noise(2, n, 1, seed=8)
x_t, weight = forward.q_sample(x_0, t, eps, schedule), lam[t][:, None]


def best(w, at):
    return float((w * x_t * eps)[at].sum() / (w * x_t * x_t)[at].sum())


everywhere, root = t > 0, (1 - schedule.alpha_bar[1:]).sqrt()
both = {"1": (torch.ones_like(weight), root.mean()), "lambda": (weight, (lam[1:] * root).sum() / lam.sum())}
for name, (w, exact) in both.items():
    own = [best(w, t == one_t) for one_t in (50, 500)]
    print(f"{name:6s} a {best(w, everywhere):.4f} ({exact:.4f})  a_50 {own[0]:.4f}  a_500 {own[1]:.4f}")
    assert abs(best(w, everywhere) - exact) < 0.01
    assert abs(own[0] - best(1 + 0 * w, t == 50)) < 1e-12
assert abs(best(both["1"][0], everywhere) - best(weight, everywhere)) > 0.2
fig, ax = figures.axes(r"$t$", r"$a$")
ax.plot(range(1, 1001), root, label=r"$a_t$")
for (w, exact), name in zip(both.values(), (r"$a\;(\lambda=1)$", r"$a\;(\lambda_t)$"), strict=True):
    ax.plot([1, 1000], [best(w, everywhere)] * 2, label=name)
ax.legend()
figures.show(fig, "alt.loss.shared")

# %% [markdown] key="weight-shared-note" lang="en"
# With a slope of its own for each $t$, the two losses agree to the last digit: $a_{50}$ and $a_{500}$ do not care. With one shared slope they part: 0.8059 under
# $L_{\mathrm{simple}}$, 0.5856 under the bound (the exact values, in brackets; the figure draws the estimates beside them). So the two are **not equivalent**: dropping the weight is a choice about where a network of finite size should be good.
#
# $L_{\mathrm{simple}}$ takes effort away from the smallest $t$ and gives it to the harder ones. In Ho et al. 2020 (their tables 1 and 2) this made the samples much
# better and the bound slightly worse. Which you want depends on what you want: pictures, or bits. (Later work chooses the weight on purpose, by the
# signal-to-noise ratio: Kingma et al. 2021, Hang et al. 2023.)

# %% [markdown] key="weight-shared-note" lang="id" ref="dc6bc8f2"
# Bila setiap $t$ punya kemiringan sendiri, kedua loss cocok sampai digit terakhir: $a_{50}$ dan $a_{500}$ tidak terpengaruh. Bila kemiringannya dipakai bersama, keduanya berpisah: 0.8059 menurut
# $L_{\mathrm{simple}}$, 0.5856 menurut batas (nilai eksaknya, di dalam kurung; gambarnya memuat taksiran di sebelahnya). Jadi keduanya **tidak ekuivalen**: membuang bobot berarti memilih di mana jaringan yang ukurannya terbatas sebaiknya unggul.
#
# $L_{\mathrm{simple}}$ mengambil perhatian dari $t$ yang paling kecil dan memberikannya kepada yang lebih sukar. Pada Ho et al. 2020 (tabel 1 dan 2 mereka) hasilnya sampel yang jauh
# lebih baik dan batas yang sedikit lebih buruk. Mana yang kita mau bergantung pada apa yang kita cari: gambar, atau bit. (Karya-karya berikutnya memilih bobot dengan sengaja, menurut
# rasio sinyal terhadap noise: Kingma et al. 2021, Hang et al. 2023.)

# %% [markdown] key="weight-shared-note" lang="ko" ref="dc6bc8f2"
# $t$마다 계수를 따로 두면 두 손실은 마지막 자리까지 같은 답을 고릅니다. $a_{50}$과 $a_{500}$은 가중치가 어떻든 상관하지 않습니다. 계수 하나를 함께 쓰면 답이 갈립니다. $L_{\mathrm{simple}}$은 0.8059, 상한은 0.5856을 고릅니다(괄호 안에 출력된 정확한 값입니다. 그림에는 그 옆의 추정값을 그렸습니다). 그러므로 둘은 **동등하지 않습니다.** 가중치를 버리는 것은 크기가 유한한 신경망이 어디서 잘해야 하는지를 고르는 일입니다.
#
# $L_{\mathrm{simple}}$은 가장 작은 $t$에 들이던 노력을 덜어 더 어려운 쪽으로 돌립니다. Ho et al. 2020(표 1과 2)에서는 이렇게 하자 샘플이 훨씬 좋아지고 상한은 조금 나빠졌습니다. 어느 쪽이 나은지는 바라는 것이 그림인지 비트인지에 달려 있습니다. (이후의 연구는 신호 대 잡음비를 보고 가중치를 일부러 정합니다. Kingma et al. 2021, Hang et al. 2023.)

# %% [markdown] key="three" lang="en"
# ## 4 · Three answers
#
# Whoever knows $x_t$ and the noise also knows the image, and vice versa. So a network may as well answer $x_0$. Or something in between
# (Salimans & Ho 2022):
#
# $$v_t = \sqrt{\bar\alpha_t}\;\epsilon - \sqrt{1-\bar\alpha_t}\;x_0$$
#
# At small $t$ this is nearly the noise, at large $t$ nearly the (negative) image: always the part that $x_t$ shows least of.
#
# **Commit:** a network that answers $\epsilon$ is off by 1 in one pixel, at $t=1000$. By how much is the clean image $\hat x_0$ off that follows from
# it: (a) 1 (b) about 13 (c) about 157? And at $t=1$?

# %% [markdown] key="three" lang="id" ref="2fd9096f"
# ## 4 · Tiga jawaban
#
# Siapa pun yang tahu $x_t$ dan noise-nya tahu juga gambarnya, begitu pula sebaliknya. Jadi jaringan boleh saja menjawab $x_0$. Atau sesuatu di antara keduanya
# (Salimans & Ho 2022):
#
# $$v_t = \sqrt{\bar\alpha_t}\;\epsilon - \sqrt{1-\bar\alpha_t}\;x_0$$
#
# Pada $t$ kecil ini hampir sama dengan noise, pada $t$ besar hampir sama dengan (negatif) gambar: selalu bagian yang paling sedikit tampak di $x_t$.
#
# **Putuskan dulu:** jaringan yang menjawab $\epsilon$ meleset sebesar 1 pada satu piksel, pada $t=1000$. Berapa melesetnya gambar bersih $\hat x_0$ yang dihitung
# dari jawaban itu: (a) 1 (b) sekitar 13 (c) sekitar 157? Dan pada $t=1$?

# %% [markdown] key="three" lang="ko" ref="2fd9096f"
# ## 4 · 세 가지 답
#
# $x_t$가 주어졌을 때 노이즈를 알면 이미지를 알고, 이미지를 알면 노이즈를 압니다. 그러니 신경망은 $x_0$을 답해도 되고, 그 중간의 무엇을 답해도 됩니다(Salimans & Ho 2022).
#
# $$v_t = \sqrt{\bar\alpha_t}\;\epsilon - \sqrt{1-\bar\alpha_t}\;x_0$$
#
# $t$가 작으면 거의 노이즈이고, $t$가 크면 거의 (부호가 바뀐) 이미지입니다. 언제나 $x_t$에 가장 적게 드러난 쪽입니다.
#
# **답을 먼저 정하십시오.** $\epsilon$을 답하는 신경망이 $t=1000$에서 어느 픽셀을 1만큼 틀렸습니다. 그 답에서 나오는 깨끗한 이미지 $\hat x_0$은 얼마나 틀립니까? (a) 1 (b) 약 13 (c) 약 157. 그리고 $t=1$에서는 어떻겠습니까?

# %% key="three-sizes"
grow = (1 / schedule.snr[1:]).sqrt()
for t in (1, 260, 500, 1000):
    print(f"t={t:4d}  x_0 {grow[t - 1]:8.4f}  v {schedule.alpha_bar[t] ** -0.5:8.4f}")
fig, ax = figures.axes(r"$t$")
losses_of = {
    r"$\|\epsilon-\hat\epsilon\|^2$": torch.ones(1000),
    r"$\|x_0-\hat x_0\|^2$": grow**2,
    r"$\|v-\hat v\|^2$": 1 / schedule.alpha_bar[1:],
}
for name, values in losses_of.items():
    ax.semilogy(range(1, 1001), values, label=name)
ax.legend()
figures.show(fig, "alt.loss.sizes")

# %% [markdown] key="three-sizes-note" lang="en"
# (c): 157.4073, far beyond the whole range from black to white. At $t=1$ the same error shifts the image by 0.0100. Neither is a better description; they
# are one error in two units. That makes the three losses **one loss with three weights** (the figure shows what each makes of an error of 1 in $\epsilon$):
#
# $$\|x_0-\hat x_0\|^2 = \frac{1-\bar\alpha_t}{\bar\alpha_t}\,\|\epsilon-\hat\epsilon\|^2, \qquad \|v-\hat v\|^2 = \frac{1}{\bar\alpha_t}\,\|\epsilon-\hat\epsilon\|^2$$
#
# In units of $\epsilon$, the loss for $x_0$ counts an error at small $t$ for almost nothing (0.0001 at $t=1$); the loss for $v$, whose weight is the sum of the other two, never counts it less than once. At large $t$ those two agree, and count it
# far more than the loss for $\epsilon$ does.
#
# ### Exercise: back to the noise
#
# Our samplers want $\hat\epsilon$ from every network. Write `to_eps(kind, answer, x_t, t, schedule)`: `kind` is `"eps"`, `"x_0"` or `"v"`, `answer` is what such a
# network said about the batch `x_t` of shape `(B, C, H, W)`, `t` has shape `(B,)`. Return the noise which that answer implies. The two equations you need are
# the definition of $v_t$ and (68); for `"v"`, two unknowns, two equations. Paper helps.

# %% [markdown] key="three-sizes-note" lang="id" ref="0935a8a7"
# (c): 157.4073, jauh melampaui seluruh rentang dari hitam ke putih. Pada $t=1$ galat yang sama hanya menggeser gambar sebesar 0.0100. Tidak satu pun lebih benar daripada yang lain; keduanya
# satu galat dalam dua satuan. Maka ketiga loss itu sebenarnya **satu loss dengan tiga bobot** (gambar di atas menunjukkan menjadi berapa galat sebesar 1 pada $\epsilon$ dalam masing-masing loss):
#
# $$\|x_0-\hat x_0\|^2 = \frac{1-\bar\alpha_t}{\bar\alpha_t}\,\|\epsilon-\hat\epsilon\|^2, \qquad \|v-\hat v\|^2 = \frac{1}{\bar\alpha_t}\,\|\epsilon-\hat\epsilon\|^2$$
#
# Diukur dalam satuan $\epsilon$, loss untuk $x_0$ hampir tidak menghitung galat pada $t$ kecil (0.0001 pada $t=1$); loss untuk $v$, yang bobotnya jumlah kedua bobot lainnya, selalu menghitungnya sedikitnya sekali. Pada $t$ besar kedua loss itu sepakat, dan menghitungnya
# jauh lebih besar daripada loss untuk $\epsilon$.
#
# ### Latihan: kembali ke noise
#
# Sampler kita menghendaki $\hat\epsilon$ dari jaringan mana pun. Tulis `to_eps(kind, answer, x_t, t, schedule)`: `kind` adalah `"eps"`, `"x_0"`, atau `"v"`; `answer` adalah jawaban jaringan
# semacam itu tentang batch `x_t` yang berbentuk `(B, C, H, W)`; `t` berbentuk `(B,)`. Kembalikan noise yang terkandung dalam jawaban itu. Kedua persamaan yang diperlukan adalah
# definisi $v_t$ dan (68); untuk `"v"`, yang tidak diketahui ada dua, persamaannya pun dua. Siapkan kertas.

# %% [markdown] key="three-sizes-note" lang="ko" ref="0935a8a7"
# (c)입니다. 157.4073이면 검은색에서 흰색까지의 범위를 훌쩍 넘습니다. $t=1$에서는 같은 오차가 이미지를 0.0100만큼만 옮깁니다. 어느 한쪽이 옳다는 뜻은 아닙니다. 오차 하나를 두 가지 단위로 잰 것뿐입니다. 따라서 세 손실은 **가중치가 셋인 하나의 손실**입니다. (그림은 $\epsilon$의 오차 1이 각 손실에서 얼마가 되는지를 보여 줍니다.)
#
# $$\|x_0-\hat x_0\|^2 = \frac{1-\bar\alpha_t}{\bar\alpha_t}\,\|\epsilon-\hat\epsilon\|^2, \qquad \|v-\hat v\|^2 = \frac{1}{\bar\alpha_t}\,\|\epsilon-\hat\epsilon\|^2$$
#
# $\epsilon$의 단위로 재면, $x_0$의 손실은 작은 $t$의 오차를 거의 세지 않습니다($t=1$에서 0.0001). $v$의 손실은 가중치가 나머지 둘의 합이어서 언제나 적어도 한 배로는 셉니다. 큰 $t$에서는 이 둘이 거의 같고, $\epsilon$의 손실보다 훨씬 크게 셉니다.
#
# ### 연습문제: 다시 노이즈로
#
# 우리 샘플러는 어떤 신경망에서든 $\hat\epsilon$을 받으려 합니다. `to_eps(kind, answer, x_t, t, schedule)` 함수를 작성하십시오. `kind`는 `"eps"`, `"x_0"`, `"v"` 가운데 하나이고, `answer`는 그런 신경망이 모양이 `(B, C, H, W)`인 배치 `x_t`를 보고 내놓은 답이며, `t`의 모양은 `(B,)`입니다. 그 답에 담긴 노이즈를 돌려주십시오. 필요한 식은 $v_t$의 정의와 (68), 둘뿐입니다. `"v"`이면 미지수가 둘, 식이 둘입니다. 종이에 써 보면 쉽습니다.

# %% key="ex-to-eps" exercise="parameterisations.to_eps"
def to_eps(kind, answer, x_t, t, schedule):
    ### BEGIN SOLUTION
    alpha_bar_t = schedule.alpha_bar[t].view(-1, 1, 1, 1)
    signal, noise = alpha_bar_t**0.5, (1 - alpha_bar_t) ** 0.5
    if kind == "eps":
        return answer
    if kind == "x_0":
        return (x_t - signal * answer) / noise
    return signal * answer + noise * x_t
    ### END SOLUTION

# %% key="check-to-eps" check="parameterisations.to_eps"
check("parameterisations.to_eps", to_eps)

# %% [markdown] key="convert" lang="en"
# In the library this is `parameterisations.to_eps`, and `from_eps` goes the other way. Through $\epsilon$ every answer can be turned into every other, with nothing lost:

# %% [markdown] key="convert" lang="id" ref="6391c1b3"
# Di pustaka kursus ini namanya `parameterisations.to_eps`, dan `from_eps` berjalan ke arah sebaliknya. Lewat $\epsilon$, setiap jawaban dapat diubah menjadi jawaban lain tanpa ada yang hilang:

# %% [markdown] key="convert" lang="ko" ref="6391c1b3"
# 라이브러리에서는 `parameterisations.to_eps` 함수가 이 일을 하고, `from_eps` 함수는 반대로 갑니다. $\epsilon$을 거치면 어떤 답이든 다른 답으로 바꿀 수 있고, 잃는 것은 없습니다.

# %% key="convert-all"
kinds = parameterisations.KINDS
x_0, eps, off = noise(3, 4, 1, 8, 8, seed=9)
t = torch.tensor([1, 10, 500, 1000])
x_t, bar = forward.q_sample(x_0, t, eps, schedule), schedule.alpha_bar[t]
true = {kind: parameterisations.target(kind, x_0, t, eps, schedule) for kind in kinds}
for a in kinds:
    for b in kinds:
        eps_hat = parameterisations.to_eps(a, true[a], x_t, t, schedule)
        there = parameterisations.from_eps(b, eps_hat, x_t, t, schedule)
        assert (there - true[b]).abs().max() < 1e-10
    wrong = parameterisations.from_eps(a, eps + off, x_t, t, schedule)
    ratio = losses.per_image(wrong, true[a]) / losses.per_image(eps + off, eps)
    weight = {"eps": torch.ones(4), "x_0": (1 - bar) / bar, "v": 1 / bar}[a]
    print(f"{a:4s}", [f"{r:.4g}" for r in ratio.tolist()])
    assert (ratio / weight - 1).abs().max() < 1e-9

# %% [markdown] key="race-question" lang="en"
# The three rows are the three weights at $t$ = 1, 10, 500 and 1000. At $t=500$ an error of 1 in $\epsilon$ counts 1, 11.72 and 12.72 times: the third is the sum of the first two.
#
# ### Side by side
#
# Same network, same starting weights, same data, same number of steps; each is trained on the plain squared error of its *own* answer. To compare them we
# measure all three in the noise's unit: the right panel shows the recent error of $\hat\epsilon$ in each tenth of the timesteps.
#
# **Commit:** which of the three will look worst in the right panel, and where? And will it draw the worst samples?

# %% [markdown] key="race-question" lang="id" ref="c067dbea"
# Ketiga baris itu adalah ketiga bobot pada $t$ = 1, 10, 500, dan 1000. Pada $t=500$ galat sebesar 1 pada $\epsilon$ dihitung 1, 11.72, dan 12.72 kali: yang ketiga jumlah dari dua yang pertama.
#
# ### Berdampingan
#
# Jaringannya sama, bobot awalnya sama, datanya sama, banyaknya langkah sama; masing-masing dilatih dengan galat kuadrat biasa untuk jawabannya *sendiri*. Untuk membandingkannya,
# ketiganya kita ukur dalam satuan noise: panel kanan menunjukkan galat $\hat\epsilon$ dari langkah-langkah terakhir di setiap sepersepuluh bagian timestep.
#
# **Putuskan dulu:** mana dari ketiganya yang akan tampak paling buruk di panel kanan, dan di mana? Lalu, apakah sampelnya juga akan paling buruk?

# %% [markdown] key="race-question" lang="ko" ref="c067dbea"
# 세 줄은 $t$ = 1, 10, 500, 1000에서의 세 가중치입니다. $t=500$에서 $\epsilon$의 오차 1은 각각 1배, 11.72배, 12.72배로 셉니다. 셋째는 앞의 둘을 더한 것입니다.
#
# ### 나란히 놓고
#
# 신경망도, 처음 가중치도, 데이터도, 스텝 수도 같습니다. 저마다 *자기* 답의 제곱 오차를 그대로 줄이며 학습합니다. 셋을 비교하려고 모두 노이즈의 단위로 잽니다. 오른쪽 그림은 타임스텝을 열 구간으로 나누어 구간마다 $\hat\epsilon$의 최근 오차를 보여 줍니다.
#
# **답을 먼저 정하십시오.** 오른쪽 그림에서 셋 가운데 어느 것이, 어디서 가장 나쁘겠습니까? 샘플도 그것이 가장 나쁘겠습니까?

# %% key="race"
runs = {kind: learner(kind) for kind in kinds}
middles = torch.arange(50, 1000, 100)
axes, alt = {"MSE": "step", "MSE(t)": "t"}, lang.text("alt.loss.race")
plot = live({"MSE": kinds, "MSE(t)": kinds}, x=axes, log=["MSE", "MSE(t)"], total=600, alt=alt)
display(plot)
for each in zip(*(run.steps() for run in runs.values()), strict=True):
    now = {kind: progress.recent for kind, progress in zip(kinds, each, strict=True)}
    plot.add(each[0].step, {"MSE": {kind: recent.mean() for kind, recent in now.items()}})
    if each[0].step % 20 == 0:
        plot.replace({"MSE(t)": {kind: (middles, recent) for kind, recent in now.items()}})
plot.done()
for kind, run in runs.items():
    print(f"{kind:4s} 1000 MSE", [f"{1000 * error:.0f}" for error in run.recent.tolist()])
plot.picture()

# %% [markdown] key="race-samples-question" lang="en"
# The network for $x_0$ looks worst, in the first tenth, and by far: there its error is well above that of a network that always says “no noise” (1).
#
# Now the samples. Each network walks back from the same noise (50 deterministic steps, chapter 7). Three yardsticks, one column each:
#
# 1. $W$, a *distance* between two clouds of points: turn both onto a line, sort, take the mean gap; then the mean over 32 lines. Two draws of real data (first row) are not at distance 0 either;
# 2. $s$, the *width* of the blobs, from the median distance to the nearest centre: 0.15 for the data;
# 3. $r$, the share of *strays*, points further than 0.6 from every centre.
#
# **Commit:** what will be wrong with the samples of the $x_0$ network: the places of the blobs, their width, or too many strays?

# %% [markdown] key="race-samples-question" lang="id" ref="ca45cfad"
# Yang tampak paling buruk adalah jaringan untuk $x_0$, di sepersepuluh yang pertama, dan bedanya jauh: di sana galatnya jelas di atas 1, yaitu galat jaringan yang selalu berkata “tidak ada noise”.
#
# Sekarang sampelnya. Setiap jaringan berjalan pulang dari noise yang sama (50 langkah deterministik, Bab 7). Ada tiga alat ukur, masing-masing satu kolom:
#
# 1. $W$, *jarak* antara dua awan titik: proyeksikan keduanya ke sebuah garis, urutkan, ambil rata-rata selisihnya; lalu rata-ratakan atas 32 garis. Dua sampel data asli (baris pertama) pun jaraknya tidak 0;
# 2. $s$, *lebar* gumpalan, dari median jarak ke pusat terdekat: untuk datanya 0.15;
# 3. $r$, bagian *titik liar*, yaitu titik yang jaraknya ke setiap pusat lebih dari 0.6.
#
# **Putuskan dulu:** apa yang akan salah pada sampel jaringan $x_0$: letak gumpalannya, lebarnya, atau titik liarnya yang terlalu banyak?

# %% [markdown] key="race-samples-question" lang="ko" ref="ca45cfad"
# $x_0$을 답하는 신경망이 첫 구간에서 가장 나쁘고, 그것도 월등히 나쁩니다. 거기서는 언제나 “노이즈 없음”이라고 답하는 신경망의 오차(1)보다도 한참 큽니다.
#
# 이제 샘플을 봅시다. 세 신경망은 같은 노이즈에서 출발해 되돌아옵니다(결정론적인 50단계, 7장). 잣대는 세 가지이고, 출력에서 한 열씩 차지합니다.
#
# 1. $W$, 두 점구름 사이의 *거리*. 둘을 한 직선에 정사영하고 크기순으로 늘어놓은 다음, 같은 순위끼리의 간격을 평균합니다. 이것을 직선 32개에 걸쳐 다시 평균합니다. 진짜 데이터를 두 번 뽑아도(첫 줄) 거리는 0이 아닙니다.
# 2. $s$, 덩어리의 *폭*. 가장 가까운 중심까지 거리의 중앙값에서 구하며, 데이터는 0.15입니다.
# 3. $r$, *외톨이*의 비율. 모든 중심에서 0.6보다 멀리 떨어진 점입니다.
#
# **답을 먼저 정하십시오.** $x_0$을 답하는 신경망의 샘플은 무엇이 잘못되겠습니까? 덩어리의 자리입니까, 폭입니까, 너무 많은 외톨이입니까?

# %% key="race-samples"
import math

from course_lib import frames, samplers


def distance(a, b):
    angle = torch.arange(32) * torch.pi / 32
    lines = torch.stack([angle.cos(), angle.sin()])
    return float(((a @ lines).sort(0).values - (b @ lines).sort(0).values).abs().mean())


def draw(model, n=2000):
    x_T = torch.randn(n, 2, generator=torch.Generator().manual_seed(2))
    return samplers.final(samplers.sample(model, samplers.ddim_step, x_T, schedule, samplers.times(1000, 50)))


def averaged(run):
    return parameterisations.EpsModel(run.averaged(), schedule, run.model.kind)


def blobs(x):
    away = torch.cdist(x, ring.means).amin(1)
    return float(away.median()) / (2 * math.log(2)) ** 0.5, float((away > 0.6).double().mean())

# %% key="race-samples-drawn"
real, other = (ring.sample(2000, torch.Generator().manual_seed(seed)) for seed in (3, 4))
drawn = {"q": other} | {kind + "_hat": draw(averaged(run)) for kind, run in runs.items()}
print(f"{'':8s} {'W':5s}  {'s':5s}  r")
for name, x in drawn.items():
    width, strays = blobs(x)
    print(f"{name:8s} {distance(x, real):.3f}  {width:.3f}  {strays:.1%}")
pictures = torch.from_numpy(frames.scatter(torch.stack(list(drawn.values())), size=128))
titles = ["$q$", r"$\hat\epsilon$", r"$\hat x_0$", r"$\hat v$"]
figures.show(figures.strip(pictures, titles, size=2.2), "alt.loss.race_samples")

# %% [markdown] key="race-note" lang="en"
# The width. Its blobs sit in the right places, but are drawn as dots and thin lines. An error in $\hat\epsilon$ at $t\le 100$ is an error of at most about a third of its size in the point, and the loss for $x_0$ hardly counts it; but fine detail is
# decided just there, in the last steps of the way back. The other two nearly keep the width and leave more strays between the blobs. From these errors alone we cannot say why.
#
# So the weight decides **where** a network of finite size may be wrong, which is section 3 once more. And three losses in three units cannot be compared by their size: convert first, as the right panel did.
#
# Ho et al. 2020 found $\epsilon$ better than $x_0$ for images; $v$ is safe at both ends, and the digits model of this course answers $v$.
#
# ## 5 · The training algorithm
#
# Algorithm 1 of Ho et al. 2020, line by line:
#
# | line | in words | watch out |
# | --- | --- | --- |
# | 1 | repeat | there is no natural end; section 6 says when to stop |
# | 2 | $x_0 \sim q(x_0)$ | a random image of the data, scaled to $[-1,1]$ |
# | 3 | $t \sim \mathrm{Uniform}\{1,\dots,T\}$ | one $t$ *for each image*, 0 excluded, $T$ included |
# | 4 | $\epsilon \sim \mathcal N(0,I)$ | normal, not uniform; of the shape of $x_0$ |
# | 5 | one gradient step on $\lVert\epsilon-\epsilon_\theta(\sqrt{\bar\alpha_t}\,x_0+\sqrt{1-\bar\alpha_t}\,\epsilon,\ t)\rVert^2$ | a jump, no walk; the target is the very $\epsilon$ that was mixed in |
# | 6 | until converged | |
#
# **Commit:** to save a line, someone draws a *single* $t$ for a whole batch. Is the training then (a) wrong, (b) right but noisier, (c) the same? The cell measures the batch losses of the
# very first network both ways: mean and standard deviation.

# %% [markdown] key="race-note" lang="id" ref="1051b5ad"
# Lebarnya. Gumpalannya berada di tempat yang benar, tetapi tergambar sebagai noktah dan garis tipis. Pada $t\le 100$, galat pada $\hat\epsilon$ menggeser titiknya paling jauh sekitar sepertiga besar galat itu, dan loss untuk $x_0$ hampir tidak menghitungnya; padahal rincian halus
# ditentukan justru di sana, pada langkah-langkah terakhir perjalanan pulang. Kedua jaringan lainnya hampir mempertahankan lebar itu, tetapi meninggalkan lebih banyak titik liar di antara gumpalan. Dari galat ini saja kita tidak dapat mengatakan sebabnya.
#
# Jadi bobotlah yang menentukan **di mana** jaringan yang ukurannya terbatas boleh keliru; inilah bagian 3 sekali lagi. Dan tiga loss dalam tiga satuan tidak dapat dibandingkan dari besarnya: ubah dulu satuannya, seperti di panel kanan.
#
# Ho et al. 2020 mendapati $\epsilon$ lebih baik daripada $x_0$ untuk gambar; $v$ aman di kedua ujung, dan model angka milik kursus ini menjawab $v$.
#
# ## 5 · Algoritme pelatihan
#
# Algoritme 1 dari Ho et al. 2020, baris demi baris:
#
# | baris | dengan kata-kata | perhatikan |
# | --- | --- | --- |
# | 1 | ulangi | tidak ada akhir yang alami; bagian 6 menunjukkan kapan boleh berhenti |
# | 2 | $x_0 \sim q(x_0)$ | sebuah gambar acak dari data, diskalakan ke $[-1,1]$ |
# | 3 | $t \sim \mathrm{Uniform}\{1,\dots,T\}$ | satu $t$ *untuk tiap gambar*, tanpa 0, termasuk $T$ |
# | 4 | $\epsilon \sim \mathcal N(0,I)$ | normal, bukan seragam; bentuknya seperti $x_0$ |
# | 5 | satu langkah gradien pada $\lVert\epsilon-\epsilon_\theta(\sqrt{\bar\alpha_t}\,x_0+\sqrt{1-\bar\alpha_t}\,\epsilon,\ t)\rVert^2$ | lompatan, bukan perjalanan; sasarannya persis $\epsilon$ yang tadi dicampurkan |
# | 6 | sampai konvergen | |
#
# **Putuskan dulu:** demi menghemat sebaris kode, seseorang mengambil *satu* $t$ saja untuk seluruh batch. Apakah pelatihannya menjadi (a) salah, (b) benar tetapi lebih bernoise, (c) sama saja? Sel berikut mengukur loss
# batch jaringan pertama kita dengan kedua cara itu: rata-rata dan simpangan bakunya.

# %% [markdown] key="race-note" lang="ko" ref="1051b5ad"
# 폭입니다. 덩어리는 제자리에 있지만 점과 가는 선으로 그려졌습니다. $t\le 100$에서 $\hat\epsilon$의 오차는 점의 위치로 옮기면 기껏해야 삼분의 일쯤으로 줄고, $x_0$의 손실은 이것을 거의 세지 않습니다. 그러나 세밀한 부분은 바로 거기, 되돌아오는 길의 마지막 단계들에서 정해집니다. 나머지 둘은 폭을 거의 지키지만 덩어리 사이에 외톨이를 더 많이 남깁니다. 왜 그런지는 이 오차만 보아서는 알 수 없습니다.
#
# 그러므로 크기가 유한한 신경망이 **어디서** 틀려도 되는지는 가중치가 정합니다. 3절에서 한 이야기가 다시 나왔습니다. 그리고 단위가 다른 세 손실은 크기로 견줄 수 없습니다. 앞의 오른쪽 그림에서처럼 먼저 단위를 맞추십시오.
#
# Ho et al. 2020은 이미지에서 $\epsilon$이 $x_0$보다 낫다는 것을 보았습니다. $v$는 양쪽 끝에서 모두 안전하고, 이 강의의 숫자 모델은 $v$를 답합니다.
#
# ## 5 · 학습 알고리즘
#
# Ho et al. 2020의 알고리즘 1을 한 줄씩 봅시다.
#
# | 줄 | 말로 하면 | 조심할 것 |
# | --- | --- | --- |
# | 1 | 되풀이합니다 | 저절로 끝나지 않습니다. 언제 멈출지는 6절에서 다룹니다 |
# | 2 | $x_0 \sim q(x_0)$ | 데이터에서 무작위로 고른 이미지이며, $[-1,1]$에 맞춥니다 |
# | 3 | $t \sim \mathrm{Uniform}\{1,\dots,T\}$ | *이미지마다* $t$가 하나씩이고, 0은 빼고 $T$는 넣습니다 |
# | 4 | $\epsilon \sim \mathcal N(0,I)$ | 균등분포가 아니라 정규분포이고, $x_0$과 모양이 같습니다 |
# | 5 | $\lVert\epsilon-\epsilon_\theta(\sqrt{\bar\alpha_t}\,x_0+\sqrt{1-\bar\alpha_t}\,\epsilon,\ t)\rVert^2$의 기울기를 따라 한 스텝 | 걷지 않고 건너뜁니다. 목표는 방금 섞은 바로 그 $\epsilon$입니다 |
# | 6 | 수렴할 때까지 | |
#
# **답을 먼저 정하십시오.** 누군가 한 줄을 아끼려고 배치 전체에 $t$를 *하나만* 뽑습니다. 이 학습은 (a) 틀립니까, (b) 맞지만 더 들쭉날쭉합니까, (c) 똑같습니까? 셀에서는 이 장에서 맨 처음 학습한 신경망으로 배치의 손실을 두 방법으로 재어 평균과 표준편차를 구합니다.

# %% key="algorithm-one-t"
def batch_losses(shared, size=32, count=1500):
    g = torch.Generator().manual_seed(8)
    t = torch.randint(1, 1001, (count, 1 if shared else size), generator=g).expand(count, size).reshape(-1)
    x_0, eps = ring.sample(len(t), g), torch.randn(len(t), 2, generator=g)
    with torch.no_grad():
        eps_hat = first.model(forward.q_sample(x_0, t, eps, schedule), t)
    return losses.per_image(eps_hat, eps).view(count, size).mean(1)


each, one = batch_losses(shared=False), batch_losses(shared=True)
print(f"(B,) {each.mean():.2f} +- {each.std():.2f}   (1,) {one.mean():.2f} +- {one.std():.2f}")
assert abs(each.mean() - one.mean()) < 5 * float(one.std()) / 1500**0.5 and one.std() > 2 * each.std()

# %% [markdown] key="ex-loss-task" lang="en"
# (b). The mean is the same, so on average the gradient points the same way; but a batch that has only seen one noise level says little about the others, and its loss scatters almost three times as much. A batch should be a sample
# of *everything* that varies: images, timesteps, noises.
#
# ### Exercise: the loss of one batch
#
# Write `loss(model, x_0, t, eps, schedule)`, line 5 without the gradient step. `x_0` and `eps` have shape `(B, C, H, W)`, `t` has shape `(B,)`, and
# `model(x_t, t)` answers $\hat\epsilon$. Return a tensor with one number, the *mean* over all pixels of the batch. Make $x_t$ with `forward.q_sample` or by hand; draw no noise of your own.

# %% [markdown] key="ex-loss-task" lang="id" ref="14f2f216"
# (b). Rata-ratanya sama, jadi secara rata-rata gradiennya menunjuk ke arah yang sama; tetapi batch yang hanya melihat satu tingkat noise tidak banyak bicara tentang tingkat lain, dan loss-nya tersebar hampir tiga kali lebih lebar. Sebuah batch sebaiknya menjadi sampel
# dari *semua* yang berubah-ubah: gambar, timestep, noise.
#
# ### Latihan: loss satu batch
#
# Tulis `loss(model, x_0, t, eps, schedule)`, yaitu baris 5 tanpa langkah gradiennya. `x_0` dan `eps` berbentuk `(B, C, H, W)`, `t` berbentuk `(B,)`, dan
# `model(x_t, t)` menjawab $\hat\epsilon$. Kembalikan tensor berisi satu bilangan, *rata-rata* atas semua piksel dalam batch. Buat $x_t$ dengan `forward.q_sample` atau dengan tangan sendiri; jangan mengambil noise sendiri.

# %% [markdown] key="ex-loss-task" lang="ko" ref="14f2f216"
# (b)입니다. 평균이 같으므로 기울기도 평균으로는 같은 쪽을 가리킵니다. 그러나 노이즈 수준을 하나만 본 배치는 다른 수준에 대해서는 거의 아무것도 말해 주지 못하고, 손실은 거의 세 배나 더 흩어집니다. 배치는 이미지, 타임스텝, 노이즈처럼 변하는 *모든 것*의 샘플이어야 합니다.
#
# ### 연습문제: 배치 하나의 손실
#
# `loss(model, x_0, t, eps, schedule)` 함수를 작성하십시오. 알고리즘의 5번째 줄에서 기울기를 따라가는 부분만 뺀 것입니다. `x_0`과 `eps`의 모양은 `(B, C, H, W)`이고 `t`의 모양은 `(B,)`이며, `model(x_t, t)`의 답은 $\hat\epsilon$입니다. 배치의 모든 픽셀에 걸친 *평균*을 수 하나가 든 텐서로 돌려주십시오. $x_t$는 `forward.q_sample`로 만들어도 되고 직접 계산해도 됩니다. 노이즈는 따로 뽑지 마십시오.

# %% key="ex-loss" exercise="training.loss"
def loss(model, x_0, t, eps, schedule):
    ### BEGIN SOLUTION
    x_t = forward.q_sample(x_0, t, eps, schedule)
    return (eps - model(x_t, t)).square().mean()
    ### END SOLUTION

# %% key="check-loss" check="training.loss"
check("training.loss", loss)

# %% [markdown] key="loop" lang="en"
# ### All of it, in plain torch
#
# Nothing more is needed to train a diffusion model. Lines 2 to 5 of the algorithm are the lines of the loop, in order.

# %% [markdown] key="loop" lang="id" ref="a5b5ace2"
# ### Semuanya, dengan torch polos
#
# Untuk melatih model difusi tidak diperlukan apa-apa lagi. Baris 2 sampai 5 dari algoritme itu menjadi baris-baris loop berikut, dalam urutan yang sama.

# %% [markdown] key="loop" lang="ko" ref="a5b5ace2"
# ### 순수한 torch로 전부
#
# 확산 모델을 학습하는 데 더 필요한 것은 없습니다. 알고리즘의 2번째 줄부터 5번째 줄까지가 반복문 안에 그 순서대로 들어 있습니다.

# %% key="loop-plain"
torch.manual_seed(1)
net = mlp.MLP(width=64, depth=2)
optimiser = torch.optim.Adam(net.parameters(), lr=5e-3)
history = []
for step in range(400):
    x_0 = points[torch.randint(len(points), (256,))]
    t = torch.randint(1, schedule.T + 1, (256,))
    eps = torch.randn_like(x_0)
    x_t = forward.q_sample(x_0, t, eps, schedule)
    mse = (eps - net(x_t, t)).square().mean()
    optimiser.zero_grad()
    mse.backward()
    optimiser.step()
    history.append(float(mse.detach()))
plain = parameterisations.EpsModel(net, schedule).requires_grad_(False)
print(f"{sum(history[:20]) / 20:.2f} -> {sum(history[-100:]) / 100:.2f}  {distance(draw(plain), real):.3f}")

# %% [markdown] key="digits" lang="en"
# The cell prints the mean loss of the first 20 and of the last 100 steps, then the distance $W$ of the samples. That is clearly worse than in section 4: here the learning rate never fell and no weights were averaged (section 6).
#
# For a digit the loop is the same; what grows around it is housekeeping. `training.Run` adds a warm-up and a falling learning rate, an upper limit for the gradient, a
# moving average of the weights (section 6), and a state on disk, so that a run of hours can be stopped and taken up again.
#
# Now train a network for digits **on this machine, from nothing**. It has about three hundred thousand weights and a budget of 6 seconds.
#
# **Commit:** after 6 seconds, what will it draw: noise, blots, or strokes?

# %% [markdown] key="digits" lang="id" ref="d6914a0d"
# Sel itu mencetak rata-rata loss dari 20 langkah pertama dan 100 langkah terakhir, lalu jarak $W$ sampelnya. Jaraknya jelas lebih buruk daripada di bagian 4: di sini laju pembelajaran tidak pernah turun dan tidak ada bobot yang dirata-ratakan (bagian 6).
#
# Untuk angka, loop-nya sama; yang bertambah hanya perlengkapan di sekelilingnya. `training.Run` menambahkan pemanasan (warm-up) dan laju pembelajaran (learning rate) yang menurun, batas atas untuk gradien,
# rata-rata bergerak dari bobot jaringan (bagian 6), dan keadaan yang tersimpan di disk, sehingga pelatihan berjam-jam dapat dihentikan lalu dilanjutkan.
#
# Sekarang latihlah jaringan untuk angka **di komputer ini, dari nol**. Bobotnya sekitar tiga ratus ribu dan jatah waktunya 6 detik.
#
# **Putuskan dulu:** setelah 6 detik, apa yang akan digambarnya: noise, bercak, atau goresan?

# %% [markdown] key="digits" lang="ko" ref="d6914a0d"
# 셀은 처음 20스텝과 마지막 100스텝의 평균 손실, 그리고 샘플의 거리 $W$를 출력합니다. 거리는 4절보다 뚜렷이 나쁩니다. 여기서는 학습률을 내리지도, 가중치를 평균하지도(6절) 않았기 때문입니다.
#
# 숫자 그림이라고 해서 반복문이 달라지지는 않습니다. 거기에 딸린 일이 늘어날 뿐입니다. `training.Run`은 학습률을 서서히 올렸다가 내리고, 기울기의 크기에 상한을 두고, 신경망 가중치의 이동평균을 구하며(6절), 상태를 디스크에 남깁니다. 그래서 몇 시간짜리 학습도 멈추었다가 다시 이어 갈 수 있습니다.
#
# 이제 숫자를 그리는 신경망을 **이 컴퓨터에서 맨 처음부터** 학습합니다. 신경망의 가중치는 약 삼십만 개이고, 주어진 시간은 6초입니다.
#
# **답을 먼저 정하십시오.** 6초 뒤에 무엇을 그리겠습니까? 노이즈입니까, 얼룩입니까, 획입니까?

# %% key="digits-folder"
import tempfile
from pathlib import Path

from course_lib import checkpoints, data, guidance, progress, unet

try:
    folder = progress.home() / "training"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder):
        pass
except (OSError, ValueError):
    folder = Path(tempfile.mkdtemp())

# %% key="digits-scratch-run"
seconds = 6
images, labels = data.digits("train")
recipe = {"steps": 6000, "batch_size": 16, "warmup": 20, "ema_decay": 0.98}
torch.manual_seed(0)
net = unet.UNet(widths=(16, 32, 64), embedding=64, classes=10)
scratch = training.Run(
    parameterisations.EpsModel(net, schedule, "v"),
    images,
    labels,
    training.Recipe(learning_rate=2e-3, precision="fp32", **recipe),
    state=folder / "04-scratch.safetensors",
)
print("theta", sum(p.numel() for p in net.parameters()), "x_0", tuple(images.shape), "step", scratch.step)
training.train(scratch, seconds=seconds)
print("step", scratch.step, f"{scratch.seconds:.0f} s")
print("1000 MSE", [f"{1000 * error:.0f}" for error in scratch.recent.tolist()])

# %% [markdown] key="digits-shipped" lang="en"
# **Run that cell again** (the last one) and it goes on where it stopped, even tomorrow: its state lies in your course folder, under `training`. Set `seconds = 60` and watch the strokes of the
# next picture become digits. (To start over, delete the file.)
#
# And here the model that ships with the course is trained on for a few seconds. It has seen more than five million images before.

# %% [markdown] key="digits-shipped" lang="id" ref="e31a8d28"
# **Jalankan sel itu sekali lagi** (sel yang terakhir), dan pelatihannya berlanjut dari tempatnya berhenti, bahkan besok: keadaannya tersimpan di folder kursusmu, di bawah `training`. Setel `seconds = 60` dan saksikan goresan pada
# gambar berikut menjadi angka. (Untuk mulai dari awal, hapus berkasnya.)
#
# Lalu, di sini, model bawaan kursus ini dilatih lagi selama beberapa detik. Sebelumnya ia sudah melihat lebih dari lima juta gambar.

# %% [markdown] key="digits-shipped" lang="ko" ref="e31a8d28"
# **그 셀을 한 번 더 실행해 보십시오.** (바로 위의 셀입니다.) 멈춘 곳에서 이어 갑니다. 내일 실행해도 그렇습니다. 상태가 여러분의 강의 폴더 안 `training` 폴더에 남아 있기 때문입니다. `seconds = 60`으로 바꾸고, 다음 그림의 획이 숫자가 되는 모습을 지켜보십시오. (처음부터 다시 하려면 그 파일을 지우십시오.)
#
# 다음은 강의에 들어 있는 모델을 몇 초 더 학습하는 것입니다. 이 모델은 이미 이미지를 오백만 장 넘게 보았습니다.

# %% key="digits-shipped-run"
shipped = checkpoints.load("digits")
seen = sum(checkpoints.card("digits")["images_seen"])
further = training.Run(
    checkpoints.load("digits"),
    images,
    labels,
    training.Recipe(learning_rate=1e-4, **recipe),
    state=folder / f"04-digits-{seen}.safetensors",
)
training.train(further, seconds=seconds / 3)
print("step", further.step, f"{further.seconds:.0f} s")
print("1000 MSE", [f"{1000 * error:.0f}" for error in further.recent.tolist()])


def digits(model):
    asked = guidance.guide(model, torch.arange(10), w=0.0)
    x_T = torch.randn(10, 1, 28, 28, generator=torch.Generator().manual_seed(5))
    g, times = torch.Generator().manual_seed(6), samplers.times(1000, 30)
    return samplers.final(samplers.sample(asked, samplers.ddpm_step, x_T, schedule, times, g))

# %% key="digits-samples"
three = [averaged(scratch), shipped, averaged(further)]
rows = [digits(model).clamp(-1, 1) for model in three]
figures.show(figures.grid(rows, row_titles=["a", "b", "c"], size=1), "alt.loss.digits")

# %% [markdown] key="digits-note" lang="en"
# (a) After a few seconds, blots that turn into strokes; how long until you can read them? (b) The shipped model. All of its digits can be read, but not all are well made: look at the 2 and the 9. (c) The same after a few more seconds: hardly a stroke changes, and not always for
# the better, though each second costs as much as before. The first seconds buy the most, and the loss will not tell you when the rest is worth it; the pictures will.
#
# The whole run is one command: `course train digits` (four stages, about eight hours on one core, resumable with Ctrl-C and the same command).

# %% [markdown] key="digits-note" lang="id" ref="cbcf7c33"
# (a) Setelah beberapa detik, bercak yang mulai menjadi goresan; berapa lama sampai angkanya terbaca? (b) Model bawaan. Semua angkanya terbaca, tetapi tidak semuanya bagus: perhatikan angka 2 dan 9. (c) Model yang sama setelah beberapa detik tambahan: hampir tidak ada goresan yang berubah,
# dan kalaupun berubah tidak selalu menjadi lebih baik, padahal tiap detiknya semahal tadi. Kemajuan terbesar terjadi pada detik-detik pertama. Apakah sisanya masih sepadan, loss tidak akan memberi tahu; gambarnya yang memberi tahu.
#
# Seluruh pelatihan itu satu perintah saja: `course train digits` (empat tahap, sekitar delapan jam dengan satu inti prosesor; hentikan dengan Ctrl-C, lanjutkan dengan perintah yang sama).

# %% [markdown] key="digits-note" lang="ko" ref="cbcf7c33"
# (a) 몇 초 뒤에는 얼룩이 획으로 바뀌기 시작합니다. 읽을 수 있기까지 얼마나 걸리겠습니까? (b) 강의에 들어 있는 모델입니다. 모두 읽을 수 있지만 모두 잘된 것은 아닙니다. 2와 9를 보십시오. (c) 그 모델을 몇 초 더 학습한 것입니다. 일 초에 드는 비용은 처음과 같은데 획은 거의 달라지지 않고, 달라져도 꼭 나아지는 것은 아닙니다. 처음 몇 초에 얻는 것이 가장 많습니다. 그 뒤로 언제까지 계속할 값어치가 있는지는 손실이 아니라 그림이 알려 줍니다.
#
# 전체 학습은 명령 하나, `course train digits`로 합니다(네 단계를 거치며, 코어 하나로 여덟 시간쯤 걸리고, Ctrl-C로 멈추었다가 같은 명령으로 이어 갈 수 있습니다).

# %% [markdown] key="flat" lang="en"
# ## 6 · “My loss is flat. Is it learning?”
#
# Back to the first picture of this chapter. To see why the curve stops, ask what the best possible network could do. For our data we know the answer exactly: the mean of $\epsilon$ given
# $x_t$, which follows from the density (`optimal_eps`, chapter 1's ideal denoiser). Even it cannot *know* the noise; many pairs of image and noise lead to the same $x_t$. So
#
# $$\min_f\,\mathbb E\left\|\epsilon-f(x_t,t)\right\|^2 = \mathbb E\left\|\epsilon-\mathbb E[\epsilon\mid x_t]\right\|^2 > 0 \tag{A2}$$
#
# The minimum is taken over all functions $f$; a network can only come near it.
#
# Let the data be as simple as can be: a number near $+1$ or near $-1$ (standard deviation 0.15).
#
# **Commit:** the perfect network's loss at $t=10$, where there is almost no noise, and at $t=1000$, where there is almost only noise. Which is near 1 and which is near 0?

# %% [markdown] key="flat" lang="id" ref="236486f6"
# ## 6 · “Loss-ku mendatar. Apakah jaringanku belajar?”
#
# Kembali ke gambar pertama bab ini. Untuk memahami mengapa kurvanya berhenti, tanyakan apa yang sanggup dicapai jaringan terbaik yang mungkin ada. Untuk data kita jawabannya diketahui secara eksak: rata-rata $\epsilon$ bila
# $x_t$ diketahui, yang mengikuti dari densitasnya (`optimal_eps`, penghilang noise ideal dari Bab 1). Jaringan itu pun tidak mungkin *tahu* noise-nya; banyak pasangan gambar dan noise menghasilkan $x_t$ yang sama. Maka
#
# $$\min_f\,\mathbb E\left\|\epsilon-f(x_t,t)\right\|^2 = \mathbb E\left\|\epsilon-\mathbb E[\epsilon\mid x_t]\right\|^2 > 0 \tag{A2}$$
#
# Minimum itu diambil atas semua fungsi $f$; sebuah jaringan hanya dapat mendekatinya.
#
# Ambil data sesederhana mungkin: sebuah bilangan di dekat $+1$ atau di dekat $-1$ (simpangan baku 0.15).
#
# **Putuskan dulu:** loss jaringan sempurna pada $t=10$, ketika hampir tidak ada noise, dan pada $t=1000$, ketika hampir hanya ada noise. Mana yang dekat 1 dan mana yang dekat 0?

# %% [markdown] key="flat" lang="ko" ref="236486f6"
# ## 6 · “손실이 평평합니다. 배우고 있는 것입니까?”
#
# 이 장의 첫 그림으로 돌아갑시다. 곡선이 왜 멈추는지 알려면, 더 바랄 것 없는 신경망이라면 어디까지 갈 수 있는지 물어보면 됩니다. 우리 데이터라면 그 답을 정확히 압니다. $x_t$가 주어졌을 때 $\epsilon$의 평균이며, 밀도에서 나옵니다(`optimal_eps`, 1장의 이상적인 노이즈 제거기). 그런 신경망도 노이즈를 *알* 수는 없습니다. 같은 $x_t$에 이르는 이미지와 노이즈의 쌍이 많기 때문입니다. 그래서 다음과 같습니다.
#
# $$\min_f\,\mathbb E\left\|\epsilon-f(x_t,t)\right\|^2 = \mathbb E\left\|\epsilon-\mathbb E[\epsilon\mid x_t]\right\|^2 > 0 \tag{A2}$$
#
# 여기서 최솟값은 모든 함수 $f$를 통틀어 구한 것입니다. 신경망은 거기에 다가갈 수 있을 뿐입니다.
#
# 데이터는 더없이 단순하게 $+1$ 아니면 $-1$ 가까이에 있는 수 하나로 합시다(표준편차 0.15).
#
# **답을 먼저 정하십시오.** 노이즈가 거의 없는 $t=10$과 거의 노이즈뿐인 $t=1000$에서 완벽한 신경망의 손실을 잽니다. 어느 쪽이 1에 가깝고 어느 쪽이 0에 가깝겠습니까?

# %% key="flat-floor"
pair = gaussians.Mixture([0.5, 0.5], [[-1.0], [1.0]], 0.15)
best_eps = pair.optimal_eps(schedule)
x = torch.linspace(-6, 6, 4001, dtype=torch.float64)[:, None]
floor = torch.zeros(1001, dtype=torch.float64)
for t in range(1, 1001):
    q = pair.diffused(t, schedule).log_prob(x).exp()
    answer = best_eps(x, torch.full((len(x),), t))[:, 0]
    floor[t] = 1 - (q * answer**2).sum() * (x[1, 0] - x[0, 0])
print({t: f"{floor[t]:.2g}" for t in (10, 100, 250, 500, 750, 1000)}, f"mean {floor[1:].mean():.3f}")
x_0 = pair.sample(100_000, torch.Generator().manual_seed(9)).double()
for t in (10, 500):
    eps = noise(100_000, 1, seed=t)
    each = (eps - best_eps(forward.q_sample(x_0, t, eps, schedule), torch.full((100_000,), t))).square()
    assert abs(each.mean() - floor[t]) < 5 * each.std() / 100_000**0.5

# %% [markdown] key="flat-floor-note" lang="en"
# At $t=10$ it is 0.92, at $t=1000$ it is 0.00004. The other way round than most people guess. With hardly any noise, a perfect eye cannot see the noise: it takes the small deviation for a feature of the data. Where all
# is noise, naming the noise is easy: just repeat the input. In between, the row rises a second time, around $t=250$: there the two blobs begin to overlap, and from which of them did $x_t$ come?
#
# (In the cell, $\mathbb E\|\epsilon-\mathbb E[\epsilon\mid x_t]\|^2 = 1-\mathbb E\,\mathbb E[\epsilon\mid x_t]^2$ is an integral over $x_t$; a simulation agrees within five standard errors.)
#
# So the loss has a **floor**, one for each $t$, and the floor is a property of the *data and the schedule*, not of the network. Draw it under the three learners of section 4, all measured on one and the same set of points. Beside it, the digits network you just trained, on test digits. There
# nobody knows the floor; the shipped model's error is our practical one, and the true floor lies below it.

# %% [markdown] key="flat-floor-note" lang="id" ref="eb26173f"
# Pada $t=10$ nilainya 0.92, pada $t=1000$ nilainya 0.00004. Kebalikan dari tebakan kebanyakan orang. Bila noise-nya hampir tidak ada, mata yang sempurna pun tidak dapat melihatnya: simpangan kecil itu dikiranya ciri data. Bila
# semuanya noise, menebak noise itu mudah: ulangi saja masukannya. Di antaranya, deret itu naik sekali lagi di sekitar $t=250$: di situ kedua gumpalan mulai bertumpang tindih, dan dari gumpalan mana $x_t$ berasal?
#
# (Dalam sel tadi, $\mathbb E\|\epsilon-\mathbb E[\epsilon\mid x_t]\|^2 = 1-\mathbb E\,\mathbb E[\epsilon\mid x_t]^2$ adalah integral atas $x_t$; sebuah simulasi cocok dengannya dalam batas lima galat baku.)
#
# Jadi loss punya **lantai**, satu untuk setiap $t$, dan lantai itu milik *data dan jadwalnya*, bukan milik jaringan. Mari gambar lantai itu di bawah ketiga jaringan dari bagian 4, semuanya diukur pada himpunan titik yang sama. Di sampingnya, jaringan angka yang baru saja kita latih, pada angka-angka uji. Di
# situ tidak ada yang tahu lantainya; galat model bawaan menjadi patokan praktis kita, dan lantai yang sebenarnya terletak di bawahnya.

# %% [markdown] key="flat-floor-note" lang="ko" ref="eb26173f"
# $t=10$에서 0.92, $t=1000$에서 0.00004입니다. 많은 사람의 짐작과 반대입니다. 노이즈가 거의 없으면 완벽한 눈에도 노이즈가 보이지 않습니다. 조금 벗어난 것을 데이터 본래의 모습으로 여기기 때문입니다. 온통 노이즈뿐이면 노이즈를 알아맞히기가 쉽습니다. 입력을 그대로 되뇌면 됩니다. 그 사이에서는 $t=250$쯤에 값이 한 번 더 커집니다. 두 덩어리가 겹치기 시작하는 곳이라 $x_t$가 어느 쪽에서 왔는지 알기 어렵기 때문입니다.
#
# (셀에서 $\mathbb E\|\epsilon-\mathbb E[\epsilon\mid x_t]\|^2 = 1-\mathbb E\,\mathbb E[\epsilon\mid x_t]^2$은 $x_t$에 대한 적분으로 구합니다. 시뮬레이션의 결과도 표준오차의 다섯 배 안에서 이 값과 맞습니다.)
#
# 그러므로 손실에는 $t$마다 **바닥**이 있습니다. 이 바닥은 신경망이 아니라 *데이터와 스케줄*이 정합니다. 4절의 세 신경망 밑에 이 바닥을 그려 봅시다. 셋 모두 똑같은 점들에서 잽니다. 그 옆은 방금 학습한 숫자 신경망으로, 시험용 숫자에서 잽니다. 숫자 그림의 바닥은 아무도 모릅니다. 그래서 강의에 들어 있는 모델의 오차를 실용적인 바닥으로 삼습니다. 진짜 바닥은 그보다 아래에 있습니다.

# %% key="flat-measure"
perfect = ring.optimal_eps(schedule)
g = torch.Generator().manual_seed(10)
x_0, t = ring.sample(20_000, g), torch.randint(1, 1001, (20_000,), generator=g)
held = x_0, t, torch.randn(20_000, 2, generator=g)
test_x, test_y = data.digits("test")


def errors(model, x_0, t, eps):
    with torch.no_grad():
        return losses.per_image(model(forward.q_sample(x_0, t, eps, schedule), t), eps)


def by_tenth(model):
    tenth = (held[1] - 1) // 100
    each = errors(model, *held)
    return torch.stack([each[tenth == k].mean() for k in range(10)])


def of_digits(model, n=32):
    asked = guidance.guide(model, test_y[:n], w=0.0)
    eps = torch.randn(n, 1, 28, 28, generator=torch.Generator().manual_seed(11))
    return torch.stack([errors(asked, test_x[:n], torch.full((n,), t), eps).mean() for t in middles.tolist()])

# %% key="flat-drawn"
fig, ax = figures.axes(r"$t$", columns=2, size=(4.6, 3.4))
lowest, reached = by_tenth(perfect), {kind: by_tenth(averaged(run)) for kind, run in runs.items()}
practical, fresh = of_digits(shipped), of_digits(averaged(scratch))
names = {"eps": (r"$\hat\epsilon$", "o"), "x_0": (r"$\hat x_0$", "s"), "v": (r"$\hat v$", "x")}
floor_style = {"color": "lightgrey", "linestyle": "-", "linewidth": 8}
ax[0].semilogy(middles, lowest, label=r"$E[\epsilon\,|\,x_t]$", **floor_style)
for kind, values in reached.items():
    name, marker = names[kind]
    ax[0].semilogy(middles, values, marker=marker, label=name)
    gap = values - lowest
    print(f"{kind:4s} {values.mean():.2f}  min {lowest.mean():.3f}  {lowest.mean() / values.mean():.0%}")
    print(f"     {gap[:3].sum() / gap.sum():.0%}", " ".join(f"{each:.4f}" for each in gap.tolist()))
ax[1].semilogy(middles, practical, label="b (digits)", **floor_style)
ax[1].semilogy(middles, fresh, marker="o", label="a (04-scratch)")
for one_ax in ax:
    one_ax.legend()
    one_ax.set_ylabel("MSE")
print("b", [f"{v:.2g}" for v in practical.tolist()])
assert all((values.mean() > lowest.mean() > 0.1) for values in reached.values())
figures.show(fig, "alt.loss.floor")

# %% [markdown] key="flat-drawn-note" lang="en"
# There is the answer to the first picture. The cell prints each network's error, the floor (0.195) and the floor's share: for the $\epsilon$ and the $v$ network nearly all of that “bad” loss is floor, which no network of any size gets below. What
# training can still change is the small gap, printed for each tenth of the timesteps. On the logarithmic axis it looks largest at the largest $t$ for the $\epsilon$ network; but that is a large *ratio* of two tiny numbers. In absolute terms nearly all of every network's gap lies
# in the first three tenths (the share in front of the row).
#
# Right: your digits network (a) above the shipped model (b). Hardly a difference at large $t$; at small and middle $t$ much is left to learn. **Watch the loss by $t$, not its mean.**
#
# ### One batch is noise
#
# Many training loops print the loss of the *last batch*. Take the perfect network, whose weights never change, and print the loss of one batch of 64 after another.
#
# **Commit:** beside it, a network that is 10% too timid (it answers $0.9\,\mathbb E[\epsilon\mid x_t]$). Batch against batch, how often will the *worse* one look better: hardly ever, one time in five, or nearly half the time?

# %% [markdown] key="flat-drawn-note" lang="id" ref="abc5e1b2"
# Inilah jawaban untuk gambar pertama. Sel tadi mencetak galat setiap jaringan, lantainya (0.195), dan bagian lantai itu dalam galatnya: untuk jaringan $\epsilon$ dan $v$, hampir seluruh loss yang “buruk” itu adalah lantai, yang tidak dapat ditembus jaringan seberapa pun besarnya. Yang
# masih dapat diubah oleh pelatihan hanyalah celah kecilnya, yang dicetak untuk setiap sepersepuluh bagian timestep. Pada sumbu logaritmik, celah jaringan $\epsilon$ tampak paling besar pada $t$ terbesar; tetapi itu hanya *rasio* besar dari dua bilangan yang sangat kecil. Secara mutlak, hampir seluruh celah setiap jaringan
# terletak di tiga sepersepuluh yang pertama (bagiannya tercetak di depan deret itu).
#
# Kanan: jaringan angka kita (a) di atas model bawaan (b). Pada $t$ besar hampir tidak ada bedanya; pada $t$ kecil dan sedang masih banyak yang harus dipelajari. **Lihat loss menurut $t$, bukan rata-ratanya.**
#
# ### Satu batch itu noise
#
# Banyak loop pelatihan mencetak loss *batch terakhir*. Ambil jaringan sempurna, yang bobotnya tidak pernah berubah, lalu cetak loss satu batch berisi 64 demi satu batch berikutnya.
#
# **Putuskan dulu:** di sampingnya, sebuah jaringan yang 10% terlalu hati-hati (ia menjawab $0.9\,\mathbb E[\epsilon\mid x_t]$). Batch lawan batch, seberapa sering jaringan yang *lebih buruk* tampak lebih baik: hampir tidak pernah, sekali dalam lima kali, atau hampir separuhnya?

# %% [markdown] key="flat-drawn-note" lang="ko" ref="abc5e1b2"
# 첫 그림에서 물은 것의 답이 여기 있습니다. 셀은 신경망마다의 오차와 바닥(0.195), 그리고 오차에서 바닥이 차지하는 비율을 출력합니다. $\epsilon$과 $v$를 답하는 신경망에서는 그 “나쁜” 손실이 거의 모두 바닥이며, 아무리 큰 신경망도 그 아래로 내려가지 못합니다. 학습으로 더 줄일 수 있는 것은 작은 틈뿐이고, 셀은 이 틈을 타임스텝의 열 구간마다 출력합니다. 로그 축에서는 $\epsilon$ 신경망의 틈이 $t$가 가장 큰 쪽에서 제일 커 보이지만, 아주 작은 두 수의 *비*가 클 뿐입니다. 값 자체로 보면 어느 신경망이든 틈은 거의 모두 처음 세 구간에 있습니다(줄 앞에 출력된 비율).
#
# 오른쪽 그림에서는 여러분의 숫자 신경망(a)이 강의의 모델(b)보다 위에 있습니다. 큰 $t$에서는 차이가 거의 없고, $t$가 작거나 중간쯤인 곳에서는 아직 배울 것이 많습니다. **손실은 평균이 아니라 $t$마다 따로 보십시오.**
#
# ### 배치 하나는 노이즈입니다
#
# 널리 퍼진 학습 코드는 흔히 *마지막 배치*의 손실을 출력합니다. 가중치가 결코 변하지 않는 완벽한 신경망을 놓고, 64개짜리 배치의 손실을 잇달아 출력해 봅시다.
#
# **답을 먼저 정하십시오.** 그 옆에 10%만큼 소심한 신경망을 둡니다($0.9\,\mathbb E[\epsilon\mid x_t]$라고 답합니다). 배치끼리 견줄 때 *못한* 쪽이 더 좋아 보이는 일은 얼마나 잦겠습니까? 거의 없습니까, 다섯 번에 한 번입니까, 거의 절반입니까?

# %% key="batch"
def batches(scale, seed, size=64, count=500):
    g = torch.Generator().manual_seed(seed)
    x_0, n = ring.sample(size * count, g), size * count
    t, eps = torch.randint(1, 1001, (n,), generator=g), torch.randn(n, 2, generator=g)
    return errors(lambda x_t, t: scale * perfect(x_t, t), x_0, t, eps).view(count, size).mean(1)


one, timid, paired = batches(1.0, 0), batches(0.9, 1), batches(0.9, 0)
print(f"mean {one.mean():.3f} {timid.mean():.3f}  std {one.std():.3f}  {one.min():.3f} .. {one.max():.3f}")
print(f"{(timid < one).double().mean():.0%}  {(paired < one).double().mean():.0%}")
g = torch.Generator().manual_seed(12)
t = torch.randint(1, 1001, (20_000,), generator=g)
twice = [errors(perfect, ring.sample(len(t), g), t, torch.randn(len(t), 2, generator=g)) for _ in range(2)]
print(f"corr {torch.corrcoef(torch.stack(twice))[0, 1]:.0%}")
fig, ax = figures.axes("MSE", columns=2, size=(4.2, 2.8))
for values, name in ((one, "1.0"), (timid, "0.9")):
    ax[0].hist(values, 30, range=(0.05, 0.55), histtype="step", label=name)
ax[0].legend()
ax[1].hist(paired - one, 30, color="black")
ax[1].axvline(0, color="grey")
ax[1].set_xlabel(r"$\Delta$MSE")
assert (timid < one).double().mean() > 0.25 > (paired < one).double().mean()
figures.show(fig, "alt.loss.batch")

# %% [markdown] key="batch-note" lang="en"
# 46% of the time: nearly half. A batch's loss says mostly *which points, timesteps and noises happened to be drawn*. (The timesteps make up about a fifth of the scatter: so strongly do two errors at the same $t$ correlate, last line.) Its standard deviation is 0.062, about ten times what separates the two networks (0.201 and 0.207 in the mean).
#
# The cure costs nothing: **freeze a set of $(x_0, t, \epsilon)$** and measure every version of your network on that same set. Then the luck is the same for both and cancels (right panel: the differences, pair by pair): the worse one looks better in only 5% of cases.
#
# ### Mean or sum
#
# $\|\epsilon-\epsilon_\theta\|^2$ in the formulas is a *sum* over the coordinates; `mse_loss` takes the *mean*:
#
# $$\left\|\epsilon-\epsilon_\theta\right\|^2 = d\;\mathrm{MSE}(\epsilon,\epsilon_\theta) \tag{A3}$$

# %% [markdown] key="batch-note" lang="id" ref="32210f28"
# 46% dari semuanya: hampir separuh. Loss sebuah batch terutama bercerita tentang *titik, timestep, dan noise mana yang kebetulan terambil*. (Timestep menyumbang sekitar seperlima dari sebarannya: sekuat itulah korelasi dua galat pada $t$ yang sama, baris terakhir.) Simpangan bakunya 0.062, kira-kira sepuluh kali beda kedua jaringan itu (0.201 dan 0.207 secara rata-rata).
#
# Obatnya gratis: **bekukan satu himpunan $(x_0, t, \epsilon)$** dan ukur setiap versi jaringan pada himpunan yang sama itu. Dengan begitu keberuntungannya sama bagi keduanya dan saling menghapus (panel kanan: selisihnya, pasangan demi pasangan): yang lebih buruk tampak lebih baik hanya dalam 5% kasus.
#
# ### Rata-rata atau jumlah
#
# $\|\epsilon-\epsilon_\theta\|^2$ di dalam rumus adalah *jumlah* atas semua koordinat; `mse_loss` mengambil *rata-rata*:
#
# $$\left\|\epsilon-\epsilon_\theta\right\|^2 = d\;\mathrm{MSE}(\epsilon,\epsilon_\theta) \tag{A3}$$

# %% [markdown] key="batch-note" lang="ko" ref="32210f28"
# 46%, 거의 절반입니다. 배치의 손실이 말해 주는 것은 주로 *어떤 점과 타임스텝과 노이즈가 뽑혔는가*입니다. (흩어진 정도에서 타임스텝의 몫은 오분의 일쯤입니다. 같은 $t$에서 잰 두 오차의 상관계수가 그만큼이고, 마지막 줄에 출력했습니다.) 표준편차는 0.062로, 두 신경망의 차이(평균 0.201과 0.207)의 열 배쯤입니다.
#
# 고치는 데에는 아무 비용도 들지 않습니다. **$(x_0, t, \epsilon)$을 한 벌 뽑아 고정해 두고** 신경망의 모든 버전을 그 한 벌로 재십시오. 그러면 운이 양쪽에 똑같이 작용해서 서로 지워집니다(오른쪽 그림, 짝마다의 차이). 못한 쪽이 더 좋아 보이는 일은 5%로 줄어듭니다.
#
# ### 평균이냐 합이냐
#
# 식에 나오는 $\|\epsilon-\epsilon_\theta\|^2$은 좌표에 걸친 *합*이고, `mse_loss` 함수가 구하는 것은 *평균*입니다.
#
# $$\left\|\epsilon-\epsilon_\theta\right\|^2 = d\;\mathrm{MSE}(\epsilon,\epsilon_\theta) \tag{A3}$$

# %% key="mean-or-sum"
eps, eps_hat = noise(2, 16, 1, 28, 28, seed=11)
sum_loss = (eps - eps_hat).square().flatten(1).sum(1).mean()
mean_loss = torch.nn.functional.mse_loss(eps_hat, eps)
print(f"sum {sum_loss:.1f}  mean {mean_loss:.4f}  ratio {sum_loss / mean_loss:.1f}")
assert abs(sum_loss / mean_loss - 784) < 1e-9 and abs(losses.simple(eps_hat, eps) - mean_loss) < 1e-12
ends = []
for rule, rate in ((torch.optim.SGD, 0.01), (torch.optim.Adam, 0.01)):
    for factor in (1, 784):
        w = torch.nn.Parameter(torch.zeros(1, dtype=torch.float64))
        optimiser = rule([w], lr=rate)
        for turn in range(100):
            optimiser.zero_grad()
            (factor * (w - 1) ** 2).sum().backward()
            optimiser.step()
        ends.append(float(w.detach()))
        print(f"{rule.__name__:5s} x{factor:<4d} {ends[-1]:.3g}")
assert abs(ends[2] - ends[3]) < 1e-6 and abs(ends[1]) > 100

# %% [markdown] key="mean-or-sum-note" lang="en"
# The factor is 784 for a digit; it moves no minimum, but it does move the gradient. Plain gradient descent (SGD) with the same learning rate explodes under the sum. Adam divides the scale out again and
# does not notice; a limit on the gradient's length (clipping at 1) would notice at once. So never copy a learning rate without asking which of the two it was tuned for.
#
# ### The average of the weights
#
# Every gradient comes from one noisy batch, so the weights keep trembling even when the loss has settled. An **exponential moving average** (EMA) follows them smoothly, $\bar\theta\leftarrow m\,\bar\theta+(1-m)\,\theta$, and it is the
# average that draws. Here a learner with a high learning rate, both versions measured on one frozen set every 20 steps.
#
# **Commit:** will the average be better (a) only at the start, (b) now and then, (c) from some point on, always?

# %% [markdown] key="mean-or-sum-note" lang="id" ref="6bd5a4b4"
# Untuk sebuah angka faktornya 784; faktor itu tidak menggeser minimum mana pun, tetapi mengubah gradiennya. Penurunan gradien biasa (SGD) dengan laju pembelajaran yang sama meledak bila memakai jumlah. Adam membagi habis skala itu dan
# tidak merasakannya; batas pada panjang gradien (clipping pada 1) akan langsung merasakannya. Jadi, jangan pernah menyalin laju pembelajaran tanpa bertanya untuk yang mana dari keduanya ia disetel.
#
# ### Rata-rata bobot jaringan
#
# Setiap gradien datang dari satu batch yang bernoise, maka bobot jaringan terus gemetar meskipun loss sudah tenang. **Rata-rata bergerak eksponensial** (EMA) mengikutinya dengan mulus, $\bar\theta\leftarrow m\,\bar\theta+(1-m)\,\theta$, dan rata-rata
# itulah yang menggambar. Berikut jaringan dengan laju pembelajaran yang tinggi; kedua versinya diukur pada satu himpunan beku setiap 20 langkah.
#
# **Putuskan dulu:** apakah rata-ratanya lebih baik (a) hanya di awal, (b) sesekali, (c) sejak suatu saat, selalu?

# %% [markdown] key="mean-or-sum-note" lang="ko" ref="6bd5a4b4"
# 숫자 그림에서 이 배수는 784입니다. 최소가 되는 곳은 그대로이지만 기울기는 달라집니다. 단순한 경사 하강법(SGD)은 같은 학습률로도 합에서는 발산합니다. Adam은 크기를 나누어 없애므로 알아채지 못합니다. 기울기의 길이를 제한하면(1에서 자르기) 당장 차이가 납니다. 그러니 학습률을 옮겨 쓸 때에는 둘 가운데 어느 쪽에 맞춘 값인지 꼭 물어보십시오.
#
# ### 신경망 가중치의 평균
#
# 기울기는 번번이 들쭉날쭉한 배치 하나에서 나오므로, 손실이 자리를 잡은 뒤에도 신경망의 가중치는 계속 떨립니다. **지수이동평균**(EMA)은 $\bar\theta\leftarrow m\,\bar\theta+(1-m)\,\theta$로 그 뒤를 부드럽게 따라가고, 그림은 이 평균이 그립니다. 학습률을 높게 잡은 신경망으로, 학습 중인 가중치와 그 평균을 20스텝마다 같은 고정된 한 벌로 재어 봅시다.
#
# **답을 먼저 정하십시오.** 평균이 더 나은 것은 (a) 처음뿐입니까, (b) 이따금입니까, (c) 어느 때부터는 언제나입니까?

# %% key="ema"
from itertools import islice

frozen = [part[:1500] for part in held]
shaky = learner("eps", steps=20_000, learning_rate=2e-2)
raw, ema = [], []
for progress_now in islice(shaky.steps(), 500):
    if progress_now.step % 20 == 0:
        raw.append(float(errors(shaky.model, *frozen).mean()))
        ema.append(float(errors(averaged(shaky), *frozen).mean()))
shaky.model.requires_grad_(False)
base = float(errors(perfect, *frozen).mean())
half = len(raw) // 2
print(f"theta {torch.tensor(raw[half:]).mean() - base:.4f}  EMA {torch.tensor(ema[half:]).mean() - base:.4f}")
print(f"theta {distance(draw(shaky.model), real):.3f}  EMA {distance(draw(averaged(shaky)), real):.3f}")
end = [float(errors(model, *frozen).mean()) - base for model in (first.model, averaged(first))]
print(f"theta {end[0]:.4f}  EMA {end[1]:.4f}")
fig, ax = figures.axes("step", "MSE")
for values, name in ((raw, r"$\theta$"), (ema, r"$\bar\theta$")):
    ax.plot(range(20, 501, 20), values, label=name)
ax.axhline(base, color="black", linestyle=":", label=r"$E[\epsilon\,|\,x_t]$")
ax.set_ylim(base - 0.02, base + 0.15)
ax.legend()
figures.show(fig, "alt.loss.ema")

# %% [markdown] key="ema-note" lang="en"
# (c), and here almost from the first: at the start $m$ is kept small, so the average soon forgets the untrained weights. The first printed line is the gap above the floor, averaged over the second half; the second is the distance of the samples. In both the average is clearly better, though it never
# trained a single step of its own. The third line is the very first network of this chapter, whose learning rate fell to zero: there the trembling has stopped by itself and the two gaps nearly meet. An EMA spares you the wait.
#
# **A checklist for a flat loss.** (1) By $t$, not the mean. (2) On a frozen set. (3) Against the floor, or against another model's error. (4) With the EMA's weights. (5) And draw something.

# %% [markdown] key="ema-note" lang="id" ref="25119ec4"
# (c), dan di sini hampir sejak awal: mula-mula $m$ dibuat kecil, sehingga rata-ratanya cepat melupakan bobot yang belum terlatih. Baris cetakan pertama adalah celah di atas lantai, dirata-ratakan atas paruh kedua; baris kedua jarak sampelnya. Pada keduanya rata-rata itu jelas lebih baik, padahal ia
# sendiri tidak pernah menjalani satu langkah pelatihan pun. Baris ketiga adalah jaringan paling pertama di bab ini, yang laju pembelajarannya turun sampai nol: di sana gemetarnya sudah berhenti sendiri dan kedua celah hampir bertemu. Dengan EMA kita tidak perlu menunggu.
#
# **Daftar periksa untuk loss yang mendatar.** (1) Menurut $t$, bukan rata-ratanya. (2) Pada himpunan beku. (3) Dibandingkan dengan lantainya, atau dengan galat model lain. (4) Dengan bobot dari EMA. (5) Dan gambarlah sesuatu.

# %% [markdown] key="ema-note" lang="ko" ref="25119ec4"
# (c)이고, 여기서는 거의 처음부터 그렇습니다. 처음에는 $m$을 작게 두므로 평균은 학습하기 전의 가중치를 금세 잊습니다. 출력의 첫 줄은 바닥에서 떨어진 틈을 뒤쪽 절반에 걸쳐 평균한 것이고, 둘째 줄은 샘플의 거리입니다. 평균은 스스로 학습한 적이 한 번도 없는데 두 줄 모두에서 뚜렷이 낫습니다. 셋째 줄은 이 장에서 맨 처음 학습한 신경망입니다. 학습률이 영까지 내려갔으므로 떨림이 저절로 멎었고, 두 틈은 거의 같습니다. EMA를 쓰면 그때까지 기다리지 않아도 됩니다.
#
# **손실이 평평할 때 확인할 것.** (1) 평균이 아니라 $t$마다 따로. (2) 고정한 한 벌에서. (3) 바닥이나 다른 모델의 오차와 견주어. (4) EMA의 가중치로. (5) 그리고 무엇이든 그려 보십시오.

# %% [markdown] key="slips" lang="en"
# ## 7 · The usual slips, drawn
#
# Five slips that crash nothing, next to the right version (a). Each trains the network of section 4 for the same few hundred steps; all draw with the *right* sampler. In words:
#
# | | slip | in the code |
# | --- | --- | --- |
# | a | none (the right one) | $\sqrt{\bar\alpha_t}\,x_0+\sqrt{1-\bar\alpha_t}\,\epsilon$ |
# | b | $\alpha$ for $\bar\alpha$ | $\sqrt{\alpha_t}\,x_0+\sqrt{1-\alpha_t}\,\epsilon$ |
# | c | $\beta$ for $\sqrt\beta$ in the chain | every step adds $\beta_t\,\epsilon$ |
# | d | uniform noise | `torch.rand_like` in the place of `torch.randn_like` |
# | e | `(B,)` for `(B, 1)` | with a batch of 2 points of 2 coordinates (our batch of 256 is made of 128 such pairs), each *coordinate* gets a timestep |
# | f | the noise of the step | the target is the noise that step $t$ alone added |
#
# **Commit:** which one ends with the *lowest* loss?

# %% [markdown] key="slips" lang="id" ref="ac7887fe"
# ## 7 · Kekeliruan yang lazim, dalam gambar
#
# Lima kekeliruan yang tidak membuat program berhenti, di samping versi yang benar (a). Masing-masing melatih jaringan dari bagian 4 selama beberapa ratus langkah yang sama; semuanya menggambar dengan sampler yang *benar*. Dengan kata-kata:
#
# | | kekeliruan | di dalam kode |
# | --- | --- | --- |
# | a | tidak ada (yang benar) | $\sqrt{\bar\alpha_t}\,x_0+\sqrt{1-\bar\alpha_t}\,\epsilon$ |
# | b | $\alpha$ untuk $\bar\alpha$ | $\sqrt{\alpha_t}\,x_0+\sqrt{1-\alpha_t}\,\epsilon$ |
# | c | $\beta$ untuk $\sqrt\beta$ di dalam rantai | setiap langkah menambahkan $\beta_t\,\epsilon$ |
# | d | noise seragam | `torch.rand_like` di tempat `torch.randn_like` |
# | e | `(B,)` untuk `(B, 1)` | dengan batch berisi 2 titik yang masing-masing punya 2 koordinat (batch kita yang berisi 256 tersusun dari 128 pasangan seperti itu), setiap *koordinat* mendapat timestep sendiri |
# | f | noise satu langkah | sasarannya noise yang ditambahkan oleh langkah $t$ saja |
#
# **Putuskan dulu:** mana yang berakhir dengan loss *terendah*?

# %% [markdown] key="slips" lang="ko" ref="ac7887fe"
# ## 7 · 흔한 실수를 그림으로
#
# 오류를 하나도 내지 않는 실수 다섯 가지를 올바른 코드(a)와 나란히 놓았습니다. 저마다 4절의 신경망을 똑같이 몇백 스텝 학습하고, 모두 *올바른* 샘플러로 그립니다. 말로 하면 다음과 같습니다.
#
# | | 실수 | 코드에서는 |
# | --- | --- | --- |
# | a | 없음(올바른 코드) | $\sqrt{\bar\alpha_t}\,x_0+\sqrt{1-\bar\alpha_t}\,\epsilon$ |
# | b | $\bar\alpha$ 자리에 $\alpha$ | $\sqrt{\alpha_t}\,x_0+\sqrt{1-\alpha_t}\,\epsilon$ |
# | c | 연쇄에서 $\sqrt\beta$ 자리에 $\beta$ | 단계마다 $\beta_t\,\epsilon$을 더합니다 |
# | d | 균등분포 노이즈 | `torch.randn_like` 자리에 `torch.rand_like` |
# | e | `(B, 1)` 자리에 `(B,)` | 좌표가 2개인 점 2개짜리 배치에서(우리 배치 256개는 이런 쌍 128개로 이루어집니다) *좌표*마다 타임스텝이 따로 쓰입니다 |
# | f | 그 단계의 노이즈 | 목표가 단계 $t$ 하나에서 더한 노이즈입니다 |
#
# **답을 먼저 정하십시오.** 손실이 *가장 낮게* 끝나는 것은 어느 것이겠습니까?

# %% key="slips-train"
def mix(signal, spread, eps, x_0):
    return signal[:, None] ** 0.5 * x_0 + spread[:, None] ** 0.5 * eps, eps


def crossed(x_0, t, eps):
    bar = schedule.alpha_bar[t].view(-1, 1, 2)
    x_t = bar**0.5 * x_0.view(-1, 2, 2) + (1 - bar) ** 0.5 * eps.view(-1, 2, 2)
    return x_t.view(-1, 2), eps


def of_the_step(x_0, t, eps):
    share = (schedule.beta[t] / (1 - schedule.alpha_bar[t]))[:, None] ** 0.5
    step = share * eps + (1 - share**2).clamp(min=0) ** 0.5 * torch.randn_like(eps)
    return forward.q_sample(x_0, t, eps, schedule), step


thin = torch.zeros(1001, dtype=torch.float64)
for s in range(1, 1001):
    thin[s] = schedule.alpha[s] * thin[s - 1] + schedule.beta[s] ** 2
slips = {
    "a": lambda x, t, e: mix(schedule.alpha_bar[t], 1 - schedule.alpha_bar[t], e, x),
    "b": lambda x, t, e: mix(schedule.alpha[t], 1 - schedule.alpha[t], e, x),
    "c": lambda x, t, e: mix(schedule.alpha_bar[t], thin[t], e, x),
    "d": lambda x, t, e: mix(schedule.alpha_bar[t], 1 - schedule.alpha_bar[t], torch.rand_like(e), x),
    "e": crossed,
    "f": of_the_step,
}

# %% key="slips-drawn"
def fit(make, steps=300):
    torch.manual_seed(2)
    net, recent = mlp.MLP(width=64, depth=2), []
    optimiser = torch.optim.Adam(net.parameters(), lr=1e-2)
    slower = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    for _ in range(steps):
        x_0, t = points[torch.randint(len(points), (256,))], torch.randint(1, 1001, (256,))
        x_t, target = make(x_0, t, torch.randn(256, 2))
        mse = (net(x_t.float(), t) - target.float()).square().mean()
        optimiser.zero_grad()
        mse.backward()
        optimiser.step()
        slower.step()
        recent.append(float(mse.detach()))
    return parameterisations.EpsModel(net, schedule).requires_grad_(False), sum(recent[-100:]) / 100


drawn = {}
for name, make in slips.items():
    model, mse = fit(make)
    drawn[name] = draw(model)
    print(f"{name}  MSE {mse:.3f}  {distance(drawn[name], real):.3f}")
pictures = torch.from_numpy(frames.scatter(torch.stack(list(drawn.values())), size=64))
inside = {name: (x.abs() < 2.5).all(1).double().mean() for name, x in drawn.items()}
titles = [f"{name} ({share:.0%})" for name, share in inside.items()]
figures.show(figures.strip(pictures, titles, size=1.9), "alt.loss.slips")

# %% [markdown] key="slips-note" lang="en"
# (d), the uniform noise: its loss is a fraction of the right one's, and it draws nothing useful. Uniform noise has the variance $1/12$ and the mean $1/2$; whoever always answers $1/2$ has nearly nothing left to lose. **A lower loss is no evidence** as long as the
# task is not the same.
#
# (f) is the opposite: its loss looks like failure, close to 1, and the reason is in the target. The noise of step $t$ is one of $t$ noises in $x_t$, and nobody can tell them apart. The best answer is the right one shrunk by the correlation
# $\sqrt{\beta_t/(1-\bar\alpha_t)}$ of chapter 2: so timid that the sampler leaves nearly all the noise in, magnifies it, and flies off the page. (b) has learned to clean only slightly dirty points, (c) knows only noise that never grows strong; when they meet real noise, all variety is lost: of (b) a few dots remain, of (c) a single one. (e) looks harmless and is not: half of its
# coordinates carried the noise of another point's timestep. (Above each picture: the share of the samples that lie inside it.)
#
# How small is that correlation?

# %% [markdown] key="slips-note" lang="id" ref="842e584e"
# (d), noise seragam: loss-nya hanya sebagian kecil dari loss yang benar, dan yang digambarnya tidak berguna. Noise seragam bervarians $1/12$ dan rata-ratanya $1/2$; jaringan yang selalu menjawab $1/2$ pun loss-nya sudah rendah. **Loss yang lebih rendah bukan bukti** selama
# tugasnya tidak sama.
#
# (f) kebalikannya: loss-nya tampak seperti kegagalan, mendekati 1, dan sebabnya ada pada sasarannya. Noise langkah $t$ hanya satu dari $t$ noise di dalam $x_t$, dan tidak ada yang dapat membedakannya. Jawaban terbaiknya adalah jawaban yang benar, disusutkan dengan korelasi
# $\sqrt{\beta_t/(1-\bar\alpha_t)}$ dari Bab 2: begitu hati-hati sehingga sampler membiarkan hampir semua noise, memperbesarnya, dan titik-titiknya terlempar keluar gambar. (b) hanya belajar membersihkan titik yang sedikit kotor, (c) hanya mengenal noise yang tidak pernah menjadi kuat; begitu bertemu noise yang sesungguhnya, semua keragaman hilang: dari (b) tersisa beberapa noktah, dari (c) hanya satu. (e) tampak tidak berbahaya, padahal sebaliknya: separuh
# koordinatnya membawa noise menurut timestep titik lain. (Di atas setiap gambar: bagian sampel yang terletak di dalamnya.)
#
# Sekecil apa korelasi itu?

# %% [markdown] key="slips-note" lang="ko" ref="842e584e"
# (d), 균등분포 노이즈입니다. 손실은 올바른 쪽의 몇 분의 일밖에 되지 않는데 쓸 만한 것은 하나도 그리지 못합니다. 균등분포 노이즈는 분산이 $1/12$, 평균이 $1/2$입니다. 언제나 $1/2$이라고만 답해도 손실이 거의 남지 않습니다. 과제가 같지 않은 한 **낮은 손실은 아무 증거도 되지 않습니다.**
#
# (f)는 정반대입니다. 손실이 1에 가까워 실패한 것처럼 보이는데, 까닭은 목표에 있습니다. 단계 $t$의 노이즈는 $x_t$에 든 노이즈 $t$개 가운데 하나이고, 그것들을 가려낼 수 있는 사람은 없습니다. 가장 좋은 답은 올바른 답을 2장의 상관계수 $\sqrt{\beta_t/(1-\bar\alpha_t)}$만큼 줄인 것입니다. 너무 소심해서 샘플러가 노이즈를 거의 다 남겨 둔 채 키우다가 그림 밖으로 날아갑니다. (b)는 조금 더러워진 점을 닦는 법만 배웠고, (c)는 결코 강해지지 않는 노이즈밖에 모릅니다. 둘 다 진짜 노이즈를 만나면 다양성을 모두 잃습니다. (b)에는 점 몇 개가, (c)에는 점 하나만 남습니다. (e)는 해롭지 않아 보이지만 그렇지 않습니다. 좌표의 절반에 다른 점의 타임스텝에 맞춘 노이즈가 실려 있었습니다. (그림 위의 수는 그림 안에 들어온 샘플의 비율입니다.)
#
# 그 상관계수는 얼마나 작습니까?

# %% key="slips-step"
n = 200_000
for t in (2, 10, 500):
    x_prev = forward.q_sample(torch.full((n,), 0.7, dtype=torch.float64), t - 1, noise(n, seed=20), schedule)
    step = noise(n, seed=21)
    x_t = forward.q_step(x_prev, t, step, schedule)
    whole = (x_t - 0.7 * schedule.alpha_bar[t] ** 0.5) / (1 - schedule.alpha_bar[t]) ** 0.5
    corr = torch.corrcoef(torch.stack([step, whole]))[0, 1]
    exact = (schedule.beta[t] / (1 - schedule.alpha_bar[t])) ** 0.5
    print(f"t={t:3d}  corr {corr:.3f} ({exact:.3f})  min {1 - exact**2:.3f}")
    assert abs(corr - exact) < 5 * (1 - exact**2) / n**0.5

# %% [markdown] key="ex-descend-task" lang="en"
# At $t=500$ the correlation is 0.104, so even a network that could see the *whole* noise would be left with a loss of 0.989 on the noise of the step.
#
# ### Exercise: find two slips
#
# The loop below trains a network of one weight, $\hat\epsilon=\theta\,x_t$ (section 3), one gradient step for each row of points. It runs without a complaint, and two slips are in it, both from public teaching code: one in what is mixed, one in what is not done. Find and mend them; everything else is right. `x_0`, `t` and `eps` have shape `(S, B)`, S batches of B points; `rate` is the learning rate. (As long as the function does what it did at first, the check says “not attempted”.)

# %% [markdown] key="ex-descend-task" lang="id" ref="8187d09f"
# Pada $t=500$ korelasinya 0.104, jadi jaringan yang dapat melihat *seluruh* noise pun masih menanggung loss 0.989 untuk noise satu langkah itu.
#
# ### Latihan: temukan dua kesalahan
#
# Loop di bawah ini melatih jaringan dengan satu bobot, $\hat\epsilon=\theta\,x_t$ (bagian 3), satu langkah gradien untuk setiap baris titik. Ia berjalan tanpa keluhan, padahal ada dua kesalahan di dalamnya, keduanya dari kode pengajaran yang beredar: satu pada apa yang dicampur, satu pada apa yang tidak dikerjakan. Temukan dan perbaiki; selebihnya benar. `x_0`, `t`, dan `eps` berbentuk `(S, B)`, S batch berisi B titik; `rate` adalah laju pembelajaran. (Selama fungsinya masih melakukan hal yang sama seperti semula, pemeriksaan berkata “belum dikerjakan”.)

# %% [markdown] key="ex-descend-task" lang="ko" ref="8187d09f"
# $t=500$에서 상관계수는 0.104입니다. 그러니 노이즈 *전체*를 볼 수 있는 신경망이라도 한 단계의 노이즈를 맞히라고 하면 손실이 0.989나 남습니다.
#
# ### 연습문제: 실수 두 가지 찾기
#
# 아래 반복문은 가중치가 하나뿐인 신경망 $\hat\epsilon=\theta\,x_t$를 학습합니다(3절). 점들의 한 행마다 경사 하강을 한 스텝씩 합니다. 오류 없이 돌아가지만 실수가 두 가지 들어 있고, 둘 다 공개된 교육용 코드에서 나온 것입니다. 하나는 섞는 데에, 하나는 하지 않은 일에 있습니다. 찾아서 고치십시오. 나머지는 모두 맞습니다. `x_0`, `t`, `eps`의 모양은 `(S, B)`로, 점 B개짜리 배치가 S개입니다. `rate`는 학습률입니다. (함수가 처음과 똑같이 동작하는 동안은 확인 셀에 “아직 풀지 않았습니다”라고 나옵니다.)

# %% key="ex-descend" exercise="training.descend"
def descend(theta, x_0, t, eps, schedule, rate):
    theta = theta.clone().requires_grad_()
    for x_0_now, t_now, eps_now in zip(x_0, t, eps, strict=True):
        alpha_bar_t = schedule.alpha_bar[t_now]
        ### BEGIN SOLUTION
        x_t = alpha_bar_t**0.5 * x_0_now + (1 - alpha_bar_t) ** 0.5 * eps_now
        mse = (eps_now - theta * x_t).square().mean()
        theta.grad = None
        ### GIVEN x_t = alpha_bar_t**0.5 * x_0_now + (1 - alpha_bar_t) * eps_now
        ### GIVEN mse = (eps_now - theta * x_t).square().mean()
        ### END SOLUTION
        mse.backward()
        with torch.no_grad():
            theta -= rate * theta.grad
    return theta.detach()

# %% key="check-descend" check="training.descend"
check("training.descend", descend)

# %% [markdown] key="back" lang="en"
# ## 8 · One step back, and what $\hat\epsilon$ really is
#
# The trained network gives the mean $\mu_\theta$ of a step back. A draw from $p_\theta(x_{t-1}\mid x_t)$ is that mean plus noise of the right *standard deviation*:
#
# $$x_{t-1} = \mu_\theta(x_t,t) + \Sigma_\theta(x_t,t)^{1/2}\,z, \qquad z\sim\mathcal N(0,I) \tag{80}$$
#
# and with (75) and $\sigma_t^2=\beta_t$, written out:
#
# $$x_{t-1} = \frac{1}{\sqrt{\alpha_t}}\left(x_t-\frac{\beta_t}{\sqrt{1-\bar\alpha_t}}\,\epsilon_\theta(x_t,t)\right) + \sqrt{\beta_t}\,z \tag{81}$$
#
# (At $t=1$ no noise is added.) The derivation that we follow prints (80) as $\mu_\theta+\Sigma_\theta+\epsilon$ (a sum for a product, a variance for its root), and (81) with the root of $\bar\alpha_t$ again; both write $\epsilon$ for a noise that is freshly drawn. **Commit:** the data are normal with mean 0.5 and
# standard deviation 0.6, the network is perfect, $T=500$. What standard deviation do the two misprints give?

# %% [markdown] key="back" lang="id" ref="c59d53ce"
# ## 8 · Satu langkah mundur, dan apa $\hat\epsilon$ itu sebenarnya
#
# Jaringan yang terlatih memberi rata-rata $\mu_\theta$ dari satu langkah mundur. Sampel dari $p_\theta(x_{t-1}\mid x_t)$ adalah rata-rata itu ditambah noise dengan *simpangan baku* yang tepat:
#
# $$x_{t-1} = \mu_\theta(x_t,t) + \Sigma_\theta(x_t,t)^{1/2}\,z, \qquad z\sim\mathcal N(0,I) \tag{80}$$
#
# dan dengan (75) serta $\sigma_t^2=\beta_t$, ditulis lengkap:
#
# $$x_{t-1} = \frac{1}{\sqrt{\alpha_t}}\left(x_t-\frac{\beta_t}{\sqrt{1-\bar\alpha_t}}\,\epsilon_\theta(x_t,t)\right) + \sqrt{\beta_t}\,z \tag{81}$$
#
# (Pada $t=1$ tidak ada noise yang ditambahkan.) Penurunan yang kita ikuti mencetak (80) sebagai $\mu_\theta+\Sigma_\theta+\epsilon$ (jumlah di tempat hasil kali, varians di tempat akarnya), dan (81) lagi-lagi dengan akar dari $\bar\alpha_t$; keduanya menulis $\epsilon$ untuk noise yang baru diambil. **Putuskan dulu:** datanya normal dengan rata-rata 0.5 dan
# simpangan baku 0.6, jaringannya sempurna, $T=500$. Simpangan baku berapa yang dihasilkan kedua salah cetak itu?

# %% [markdown] key="back" lang="ko" ref="c59d53ce"
# ## 8 · 한 단계 되돌아오기, 그리고 $\hat\epsilon$의 정체
#
# 학습한 신경망은 한 단계 되돌아온 자리의 평균 $\mu_\theta$를 줍니다. $p_\theta(x_{t-1}\mid x_t)$에서 뽑은 값은 이 평균에, *표준편차*가 알맞은 노이즈를 더한 것입니다.
#
# $$x_{t-1} = \mu_\theta(x_t,t) + \Sigma_\theta(x_t,t)^{1/2}\,z, \qquad z\sim\mathcal N(0,I) \tag{80}$$
#
# (75)와 $\sigma_t^2=\beta_t$를 넣어 풀어 쓰면 다음과 같습니다.
#
# $$x_{t-1} = \frac{1}{\sqrt{\alpha_t}}\left(x_t-\frac{\beta_t}{\sqrt{1-\bar\alpha_t}}\,\epsilon_\theta(x_t,t)\right) + \sqrt{\beta_t}\,z \tag{81}$$
#
# ($t=1$에서는 노이즈를 더하지 않습니다.) 우리가 따라가는 유도에는 (80)이 $\mu_\theta+\Sigma_\theta+\epsilon$으로 찍혀 있고(곱셈 대신 덧셈, 제곱근 대신 분산 그대로), (81)에는 또 $\bar\alpha_t$의 제곱근이 찍혀 있습니다. 두 식 모두 새로 뽑은 노이즈를 $\epsilon$이라고 씁니다. **답을 먼저 정하십시오.** 데이터는 평균 0.5, 표준편차 0.6인 정규분포이고, 신경망은 완벽하며, $T=500$입니다. 두 오식에서는 표준편차가 얼마로 나오겠습니까?

# %% key="back-walk"
chain = schedules.linear(500)
ideal = gaussians.Mixture([1.0], [[0.5]], 0.6).optimal_eps(chain)


def back(rule, n=5_000):
    x = noise(n, 1, seed=22)
    for t in range(500, 0, -1):
        z = noise(n, 1, seed=1000 + t) if t > 1 else torch.zeros(n, 1, dtype=torch.float64)
        b, a, bar = (float(table[t]) for table in (chain.beta, chain.alpha, chain.alpha_bar))
        bracket = x - b / (1 - bar) ** 0.5 * ideal(x, torch.full((n,), t))
        x = rule(bracket, a, b, bar, z)
        if not x.isfinite().all():
            return x, t
    return x, 0


rules = {
    "(81)": lambda bracket, a, b, bar, z: bracket / a**0.5 + b**0.5 * z,
    "mu + Sigma + eps": lambda bracket, a, b, bar, z: bracket / a**0.5 + b + z,
    "1/sqrt(alpha_bar)": lambda bracket, a, b, bar, z: bracket / bar**0.5 + b**0.5 * z,
}
for name, rule in rules.items():
    x, t = back(rule)
    print(f"{name:18s} mean {x.mean():.3f}  std {x.std():.3f}  t={t}")
    assert (abs(x.std() - 0.6) < 0.02) == (name == "(81)")

# %% [markdown] key="back-note" lang="en"
# Right: 0.598. With a whole unit of noise at each step, whatever its size ought to be: 10.461. And with $1/\sqrt{\bar\alpha_t}$ every step multiplies by too much, until at $t=269$ their squares no longer fit into the
# computer's numbers. Chapter 6 takes the walk apart.
#
# **What has the network learned?** Not “the noise”, which nobody can know, but its *mean* given $x_t$. And that is an arrow: it points away from where the data lie dense. Exactly:
#
# $$\nabla_{x_t}\log q(x_t) = -\frac{\mathbb E[\epsilon\mid x_t]}{\sqrt{1-\bar\alpha_t}} \tag{A5}$$
#
# The left side is called the **score**. Some texts print the same line with $\epsilon$ itself in the place of its mean. Compare both with the gradient of the exact density of our ring at $t=10$, taken by automatic differentiation.

# %% [markdown] key="back-note" lang="id" ref="2cc7b095"
# Yang benar: 0.598. Dengan noise satu satuan penuh pada setiap langkah, berapa pun ukuran yang seharusnya: 10.461. Dan dengan $1/\sqrt{\bar\alpha_t}$ setiap langkah mengalikan terlalu besar, sampai pada $t=269$ kuadratnya tidak muat lagi dalam
# bilangan komputer. Bab 6 mengupas perjalanan itu.
#
# **Apa yang dipelajari jaringan?** Bukan “noise-nya”, yang tidak mungkin diketahui siapa pun, melainkan *rata-ratanya* bila $x_t$ diketahui. Dan rata-rata itu sebuah panah: ia menunjuk menjauhi daerah yang padat data. Tepatnya:
#
# $$\nabla_{x_t}\log q(x_t) = -\frac{\mathbb E[\epsilon\mid x_t]}{\sqrt{1-\bar\alpha_t}} \tag{A5}$$
#
# Ruas kirinya dinamakan **skor**. Sebagian tulisan mencetak baris yang sama dengan $\epsilon$ itu sendiri di tempat rata-ratanya. Mari bandingkan keduanya dengan gradien densitas eksak dari cincin kita pada $t=10$, yang dihitung dengan diferensiasi otomatis.

# %% [markdown] key="back-note" lang="ko" ref="2cc7b095"
# 올바른 식은 0.598입니다. 알맞은 크기가 얼마이든 단계마다 표준정규분포의 노이즈를 그대로 더하면 10.461이 됩니다. 그리고 $1/\sqrt{\bar\alpha_t}$를 쓰면 단계마다 너무 큰 수를 곱하다가, $t=269$에서 그 제곱을 컴퓨터의 수로 나타낼 수 없게 됩니다. 이 길은 6장에서 하나하나 뜯어봅니다.
#
# **신경망은 무엇을 배웠습니까?** “노이즈” 자체가 아닙니다. 그것은 아무도 알 수 없습니다. 배운 것은 $x_t$가 주어졌을 때 노이즈의 *평균*입니다. 그리고 이 평균은 화살표입니다. 데이터가 빽빽한 곳에서 멀어지는 쪽을 가리킵니다. 정확히 쓰면 다음과 같습니다.
#
# $$\nabla_{x_t}\log q(x_t) = -\frac{\mathbb E[\epsilon\mid x_t]}{\sqrt{1-\bar\alpha_t}} \tag{A5}$$
#
# 좌변을 **스코어**라고 합니다. 같은 줄에 평균 대신 $\epsilon$ 자체를 쓴 글도 있습니다. $t=10$에서 원 위에 놓인 덩어리 다섯 개의 정확한 밀도를 자동 미분하여 얻은 기울기와 둘을 모두 비교해 봅시다.

# %% key="back-score"
t, g = 10, torch.Generator().manual_seed(23)
x_0, eps = ring.sample(2000, g).double(), noise(2000, 2, seed=24)
x_t = forward.q_sample(x_0, t, eps, schedule).requires_grad_()
(score,) = torch.autograd.grad(ring.diffused(t, schedule).log_prob(x_t).sum(), x_t)
x_t, root = x_t.detach(), float(1 - schedule.alpha_bar[t]) ** 0.5
by_mean, by_draw = -perfect(x_t, torch.full((2000,), t)) / root, -eps / root
print(f"max|error|  E[eps|x_t] {(by_mean - score).abs().max():.0e}  eps {(by_draw - score).abs().max():.1f}")
assert (by_mean - score).abs().max() < 1e-4 < 1 < (by_draw - score).abs().max()
print(f"away {(torch.cosine_similarity(by_draw, score) < 0).double().mean():.0%}")
fig, ax = figures.axes(columns=2, size=(3.6, 3.6))
for one_ax, arrows in zip(ax, (by_mean, by_draw), strict=True):
    ways = torch.nn.functional.normalize(arrows[:900])
    one_ax.quiver(*x_t[:900].T, *ways.T, angles="xy", scale=14, width=0.005, color="#0072B2")
    one_ax.set(aspect="equal", xlim=(1, 2), ylim=(-0.5, 0.5))
ax[0].set_title(r"$-E[\epsilon\,|\,x_t]\,/\sqrt{1-\bar\alpha_t}$")
ax[1].set_title(r"$-\epsilon\,/\sqrt{1-\bar\alpha_t}$")
figures.show(fig, "alt.loss.score")

# %% [markdown] key="end" lang="en"
# One of the five blobs, all arrows drawn at the same length. Left, they agree with the gradient to rounding and all lead to the middle of the blob. Right, single noises hardly know the way: 35% point away from the score. Averaged over everything that could have led to $x_t$ they become the score; the squared error does that averaging, since the
# minimiser of a squared error is a mean. Chapter 8 starts here.
#
# ## What to take along
#
# - $L_{t-1}$ is a squared error of means plus a constant; with $x_0$ expressed by the noise it is a squared error of noises, times a known $\lambda_t$.
# - In the mean of a step stands $1/\sqrt{\alpha_t}$; in $\hat x_0$ stands $1/\sqrt{\bar\alpha_t}$. They agree at $t=1$ and nowhere else.
# - $L_{\mathrm{simple}}$ drops the weight. That is not equivalent as soon as timesteps share weights; it buys pictures and pays in bits.
# - $\epsilon$, $x_0$ and $v$ are one answer in three units, and their losses are one loss with three weights.
# - A perfect network's loss is not 0. Read the loss by $t$, on a frozen set, above its floor; and look at samples of the averaged weights.
# - A lower loss on another task is not a better model.
#
# **Limits.** The exact floors are those of toys; for images one only has other models to compare with. The short runs here show directions, not rankings: which of the three answers wins depends on network, schedule and time.
# What the network looks like inside has not mattered yet. [Chapter 5](05_unet.ipynb): *what must it look like to see noise at every scale?*
#
# **Sources.** Ho, Jain & Abbeel 2020, sections 3.2 to 3.4 and 4, Algorithm 1 (eqs. 8 to 12 and 14; tables 1 and 2). Sohl-Dickstein et al. 2015. Nichol & Dhariwal 2021, sections 3.1 and 3.3 (which variance; noisy
# losses). Salimans & Ho 2022, section 4 and appendix D ($v$). Kingma et al. 2021; Hang et al. 2023 (weights by signal-to-noise ratio). Vincent 2011 (denoising and the score). Polyak & Juditsky 1992 (averaging).
#
# Back to the map: [welcome](00_welcome.ipynb). How far you are:

# %% [markdown] key="end" lang="id" ref="55efd225"
# Inilah satu dari kelima gumpalan, dengan semua panah digambar sama panjang. Kiri: panah-panahnya cocok dengan gradien dalam batas pembulatan, dan semuanya menuju tengah gumpalan. Kanan: noise satu per satu hampir tidak tahu jalan; 35% menunjuk menjauhi arah skor. Bila dirata-ratakan atas segala yang mungkin menghasilkan $x_t$, semua itu menjadi skor; galat kuadratlah yang merata-ratakannya, sebab
# peminimum galat kuadrat adalah rata-rata. Bab 8 berangkat dari sini.
#
# ## Bekal dari bab ini
#
# - $L_{t-1}$ adalah galat kuadrat antara dua rata-rata, ditambah tetapan; bila $x_0$ dinyatakan dengan noise, jadilah ia galat kuadrat antara dua noise, dikalikan $\lambda_t$ yang diketahui.
# - Di dalam rata-rata satu langkah ada $1/\sqrt{\alpha_t}$; di dalam $\hat x_0$ ada $1/\sqrt{\bar\alpha_t}$. Keduanya sama pada $t=1$ dan tidak di tempat lain.
# - $L_{\mathrm{simple}}$ membuang bobotnya. Itu tidak ekuivalen begitu semua timestep berbagi parameter; hasilnya gambar yang lebih baik, harganya bit.
# - $\epsilon$, $x_0$, dan $v$ adalah satu jawaban dalam tiga satuan, dan loss-nya satu loss dengan tiga bobot.
# - Loss jaringan sempurna bukan 0. Bacalah loss menurut $t$, pada himpunan beku, di atas lantainya; dan lihat sampel dari rata-rata bobot jaringan.
# - Loss yang lebih rendah pada tugas lain bukan berarti model yang lebih baik.
#
# **Keterbatasan.** Lantai yang eksak hanya ada untuk contoh kecil; untuk gambar, yang ada hanya model lain sebagai pembanding. Pelatihan singkat di sini menunjukkan arah, bukan peringkat: mana yang menang dari ketiga jawaban bergantung pada jaringan, jadwal, dan waktu.
# Seperti apa bagian dalam jaringan itu, sampai di sini belum penting. [Bab 5](05_unet.ipynb): *seperti apa bentuk jaringan supaya dapat melihat noise pada setiap skala?*
#
# **Sumber.** Ho, Jain & Abbeel 2020, bagian 3.2 sampai 3.4 dan 4, Algoritme 1 (pers. 8 sampai 12 dan 14; tabel 1 dan 2). Sohl-Dickstein et al. 2015. Nichol & Dhariwal 2021, bagian 3.1 dan 3.3 (varians mana; loss yang
# bernoise). Salimans & Ho 2022, bagian 4 dan lampiran D ($v$). Kingma et al. 2021; Hang et al. 2023 (bobot menurut rasio sinyal terhadap noise). Vincent 2011 (penghilangan noise dan skor). Polyak & Juditsky 1992 (rata-rata bobot).
#
# Kembali ke peta: [selamat datang](00_welcome.ipynb). Latihanmu sejauh ini:

# %% [markdown] key="end" lang="ko" ref="55efd225"
# 다섯 덩어리 가운데 하나이고, 화살표는 모두 같은 길이로 그렸습니다. 왼쪽의 화살표는 반올림 오차 안에서 기울기와 같고, 모두 덩어리 한가운데로 향합니다. 오른쪽의 노이즈는 하나하나로는 길을 거의 모릅니다. 35%가 스코어와 반대쪽을 가리킵니다. $x_t$에 이를 수 있었던 모든 노이즈를 평균하면 스코어가 됩니다. 이 평균은 제곱 오차가 내 줍니다. 제곱 오차를 가장 작게 하는 것이 평균이기 때문입니다. 8장은 여기서 시작합니다.
#
# ## 가져갈 것
#
# - $L_{t-1}$은 평균의 제곱 오차에 상수를 더한 것입니다. $x_0$을 노이즈로 나타내면 노이즈의 제곱 오차에, 우리가 아는 $\lambda_t$를 곱한 것이 됩니다.
# - 한 단계의 평균에는 $1/\sqrt{\alpha_t}$가 있고, $\hat x_0$에는 $1/\sqrt{\bar\alpha_t}$가 있습니다. 둘은 $t=1$에서만 같습니다.
# - $L_{\mathrm{simple}}$은 가중치를 버립니다. 여러 타임스텝이 매개변수를 함께 쓰면 더는 동등하지 않습니다. 그림이 좋아지는 대신 비트가 더 듭니다.
# - $\epsilon$, $x_0$, $v$는 세 가지 단위로 나타낸 하나의 답이고, 그 손실은 가중치가 셋인 하나의 손실입니다.
# - 완벽한 신경망의 손실도 0이 아닙니다. 손실은 $t$마다, 고정한 한 벌에서, 바닥과 견주어 읽으십시오. 그리고 평균한 가중치로 그린 샘플을 보십시오.
# - 다른 과제에서 손실이 더 낮다고 더 좋은 모델은 아닙니다.
#
# **한계.** 바닥을 정확히 아는 것은 작은 예뿐이고, 이미지에서는 다른 모델과 견줄 수밖에 없습니다. 여기서 본 짧은 학습은 순위가 아니라 방향을 보여 줍니다. 세 가지 답 가운데 어느 것이 이기는지는 신경망과 스케줄과 시간에 달려 있습니다. 신경망의 속이 어떻게 생겼는지는 아직 상관이 없었습니다. [5장](05_unet.ipynb)은 이렇게 묻습니다. *모든 크기에서 노이즈를 보려면 신경망은 어떤 모양이어야 합니까?*
#
# **출처.** Ho, Jain & Abbeel 2020, 3.2절부터 3.4절까지와 4절, 알고리즘 1(식 8부터 12까지와 14, 표 1과 2). Sohl-Dickstein et al. 2015. Nichol & Dhariwal 2021, 3.1절과 3.3절(어떤 분산을 쓸지, 들쭉날쭉한 손실). Salimans & Ho 2022, 4절과 부록 D($v$). Kingma et al. 2021과 Hang et al. 2023(신호 대 잡음비에 따른 가중치). Vincent 2011(노이즈 제거와 스코어). Polyak & Juditsky 1992(평균하기).
#
# 전체 지도로 돌아가기: [환영합니다](00_welcome.ipynb). 어디까지 왔는지 봅시다.

# %% key="progress-overview"
from course_lib.exercises import overview

overview()
