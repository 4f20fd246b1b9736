# %% [markdown] key="title" lang="en"
# # 8 · Score matching: which way is uphill?
#
# So far the network named noise. This chapter turns its answer round and reads it as an arrow: from where $x_t$ stands, *this* is the way to denser data. The same network then obeys three other theories at once, and each gives it a new ability: to sample by climbing (Langevin), to follow a differential equation (fewer calls, a way back), and to say how probable a picture is.
#
# None of this needs a new kind of training. It needs one division.
#
# ## 1 · An arrow at every place
#
# **The object of the chapter** is the *score* of a density, the gradient of its logarithm,
#
# $$s(x)=\nabla_x\log p(x)$$
#
# an arrow at every place, pointing where $\log p$ rises fastest; the steeper the rise, the longer the arrow. For data that one can see, take three hills in the plane: a mixture of three Gaussians with weights $w_k$, centres $m_k$ and one standard deviation $\varsigma=0.4$. Then
#
# $$\nabla_x\log p(x)=\sum_k r_k(x)\,\frac{m_k-x}{\varsigma^2},\qquad r_k(x)=\frac{w_k\,e^{-\|x-m_k\|^2/2\varsigma^2}}{\sum_j w_j\,e^{-\|x-m_j\|^2/2\varsigma^2}}$$
#
# Each centre pulls with the weight $r_k$, the probability that $x$ came from its hill.
#
# **Commit before you run:** at how many places is the arrow exactly 0: (a) at three, the tops, (b) at fewer than three, (c) at more?

# %% [markdown] key="title" lang="id" ref="13ca9524"
# # 8 · Score matching (pencocokan skor): ke mana arah menanjak?
#
# Sejauh ini jaringan menebak noise (derau). Bab ini membalik jawabannya dan membacanya sebagai panah: dari tempat $x_t$ berpijak, *ke sanalah* jalan menuju data yang lebih padat. Jaringan yang sama ternyata menuruti tiga teori lain sekaligus, dan setiap teori memberinya satu kemampuan baru: mengambil sampel dengan mendaki (Langevin), mengikuti sebuah persamaan diferensial (lebih sedikit panggilan, dan jalan kembali), dan mengatakan seberapa mungkin sebuah gambar.
#
# Semua itu tidak memerlukan pelatihan jenis baru. Cukup satu pembagian.
#
# ## 1 · Sebuah panah di setiap tempat
#
# **Tokoh utama bab ini** adalah *skor* sebuah densitas, yaitu gradien dari logaritmanya,
#
# $$s(x)=\nabla_x\log p(x)$$
#
# sebuah panah di setiap tempat: arahnya ke mana $\log p$ naik paling cepat, dan makin terjal naiknya, makin panjang panahnya. Supaya datanya dapat dilihat, ambil tiga bukit di bidang: campuran tiga Gaussian dengan bobot $w_k$, pusat $m_k$, dan satu simpangan baku $\varsigma=0.4$. Maka
#
# $$\nabla_x\log p(x)=\sum_k r_k(x)\,\frac{m_k-x}{\varsigma^2},\qquad r_k(x)=\frac{w_k\,e^{-\|x-m_k\|^2/2\varsigma^2}}{\sum_j w_j\,e^{-\|x-m_j\|^2/2\varsigma^2}}$$
#
# Setiap pusat ikut menarik dengan bobot $r_k$, yaitu peluang bahwa $x$ berasal dari bukitnya.
#
# **Putuskan dulu sebelum menjalankan sel:** di berapa tempat panah itu tepat 0: (a) di tiga tempat, yaitu puncak-puncaknya, (b) kurang dari itu, (c) lebih dari itu?

# %% [markdown] key="title" lang="ko" ref="13ca9524"
# # 8 · 스코어 매칭: 어느 쪽이 오르막입니까?
#
# 지금까지 신경망은 어떤 노이즈가 섞였는지 답했습니다. 이 장에서는 그 답을 뒤집어 화살표로 읽습니다. $x_t$가 서 있는 곳에서 데이터가 더 빽빽한 쪽은 *이쪽*이라는 화살표입니다. 그러면 같은 신경망이 다른 이론 셋을 한꺼번에 따르게 되고, 이론마다 새로운 능력이 하나씩 생깁니다. 언덕을 오르며 샘플을 얻습니다(랑주뱅). 미분방정식을 따라갑니다(신경망을 더 적게 부르고, 되돌아갈 수도 있습니다). 그리고 그림이 얼마나 있을 법한지 말합니다.
#
# 새로운 학습법은 필요 없습니다. 나눗셈 한 번이면 됩니다.
#
# ## 1 · 자리마다 화살표 하나
#
# **이 장의 주인공**은 밀도의 *스코어*, 곧 밀도에 로그를 씌운 것의 기울기입니다.
#
# $$s(x)=\nabla_x\log p(x)$$
#
# 자리마다 화살표가 하나씩 있습니다. 화살표는 $\log p$가 가장 빨리 커지는 쪽을 가리키고, 가파를수록 깁니다. 눈으로 볼 수 있는 데이터로 평면 위의 언덕 셋을 들어 봅시다. 가우스 분포 세 개의 혼합이며 가중치는 $w_k$, 중심은 $m_k$, 표준편차는 모두 $\varsigma=0.4$입니다. 그러면 스코어는 다음과 같습니다.
#
# $$\nabla_x\log p(x)=\sum_k r_k(x)\,\frac{m_k-x}{\varsigma^2},\qquad r_k(x)=\frac{w_k\,e^{-\|x-m_k\|^2/2\varsigma^2}}{\sum_j w_j\,e^{-\|x-m_j\|^2/2\varsigma^2}}$$
#
# 중심은 저마다 점을 끌어당기되, $x$가 그 언덕에서 나왔을 확률 $r_k$만큼만 당깁니다.
#
# **실행하기 전에 답을 정하십시오.** 화살표의 길이가 정확히 0인 곳은 몇 군데입니까? (a) 꼭대기 세 곳 (b) 세 곳보다 적다 (c) 더 많다

# %% key="first-imports"
from itertools import pairwise

import torch

from course_lib import figures, gaussians, lang, schedules, score
from course_lib.widgets import field
from course_lib.widgets.field import lattice

schedule, D = schedules.linear(), torch.float64
bar, beta = schedule.alpha_bar, schedule.beta
means = torch.tensor([[-1.2, -0.7], [1.2, -0.5], [0.1, 1.2]], dtype=D)
weights, std = torch.tensor([0.5, 0.3, 0.2], dtype=D), 0.4
hills = gaussians.Mixture(weights, means, std)
perfect = hills.optimal_eps(schedule)


def seeded(seed):
    return torch.Generator().manual_seed(seed)


def noise(*shape, seed, dtype=D):
    return torch.randn(shape, generator=seeded(seed), dtype=dtype)

# %% key="map-score"
def uphill(x):
    pull = means - x[:, None]
    r = (weights.log() - pull.square().sum(2) / (2 * std**2)).softmax(1)
    return (r[:, :, None] * pull).sum(1) / std**2


def bend(x):
    eps = 1e-6 * torch.eye(2, dtype=D)
    return torch.stack([(uphill(x + e) - uphill(x - e)) / 2e-6 for e in eps], 2)


x = hills.sample(1000, seeded(1)).requires_grad_()
(by_autograd,) = torch.autograd.grad(hills.log_prob(x).sum(), x)
(of_7p,) = torch.autograd.grad((7 * hills.log_prob(x).exp()).log().sum(), x)
x = x.detach()
for name, other in (("autograd", by_autograd), ("library", hills.score(x)), ("7 p", of_7p)):
    gap = (uphill(x) - other).abs().max()
    print(f"{name:8s} {gap:.0e}")
    assert gap < 1e-9

# %% key="map-zeros"
shares = [(i / 60, j / 60, 1 - (i + j) / 60) for i in range(61) for j in range(61 - i)]
x = torch.tensor(shares, dtype=D) @ means
for _ in range(60):
    step = torch.linalg.solve(bend(x), uphill(x))
    x = x - step * (0.02 / step.norm(dim=1, keepdim=True)).clamp(max=1)
assert uphill(x).norm(dim=1).max() < 1e-9
zeros = torch.unique((x * 1e4).round() / 1e4, dim=0)
kinds = (torch.linalg.eigvalsh(bend(zeros)) > 0).sum(1)
for kind, place in sorted(zip(kinds.tolist(), zeros.tolist(), strict=True)):
    p = hills.log_prob(torch.tensor([place], dtype=D)).exp()
    print(f"{kind} ({place[0]:5.2f}, {place[1]:5.2f})  p {float(p):.4f}")
window = (-2.6, 2.6)
at, fine = (torch.from_numpy(lattice(window, n)).double() for n in (17, 80))
grid = fine.reshape(80, 80, 2)
p = hills.log_prob(fine).exp().reshape(80, 80)
fig, ax = figures.axes(size=(5, 5))
ax.contour(grid[..., 0], grid[..., 1], p, levels=8, colors="0.7", linewidths=1)
ax.quiver(*at.T, *hills.score(at).T, angles="xy", scale=160, width=0.004, color="#0072B2")
for kind, marker in enumerate("^xs"):
    ax.plot(*zeros[kinds == kind].T, marker, color="#D55E00", markersize=9, linestyle="none")
ax.set(aspect="equal", xlim=window, ylim=window)
figures.show(fig, "alt.score.map")

# %% [markdown] key="map-note" lang="en"
# (c): seven. The first column counts in how many directions the arrows lead *away*: 0 at the three tops (triangles), where arrows arrive from everywhere; 1 at the passes between two hills (crosses), where arrows arrive along one line and leave along another; 2 at the bottom of the hollow between all three (the square). Tops minus passes plus hollows is always 1 on such a map, here $3-3+1$, so three hills cannot get by with tops alone.
#
# Following the arrows one therefore lands on a top; to arrive at a pass one would have to start exactly on its one line. And *only* on tops: a walk that just climbs would end at one of three points, whatever $p$ says about the width of the hills. Section 4 adds what is missing.
#
# A second thing to notice: the last gap of the first cell. The density $7p$ has the same score as $p$, because $\log 7p=\log 7+\log p$ and a constant has no slope. A network that answers a *density* must know the volume under its own graph, an integral over all pictures. A network that answers a *score* need not. That is why scores are learned (Hyvärinen 2005).
#
# ## 2 · A field that was learned
#
# Chapter 4 ended with a formula that connects this arrow with the noise predictor. For the density $q_t$ of the *noisy* data $x_t$,
#
# $$\nabla_{x_t}\log q_t(x_t)=-\frac{\mathbb E[\epsilon\mid x_t]}{\sqrt{1-\bar\alpha_t}}\approx-\frac{\hat\epsilon(x_t,t)}{\sqrt{1-\bar\alpha_t}}$$
#
# One division and a minus sign. The noise points away from the data, the score towards them.
#
# ### Exercise: the division
#
# Write `from_eps(eps_hat, t, schedule)`: it makes the score from the predicted noise and returns it. `eps_hat` is a batch of points (B, 2); `t` is a tensor (B,) of whole numbers from 1 up, one for each point. `solution("score.from_eps")` in a new cell shows ours.

# %% [markdown] key="map-note" lang="id" ref="b29c8b49"
# (c): tujuh. Kolom pertama menghitung dalam berapa arah panah-panahnya *menjauhi* tempat itu: 0 di ketiga puncak (segitiga), tempat panah berdatangan dari mana-mana; 1 di pelana antara dua bukit (silang), tempat panah datang sepanjang satu garis dan pergi sepanjang garis lain; 2 di dasar cekungan di antara ketiganya (persegi). Pada peta seperti ini, banyaknya puncak dikurangi pelana ditambah cekungan selalu 1, di sini $3-3+1$, jadi tiga bukit tidak mungkin hanya berpuncak.
#
# Karena itu siapa yang mengikuti panah akan berakhir di puncak; untuk berakhir di pelana ia harus berangkat tepat dari satu garis yang menuju ke sana. Dan *hanya* di puncak: perjalanan yang cuma mendaki akan berhenti di salah satu dari tiga titik, apa pun kata $p$ tentang lebar bukitnya. Bagian 4 menambahkan apa yang kurang.
#
# Hal kedua yang patut diperhatikan: selisih terakhir yang tercetak. Skor densitas $7p$ sama dengan skor $p$, sebab $\log 7p=\log 7+\log p$ dan sebuah tetapan tidak punya kemiringan. Jaringan yang menjawab dengan *densitas* harus mengetahui volume di bawah grafiknya sendiri, sebuah integral atas semua gambar. Jaringan yang menjawab dengan *skor* tidak perlu. Itulah sebabnya yang dipelajari adalah skor (Hyvärinen 2005).
#
# ## 2 · Medan yang dipelajari
#
# Bab 4 berakhir dengan rumus yang menghubungkan panah ini dengan penebak noise. Untuk $q_t$, densitas data *bernoise* $x_t$,
#
# $$\nabla_{x_t}\log q_t(x_t)=-\frac{\mathbb E[\epsilon\mid x_t]}{\sqrt{1-\bar\alpha_t}}\approx-\frac{\hat\epsilon(x_t,t)}{\sqrt{1-\bar\alpha_t}}$$
#
# Satu pembagian dan satu tanda minus. Noise menunjuk menjauhi data, skor menunjuk ke arah data.
#
# ### Latihan: pembagian itu
#
# Tulis `from_eps(eps_hat, t, schedule)`, yang membuat skor dari noise hasil tebakan dan mengembalikannya. `eps_hat` adalah batch titik berbentuk (B, 2); `t` tensor (B,) berisi bilangan bulat mulai dari 1, satu untuk setiap titik. `solution("score.from_eps")` di sel baru menampilkan versi kursus ini.

# %% [markdown] key="map-note" lang="ko" ref="b29c8b49"
# (c)입니다. 일곱 곳이나 됩니다. 첫째 열은 화살표가 그 자리를 *떠나는* 방향이 몇 개인지 셉니다. 꼭대기 셋(삼각형)에서는 0입니다. 화살표가 사방에서 모여듭니다. 두 언덕 사이의 고개(가위표)에서는 1입니다. 화살표가 한 줄을 따라 모여들었다가 다른 줄을 따라 떠납니다. 2는 세 언덕 한가운데 움푹한 곳의 바닥(사각형)입니다. 이런 지도에서는 꼭대기의 수에서 고개의 수를 빼고 바닥의 수를 더하면 언제나 1이고, 여기서는 $3-3+1$입니다. 그러므로 언덕이 셋이면 꼭대기만 있을 수는 없습니다.
#
# 그래서 화살표를 따라가면 꼭대기에 닿습니다. 고개에 닿으려면 꼭 그 한 줄 위에서 출발해야 합니다. 그런데 닿는 곳이 꼭대기*뿐*입니다. 오르기만 하는 걸음은, $p$에서 언덕이 얼마나 넓든, 세 점 가운데 하나에서 끝납니다. 빠진 것은 4절에서 채웁니다.
#
# 하나 더 눈여겨볼 것은 출력된 차이 가운데 마지막입니다. 밀도 $7p$의 스코어는 $p$의 스코어와 같습니다. $\log 7p=\log 7+\log p$이고, 상수에는 기울기가 없기 때문입니다. *밀도*를 답하는 신경망은 제 그래프 아래의 부피, 곧 모든 그림에 걸친 적분을 알아야 합니다. *스코어*를 답하는 신경망은 몰라도 됩니다. 스코어를 학습하는 까닭이 여기에 있습니다(Hyvärinen 2005).
#
# ## 2 · 학습으로 얻은 화살표
#
# 4장 끝에는 이 화살표와 노이즈 예측을 잇는 식이 있었습니다. *노이즈가 낀* 데이터 $x_t$의 밀도를 $q_t$라고 하면 다음과 같습니다.
#
# $$\nabla_{x_t}\log q_t(x_t)=-\frac{\mathbb E[\epsilon\mid x_t]}{\sqrt{1-\bar\alpha_t}}\approx-\frac{\hat\epsilon(x_t,t)}{\sqrt{1-\bar\alpha_t}}$$
#
# 나눗셈 한 번과 음의 부호 하나입니다. 노이즈는 데이터에서 멀어지는 쪽을, 스코어는 데이터로 다가가는 쪽을 가리킵니다.
#
# ### 연습문제: 나눗셈
#
# 예측한 노이즈로 스코어를 만들어 돌려주는 `from_eps(eps_hat, t, schedule)` 함수를 작성하십시오. `eps_hat`은 점의 배치 (B, 2)이고, `t`는 점마다 1 이상의 정수를 하나씩 담은 텐서 (B,)입니다. 새 셀에서 `solution("score.from_eps")`를 실행하면 강의의 풀이가 나옵니다.

# %% key="ex-from-eps" exercise="score.from_eps"
from course_lib.exercises import check, solution


def from_eps(eps_hat, t, schedule):
    ### BEGIN SOLUTION
    return -eps_hat / (1 - schedule.alpha_bar[t])[:, None].sqrt()
    ### END SOLUTION

# %% key="check-from-eps" check="score.from_eps"
check("score.from_eps", from_eps)

# %% [markdown] key="learned-task" lang="en"
# Now train. The network of chapter 4 (a small MLP) sees points of the three hills with noise in them and names the noise, for a few seconds. Nobody tells it anything about arrows. Then lay three things over each other, for each $t$:
#
# - *exact*: the score of $q_t$, known in closed form, since a mixture with noise on top is a mixture again (`hills.diffused(t, schedule)`);
# - *learned*: $-\hat\epsilon/\sqrt{1-\bar\alpha_t}$ of the trained network;
# - *-eps*: $-\epsilon/\sqrt{1-\bar\alpha_t}$ with the noise that was really drawn, at some points $x_t$.
#
# For drawing, all are multiplied by $\sqrt{1-\bar\alpha_t}$, so that they count in units of $\epsilon$. At small $t$ the exact arrows are then as short as dots: with so little noise one can hardly tell what it was, and its mean is close to 0.
#
# **Commit:** at $t=50$, do the learned arrows agree with the exact ones (a) everywhere, (b) where the density is high, (c) nowhere? And the single noises?

# %% [markdown] key="learned-task" lang="id" ref="1a372e0b"
# Sekarang pelatihan. Jaringan dari Bab 4 (sebuah MLP kecil) melihat titik-titik ketiga bukit yang diberi noise dan menebak noise itu, selama beberapa detik. Tentang panah ia tidak diberi tahu apa-apa. Sesudah itu kita tumpukkan tiga hal, untuk setiap $t$:
#
# - *exact*: skor $q_t$ yang eksak, yang diketahui dalam bentuk tertutup, sebab campuran yang ditambahi noise tetap sebuah campuran (`hills.diffused(t, schedule)`);
# - *learned*: $-\hat\epsilon/\sqrt{1-\bar\alpha_t}$ dari jaringan yang terlatih;
# - *-eps*: $-\epsilon/\sqrt{1-\bar\alpha_t}$ dengan noise yang benar-benar terambil, di beberapa titik $x_t$.
#
# Untuk digambar, semuanya dikalikan $\sqrt{1-\bar\alpha_t}$, supaya satuannya satuan $\epsilon$. Karena itu pada $t$ kecil panah eksak hanya sependek titik: bila noise-nya begitu sedikit, hampir tidak dapat diketahui noise yang mana, dan rata-ratanya dekat dengan 0.
#
# **Putuskan dulu:** pada $t=50$, apakah panah hasil belajar cocok dengan panah eksak (a) di mana-mana, (b) di tempat yang densitasnya tinggi, (c) tidak di mana pun? Lalu bagaimana dengan noise satu per satu?

# %% [markdown] key="learned-task" lang="ko" ref="1a372e0b"
# 이제 학습합니다. 4장의 신경망(작은 MLP)이 세 언덕에서 나온 점에 노이즈를 섞은 것을 보고 그 노이즈를 답합니다. 몇 초면 끝납니다. 화살표 이야기는 아무도 해 주지 않습니다. 그런 다음 $t$마다 세 가지를 겹쳐 봅니다.
#
# - *exact*: $q_t$의 정확한 스코어입니다. 혼합에 노이즈를 더한 것은 다시 혼합이므로 닫힌 형식으로 압니다(`hills.diffused(t, schedule)`).
# - *learned*: 학습한 신경망의 $-\hat\epsilon/\sqrt{1-\bar\alpha_t}$입니다.
# - *-eps*: 점 $x_t$ 몇 개에서 실제로 뽑은 노이즈로 만든 $-\epsilon/\sqrt{1-\bar\alpha_t}$입니다.
#
# 그릴 때에는 모두 $\sqrt{1-\bar\alpha_t}$를 곱해 $\epsilon$의 단위로 나타냅니다. 그래서 $t$가 작으면 정확한 화살표는 점처럼 짧습니다. 노이즈가 그만큼 적으면 어떤 노이즈였는지 거의 알 수 없어 그 평균이 0에 가깝기 때문입니다.
#
# **답을 먼저 정하십시오.** $t=50$에서 학습한 화살표는 정확한 화살표와 (a) 어디서나 맞습니까, (b) 밀도가 높은 곳에서 맞습니까, (c) 어디서도 맞지 않습니까? 그리고 하나하나의 노이즈는 어떻습니까?

# %% key="learned-train"
from course_lib import mlp, parameterisations, training

points = hills.sample(20_000, seeded(2)).float()
torch.manual_seed(0)
model = parameterisations.EpsModel(mlp.MLP(width=96, depth=2), schedule)
recipe = training.Recipe(steps=1200, batch_size=512, learning_rate=5e-3, warmup=50, ema_decay=0.99)
run = training.Run(model, points, None, recipe, device="cpu")
for progress in run.steps():
    if progress.step % 300 == 0:
        print(f"{progress.step:4d}  MSE {progress.loss:.3f}")
learned = parameterisations.EpsModel(run.averaged(), schedule)


def ask(model, x, t):
    with torch.no_grad():
        return model(x.to(D if model is perfect else torch.float32), torch.full((len(x),), t)).to(D)

# %% key="learned-field"
from course_lib import forward

ts = [1, 25, 50, 100, 200, 300, 400, 500, 700, 1000]
window = (-3, 3)
at, fine = (torch.from_numpy(lattice(window, n)).double() for n in (15, 56))
x_0, eps = hills.sample(40, seeded(3)), noise(40, 2, seed=4)
exact, by_net, where, densities = [], [], [], []
for t in ts:
    q_t = hills.diffused(t, schedule)
    sigma = float(1 - bar[t]) ** 0.5
    exact.append(sigma * q_t.score(at))
    by_net.append(sigma * score.from_eps(ask(learned, at, t), t, schedule))
    where.append(forward.q_sample(x_0, t, eps, schedule))
    densities.append(q_t.log_prob(fine).exp().reshape(56, 56))
exact, by_net, where = (torch.stack(part) for part in (exact, by_net, where))
arrows = {"exact": (at, exact), "learned": (at, by_net), "-eps": (where, -eps)}
clouds = {"x_t": where}
shown = {"density": torch.stack(densities), "limits": window, "length": 0.15, "start": {"t": 50}}
field(clouds, {"t": ts}, arrows=arrows, alt=lang.text("alt.score.field"), **shown)

# %% [markdown] key="learned-note" lang="en"
# (b). Inside, learned and exact lie on top of each other; at the rim, where the training saw no points, they part, most at small $t$. (At $t=200$ the two can hardly be told apart even there, and it looks like (a).) And the single noises point anywhere: next to each other, in opposite directions. Yet *those* were what the network was trained on. Section 3 shows how it can get the field right all the same.
#
# Watch the field over $t$. At $t=1$ the shading has the three tops of section 1; with growing $t$ they merge, one after the other; at $t=1000$ one wide hill is left and all arrows point to the middle. **A network holds not one map but a thousand, from coarse to fine.**
#
# How good is the learned field? Measure the mean squared gap $\mathbb E\,\|\sigma_t\,(\hat s-s)\|^2/d$ at points $x_t$ drawn from $q_t$, with $\sigma_t=\sqrt{1-\bar\alpha_t}$ (so that it counts in units of $\epsilon$). The question is: gap to *what*? A public tutorial once measured it against the score of the *clean* data.
#
# **Commit:** a perfect network at $t=100$, measured against the clean density: is its error 0, a little above, or far from 0?
#
# (The cell prints, against $q_t$: learned, perfect, and an answer that is always 0; against $p$: learned and perfect.)

# %% [markdown] key="learned-note" lang="id" ref="853d3c05"
# (b). Di bagian dalam, panah hasil belajar dan panah eksak berimpit; di tepi, tempat pelatihan tidak menjumpai titik, keduanya berpisah, paling jauh pada $t$ kecil. (Pada $t=200$ di tepi pun keduanya hampir tidak dapat dibedakan, sehingga tampaknya seperti (a).) Sedangkan noise satu per satu menunjuk ke mana saja: yang bersebelahan pun bisa berlawanan arah. Padahal dengan *itulah* jaringan dilatih. Bagian 3 menunjukkan bagaimana ia tetap dapat menemukan medan yang benar.
#
# Perhatikan medannya sepanjang $t$. Pada $t=1$ bayangannya menunjukkan ketiga puncak dari bagian 1; makin besar $t$, makin melebur puncak-puncak itu, satu demi satu; pada $t=1000$ tinggal satu bukit yang lebar dan semua panah menunjuk ke tengah. **Sebuah jaringan tidak menyimpan satu peta melainkan seribu, dari yang kasar sampai yang halus.**
#
# Seberapa baik medan hasil belajar itu? Ukur rata-rata kuadrat selisihnya, $\mathbb E\,\|\sigma_t\,(\hat s-s)\|^2/d$, di titik-titik $x_t$ yang diambil dari $q_t$, dengan $\sigma_t=\sqrt{1-\bar\alpha_t}$ (supaya satuannya satuan $\epsilon$). Pertanyaannya: selisih terhadap *apa*? Sebuah tutorial publik pernah mengukurnya terhadap skor data *bersih*.
#
# **Putuskan dulu:** jaringan sempurna pada $t=100$, diukur terhadap densitas bersih: apakah galatnya 0, sedikit di atasnya, atau jauh dari 0?
#
# (Yang dicetak sel berikut, terhadap $q_t$: hasil belajar, jaringan sempurna, dan jawaban yang selalu 0; terhadap $p$: hasil belajar dan jaringan sempurna.)

# %% [markdown] key="learned-note" lang="ko" ref="853d3c05"
# (b)입니다. 안쪽에서는 학습한 화살표와 정확한 화살표가 포개집니다. 학습할 때 점을 본 적이 없는 가장자리에서는 갈라지고, $t$가 작을 때 가장 심합니다. ($t=200$이면 가장자리에서도 둘을 거의 가려낼 수 없어 (a)처럼 보입니다.) 하나하나의 노이즈는 아무 데나 가리킵니다. 바로 옆에서 서로 반대쪽을 가리키기도 합니다. 그런데 신경망이 보고 배운 것은 바로 *그것*입니다. 그러고도 어떻게 옳은 화살표를 얻는지는 3절에서 봅니다.
#
# $t$를 움직이며 화살표를 지켜보십시오. $t=1$에서는 음영에 1절의 꼭대기 셋이 그대로 있습니다. $t$가 커지면 차례로 합쳐지다가, $t=1000$에는 넓은 언덕 하나만 남고 모든 화살표가 한가운데를 가리킵니다. **신경망 하나에 든 지도는 한 장이 아닙니다. 거친 것부터 세밀한 것까지 천 장입니다.**
#
# 학습한 화살표는 얼마나 정확합니까? $q_t$에서 뽑은 점 $x_t$에서 차이의 제곱 평균 $\mathbb E\,\|\sigma_t\,(\hat s-s)\|^2/d$를 잽니다. $\sigma_t=\sqrt{1-\bar\alpha_t}$를 곱했으므로 단위는 $\epsilon$입니다. 문제는 *무엇과의* 차이인가입니다. 어느 공개 튜토리얼은 *깨끗한* 데이터의 스코어와 견주어 쟀습니다.
#
# **답을 먼저 정하십시오.** $t=100$에서 완벽한 신경망을 깨끗한 데이터의 밀도와 견줍니다. 오차는 0입니까, 그보다 조금 큽니까, 0에서 멉니까?
#
# (셀은 먼저 $q_t$와 견주어 학습한 신경망, 완벽한 신경망, 언제나 0인 답의 오차를 출력하고, 이어서 $p$와 견주어 학습한 신경망과 완벽한 신경망의 오차를 출력합니다.)

# %% key="learned-error"
def gap(s_hat, s, t):
    return float((1 - bar[t]) * (s_hat - s).square().mean())


for t in (10, 100, 250, 500, 900):
    x_t = forward.q_sample(hills.sample(20_000, seeded(5)), t, noise(20_000, 2, seed=6), schedule)
    answers = {m: score.from_eps(ask(m, x_t, t), t, schedule) for m in (learned, perfect)}
    right, clean = hills.diffused(t, schedule).score(x_t), hills.score(x_t)
    diffused = [gap(s, right, t) for s in (*answers.values(), torch.zeros_like(x_t))]
    false = [gap(s, clean, t) for s in answers.values()]
    print(f"t={t:3d}  q_t:", *(f"{e:.4f}" for e in diffused), "  p:", *(f"{e:.4f}" for e in false))
    assert diffused[1] < 1e-12 and (t == 10 or min(false) > 0.01)

# %% [markdown] key="learned-error-note" lang="en"
# Far from 0: 0.1320, about two fifths of what the answer 0 gets against the right density (0.3379). At $t=250$ it is 4.2786. Judged by the clean density, the perfect network and ours are about equally bad, and the number says nothing about either. It measures how far $q_t$ is from $p$. Against the right density, the *diffused* one, the perfect network has no error and ours a small one; measured against the error of the answer 0, it is the smaller the noisier the data.
#
# So one must always say *at which noise level*. A diffusion model does not know $\nabla\log p$ of the data; it knows $\nabla\log q_t$ for $t=1,\dots,T$.
#
# ## 3 · Why predicting noise is learning the score
#
# We would like to train $\hat s$ by its distance to the true score of $q_t$ (*explicit* score matching):
#
# $$J_{\mathrm E}=\mathbb E_{q(x_t)}\left\|\hat s(x_t)-\nabla\log q(x_t)\right\|^2$$
#
# Nobody can: for real data $q(x_t)$ is unknown. What we *do* know is the conditional $q(x_t\mid x_0)$, a Gaussian, and its score, by differentiating $-\|x_t-\sqrt{\bar\alpha_t}\,x_0\|^2/2(1-\bar\alpha_t)$:
#
# $$\nabla_{x_t}\log q(x_t\mid x_0)=-\frac{x_t-\sqrt{\bar\alpha_t}\,x_0}{1-\bar\alpha_t}=-\frac{\epsilon}{\sqrt{1-\bar\alpha_t}}$$
#
# *Denoising* score matching (Vincent 2011) puts it in the place of the score of $q(x_t)$:
#
# $$J_{\mathrm D}=\mathbb E_{q(x_0)\,q(x_t\mid x_0)}\left\|\hat s(x_t)-\nabla\log q(x_t\mid x_0)\right\|^2$$
#
# **Claim:** the two differ by a number that does not depend on $\hat s$. Expand both squares. $\mathbb E\|\hat s\|^2$ is the same in both; the last squares do not contain $\hat s$; so only the middle terms are in question, and there, with $q\,\nabla\log q=\nabla q$,
#
# $$\mathbb E_{q(x_t)}\big[\hat s\cdot\nabla\log q(x_t)\big]=\int\hat s\cdot\nabla q(x_t)\,dx_t=\iint q(x_0)\,\hat s\cdot\nabla q(x_t\mid x_0)\,dx_0\,dx_t=\mathbb E\big[\hat s\cdot\nabla\log q(x_t\mid x_0)\big]$$
#
# because $q(x_t)=\int q(x_0)\,q(x_t\mid x_0)\,dx_0$. That is all. Write $\hat s=-\hat\epsilon/\sigma_t$, and what is left of $J_{\mathrm D}$ is the loss of chapter 4:
#
# $$J_{\mathrm D}=\frac{1}{1-\bar\alpha_t}\;\mathbb E\left\|\epsilon-\hat\epsilon(x_t,t)\right\|^2$$
#
# (A word on names: some notes call $q$ “the approximate posterior”, because in the reading of chapter 3 all of $x_1,\dots,x_T$ are latent variables. Here $q(x_{1:T}\mid x_0)$ is simply the fixed forward process, nothing in it is approximate, and the *posterior* of one step back is $q(x_{t-1}\mid x_t,x_0)$.)
#
# First the two scores, by automatic differentiation. Section 2 has shown that the gradients of $\log q(x_t\mid x_0)$ and of $\log q(x_t)$ differ at the same point. **Commit:** among 50000 points, where the two differ most, is the difference below 1, or above 1?

# %% [markdown] key="learned-error-note" lang="id" ref="08a333cb"
# Jauh dari 0: 0.1320, sekitar dua perlima dari galat jawaban 0 terhadap densitas yang tepat (0.3379). Pada $t=250$ nilainya 4.2786. Bila dinilai dengan densitas bersih, jaringan sempurna dan jaringan kita kira-kira sama buruknya, dan bilangan itu tidak berkata apa-apa tentang keduanya. Yang terukur adalah seberapa jauh $q_t$ dari $p$. Terhadap densitas yang tepat, yaitu yang *terdifusi*, jaringan sempurna tidak punya galat dan jaringan kita punya sedikit; dibandingkan dengan galat jawaban 0, makin bernoise datanya makin kecil galat itu.
#
# Jadi kita harus selalu menyebut *pada tingkat noise mana*. Model difusi tidak mengenal $\nabla\log p$ milik data; yang dikenalnya $\nabla\log q_t$ untuk $t=1,\dots,T$.
#
# ## 3 · Mengapa menebak noise berarti mempelajari skor
#
# Yang kita inginkan: melatih $\hat s$ dengan jaraknya ke skor $q_t$ yang sebenarnya (score matching *eksplisit*):
#
# $$J_{\mathrm E}=\mathbb E_{q(x_t)}\left\|\hat s(x_t)-\nabla\log q(x_t)\right\|^2$$
#
# Tidak ada yang sanggup: untuk data sungguhan, $q(x_t)$ tidak diketahui. Yang kita *ketahui* adalah yang bersyarat, $q(x_t\mid x_0)$, sebuah Gaussian, beserta skornya, yang diperoleh dengan menurunkan $-\|x_t-\sqrt{\bar\alpha_t}\,x_0\|^2/2(1-\bar\alpha_t)$:
#
# $$\nabla_{x_t}\log q(x_t\mid x_0)=-\frac{x_t-\sqrt{\bar\alpha_t}\,x_0}{1-\bar\alpha_t}=-\frac{\epsilon}{\sqrt{1-\bar\alpha_t}}$$
#
# *Denoising* score matching (Vincent 2011) menaruhnya di tempat skor $q(x_t)$:
#
# $$J_{\mathrm D}=\mathbb E_{q(x_0)\,q(x_t\mid x_0)}\left\|\hat s(x_t)-\nabla\log q(x_t\mid x_0)\right\|^2$$
#
# **Klaim:** beda keduanya hanya sebuah bilangan yang tidak bergantung pada $\hat s$. Jabarkan kedua kuadratnya. $\mathbb E\|\hat s\|^2$ sama pada keduanya; kuadrat yang terakhir tidak memuat $\hat s$; jadi persoalannya tinggal suku tengah, dan di sana, dengan $q\,\nabla\log q=\nabla q$,
#
# $$\mathbb E_{q(x_t)}\big[\hat s\cdot\nabla\log q(x_t)\big]=\int\hat s\cdot\nabla q(x_t)\,dx_t=\iint q(x_0)\,\hat s\cdot\nabla q(x_t\mid x_0)\,dx_0\,dx_t=\mathbb E\big[\hat s\cdot\nabla\log q(x_t\mid x_0)\big]$$
#
# karena $q(x_t)=\int q(x_0)\,q(x_t\mid x_0)\,dx_0$. Hanya itu. Tulis $\hat s=-\hat\epsilon/\sigma_t$, dan yang tersisa dari $J_{\mathrm D}$ adalah loss (fungsi kerugian) dari Bab 4:
#
# $$J_{\mathrm D}=\frac{1}{1-\bar\alpha_t}\;\mathbb E\left\|\epsilon-\hat\epsilon(x_t,t)\right\|^2$$
#
# (Sepatah kata tentang nama: sebagian catatan menyebut $q$ “posterior hampiran”, sebab menurut cara baca Bab 3 semua $x_1,\dots,x_T$ adalah variabel laten. Di sini $q(x_{1:T}\mid x_0)$ tidak lain dari proses maju yang sudah ditetapkan, tidak ada yang hampiran di dalamnya, dan *posterior* untuk satu langkah mundur adalah $q(x_{t-1}\mid x_t,x_0)$.)
#
# Pertama-tama kedua skor itu, dengan diferensiasi otomatis. Bagian 2 sudah memperlihatkan bahwa gradien $\log q(x_t\mid x_0)$ dan gradien $\log q(x_t)$ berbeda di titik yang sama. **Putuskan dulu:** di antara 50000 titik, di tempat beda keduanya paling besar, apakah bedanya di bawah 1 atau di atas 1?

# %% [markdown] key="learned-error-note" lang="ko" ref="08a333cb"
# 0에서 멉니다. 0.1320이고, 언제나 0이라고 답할 때 옳은 밀도에서 나오는 오차(0.3379)의 오분의 이쯤입니다. $t=250$에서는 4.2786이나 됩니다. 깨끗한 밀도를 잣대로 삼으면 완벽한 신경망과 우리 신경망이 비슷하게 나쁘고, 그 수는 어느 신경망에 대해서도 아무것도 알려 주지 않습니다. 재고 있는 것은 $q_t$와 $p$ 사이의 거리입니다. 옳은 밀도, 곧 *노이즈로 퍼진* 밀도와 견주면 완벽한 신경망은 오차가 없고, 우리 신경망의 오차는 작으며, 언제나 0인 답의 오차에 견주면 데이터에 노이즈가 많을수록 더 작습니다.
#
# 그러므로 *어느 노이즈 수준인지*를 언제나 밝혀야 합니다. 확산 모델은 데이터의 $\nabla\log p$를 모릅니다. 아는 것은 $t=1,\dots,T$에 대한 $\nabla\log q_t$입니다.
#
# ## 3 · 노이즈를 예측하면 왜 스코어를 배우게 됩니까?
#
# $\hat s$를 학습할 때 줄이고 싶은 것은 $q_t$의 참된 스코어까지의 거리입니다(*명시적* 스코어 매칭).
#
# $$J_{\mathrm E}=\mathbb E_{q(x_t)}\left\|\hat s(x_t)-\nabla\log q(x_t)\right\|^2$$
#
# 이것은 아무도 할 수 없습니다. 진짜 데이터에서는 $q(x_t)$를 모릅니다. 우리가 *아는* 것은 조건부 분포 $q(x_t\mid x_0)$입니다. 가우스 분포이므로 $-\|x_t-\sqrt{\bar\alpha_t}\,x_0\|^2/2(1-\bar\alpha_t)$를 미분하면 그 스코어도 나옵니다.
#
# $$\nabla_{x_t}\log q(x_t\mid x_0)=-\frac{x_t-\sqrt{\bar\alpha_t}\,x_0}{1-\bar\alpha_t}=-\frac{\epsilon}{\sqrt{1-\bar\alpha_t}}$$
#
# *노이즈 제거* 스코어 매칭(Vincent 2011)은 모르는 $q(x_t)$의 스코어 자리에 이것을 넣습니다.
#
# $$J_{\mathrm D}=\mathbb E_{q(x_0)\,q(x_t\mid x_0)}\left\|\hat s(x_t)-\nabla\log q(x_t\mid x_0)\right\|^2$$
#
# **주장.** 둘의 차이는 $\hat s$와 상관없는 수입니다. 두 제곱을 펼쳐 봅시다. $\mathbb E\|\hat s\|^2$은 양쪽에서 같습니다. 마지막 제곱에는 $\hat s$가 없습니다. 그러니 가운데 항만 보면 됩니다. $q\,\nabla\log q=\nabla q$를 쓰면 이렇게 됩니다.
#
# $$\mathbb E_{q(x_t)}\big[\hat s\cdot\nabla\log q(x_t)\big]=\int\hat s\cdot\nabla q(x_t)\,dx_t=\iint q(x_0)\,\hat s\cdot\nabla q(x_t\mid x_0)\,dx_0\,dx_t=\mathbb E\big[\hat s\cdot\nabla\log q(x_t\mid x_0)\big]$$
#
# $q(x_t)=\int q(x_0)\,q(x_t\mid x_0)\,dx_0$이기 때문입니다. 이것으로 끝입니다. $\hat s=-\hat\epsilon/\sigma_t$라고 쓰면 $J_{\mathrm D}$에 남는 것은 4장의 손실입니다.
#
# $$J_{\mathrm D}=\frac{1}{1-\bar\alpha_t}\;\mathbb E\left\|\epsilon-\hat\epsilon(x_t,t)\right\|^2$$
#
# (이름에 대해 한마디 덧붙입니다. $q$를 “근사 사후분포”라고 부르는 글이 있습니다. 3장처럼 읽으면 $x_1,\dots,x_T$가 모두 잠재 변수이기 때문입니다. 여기서 $q(x_{1:T}\mid x_0)$은 정해진 전방 과정일 뿐이고, 그 안에 근사는 하나도 없습니다. 한 단계 되돌아가는 *사후분포*는 $q(x_{t-1}\mid x_t,x_0)$입니다.)
#
# 먼저 두 스코어를 자동 미분으로 구합니다. 같은 점에서 $\log q(x_t\mid x_0)$의 기울기와 $\log q(x_t)$의 기울기가 다르다는 것은 2절에서 보았습니다. **답을 먼저 정하십시오.** 점 50000개 가운데 둘의 차이가 가장 큰 점에서, 그 차이는 1보다 작습니까, 1보다 큽니까?

# %% key="dsm-autograd"
t, n = 250, 50_000
sigma = float(1 - bar[t]) ** 0.5
x_0, eps = hills.sample(n, seeded(7)), noise(n, 2, seed=8)
x_t = (bar[t] ** 0.5 * x_0 + sigma * eps).requires_grad_()
log_conditional = -(x_t - bar[t] ** 0.5 * x_0).square().sum(1) / (2 * sigma**2)
(conditional,) = torch.autograd.grad(log_conditional.sum(), x_t)
(marginal,) = torch.autograd.grad(hills.diffused(t, schedule).log_prob(x_t).sum(), x_t)
x_t = x_t.detach()
gaps = {
    "-eps": (conditional + eps / sigma).abs().max(),
    "-E[eps|x_t]": (marginal - score.from_eps(ask(perfect, x_t, t), t, schedule)).abs().max(),
    "q|q": (conditional - marginal).abs().max(),
}
print({name: f"{float(g):.0e}" for name, g in gaps.items()})
assert max(gaps["-eps"], gaps["-E[eps|x_t]"]) < 1e-9 < 1 < gaps["q|q"]

# %% [markdown] key="dsm-task" lang="en"
# Above 1: about 5 (`q|q`). One is $-\epsilon/\sigma_t$, the other $-\mathbb E[\epsilon\mid x_t]/\sigma_t$, each to within rounding. A note that writes “score $=-\epsilon/\sqrt{1-\bar\alpha_t}$” means the first, a note that writes $\epsilon_\theta$ the second.
#
# Now the claim. Three answers: always 0, the trained network, the perfect one. Three losses, all multiplied by $\sigma_t^2$: $J_{\mathrm E}$, $J_{\mathrm D}$, and a third one, which Hyvärinen (2005) found by integrating by parts and which needs neither of the two scores, only the divergence $\nabla\cdot\hat s$: each coordinate of $\hat s$ differentiated by the same coordinate of $x_t$, and added up (it shares only the name with the KL divergence):
#
# $$J_{\mathrm H}=\mathbb E_{q(x_t)}\left[\|\hat s\|^2+2\,\nabla\cdot\hat s\right]$$
#
# **Commit:** the perfect answer has $J_{\mathrm E}=0$. What is its $J_{\mathrm D}$, the loss one sees in training: 0 as well? (At the end of each line stand the differences of the second and the third loss to the first, with their standard errors.)

# %% [markdown] key="dsm-task" lang="id" ref="53dd8151"
# Di atas 1: sekitar 5 (`q|q`). Yang satu $-\epsilon/\sigma_t$, yang lain $-\mathbb E[\epsilon\mid x_t]/\sigma_t$, masing-masing dalam batas pembulatan. Catatan yang menulis “skor $=-\epsilon/\sqrt{1-\bar\alpha_t}$” memaksudkan yang pertama, catatan yang menulis $\epsilon_\theta$ memaksudkan yang kedua.
#
# Sekarang klaim tadi. Tiga jawaban: selalu 0, jaringan terlatih, jaringan sempurna. Tiga loss, semuanya dikalikan $\sigma_t^2$: $J_{\mathrm E}$, $J_{\mathrm D}$, dan yang ketiga, yang ditemukan Hyvärinen (2005) lewat integrasi parsial dan tidak memerlukan satu pun dari kedua skor itu, cukup divergensi $\nabla\cdot\hat s$: setiap koordinat $\hat s$ diturunkan terhadap koordinat $x_t$ yang sama, lalu dijumlahkan (dengan divergensi KL hanya namanya yang sama):
#
# $$J_{\mathrm H}=\mathbb E_{q(x_t)}\left[\|\hat s\|^2+2\,\nabla\cdot\hat s\right]$$
#
# **Putuskan dulu:** jawaban yang sempurna memiliki $J_{\mathrm E}=0$. Berapa $J_{\mathrm D}$-nya, loss yang kelihatan dalam pelatihan: 0 juga? (Di ujung setiap baris cetakan: selisih loss kedua dan ketiga terhadap yang pertama, beserta galat bakunya.)

# %% [markdown] key="dsm-task" lang="ko" ref="53dd8151"
# 5쯤으로 1보다 큽니다(`q|q`). 반올림 오차 안에서 하나는 $-\epsilon/\sigma_t$이고, 다른 하나는 $-\mathbb E[\epsilon\mid x_t]/\sigma_t$입니다. “스코어 $=-\epsilon/\sqrt{1-\bar\alpha_t}$”라고 적은 글은 앞의 것을, $\epsilon_\theta$를 적은 글은 뒤의 것을 말합니다.
#
# 이제 위의 주장을 시험합니다. 답은 셋입니다. 언제나 0, 학습한 신경망, 완벽한 신경망입니다. 손실도 셋이고 모두 $\sigma_t^2$을 곱합니다. $J_{\mathrm E}$와 $J_{\mathrm D}$, 그리고 Hyvärinen(2005)이 부분적분으로 찾아낸 셋째 손실입니다. 셋째는 두 스코어가 다 필요 없고 발산(divergence) $\nabla\cdot\hat s$만 있으면 됩니다. $\hat s$의 좌표마다 $x_t$의 같은 좌표로 미분해 모두 더한 것입니다(KL 발산과는 이름만 같습니다).
#
# $$J_{\mathrm H}=\mathbb E_{q(x_t)}\left[\|\hat s\|^2+2\,\nabla\cdot\hat s\right]$$
#
# **답을 먼저 정하십시오.** 완벽한 답은 $J_{\mathrm E}=0$입니다. 학습할 때 눈에 보이는 손실인 $J_{\mathrm D}$는 얼마입니까? 그것도 0입니까? (출력의 줄마다 끝에는 둘째 손실과 셋째 손실에서 첫째 손실을 뺀 값과 그 표준오차가 있습니다.)

# %% key="dsm-losses"
def divergence(model, x):
    x = x.to(D if model is perfect else torch.float32).requires_grad_()
    eps_hat = model(x, torch.full((len(x),), t))
    grads = [torch.autograd.grad(eps_hat[:, k].sum(), x, retain_graph=True)[0][:, k] for k in range(2)]
    return -(grads[0] + grads[1]).detach().to(D) / sigma


constants = []
for name, model in (("0", None), ("learned", learned), ("perfect", perfect)):
    s = score.from_eps(ask(model, x_t, t), t, schedule) if model else torch.zeros_like(x_t)
    div = divergence(model, x_t) if model else torch.zeros(n, dtype=D)
    J_E = sigma**2 * (s - marginal).square().sum(1)
    J_D = sigma**2 * (s - conditional).square().sum(1)
    J_H = sigma**2 * (s.square().sum(1) + 2 * div)
    print(f"{name:8s} J_E {J_E.mean():.3f}  J_D {J_D.mean():.3f}  J_H {J_H.mean():6.3f}", end="   ")
    for other in (J_D, J_H):
        constants.append(((other - J_E).mean(), (other - J_E).std() / n**0.5))
        print(f"-J_E {constants[-1][0]:6.3f} +- {constants[-1][1]:.3f}", end="  ")
    print()
for (c, se), (c_2, se_2) in zip(constants[:4], constants[2:], strict=True):
    assert abs(c - c_2) < 5 * (se**2 + se_2**2) ** 0.5

# %% key="dsm-same"
from course_lib import losses

net = parameterisations.EpsModel(mlp.MLP(width=16, depth=1).double(), schedule)
torch.nn.init.normal_(net.net.head.weight)
eps_hat = net(x_t[:500], torch.full((500,), t))
as_score = sigma**2 * (score.from_eps(eps_hat, t, schedule) - conditional[:500]).square().mean()
as_noise = losses.simple(eps_hat, eps[:500])
wanted = list(net.net.parameters())
pairs = zip(*(torch.autograd.grad(J, wanted, retain_graph=True) for J in (as_score, as_noise)), strict=True)
apart = max(float((a - b).abs().max()) for a, b in pairs)
print(f"J_D {as_score:.6f}  L {as_noise:.6f}  grad {apart:.0e}")
assert abs(as_score - as_noise) < 1e-12 and apart < 1e-12

# %% [markdown] key="dsm-note" lang="en"
# From line to line the differences agree within their errors: three losses, three constants, **one minimiser**. The perfect answer's $J_{\mathrm D}$ is 0.898, for two coordinates together: the floor of chapter 4. And the last line: as functions of a network's weights, denoising score matching with the weight $\sigma_t^2$ and the simple loss are not “approximately” the same, as one reads. They are the same number with the same gradient.
#
# $J_{\mathrm H}$ needs no noise at all, but a derivative for every coordinate: 784 backward passes for a digit, where $J_{\mathrm D}$ needs one. That is why everybody denoises.
#
# What does the floor consist of? Go back to one coordinate: two blobs at $-1$ and $1$, standard deviation 0.15. **Commit:** plot the drawn $\epsilon$ against $\epsilon^*=\mathbb E[\epsilon\mid x_t]$, at $t=10$ and at $t=250$. Where is the cloud closer to the diagonal?

# %% [markdown] key="dsm-note" lang="id" ref="98a0ac02"
# Baris demi baris, selisihnya cocok dalam batas galatnya: tiga loss, tiga tetapan, **satu peminimum**. $J_{\mathrm D}$ dari jawaban sempurna adalah 0.898, untuk dua koordinat bersama-sama: lantai dari Bab 4. Lalu baris terakhir: sebagai fungsi dari bobot jaringan, denoising score matching dengan bobot $\sigma_t^2$ dan loss sederhana itu bukan “kira-kira” sama, seperti yang kadang tertulis. Bilangannya sama, gradiennya pun sama.
#
# $J_{\mathrm H}$ tidak memerlukan noise sama sekali, tetapi memerlukan satu turunan untuk setiap koordinat: 784 kali perambatan balik (*backward*) untuk satu angka, sedangkan $J_{\mathrm D}$ cukup satu kali. Karena itulah semua orang memilih menghilangkan noise.
#
# Lantai itu terdiri dari apa? Kembali ke satu koordinat: dua gundukan di $-1$ dan $1$, simpangan baku 0.15. **Putuskan dulu:** gambarkan $\epsilon$ yang terambil terhadap $\epsilon^*=\mathbb E[\epsilon\mid x_t]$, pada $t=10$ dan pada $t=250$. Di mana awannya lebih dekat ke diagonal?

# %% [markdown] key="dsm-note" lang="ko" ref="98a0ac02"
# 어느 줄에서나 차이가 오차 안에서 같습니다. 손실이 셋, 상수도 셋인데 **최소가 되는 곳은 하나**입니다. 완벽한 답의 $J_{\mathrm D}$는 두 좌표를 합쳐 0.898입니다. 4장의 바닥입니다. 그리고 마지막 줄을 보십시오. 가중치가 $\sigma_t^2$인 노이즈 제거 스코어 매칭과 단순한 손실은, 신경망의 가중치에 대한 함수로서, 흔히 말하듯 “대략” 같은 것이 아닙니다. 수가 같고 기울기도 같습니다.
#
# $J_{\mathrm H}$에는 노이즈가 전혀 필요 없지만 좌표마다 도함수가 하나씩 필요합니다. 숫자 그림이면 역전파가 784번이고, $J_{\mathrm D}$라면 한 번입니다. 모두가 노이즈 제거로 학습하는 까닭입니다.
#
# 바닥은 무엇으로 이루어져 있습니까? 좌표 하나로 돌아갑시다. $-1$과 $1$에 있는 두 덩어리이고, 표준편차는 0.15입니다. **답을 먼저 정하십시오.** 가로에 $\epsilon^*=\mathbb E[\epsilon\mid x_t]$, 세로에 뽑은 $\epsilon$을 놓고 $t=10$과 $t=250$에서 점을 찍습니다. 어느 쪽 점들이 대각선에 더 가깝겠습니까?

# %% key="dsm-scatter"
two = gaussians.Mixture([0.5, 0.5], torch.tensor([[-1.0], [1.0]], dtype=D), 0.15)
ideal = two.optimal_eps(schedule)
x_0, eps = two.sample(200_000, seeded(9)), noise(200_000, 1, seed=10)
fig, ax = figures.axes(r"$\epsilon^*$", r"$\epsilon$", columns=2, size=(3.6, 3.6))
for one, t in zip(ax, (10, 250), strict=True):
    best = ideal(forward.q_sample(x_0, t, eps, schedule), torch.full((200_000,), t))
    print(f"t={t:3d}  {float(1 - bar[t]) ** 0.5:.2f}  Var(eps - eps*) {(eps - best).var():.3f}", end="  ")
    slope = float((eps * best).mean() / best.square().mean())
    print(f"slope {slope:.3f}  corr {torch.corrcoef(torch.cat([eps, best], 1).T)[0, 1]:.2f}")
    assert abs(slope - 1) < 5 * float((eps - best).std() / best.std()) / 200_000**0.5
    one.plot(best[:1500], eps[:1500], ".", markersize=3)
    one.plot([-3, 3], [-3, 3], color="black", linewidth=1, linestyle=":")
    one.set(title=f"$t={t}$", xlim=(-3.5, 3.5), ylim=(-3.5, 3.5), aspect="equal")
figures.show(fig, "alt.score.scatter")

# %% [markdown] key="langevin" lang="en"
# At $t=250$: there it has two strands. (The upright one: points near the middle, where $\epsilon^*$ is 0 because $x_t$ may have come from either blob, with one sign of $\epsilon$ or the other.) At $t=10$ hardly any of the drawn noise can be known: noise of standard deviation 0.04 in a blob that is 0.15 wide cannot be told from the blob. Of the variance 1 of $\epsilon$, 0.926 is left over at $t=10$ and 0.473 at $t=250$. But look at “slope”, the line fitted to the cloud: it is 1 both times, within the error of 200000 points. However wide the cloud, **its mean at each $\epsilon^*$ lies on the diagonal**, and a squared error finds means. A single noise is no score; the mean of all of them is.
#
# ## 4 · Langevin: climb, and be shaken
#
# Now sample with arrows alone. A walk that only climbs ends on a top. So after each move shake a little, with fresh noise $z\sim\mathcal N(0,I)$:
#
# $$x_{k+1}=x_k+\frac{\delta}{2}\,\nabla\log p(x_k)+\sqrt{\delta}\,z_k$$
#
# How strong must the shaking be for points distributed as $p$ to *stay* distributed as $p$? Take any smooth function $f$ and ask how its mean changes in one move. By Taylor, with a climb of $a\,\delta\,s$ and a shake of variance $b\,\delta$, and with $\Delta f$ for the Laplacian, the sum of the second derivatives,
#
# $$\mathbb E f(x_{k+1})-\mathbb E f(x_k)=\delta\,\mathbb E\left[a\,s\cdot\nabla f+\tfrac b2\,\Delta f\right]+O(\delta^2)$$
#
# and, integrating by parts, $\mathbb E[s\cdot\nabla f]=\int\nabla p\cdot\nabla f\,dx=-\int p\,\Delta f\,dx=-\mathbb E[\Delta f]$. So everything cancels exactly when $a=b/2$: **the climb is half the variance of the shake.** With $b=1$ that is the move above; with $b=2$ it is the other form in circulation, $x+\delta s+\sqrt{2\delta}\,z$. They are one method, with two meanings of $\delta$.
#
# The cell tries the middle step, $\mathbb E[s\cdot\nabla f]=-\mathbb E[\Delta f]$, on 400000 points of the three hills, for $f=\|x\|^2$ and two waves.

# %% [markdown] key="langevin" lang="id" ref="6235f466"
# Pada $t=250$: di sana awannya terdiri atas dua untai. (Yang tegak: titik-titik di dekat tengah, yang $\epsilon^*$-nya 0 sebab $x_t$ bisa datang dari gundukan mana pun, dengan $\epsilon$ bertanda plus atau minus.) Pada $t=10$ hampir tidak ada bagian noise yang dapat diketahui: noise bersimpangan baku 0.04 di dalam gundukan selebar 0.15 tidak dapat dibedakan dari gundukannya. Dari varians $\epsilon$ yang besarnya 1, tersisa 0.926 pada $t=10$ dan 0.473 pada $t=250$. Tetapi lihat “slope”, kemiringan garis yang dicocokkan dengan awan itu: dua-duanya 1, dalam batas galat 200000 titik. Selebar apa pun awannya, **rata-ratanya di setiap $\epsilon^*$ terletak pada diagonal**, dan rata-ratalah yang ditemukan galat kuadrat. Satu noise bukanlah skor; rata-rata semuanyalah skornya.
#
# ## 4 · Langevin: mendaki sambil diguncang
#
# Sekarang mari mengambil sampel dengan panah saja. Perjalanan yang hanya mendaki berakhir di puncak. Jadi setelah setiap gerakan kita guncang sedikit, dengan noise baru $z\sim\mathcal N(0,I)$:
#
# $$x_{k+1}=x_k+\frac{\delta}{2}\,\nabla\log p(x_k)+\sqrt{\delta}\,z_k$$
#
# Seberapa kuat guncangannya supaya titik-titik yang berdistribusi $p$ *tetap* berdistribusi $p$? Ambil sembarang fungsi mulus $f$, lalu tanyakan bagaimana rata-ratanya berubah dalam satu gerakan. Menurut Taylor, dengan pendakian $a\,\delta\,s$ dan guncangan bervarians $b\,\delta$, dan dengan $\Delta f$ untuk Laplacian, yaitu jumlah semua turunan orde dua,
#
# $$\mathbb E f(x_{k+1})-\mathbb E f(x_k)=\delta\,\mathbb E\left[a\,s\cdot\nabla f+\tfrac b2\,\Delta f\right]+O(\delta^2)$$
#
# dan, dengan integrasi parsial, $\mathbb E[s\cdot\nabla f]=\int\nabla p\cdot\nabla f\,dx=-\int p\,\Delta f\,dx=-\mathbb E[\Delta f]$. Jadi semuanya saling menghapus tepat bila $a=b/2$: **pendakiannya separuh varians guncangannya.** Dengan $b=1$ itulah gerakan di atas; dengan $b=2$ itulah bentuk lain yang juga beredar, $x+\delta s+\sqrt{2\delta}\,z$. Metodenya satu, arti $\delta$-nya dua.
#
# Sel berikut menguji langkah tengahnya, $\mathbb E[s\cdot\nabla f]=-\mathbb E[\Delta f]$, pada 400000 titik dari ketiga bukit, untuk $f=\|x\|^2$ dan dua gelombang.

# %% [markdown] key="langevin" lang="ko" ref="6235f466"
# $t=250$입니다. 거기서는 점들이 두 가닥을 이룹니다. (곧추선 가닥은 한가운데 가까이에 있는 점들입니다. $x_t$가 어느 덩어리에서나 왔을 수 있고 그에 따라 $\epsilon$의 부호가 갈리므로, $\epsilon^*$은 0입니다.) $t=10$에서는 뽑은 노이즈를 거의 알아낼 수 없습니다. 너비가 0.15인 덩어리에 섞인 표준편차 0.04의 노이즈는 덩어리와 가려낼 수 없기 때문입니다. $\epsilon$의 분산 1 가운데 $t=10$에서는 0.926이, $t=250$에서는 0.473이 남습니다. 그러나 점들에 맞춘 직선의 기울기 “slope”를 보십시오. 두 번 모두 점 200000개의 오차 안에서 1입니다. 점들이 아무리 넓게 퍼져 있어도 **$\epsilon^*$의 값마다 점들의 평균은 대각선 위에 있고**, 제곱 오차는 평균을 찾아냅니다. 노이즈 하나는 스코어가 아니지만, 모든 노이즈의 평균은 스코어입니다.
#
# ## 4 · 랑주뱅: 오르고 흔들리기
#
# 이제 화살표만으로 샘플을 얻어 봅시다. 오르기만 하는 걸음은 꼭대기에서 끝납니다. 그래서 한 걸음 옮길 때마다 새 노이즈 $z\sim\mathcal N(0,I)$로 조금 흔듭니다.
#
# $$x_{k+1}=x_k+\frac{\delta}{2}\,\nabla\log p(x_k)+\sqrt{\delta}\,z_k$$
#
# $p$를 따르는 점들이 걷고 난 뒤에도 *그대로* $p$를 따르려면 얼마나 세게 흔들어야 합니까? 매끄러운 함수 $f$를 하나 잡고, 한 걸음에 그 평균이 얼마나 달라지는지 봅시다. $a\,\delta\,s$만큼 오르고 분산 $b\,\delta$로 흔들면 테일러 전개에서 다음이 나옵니다. $\Delta f$는 라플라시안, 곧 이계도함수를 모두 더한 것입니다.
#
# $$\mathbb E f(x_{k+1})-\mathbb E f(x_k)=\delta\,\mathbb E\left[a\,s\cdot\nabla f+\tfrac b2\,\Delta f\right]+O(\delta^2)$$
#
# 그런데 부분적분을 하면 $\mathbb E[s\cdot\nabla f]=\int\nabla p\cdot\nabla f\,dx=-\int p\,\Delta f\,dx=-\mathbb E[\Delta f]$입니다. 그러므로 $a=b/2$일 때 모든 것이 꼭 맞게 상쇄됩니다. **오르는 크기는 흔드는 분산의 절반입니다.** $b=1$이면 위의 걸음이고, $b=2$이면 널리 쓰이는 다른 꼴 $x+\delta s+\sqrt{2\delta}\,z$입니다. 방법은 하나이고 $\delta$의 뜻이 둘입니다.
#
# 셀은 이 가운데 계산인 $\mathbb E[s\cdot\nabla f]=-\mathbb E[\Delta f]$를 세 언덕의 점 400000개에서 시험합니다. 함수는 $f=\|x\|^2$과 물결 두 개입니다.

# %% key="langevin-balance"
x = hills.sample(400_000, seeded(40))
s, k_1, k_2 = hills.score(x), torch.tensor([1.0, 0.5], dtype=D), torch.tensor([-1.0, 2.0], dtype=D)
functions = {"|x|^2": (2 * x, torch.full((len(x),), 4.0, dtype=D))}
for name, k in (("sin kx", k_1), ("sin lx", k_2)):
    functions[name] = (torch.cos(x @ k)[:, None] * k, -(k @ k) * torch.sin(x @ k))
for name, (gradient, laplacian) in functions.items():
    push = (s * gradient).sum(1)
    se = (push + laplacian).std() / len(x) ** 0.5
    print(f"{name:7s} E[s grad f] {push.mean():7.3f}  E[Laplace f] {laplacian.mean():7.3f}  se {se:.3f}")
    assert abs(push.mean() + laplacian.mean()) < 5 * se

# %% [markdown] key="langevin-task" lang="en"
# Three letters to keep apart here. $k$ counts moves and is no timestep: a note that writes $x_{t+1}$ and $p(x_t)$ for it means $k$, and $p$ stays the same throughout. $\delta$ is a variance. And $p$ may be $q_t$ of one fixed noise level $t$.
#
# ### Exercise: the move
#
# Write `langevin_move(x, score, step, z)`: one move with $\delta$ = `step`, in the form with $\delta/2$. `score` is the tensor of the scores at `x`; `x`, `score` and `z` are (B, 2).

# %% [markdown] key="langevin-task" lang="id" ref="5ff8d8cb"
# Ada tiga huruf yang jangan sampai tertukar di sini. $k$ menghitung gerakan dan bukan timestep (langkah waktu): catatan yang menulis $x_{t+1}$ dan $p(x_t)$ di sini memaksudkan $k$, dan $p$ tetap sama sepanjang jalan. $\delta$ adalah varians. Dan $p$ boleh saja $q_t$ dari satu tingkat noise $t$ yang tetap.
#
# ### Latihan: satu gerakan
#
# Tulis `langevin_move(x, score, step, z)`: satu gerakan dengan $\delta$ = `step`, dalam bentuk yang memakai $\delta/2$. `score` adalah tensor berisi skor di `x`; `x`, `score`, dan `z` berbentuk (B, 2).

# %% [markdown] key="langevin-task" lang="ko" ref="5ff8d8cb"
# 여기서 헷갈리지 말아야 할 글자가 셋 있습니다. $k$는 걸음을 세는 수이지 타임스텝이 아닙니다. 이 자리에 $x_{t+1}$과 $p(x_t)$를 쓴 글도 $k$를 말하는 것이고, $p$는 처음부터 끝까지 같습니다. $\delta$는 분산입니다. 그리고 $p$는 노이즈 수준 $t$ 하나를 고정한 $q_t$여도 됩니다.
#
# ### 연습문제: 한 걸음
#
# `langevin_move(x, score, step, z)` 함수를 작성하십시오. $\delta$ = `step`으로 한 걸음 옮기며, $\delta/2$가 있는 꼴을 씁니다. `score`는 `x`에서의 스코어를 담은 텐서이고, `x`와 `score`와 `z`는 모두 (B, 2)입니다.

# %% key="ex-langevin" exercise="score.langevin_move"
def langevin_move(x, score, step, z):
    ### BEGIN SOLUTION
    return x + step / 2 * score + step**0.5 * z
    ### END SOLUTION

# %% key="check-langevin" check="score.langevin_move"
check("score.langevin_move", langevin_move)

# %% [markdown] key="langevin-bias-task" lang="en"
# The library's `score.langevin(score, x, step, steps, generator, convention)` yields $x_0,x_1,x_2,\dots$ and knows both forms, `"half"` and `"whole"`.
#
# The $O(\delta^2)$ was thrown away. What does it cost? For $p=\mathcal N(0,1)$ the score is $-x$, the move is $x_{k+1}=(1-\delta/2)\,x_k+\sqrt\delta\,z$, and a variance that stays must satisfy $v=(1-\delta/2)^2v+\delta$, so
#
# $$v_{\delta/2}=\frac{1}{1-\delta/4},\qquad v_{\delta}=\frac{1}{1-\delta/2}$$
#
# in the two forms. The right answer would be 1. **Commit:** at which $\delta$ does the first one stop settling? And what happens if one takes the climb from one form and the shake from the other? (Each line begins with the factors of the climb and of the shake's variance; each entry is a step, the variance that was measured, and in brackets what the law says.)

# %% [markdown] key="langevin-bias-task" lang="id" ref="b3a29e63"
# `score.langevin(score, x, step, steps, generator, convention)` di pustaka menghasilkan $x_0,x_1,x_2,\dots$ satu demi satu dan mengenal kedua bentuk itu, `"half"` dan `"whole"`.
#
# Tadi $O(\delta^2)$ kita buang. Berapa ongkosnya? Untuk $p=\mathcal N(0,1)$ skornya $-x$, gerakannya $x_{k+1}=(1-\delta/2)\,x_k+\sqrt\delta\,z$, dan varians yang tidak berubah lagi harus memenuhi $v=(1-\delta/2)^2v+\delta$, jadi
#
# $$v_{\delta/2}=\frac{1}{1-\delta/4},\qquad v_{\delta}=\frac{1}{1-\delta/2}$$
#
# dalam kedua bentuk itu. Jawaban yang benar seharusnya 1. **Putuskan dulu:** pada $\delta$ berapa bentuk pertama tidak lagi menetap? Dan apa yang terjadi bila pendakiannya diambil dari bentuk yang satu dan guncangannya dari bentuk yang lain? (Setiap baris cetakan diawali faktor pendakian dan faktor varians guncangan; setiap isinya sebuah langkah, varians yang terukur, dan dalam kurung varians menurut rumus.)

# %% [markdown] key="langevin-bias-task" lang="ko" ref="b3a29e63"
# 라이브러리의 `score.langevin(score, x, step, steps, generator, convention)`은 $x_0,x_1,x_2,\dots$를 차례로 내놓으며, 두 꼴을 `"half"`와 `"whole"`이라는 이름으로 압니다.
#
# 아까 $O(\delta^2)$을 버렸습니다. 그 대가는 얼마입니까? $p=\mathcal N(0,1)$이면 스코어는 $-x$이고 한 걸음은 $x_{k+1}=(1-\delta/2)\,x_k+\sqrt\delta\,z$입니다. 변하지 않는 분산은 $v=(1-\delta/2)^2v+\delta$를 만족해야 하므로, 두 꼴에서 각각 다음과 같습니다.
#
# $$v_{\delta/2}=\frac{1}{1-\delta/4},\qquad v_{\delta}=\frac{1}{1-\delta/2}$$
#
# 옳은 답은 1입니다. **답을 먼저 정하십시오.** 첫째 꼴은 $\delta$가 얼마일 때부터 안정되지 않습니까? 그리고 오르기는 한쪽 꼴에서, 흔들기는 다른 쪽 꼴에서 가져오면 어떻게 됩니까? (출력의 줄마다 맨 앞의 두 수는 오르기와 흔드는 분산에 곱한 것입니다. 이어서 걸음의 크기마다 잰 분산이 있고, 괄호 안은 식에서 나오는 분산입니다.)

# %% key="langevin-bias"
def variance_after(a, b, step, n=10_000, moves=200):
    x, g = noise(n, 1, seed=11), seeded(12)
    for _ in range(moves):
        x = x - a * step * x + (b * step) ** 0.5 * torch.randn(x.shape, generator=g, dtype=D)
    return float(x.var())


forms = {"1/2, 1": (0.5, 1.0), "1, 2": (1.0, 2.0), "1/2, 2": (0.5, 2.0), "1, 1": (1.0, 1.0)}
for name, (a, b) in forms.items():
    print(f"{name:7s}", end="")
    for step in (0.1, 1.0, 1.9, 3.9, 4.1):
        kept = (1 - a * step) ** 2
        law = b * step / (1 - kept) if kept < 1 else float("inf")
        v = variance_after(a, b, step)
        print(f"  {step}: {v:.3g} ({law:.3g})", end="")
        assert v > 1e6 if law == float("inf") else abs(v / law - 1) < 5 * (2 / 10_000) ** 0.5
    print()
for step, convention, law in ((0.1, "half", 1 / (1 - 0.1 / 4)), (0.1, "whole", 1 / (1 - 0.1 / 2))):
    *_, x = score.langevin(lambda x: -x, noise(20_000, 1, seed=11), step, 300, seeded(12), convention)
    print(f"{convention:6s} {float(x.var()):.3f} ({law:.3f})")
    assert abs(float(x.var()) / law - 1) < 5 * (2 / 20_000) ** 0.5

# %% [markdown] key="langevin-bias-note" lang="en"
# At $\delta=4$. There each move throws the point to the opposite side, at the same distance, and adds noise; beyond it the distance grows without end. Long before, the variance is too large: 1.03 at $\delta=0.1$, a third too much at $\delta=1$. A move of the other form with $\delta$ is a move of this one with $2\delta$. The small print of every Langevin sampler: *it draws from $p$ only in the limit $\delta\to0$*.
#
# The two mixed-up forms are the slip that one meets in code. Climb $\tfrac\delta2$ with shake $\sqrt{2\delta}$: at $\delta=0.1$ the variance is 2.05 instead of 1, and it never falls below 2, however small $\delta$ is. Climb $\delta$ with shake $\sqrt\delta$: 0.526. No line crashes, and the pictures are merely too rough, or too smooth. (At $\delta=1$ the line `1, 1` even says 1, by accident: $x-x+z=z$, which is a fresh draw of this $p$ and of no other.)
#
# ### Exercise: foresee a walk
#
# Now another hill, $p=\mathcal N(0,3^2)$, three times as wide; its score is $-x/9$. Predict four whole numbers for the form with $\delta/2$, and let `predict_langevin()` return them in a list: the $\delta$ from which on the walk no longer settles; then, with $\delta=9$, the variance that stays, and the mean after two moves if all points start at $x=8$; and last the variance that stays with $\delta=9$ if $\tfrac\delta2$ is climbed, but shaken with $\sqrt{2\delta}$. A wrong number earns a hint, not the answer; run the cell after the check only when you have committed yourself.

# %% [markdown] key="langevin-bias-note" lang="id" ref="f47a8cd7"
# Pada $\delta=4$. Di situ setiap gerakan melempar titik ke sisi seberang, sama jauhnya, lalu menambahkan noise; di atas itu jaraknya membesar tanpa akhir. Jauh sebelumnya pun variansnya sudah terlalu besar: 1.03 pada $\delta=0.1$, kelebihan sepertiga pada $\delta=1$. Gerakan dalam bentuk yang lain dengan $\delta$ sama dengan gerakan dalam bentuk ini dengan $2\delta$. Inilah catatan kaki yang selalu menyertai sampler Langevin: *sampelnya berasal dari $p$ hanya dalam limit $\delta\to0$*.
#
# Kedua campuran itu adalah kekeliruan yang dijumpai di dalam kode. Pendakian $\tfrac\delta2$ dengan guncangan $\sqrt{2\delta}$: pada $\delta=0.1$ variansnya 2.05, seharusnya 1, dan tidak pernah turun di bawah 2, sekecil apa pun $\delta$. Pendakian $\delta$ dengan guncangan $\sqrt\delta$: 0.526. Kodenya tetap berjalan; gambarnya hanya terlalu kasar, atau terlalu halus. (Pada $\delta=1$ baris `1, 1` bahkan menyebut 1, secara kebetulan: $x-x+z=z$, yaitu sampel baru dari $p$ yang ini, dan bukan dari densitas lain.)
#
# ### Latihan: ramalkan sebuah jalan
#
# Sekarang bukit yang lain, $p=\mathcal N(0,3^2)$, tiga kali lebih lebar; skornya $-x/9$. Ramalkan empat bilangan bulat untuk bentuk yang memakai $\delta/2$, dan buatlah `predict_langevin()` mengembalikannya dalam sebuah daftar: $\delta$ yang mulai membuat jalannya tidak lagi menetap; lalu, dengan $\delta=9$, varians yang tidak berubah lagi, dan rata-rata sesudah dua gerakan bila semua titik berangkat dari $x=8$; terakhir varians yang tidak berubah lagi dengan $\delta=9$ bila pendakiannya $\tfrac\delta2$ tetapi guncangannya $\sqrt{2\delta}$. Bilangan yang salah mendapat petunjuk, bukan jawabannya; jalankan sel sesudah pemeriksaan hanya setelah ramalanmu tetap.

# %% [markdown] key="langevin-bias-note" lang="ko" ref="f47a8cd7"
# $\delta=4$부터입니다. 거기서는 한 걸음마다 점이 같은 거리만큼 떨어진 반대편으로 던져지고, 거기에 노이즈가 더해집니다. 그보다 크면 거리가 끝없이 커집니다. 분산은 그보다 훨씬 전부터 너무 큽니다. $\delta=0.1$에서 1.03이고, $\delta=1$에서는 삼분의 일이나 더 큽니다. 다른 꼴에서 $\delta$로 걷는 것은 이 꼴에서 $2\delta$로 걷는 것과 같습니다. 랑주뱅 샘플러라면 어느 것에나 작은 글씨로 붙는 단서가 있습니다. *$p$에서 뽑는 것은 $\delta\to0$인 극한에서뿐입니다*.
#
# 두 꼴을 섞는 것은 코드에서 실제로 만나는 실수입니다. $\tfrac\delta2$만큼 오르고 $\sqrt{2\delta}$로 흔들면 $\delta=0.1$에서 분산이 1이 아니라 2.05이고, $\delta$가 아무리 작아도 2 밑으로 내려가지 않습니다. $\delta$만큼 오르고 $\sqrt\delta$로 흔들면 0.526입니다. 오류로 멈추는 줄은 없습니다. 그림이 너무 거칠거나 너무 매끄러울 뿐입니다. ($\delta=1$에서는 `1, 1` 줄이 1이라고까지 하는데, 우연입니다. $x-x+z=z$여서 매번 새로 뽑는 셈이고, 그것이 맞는 것은 이 $p$뿐입니다.)
#
# ### 연습문제: 걷기를 내다보기
#
# 이번에는 세 배 넓은 언덕 $p=\mathcal N(0,3^2)$입니다. 스코어는 $-x/9$입니다. $\delta/2$가 있는 꼴로 걸을 때의 정수 네 개를 예상하고, `predict_langevin()`이 이 네 수를 리스트로 돌려주게 하십시오. 첫째는 더는 안정되지 않기 시작하는 $\delta$입니다. 둘째와 셋째는 $\delta=9$일 때의 값으로, 변하지 않는 분산과, 모든 점이 $x=8$에서 출발할 때 두 걸음 뒤의 평균입니다. 넷째는 $\delta=9$에서 $\tfrac\delta2$만큼 오르면서 $\sqrt{2\delta}$로 흔들 때의 변하지 않는 분산입니다. 틀린 수에는 답이 아니라 힌트가 나옵니다. 채점 셀 다음의 셀은 예상을 굳힌 다음에 실행하십시오.

# %% key="ex-predict-langevin" exercise="score.predict_langevin"
def predict_langevin():
    ### BEGIN SOLUTION
    return [36, 12, 2, 24]
    ### END SOLUTION

# %% key="check-predict-langevin" check="score.predict_langevin"
check("score.predict_langevin", predict_langevin)

# %% key="predict-langevin-run"
def wide(x):
    return -x / 9


n = 20_000
for step in (9, *range(12, 49, 12)):
    print(f"step {step:2d}", end="")
    for k, x in enumerate(score.langevin(wide, 3 * noise(n, 1, seed=31), step, 200, seeded(32), "half")):
        if k in (0, 100, 200):
            print(f"  k={k}: {float(x.var()):.3g}", end="")
    print()
*_, x = score.langevin(wide, torch.full((n, 1), 8.0, dtype=D), 9, 2, seeded(33), "half")
print(f"8, k=2: {float(x.mean()):.2f}")
x, g = 3 * noise(n, 1, seed=34), seeded(35)
for _ in range(200):
    x = x + 9 / 2 * wide(x) + (2 * 9) ** 0.5 * torch.randn(x.shape, generator=g, dtype=D)
print(f"1/2, 2  k=200: {float(x.var()):.3g}")

# %% [markdown] key="langevin-widget-task" lang="en"
# All four come from one number, $1-\delta/2v$ with $v=9$: what a move leaves of a distance. At $-1$ nothing settles any more; here it is a half, and each distance is halved at every move. How far the noise spreads the points beyond that is a matter of its variance alone.
#
# Now on the three hills. 200 points are dropped at random; the sliders choose the move $k$, the step size $\delta$ and the noise level $t$ whose score they follow. Under the picture stands how many have left it.
#
# **Commit:** $\delta=1$ is too large at $t=1$: the points fly off. Is it too large at $t=1000$, too?

# %% [markdown] key="langevin-widget-task" lang="id" ref="e9c354e0"
# Keempatnya berasal dari satu bilangan, $1-\delta/2v$ dengan $v=9$: yang disisakan satu gerakan dari sebuah jarak. Pada $-1$ tidak ada lagi yang menetap; di sini nilainya setengah, jadi setiap jarak menjadi separuhnya pada setiap gerakan. Sejauh apa noise kemudian menyebarkan titik-titik itu hanya soal variansnya.
#
# Sekarang di ketiga bukit. Sebanyak 200 titik dijatuhkan secara acak; penggesernya memilih gerakan ke-$k$, ukuran langkah $\delta$, dan tingkat noise $t$ yang skornya diikuti. Di bawah gambar tertulis berapa titik yang sudah keluar darinya.
#
# **Putuskan dulu:** $\delta=1$ terlalu besar pada $t=1$: titik-titiknya terlempar pergi. Apakah ia juga terlalu besar pada $t=1000$?

# %% [markdown] key="langevin-widget-task" lang="ko" ref="e9c354e0"
# 네 수 모두 $v=9$일 때의 $1-\delta/2v$ 하나에서 나옵니다. 한 걸음 뒤에 남는 거리의 비율입니다. $-1$이면 더는 안정되지 않습니다. 여기서는 절반이어서 걸음마다 거리가 반으로 줄어듭니다. 그 위에 노이즈가 점들을 얼마나 퍼뜨리는지는 노이즈의 분산에만 달려 있습니다.
#
# 이제 세 언덕으로 갑니다. 점 200개를 아무 데나 떨어뜨립니다. 슬라이더로 몇 번째 걸음 $k$인지, 걸음의 크기 $\delta$, 그리고 어느 노이즈 수준 $t$의 스코어를 따를지를 고릅니다. 그림 밖으로 나간 점이 몇 개인지는 그림 아래에 나옵니다.
#
# **답을 먼저 정하십시오.** $\delta=1$은 $t=1$에서 너무 커서 점들이 날아가 버립니다. $t=1000$에서도 너무 큽니까?

# %% key="langevin-widget"
steps, levels, K = [0.01, 0.1, 0.5, 1.0, 2.5], [1, 250, 1000], 40
start = 1.5 * noise(200, 2, seed=13)
runs = torch.empty(K + 1, len(steps), len(levels), 200, 2, dtype=D)
for i, step in enumerate(steps):
    for j, t in enumerate(levels):
        walk = score.langevin(score.of(perfect, t, schedule), start, step, K, seeded(14))
        runs[:, i, j] = torch.stack(list(walk))
        if step in (0.1, 1.0, 2.5):
            away = (runs[-1, i, j].abs() > 4).any(1) | ~runs[-1, i, j].isfinite().all(1)
            v = float(bar[t] * std**2 + 1 - bar[t])
            print(f"step {step}  t={t:4d}  4v {4 * v:.2f}  outside {int(away.sum()):3d}")
hill = torch.cdist(runs[-1, 1, 0], means).argmin(1).bincount() / 200
print("step 0.1  t=   1 ", *(f"{share:.2f}" for share in hill))
density = [hills.diffused(t, schedule).log_prob(fine * 4 / 3).exp().reshape(56, 56) for t in levels]
settings = {"density": torch.stack(density)[None, None], "limits": (-4, 4), "trail": 8}
sliders = {"k": range(K + 1), "step": steps, "t": levels}
alt = lang.text("alt.score.langevin")
field({"x_k": runs}, sliders, start={"step": 0.1}, alt=alt, **settings)

# %% [markdown] key="langevin-note" lang="en"
# No. What decides is $\delta$ against the variance $v$ of the narrowest hill, and noise widens it: the law of the one hill says that a step diverges beyond $4v$, which is 0.64 at $t=1$ and 4.00 at $t=1000$. So a step that explodes on the fine map is a gentle one on the coarse map. Remember this for section 5.
#
# Play it slowly at $t=1$ with $\delta=0.01$: the points creep, and each stays on the hill it fell on. With $\delta=0.1$ they spread over the hills within a few moves and then mill about for ever. The *cloud* stands still and no point does. But count who stands on which hill (last printed line): about a third on each, where the weights say 0.5, 0.3 and 0.2. That is the subject of section 5.
#
# ### “Following the noise”
#
# A lecture note sums Langevin up as the principle by which a diffusion model “follows the noise and moves to good images”. **Commit:** take that literally, and go where $\hat\epsilon$ points. And what if one climbs, but forgets to shake? (The cell prints `near`, the share of points close to a top; `|x|`, the median distance from the middle; and `hill`, the spread around the nearest top.)

# %% [markdown] key="langevin-note" lang="id" ref="511f1f88"
# Tidak. Yang menentukan adalah $\delta$ berbanding varians $v$ dari bukit tersempit, dan noise melebarkan bukit: menurut hukum untuk satu bukit tadi, langkah menjadi divergen di atas $4v$, yaitu 0.64 pada $t=1$ dan 4.00 pada $t=1000$. Jadi langkah yang meledak di peta halus adalah langkah lembut di peta kasar. Ingat ini untuk bagian 5.
#
# Putar pelan-pelan pada $t=1$ dengan $\delta=0.01$: titik-titiknya merayap, dan masing-masing tinggal di bukit tempat ia jatuh. Dengan $\delta=0.1$ titik-titik itu menyebar ke bukit-bukit dalam beberapa gerakan, lalu berkerumun dan berputar-putar di sana selamanya. *Awannya* diam, tetapi tidak ada titik yang diam. Namun coba hitung siapa yang berada di bukit mana (baris cetakan terakhir): di setiap bukit kira-kira sepertiga, padahal bobotnya 0.5, 0.3, dan 0.2. Itulah pokok bagian 5.
#
# ### “Mengikuti noise”
#
# Sebuah catatan kuliah merangkum Langevin sebagai asas yang membuat model difusi “mengikuti noise dan bergerak menuju gambar yang baik”. **Putuskan dulu:** turuti secara harfiah, dan berjalanlah ke arah yang ditunjuk $\hat\epsilon$. Lalu bagaimana kalau kita mendaki, tetapi lupa mengguncang? (Sel berikut mencetak `near`, bagian titik yang dekat dengan sebuah puncak; `|x|`, median jarak dari tengah; dan `hill`, sebaran di sekitar puncak terdekat.)

# %% [markdown] key="langevin-note" lang="ko" ref="511f1f88"
# 아닙니다. 중요한 것은 가장 좁은 언덕의 분산 $v$에 견준 $\delta$의 크기인데, 노이즈는 언덕을 넓힙니다. 언덕 하나의 법칙에 따르면 걸음이 $4v$보다 클 때 점들이 한없이 멀어집니다. 그 값은 $t=1$에서 0.64이고 $t=1000$에서 4.00입니다. 세밀한 지도에서 폭발하는 걸음이 거친 지도에서는 얌전한 걸음입니다. 5절에서 쓰일 테니 기억해 두십시오.
#
# $t=1$, $\delta=0.01$로 천천히 넘겨 보십시오. 점들은 기어가고, 저마다 떨어진 언덕에 머뭅니다. $\delta=0.1$이면 몇 걸음 만에 언덕 위로 퍼지고 나서 한없이 서성입니다. *무리*는 멈추어 있는데 멈추어 있는 점은 하나도 없습니다. 그러나 어느 언덕에 몇이 서 있는지 세어 보십시오(출력의 마지막 줄). 가중치는 0.5, 0.3, 0.2인데 언덕마다 삼분의 일쯤입니다. 이것이 5절의 주제입니다.
#
# ### “노이즈를 따라간다”
#
# 어느 강의 노트는 랑주뱅을, 확산 모델이 “노이즈를 따라 좋은 이미지로 옮겨 가는” 원리라고 요약합니다. **답을 먼저 정하십시오.** 이 말을 글자 그대로 받아들여 $\hat\epsilon$이 가리키는 쪽으로 가면 어떻게 됩니까? 또 오르기는 하는데 흔들기를 잊으면 어떻게 됩니까? (셀은 꼭대기 가까이에 있는 점의 비율 `near`, 한가운데에서 잰 거리의 중앙값 `|x|`, 가장 가까운 꼭대기 둘레로 퍼진 정도 `hill`을 출력합니다.)

# %% key="langevin-literal"
def near(x):
    return float((torch.cdist(x, means).amin(1) < 3 * std).double().mean())


t, step, moves = 1, 0.05, 200
rules = {"s, z": (1, 1), "eps, z": (-1, 1), "s": (1, 0)}
real = hills.sample(1000, seeded(15))
print(f"{'q':7s} near {near(real):.3f}  std {real.std(0).mean():.3f}")
for name, (sign, shake) in rules.items():
    x, g = noise(1000, 2, seed=16), seeded(17)
    for _ in range(moves):
        s = score.from_eps(ask(perfect, x, t), t, schedule)
        x = x + sign * step / 2 * s + shake * step**0.5 * torch.randn(x.shape, generator=g, dtype=D)
    home = means[torch.cdist(x, means).argmin(1)]
    print(f"{name:7s} near {near(x):.3f}  |x| {x.norm(dim=1).median():.3g}  hill {(x - home).std():.3g}")

# %% [markdown] key="anneal-task" lang="en"
# The noise points *away*. Whoever follows it leaves every hill and never returns; the median distance says how far. Climbing is following the **score**, opposite to the predicted noise, *plus* fresh noise. Without the fresh noise all points stand on three tops, and the hills have no width.
#
# What does a network know that can do this? Unless it has memorised some, nothing about single pictures: at each noise level, only which way the crowd lies. Structure, stroke width, the shape of a digit are in the arrows, because the arrows have to lead there. And nothing comes “from nothing”, as one sometimes reads: what the arrows leave open is decided by the noise, at the start and in each shake.
#
# ## 5 · Why one noise level is not enough
#
# Two islands, far apart: at $(-2,0)$ with weight 0.8 and at $(2,0)$ with weight 0.2, both 0.4 wide. Langevin starts with half of its points on either side.
#
# **Commit:** after 2000 moves with the exact score, which share is on the left: (a) about 0.8, (b) about 0.5, (c) it depends on the step?

# %% [markdown] key="anneal-task" lang="id" ref="8fb27341"
# Noise menunjuk *menjauh*. Siapa yang mengikutinya meninggalkan setiap bukit dan tidak pernah kembali; median jaraknya menunjukkan sejauh apa. Mendaki berarti mengikuti **skor**, yang berlawanan dengan noise hasil tebakan, *ditambah* noise baru. Tanpa noise baru semua titik berdiri di tiga puncak, dan bukit-bukitnya kehilangan lebar.
#
# Apa yang diketahui jaringan yang sanggup berbuat begini? Asalkan tidak menghafal, ia tidak tahu apa-apa tentang gambar satu per satu. Yang diketahuinya hanya ini: pada setiap tingkat noise, ke arah mana kerumunannya berada. Susunan, tebal goresan, bentuk sebuah angka ada di dalam panah, sebab ke sanalah panah harus menuntun. Dan tidak ada yang datang “dari ketiadaan”, seperti yang kadang tertulis: apa yang tidak ditentukan panah diputuskan oleh noise, di awal dan dalam setiap guncangan.
#
# ## 5 · Mengapa satu tingkat noise tidak cukup
#
# Dua pulau yang berjauhan: di $(-2,0)$ dengan bobot 0.8 dan di $(2,0)$ dengan bobot 0.2, keduanya selebar 0.4. Langevin berangkat dengan separuh titiknya di tiap sisi.
#
# **Putuskan dulu:** setelah 2000 gerakan dengan skor eksak, berapa bagian yang ada di kiri: (a) kira-kira 0.8, (b) kira-kira 0.5, (c) tergantung langkahnya?

# %% [markdown] key="anneal-task" lang="ko" ref="8fb27341"
# 노이즈는 데이터에서 *멀어지는* 쪽을 가리킵니다. 노이즈를 따라가면 모든 언덕을 떠나 다시는 돌아오지 않습니다. 얼마나 멀리 가는지는 거리의 중앙값에 나와 있습니다. 오른다는 것은 예측한 노이즈와 반대쪽인 **스코어**를 따르는 것이고, *거기에* 새 노이즈를 더하는 것입니다. 새 노이즈가 없으면 모든 점이 꼭대기 세 곳에 서고, 언덕에는 너비가 없습니다.
#
# 이런 일을 할 수 있는 신경망은 무엇을 알고 있습니까? 외우지 않은 신경망이라면 그림 한 장 한 장에 대해서는 아무것도 모릅니다. 아는 것은 노이즈 수준마다 무리가 어느 쪽에 있는지뿐입니다. 짜임새와 획의 굵기와 숫자의 모양은 화살표 안에 있습니다. 화살표가 그리로 이끌어야 하기 때문입니다. 그리고 더러 읽게 되는 말처럼 “무에서” 나오는 것은 하나도 없습니다. 화살표가 정하지 않고 남겨 둔 것은 노이즈가 정합니다. 출발점에서, 그리고 흔들 때마다 정합니다.
#
# ## 5 · 노이즈 수준 하나로는 왜 모자랍니까?
#
# 멀리 떨어진 섬 둘이 있습니다. $(-2,0)$에 있는 섬은 가중치가 0.8이고 $(2,0)$에 있는 섬은 0.2이며, 너비는 둘 다 0.4입니다. 랑주뱅은 점의 절반씩을 양쪽에 두고 출발합니다.
#
# **답을 먼저 정하십시오.** 정확한 스코어로 2000걸음을 걷고 나면 왼쪽에 있는 점의 비율은 얼마입니까? (a) 0.8쯤 (b) 0.5쯤 (c) 걸음의 크기에 달려 있다

# %% key="anneal-one"
islands, even = (
    gaussians.Mixture(w, torch.tensor([[-2.0, 0.0], [2.0, 0.0]], dtype=D), 0.4)
    for w in ([0.8, 0.2], [0.5, 0.5])
)
sure = islands.optimal_eps(schedule)
start = 2 * noise(1000, 2, seed=18)
for step in (0.02, 0.1, 0.3):
    print(f"step {step:4}", end="")
    for k, x in enumerate(score.langevin(islands.score, start, step, 2000, seeded(19))):
        if k in (0, 100, 2000):
            print(f"  k={k}: {(x[:, 0] < 0).double().mean():.3f}", end="")
    print()
x = islands.sample(5000, seeded(20))
apart = (islands.score(x) - even.score(x)).abs().max()
print(f"score 0.8|0.2 - score 0.5|0.5: {apart:.0e}")
inside, outside = forward.q_sample(points[:5000].double(), 10, noise(5000, 2, seed=21), schedule), fine
for name, x in (("q_t", inside), ("R^2", outside)):
    s_hat, s = score.from_eps(ask(learned, x, 10), 10, schedule), hills.diffused(10, schedule).score(x)
    print(f"{name}  |s_hat - s|^2 / |s|^2 = {(s_hat - s).square().sum() / s.square().sum():.2f}")

# %% [markdown] key="anneal-note" lang="en"
# (b), as long as the step is small. Then hardly anyone crosses: the water between the islands is empty, and small moves do not get over it in any time we would wait. With $\delta=0.3$, about half the largest step these islands bear, a few do, and pay for it with the bias of section 4.
#
# Worse, waiting is not the only trouble. The next line compares the score of *these* islands with that of two islands of equal weight, at 5000 points of the data: they differ by less than a millionth. **On an island the score does not contain the island's weight**: a weight is a constant factor there, and constants have no slope. The weights are written only in the empty water between.
#
# And there a *learned* score is at its worst. The last two lines are the network of section 2 at $t=10$: its relative error where the data are, and over the whole window. It was never asked there in training. (Both observations are from Song & Ermon 2019, section 3.)
#
# The cure is in the slider of section 2: noise. With much of it the two islands are one hill, the score between them is large, well learned and full of the weights. So start there, take some Langevin moves, then lower the noise and go on from where the points are. This is *annealed* Langevin dynamics (their Algorithm 1). The step follows the noise level, $\delta_t\propto1-\bar\alpha_t$: large on coarse maps, small on fine ones, as section 4 asked.
#
# **Commit:** 50 levels with 20 moves each, 1000 moves instead of 2000. Which share is on the left now? And with only 3 moves on each?

# %% [markdown] key="anneal-note" lang="id" ref="7d0f8bdb"
# (b), selama langkahnya kecil. Dengan langkah seperti itu hampir tidak ada yang menyeberang: perairan di antara kedua pulau kosong, dan gerakan kecil tidak akan melewatinya dalam waktu yang mau kita tunggu. Dengan $\delta=0.3$, separuh dari langkah terbesar yang sanggup ditahan pulau-pulau ini, beberapa titik menyeberang, dan membayarnya dengan bias dari bagian 4.
#
# Lebih buruk lagi, masalahnya bukan hanya soal menunggu. Baris berikutnya membandingkan skor pulau-pulau *ini* dengan skor dua pulau berbobot sama, di 5000 titik data: bedanya kurang dari sepersejuta. **Di atas sebuah pulau, skornya tidak memuat bobot pulau itu**: di sana bobot hanyalah faktor tetap, dan tetapan tidak punya kemiringan. Bobot hanya tertulis di perairan kosong di antaranya.
#
# Dan justru di sanalah skor *hasil belajar* paling buruk. Kedua baris terakhir adalah jaringan dari bagian 2 pada $t=10$: galat relatifnya di tempat data berada, dan di seluruh jendela. Tentang tempat-tempat itu ia tidak pernah ditanya dalam pelatihan. (Kedua pengamatan ini dari Song & Ermon 2019, bagian 3.)
#
# Obatnya ada pada penggeser di bagian 2: noise. Bila noise-nya banyak, kedua pulau menjadi satu bukit, dan skor di antaranya besar, dipelajari dengan baik, dan penuh keterangan tentang bobot. Jadi berangkatlah dari sana, lakukan beberapa gerakan Langevin, lalu turunkan noise-nya dan lanjutkan dari tempat titik-titik itu berada. Inilah dinamika Langevin *annealed* (didinginkan perlahan, seperti logam; Algoritme 1 mereka). Langkahnya mengikuti tingkat noise, $\delta_t\propto1-\bar\alpha_t$: besar di peta kasar, kecil di peta halus, seperti yang diminta bagian 4.
#
# **Putuskan dulu:** 50 tingkat dengan masing-masing 20 gerakan, jadi 1000 gerakan, bukan 2000. Sekarang berapa bagian yang ada di kiri? Dan kalau setiap tingkat hanya mendapat 3 gerakan?

# %% [markdown] key="anneal-note" lang="ko" ref="7d0f8bdb"
# 걸음이 작은 동안은 (b)입니다. 그때는 거의 아무도 건너지 못합니다. 섬과 섬 사이의 바다는 텅 비어 있고, 작은 걸음으로는 우리가 기다릴 수 있는 시간 안에 건널 수 없습니다. 이 섬들이 견딜 수 있는 가장 큰 걸음의 절반쯤인 $\delta=0.3$에서는 몇이 건너지만, 그 대가로 4절의 편향을 떠안습니다.
#
# 기다려야 한다는 것만이 문제가 아닙니다. 다음 줄은 *이* 섬들의 스코어와 가중치가 같은 두 섬의 스코어를 데이터의 점 5000개에서 비교합니다. 차이는 백만분의 일도 되지 않습니다. **섬 위의 스코어에는 그 섬의 가중치가 들어 있지 않습니다.** 거기서 가중치는 곱해진 상수이고, 상수에는 기울기가 없습니다. 가중치는 섬 사이의 텅 빈 바다에만 적혀 있습니다.
#
# 그런데 *학습한* 스코어가 가장 나쁜 곳이 바로 거기입니다. 마지막 두 줄은 2절의 신경망이 $t=10$에서 내는 상대 오차로, 하나는 데이터가 있는 곳에서, 하나는 창 전체에서 쟀습니다. 학습할 때 창의 나머지에서는 물어본 적이 없습니다. (두 가지 모두 Song & Ermon 2019, 3절에 나옵니다.)
#
# 처방은 2절의 슬라이더에 있습니다. 바로 노이즈입니다. 노이즈가 많으면 두 섬은 한 언덕이 되고, 그 사이의 스코어는 크고, 잘 학습되어 있고, 가중치를 담뿍 담고 있습니다. 그러니 거기서 출발해 랑주뱅으로 몇 걸음 걷고, 노이즈를 낮춘 다음 점들이 서 있는 자리에서 이어 걷습니다. 이것이 *담금질한(annealed)* 랑주뱅 동역학입니다(같은 논문의 알고리즘 1). 걸음의 크기는 노이즈 수준을 따라 $\delta_t\propto1-\bar\alpha_t$로 정합니다. 4절에서 본 대로 거친 지도에서는 크게, 세밀한 지도에서는 작게 걷습니다.
#
# **답을 먼저 정하십시오.** 노이즈 수준 50개에서 20걸음씩 걸으면 2000걸음이 아니라 1000걸음입니다. 이제 왼쪽의 비율은 얼마입니까? 수준마다 3걸음만 걸으면 어떻습니까?

# %% key="anneal-levels"
from course_lib import annealing, samplers

x_T = noise(1000, 2, seed=22)
clouds = {"$q$": islands.sample(1000, seeded(23))}
*_, clouds["$t=1$"] = score.langevin(score.of(sure, 1, schedule), start, 0.1, 500, seeded(24))
for moves in (3, 20):
    ts, g = samplers.times(1000, 50), seeded(25)
    walk = annealing.annealed_langevin(sure, x_T, schedule, ts, moves, ratio=0.3, generator=g)
    clouds[rf"$t\downarrow$, {moves}"] = samplers.final(walk)
fig, ax = figures.axes(columns=4, size=(3, 3))
for one, (name, x) in zip(ax, clouds.items(), strict=True):
    left = float((x[:, 0] < 0).double().mean())
    home = torch.tensor([[-2.0, 0.0], [2.0, 0.0]], dtype=D)[(x[:, 0] > 0).long()]
    print(f"{name:16s} left {left:.3f}  island {(x - home).std():.3f}")
    one.plot(*x.T, ".", markersize=2)
    one.set(title=f"{name}: {left:.2f}", xlim=(-4, 4), ylim=(-4, 4), aspect="equal")
figures.show(fig, "alt.score.anneal")

# %% [markdown] key="sde" lang="en"
# With 20 moves on each level the share is right, about 0.8, without anybody crossing empty water: the points were divided while it was still easy. With 3 moves the cloud cannot keep up with the falling noise: a few too many on the right, and islands that are too wide. (Even 20 leave them a little wider than 0.4: the bias of section 4.) A thousand moves are no fewer than DDPM needs, and chapter 6's step does the same work with one move per level. Why, the next section says.
#
# ## 6 · The chain becomes an equation
#
# The forward chain takes $T$ steps. Let them become many and small. With $\sqrt{1-\beta_t}\approx1-\tfrac12\beta_t$ one step is
#
# $$x_t-x_{t-1}\approx-\tfrac12\,\beta_t\,x_{t-1}+\sqrt{\beta_t}\,z$$
#
# and in the limit a *stochastic differential equation* (SDE), the “variance preserving” one of Song et al. 2021 (eq. 11):
#
# $$dx=-\tfrac12\,\beta(t)\,x\,dt+\sqrt{\beta(t)}\,dW$$
#
# $dW$ stands for independent noise of variance $dt$ in every instant. Read backwards: solve this equation with steps of size 1 by the simplest method there is (Euler & Maruyama: go straight on, add the noise of the step), and out comes our chain, up to terms of order $\beta_t^2$. In the paper time runs from 0 to 1; with $s=t/T$ their $\beta(s)$ is $T\beta_t$. We stay with $t$ from 0 to $T$.
#
# **Commit:** go from $T=100$ to $T=1000$ steps for the same total noise ($\beta_t$ ten times smaller). How many times smaller does the error of *one* step get? And that of the whole chain?

# %% [markdown] key="sde" lang="id" ref="ecf392ab"
# Dengan 20 gerakan di setiap tingkat bagiannya benar, kira-kira 0.8, tanpa satu titik pun menyeberangi perairan kosong: titik-titiknya sudah terbagi ketika membagi masih mudah. Dengan 3 gerakan awannya tidak dapat mengejar noise yang turun: sedikit terlalu banyak di kanan, dan pulau yang terlalu lebar. (Dengan 20 pun pulau-pulaunya sedikit lebih lebar daripada 0.4: bias dari bagian 4.) Seribu gerakan tidak lebih sedikit daripada yang diperlukan DDPM, dan langkah dari Bab 6 menyelesaikan pekerjaan yang sama dengan satu gerakan per tingkat. Sebabnya ada di bagian berikut.
#
# ## 6 · Rantai menjadi persamaan
#
# Rantai maju terdiri atas $T$ langkah. Buat langkah-langkahnya banyak dan kecil. Dengan $\sqrt{1-\beta_t}\approx1-\tfrac12\beta_t$ satu langkah menjadi
#
# $$x_t-x_{t-1}\approx-\tfrac12\,\beta_t\,x_{t-1}+\sqrt{\beta_t}\,z$$
#
# dan dalam limitnya menjadi sebuah *persamaan diferensial stokastik* (SDE), yaitu yang “variance preserving” (menjaga varians) dari Song et al. 2021 (pers. 11):
#
# $$dx=-\tfrac12\,\beta(t)\,x\,dt+\sqrt{\beta(t)}\,dW$$
#
# $dW$ melambangkan noise yang saling bebas, bervarians $dt$ pada setiap saat. Bacalah dari belakang: selesaikan persamaan ini dengan langkah sepanjang 1 lewat metode paling sederhana yang ada (Euler & Maruyama: jalan lurus, tambahkan noise untuk langkah itu), dan yang keluar adalah rantai kita, sampai suku berorde $\beta_t^2$. Dalam makalahnya waktu berjalan dari 0 sampai 1; dengan $s=t/T$, $\beta(s)$ mereka adalah $T\beta_t$. Kita tetap memakai $t$ dari 0 sampai $T$.
#
# **Putuskan dulu:** beralihlah dari $T=100$ ke $T=1000$ langkah untuk jumlah noise yang sama ($\beta_t$ sepuluh kali lebih kecil). Galat *satu* langkah menjadi berapa kali lebih kecil? Dan galat seluruh rantai?

# %% [markdown] key="sde" lang="ko" ref="ecf392ab"
# 수준마다 20걸음이면 비율이 0.8쯤으로 옳게 나오고, 텅 빈 바다를 건넌 점은 없습니다. 아직 쉬울 때 나뉘었기 때문입니다. 3걸음이면 점들이 낮아지는 노이즈를 따라가지 못합니다. 오른쪽에 조금 많고 섬이 너무 넓습니다. (20걸음이어도 0.4보다 조금 넓습니다. 4절의 편향입니다.) 천 걸음은 DDPM에 필요한 것보다 적지 않습니다. 그리고 6장의 단계는 수준마다 한 번만 움직여 같은 일을 합니다. 그 까닭은 다음 절에 있습니다.
#
# ## 6 · 연쇄가 방정식이 됩니다
#
# 전방 연쇄는 $T$단계를 걷습니다. 단계를 많이, 그리고 작게 만들어 봅시다. $\sqrt{1-\beta_t}\approx1-\tfrac12\beta_t$이므로 한 단계는 다음과 같습니다.
#
# $$x_t-x_{t-1}\approx-\tfrac12\,\beta_t\,x_{t-1}+\sqrt{\beta_t}\,z$$
#
# 극한에서는 *확률 미분방정식*(SDE)이 됩니다. Song et al. 2021에 나오는 “분산을 보존하는” 방정식입니다(식 11).
#
# $$dx=-\tfrac12\,\beta(t)\,x\,dt+\sqrt{\beta(t)}\,dW$$
#
# $dW$는 순간마다 독립이고 분산이 $dt$인 노이즈입니다. 거꾸로 읽어 봅시다. 이 방정식을 크기가 1인 단계로, 가장 단순한 방법(오일러·마루야마: 곧장 가고, 그 단계의 노이즈를 더합니다)으로 풀면 $\beta_t^2$ 정도의 항을 빼고 우리의 연쇄가 나옵니다. 논문의 시간은 0에서 1까지입니다. $s=t/T$라고 하면 논문의 $\beta(s)$는 $T\beta_t$입니다. 우리는 그대로 0에서 $T$까지 가는 $t$를 씁니다.
#
# **답을 먼저 정하십시오.** 전체 노이즈는 그대로 두고 $T=100$에서 $T=1000$단계로 늘립니다($\beta_t$는 열 배 작아집니다). *한* 단계의 오차는 몇 배 작아집니까? 연쇄 전체의 오차는 어떻습니까?

# %% key="sde-limit"
fig, ax = figures.axes("$T$")
Ts, names = (100, 1000, 10_000), (r"$1-\beta/2$", r"$\bar\alpha_T$", r"$\beta/\sqrt{\alpha}$")
errors = {name: [] for name in names}
for T in Ts:
    chain = schedules.linear(T, 0.1 / T, 20 / T)
    b, a = chain.beta[1:], chain.alpha[1:]
    errors[names[0]].append(float((a.sqrt() - (1 - b / 2)).abs().max()))
    errors[names[1]].append(abs(float(b.sum() + chain.alpha_bar[-1].log())))
    errors[names[2]].append(float((b / a.sqrt() - b).abs().max()))
for (name, e), marker in zip(errors.items(), "osd", strict=True):
    ratios = [p / q for p, q in pairwise(e)]
    print(f"{name:20s}", *(f"{v:.3g}" for v in e), "  ratio", *(f"{r:.1f}" for r in ratios))
    ax.loglog(Ts, e, marker=marker, label=name)
ax.legend()
figures.show(fig, "alt.score.chain")

# %% [markdown] key="flow" lang="en"
# About a hundred times and ten times: one step errs by $\beta_t^2/8$, and ten times as many steps add up to a tenth. (The first line is the factor of $x$ in a forward step; the second compares $\log\bar\alpha_T$ of the chain with $-\int\beta\,dt$; the third is the factor of the score in DDPM's step back, $\beta_t/\sqrt{\alpha_t}$, against $\beta_t$.) So the chain is the SDE seen through a coarse clock. At $T=1000$ the two differ in $\log\bar\alpha_T$ by 0.0677, which is why the library does not use this approximation: `continuous.Continuous(schedule)` draws a smooth curve through the exact $\bar\alpha_t$ and takes $\beta(t)=-\frac{d}{dt}\log\bar\alpha(t)$, so that at whole $t$ nothing changes.
#
# ### The same densities without noise
#
# Section 4 showed that a shake of variance $b\delta$ changes the mean of any $f$ by $\tfrac b2\delta\,\mathbb E[\Delta f]$, which is $-\tfrac b2\delta\,\mathbb E[s\cdot\nabla f]$. But that is what a *drift* would do, a push that depends only on where a point stands, with the velocity $-\tfrac b2\,s$! **For the density it makes no difference whether one shakes the points with the variance $b$ or pushes each of them downhill with the velocity $-\tfrac b2\,s$.** (Written as one equation for $q_t$, this is the *Fokker-Planck equation*.) Replace the noise of the SDE by that push:
#
# $$\frac{dx}{dt}=-\tfrac12\,\beta(t)\,\big[x+\nabla_x\log q_t(x)\big]$$
#
# This is the *probability-flow ODE* (an ordinary differential equation: no $dW$; Song et al. 2021, eq. 13). Nothing is random in it, and its points have the marginals $q_t$ at every $t$. Without noise it can be run backwards. And if one wants noise on the way back, add a Langevin move, which changes nothing about $q_t$: in a step of length $dt$ downwards, a climb $\tfrac12\beta s\,dt$ and a shake of variance $\beta\,dt$. The sum is the *reverse SDE* (Anderson 1982; their eq. 6; $t$ falls):
#
# $$dx=\big[-\tfrac12\,\beta(t)\,x-\beta(t)\,\nabla_x\log q_t(x)\big]\,dt+\sqrt{\beta(t)}\,d\bar W$$
#
# ($t$ falls, so $dt$ is negative and $-\beta s\,dt$ is a climb: half of it is the flow's, half is Langevin's.) So one picture suffices: *reverse SDE = flow + Langevin*. DDPM walks down and lets Langevin repair at each level; DDIM only flows.
#
# ### Exercise: the drift of the flow
#
# Write `flow_drift(x, eps_hat, alpha_bar, beta)`: $dx/dt$ of the probability-flow ODE at one $t$, from the predicted noise. `alpha_bar` and `beta` are plain numbers, those of this $t$.

# %% [markdown] key="flow" lang="id" ref="6fbecc0c"
# Kira-kira seratus kali dan sepuluh kali: satu langkah meleset $\beta_t^2/8$, dan langkah yang sepuluh kali lebih banyak menjumlahkannya menjadi sepersepuluh. (Baris pertama adalah faktor $x$ dalam satu langkah maju; baris kedua membandingkan $\log\bar\alpha_T$ rantai dengan $-\int\beta\,dt$; baris ketiga adalah faktor skor dalam langkah mundur DDPM, $\beta_t/\sqrt{\alpha_t}$, dibandingkan dengan $\beta_t$.) Jadi rantai itu adalah SDE yang dilihat lewat jam yang kasar. Pada $T=1000$ keduanya berbeda 0.0677 dalam $\log\bar\alpha_T$, dan karena itu pustaka kursus ini tidak memakai hampiran tersebut: `continuous.Continuous(schedule)` menarik kurva mulus melalui $\bar\alpha_t$ yang eksak dan mengambil $\beta(t)=-\frac{d}{dt}\log\bar\alpha(t)$, sehingga pada $t$ bulat tidak ada yang berubah.
#
# ### Densitas yang sama tanpa noise
#
# Bagian 4 menunjukkan bahwa guncangan bervarians $b\delta$ mengubah rata-rata $f$ mana pun sebesar $\tfrac b2\delta\,\mathbb E[\Delta f]$, yaitu $-\tfrac b2\delta\,\mathbb E[s\cdot\nabla f]$. Tetapi itulah yang juga akan diperbuat sebuah *drift* (hanyutan), yaitu dorongan yang hanya bergantung pada tempat titik itu berada, dengan kecepatan $-\tfrac b2\,s$! **Bagi densitas tidak ada bedanya, apakah titik-titiknya diguncang dengan varians $b$ atau masing-masing didorong turun dengan kecepatan $-\tfrac b2\,s$.** (Ditulis sebagai satu persamaan untuk $q_t$, inilah *persamaan Fokker-Planck*.) Ganti noise dalam SDE dengan dorongan itu:
#
# $$\frac{dx}{dt}=-\tfrac12\,\beta(t)\,\big[x+\nabla_x\log q_t(x)\big]$$
#
# Inilah *ODE aliran probabilitas* (persamaan diferensial biasa: tanpa $dW$; Song et al. 2021, pers. 13). Tidak ada yang acak di dalamnya, dan titik-titiknya memiliki marginal $q_t$ pada setiap $t$. Tanpa noise, ia dapat dijalankan mundur. Kalau dalam perjalanan pulang kita ingin ada noise, tambahkan gerakan Langevin, yang tidak mengubah $q_t$ sedikit pun: dalam satu langkah turun sepanjang $dt$, pendakian $\tfrac12\beta s\,dt$ dan guncangan bervarians $\beta\,dt$. Jumlahnya adalah *SDE mundur* (Anderson 1982; pers. 6 mereka; $t$ menurun):
#
# $$dx=\big[-\tfrac12\,\beta(t)\,x-\beta(t)\,\nabla_x\log q_t(x)\big]\,dt+\sqrt{\beta(t)}\,d\bar W$$
#
# ($t$ menurun, jadi $dt$ negatif dan $-\beta s\,dt$ adalah pendakian: separuhnya milik aliran, separuhnya milik Langevin.) Jadi cukup satu gambaran: *SDE mundur = aliran + Langevin*. DDPM berjalan turun dan membiarkan Langevin memperbaiki di setiap tingkat; DDIM hanya mengalir.
#
# ### Latihan: drift aliran itu
#
# Tulis `flow_drift(x, eps_hat, alpha_bar, beta)`: $dx/dt$ dari ODE aliran probabilitas pada satu $t$, dari noise hasil tebakan. `alpha_bar` dan `beta` bilangan biasa, milik $t$ itu.

# %% [markdown] key="flow" lang="ko" ref="6fbecc0c"
# 백 배쯤과 열 배쯤입니다. 한 단계의 오차는 $\beta_t^2/8$이고, 단계가 열 배로 늘어도 모두 더하면 십분의 일이 됩니다. (첫째 줄은 전방 단계에서 $x$에 곱하는 수입니다. 둘째 줄은 연쇄의 $\log\bar\alpha_T$를 $-\int\beta\,dt$와 비교합니다. 셋째 줄은 DDPM이 되돌아가는 단계에서 스코어에 곱하는 수 $\beta_t/\sqrt{\alpha_t}$를 $\beta_t$와 비교합니다.) 그러니까 연쇄는 눈금이 성긴 시계로 본 SDE입니다. $T=1000$에서 둘은 $\log\bar\alpha_T$가 0.0677만큼 다릅니다. 그래서 라이브러리는 이 근사를 쓰지 않습니다. `continuous.Continuous(schedule)`은 정확한 $\bar\alpha_t$를 지나는 매끄러운 곡선을 그리고 $\beta(t)=-\frac{d}{dt}\log\bar\alpha(t)$로 정하므로, 정수인 $t$에서는 아무것도 달라지지 않습니다.
#
# ### 같은 밀도를 노이즈 없이
#
# 4절에서 보았듯이 분산 $b\delta$로 흔들면 어떤 $f$든 그 평균이 $\tfrac b2\delta\,\mathbb E[\Delta f]$만큼 달라지고, 이것은 $-\tfrac b2\delta\,\mathbb E[s\cdot\nabla f]$와 같습니다. 그런데 이것은 *드리프트*(drift), 곧 점이 서 있는 자리만 보고 정해진 쪽으로 미는 속도 $-\tfrac b2\,s$가 하는 일이기도 합니다! **밀도만 놓고 보면, 점들을 분산 $b$로 흔들든 점 하나하나를 속도 $-\tfrac b2\,s$로 내리막으로 밀든 마찬가지입니다.** (이것을 $q_t$의 방정식 하나로 적으면 *포커르-플랑크(Fokker-Planck) 방정식*입니다.) SDE의 노이즈를 이렇게 미는 것으로 바꾸어 봅시다.
#
# $$\frac{dx}{dt}=-\tfrac12\,\beta(t)\,\big[x+\nabla_x\log q_t(x)\big]$$
#
# 이것이 *확률 흐름 ODE*입니다(상미분방정식이므로 $dW$가 없습니다. Song et al. 2021, 식 13). 여기에는 무작위가 하나도 없는데도 점들의 주변분포는 모든 $t$에서 $q_t$입니다. 노이즈가 없으므로 거꾸로 갈 수 있습니다. 되돌아오는 길에 노이즈를 넣고 싶으면 랑주뱅의 걸음을 더하면 됩니다. 그 걸음은 $q_t$를 조금도 바꾸지 않습니다. 길이 $dt$인 단계를 내려올 때 $\tfrac12\beta s\,dt$만큼 오르고 분산 $\beta\,dt$로 흔듭니다. 둘을 더한 것이 *역방향 SDE*입니다(Anderson 1982; Song et al.의 식 6; $t$는 줄어듭니다).
#
# $$dx=\big[-\tfrac12\,\beta(t)\,x-\beta(t)\,\nabla_x\log q_t(x)\big]\,dt+\sqrt{\beta(t)}\,d\bar W$$
#
# ($t$가 줄어들므로 $dt$는 음수이고 $-\beta s\,dt$는 오르는 걸음입니다. 그 절반은 흐름의 몫, 절반은 랑주뱅의 몫입니다.) 그러니 한마디면 충분합니다. *역방향 SDE = 흐름 + 랑주뱅*입니다. DDPM은 걸어 내려오면서 수준마다 랑주뱅에게 고치게 하고, DDIM은 흐르기만 합니다.
#
# ### 연습문제: 흐름의 드리프트
#
# `flow_drift(x, eps_hat, alpha_bar, beta)` 함수를 작성하십시오. 예측한 노이즈로 어느 한 $t$에서 확률 흐름 ODE의 $dx/dt$를 구합니다. `alpha_bar`와 `beta`는 그 $t$의 값이며, 텐서가 아니라 그냥 수입니다.

# %% key="ex-flow-drift" exercise="score.flow_drift"
def flow_drift(x, eps_hat, alpha_bar, beta):
    ### BEGIN SOLUTION
    return -beta / 2 * (x - eps_hat / (1 - alpha_bar) ** 0.5)
    ### END SOLUTION

# %% key="check-flow-drift" check="score.flow_drift"
check("score.flow_drift", flow_drift)

# %% [markdown] key="paths-task" lang="en"
# Three ways through the same densities, in one coordinate: two blobs at $-1$ and $1$, now with weights 0.3 and 0.7. Left the forward SDE from the data up, in the middle the reverse SDE down, right the flow down. Grey: $q_t$.
#
# **Commit:** which of the three clouds have the same distribution at $t=300$? And which the same *paths*?

# %% [markdown] key="paths-task" lang="id" ref="e76c1648"
# Tiga jalan melalui densitas yang sama, dalam satu koordinat: dua gundukan di $-1$ dan $1$, sekarang dengan bobot 0.3 dan 0.7. Kiri: SDE maju, dari data ke atas; tengah: SDE mundur, ke bawah; kanan: aliran, ke bawah. Kelabu: $q_t$.
#
# **Putuskan dulu:** awan mana saja dari ketiganya yang berdistribusi sama pada $t=300$? Dan mana yang *jalannya* sama?

# %% [markdown] key="paths-task" lang="ko" ref="e76c1648"
# 똑같은 밀도를 지나는 세 가지 길을 좌표 하나에서 봅니다. $-1$과 $1$에 있는 두 덩어리이고, 이번에는 가중치가 0.3과 0.7입니다. 왼쪽은 데이터에서 올라가는 전방 SDE, 가운데는 내려오는 역방향 SDE, 오른쪽은 내려오는 흐름입니다. 회색은 $q_t$입니다.
#
# **답을 먼저 정하십시오.** 세 무리 가운데 $t=300$에서 분포가 같은 것은 어느 것들입니까? *경로*가 같은 것은 어느 것들입니까?

# %% key="paths"
from course_lib.continuous import Continuous

pair = gaussians.Mixture([0.3, 0.7], torch.tensor([[-1.0], [1.0]], dtype=D), 0.15)
knows, view = pair.optimal_eps(schedule), Continuous(schedule)
ts, n = [float(t) for t in range(1000, 0, -5)] + [1.0], 4000
x, up, g = pair.sample(n, seeded(26)), [], seeded(27)
for t_prev, t in pairwise([0.0, *ts[::-1]]):
    tau = view.log_alpha_bar(t_prev) - view.log_alpha_bar(t)
    x = x - tau / 2 * x + tau**0.5 * torch.randn(x.shape, generator=g, dtype=D)
    up.append(x)
x_T = noise(n, 1, seed=28)
down = score.reverse_sde(knows, x_T, schedule, ts, seeded(29))
flow = score.probability_flow(knows, x_T, schedule, ts, "heun")
ways = {"SDE ↑": up[::-1], "SDE ↓": [s.x_t for s in down], "ODE ↓": [s.x_t for s in flow]}
ways = {name: torch.stack(way)[..., 0] for name, way in ways.items()}
for t in (1000, 300, 100, 5):
    q_t, row = pair.diffused(t, schedule), ts.index(float(t))
    below = [q_t.weights @ torch.special.ndtr((edge - q_t.means[:, 0]) / q_t.stds) for edge in (-0.5, 0.5)]
    p = float(below[1] - below[0])
    inside = {name: float((way[row].abs() < 0.5).double().mean()) for name, way in ways.items()}
    print(f"t={t:4d}  |x| < 0.5: {p:.3f}  ", *(f"{name} {share:.3f} " for name, share in inside.items()))
    assert all(abs(share - p) < 5 * (p * (1 - p) / n) ** 0.5 + 0.005 for share in inside.values())

# %% key="paths-drawn"
y = torch.linspace(-3, 3, 150, dtype=D)[:, None]
q = torch.stack([pair.diffused(int(t), schedule).log_prob(y).exp() for t in ts], 1)
fig, ax = figures.axes("$t$", "$x_t$", columns=3, size=(3.6, 3))
for one, (name, way) in zip(ax, ways.items(), strict=True):
    one.pcolormesh(ts, y[:, 0], q**0.5, cmap="Greys", vmax=1.6, rasterized=True)
    one.plot(ts, way[:, :8], linewidth=1, linestyle="-")
    one.set(title=name, ylim=(-3, 3))
    one.grid(False)
    if name != "SDE ↑":
        one.invert_xaxis()
figures.show(fig, "alt.score.paths")

# %% [markdown] key="heun-task" lang="en"
# All three, at every $t$: the share of points between the blobs agrees with the exact one within the luck of 4000 points and, for the reverse SDE, the error of its steps (at small $t$ it is a little too high). And no two have the same paths: the SDE's are rough, the flow's are smooth and never cross. What is random in the flow is only where it starts.
#
# Smooth paths are good news for a solver. Euler's method goes straight on along the slope at the start of the step. *Heun's* takes the mean of that slope and the one it finds where Euler would land; with $h=t'-t$,
#
# $$x'=x+\tfrac h2\big[f(x,t)+f(x+h\,f(x,t),\,t')\big]$$
#
# Two calls of the network a step instead of one.
#
# ### Exercise: a step of Heun
#
# Write `heun(f, x, t, t_next)`, where `f(x, t)` answers the slope. Time may go up or down.

# %% [markdown] key="heun-task" lang="id" ref="5b8b82db"
# Ketiganya, pada setiap $t$: bagian titik yang berada di antara kedua gundukan cocok dengan yang eksak, dalam batas kebetulan pada 4000 titik dan, bagi SDE mundur, galat langkahnya (pada $t$ kecil ia sedikit terlalu tinggi). Dan tidak ada dua yang jalannya sama: pada kedua SDE jalan-jalannya bergerigi, pada aliran jalan-jalannya mulus dan tidak pernah saling memotong. Satu-satunya yang acak pada aliran adalah titik berangkatnya.
#
# Jalan yang mulus adalah kabar baik bagi penyelesai (*solver*). Metode Euler berjalan lurus mengikuti kemiringan di awal langkah. Metode *Heun* mengambil rata-rata dari kemiringan itu dan kemiringan yang ditemuinya di tempat Euler akan mendarat; dengan $h=t'-t$,
#
# $$x'=x+\tfrac h2\big[f(x,t)+f(x+h\,f(x,t),\,t')\big]$$
#
# Dua panggilan jaringan per langkah, bukan satu.
#
# ### Latihan: satu langkah Heun
#
# Tulis `heun(f, x, t, t_next)`, dengan `f(x, t)` yang menjawab kemiringannya. Waktu boleh naik atau turun.

# %% [markdown] key="heun-task" lang="ko" ref="5b8b82db"
# 모든 $t$에서 셋 다 같습니다. 덩어리 사이에 있는 점의 비율은 점 4000개를 뽑는 운만큼, 그리고 역방향 SDE에서는 단계의 오차만큼만 정확한 비율과 다릅니다($t$가 작을 때 조금 높습니다). 그리고 경로가 같은 것은 하나도 없습니다. SDE의 경로는 거칠고, 흐름의 경로는 매끄러우며 결코 엇갈리지 않습니다. 흐름에서 무작위인 것은 출발점뿐입니다.
#
# 경로가 매끄러우면 풀이법에는 반가운 일입니다. 오일러 방법은 단계가 시작되는 곳의 기울기를 따라 곧장 갑니다. *호인*(Heun)의 방법은 그 기울기와, 오일러가 닿을 곳에서 구한 기울기를 평균합니다. $h=t'-t$라고 하면 다음과 같습니다.
#
# $$x'=x+\tfrac h2\big[f(x,t)+f(x+h\,f(x,t),\,t')\big]$$
#
# 한 단계에 신경망을 한 번이 아니라 두 번 부릅니다.
#
# ### 연습문제: 호인의 한 단계
#
# `heun(f, x, t, t_next)` 함수를 작성하십시오. `f(x, t)`는 기울기를 답합니다. 시간은 올라갈 수도 있고 내려갈 수도 있습니다.

# %% key="ex-heun" exercise="ode.heun"
def heun(f, x, t, t_next):
    ### BEGIN SOLUTION
    h, slope = t_next - t, f(x, t)
    return x + h / 2 * (slope + f(x + h * slope, t_next))
    ### END SOLUTION

# %% key="check-heun" check="ode.heun"
check("ode.heun", heun)

# %% [markdown] key="orders-task" lang="en"
# Now the race, from $t=1000$ to $t=1$, with the perfect network of these two blobs. Where each point must arrive is known: paths of a flow in one dimension do not cross, so quantiles go to quantiles (chapter 7). The error is the mean distance from there. The third method chooses its steps itself: `ode.adaptive` takes a step with two formulas of orders 4 and 5 (Dormand & Prince 1980), which share their calls, compares the two, and shortens the step where they disagree by more than a tolerance.
#
# **Commit:** halve the step. By which factor does the error fall, with Euler and with Heun? And at the same number of *calls*, about 40, who is ahead?

# %% [markdown] key="orders-task" lang="id" ref="b28d5062"
# Sekarang lombanya, dari $t=1000$ ke $t=1$, dengan jaringan sempurna untuk kedua gundukan ini. Di mana setiap titik harus tiba sudah diketahui: dalam satu dimensi jalan-jalan aliran tidak saling memotong, jadi setiap kuantil tiba di kuantil yang sama (Bab 7). Galatnya adalah rata-rata jarak ke tempat itu. Metode ketiga memilih sendiri langkahnya: `ode.adaptive` mengambil satu langkah dengan dua rumus, berorde 4 dan 5 (Dormand & Prince 1980), yang berbagi panggilan; ia membandingkan keduanya, dan memendekkan langkahnya bila beda keduanya melebihi toleransi.
#
# **Putuskan dulu:** pendekkan langkahnya menjadi separuh. Dengan faktor berapa galatnya turun, untuk Euler dan untuk Heun? Dan bila *panggilannya* sama banyak, kira-kira 40, siapa yang unggul?

# %% [markdown] key="orders-task" lang="ko" ref="b28d5062"
# 이제 경주입니다. 이 두 덩어리의 완벽한 신경망으로 $t=1000$에서 $t=1$까지 갑니다. 점마다 어디에 닿아야 하는지는 압니다. 일차원에서 흐름의 경로는 엇갈리지 않으므로 분위수는 같은 분위수로 갑니다(7장). 오차는 거기까지의 평균 거리입니다. 셋째 방법은 단계를 스스로 고릅니다. `ode.adaptive`는 4차와 5차의 두 공식(Dormand & Prince 1980)으로 한 단계를 갑니다. 두 공식은 신경망 호출을 함께 쓰며, 둘의 결과가 허용 오차보다 크게 어긋나면 단계를 줄입니다.
#
# **답을 먼저 정하십시오.** 단계를 절반으로 줄이면 오일러와 호인의 오차는 각각 몇 분의 일이 됩니까? *호출* 횟수가 똑같이 40번쯤이면 누가 앞섭니까?

# %% key="orders"
from course_lib import ode

u = ((torch.arange(1000, dtype=D) + 0.5) / 1000)[:, None]


def quantile(mixture):
    low, high = torch.full_like(u, -6), torch.full_like(u, 6)
    for _ in range(50):
        middle = (low + high) / 2
        below = torch.special.ndtr((middle - mixture.means.T) / mixture.stds) @ mixture.weights[:, None] < u
        low, high = torch.where(below, middle, low), torch.where(below, high, middle)
    return low


start, end = (quantile(pair.diffused(t, schedule)) for t in (1000, 1))


def f(x, t):
    signal, spread = view.signal_noise(t)
    stds = ((signal * pair.stds) ** 2 + spread**2).sqrt()
    q_t = gaussians.Mixture(pair.weights, signal * pair.means, stds)
    return -view.beta(t) / 2 * (x + q_t.score(x))


for t in (1000.0, 400.5, 1.0):
    assert (f(start, t) - score.drift(knows, schedule)(start, t)).abs().max() < 1e-10

# %% key="orders-race"
f, S_all = score.drift(knows, schedule), (10, 20, 40, 80, 160)
found = {}
for name, calls in (("euler", 1), ("heun", 2)):
    grids = [torch.linspace(1000, 1, S + 1, dtype=D).tolist() for S in S_all]
    e = [float((ode.solve(f, start, grid, name) - end).abs().mean()) for grid in grids]
    found[name] = ([calls * S for S in S_all], e)
    logs = torch.tensor([S_all[1:], e[1:]], dtype=D).log()
    slope = torch.linalg.lstsq(torch.stack([logs[0], 0 * logs[0] + 1], 1), logs[1]).solution[0]
    print(f"{name:8s}", *(f"{v:.4f}" for v in e), "  /", *(f"{p / q:.2f}" for p, q in pairwise(e)), end="  ")
    print(f"slope {slope:.2f}")
found["adaptive"] = ([], [])
for tolerance in (1e-1, 1e-2, 1e-3, 1e-4, 1e-5):
    x, calls, ts = ode.adaptive(f, start, 1000.0, 1.0, rtol=tolerance, atol=tolerance)
    e, h = float((x - end).abs().mean()), [a - b for a, b in pairwise(ts)]
    print(f"{tolerance:.0e}  calls {calls:3d}  error {e:.6f}  steps {len(h)}, {max(h):.0f} .. {min(h):.1f}")
    found["adaptive"][0].append(calls), found["adaptive"][1].append(e)
fig, ax = figures.axes("$n$", r"$|x-x^*|$")
for (name, (calls, e)), marker in zip(found.items(), "osd", strict=True):
    ax.loglog(calls, e, marker=marker, label=name)
ax.legend()
figures.show(fig, "alt.score.orders")

# %% [markdown] key="ddim-task" lang="en"
# Each time the step is halved, Euler's error falls to nearly a half, and Heun's comes closer and closer to falling to a quarter: slopes $-0.95$ and $-1.88$, first and second order. But compare at equal *calls* (the picture does, with $n$ for their number). With 20 calls, Heun's ten steps are behind Euler's twenty (0.0439 against 0.0282); with 40 it is hardly ahead; with 160 almost four times (0.0010 against 0.0039). **An order is a promise about small steps.** The adaptive method shows it even more: with a tolerance of 0.1 it takes three enormous steps and is the worst of all; with 0.01 it makes 67 calls and is five times as accurate as Heun with 80, and with 0.001, at the same 67 calls, thirty times. (Fewer of its trial steps were rejected, and rejected steps cost calls, too.)
#
# That is one smooth path in one dimension. A batch of pictures must wait for its worst member, and a trained network is not smooth to five digits; few image samplers use adaptive steps.
#
# ### DDIM is a step of this equation
#
# Chapter 7 found that DDIM is Euler's method, exactly. For *which* equation? Substitute $y=x/\sqrt{\bar\alpha}$ and $\rho=\sqrt{(1-\bar\alpha)/\bar\alpha}$ (as in chapter 7; many papers write $\sigma$ for it). The term with $x$ disappears, and the flow becomes
#
# $$\frac{dy}{d\rho}=\hat\epsilon(x,t)$$
#
# The slope *is* the predicted noise. As long as that does not change, the path is a straight line and one step is enough. And Euler's step for $dy/d\rho$ is DDIM's. **Commit:** is it also the Euler step for $dx/dt$, the flow in $t$: (a) exactly, (b) only in the limit of small steps?

# %% [markdown] key="ddim-task" lang="id" ref="236c6a9f"
# Setiap kali langkah dipendekkan menjadi separuh, galat Euler turun hampir menjadi separuh, dan galat Heun makin mendekati seperempat: kemiringan $-0.95$ dan $-1.88$, orde satu dan orde dua. Tetapi bandingkanlah pada *panggilan* yang sama banyak (begitulah gambarnya, dengan $n$ untuk banyaknya). Dengan 20 panggilan, sepuluh langkah Heun kalah dari dua puluh langkah Euler (0.0439 berbanding 0.0282); dengan 40 ia baru sedikit unggul; dengan 160 hampir empat kali (0.0010 berbanding 0.0039). **Orde adalah janji tentang langkah kecil.** Metode adaptif memperlihatkannya lebih jelas lagi: dengan toleransi 0.1 ia mengambil tiga langkah raksasa dan menjadi yang terburuk; dengan 0.01 ia memakai 67 panggilan dan lima kali lebih teliti daripada Heun dengan 80, dan dengan 0.001, pada 67 panggilan yang sama, tiga puluh kali. (Langkah percobaannya lebih sedikit yang ditolak, dan langkah yang ditolak pun memakan panggilan.)
#
# Itu untuk satu jalan yang mulus dalam satu dimensi. Satu batch gambar harus menunggu anggotanya yang paling sulit, dan jaringan terlatih tidak mulus sampai lima digit; jarang ada sampler gambar yang memakai langkah adaptif.
#
# ### DDIM adalah satu langkah dari persamaan ini
#
# Menurut Bab 7, DDIM tepat sama dengan metode Euler. Untuk persamaan *yang mana*? Gantilah dengan $y=x/\sqrt{\bar\alpha}$ dan $\rho=\sqrt{(1-\bar\alpha)/\bar\alpha}$ (seperti di Bab 7; banyak makalah menulisnya $\sigma$). Suku yang memuat $x$ hilang, dan alirannya menjadi
#
# $$\frac{dy}{d\rho}=\hat\epsilon(x,t)$$
#
# Kemiringannya *adalah* noise hasil tebakan. Selama noise itu tidak berubah, jalannya garis lurus dan satu langkah sudah cukup. Dan langkah Euler untuk $dy/d\rho$ adalah langkah DDIM. **Putuskan dulu:** apakah langkah itu juga langkah Euler untuk $dx/dt$, aliran dalam $t$: (a) tepat, (b) hanya dalam limit langkah kecil?

# %% [markdown] key="ddim-task" lang="ko" ref="236c6a9f"
# 단계를 반으로 줄일 때마다 오일러의 오차는 절반 가까이로, 호인의 오차는 점점 사분의 일에 가깝게 줄어듭니다. 기울기가 $-0.95$와 $-1.88$이므로 일차와 이차입니다. 그러나 *호출* 횟수가 같을 때를 견주어 보십시오(그림이 그렇고, $n$이 그 횟수입니다). 20번 부르면 호인의 열 단계가 오일러의 스무 단계에 뒤집니다(0.0439 대 0.0282). 40번이면 앞선다고 하기 어렵고, 160번이면 네 배 가까이 앞섭니다(0.0010 대 0.0039). **차수는 작은 단계에서의 약속입니다.** 적응형 방법을 보면 더 뚜렷합니다. 허용 오차가 0.1이면 엄청나게 큰 단계를 세 번 밟고 모두 가운데 가장 나쁩니다. 0.01이면 67번 불러 80번 부른 호인보다 다섯 배 정확하고, 0.001이면 똑같이 67번 불러 서른 배 정확합니다. (시험 삼아 간 단계 가운데 버린 것이 적었기 때문입니다. 버린 단계에도 호출이 듭니다.)
#
# 이것은 일차원의 매끄러운 경로에서 한 이야기입니다. 그림 한 배치는 그 가운데 가장 까다로운 그림을 기다려야 하고, 학습한 신경망은 다섯 자리까지 매끄럽지 않습니다. 이미지 샘플러가 적응형 단계를 쓰는 일은 드뭅니다.
#
# ### DDIM은 이 방정식의 한 단계입니다
#
# 7장에서 DDIM이 정확히 오일러 방법이라는 것을 보았습니다. *어떤* 방정식의 오일러입니까? $y=x/\sqrt{\bar\alpha}$와 $\rho=\sqrt{(1-\bar\alpha)/\bar\alpha}$로 바꾸어 봅시다(7장과 같은 글자입니다. $\sigma$라고 쓰는 논문이 많습니다). $x$가 있던 항이 사라지고 흐름은 이렇게 됩니다.
#
# $$\frac{dy}{d\rho}=\hat\epsilon(x,t)$$
#
# 예측한 노이즈가 *곧* 기울기입니다. 예측이 달라지지 않는 동안 경로는 직선이고, 한 단계로 충분합니다. 그리고 $dy/d\rho$의 오일러 단계가 DDIM의 단계입니다. **답을 먼저 정하십시오.** 그 단계는 $t$에 대한 흐름 $dx/dt$의 오일러 단계와도 같습니까? (a) 정확히 같다 (b) 단계가 작아지는 극한에서만 같다

# %% key="ddim"
rate = ((1 - bar) / bar) ** 0.5
x = noise(500, 1, seed=30)
worst, in_t = 0.0, 0.0
for t, s in [(t, t - 1) for t in range(2, 1001, 7)] + [(1000, 800), (500, 20), (40, 1), (7, 0)]:
    eps_hat = knows(x, torch.full((500,), t))
    euler = bar[s] ** 0.5 * (x / bar[t] ** 0.5 + (rate[s] - rate[t]) * eps_hat)
    ddim = samplers.ddim_step(x, t, s, eps_hat, schedule)
    worst = max(worst, float((euler - ddim).abs().max()))
    in_t = max(in_t, float((ode.euler(f, x, float(t), float(s)) - ddim).abs().max()))
print(f"rho {worst:.0e}  t {in_t:.2f}")
assert worst < 1e-12 < 0.01 < in_t
fifty = samplers.times(1000, 50)
*_, by_flow = score.probability_flow(knows, x, schedule, fifty, "euler")
by_ddim = samplers.final(samplers.sample(knows, samplers.ddim_step, x, schedule, fifty))
print(f"50 steps {(by_flow.x_t - by_ddim).abs().max():.0e}")
assert (by_flow.x_t - by_ddim).abs().max() < 1e-12

# %% [markdown] key="likelihood" lang="en"
# (b). For $dy/d\rho$ it is exact, for steps of any size (`rho` in the print); Euler *in $t$* is another first-order method for the same flow and lands elsewhere. The library's `score.probability_flow` walks in $\rho$, so that its `"euler"` is DDIM, to the last bits over 50 steps; `"heun"` is the same walk with a second look.
#
# ## 7 · How probable is this picture?
#
# Chapter 3 had only a *bound* on $\log p(x_0)$. The flow gives the thing itself. A crowd of points that spreads out gets thinner: along a path, the logarithm of the density falls at the rate of the divergence of the drift $f$ (Chen et al. 2018),
#
# $$\frac{d}{dt}\log p_t(x(t))=-\nabla\cdot f(x(t),t)$$
#
# So follow $x_0$ up to $x_T$, add up the divergence, and look $x_T$ up in the normal density (Song et al. 2021, eq. 39):
#
# $$\log p(x_0)=\log p_T(x_T)+\int_0^T\nabla\cdot f(x(t),t)\,dt$$
#
# `score.log_likelihood` does this. First where the answer is known: a Gaussian in the plane, and the three hills. For $p_T$ one can take $\mathcal N(0,I)$, as the sampler does, or the true $q_T$.
#
# **Commit:** data $\mathcal N(m,0.6^2I)$. With $\mathcal N(0,I)$ at the end, for which $m$ will the answer be right to 0.0001 nats: (a) for $m=(0,0)$, (b) for $m=(0.5,0.5)$, (c) for both?

# %% [markdown] key="likelihood" lang="id" ref="19151a86"
# (b). Untuk $dy/d\rho$ kesamaannya tepat, untuk langkah seberapa pun panjangnya (`rho` pada cetakan); Euler *dalam $t$* adalah metode orde satu lain untuk aliran yang sama, dan mendarat di tempat lain. `score.probability_flow` di pustaka berjalan dalam $\rho$, sehingga `"euler"`-nya adalah DDIM, sampai bit-bit terakhir selama 50 langkah; `"heun"` adalah perjalanan yang sama yang menengok sekali lagi.
#
# ## 7 · Seberapa mungkin gambar ini?
#
# Bab 3 hanya punya *batas* untuk $\log p(x_0)$. Aliran memberi nilai itu sendiri. Kerumunan titik yang menyebar menjadi makin renggang: sepanjang sebuah jalan, logaritma densitas turun dengan laju sebesar divergensi drift $f$ (Chen et al. 2018),
#
# $$\frac{d}{dt}\log p_t(x(t))=-\nabla\cdot f(x(t),t)$$
#
# Jadi ikuti $x_0$ naik sampai $x_T$, jumlahkan divergensinya, lalu hitung log-densitas normal di $x_T$ (Song et al. 2021, pers. 39):
#
# $$\log p(x_0)=\log p_T(x_T)+\int_0^T\nabla\cdot f(x(t),t)\,dt$$
#
# Itulah yang dikerjakan `score.log_likelihood`. Pertama-tama di tempat yang jawabannya diketahui: sebuah Gaussian di bidang, dan ketiga bukit. Untuk $p_T$ kita boleh mengambil $\mathcal N(0,I)$, seperti sampler, atau $q_T$ yang sebenarnya.
#
# **Putuskan dulu:** data $\mathcal N(m,0.6^2I)$. Dengan $\mathcal N(0,I)$ di ujungnya, untuk $m$ mana jawabannya benar sampai 0.0001 nat: (a) untuk $m=(0,0)$, (b) untuk $m=(0.5,0.5)$, (c) untuk keduanya?

# %% [markdown] key="likelihood" lang="ko" ref="19151a86"
# (b)입니다. $dy/d\rho$의 오일러와는 단계의 크기와 상관없이 정확히 같습니다(출력의 `rho`). *$t$에 대한* 오일러는 같은 흐름을 푸는 또 다른 일차 방법이고, 다른 곳에 닿습니다. 라이브러리의 `score.probability_flow`는 $\rho$를 따라 걷기 때문에 `"euler"`를 고르면 50단계를 걸어도 마지막 몇 비트까지 DDIM과 같습니다. `"heun"`은 같은 길을 걷되 한 번씩 더 살핍니다.
#
# ## 7 · 이 그림은 얼마나 있을 법합니까?
#
# 3장에는 $\log p(x_0)$의 *하한*밖에 없었습니다. 흐름은 그 값 자체를 줍니다. 무리가 퍼지면 성기어집니다. 경로를 따라 밀도의 로그가 줄어드는 빠르기는 드리프트 $f$의 발산과 같습니다(Chen et al. 2018).
#
# $$\frac{d}{dt}\log p_t(x(t))=-\nabla\cdot f(x(t),t)$$
#
# 그러니 $x_0$을 $x_T$까지 따라 올라가며 발산을 더하고, $x_T$의 밀도를 정규분포에서 찾습니다(Song et al. 2021, 식 39).
#
# $$\log p(x_0)=\log p_T(x_T)+\int_0^T\nabla\cdot f(x(t),t)\,dt$$
#
# `score.log_likelihood`가 이 일을 합니다. 먼저 답을 아는 데이터에서 해 봅시다. 평면 위의 가우스 분포 하나와 세 언덕입니다. $p_T$로는 샘플러처럼 $\mathcal N(0,I)$를 써도 되고 참된 $q_T$를 써도 됩니다.
#
# **답을 먼저 정하십시오.** 데이터가 $\mathcal N(m,0.6^2I)$입니다. 끝에서 $\mathcal N(0,I)$를 쓰면 답이 0.0001내트까지 맞는 것은 $m$이 무엇일 때입니까? (a) $m=(0,0)$일 때입니까, (b) $m=(0.5,0.5)$일 때입니까, (c) 둘 다입니까?

# %% key="likelihood-exact"
one = torch.tensor([[1.0, 1.0]], dtype=D)
cases = {"m=0.0": gaussians.Mixture([1.0], 0 * one, 0.6), "m=0.5": gaussians.Mixture([1.0], 0.5 * one, 0.6)}
times = [1000 * (k / 50) ** 2 for k in range(51)]
for name, data_law in (cases | {"hills": hills}).items():
    x_0, q_T = data_law.sample(100, seeded(31)), data_law.diffused(1000, schedule).log_prob
    right = data_law.log_prob(x_0)
    print(f"{name:6s} log p {right.mean():.4f}", end="")
    for end_name, prior in (("N(0, I)", None), ("q_T", q_T)):
        model = data_law.optimal_eps(schedule)
        nats = score.log_likelihood(model, x_0, schedule, times=times, method="rk4", prior=prior)
        off = float((nats - right).abs().max())
        print(f"  {end_name} {off:.6f}", end="")
    print()
    assert off < 1e-4

# %% [markdown] key="likelihood-task" lang="en"
# Only for $m=0$. With $m=0.5$ the worst of the 100 answers is off by 0.0102 nats, however fine the steps, and the solver is innocent: at $t=T$ a trace $\sqrt{\bar\alpha_T}\,m$ of the data is left, and $\mathcal N(0,I)$ does not know it. With the true $q_T$ all are right to 0.0001. In other words: $\mathcal N(0,I)$ and the flow define a model $p$ of their own, and *its* density is what we computed. (What a sampler draws follows that $p$, too.)
#
# ### Bits of a digit
#
# On pictures the divergence is a sum of 784 derivatives, one backward pass each. *Hutchinson's* estimator needs one: for a random $v$ of signs $\pm1$,
#
# $$\mathbb E_v\big[v\cdot\nabla(f\cdot v)\big]=\nabla\cdot f$$
#
# so draw a $v$, differentiate the single number $f\cdot v$, multiply by $v$ again. It is right on average, with a spread that the cell prints.
#
# A density over real numbers is no probability of a *stored* picture with its 256 grey levels (chapter 3: without care it can be praised without limit). Two ways to be careful; both give an upper bound on the bits:
#
# - *Uniform*: a level $k$ becomes a number, $x=-1+2(k+u)/255$ with $u$ uniform in $(-\tfrac12,\tfrac12)$. A cell is $2/255$ wide, so $-\log_2 p(x)/784$ gets $\log_2\frac{255}{2}=6.994$ bits added for the change of units.
# - *By the chain's own first step*: $x_1\sim q(x_1\mid x_0)$. Then $-\log P(x_0)\le L_0-\log p(x_1)-H$, where $L_0$ is chapter 3's decoder and $H=\frac{784}2\log(2\pi e\beta_1)$ the entropy of the noise added. (This is chapter 3's bound with $x_1$ as the only latent variable; $-H$ is the mean of $\log q(x_1\mid x_0)$ in it.)
#
# The second differs from the bound of chapter 3 in one thing: the flow's exact $\log p(x_1)$ stands in the place of 999 KL divergences.
#
# **Commit:** same network, same three digits. Is the flow's number (a) lower than the chain's bound, (b) equal, (c) higher? And which of the two ways of treating the grey levels costs fewer bits?

# %% [markdown] key="likelihood-task" lang="id" ref="ae801ada"
# Hanya untuk $m=0$. Dengan $m=0.5$ yang terburuk dari 100 jawaban meleset 0.0102 nat, sehalus apa pun langkahnya, dan penyelesainya tidak bersalah: pada $t=T$ masih tersisa jejak data, $\sqrt{\bar\alpha_T}\,m$, dan $\mathcal N(0,I)$ tidak tahu tentang itu. Dengan $q_T$ yang sebenarnya semua jawaban benar sampai 0.0001. Dengan kata lain: $\mathcal N(0,I)$ dan aliran bersama-sama menetapkan sebuah model $p$ sendiri, dan densitas model *itulah* yang tadi kita hitung. (Apa yang diambil sampler pun mengikuti $p$ itu.)
#
# ### Bit untuk sebuah angka
#
# Pada gambar, divergensi adalah jumlah dari 784 turunan, masing-masing satu perambatan balik. Penaksir *Hutchinson* cukup dengan satu: untuk $v$ acak yang berisi tanda $\pm1$,
#
# $$\mathbb E_v\big[v\cdot\nabla(f\cdot v)\big]=\nabla\cdot f$$
#
# jadi ambil satu $v$ (satu *probe*), turunkan bilangan tunggal $f\cdot v$, lalu kalikan sekali lagi dengan $v$. Secara rata-rata hasilnya benar, dengan sebaran yang dicetak sel berikut.
#
# Densitas atas bilangan real bukan peluang sebuah gambar yang *disimpan* dengan 256 tingkat kelabunya (Bab 3: tanpa kehati-hatian, model dapat dipuji tanpa batas). Ada dua cara untuk berhati-hati; keduanya memberi batas atas bagi banyaknya bit:
#
# - *Seragam*: tingkat $k$ menjadi sebuah bilangan, $x=-1+2(k+u)/255$ dengan $u$ seragam dalam $(-\tfrac12,\tfrac12)$. Satu selang lebarnya $2/255$, jadi $-\log_2 p(x)/784$ ditambah $\log_2\frac{255}{2}=6.994$ bit untuk pergantian satuannya.
# - *Lewat langkah pertama rantai itu sendiri*: $x_1\sim q(x_1\mid x_0)$. Maka $-\log P(x_0)\le L_0-\log p(x_1)-H$, dengan $L_0$ dekoder dari Bab 3 dan $H=\frac{784}2\log(2\pi e\beta_1)$ entropi noise yang ditambahkan. (Inilah batas Bab 3 dengan $x_1$ sebagai satu-satunya variabel laten; $-H$ adalah rata-rata $\log q(x_1\mid x_0)$ di dalamnya.)
#
# Cara kedua berbeda dari batas di Bab 3 dalam satu hal: $\log p(x_1)$ yang eksak dari aliran menggantikan 999 divergensi KL.
#
# **Putuskan dulu:** jaringan yang sama, tiga angka yang sama. Apakah bilangan dari aliran (a) lebih rendah daripada batas rantai, (b) sama, (c) lebih tinggi? Dan dari kedua cara memperlakukan tingkat kelabu itu, mana yang memerlukan lebih sedikit bit?

# %% [markdown] key="likelihood-task" lang="ko" ref="ae801ada"
# $m=0$일 때뿐입니다. $m=0.5$에서는 단계가 아무리 잘아도 답 100개 가운데 가장 나쁜 것이 0.0102내트나 빗나갑니다. 풀이법의 탓이 아닙니다. $t=T$에 데이터의 자취 $\sqrt{\bar\alpha_T}\,m$이 남아 있는데 $\mathcal N(0,I)$는 그것을 모릅니다. 참된 $q_T$를 쓰면 모두 0.0001까지 맞습니다. 다시 말해 $\mathcal N(0,I)$와 흐름이 함께 모델 $p$를 따로 하나 정하고, 우리가 계산한 것은 *그 모델의* 밀도입니다. (샘플러가 뽑는 것도 그 $p$를 따릅니다.)
#
# ### 숫자 한 장의 비트
#
# 그림에서 발산은 도함수 784개의 합이고, 도함수마다 역전파가 한 번씩 필요합니다. *허친슨*(Hutchinson)의 추정량은 한 번이면 됩니다. 부호 $\pm1$로 이루어진 무작위 벡터 $v$에 대하여 다음이 성립합니다.
#
# $$\mathbb E_v\big[v\cdot\nabla(f\cdot v)\big]=\nabla\cdot f$$
#
# 그러니 $v$를 하나 뽑아, 수 하나인 $f\cdot v$를 미분하고, 다시 $v$를 곱합니다. 평균하면 옳고, 얼마나 흩어지는지는 셀이 출력합니다.
#
# 실수에 대한 밀도는 256단계의 회색으로 *저장한* 그림의 확률이 아닙니다(3장에서 보았듯이, 조심하지 않으면 모델을 한없이 칭찬하게 됩니다). 조심하는 방법은 둘이고, 둘 다 비트의 상한을 줍니다.
#
# - *균등*: 단계 $k$를 수 $x=-1+2(k+u)/255$로 바꿉니다. $u$는 $(-\tfrac12,\tfrac12)$에서 고르게 뽑습니다. 한 칸의 너비가 $2/255$이므로, 단위가 바뀐 몫으로 $-\log_2 p(x)/784$에 $\log_2\frac{255}{2}=6.994$비트를 더합니다.
# - *연쇄 자신의 첫 단계*: $x_1\sim q(x_1\mid x_0)$을 뽑습니다. 그러면 $-\log P(x_0)\le L_0-\log p(x_1)-H$입니다. $L_0$은 3장의 디코더이고, $H=\frac{784}2\log(2\pi e\beta_1)$은 더한 노이즈의 엔트로피입니다. ($x_1$ 하나만 잠재 변수로 둔 3장의 상한이고, $-H$는 그 안에 있는 $\log q(x_1\mid x_0)$의 평균입니다.)
#
# 둘째가 3장의 상한과 다른 점은 하나입니다. KL 발산 999개의 자리에 흐름의 정확한 $\log p(x_1)$이 들어갑니다.
#
# **답을 먼저 정하십시오.** 신경망도 같고 숫자 세 장도 같습니다. 흐름의 수는 연쇄의 상한에 견주어 (a) 낮습니까, (b) 같습니까, (c) 높습니까? 그리고 회색 단계를 다루는 두 방법 가운데 어느 쪽이 비트를 덜 씁니까?

# %% key="likelihood-ask"
import math

from course_lib import checkpoints, data, guidance

net = checkpoints.load("digits", precision="fp32")
images = data.one_of_each("test")[0][:3]
unit, levels = 784 * math.log(2), ((images + 1) * 127.5).round()
uniform = (levels + torch.rand(images.shape, generator=seeded(32)) - 0.5) / 127.5 - 1
x_1 = forward.q_sample(images, 1, noise(*images.shape, seed=33, dtype=torch.float32), schedule)
three, six = (guidance.guide(net, torch.zeros(k, dtype=torch.long), w=-1) for k in (3, 6))
g, edges = seeded(35), sorted({round(1000 ** (k / 36)) for k in range(37)})
start = torch.cat([uniform, x_1])
nats = score.log_likelihood(six, start, schedule, times=edges, probes=4, generator=seeded(34), each=True)
flow_bits = (-nats / unit).view(4, 2, 3)
L = []
for low, high in [(0, 1), *pairwise(edges)]:
    t, eps = int(torch.randint(low, high, (), generator=g)), torch.randn(images.shape, generator=g)
    L.append((high - low) * losses.vlb_term(three, images, t, eps, schedule, "beta_tilde", "discrete") / unit)

# %% key="likelihood-bits"
H = 784 / 2 * math.log(2 * math.pi * math.e * float(beta[1])) / unit
bits = {"uniform": flow_bits[:, 0] + math.log2(255 / 2), "x_1": flow_bits[:, 1] + L[0] - H}
print(f"log2(255/2) {math.log2(255 / 2):.3f}  H / (784 log 2) {H:.3f}")
for name, each in bits.items():
    print(f"{name:8s}", end="")
    for value, spread in zip(each.mean(0), each.std(0), strict=True):
        print(f" {value:.2f} +- {spread:.2f}", end=" ")
    print(f"mean {each.mean():.2f}  se {each.std(0).mean() / 4**0.5:.2f}")
chain = sum(L)
print("chain   ", *(f"{value:.2f}        " for value in chain), f" mean {chain.mean():.2f}")
bound = checkpoints.card("digits")["bound"]
print(f"card     N={bound['N']}  {bound['beta_tilde']['mean']:.2f} +- {bound['beta_tilde']['std']:.2f}")

# %% [markdown] key="end" lang="en"
# It depends on the way: (a) by way of $x_1$, which costs fewer bits; (c) with the uniform one. That its number is the highest does not make it wrong: fine grain of one grey level, which no training picture has, is improbable to this network, and its bits are paid for. By way of $x_1$ the flow's number is *lower* than the chain's bound for the same three digits (“chain”, estimated from one random term in each of 33 groups of the 1000; the card has the mean over 100 digits). The bound pays for every step that is not quite the Gaussian the chain takes it for; the flow takes no such steps.
#
# Two warnings. The flow and the chain are two *models* made of one network, and for an imperfect network no theorem says which must have fewer bits. And a solver with few steps makes an error of its own, which can be in its favour: a number of bits belongs to a grid, and should be quoted with it. The ± are the spread of a *single* probe over four draws; the mean of all four is half as uncertain. Fewer bits, finally, are not better pictures (chapter 3).
#
# ## What to take along
#
# One network, three ways to read it:
#
# | view | the network is | it was trained by | one samples by |
# | --- | --- | --- | --- |
# | diffusion (chapters 3 to 7) | a noise predictor, $\hat\epsilon(x_t,t)$ | a bound on $\log p$, simplified | the reverse chain; DDIM |
# | score | a field of arrows, $-\hat\epsilon/\sqrt{1-\bar\alpha_t}$ | denoising score matching at every $t$ | annealed Langevin |
# | differential equations | the same field at real $t$ | the same loss | the reverse SDE, or the flow: solvers, encoding, likelihood |
#
# - The score is an arrow field, and constants in $p$ do not enter it. That is its strength (nothing to normalise) and its weakness (weights of far islands are invisible).
# - $\nabla\log q(x_t\mid x_0)$ has the drawn noise, $\nabla\log q_t(x_t)$ its mean. The squared error turns the first into the second.
# - Measure a learned score against the *diffused* density, at a stated $t$.
# - Langevin: climb half the variance of the shake. $(\tfrac\delta2,\sqrt\delta)$ or $(\delta,\sqrt{2\delta})$, never mixed; always a bias, and beyond a certain step no sampler at all.
# - Shaking the points and pushing them downhill do the same to a density. Hence the flow, and hence *reverse SDE = flow + Langevin*.
# - DDIM is Euler's step in $\rho$, exactly. Second order pays at many calls, not at few.
# - The flow gives $\log p$ of a picture: say how pixels became numbers, which end density, how many probes, how many steps.
#
# **Limits.** Fields, orders and exact likelihoods come from one and two dimensions with exact scores. Three digits and four probes show a method and its spread, not a benchmark. Images have their mass in places where no plane can show how it lies, and there the score of a network is an estimate with an error that one cannot see.
#
# **Sources.** Hyvärinen 2005 (score matching). Vincent 2011 (denoising score matching). Welling & Teh 2011 (Langevin with noisy gradients). Song & Ermon 2019 (Langevin with learned scores: eq. 4, section 3, algorithm 1). Song et al. 2021 (the SDE view: eqs. 6, 11, 13 and 39; sections 3.3 and 4.3; appendix B). Anderson 1982 (reversing an SDE). Chen et al. 2018 (density along a flow). Hutchinson 1990 (the trace by random signs). Heun 1900; Dormand & Prince 1980. Song, Meng & Ermon 2021, eq. 14, and Karras et al. 2022, algorithm 1 and section 4 (the flow in $\rho$, which they call $\sigma$; noise as repair). Ho, Jain & Abbeel 2020.
#
# Arrows can be added and stretched. [Chapter 9](09_guidance.ipynb) takes two of them, one that knows the label and one that does not. Back to the map: [welcome](00_welcome.ipynb). How far you are:

# %% [markdown] key="end" lang="id" ref="d11b2da0"
# Tergantung caranya: (a) lewat $x_1$, yang memerlukan lebih sedikit bit, (c) dengan cara seragam. Bilangannya memang tertinggi, tetapi tidak salah: butiran halus sebesar satu tingkat kelabu, yang tidak dimiliki gambar pelatihan mana pun, hampir mustahil menurut jaringan ini, dan bit-bitnya harus dibayar. Lewat $x_1$, bilangan dari aliran *lebih rendah* daripada batas rantai untuk tiga angka yang sama (“chain”, ditaksir dari satu suku acak dalam masing-masing dari 33 kelompok yang membagi 1000 suku itu; kartu memuat rata-rata atas 100 angka). Batas itu membayar setiap langkah yang tidak persis Gaussian seperti anggapan rantai; aliran tidak menempuh langkah seperti itu.
#
# Dua peringatan. Aliran dan rantai adalah dua *model* dari satu jaringan, dan untuk jaringan yang tidak sempurna tidak ada teorema yang mengatakan mana yang harus lebih hemat bit. Lalu, penyelesai dengan sedikit langkah membuat galatnya sendiri, yang bisa saja menguntungkannya: banyaknya bit selalu milik sebuah kisi, dan kisinya harus ikut disebut. Tanda ± adalah sebaran *satu* probe dari empat kali ambil; ketidakpastian rata-rata keempatnya separuh dari itu. Dan akhirnya, bit yang lebih sedikit bukan gambar yang lebih baik (Bab 3).
#
# ## Bekal dari bab ini
#
# Satu jaringan, tiga cara membacanya:
#
# | sudut pandang | jaringan itu | dilatih dengan | cara mengambil sampel |
# | --- | --- | --- | --- |
# | difusi (Bab 3 sampai 7) | penebak noise, $\hat\epsilon(x_t,t)$ | batas bagi $\log p$, disederhanakan | rantai mundur; DDIM |
# | skor | medan panah, $-\hat\epsilon/\sqrt{1-\bar\alpha_t}$ | denoising score matching pada setiap $t$ | Langevin annealed |
# | persamaan diferensial | medan yang sama pada $t$ real | loss yang sama | SDE mundur, atau aliran: penyelesai, penyandian, likelihood |
#
# - Skor adalah medan panah, dan tetapan dalam $p$ tidak masuk ke dalamnya. Itulah kekuatannya (tidak ada yang perlu dinormalkan) dan kelemahannya (bobot pulau-pulau yang jauh tidak kelihatan).
# - $\nabla\log q(x_t\mid x_0)$ memuat noise yang terambil, $\nabla\log q_t(x_t)$ memuat rata-ratanya. Galat kuadrat mengubah yang pertama menjadi yang kedua.
# - Ukurlah skor hasil belajar terhadap densitas yang *terdifusi*, pada $t$ yang disebutkan.
# - Langevin: pendakiannya separuh varians guncangannya. $(\tfrac\delta2,\sqrt\delta)$ atau $(\delta,\sqrt{2\delta})$, jangan dicampur; biasnya selalu ada, dan di atas langkah tertentu ia bukan sampler lagi.
# - Mengguncang titik-titik dan mendorongnya turun berakibat sama bagi densitas. Dari situlah aliran, dan dari situlah *SDE mundur = aliran + Langevin*.
# - DDIM adalah langkah Euler dalam $\rho$, tepat. Orde dua menguntungkan bila panggilannya banyak, tidak bila sedikit.
# - Aliran memberi $\log p$ sebuah gambar: sebutkan bagaimana piksel menjadi bilangan, densitas ujungnya yang mana, berapa probe, berapa langkah.
#
# **Keterbatasan.** Medan, orde, dan likelihood eksak berasal dari satu dan dua dimensi dengan skor eksak. Tiga angka dan empat probe memperlihatkan sebuah metode dan sebarannya, bukan tolok ukur. Massa gambar terletak di tempat yang susunannya tidak dapat diperlihatkan bidang mana pun, dan di sana skor dari jaringan adalah taksiran yang galatnya tidak kelihatan.
#
# **Sumber.** Hyvärinen 2005 (score matching). Vincent 2011 (denoising score matching). Welling & Teh 2011 (Langevin dengan gradien bernoise). Song & Ermon 2019 (Langevin dengan skor hasil belajar: pers. 4, bagian 3, algoritme 1). Song et al. 2021 (sudut pandang SDE: pers. 6, 11, 13, dan 39; bagian 3.3 dan 4.3; lampiran B). Anderson 1982 (membalik SDE). Chen et al. 2018 (densitas sepanjang aliran). Hutchinson 1990 (trace lewat tanda acak). Heun 1900; Dormand & Prince 1980. Song, Meng & Ermon 2021, pers. 14, dan Karras et al. 2022, algoritme 1 dan bagian 4 (aliran dalam $\rho$, yang mereka sebut $\sigma$; noise sebagai perbaikan). Ho, Jain & Abbeel 2020.
#
# Panah dapat dijumlahkan dan diregangkan. [Bab 9](09_guidance.ipynb) mengambil dua di antaranya, satu yang mengenal label dan satu yang tidak. Kembali ke peta: [selamat datang](00_welcome.ipynb). Latihanmu sejauh ini:

# %% [markdown] key="end" lang="ko" ref="d11b2da0"
# 방법에 따라 다릅니다. $x_1$을 거치면 (a)이고 비트도 덜 듭니다. 균등이면 (c)입니다. 균등 쪽이 가장 높지만 틀린 것은 아닙니다. 회색 한 단계짜리 잔 알갱이는 학습 이미지 어디에도 없으므로 이 신경망에는 있을 법하지 않고, 그만큼 비트를 치릅니다. $x_1$을 거친 흐름의 수는 같은 숫자 세 장에서 연쇄의 상한보다 *낮습니다*(“chain”은 항 1000개를 33묶음으로 나누고 묶음마다 무작위로 고른 항 하나로 추정한 값이며, 카드에는 숫자 100장의 평균이 있습니다). 연쇄는 모든 단계를 가우스 분포로 여기는데, 꼭 그렇지는 않은 단계마다 상한이 그 값을 치릅니다. 흐름은 그런 단계를 밟지 않습니다.
#
# 주의할 것이 둘 있습니다. 흐름과 연쇄는 신경망 하나로 만든 두 *모델*이고, 신경망이 완벽하지 않을 때 어느 쪽의 비트가 더 적어야 하는지 말해 주는 정리는 없습니다. 그리고 단계가 적은 풀이법은 제 오차를 내며, 그 오차는 성적이 더 좋아 보이는 쪽일 수도 있습니다. 비트 수는 격자에 딸린 값이므로 격자와 함께 밝혀야 합니다. ±는 무작위 벡터 *하나*의 값이 네 번 뽑는 동안 흩어진 정도이고, 네 번을 평균한 값의 불확실성은 그 절반입니다. 끝으로, 비트가 적다고 그림이 더 좋은 것은 아닙니다(3장).
#
# ## 가져갈 것
#
# 신경망 하나를 읽는 법이 셋입니다.
#
# | 관점 | 신경망이 내는 것 | 학습한 방식 | 샘플을 얻는 방식 |
# | --- | --- | --- | --- |
# | 확산(3장부터 7장까지) | 노이즈 예측 $\hat\epsilon(x_t,t)$ | $\log p$의 하한을 단순하게 한 것 | 역방향 연쇄, DDIM |
# | 스코어 | 자리마다 놓인 화살표 $-\hat\epsilon/\sqrt{1-\bar\alpha_t}$ | 모든 $t$에서 노이즈 제거 스코어 매칭 | 담금질한 랑주뱅 |
# | 미분방정식 | 실수 $t$에서의 같은 화살표 | 같은 손실 | 역방향 SDE, 또는 흐름: 풀이법, 인코딩, 가능도 |
#
# - 스코어는 자리마다 놓인 화살표이고, $p$에 곱한 상수는 거기에 들어가지 않습니다. 그것이 강점이고(정규화할 것이 없습니다) 약점입니다(멀리 있는 섬의 가중치가 보이지 않습니다).
# - $\nabla\log q(x_t\mid x_0)$에는 뽑은 노이즈가 있고, $\nabla\log q_t(x_t)$에는 그 평균이 있습니다. 제곱 오차가 앞의 것을 뒤의 것으로 바꿉니다.
# - 학습한 스코어는 *노이즈로 퍼진* 밀도와 견주어 재고, $t$를 밝히십시오.
# - 랑주뱅에서는 흔드는 분산의 절반만큼 오릅니다. $(\tfrac\delta2,\sqrt\delta)$이거나 $(\delta,\sqrt{2\delta})$이고, 섞으면 안 됩니다. 편향은 언제나 있고, 걸음이 어느 크기를 넘으면 아예 샘플러가 아닙니다.
# - 점들을 흔드는 것과 내리막으로 미는 것은 밀도에 같은 일을 합니다. 흐름이 여기서 나오고, *역방향 SDE = 흐름 + 랑주뱅*도 여기서 나옵니다.
# - DDIM은 정확히 $\rho$에 대한 오일러 단계입니다. 이차 방법은 많이 부를 때 이득이고, 적게 부를 때에는 그렇지 않습니다.
# - 흐름은 그림의 $\log p$를 줍니다. 픽셀을 어떻게 수로 바꾸었는지, 끝의 밀도는 무엇인지, 무작위 벡터는 몇 개이고 단계는 몇인지 함께 밝히십시오.
#
# **한계.** 화살표의 그림과 차수와 정확한 가능도는 정확한 스코어를 아는 일차원과 이차원에서 얻었습니다. 숫자 세 장과 무작위 벡터 네 개는 방법이 어떤 것인지, 값이 얼마나 흩어지는지 보여 줄 뿐 성능 비교는 아닙니다. 이미지의 확률은 평면에 그려 보일 수 없는 곳에 모여 있습니다. 거기서 신경망의 스코어는 추정일 뿐이고, 그 오차는 눈에 보이지 않습니다.
#
# **출처.** Hyvärinen 2005(스코어 매칭). Vincent 2011(노이즈 제거 스코어 매칭). Welling & Teh 2011(노이즈 낀 기울기를 쓰는 랑주뱅). Song & Ermon 2019(학습한 스코어를 쓰는 랑주뱅: 식 4, 3절, 알고리즘 1). Song et al. 2021(SDE의 관점: 식 6, 11, 13, 39, 3.3절과 4.3절, 부록 B). Anderson 1982(SDE를 거꾸로). Chen et al. 2018(흐름을 따라가는 밀도). Hutchinson 1990(무작위 부호로 구하는 대각합). Heun 1900; Dormand & Prince 1980. Song, Meng & Ermon 2021, 식 14와 Karras et al. 2022, 알고리즘 1과 4절($\rho$에 대한 흐름, 논문의 글자로는 $\sigma$, 고치는 노이즈). Ho, Jain & Abbeel 2020.
#
# 화살표는 더할 수도 있고 늘일 수도 있습니다. [9장](09_guidance.ipynb)에서는 레이블을 아는 화살표와 모르는 화살표, 이 둘로 시작합니다. 전체 지도로 돌아가기: [환영합니다](00_welcome.ipynb). 어디까지 왔는지 봅시다.

# %% key="progress-overview"
from course_lib.exercises import overview

overview()
