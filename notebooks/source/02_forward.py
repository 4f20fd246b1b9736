# %% [markdown] key="title" lang="en"
# # 2 · The forward process: a digit dissolves
#
# Destroying a picture with noise needs no intelligence, only a recipe. This chapter is that recipe: one small step,
# then one thousand of them, then a single jump that lands in the same place.
#
# Everything here can be computed exactly, so nothing has to be believed: each formula is run beside its derivation,
# and where a lecture note, a slide or a web page carries a misprint we run the misprint too and watch the number it
# gets wrong.
#
# Run the cells one by one with Shift + Enter, and answer each question before you run the cell under it. The first thing to appear is a slider over all timesteps. It stands at its noisy end; at the other end hides a real handwritten digit.

# %% [markdown] key="title" lang="id" ref="d97576b1"
# # 2 · Proses maju: sebuah angka perlahan larut
#
# Merusak gambar dengan noise (derau) tidak butuh kecerdasan, cukup sebuah resep. Bab ini berisi resep itu: mula-mula
# satu langkah kecil, lalu seribu langkah, dan akhirnya satu lompatan yang mendarat di tempat yang sama.
#
# Semua yang ada di sini dapat dihitung secara eksak, jadi tidak ada yang perlu dipercaya begitu saja: setiap rumus kita
# jalankan berdampingan dengan penurunannya. Bila sebuah catatan kuliah, salindia, atau halaman web memuat salah cetak, salah cetak itu pun kita
# jalankan, supaya kelihatan hasil mana yang dibuatnya meleset.
#
# Jalankan selnya satu per satu dengan Shift + Enter, dan jawab setiap pertanyaan sebelum menjalankan sel di bawahnya. Yang pertama muncul adalah penggeser untuk semua timestep (langkah waktu). Penggeser itu
# berdiri di ujung noise; di ujung lainnya bersembunyi angka tulisan tangan asli.

# %% [markdown] key="title" lang="ko" ref="d97576b1"
# # 2 · 전방 과정: 흩어지는 숫자
#
# 그림을 노이즈로 망가뜨리는 데에는 지능이 필요 없습니다. 레시피 하나면 됩니다. 이 장이 바로 그 레시피입니다. 먼저 작은 한 단계를 밟고, 그 단계를 천 번 되풀이한 다음, 같은 곳에 단번에 닿는 건너뛰기를 배웁니다.
#
# 여기 나오는 것은 모두 정확하게 계산할 수 있으니, 덮어놓고 믿어야 할 것은 하나도 없습니다. 수식은 유도하는 자리에서 바로 실행하고, 강의 노트나 슬라이드, 웹 글에 오식이 있으면 그 오식도 실행해서 어떤 수가 틀리게 나오는지 지켜봅니다.
#
# Shift + Enter로 셀을 하나씩 실행하고, 질문이 나오면 아래 셀을 실행하기 전에 먼저 답하십시오. 맨 먼저 모든 타임스텝을 훑는 슬라이더가 나타납니다. 슬라이더는 노이즈 쪽 끝에 서 있고, 반대쪽 끝에는 진짜 손글씨 숫자가 숨어 있습니다.

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
player(film.tracks, times=film.times, index=1000, alt=lang.text("alt.forward.film"))

# %% [markdown] key="first-question" lang="en"
# $t = 0$ is the clean image $x_0$; $t = T = 1000$ is the last one, $x_T$. In between, the picture's contrast shrinks
# while the noise grows.
#
# **Before reading on, note a number:** drag the slider from the right end, where it stands, to the left. At which $t$ do you
# first know which digit it is? We return to it under *Schedules*.
#
# ## 1 · One step
#
# **Definition.** A single step shrinks the image a little and adds a little fresh Gaussian noise:
#
# $$q(x_t\mid x_{t-1}) := \mathcal N\!\left(x_t;\ \sqrt{1-\beta_t}\,x_{t-1},\ \beta_t I\right) \tag{5}$$
#
# The number at the right is that of the derivation kept in the [ledger](appendix_ledger.ipynb), where every equation is
# executed; our order is not quite the derivation's, so (5) comes before (1).
#
# $\beta_t$ is the variance of the noise that step $t$ adds. A draw from this density is
#
# $$x_t = \sqrt{1-\beta_t}\;x_{t-1} + \sqrt{\beta_t}\;\epsilon_t \tag{6}$$
#
# with $\epsilon_t \sim \mathcal N(0, I)$, the noise of step $t$.
#
# These are two different kinds of object. The first line is a *density*, the second a *random draw* from it, so we
# never put an equals sign between them: $x_t \sim q(x_t \mid x_{t-1})$. And only the first line is a definition, which is what
# $:=$ says. One lecture note prints $:=$ in front of every later line as well; those lines are consequences, which is why they
# can be checked.
#
# **Commit to an answer:** a pixel has the value 1.3 at $t-1 = 499$. What is the mean of its value at $t = 500$?
# (a) $\sqrt{1-\beta_t}$ (b) $1.3\,\sqrt{1-\beta_t}$ (c) 1.3

# %% [markdown] key="first-question" lang="id" ref="c0b68167"
# $t = 0$ adalah gambar bersih $x_0$; $t = T = 1000$ adalah yang terakhir, $x_T$. Di antara keduanya, kontras gambar
# menyusut sementara noise makin kuat.
#
# **Sebelum lanjut membaca, catat satu bilangan:** geser penggesernya dari ujung kanan, tempatnya berdiri sekarang, ke kiri.
# Pada $t$ berapa kita pertama kali tahu itu angka berapa? Catatan ini kita buka lagi di bagian *Jadwal*.
#
# ## 1 · Satu langkah
#
# **Definisi.** Satu langkah menyusutkan gambar sedikit dan menambahkan sedikit noise Gaussian yang baru:
#
# $$q(x_t\mid x_{t-1}) := \mathcal N\!\left(x_t;\ \sqrt{1-\beta_t}\,x_{t-1},\ \beta_t I\right) \tag{5}$$
#
# Nomor di sebelah kanan adalah nomor dalam penurunan yang tersimpan di [buku besar persamaan](appendix_ledger.ipynb), tempat setiap
# persamaan dijalankan; urutan kita tidak persis sama dengan urutan penurunan itu, maka (5) datang lebih dulu daripada (1).
#
# $\beta_t$ adalah varians noise yang ditambahkan oleh langkah $t$. Satu sampel acak dari densitas ini adalah
#
# $$x_t = \sqrt{1-\beta_t}\;x_{t-1} + \sqrt{\beta_t}\;\epsilon_t \tag{6}$$
#
# dengan $\epsilon_t \sim \mathcal N(0, I)$, yaitu noise langkah $t$.
#
# Keduanya berbeda jenis. Baris pertama adalah *densitas*, baris kedua adalah *sampel acak* dari densitas itu. Karena
# itu di antara keduanya tidak pernah kita taruh tanda sama dengan: $x_t \sim q(x_t \mid x_{t-1})$. Lagi pula, hanya baris
# pertama yang merupakan definisi, dan itulah arti $:=$. Sebuah catatan kuliah membubuhkan $:=$ juga di depan setiap baris
# berikutnya, padahal baris-baris itu akibat; justru karena itulah semuanya dapat diperiksa.
#
# **Putuskan dulu jawabanmu:** sebuah piksel bernilai 1.3 pada $t-1 = 499$. Berapa rata-rata nilainya pada $t = 500$?
# (a) $\sqrt{1-\beta_t}$ (b) $1.3\,\sqrt{1-\beta_t}$ (c) 1.3

# %% [markdown] key="first-question" lang="ko" ref="c0b68167"
# $t = 0$은 깨끗한 이미지 $x_0$이고, $t = T = 1000$은 마지막 이미지 $x_T$입니다. 그 사이에서 그림의 대비는 줄고 노이즈는 커집니다.
#
# **더 읽기 전에 수 하나를 적어 두십시오.** 지금 오른쪽 끝에 있는 슬라이더를 왼쪽으로 끌어 보십시오. 어떤 숫자인지 처음 알아보는 순간의 $t$는 얼마입니까? 이 수는 *스케줄* 절에서 다시 꺼냅니다.
#
# ## 1 · 한 단계
#
# **정의.** 한 단계는 이미지를 조금 줄이고, 새로 뽑은 가우스 노이즈를 조금 더합니다.
#
# $$q(x_t\mid x_{t-1}) := \mathcal N\!\left(x_t;\ \sqrt{1-\beta_t}\,x_{t-1},\ \beta_t I\right) \tag{5}$$
#
# 오른쪽의 번호는 [수식 장부](appendix_ledger.ipynb)에 실린 유도 과정의 번호이며, 장부에서는 모든 수식을 실행해 볼 수 있습니다. 이 장의 순서는 그 유도와 조금 달라서 (5)가 (1)보다 먼저 나옵니다.
#
# $\beta_t$는 단계 $t$에서 더하는 노이즈의 분산입니다. 이 밀도에서 값을 하나 뽑으면 다음과 같습니다.
#
# $$x_t = \sqrt{1-\beta_t}\;x_{t-1} + \sqrt{\beta_t}\;\epsilon_t \tag{6}$$
#
# 여기서 $\epsilon_t \sim \mathcal N(0, I)$는 단계 $t$의 노이즈입니다.
#
# 두 식은 종류부터 다릅니다. 첫째 식은 *밀도*이고, 둘째 식은 그 밀도에서 *무작위로 뽑은 값*입니다. 그래서 둘을 등호로 잇지 않고 $x_t \sim q(x_t \mid x_{t-1})$로 씁니다. 또 정의는 첫째 식뿐입니다. 기호 $:=$가 바로 그 뜻입니다. 뒤에 나오는 식에까지 일일이 $:=$를 붙인 강의 노트도 있지만, 그 식은 모두 정의에서 따라 나오는 결과입니다. 결과이기 때문에 맞는지 확인할 수 있습니다.
#
# **답을 먼저 정하십시오.** $t-1 = 499$에서 어느 픽셀의 값이 1.3입니다. $t = 500$에서 그 픽셀 값의 평균은 얼마입니까?
# (a) $\sqrt{1-\beta_t}$ (b) $1.3\,\sqrt{1-\beta_t}$ (c) 1.3

# %% key="imports"
from torch.distributions import MultivariateNormal, Normal

from course_lib import figures, forward, gaussians
from course_lib.exercises import check, solution

# %% key="step-moments"
c, t, n = 1.3, 500, 100_000
beta_t = schedule.beta[t]
law = Normal((1 - beta_t) ** 0.5 * c, beta_t**0.5)
eps = noise(n, seed=1)
x_t = forward.q_step(torch.full((n,), c, dtype=torch.float64), t, eps, schedule)
error = ((x_t - law.mean) / law.stddev - eps).abs().max()
print("x_t", tuple(x_t.shape), f"beta_t {beta_t:.5f}  max|error| {error:.0e}")
assert error < 1e-12

a, b, se = float((1 - beta_t) ** 0.5), float(law.mean), float(x_t.std()) / n**0.5
print(f"mean {x_t.mean():.4f}  std {x_t.std():.4f}")
print(f"(a) {a:.4f}  (b) {b:.4f}  (c) {c:.4f}  5 se {5 * se:.4f}")
assert abs(x_t.mean() - b) < 5 * se
assert min(abs(x_t.mean() - a), abs(x_t.mean() - c)) > 5 * se

# %% [markdown] key="step-answer" lang="en"
# It is (b), 1.2935. Answer (a), 0.9950, is what the same lecture note prints when it says that
# “$\sqrt{1-\beta_t}$ is the mean”: that is only the coefficient of the mean. Answer (c) is off by 0.0065, far outside
# five standard errors (0.0016) of the measured mean. (The error in the first line compares density and draw: take the density's
# mean away from a draw, divide by its standard deviation, and $\epsilon_t$ comes back.)
#
# **Why the square roots?** Because variances add, not standard deviations. If $x_{t-1}$ has variance 1, then $x_t$ has
# variance $(1-\beta_t) + \beta_t = 1$ again. Follow that variance for 1000 steps with two tempting alternatives.

# %% [markdown] key="step-answer" lang="id" ref="c288a796"
# Jawabannya (b), 1.2935. Jawaban (a), 0.9950, keluar bila kita menuruti catatan kuliah yang sama, yang mengatakan
# “$\sqrt{1-\beta_t}$ adalah rata-ratanya”, padahal itu baru koefisiennya. Jawaban (c) meleset 0.0065 dari nilai eksak itu, jauh di luar
# lima galat baku (0.0016) rata-rata terukur. (Galat di baris pertama membandingkan densitas dengan sampelnya: kurangi sampel dengan
# rata-rata densitas itu, bagi dengan simpangan bakunya, dan $\epsilon_t$ pun kembali.)
#
# **Mengapa pakai akar kuadrat?** Sebab yang dijumlahkan adalah varians, bukan simpangan baku. Bila $x_{t-1}$ bervarians 1,
# varians $x_t$ adalah $(1-\beta_t) + \beta_t = 1$ lagi. Mari ikuti varians itu selama 1000 langkah, bersama dua aturan
# lain yang sekilas menggoda.

# %% [markdown] key="step-answer" lang="ko" ref="c288a796"
# 답은 (b), 1.2935입니다. 앞서 말한 강의 노트에는 “$\sqrt{1-\beta_t}$가 평균이다”라고 적혀 있는데, 그 말대로라면 (a)의 0.9950입니다. 그러나 이 값은 평균에 붙는 계수일 뿐입니다. (c)는 0.0065만큼 어긋나 있습니다. 측정한 평균에서 표준오차의 다섯 배(0.0016)를 훌쩍 넘는 차이입니다. (첫 줄의 오차는 밀도와 뽑은 값을 견준 것입니다. 뽑은 값에서 밀도의 평균을 빼고 표준편차로 나누면 $\epsilon_t$가 되돌아옵니다.)
#
# **왜 제곱근입니까?** 더해지는 것은 표준편차가 아니라 분산이기 때문입니다. $x_{t-1}$의 분산이 1이면 $x_t$의 분산은 $(1-\beta_t) + \beta_t = 1$로 그대로입니다. 그럴듯해 보이는 다른 식 두 가지와 함께 이 분산을 1000단계 동안 따라가 봅시다.

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
    ax.semilogy(v)
    ax.text(1060, v[-1], name, va="center")
figures.show(fig, "alt.forward.variance")

# %% [markdown] key="step-variance-note" lang="en"
# Only the first rule keeps the variance at 1. With $\beta_t\epsilon$ (a bug met in public code) the
# variance falls to 0.0190: an almost even grey instead of noise. Without the shrinking factor the variance climbs to
# 11.0500. That is not wrong, it is another family (“variance exploding”, Song et al. 2021); but its end is not
# $\mathcal N(0, I)$.
#
# One more letter: $\alpha_t := 1 - \beta_t$. With it the step reads
#
# $$x_t = \sqrt{\alpha_t}\,x_{t-1} + \sqrt{1-\alpha_t}\,\epsilon_t \tag{7}$$
#
# **Is $\alpha_t$ large or small?** An introductory course module calls it “a small parameter that controls how much noise is
# added”. Choose before you run.

# %% [markdown] key="step-variance-note" lang="id" ref="6af9a52e"
# Hanya aturan pertama yang menjaga varians tetap 1. Dengan $\beta_t\epsilon$ (bug yang ditemukan dalam kode publik)
# varians gambar turun sampai 0.0190: yang tersisa kelabu yang nyaris rata, bukan noise. Tanpa faktor penyusut, varians naik
# sampai 11.0500. Itu tidak salah, hanya berasal dari keluarga lain (“variance exploding”, Song et al. 2021); tetapi ujungnya
# bukan $\mathcal N(0, I)$.
#
# Satu huruf lagi: $\alpha_t := 1 - \beta_t$. Dengan huruf ini, langkah kita berbunyi
#
# $$x_t = \sqrt{\alpha_t}\,x_{t-1} + \sqrt{1-\alpha_t}\,\epsilon_t \tag{7}$$
#
# **Nilai $\alpha_t$ itu besar atau kecil?** Sebuah modul pengantar menyebutnya “parameter kecil yang mengatur seberapa banyak
# noise ditambahkan”. Pilih dulu, baru jalankan.

# %% [markdown] key="step-variance-note" lang="ko" ref="6af9a52e"
# 분산을 1로 지키는 것은 첫째 규칙뿐입니다. $\beta_t\epsilon$을 쓰면(공개된 코드에서 실제로 보이는 버그입니다) 분산이 0.0190까지 줄어, 이미지는 노이즈가 되지 않고 거의 고른 회색으로 바랩니다. 줄이는 계수를 빼면 분산은 11.0500까지 올라갑니다. 이것은 틀린 식이 아니라 다른 계열(“variance exploding”, Song et al. 2021)입니다. 다만 그 끝이 $\mathcal N(0, I)$가 아닙니다.
#
# 기호가 하나 더 있습니다. $\alpha_t := 1 - \beta_t$입니다. 이것으로 한 단계를 다시 쓰면 다음과 같습니다.
#
# $$x_t = \sqrt{\alpha_t}\,x_{t-1} + \sqrt{1-\alpha_t}\,\epsilon_t \tag{7}$$
#
# **이 $\alpha_t$는 큽니까, 작습니까?** 어느 입문 강의 자료는 이것을 “더하는 노이즈의 양을 조절하는 작은 매개변수”라고 부릅니다. 실행하기 전에 고르십시오.

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
# not learned, although the table of symbols in one blog post says so. (Kingma et al. 2021 do learn a schedule; it is an option.)
#
# ### A timestep for each image
#
# Images come in batches of shape `(B, 1, 28, 28)`, and each image of a batch may be at a timestep of its own. So `t` has the shape
# `(B,)`, and so has `schedule.beta[t]`: one value per image. To multiply each image by *its* value, give the values the shape
# `(B, 1, 1, 1)`. An axis of length 1 is stretched over the other tensor's axis (*broadcasting*), the axis of the images stays in step.
#
# **Predict:** three images, all pixels 1, at $t$ = 1, 500 and 1000, multiplied like this. What does the second image hold?

# %% [markdown] key="alpha-size-note" lang="id" ref="0e4a9a6c"
# $\alpha_t$ terletak di antara 0.98 dan 0.9999: itulah bagian *varians* sinyal yang dipertahankan oleh satu langkah. Yang
# kecil adalah $\beta_t$. Seandainya $\alpha_t$ hanya 0.02, satu langkah menyisakan 14% amplitudo gambar, dan dua langkah
# tinggal 2%.
#
# Syarat terakhir dalam sel itu patut dilihat sekali lagi: $\beta_t$ tidak punya gradien. Pada DDPM nilainya ditetapkan sebelum
# pelatihan, bukan dipelajari, walaupun tabel lambang dalam sebuah tulisan blog mengatakan sebaliknya. (Kingma et al. 2021 memang
# mempelajari jadwalnya; itu sebuah pilihan.)
#
# ### Satu timestep untuk tiap gambar
#
# Gambar datang dalam batch berbentuk `(B, 1, 28, 28)`, dan tiap gambar dalam satu batch boleh berada pada timestep-nya sendiri. Maka `t`
# berbentuk `(B,)`, begitu pula `schedule.beta[t]`: satu nilai untuk satu gambar. Supaya tiap gambar dikalikan dengan nilai *miliknya*,
# beri nilai-nilai itu bentuk `(B, 1, 1, 1)`. Sumbu yang panjangnya 1 direntangkan mengikuti sumbu tensor yang lain (*broadcasting*),
# sedangkan sumbu gambarnya tetap berpasangan satu-satu.
#
# **Ramalkan:** tiga gambar yang semua pikselnya 1, pada $t$ = 1, 500, dan 1000, dikalikan dengan cara ini. Apa isi gambar kedua?

# %% [markdown] key="alpha-size-note" lang="ko" ref="0e4a9a6c"
# $\alpha_t$는 0.98과 0.9999 사이에 있으며, 신호의 *분산* 가운데 한 단계가 남기는 몫입니다. 작은 쪽은 $\beta_t$입니다. $\alpha_t$가 0.02였다면 이미지의 진폭은 한 단계 만에 14%, 두 단계 만에 2%로 줄었을 것입니다.
#
# 셀의 마지막 조건도 눈여겨보십시오. $\beta_t$에는 기울기(gradient)가 없습니다. 어느 블로그 글의 기호표에는 이 값을 학습한다고 적혀 있지만, DDPM에서는 학습을 시작하기 전에 정해 두고 바꾸지 않습니다. (Kingma et al. 2021은 실제로 스케줄을 학습합니다. 그런 방법도 있다는 뜻입니다.)
#
# ### 이미지마다 타임스텝 하나
#
# 이미지는 모양이 `(B, 1, 28, 28)`인 배치로 다루고, 한 배치 안에서도 이미지마다 타임스텝이 다를 수 있습니다. 그래서 `t`의 모양은 `(B,)`이고, `schedule.beta[t]`도 마찬가지로 이미지마다 값이 하나씩입니다. 이미지마다 *자기* 값을 곱하려면 이 값들의 모양을 `(B, 1, 1, 1)`로 바꿉니다. 길이가 1인 축은 상대 텐서의 축에 맞추어 늘어나고(*브로드캐스팅*), 이미지의 축은 하나씩 짝을 맞춥니다.
#
# **예측해 보십시오.** 모든 픽셀이 1인 이미지 세 장이 각각 $t$ = 1, 500, 1000에 있습니다. 이렇게 곱하면 둘째 이미지에는 어떤 값이 들어 있겠습니까?

# %% key="one-per-image"
t = torch.tensor([1, 500, 1000])
beta_t = schedule.beta[t]
wide = beta_t.reshape(-1, 1, 1, 1)
product = wide * torch.ones(3, 1, 28, 28)
print(*(tuple(one.shape) for one in (beta_t, wide, product)))
for one, value in zip(product, beta_t, strict=True):
    print(f"{one.min():.5f} .. {one.max():.5f}")
    assert one.min() == one.max() == value

# %% [markdown] key="one-per-image-note" lang="en"
# Every pixel of the second image is 0.01004, its own $\beta_{500}$, and no other image was touched by that value.
#
# ### Exercise: one step
#
# Write `q_step(x_prev, t, eps, schedule)`: the draw of equation (6) that the given noise makes. `x_prev` and `eps` are batches of
# images `(B, C, H, W)`, `t` holds one integer per image, shape `(B,)`, values in $1..T$; `schedule.beta[t]` reads the table. Each image
# gets its own $\beta_t$. Draw no noise of your own.
#
# The check names the property that fails and the likely mistake. To compare with ours afterwards, run
# `solution("forward.q_step")` in a new cell.

# %% [markdown] key="one-per-image-note" lang="id" ref="ae0782cd"
# Setiap piksel gambar kedua bernilai 0.01004, yaitu $\beta_{500}$ miliknya sendiri, dan nilai itu tidak menyentuh gambar lain.
#
# ### Latihan: satu langkah
#
# Tulis `q_step(x_prev, t, eps, schedule)`: sampel menurut persamaan (6) yang dihasilkan oleh noise yang diberikan. `x_prev` dan `eps`
# adalah batch gambar `(B, C, H, W)`; `t` berisi satu bilangan bulat untuk tiap gambar, berbentuk `(B,)`, dengan nilai $1..T$;
# `schedule.beta[t]` membaca tabelnya. Tiap gambar memakai $\beta_t$ miliknya sendiri. Jangan mengambil noise sendiri.
#
# Pemeriksaannya menyebut sifat yang belum terpenuhi dan kekeliruan yang mungkin terjadi. Untuk membandingkan jawabanmu dengan
# versi kursus ini, jalankan `solution("forward.q_step")` di sel baru.

# %% [markdown] key="one-per-image-note" lang="ko" ref="ae0782cd"
# 둘째 이미지의 픽셀은 모두 자기 $\beta_{500}$인 0.01004이고, 이 값은 다른 이미지에 영향을 주지 않았습니다.
#
# ### 연습문제: 한 단계
#
# `q_step(x_prev, t, eps, schedule)` 함수를 작성하십시오. 주어진 노이즈로 식 (6)의 값을 만들어 돌려줍니다. `x_prev`와 `eps`는 이미지 배치 `(B, C, H, W)`이고, `t`는 모양이 `(B,)`인 텐서로 이미지마다 $1..T$의 정수가 하나씩 들어 있습니다. 표는 `schedule.beta[t]`로 읽습니다. 이미지마다 자기 $\beta_t$를 쓰고, 노이즈를 따로 뽑지는 마십시오.
#
# 확인 셀은 어떤 성질이 어긋났는지, 어떤 실수를 한 것 같은지 알려 줍니다. 다 푼 뒤에 이 강의의 풀이와 비교하려면 새 셀에서 `solution("forward.q_step")` 코드를 실행하십시오.

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

# %% [markdown] key="chain" lang="id" ref="3a8815b3"
# ## 2 · Rantai
#
# Satu langkah hampir tidak kelihatan. Seribu langkah, masing-masing dengan noise baru, menjadi perjalanan dari angka menuju
# noise:

# %% [markdown] key="chain" lang="ko" ref="3a8815b3"
# ## 2 · 연쇄
#
# 한 단계로는 티가 거의 나지 않습니다. 그러나 매번 새 노이즈를 뽑으며 천 단계를 걸으면 숫자에서 출발해 노이즈에 이릅니다.

# %% key="chain-strip"
path = [x_0.double()]
for t in range(1, schedule.T + 1):
    path.append(forward.q_step(path[-1], t, noise(*x_0.shape, seed=t), schedule))
path = torch.stack(path)
shown = [0, 1, 50, 100, 150, 200, 300, 500, 1000]
print("path", tuple(path.shape), f"std {path[0].std():.3f} .. {path[-1].std():.3f}")
figures.show(figures.strip(path[shown], [f"$x_{{{t}}}$" for t in shown]), "alt.forward.path")

# %% [markdown] key="chain-joint" lang="en"
# The printed standard deviation climbs from 0.525 to 1.011: this digit's own variance is not 1. The rule keeps a variance
# of 1, and draws any other towards it.
#
# The walk as a whole has a density too. The forward process defines it as the product of its steps (Ho et al. 2020, eq. 2):
#
# $$q(x_{1:T}\mid x_0) := \prod_{t=1}^{T} q(x_t\mid x_{t-1}) \tag{1}$$
#
# Where does such a product come from? The chain rule of probability, written for any sequence, is
#
# $$q(x_{1:T}\mid x_0) = \frac{q(x_T\mid x_{T-1},\dots,x_0)\;q(x_{T-1}\mid x_{T-2},\dots,x_0)\cdots q(x_0)}{q(x_0)} \tag{2}$$
#
# In our walk each state depends only on the one before it; that is what *Markov chain* means. It strikes out
# everything but the nearest state in each condition,
#
# $$q(x_{1:T}\mid x_0) = \frac{q(x_T\mid x_{T-1})\;q(x_{T-1}\mid x_{T-2})\cdots q(x_1\mid x_0)\;q(x_0)}{q(x_0)} \tag{3}$$
#
# then $q(x_0)$ cancels, and the steps remain:
#
# $$q(x_{1:T}\mid x_0) = \prod_{t=1}^{T} q(x_t\mid x_{t-1}) \tag{4}$$
#
# **Check it.** For one pixel and 8 steps, $x_{1:8}$ is an 8-dimensional Gaussian whose covariance $C$ follows from the
# steps alone. Is its log-density the sum of the 8 step log-densities? And is the product of the separate marginals
# $q(x_t \mid x_0)$ the same thing? Guess both before you run.

# %% [markdown] key="chain-joint" lang="id" ref="4630fc33"
# Simpangan baku yang tercetak naik dari 0.525 ke 1.011: varians angka ini sendiri bukan 1. Aturan tadi menjaga varians 1,
# dan menarik varians lain ke arahnya.
#
# Perjalanan itu sebagai satu kesatuan pun memiliki densitas. Proses maju mendefinisikannya sebagai hasil kali langkah-langkahnya
# (Ho et al. 2020, pers. 2):
#
# $$q(x_{1:T}\mid x_0) := \prod_{t=1}^{T} q(x_t\mid x_{t-1}) \tag{1}$$
#
# Dari mana asal hasil kali seperti ini? Untuk barisan apa pun, aturan rantai peluang berbunyi
#
# $$q(x_{1:T}\mid x_0) = \frac{q(x_T\mid x_{T-1},\dots,x_0)\;q(x_{T-1}\mid x_{T-2},\dots,x_0)\cdots q(x_0)}{q(x_0)} \tag{2}$$
#
# Dalam perjalanan kita, setiap keadaan hanya bergantung pada keadaan tepat sebelumnya; itulah arti *rantai Markov*. Sifat ini
# mencoret semua syarat kecuali keadaan yang terdekat,
#
# $$q(x_{1:T}\mid x_0) = \frac{q(x_T\mid x_{T-1})\;q(x_{T-1}\mid x_{T-2})\cdots q(x_1\mid x_0)\;q(x_0)}{q(x_0)} \tag{3}$$
#
# lalu $q(x_0)$ saling menghapus, dan tinggallah langkah-langkahnya:
#
# $$q(x_{1:T}\mid x_0) = \prod_{t=1}^{T} q(x_t\mid x_{t-1}) \tag{4}$$
#
# **Mari periksa.** Untuk satu piksel dan 8 langkah, $x_{1:8}$ adalah Gaussian berdimensi 8, dan kovariansnya, $C$, dapat
# disusun dari langkah-langkahnya saja. Apakah log-densitasnya sama dengan jumlah 8 log-densitas langkah? Lalu, apakah hasil
# kali marginal $q(x_t \mid x_0)$ satu per satu juga sama? Tebak keduanya sebelum menjalankan sel.

# %% [markdown] key="chain-joint" lang="ko" ref="4630fc33"
# 출력된 표준편차는 0.525에서 1.011로 커집니다. 이 숫자 그림 자체의 분산은 1이 아니기 때문입니다. 앞의 규칙은 분산 1을 지키고, 다른 분산은 그쪽으로 끌어당깁니다.
#
# 걸은 경로 전체에도 밀도가 있습니다. 전방 과정은 이 밀도를 각 단계의 곱으로 정의합니다(Ho et al. 2020, 식 2).
#
# $$q(x_{1:T}\mid x_0) := \prod_{t=1}^{T} q(x_t\mid x_{t-1}) \tag{1}$$
#
# 이런 곱은 어디에서 옵니까? 확률의 연쇄 법칙은 어떤 확률변수의 열에나 성립하며, 다음과 같이 씁니다.
#
# $$q(x_{1:T}\mid x_0) = \frac{q(x_T\mid x_{T-1},\dots,x_0)\;q(x_{T-1}\mid x_{T-2},\dots,x_0)\cdots q(x_0)}{q(x_0)} \tag{2}$$
#
# 우리 경로에서 각 상태는 바로 앞 상태에만 달려 있습니다. *마르코프 연쇄*란 이런 뜻입니다. 그래서 조건마다 가장 가까운 상태만 남고 나머지는 지워집니다.
#
# $$q(x_{1:T}\mid x_0) = \frac{q(x_T\mid x_{T-1})\;q(x_{T-1}\mid x_{T-2})\cdots q(x_1\mid x_0)\;q(x_0)}{q(x_0)} \tag{3}$$
#
# 이제 $q(x_0)$이 약분되어 사라지고 각 단계만 남습니다.
#
# $$q(x_{1:T}\mid x_0) = \prod_{t=1}^{T} q(x_t\mid x_{t-1}) \tag{4}$$
#
# **확인해 봅시다.** 픽셀 하나로 8단계를 걸으면 $x_{1:8}$은 8차원 가우스 분포를 따르고, 그 공분산 $C$는 각 단계의 식만으로 정해집니다. 이 분포의 로그 밀도는 8단계의 로그 밀도를 모두 더한 값과 같습니까? 또 주변분포 $q(x_t \mid x_0)$을 하나씩 구해 곱한 것과도 같습니까? 실행하기 전에 둘 다 짐작해 보십시오.

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
    one.set_xticks(range(1, 9))
    one.set_yticks(range(1, 9))
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
# **Substitute** into (7) what (7) itself says of $x_{t-1}$, with the noise $\epsilon_{t-1}$ of its own step:
#
# $$x_t = \sqrt{\alpha_t}\left(\sqrt{\alpha_{t-1}}\,x_{t-2} + \sqrt{1-\alpha_{t-1}}\,\epsilon_{t-1}\right) + \sqrt{1-\alpha_t}\,\epsilon_t \tag{8}$$
#
# **Expand:**
#
# $$x_t = \sqrt{\alpha_t\alpha_{t-1}}\,x_{t-2} + \sqrt{\alpha_t-\alpha_t\alpha_{t-1}}\,\epsilon_{t-1} + \sqrt{1-\alpha_t}\,\epsilon_t \tag{9}$$

# %% [markdown] key="chain-precision-note" lang="id" ref="94b8aabd"
# Inilah suku-suku yang dicoret tadi, dalam gambar. Semua keadaan saling berkorelasi (kiri, tidak ada satu pun nol), tetapi
# matriks inversnya (kanan) hanya memiliki tiga diagonal: *begitu tetangganya diketahui*, sebuah keadaan tidak tahu apa-apa
# lagi tentang yang lain. Jumlah log-densitas langkah sama dengan log-densitas gabungan sampai digit terakhir; hasil kali
# marginal adalah densitas lain, sebab ia melupakan bahwa keadaan-keadaan dalam satu perjalanan saling terkait.
#
# ## 3 · Dua langkah menjadi satu
#
# Seribu langkah hanya untuk membuat satu gambar pelatihan jelas terlalu lambat. Maka kita cari jalan pintas, baris demi baris.
#
# **Substitusikan** ke dalam (7) apa yang dikatakan (7) sendiri tentang $x_{t-1}$, dengan $\epsilon_{t-1}$, noise dari langkahnya sendiri:
#
# $$x_t = \sqrt{\alpha_t}\left(\sqrt{\alpha_{t-1}}\,x_{t-2} + \sqrt{1-\alpha_{t-1}}\,\epsilon_{t-1}\right) + \sqrt{1-\alpha_t}\,\epsilon_t \tag{8}$$
#
# **Jabarkan:**
#
# $$x_t = \sqrt{\alpha_t\alpha_{t-1}}\,x_{t-2} + \sqrt{\alpha_t-\alpha_t\alpha_{t-1}}\,\epsilon_{t-1} + \sqrt{1-\alpha_t}\,\epsilon_t \tag{9}$$

# %% [markdown] key="chain-precision-note" lang="ko" ref="94b8aabd"
# 지워진 항이 그림으로 보입니다. 왼쪽을 보면 모든 상태가 서로 상관되어 있어 빈칸이 하나도 없습니다. 그런데 오른쪽의 역행렬에는 대각선 세 줄만 있습니다. *이웃을 알고 나면* 그 밖의 상태는 아무것도 더 알려 주지 않는다는 뜻입니다. 단계별 로그 밀도의 합은 결합 로그 밀도와 마지막 자리까지 같습니다. 주변분포의 곱은 다른 밀도입니다. 한 경로의 상태가 서로 이어져 있다는 사실을 잊기 때문입니다.
#
# ## 3 · 두 단계를 하나로
#
# 학습 이미지 한 장을 만들 때마다 천 단계를 밟는다면 너무 느립니다. 그래서 지름길을 한 줄씩 찾아봅니다.
#
# **대입.** 식 (7)의 $x_{t-1}$을 식 (7)의 한 단계 앞 식으로 바꿉니다. 그 단계의 노이즈는 $\epsilon_{t-1}$입니다.
#
# $$x_t = \sqrt{\alpha_t}\left(\sqrt{\alpha_{t-1}}\,x_{t-2} + \sqrt{1-\alpha_{t-1}}\,\epsilon_{t-1}\right) + \sqrt{1-\alpha_t}\,\epsilon_t \tag{8}$$
#
# **전개.** 괄호를 풉니다.
#
# $$x_t = \sqrt{\alpha_t\alpha_{t-1}}\,x_{t-2} + \sqrt{\alpha_t-\alpha_t\alpha_{t-1}}\,\epsilon_{t-1} + \sqrt{1-\alpha_t}\,\epsilon_t \tag{9}$$

# %% key="two-expand"
x, eps_1, eps_2 = noise(3, 1000, seed=3)
a_1, a_2 = 0.9, 0.7
nested = a_2**0.5 * (a_1**0.5 * x + (1 - a_1) ** 0.5 * eps_1) + (1 - a_2) ** 0.5 * eps_2
expanded = (a_2 * a_1) ** 0.5 * x + (a_2 - a_2 * a_1) ** 0.5 * eps_1 + (1 - a_2) ** 0.5 * eps_2
print("x_t", tuple(nested.shape), f"max|error| {(nested - expanded).abs().max():.0e}")
assert (nested - expanded).abs().max() < 1e-12

# %% [markdown] key="two-merge" lang="en"
# The index of the noise is only a label: here, as in most papers, $\epsilon_t$ is the noise that turns $x_{t-1}$ into $x_t$; the lecture
# note of section 1 calls the same thing $\epsilon_{t-1}$. What matters is only that it is *fresh*: independent of $x_{t-1}$ and so of the noise before it.
#
# **Merge.** The sum of two independent Gaussians is a Gaussian whose means add and whose variances add:
#
# $$\mathcal N(\mu_1,\sigma_1^2)+\mathcal N(\mu_2,\sigma_2^2)\ \longrightarrow\ \mathcal N(\mu_1+\mu_2,\ \sigma_1^2+\sigma_2^2)$$
#
# **Commit:** let $\alpha_t = \alpha_{t-1} = 0.5$ and $x_{t-2} = 0$. One learner draws two noises; another draws one and
# uses it in both steps. Whose $x_t$ is wider, and by how much?

# %% [markdown] key="two-merge" lang="id" ref="d794dfa1"
# Indeks pada noise hanyalah label: di sini, seperti di kebanyakan makalah, $\epsilon_t$ adalah noise yang mengubah $x_{t-1}$ menjadi
# $x_t$; catatan kuliah di bagian 1 menamainya $\epsilon_{t-1}$. Yang penting hanya satu, noise itu *baru*: bebas dari $x_{t-1}$, jadi
# bebas pula dari noise sebelumnya.
#
# **Gabungkan.** Jumlah dua Gaussian yang saling bebas juga Gaussian; rata-ratanya dijumlahkan, variansnya pun dijumlahkan:
#
# $$\mathcal N(\mu_1,\sigma_1^2)+\mathcal N(\mu_2,\sigma_2^2)\ \longrightarrow\ \mathcal N(\mu_1+\mu_2,\ \sigma_1^2+\sigma_2^2)$$
#
# **Putuskan dulu:** misalkan $\alpha_t = \alpha_{t-1} = 0.5$ dan $x_{t-2} = 0$. Seseorang mengambil dua noise; temannya
# mengambil satu saja dan memakainya di kedua langkah. $x_t$ siapa yang lebih lebar, dan berapa selisihnya?

# %% [markdown] key="two-merge" lang="ko" ref="d794dfa1"
# 노이즈의 첨자는 이름표일 뿐입니다. 여기서는 대부분의 논문처럼 $x_{t-1}$을 $x_t$로 바꾸는 노이즈를 $\epsilon_t$라고 쓰고, 1절의 강의 노트는 같은 것을 $\epsilon_{t-1}$이라고 씁니다. 중요한 것은 이 노이즈를 *새로* 뽑았다는 점뿐입니다. 그래서 $x_{t-1}$과 독립이고, 따라서 그 앞의 노이즈와도 독립입니다.
#
# **합치기.** 독립인 두 가우스 변수를 더하면 다시 가우스 변수가 되는데, 평균은 평균끼리, 분산은 분산끼리 더해집니다.
#
# $$\mathcal N(\mu_1,\sigma_1^2)+\mathcal N(\mu_2,\sigma_2^2)\ \longrightarrow\ \mathcal N(\mu_1+\mu_2,\ \sigma_1^2+\sigma_2^2)$$
#
# **답을 먼저 정하십시오.** $\alpha_t = \alpha_{t-1} = 0.5$이고 $x_{t-2} = 0$이라고 합시다. 한 사람은 노이즈를 두 번 뽑고, 다른 사람은 한 번만 뽑아 두 단계에 모두 씁니다. 누구의 $x_t$가 얼마나 더 넓게 퍼지겠습니까?

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
# Both noise terms of (9) have mean 0 and they are independent, so they merge into one, whose variance is the sum:
#
# $$x_t = \sqrt{\alpha_t\alpha_{t-1}}\,x_{t-2} + \sqrt{\alpha_t-\alpha_t\alpha_{t-1}+1-\alpha_t}\;\epsilon \tag{10}$$
#
# **Simplify** under the root:
#
# $$x_t = \sqrt{\alpha_t\alpha_{t-1}}\,x_{t-2} + \sqrt{1-\alpha_t\alpha_{t-1}}\;\epsilon \tag{11}$$
#
# The lecture note prints $\sqrt{1-\alpha_t}\;\epsilon$ in the last place instead. **Which single number tells the two
# apart?** Hint: what must signal² + noise² be?

# %% [markdown] key="two-noises-note" lang="id" ref="3c0a6b93"
# Dua noise yang saling bebas memberi 0.866, satu noise yang dipakai dua kali memberi 1.207 (menurut sampelnya: 0.869 dan
# 1.209). Bila noise-nya sama, yang dijumlahkan adalah simpangan baku (0.500 + 0.707); bila saling bebas, yang dijumlahkan
# adalah varians (0.25 + 0.50). Lupa mengambil noise baru adalah bug yang senyap: programnya tetap berjalan.
#
# Baris terakhir meluruskan aturan yang sering dijumpai, “$\mathcal N(\mu,\sigma_1^2) + \mathcal N(\mu,\sigma_2^2)$ memberi
# $\mathcal N(\mu,\sigma_1^2+\sigma_2^2)$”. Dua rata-rata sebesar 1 berjumlah 2, bukan 1. Di sini aturan itu tidak merusak
# apa-apa, tetapi hanya karena kedua rata-rata kita 0.
#
# Kedua suku noise dalam (9) memiliki rata-rata 0 dan saling bebas, jadi keduanya melebur menjadi satu, dan variansnya adalah jumlahnya:
#
# $$x_t = \sqrt{\alpha_t\alpha_{t-1}}\,x_{t-2} + \sqrt{\alpha_t-\alpha_t\alpha_{t-1}+1-\alpha_t}\;\epsilon \tag{10}$$
#
# **Sederhanakan** isi akarnya:
#
# $$x_t = \sqrt{\alpha_t\alpha_{t-1}}\,x_{t-2} + \sqrt{1-\alpha_t\alpha_{t-1}}\;\epsilon \tag{11}$$
#
# Catatan kuliah tadi mencetak $\sqrt{1-\alpha_t}\;\epsilon$ sebagai suku terakhir. **Satu bilangan mana yang cukup
# untuk membedakan keduanya?** Petunjuk: seharusnya berapa sinyal² + noise²?

# %% [markdown] key="two-noises-note" lang="ko" ref="3c0a6b93"
# 독립인 노이즈 둘을 쓰면 0.866, 노이즈 하나를 두 번 쓰면 1.207입니다(실제로 뽑아 보니 0.869와 1.209). 노이즈가 같으면 표준편차끼리 더해지고(0.500 + 0.707), 독립이면 분산끼리 더해집니다(0.25 + 0.50). 노이즈를 새로 뽑는 것을 잊어도 오류는 나지 않습니다. 소리 없는 버그입니다.
#
# 마지막 줄은 흔히 보이는 규칙 하나를 바로잡습니다. “$\mathcal N(\mu,\sigma_1^2) + \mathcal N(\mu,\sigma_2^2)$은 $\mathcal N(\mu,\sigma_1^2+\sigma_2^2)$이 된다”는 규칙입니다. 평균이 1인 변수 둘을 더하면 평균은 1이 아니라 2입니다. 여기서 이 규칙이 말썽을 부리지 않는 것은 두 평균이 모두 0이기 때문일 뿐입니다.
#
# 식 (9)의 두 노이즈 항은 평균이 모두 0이고 서로 독립이므로 하나로 합쳐지고, 그 분산은 두 분산의 합입니다.
#
# $$x_t = \sqrt{\alpha_t\alpha_{t-1}}\,x_{t-2} + \sqrt{\alpha_t-\alpha_t\alpha_{t-1}+1-\alpha_t}\;\epsilon \tag{10}$$
#
# **정리.** 제곱근 안을 간단히 합니다.
#
# $$x_t = \sqrt{\alpha_t\alpha_{t-1}}\,x_{t-2} + \sqrt{1-\alpha_t\alpha_{t-1}}\;\epsilon \tag{11}$$
#
# 앞서 말한 강의 노트에는 마지막 항이 $\sqrt{1-\alpha_t}\;\epsilon$으로 찍혀 있습니다. **둘을 가려내려면 어떤 수 하나를 보면 되겠습니까?** 힌트: 신호² + 노이즈²는 얼마여야 합니까?

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
# variance would be 0.0100 instead of 0.9214, a standard deviation 9.6 times too small, and the image would simply fade to grey.
#
# The loop above also did the rest of the derivation. It applied *one* step again and again to two numbers, the signal's
# share and the noise's variance $v_t = \alpha_t v_{t-1} + \beta_t$, and at every $t$ they sum to 1. Hence the
# line for three steps,
#
# $$x_t = \sqrt{\alpha_t\alpha_{t-1}\alpha_{t-2}}\,x_{t-3} + \sqrt{1-\alpha_t\alpha_{t-1}\alpha_{t-2}}\;\epsilon \tag{12}$$
#
# the line for four,
#
# $$x_t = \sqrt{\alpha_t\alpha_{t-1}\alpha_{t-2}\alpha_{t-3}}\,x_{t-4} + \sqrt{1-\alpha_t\alpha_{t-1}\alpha_{t-2}\alpha_{t-3}}\;\epsilon \tag{13}$$
#
# and so on, all the way down to $x_0$:
#
# $$x_t = \sqrt{\alpha_t\alpha_{t-1}\cdots\alpha_1}\,x_0 + \sqrt{1-\alpha_t\alpha_{t-1}\cdots\alpha_1}\;\epsilon \tag{14}$$
#
# ## 4 · The jump
#
# Give the product a name, $\bar\alpha_t$, and the shortcut is complete (Ho et al. 2020, eq. 4):
#
# $$x_t = \sqrt{\bar\alpha_t}\,x_0 + \sqrt{1-\bar\alpha_t}\,\epsilon \sim q(x_t\mid x_0), \qquad \bar\alpha_t := \prod_{s=1}^{t}\alpha_s \tag{15}$$
#
# The density that this is a draw from, written out:
#
# $$q(x_t\mid x_0) = \mathcal N\!\left(x_t;\ \sqrt{\bar\alpha_t}\,x_0,\ (1-\bar\alpha_t)I\right)$$
#
# Mind the index. The lecture note has $\bar\alpha_t := \prod_{t=1}^{T}\alpha_t$: the same letter is both the free index and the
# one that runs, up to $T$. **Before you run:** what does the graph of that expression over $t$ look like?

# %% [markdown] key="two-misprint-note" lang="id" ref="c03d24b9"
# Untuk data yang variansnya satu, keduanya harus berjumlah 1. Salah cetak itu memberi 0.75 setelah dua langkah. Kalau
# diteruskan sampai $t = 500$, varians noise-nya menjadi 0.0100, padahal seharusnya 0.9214: simpangan bakunya 9.6 kali terlalu
# kecil, dan gambarnya hanya akan memudar menjadi kelabu.
#
# Loop di atas sekaligus mengerjakan sisa penurunannya. Di situ *satu* langkah diterapkan berulang-ulang pada dua bilangan,
# yaitu bagian sinyal dan varians noise $v_t = \alpha_t v_{t-1} + \beta_t$, dan pada setiap $t$ keduanya berjumlah 1. Dari sini
# kita peroleh baris untuk tiga langkah,
#
# $$x_t = \sqrt{\alpha_t\alpha_{t-1}\alpha_{t-2}}\,x_{t-3} + \sqrt{1-\alpha_t\alpha_{t-1}\alpha_{t-2}}\;\epsilon \tag{12}$$
#
# baris untuk empat langkah,
#
# $$x_t = \sqrt{\alpha_t\alpha_{t-1}\alpha_{t-2}\alpha_{t-3}}\,x_{t-4} + \sqrt{1-\alpha_t\alpha_{t-1}\alpha_{t-2}\alpha_{t-3}}\;\epsilon \tag{13}$$
#
# dan seterusnya sampai ke $x_0$:
#
# $$x_t = \sqrt{\alpha_t\alpha_{t-1}\cdots\alpha_1}\,x_0 + \sqrt{1-\alpha_t\alpha_{t-1}\cdots\alpha_1}\;\epsilon \tag{14}$$
#
# ## 4 · Lompatan
#
# Beri nama $\bar\alpha_t$ pada hasil kali itu, dan jalan pintasnya pun lengkap (Ho et al. 2020, pers. 4):
#
# $$x_t = \sqrt{\bar\alpha_t}\,x_0 + \sqrt{1-\bar\alpha_t}\,\epsilon \sim q(x_t\mid x_0), \qquad \bar\alpha_t := \prod_{s=1}^{t}\alpha_s \tag{15}$$
#
# Densitas asal sampel ini, bila ditulis lengkap:
#
# $$q(x_t\mid x_0) = \mathcal N\!\left(x_t;\ \sqrt{\bar\alpha_t}\,x_0,\ (1-\bar\alpha_t)I\right)$$
#
# Awas indeksnya. Catatan kuliah tadi mencetak $\bar\alpha_t := \prod_{t=1}^{T}\alpha_t$: huruf yang sama menjadi indeks bebas sekaligus
# indeks yang berjalan, sampai $T$. **Sebelum menjalankan sel:** seperti apa grafik ungkapan itu terhadap $t$?

# %% [markdown] key="two-misprint-note" lang="ko" ref="c03d24b9"
# 단위 분산인 데이터라면 둘의 합은 1이어야 합니다. 오식대로 하면 두 단계 뒤에 0.75가 됩니다. $t = 500$까지 계속하면 노이즈의 분산이 0.9214가 아니라 0.0100이 됩니다. 올바른 표준편차는 이것의 9.6배입니다. 이미지는 노이즈가 되지 못한 채 바래기만 합니다.
#
# 나머지 유도도 위의 반복문이 이미 끝냈습니다. 신호의 몫과 노이즈의 분산 $v_t = \alpha_t v_{t-1} + \beta_t$, 이 두 수에 *한* 단계를 거듭 적용했더니 모든 $t$에서 둘의 합이 1이었습니다. 그래서 세 단계의 식은 다음과 같고,
#
# $$x_t = \sqrt{\alpha_t\alpha_{t-1}\alpha_{t-2}}\,x_{t-3} + \sqrt{1-\alpha_t\alpha_{t-1}\alpha_{t-2}}\;\epsilon \tag{12}$$
#
# 네 단계의 식은 다음과 같으며,
#
# $$x_t = \sqrt{\alpha_t\alpha_{t-1}\alpha_{t-2}\alpha_{t-3}}\,x_{t-4} + \sqrt{1-\alpha_t\alpha_{t-1}\alpha_{t-2}\alpha_{t-3}}\;\epsilon \tag{13}$$
#
# 이렇게 계속하면 마침내 $x_0$에 이릅니다.
#
# $$x_t = \sqrt{\alpha_t\alpha_{t-1}\cdots\alpha_1}\,x_0 + \sqrt{1-\alpha_t\alpha_{t-1}\cdots\alpha_1}\;\epsilon \tag{14}$$
#
# ## 4 · 한 번에 건너뛰기
#
# 이 곱에 $\bar\alpha_t$라는 이름을 붙이면 지름길이 완성됩니다(Ho et al. 2020, 식 4).
#
# $$x_t = \sqrt{\bar\alpha_t}\,x_0 + \sqrt{1-\bar\alpha_t}\,\epsilon \sim q(x_t\mid x_0), \qquad \bar\alpha_t := \prod_{s=1}^{t}\alpha_s \tag{15}$$
#
# 이 값이 따르는 밀도를 풀어 쓰면 다음과 같습니다.
#
# $$q(x_t\mid x_0) = \mathcal N\!\left(x_t;\ \sqrt{\bar\alpha_t}\,x_0,\ (1-\bar\alpha_t)I\right)$$
#
# 첨자를 조심하십시오. 앞의 강의 노트에는 $\bar\alpha_t := \prod_{t=1}^{T}\alpha_t$라고 찍혀 있습니다. 같은 글자 하나가 바깥에서 정하는 첨자이면서, $T$까지 곱해 나가는 첨자이기도 합니다. **실행하기 전에 생각해 보십시오.** 이 식을 $t$에 대해 그리면 어떤 그래프가 되겠습니까?

# %% key="jump-alpha-bar"
running = schedule.alpha_bar
constant = schedule.alpha[1:].prod().expand(1001)
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
# Write `alpha_bar(beta)`, which gives $\bar\alpha_t$ for all $t$ at once. `beta` is this course's table of $T+1$ values with
# `beta[0] = 0`; return a table of $T+1$ values with `alpha_bar[0] = 1`. The loop in section 3 carried the product along step by
# step; torch can do without the loop.

# %% [markdown] key="jump-alpha-bar-note" lang="id" ref="da4ab60e"
# Garis datar di 0.00004: kalau dibaca apa adanya, $x_1$ saja sudah kehilangan gambarnya. $\bar\alpha_1$ yang benar adalah 0.99990.
#
# Tabel itu juga menjawab *kapan* gambarnya habis. “Noise murni setelah $t$ langkah” adalah salah ucap: $t$ adalah indeks yang
# berjalan, $T$ panjangnya. Pada $t = 500$ amplitudo gambar masih 28% ($\sqrt{\bar\alpha_{500}}$ = 0.2803); baru pada $T$
# tinggal 0.64%.
#
# ### Latihan: tabel $\bar\alpha$
#
# Tulis `alpha_bar(beta)`, yang memberi $\bar\alpha_t$ untuk semua $t$ sekaligus. `beta` adalah tabel milik kursus ini, berisi $T+1$
# nilai dengan `beta[0] = 0`; kembalikan tabel berisi $T+1$ nilai dengan `alpha_bar[0] = 1`. Loop di bagian 3 membawa hasil kali itu
# selangkah demi selangkah; torch bisa melakukannya tanpa loop.

# %% [markdown] key="jump-alpha-bar-note" lang="ko" ref="da4ab60e"
# 0.00004에 깔린 평평한 직선입니다. 적힌 그대로 읽으면 $x_1$에서 벌써 그림이 사라집니다. 올바른 $\bar\alpha_1$은 0.99990입니다.
#
# 이 표를 보면 그림이 *언제* 사라지는지도 알 수 있습니다. “$t$단계를 지나면 순수 노이즈”라는 말은 잘못 쓴 것입니다. $t$는 움직이는 첨자이고 $T$가 전체 길이입니다. $t = 500$에서는 진폭의 28%가 아직 남아 있고($\sqrt{\bar\alpha_{500}}$ = 0.2803), $T$에 이르러야 0.64%까지 줄어듭니다.
#
# ### 연습문제: $\bar\alpha$의 표
#
# 모든 $t$의 $\bar\alpha_t$를 한꺼번에 구하는 `alpha_bar(beta)` 함수를 작성하십시오. `beta`는 `beta[0] = 0`으로 시작하는 이 강의의 표이고 값이 $T+1$개입니다. `alpha_bar[0] = 1`로 시작하는, 값이 $T+1$개인 표를 돌려주십시오. 3절의 반복문은 곱을 한 단계씩 이어 갔지만, torch를 쓰면 반복문 없이도 됩니다.

# %% key="ex-alpha-bar" exercise="schedules.alpha_bar"
def alpha_bar(beta):
    ### BEGIN SOLUTION
    return (1 - beta).cumprod(0)
    ### END SOLUTION


# %% key="check-alpha-bar" check="schedules.alpha_bar"
check("schedules.alpha_bar", alpha_bar)

# %% [markdown] key="jump-check" lang="en"
# Now the jump itself, against a walk that is really walked. Switch the noise off, and what `q_sample` gives is the mean of $x_t$;
# switch the picture off and pass a noise of 1, and it is the standard deviation. Beside it we walk 20000 copies of one pixel with
# $x_0 = 0.7$ for 500 steps, drawing fresh noise at each, and keep a few of the states.

# %% [markdown] key="jump-check" lang="id" ref="dd9b37c3"
# Sekarang kita adu lompatan itu dengan perjalanan yang sungguh-sungguh ditempuh. Matikan noise-nya, dan hasil `q_sample` adalah rata-rata
# $x_t$; matikan gambarnya dan beri noise sebesar 1, dan hasilnya adalah simpangan baku. Di sampingnya, 20000 salinan satu piksel dengan
# $x_0 = 0.7$ berjalan selama 500 langkah, dengan noise baru di setiap langkah; beberapa keadaannya kita simpan.

# %% [markdown] key="jump-check" lang="ko" ref="dd9b37c3"
# 이제 건너뛰기를 한 단계씩 실제로 걸은 결과와 비교합니다. 노이즈를 끄면 `q_sample`의 결과는 $x_t$의 평균이고, 그림을 끄고 노이즈로 1을 넣으면 결과는 표준편차입니다. 그 옆에서는 $x_0 = 0.7$인 픽셀 하나를 20000개로 복사해 단계마다 새 노이즈를 뽑으며 500단계를 걷고, 몇몇 상태를 남겨 둡니다.

# %% key="jump-walk"
n, one, off = 20_000, torch.ones(1, dtype=torch.float64), torch.zeros(1, dtype=torch.float64)
x, kept, last_eps = torch.full((n,), 0.7, dtype=torch.float64), {}, {}
g = torch.Generator().manual_seed(5)
for t in range(1, 501):
    eps = torch.randn(n, generator=g, dtype=torch.float64)
    x = forward.q_step(x, t, eps, schedule)
    if t in (1, 2, 9, 10, 250, 500):
        kept[t], last_eps[t] = x, eps
for t, walked in kept.items():
    mean = float(forward.q_sample(0.7 * one, t, off, schedule))
    std = float(forward.q_sample(off, t, one, schedule))
    print(f"t={t:3d}  mean {walked.mean():+.4f} ({mean:+.4f})  std {walked.std():.4f} ({std:.4f})")
    assert abs(walked.mean() - mean) < 5 * std / n**0.5
    assert abs(walked.std() - std) < 5 * std / (2 * n) ** 0.5

# %% [markdown] key="jump-check-note" lang="en"
# Walked moments on the left, the jump's in brackets: they agree at every $t$ within five standard errors. The jump replaces the
# whole walk from $x_0$ up to $x_t$ (not, as the lecture note has it, an iteration “from $x_T$ to $x_{t-1}$”), and this is what makes
# training affordable: a training image at $t = 500$ costs one draw instead of 500. (Many code bases call this function `add_noise`.)
#
# **What is on the left-hand side?** The closed form is $q(x_t\mid x_0)$. In the lecture note it is labelled $q(x_t\mid x_{t-1})$. Both start from
# the same digit; does it matter which one we condition on? Look at 20000 walks at $t = 9$ and $t = 10$.

# %% [markdown] key="jump-check-note" lang="id" ref="699f5d04"
# Yang pertama ditulis adalah momen hasil perjalanan, yang di dalam kurung momen menurut lompatan: keduanya cocok pada setiap
# $t$ dalam batas lima galat baku. Lompatan menggantikan seluruh perjalanan dari $x_0$ sampai $x_t$ (bukan, seperti kata
# catatan kuliah tadi, iterasi “dari $x_T$ ke $x_{t-1}$”), dan inilah yang membuat pelatihan terjangkau: satu gambar pelatihan pada $t = 500$
# hanya perlu sekali mengambil noise, bukan 500 kali. (Di banyak kode, fungsi ini bernama `add_noise`.)
#
# **Apa yang ada di ruas kiri?** Bentuk tertutup itu adalah $q(x_t\mid x_0)$. Di catatan kuliah itu labelnya
# $q(x_t\mid x_{t-1})$. Keduanya berangkat dari angka yang sama; apakah penting mana yang dijadikan syarat? Mari lihat 20000
# perjalanan pada $t = 9$ dan $t = 10$.

# %% [markdown] key="jump-check-note" lang="ko" ref="699f5d04"
# 왼쪽이 걸어서 얻은 평균과 표준편차이고, 괄호 안이 건너뛰기의 값입니다. 모든 $t$에서 둘의 차이는 표준오차의 다섯 배를 넘지 않습니다. 건너뛰기는 $x_0$에서 $x_t$까지의 걸음을 통째로 대신하며(앞의 강의 노트에 적힌 것처럼 “$x_T$에서 $x_{t-1}$까지” 되풀이하는 것이 아닙니다), 그 덕분에 학습을 감당할 수 있습니다. $t = 500$의 학습 이미지 한 장에 노이즈를 500번이 아니라 한 번만 뽑으면 됩니다. (많은 코드에서 이 함수의 이름은 `add_noise`입니다.)
#
# **좌변에는 무엇이 옵니까?** 닫힌 형식은 $q(x_t\mid x_0)$입니다. 그런데 그 강의 노트에는 $q(x_t\mid x_{t-1})$로 찍혀 있습니다. 둘 다 같은 숫자에서 출발하는데, 무엇을 조건으로 삼든 마찬가지 아니겠습니까? $t = 9$와 $t = 10$에서 경로 20000개를 살펴봅시다.

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
# and $t = 0$ must give $x_0$ back. Return the draw from $q(x_t\mid x_0)$ that `eps` makes. Your `q_step` is a good start: which two
# weights change, and what stays?

# %% [markdown] key="jump-condition-note" lang="id" ref="46ed3bb9"
# Bila hanya $x_0$ yang diketahui, rata-ratanya 0.6996 (eksaknya 0.6993, garis hitam). Begitu kita tahu bahwa $x_9$ termasuk
# sepersepuluh yang tertinggi, rata-ratanya menjadi 0.7700: awannya miring, bukan tersebar di sekitar satu rata-rata. Jadi
# $\sqrt{\bar\alpha_t}\,x_0$ adalah rata-rata dengan syarat $x_0$, dan tidak untuk syarat lain.
#
# ### Latihan: lompatan untuk satu batch
#
# Tulis `q_sample(x_0, t, eps, schedule)`. `x_0` dan `eps` berbentuk `(B, C, H, W)`; `t` berbentuk `(B,)`, bilangan bulat dalam
# $0..T$, satu untuk tiap gambar, dan $t = 0$ harus mengembalikan $x_0$. Hasilnya adalah sampel dari
# $q(x_t\mid x_0)$ yang dibentuk oleh `eps`. `q_step` buatanmu awal yang baik: dua bobot mana yang berubah, dan apa yang tetap?

# %% [markdown] key="jump-condition-note" lang="ko" ref="46ed3bb9"
# $x_0$만 알 때 평균은 0.6996입니다(정확한 값은 0.6993, 검은 선). $x_9$가 상위 십분의 일에 든다는 것까지 알면 평균은 0.7700이 됩니다. 점구름은 평균 하나를 둥글게 둘러싸지 않고 비스듬히 기울어 있습니다. 그러므로 $\sqrt{\bar\alpha_t}\,x_0$은 오로지 $x_0$을 조건으로 할 때의 평균입니다.
#
# ### 연습문제: 배치를 한 번에 건너뛰기
#
# `q_sample(x_0, t, eps, schedule)` 함수를 작성하십시오. `x_0`과 `eps`는 `(B, C, H, W)`이고, `t`는 이미지마다 하나씩 $0..T$의 정수가 든 `(B,)`입니다. $t = 0$이면 $x_0$이 그대로 나와야 합니다. 돌려줄 것은 $q(x_t\mid x_0)$에서 `eps`로 뽑은 값입니다. 앞서 만든 `q_step`에서 출발하면 좋습니다. 두 가중치 가운데 무엇이 어떻게 바뀌고, 무엇이 그대로입니까?

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
# And if the shape `(B, 1, 1, 1)` is forgotten? Many listings write simply `sqrt(alpha_bar) * x_0`, with `alpha_bar` of shape `(B,)`.
# Our digits are 28 pixels wide.
# **Predict** what happens with a batch of 10 digits, and with a batch of 28.

# %% [markdown] key="trap" lang="id" ref="9bb8eef5"
# ### Jebakan broadcasting
#
# Lalu bagaimana kalau bentuk `(B, 1, 1, 1)` terlupa? Banyak contoh kode menulis begitu saja `sqrt(alpha_bar) * x_0`, dengan `alpha_bar` berbentuk `(B,)`. Lebar gambar angka kita
# 28 piksel. **Ramalkan** apa yang terjadi pada batch berisi 10 angka, dan pada batch berisi 28.

# %% [markdown] key="trap" lang="ko" ref="9bb8eef5"
# ### 브로드캐스팅의 함정
#
# 모양을 `(B, 1, 1, 1)`로 바꾸는 것을 잊으면 어떻게 됩니까? 모양이 `(B,)`인 `alpha_bar`를 그대로 가져다 `sqrt(alpha_bar) * x_0`이라고만 쓴 코드가 많습니다. 우리가 쓰는 숫자 그림은 너비가 28픽셀입니다. 숫자 10장짜리 배치와 28장짜리 배치에서 무슨 일이 일어날지 **예측해 보십시오.**

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
# their $t$. The cure is known from the first exercise: `(B, 1, 1, 1)`. The checks of both exercises try a
# batch that is as large as the images are wide, so an answer that passed is safe.

# %% [markdown] key="trap-note" lang="id" ref="db72000f"
# Dengan sepuluh angka kodenya langsung berhenti, dan itu masih untung. Dengan 28 angka kodenya berjalan tanpa keluhan, tetapi
# hasilnya salah: bentuk `(28,)` dipasangkan dengan sumbu *terakhir*, sehingga setiap *kolom* piksel mendapat timestep sendiri.
# Semua gambar di baris bawah memudar dari kiri ke kanan, berapa pun $t$ miliknya. Obatnya sudah kita kenal dari latihan
# pertama: `(B, 1, 1, 1)`. Pemeriksaan kedua latihan tadi mencoba batch yang jumlah gambarnya sama dengan lebar gambar, jadi jawaban
# yang lulus pasti aman.

# %% [markdown] key="trap-note" lang="ko" ref="db72000f"
# 열 장짜리 배치는 오류로 멈춥니다. 그나마 다행인 경우입니다. 28장짜리 배치는 군말 없이 돌아가면서 틀린 답을 냅니다. 모양 `(28,)`이 *마지막* 축에 맞춰져, 픽셀의 *세로줄*마다 다른 타임스텝이 쓰이기 때문입니다. 아랫줄의 그림은 저마다의 $t$와 상관없이 모두 왼쪽에서 오른쪽으로 흐려집니다. 해결책은 첫 연습문제에서 본 `(B, 1, 1, 1)`입니다. 두 연습문제의 확인 셀은 배치의 크기가 이미지의 너비와 같은 경우도 시험하므로, 통과한 답이라면 안심해도 됩니다.

# %% [markdown] key="law" lang="en"
# ## 5 · Same law, different path
#
# A confession about the film at the top. It uses *one* $\epsilon$ for all $t$, so that the picture fades smoothly. Each of its frames
# has exactly the law of $x_t$; but is the film a *walk* of the chain? Play both side by side: `q_sample` is the film, `q_step` the
# walk from section 2 (every fifth timestep).

# %% [markdown] key="law" lang="id" ref="e72a3b4b"
# ## 5 · Distribusinya sama, jalannya berbeda
#
# Sekarang mari jujur tentang film di awal bab. Film itu memakai *satu* $\epsilon$ untuk semua $t$, supaya gambarnya memudar
# dengan mulus. Setiap bingkainya persis mengikuti distribusi $x_t$; tetapi apakah film itu sebuah *perjalanan* di sepanjang rantai?
# Putar keduanya berdampingan: `q_sample` adalah film itu, `q_step` adalah perjalanan dari bagian 2 (tiap lima timestep sekali).

# %% [markdown] key="law" lang="ko" ref="e72a3b4b"
# ## 5 · 같은 분포, 다른 경로
#
# 맨 처음에 본 필름에 대해 솔직하게 밝힐 것이 있습니다. 그 필름은 그림이 매끄럽게 흐려지도록 모든 $t$에 *똑같은* $\epsilon$을 썼습니다. 프레임 하나하나는 정확히 $x_t$의 분포를 따릅니다. 그런데 이 필름은 연쇄를 실제로 *걸은 경로*입니까? 둘을 나란히 재생해 보십시오. `q_sample`이 필름이고, `q_step`이 2절에서 걸은 경로입니다(다섯 타임스텝에 한 프레임).

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

# %% [markdown] key="law-note" lang="id" ref="70b1ca13"
# Pada $t = 500$ simpangan bakunya sama, tetapi kisahnya sepanjang waktu berbeda: bila $x_0$ diketahui, keadaan $x_{250}$ dan
# $x_{500}$ dalam satu perjalanan berkorelasi 0.2783 (terukur 0.2890), sedangkan dalam film 1.0000. Bintik pada perjalanan terus
# bergolak, bintik pada film hanya makin kuat. Bagi pelatihan tidak ada bedanya, sebab setiap gambar pelatihan hanya memakai satu $t$.
# Nanti, ketika kita berjalan mundur, bedanya terasa.
#
# **Kekeliruan yang masih sekerabat:** “jaringan memprediksi noise yang ditambahkan pada langkah itu”. Apakah noise langkah $t$
# variabel yang sama dengan $\epsilon$ dari lompatan ke $t$? Bandingkan keduanya pada perjalanan yang tadi kita simpan.

# %% [markdown] key="law-note" lang="ko" ref="70b1ca13"
# $t = 500$에서 표준편차는 같지만, 시간에 따라 펼쳐지는 이야기는 다릅니다. $x_0$을 조건으로 할 때 상태 $x_{250}$과 $x_{500}$의 상관계수는, 걸은 경로에서는 0.2783(측정값 0.2890)이고 필름에서는 1.0000입니다. 걸은 경로에서는 알갱이가 들끓고, 필름에서는 알갱이가 짙어지기만 합니다. 학습에서는 이미지마다 $t$를 하나만 쓰므로 달라질 것이 없습니다. 그러나 거꾸로 걸을 때에는 이 차이가 중요해집니다.
#
# **사촌뻘 되는 실수도 있습니다.** “신경망은 그 단계에서 더한 노이즈를 예측한다”는 말입니다. 단계 $t$의 노이즈는 $t$까지 건너뛸 때의 $\epsilon$과 같은 변수입니까? 남겨 둔 경로에서 비교해 봅시다.

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
# ### Exercise: mend a walk
#
# The function below is to return one walk: a tensor of all $T+1$ states, $x_0$ first. `x_0` is a batch of images; `eps[t]` is the noise
# of step $t$, and `eps[0]` is not used. It runs without a complaint, its images even look noisy, and yet its end is not $\mathcal N(0, I)$. Two slips
# are in it, and this chapter has shown both, in sections 1 and 3. Find and mend them; everything else is right. (As long as the function
# does what it did at first, the check says “not attempted”.)

# %% [markdown] key="law-noise-note" lang="id" ref="961a2fc0"
# Keduanya hanya sama pada $t = 1$. Pada $t = 10$ korelasinya 0.384, pada $t = 500$ tinggal 0.104: nyaris tidak saling kenal.
# $\epsilon$ yang harus diprediksi adalah noise *total* dari lompatan. Pelatihan di Bab 4 bertumpu pada hal ini.
#
# ### Latihan: perbaiki sebuah perjalanan
#
# Fungsi di bawah ini seharusnya mengembalikan satu perjalanan: sebuah tensor berisi seluruh $T+1$ keadaan, $x_0$ paling depan. `x_0` adalah
# batch gambar; `eps[t]` adalah noise langkah $t$, dan `eps[0]` tidak dipakai. Ia berjalan tanpa keluhan, gambarnya pun tampak penuh noise, tetapi
# ujungnya bukan $\mathcal N(0, I)$. Ada dua kesalahan di dalamnya, dan keduanya sudah kita lihat di bab ini, di bagian 1 dan 3. Temukan
# dan perbaiki; selebihnya benar. (Selama fungsinya masih melakukan hal yang sama seperti semula, pemeriksaan berkata “belum dikerjakan”.)

# %% [markdown] key="law-noise-note" lang="ko" ref="961a2fc0"
# 둘은 $t = 1$에서만 같습니다. 상관계수는 $t = 10$에서 0.384, $t = 500$에서는 0.104로 거의 남남입니다. 예측할 $\epsilon$은 건너뛰기의 *전체* 노이즈입니다. 4장의 학습은 이 노이즈를 바탕으로 합니다.
#
# ### 연습문제: 경로 하나 고치기
#
# 아래 함수는 경로 하나를 돌려주어야 합니다. $x_0$부터 $T+1$개의 상태가 모두 담긴 텐서입니다. `x_0`은 이미지 배치이고, `eps[t]`는 단계 $t$의 노이즈이며, `eps[0]`은 쓰지 않습니다. 불평 없이 돌아가고 이미지에도 노이즈가 가득해 보이지만, 그 끝은 $\mathcal N(0, I)$가 아닙니다. 실수가 두 가지 들어 있고, 둘 다 이 장의 1절과 3절에서 보았습니다. 찾아서 고치십시오. 나머지는 모두 맞습니다. (함수가 처음과 똑같이 동작하는 동안은 채점 결과가 “아직 풀지 않았습니다”로 나옵니다.)

# %% key="ex-chain" exercise="forward.chain"
def chain(x_0, eps, schedule):
    x_t, states = x_0, [x_0]
    ### BEGIN SOLUTION
    for t in range(1, schedule.T + 1):
        beta_t = float(schedule.beta[t])
        x_t = (1 - beta_t) ** 0.5 * x_t + beta_t**0.5 * eps[t]
    ### GIVEN z = eps[1]
    ### GIVEN for t in range(1, schedule.T + 1):
    ### GIVEN     beta_t = float(schedule.beta[t])
    ### GIVEN     x_t = (1 - beta_t) ** 0.5 * x_t + beta_t * z
    ### END SOLUTION
        states.append(x_t)
    return torch.stack(states)


# %% key="check-chain" check="forward.chain"
check("forward.chain", chain)

# %% [markdown] key="schedules" lang="en"
# ## 6 · Schedules
#
# The list $\beta_1,\dots,\beta_T$ is the *noise schedule*. The usual first choice (Ho et al. 2020) is a straight line with
# $\beta_1 = 10^{-4}$, $\beta_T = 0.02$, $T = 1000$:
#
# $$\beta_t = \beta_1 + \frac{t-1}{T-1}\,(\beta_T-\beta_1), \qquad t = 1,\dots,T$$
#
# There are $T$ values and both ends are hit; $\beta_0$ does not exist, since $x_0$ is clean. Two web pages miss this: an online
# textbook has $\beta_{\min} + t\,(\beta_{\max}-\beta_{\min})/T$, a blog post starts the line at $t = 0$ and ends it at $t = T$, which makes $T+1$ values.
# **Guess:** with $T = 10$, how far off is the textbook's $\beta_1$: 2%, 20% or a factor of 20?

# %% [markdown] key="schedules" lang="id" ref="a0a14582"
# ## 6 · Jadwal
#
# Daftar $\beta_1,\dots,\beta_T$ disebut *jadwal noise*. Pilihan pertama yang lazim (Ho et al. 2020) adalah garis lurus dengan
# $\beta_1 = 10^{-4}$, $\beta_T = 0.02$, $T = 1000$:
#
# $$\beta_t = \beta_1 + \frac{t-1}{T-1}\,(\beta_T-\beta_1), \qquad t = 1,\dots,T$$
#
# Nilainya ada $T$ buah dan kedua ujungnya tepat kena; $\beta_0$ tidak ada, sebab $x_0$ bersih. Dua halaman web meleset
# di sini: sebuah buku ajar daring menulis $\beta_{\min} + t\,(\beta_{\max}-\beta_{\min})/T$, sebuah tulisan blog memulai garisnya pada $t = 0$ dan
# mengakhirinya pada $t = T$, sehingga nilainya menjadi $T+1$ buah. **Tebak:** untuk $T = 10$, sejauh mana $\beta_1$ menurut buku
# ajar itu meleset: 2%, 20%, atau 20 kali lipat?

# %% [markdown] key="schedules" lang="ko" ref="a0a14582"
# ## 6 · 스케줄
#
# $\beta_1,\dots,\beta_T$의 목록이 *노이즈 스케줄*입니다. 보통 가장 먼저 고르는 것은 $\beta_1 = 10^{-4}$, $\beta_T = 0.02$, $T = 1000$인 직선입니다(Ho et al. 2020).
#
# $$\beta_t = \beta_1 + \frac{t-1}{T-1}\,(\beta_T-\beta_1), \qquad t = 1,\dots,T$$
#
# 값은 모두 $T$개이고 양 끝 값이 정확히 들어갑니다. $x_0$은 깨끗하므로 $\beta_0$은 없습니다. 웹에 있는 글 두 편이 이 점을 놓칩니다. 한 온라인 교재에는 $\beta_{\min} + t\,(\beta_{\max}-\beta_{\min})/T$라고 적혀 있고, 한 블로그 글에서는 직선을 $t = 0$에서 시작해 $t = T$에서 끝내는 바람에 값이 $T+1$개가 됩니다. **짐작해 보십시오.** $T = 10$일 때 교재의 $\beta_1$은 얼마나 어긋나겠습니까? 2%, 20%, 아니면 20배입니까?

# %% key="linear-ends"
for T in (1000, 10):
    right = schedules.linear(T).beta[1:]
    t = torch.arange(1, T + 1, dtype=torch.float64)
    misprint = 1e-4 + t / T * (0.02 - 1e-4)
    assert right[0] == 1e-4 and right[-1] == 0.02
    assert (right.diff() - (0.02 - 1e-4) / (T - 1)).abs().max() < 1e-15
    print(f"T={T}  beta_1 {right[0]:.6f}  misprint {misprint[0]:.6f}  ratio {misprint[0] / right[0]:.2f}")
extra = schedules.linear(1001).alpha_bar[-1]
print(f"alpha_bar_T  {schedule.alpha_bar[-1]:.3e}  T+1: {extra:.3e}")
assert len(schedule.beta[1:]) == 1000

# %% [markdown] key="ex-linear-task" lang="en"
# The surprise: at $T = 10$ it is a factor of 20.90. At $T = 1000$ the textbook's slip is 20% and easy to overlook. The line with $T+1$ values moves $\bar\alpha_T$ from
# $4.036\cdot10^{-5}$ to $3.995\cdot10^{-5}$, about 1%.
#
# ### Exercise: the straight line
#
# Write `linear(T, beta_1, beta_T)`: a tensor of shape `(T,)` that holds $\beta_1,\dots,\beta_T$ on a straight line, both ends hit.
# `T` is at least 2.

# %% [markdown] key="ex-linear-task" lang="id" ref="21981cc7"
# Kejutannya: untuk $T = 10$ melesetnya 20.90 kali lipat. Untuk $T = 1000$ kekeliruan itu hanya 20% dan mudah terlewat. Garis
# dengan $T+1$ nilai menggeser $\bar\alpha_T$ dari $4.036\cdot10^{-5}$ ke $3.995\cdot10^{-5}$, sekitar 1%.
#
# ### Latihan: garis lurus
#
# Tulis `linear(T, beta_1, beta_T)`: sebuah tensor berbentuk `(T,)` yang berisi $\beta_1,\dots,\beta_T$ pada garis lurus, tepat
# di kedua ujungnya. `T` paling kecil 2.

# %% [markdown] key="ex-linear-task" lang="ko" ref="21981cc7"
# 놀랍게도 $T = 10$에서는 20.90배입니다. $T = 1000$에서는 20%만 어긋나서 지나치기 쉽습니다. 값이 $T+1$개인 직선을 쓰면 $\bar\alpha_T$가 $4.036\cdot10^{-5}$에서 $3.995\cdot10^{-5}$으로 1%쯤 바뀝니다.
#
# ### 연습문제: 직선
#
# `linear(T, beta_1, beta_T)` 함수를 작성하십시오. 직선 위의 값 $\beta_1,\dots,\beta_T$를 담은 모양 `(T,)`의 텐서를 돌려주며, 양 끝 값이 정확히 들어가야 합니다. `T`는 2 이상입니다.

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

# %% [markdown] key="cosine" lang="id" ref="dbda5f5f"
# ### Jadwal cosine (kosinus)
#
# Nichol & Dhariwal 2021 (pers. 17) justru menggambar kurva $\bar\alpha_t$, lalu membaca $\beta_t$ darinya:
#
# $$\bar\alpha_t = \frac{f(t)}{f(0)}, \quad f(t) = \cos^2\!\left(\frac{t/T+s}{1+s}\cdot\frac{\pi}{2}\right), \quad s = 0.008, \qquad \beta_t = \min\!\left(1-\frac{\bar\alpha_t}{\bar\alpha_{t-1}},\ 0.999\right)$$
#
# Dua bagian sering tertinggal: pembagian dengan $f(0)$ dan $\min$ itu. **Apa yang rusak kalau salah satunya tidak ada?** Pikirkan
# $t = 0$ dan $t = T$.

# %% [markdown] key="cosine" lang="ko" ref="dbda5f5f"
# ### 코사인 스케줄
#
# Nichol & Dhariwal 2021(식 17)은 거꾸로 $\bar\alpha_t$의 곡선을 먼저 그리고 거기서 $\beta_t$를 읽어 냅니다.
#
# $$\bar\alpha_t = \frac{f(t)}{f(0)}, \quad f(t) = \cos^2\!\left(\frac{t/T+s}{1+s}\cdot\frac{\pi}{2}\right), \quad s = 0.008, \qquad \beta_t = \min\!\left(1-\frac{\bar\alpha_t}{\bar\alpha_{t-1}},\ 0.999\right)$$
#
# 흔히 빠뜨리는 곳이 두 군데 있습니다. $f(0)$으로 나누는 것과 $\min$입니다. **각각을 빠뜨리면 무엇이 망가지겠습니까?** $t = 0$과 $t = T$를 떠올려 보십시오.

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
# Then draw a $\beta_t$ of your own: drag the handles in the first panel (the cosine's $\beta_t$ leaves it at the top, near the end) and watch what becomes of $\bar\alpha_t$
# and of the SNR. A drawing that no schedule allows is refused with a reason. Run the cell after it again to see a digit under your schedule.

# %% [markdown] key="cosine-ends-note" lang="id" ref="9697f96b"
# Tanpa $f(0)$, gambar “bersih” sudah mengandung noise dengan simpangan baku 0.0125, dan $\beta_1$ yang dihitung dari tabel yang
# entri 0-nya diisi 1 menjadi 4.8 kali terlalu besar. Tanpa pemotongan, $\beta_T = 1$ sehingga $\alpha_T = 0$, dan sampler
# di Bab 6, yang membagi dengan $\sqrt{\alpha_t}$, tumbang di langkahnya yang pertama.
#
# ### Berdampingan, lalu dengan tangan sendiri
#
# **Putuskan dulu:** pada $t$ berapa sinyal persis sekuat noise, artinya rasio sinyal terhadap noise
# $\mathrm{SNR}_t = \bar\alpha_t/(1-\bar\alpha_t) = 1$, menurut jadwal linear dan menurut jadwal cosine? Baca dari panel ketiga.
#
# Setelah itu, gambar $\beta_t$ buatanmu sendiri: seret titik-titik di panel pertama ($\beta_t$ milik cosine baru menjelang
# akhir menembus tepi atasnya) dan amati apa yang terjadi dengan $\bar\alpha_t$ dan SNR. Gambar yang tidak mungkin menjadi jadwal akan ditolak,
# lengkap dengan alasannya. Jalankan lagi sel sesudahnya untuk melihat sebuah angka larut menurut jadwalmu.

# %% [markdown] key="cosine-ends-note" lang="ko" ref="9697f96b"
# $f(0)$이 빠지면 “깨끗한” 이미지에 벌써 표준편차 0.0125의 노이즈가 들어 있고, 표의 0번 자리만 1로 고쳐 놓고 구한 $\beta_1$은 4.8배나 커집니다. 위를 자르지 않으면 $\beta_T = 1$, 곧 $\alpha_T = 0$이 되어, $\sqrt{\alpha_t}$로 나누는 6장의 샘플러는 첫 단계부터 무너집니다.
#
# ### 나란히 놓고, 손으로 그려 보기
#
# **답을 먼저 정하십시오.** 신호와 노이즈의 세기가 똑같아지는 때, 곧 $\mathrm{SNR}_t = \bar\alpha_t/(1-\bar\alpha_t) = 1$인 $t$는 선형 스케줄과 코사인 스케줄에서 각각 얼마입니까? 셋째 패널에서 읽어 보십시오.
#
# 그런 다음 자기만의 $\beta_t$를 그려 보십시오. 첫째 패널의 점을 끌어 옮기면(코사인의 $\beta_t$는 금세 위로 벗어나 보이지 않습니다) $\bar\alpha_t$와 SNR이 어떻게 되는지 볼 수 있습니다. 스케줄이 될 수 없는 그림은 까닭을 알려 주고 받아들이지 않습니다. 이어지는 셀을 다시 실행하면 자기 스케줄로 흩어지는 숫자가 보입니다.

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
# **Now the fine print.** A blog post's table says of the cosine schedule “little change near both ends” and files it under $\beta_t$. Two readings sound alike:
# “$\bar\alpha_t$ changes little near both ends” and “$\beta_t$ is small near both ends”. Which one is true?

# %% [markdown] key="compare-strip-note" lang="id" ref="85720ff0"
# SNR turun di bawah 1 pada $t$ = 260 untuk jadwal linear dan pada 497 untuk cosine. Bandingkan dengan bilangan yang kita catat di
# awal bab: mungkin sekali angkanya masih kita kenali pada $t$ yang jauh lebih besar. SNR berbicara tentang piksel satu per satu;
# mata merata-ratakan banyak piksel sekaligus.
#
# Di baris atas, seperempat terakhirnya serupa semua: langkah-langkah itu nyaris terbuang. Baris cosine membagi langkahnya
# merata, dan memang untuk itulah jadwal ini dibuat.
#
# **Sekarang soal yang lebih halus.** Tabel dalam sebuah tulisan blog mengatakan tentang jadwal cosine “sedikit berubah di dekat kedua ujung”,
# dan menaruhnya di bawah $\beta_t$. Ada dua tafsiran yang terdengar mirip: “$\bar\alpha_t$ hanya sedikit berubah di dekat kedua ujung” dan
# “$\beta_t$ kecil di dekat kedua ujung”. Mana yang benar?

# %% [markdown] key="compare-strip-note" lang="ko" ref="85720ff0"
# SNR이 1 아래로 내려가는 $t$는 선형 스케줄에서 260, 코사인 스케줄에서 497입니다. 처음에 적어 둔 수와 비교해 보십시오. 아마 훨씬 더 큰 $t$에서도 숫자를 알아보았을 것입니다. SNR은 픽셀 하나하나를 두고 하는 말이지만, 눈은 여러 픽셀을 평균해서 봅니다.
#
# 맨 윗줄의 마지막 사분의 일은 모두 똑같아 보입니다. 거의 버리는 단계입니다. 코사인 줄은 단계를 고르게 나누어 쓰는데, 바로 그러려고 만든 스케줄입니다.
#
# **이제 꼼꼼히 따져 볼 차례입니다.** 어느 블로그 글의 표에는 코사인 스케줄이 “양 끝 근처에서 조금만 변한다”고 적혀 있고, 그 말은 $\beta_t$ 칸에 들어 있습니다. 이 말은 “$\bar\alpha_t$가 양 끝 근처에서 조금만 변한다”로도, “$\beta_t$가 양 끝 근처에서 작다”로도 읽힙니다. 어느 쪽이 맞습니까?

# %% key="compare-ends"
fig, ax = figures.axes(r"$t$", columns=2, size=(4, 3))
for name, s in (("linear", schedule), ("cosine", cosine)):
    change = -s.alpha_bar.diff()
    ax[0].semilogy(range(1, 1001), s.beta[1:], label=name)
    ax[1].plot(range(1, 1001), change, label=name)
    print(f"{name}  change t=1 {change[0]:.1e}  max {change.max():.2e} t={int(change.argmax()) + 1}  t=1000 {change[-1]:.1e}")
ax[0].set_ylabel(r"$\beta_t$")
ax[1].set_ylabel(r"$\bar\alpha_{t-1}-\bar\alpha_t$")
ax[0].legend()
assert cosine.beta.argmax() == 1000
figures.show(fig, "alt.forward.ends")

# %% [markdown] key="compare-ends-note" lang="en"
# The first. $\bar\alpha_t$ changes by 0.000041 at $t = 1$, by at most 0.00156 (at $t = 497$) and by 0.0000024 at $t = T$. But $\beta_t$ itself is *largest* at the end,
# 0.999: the small change there comes from having almost nothing left to take away.
#
# **“Cosine is better for high resolution”**, says a set of lecture slides. The paper says the reverse: the linear schedule did well on large images, cosine helped
# at 32×32 and 64×64. Why should the size matter? Enlarge the same digit by a factor of 4, and use the same $t$ and the same schedule.

# %% [markdown] key="compare-ends-note" lang="id" ref="25697fc2"
# Yang pertama. $\bar\alpha_t$ berubah sebesar 0.000041 pada $t = 1$, paling besar 0.00156 (pada $t = 497$), dan hanya 0.0000024 pada
# $t = T$. Tetapi $\beta_t$ sendiri justru *terbesar* di ujung akhir, 0.999: perubahan di sana kecil karena hampir tidak ada lagi
# yang bisa diambil.
#
# **“Cosine lebih baik untuk resolusi tinggi”**, kata salindia sebuah kuliah. Makalahnya mengatakan sebaliknya: jadwal linear bekerja baik
# pada gambar besar, dan cosine menolong pada ukuran 32×32 dan 64×64. Mengapa ukuran berpengaruh? Mari gambar angka yang sama 4 kali
# lebih besar, lalu pakai $t$ dan jadwal yang sama.

# %% [markdown] key="compare-ends-note" lang="ko" ref="25697fc2"
# 앞 문장이 맞습니다. $\bar\alpha_t$의 변화는 $t = 1$에서 0.000041, 가장 클 때에도($t = 497$) 0.00156이고, $t = T$에서는 0.0000024입니다. 그러나 $\beta_t$ 자체는 끝에서 *가장 커서* 0.999입니다. 거기서 변화가 작은 것은 더 덜어 낼 것이 거의 남지 않았기 때문입니다.
#
# 어느 강의 슬라이드에는 **고해상도에는 코사인이 더 낫다**고 적혀 있습니다. 논문의 설명은 반대입니다. 큰 이미지에서는 선형 스케줄로도 잘되었고, 코사인은 32×32와 64×64에서 도움이 되었습니다. 크기가 왜 문제가 됩니까? 같은 숫자를 4배로 키운 다음, 같은 $t$와 같은 스케줄을 써 봅시다.

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
# At the same $t$ the large picture is easier to read: averaging blocks of 16 pixels leaves 1/4 of the noise's standard deviation, and the digit survives
# the averaging. So larger images need *more* noise, and later work shifts the schedule accordingly (Hoogeboom et al. 2023; Chen 2023).
#
# A noise schedule is sometimes compared with a learning-rate schedule. Both are a list of numbers over an index, and there the likeness ends: a learning
# rate runs over *training* and is forgotten afterwards, $\beta_t$ runs over *one image's* way into noise and becomes part of the task itself. Custom
# schedules, drawn or learned, are a choice per dataset; the checks in the next section apply to each of them.

# %% [markdown] key="compare-size-note" lang="id" ref="2408454f"
# Pada $t$ yang sama, gambar yang besar lebih mudah dibaca: merata-ratakan blok berisi 16 piksel menyisakan 1/4 simpangan baku
# noise, sedangkan angkanya tetap bertahan. Jadi gambar yang lebih besar memerlukan noise yang *lebih banyak*, dan karya-karya berikutnya
# menggeser jadwalnya sesuai ukuran (Hoogeboom et al. 2023; Chen 2023).
#
# Jadwal noise kadang disamakan dengan jadwal laju pembelajaran (learning rate). Keduanya memang daftar bilangan menurut sebuah indeks,
# tetapi kemiripannya berhenti di situ: laju pembelajaran berjalan sepanjang *pelatihan* lalu dilupakan, sedangkan $\beta_t$ berjalan
# sepanjang perjalanan *satu gambar* menuju noise dan menjadi bagian dari tugas itu sendiri. Jadwal buatan sendiri, entah digambar
# atau dipelajari, adalah pilihan untuk tiap dataset; pemeriksaan di bagian berikut berlaku untuk semuanya.

# %% [markdown] key="compare-size-note" lang="ko" ref="2408454f"
# 같은 $t$라면 큰 그림이 더 알아보기 쉽습니다. 픽셀 16개씩 묶어 평균하면 노이즈의 표준편차는 4분의 1로 줄지만 숫자는 그대로 살아남기 때문입니다. 그래서 큰 이미지에는 노이즈가 *더* 필요하고, 이후의 연구에서는 그만큼 스케줄을 옮깁니다(Hoogeboom et al. 2023; Chen 2023).
#
# 노이즈 스케줄을 학습률 스케줄에 견주기도 합니다. 번호를 따라 늘어놓은 수의 목록이라는 점은 같지만, 닮은 데는 거기까지입니다. 학습률은 *학습*이 진행되는 동안 변하고 학습이 끝나면 잊힙니다. $\beta_t$는 *이미지 한 장*이 노이즈로 가는 길을 따라 변하며, 풀어야 할 문제 자체의 일부가 됩니다. 직접 그린 스케줄이나 학습한 스케줄은 데이터셋에 맞추어 고르는 것이고, 다음 절의 확인은 그 모두에 통합니다.

# %% [markdown] key="end" lang="en"
# ## 7 · When is $x_T$ really $\mathcal N(0, I)$?
#
# Generating will start from pure $\mathcal N(0, I)$ noise. So the forward process had better end there. By the jump, $x_T$ has mean
# $\sqrt{\bar\alpha_T}\,x_0$ and variance $1-\bar\alpha_T$; everything hangs on $\bar\alpha_T \approx 0$, and not on $T$ being large.
#
# **Commit:** to save time someone takes $T = 50$ and keeps $\beta_1 = 10^{-4}$ and $\beta_T = 0.02$. How much of the digit is left in $x_{50}$? The cell
# measures it, (b), beside three other schedules: (a) the usual one, (c) 50 larger steps, (d) one that a famous model was trained with.

# %% [markdown] key="end" lang="id" ref="d3611619"
# ## 7 · Kapan $x_T$ benar-benar $\mathcal N(0, I)$?
#
# Pembuatan gambar nanti berangkat dari noise murni $\mathcal N(0, I)$, jadi proses maju harus benar-benar berakhir di sana. Menurut
# rumus lompatan, $x_T$ memiliki rata-rata $\sqrt{\bar\alpha_T}\,x_0$ dan varians $1-\bar\alpha_T$; semuanya bergantung pada
# $\bar\alpha_T \approx 0$, bukan pada besarnya $T$.
#
# **Putuskan dulu:** demi menghemat waktu, seseorang mengambil $T = 50$ dan tetap memakai $\beta_1 = 10^{-4}$ dan $\beta_T = 0.02$.
# Berapa banyak dari angka itu yang tersisa di $x_{50}$? Sel berikut mengukurnya, (b), berdampingan dengan tiga jadwal lain: (a) jadwal
# yang biasa, (c) 50 langkah yang lebih besar, (d) jadwal yang dipakai untuk melatih sebuah model terkenal.

# %% [markdown] key="end" lang="ko" ref="d3611619"
# ## 7 · $x_T$가 정말로 $\mathcal N(0, I)$가 되려면
#
# 생성은 순수한 $\mathcal N(0, I)$ 노이즈에서 시작합니다. 그러니 전방 과정도 거기서 끝나야 합니다. 건너뛰기 식에 따르면 $x_T$의 평균은 $\sqrt{\bar\alpha_T}\,x_0$, 분산은 $1-\bar\alpha_T$입니다. 모든 것은 $\bar\alpha_T \approx 0$인지에 달려 있으며, $T$가 크다고 되는 일이 아닙니다.
#
# **답을 먼저 정하십시오.** 누군가 시간을 아끼려고 $\beta_1 = 10^{-4}$과 $\beta_T = 0.02$는 그대로 둔 채 $T = 50$으로 줄였습니다. $x_{50}$에는 숫자가 얼마나 남아 있겠습니까? 셀에서는 이것을 (b)로 놓고 다른 세 스케줄과 나란히 잽니다. (a)는 흔히 쓰는 스케줄, (c)는 더 큰 단계로 50번 가는 스케줄, (d)는 어느 유명한 모델을 학습할 때 쓴 스케줄입니다.

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
    print(f"T={s.T:4d}  alpha_bar_T {bar:.2e}  sqrt {bar**0.5:.4f}  corr {corr:.4f}", end="  ")
    print(f"mean {x_T.mean():+.4f}  std {x_T.std():.4f}  KL {nats:.4f}")
    exact = bar**0.5 * some.std() / (bar * some.var() + 1 - bar) ** 0.5
    assert abs(corr - exact) < 5 / some.numel() ** 0.5
    last.append(x_T[4])
approx = 784 * 0.5 * float(schedule.alpha_bar[-1]) * some.square().mean()
print(f"KL ~ {approx:.4f}")
figures.show(figures.strip(torch.stack(last), ["a", "b", "c", "d"]), "alt.forward.end")

# %% [markdown] key="end-note" lang="en"
# (a) is the usual schedule: 0.6% of the amplitude is left, a KL divergence of 0.0147 nats for a whole image of 784 pixels. That number is the term $L_T$ of
# the bound in chapter 3; for small $\bar\alpha_T$ it is $\tfrac12\bar\alpha_T\,\mathbb E\,x_0^2$ per pixel.
#
# (b) is the shortcut with $T = 50$: $\bar\alpha_T$ = 0.603, the digit is plainly there and its correlation with $x_0$ is 0.5899, the divergence 345 nats. (The Kullback–Leibler divergence is the mean of $\log(q/p)$ under $q$; it is 0 only where both agree, and a nat is its unit for natural logarithms.) A sampler that started from $\mathcal N(0, I)$
# would start where the forward process never arrives. (c) makes the steps 20 times as large instead: 50 steps suffice.
# What such large steps cost on the way back is a question for chapter 6.
#
# (d) is the schedule published with Stable Diffusion 1: $\sqrt{\bar\alpha_T}$ = 0.0683, more than ten times that of (a). To the eye it is noise; yet the leftover
# brightness is enough to keep such models from drawing very dark or very bright pictures (Lin et al. 2024).

# %% [markdown] key="end-note" lang="id" ref="65e1e794"
# (a) adalah jadwal yang biasa: amplitudonya tersisa 0.6%, dan jaraknya (divergensi KL) 0.0147 nat untuk seluruh gambar yang berisi
# 784 piksel. Bilangan itu adalah suku $L_T$ dari batas bawah di Bab 3; untuk $\bar\alpha_T$ yang kecil nilainya
# $\tfrac12\bar\alpha_T\,\mathbb E\,x_0^2$ per piksel.
#
# (b) adalah cara hemat dengan $T = 50$: $\bar\alpha_T$ = 0.603, angkanya masih terlihat jelas, korelasinya dengan $x_0$ 0.5899, dan
# divergensi KL-nya 345 nat. (Divergensi Kullback–Leibler adalah rata-rata $\log(q/p)$ menurut $q$; nilainya 0 hanya bila keduanya sama, dan nat adalah satuannya untuk logaritma natural.) Sampler yang berangkat dari $\mathcal N(0, I)$ akan mulai di tempat yang tidak pernah dicapai proses maju.
# (c) memakai langkah yang 20 kali lebih besar: 50 langkah pun cukup. Berapa harga langkah sebesar itu dalam perjalanan pulang, itulah
# pertanyaan Bab 6.
#
# (d) adalah jadwal yang diterbitkan bersama Stable Diffusion 1: $\sqrt{\bar\alpha_T}$ = 0.0683, lebih dari sepuluh kali milik (a). Bagi
# mata itu noise semata; tetapi sisa kecerahannya cukup untuk menghalangi model semacam itu membuat gambar yang sangat gelap atau
# sangat terang (Lin et al. 2024).

# %% [markdown] key="end-note" lang="ko" ref="65e1e794"
# (a)는 흔히 쓰는 스케줄입니다. 진폭은 0.6%만 남고, 784픽셀 이미지 전체로 따진 거리(KL 발산)는 0.0147내트(nat)입니다. 이 수가 바로 3장에 나오는 상한의 항 $L_T$이고, $\bar\alpha_T$가 작을 때에는 픽셀마다 $\tfrac12\bar\alpha_T\,\mathbb E\,x_0^2$입니다.
#
# (b)는 $T = 50$으로 줄인 지름길입니다. $\bar\alpha_T$ = 0.603으로 숫자가 뻔히 보이고, $x_0$과의 상관계수는 0.5899, KL 발산은 345내트입니다. (쿨백-라이블러 발산은 $q$에 대한 $\log(q/p)$의 평균으로, 둘이 같을 때만 0입니다. 내트는 자연로그를 쓸 때의 단위입니다.) 샘플러가 $\mathcal N(0, I)$에서 출발한다면, 전방 과정이 한 번도 닿지 않은 곳에서 출발하는 셈입니다. (c)는 단계의 크기를 20배로 키웁니다. 그러면 50단계로 충분합니다. 그렇게 큰 단계가 돌아오는 길에서 어떤 대가를 치르는지는 6장에서 묻습니다.
#
# (d)는 Stable Diffusion 1과 함께 공개된 스케줄입니다. $\sqrt{\bar\alpha_T}$ = 0.0683으로 (a)의 열 배가 넘습니다. 눈에는 노이즈로만 보이지만, 조금 남은 밝기 때문에 이런 모델은 아주 어둡거나 아주 밝은 그림을 그리지 못합니다(Lin et al. 2024).

# %% [markdown] key="scale" lang="en"
# ## 8 · The scale of the data
#
# The recipe assumed data of about unit size and centred near 0. Image files hold integers $0..255$. The step in between is a straight line
# that takes 0 to -1 and 255 to 1. It is easily forgotten; the lecture note has a heading “Data scaling” with nothing under it.
#
# **Commit:** keep $0..255$ and use the same schedule. Is the digit at $t = 500$ (a) as noisy as before (b) noisier (c) hardly harmed? And with $0..1$?

# %% [markdown] key="scale" lang="id" ref="89f5ec44"
# ## 8 · Skala data
#
# Resep kita mengandaikan data yang ukurannya sekitar satu dan berpusat di dekat 0. Berkas gambar berisi bilangan bulat $0..255$.
# Jembatannya cuma garis lurus yang membawa 0 ke -1 dan 255 ke 1, dan mudah sekali terlupa; catatan kuliah tadi memuat judul “Data
# scaling” tanpa isi apa pun di bawahnya.
#
# **Putuskan dulu:** biarkan $0..255$ dan pakai jadwal yang sama. Pada $t = 500$ angkanya (a) seberisik tadi (b) lebih berisik
# (c) hampir tidak terganggu? Lalu bagaimana dengan $0..1$?

# %% [markdown] key="scale" lang="ko" ref="89f5ec44"
# ## 8 · 데이터의 범위
#
# 지금까지의 레시피는 데이터의 중심이 0에 가깝고 퍼진 정도가 단위 크기쯤이라고 가정했습니다. 그런데 이미지 파일에는 정수 $0..255$가 들어 있습니다. 그 사이를 잇는 변환은 0을 -1로, 255를 1로 보내는 직선일 뿐이지만 잊기 쉽습니다. 앞의 강의 노트에는 “데이터 스케일링”이라는 제목만 있고 내용이 없습니다.
#
# **답을 먼저 정하십시오.** $0..255$를 그대로 두고 같은 스케줄을 쓰면 $t = 500$의 숫자는 어떻게 되겠습니까? (a) 전과 같은 만큼 노이즈가 낍니다 (b) 노이즈가 더 심합니다 (c) 거의 상하지 않습니다. $0..1$이라면 또 어떻겠습니까?

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
# (c): at $t = 500$ the signal-to-noise ratio is 487.8930 instead of 0.0300 (counted here with the data's own variance, which section 6 took as 1). A network would be shown a nearly clean digit at a step where it should have
# learned to work in the dark. And the walk no longer ends in $\mathcal N(0, I)$: $x_T$ has mean 0.1967 and standard deviation 1.1101 (right panel, beside the
# black normal curve), so a sampler would start in the wrong place.
#
# $0..1$ errs the other way: half the contrast is a quarter of the SNR, 0.0075, and the digit drowns sooner. Do not be taken in by
# its mean, which is nearer to zero, +0.035 at $t = 500$: what is lost is contrast. That one never looks broken, it only trains worse.
#
# There is a second reason for fixed bounds: the last term of the bound in chapter 3 ($L_0$) turns $x_0$ back into 256 grey levels (Ho et al. 2020, section 3.3), so
# the map must be known and invertible. Is it?

# %% [markdown] key="scale-note" lang="id" ref="c9f26540"
# (c): pada $t = 500$ rasio sinyal terhadap noise 487.8930, bukan 0.0300 (di sini dihitung dengan varians datanya sendiri, yang di bagian 6 dianggap 1). Jaringan akan disuguhi angka yang nyaris bersih pada
# langkah yang seharusnya mengajarinya bekerja dalam gelap. Perjalanannya pun tidak lagi berakhir di $\mathcal N(0, I)$: $x_T$
# memiliki rata-rata 0.1967 dan simpangan baku 1.1101 (panel kanan, bandingkan dengan kurva normal yang hitam), sehingga sampler akan mulai di
# tempat yang salah.
#
# $0..1$ keliru ke arah sebaliknya: kontras setengah berarti SNR seperempat, 0.0075, dan angkanya lebih cepat tenggelam. Jangan
# terkecoh oleh rata-ratanya yang lebih dekat ke nol, +0.035 pada $t = 500$: yang hilang adalah kontras. Kekeliruan ini tidak pernah
# tampak sebagai kerusakan, hanya hasil pelatihannya lebih buruk.
#
# Ada alasan kedua untuk rentang yang tetap: suku terakhir dari batas bawah di Bab 3 ($L_0$) mengembalikan $x_0$ menjadi 256 tingkat
# kelabu (Ho et al. 2020, bagian 3.3), jadi pemetaannya harus diketahui dan dapat dibalik. Apakah memang dapat?

# %% [markdown] key="scale-note" lang="ko" ref="c9f26540"
# 답은 (c)입니다. $t = 500$에서 신호 대 잡음비(SNR)가 0.0300이 아니라 487.8930입니다(6절에서 1로 놓은 데이터의 분산을 여기서는 그대로 곱했습니다). 어둠 속에서 더듬는 법을 배워야 할 단계에서 신경망은 거의 깨끗한 숫자를 보게 됩니다. 게다가 걸음의 끝이 더는 $\mathcal N(0, I)$가 아닙니다. $x_T$의 평균은 0.1967, 표준편차는 1.1101이므로(오른쪽 그래프의 검은 정규 곡선과 비교해 보십시오) 샘플러는 엉뚱한 곳에서 출발하게 됩니다.
#
# $0..1$은 반대쪽으로 틀립니다. 대비가 절반이면 SNR은 사분의 일인 0.0075가 되어 숫자가 더 일찍 묻힙니다. $t = 500$에서 평균이 +0.035로 작아졌다고 안심해서는 안 됩니다. 잃어버린 것은 대비입니다. 이쪽은 겉보기에 멀쩡하고, 학습만 잘되지 않습니다.
#
# 범위를 고정하는 까닭은 하나 더 있습니다. 3장에 나오는 상한의 마지막 항($L_0$)은 $x_0$을 256단계의 회색으로 되돌립니다(Ho et al. 2020, 3.3절). 그러려면 변환이 정해져 있고 거꾸로 되돌릴 수 있어야 합니다. 과연 그렇습니까?

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
# Write `to_unit(images)`: a `uint8` tensor of any shape, values $0..255$, becomes floats in $[-1, 1]$. The first line of this section's
# first cell goes the other way, from $[-1, 1]$ to bytes: undo it. Mind that `uint8` knows no negative numbers.

# %% [markdown] key="scale-back-note" lang="id" ref="e5fc9dd9"
# Semua 256 tingkat kelabu kembali dengan tepat, jadi penskalaan itu tidak menghilangkan apa pun. `check_images` menghentikan gambar
# $0..255$, tetapi tidak dapat membedakan $0..1$ dari gambar yang memang pucat. Kekeliruan yang itu harus kita hindari sendiri.
#
# ### Latihan: dari byte ke $[-1, 1]$
#
# Tulis `to_unit(images)`: tensor `uint8` berbentuk apa pun, dengan nilai $0..255$, menjadi float dalam $[-1, 1]$. Baris pertama dalam sel
# pertama bagian ini berjalan ke arah sebaliknya, dari $[-1, 1]$ ke byte: balikkan baris itu. Ingat, `uint8` tidak mengenal bilangan negatif.

# %% [markdown] key="scale-back-note" lang="ko" ref="e5fc9dd9"
# 256단계의 회색이 하나도 빠짐없이 정확히 되돌아오므로, 이 변환에서 잃는 것은 없습니다. `check_images`는 $0..255$ 이미지를 막아 줍니다. 그러나 $0..1$ 이미지는 원래부터 옅은 이미지와 구별할 길이 없으니, 그 실수는 스스로 조심해야 합니다.
#
# ### 연습문제: 바이트에서 $[-1, 1]$로
#
# `to_unit(images)` 함수를 작성하십시오. 값이 $0..255$인 `uint8` 텐서를 모양과 상관없이 받아 $[-1, 1]$ 범위의 실수로 바꿉니다. 이 절 첫 셀의 첫 줄은 반대 방향, 곧 $[-1, 1]$에서 바이트로 갑니다. 그 식을 거꾸로 푸십시오. `uint8`에는 음수가 없다는 점을 잊지 마십시오.

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

# %% [markdown] key="cloud" lang="id" ref="e6e473ab"
# ## 9 · Awan yang larut
#
# Satu gambar adalah satu titik dalam ruang berdimensi 784. Dalam 2 dimensi kita dapat menyaksikan seluruh *distribusinya*. Kiri,
# 5 Gaussian kecil pada sebuah lingkaran; kanan, sebuah spiral.
#
# **Putuskan dulu, lalu geser:** mana yang lebih dulu hilang, celah di antara gumpalan yang bertetangga atau lubang di tengah?

# %% [markdown] key="cloud" lang="ko" ref="e6e473ab"
# ## 9 · 흩어지는 점구름
#
# 이미지 한 장은 784차원 공간의 점 하나입니다. 2차원이라면 *분포* 전체를 눈으로 볼 수 있습니다. 왼쪽은 원 위에 놓인 작은 가우스 덩어리 5개, 오른쪽은 나선입니다.
#
# **답을 먼저 정하고 나서 슬라이더를 움직이십시오.** 이웃한 덩어리 사이의 틈과 한가운데의 구멍 가운데 어느 것이 먼저 사라지겠습니까?

# %% key="cloud-player"
angle = torch.arange(5, dtype=torch.float64) * 2 * torch.pi / 5
ring = gaussians.Mixture(torch.ones(5), 1.5 * torch.stack([angle.cos(), angle.sin()], 1), 0.15)
turn = 3 * torch.pi * torch.linspace(0.05, 1, 3000, dtype=torch.float64).sqrt()
spiral = (turn / turn.max() * 1.7)[:, None] * torch.stack([turn.cos(), turn.sin()], 1)
points = ring.sample(3000, torch.Generator().manual_seed(11)), spiral
every, eps = [*range(0, 400, 10), *range(400, 1001, 50)], noise(3000, 2, seed=12)
clouds = [torch.stack([forward.q_sample(p, t, eps, schedule) for t in every]) for p in points]
tracks = {name: frames.scatter(c, size=96) for name, c in zip(("○", "@"), clouds, strict=True)}
player(tracks, times=every, alt=lang.text("alt.forward.cloud"))

# %% [markdown] key="cloud-exact" lang="en"
# For the blobs nothing needs to be estimated: a Gaussian that is shrunk and blurred is a Gaussian again, so the law of $x_t$ is a mixture of 5 Gaussians with means
# $\sqrt{\bar\alpha_t}\,m_k$ and variances $\bar\alpha_t s_k^2 + 1 - \bar\alpha_t$. Below, points that jumped (upper row) above that exact density (lower row).

# %% [markdown] key="cloud-exact" lang="id" ref="8994c226"
# Untuk gumpalan-gumpalan itu tidak ada yang perlu ditaksir: Gaussian yang disusutkan lalu dikaburkan tetap Gaussian, jadi distribusi
# $x_t$ adalah campuran 5 Gaussian dengan rata-rata $\sqrt{\bar\alpha_t}\,m_k$ dan varians $\bar\alpha_t s_k^2 + 1 - \bar\alpha_t$.
# Dalam gambar berikut, baris atas berisi titik-titik hasil lompatan, baris bawah densitas eksaknya.

# %% [markdown] key="cloud-exact" lang="ko" ref="8994c226"
# 덩어리 쪽은 추정할 것이 없습니다. 가우스 분포는 줄이고 흐려도 여전히 가우스 분포입니다. 따라서 $x_t$의 분포는 평균이 $\sqrt{\bar\alpha_t}\,m_k$, 분산이 $\bar\alpha_t s_k^2 + 1 - \bar\alpha_t$인 가우스 분포 5개의 혼합입니다. 아래 그림의 윗줄은 건너뛴 점이고, 아랫줄은 이 정확한 밀도입니다.

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
# Measured values agree with those of the exact law in brackets within five standard errors: second moment and mean log-density. The gaps between the blobs go first,
# the hole later: noise erases fine detail before coarse shape, and so the way back will find coarse shape first.
#
# The spiral is exact too, in its way: any finite set of points is a mixture of Gaussians of width 0, and `Mixture(weights, points, 0.0).diffused(t, schedule)`
# is the density of its $x_t$. The ideal denoiser of [chapter 1](01_intuition.ipynb) is built on just that.
#
# ## What to take along
#
# - One step: $x_t = \sqrt{1-\beta_t}\,x_{t-1} + \sqrt{\beta_t}\,\epsilon_t$. Variances add, noises are fresh, and the total variance stays 1.
# - One jump: $x_t = \sqrt{\bar\alpha_t}\,x_0 + \sqrt{1-\bar\alpha_t}\,\epsilon$ with $\bar\alpha_t = \prod_{s=1}^{t}\alpha_s$: the same law as $t$ steps, not the same path.
# - $x_T$ is pure noise because $\bar\alpha_T \approx 0$ and the data are scaled to $[-1, 1]$, $x_0 = \mathrm{pixel}/127.5 - 1$. Both are yours to check; $T$ alone promises nothing.
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

# %% [markdown] key="cloud-note" lang="id" ref="d6cc333f"
# Nilai terukur cocok dengan nilai menurut distribusi eksak di dalam kurung dalam batas lima galat baku, baik momen kedua maupun rata-rata
# log-densitasnya. Celah di antara gumpalan hilang lebih dulu, lubangnya belakangan: noise menghapus rincian halus sebelum bentuk kasar,
# sehingga dalam perjalanan pulang bentuk kasarlah yang lebih dulu ditemukan.
#
# Spiral itu pun eksak, dengan caranya sendiri: setiap himpunan titik yang berhingga adalah campuran Gaussian dengan lebar 0, dan
# `Mixture(weights, points, 0.0).diffused(t, schedule)` adalah densitas $x_t$ miliknya. Penghilang noise ideal di
# [Bab 1](01_intuition.ipynb) dibangun tepat di atas gagasan itu.
#
# ## Bekal dari bab ini
#
# - Satu langkah: $x_t = \sqrt{1-\beta_t}\,x_{t-1} + \sqrt{\beta_t}\,\epsilon_t$. Yang dijumlahkan varians, noise-nya selalu baru, dan varians totalnya tetap 1.
# - Satu lompatan: $x_t = \sqrt{\bar\alpha_t}\,x_0 + \sqrt{1-\bar\alpha_t}\,\epsilon$ dengan $\bar\alpha_t = \prod_{s=1}^{t}\alpha_s$: distribusinya sama dengan $t$ langkah, jalannya tidak.
# - $x_T$ menjadi noise murni karena $\bar\alpha_T \approx 0$ dan karena datanya diskalakan ke $[-1, 1]$, $x_0 = \mathrm{pixel}/127.5 - 1$. Keduanya perlu kita periksa sendiri; $T$ saja tidak menjanjikan apa-apa.
# - Satu timestep untuk tiap gambar berarti bentuk `(B, 1, 1, 1)`. Bentuk yang salah bisa saja berjalan tanpa peringatan.
# - Jadwal menentukan tingkat noise mana yang mendapat berapa langkah; jadwal yang baik bergantung pada ukuran gambar.
#
# **Batasnya.** Semua ini berlaku untuk noise Gaussian pada piksel. Cara lain merusak gambar (mengaburkan, menutupi, token diskret)
# memiliki proses maju sendiri. Lagi pula, belum ada yang kita pulihkan: $q(x_{t-1}\mid x_t)$ bergantung pada distribusi data yang
# tidak diketahui, dan tidak ada tabel yang memuatnya. Bab 3 mulai dari sana: *dari mana kita tahu bahwa sebuah perjalanan pulang itu bagus?*
#
# **Sumber.** Sohl-Dickstein et al. 2015, bagian 2. Ho, Jain & Abbeel 2020, bagian 2 (pers. 2 dan 4), 3.3 (penskalaan data), dan 4 (jadwal). Nichol & Dhariwal 2021,
# bagian 3.2 (pers. 17, gambar 3 sampai 5). Song et al. 2021 (variance exploding dan variance preserving). Kingma et al. 2021 (jadwal yang dipelajari). Chen 2023 dan Hoogeboom et al. 2023
# (jadwal untuk gambar besar). Lin et al. 2024 ($\bar\alpha_T$ di atas nol). Angka: MNIST, LeCun, Cortes & Burges 1998.
#
# Kembali ke peta: [selamat datang](00_welcome.ipynb).

# %% [markdown] key="cloud-note" lang="ko" ref="d6cc333f"
# 이차 모멘트도, 로그 밀도의 평균도 측정값과 괄호 안의 정확한 분포에서 얻은 값의 차이가 표준오차의 다섯 배를 넘지 않습니다. 덩어리 사이의 틈이 먼저 사라지고 구멍은 나중에 사라집니다. 노이즈는 세밀한 부분을 큰 윤곽보다 먼저 지웁니다. 그러니 돌아오는 길에서는 큰 윤곽이 먼저 나타날 것입니다.
#
# 나선도 나름대로 정확하게 다룰 수 있습니다. 유한 개의 점은 폭이 0인 가우스 분포의 혼합이므로, `Mixture(weights, points, 0.0).diffused(t, schedule)` 식이 곧 $x_t$의 밀도입니다. [1장](01_intuition.ipynb)의 이상적인 노이즈 제거기가 바로 여기에 바탕을 두고 있습니다.
#
# ## 가져갈 것
#
# - 한 단계: $x_t = \sqrt{1-\beta_t}\,x_{t-1} + \sqrt{\beta_t}\,\epsilon_t$. 더해지는 것은 분산이고, 노이즈는 매번 새로 뽑으며, 전체 분산은 1로 유지됩니다.
# - 건너뛰기: $x_t = \sqrt{\bar\alpha_t}\,x_0 + \sqrt{1-\bar\alpha_t}\,\epsilon$, 여기서 $\bar\alpha_t = \prod_{s=1}^{t}\alpha_s$입니다. $t$단계를 걸은 것과 분포는 같고 경로는 다릅니다.
# - $x_T$가 순수 노이즈인 것은 $\bar\alpha_T \approx 0$이고 데이터를 $x_0 = \mathrm{pixel}/127.5 - 1$로 $[-1, 1]$에 맞추었기 때문입니다. 둘 다 직접 확인해야 합니다. $T$만 크다고 보장되는 것은 없습니다.
# - 이미지마다 타임스텝이 하나씩이면 모양은 `(B, 1, 1, 1)`입니다. 모양이 틀려도 말없이 돌아가는 수가 있습니다.
# - 어느 노이즈 수준에 몇 단계를 쓸지는 스케줄이 정합니다. 어떤 스케줄이 좋은지는 이미지의 크기에 달려 있습니다.
#
# **한계.** 여기서 다룬 것은 모두 픽셀에 더하는 가우스 노이즈입니다. 그림을 망가뜨리는 다른 방법(흐리기, 가리기, 이산 토큰)에는 저마다의 전방 과정이 있습니다. 그리고 아직 아무것도 되돌리지 않았습니다. $q(x_{t-1}\mid x_t)$는 우리가 모르는 데이터의 분포에 달려 있고, 어떤 표에도 나와 있지 않습니다. 3장은 여기서 시작합니다. *돌아온 길이 얼마나 좋은지 어떻게 알 수 있겠습니까?*
#
# **출처.** Sohl-Dickstein et al. 2015, 2절. Ho, Jain & Abbeel 2020, 2절(식 2와 4), 3.3절(데이터 스케일링), 4절(스케줄). Nichol & Dhariwal 2021, 3.2절(식 17, 그림 3부터 5까지). Song et al. 2021(variance exploding과 variance preserving). Kingma et al. 2021(학습하는 스케줄). Chen 2023, Hoogeboom et al. 2023(큰 이미지의 스케줄). Lin et al. 2024(영보다 큰 $\bar\alpha_T$). 숫자 그림: MNIST, LeCun, Cortes & Burges 1998.
#
# 전체 지도로 돌아가기: [환영합니다](00_welcome.ipynb).
