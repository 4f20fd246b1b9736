# %% [markdown] key="title" lang="en"
# # 3 · The ELBO: what a diffusion model maximises
#
# Chapter 2 walked from a picture to noise. A generative model walks back, and two models will walk back differently.
# Before we can train one, we need a number that says which of two walks is better.
#
# That number is the probability of real data under the model. It cannot be computed, but it can be bounded, and this
# chapter builds the bound move by move: from one hidden variable to a thousand, every move executed on random paths,
# every misprint we met on the way run until it fails.
#
# Here are two walks back to the same data, two narrow bumps around $-1$ and $+1$, in 100 steps. **Which is better, and how would you
# put the difference into one number?** Write down your idea, then run the cells.

# %% [markdown] key="title" lang="id" ref="bffb554a"
# # 3 · ELBO: yang dimaksimalkan oleh model difusi
#
# Di Bab 2 kita berjalan dari gambar ke noise (derau). Model generatif berjalan pulang, dan dua model akan pulang dengan cara yang berbeda.
# Sebelum melatih satu pun, kita perlu sebuah bilangan yang mengatakan perjalanan mana yang lebih baik.
#
# Bilangan itu adalah peluang data asli menurut model. Kita tidak dapat menghitungnya, tetapi kita dapat menentukan batas baginya, dan bab ini
# membangun batas itu baris demi baris: mula-mula untuk satu variabel tersembunyi, akhirnya untuk seribu. Setiap baris kita jalankan pada
# perjalanan acak, dan setiap salah cetak yang ditemui di sepanjang jalan pun kita jalankan, sampai kelihatan salahnya.
#
# Berikut dua perjalanan pulang ke data yang sama, dua gundukan sempit di sekitar $-1$ dan $+1$, dalam 100 langkah. **Mana yang lebih baik, dan bagaimana
# menyatakan bedanya dengan satu bilangan?** Catat gagasanmu, lalu jalankan sel-selnya.

# %% [markdown] key="title" lang="ko" ref="bffb554a"
# # 3 · ELBO: 확산 모델이 최대화하는 것
#
# 2장에서는 그림에서 노이즈까지 걸어갔습니다. 생성 모델은 거꾸로 걸어옵니다. 그런데 모델이 둘이면 되돌아오는 길도 서로 다릅니다. 학습을 시작하려면 먼저 두 길 가운데 어느 쪽이 더 나은지를 나타내는 수가 있어야 합니다.
#
# 그 수는 모델이 진짜 데이터에 매기는 확률입니다. 이 확률 자체는 계산할 수 없지만, 적어도 얼마인지는 말할 수 있습니다. 이 장에서는 그 하한을 한 줄씩 쌓아 올립니다. 숨은 변수 하나에서 시작해 천 개까지 가는 동안 식을 한 줄도 빠짐없이 실행하고, 도중에 만난 오식도 하나하나 실행해서 어디서 무너지는지 지켜봅니다.
#
# 같은 데이터로 되돌아오는 두 길이 있습니다. 데이터는 $-1$과 $+1$ 둘레에 솟은 좁은 봉우리 둘이고, 단계는 100개입니다. **어느 쪽이 더 낫습니까? 그 차이를 수 하나로 나타내려면 어떻게 하겠습니까?** 생각을 적어 둔 다음 셀을 실행하십시오.

# %% key="first-imports"
import torch
from torch.distributions import MultivariateNormal, Normal

from course_lib import figures, forward, gaussians, lang, losses, samplers, schedules
from course_lib.exercises import check, overview


def noise(*shape, seed):
    g = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=g, dtype=torch.float64)


def line(first, last, count):
    return torch.linspace(first, last, count, dtype=torch.float64)


def fewer(schedule, steps):
    kept = schedule.alpha_bar[:: schedule.T // steps]
    return schedules.from_betas(1 - kept[1:] / kept[:-1])


def normal(mean, std):
    return Normal(*(torch.as_tensor(value, dtype=torch.float64) for value in (mean, std)))


schedule = schedules.linear()
data = gaussians.Mixture([1.0, 1.0], torch.tensor([[-1.0], [1.0]]).double(), 0.15)
bell = gaussians.Mixture([1.0], torch.zeros(1, 1).double(), 1.0)
print(schedule, tuple(data.means.shape))

# %% key="first-walks"
n, hundred = 20_000, fewer(schedule, 100)
axis = line(-3, 3, 301)
fig, ax = figures.axes("$x_0$", columns=2, size=(3.8, 2.8))
for plot, name, believed in zip(ax, "AB", (data, bell), strict=True):
    model, g = believed.optimal_eps(hundred), torch.Generator().manual_seed(1)
    steps = samplers.sample(model, samplers.ddpm_step, noise(n, 1, seed=0), hundred, generator=g)
    x_0 = samplers.final(steps)
    plot.hist(x_0[:, 0].numpy(), bins=80, range=(-3, 3), density=True, color="0.8")
    plot.plot(axis, data.log_prob(axis[:, None]).exp(), label="$q(x_0)$")
    plot.set(title=name, ylim=(0, 1.8))
    bound = losses.vlb_terms(model, data.sample(2000, g), hundred, g).sum(0)
    print(f"{name}  mean {x_0.mean():+.2f}  std {x_0.std():.2f}", end="   ")
    print(f"nats {bound.mean():.2f}  se {bound.std() / 2000**0.5:.2f}")
ax[1].legend(loc=9)
figures.show(fig, "alt.elbo.walks")

# %% [markdown] key="first-answer" lang="en"
# Grey: where each walk ended; the line: the data. Mean and standard deviation cannot tell the two apart. The number in nats can: 0.35 for A and 1.44 for B, lower is better. It is an upper bound on
# $-\log p_\theta(x_0)$, averaged over data points: how surprised the model is by real data. (A *nat* is the unit that goes with the natural logarithm.)
#
# The rest of the chapter earns that number.
#
# ## 1 · The walk back has a density
#
# **Commit to an answer:** what must a model supply so that the density of a whole walk $x_T, x_{T-1}, \dots, x_0$ can be
# written down? (a) the data (b) a density for the start and one for each step (c) the integral over all walks
#
# By the chain rule of probability, the density of a sequence is a product, here taken from the noisy end:
#
# $$p_\theta(x_{0:T}) := p_\theta(x_0\mid x_1,\dots,x_T)\;p_\theta(x_1\mid x_2,\dots,x_T)\cdots p(x_T) \tag{16}$$
#
# Numbers such as (16) are those of the derivation kept in the [ledger](appendix_ledger.ipynb), where each equation is run
# against a wrong form of itself. Now we *choose* a model whose step looks only at the state it stands on:
#
# $$p_\theta(x_{0:T}) = p_\theta(x_0\mid x_1)\;p_\theta(x_1\mid x_2)\cdots p_\theta(x_{T-1}\mid x_T)\;p(x_T) \tag{17}$$
#
# In short:
#
# $$p_\theta(x_{0:T}) = p(x_T)\prod_{t=1}^{T} p_\theta(x_{t-1}\mid x_t) \tag{18}$$
#
# And we choose each step to be a Gaussian whose mean a network computes (Ho et al. 2020, eq. 1):
#
# $$p_\theta(x_{t-1}\mid x_t) := \mathcal N\!\left(x_{t-1};\ \mu_\theta(x_t,t),\ \Sigma_\theta(x_t,t)\right) \tag{19}$$
#
# So the answer is (b). (18) and (19) are choices, not results: a true reverse step need not be Gaussian. Take a toy with
# five steps and $\mu_\theta = k_t x_t$, and compare (18) with the 6-dimensional Gaussian that these steps must give.
# Its covariance grows step by step: $\mathrm{Cov}(x_{t-1}, x_s) = k_t\,\mathrm{Cov}(x_t, x_s)$ for $s \ge t$, and $\mathrm{Var}(x_{t-1}) = k_t^2\,\mathrm{Var}(x_t) + \sigma_t^2$.

# %% [markdown] key="first-answer" lang="id" ref="c6b96e0e"
# Kelabu: tempat setiap perjalanan berakhir; garis: datanya. Rata-rata dan simpangan baku tidak dapat membedakan keduanya. Bilangan dalam nat bisa: 0.35 untuk A dan 1.44 untuk B, makin kecil makin baik. Bilangan itu adalah batas atas
# untuk $-\log p_\theta(x_0)$, dirata-ratakan atas titik-titik data: seberapa terkejut model melihat data asli. (*Nat* adalah satuan yang dipakai bila logaritmanya natural.)
#
# Sisa bab ini menurunkan bilangan itu.
#
# ## 1 · Perjalanan pulang memiliki densitas
#
# **Putuskan dulu jawabanmu:** apa yang harus disediakan model supaya densitas seluruh perjalanan $x_T, x_{T-1}, \dots, x_0$ dapat
# dituliskan? (a) datanya (b) satu densitas untuk awal perjalanan dan satu untuk setiap langkah (c) integral atas semua perjalanan
#
# Menurut aturan rantai peluang, densitas sebuah barisan adalah hasil kali, di sini dimulai dari ujung yang bernoise:
#
# $$p_\theta(x_{0:T}) := p_\theta(x_0\mid x_1,\dots,x_T)\;p_\theta(x_1\mid x_2,\dots,x_T)\cdots p(x_T) \tag{16}$$
#
# Nomor seperti (16) adalah nomor dalam penurunan yang tersimpan di [buku besar persamaan](appendix_ledger.ipynb), tempat setiap persamaan diadu
# dengan bentuk kelirunya. Sekarang kita *memilih* model yang setiap langkahnya hanya melihat keadaan tempat ia berpijak:
#
# $$p_\theta(x_{0:T}) = p_\theta(x_0\mid x_1)\;p_\theta(x_1\mid x_2)\cdots p_\theta(x_{T-1}\mid x_T)\;p(x_T) \tag{17}$$
#
# Singkatnya:
#
# $$p_\theta(x_{0:T}) = p(x_T)\prod_{t=1}^{T} p_\theta(x_{t-1}\mid x_t) \tag{18}$$
#
# Lalu setiap langkah kita pilih berupa Gaussian yang rata-ratanya dihitung oleh jaringan (Ho et al. 2020, pers. 1):
#
# $$p_\theta(x_{t-1}\mid x_t) := \mathcal N\!\left(x_{t-1};\ \mu_\theta(x_t,t),\ \Sigma_\theta(x_t,t)\right) \tag{19}$$
#
# Jadi jawabannya (b). (18) dan (19) adalah pilihan, bukan hasil: langkah mundur yang sebenarnya tidak harus Gaussian. Ambil contoh kecil dengan
# lima langkah dan $\mu_\theta = k_t x_t$, lalu bandingkan (18) dengan Gaussian berdimensi 6 yang mesti dihasilkan oleh langkah-langkah itu.
# Kovariansnya tumbuh langkah demi langkah: $\mathrm{Cov}(x_{t-1}, x_s) = k_t\,\mathrm{Cov}(x_t, x_s)$ untuk $s \ge t$, dan $\mathrm{Var}(x_{t-1}) = k_t^2\,\mathrm{Var}(x_t) + \sigma_t^2$.

# %% [markdown] key="first-answer" lang="ko" ref="c6b96e0e"
# 회색은 경로가 끝난 자리이고, 선은 데이터입니다. 평균과 표준편차로는 둘을 가려낼 수 없습니다. 내트로 잰 수는 둘을 가려냅니다. A는 0.35, B는 1.44이고, 작을수록 좋습니다. 이 수는 $-\log p_\theta(x_0)$의 상한을 데이터 점에 걸쳐 평균한 것으로, 모델이 진짜 데이터를 보고 얼마나 놀라는지를 나타냅니다. (*내트*(nat)는 자연로그를 쓸 때의 단위입니다.)
#
# 이 수가 어디서 나오는지는 이 장의 나머지에서 밝힙니다.
#
# ## 1 · 되돌아오는 경로의 밀도
#
# **답을 먼저 정하십시오.** 경로 전체 $x_T, x_{T-1}, \dots, x_0$의 밀도를 적으려면 모델은 무엇을 내놓아야 합니까? (a) 데이터 (b) 출발점의 밀도 하나와 단계마다 밀도 하나씩 (c) 모든 경로에 걸친 적분
#
# 확률의 연쇄 법칙에 따르면 차례로 늘어선 변수들의 밀도는 조건부 밀도의 곱입니다. 여기서는 노이즈 쪽 끝에서부터 곱해 나갑니다.
#
# $$p_\theta(x_{0:T}) := p_\theta(x_0\mid x_1,\dots,x_T)\;p_\theta(x_1\mid x_2,\dots,x_T)\cdots p(x_T) \tag{16}$$
#
# (16)과 같은 번호는 [수식 장부](appendix_ledger.ipynb)에 실린 유도 과정의 번호입니다. 장부에서는 수식마다 틀린 형태와 나란히 실행해 봅니다. 이제 모델을 *고릅니다*. 단계마다 지금 서 있는 상태만 보는 모델입니다.
#
# $$p_\theta(x_{0:T}) = p_\theta(x_0\mid x_1)\;p_\theta(x_1\mid x_2)\cdots p_\theta(x_{T-1}\mid x_T)\;p(x_T) \tag{17}$$
#
# 줄여 쓰면 다음과 같습니다.
#
# $$p_\theta(x_{0:T}) = p(x_T)\prod_{t=1}^{T} p_\theta(x_{t-1}\mid x_t) \tag{18}$$
#
# 단계도 우리가 고릅니다. 신경망이 평균을 계산하는 가우스 분포로 정합니다(Ho et al. 2020, 식 1).
#
# $$p_\theta(x_{t-1}\mid x_t) := \mathcal N\!\left(x_{t-1};\ \mu_\theta(x_t,t),\ \Sigma_\theta(x_t,t)\right) \tag{19}$$
#
# 그러므로 답은 (b)입니다. (18)과 (19)는 결과가 아니라 선택입니다. 참된 역방향 단계가 가우스 분포여야 할 까닭은 없습니다. 다섯 단계에 $\mu_\theta = k_t x_t$인 작은 예를 들어, (18)을 이 단계들에서 저절로 정해지는 6차원 가우스 분포와 비교해 봅시다. 이 분포의 공분산은 한 단계씩 늘려 갈 수 있습니다. $s \ge t$일 때 $\mathrm{Cov}(x_{t-1}, x_s) = k_t\,\mathrm{Cov}(x_t, x_s)$이고, $\mathrm{Var}(x_{t-1}) = k_t^2\,\mathrm{Var}(x_t) + \sigma_t^2$입니다.

# %% key="back-model"
small = schedules.linear(5, 0.1, 0.5)
T, alpha, beta, bar = small.T, small.alpha, small.beta, small.alpha_bar
k, sigma = 0.8 * alpha.sqrt(), beta.sqrt()


def p_back(x, t):
    return normal(k[t] * x[t], sigma[t]).log_prob(x[t - 1])


def p_end(x):
    return normal(0.0, 1.0).log_prob(x[T])

# %% key="back-density"
C = torch.ones(T + 1, T + 1, dtype=torch.float64)
for t in range(T, 0, -1):
    C[t - 1, t:] = C[t:, t - 1] = k[t] * C[t, t:]
    C[t - 1, t - 1] = k[t] ** 2 * C[t, t] + sigma[t] ** 2
states = noise(T + 1, 1000, seed=2)
joint = MultivariateNormal(torch.zeros(T + 1).double(), C).log_prob(states.T)
steps = sum(p_back(states, t) for t in range(1, T + 1))
print("C", tuple(C.shape), f"max|error| {(p_end(states) + steps - joint).abs().max():.0e}")
print(f"mean|error| {(steps - joint).abs().mean():.3f}")
assert (p_end(states) + steps - joint).abs().max() < 1e-10 < (steps - joint).abs().mean()

grid = line(-9, 9, 4001)
area = torch.trapezoid(p_back(torch.stack([grid, 0 * grid + 1.3]), 1).exp(), grid)
print(f"{area:.10f}")
assert abs(area - 1) < 1e-10

# %% [markdown] key="back-note" lang="en"
# The product is the joint density to the last digit. Without $p(x_T)$ it is off by 1.42 nats on average: the start is part of the walk.
# The last line checks that a step's density has area 1.
#
# The value of $x_T$ we do not know; each walk has another. What we know is its
# *distribution*, because we choose it: $p(x_T) = \mathcal N(0, I)$. The price of the choice is the first term of the
# bound to come, the distance between what the forward process really leaves behind and that choice:

# %% [markdown] key="back-note" lang="id" ref="12d4e573"
# Hasil kali itu sama dengan densitas gabungan sampai digit terakhir. Tanpa $p(x_T)$ hasilnya meleset, rata-rata 1.42 nat: titik awal pun bagian dari perjalanan.
# Baris terakhir memeriksa bahwa luas di bawah densitas satu langkah adalah 1.
#
# Nilai $x_T$ tidak kita ketahui; tiap perjalanan punya nilainya sendiri. Yang kita ketahui adalah
# *distribusinya*, sebab kita yang memilihnya: $p(x_T) = \mathcal N(0, I)$. Harga pilihan itu adalah suku pertama dari batas
# yang nanti kita turunkan, yaitu jarak antara apa yang benar-benar ditinggalkan proses maju dan pilihan tadi:

# %% [markdown] key="back-note" lang="ko" ref="12d4e573"
# 이 곱은 마지막 자리까지 결합 밀도와 같습니다. $p(x_T)$를 빼면 평균 1.42내트만큼 어긋납니다. 출발점도 경로의 일부입니다. 마지막 줄은 한 단계의 밀도가 넓이 1인지 확인한 것입니다.
#
# $x_T$의 값은 모릅니다. 경로마다 다르기 때문입니다. 우리가 아는 것은 그 *분포*이고, 그것도 $p(x_T) = \mathcal N(0, I)$로 우리가 정했기 때문에 압니다. 이렇게 정한 대가가 앞으로 나올 상한의 첫째 항입니다. 전방 과정이 실제로 남기는 것과 우리가 정한 것 사이의 거리입니다.

# %% key="back-prior"
for s in (schedule, schedules.linear(50)):
    left = float(s.alpha_bar[-1])
    L_T = float(gaussians.kl(left**0.5 * 1.0, 1 - left, 0.0, 1.0))
    print(f"T={s.T:4d}  alpha_bar_T {left:.1e}  L_T {L_T:.1e}")

# %% [markdown] key="latent" lang="en"
# With 1000 steps the price is 0.00002 nats for a pixel of value 1; with 50 steps of the same $\beta$ range it is 0.46. Nothing that is learned can lower it.
#
# ## 2 · Hidden variables
#
# A picture is all we observe; the 1000 noisy states that a walk went through are hidden. Models with hidden (*latent*)
# variables are older than diffusion, and one hidden variable $z$ is enough to see the difficulty. The density of what
# we observe sums over everything that may have been hidden:
#
# $$p_\theta(x) = \int p_\theta(x,z)\,dz \tag{20}$$
#
# and the joint density is easy, because we built it from two easy pieces:
#
# $$p_\theta(x,z) = p_\theta(z)\,p_\theta(x\mid z) \tag{21}$$
#
# What we would like to know as well is which $z$ lies behind a given $x$. That is $p_\theta(z\mid x) = p_\theta(x,z)/p_\theta(x)$,
# as hard as its denominator, so one makes a guess $q$ with parameters $\phi$:
#
# $$q_\phi(z\mid x) \approx p_\theta(z\mid x) \tag{22}$$
#
# Put (21) into (20), and the task is one integral:
#
# $$p_\theta(x) = \int p_\theta(x,z)\,dz = \int p_\theta(z)\,p_\theta(x\mid z)\,dz \tag{23}$$
#
# **Commit:** a published derivation says that both $p_\theta(x,z)$ and $p_\theta(x)$ are intractable. Is it right? Our toy has
# $z \sim \mathcal N(0,1)$, $x\mid z \sim \mathcal N(z, 0.75^2)$ and the observation $x = 1.25$.

# %% [markdown] key="latent" lang="id" ref="2a5b069c"
# Dengan 1000 langkah harganya 0.00002 nat untuk piksel bernilai 1; dengan 50 langkah dan rentang $\beta$ yang sama harganya 0.46. Pelatihan apa pun tidak dapat menurunkannya.
#
# ## 2 · Variabel tersembunyi
#
# Yang kita amati hanya gambarnya; 1000 keadaan bernoise yang dilalui perjalanan itu tersembunyi. Model dengan variabel tersembunyi (variabel *laten*)
# lebih tua daripada difusi, dan satu variabel tersembunyi $z$ saja sudah cukup untuk memperlihatkan kesulitannya. Densitas dari apa yang
# kita amati menjumlahkan segala yang mungkin tersembunyi:
#
# $$p_\theta(x) = \int p_\theta(x,z)\,dz \tag{20}$$
#
# dan densitas gabungannya mudah, sebab kita menyusunnya dari dua bagian yang mudah:
#
# $$p_\theta(x,z) = p_\theta(z)\,p_\theta(x\mid z) \tag{21}$$
#
# Kita juga ingin tahu $z$ mana yang ada di balik sebuah $x$. Itulah $p_\theta(z\mid x) = p_\theta(x,z)/p_\theta(x)$,
# yang sama sulitnya dengan penyebutnya; karena itu orang memakai tebakan $q$ dengan parameter $\phi$:
#
# $$q_\phi(z\mid x) \approx p_\theta(z\mid x) \tag{22}$$
#
# Masukkan (21) ke dalam (20), dan tugasnya menjadi satu integral:
#
# $$p_\theta(x) = \int p_\theta(x,z)\,dz = \int p_\theta(z)\,p_\theta(x\mid z)\,dz \tag{23}$$
#
# **Putuskan dulu:** sebuah penurunan yang sudah terbit mengatakan bahwa $p_\theta(x,z)$ dan $p_\theta(x)$ dua-duanya tak terhitung (intractable). Benarkah? Dalam contoh kecil kita,
# $z \sim \mathcal N(0,1)$, $x\mid z \sim \mathcal N(z, 0.75^2)$, dan yang teramati $x = 1.25$.

# %% [markdown] key="latent" lang="ko" ref="2a5b069c"
# 1000단계라면 값이 1인 픽셀에서 그 대가는 0.00002내트입니다. 같은 범위의 $\beta$를 50단계로 지나면 0.46내트입니다. 무엇을 학습해도 이 값은 줄지 않습니다.
#
# ## 2 · 숨은 변수
#
# 우리가 관측하는 것은 그림뿐입니다. 경로가 지나온 1000개의 노이즈 상태는 숨어 있습니다. 숨은 변수, 곧 *잠재* 변수가 있는 모델은 확산보다 오래되었고, 무엇이 어려운지는 숨은 변수 $z$ 하나만으로도 보입니다. 관측값의 밀도는 숨어 있을 수 있는 모든 값에 걸쳐 더한 것입니다.
#
# $$p_\theta(x) = \int p_\theta(x,z)\,dz \tag{20}$$
#
# 결합 밀도는 쉽습니다. 쉬운 조각 둘로 우리가 만들었기 때문입니다.
#
# $$p_\theta(x,z) = p_\theta(z)\,p_\theta(x\mid z) \tag{21}$$
#
# 알고 싶은 것이 하나 더 있습니다. 주어진 $x$ 뒤에 어떤 $z$가 있는가 하는 것입니다. 그것이 $p_\theta(z\mid x) = p_\theta(x,z)/p_\theta(x)$인데, 분모를 구하지 못하면 이것도 구하지 못합니다. 그래서 매개변수가 $\phi$인 $q$로 짐작합니다.
#
# $$q_\phi(z\mid x) \approx p_\theta(z\mid x) \tag{22}$$
#
# (21)을 (20)에 넣으면 할 일은 적분 하나가 됩니다.
#
# $$p_\theta(x) = \int p_\theta(x,z)\,dz = \int p_\theta(z)\,p_\theta(x\mid z)\,dz \tag{23}$$
#
# **답을 먼저 정하십시오.** 어느 공개된 유도에는 $p_\theta(x,z)$와 $p_\theta(x)$를 둘 다 계산할 수 없다(intractable)고 적혀 있습니다. 맞습니까? 우리의 작은 예는 $z \sim \mathcal N(0,1)$, $x\mid z \sim \mathcal N(z, 0.75^2)$이고, 관측값은 $x = 1.25$입니다.

# %% key="latent-joint"
tau, x = 0.75, torch.tensor(1.25, dtype=torch.float64)
z = line(-8, 8, 3201)


def log_joint(x, z):
    return normal(0.0, 1.0).log_prob(z) + normal(z, tau).log_prob(x)


one = log_joint(x, torch.tensor(0.3))
area = torch.trapezoid(log_joint(x, z).exp(), z)
exact = normal(0.0, (1 + tau**2) ** 0.5).log_prob(x)
no_prior = torch.trapezoid(normal(z, tau).log_prob(x).exp(), z)
print(f"log p(x,z) {one:.4f}   log p(x) {area.log():.4f}   exact {exact:.4f}")
print(f"misread {no_prior.log().abs():.4f}")
assert abs(area.log() - exact) < 1e-10 < abs(no_prior.log() - exact)

# %% key="latent-picture"
xs, zs = line(-3, 3, 121), line(-3, 3, 121)
fig, ax = figures.axes("$z$", columns=2, size=(3.6, 3.0))
ax[0].pcolormesh(zs, xs, log_joint(xs[:, None], zs).exp(), cmap="Blues", rasterized=True)
ax[0].axhline(float(x), color="#D55E00", linestyle="--")
ax[0].set(ylabel="$x$", title="$p(x, z)$")
ax[0].grid(False)
slice_ = log_joint(x, zs).exp()
ax[1].plot(zs, slice_, color="#D55E00", linestyle="--", label="$p(x, z)$")
ax[1].fill_between(zs, slice_, color="#D55E00", alpha=0.25)
ax[1].plot(zs, slice_ / exact.exp(), label="$p(z\\mid x)$")
ax[1].legend()
figures.show(fig, "alt.elbo.joint")

# %% [markdown] key="latent-note" lang="en"
# $p(x,z)$ is one line of code and no integral. Were it intractable, nothing in this chapter could be computed. Only
# $p(x)$ needs the integral: the shaded area under the slice (right), which the grid gets to all printed digits, $-1.6421$.
# Divide the slice by that area and it is the posterior $p(z\mid x)$.
#
# The last number is the slip of integrating $p(x\mid z)$ without its prior: in this toy the area is then 1 and its logarithm 0, whatever $x$ is.
#
# So where is the difficulty? **Guess before you run:** for one hidden number a grid of 100 points will do. How many for 50, that is 50 independent copies of the toy with $x = 1.25$ in each?
# And would 50000 random draws from the prior do instead?

# %% [markdown] key="latent-note" lang="id" ref="846786aa"
# $p(x,z)$ cukup satu baris kode, tanpa integral. Andai ia tak terhitung, tidak ada apa pun dalam bab ini yang dapat dihitung. Hanya
# $p(x)$ yang memerlukan integral: luas yang diarsir di bawah irisan itu (kanan), dan kisi memberikannya tepat sampai digit terakhir yang tercetak, $-1.6421$.
# Bagi irisan itu dengan luasnya, dan jadilah ia posterior $p(z\mid x)$.
#
# Bilangan terakhir datang dari kekeliruan mengintegralkan $p(x\mid z)$ tanpa prior-nya: dalam contoh kecil ini luasnya menjadi 1 dan logaritmanya 0, berapa pun $x$.
#
# Lalu di mana sulitnya? **Tebak sebelum menjalankan sel:** untuk satu bilangan tersembunyi, kisi berisi 100 titik sudah cukup. Berapa titik untuk 50, yaitu 50 salinan contoh kecil itu yang saling bebas, masing-masing dengan $x = 1.25$?
# Dan sanggupkah 50000 sampel acak dari prior menggantikannya?

# %% [markdown] key="latent-note" lang="ko" ref="846786aa"
# $p(x,z)$는 코드 한 줄이고 적분은 없습니다. 만약 이것도 계산할 수 없었다면 이 장에서는 아무것도 계산하지 못했을 것입니다. 적분이 필요한 것은 $p(x)$뿐입니다. 단면 아래의 색칠한 넓이(오른쪽)가 그것입니다. 격자로 구한 로그 값 $-1.6421$은 출력된 자리까지 모두 맞습니다. 단면을 이 넓이로 나누면 사후분포 $p(z\mid x)$가 됩니다.
#
# 마지막 수는 사전분포를 빠뜨리고 $p(x\mid z)$만 적분하면 나오는 값으로, 흔히 하는 실수입니다. 이 작은 예에서는 $x$가 무엇이든 넓이가 1이고 로그가 0이 되어 버립니다.
#
# 그렇다면 무엇이 어렵습니까? **실행하기 전에 짐작해 보십시오.** 숨은 수가 하나라면 점 100개짜리 격자로 충분합니다. 숨은 수가 50개라면, 곧 저마다 $x = 1.25$인 이 작은 예 50개를 서로 독립으로 모아 놓았다면, 점이 몇 개나 필요하겠습니까? 격자 대신 사전분포에서 무작위로 50000번 뽑으면 되겠습니까?

# %% key="latent-cost"
n = 50_000
for d in (1, 10, 50):
    z_0 = noise(n, d, seed=3)
    guess = normal(z_0, tau).log_prob(x).sum(1).logsumexp(0) - torch.tensor(float(n)).log()
    print(f"d={d:2d}  100^d = 10^{2 * d}   log p(x): {guess:9.3f}   exact {d * exact:9.3f}")
print(f"d=784*1000  100^d = 10^{2 * 784 * 1000}")

# %% [markdown] key="latent-cost-note" lang="en"
# A grid in $d$ dimensions has $100^d$ points. Our walk hides 1000 states of 784 pixels; nobody will ever build that
# grid. Random draws from the prior look like a way out, and in one dimension they are: $-1.644$ instead of $-1.642$. In 50 dimensions the
# estimate is $-93.425$ instead of $-82.104$: too low by 11 nats, because hardly any of the draws came near a $z$ that explains $x$. The estimate
# does not warn us, either.
#
# The cure is to look where the explanation is. That is what $q$ is for.
#
# ## 3 · A bound one can see
#
# Draw $z$ from a guess $q(z\mid x) = \mathcal N(m, s^2)$ of our own and average one logarithm:
#
# $$\mathcal L_{\theta,\phi}(x) := \mathbb E_{q_\phi(z\mid x)}\!\left[\log\frac{p_\theta(x,z)}{q_\phi(z\mid x)}\right] \tag{32}$$
#
# It is called the *evidence lower bound*, ELBO. Below, you hold $q$ in your hand: $m$ and $s$ are the sliders, the dashed line is the
# posterior. The bars show the ELBO and the KL divergence from $q$ to the posterior.
# In this toy everything has a formula: the posterior is $\mathcal N(0.64\,x, 0.6^2)$ (section 7 shows where that comes from), and the average in (32) has three parts, of $\log p(z)$, of $\log p(x\mid z)$ and of $-\log q$, which is the *entropy* of $q$.
#
# **Commit, then slide:** can you push the ELBO above $\log p(x)$, the upright line? Where is it highest?

# %% [markdown] key="latent-cost-note" lang="id" ref="176dda02"
# Kisi dalam $d$ dimensi memiliki $100^d$ titik. Perjalanan kita menyembunyikan 1000 keadaan yang masing-masing berisi 784 piksel; kisi sebesar itu tidak akan pernah
# dibuat siapa pun. Sampel acak dari prior kelihatan seperti jalan keluar, dan dalam satu dimensi memang begitu: $-1.644$, seharusnya $-1.642$. Dalam 50 dimensi
# taksirannya $-93.425$, seharusnya $-82.104$: terlalu rendah 11 nat, sebab hampir tidak ada sampel yang jatuh di dekat $z$ yang dapat menjelaskan $x$. Dan taksiran itu
# tidak memberi peringatan apa-apa.
#
# Obatnya: carilah di tempat penjelasannya berada. Untuk itulah $q$.
#
# ## 3 · Batas yang kelihatan
#
# Ambil $z$ dari tebakan kita sendiri, $q(z\mid x) = \mathcal N(m, s^2)$, dan rata-ratakan satu logaritma:
#
# $$\mathcal L_{\theta,\phi}(x) := \mathbb E_{q_\phi(z\mid x)}\!\left[\log\frac{p_\theta(x,z)}{q_\phi(z\mid x)}\right] \tag{32}$$
#
# Namanya *evidence lower bound*, batas bawah evidensi, disingkat ELBO. Di bawah ini $q$ ada di tanganmu: penggesernya $m$ dan $s$, garis putus-putusnya
# posterior. Kedua batang menunjukkan ELBO dan divergensi KL dari $q$ ke posterior.
# Dalam contoh kecil ini semuanya punya rumus: posteriornya $\mathcal N(0.64\,x, 0.6^2)$ (asal-usulnya di bagian 7), dan rata-rata di (32) terdiri atas tiga bagian, dari $\log p(z)$, dari $\log p(x\mid z)$, dan dari $-\log q$, yaitu *entropi* $q$.
#
# **Putuskan dulu, lalu geser:** dapatkah ELBO didorong sampai melewati $\log p(x)$, garis yang tegak? Di mana ELBO paling tinggi?

# %% [markdown] key="latent-cost-note" lang="ko" ref="176dda02"
# $d$차원의 격자에는 점이 $100^d$개 있습니다. 우리의 경로는 784픽셀짜리 상태를 1000개나 숨기고 있으니, 그런 격자는 영영 만들 수 없습니다. 사전분포에서 무작위로 뽑으면 될 것 같고, 한 차원에서는 정말 됩니다. $-1.642$가 나와야 할 자리에 $-1.644$가 나옵니다. 그러나 50차원에서는 $-82.104$가 나와야 할 자리에 $-93.425$가 나옵니다. 11내트나 작습니다. 뽑은 값 가운데 $x$를 설명하는 $z$ 가까이에 떨어진 것이 거의 없기 때문입니다. 게다가 추정값만 보아서는 틀렸다는 것을 알 길이 없습니다.
#
# 해결책은 관측값을 잘 설명하는 숨은 값이 있을 만한 곳을 찾아가는 것입니다. $q$가 바로 그 일을 합니다.
#
# ## 3 · 눈에 보이는 하한
#
# 우리가 짐작한 $q(z\mid x) = \mathcal N(m, s^2)$에서 $z$를 뽑고, 로그 하나를 평균합니다.
#
# $$\mathcal L_{\theta,\phi}(x) := \mathbb E_{q_\phi(z\mid x)}\!\left[\log\frac{p_\theta(x,z)}{q_\phi(z\mid x)}\right] \tag{32}$$
#
# 이것을 *증거 하한*(evidence lower bound), ELBO라고 합니다. 아래에서는 $q$를 직접 움직일 수 있습니다. $m$과 $s$가 슬라이더이고, 파선은 사후분포입니다. 막대는 ELBO와, $q$에서 사후분포까지의 KL 발산을 나타냅니다. 이 작은 예에서는 모두 공식으로 구할 수 있습니다. 사후분포는 $\mathcal N(0.64\,x, 0.6^2)$이고(어떻게 나오는지는 7절에서 봅니다), (32)의 평균은 $\log p(z)$, $\log p(x\mid z)$, 그리고 $-\log q$의 평균, 이렇게 세 부분으로 나뉩니다. 마지막 것이 $q$의 *엔트로피*입니다.
#
# **답을 먼저 정하고 나서 슬라이더를 움직이십시오.** ELBO를 세로선 $\log p(x)$ 너머로 밀어 올릴 수 있습니까? ELBO가 가장 커지는 곳은 어디입니까?

# %% key="bound-widget"
import math

from course_lib.widgets import explorer

m, s = line(-0.2, 1.8, 41), line(0.2, 1.4, 25)
M, S = torch.meshgrid(m, s, indexing="ij")
log_2pi = math.log(2 * math.pi)
prior = -0.5 * (log_2pi + M**2 + S**2)
likelihood = -0.5 * (log_2pi + 2 * math.log(tau) + ((x - M) ** 2 + S**2) / tau**2)
entropy = 0.5 * (1 + log_2pi + 2 * S.log())
ELBO = prior + likelihood + entropy

post = normal(0.64 * x, 0.6)
KL = gaussians.kl(M, S**2, post.mean, post.variance)
print("ELBO", tuple(ELBO.shape), f"max|elbo + kl - log p| {(ELBO + KL - exact).abs().max():.0e}")
assert (ELBO + KL - exact).abs().max() < 1e-12

near = line(-2, 3, 121)
q = normal(M[..., None], S[..., None]).log_prob(near).exp()
lines = {"q(z)": q, "p(z|x)": post.log_prob(near).exp()}
bars = {"log p(x)": {"ELBO": ELBO, "KL": KL}}
explorer(
    {"z": lines}, near, {"m": m, "s": s}, x_name="z", bars=bars, stack=["log p(x)"],
    marks={"log p(x)": {"log p(x)": float(exact)}}, limits={"z": (0, 2), "log p(x)": (-5, -1)},
    start={"m": 0, "s": 1}, alt=lang.text("alt.elbo.bound"),
)  # fmt: skip

# %% key="bound-best"
at = int(ELBO.argmax())
print(f"log p(x) {exact:.4f}  max ELBO {ELBO.max():.4f}  m {M.ravel()[at]:.2f}  s {S.ravel()[at]:.2f}")
print(f"m=0 s=1  ELBO {ELBO[4, 16]:.4f}  KL {KL[4, 16]:.4f}")
assert ELBO.max() <= exact + 1e-12 and KL.min() >= 0

# %% [markdown] key="bound-note" lang="en"
# The two bars always end at the same line. Whatever the ELBO gains, the KL loses; and since the KL cannot go
# below 0, the ELBO cannot pass $\log p(x)$. It touches it at $m = 0.8$, $s = 0.6$, exactly where $q$ *is* the posterior. At the start, $m = 0$ and $s = 1$, it was
# $-2.9090$, and the KL of 1.2670 made up the rest.
#
# **Why do they add up?** Follow one line of algebra. Multiply by one:
#
# $$p_\theta(x) = \int p_\theta(x,z)\,\frac{q_\phi(z\mid x)}{q_\phi(z\mid x)}\,dz \tag{24}$$
#
# The same trick with the posterior below looks bolder, yet holds as well:
#
# $$p_\theta(x) = \int p_\theta(x,z)\,\frac{q_\phi(z\mid x)}{p_\theta(z\mid x)}\,dz \qquad \forall\,q_\phi \tag{25}$$
#
# It does not ask that $q_\phi(z\mid x)\approx p_\theta(z\mid x)$. By the product rule
# $p_\theta(x,z)/p_\theta(z\mid x) = p_\theta(x)$, the same number for every $z$; and a constant has itself as its average under *every* $q$, however bad:
#
# $$p_\theta(x) = \mathbb E_{q_\phi(z\mid x)}\!\left[\frac{p_\theta(x,z)}{p_\theta(z\mid x)}\right] \tag{26}$$
#
# $$\log p_\theta(x) = \log \mathbb E_{q_\phi(z\mid x)}\!\left[\frac{p_\theta(x,z)}{p_\theta(z\mid x)}\right] \tag{27}$$
#
# $$\log p_\theta(x) = \mathbb E_{q_\phi(z\mid x)}\!\left[\log\frac{p_\theta(x,z)}{p_\theta(z\mid x)}\right], \qquad \frac{p_\theta(x,z)}{p_\theta(z\mid x)} = p_\theta(x)\ \forall z \tag{28}$$
#
# Now bring $q$ back in by multiplying with $q/q$ inside the logarithm, and split it:
#
# $$\log p_\theta(x) = \mathbb E_{q_\phi(z\mid x)}\!\left[\log\left[\frac{p_\theta(x,z)}{q_\phi(z\mid x)}\,\frac{q_\phi(z\mid x)}{p_\theta(z\mid x)}\right]\right] \tag{29}$$
#
# $$\log p_\theta(x) = \mathbb E_{q_\phi(z\mid x)}\!\left[\log\frac{p_\theta(x,z)}{q_\phi(z\mid x)}\right] + \mathbb E_{q_\phi(z\mid x)}\!\left[\log\frac{q_\phi(z\mid x)}{p_\theta(z\mid x)}\right] \tag{30}$$
#
# **Before you run:** take a $q$ that is badly wrong, $\mathcal N(-1, 0.5^2)$. Which of these lines still give $-1.6421$?

# %% [markdown] key="bound-note" lang="id" ref="367ba342"
# Kedua batang selalu berakhir di garis yang sama. Setiap kali ELBO naik, KL turun sama banyaknya; dan karena KL tidak dapat turun
# di bawah 0, ELBO tidak dapat melewati $\log p(x)$. Ia menyentuhnya di $m = 0.8$, $s = 0.6$, tepat di tempat $q$ *adalah* posterior. Pada awalnya, dengan $m = 0$ dan $s = 1$, ELBO
# bernilai $-2.9090$, dan KL sebesar 1.2670 menutup sisanya.
#
# **Mengapa jumlahnya selalu pas?** Ikuti serangkaian langkah aljabar. Kalikan dengan satu:
#
# $$p_\theta(x) = \int p_\theta(x,z)\,\frac{q_\phi(z\mid x)}{q_\phi(z\mid x)}\,dz \tag{24}$$
#
# Cara yang sama dengan posterior sebagai penyebut kelihatan lebih nekat, tetapi benar juga:
#
# $$p_\theta(x) = \int p_\theta(x,z)\,\frac{q_\phi(z\mid x)}{p_\theta(z\mid x)}\,dz \qquad \forall\,q_\phi \tag{25}$$
#
# Syarat $q_\phi(z\mid x)\approx p_\theta(z\mid x)$ tidak diperlukan. Menurut aturan hasil kali,
# $p_\theta(x,z)/p_\theta(z\mid x) = p_\theta(x)$, bilangan yang sama untuk setiap $z$; dan rata-rata sebuah tetapan adalah tetapan itu sendiri, menurut $q$ *mana pun*, seburuk apa pun:
#
# $$p_\theta(x) = \mathbb E_{q_\phi(z\mid x)}\!\left[\frac{p_\theta(x,z)}{p_\theta(z\mid x)}\right] \tag{26}$$
#
# $$\log p_\theta(x) = \log \mathbb E_{q_\phi(z\mid x)}\!\left[\frac{p_\theta(x,z)}{p_\theta(z\mid x)}\right] \tag{27}$$
#
# $$\log p_\theta(x) = \mathbb E_{q_\phi(z\mid x)}\!\left[\log\frac{p_\theta(x,z)}{p_\theta(z\mid x)}\right], \qquad \frac{p_\theta(x,z)}{p_\theta(z\mid x)} = p_\theta(x)\ \forall z \tag{28}$$
#
# Sekarang panggil $q$ kembali dengan mengalikan $q/q$ di dalam logaritma, lalu pecah menjadi dua:
#
# $$\log p_\theta(x) = \mathbb E_{q_\phi(z\mid x)}\!\left[\log\left[\frac{p_\theta(x,z)}{q_\phi(z\mid x)}\,\frac{q_\phi(z\mid x)}{p_\theta(z\mid x)}\right]\right] \tag{29}$$
#
# $$\log p_\theta(x) = \mathbb E_{q_\phi(z\mid x)}\!\left[\log\frac{p_\theta(x,z)}{q_\phi(z\mid x)}\right] + \mathbb E_{q_\phi(z\mid x)}\!\left[\log\frac{q_\phi(z\mid x)}{p_\theta(z\mid x)}\right] \tag{30}$$
#
# **Sebelum menjalankan sel:** ambil $q$ yang jauh meleset, $\mathcal N(-1, 0.5^2)$. Baris mana saja yang masih memberi $-1.6421$?

# %% [markdown] key="bound-note" lang="ko" ref="367ba342"
# 두 막대는 언제나 같은 선에서 끝납니다. ELBO가 얻는 만큼 KL은 잃습니다. KL은 0 아래로 내려갈 수 없으므로 ELBO는 $\log p(x)$를 넘지 못합니다. 둘이 맞닿는 곳은 $m = 0.8$, $s = 0.6$이고, 바로 거기서 $q$가 *곧* 사후분포입니다. 출발점 $m = 0$, $s = 1$에서 ELBO는 $-2.9090$이고, 나머지는 KL 1.2670이 채웠습니다.
#
# **왜 둘을 더하면 늘 같습니까?** 계산을 한 줄씩 따라가 봅시다. 먼저 분자와 분모가 같은 분수를 곱합니다.
#
# $$p_\theta(x) = \int p_\theta(x,z)\,\frac{q_\phi(z\mid x)}{q_\phi(z\mid x)}\,dz \tag{24}$$
#
# 분모에 사후분포를 놓으면 더 대담해 보이지만, 이것도 성립합니다.
#
# $$p_\theta(x) = \int p_\theta(x,z)\,\frac{q_\phi(z\mid x)}{p_\theta(z\mid x)}\,dz \qquad \forall\,q_\phi \tag{25}$$
#
# $q_\phi(z\mid x)\approx p_\theta(z\mid x)$일 필요도 없습니다. 곱의 법칙에 따라 $p_\theta(x,z)/p_\theta(z\mid x) = p_\theta(x)$이고, 이것은 모든 $z$에서 같은 수입니다. 상수는 *어떤* $q$로 평균해도, 아무리 나쁜 것으로 평균해도 그 상수 그대로입니다.
#
# $$p_\theta(x) = \mathbb E_{q_\phi(z\mid x)}\!\left[\frac{p_\theta(x,z)}{p_\theta(z\mid x)}\right] \tag{26}$$
#
# $$\log p_\theta(x) = \log \mathbb E_{q_\phi(z\mid x)}\!\left[\frac{p_\theta(x,z)}{p_\theta(z\mid x)}\right] \tag{27}$$
#
# $$\log p_\theta(x) = \mathbb E_{q_\phi(z\mid x)}\!\left[\log\frac{p_\theta(x,z)}{p_\theta(z\mid x)}\right], \qquad \frac{p_\theta(x,z)}{p_\theta(z\mid x)} = p_\theta(x)\ \forall z \tag{28}$$
#
# 이제 로그 안에 $q/q$를 곱해 $q$를 다시 불러들이고, 둘로 나눕니다.
#
# $$\log p_\theta(x) = \mathbb E_{q_\phi(z\mid x)}\!\left[\log\left[\frac{p_\theta(x,z)}{q_\phi(z\mid x)}\,\frac{q_\phi(z\mid x)}{p_\theta(z\mid x)}\right]\right] \tag{29}$$
#
# $$\log p_\theta(x) = \mathbb E_{q_\phi(z\mid x)}\!\left[\log\frac{p_\theta(x,z)}{q_\phi(z\mid x)}\right] + \mathbb E_{q_\phi(z\mid x)}\!\left[\log\frac{q_\phi(z\mid x)}{p_\theta(z\mid x)}\right] \tag{30}$$
#
# **실행하기 전에 생각해 보십시오.** 크게 빗나간 $q$로 $\mathcal N(-1, 0.5^2)$을 골랐습니다. 그래도 $-1.6421$이 나오는 것은 이 가운데 어느 줄이겠습니까?

# %% key="equal-lines"
far = normal(-1.0, 0.5)
log_q, weight = far.log_prob(z), far.log_prob(z).exp() * (z[1] - z[0])
p, p_post = log_joint(x, z), post.log_prob(z)
rows = {
    24: (weight * (p - log_q).exp()).sum().log(),
    26: (weight * (p - p_post).exp()).sum().log(),
    28: (weight * (p - p_post)).sum(),
    29: (weight * (p - log_q + log_q - p_post)).sum(),
    30: (weight * (p - log_q)).sum() + (weight * (log_q - p_post)).sum(),
}
for number, value in rows.items():
    print(f"({number})  {value:.10f}")
    assert abs(value - exact) < 1e-9
change = (p - p_post).max() - (p - p_post).min()
print(f"log p(x,z)/p(z|x): max - min {change:.0e}   KL {(weight * (log_q - p_post)).sum():.2f}")
assert change < 1e-9

# %% [markdown] key="equal-note" lang="en"
# All of them, although this $q$ is 4.53 nats away from the posterior. And over all $z$ on the grid the log-ratio moves
# by no more than rounding: that is the reason for (25) to (28), and neither $q\approx p$ nor anything about the logarithm is.
#
# The second term of (30) is a KL divergence. We met it in chapter 2 as the cost of confusing one distribution with another:
#
# $$D_{\mathrm{KL}}\!\left(q_\phi(z\mid x)\,\|\,p_\theta(z\mid x)\right) \ge 0, \quad = 0 \iff q_\phi(z\mid x) = p_\theta(z\mid x) \tag{31}$$
#
# ### Exercise: the KL divergence of two Gaussians
#
# Almost every term of the diffusion bound is one of these. Write `kl(mean_1, var_1, mean_2, var_2)`, which returns
# $D_{\mathrm{KL}}(\mathcal N(m_1, v_1)\,\|\,\mathcal N(m_2, v_2))$ in nats, number by number; the arguments are tensors and the `var` are variances.
#
# You have all you need: $\log \mathcal N(z; m, v) = -\tfrac12\left(\log 2\pi v + (z-m)^2/v\right)$, and under the first Gaussian
# $\mathbb E\,(z-m_2)^2 = v_1 + (m_1-m_2)^2$. Write down $\mathbb E[\log q - \log p]$ and let the expectation do its work.

# %% [markdown] key="equal-note" lang="id" ref="1f4f866d"
# Semuanya, padahal $q$ ini berjarak 4.53 nat dari posterior. Dan di seluruh $z$ pada kisi, log-rasionya berubah
# tidak lebih dari galat pembulatan: itulah alasan (25) sampai (28), bukan $q\approx p$, bukan pula sifat logaritma.
#
# Suku kedua dari (30) adalah divergensi KL. Kita sudah mengenalnya di Bab 2 sebagai ongkos bila satu distribusi dikira distribusi lain:
#
# $$D_{\mathrm{KL}}\!\left(q_\phi(z\mid x)\,\|\,p_\theta(z\mid x)\right) \ge 0, \quad = 0 \iff q_\phi(z\mid x) = p_\theta(z\mid x) \tag{31}$$
#
# ### Latihan: divergensi KL dua Gaussian
#
# Hampir setiap suku dari batas difusi berbentuk seperti ini. Tulis `kl(mean_1, var_1, mean_2, var_2)`, yang mengembalikan
# $D_{\mathrm{KL}}(\mathcal N(m_1, v_1)\,\|\,\mathcal N(m_2, v_2))$ dalam nat, elemen demi elemen; semua argumennya tensor, dan `var` berisi varians.
#
# Semua bahannya sudah ada: $\log \mathcal N(z; m, v) = -\tfrac12\left(\log 2\pi v + (z-m)^2/v\right)$, dan menurut Gaussian yang pertama
# $\mathbb E\,(z-m_2)^2 = v_1 + (m_1-m_2)^2$. Tuliskan $\mathbb E[\log q - \log p]$, lalu hitung nilai harapan itu suku demi suku.

# %% [markdown] key="equal-note" lang="ko" ref="1f4f866d"
# 이 $q$는 사후분포에서 4.53내트나 떨어져 있는데도 모두 같은 값을 내놓습니다. 격자 위의 모든 $z$에서 로그 비가 움직이는 폭은 반올림 오차를 넘지 않습니다. (25)부터 (28)까지가 성립하는 까닭은 이것이지, $q\approx p$라서도 아니고 로그의 어떤 성질 때문도 아닙니다.
#
# (30)의 둘째 항은 KL 발산입니다. 2장에서는 한 분포를 다른 분포로 잘못 알았을 때 치르는 대가로 만났습니다.
#
# $$D_{\mathrm{KL}}\!\left(q_\phi(z\mid x)\,\|\,p_\theta(z\mid x)\right) \ge 0, \quad = 0 \iff q_\phi(z\mid x) = p_\theta(z\mid x) \tag{31}$$
#
# ### 연습문제: 두 가우스 분포의 KL 발산
#
# 확산의 상한을 이루는 항은 거의 모두 이것입니다. `kl(mean_1, var_1, mean_2, var_2)` 함수를 작성하십시오. $D_{\mathrm{KL}}(\mathcal N(m_1, v_1)\,\|\,\mathcal N(m_2, v_2))$를 내트 단위로, 원소마다 하나씩 돌려줍니다. 인자는 모두 텐서이고, `var`는 분산입니다.
#
# 필요한 것은 다 있습니다. $\log \mathcal N(z; m, v) = -\tfrac12\left(\log 2\pi v + (z-m)^2/v\right)$이고, 첫째 가우스 분포에서 $\mathbb E\,(z-m_2)^2 = v_1 + (m_1-m_2)^2$입니다. $\mathbb E[\log q - \log p]$를 적어 놓고 기댓값을 취해 보십시오.

# %% key="ex-kl" exercise="gaussians.kl"
def kl(mean_1, var_1, mean_2, var_2):
    ### BEGIN SOLUTION
    spread = var_1 + (mean_1 - mean_2) ** 2
    return (torch.log(var_2) - torch.log(var_1) + spread / var_2 - 1) / 2
    ### END SOLUTION

# %% key="check-kl" check="gaussians.kl"
check("gaussians.kl", kl)

# %% [markdown] key="bound-lines" lang="en"
# With the names of (31) and (32), line (30) says
#
# $$\mathcal L_{\theta,\phi}(x) = \log p_\theta(x) - D_{\mathrm{KL}}\!\left(q_\phi(z\mid x)\,\|\,p_\theta(z\mid x)\right) \tag{33}$$
#
# and because the KL is never negative,
#
# $$\mathcal L_{\theta,\phi}(x) \le \log p_\theta(x) \tag{34}$$
#
# Read the other way round, as an equation with nothing thrown away, it is what the widget showed:
#
# $$\log p_\theta(x) = \mathcal L_{\theta,\phi}(x) + D_{\mathrm{KL}}\!\left(q_\phi(z\mid x)\,\|\,p_\theta(z\mid x)\right) \tag{35}$$
#
# And once more as a bound, with its slack named:
#
# $$\log p_\theta(x) \ge \log p_\theta(x) - D_{\mathrm{KL}}\!\left(q_\phi(z\mid x)\,\|\,p_\theta(z\mid x)\right) = \mathcal L_{\theta,\phi}(x) \tag{36}$$
#
# **Guess:** a popular shortcut reports only $\mathbb E_q[\log p_\theta(x\mid z)]$, the reconstruction, as “the ELBO”. Can *that* rise above $\log p(x)$?

# %% [markdown] key="bound-lines" lang="id" ref="347217be"
# Dengan nama-nama dari (31) dan (32), baris (30) berbunyi
#
# $$\mathcal L_{\theta,\phi}(x) = \log p_\theta(x) - D_{\mathrm{KL}}\!\left(q_\phi(z\mid x)\,\|\,p_\theta(z\mid x)\right) \tag{33}$$
#
# dan karena KL tidak pernah negatif,
#
# $$\mathcal L_{\theta,\phi}(x) \le \log p_\theta(x) \tag{34}$$
#
# Dibaca dari arah sebaliknya, sebagai kesamaan yang tidak membuang apa pun, inilah yang tadi diperlihatkan penggeser:
#
# $$\log p_\theta(x) = \mathcal L_{\theta,\phi}(x) + D_{\mathrm{KL}}\!\left(q_\phi(z\mid x)\,\|\,p_\theta(z\mid x)\right) \tag{35}$$
#
# Dan sekali lagi sebagai batas, kali ini dengan menyebut selisihnya:
#
# $$\log p_\theta(x) \ge \log p_\theta(x) - D_{\mathrm{KL}}\!\left(q_\phi(z\mid x)\,\|\,p_\theta(z\mid x)\right) = \mathcal L_{\theta,\phi}(x) \tag{36}$$
#
# **Tebak:** jalan pintas yang populer hanya melaporkan $\mathbb E_q[\log p_\theta(x\mid z)]$, rekonstruksinya, dan menyebutnya “ELBO”. Dapatkah *yang itu* naik melewati $\log p(x)$?

# %% [markdown] key="bound-lines" lang="ko" ref="347217be"
# (31)과 (32)의 이름을 쓰면 (30)은 이런 말이 됩니다.
#
# $$\mathcal L_{\theta,\phi}(x) = \log p_\theta(x) - D_{\mathrm{KL}}\!\left(q_\phi(z\mid x)\,\|\,p_\theta(z\mid x)\right) \tag{33}$$
#
# KL은 결코 음수가 아니므로 다음이 성립합니다.
#
# $$\mathcal L_{\theta,\phi}(x) \le \log p_\theta(x) \tag{34}$$
#
# 여기서 아무것도 버리지 않고 KL만 왼쪽으로 옮기면, 위젯에서 본 바로 그 등식입니다.
#
# $$\log p_\theta(x) = \mathcal L_{\theta,\phi}(x) + D_{\mathrm{KL}}\!\left(q_\phi(z\mid x)\,\|\,p_\theta(z\mid x)\right) \tag{35}$$
#
# 모자라는 만큼을 밝혀 다시 하한으로 쓰면 다음과 같습니다.
#
# $$\log p_\theta(x) \ge \log p_\theta(x) - D_{\mathrm{KL}}\!\left(q_\phi(z\mid x)\,\|\,p_\theta(z\mid x)\right) = \mathcal L_{\theta,\phi}(x) \tag{36}$$
#
# **짐작해 보십시오.** 널리 퍼진 지름길 하나는 재구성 항 $\mathbb E_q[\log p_\theta(x\mid z)]$만 구해 놓고 “ELBO”라고 부릅니다. *이것*은 $\log p(x)$보다 커질 수 있습니까?

# %% key="bound-slips"
for name, mean, std in (("a", 0.0, 1.0), ("b", 0.8, 0.6), ("c", 1.2, 0.2)):
    q_z = normal(mean, std)
    weight = q_z.log_prob(z).exp() * (z[1] - z[0])
    elbo_q = (weight * (p - q_z.log_prob(z))).sum()
    kl_q = float(gaussians.kl(mean, std**2, 0.8, 0.36))
    only = (weight * normal(z, tau).log_prob(x)).sum()
    print(f"{name}  ELBO {elbo_q:.4f}  ELBO + KL {elbo_q + kl_q:.4f}  E log p(x|z) {only:.4f}")
    assert abs(elbo_q + kl_q - exact) < 1e-9
assert only > exact

# %% [markdown] key="bound-slips-note" lang="en"
# In each row ELBO + KL is $-1.6421$ again. The shortcut is no bound at all: $-0.6690$ in row c, far above $\log p(x)$. A narrow $q$ near
# $x$ reconstructs beautifully; what it has to pay for being narrow is exactly the part that was left out.
#
# ### Exercise: the bound from draws
#
# In the toy we could integrate on a grid. In general one draws $z_1, \dots, z_n \sim q(z\mid x)$ and has two tables of logarithms. Write
# `elbo(log_joint, log_q)`: both of shape `(n,)`, with `log_joint[i]` $= \log p(x, z_i)$ and `log_q[i]` $= \log q(z_i\mid x)$. Return the estimate of (32), one number.

# %% [markdown] key="bound-slips-note" lang="id" ref="063bd505"
# Di setiap baris, ELBO + KL kembali bernilai $-1.6421$. Jalan pintas itu sama sekali bukan batas: $-0.6690$ di baris c, jauh di atas $\log p(x)$. $q$ yang sempit di dekat
# $x$ merekonstruksi dengan indah; harga kesempitannya justru ada di bagian yang dibuang oleh jalan pintas itu.
#
# ### Latihan: batas dari sampel
#
# Dalam contoh kecil kita dapat mengintegralkan pada kisi. Pada umumnya kita mengambil $z_1, \dots, z_n \sim q(z\mid x)$ lalu menyimpan dua daftar log-densitas. Tulis
# `elbo(log_joint, log_q)`: keduanya berbentuk `(n,)`, dengan `log_joint[i]` $= \log p(x, z_i)$ dan `log_q[i]` $= \log q(z_i\mid x)$. Kembalikan taksiran untuk (32), sebuah tensor berisi satu bilangan.

# %% [markdown] key="bound-slips-note" lang="ko" ref="063bd505"
# 여기서도 ELBO + KL은 줄마다 $-1.6421$입니다. 지름길은 아예 하한이 아닙니다. c 줄에서 $-0.6690$으로, $\log p(x)$보다 훨씬 큽니다. $x$ 가까이에 모인 좁은 $q$는 재구성을 훌륭하게 해냅니다. 하지만 좁은 만큼 대가를 치러야 하는데, 지름길은 바로 그 대가를 빠뜨렸습니다.
#
# ### 연습문제: 뽑은 값으로 구하는 하한
#
# 작은 예에서는 격자로 적분할 수 있었습니다. 일반적으로는 $z_1, \dots, z_n \sim q(z\mid x)$를 뽑아 로그 값의 표를 두 개 얻습니다. `elbo(log_joint, log_q)` 함수를 작성하십시오. 둘 다 모양이 `(n,)`이고, `log_joint[i]` $= \log p(x, z_i)$, `log_q[i]` $= \log q(z_i\mid x)$입니다. (32)의 추정값을 차원이 없는 텐서 하나로 돌려주십시오.

# %% key="ex-elbo" exercise="latent.elbo"
def elbo(log_joint, log_q):
    ### BEGIN SOLUTION
    return torch.mean(log_joint - log_q)
    ### END SOLUTION

# %% key="check-elbo" check="latent.elbo"
check("latent.elbo", elbo)

# %% [markdown] key="jensen" lang="en"
# ## 4 · Where equality ends: Jensen
#
# There is a second road to the bound, and it is the one that diffusion papers take. Start again:
#
# $$\log p_\theta(x) = \log\int p_\theta(x,z)\,dz \tag{37}$$
#
# $$\log p_\theta(x) = \log\int p_\theta(x,z)\,\frac{q(z\mid x)}{q(z\mid x)}\,dz \tag{38}$$
#
# $$\log p_\theta(x) = \log\mathbb E_{q(z\mid x)}\!\left[\frac{p_\theta(x,z)}{q(z\mid x)}\right] \tag{39}$$
#
# and now pull the logarithm inside the expectation:
#
# $$\log p_\theta(x) \ge \mathbb E_{q(z\mid x)}\!\left[\log\frac{p_\theta(x,z)}{q(z\mid x)}\right] \tag{40}$$
#
# Going inside is what makes the $\ge$. The logarithm is concave, and by *Jensen's inequality* $\log \mathbb E[f] \ge \mathbb E[\log f]$; they are equal
# only where $f$ does not vary. One derivation does the same thing twice, once from (27) to (28) and once here, and writes an equals sign both times “because the
# logarithm is concave”. Concavity gives an inequality. (28) is an equation for another reason, the one you have just seen.
#
# **Commit:** draw $z$ from $q = \mathcal N(0.2, 0.9^2)$ and make a histogram of each log-ratio, the one in (28) and the one in (40). What will the two histograms look like?

# %% [markdown] key="jensen" lang="id" ref="f6bb6769"
# ## 4 · Di mana kesamaan berakhir: Jensen
#
# Ada jalan kedua menuju batas itu, dan jalan inilah yang ditempuh makalah-makalah difusi. Mulai lagi dari awal:
#
# $$\log p_\theta(x) = \log\int p_\theta(x,z)\,dz \tag{37}$$
#
# $$\log p_\theta(x) = \log\int p_\theta(x,z)\,\frac{q(z\mid x)}{q(z\mid x)}\,dz \tag{38}$$
#
# $$\log p_\theta(x) = \log\mathbb E_{q(z\mid x)}\!\left[\frac{p_\theta(x,z)}{q(z\mid x)}\right] \tag{39}$$
#
# lalu tarik logaritmanya ke dalam nilai harapan:
#
# $$\log p_\theta(x) \ge \mathbb E_{q(z\mid x)}\!\left[\log\frac{p_\theta(x,z)}{q(z\mid x)}\right] \tag{40}$$
#
# Perpindahan ke dalam itulah yang melahirkan $\ge$. Logaritma adalah fungsi cekung, dan menurut *ketaksamaan Jensen* $\log \mathbb E[f] \ge \mathbb E[\log f]$; keduanya sama
# hanya bila $f$ tidak berubah-ubah. Sebuah penurunan melakukan hal ini dua kali, sekali dari (27) ke (28) dan sekali di sini, dan dua-duanya dengan tanda sama dengan, “karena
# logaritma itu cekung”. Kecekungan memberi ketaksamaan. (28) adalah kesamaan karena alasan lain, yang baru saja kita lihat.
#
# **Putuskan dulu:** ambil $z$ dari $q = \mathcal N(0.2, 0.9^2)$ dan buat histogram kedua log-rasio, yang di (28) dan yang di (40). Seperti apa bentuk kedua histogram itu?

# %% [markdown] key="jensen" lang="ko" ref="f6bb6769"
# ## 4 · 등호가 끝나는 곳: 옌센
#
# 하한으로 가는 길이 하나 더 있습니다. 확산 논문이 택하는 것은 이 길입니다. 처음부터 다시 시작합니다.
#
# $$\log p_\theta(x) = \log\int p_\theta(x,z)\,dz \tag{37}$$
#
# $$\log p_\theta(x) = \log\int p_\theta(x,z)\,\frac{q(z\mid x)}{q(z\mid x)}\,dz \tag{38}$$
#
# $$\log p_\theta(x) = \log\mathbb E_{q(z\mid x)}\!\left[\frac{p_\theta(x,z)}{q(z\mid x)}\right] \tag{39}$$
#
# 이제 로그를 기댓값 안으로 끌어들입니다.
#
# $$\log p_\theta(x) \ge \mathbb E_{q(z\mid x)}\!\left[\log\frac{p_\theta(x,z)}{q(z\mid x)}\right] \tag{40}$$
#
# $\ge$는 로그를 안으로 들이면서 생깁니다. 로그는 오목 함수이고, *옌센 부등식*(Jensen's inequality)에 따라 $\log \mathbb E[f] \ge \mathbb E[\log f]$입니다. 둘이 같은 것은 $f$가 상수일 때뿐입니다. 어느 강의 노트는 (27)에서 (28)로 갈 때와 여기에서, 이 같은 일을 두 번 하면서 두 번 다 “로그가 오목하므로”라며 등호를 씁니다. 오목하다는 데서 나오는 것은 부등식입니다. (28)이 등식인 까닭은 따로 있고, 그것은 방금 보았습니다.
#
# **답을 먼저 정하십시오.** $q = \mathcal N(0.2, 0.9^2)$에서 $z$를 뽑아, (28)의 로그 비와 (40)의 로그 비로 히스토그램을 하나씩 그립니다. 두 히스토그램은 어떤 모양이겠습니까?

# %% key="jensen-picture"
n, q_z = 20_000, normal(0.2, 0.9)
draws = q_z.mean + q_z.stddev * noise(n, seed=4)
ratios = {
    "$\\log\\,p(x,z)/p(z\\mid x)$": log_joint(x, draws) - post.log_prob(draws),
    "$\\log\\,p(x,z)/q(z)$": log_joint(x, draws) - q_z.log_prob(draws),
}
fig, ax = figures.axes(columns=2, size=(3.8, 2.8))
for plot, (name, f) in zip(ax, ratios.items(), strict=True):
    inside, outside = f.mean(), f.exp().mean().log()
    plot.hist(f.numpy(), bins=40, range=(-6.07, -0.07), color="0.7")
    plot.axvline(float(outside), linewidth=1.5, label="$\\log E$")
    plot.axvline(float(inside), color="#D55E00", linestyle="--", linewidth=1.5, label="$E\\,\\log$")
    plot.set(xlabel=name, yscale="log", ylim=(10, 5e4))
    print(f"std {f.std():.4f}   log E {outside:.4f}   E log {inside:.4f}   gap {outside - inside:.4f}")
ax[1].legend()
gap = gaussians.kl(q_z.mean, q_z.variance, post.mean, post.variance)
print(f"KL {gap:.4f}")
assert abs(exact - inside - gap) < 5 * f.std() / n**0.5 and f.std() > 0.1
figures.show(fig, "alt.elbo.jensen")

# %% [markdown] key="jensen-note" lang="en"
# Left, (28): a single spike. The standard deviation is 0.0000, so it does not matter where the logarithm stands. Right, (40): the log-ratio has a standard deviation of 1.7550, and the two vertical lines part. Their distance is 0.7325 in this sample and estimates $D_{\mathrm{KL}}(q\,\|\,p(z\mid x))$, which is 0.7195: Jensen's gap and the KL of section 3 are the same thing.
#
# (39) itself is an equation and useful on its own: with draws from a good $q$ it computes what the prior's draws could not.

# %% [markdown] key="jensen-note" lang="id" ref="ee4c92b5"
# Kiri, (28): satu tiang saja. Simpangan bakunya 0.0000, jadi letak logaritmanya, di luar atau di dalam, tidak berpengaruh. Kanan, (40): simpangan baku log-rasionya
# 1.7550, dan kedua garis tegak berpisah. Jaraknya 0.7325 pada sampel ini dan menaksir $D_{\mathrm{KL}}(q\,\|\,p(z\mid x))$, yang besarnya 0.7195: celah Jensen dan KL dari bagian 3 adalah hal yang sama.
#
# (39) sendiri sebuah kesamaan, dan berguna pula: dengan sampel dari $q$ yang baik, ia menghitung apa yang tidak sanggup dihitung dengan sampel dari prior.

# %% [markdown] key="jensen-note" lang="ko" ref="ee4c92b5"
# 왼쪽은 (28)이고, 뾰족한 막대 하나뿐입니다. 표준편차가 0.0000이므로 로그를 기댓값 안에 두든 밖에 두든 같습니다. 오른쪽은 (40)입니다. 로그 비의 표준편차는 1.7550이고, 두 세로선이 갈라집니다. 그 간격은 이 샘플에서 0.7325이고, $D_{\mathrm{KL}}(q\,\|\,p(z\mid x))$의 추정값입니다. KL의 정확한 값은 0.7195입니다. 옌센 부등식의 틈과 3절의 KL은 같은 것입니다.
#
# (39)는 그 자체로 등식이고 쓸모도 있습니다. 좋은 $q$에서 뽑으면, 사전분포에서 뽑아서는 구하지 못한 것을 구할 수 있습니다.

# %% key="jensen-weights"
near_q = normal(0.75, 0.65)
for d in (1, 10, 50):
    z_q = near_q.mean + near_q.stddev * noise(50_000, d, seed=5)
    w = (log_joint(x, z_q) - near_q.log_prob(z_q)).sum(1)
    guess = w.logsumexp(0) - math.log(len(w))
    print(f"d={d:2d}   log E {guess:8.3f}   E log {w.mean():8.3f}   exact {d * exact:8.3f}")

# %% [markdown] key="path" lang="en"
# In 50 dimensions: $-82.106$, where the prior gave $-93.425$ and the truth is $-82.104$. (40), the average of the logarithms, lies lower by 50 small KLs. Why
# then ever use (40)? Because training needs averages it can split into terms and estimate from one draw; a logarithm outside stops both.
#
# ## 5 · From one hidden variable to a walk
#
# Now let the hidden variable be the walk itself: $z = x_{1:T}$, and let the guess be the forward process, $q(x_{1:T}\mid x_0)$. Nobody has to learn
# that $q$; it is the recipe of chapter 2. (In this role it is called “the approximate posterior”; the word *posterior* will come back for something else.)
#
# Average (39) and (40) over data, with a minus sign so that smaller is better. That turns the lower bound on $\log p_\theta$ into an *upper* bound on $-\log p_\theta$:
#
# $$\mathbb E_{q(x_0)}[-\log p_\theta(x_0)] = \mathbb E_{q(x_0)}\!\left[-\log\mathbb E_{q(x_{1:T}\mid x_0)}\!\left[\frac{p_\theta(x_{0:T})}{q(x_{1:T}\mid x_0)}\right]\right] \tag{41}$$
#
# $$\mathbb E_{q(x_0)}[-\log p_\theta(x_0)] \le \mathbb E_{q(x_0)}\!\left[\mathbb E_{q(x_{1:T}\mid x_0)}\!\left[-\log\frac{p_\theta(x_{0:T})}{q(x_{1:T}\mid x_0)}\right]\right] \tag{42}$$
#
# $$\mathbb E_{q(x_0)}[-\log p_\theta(x_0)] \le \mathbb E_{q(x_0)}\!\left[\mathbb E_{q(x_{1:T}\mid x_0)}\!\left[\log\frac{q(x_{1:T}\mid x_0)}{p_\theta(x_{0:T})}\right]\right] \tag{43}$$
#
# $$\mathbb E_{q(x_0)}[-\log p_\theta(x_0)] \le \mathbb E_{q(x_{0:T})}\!\left[\log\frac{q(x_{1:T}\mid x_0)}{p_\theta(x_{0:T})}\right] \tag{44}$$
#
# (43) turns the fraction over and so swallows the minus; (44) says that drawing $x_0$ and then a walk from it is drawing a whole walk. **Is the bound reached?**
# Call the right-hand side of (44) $L$. Then (35), with $x_0$ for $x$ and the walk $x_{1:T}$ for $z$, averaged over the data, says what lies between the two sides:
#
# $$\mathbb E_{q(x_0)}[-\log p_\theta(x_0)] = L - \mathbb E_{q(x_0)}\!\left[D_{\mathrm{KL}}\!\left(q(x_{1:T}\mid x_0)\,\|\,p_\theta(x_{1:T}\mid x_0)\right)\right] \le L \tag{A1}$$
#
# So what training lowers is not the cross-entropy $\mathbb E[-\log p_\theta]$ but the bound $L$. The KL between them is the *gap*. How different are they for our five-step toy?

# %% [markdown] key="path" lang="id" ref="a9c5ca9f"
# Dalam 50 dimensi: $-82.106$, padahal prior memberi $-93.425$ dan yang benar $-82.104$. (40), rata-rata logaritmanya, terletak lebih rendah sebesar 50 KL kecil. Lalu untuk apa
# memakai (40)? Sebab pelatihan memerlukan rata-rata yang dapat dipecah menjadi suku-suku dan ditaksir dari satu sampel; logaritma di luar menghalangi keduanya.
#
# ## 5 · Dari satu variabel tersembunyi ke satu perjalanan
#
# Sekarang ambil perjalanan itu sendiri sebagai variabel tersembunyi, $z = x_{1:T}$, dan proses maju sebagai tebakannya, $q(x_{1:T}\mid x_0)$.
# $q$ ini tidak perlu dipelajari; ia resep tetap dari Bab 2. (Dalam peran ini ia disebut “posterior hampiran”; kata *posterior* nanti muncul lagi untuk hal lain.)
#
# Rata-ratakan (39) dan (40) atas data, dengan tanda minus supaya yang lebih kecil lebih baik. Dengan begitu, batas bawah untuk $\log p_\theta$ menjadi batas *atas* untuk $-\log p_\theta$:
#
# $$\mathbb E_{q(x_0)}[-\log p_\theta(x_0)] = \mathbb E_{q(x_0)}\!\left[-\log\mathbb E_{q(x_{1:T}\mid x_0)}\!\left[\frac{p_\theta(x_{0:T})}{q(x_{1:T}\mid x_0)}\right]\right] \tag{41}$$
#
# $$\mathbb E_{q(x_0)}[-\log p_\theta(x_0)] \le \mathbb E_{q(x_0)}\!\left[\mathbb E_{q(x_{1:T}\mid x_0)}\!\left[-\log\frac{p_\theta(x_{0:T})}{q(x_{1:T}\mid x_0)}\right]\right] \tag{42}$$
#
# $$\mathbb E_{q(x_0)}[-\log p_\theta(x_0)] \le \mathbb E_{q(x_0)}\!\left[\mathbb E_{q(x_{1:T}\mid x_0)}\!\left[\log\frac{q(x_{1:T}\mid x_0)}{p_\theta(x_{0:T})}\right]\right] \tag{43}$$
#
# $$\mathbb E_{q(x_0)}[-\log p_\theta(x_0)] \le \mathbb E_{q(x_{0:T})}\!\left[\log\frac{q(x_{1:T}\mid x_0)}{p_\theta(x_{0:T})}\right] \tag{44}$$
#
# (43) membalik pecahannya dan dengan begitu menelan tanda minus; (44) mengatakan bahwa mengambil $x_0$ lalu berjalan darinya sama dengan mengambil satu perjalanan utuh. **Apakah batasnya tercapai?**
# Sebut ruas kanan (44) itu $L$. Maka (35), dengan $x_0$ sebagai $x$ dan perjalanan $x_{1:T}$ sebagai $z$, dirata-ratakan atas data, mengatakan apa yang ada di antara kedua ruas:
#
# $$\mathbb E_{q(x_0)}[-\log p_\theta(x_0)] = L - \mathbb E_{q(x_0)}\!\left[D_{\mathrm{KL}}\!\left(q(x_{1:T}\mid x_0)\,\|\,p_\theta(x_{1:T}\mid x_0)\right)\right] \le L \tag{A1}$$
#
# Jadi yang diturunkan oleh pelatihan bukan entropi silang $\mathbb E[-\log p_\theta]$, melainkan batasnya, $L$. KL di antara keduanya itulah *celah* batas. Seberapa jauh beda keduanya untuk contoh kecil kita yang lima langkah?

# %% [markdown] key="path" lang="ko" ref="a9c5ca9f"
# 50차원에서 $-82.106$입니다. 사전분포에서 뽑았을 때는 $-93.425$였고, 참값은 $-82.104$입니다. 로그를 평균한 (40)은 작은 KL 50개만큼 더 낮습니다. 그렇다면 왜 굳이 (40)을 씁니까? 학습에는 항으로 나눌 수 있고 한 번만 뽑아도 추정할 수 있는 평균이 필요하기 때문입니다. 로그가 바깥에 있으면 둘 다 막힙니다.
#
# ## 5 · 숨은 변수 하나에서 경로로
#
# 이제 경로 자체를 숨은 변수로 삼습니다. 곧 $z = x_{1:T}$이고, 짐작은 전방 과정 $q(x_{1:T}\mid x_0)$입니다. 이 $q$는 학습할 필요가 없습니다. 2장의 레시피 그대로입니다. (이 역할을 할 때는 “근사 사후분포”라고 부릅니다. *사후분포*라는 말은 뒤에서 다른 것을 가리키며 다시 나옵니다.)
#
# (39)와 (40)을 데이터에 걸쳐 평균하되, 작을수록 좋도록 음의 부호를 붙입니다. 그러면 $\log p_\theta$의 하한이 $-\log p_\theta$의 *상한*이 됩니다.
#
# $$\mathbb E_{q(x_0)}[-\log p_\theta(x_0)] = \mathbb E_{q(x_0)}\!\left[-\log\mathbb E_{q(x_{1:T}\mid x_0)}\!\left[\frac{p_\theta(x_{0:T})}{q(x_{1:T}\mid x_0)}\right]\right] \tag{41}$$
#
# $$\mathbb E_{q(x_0)}[-\log p_\theta(x_0)] \le \mathbb E_{q(x_0)}\!\left[\mathbb E_{q(x_{1:T}\mid x_0)}\!\left[-\log\frac{p_\theta(x_{0:T})}{q(x_{1:T}\mid x_0)}\right]\right] \tag{42}$$
#
# $$\mathbb E_{q(x_0)}[-\log p_\theta(x_0)] \le \mathbb E_{q(x_0)}\!\left[\mathbb E_{q(x_{1:T}\mid x_0)}\!\left[\log\frac{q(x_{1:T}\mid x_0)}{p_\theta(x_{0:T})}\right]\right] \tag{43}$$
#
# $$\mathbb E_{q(x_0)}[-\log p_\theta(x_0)] \le \mathbb E_{q(x_{0:T})}\!\left[\log\frac{q(x_{1:T}\mid x_0)}{p_\theta(x_{0:T})}\right] \tag{44}$$
#
# (43)은 분수를 뒤집어 음의 부호를 없앱니다. (44)는 $x_0$을 뽑고 거기서 출발하는 경로를 뽑는 것이 경로 전체를 뽑는 것과 같다는 말입니다. **여기서 등호가 서기도 합니까?** (44)의 우변을 $L$이라고 합시다. (35)에서 $x$를 $x_0$으로, $z$를 경로 $x_{1:T}$로 바꾸어 데이터에 걸쳐 평균하면 양변 사이에 무엇이 있는지 드러납니다.
#
# $$\mathbb E_{q(x_0)}[-\log p_\theta(x_0)] = L - \mathbb E_{q(x_0)}\!\left[D_{\mathrm{KL}}\!\left(q(x_{1:T}\mid x_0)\,\|\,p_\theta(x_{1:T}\mid x_0)\right)\right] \le L \tag{A1}$$
#
# 그러므로 학습에서 줄이는 것은 교차 엔트로피 $\mathbb E[-\log p_\theta]$가 아니라 그 상한 $L$입니다. 둘 사이의 KL이 상한의 *틈*입니다. 다섯 단계짜리 작은 예에서 둘은 얼마나 다르겠습니까?

# %% key="path-toy"
def q_next(x, t):
    return normal(alpha[t].sqrt() * x[t - 1], beta[t].sqrt()).log_prob(x[t])


def q_jump(x, t):
    return normal(bar[t].sqrt() * x[0], (1 - bar[t]).sqrt()).log_prob(x[t])


def q_back(x, t):
    mean, variance = forward.posterior(x[0], x[t], t, small)
    return normal(mean, variance**0.5).log_prob(x[t - 1])


def walks(x_0, seed):
    x = [x_0]
    for t in range(1, T + 1):
        x.append(forward.q_step(x[-1], t, noise(len(x_0), seed=100 * seed + t), small))
    return torch.stack(x)


n = 100_000
x_0 = data.sample(n, torch.Generator().manual_seed(6))[:, 0]
path = walks(x_0, seed=7)
print("x", tuple(path.shape), f"x_0 std {path[0].std():.3f}  x_5 std {path[T].std():.3f}")

# %% key="path-ratio"
t = torch.arange(1, T + 1)
low, high = torch.minimum(t[:, None], t), torch.maximum(t[:, None], t)
C_q = (bar[high] / bar[low]).sqrt() * (1 - bar[low])
q_path = MultivariateNormal(torch.zeros(T).double(), C_q).log_prob((path[1:] - bar[1:, None].sqrt() * path[0]).T)
p_path = MultivariateNormal(torch.zeros(T + 1).double(), C).log_prob(path.T)
ratio = q_path - p_path


def compare(name, form):
    error = (form - ratio).abs()
    print(f"{name}  mean|error| {error.mean():.1e}  max|error| {error.max():.1e}")
    return error.max() < 1e-9

# %% key="path-evidence"
v_0 = C[0, 0]
nll = 0.5 * ((2 * torch.pi * v_0).log() + (1 + 0.15**2) / v_0)
one = torch.full((n,), 0.7).double()
y = walks(one, seed=8)
q_y = sum(q_next(y, t) for t in range(1, T + 1))
w = (p_end(y) + sum(p_back(y, t) for t in range(1, T + 1)) - q_y).exp()
true, five = normal(0.0, v_0.sqrt()).log_prob(one[0]), 5 * w.std() / w.mean() / n**0.5
print(f"(41)  -log mean w {-w.mean().log():.4f}   exact {-true:.4f}   5 se {five:.4f}")
assert abs(w.mean().log() - true) < five
gap, five = ratio.mean() - nll, 5 * ratio.std() / n**0.5
print(f"(44)  bound {ratio.mean():.4f}   -log p {nll:.4f}   gap {gap:.4f}   5 se {five:.4f}")
assert gap > five

# %% [markdown] key="path-evidence-note" lang="en"
# (41) in action: 100000 forward walks from $x_0 = 0.7$, weighted, reproduce the exact $-\log p_\theta(0.7)$ within five standard errors. And over data the bound
# is 1.8068 where the truth is 1.7426: a gap of 0.0642 nats that is no sampling error.
#
# Now the chain. Each line below rewrites the logarithm inside (44). **The rule of the game:** the left-hand side is computed once, as the difference of
# two joint Gaussians that know nothing of steps (`ratio`, above; for $q$, given $x_0$, $\mathrm{Cov}(x_s, x_t) = \sqrt{\bar\alpha_t/\bar\alpha_s}\,(1-\bar\alpha_s)$ where $s \le t$). Every move must reproduce it on each of 100000 random walks, and a move with
# a mistake must not. First, both processes as products:
#
# $$\log\frac{q(x_{1:T}\mid x_0)}{p_\theta(x_{0:T})} = \log\frac{\prod_{t=1}^{T} q(x_t\mid x_{t-1})}{p(x_T)\prod_{t=1}^{T} p_\theta(x_{t-1}\mid x_t)} \tag{45}$$

# %% [markdown] key="path-evidence-note" lang="id" ref="62e7ee8b"
# (41) dalam praktik: 100000 perjalanan maju dari $x_0 = 0.7$, setelah dibobot, menghasilkan $-\log p_\theta(0.7)$ yang eksak dalam batas lima galat baku. Dan atas data,
# batasnya 1.8068 sedangkan yang benar 1.7426: celah sebesar 0.0642 nat itu bukan galat pengambilan sampel.
#
# Sekarang rangkaian penurunannya. Setiap baris di bawah menulis ulang logaritma di dalam (44). **Aturan mainnya:** ruas kiri dihitung satu kali, sebagai selisih
# dua Gaussian gabungan yang tidak tahu apa-apa tentang langkah (`ratio`, di atas; untuk $q$, bila $x_0$ diketahui, $\mathrm{Cov}(x_s, x_t) = \sqrt{\bar\alpha_t/\bar\alpha_s}\,(1-\bar\alpha_s)$ dengan $s \le t$). Setiap baris harus menghasilkannya kembali pada masing-masing dari 100000 perjalanan acak, dan baris
# yang keliru harus gagal. Mula-mula, kedua proses sebagai hasil kali:
#
# $$\log\frac{q(x_{1:T}\mid x_0)}{p_\theta(x_{0:T})} = \log\frac{\prod_{t=1}^{T} q(x_t\mid x_{t-1})}{p(x_T)\prod_{t=1}^{T} p_\theta(x_{t-1}\mid x_t)} \tag{45}$$

# %% [markdown] key="path-evidence-note" lang="ko" ref="62e7ee8b"
# (41)을 실제로 써 보았습니다. $x_0 = 0.7$에서 출발한 전방 경로 100000개에 가중치를 주면 정확한 $-\log p_\theta(0.7)$이 표준오차의 다섯 배 안에서 다시 나옵니다. 데이터에 걸쳐 보면 상한은 1.8068, 참값은 1.7426입니다. 0.0642내트의 틈은 샘플링 오차가 아닙니다.
#
# 이제 긴 유도입니다. 아래의 식은 모두 (44) 안의 로그를 다른 꼴로 고쳐 쓴 것입니다. **규칙은 이렇습니다.** 좌변은 한 번만 계산합니다. 단계로 나누지 않고 결합 가우스 분포 둘에서 바로 구한 로그 밀도의 차(위의 `ratio`)입니다. $x_0$이 주어졌을 때 $q$에서는 $s \le t$이면 $\mathrm{Cov}(x_s, x_t) = \sqrt{\bar\alpha_t/\bar\alpha_s}\,(1-\bar\alpha_s)$입니다. 어느 줄이든 무작위 경로 100000개 하나하나에서 이 값을 그대로 내놓아야 하고, 실수가 든 줄은 그러지 못해야 합니다. 먼저 두 과정을 모두 곱으로 씁니다.
#
# $$\log\frac{q(x_{1:T}\mid x_0)}{p_\theta(x_{0:T})} = \log\frac{\prod_{t=1}^{T} q(x_t\mid x_{t-1})}{p(x_T)\prod_{t=1}^{T} p_\theta(x_{t-1}\mid x_t)} \tag{45}$$

# %% key="path-45"
q_steps = sum(q_next(path, t) for t in range(1, T + 1))
p_steps = p_end(path) + sum(p_back(path, t) for t in range(1, T + 1))
assert compare("(45)", q_steps - p_steps)
assert not compare("----", q_steps - p_steps + p_end(path))

# %% [markdown] key="path-46-text" lang="en"
# The second line drops $p(x_T)$, to show that the test bites.
#
# We could now pair each $q(x_t\mid x_{t-1})$ with a model step. But they point in opposite directions; to compare like with like, $q$ must be turned round, and alone it will not turn: its reverse needs the distribution
# of the data (section 6). With $x_0$ known it will. **Commit:** if every forward step is told $x_0$ as well, does its density change?
#
# By the Markov property, no:
#
# $$\log\frac{q(x_{1:T}\mid x_0)}{p_\theta(x_{0:T})} = \log\frac{\prod_{t=1}^{T} q(x_t\mid x_{t-1},x_0)}{p(x_T)\prod_{t=1}^{T} p_\theta(x_{t-1}\mid x_t)} \tag{46}$$

# %% [markdown] key="path-46-text" lang="id" ref="c14eae3f"
# Baris kedua membuang $p(x_T)$, untuk menunjukkan bahwa ujian ini sungguh dapat menolak.
#
# Kita bisa saja langsung memasangkan setiap $q(x_t\mid x_{t-1})$ dengan satu langkah model. Tetapi arah keduanya berlawanan; supaya yang dibandingkan sejenis, $q$ harus dibalik, dan tanpa bantuan ia tidak dapat dibalik: kebalikannya memerlukan distribusi
# data (bagian 6). Bila $x_0$ diketahui, dapat. **Putuskan dulu:** kalau setiap langkah maju juga diberi tahu $x_0$, apakah densitasnya berubah?
#
# Menurut sifat Markov, tidak:
#
# $$\log\frac{q(x_{1:T}\mid x_0)}{p_\theta(x_{0:T})} = \log\frac{\prod_{t=1}^{T} q(x_t\mid x_{t-1},x_0)}{p(x_T)\prod_{t=1}^{T} p_\theta(x_{t-1}\mid x_t)} \tag{46}$$

# %% [markdown] key="path-46-text" lang="ko" ref="c14eae3f"
# 둘째 줄은 $p(x_T)$를 뺀 것입니다. 이 검사가 실수를 놓치지 않는다는 것을 보여 줍니다.
#
# 이제 $q(x_t\mid x_{t-1})$을 모델의 단계와 하나씩 짝지을 수도 있습니다. 그러나 둘은 방향이 반대입니다. 같은 것끼리 비교하려면 $q$의 방향을 뒤집어야 하는데, 혼자서는 뒤집히지 않습니다. 뒤집으려면 데이터의 분포가 필요하기 때문입니다(6절). $x_0$을 알면 뒤집힙니다. **답을 먼저 정하십시오.** 전방의 모든 단계에 $x_0$까지 알려 주면 밀도가 바뀝니까?
#
# 마르코프 성질에 따라 바뀌지 않습니다.
#
# $$\log\frac{q(x_{1:T}\mid x_0)}{p_\theta(x_{0:T})} = \log\frac{\prod_{t=1}^{T} q(x_t\mid x_{t-1},x_0)}{p(x_T)\prod_{t=1}^{T} p_\theta(x_{t-1}\mid x_t)} \tag{46}$$

# %% key="path-46"
def q_given(x, t):
    c, v = alpha[t].sqrt() * (1 - bar[t - 1]), 1 - bar[t - 1]
    mean = bar[t].sqrt() * x[0] + c / v * (x[t - 1] - bar[t - 1].sqrt() * x[0])
    return normal(mean, (1 - bar[t] - c**2 / v).sqrt()).log_prob(x[t])


for t in range(2, T + 1):
    print(t, f"{(q_given(path, t) - q_next(path, t)).abs().max():.0e}")
    assert (q_given(path, t) - q_next(path, t)).abs().max() < 1e-9

# %% [markdown] key="path-47-text" lang="en"
# The conditional computed from the joint Gaussian of $(x_{t-1}, x_t)$ given $x_0$ is the plain step.
#
# We left out $t = 1$. There the condition says the same thing twice,
#
# $$q(x_1\mid x_0,x_0) = q(x_1\mid x_0) \tag{47}$$
#
# which is odd to read and perfectly true. What does fail at $t = 1$ is the *turning round*: Bayes would need $q(x_0\mid x_1,x_0)$, the density of a
# number we already hold. **What is the log-density of a certainty?**

# %% [markdown] key="path-47-text" lang="id" ref="edc5c438"
# Densitas bersyarat yang dihitung dari Gaussian gabungan $(x_{t-1}, x_t)$ bila $x_0$ diketahui ternyata sama dengan densitas langkah yang biasa.
#
# Kita melewatkan $t = 1$. Di sana syaratnya mengatakan hal yang sama dua kali,
#
# $$q(x_1\mid x_0,x_0) = q(x_1\mid x_0) \tag{47}$$
#
# aneh dibaca, tetapi benar sepenuhnya. Yang gagal pada $t = 1$ adalah *pembalikannya*: Bayes akan memerlukan $q(x_0\mid x_1,x_0)$, densitas sebuah
# bilangan yang sudah kita pegang. **Berapa log-densitas sesuatu yang pasti?**

# %% [markdown] key="path-47-text" lang="ko" ref="edc5c438"
# $x_0$이 주어진 $(x_{t-1}, x_t)$의 결합 가우스 분포에서 조건부 분포를 구했더니 보통의 한 단계와 같습니다.
#
# $t = 1$은 빼놓았습니다. 거기서는 조건이 같은 말을 두 번 합니다.
#
# $$q(x_1\mid x_0,x_0) = q(x_1\mid x_0) \tag{47}$$
#
# 이상하게 읽히지만 완전히 맞는 말입니다. $t = 1$에서 정말로 안 되는 것은 *뒤집기*입니다. 베이즈 규칙을 쓰려면 $q(x_0\mid x_1,x_0)$이 필요한데, 이것은 이미 손에 쥔 수의 밀도입니다. **확실한 것의 로그 밀도는 얼마입니까?**

# %% key="path-47"
print(f"beta_tilde_1 {small.beta_tilde[1]:.1f}  beta_tilde_2 {small.beta_tilde[2]:.4f}")
for width in (1e-2, 1e-4, 1e-8):
    print(f"{width:.0e}  {normal(path[0], width).log_prob(path[0]).mean():.2f}")
assert small.beta_tilde[1] == 0 and (q_jump(path, 1) - q_next(path, 1)).abs().max() < 1e-12

# %% [markdown] key="path-48-text" lang="en"
# It grows without end as the width goes to zero, and $\tilde\beta_1 = 0$ is that end. So the first factor is set apart and stays as it is:
#
# $$\log\frac{q(x_{1:T}\mid x_0)}{p_\theta(x_{0:T})} = \log\frac{q(x_1\mid x_0)\prod_{t=2}^{T} q(x_t\mid x_{t-1},x_0)}{p(x_T)\prod_{t=1}^{T} p_\theta(x_{t-1}\mid x_t)} \tag{48}$$

# %% [markdown] key="path-48-text" lang="id" ref="6e8cbb09"
# Nilainya tumbuh tanpa batas ketika lebarnya menuju nol, dan $\tilde\beta_1 = 0$ adalah ujung itu. Maka faktor pertama kita pisahkan dan kita biarkan apa adanya:
#
# $$\log\frac{q(x_{1:T}\mid x_0)}{p_\theta(x_{0:T})} = \log\frac{q(x_1\mid x_0)\prod_{t=2}^{T} q(x_t\mid x_{t-1},x_0)}{p(x_T)\prod_{t=1}^{T} p_\theta(x_{t-1}\mid x_t)} \tag{48}$$

# %% [markdown] key="path-48-text" lang="ko" ref="6e8cbb09"
# 폭이 영으로 갈수록 끝없이 커지는데, $\tilde\beta_1 = 0$이 바로 그 끝입니다. 그래서 첫째 인수는 따로 떼어 그대로 둡니다.
#
# $$\log\frac{q(x_{1:T}\mid x_0)}{p_\theta(x_{0:T})} = \log\frac{q(x_1\mid x_0)\prod_{t=2}^{T} q(x_t\mid x_{t-1},x_0)}{p(x_T)\prod_{t=1}^{T} p_\theta(x_{t-1}\mid x_t)} \tag{48}$$

# %% key="path-48"
later = sum(q_given(path, t) for t in range(2, T + 1))
assert compare("(48)", q_jump(path, 1) + later - p_steps)

# %% [markdown] key="path-49-text" lang="en"
# Now Bayes' rule, once for each $t \ge 2$:
#
# $$\log\frac{q(x_{1:T}\mid x_0)}{p_\theta(x_{0:T})} = \log\frac{q(x_1\mid x_0)\prod_{t=2}^{T}\dfrac{q(x_{t-1}\mid x_t,x_0)\,q(x_t\mid x_0)}{q(x_{t-1}\mid x_0)}}{p(x_T)\prod_{t=1}^{T} p_\theta(x_{t-1}\mid x_t)} \tag{49}$$
#
# One derivation prints $q(x_{t-1}\mid x_0)$ outside the product, where $t$ belongs to nobody. **Does it matter?** Read that stray $t$ as $T$ and run both.

# %% [markdown] key="path-49-text" lang="id" ref="417890b2"
# Sekarang aturan Bayes, satu kali untuk setiap $t \ge 2$:
#
# $$\log\frac{q(x_{1:T}\mid x_0)}{p_\theta(x_{0:T})} = \log\frac{q(x_1\mid x_0)\prod_{t=2}^{T}\dfrac{q(x_{t-1}\mid x_t,x_0)\,q(x_t\mid x_0)}{q(x_{t-1}\mid x_0)}}{p(x_T)\prod_{t=1}^{T} p_\theta(x_{t-1}\mid x_t)} \tag{49}$$
#
# Sebuah penurunan mencetak $q(x_{t-1}\mid x_0)$ di luar hasil kali, padahal di sana tidak ada yang mengikat $t$. **Apakah itu penting?** Baca $t$ yang tersesat itu sebagai $T$ dan jalankan keduanya.

# %% [markdown] key="path-49-text" lang="ko" ref="417890b2"
# 이제 $t \ge 2$마다 베이즈 규칙을 한 번씩 씁니다.
#
# $$\log\frac{q(x_{1:T}\mid x_0)}{p_\theta(x_{0:T})} = \log\frac{q(x_1\mid x_0)\prod_{t=2}^{T}\dfrac{q(x_{t-1}\mid x_t,x_0)\,q(x_t\mid x_0)}{q(x_{t-1}\mid x_0)}}{p(x_T)\prod_{t=1}^{T} p_\theta(x_{t-1}\mid x_t)} \tag{49}$$
#
# 어느 강의 노트에는 $q(x_{t-1}\mid x_0)$이 곱 밖에 찍혀 있습니다. 거기서 $t$는 임자 없는 글자입니다. **이것이 문제가 됩니까?** 떠도는 $t$를 $T$로 읽고 둘 다 실행해 보십시오.

# %% key="path-49"
for t in range(2, T + 1):
    bayes = q_back(path, t) + q_jump(path, t) - q_jump(path, t - 1)
    assert (bayes - q_given(path, t)).abs().max() < 1e-9
up = q_jump(path, 1) + sum(q_back(path, t) + q_jump(path, t) for t in range(2, T + 1)) - p_steps
right_49 = up - sum(q_jump(path, t - 1) for t in range(2, T + 1))
print_49 = up - q_jump(path, T - 1)
assert compare("(49)", right_49)
assert not compare("----", print_49)

# %% [markdown] key="path-50-text" lang="en"
# It does: the misprint is off by 2.1 nats per walk on average. Each $t$ brings its own denominator, and that is what saves the next move, because they cancel against each other:
#
# $$q(x_1\mid x_0)\prod_{t=2}^{T}\frac{q(x_t\mid x_0)}{q(x_{t-1}\mid x_0)} = q(x_T\mid x_0) \tag{50}$$
#
# In the same source one factor, $q(x_{T-2}\mid x_0)$, is left standing below.

# %% [markdown] key="path-50-text" lang="id" ref="71c9699e"
# Ya, itu penting: salah cetak tadi meleset rata-rata 2.1 nat per perjalanan. Setiap $t$ membawa penyebutnya sendiri, dan itulah yang menyelamatkan langkah penurunan berikutnya, sebab penyebut dan pembilang saling menghapus:
#
# $$q(x_1\mid x_0)\prod_{t=2}^{T}\frac{q(x_t\mid x_0)}{q(x_{t-1}\mid x_0)} = q(x_T\mid x_0) \tag{50}$$
#
# Dalam sumber yang sama, satu faktor, $q(x_{T-2}\mid x_0)$, tertinggal di penyebut.

# %% [markdown] key="path-50-text" lang="ko" ref="71c9699e"
# 문제가 됩니다. 오식은 경로마다 평균 2.1내트씩 어긋납니다. $t$마다 자기 분모를 데리고 나와야 하고, 그 덕분에 다음 줄이 성립합니다. 서로 약분되기 때문입니다.
#
# $$q(x_1\mid x_0)\prod_{t=2}^{T}\frac{q(x_t\mid x_0)}{q(x_{t-1}\mid x_0)} = q(x_T\mid x_0) \tag{50}$$
#
# 같은 강의 노트에는 인수 하나, $q(x_{T-2}\mid x_0)$이 분모에 남아 있습니다.

# %% key="path-50"
terms = q_jump(path, 1) + sum(q_jump(path, t) - q_jump(path, t - 1) for t in range(2, T + 1))
left_over = q_jump(path, T) - q_jump(path, T - 2)
print(f"(50)  {(terms - q_jump(path, T)).abs().max():.0e}   ----  {(terms - left_over).abs().mean():.2f}")
assert (terms - q_jump(path, T)).abs().max() < 1e-9 < (terms - left_over).abs().mean()

# %% [markdown] key="path-51-text" lang="en"
# The chain of fractions folds up like a telescope. The factor that was left standing would cost 1.07 nats. So
#
# $$\log\frac{q(x_{1:T}\mid x_0)}{p_\theta(x_{0:T})} = \log\frac{q(x_T\mid x_0)\prod_{t=2}^{T} q(x_{t-1}\mid x_t,x_0)}{p(x_T)\prod_{t=1}^{T} p_\theta(x_{t-1}\mid x_t)} \tag{51}$$

# %% [markdown] key="path-51-text" lang="id" ref="f055d24c"
# Pecahan-pecahan itu saling menghapus seperti pada deret teleskopik; yang tersisa hanya kedua ujungnya. Faktor yang tertinggal tadi membuat hasilnya meleset 1.07 nat. Jadi
#
# $$\log\frac{q(x_{1:T}\mid x_0)}{p_\theta(x_{0:T})} = \log\frac{q(x_T\mid x_0)\prod_{t=2}^{T} q(x_{t-1}\mid x_t,x_0)}{p(x_T)\prod_{t=1}^{T} p_\theta(x_{t-1}\mid x_t)} \tag{51}$$

# %% [markdown] key="path-51-text" lang="ko" ref="f055d24c"
# 이웃한 분수끼리 약분되어 끝의 것만 남습니다. 분모에 인수가 하나 남아 있었다면 1.07내트만큼 어긋났을 것입니다. 그래서 다음과 같습니다.
#
# $$\log\frac{q(x_{1:T}\mid x_0)}{p_\theta(x_{0:T})} = \log\frac{q(x_T\mid x_0)\prod_{t=2}^{T} q(x_{t-1}\mid x_t,x_0)}{p(x_T)\prod_{t=1}^{T} p_\theta(x_{t-1}\mid x_t)} \tag{51}$$

# %% key="path-51"
back = sum(q_back(path, t) for t in range(2, T + 1))
assert compare("(51)", q_jump(path, T) + back - p_steps)
assert not compare("----", q_jump(path, 1) + q_jump(path, T) + back - p_steps)

# %% [markdown] key="path-52-text" lang="en"
# The second line keeps $q(x_1\mid x_0)$, which the telescope has already used up. Next, the model's last step leaves its product:
#
# $$\log\frac{q(x_{1:T}\mid x_0)}{p_\theta(x_{0:T})} = \log\frac{q(x_T\mid x_0)\prod_{t=2}^{T} q(x_{t-1}\mid x_t,x_0)}{p(x_T)\,p_\theta(x_0\mid x_1)\prod_{t=2}^{T} p_\theta(x_{t-1}\mid x_t)} \tag{52}$$

# %% [markdown] key="path-52-text" lang="id" ref="677da652"
# Baris kedua masih menyimpan $q(x_1\mid x_0)$, yang sebenarnya sudah ikut terhapus. Berikutnya, keluarkan langkah terakhir model dari hasil kalinya:
#
# $$\log\frac{q(x_{1:T}\mid x_0)}{p_\theta(x_{0:T})} = \log\frac{q(x_T\mid x_0)\prod_{t=2}^{T} q(x_{t-1}\mid x_t,x_0)}{p(x_T)\,p_\theta(x_0\mid x_1)\prod_{t=2}^{T} p_\theta(x_{t-1}\mid x_t)} \tag{52}$$

# %% [markdown] key="path-52-text" lang="ko" ref="677da652"
# 둘째 줄은 $q(x_1\mid x_0)$을 남겨 둔 것인데, 이것은 앞에서 약분할 때 이미 써 버렸습니다. 다음으로 모델의 마지막 단계를 곱에서 꺼냅니다.
#
# $$\log\frac{q(x_{1:T}\mid x_0)}{p_\theta(x_{0:T})} = \log\frac{q(x_T\mid x_0)\prod_{t=2}^{T} q(x_{t-1}\mid x_t,x_0)}{p(x_T)\,p_\theta(x_0\mid x_1)\prod_{t=2}^{T} p_\theta(x_{t-1}\mid x_t)} \tag{52}$$

# %% key="path-52"
p_split = p_back(path, 1) + sum(p_back(path, t) for t in range(2, T + 1))
assert compare("(52)", q_jump(path, T) + back - p_end(path) - p_split)

# %% [markdown] key="path-53-text" lang="en"
# and the logarithm turns products into sums:
#
# $$\log\frac{q(x_{1:T}\mid x_0)}{p_\theta(x_{0:T})} = \log\frac{q(x_T\mid x_0)}{p(x_T)} + \sum_{t=2}^{T}\log\frac{q(x_{t-1}\mid x_t,x_0)}{p_\theta(x_{t-1}\mid x_t)} - \log p_\theta(x_0\mid x_1) \tag{53}$$
#
# **Mind the last sign.** The same derivation gets it right here and prints $+\log p_\theta(x_0\mid x_1)$ a page later, in (63). What will each do to the sum?

# %% [markdown] key="path-53-text" lang="id" ref="4c9057f3"
# dan logaritma mengubah hasil kali menjadi jumlah:
#
# $$\log\frac{q(x_{1:T}\mid x_0)}{p_\theta(x_{0:T})} = \log\frac{q(x_T\mid x_0)}{p(x_T)} + \sum_{t=2}^{T}\log\frac{q(x_{t-1}\mid x_t,x_0)}{p_\theta(x_{t-1}\mid x_t)} - \log p_\theta(x_0\mid x_1) \tag{53}$$
#
# **Awas tanda yang terakhir.** Penurunan yang sama menulisnya dengan benar di sini, lalu mencetak $+\log p_\theta(x_0\mid x_1)$ satu halaman kemudian, di (63). Apa akibat masing-masing pada jumlahnya?

# %% [markdown] key="path-53-text" lang="ko" ref="4c9057f3"
# 로그를 취하면 곱은 합이 됩니다.
#
# $$\log\frac{q(x_{1:T}\mid x_0)}{p_\theta(x_{0:T})} = \log\frac{q(x_T\mid x_0)}{p(x_T)} + \sum_{t=2}^{T}\log\frac{q(x_{t-1}\mid x_t,x_0)}{p_\theta(x_{t-1}\mid x_t)} - \log p_\theta(x_0\mid x_1) \tag{53}$$
#
# **마지막 부호를 조심하십시오.** 같은 강의 노트는 여기서는 옳게 쓰고, 한 쪽 뒤의 (63)에는 $+\log p_\theta(x_0\mid x_1)$을 찍어 놓았습니다. 두 부호는 합을 각각 어떻게 바꾸겠습니까?

# %% key="path-53"
ends = q_jump(path, T) - p_end(path)
middle = torch.stack([q_back(path, t) - p_back(path, t) for t in range(2, T + 1)])
assert compare("(53)", ends + middle.sum(0) - p_back(path, 1))
plus = ends + middle.sum(0) + p_back(path, 1)
assert not compare("----", plus)
fig, ax = figures.axes("nats", size=(5.5, 2.8))
right = ends + middle.sum(0) - p_back(path, 1)
ax.hist((right - ratio).numpy(), bins=64, range=(-20, 12), color="0.7", label="(53)")
for name, error in {"(49)": print_49, "(50)": ratio + left_over - terms, "(63)": plus}.items():
    ax.hist((error - ratio).numpy(), bins=64, range=(-20, 12), histtype="step", linewidth=2, label=name)
ax.set(yscale="log", ylim=(0.7, 2e5))
ax.legend()
figures.show(fig, "alt.elbo.misprints")

# %% [markdown] key="path-54-text" lang="en"
# The right form is the thin spike at 0; the three misprints of this section are clouds, two beside it and one across it. All that remains is to take the mean over walks. From here on $L$ belongs to one $x_0$; the $L$ of (44) is its average over the data:
#
# $$-\log p_\theta(x_0) \le \mathbb E_{q(x_{1:T}\mid x_0)}\!\left[\log\frac{q(x_T\mid x_0)}{p(x_T)} + \sum_{t=2}^{T}\log\frac{q(x_{t-1}\mid x_t,x_0)}{p_\theta(x_{t-1}\mid x_t)} - \log p_\theta(x_0\mid x_1)\right] \tag{54}$$
#
# $$L = \mathbb E_{q(x_{1:T}\mid x_0)}\!\left[\log\frac{q(x_T\mid x_0)}{p(x_T)} + \sum_{t=2}^{T}\log\frac{q(x_{t-1}\mid x_t,x_0)}{p_\theta(x_{t-1}\mid x_t)} - \log p_\theta(x_0\mid x_1)\right] \tag{55}$$
#
# In each term of the sum, $x_{t-1}$ can be averaged away exactly, given $x_t$: that turns a log-ratio into a KL divergence. In the first term it is $x_T$:
#
# $$L = \mathbb E_{q(x_{1:T}\mid x_0)}\!\left[D_{\mathrm{KL}}(q(x_T\mid x_0)\,\|\,p(x_T)) + \sum_{t=2}^{T} D_{\mathrm{KL}}(q(x_{t-1}\mid x_t,x_0)\,\|\,p_\theta(x_{t-1}\mid x_t)) - \log p_\theta(x_0\mid x_1)\right] \tag{56}$$
#
# $$L = \mathbb E_q\!\left[D_{\mathrm{KL}}(q(x_T\mid x_0)\,\|\,p(x_T)) + \sum_{t=2}^{T} D_{\mathrm{KL}}(q(x_{t-1}\mid x_t,x_0)\,\|\,p_\theta(x_{t-1}\mid x_t)) - \log p_\theta(x_0\mid x_1)\right] \tag{57}$$
#
# (57) is (56) with the expectation's subscript shortened (Ho et al. 2020, eq. 5). **Commit:** this move holds only *on average*. What about a single walk?

# %% [markdown] key="path-54-text" lang="id" ref="84ca3329"
# Bentuk yang benar adalah tiang tipis di 0; ketiga salah cetak dari bagian ini berupa awan, dua di sampingnya dan satu melintanginya. Tinggal mengambil rata-rata atas perjalanan. Mulai dari sini $L$ milik satu $x_0$; $L$ di (44) adalah rata-ratanya atas data:
#
# $$-\log p_\theta(x_0) \le \mathbb E_{q(x_{1:T}\mid x_0)}\!\left[\log\frac{q(x_T\mid x_0)}{p(x_T)} + \sum_{t=2}^{T}\log\frac{q(x_{t-1}\mid x_t,x_0)}{p_\theta(x_{t-1}\mid x_t)} - \log p_\theta(x_0\mid x_1)\right] \tag{54}$$
#
# $$L = \mathbb E_{q(x_{1:T}\mid x_0)}\!\left[\log\frac{q(x_T\mid x_0)}{p(x_T)} + \sum_{t=2}^{T}\log\frac{q(x_{t-1}\mid x_t,x_0)}{p_\theta(x_{t-1}\mid x_t)} - \log p_\theta(x_0\mid x_1)\right] \tag{55}$$
#
# Di setiap suku jumlah itu, rata-rata atas $x_{t-1}$, bila $x_t$ diketahui, dapat dihitung secara eksak: log-rasionya pun menjadi divergensi KL. Di suku pertama, yang dirata-ratakan $x_T$:
#
# $$L = \mathbb E_{q(x_{1:T}\mid x_0)}\!\left[D_{\mathrm{KL}}(q(x_T\mid x_0)\,\|\,p(x_T)) + \sum_{t=2}^{T} D_{\mathrm{KL}}(q(x_{t-1}\mid x_t,x_0)\,\|\,p_\theta(x_{t-1}\mid x_t)) - \log p_\theta(x_0\mid x_1)\right] \tag{56}$$
#
# $$L = \mathbb E_q\!\left[D_{\mathrm{KL}}(q(x_T\mid x_0)\,\|\,p(x_T)) + \sum_{t=2}^{T} D_{\mathrm{KL}}(q(x_{t-1}\mid x_t,x_0)\,\|\,p_\theta(x_{t-1}\mid x_t)) - \log p_\theta(x_0\mid x_1)\right] \tag{57}$$
#
# (57) adalah (56) dengan indeks nilai harapan yang dipersingkat (Ho et al. 2020, pers. 5). **Putuskan dulu:** langkah penurunan ini hanya berlaku *secara rata-rata*. Bagaimana dengan satu perjalanan saja?

# %% [markdown] key="path-54-text" lang="ko" ref="84ca3329"
# 옳은 형태는 0에 선 가는 막대이고, 이 절의 오식 셋은 구름처럼 퍼져 있습니다. 둘은 그 옆에 있고, 하나는 그 양쪽에 걸쳐 있습니다. 이제 경로에 걸쳐 평균하는 일만 남았습니다. 여기부터 $L$은 $x_0$ 하나에 대한 것입니다. (44)의 $L$은 이것을 데이터에 걸쳐 평균한 값입니다.
#
# $$-\log p_\theta(x_0) \le \mathbb E_{q(x_{1:T}\mid x_0)}\!\left[\log\frac{q(x_T\mid x_0)}{p(x_T)} + \sum_{t=2}^{T}\log\frac{q(x_{t-1}\mid x_t,x_0)}{p_\theta(x_{t-1}\mid x_t)} - \log p_\theta(x_0\mid x_1)\right] \tag{54}$$
#
# $$L = \mathbb E_{q(x_{1:T}\mid x_0)}\!\left[\log\frac{q(x_T\mid x_0)}{p(x_T)} + \sum_{t=2}^{T}\log\frac{q(x_{t-1}\mid x_t,x_0)}{p_\theta(x_{t-1}\mid x_t)} - \log p_\theta(x_0\mid x_1)\right] \tag{55}$$
#
# 합의 각 항에서는 $x_t$가 주어졌을 때 $x_{t-1}$에 대한 평균을 정확하게 구할 수 있습니다. 그러면 로그 비가 KL 발산이 됩니다. 첫째 항에서는 $x_T$에 대한 평균을 구합니다.
#
# $$L = \mathbb E_{q(x_{1:T}\mid x_0)}\!\left[D_{\mathrm{KL}}(q(x_T\mid x_0)\,\|\,p(x_T)) + \sum_{t=2}^{T} D_{\mathrm{KL}}(q(x_{t-1}\mid x_t,x_0)\,\|\,p_\theta(x_{t-1}\mid x_t)) - \log p_\theta(x_0\mid x_1)\right] \tag{56}$$
#
# $$L = \mathbb E_q\!\left[D_{\mathrm{KL}}(q(x_T\mid x_0)\,\|\,p(x_T)) + \sum_{t=2}^{T} D_{\mathrm{KL}}(q(x_{t-1}\mid x_t,x_0)\,\|\,p_\theta(x_{t-1}\mid x_t)) - \log p_\theta(x_0\mid x_1)\right] \tag{57}$$
#
# (57)은 (56)에서 기댓값의 첨자를 줄인 것입니다(Ho et al. 2020, 식 5). **답을 먼저 정하십시오.** 이 줄은 *평균에서만* 성립합니다. 경로 하나에서는 어떻게 되겠습니까?

# %% key="path-57"
def kl_back(x, t):
    mean, variance = forward.posterior(x[0], x[t], t, small)
    return gaussians.kl(mean, variance, k[t] * x[t], sigma[t] ** 2)


def kl_swapped(x, t):
    mean, variance = forward.posterior(x[0], x[t], t, small)
    return gaussians.kl(k[t] * x[t], sigma[t] ** 2, mean, variance)


L_T = gaussians.kl(bar[T].sqrt() * path[0], 1 - bar[T], 0.0, 1.0)
inner = torch.stack([kl_back(path, t) for t in range(2, T + 1)])
L = L_T + inner.sum(0) - p_back(path, 1)
swapped = L_T + sum(kl_swapped(path, t) for t in range(2, T + 1)) - p_back(path, 1)
print(f"t=T  {inner[-1].mean():.4f}")
for name, form in (("(53)", ratio), ("(57)", L), ("----", swapped)):
    print(f"{name}  mean {form.mean():.4f}  se {form.std() / n**0.5:.4f}")
assert abs((L - ratio).mean()) < 5 * (L - ratio).std() / n**0.5 < abs((swapped - ratio).mean())

# %% [markdown] key="figure" lang="en"
# (53) and (57) agree in the mean: their difference is within five of its standard errors. On a single walk they differ, and with the KL's arguments swapped the mean is 3.0652. The first line is the term
# $t = T$ alone, 0.1206: the sum runs up to $T$, and one over $1<t<T$ would lose it.
#
# The bound is now a sum of comparisons between two narrow Gaussians, and every one of them has a formula.
#
# ## 6 · Why condition on $x_0$?
#
# Stop at move (46). Without $x_0$ we would have needed $q(x_{t-1}\mid x_t)$, the true step back. It is wide, because the candidates for $x_{t-1}$ vary; that alone would be no reason to avoid it. The reason is that it contains
# the distribution of the data, which nobody has. For our two bumps we do have it. Slide $t$; slide $x_t$; change the $x_0$ that is known.
#
# **Commit, then slide:** you see $x_2 = 0$. How many peaks has $q(x_1\mid x_2)$? And at which $t$ does knowing $x_0$ no longer help?

# %% [markdown] key="figure" lang="id" ref="6aea555b"
# (53) dan (57) cocok dalam rata-rata: selisihnya berada dalam batas lima galat bakunya. Pada satu perjalanan keduanya berbeda, dan kalau argumen KL-nya tertukar, rata-ratanya 3.0652. Baris pertama adalah suku
# $t = T$ saja, 0.1206: jumlahnya berjalan sampai $T$, dan jumlah untuk $1<t<T$ akan kehilangan suku itu.
#
# Batas itu sekarang berupa jumlah perbandingan antara dua Gaussian yang sempit, dan setiap perbandingan punya rumus.
#
# ## 6 · Mengapa $x_0$ dijadikan syarat?
#
# Berhentilah sejenak di baris (46). Tanpa $x_0$ kita akan memerlukan $q(x_{t-1}\mid x_t)$, langkah mundur yang sebenarnya. Langkah itu lebar, sebab calon-calon $x_{t-1}$ beragam; itu saja belum menjadi alasan untuk menghindarinya. Alasannya: langkah itu memuat
# distribusi data, yang tidak dimiliki siapa pun. Untuk kedua gundukan kita, distribusi itu ada. Geser $t$; geser $x_t$; ubah $x_0$ yang diketahui.
#
# **Putuskan dulu, lalu geser:** kita melihat $x_2 = 0$. Berapa puncak yang dimiliki $q(x_1\mid x_2)$? Dan mulai $t$ berapa pengetahuan tentang $x_0$ tidak lagi berguna?

# %% [markdown] key="figure" lang="ko" ref="6aea555b"
# (53)과 (57)은 평균이 일치합니다. 둘의 차이는 그 차이의 표준오차의 다섯 배 안에 있습니다. 경로 하나에서는 서로 다릅니다. KL의 두 인자를 바꾸면 평균이 3.0652가 됩니다. 첫 줄은 $t = T$인 항만 따로 구한 값으로 0.1206입니다. 합은 $T$까지 갑니다. $1<t<T$에서만 더하면 이만큼을 잃습니다.
#
# 이제 상한은 좁은 가우스 분포를 둘씩 견준 것의 합이 되었고, 그 하나하나에 공식이 있습니다.
#
# ## 6 · 왜 $x_0$을 조건으로 둡니까?
#
# (46)으로 잠깐 돌아갑시다. $x_0$을 조건으로 두지 않았다면 참된 역방향 단계 $q(x_{t-1}\mid x_t)$가 필요했을 것입니다. $x_{t-1}$의 후보가 여러 가지라 분산이 크지만, 그것만으로는 피할 까닭이 되지 않습니다. 문제는 이 밀도 안에 아무도 모르는 데이터의 분포가 들어 있다는 것입니다. 우리의 두 봉우리라면 그 분포를 압니다. $t$를 움직이고, $x_t$를 움직이고, 알고 있는 $x_0$을 바꾸어 보십시오.
#
# **답을 먼저 정하고 나서 슬라이더를 움직이십시오.** $x_2 = 0$을 관측했습니다. $q(x_1\mid x_2)$의 봉우리는 몇 개이겠습니까? 그리고 $t$가 얼마이면 $x_0$을 알아도 더는 도움이 되지 않겠습니까?

# %% key="figure-widget"
ten = schedules.linear(10, 0.05, 0.5)
grid = line(-4, 4, 321)
x_t, x_0s = torch.arange(-10, 11).double() / 5, torch.tensor([-1.0, 1.0]).double()


def blind(t, x_t):
    step = normal(ten.alpha[t].sqrt() * grid, ten.beta[t].sqrt()).log_prob(x_t[:, None])
    rows = (step + data.diffused(t - 1, ten).log_prob(grid[:, None])).exp()
    return rows / torch.trapezoid(rows, grid)[:, None]


def knowing(t, x_t, x_0):
    mean, variance = forward.posterior(x_0.expand(len(x_t)), x_t, t, ten)
    return normal(mean[:, None], variance**0.5).log_prob(grid).exp()


ts = range(2, 11)
one = torch.stack([blind(t, x_t) for t in ts])[:, :, None]
both = torch.stack([torch.stack([knowing(t, x_t, v) for v in x_0s], 1) for t in ts])
explorer(
    {"x_{t-1}": {"q(x_{t-1} | x_t)": one, "q(x_{t-1} | x_t, x_0)": both}}, grid,
    {"t": ts, "x_t": x_t, "x_0": x_0s}, x_name="x_{t-1}", start={"t": 2, "x_t": 0, "x_0": 1},
    alt=lang.text("alt.elbo.figure3"),
)  # fmt: skip

# %% key="figure-gain"
zero = torch.zeros(1).double()
for t in (2, 3, 4, 6, 8, 10):
    row = blind(t, zero)[0]
    wide = torch.trapezoid(row * grid**2, grid) - torch.trapezoid(row * grid, grid) ** 2
    narrow = ten.beta_tilde[t]
    print(f"t={t:2d}  var q(x_t-1|x_t) {wide:.3f}   beta_tilde_t {narrow:.3f}   ratio {wide / narrow:.1f}")
    assert wide > narrow

# %% [markdown] key="figure-note" lang="en"
# Two peaks: from the middle, the walk may have come from either bump. Given $x_0$ there is one, and at $t = 2$ its variance is 11.5 times smaller. At $t = 10$ the factor is 1.0: after so much noise, knowing $x_0$ tells almost nothing about $x_9$.
#
# The model never sees $x_0$. It is trained against all the narrow targets at once and ends up at their average; that is why a network that is right may still not know which bump.
#
# **Now a claim that one often reads:** “the KL form (57) has lower variance than the log-ratio form (53)”. Each term is a log-ratio with part of its randomness averaged away.
# So is the sum steadier as well? Answer before you run.

# %% [markdown] key="figure-note" lang="id" ref="0ea13506"
# Dua puncak: dari tengah, perjalanan itu mungkin datang dari gundukan yang mana saja. Bila $x_0$ diketahui puncaknya satu, dan pada $t = 2$ variansnya 11.5 kali lebih kecil. Pada $t = 10$ faktor itu 1.0: setelah noise sebanyak itu, mengetahui $x_0$ hampir tidak mengatakan apa-apa tentang $x_9$.
#
# Model tidak pernah melihat $x_0$. Ia dilatih terhadap semua sasaran sempit itu sekaligus dan berakhir di rata-ratanya; karena itu jaringan yang benar pun bisa saja belum tahu gundukan yang mana.
#
# **Sekarang sebuah klaim yang sering terbaca:** “bentuk KL (57) memiliki varians yang lebih rendah daripada bentuk log-rasio (53)”. Setiap suku KL adalah log-rasio yang sebagian keacakannya sudah dirata-ratakan.
# Jadi, apakah jumlahnya juga lebih tenang? Jawab sebelum menjalankan sel.

# %% [markdown] key="figure-note" lang="ko" ref="0ea13506"
# 봉우리는 둘입니다. 한가운데에 있는 경로는 어느 쪽 봉우리에서든 왔을 수 있기 때문입니다. $x_0$이 주어지면 봉우리는 하나이고, $t = 2$에서 분산이 11.5배 작습니다. $t = 10$에서 이 배율은 1.0입니다. 노이즈가 이만큼 더해지면, $x_0$을 알아도 $x_9$에 대해 알 수 있는 것은 거의 없습니다.
#
# 모델은 입력으로 $x_0$을 받지 못합니다. 학습할 때에는 깨끗한 이미지마다 다른 좁은 목표를 모두 상대하므로, 배우는 것은 그 평균입니다. 그래서 옳게 배운 신경망도 어느 봉우리인지는 모를 수 있습니다.
#
# **자주 읽게 되는 주장이 있습니다.** “KL 형태 (57)은 로그 비 형태 (53)보다 분산이 작다.” 항 하나하나에서는 로그 비에 든 무작위성의 일부가 평균으로 사라졌습니다. 그러면 합도 덜 흔들립니까? 실행하기 전에 답하십시오.

# %% key="figure-spread"
for t in range(2, T + 1):
    path_std, kl_std = middle[t - 2].std(), inner[t - 2].std()
    print(f"t={t}  std: log-ratio {path_std:.3f}   KL {kl_std:.3f}   var ratio {(path_std / kl_std) ** 2:.1f}")
    assert kl_std < path_std
L_0, ratios, kls = -p_back(path, 1), middle.sum(0), inner.sum(0)
print(f"t=2..5  std: log-ratio {ratios.std():.3f}   KL {kls.std():.3f}")
print(f"L       std: (53) {ratio.std():.3f}   (57) {L.std():.3f}")
with_ratios, with_kls = (torch.cov(torch.stack([L_0, part]))[0, 1] for part in (ratios, kls))
print(f"cov(L_0, sum)  (53) {with_ratios:+.2f}   (57) {with_kls:+.2f}")
assert ratio.std() < L.std() and kls.std() < ratios.std() and with_ratios < 0 < with_kls

# %% [markdown] key="square" lang="en"
# Term by term, yes: the KL's variance is 4.0 to 171.6 times smaller. Summed over $t = 2, \dots, 5$, yes again: standard deviation 0.888 against 0.598. The whole bound, no: 0.500 for (53) and 1.206 for (57).
#
# The reason is $L_0 = -\log p_\theta(x_0\mid x_1)$. Along *one* walk its noise and that of the log-ratios cancel (the last line: their covariance is negative); were the bound tight, (53) would be the same on every walk from $x_0$. The KLs have lost the noise that did the cancelling. Training draws one term at a time, so it profits; an estimate from whole walks does not.
#
# ## 7 · The step back that knows $x_0$
#
# **Commit:** $q(x_{t-1}\mid x_t, x_0)$ combines two sources. Chapter 2's jump says that $x_{t-1}$ lies near $\sqrt{\bar\alpha_{t-1}}\,x_0$ with variance $1-\bar\alpha_{t-1}$; the step says that $x_t$ is $\sqrt{\alpha_t}\,x_{t-1}$
# plus noise of variance $\beta_t$. Is the combined variance the sum of the two, their mean, or smaller than both?
#
# Write it for plain letters. Let $y \sim \mathcal N(m, v)$, and let $x$ be a measurement of it: $x \sim \mathcal N(a y, b)$. By Bayes, $p(y\mid x)$ is proportional to the product of the two, and $-2\log$ of that is
#
# $$\frac{(x-ay)^2}{b}+\frac{(y-m)^2}{v} = \left(\frac{a^2}{b}+\frac1v\right)y^2 - 2\left(\frac{ax}{b}+\frac mv\right)y + \dots$$
#
# In a square $(y-\mu)^2/w$, the coefficient of $y^2$ is $1/w$ and that of $-2y$ is $\mu/w$. Compare: the *precisions* add, and the mean is weighted by them,
#
# $$\frac1w = \frac{a^2}{b}+\frac1v, \qquad \frac{\mu}{w} = \frac{ax}{b}+\frac mv$$
#
# Two sources make a variance smaller than either gives alone.
#
# ### Exercise: the posterior
#
# Find $y$, $m$, $v$, $x$, $a$ and $b$ in the first paragraph, and write `posterior(x_0, x_t, t, schedule)`: `x_0` and `x_t` are one number each (tensors without dimensions), `t` is one integer from 2 to T, and `schedule` has the tables `alpha`, `beta` and `alpha_bar`. Return mean and variance, `torch.stack([mean, variance])`.

# %% [markdown] key="square" lang="id" ref="8a5da5eb"
# Suku demi suku, ya: varians KL 4.0 sampai 171.6 kali lebih kecil. Dijumlahkan atas $t = 2, \dots, 5$, masih ya: simpangan bakunya 0.888 berbanding 0.598. Batas seutuhnya, tidak: 0.500 untuk (53) dan 1.206 untuk (57).
#
# Sebabnya $L_0 = -\log p_\theta(x_0\mid x_1)$. Sepanjang *satu* perjalanan, keacakannya dan keacakan log-rasio saling menghapus (baris terakhir: kovariansnya negatif); andai batasnya rapat, nilai (53) sama pada setiap perjalanan dari $x_0$. KL sudah kehilangan keacakan yang bertugas menghapus itu. Pelatihan mengambil satu suku setiap kali, jadi ia beruntung; taksiran dari perjalanan utuh tidak.
#
# ## 7 · Langkah mundur yang mengetahui $x_0$
#
# **Putuskan dulu:** $q(x_{t-1}\mid x_t, x_0)$ menggabungkan dua sumber. Lompatan dari Bab 2 mengatakan bahwa $x_{t-1}$ terletak di dekat $\sqrt{\bar\alpha_{t-1}}\,x_0$ dengan varians $1-\bar\alpha_{t-1}$; langkahnya mengatakan bahwa $x_t$ adalah $\sqrt{\alpha_t}\,x_{t-1}$
# ditambah noise dengan varians $\beta_t$. Varians gabungannya jumlah keduanya, rata-rata keduanya, atau lebih kecil daripada keduanya?
#
# Tulis dulu dengan huruf sederhana. Misalkan $y \sim \mathcal N(m, v)$, dan $x$ adalah hasil pengukurannya: $x \sim \mathcal N(a y, b)$. Menurut Bayes, $p(y\mid x)$ sebanding dengan hasil kali keduanya, dan $-2\log$ dari hasil kali itu adalah
#
# $$\frac{(x-ay)^2}{b}+\frac{(y-m)^2}{v} = \left(\frac{a^2}{b}+\frac1v\right)y^2 - 2\left(\frac{ax}{b}+\frac mv\right)y + \dots$$
#
# Dalam bentuk kuadrat $(y-\mu)^2/w$, koefisien $y^2$ adalah $1/w$ dan koefisien $-2y$ adalah $\mu/w$. Bandingkan: yang dijumlahkan adalah *presisi* (kebalikan varians), dan rata-ratanya dibobot dengan presisi itu,
#
# $$\frac1w = \frac{a^2}{b}+\frac1v, \qquad \frac{\mu}{w} = \frac{ax}{b}+\frac mv$$
#
# Dua sumber menghasilkan varians yang lebih kecil daripada masing-masing sendirian.
#
# ### Latihan: posterior
#
# Temukan $y$, $m$, $v$, $x$, $a$, dan $b$ dalam paragraf pertama, lalu tulis `posterior(x_0, x_t, t, schedule)`: `x_0` dan `x_t` masing-masing satu bilangan (tensor tanpa dimensi), `t` satu bilangan bulat dari 2 sampai T, dan `schedule` memiliki tabel `alpha`, `beta`, dan `alpha_bar`. Kembalikan rata-rata dan varians, `torch.stack([mean, variance])`.

# %% [markdown] key="square" lang="ko" ref="8a5da5eb"
# 항 하나하나는 그렇습니다. KL의 분산은 로그 비의 분산보다 4.0배에서 171.6배까지 작습니다. $t = 2, \dots, 5$에 걸친 합도 그렇습니다. 표준편차가 0.888에서 0.598로 줄어듭니다. 그러나 상한 전체는 그렇지 않습니다. (53)은 0.500이고 (57)은 1.206입니다.
#
# 까닭은 $L_0 = -\log p_\theta(x_0\mid x_1)$에 있습니다. *한* 경로를 따라가면 이 항의 흔들림과 로그 비의 흔들림이 서로 지워집니다(마지막 줄에서 공분산이 음수입니다). 상한에 빈틈이 없다면 (53)은 $x_0$에서 출발하는 모든 경로에서 같은 값일 것입니다. KL은 서로 지워 줄 흔들림을 이미 잃었습니다. 학습에서는 항을 한 번에 하나씩 뽑으므로 이득을 보고, 경로 전체로 추정할 때는 이득이 없습니다.
#
# ## 7 · $x_0$을 아는 역방향 단계
#
# **답을 먼저 정하십시오.** $q(x_{t-1}\mid x_t, x_0)$은 두 정보를 합친 것입니다. 2장의 건너뛰기에 따르면 $x_{t-1}$은 평균 $\sqrt{\bar\alpha_{t-1}}\,x_0$ 둘레에 분산 $1-\bar\alpha_{t-1}$로 퍼져 있습니다. 한 단계의 식에 따르면 $x_t$는 $\sqrt{\alpha_t}\,x_{t-1}$에 분산 $\beta_t$인 노이즈를 더한 것입니다. 합친 분산은 두 분산의 합입니까, 평균입니까, 아니면 둘 가운데 어느 것보다도 작습니까?
#
# 간단한 글자로 써 봅시다. $y \sim \mathcal N(m, v)$이고, $x$는 이것을 잰 값 $x \sim \mathcal N(a y, b)$입니다. 베이즈 규칙에 따라 $p(y\mid x)$는 둘의 곱에 비례하고, 그 곱의 $-2\log$는 다음과 같습니다.
#
# $$\frac{(x-ay)^2}{b}+\frac{(y-m)^2}{v} = \left(\frac{a^2}{b}+\frac1v\right)y^2 - 2\left(\frac{ax}{b}+\frac mv\right)y + \dots$$
#
# 완전제곱식 $(y-\mu)^2/w$를 펼치면 $y^2$의 계수가 $1/w$, $-2y$의 계수가 $\mu/w$입니다. 견주어 보면, 더해지는 것은 *정밀도*(분산의 역수)이고 평균은 정밀도를 가중치로 삼아 구합니다.
#
# $$\frac1w = \frac{a^2}{b}+\frac1v, \qquad \frac{\mu}{w} = \frac{ax}{b}+\frac mv$$
#
# 두 정보가 모이면, 어느 하나만 있을 때보다 분산이 작아집니다.
#
# ### 연습문제: 사후분포
#
# 첫 문단에서 $y$, $m$, $v$, $x$, $a$, $b$가 각각 무엇인지 찾아 `posterior(x_0, x_t, t, schedule)` 함수를 작성하십시오. `x_0`과 `x_t`는 수 하나씩(차원이 없는 텐서), `t`는 2부터 T까지의 정수 하나이고, `schedule`에는 `alpha`, `beta`, `alpha_bar` 표가 있습니다. 평균과 분산을 `torch.stack([mean, variance])`로 돌려주십시오.

# %% key="ex-posterior" exercise="forward.posterior"
def posterior(x_0, x_t, t, schedule):
    ### BEGIN SOLUTION
    v, b = 1 - schedule.alpha_bar[t - 1], schedule.beta[t]
    a, m = schedule.alpha[t] ** 0.5, schedule.alpha_bar[t - 1] ** 0.5 * x_0
    w = 1 / (a**2 / b + 1 / v)
    return torch.stack([w * (a * x_t / b + m / v), w])
    ### END SOLUTION

# %% key="check-posterior" check="forward.posterior"
check("forward.posterior", posterior)

# %% [markdown] key="square-text" lang="en"
# Put the letters back and clean up with $\alpha_t(1-\bar\alpha_{t-1}) + \beta_t = 1-\bar\alpha_t$; the result is (Ho et al. 2020, eqs. 6 and 7)
#
# $$q(x_{t-1}\mid x_t,x_0) = \mathcal N\!\left(x_{t-1};\ \tilde\mu_t(x_t,x_0),\ \tilde\beta_t I\right) \tag{58}$$
#
# $$\tilde\mu_t(x_t,x_0) := \frac{\sqrt{\bar\alpha_{t-1}}\,\beta_t}{1-\bar\alpha_t}\,x_0 + \frac{\sqrt{\alpha_t}\,(1-\bar\alpha_{t-1})}{1-\bar\alpha_t}\,x_t \tag{59}$$
#
# $$\tilde\beta_t := \frac{1-\bar\alpha_{t-1}}{1-\bar\alpha_t}\,\beta_t \tag{60}$$
#
# and this form is also good at $t = 1$, where $\tilde\beta_1 = 0$ and the mean is $x_0$ itself. Against the grid:

# %% [markdown] key="square-text" lang="id" ref="a23897b2"
# Kembalikan lambang semula dan rapikan dengan $\alpha_t(1-\bar\alpha_{t-1}) + \beta_t = 1-\bar\alpha_t$; hasilnya (Ho et al. 2020, pers. 6 dan 7)
#
# $$q(x_{t-1}\mid x_t,x_0) = \mathcal N\!\left(x_{t-1};\ \tilde\mu_t(x_t,x_0),\ \tilde\beta_t I\right) \tag{58}$$
#
# $$\tilde\mu_t(x_t,x_0) := \frac{\sqrt{\bar\alpha_{t-1}}\,\beta_t}{1-\bar\alpha_t}\,x_0 + \frac{\sqrt{\alpha_t}\,(1-\bar\alpha_{t-1})}{1-\bar\alpha_t}\,x_t \tag{59}$$
#
# $$\tilde\beta_t := \frac{1-\bar\alpha_{t-1}}{1-\bar\alpha_t}\,\beta_t \tag{60}$$
#
# dan bentuk ini baik juga pada $t = 1$, dengan $\tilde\beta_1 = 0$ dan rata-rata $x_0$ itu sendiri. Mari adu dengan kisi:

# %% [markdown] key="square-text" lang="ko" ref="a23897b2"
# 글자를 되돌려 놓고 $\alpha_t(1-\bar\alpha_{t-1}) + \beta_t = 1-\bar\alpha_t$로 정리하면 결과는 다음과 같습니다(Ho et al. 2020, 식 6과 7).
#
# $$q(x_{t-1}\mid x_t,x_0) = \mathcal N\!\left(x_{t-1};\ \tilde\mu_t(x_t,x_0),\ \tilde\beta_t I\right) \tag{58}$$
#
# $$\tilde\mu_t(x_t,x_0) := \frac{\sqrt{\bar\alpha_{t-1}}\,\beta_t}{1-\bar\alpha_t}\,x_0 + \frac{\sqrt{\alpha_t}\,(1-\bar\alpha_{t-1})}{1-\bar\alpha_t}\,x_t \tag{59}$$
#
# $$\tilde\beta_t := \frac{1-\bar\alpha_{t-1}}{1-\bar\alpha_t}\,\beta_t \tag{60}$$
#
# 이 형태는 $t = 1$에서도 쓸 수 있습니다. 거기서는 $\tilde\beta_1 = 0$이고 평균은 $x_0$ 그대로입니다. 격자와 견주어 봅시다.

# %% key="square-check"
t, x_0, x_t = 3, torch.tensor([0.7]).double(), torch.tensor([-0.4]).double()
mean, variance = forward.posterior(x_0, x_t, t, small)
grid = line(-4, 4, 4001)
prior = normal(bar[t - 1].sqrt() * x_0, (1 - bar[t - 1]).sqrt()).log_prob(grid).exp()
step = normal(alpha[t].sqrt() * grid, beta[t].sqrt()).log_prob(x_t).exp()
product = prior * step / torch.trapezoid(prior * step, grid)
formula = normal(mean, variance**0.5).log_prob(grid).exp()
beta_t = normal(mean, beta[t].sqrt()).log_prob(grid).exp()
print(f"mean {float(mean):.4f}  variance {variance:.4f}   max|error| {(product - formula).abs().max():.0e}")
print(f"beta_t: max|error| {(product - beta_t).abs().max():.2f}")
assert (product - formula).abs().max() < 1e-10 < (product - beta_t).abs().max()
fig, ax = figures.axes("$x_{t-1}$", size=(5.0, 2.8))
for curve, name in ((prior, "$q(x_{t-1}|x_0)$"), (step, "$q(x_t|x_{t-1})$"), (product, "$q(x_{t-1}|x_t,x_0)$")):
    ax.plot(grid, curve, label=name)
ax.legend(loc=2, fontsize=10)
ax.set(xlim=(-4, 3))
figures.show(fig, "alt.elbo.square")

# %% [markdown] key="bars" lang="en"
# The narrow curve is the product of the two others, brought to area 1, and the formula lies on it. With $\beta_t$ for $\tilde\beta_t$, a common slip, it would be off by up to 0.24.
#
# ## 8 · Three kinds of terms
#
# Give the parts of (57) their names (Ho et al. 2020, eq. 5):
#
# $$L_T = D_{\mathrm{KL}}(q(x_T\mid x_0)\,\|\,p(x_T)) \tag{61}$$
#
# $$L_{t-1} = D_{\mathrm{KL}}(q(x_{t-1}\mid x_t,x_0)\,\|\,p_\theta(x_{t-1}\mid x_t)), \qquad 1 < t \le T \tag{62}$$
#
# $$L_0 = -\log p_\theta(x_0\mid x_1) \tag{63}$$
#
# (In the library's tables a term stands at its own index: row $0$ is $L_0$, row $T$ is $L_T$.) $L_T$ has nothing to learn. There are $T-1$ comparisons $L_{t-1}$, and $L_0$, the last step, which must hit the data themselves. Suppose (63) had lost its minus, as in the misprint of section 5. **What would training do then?**

# %% [markdown] key="bars" lang="id" ref="924edbc3"
# Kurva yang sempit adalah hasil kali kedua kurva lain, diskalakan sehingga luasnya 1, dan rumusnya berimpit dengannya. Dengan $\beta_t$ sebagai pengganti $\tilde\beta_t$, kekeliruan yang lazim, kurvanya meleset sampai 0.24.
#
# ## 8 · Tiga jenis suku
#
# Beri nama bagian-bagian (57) (Ho et al. 2020, pers. 5):
#
# $$L_T = D_{\mathrm{KL}}(q(x_T\mid x_0)\,\|\,p(x_T)) \tag{61}$$
#
# $$L_{t-1} = D_{\mathrm{KL}}(q(x_{t-1}\mid x_t,x_0)\,\|\,p_\theta(x_{t-1}\mid x_t)), \qquad 1 < t \le T \tag{62}$$
#
# $$L_0 = -\log p_\theta(x_0\mid x_1) \tag{63}$$
#
# (Dalam tabel pustaka kursus ini setiap suku berdiri di indeksnya sendiri: baris $0$ adalah $L_0$, baris $T$ adalah $L_T$.) $L_T$ tidak memuat apa pun untuk dipelajari. Ada $T-1$ perbandingan $L_{t-1}$, dan ada $L_0$, langkah terakhir, yang harus mengenai datanya sendiri. Andai (63) kehilangan minusnya, seperti pada salah cetak di bagian 5. **Apa yang akan terjadi dalam pelatihan?**

# %% [markdown] key="bars" lang="ko" ref="924edbc3"
# 좁은 곡선은 다른 두 곡선을 곱해 넓이를 1로 맞춘 것이고, 공식이 그 위에 그대로 놓입니다. 흔한 실수대로 $\tilde\beta_t$ 자리에 $\beta_t$를 쓰면 최대 0.24만큼 어긋납니다.
#
# ## 8 · 세 종류의 항
#
# (57)의 각 부분에 이름을 붙입니다(Ho et al. 2020, 식 5).
#
# $$L_T = D_{\mathrm{KL}}(q(x_T\mid x_0)\,\|\,p(x_T)) \tag{61}$$
#
# $$L_{t-1} = D_{\mathrm{KL}}(q(x_{t-1}\mid x_t,x_0)\,\|\,p_\theta(x_{t-1}\mid x_t)), \qquad 1 < t \le T \tag{62}$$
#
# $$L_0 = -\log p_\theta(x_0\mid x_1) \tag{63}$$
#
# (라이브러리의 표에서 항은 자기 번호의 자리에 있습니다. $0$번 줄이 $L_0$이고 $T$번 줄이 $L_T$입니다.) $L_T$에는 배울 것이 없습니다. 견주는 항 $L_{t-1}$이 $T-1$개 있고, 마지막 단계인 $L_0$은 데이터 자체를 맞혀야 합니다. 5절의 오식처럼 (63)에 음의 부호가 없다고 해 봅시다. **그러면 학습은 어떻게 되겠습니까?**

# %% key="bars-sign"
for sign in (-1, 1):
    mu = torch.tensor(0.2, dtype=torch.float64, requires_grad=True)
    (sign * Normal(mu, 0.1**0.5).log_prob(torch.tensor(0.7))).backward()
    print(f"sign {sign:+d}   slope {mu.grad:+.2f}")

# %% [markdown] key="bars-sign-note" lang="en"
# It would run the wrong way: at $\mu = 0.2$, with $x_0 = 0.7$, the slope of the right $L_0$ is $-5$ and moves $\mu$ towards $x_0$; the misprint's is $+5$ and pushes it away for ever.
#
# One choice is left. DDPM does not learn the variances of its steps but fixes them:
#
# $$\Sigma_\theta(x_t,t) = \sigma_t^2 I \tag{64}$$
#
# $$p_\theta(x_{t-1}\mid x_t) = \mathcal N\!\left(x_{t-1};\ \mu_\theta(x_t,t),\ \sigma_t^2 I\right) \tag{65}$$
#
# Two choices are common, $\sigma_t^2 = \beta_t$ and $\sigma_t^2 = \tilde\beta_t$. **Commit:** let the data be $\mathcal N(0,1)$, where the best model is known exactly. Real schedule, 1000 steps. How far above $-\log q(x_0)$, with the density $q$ of the data themselves, will the bound lie? (a) a little, as bounds do (b) nothing at all (c) it depends on $\sigma_t^2$

# %% [markdown] key="bars-sign-note" lang="id" ref="113b3745"
# Ia akan berjalan ke arah yang salah: pada $\mu = 0.2$, dengan $x_0 = 0.7$, kemiringan $L_0$ yang benar adalah $-5$ dan menggerakkan $\mu$ ke arah $x_0$; kemiringan salah cetaknya $+5$ dan menjauhkannya selamanya.
#
# Tinggal satu pilihan. DDPM tidak mempelajari varians langkah-langkahnya, tetapi menetapkannya:
#
# $$\Sigma_\theta(x_t,t) = \sigma_t^2 I \tag{64}$$
#
# $$p_\theta(x_{t-1}\mid x_t) = \mathcal N\!\left(x_{t-1};\ \mu_\theta(x_t,t),\ \sigma_t^2 I\right) \tag{65}$$
#
# Dua pilihan yang lazim adalah $\sigma_t^2 = \beta_t$ dan $\sigma_t^2 = \tilde\beta_t$. **Putuskan dulu:** misalkan datanya $\mathcal N(0,1)$, sehingga model terbaiknya diketahui secara eksak. Jadwalnya jadwal sungguhan, 1000 langkah. Seberapa jauh di atas $-\log q(x_0)$, dengan $q$ densitas datanya sendiri, letak batasnya? (a) sedikit, namanya juga batas (b) tidak sama sekali (c) tergantung $\sigma_t^2$

# %% [markdown] key="bars-sign-note" lang="ko" ref="113b3745"
# 거꾸로 갑니다. $x_0 = 0.7$이고 $\mu = 0.2$일 때 옳은 $L_0$의 기울기는 $-5$라서 $\mu$를 $x_0$ 쪽으로 옮깁니다. 오식의 기울기는 $+5$라서 끝없이 멀리 밀어냅니다.
#
# 고를 것이 하나 남았습니다. DDPM은 단계의 분산을 배우지 않고 정해 둡니다.
#
# $$\Sigma_\theta(x_t,t) = \sigma_t^2 I \tag{64}$$
#
# $$p_\theta(x_{t-1}\mid x_t) = \mathcal N\!\left(x_{t-1};\ \mu_\theta(x_t,t),\ \sigma_t^2 I\right) \tag{65}$$
#
# 흔히 고르는 것은 두 가지, $\sigma_t^2 = \beta_t$와 $\sigma_t^2 = \tilde\beta_t$입니다. **답을 먼저 정하십시오.** 가장 좋은 모델을 정확히 아는 경우로, 데이터가 $\mathcal N(0,1)$이라고 합시다. 진짜 스케줄, 1000단계입니다. $q$가 데이터 자체의 밀도일 때, 상한은 $-\log q(x_0)$보다 얼마나 위에 있겠습니까? (a) 상한이 으레 그렇듯 조금 (b) 조금도 위에 있지 않음 (c) $\sigma_t^2$에 따라 다름

# %% key="bars-exact"
x_0 = line(-3, 3, 13)[:, None]
nll = -bell.log_prob(x_0)


def bound_terms(variance):
    model = bell.optimal_eps(schedule)
    signs = [torch.full_like(x_0, e) for e in (1.0, -1.0)]
    return sum(losses.vlb_terms(model, x_0, schedule, eps=e, variance=variance) for e in signs) / 2


exact_terms = {name: bound_terms(name) for name in ("beta", "beta_tilde")}
for name, terms in exact_terms.items():
    cost = terms.sum(0) - nll
    print(f"{name:10s}  terms {tuple(terms.shape)}   bound - (-log q): {cost.min():.1e} .. {cost.max():.1e}")
assert (exact_terms["beta"].sum(0) - nll).abs().max() < 1e-10

# %% key="bars-widget"
both = torch.stack(list(exact_terms.values()))
L_0, L_T, between = both[:, 0], both[:, -1], both[:, 1:-1].sum(1)
nats = {"L_T": L_T, "L_1..L_{T-1}": between, "L_0": L_0, "sum": both.sum(1), "-log q": nll.repeat(2, 1)}
curve = both[:, 1:].transpose(1, 2).contiguous()
explorer(
    {"L_t": {"L_t": curve}}, range(1, 1001), {"variance": ["beta", "beta_tilde"], "x_0": x_0[:, 0]},
    log=["L_t"], limits={"L_t": (1e-8, 10)}, bars={"nats": nats}, x_name="t", start={"x_0": 1}, alt=lang.text("alt.elbo.bars"),
)  # fmt: skip

# %% [markdown] key="bars-note" lang="en"
# (b) *and* (c). With $\sigma_t^2=\beta_t$ the sum of 1001 terms is $-\log q(x_0)$ to ten decimals: nothing in excess, for any $x_0$. For this data $\beta_t$ is the variance of the true step back, so the model's
# walks given $x_0$ are the forward process's own, and (A1) says that this is the case of equality. (The expectation over the noise is exact here: each term is a quadratic in $\epsilon$, and averaging over
# $\epsilon = \pm1$ integrates a quadratic without error.)
#
# With $\tilde\beta_t$ the same perfect mean costs about 0.6 nats, because each step is a little too narrow. Look at the bars: $L_0$ is *negative*. It is minus the logarithm of a density, and a density may exceed 1.

# %% [markdown] key="bars-note" lang="id" ref="8eb7ba94"
# (b) *dan* (c). Dengan $\sigma_t^2=\beta_t$, jumlah 1001 suku sama dengan $-\log q(x_0)$ sampai sepuluh desimal: tidak ada selisih, untuk $x_0$ mana pun. Untuk data ini $\beta_t$ adalah varians langkah mundur yang sebenarnya, jadi perjalanan
# model, bila $x_0$ diketahui, sama dengan perjalanan proses maju itu sendiri, dan menurut (A1) itulah kasus kesamaan. (Nilai harapan terhadap noise di sini eksak: setiap suku kuadratik dalam $\epsilon$, dan rata-rata atas
# $\epsilon = \pm1$ mengintegralkan bentuk kuadratik tanpa galat.)
#
# Dengan $\tilde\beta_t$, rata-rata sempurna yang sama berharga sekitar 0.6 nat, sebab setiap langkahnya sedikit terlalu sempit. Perhatikan batangnya: $L_0$ *negatif*. Ia minus logaritma sebuah densitas, dan densitas boleh melebihi 1.

# %% [markdown] key="bars-note" lang="ko" ref="8eb7ba94"
# (b)*이면서* (c)입니다. $\sigma_t^2=\beta_t$이면 항 1001개의 합이 소수점 아래 열 자리까지 $-\log q(x_0)$과 같습니다. 어떤 $x_0$에서도 초과분이 없습니다. 이 데이터에서는 $\beta_t$가 참된 역방향 단계의 분산이므로, $x_0$이 주어졌을 때 모델의 경로는 전방 과정의 경로 그 자체입니다. (A1)에 따르면 이때가 바로 등호가 서는 경우입니다. (노이즈에 대한 기댓값은 여기서 정확합니다. 각 항은 $\epsilon$의 이차식이고, $\epsilon = \pm1$로 평균하면 이차식의 적분을 오차 없이 구할 수 있습니다.)
#
# $\tilde\beta_t$를 쓰면 똑같이 완벽한 평균으로도 0.6내트쯤의 대가를 치릅니다. 모든 단계의 분포가 조금씩 너무 좁기 때문입니다. 막대를 보십시오. $L_0$이 *음수*입니다. 밀도의 로그에 음의 부호를 붙인 값인데, 밀도는 1을 넘을 수 있습니다.

# %% key="bars-tilde"
wide, narrow = schedule.beta[1:], schedule.beta_tilde[1:].clone()
narrow[0] = narrow[1]
each = 0.5 * (wide / narrow - 1 - (wide / narrow).log())
for t in (2, 10, 1000):
    print(f"t={t:4d}  beta / beta_tilde {wide[t - 1] / narrow[t - 1]:.5f}   KL {each[t - 1]:.2e}")
cost = (exact_terms["beta_tilde"].sum(0) - nll)[x_0[:, 0] == 1]
print(f"KL {each.sum():.4f}   cost {float(cost):.4f}   t<=10: {each[:10].sum() / each.sum():.0%}")
assert abs(each.sum() - float(cost)) < 1e-9

# %% [markdown] key="bars-steps-text" lang="en"
# The price is paid at small $t$: 88% of it by $t = 10$. At $t = 2$ the two variances differ by a factor 2.19908, at $t = 1000$ by nothing one could print. (At $t = 1$, where $\tilde\beta_1 = 0$ is no variance, the library uses $\tilde\beta_2$, as Nichol & Dhariwal 2021 do.)
#
# The price can be foretold. Averaged over the data, the bound's excess over $-\log q(x_0)$ is the sum of the KL divergences from each true step to the model's step (and from $q(x_T)$ to $p(x_T)$): 0.5786, exactly the cost measured at $x_0 = 1$. (The cost is quadratic in $x_0$, so its average over $\mathcal N(0,1)$ is its value at $x_0=\pm1$.) This excess has two parts: the gap of (A1), and $D_{\mathrm{KL}}(q(x_0)\,\|\,p_\theta(x_0))$, a model that is itself wrong.
#
# **So why a thousand steps?** The two bumps again, with the best possible mean at every step, and three choices of the variance: $\beta_t$, $\tilde\beta_t$, and as a third one that (65) does not allow, the true variance of $x_{t-1}$ for each $x_t$. (It is $\tilde\beta_t$ plus what $\tilde\mu_t$ varies with the $x_0$ one does not know.) Guess how the excess changes from 5 steps to 1000, and what goes wrong when steps are few: mean, width or shape?

# %% [markdown] key="bars-steps-text" lang="id" ref="a4d01fea"
# Harga itu dibayar pada $t$ yang kecil: 88% sampai dengan $t = 10$. Pada $t = 2$ kedua varians berbeda dengan faktor 2.19908, pada $t = 1000$ bedanya tidak sampai tercetak. (Pada $t = 1$, tempat $\tilde\beta_1 = 0$ tidak dapat menjadi varians, pustaka kursus ini memakai $\tilde\beta_2$, seperti Nichol & Dhariwal 2021.)
#
# Harga itu dapat diramalkan. Bila dirata-ratakan atas data, selisih batas itu dari $-\log q(x_0)$ adalah jumlah divergensi KL dari setiap langkah yang sebenarnya ke langkah model (dan dari $q(x_T)$ ke $p(x_T)$): 0.5786, tepat sama dengan harga yang terukur pada $x_0 = 1$. (Harga itu kuadratik dalam $x_0$, jadi rata-ratanya atas $\mathcal N(0,1)$ adalah nilainya di $x_0=\pm1$.) Selisih ini terdiri atas dua bagian: celah dari (A1), dan $D_{\mathrm{KL}}(q(x_0)\,\|\,p_\theta(x_0))$, yaitu model yang memang keliru.
#
# **Lalu mengapa seribu langkah?** Sekali lagi kedua gundukan, dengan rata-rata terbaik di setiap langkah dan tiga pilihan varians: $\beta_t$, $\tilde\beta_t$, dan yang ketiga, yang tidak diizinkan (65), varians $x_{t-1}$ yang sebenarnya untuk setiap $x_t$. (Besarnya $\tilde\beta_t$ ditambah keragaman $\tilde\mu_t$ akibat $x_0$ yang tidak diketahui.) Tebak bagaimana selisih itu berubah dari 5 langkah sampai 1000, dan apa yang keliru bila langkahnya sedikit: rata-ratanya, lebarnya, atau bentuknya?

# %% [markdown] key="bars-steps-text" lang="ko" ref="a4d01fea"
# 그 대가는 작은 $t$에서 치릅니다. $t = 10$까지가 88%입니다. 두 분산은 $t = 2$에서 2.19908배 차이가 나고, $t = 1000$에서는 출력해도 차이가 보이지 않습니다. ($t = 1$에서는 $\tilde\beta_1 = 0$이라 분산이 될 수 없으므로, 라이브러리는 Nichol & Dhariwal 2021처럼 $\tilde\beta_2$를 씁니다.)
#
# 대가의 크기는 미리 알 수 있습니다. 데이터에 걸쳐 평균하면, 상한이 $-\log q(x_0)$을 넘는 초과분은 참된 단계에서 모델의 단계까지의 KL 발산을 모두 더한 것입니다($q(x_T)$에서 $p(x_T)$까지의 것도 더합니다). 그 합 0.5786은 $x_0 = 1$에서 잰 대가와 정확히 같습니다. (대가는 $x_0$의 이차식이므로, $\mathcal N(0,1)$에 대한 평균이 곧 $x_0=\pm1$에서의 값입니다.) 초과분은 두 부분으로 이루어집니다. 하나는 (A1)의 틈이고, 다른 하나는 모델 자체가 틀린 만큼인 $D_{\mathrm{KL}}(q(x_0)\,\|\,p_\theta(x_0))$입니다.
#
# **그런데 왜 천 단계입니까?** 다시 두 봉우리이고, 모든 단계에서 평균은 더할 나위 없이 좋습니다. 분산은 세 가지입니다. $\beta_t$, $\tilde\beta_t$, 그리고 (65)가 허락하지 않는 셋째로, $x_t$마다 달라지는 $x_{t-1}$의 참된 분산입니다. ($\tilde\beta_t$에, 모르는 $x_0$을 따라 $\tilde\mu_t$가 흔들리는 만큼의 분산을 더한 값입니다.) 5단계에서 1000단계로 가면서 초과분이 어떻게 달라지는지, 단계가 적을 때 틀리는 것은 평균인지 폭인지 모양인지 짐작해 보십시오.

# %% key="bars-widths"
import numpy as np

nodes, weights = (torch.from_numpy(a) for a in np.polynomial.hermite_e.hermegauss(32))
weights = weights / weights.sum()
x_0 = (1 + 0.15 * nodes).repeat_interleave(32)[:, None]
eps, both_weights = nodes.repeat(32)[:, None], weights.repeat_interleave(32) * weights.repeat(32)
entropy = -(data.log_prob(x_0) * both_weights).sum()


def excess(bound):
    return float((bound * both_weights).sum() - entropy)


def own_variance(s):
    total = gaussians.kl(s.alpha_bar[-1].sqrt() * x_0, 1 - s.alpha_bar[-1], 0.0, 1.0)
    for t in range(1, s.T + 1):
        kept, gone = s.alpha_bar[t], 1 - s.alpha_bar[t]
        w = 0.15**2 * kept + gone
        right = torch.sigmoid(2 * kept.sqrt() * forward.q_sample(x_0, t, eps, s) / w)
        var_x_0 = 0.15**2 * gone / w + right * (1 - right) * (2 * gone / w) ** 2
        v = s.beta_tilde[t] + s.alpha_bar[t - 1] * (s.beta[t] / gone) ** 2 * var_x_0
        total = total + 0.5 * (v / s.beta_tilde[t] if t > 1 else 2 * math.pi * math.e * v).log()
    return total[:, 0]


print(f"-E log q(x_0) {entropy:.4f}")

# %% key="bars-steps"
for T_short in (5, 20, 100, 1000):
    s = fewer(schedule, T_short)
    costs = []
    for variance in ("beta", "beta_tilde"):
        terms = losses.vlb_terms(data.optimal_eps(s), x_0, s, eps=eps, variance=variance)
        costs.append(excess(terms.sum(0)))
    costs.append(excess(own_variance(s)))
    print(f"T={T_short:4d}   beta {costs[0]:.4f}   beta_tilde {costs[1]:.4f}   var(x_t-1|x_t) {costs[2]:.4f}")
    assert 0 < costs[2] < min(costs[:2])

# %% [markdown] key="digits" lang="en"
# From 1.0837 nats to 0.0119, and the mean is perfect in every row. Two other things fail. One is the *shape*: the last column has the right mean and the right variance at each $x_t$, so what is left there, 0.6893 nats with 5 steps, is the price of being Gaussian where the true step back has two peaks (section 6). The other is the *width*, which changes with $x_t$ while (65) fixes one number for each $t$. With 20 steps it is the greater trouble: 0.4628 nats, of which the shape explains only 0.0664. In small steps both vanish (Feller 1949; Sohl-Dickstein et al. 2015): that is what a thousand steps buy.
#
# The second column stops at 0.5354 and falls no further: close to the data $\tilde\beta_t$ is too narrow for bumps that have a width. $\beta_t$ is right for $\mathcal N(0, I)$ data and $\tilde\beta_t$ for a single point (Ho et al. 2020, section 3.2).
#
# ## 9 · Bits for digits
#
# Now the trained network and real digits. First the last term. A pixel of a digit is one of 256 grey levels, and most pixels are exactly black, $-1$.
# **Commit:** a model that gets better and better at black makes its last Gaussian narrower and narrower. What happens to $-\log$ of its *density* at $-1$?

# %% [markdown] key="digits" lang="id" ref="a0dadb6d"
# Dari 1.0837 nat menjadi 0.0119, dan rata-ratanya sempurna di setiap baris. Yang gagal ada dua. Pertama *bentuknya*: pada kolom terakhir rata-rata dan varians sudah benar di setiap $x_t$, jadi yang tersisa di sana, 0.6893 nat dengan 5 langkah, adalah harga bentuk Gaussian, padahal langkah mundur yang sebenarnya berpuncak dua (bagian 6). Kedua *lebarnya*, yang berubah menurut $x_t$, sedangkan (65) menetapkan satu bilangan untuk setiap $t$. Dengan 20 langkah, lebarlah masalah yang lebih besar: 0.4628 nat, dan hanya 0.0664 di antaranya berasal dari bentuk. Dalam langkah-langkah kecil keduanya lenyap (Feller 1949; Sohl-Dickstein et al. 2015): itulah yang kita beli dengan seribu langkah.
#
# Kolom kedua berhenti di 0.5354 dan tidak turun lagi: di dekat data, $\tilde\beta_t$ terlalu sempit untuk gundukan yang punya lebar. $\beta_t$ tepat untuk data $\mathcal N(0, I)$ dan $\tilde\beta_t$ untuk satu titik tunggal (Ho et al. 2020, bagian 3.2).
#
# ## 9 · Bit untuk angka tulisan tangan
#
# Sekarang jaringan yang terlatih dan angka sungguhan. Pertama, suku terakhir. Satu piksel sebuah angka adalah salah satu dari 256 tingkat kelabu, dan kebanyakan piksel hitam pekat, $-1$.
# **Putuskan dulu:** model yang makin lama makin pandai menebak hitam membuat Gaussian terakhirnya makin sempit. Apa yang terjadi dengan $-\log$ dari *densitasnya* di $-1$?

# %% [markdown] key="digits" lang="ko" ref="a0dadb6d"
# 1.0837내트에서 0.0119내트로 줄어듭니다. 평균은 어느 줄에서나 완벽합니다. 틀어지는 것은 다른 두 가지입니다. 하나는 *모양*입니다. 마지막 열에서는 $x_t$마다 평균도 분산도 옳으므로, 그래도 남는 값, 곧 5단계에서 0.6893내트는 봉우리가 둘인 참된 역방향 단계(6절)를 가우스 분포로 대신한 대가입니다. 다른 하나는 *폭*입니다. 참된 폭은 $x_t$에 따라 달라지는데 (65)는 $t$마다 수 하나로 정해 둡니다. 20단계에서는 폭이 더 큰 문제입니다. 0.4628내트 가운데 모양의 몫은 0.0664뿐입니다. 단계가 작아지면 두 문제가 모두 사라집니다(Feller 1949; Sohl-Dickstein et al. 2015). 천 단계를 들이는 까닭이 여기에 있습니다.
#
# 둘째 열은 0.5354에서 멈추고 더 내려가지 않습니다. 데이터 가까이에서 $\tilde\beta_t$는 폭이 있는 봉우리에 비해 너무 좁습니다. $\beta_t$는 데이터가 $\mathcal N(0, I)$일 때, $\tilde\beta_t$는 점 하나일 때 옳습니다(Ho et al. 2020, 3.2절).
#
# ## 9 · 숫자 그림의 비트 수
#
# 이제 학습한 신경망과 진짜 숫자 그림입니다. 먼저 마지막 항부터 봅시다. 숫자 그림의 픽셀은 256단계의 회색 가운데 하나이고, 대부분은 정확히 검은색인 $-1$입니다. **답을 먼저 정하십시오.** 검은색을 점점 더 잘 맞히는 모델은 마지막 가우스 분포를 점점 더 좁힙니다. $-1$에서 그 *밀도*의 $-\log$는 어떻게 되겠습니까?

# %% key="digits-density"
widths = 10 ** line(-4, 0, 81)
black, mean = torch.tensor(-1.0).double(), -1.0
density = -normal(mean, widths).log_prob(black) / math.log(2)
bin_ = -normal(mean, widths).cdf(black + 1 / 255).log2()
for width in (0, 40, 80):
    print(f"std {widths[width]:.0e}   density {density[width]:6.2f}   bin {bin_[width].abs():.2f}")
fig, ax = figures.axes(r"$\sigma_1$", "bit", size=(5.0, 2.8))
ax.semilogx(widths, density, label=r"$-\log_2\,\mathcal{N}$")
ax.semilogx(widths, bin_, label=r"$-\log_2\,p$")
ax.axhline(0, color="0.5", linewidth=1)
ax.legend()
figures.show(fig, "alt.elbo.levels")

# %% [markdown] key="digits-density-note" lang="en"
# It falls below zero, $-11.96$ bits at a width of 0.0001, and never stops: a model could be praised without limit for knowing that black is black. A *probability* cannot: it ends at 0 bits. So Ho et al. (2020, section 3.3)
# give each level a bin, half-way to its neighbours, and $L_0$ is $-\log$ of the bin's probability,
#
# $$p_\theta(x_0\mid x_1) = \int_{\delta_-(x_0)}^{\delta_+(x_0)} \mathcal N(x;\ \mu_\theta(x_1, 1),\ \sigma_1^2)\,dx$$
#
# for each pixel, with $\delta_\pm(x_0) = x_0 \pm 1/255$. The bins of black and of white have no outer edge: $\delta_-(-1) = -\infty$ and $\delta_+(1) = \infty$.
#
# ### Exercise: the probability of a grey level
#
# Write `log_level(x_0, mean, variance)`: three tensors of one shape, `x_0` holding levels in $[-1, 1]$. Return the logarithm of each level's probability. `torch.special.ndtr(u)` is the
# probability that a standard normal number is below `u`, and `torch.where(condition, a, b)` chooses element by element.

# %% [markdown] key="digits-density-note" lang="id" ref="d538e6ba"
# Nilainya jatuh di bawah nol, $-11.96$ bit pada lebar 0.0001, dan tidak pernah berhenti: model dapat dipuji tanpa batas hanya karena tahu bahwa hitam itu hitam. *Peluang* tidak bisa begitu: ia berakhir di 0 bit. Karena itu Ho et al. (2020, bagian 3.3)
# memberi setiap tingkat sebuah selang (bin), yang tepinya di tengah-tengah antara tingkat itu dan tetangganya, dan $L_0$ adalah $-\log$ dari peluang selang itu,
#
# $$p_\theta(x_0\mid x_1) = \int_{\delta_-(x_0)}^{\delta_+(x_0)} \mathcal N(x;\ \mu_\theta(x_1, 1),\ \sigma_1^2)\,dx$$
#
# untuk setiap piksel, dengan $\delta_\pm(x_0) = x_0 \pm 1/255$. Selang milik hitam dan milik putih tidak bertepi luar: $\delta_-(-1) = -\infty$ dan $\delta_+(1) = \infty$.
#
# ### Latihan: peluang satu tingkat kelabu
#
# Tulis `log_level(x_0, mean, variance)`: tiga tensor yang bentuknya sama, `x_0` berisi tingkat kelabu dalam $[-1, 1]$. Kembalikan logaritma peluang setiap tingkat. `torch.special.ndtr(u)` adalah
# peluang bahwa sebuah bilangan normal baku berada di bawah `u`, dan `torch.where(condition, a, b)` memilih elemen demi elemen.

# %% [markdown] key="digits-density-note" lang="ko" ref="d538e6ba"
# 영보다 작아져서 폭 0.0001에서는 $-11.96$비트가 되고, 멈추지 않습니다. 검은색이 검다는 것을 안다는 이유로 모델을 한없이 칭찬할 수 있는 셈입니다. *확률*로는 그럴 수 없습니다. 0비트가 끝입니다. 그래서 Ho et al. (2020, 3.3절)은 회색값마다 양옆 값과의 한가운데까지를 구간으로 주고, 그 구간의 확률에 $-\log$를 취한 것을 $L_0$으로 삼습니다. 픽셀마다 다음과 같습니다.
#
# $$p_\theta(x_0\mid x_1) = \int_{\delta_-(x_0)}^{\delta_+(x_0)} \mathcal N(x;\ \mu_\theta(x_1, 1),\ \sigma_1^2)\,dx$$
#
# 여기서 $\delta_\pm(x_0) = x_0 \pm 1/255$입니다. 검은색과 흰색의 구간에는 바깥쪽 경계가 없습니다. 곧 $\delta_-(-1) = -\infty$이고 $\delta_+(1) = \infty$입니다.
#
# ### 연습문제: 회색값의 확률
#
# `log_level(x_0, mean, variance)` 함수를 작성하십시오. 인자는 모양이 같은 텐서 셋이고, `x_0`에는 $[-1, 1]$ 안의 회색값이 들어 있습니다. 회색값 하나하나의 확률에 로그를 취해 돌려주십시오. `torch.special.ndtr(u)`는 표준정규분포를 따르는 수가 `u`보다 작을 확률이고, `torch.where(condition, a, b)`는 원소마다 둘 가운데 하나를 고릅니다.

# %% key="ex-log-level" exercise="losses.log_level"
def log_level(x_0, mean, variance):
    ### BEGIN SOLUTION
    below = torch.special.ndtr((x_0 - 1 / 255 - mean) / variance.sqrt())
    above = torch.special.ndtr((x_0 + 1 / 255 - mean) / variance.sqrt())
    below = torch.where(x_0 < -0.999, torch.zeros_like(below), below)
    above = torch.where(x_0 > 0.999, torch.ones_like(above), above)
    return torch.log(above - below)
    ### END SOLUTION

# %% key="check-log-level" check="losses.log_level"
check("losses.log_level", log_level)

# %% [markdown] key="digits-text" lang="en"
# With that last term the bound speaks of the digits as they are stored, and can be counted in bits: $L/(d\ln 2)$ is *bits per dimension*, here per pixel. It is also a promise: a
# coder built on the model could store the image in about that many bits.
#
# **Three guesses before you run.** A model that knows nothing and finds all 256 levels equally likely needs 8. How many does a PNG file of such a digit need? How many does our network? And which steps carry the bits: the
# early ones, where noise becomes a shape, or the last ones?

# %% [markdown] key="digits-text" lang="id" ref="ec2439d1"
# Dengan suku terakhir itu, batasnya berbicara tentang angka sebagaimana disimpan, dan dapat dihitung dalam bit: $L/(d\ln 2)$ adalah *bit per dimensi*, di sini per piksel. Bilangan itu juga sebuah janji:
# penyandi (coder) yang memakai model ini dapat menyimpan gambarnya dalam bit kira-kira sebanyak itu.
#
# **Tiga tebakan sebelum menjalankan sel.** Model yang tidak tahu apa-apa dan menganggap semua 256 tingkat sama mungkinnya memerlukan 8. Berapa yang diperlukan berkas PNG dari angka seperti ini? Berapa yang diperlukan jaringan kita? Dan langkah mana yang memikul bit-bit itu:
# yang awal, ketika noise menjadi bentuk, atau yang terakhir?

# %% [markdown] key="digits-text" lang="ko" ref="ec2439d1"
# 마지막 항을 이렇게 쓰면 상한은 저장된 그대로의 숫자 그림을 두고 하는 말이 되고, 비트로 셀 수 있습니다. $L/(d\ln 2)$를 *차원당 비트 수*(bits per dimension)라고 하며, 여기서는 픽셀당 비트 수입니다. 이것은 약속이기도 합니다. 이 모델로 만든 부호기는 그 그림을 대략 그만한 비트로 저장할 수 있습니다.
#
# **실행하기 전에 세 가지를 짐작해 보십시오.** 아무것도 몰라서 256단계를 모두 똑같이 그럴듯하다고 보는 모델은 8비트가 필요합니다. 이런 숫자 그림의 PNG 파일은 몇 비트가 필요하겠습니까? 우리 신경망은 몇 비트입니까? 그 비트는 어느 단계에 있겠습니까? 노이즈가 모양이 되어 가는 앞쪽입니까, 마지막 쪽입니까?

# %% key="digits-terms"
from course_lib import checkpoints
from course_lib import data as mnist

net = checkpoints.load("digits", precision="fp32")
images, labels = mnist.one_of_each()
images = images[[0, 1, 4]]
answers = []


def asked(x_t, t):
    answers.append(net(x_t, t))
    return answers[-1]


def again(x_t, t):
    return answers.pop(0)


bits = {}
for variance, model in (("beta", asked), ("beta_tilde", again)):
    g = torch.Generator().manual_seed(9)
    nats = losses.vlb_terms(model, images, net.schedule, g, variance=variance, decoder="discrete", chunk=32)
    bits[variance] = losses.bits_per_dim(nats, 784)
    total = bits[variance].sum(0)
    print(f"{variance:10s} {tuple(nats.shape)}", *(f"{v:.2f}" for v in total), f" mean {total.mean():.2f}")

# %% key="digits-png"
import io

from PIL import Image

for image, label in zip(images, labels[[0, 1, 4]].tolist(), strict=True):
    file = io.BytesIO()
    Image.fromarray(((image[0] + 1) * 127.5).round().byte().numpy()).save(file, "PNG", optimize=True)
    size = len(file.getvalue())
    print(label, f"PNG {8 * size / 784:.2f} - {8 * 57 / 784:.2f} = {8 * (size - 57) / 784:.2f}   uniform {math.log2(256):.2f}")
    assert file.getvalue()[8:16] == b"\0\0\0\rIHDR" and file.getvalue()[37:41] == b"IDAT" and 57 < size

# %% [markdown] key="most-bits-task" lang="en"
# ### Exercise: measure and conclude
#
# Where do the bits go? Write `most_bits(nats, d, share)`: row $t$ of `nats`, of shape `(T + 1, B)`, has the term of index $t$ for each of $B$ images, none of them negative; `d` is the number of pixels of an image. Return a tensor of three numbers: the mean over the images of their
# bits per dimension; the standard error of that mean, which is the standard deviation over the images (with $B-1$) divided by $\sqrt B$; and the smallest $t$ for which rows $0$ to $t$ together hold at least the part `share` of that mean. (The cell after the check does this with our three digits.)

# %% [markdown] key="most-bits-task" lang="id" ref="509f3d96"
# ### Latihan: ukur dan simpulkan
#
# Ke mana perginya bit-bit itu? Tulis `most_bits(nats, d, share)`: baris $t$ dari `nats`, yang berbentuk `(T + 1, B)`, memuat suku berindeks $t$ untuk masing-masing dari $B$ gambar, dan tidak ada yang negatif; `d` adalah banyaknya piksel sebuah gambar. Kembalikan tensor berisi tiga bilangan: rata-rata
# bit per dimensi dari semua gambar; galat baku rata-rata itu, yaitu simpangan baku antargambar (dengan $B-1$) dibagi $\sqrt B$; dan $t$ terkecil yang membuat baris $0$ sampai $t$ bersama-sama memuat setidaknya bagian `share` dari rata-rata itu. (Sel sesudah pemeriksaan melakukannya dengan ketiga angka kita.)

# %% [markdown] key="most-bits-task" lang="ko" ref="509f3d96"
# ### 연습문제: 재고 결론 내리기
#
# 비트는 어디에 쓰입니까? `most_bits(nats, d, share)`를 작성하십시오. `nats`의 모양은 `(T + 1, B)`이고, $t$번 행에는 이미지 $B$장의 번호 $t$인 항이 하나씩 들어 있으며 음수는 없습니다. `d`는 이미지 한 장의 픽셀 수입니다. 수 세 개로 된 텐서를 돌려주십시오. 첫째는 차원당 비트 수를 이미지에 걸쳐 평균한 값입니다. 둘째는 그 평균의 표준오차, 곧 이미지에 걸친 표준편차($B-1$로 나눈 것)를 $\sqrt B$로 나눈 값입니다. 셋째는 $0$번 행부터 $t$번 행까지 더하면 그 평균의 `share`만큼에 이르는 가장 작은 $t$입니다. (채점 다음의 셀이 우리 숫자 세 장으로 이 일을 합니다.)

# %% key="ex-most-bits" exercise="losses.most_bits"
def most_bits(nats, d, share):
    ### BEGIN SOLUTION
    bits = nats / (d * math.log(2))
    each = bits.sum(0)
    until = bits.mean(1).cumsum(0)
    t = (until < share * until[-1]).sum()
    return torch.stack([each.mean(), each.std() / len(each) ** 0.5, t.to(bits.dtype)])
    ### END SOLUTION


# %% key="check-most-bits" check="losses.most_bits"
check("losses.most_bits", most_bits)

# %% key="most-bits-run"
for name, table in bits.items():
    each, until = table.sum(0), table.mean(1).cumsum(0)
    print(f"{name:10s} {each.mean():.2f} +- {each.std() / len(each) ** 0.5:.2f} ", end="")
    print(*(f" {part:.0%}: {int((until < part * until[-1]).sum())}" for part in (0.5, 0.75, 0.9, 0.99)))

# %% key="digits-where"
table = bits["beta_tilde"].mean(1)
cuts = {"L_0": (0, 1), "1..9": (1, 10), "10..99": (10, 100), "100..999": (100, 1000), "L_T": (1000, 1001)}
for name, (first, last) in cuts.items():
    part = table[first:last].sum()
    print(f"{name:9s} {part:.5f}  {part / table.sum():.1%}")
fig, ax = figures.axes("$t$", columns=2, size=(3.8, 2.8))
for name, label in (("beta", r"$\beta_t$"), ("beta_tilde", r"$\tilde\beta_t$")):
    each = bits[name].mean(1)
    ax[0].loglog(range(1, 1000), each[1:-1], label=label)
    ax[1].semilogx(range(1, 1001), each.flip(0).cumsum(0).flip(0)[1:], label=label)
ax[0].set(ylabel="$L_t$")
ax[1].set(ylabel=r"$L_t+L_{t+1}+\dots+L_T$")
ax[0].legend()
figures.show(fig, "alt.elbo.bits")

# %% [markdown] key="digits-note" lang="en"
# The uniform model needs 8 bits a pixel, PNG files of these three digits between 1.98 and 3.05 (of which 0.58 is the file's fixed frame), our network 1.10 to 1.80 with $\tilde\beta_t$, 1.49 on average, and about 2 with $\beta_t$. So the network does know something about digits; and a format from 1996 is not so far behind. Two surprises are worth a second look.
#
# **The better variance has changed sides.** For $\mathcal N(0,1)$ data $\beta_t$ was perfect; for digits $\tilde\beta_t$ wins. A digit, with its exactly black and exactly white pixels, is nearer to the other extreme of section 8, a single point.
#
# **The bits are not where the picture is.** $L_0$ alone takes more than half, the terms $1\le t<10$ more than another fifth; all terms $t \ge 100$ together, in which noise turns into a readable digit, take about 6%. At $t = 53$ nine tenths are reached. $L_T$ is 0.00003. Most of a bound's bits describe grey
# levels that no eye can tell apart (Ho et al. 2020, section 4.3). That is a hint of why chapter 4 will weigh the terms differently.
#
# Read these numbers with care: three digits, which differ widely (the 1.49 has a standard error of 0.20), and one draw of noise for each $t$. It is an upper bound, of a network that was trained to minimise something else.
#
# Your exercises so far:

# %% [markdown] key="digits-note" lang="id" ref="64936626"
# Model seragam memerlukan 8 bit per piksel, berkas PNG ketiga angka ini antara 1.98 dan 3.05 (0.58 di antaranya kerangka berkas yang tetap), jaringan kita 1.10 sampai 1.80 dengan $\tilde\beta_t$, rata-rata 1.49, dan sekitar 2 dengan $\beta_t$. Jadi jaringan itu memang tahu sesuatu tentang
# angka; dan format dari tahun 1996 tidak jauh tertinggal. Dua kejutan patut dilihat sekali lagi.
#
# **Kali ini varians yang lain yang menang.** Untuk data $\mathcal N(0,1)$, $\beta_t$ sempurna; untuk angka, $\tilde\beta_t$ yang menang. Angka, dengan piksel yang hitam pekat dan putih bersih, lebih dekat ke ujung lain dari bagian 8, yaitu satu titik tunggal.
#
# **Sebagian besar bit tidak dipakai untuk bentuk angkanya.** $L_0$ saja mengambil lebih dari separuh, suku-suku $1\le t<10$ seperlima lebih lagi; semua suku $t \ge 100$ bersama-sama, ketika noise berubah menjadi angka yang terbaca, mengambil sekitar 6%. Pada $t = 53$ sembilan persepuluhnya sudah tercapai. $L_T$ sebesar 0.00003. Sebagian besar bit dari batas itu menggambarkan tingkat
# kelabu yang tidak dapat dibedakan mata (Ho et al. 2020, bagian 4.3). Itulah isyarat mengapa Bab 4 akan memberi suku-suku ini bobot yang lain.
#
# Bacalah bilangan-bilangan ini dengan hati-hati: tiga angka, yang hasilnya jauh berbeda (galat baku dari 1.49 itu 0.20), dan satu noise untuk tiap $t$. Lagi pula, ini batas atas, dari jaringan yang dilatih untuk meminimumkan hal lain.
#
# Latihanmu sejauh ini:

# %% [markdown] key="digits-note" lang="ko" ref="64936626"
# 모든 회색을 똑같이 보는 모델은 픽셀당 8비트가 필요합니다. 이 숫자 세 장의 PNG 파일은 1.98비트에서 3.05비트입니다(그 가운데 0.58비트는 크기가 정해진 파일의 틀입니다). 우리 신경망은 $\tilde\beta_t$로 1.10비트에서 1.80비트, 평균 1.49비트이고, $\beta_t$로는 2비트쯤 됩니다. 그러니 신경망은 숫자를 좀 알기는 합니다. 1996년에 나온 파일 형식도 그리 뒤지지 않습니다. 뜻밖의 결과 두 가지는 다시 들여다볼 만합니다.
#
# **더 나은 분산이 뒤바뀌었습니다.** 데이터가 $\mathcal N(0,1)$일 때는 $\beta_t$가 완벽했는데, 숫자 그림에서는 $\tilde\beta_t$가 이깁니다. 정확히 검은 픽셀과 정확히 흰 픽셀로 된 숫자 그림은 8절의 다른 극단, 곧 점 하나에 더 가깝습니다.
#
# **비트가 있는 곳에 그림이 있지 않습니다.** $L_0$ 하나가 절반을 넘게 차지하고, $1\le t<10$인 항이 다시 오분의 일 남짓을 차지합니다. $t \ge 100$인 항에서는 노이즈가 읽을 수 있는 숫자로 바뀌는데, 모두 합쳐 6%쯤입니다. $t = 53$이면 벌써 십분의 구에 이릅니다. $L_T$는 0.00003입니다. 상한을 이루는 비트의 대부분은 눈으로 가려낼 수 없는 회색의 차이를 적는 데 쓰입니다(Ho et al. 2020, 4.3절). 4장에서 항마다 가중치를 다르게 주는 까닭이 여기서 엿보입니다.
#
# 이 수는 조심해서 읽어야 합니다. 그림은 세 장뿐이고 그림마다 값이 크게 다르며(1.49의 표준오차는 0.20입니다), 노이즈는 $t$마다 한 번만 뽑았습니다. 또 이것은 상한이고, 다른 것을 줄이도록 학습한 신경망의 상한입니다.
#
# 지금까지 푼 연습문제는 다음과 같습니다.

# %% key="progress"
overview()

# %% [markdown] key="end" lang="en"
# ## What to take along
#
# - $p_\theta(x,z)$ is easy, $p_\theta(x)$ is in general an integral nobody can do. Any $q$ gives a lower bound, and $\log p = \mathrm{ELBO} + \mathrm{KL}$ is an equation: for a fixed model, what $q$ gains in one it loses in the other; training moves $\log p$ itself.
# - Lines (25) to (28) are equations because their ratio does not depend on $z$; (40) is an inequality because its ratio does.
# - The diffusion bound is that same bound with the walk as the hidden variable and the forward process as $q$. Conditioning on $x_0$ turns $q$ round without knowing the data; the fractions fold up; KL divergences between Gaussians remain.
# - $L_T$ is fixed, $L_{t-1}$ compares two Gaussians, $L_0 = -\log p_\theta(x_0\mid x_1)$, with a minus, over bins for pixels.
# - The bound is tight where the model's walk back, given $x_0$, is the forward process's own. Few steps cost: a true step back is then no Gaussian, and its variance depends on $x_t$; a wrong $\sigma_t^2$ costs as well.
#
# **Limits.** A good bound is not a good picture: models with excellent likelihood can draw badly and the other way round (Theis et al. 2016). Our exact results are for toys in which everything is Gaussian or nearly; for digits we have an upper bound on three examples. And we have not
# trained anything: $\mu_\theta$ was given. What a network should predict, and which weight each $L_{t-1}$ should get, is [chapter 4](04_loss.ipynb).
#
# **Sources.** Jordan et al. 1999 and Kingma & Welling 2014 (the bound; KL of Gaussians, appendix B). Jensen 1906. Feller 1949 and Sohl-Dickstein et al. 2015, section 2 (reversal of small steps, the bound on walks). Ho, Jain & Abbeel 2020, eqs. 1, 3, 5 to 7, sections 3.2 (two variances), 3.3 (eq. 13, discrete decoder) and 4.3
# (where the bits go). Nichol & Dhariwal 2021 (variance of the last step). Theis, van den Oord & Bethge 2016 (likelihood against samples). Digits: MNIST, LeCun, Cortes & Burges 1998.
#
# Back to the map: [welcome](00_welcome.ipynb).

# %% [markdown] key="end" lang="id" ref="da65d97d"
# ## Bekal dari bab ini
#
# - $p_\theta(x,z)$ mudah, $p_\theta(x)$ pada umumnya integral yang tidak sanggup dihitung siapa pun. $q$ mana pun memberi batas bawah, dan $\log p = \mathrm{ELBO} + \mathrm{KL}$ adalah kesamaan: selama modelnya tetap, apa yang didapat $q$ di satu suku hilang di suku lain; pelatihan menggerakkan $\log p$ itu sendiri.
# - Baris (25) sampai (28) berupa kesamaan karena rasionya tidak bergantung pada $z$; (40) berupa ketaksamaan karena rasionya bergantung.
# - Batas difusi adalah batas yang sama, dengan perjalanan sebagai variabel tersembunyi dan proses maju sebagai $q$. Dengan $x_0$ sebagai syarat, $q$ dapat dibalik tanpa mengenal distribusi data; pecahan-pecahannya saling menghapus; yang tersisa divergensi KL antar-Gaussian.
# - $L_T$ tetap, $L_{t-1}$ membandingkan dua Gaussian, $L_0 = -\log p_\theta(x_0\mid x_1)$, dengan minus, dan untuk piksel dihitung atas selang.
# - Batasnya rapat bila perjalanan pulang model, dengan $x_0$ sebagai syarat, sama dengan perjalanan proses maju itu sendiri. Langkah yang terlalu sedikit ada harganya: langkah mundur yang sebenarnya tidak lagi berbentuk Gaussian, dan variansnya bergantung pada $x_t$; $\sigma_t^2$ yang keliru pun ada harganya.
#
# **Keterbatasan.** Batas yang baik bukan gambar yang baik: model dengan likelihood unggul bisa menggambar dengan buruk, dan sebaliknya (Theis et al. 2016). Hasil eksak kita berlaku untuk contoh kecil yang semuanya Gaussian atau hampir; untuk angka kita hanya punya batas atas pada tiga contoh. Dan kita belum
# melatih apa pun: $\mu_\theta$ sudah diberikan. Apa yang seharusnya diprediksi jaringan, dan bobot mana yang layak bagi setiap $L_{t-1}$, itulah isi [Bab 4](04_loss.ipynb).
#
# **Sumber.** Jordan et al. 1999 dan Kingma & Welling 2014 (batasnya; KL antar-Gaussian, lampiran B). Jensen 1906. Feller 1949 dan Sohl-Dickstein et al. 2015, bagian 2 (pembalikan langkah kecil, batas untuk perjalanan). Ho, Jain & Abbeel 2020, pers. 1, 3, 5 sampai 7, bagian 3.2 (dua varians), 3.3 (pers. 13, dekoder diskret), dan 4.3
# (ke mana bitnya pergi). Nichol & Dhariwal 2021 (varians langkah terakhir). Theis, van den Oord & Bethge 2016 (likelihood dibandingkan dengan sampel). Angka: MNIST, LeCun, Cortes & Burges 1998.
#
# Kembali ke peta: [selamat datang](00_welcome.ipynb).

# %% [markdown] key="end" lang="ko" ref="da65d97d"
# ## 가져갈 것
#
# - $p_\theta(x,z)$는 쉽고, $p_\theta(x)$는 일반적으로 아무도 계산할 수 없는 적분입니다. 어떤 $q$로도 하한을 얻으며, $\log p = \mathrm{ELBO} + \mathrm{KL}$은 등식입니다. 모델이 그대로면 $q$가 한쪽에서 얻은 만큼 다른 쪽에서 잃습니다. 학습은 $\log p$ 자체를 움직입니다.
# - (25)부터 (28)까지가 등식인 것은 그 비가 $z$에 따라 달라지지 않기 때문이고, (40)이 부등식인 것은 그 비가 달라지기 때문입니다.
# - 확산의 상한도 같은 것입니다. 경로가 숨은 변수이고 전방 과정이 $q$입니다. $x_0$을 조건으로 두면 데이터를 몰라도 $q$의 방향이 뒤집히고, 분수가 약분되어 가우스 분포 사이의 KL 발산이 남습니다.
# - $L_T$는 정해져 있고, $L_{t-1}$은 두 가우스 분포를 견주며, $L_0 = -\log p_\theta(x_0\mid x_1)$에는 음의 부호가 있고 픽셀에서는 구간의 확률을 씁니다.
# - $x_0$이 주어졌을 때 모델이 되돌아오는 경로가 전방 과정의 경로 그 자체이면 상한은 빈틈이 없습니다. 단계가 적으면 대가를 치릅니다. 참된 역방향 단계가 가우스 분포가 아니고, 그 분산도 $x_t$에 따라 달라지기 때문입니다. $\sigma_t^2$이 틀려도 대가를 치릅니다.
#
# **한계.** 상한이 좋다고 그림이 좋은 것은 아닙니다. 가능도가 뛰어난 모델이 그림은 못 그릴 수 있고, 거꾸로도 그렇습니다(Theis et al. 2016). 정확한 결과는 모든 것이 가우스 분포이거나 거의 그러한 작은 예에서 얻었고, 숫자 그림에서 얻은 것은 세 장의 상한입니다. 그리고 아직 아무것도 학습하지 않았습니다. $\mu_\theta$는 주어져 있었습니다. 신경망이 무엇을 예측해야 하는지, $L_{t-1}$마다 어떤 가중치를 주어야 하는지는 [4장](04_loss.ipynb)에서 다룹니다.
#
# **출처.** Jordan et al. 1999와 Kingma & Welling 2014(하한, 가우스 분포의 KL은 부록 B). Jensen 1906. Feller 1949와 Sohl-Dickstein et al. 2015, 2절(작은 단계의 방향 뒤집기, 경로에 대한 상한). Ho, Jain & Abbeel 2020, 식 1, 3, 5부터 7까지, 3.2절(두 가지 분산), 3.3절(식 13, 이산 디코더), 4.3절(비트가 있는 곳). Nichol & Dhariwal 2021(마지막 단계의 분산). Theis, van den Oord & Bethge 2016(가능도와 샘플). 숫자 그림: MNIST, LeCun, Cortes & Burges 1998.
#
# 전체 지도로 돌아가기: [환영합니다](00_welcome.ipynb).
