# %% [markdown] key="title" lang="en"
# # 10 · Beyond: what else the machine can do
#
# Nine chapters have built one machine: noise goes in, and step by step a picture comes out. This chapter puts the machine to other work (sections 1 and 2), makes it cheaper and straighter (3 to 6), and looks at what it keeps of the pictures it was shown (7). Then we leave the notebook: where such models are used, what is open, and how to use one decently (8 and 9).
#
# Each section up to 7 is a working model, small enough for your machine, and each idea is one that the large systems use.
#
# **First, torn pictures.** The lower half of ten digits is missing. The network that ships with the course has learned to remove noise and nothing else. It has never seen a torn picture, and here nobody tells it which digit it is looking at.
#
# **Commit before you run:** asked to fill in the lower half, it will (a) fail, since this was not its task, (b) bring back the digit that was torn, (c) finish *something*, not always that digit.

# %% [markdown] key="title" lang="id" ref="d1f77d9e"
# # 10 · Selanjutnya: apa lagi yang dapat dikerjakan mesin ini
#
# Sembilan bab telah membangun satu mesin: noise (derau) masuk, dan selangkah demi selangkah keluarlah gambar. Bab ini memberi mesin itu pekerjaan lain (bagian 1 dan 2), membuatnya lebih murah dan lebih lurus (3 sampai 6), lalu memeriksa apa yang disimpannya dari gambar-gambar yang pernah diperlihatkan kepadanya (7). Setelah itu kita tinggalkan notebook: di mana model seperti ini dipakai, apa yang masih terbuka, dan bagaimana memakainya secara bertanggung jawab (8 dan 9).
#
# Setiap bagian sampai bagian 7 adalah model yang benar-benar bekerja, cukup kecil untuk komputer kita, dan setiap gagasannya dipakai juga oleh sistem-sistem besar.
#
# **Pertama-tama, gambar yang robek.** Separuh bawah dari sepuluh angka hilang. Jaringan bawaan kursus ini hanya pernah belajar membuang noise, tidak lebih. Gambar robek belum pernah dilihatnya, dan di sini tidak ada yang memberitahunya angka berapa yang sedang dipandangnya.
#
# **Putuskan dulu sebelum menjalankan sel:** kalau diminta mengisi separuh bawah itu, ia akan (a) gagal, sebab bukan itu tugasnya, (b) mengembalikan angka yang robek tadi, (c) merampungkan *sesuatu*, belum tentu angka yang semula?

# %% [markdown] key="title" lang="ko" ref="d1f77d9e"
# # 10 · 그 너머: 이 기계가 할 수 있는 다른 일
#
# 아홉 장에 걸쳐 기계 하나를 만들었습니다. 노이즈를 넣으면 한 단계씩 다듬어져 그림이 나오는 기계입니다. 이 장에서는 이 기계에 다른 일을 시키고(1절과 2절), 더 싸고 더 곧게 만들고(3절부터 6절까지), 보여 준 그림 가운데 무엇을 간직하는지 들여다봅니다(7절). 그런 다음 노트북 밖으로 나갑니다. 이런 모델은 어디에 쓰이고, 무엇이 아직 풀리지 않았으며, 어떻게 써야 떳떳한지 살펴봅니다(8절과 9절).
#
# 7절까지는 절마다 실제로 돌아가는 모델이 있습니다. 여러분의 컴퓨터에서 돌릴 수 있을 만큼 작지만, 담긴 생각은 모두 큰 시스템에서 쓰는 것입니다.
#
# **먼저 찢어진 그림부터 봅시다.** 숫자 열 장의 아래쪽 절반이 없습니다. 강의에 들어 있는 신경망은 노이즈를 없애는 법만 배웠습니다. 찢어진 그림은 본 적이 없고, 여기서는 어떤 숫자를 보고 있는지도 아무도 알려 주지 않습니다.
#
# **실행하기 전에 답을 정하십시오.** 아래쪽 절반을 채우라고 하면 어떻게 되겠습니까? (a) 배운 일이 아니므로 실패한다 (b) 찢기기 전의 숫자를 되살린다 (c) *무엇인가로* 마무리하지만, 늘 그 숫자는 아니다

# %% key="first-imports"
from functools import partial
from itertools import pairwise

import torch

from course_lib import checkpoints, data, figures, guidance, inpaint, lang, samplers

net = checkpoints.load("digits", precision="fp32")
schedule = net.schedule
bar, fifty = schedule.alpha_bar, samplers.times(1000, 50)
ancestral = partial(samplers.ddpm_step, variance="beta_tilde")


def noise(*shape, seed, dtype=torch.float32):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def walk(model, x_T, step=samplers.ddim_step, times=fifty, seed=0):
    g = torch.Generator().manual_seed(seed)
    return samplers.final(samplers.sample(model, step, x_T, schedule, times, g))

# %% key="first-torn"
digits, labels = data.one_of_each("test", skip=3)
top = torch.zeros(1, 1, 28, 28, dtype=torch.bool)
top[:, :, :14] = True
rule = inpaint.replaced(ancestral, digits, top)
x_T = noise(10, 1, 28, 28, seed=1)
filled = walk(net, x_T, rule, seed=1)
off = (filled - digits).abs()
print(f"m=1  max|error| {off[:, :, :14].max():.0e}   m=0  RMSE {off[:, :, 14:].square().mean().sqrt():.2f}")
rows = [digits, torch.where(top, digits, 0.0), filled.clamp(-1, 1)]
figures.show(figures.grid(rows, row_titles=["$x_0$", "$m$", r"$\to x_0$"], size=0.8), "alt.beyond.torn")

# %% [markdown] key="replace" lang="en"
# It is (c). The upper halves are exactly those that we gave. Below them the network has drawn strokes that mostly continue what is there; but look along the middle for lines that break off, and then for digits that became others, or no digit at all. There are quite a few.
#
# ## 1 · Filling in
#
# The sampler is that of chapter 6, with one line added. Whenever the walk arrives at a new $t$, the pixels that we know are written over what it holds there:
#
# $$x_t\ \leftarrow\ m\odot\left(\sqrt{\bar\alpha_t}\,x_0+\sqrt{1-\bar\alpha_t}\,\epsilon\right)+(1-m)\odot x_t$$
#
# The mask $m$ is 1 where the picture is known, and $\epsilon$ is drawn anew each time. This is called *replacement* (Song et al. 2021, appendix I; Lugmayr et al. 2022, eq. 8). It needs no training. Another mask makes another task out of it: a hole in the middle is inpainting, a known middle is outpainting.
#
# Why not simply put the clean pixels there? Because at $t$ the network knows only pictures in which *every* pixel carries the noise of that $t$.
#
# ### Exercise: replace
#
# Write `replace(x_t, x_0_known, mask, t, eps, schedule)`: `x_t` and `x_0_known` have the shape `(B, 1, H, W)`, `mask` is a boolean tensor of that shape, `True` where the picture is known, `t` is one whole number, `eps` the noise to be used. At $t=0$ the known pixels are to come out clean.

# %% [markdown] key="replace" lang="id" ref="dc367156"
# Jawabannya (c). Separuh atasnya persis seperti yang kita berikan. Di bawahnya jaringan menarik goresan yang kebanyakan meneruskan apa yang sudah ada; tetapi carilah di sepanjang garis tengah goresan yang terputus, lalu angka yang menjadi angka lain, atau bukan angka lagi. Jumlahnya tidak sedikit.
#
# ## 1 · Mengisi yang hilang
#
# Samplernya dari Bab 6, ditambah satu baris. Setiap kali perjalanan tiba di $t$ yang baru, piksel yang kita ketahui ditulis menimpa apa yang ada di sana:
#
# $$x_t\ \leftarrow\ m\odot\left(\sqrt{\bar\alpha_t}\,x_0+\sqrt{1-\bar\alpha_t}\,\epsilon\right)+(1-m)\odot x_t$$
#
# Mask $m$ bernilai 1 di tempat gambarnya diketahui, dan $\epsilon$ diambil baru setiap kali. Cara ini disebut *penggantian* (replacement) (Song et al. 2021, lampiran I; Lugmayr et al. 2022, pers. 8). Pelatihan tidak diperlukan. Ganti mask-nya, dan tugasnya ikut berganti: lubang di tengah berarti inpainting, bagian tengah yang diketahui berarti outpainting.
#
# Mengapa tidak menaruh piksel bersihnya saja di sana? Karena pada $t$ jaringan hanya mengenal gambar yang *setiap* pikselnya membawa noise milik $t$ itu.
#
# ### Latihan: penggantian
#
# Tulis `replace(x_t, x_0_known, mask, t, eps, schedule)`: `x_t` dan `x_0_known` berbentuk `(B, 1, H, W)`, `mask` tensor boolean dengan bentuk itu juga, `True` di tempat gambarnya diketahui, `t` satu bilangan bulat, dan `eps` noise yang harus dipakai. Pada $t=0$ piksel yang diketahui harus keluar bersih.

# %% [markdown] key="replace" lang="ko" ref="dc367156"
# (c)입니다. 위쪽 절반은 우리가 준 것 그대로입니다. 그 아래에 신경망이 그린 획은 대개 위의 획을 이어받습니다. 그러나 가운데를 따라가며 끊긴 선을 찾아보십시오. 다른 숫자가 되었거나 아예 숫자가 아닌 것도 찾아보십시오. 꽤 여럿입니다.
#
# ## 1 · 빈 곳 채우기
#
# 샘플러는 6장의 것에 한 줄만 더한 것입니다. 걸음이 새로운 $t$에 닿을 때마다, 아는 픽셀을 거기 있던 것 위에 덮어씁니다.
#
# $$x_t\ \leftarrow\ m\odot\left(\sqrt{\bar\alpha_t}\,x_0+\sqrt{1-\bar\alpha_t}\,\epsilon\right)+(1-m)\odot x_t$$
#
# 마스크 $m$은 그림을 아는 곳에서 1이고, $\epsilon$은 매번 새로 뽑습니다. 이것을 *덮어쓰기*(replacement)라고 합니다(Song et al. 2021, 부록 I; Lugmayr et al. 2022, 식 8). 학습은 필요 없습니다. 마스크를 바꾸면 다른 일이 됩니다. 가운데가 비어 있으면 인페인팅(inpainting)이고, 가운데만 알면 아웃페인팅(outpainting)입니다.
#
# 왜 깨끗한 픽셀을 그냥 넣지 않습니까? $t$에서 신경망이 아는 그림은 *모든* 픽셀에 그 $t$의 노이즈가 섞인 그림뿐이기 때문입니다.
#
# ### 연습문제: 덮어쓰기
#
# `replace(x_t, x_0_known, mask, t, eps, schedule)` 함수를 작성하십시오. `x_t`와 `x_0_known`의 모양은 `(B, 1, H, W)`입니다. `mask`는 모양이 같은 불리언 텐서이고, 그림을 아는 곳에서 `True`입니다. `t`는 정수 하나이고, 노이즈는 `eps`를 씁니다. $t=0$에서는 아는 픽셀이 깨끗하게 나와야 합니다.

# %% key="ex-replace" exercise="inpaint.replace"
from course_lib.exercises import check, solution


def replace(x_t, x_0_known, mask, t, eps, schedule):
    ### BEGIN SOLUTION
    alpha_bar_t = schedule.alpha_bar[t]
    known = alpha_bar_t**0.5 * x_0_known + (1 - alpha_bar_t) ** 0.5 * eps
    return torch.where(mask, known, x_t)
    ### END SOLUTION

# %% key="check-replace" check="inpaint.replace"
check("inpaint.replace", replace)

# %% [markdown] key="flaw" lang="en"
# ### Is it right?
#
# Plausible pictures prove nothing (chapter 6). So take a “picture” of two pixels $(x, y)$, normally distributed, each with mean 0 and standard deviation 1, and with a correlation of 0.9. Here the perfect network is one line. We are given $x=1.5$ and want $y$. The truth is known: $y$ is normal with mean $0.9\cdot1.5$ and standard deviation $\sqrt{1-0.9^2}$.
#
# **Commit:** by replacement, with a perfect network, will the mean of $y$ come out (a) right, (b) too low, (c) too high? And will five times as many steps help?

# %% [markdown] key="flaw" lang="id" ref="7e872fd9"
# ### Apakah ini benar?
#
# Gambar yang meyakinkan tidak membuktikan apa-apa (Bab 6). Jadi ambillah “gambar” yang terdiri atas dua piksel $(x, y)$, berdistribusi normal, masing-masing dengan rata-rata 0 dan simpangan baku 1, dan berkorelasi 0.9. Di sini jaringan yang sempurna cukup satu baris. Diberikan $x=1.5$, dan yang dicari $y$. Jawaban benarnya diketahui: $y$ normal dengan rata-rata $0.9\cdot1.5$ dan simpangan baku $\sqrt{1-0.9^2}$.
#
# **Putuskan dulu:** dengan penggantian dan jaringan yang sempurna, apakah rata-rata $y$ akan (a) tepat, (b) terlalu rendah, (c) terlalu tinggi? Dan apakah langkah lima kali lebih banyak akan menolong?

# %% [markdown] key="flaw" lang="ko" ref="7e872fd9"
# ### 이것이 옳습니까?
#
# 그럴듯한 그림은 아무것도 증명하지 못합니다(6장). 그래서 픽셀이 두 개뿐인 “그림” $(x, y)$를 봅시다. 둘 다 평균 0, 표준편차 1인 정규분포를 따르고 상관계수는 0.9입니다. 여기서는 완벽한 신경망이 한 줄입니다. $x=1.5$를 알고 $y$를 구합니다. 참값도 압니다. $y$는 평균이 $0.9\cdot1.5$이고 표준편차가 $\sqrt{1-0.9^2}$인 정규분포를 따릅니다.
#
# **답을 먼저 정하십시오.** 완벽한 신경망으로 덮어쓰기를 하면 $y$의 평균은 (a) 맞습니까, (b) 너무 낮습니까, (c) 너무 높습니까? 단계를 다섯 배로 늘리면 나아지겠습니까?

# %% key="flaw-exact"
Sigma = torch.tensor([[1.0, 0.9], [0.9, 1.0]], dtype=torch.float64)
eye = torch.eye(2, dtype=torch.float64)


def pair(x_t, t):
    alpha_bar_t = bar[t[0]]
    return (1 - alpha_bar_t) ** 0.5 * x_t @ torch.linalg.inv(alpha_bar_t * Sigma + (1 - alpha_bar_t) * eye)


given = torch.tensor([[1.5, 0.0]], dtype=torch.float64).expand(8000, 2)
is_x = torch.tensor([[True, False]])
start, runs = noise(8000, 2, seed=2, dtype=torch.float64), {}
for S in (50, 250):
    runs[f"S={S}"] = walk(pair, start, inpaint.replaced(ancestral, given, is_x), samplers.times(1000, S), 3)
for name, x in runs.items():
    print(f"{name:6s} x {x[:, 0].mean():.2f}  y mean {x[:, 1].mean():.3f}  std {x[:, 1].std():.3f}")
print(f"{'q':6s} x 1.50  y mean {0.9 * 1.5:.3f}  std {(1 - 0.9**2) ** 0.5:.3f}")
assert all(x[:, 1].mean() < 1.1 for x in runs.values())

# %% [markdown] key="repaint" lang="en"
# (b), and more steps hardly help. $y$ is drawn towards 0, its mean before anything was known; it comes out with a mean of about 0.9 where 1.35 is right, and scatters too much.
#
# Nothing is wrong with the network. At a large $t$ it sees $x$ under much noise and trusts it little, as it should. But then the noise on $x$ is thrown away and drawn anew, while $y$ keeps what it has decided so far. Most of $y$ was settled while $x$ was still dim, and nobody ever goes back on it. (Trippe et al. 2023 show that even a perfect network does not remove this error.)
#
# **RePaint** (Lugmayr et al. 2022) goes back on it. After a few steps down it jumps up again, known and unknown together, by the forward step of chapter 2, and walks down once more. Each stretch of the way is walked $r$ times, and each round lets the two sides agree a little better. It costs calls.

# %% [markdown] key="repaint" lang="id" ref="631ece8d"
# (b), dan menambah langkah hampir tidak menolong. $y$ tertarik ke 0, rata-ratanya sebelum ada yang diketahui; rata-rata yang keluar sekitar 0.9, padahal yang benar 1.35, dan sebarannya terlalu besar.
#
# Jaringannya tidak bersalah. Pada $t$ besar ia melihat $x$ tertutup banyak noise, lalu hanya sedikit memercayainya, dan memang begitu seharusnya. Tetapi kemudian noise pada $x$ dibuang dan diambil baru, sedangkan $y$ mempertahankan apa yang sudah diputuskannya. Sebagian besar $y$ sudah ditetapkan ketika $x$ masih samar, dan tidak ada yang pernah meninjau ulang. (Trippe et al. 2023 menunjukkan bahwa jaringan yang sempurna pun tidak menghapus galat ini.)
#
# **RePaint** (Lugmayr et al. 2022) meninjaunya ulang. Setelah beberapa langkah turun, ia melompat naik lagi, bagian yang diketahui dan yang tidak bersama-sama, dengan langkah maju dari Bab 2, lalu turun sekali lagi. Setiap ruas jalan ditempuh $r$ kali, dan setiap putaran membuat kedua pihak sedikit lebih sepakat. Ongkosnya panggilan.

# %% [markdown] key="repaint" lang="ko" ref="631ece8d"
# (b)입니다. 단계를 늘려도 거의 나아지지 않습니다. $y$는 아무것도 모를 때의 평균인 0 쪽으로 끌립니다. 평균이 1.35여야 하는데 0.9쯤이고, 너무 넓게 흩어져 있습니다.
#
# 신경망에는 잘못이 없습니다. 큰 $t$에서 신경망은 노이즈에 파묻힌 $x$를 보고, 마땅히 그것을 조금만 믿습니다. 그런데 $x$의 노이즈는 버려지고 새로 뽑히는 반면, $y$는 그때까지 정한 것을 그대로 지니고 갑니다. $y$의 대부분은 $x$가 아직 희미할 때 정해졌고, 한번 정한 것은 아무도 무르지 않습니다. (Trippe et al. 2023은 신경망이 완벽해도 이 오차가 없어지지 않음을 보입니다.)
#
# **RePaint**(Lugmayr et al. 2022)는 무릅니다. 몇 단계 내려간 다음, 아는 쪽과 모르는 쪽에 함께 2장의 전방 단계로 노이즈를 넣어 단번에 도로 올라갔다가 다시 걸어 내려옵니다. 같은 구간을 $r$번 내려가는 셈이고, 되풀이할 때마다 두 쪽이 조금씩 더 맞아 갑니다. 그 값은 호출로 치릅니다.

# %% key="repaint-exact"
for again in (2, 5, 10):
    ts = inpaint.repaint_times(1000, 50, jump=2, again=again)
    g, calls = torch.Generator().manual_seed(3), sum(b < a for a, b in pairwise(ts))
    steps = inpaint.repaint(pair, given, is_x, start, schedule, ts, generator=g)
    runs[f"r={again}"] = x = samplers.final(steps)
    print(f"r={again:2d}  calls {calls:3d}  y mean {x[:, 1].mean():.3f}  std {x[:, 1].std():.3f}")
fig, ax = figures.axes("$y$", columns=3, size=(3.4, 2.6))
y = torch.linspace(-1.5, 3.5, 200)
true = torch.distributions.Normal(1.35, 0.19**0.5).log_prob(y).exp()
for one, name in zip(ax, ("S=50", "r=2", "r=10"), strict=True):
    one.hist(runs[name][:, 1].numpy(), bins=60, range=(-1.5, 3.5), density=True)
    one.plot(y, true, color="black", linestyle="--")
    one.set(title=f"${name}$", ylim=(0, 1.15))
figures.show(fig, "alt.beyond.repaint")

# %% [markdown] key="repaint-note" lang="en"
# The more rounds, the closer the mean comes to 1.35: 1.104, 1.247, 1.288. (What is left of the error in the spread, now a little too small, comes from the 50 coarse ancestral steps.)
#
# Now on the torn digits, and with the other mask: only the middle is known and the rim has to be invented. (What such a rim ought to look like, the network knows: nearly always black.)

# %% [markdown] key="repaint-note" lang="id" ref="ef4bfa84"
# Makin banyak putarannya, makin dekat rata-ratanya ke 1.35: 1.104, 1.247, 1.288. (Sisa galat pada sebarannya, yang sekarang sedikit terlalu kecil, berasal dari 50 langkah ancestral yang kasar.)
#
# Sekarang pada angka-angka yang robek, dan dengan mask yang satu lagi: hanya bagian tengah yang diketahui, tepinya harus dikarang. (Seperti apa tepi semacam itu semestinya, jaringan sudah tahu: hampir selalu hitam.)

# %% [markdown] key="repaint-note" lang="ko" ref="ef4bfa84"
# 많이 되풀이할수록 평균이 1.35에 가깝습니다. 1.104, 1.247, 1.288입니다. (흩어진 정도는 이제 조금 모자랍니다. 이 남은 오차는 조상 샘플링(ancestral)을 50단계로 성기게 걷기 때문에 생깁니다.)
#
# 이제 찢어진 숫자로 돌아갑시다. 다른 마스크도 써 봅니다. 이번에는 가운데만 알고 가장자리를 지어내야 합니다. (그런 가장자리가 어떠해야 하는지는 신경망이 압니다. 거의 언제나 검은색입니다.)

# %% key="repaint-digits"
def repaint(known, mask, seed, again=4):
    ts = inpaint.repaint_times(1000, 25, jump=5, again=again)
    g = torch.Generator().manual_seed(seed)
    x = samplers.final(inpaint.repaint(net, known, mask, x_T[: len(known)], schedule, ts, generator=g))
    return x.clamp(-1, 1)


def seam(x):
    return float((x[:, :, 14] - x[:, :, 13]).abs().mean())


again = repaint(digits, top, seed=4)
middle = inpaint.frame(28, 28, 7)
wider = walk(net, x_T, inpaint.replaced(ancestral, digits, middle), seed=5).clamp(-1, 1)
print(f"seam  x_0 {seam(digits):.3f}  S=50 {seam(filled.clamp(-1, 1)):.3f}  r=4 {seam(again):.3f}")
cut = torch.where(middle, digits, 0.0)
rows = [torch.where(top, digits, 0.0), filled.clamp(-1, 1), again, cut, wider]
names = ["$m$", "$S=50$", "$r=4$", "$m'$", r"$\to x_0$"]
figures.show(figures.grid(rows, row_titles=names, size=0.8), "alt.beyond.fill")

# %% [markdown] key="superres" lang="en"
# The printed seam is the mean step in brightness across the tear, for real digits and for both ways of filling in. RePaint's halves fit each other better; whether the digit is *yours*, no method can know.
#
# Both ways bend a finished network to a new task. The other way is to train for the task: show the network what is known, beside $x_t$, from the start. That needs training, but then the only error is the network's own. The inpainting models of Rombach et al. 2022 (sections 4.3.2 and 4.5) do this, and Stable Diffusion's after them: they get the mask and the torn picture as further channels. So will ours in the next section.
#
# ## 2 · Many answers to one question
#
# Super-resolution: a digit of 7×7 pixels, each the mean of a block of 4×4, is to become 28×28 again. The condition enters in the simplest way there is. It is enlarged and laid beside $x_t$ as a second channel (SR3, Saharia et al. 2021):
#
# $$\hat\epsilon=\epsilon_\theta\big([x_t,\ \uparrow\! c],\,t\big)$$
#
# Everything else is chapter 4: the same loss, the same $x_t$. The sampler does not change either, once $c$ has been filled in.
#
# **Commit:** eight walks for one and the same $c$. Do they agree (a) in every pixel, (b) in what $c$ says and not in the details, (c) in hardly anything?

# %% [markdown] key="superres" lang="id" ref="23cd0948"
# Bilangan *seam* (sambungan) yang tercetak adalah rata-rata selisih kecerahan di kedua sisi robekan, untuk angka asli dan untuk kedua cara mengisi. Kedua separuh buatan RePaint lebih serasi; apakah angkanya memang angka *milik kita*, tidak ada metode yang dapat mengetahuinya.
#
# Kedua cara itu membelokkan jaringan yang sudah jadi ke tugas baru. Cara lainnya adalah berlatih untuk tugas itu: sejak awal, tunjukkan kepada jaringan apa yang diketahui, di samping $x_t$. Untuk itu perlu pelatihan, tetapi galat yang tersisa hanyalah galat jaringan itu sendiri. Begitulah cara model inpainting Rombach et al. 2022 (bagian 4.3.2 dan 4.5), dan sesudahnya model inpainting Stable Diffusion, yang menerima mask dan gambar robeknya sebagai kanal tambahan; begitu pula cara kita di bagian berikut.
#
# ## 2 · Satu pertanyaan, banyak jawaban
#
# Superresolusi: sebuah angka berukuran 7×7 piksel, setiap pikselnya rata-rata dari satu blok 4×4, harus menjadi 28×28 lagi. Syarat itu masuk dengan cara yang paling sederhana: diperbesar, lalu diletakkan di samping $x_t$ sebagai kanal kedua (SR3, Saharia et al. 2021):
#
# $$\hat\epsilon=\epsilon_\theta\big([x_t,\ \uparrow\! c],\,t\big)$$
#
# Selebihnya Bab 4: loss (fungsi kerugian) yang sama, $x_t$ yang sama. Samplernya pun tidak berubah begitu $c$ sudah diisikan.
#
# **Putuskan dulu:** delapan perjalanan untuk satu $c$ yang sama. Apakah hasilnya sama (a) di setiap piksel, (b) dalam hal yang dikatakan $c$, tetapi tidak dalam rinciannya, (c) hampir tidak dalam hal apa pun?

# %% [markdown] key="superres" lang="ko" ref="23cd0948"
# 출력된 “seam”(이음매)은 찢어진 금을 사이에 두고 밝기가 평균 얼마나 달라지는지를 나타냅니다. 진짜 숫자에서, 그리고 채우는 두 방법에서 쟀습니다. RePaint의 위아래가 서로 더 잘 맞습니다. 그 숫자가 *찢기기 전의* 숫자인지는 어떤 방법도 알 수 없습니다.
#
# 두 방법은 이미 학습한 신경망을 새 일에 돌려 씁니다. 다른 길은 아예 그 일을 하도록 학습하는 것입니다. 처음부터 $x_t$ 곁에 아는 것을 보여 줍니다. 학습을 해야 하지만, 그 대신 남는 오차는 신경망 자신의 것뿐입니다. Rombach et al. 2022(4.3.2절과 4.5절)의 인페인팅 모델이, 그 뒤로는 Stable Diffusion의 인페인팅 모델이 그렇게 합니다. 마스크와 찢어진 그림을 채널로 더 받습니다. 다음 절에서도 그렇게 합니다.
#
# ## 2 · 물음은 하나, 답은 여럿
#
# 초해상도(super-resolution)는 작은 그림을 크게 만드는 일입니다. 7×7픽셀짜리 숫자가 있고, 픽셀마다 4×4칸의 평균이 들어 있습니다. 이것을 다시 28×28로 만들어야 합니다. 조건은 가장 단순한 방법으로 들어갑니다. 크게 늘려서 둘째 채널로 $x_t$ 곁에 놓습니다(SR3, Saharia et al. 2021).
#
# $$\hat\epsilon=\epsilon_\theta\big([x_t,\ \uparrow\! c],\,t\big)$$
#
# 나머지는 모두 4장 그대로입니다. 손실도 같고 $x_t$도 같습니다. $c$를 채워 넣고 나면 샘플러도 바뀌지 않습니다.
#
# **답을 먼저 정하십시오.** 똑같은 $c$ 하나로 여덟 번 걷습니다. 결과는 (a) 모든 픽셀에서 일치합니까, (b) $c$가 말해 주는 데까지만 일치하고 세밀한 부분은 다릅니까, (c) 거의 일치하지 않습니까?

# %% key="superres-draw"
from course_lib import superres

sharpen = checkpoints.load("superres", precision="fp32")
K, low = 8, superres.shrink(digits)
asked = superres.ask(sharpen, low.repeat_interleave(K, 0))
short = samplers.times(1000, 25)
answers = walk(asked, noise(10 * K, 1, 28, 28, seed=6), times=short).clamp(-1, 1)
agree = superres.consistency_error(answers, low.repeat_interleave(K, 0)).mean()
answers = answers.unflatten(0, (10, K))
mean = answers.mean(1)
print("c", tuple(low.shape), "x_0", tuple(answers.shape))
print(f"RMSE(c) {agree:.3f}  std(x_0) {answers.std(1).mean():.3f}")
shown = [2, 3, 5, 8]
big = superres.enlarge(low).clamp(-1, 1)
rows = [torch.cat([big[[k]], answers[k, :5], mean[[k]], digits[[k]]]) for k in shown]
titles = ["$c$", *(f"${k}$" for k in range(1, 6)), r"$\bar x_0$", "$x_0$"]
figures.show(figures.grid(rows, titles, size=0.9), "alt.beyond.superres")

# %% [markdown] key="superres-twice" lang="en"
# (b). Shrunk again, every answer is close to the question; that is all they are bound to have in common. Pixel by pixel they differ, each is sharp, and any of them could be the original. None can be trusted to be.
#
# Look at the column $\bar x_0$, the mean of the eight ($K=8$). It is blurred, like the answer of a network that was trained to name the large picture directly, with a squared error. **Commit:** which is closer to the original, in mean squared error: one sharp answer, or the blurred mean? By what factor?
#
# If the answers are drawn as the truth is, each differs from the original as two draws differ from each other. So with $V$ the variance of one,
#
# $$\mathbb E\,\|x_0-\hat x_0\|^2=2V,\qquad \mathbb E\,\|x_0-\bar x_0\|^2=\left(1+\tfrac1K\right)V$$

# %% [markdown] key="superres-twice" lang="id" ref="53f79f52"
# (b). Kalau diperkecil lagi, setiap jawaban dekat dengan pertanyaannya; hanya itu yang pasti sama. Piksel demi piksel jawaban-jawaban itu berbeda, masing-masing tajam, dan yang mana pun bisa jadi aslinya. Tetapi tidak satu pun boleh dipercaya sebagai yang asli.
#
# Lihat kolom $\bar x_0$, rata-rata kedelapan jawaban itu ($K=8$). Ia kabur, seperti jawaban jaringan yang dilatih menebak gambar besarnya secara langsung dengan galat kuadrat. **Putuskan dulu:** mana yang lebih dekat ke aslinya, menurut rata-rata galat kuadrat: satu jawaban yang tajam, atau rata-rata yang kabur? Berapa kali lipat bedanya?
#
# Kalau jawaban-jawaban itu diambil dari distribusi yang sama dengan aslinya, selisih masing-masing dengan aslinya sama seperti selisih antara dua sampel. Maka, dengan $V$ varians dari satu sampel,
#
# $$\mathbb E\,\|x_0-\hat x_0\|^2=2V,\qquad \mathbb E\,\|x_0-\bar x_0\|^2=\left(1+\tfrac1K\right)V$$

# %% [markdown] key="superres-twice" lang="ko" ref="53f79f52"
# (b)입니다. 도로 줄여 보면 모든 답이 물음에 가깝습니다. 반드시 같은 것은 그것뿐입니다. 픽셀로 보면 서로 다르고, 답마다 또렷하고, 어느 답이나 원본일 수 있습니다. 그러나 원본이라고 믿어도 되는 답은 하나도 없습니다.
#
# 여덟 답($K=8$)의 평균인 $\bar x_0$ 열을 보십시오. 흐릿합니다. 큰 그림을 곧바로 답하도록 제곱 오차로 학습한 신경망의 답도 이렇습니다. **답을 먼저 정하십시오.** 평균 제곱 오차로 재면 원본에 더 가까운 것은 또렷한 답 하나입니까, 흐릿한 평균입니까? 몇 배 차이가 나겠습니까?
#
# 답이 참값과 같은 분포에서 뽑힌다면, 답 하나가 원본과 다른 정도는 뽑은 값 둘이 서로 다른 정도와 같습니다. 그래서 하나의 분산을 $V$라고 하면 다음과 같습니다.
#
# $$\mathbb E\,\|x_0-\hat x_0\|^2=2V,\qquad \mathbb E\,\|x_0-\bar x_0\|^2=\left(1+\tfrac1K\right)V$$

# %% key="superres-ratio"
one = (answers - digits[:, None]).square().mean()
of_mean = (mean - digits).square().mean()
of_big = (superres.enlarge(low) - digits).square().mean()
print(f"MSE  c {of_big:.4f}  x_0_hat {one:.4f}  x_0_bar {of_mean:.4f}", end="  ")
print(f"ratio {one / of_mean:.2f} ({2 / (1 + 1 / K):.2f})")

# %% [markdown] key="latent" lang="en"
# The blurred mean wins by nearly a factor of two; in brackets stands the ratio that the formula gives for $K=8$. **A sharp answer is worse in squared error than a blurred one.** It buys its sharpness by inventing (Blau & Michaeli 2018). Hence a rule for practice: an “enhanced” number plate or face is one of many that fit. Ask for eight, and look at what they do not share.
#
# ## 3 · A smaller space: latent diffusion
#
# Most of what a picture costs goes into details that nobody looks at. Rombach et al. 2022 therefore split the work: an *autoencoder* squeezes the picture into a small tensor $z$ and back, and diffusion happens among the $z$. Nothing in chapters 2 to 7 asked for pixels.
#
# $$z_0=E(x_0),\qquad z_t=\sqrt{\bar\alpha_t}\,z_0+\sqrt{1-\bar\alpha_t}\,\epsilon,\qquad x_0\approx D(z_0)$$
#
# Ours turns 28×28 pixels into 4 channels of 7×7. Those are scaled to have a standard deviation of 1, as the schedule expects (chapter 2).

# %% [markdown] key="latent" lang="id" ref="aa0ee5c3"
# Rata-rata yang kabur menang hampir dua kali lipat; di dalam kurung tercetak rasio menurut rumus untuk $K=8$. **Menurut galat kuadrat, jawaban yang tajam lebih buruk daripada yang kabur.** Ketajamannya dibayar dengan mengarang (Blau & Michaeli 2018). Dari sini ada satu aturan praktis: pelat nomor atau wajah yang sudah “diperjelas” hanyalah satu dari banyak yang cocok. Mintalah delapan, lalu lihat di mana jawaban-jawaban itu berbeda.
#
# ## 3 · Ruang yang lebih kecil: difusi laten
#
# Sebagian besar ongkos sebuah gambar habis untuk rincian yang tidak dilihat siapa pun. Karena itu Rombach et al. 2022 membagi pekerjaannya: sebuah *autoenkoder* memampatkan gambar menjadi tensor kecil $z$ dan mengembalikannya, dan difusi berlangsung di ruang $z$. Di Bab 2 sampai 7 tidak ada yang mensyaratkan piksel.
#
# $$z_0=E(x_0),\qquad z_t=\sqrt{\bar\alpha_t}\,z_0+\sqrt{1-\bar\alpha_t}\,\epsilon,\qquad x_0\approx D(z_0)$$
#
# Autoenkoder kita mengubah 28×28 piksel menjadi 4 kanal berukuran 7×7. Kanal-kanal itu diskalakan supaya simpangan bakunya 1, seperti yang diharapkan jadwal noise (Bab 2).

# %% [markdown] key="latent" lang="ko" ref="aa0ee5c3"
# 흐릿한 평균이 두 배 가까운 차이로 이깁니다. 괄호 안은 $K=8$일 때 식에서 나오는 비입니다. **제곱 오차로 보면 또렷한 답이 흐릿한 답보다 나쁩니다.** 또렷함은 지어내고 얻은 것입니다(Blau & Michaeli 2018). 여기서 실제로 쓸 규칙이 하나 나옵니다. “또렷하게 되살린” 번호판이나 얼굴은 들어맞는 여럿 가운데 하나입니다. 여덟 장을 그려 달라고 하고, 서로 다른 데를 보십시오.
#
# ## 3 · 더 작은 공간: 잠재 확산
#
# 그림에 드는 비용은 대부분 아무도 들여다보지 않는 세밀한 부분에 쓰입니다. 그래서 Rombach et al. 2022는 일을 둘로 나누었습니다. *오토인코더*가 그림을 작은 텐서 $z$로 줄이고 다시 그림으로 되돌립니다. 확산은 $z$에서 합니다. 2장부터 7장까지 어디에도 픽셀이어야 한다는 말은 없었습니다.
#
# $$z_0=E(x_0),\qquad z_t=\sqrt{\bar\alpha_t}\,z_0+\sqrt{1-\bar\alpha_t}\,\epsilon,\qquad x_0\approx D(z_0)$$
#
# 우리 오토인코더는 28×28픽셀을 7×7짜리 채널 4개로 바꿉니다. 그 값들은 표준편차가 1이 되도록 크기를 맞춥니다. 스케줄이 그런 데이터를 전제로 하기 때문입니다(2장).

# %% key="latent-squeeze"
from course_lib import autoencoder

codec, latent = autoencoder.load(), checkpoints.load("latent", precision="fp32")
with torch.no_grad():
    z_0 = codec.encode(digits)
    back = codec.decode(z_0)
print("x_0", tuple(digits.shape[1:]), digits[0].numel(), "z_0", tuple(z_0.shape[1:]), z_0[0].numel())
print(f"std {z_0.std():.2f}  RMSE {(back - digits).square().mean().sqrt():.3f}")
maps = z_0.transpose(0, 1)[:, :, None] / 3
rows = [digits, *maps.clamp(-1, 1), back.clamp(-1, 1)]
names = ["$x_0$", *(f"$z_{{0,{k}}}$" for k in range(1, 5)), "$D(z_0)$"]
figures.show(figures.grid(rows, row_titles=names, size=0.8), "alt.beyond.latent")

# %% [markdown] key="latent-draw" lang="en"
# Far fewer numbers, and still a picture: the digit can be made out in two of the four channels, since the encoder is a convolution and keeps things in their places. That is why a U-Net can work on them.
#
# Now diffuse there. The sampler, the labels, the schedule, all is as before; only the shape of $x_T$ is different, and at the end there is a decoder. The player shows the four channels of $z_t$ (one picture for each digit), the decoded $z_t$, and the decoded guess, $\hat x_0=D(\hat z_0)$.
#
# **Commit:** what does the decoder make of pure noise, $D(z_T)$: (a) noise, (b) grey, (c) strokes?

# %% [markdown] key="latent-draw" lang="id" ref="fe1c7655"
# Bilangannya jauh lebih sedikit, dan hasilnya masih sebuah gambar: angkanya dapat dikenali di dua dari keempat kanal itu, sebab enkodernya konvolusi dan membiarkan segala sesuatu di tempatnya. Itu sebabnya U-Net dapat menggarapnya.
#
# Sekarang lakukan difusi di sana. Sampler, label, jadwal noise, semuanya seperti tadi; yang lain hanya bentuk $x_T$, dan di ujungnya ada dekoder. Pemutar menampilkan keempat kanal $z_t$ (sebagai satu gambar untuk setiap angka), $z_t$ yang sudah didekodekan, dan tebakan yang didekodekan, $\hat x_0=D(\hat z_0)$.
#
# **Putuskan dulu:** apa yang dibuat dekoder dari noise murni, $D(z_T)$: (a) noise, (b) kelabu, (c) goresan?

# %% [markdown] key="latent-draw" lang="ko" ref="fe1c7655"
# 수는 훨씬 적어졌지만 여전히 그림입니다. 네 채널 가운데 둘에서는 숫자를 알아볼 수 있습니다. 인코더가 합성곱이어서 모든 것을 제자리에 두기 때문입니다. 그래서 U-Net이 여기서도 일할 수 있습니다.
#
# 이제 거기서 확산을 합시다. 샘플러도 레이블도 스케줄도 모두 전과 같습니다. $x_T$의 모양이 다르고, 끝에 디코더가 있을 뿐입니다. 플레이어에는 $z_t$의 네 채널(숫자마다 그림 한 장으로 모았습니다), 디코딩한 $z_t$, 그리고 추측을 디코딩한 $\hat x_0=D(\hat z_0)$이 나옵니다.
#
# **답을 먼저 정하십시오.** 디코더가 순수 노이즈를 받아 만든 $D(z_T)$는 무엇이겠습니까? (a) 노이즈 (b) 회색 (c) 획

# %% key="latent-film"
import numpy as np

from course_lib import frames
from course_lib.widgets import player

ten, z_T = torch.arange(10), noise(10, 4, 7, 7, seed=7)
g = torch.Generator().manual_seed(8)
run = samplers.sample(guidance.guide(latent, ten), ancestral, z_T, latent.schedule, fifty, g)
tracks, visited = {"z_t": [], "D(z_t)": [], "x_0_hat": []}, []
for step in run:
    with torch.no_grad():
        pictures = [codec.decode(step.x_t), codec.decode(step.x_0_hat)]
    channels = torch.cat([frames.tile(z[:, None] / 3, columns=2, gap=0) for z in step.x_t])
    for name, x in zip(tracks, [superres.enlarge(channels, 2), *pictures], strict=True):
        tracks[name].append(frames.to_uint8(frames.tile(x))[0])
    visited.append(step.t)
drawn = pictures[0]
print("z_T", tuple(z_T.shape), "x_0", tuple(drawn.shape), f"std {step.x_t.std():.2f}")
shown = {name: np.stack(track) for name, track in tracks.items()}
player(shown, times=visited, alt=lang.text("alt.beyond.film"))

# %% [markdown] key="ex-cost-task" lang="en"
# (c): the decoder has only ever learnt to draw strokes, so it finds some in anything. The walk decides *which*.
#
# ### Exercise: predict what it saves
#
# From 1×28×28 pixels to 4×7×7 latents: predict four whole numbers. How many times fewer are (1) the numbers, (2) the positions at which a convolution applies its weights, (3) the pairs that attention compares, if it looks from every position at every position? And (4), how often does a drawing of 50 steps need the decoder? Let `predict_cost()` return the four in a list. A wrong number earns a hint, not the answer.

# %% [markdown] key="ex-cost-task" lang="id" ref="cde8760d"
# (c): dekoder hanya pernah belajar menggambar goresan, jadi dalam apa pun ia menemukan goresan. Goresan *mana*, itulah yang diputuskan perjalanan.
#
# ### Latihan: ramalkan penghematannya
#
# Dari 1×28×28 piksel ke laten 4×7×7: ramalkan empat bilangan bulat. Berapa kali lebih sedikit (1) bilangannya, (2) posisi tempat konvolusi menerapkan bobotnya, (3) pasangan yang dibandingkan atensi, kalau ia memandang dari setiap posisi ke setiap posisi? Dan (4), berapa kali sebuah gambar dengan 50 langkah memerlukan dekoder? Buatlah `predict_cost()` mengembalikan keempatnya dalam sebuah daftar. Bilangan yang salah mendapat petunjuk, bukan jawabannya.

# %% [markdown] key="ex-cost-task" lang="ko" ref="cde8760d"
# (c)입니다. 디코더는 획을 그리는 것만 배웠으므로 무엇을 받아도 거기서 획을 찾아냅니다. *어떤* 획인지는 걸음이 정합니다.
#
# ### 연습문제: 무엇을 아끼는지 예상하기
#
# 1×28×28 픽셀에서 4×7×7 잠재 표현으로 줄입니다. 정수 네 개를 예상해 보십시오. (1) 수의 개수, (2) 합성곱이 가중치를 곱하는 위치의 수, (3) 모든 위치에서 모든 위치를 볼 때 어텐션이 비교하는 쌍의 수는 저마다 몇 분의 일이 됩니까? 그 분모를 적으십시오. 그리고 (4) 50단계로 그림을 그릴 때 디코더는 몇 번 필요합니까? `predict_cost()`가 이 네 수를 리스트로 돌려주게 하십시오. 틀린 수에는 답이 아니라 힌트가 나옵니다.

# %% key="ex-cost" exercise="latent.predict_cost"
def predict_cost():
    ### BEGIN SOLUTION
    return [4, 16, 256, 1]
    ### END SOLUTION

# %% key="check-cost" check="latent.predict_cost"
check("latent.predict_cost", predict_cost)

# %% key="cost-counted"
image, squeezed = digits[0], z_0[0]
numbers = image.numel() // squeezed.numel()
positions, pairs = ((image[0].numel() // squeezed[0].numel()) ** power for power in (1, 2))
print(f"x_0 / z_0  {numbers}  {positions}  {pairs}   S=50  D 1")

# %% [markdown] key="latent-cost" lang="en"
# **Commit:** there are four times fewer numbers. How much cheaper is a call of the network: about 4 times, 10 times, more?

# %% [markdown] key="latent-cost" lang="id" ref="c06de126"
# **Putuskan dulu:** bilangannya empat kali lebih sedikit. Berapa kali lebih murah satu panggilan jaringan: sekitar 4 kali, 10 kali, atau lebih?

# %% [markdown] key="latent-cost" lang="ko" ref="c06de126"
# **답을 먼저 정하십시오.** 수가 사분의 일로 줄었습니다. 신경망을 한 번 부르는 값은 얼마나 싸집니까? 4배쯤입니까, 10배쯤입니까, 그보다 더입니까?

# %% key="latent-flops"
from torch.utils.flop_counter import FlopCounterMode


def flops(function, *inputs):
    with FlopCounterMode(display=False) as counter:
        function(*inputs)
    return counter.get_total_flops()


one_t, one_y = torch.tensor([500]), torch.tensor([3])
of_pixels = flops(net, x_T[:1], one_t, one_y)
of_latent = flops(latent, z_T[:1], one_t, one_y)
ends = flops(codec.decode, z_T[:1])
print(f"FLOPs  x_t {of_pixels}  z_t {of_latent}  ratio {of_pixels / of_latent:.1f}")
print(f"D {ends}  S=50: x_t {50 * of_pixels}  z_t {50 * of_latent + ends}")
print(f"784^2 / 49^2 = {784**2 // 49**2}   {3 * 512**2} / {4 * 64**2} = {3 * 512**2 // (4 * 64**2)}")

# %% [markdown] key="latent-large" lang="en"
# More: a convolution pays for every pixel, and in the smaller picture a smaller network is enough. (The two networks differ in size, so this is a fair comparison of what one would *use*, not of the same network twice.) Attention gains most, since it compares every pixel with every other: 256 times fewer pairs. The decoder is paid once.
#
# ### Stable Diffusion is this, with text
#
# | | here | Stable Diffusion 1 |
# | --- | --- | --- |
# | picture | 1×28×28 | 3×512×512 |
# | latent $z$ | 4×7×7, a quarter of the numbers | 4×64×64, one in 48 |
# | scaled to standard deviation 1 | yes | yes, by a constant |
# | network | a small U-Net | a large U-Net with attention at three levels |
# | what is asked for | a label: one vector | a text: 77 vectors from CLIP's text encoder |
# | how it enters | added to the time embedding | cross-attention |
# | “nothing asked” (chapter 9) | the null label | the empty text |
# | sampler | chapters 6 and 7 | chapters 6 and 7 |
#
# (CLIP, Radford et al. 2021, is a pair of networks, one for pictures and one for texts, trained to give a picture and its caption similar vectors.)
#
# One line is new: cross-attention. Chapter 5 had attention in which pixels look at pixels. Here pixels look at *words*: queries $Q$ from the picture, keys $K$ and values $V$ from the text.
#
# $$\mathrm{softmax}\!\left(\frac{QK^\top}{\sqrt d}\right)V$$
#
# **Commit:** if the text is a single word, do the pixels receive (a) each something of its own, (b) all the same?

# %% [markdown] key="latent-large" lang="id" ref="451db1a0"
# Lebih: konvolusi membayar untuk setiap piksel, dan untuk gambar yang lebih kecil cukup jaringan yang lebih kecil. (Kedua jaringan itu berbeda besarnya, jadi ini perbandingan yang adil untuk apa yang akan *dipakai* orang, bukan untuk jaringan yang sama dua kali.) Yang paling diuntungkan adalah atensi, karena ia membandingkan setiap piksel dengan semua piksel lain: pasangannya 256 kali lebih sedikit. Dekodernya dibayar sekali saja.
#
# ### Stable Diffusion adalah ini, dengan teks
#
# | | di sini | Stable Diffusion 1 |
# | --- | --- | --- |
# | gambar | 1×28×28 | 3×512×512 |
# | laten $z$ | 4×7×7, seperempat banyaknya bilangan | 4×64×64, satu dari 48 |
# | diskalakan ke simpangan baku 1 | ya | ya, dengan sebuah tetapan |
# | jaringan | U-Net kecil | U-Net besar dengan atensi di tiga tingkat |
# | yang diminta | sebuah label: satu vektor | sebuah teks: 77 vektor dari enkoder teks CLIP |
# | cara masuknya | ditambahkan pada embedding waktu | cross-attention |
# | “tidak meminta apa-apa” (Bab 9) | label kosong | teks kosong |
# | sampler | Bab 6 dan 7 | Bab 6 dan 7 |
#
# (CLIP, Radford et al. 2021, adalah sepasang jaringan, satu untuk gambar dan satu untuk teks, yang dilatih supaya gambar dan keterangannya mendapat vektor yang mirip.)
#
# Yang baru hanya satu baris: cross-attention (atensi silang). Di Bab 5 kita mengenal atensi yang membuat piksel memandang piksel. Di sini piksel memandang *kata*: pertanyaan $Q$ datang dari gambar, kunci $K$ dan isi $V$ dari teks.
#
# $$\mathrm{softmax}\!\left(\frac{QK^\top}{\sqrt d}\right)V$$
#
# **Putuskan dulu:** kalau teksnya satu kata saja, apakah piksel-piksel menerima (a) sesuatu yang khas bagi masing-masing, (b) hal yang sama semuanya?

# %% [markdown] key="latent-large" lang="ko" ref="451db1a0"
# 그보다 더입니다. 합성곱은 픽셀마다 값을 치르고, 그림이 작으면 더 작은 신경망으로도 충분합니다. (두 신경망은 크기가 다릅니다. 그러니 실제로 *쓸* 것끼리는 공정하게 견준 것이지만, 같은 신경망을 두 번 잰 것은 아닙니다.) 가장 크게 덕을 보는 것은 모든 픽셀을 다른 모든 픽셀과 견주는 어텐션입니다. 짝의 수가 256분의 일로 줄어듭니다. 디코더의 값은 한 번만 치릅니다.
#
# ### 여기에 텍스트를 더하면 Stable Diffusion입니다
#
# | | 여기 | Stable Diffusion 1 |
# | --- | --- | --- |
# | 그림 | 1×28×28 | 3×512×512 |
# | 잠재 표현 $z$ | 4×7×7, 수가 사분의 일 | 4×64×64, 수가 48분의 일 |
# | 표준편차가 1이 되도록 맞춤 | 예 | 예, 상수를 곱해서 |
# | 신경망 | 작은 U-Net | 세 층에 어텐션이 있는 큰 U-Net |
# | 부탁하는 것 | 레이블: 벡터 하나 | 텍스트: CLIP의 텍스트 인코더에서 나온 벡터 77개 |
# | 들어가는 방법 | 시간 임베딩에 더함 | 교차 어텐션(cross-attention) |
# | “부탁 없음”(9장) | 빈 레이블 | 빈 텍스트 |
# | 샘플러 | 6장과 7장 | 6장과 7장 |
#
# (CLIP(Radford et al. 2021)은 그림을 받는 신경망과 글을 받는 신경망의 짝입니다. 그림과 그 설명이 서로 비슷한 벡터가 되도록 학습했습니다.)
#
# 이 가운데 새로운 줄은 교차 어텐션 하나입니다. 5장의 어텐션에서는 픽셀이 픽셀을 보았습니다. 여기서는 픽셀이 *단어*를 봅니다. 쿼리 $Q$는 그림에서, 키 $K$와 값 $V$는 텍스트에서 나옵니다.
#
# $$\mathrm{softmax}\!\left(\frac{QK^\top}{\sqrt d}\right)V$$
#
# **답을 먼저 정하십시오.** 텍스트가 단어 하나뿐이면 픽셀들은 (a) 저마다 다른 것을 받습니까, (b) 모두 같은 것을 받습니까?

# %% key="latent-words"
def cross_attention(pixels, words, W_q, W_k, W_v):
    q, k, v = pixels @ W_q, words @ W_k, words @ W_v
    return (q @ k.mT / q.shape[-1] ** 0.5).softmax(-1) @ v


weights = noise(3, 32, 32, seed=9)
pixels, words = noise(49, 32, seed=10), noise(5, 32, seed=11)
for n in (1, 2, 5):
    out = cross_attention(pixels, words[:n], *weights)
    print(f"n={n}", tuple(out.shape), f"std {out.std(0).mean():.3f}")
swapped = cross_attention(pixels, words.flip(0), *weights)
print(f"max|difference| {(swapped - out).abs().max():.0e}")
assert cross_attention(pixels, words[:1], *weights).std(0).max() < 1e-5

# %% [markdown] key="flow" lang="en"
# (b): over a single word the softmax is 1, so every pixel receives the same vector. **A label is a text of one word**, and adding its vector everywhere, as our U-Net does, is all that cross-attention could do with it. From two words on, each pixel chooses. (The last line: the order of the words does not matter to it. That has to be written into the words beforehand, as positions were in chapter 5.)
#
# DALL·E 2 (Ramesh et al. 2022) puts the text in differently: one model turns it into CLIP's vector of an *image*, a second one, a diffusion model as well, draws that. Imagen (Saharia et al. 2022) draws 64×64 pixels from the text and enlarges them twice, by section 2.
#
# ## 4 · Straight paths: flow matching
#
# Chapter 8 made sampling a differential equation. Turn the question round: choose the path first. The simplest path from a picture $x_0$ to a noise $\epsilon$ is a straight line at constant velocity (Lipman et al. 2023; Liu et al. 2023; Albergo & Vanden-Eijnden 2023):
#
# $$x_s=(1-s)\,x_0+s\,\epsilon,\qquad \frac{dx_s}{ds}=\epsilon-x_0,\qquad 0\le s\le1$$
#
# A network $u_\theta(x_s,s)$ learns this velocity by a squared error, and one samples by Euler's method from $s=1$ down to 0. No $\beta$, no $\bar\alpha$, no schedule. (Here $s$ is a time; chapters 8 and 9 used the letter for the score and for the scale of guidance. Many papers count this time the other way round, from noise to data.)
#
# ### Exercise: the loss
#
# Write `loss(field, x_0, s, eps)`: `field(x_s, s)` is the network, a *velocity field*: it answers with a velocity for every place; `x_0` and `eps` have the shape `(B, 2)`, `s` has `(B,)`. Return one number for each point: the mean, over its coordinates, of the squared error of the velocity.

# %% [markdown] key="flow" lang="id" ref="03435672"
# (b): untuk satu kata softmax bernilai 1, jadi setiap piksel menerima vektor yang sama. **Label adalah teks yang terdiri atas satu kata**, dan menambahkan vektornya di semua tempat, seperti U-Net kita, sudah merupakan semua yang dapat diperbuat cross-attention dengannya. Mulai dari dua kata, setiap piksel memilih sendiri. (Baris terakhir: urutan kata tidak ada artinya bagi cross-attention. Urutan itu harus dituliskan lebih dulu ke dalam kata-katanya, seperti posisi di Bab 5.)
#
# DALL·E 2 (Ramesh et al. 2022) memasukkan teks dengan cara lain: satu model mengubahnya menjadi vektor CLIP milik sebuah *gambar*, lalu model kedua, yang juga model difusi, melukisnya. Imagen (Saharia et al. 2022) menggambar 64×64 piksel dari teks, lalu memperbesarnya dua kali dengan cara bagian 2.
#
# ## 4 · Jalan lurus: flow matching
#
# Bab 8 menjadikan pengambilan sampel sebuah persamaan diferensial. Balikkan pertanyaannya: pilih dulu jalannya. Jalan paling sederhana dari gambar $x_0$ ke noise $\epsilon$ adalah garis lurus dengan kecepatan tetap (Lipman et al. 2023; Liu et al. 2023; Albergo & Vanden-Eijnden 2023):
#
# $$x_s=(1-s)\,x_0+s\,\epsilon,\qquad \frac{dx_s}{ds}=\epsilon-x_0,\qquad 0\le s\le1$$
#
# Jaringan $u_\theta(x_s,s)$ mempelajari kecepatan itu dengan galat kuadrat, lalu sampelnya diambil dengan metode Euler dari $s=1$ turun ke 0. Tanpa $\beta$, tanpa $\bar\alpha$, tanpa jadwal noise. (Di sini $s$ adalah waktu; Bab 8 dan 9 memakai huruf itu untuk skor dan untuk skala guidance. Banyak makalah menghitung waktu ini ke arah sebaliknya, dari noise ke data.)
#
# ### Latihan: loss-nya
#
# Tulis `loss(field, x_0, s, eps)`: `field(x_s, s)` adalah jaringannya, sebuah *medan kecepatan*: di setiap tempat ia menjawab dengan sebuah kecepatan; `x_0` dan `eps` berbentuk `(B, 2)`, `s` berbentuk `(B,)`. Kembalikan satu bilangan untuk setiap titik: galat kuadrat kecepatannya, dirata-ratakan atas koordinat titik itu.

# %% [markdown] key="flow" lang="ko" ref="03435672"
# (b)입니다. 단어가 하나이면 소프트맥스는 1이므로 모든 픽셀이 같은 벡터를 받습니다. **레이블은 단어 하나짜리 텍스트입니다.** 우리 U-Net은 레이블의 벡터를 어디에나 더하는데, 교차 어텐션이 레이블로 할 수 있는 일도 그것뿐입니다. 단어가 둘 이상이어야 픽셀마다 고를 수 있습니다. (마지막 줄을 보면 단어의 순서는 상관이 없습니다. 순서는 5장에서 위치를 넣었듯이 미리 단어에 적어 넣어야 합니다.)
#
# DALL·E 2(Ramesh et al. 2022)는 텍스트를 다르게 넣습니다. 한 모델이 텍스트를 CLIP이 *이미지*를 나타내는 벡터로 바꾸고, 다른 모델이 그것을 그립니다. 그리는 쪽은 역시 확산 모델입니다. Imagen(Saharia et al. 2022)은 텍스트를 받아 64×64픽셀을 그리고, 2절의 방법으로 두 번 키웁니다.
#
# ## 4 · 곧은 길: 플로 매칭
#
# 8장에서는 샘플링이 미분방정식이 되었습니다. 물음을 뒤집어 길부터 고릅시다. 그림 $x_0$에서 노이즈 $\epsilon$까지 가는 가장 단순한 길은 속도가 일정한 직선입니다(Lipman et al. 2023; Liu et al. 2023; Albergo & Vanden-Eijnden 2023).
#
# $$x_s=(1-s)\,x_0+s\,\epsilon,\qquad \frac{dx_s}{ds}=\epsilon-x_0,\qquad 0\le s\le1$$
#
# 신경망 $u_\theta(x_s,s)$는 제곱 오차로 이 속도를 배웁니다. 샘플은 $s=1$에서 0까지 오일러 방법으로 내려가며 뽑습니다. $\beta$도 없고 $\bar\alpha$도 없고 스케줄도 없습니다. (여기서 $s$는 시각입니다. 8장과 9장에서는 같은 글자를 스코어와 가이던스의 스케일에 썼습니다. 이 시각을 거꾸로, 노이즈에서 데이터로 세는 논문이 많습니다.)
#
# ### 연습문제: 손실
#
# `loss(field, x_0, s, eps)` 함수를 작성하십시오. `field(x_s, s)`는 자리마다 속도를 답하는 신경망(*속도장*)이고, `x_0`과 `eps`의 모양은 `(B, 2)`, `s`의 모양은 `(B,)`입니다. 점마다 수를 하나씩 돌려줍니다. 속도의 제곱 오차를 좌표에 걸쳐 평균한 것입니다.

# %% key="ex-flow-loss" exercise="flow_matching.loss"
def loss(field, x_0, s, eps):
    ### BEGIN SOLUTION
    x_s = (1 - s[:, None]) * x_0 + s[:, None] * eps
    return (field(x_s, s) - (eps - x_0)).square().mean(1)
    ### END SOLUTION

# %% key="check-flow-loss" check="flow_matching.loss"
check("flow_matching.loss", loss)

# %% [markdown] key="flow-train" lang="en"
# Two point clouds from chapter 2, the ring of blobs (`o`) and the spiral (`@`), and two small networks, trained here and now.

# %% [markdown] key="flow-train" lang="id" ref="62159478"
# Dua awan titik dari Bab 2, gumpalan yang tersusun melingkar (`o`) dan spiral (`@`), dan dua jaringan kecil yang dilatih di sini, sekarang juga.

# %% [markdown] key="flow-train" lang="ko" ref="62159478"
# 데이터는 2장의 점구름 두 개입니다. 하나(`o`)는 덩어리들이 원을 따라 늘어서 있고, 하나(`@`)는 나선입니다. 작은 신경망을 하나씩, 지금 여기서 학습합니다.

# %% key="flow-learn"
from course_lib import flow_maps, flow_matching, gaussians, mlp

angle = torch.arange(5) * 2 * torch.pi / 5
ring = gaussians.Mixture(torch.ones(5), 1.5 * torch.stack([angle.cos(), angle.sin()], 1), 0.15)
turn = 3 * torch.pi * torch.linspace(0.05, 1, 4000).sqrt()
spiral = (turn / turn.max() * 1.7)[:, None] * torch.stack([turn.cos(), turn.sin()], 1)
clouds = {"o": ring.sample(4000, torch.Generator().manual_seed(0)), "@": spiral}
flows = {}
for name, points in clouds.items():
    torch.manual_seed(0)
    flows[name] = flow_matching.Velocity(mlp.MLP(width=64, depth=3))
    g = torch.Generator().manual_seed(1)
    falling = list(flow_matching.train(flows[name], points, steps=1000, generator=g))
    print(name, f"loss {sum(falling[:50]) / 50:.2f} -> {sum(falling[-50:]) / 50:.2f}")

# %% [markdown] key="flow-look" lang="en"
# **Commit:** every pair $(x_0,\epsilon)$ in training was joined by a straight line. Are the paths of the trained flow straight, too?

# %% [markdown] key="flow-look" lang="id" ref="1b45df7e"
# **Putuskan dulu:** dalam pelatihan, setiap pasangan $(x_0,\epsilon)$ dihubungkan oleh garis lurus. Apakah jalan-jalan aliran yang sudah terlatih juga lurus?

# %% [markdown] key="flow-look" lang="ko" ref="1b45df7e"
# **답을 먼저 정하십시오.** 학습할 때에는 모든 짝 $(x_0,\epsilon)$을 직선으로 이었습니다. 학습한 흐름의 길도 곧겠습니까?

# %% key="flow-widget"
from course_lib.widgets import field

x_1 = noise(400, 2, seed=12)
moves = {name: list(flow_matching.sample(one, x_1, steps=40)) for name, one in flows.items()}
for name, states in moves.items():
    bent = flow_matching.straightness(states)
    once = flow_matching.final(flow_matching.sample(flows[name], x_1, steps=1))
    print(f"{name}  bent {bent.median():.2f}  S=1: std {once.std(0).mean():.2f}", end="  ")
    print(f"x_0: std {clouds[name].std(0).mean():.2f}")
planes = {name: {"x_s": torch.stack([one.x_s for one in states])} for name, states in moves.items()}
slider = {"s": [round(float(one.s), 3) for one in moves["o"]]}
field(planes, slider, limits=(-2.8, 2.8), trail=40, alt=lang.text("alt.beyond.flow"))

# %% [markdown] key="flow-ddim" lang="en"
# No. They all set out for the middle, and turn outwards late. (The printed number is the squared difference between the velocity on the way and that of the straight line from start to end, relative to the latter; 0 would be straight.) Lines of different pairs cross; a flow has only *one* velocity at each place and time, so at a crossing the network learns the mean of those who pass.
#
# At $s=1$ nothing is known yet about $x_0$: the mean velocity is $\epsilon$ minus the mean of all data, and one single Euler step ($S=1$) lands everybody near the middle. Its printed spread is far below that of the data. “Straight paths” is a promise about the pairs, not about the flow. (It can be made truer by training once more on the pairs of beginning and end that a first flow has made: Liu et al. 2023 call it *reflow*.)
#
# So is this a new kind of model? Compare with DDIM. **Commit:** give both the same perfect network, the same noise levels and the same number of steps. Whose error is smaller: (a) Euler's on the straight paths, (b) DDIM's, (c) neither's?
#
# At the $s$ where signal and noise stand in the same ratio, $x_s$ is $x_t$ in another unit:
#
# $$s=\frac{\sqrt{1-\bar\alpha_t}}{\sqrt{\bar\alpha_t}+\sqrt{1-\bar\alpha_t}},\qquad x_s=\frac{x_t}{\sqrt{\bar\alpha_t}+\sqrt{1-\bar\alpha_t}}$$

# %% [markdown] key="flow-ddim" lang="id" ref="7054c94d"
# Tidak. Semuanya mula-mula menuju ke tengah, dan baru di akhir berbelok ke luar. (Bilangan yang tercetak adalah kuadrat selisih antara kecepatan di sepanjang jalan dan kecepatan garis lurus dari awal ke akhir, relatif terhadap yang terakhir; 0 berarti lurus.) Garis dari pasangan-pasangan yang berbeda saling berpotongan; sebuah aliran hanya punya *satu* kecepatan di setiap tempat pada satu saat, jadi di persimpangan jaringan mempelajari rata-rata dari semua yang lewat.
#
# Pada $s=1$ belum ada yang diketahui tentang $x_0$: kecepatan rata-ratanya adalah $\epsilon$ dikurangi rata-rata seluruh data, dan satu langkah Euler ($S=1$) mendaratkan semuanya di dekat pusat. Sebarannya yang tercetak jauh di bawah sebaran data. “Jalan lurus” adalah janji tentang pasangan-pasangan, bukan tentang aliran. (Janji itu dapat dibuat lebih benar dengan berlatih sekali lagi pada pasangan awal dan akhir buatan aliran pertama: Liu et al. 2023 menyebutnya *reflow*.)
#
# Jadi, apakah ini jenis model yang baru? Bandingkan dengan DDIM. **Putuskan dulu:** beri keduanya jaringan sempurna yang sama, tingkat-tingkat noise yang sama, dan banyaknya langkah yang sama. Galat siapa yang lebih kecil: (a) Euler pada jalan lurus, (b) DDIM, (c) tidak satu pun?
#
# Pada $s$ tempat perbandingan sinyal dan noise-nya sama, $x_s$ adalah $x_t$ dalam satuan lain:
#
# $$s=\frac{\sqrt{1-\bar\alpha_t}}{\sqrt{\bar\alpha_t}+\sqrt{1-\bar\alpha_t}},\qquad x_s=\frac{x_t}{\sqrt{\bar\alpha_t}+\sqrt{1-\bar\alpha_t}}$$

# %% [markdown] key="flow-ddim" lang="ko" ref="7054c94d"
# 아닙니다. 모두 한가운데를 향해 출발했다가 뒤늦게 바깥으로 휩니다. (출력된 수는 가는 길의 속도와 출발점에서 끝점까지 곧장 갈 때의 속도를 비교한 것입니다. 둘의 차를 제곱해 뒤엣것의 제곱으로 나누었고, 길이 곧으면 0입니다.) 서로 다른 짝의 직선은 엇갈립니다. 그런데 흐름에는 자리와 시각마다 속도가 *하나*뿐이므로, 엇갈리는 곳에서 신경망은 거기를 지나는 속도들의 평균을 배웁니다.
#
# $s=1$에서는 아직 $x_0$에 대해 아무것도 모릅니다. 평균 속도는 $\epsilon$에서 데이터 전체의 평균을 뺀 것이고, 오일러로 단 한 단계($S=1$)만 가면 모두가 한가운데 가까이에 내려섭니다. 출력된 표준편차가 데이터의 것보다 훨씬 작습니다. “곧은 길”은 짝에 대한 약속이지 흐름에 대한 약속이 아닙니다. (첫 흐름에서 얻은 출발점과 끝점의 짝으로 한 번 더 학습하면 그 약속에 더 가까워집니다. Liu et al. 2023은 이것을 *reflow*라고 부릅니다.)
#
# 그러면 이것은 새로운 종류의 모델입니까? DDIM과 견주어 봅시다. **답을 먼저 정하십시오.** 둘에게 똑같이 완벽한 신경망, 같은 노이즈 수준, 같은 단계 수를 줍니다. 어느 쪽의 오차가 더 작습니까? (a) 곧은 길을 가는 오일러 (b) DDIM (c) 어느 쪽도 아님
#
# 신호 대 잡음비가 같아지는 $s$에서 보면, $x_s$는 단위만 다른 $x_t$입니다.
#
# $$s=\frac{\sqrt{1-\bar\alpha_t}}{\sqrt{\bar\alpha_t}+\sqrt{1-\bar\alpha_t}},\qquad x_s=\frac{x_t}{\sqrt{\bar\alpha_t}+\sqrt{1-\bar\alpha_t}}$$

# %% key="flow-identity"
two = gaussians.Mixture([0.5, 0.5], torch.tensor([[-1.0], [1.0]], dtype=torch.float64), 0.15)
ideal, x_t = two.optimal_eps(schedule), noise(1000, 1, seed=13, dtype=torch.float64)
signal, dim = bar**0.5, (1 - bar) ** 0.5
s = dim / (signal + dim)
assert abs(s[500] - flow_maps.s_of(500, schedule)) < 1e-12
worst = 0.0
for t, t_next in ((1000, 900), (500, 499), (300, 100), (40, 0)):
    eps_hat = ideal(x_t, torch.full((1000,), t))
    x_0_hat = (x_t - dim[t] * eps_hat) / signal[t]
    euler = x_t / (signal[t] + dim[t]) + (s[t_next] - s[t]) * (eps_hat - x_0_hat)
    ddim = samplers.ddim_step(x_t, t, t_next, eps_hat, schedule)
    worst = max(worst, float((euler * (signal[t_next] + dim[t_next]) - ddim).abs().max()))
    v = signal[t] * eps_hat - dim[t] * x_0_hat
    u = (dim[t] - signal[t]) * x_t + (signal[t] + dim[t]) * v
    assert (u - (eps_hat - x_0_hat)).abs().max() < 1e-9
    assert (u - flow_maps.from_v(v, x_t, t, schedule)).abs().max() < 1e-9
print(f"max|Euler - DDIM| {worst:.0e}")
assert worst < 1e-9
sizes = (signal + dim)[1:]
print(f"a+b  {sizes.min():.3f} .. {sizes.max():.3f}")

# %% [markdown] key="flow-same" lang="en"
# (c): **an Euler step of the flow is a step of DDIM**, to rounding. The cell asserts a second identity on the way. With $a=\sqrt{\bar\alpha_t}$ and $b=\sqrt{1-\bar\alpha_t}$, the velocity is the $v$ of chapter 4 in other units:
#
# $$u=\epsilon-x_0=(b-a)\,x_t+(a+b)\,v$$
#
# The first part the network can read off its input; the second is $v$ times a number between 1 and $\sqrt2$ (printed). A network that predicts $v$, as ours does, *is* a flow-matching network (Gao et al. 2025 draw the whole map). What is left to differ is how often training visits each noise level, and which levels the sampler visits. That second choice is not nothing:

# %% [markdown] key="flow-same" lang="id" ref="d5f7ffc9"
# (c): **satu langkah Euler pada aliran itu adalah satu langkah DDIM**, dalam batas pembulatan. Sel itu sekaligus memastikan kesamaan kedua. Dengan $a=\sqrt{\bar\alpha_t}$ dan $b=\sqrt{1-\bar\alpha_t}$, kecepatannya adalah $v$ dari Bab 4 dalam satuan lain:
#
# $$u=\epsilon-x_0=(b-a)\,x_t+(a+b)\,v$$
#
# Bagian pertama dapat dibaca jaringan dari masukannya; bagian kedua adalah $v$ dikalikan bilangan antara 1 dan $\sqrt2$ (tercetak). Jaringan yang menebak $v$, seperti jaringan kita, *adalah* jaringan flow matching (Gao et al. 2025 menggambar peta lengkapnya). Yang masih dapat berbeda adalah seberapa sering pelatihan singgah di setiap tingkat noise, dan tingkat mana yang disinggahi sampler. Pilihan kedua itu bukan perkara sepele:

# %% [markdown] key="flow-same" lang="ko" ref="d5f7ffc9"
# (c)입니다. 반올림 오차 안에서 **흐름의 오일러 한 단계는 DDIM의 한 단계입니다.** 셀은 그러면서 등식을 하나 더 확인합니다. $a=\sqrt{\bar\alpha_t}$, $b=\sqrt{1-\bar\alpha_t}$라고 하면, 속도는 4장의 $v$를 다른 단위로 쓴 것입니다.
#
# $$u=\epsilon-x_0=(b-a)\,x_t+(a+b)\,v$$
#
# 첫 항은 신경망이 입력에서 읽어 낼 수 있습니다. 둘째 항은 $v$에 1과 $\sqrt2$ 사이의 수를 곱한 것입니다(출력되어 있습니다). 우리 신경망처럼 $v$를 예측하는 신경망은 *이미* 플로 매칭 신경망입니다(전체 지도는 Gao et al. 2025에 있습니다). 다를 수 있는 것은 학습할 때 노이즈 수준마다 얼마나 자주 들르는지, 그리고 샘플러가 어느 수준에 들르는지뿐입니다. 이 둘째 선택은 하찮지 않습니다.

# %% key="flow-grid"
u01 = ((torch.arange(4000, dtype=torch.float64) + 0.5) / 4000)[:, None]


def quantile(mixture):
    low, high = torch.full_like(u01, -6), torch.full_like(u01, 6)
    for _ in range(60):
        middle = (low + high) / 2
        z = (middle - mixture.means.T) / mixture.stds
        below = (mixture.weights * torch.special.ndtr(z)).sum(1, keepdim=True) < u01
        low, high = torch.where(below, middle, low), torch.where(below, high, middle)
    return low


def even_s(S):
    want = torch.linspace(float(s[-1]), 0, S + 1, dtype=torch.float64)
    return [int((s - one).abs().argmin()) for one in want]


true, start = quantile(two), quantile(two.diffused(1000, schedule))
for S in (5, 10, 50):
    gaps = []
    for ts in (samplers.times(1000, S), even_s(S)):
        gaps.append(float((walk(ideal, start, times=ts).sort(0).values - true).abs().mean()))
    print(f"S={S:2d}  t even: W1 {gaps[0]:.4f}   s even: W1 {gaps[1]:.4f}   {even_s(S)[:4]}")

# %% [markdown] key="flow-digits" lang="en"
# Same network, same step, other timesteps: at $S=5$ the error $W_1$ (chapter 7) falls from 0.3637 to 0.0681, at $S=10$ from 0.0767 to 0.0350. Even steps in $s$ hurry through the largest $t$, where little is decided, and spend their calls further down. Part of what is said in praise of straight paths is in truth the praise of a grid.
#
# And on digits? By the formulas for $x_s$ and $u$ above the shipped network becomes a flow, without training. **Commit:** with ten calls, will Euler on the flow and DDIM at the same noise levels draw (a) the same digits, (b) similar ones?

# %% [markdown] key="flow-digits" lang="id" ref="08cf3313"
# Jaringannya sama, langkahnya sama, hanya timestep-nya (langkah waktu) yang lain: pada $S=5$ galat $W_1$ (Bab 7) turun dari 0.3637 menjadi 0.0681, pada $S=10$ dari 0.0767 menjadi 0.0350. Langkah yang rata dalam $s$ bergegas melewati $t$ yang paling besar, tempat hanya sedikit yang diputuskan, dan memakai lebih banyak panggilan di bawahnya. Sebagian dari pujian untuk jalan lurus sesungguhnya pujian untuk sebuah kisi.
#
# Dan pada angka? Dengan rumus untuk $x_s$ dan $u$ tadi, jaringan bawaan menjadi sebuah aliran, tanpa pelatihan. **Putuskan dulu:** dengan sepuluh panggilan, apakah Euler pada aliran dan DDIM pada tingkat noise yang sama akan menggambar (a) angka yang sama, (b) angka yang mirip?

# %% [markdown] key="flow-digits" lang="ko" ref="08cf3313"
# 신경망도, 한 단계를 가는 방법도 같고 타임스텝만 다릅니다. 그런데 오차 $W_1$(7장)이 $S=5$에서는 0.3637에서 0.0681로, $S=10$에서는 0.0767에서 0.0350으로 줄어듭니다. $s$ 간격이 고르면 정해지는 것이 적은 큰 $t$를 서둘러 지나고, 호출을 더 아래쪽에서 씁니다. 곧은 길이 받는 칭찬 가운데 일부는 사실 격자가 받을 칭찬입니다.
#
# 숫자 그림은 어떻습니까? 강의에 들어 있는 신경망은 위에 나온 $x_s$와 $u$의 식만으로, 학습 없이 흐름이 됩니다. **답을 먼저 정하십시오.** 열 번 부를 때, 흐름의 오일러와 같은 노이즈 수준의 DDIM은 (a) 같은 숫자를 그립니까, (b) 비슷한 숫자를 그립니까?

# %% key="flow-draw"
asked = guidance.guide(net, ten)
ts = even_s(10)
s_ts = [float(flow_maps.s_of(t, schedule)) for t in ts]
x_1 = flow_maps.to_path(x_T, 1000, schedule)
by_flow = flow_matching.final(flow_matching.sample(flow_maps.as_field(asked, schedule), x_1, times=s_ts))
by_ddim, even_t = walk(asked, x_T, times=ts), walk(asked, x_T, times=samplers.times(1000, 10))
print(f"max|flow - DDIM| {(by_flow - by_ddim).abs().max():.0e}  t even: {(by_flow - even_t).abs().max():.2f}")
rows = [x.clamp(-1, 1) for x in (by_flow, by_ddim, even_t)]
names = ["$u$, $s$", "DDIM, $s$", "DDIM, $t$"]
figures.show(figures.grid(rows, row_titles=names, size=0.8), "alt.beyond.flow_digits")

# %% [markdown] key="flow-cost" lang="en"
# (a): the first two rows are the same pictures. The third is DDIM at other timesteps, and its strokes differ a little.
#
# What would it cost to *train* such a flow for digits? One training step of either kind, for the same U-Net and 16 images:

# %% [markdown] key="flow-cost" lang="id" ref="5d4623c1"
# (a): kedua baris pertama adalah gambar yang sama. Baris ketiga DDIM dengan timestep lain, dan goresannya sedikit berbeda.
#
# Berapa ongkosnya kalau aliran seperti ini *dilatih* untuk angka? Satu langkah pelatihan untuk masing-masing jenis, dengan U-Net yang sama dan 16 gambar:

# %% [markdown] key="flow-cost" lang="ko" ref="5d4623c1"
# (a)입니다. 처음 두 줄은 같은 그림입니다. 셋째 줄은 타임스텝만 달리한 DDIM이고, 획이 조금 다릅니다.
#
# 그러면 숫자를 그리는 흐름을 *학습*하는 값은 얼마입니까? 같은 U-Net과 이미지 16장으로, 두 종류의 학습을 한 스텝씩 해 봅시다.

# %% key="flow-train-cost"
from course_lib import parameterisations, unet


def trained(target, answer):
    def step():
        (answer() - target).square().mean().backward()

    return step


torch.manual_seed(0)
fresh = unet.UNet(widths=(16, 32, 64))
x_0, eps, y = digits.repeat(2, 1, 1, 1)[:16], noise(16, 1, 28, 28, seed=14), torch.arange(16) % 10
t = torch.full((16,), 500)
v_model, flow = parameterisations.EpsModel(fresh, schedule, "v"), flow_matching.Velocity(fresh)
x_t, x_s = (signal[500] * x_0 + dim[500] * eps).float(), flow_matching.interpolate(x_0, eps, 0.5)
v = parameterisations.target("v", x_0, t, eps, schedule)
kinds = {
    "v": trained(v, lambda: v_model.answer(x_t, t, y)),
    "u": trained(flow_matching.target(x_0, eps), lambda: flow(x_s, torch.full((16,), 0.5), y)),
}
counted = {name: flops(step) for name, step in kinds.items()}
print("FLOPs", counted)
assert counted["v"] == counted["u"]

# %% [markdown] key="one" lang="en"
# Not one operation more or less. The path is a choice of weights and times, not of a machine. (Stable Diffusion 3 is trained this way, Esser et al. 2024; they report that *which* noise levels training visits mattered.)
#
# ## 5 · One step
#
# Ten calls, five calls: why not one? Because a single Euler step lands in the middle, as we just saw. But the *end* of each path is a function of its beginning: one noise, one picture. A network can learn that function itself. It is called distillation: a teacher walks many steps, a student learns to jump.
#
# - *Regression* (Luhman & Luhman 2021): walk the teacher's path to its end, and learn the pairs (noise, end).
# - *Consistency* (Song et al. 2023): learn that two neighbouring points of one path have the same end,
#
# $$f_\theta(x_t,t)=f_{\theta^-}(x_{t'},t'),\qquad t'<t,\qquad f_\theta(x_0,0)=x_0$$
#
# where $\theta^-$ is a slow average of $\theta$. The end itself is known only at $t=0$; from there it spreads upwards.
#
# Our teacher is the perfect network of the ring of five blobs, walking 60 steps of DDIM. A point counts as *lost* if it ends further than four standard deviations from every blob; $|x-x^*|$ is its distance to where the teacher's 60 steps end.
#
# **Commit:** the student jumps in one call. Where will its mistakes lie: (a) spread over all the noise, (b) along certain lines in the noise, (c) far out?

# %% [markdown] key="one" lang="id" ref="eb7ed755"
# Tidak satu operasi pun lebih atau kurang. Jalan adalah pilihan bobot dan waktu, bukan pilihan mesin. (Stable Diffusion 3 dilatih dengan cara ini, Esser et al. 2024; mereka melaporkan bahwa tingkat noise *mana* yang disinggahi pelatihan ikut menentukan.)
#
# ## 5 · Satu langkah
#
# Sepuluh panggilan, lima panggilan: mengapa tidak satu? Karena, seperti baru kita lihat, satu langkah Euler mendarat di tengah. Tetapi *ujung* setiap jalan adalah fungsi dari pangkalnya: satu noise, satu gambar. Fungsi itu sendiri dapat dipelajari sebuah jaringan. Cara ini disebut distilasi (penyulingan): guru berjalan banyak langkah, murid belajar melompat.
#
# - *Regresi* (Luhman & Luhman 2021): susuri jalan sang guru sampai ujung, lalu pelajari pasangan (noise, ujung).
# - *Konsistensi* (Song et al. 2023): pelajari bahwa dua titik bertetangga pada satu jalan mempunyai ujung yang sama,
#
# $$f_\theta(x_t,t)=f_{\theta^-}(x_{t'},t'),\qquad t'<t,\qquad f_\theta(x_0,0)=x_0$$
#
# dengan $\theta^-$ rata-rata lambat dari $\theta$. Ujungnya sendiri hanya diketahui pada $t=0$; dari sana ia merambat ke atas.
#
# Guru kita adalah jaringan sempurna untuk lima gumpalan yang tersusun melingkar, berjalan 60 langkah DDIM. Sebuah titik dihitung *tersesat* (*lost*) kalau berakhir lebih jauh daripada empat simpangan baku dari setiap gumpalan; $|x-x^*|$ adalah jaraknya ke tempat 60 langkah sang guru berakhir.
#
# **Putuskan dulu:** sang murid melompat dengan satu panggilan. Di mana letak kekeliruannya: (a) tersebar di seluruh noise, (b) di sepanjang garis-garis tertentu di dalam noise, (c) jauh di luar?

# %% [markdown] key="one" lang="ko" ref="eb7ed755"
# 연산 하나 더하지도 덜하지도 않습니다. 길을 고르는 것은 가중치와 시각을 고르는 일이지, 기계를 고르는 일이 아닙니다. (Stable Diffusion 3이 이렇게 학습했습니다. Esser et al. 2024는 학습할 때 *어느* 노이즈 수준에 들르는지가 중요했다고 보고합니다.)
#
# ## 5 · 한 걸음
#
# 열 번, 다섯 번까지 줄였습니다. 왜 한 번은 안 됩니까? 방금 보았듯이 오일러로 한 단계만 가면 한가운데에 내려서기 때문입니다. 그러나 길마다 *끝*은 출발점의 함수입니다. 노이즈 하나에 그림 하나입니다. 신경망은 그 함수 자체를 배울 수 있습니다. 이것을 증류(distillation)라고 합니다. 교사는 여러 단계를 걷고, 학생은 한 번에 건너뛰는 법을 배웁니다.
#
# - *회귀* (Luhman & Luhman 2021): 교사의 길을 끝까지 걸어 두고, (노이즈, 끝)의 짝을 배웁니다.
# - *일관성* (Song et al. 2023): 한 길에서 이웃한 두 점의 끝이 같다는 것을 배웁니다.
#
# $$f_\theta(x_t,t)=f_{\theta^-}(x_{t'},t'),\qquad t'<t,\qquad f_\theta(x_0,0)=x_0$$
#
# 여기서 $\theta^-$는 $\theta$를 천천히 따라가는 평균입니다. 끝 자체는 $t=0$에서만 알고, 거기서부터 위로 퍼져 나갑니다.
#
# 교사는 원을 따라 늘어선 다섯 덩어리의 완벽한 신경망이며, DDIM으로 60단계를 걷습니다. 점이 모든 덩어리에서 표준편차의 네 배보다 멀리 떨어져 끝나면 *길 잃은 점*(lost)으로 셉니다. $|x-x^*|$는 교사의 60단계가 끝나는 곳까지의 거리입니다.
#
# **답을 먼저 정하십시오.** 학생은 한 번만 불러 건너뜁니다. 학생의 실수는 어디에 있겠습니까? (a) 노이즈 전체에 고루 (b) 노이즈의 몇몇 선을 따라 (c) 먼 바깥에

# %% key="one-distil"
from course_lib import distil

teacher = ring.optimal_eps(schedule)
paths = distil.trajectories(teacher, noise(4096, 2, seed=15), schedule, even_s(60))
places = {"regression": paths, "consistency": distil.Paths(paths.t[::5], paths.x_t[::5])}
students = {}
for kind in ("regression", "consistency"):
    torch.manual_seed(0)
    students[kind] = parameterisations.EpsModel(mlp.MLP(width=64, depth=3), schedule, "v")
    g = torch.Generator().manual_seed(16)
    how = {"loss": kind, "steps": 1000, "batch_size": 256, "decay": 0.5, "generator": g}
    falling = list(distil.distil(students[kind], places[kind], **how))
    print(f"{kind:12s} loss {falling[0]:.3f} -> {sum(falling[-50:]) / 50:.4f}")

# %% key="one-judge"
x_T2 = noise(4000, 2, seed=17)
ends = walk(teacher, x_T2, times=even_s(60))


def lost(x):
    return torch.cdist(x, ring.means.to(x)).min(1).values > 4 * 0.15


drawn = {"1": walk(teacher, x_T2, times=[1000, 0]), "2": walk(teacher, x_T2, times=even_s(2))}
drawn |= {"5": walk(teacher, x_T2, times=even_s(5))}
with torch.no_grad():
    drawn |= {kind[0]: distil.one_step(student, x_T2) for kind, student in students.items()}
for name, x in drawn.items():
    off = (x - ends).square().sum(1).sqrt()
    print(f"{name}  lost {lost(x).double().mean():.1%}  |x - x*| {off.mean():.3f}")
print(f"*  lost {lost(ends).double().mean():.1%}")

# %% key="one-show"
fig, ax = figures.axes(columns=4, size=(3, 3))
shown = {"$S=1$": drawn["1"], "$S=5$": drawn["5"], r"$f_\theta$": drawn["r"]}
for one, (name, x) in zip(ax, shown.items(), strict=False):
    gone = lost(x)
    one.scatter(*x[~gone].T, s=2, color=figures.COLOURS[0])
    one.scatter(*x[gone].T, s=12, marker="x", linewidth=0.8, color=figures.COLOURS[1])
    one.set(title=name, xlim=(-2.4, 2.4), ylim=(-2.4, 2.4), aspect="equal")
gone = lost(drawn["r"])
ax[3].scatter(*x_T2[~gone].T, s=2, color=figures.COLOURS[0])
ax[3].scatter(*x_T2[gone].T, s=12, marker="x", linewidth=0.8, color=figures.COLOURS[1])
ax[3].set(title="$x_T$", xlim=(-3.5, 3.5), ylim=(-3.5, 3.5), aspect="equal")
figures.show(fig, "alt.beyond.one")

# %% [markdown] key="one-note" lang="en"
# (b). One step of the teacher loses everybody; the student, in one call as well, puts nearly everybody where the teacher would in 60. What it loses stands in the last picture, crosses on the plane of noises: they form a star. On each ray of it two regions meet that belong to different blobs. The true map is all but a jump there: noises that lie side by side end far apart. A small network is smoother than that, so it leads from one blob to the other, and the lost points, 3.4% of all, land in between. The teacher has the same map to draw and builds it from many small steps, each of them gentle.
#
# (With so little training, regression, row `r`, is ahead of consistency, row `c`: it is told the end of every path, while in the other the news has to travel up from $t=0$, neighbour by neighbour. Consistency has another strength: it needs no finished paths, only steps, and can be trained without a teacher at all.)
#
# That is the price: a thin share of samples between the modes; no second look, so that mistakes stay; and a training that needs a teacher. For pictures others have since built the road from a few steps to one (Salimans & Ho 2022 halve the steps again and again; Yin et al. 2024 match distributions instead of paths; Geng et al. 2025 learn the mean velocity over an interval).
#
# ## 6 · Another network
#
# Nothing so far asked for a U-Net. The contract is `(x_t, t, y)` in, an answer of the same shape out. Chapter 5, [section 8](05_unet.ipynb), built the transformer that fulfils it, DiT (Peebles & Xie 2023), and measured it. There a picture was cut into patches of 4×4 pixels. In our latent space every position can be a token of its own.
#
# **Commit:** how many tokens is that, compared with chapter 5: fewer, as many, more?

# %% [markdown] key="one-note" lang="id" ref="0aea38a3"
# (b). Dengan satu langkah guru, semuanya tersesat; sang murid, yang juga hanya satu panggilan, menaruh hampir setiap titik di tempat yang dicapai guru dalam 60 langkah. Yang tersesat tampak di gambar terakhir, sebagai tanda silang di bidang noise: bersama-sama tanda itu membentuk bintang. Di sepanjang setiap lengannya bertemu dua wilayah yang menjadi milik gumpalan berbeda. Peta yang sebenarnya di sana hampir berupa lompatan: noise yang bersebelahan berakhir berjauhan. Jaringan kecil lebih mulus daripada itu, jadi ia menghubungkan satu gumpalan dengan yang lain, dan titik yang tersesat, 3.4% dari semuanya, mendarat di antaranya. Peta yang harus digambar guru sama, tetapi ia menyusunnya dari banyak langkah kecil, masing-masing landai.
#
# (Dengan pelatihan sesingkat ini regresi, baris `r`, mengungguli konsistensi, baris `c`: regresi diberi tahu ujung setiap jalan, sedangkan pada konsistensi kabar tentang ujung itu harus merambat naik dari $t=0$, dari tetangga ke tetangga. Konsistensi punya kekuatan lain: ia tidak memerlukan jalan yang sudah selesai, cukup langkah-langkahnya, dan dapat dilatih tanpa guru sama sekali.)
#
# Inilah harganya: sebagian kecil sampel jatuh di antara gumpalan; tidak ada kesempatan melihat sekali lagi, sehingga kekeliruan menetap; dan pelatihannya memerlukan guru. Untuk gambar, jalan dari beberapa langkah menuju satu langkah sejak itu sudah dirintis (Salimans & Ho 2022 membagi dua banyaknya langkah, berulang-ulang; Yin et al. 2024 mencocokkan distribusi, bukan jalan; Geng et al. 2025 mempelajari kecepatan rata-rata selama satu selang).
#
# ## 6 · Jaringan lain
#
# Sejauh ini tidak ada yang mengharuskan U-Net. Kontraknya: `(x_t, t, y)` masuk, jawaban dengan bentuk yang sama keluar. Bab 5, [bagian 8](05_unet.ipynb), membangun transformer yang memenuhinya, yaitu DiT (Peebles & Xie 2023), dan mengukurnya. Di sana gambar dipotong menjadi patch berukuran 4×4 piksel. Di ruang laten kita setiap posisi dapat menjadi token sendiri.
#
# **Putuskan dulu:** berapa banyak token itu, dibandingkan dengan Bab 5: lebih sedikit, sama banyak, atau lebih banyak?

# %% [markdown] key="one-note" lang="ko" ref="0aea38a3"
# (b)입니다. 교사가 한 단계만 가면 모두 길을 잃습니다. 학생은 똑같이 한 번 부르고도, 교사가 60단계를 걸어 데려다 놓을 곳에 거의 모두를 데려다 놓습니다. 학생이 잃은 점은 마지막 그림에서 볼 수 있습니다. 노이즈 평면 위의 가위표이고, 별 모양을 이룹니다. 별의 빛살마다 서로 다른 덩어리에 딸린 두 구역이 맞닿습니다. 참된 함수는 거기서 뛰다시피 합니다. 나란히 있던 노이즈가 서로 멀리 떨어져 끝납니다. 작은 신경망의 함수는 그보다 매끄러워서 한 덩어리에서 다른 덩어리로 이어지고, 길 잃은 점, 곧 전체의 3.4%가 그 사이에 떨어집니다. 교사도 같은 함수를 그려야 하지만, 하나하나는 완만한 작은 단계를 여럿 이어 붙입니다.
#
# (이렇게 조금 학습했을 때에는 회귀인 `r` 줄이 일관성인 `c` 줄을 앞섭니다. 회귀는 모든 길의 끝을 들어서 압니다. 일관성에서는 그 소식이 $t=0$에서 이웃에서 이웃으로 한 칸씩 올라와야 합니다. 일관성의 강점은 다른 데 있습니다. 다 걸은 길이 필요 없고 한 단계씩만 있으면 되며, 교사가 아예 없어도 학습할 수 있습니다.)
#
# 치르는 값은 이렇습니다. 샘플이 조금이나마 모드 사이에 떨어집니다. 두 번 보지 않으므로 실수가 그대로 남습니다. 그리고 학습에 교사가 필요합니다. 그림에서는 그 뒤로 몇 단계에서 한 단계로 가는 길이 닦였습니다(Salimans & Ho 2022는 단계를 거듭 반으로 줄이고, Yin et al. 2024는 길 대신 분포를 맞추고, Geng et al. 2025는 구간의 평균 속도를 배웁니다).
#
# ## 6 · 다른 신경망
#
# 지금까지 U-Net이어야 한다는 말은 어디에도 없었습니다. 약속은 `(x_t, t, y)`를 넣으면 같은 모양의 답이 나온다는 것뿐입니다. 5장의 [8절](05_unet.ipynb)에서는 이 약속을 지키는 트랜스포머인 DiT(Peebles & Xie 2023)를 만들고 재어 보았습니다. 거기서는 그림을 4×4픽셀짜리 패치로 잘랐습니다. 우리 잠재 공간에서는 한 자리가 그대로 토큰 하나가 될 수 있습니다.
#
# **답을 먼저 정하십시오.** 그러면 토큰은 5장과 견주어 몇 개입니까? 더 적습니까, 같습니까, 더 많습니까?

# %% key="dit-latent"
from course_lib import dit

torch.manual_seed(0)
tokens = dit.DiT(channels=4, size=7, patch=1, width=64, depth=4)
as_model = parameterisations.EpsModel(tokens, schedule, "v")
z = walk(guidance.guide(as_model, ten), z_T, times=samplers.times(1000, 5))
parts = sum(p.numel() for p in tokens.parameters()), sum(p.numel() for p in latent.net.parameters())
print("tokens", 7 * 7, "theta", parts, "z", tuple(z.shape))

# %% [markdown] key="memory" lang="en"
# As many: 49, since our encoder shrinks by 4 and chapter 5 cut by 4. The network is untrained and its answer is 0, but it runs through the sampler and the guidance as they are. Latents, transformer, flow matching: put sections 3, 4 and 6 together and you have the plan of Stable Diffusion 3 (Esser et al. 2024). Sections 3 and 6, with patches that reach through time, are the plan of Sora (Brooks et al. 2024).
#
# ## 7 · What a model keeps
#
# Chapter 1 ended with a riddle: the *perfect* model of a finite collection only recites it. Real networks stand somewhere between reciting and inventing. Where?
#
# Three models draw: the ideal denoiser of 40 digits; a small U-Net trained on just these 40 for so long that it knows them by heart; and the network that ships, which saw 18000. For each drawing we look for the nearest picture of the model's own training set.
#
# ### Exercise: nearest
#
# Write `nearest(samples, training)`: `samples` has the shape `(B, 1, H, W)`, `training` has `(N, 1, H, W)`. Return, for each sample, the root-mean-square difference per pixel to the training picture nearest to it: shape `(B,)`.

# %% [markdown] key="memory" lang="id" ref="2ebd058d"
# Sama banyak: 49, sebab enkoder kita memperkecil dengan faktor 4, dan Bab 5 memotong dengan ukuran 4. Jaringannya belum dilatih dan jawabannya 0, tetapi sampler dan guidance dapat memakainya tanpa diubah sedikit pun. Laten, transformer, flow matching: gabungkan bagian 3, 4, dan 6, dan kita punya rancangan Stable Diffusion 3 (Esser et al. 2024). Bagian 3 dan 6, dengan patch yang menembus waktu, adalah rancangan Sora (Brooks et al. 2024).
#
# ## 7 · Apa yang disimpan sebuah model
#
# Bab 1 berakhir dengan teka-teki: model yang *sempurna* untuk kumpulan berhingga hanya bisa menghafalkannya. Jaringan sungguhan berada di suatu tempat antara menghafal dan mengarang. Di mana?
#
# Tiga model menggambar: penghilang noise ideal untuk 40 angka; U-Net kecil yang dilatih hanya dengan 40 angka ini, begitu lama sampai hafal di luar kepala; dan jaringan bawaan, yang sudah melihat 18000. Untuk setiap gambar, kita cari gambar terdekat dalam kumpulan latih model itu sendiri.
#
# ### Latihan: yang terdekat
#
# Tulis `nearest(samples, training)`: `samples` berbentuk `(B, 1, H, W)`, `training` berbentuk `(N, 1, H, W)`. Untuk setiap sampel, kembalikan selisih per piksel (akar dari rata-rata kuadratnya) ke gambar latih yang paling dekat dengannya: bentuk `(B,)`.

# %% [markdown] key="memory" lang="ko" ref="2ebd058d"
# 같습니다. 49개입니다. 우리 인코더는 4배로 줄이고, 5장에서는 한 변이 4인 패치로 잘랐기 때문입니다. 이 신경망은 학습하지 않아 답이 0이지만, 샘플러와 가이던스를 손대지 않아도 그대로 돌아갑니다. 잠재 표현, 트랜스포머, 플로 매칭, 곧 3절과 4절과 6절을 합치면 Stable Diffusion 3의 설계도입니다(Esser et al. 2024). 시간 방향으로도 뻗은 패치를 써서 3절과 6절을 합치면 Sora의 설계도입니다(Brooks et al. 2024).
#
# ## 7 · 모델이 간직하는 것
#
# 1장은 수수께끼를 하나 남기고 끝났습니다. 유한한 모음의 *완벽한* 모델은 그 모음을 되뇔 뿐이라는 것이었습니다. 실제 신경망은 되뇌는 것과 지어내는 것 사이 어딘가에 있습니다. 어디입니까?
#
# 모델 셋이 그립니다. 숫자 40장의 이상적인 노이즈 제거기, 바로 그 40장만으로 외울 때까지 오래 학습한 작은 U-Net, 그리고 18000장을 본 강의의 신경망입니다. 그린 그림마다 그 모델 자신의 학습 데이터에서 가장 가까운 그림을 찾습니다.
#
# ### 연습문제: 가장 가까운 그림
#
# `nearest(samples, training)` 함수를 작성하십시오. `samples`의 모양은 `(B, 1, H, W)`이고 `training`의 모양은 `(N, 1, H, W)`입니다. 샘플마다 가장 가까운 학습 이미지와 비교해, 픽셀당 차이를 제곱 평균의 제곱근으로 구해 돌려줍니다. 모양은 `(B,)`입니다.

# %% key="ex-nearest" exercise="memory.nearest"
def nearest(samples, training):
    ### BEGIN SOLUTION
    away = torch.cdist(samples.flatten(1), training.flatten(1)).min(1).values
    return away / samples[0].numel() ** 0.5
    ### END SOLUTION

# %% key="check-nearest" check="memory.nearest"
check("memory.nearest", nearest)

# %% [markdown] key="memory-task" lang="en"
# A small distance alone proves nothing: a plain 1 is close to many 1s. Carlini et al. 2023 therefore compare it with the distance to the *next* nearest pictures. A copy is much nearer to one picture than to any other. Here a drawing counts as a copy where the ratio of the two is below 0.5 (`memory.ratio`). (The library's `memory.nearest` returns more than yours: distances and numbers of several nearest pictures.)
#
# Beside the three models we put real test digits, which nobody can have copied.
#
# **Commit:** the share of copies, for each of the four rows?

# %% [markdown] key="memory-task" lang="id" ref="76a278d9"
# Jarak yang kecil saja tidak membuktikan apa-apa: angka 1 yang biasa dekat dengan banyak angka 1. Karena itu Carlini et al. 2023 membandingkannya dengan jarak ke gambar-gambar terdekat *berikutnya*. Salinan jauh lebih dekat ke satu gambar daripada ke gambar mana pun yang lain. Di sini sebuah gambar dihitung sebagai salinan kalau rasio keduanya di bawah 0.5 (`memory.ratio`). (`memory.nearest` di pustaka mengembalikan lebih banyak daripada buatanmu: jarak dan nomor beberapa gambar terdekat.)
#
# Di samping ketiga model itu kita taruh angka uji yang asli, yang tidak mungkin disalin siapa pun.
#
# **Putuskan dulu:** berapa bagian salinan pada masing-masing dari keempat baris?

# %% [markdown] key="memory-task" lang="ko" ref="76a278d9"
# 거리가 작다는 것만으로는 아무것도 증명되지 않습니다. 평범한 1은 수많은 1과 가깝습니다. 그래서 Carlini et al. 2023은 그 거리를 *그다음으로* 가까운 그림들까지의 거리와 견줍니다. 베낀 그림은 다른 어느 그림보다 한 그림에 훨씬 가깝습니다. 여기서는 그 비가 0.5보다 작으면 베낀 것으로 셉니다(`memory.ratio`). (라이브러리의 `memory.nearest`는 더 많은 것을 돌려줍니다. 가장 가까운 그림 여러 장의 거리와 번호입니다.)
#
# 세 모델 곁에는 진짜 시험용 숫자를 놓습니다. 아무도 베꼈을 리 없는 숫자입니다.
#
# **답을 먼저 정하십시오.** 네 줄에서 베낀 것의 비율은 저마다 얼마이겠습니까?

# %% key="memory-draw"
from course_lib import memory

train_x, _ = data.digits("train")
few = torch.cat([data.one_of_each("train", k)[0] for k in range(4)])
learned = checkpoints.load("overfitted", precision="fp32")
y30, start = torch.arange(30) % 10, noise(30, 1, 28, 28, seed=18)
sets = {
    "ideal": (walk(gaussians.IdealDenoiser(few, schedule), start, times=short), few),
    "40": (walk(learned, start, times=short).clamp(-1, 1), few),
    "18000": (walk(guidance.guide(net, y30), start, times=short).clamp(-1, 1), train_x),
    "test": (data.digits("test")[0][:30], train_x),
}
rows, names = [], []
for name, (x, training) in sets.items():
    near = memory.nearest(x, training, 11)
    ratio = near.distance[:, 0] / near.distance[:, 1:].mean(1)
    copies = (ratio < 0.5).double().mean()
    print(f"{name:6s} RMS {near.distance[:, 0].mean():.3f}  ratio {ratio.mean():.2f}  copies {copies:.0%}")
    rows += [x[:10], training[near.index[:10, 0]]]
    names += [rf"$x_0$ ({name})", "$x_i$"]
figures.show(figures.grid(rows, row_titles=names, size=0.75), "alt.beyond.memory")

# %% [markdown] key="memory-note" lang="en"
# Each pair of rows shows drawings and, below, their nearest training pictures. The ideal model recites to the last pixel: 100% copies. The network of the 40 recites from memory, a little faded here and there: 90%. The network of the 18000 keeps the distance that fresh digits keep (a ratio of 0.85 for both), and like them it has not one copy among 30. What separates the two networks is not good will. It is how many pictures had to share the weights, and how often each was seen.
#
# Large models, too, keep that distance on average, but not everywhere. Carlini et al. 2023 got about a hundred near-copies of training pictures out of Stable Diffusion, and Somepalli et al. 2023 found copied parts. Pictures that stood in the data many times were copied most. That can be computed exactly:
#
# **Commit:** one of 40 pictures lies in the collection 10 times. How often does the ideal model recite it: 1 in 40, about 1 in 5, nearly always?

# %% [markdown] key="memory-note" lang="id" ref="ef8c1b91"
# Setiap pasang baris menampilkan gambar buatan model dan, di bawahnya, gambar latih yang terdekat. Model ideal mengulang hafalannya sampai piksel terakhir: 100% salinan. Jaringan dengan 40 angka mengulang dari ingatan, di sana-sini sedikit pudar: 90%. Jaringan dengan 18000 angka menjaga jarak sejauh angka yang benar-benar baru (rasio 0.85 pada keduanya), dan sama seperti angka baru itu, tidak ada satu pun salinan di antara 30. Yang memisahkan kedua jaringan itu bukan iktikad baik, melainkan berapa banyak gambar yang harus berbagi bobot, dan seberapa sering masing-masing dilihat.
#
# Model besar pun rata-rata menjaga jarak itu, tetapi tidak di semua tempat. Carlini et al. 2023 berhasil mengeluarkan dari Stable Diffusion sekitar seratus gambar yang nyaris sama dengan gambar latihnya, dan Somepalli et al. 2023 menemukan bagian-bagian yang disalin. Yang paling banyak disalin adalah gambar yang berkali-kali muncul dalam datanya. Hal itu dapat dihitung secara eksak:
#
# **Putuskan dulu:** satu dari 40 gambar ada 10 kali di dalam kumpulan. Seberapa sering model ideal mengulangnya: 1 dari 40, kira-kira 1 dari 5, atau hampir selalu?

# %% [markdown] key="memory-note" lang="ko" ref="ef8c1b91"
# 두 줄이 한 쌍입니다. 위는 그린 그림이고, 아래는 그것과 가장 가까운 학습 이미지입니다. 이상적인 모델은 마지막 픽셀까지 되뇝니다. 베낀 것이 100%입니다. 40장을 본 신경망은 기억을 더듬어 되뇌어서 군데군데 조금 바랬습니다. 그래도 90%입니다. 18000장을 본 신경망의 그림은 처음 보는 숫자만큼 학습 이미지에서 떨어져 있고(비는 둘 다 0.85), 처음 보는 숫자와 마찬가지로 30장 가운데 베낀 것이 한 장도 없습니다. 두 신경망이 다른 것은 한쪽이 착해서가 아닙니다. 그림 몇 장이 가중치를 나누어 써야 했는지, 그림 한 장을 몇 번이나 보았는지입니다.
#
# 큰 모델도 평균으로 보면 그만큼 거리를 지키지만, 어디서나 그런 것은 아닙니다. Carlini et al. 2023은 Stable Diffusion에서 학습 이미지를 베끼다시피 한 그림을 백 장쯤 끄집어냈고, Somepalli et al. 2023은 일부를 베낀 것을 찾아냈습니다. 데이터에 여러 번 들어 있던 그림이 가장 많이 베껴졌습니다. 이것은 정확히 계산할 수 있습니다.
#
# **답을 먼저 정하십시오.** 그림 40장 가운데 한 장이 모음에 10번 들어 있습니다. 이상적인 모델은 그것을 얼마나 자주 되뇝니까? 40번에 1번입니까, 5번에 1번쯤입니까, 거의 언제나입니까?

# %% key="memory-twice"
doubled = torch.cat([few, few[:1].expand(9, -1, -1, -1)])
for name, collection in (("1", few), ("10", doubled)):
    reciter, x_T400 = gaussians.IdealDenoiser(collection, schedule), noise(400, 1, 28, 28, seed=19)
    recited = walk(reciter, x_T400, ancestral, short)
    first = memory.nearest(recited, few).index[:, 0] == 0
    print(f"{name:2s}  share {first.double().mean():.3f}  exact {int(name) / len(collection):.3f}")

# %% [markdown] key="world" lang="en"
# As often as it was put in: 10 of 49, about 1 in 5. So the first remedy is dull and works: remove duplicates before training. (And a second lesson: “it has learned the style, not the pictures” is a claim about a *particular* model and collection. It can be tested, as here.)
#
# ## 8 · Out in the world
#
# What you know carries over nearly word for word: choose what $x_0$ is, and what the network is told beside $x_t$.
#
# **Commit:** take a field that you know. What would $x_0$ be there, and what would the network be told?
#
# | field | what $x_0$ is | what is new | source |
# | --- | --- | --- | --- |
# | images of a class | images | nothing: chapters 2 to 9 | Dhariwal & Nichol 2021; Ho & Salimans 2022 |
# | images from text | latents of images | cross-attention; guidance | Rombach et al. 2022 (Stable Diffusion); Ramesh et al. 2022 (DALL·E 2); Saharia et al. 2022 (Imagen) |
# | enlarging, filling in | images | the condition as channels, or replacement | Saharia et al. 2021 (SR3); Lugmayr et al. 2022 |
# | video | a block of frames | attention along time | Ho et al. 2022; Blattmann et al. 2023; Brooks et al. 2024 (Sora) |
# | sound | a waveform, or its spectrogram | 1-D convolutions; conditioned on a spectrogram or a text | Kong et al. 2021 (DiffWave); Chen et al. 2021 (WaveGrad); Liu et al. 2023 (AudioLDM) |
# | molecules | positions of atoms | turning the molecule must turn the answer: built into the network, or learnt from turned examples (AlphaFold 3) | Hoogeboom et al. 2022; Watson et al. 2023 (RFdiffusion, proteins); Abramson et al. 2024 (AlphaFold 3) |
# | 3-D objects | images of the object from all sides | an image model's score steers a 3-D model | Poole et al. 2023 (DreamFusion) |
# | robots | the next moves | conditioned on what the camera sees | Chi et al. 2023 |
# | weather | the state of the air in 12 hours | conditioned on the last two states; many answers are the point | Price et al. 2025 (GenCast) |
#
# (Not every well-known picture machine is on this list: the first DALL·E, Ramesh et al. 2021, wrote its pictures token by token, without diffusion. And one lecture note lists DALL·E 3 under DiT; the report (Betker et al. 2023) does not support that.)
#
# ### Why diffusion? Claims and what we saw
#
# One tutorial praises diffusion models in five points. The course has met each of them:
#
# | claim | what we found |
# | --- | --- |
# | high quality | given enough calls, data and training (chapters 6 and 7) |
# | stable training: “no mode collapse” | stable, yes: one squared error and no opponent (chapter 4). Collapse is *rarer*, not impossible: strong guidance gives up variety, and an overfitted model recites |
# | diverse outputs | by fresh noise or fresh $x_T$; measure it, do not assume it (chapters 7 and 9) |
# | flexible conditioning | label, half a picture, a small picture, a text: sections 1 to 3 |
# | principled framework | a bound (chapter 3), a score (chapter 8); what is trained in practice is a weighted variant (chapter 4) |
#
# The second line we have put to the test. In chapter 9's example, guidance with $w=6.5$ aims at a standard deviation of about 0.2 where the class itself has 0.5; what its DDIM drew was forty times narrower still.

# %% [markdown] key="world" lang="id" ref="64bd0b45"
# Sesering ia dimasukkan: 10 dari 49, kira-kira 1 dari 5. Jadi obat pertamanya membosankan dan manjur: buang gambar kembar sebelum melatih. (Pelajaran keduanya: “model ini mempelajari gayanya, bukan gambar-gambarnya” adalah pernyataan tentang sebuah model dan kumpulan *tertentu*. Pernyataan itu dapat diuji, seperti di sini.)
#
# ## 8 · Di dunia luar
#
# Yang kita ketahui dapat dibawa ke mana-mana hampir tanpa perubahan: pilih apa $x_0$ itu, dan apa yang diberitahukan kepada jaringan di samping $x_t$.
#
# **Putuskan dulu:** ambil satu bidang yang kamu kenal. Apa $x_0$ di sana, dan apa yang harus diberitahukan kepada jaringan?
#
# | bidang | apa $x_0$ | apa yang baru | sumber |
# | --- | --- | --- | --- |
# | gambar dari satu kelas | gambar | tidak ada: Bab 2 sampai 9 | Dhariwal & Nichol 2021; Ho & Salimans 2022 |
# | gambar dari teks | laten gambar | cross-attention; guidance | Rombach et al. 2022 (Stable Diffusion); Ramesh et al. 2022 (DALL·E 2); Saharia et al. 2022 (Imagen) |
# | memperbesar, mengisi | gambar | syaratnya sebagai kanal, atau penggantian | Saharia et al. 2021 (SR3); Lugmayr et al. 2022 |
# | video | sederet bingkai | atensi sepanjang waktu | Ho et al. 2022; Blattmann et al. 2023; Brooks et al. 2024 (Sora) |
# | suara | gelombang suara, atau spektrogramnya | konvolusi 1-D; dikondisikan pada spektrogram atau teks | Kong et al. 2021 (DiffWave); Chen et al. 2021 (WaveGrad); Liu et al. 2023 (AudioLDM) |
# | molekul | posisi atom-atom | kalau molekulnya diputar, jawabannya harus ikut berputar: ditanamkan dalam jaringan, atau dipelajari dari contoh yang diputar-putar (AlphaFold 3) | Hoogeboom et al. 2022; Watson et al. 2023 (RFdiffusion, protein); Abramson et al. 2024 (AlphaFold 3) |
# | benda 3-D | gambar benda itu dari segala sisi | skor sebuah model gambar mengarahkan model 3-D | Poole et al. 2023 (DreamFusion) |
# | robot | gerakan-gerakan berikutnya | dikondisikan pada apa yang dilihat kamera | Chi et al. 2023 |
# | cuaca | keadaan udara 12 jam lagi | dikondisikan pada dua keadaan terakhir; justru banyaknya jawaban yang dicari | Price et al. 2025 (GenCast) |
#
# (Tidak semua mesin gambar yang terkenal ada dalam daftar ini: DALL·E yang pertama, Ramesh et al. 2021, menulis gambarnya token demi token, tanpa difusi. Dan sebuah catatan kuliah mencantumkan DALL·E 3 di bawah DiT; laporannya (Betker et al. 2023) tidak mendukung itu.)
#
# ### Mengapa difusi? Klaim, dan apa yang kita lihat
#
# Sebuah tutorial memuji model difusi dalam lima butir. Kursus ini sudah berjumpa dengan semuanya:
#
# | klaim | apa yang kita temukan |
# | --- | --- |
# | mutunya tinggi | asalkan panggilan, data, dan pelatihannya cukup (Bab 6 dan 7) |
# | pelatihannya stabil: “tanpa mode collapse” | stabil, ya: satu galat kuadrat dan tanpa lawan (Bab 4). Hilangnya ragam *lebih jarang*, bukan mustahil: guidance yang kuat melepaskan keragaman, dan model yang overfit mengulang hafalan |
# | hasilnya beragam | berkat noise baru atau $x_T$ baru; ukurlah, jangan hanya diandaikan (Bab 7 dan 9) |
# | pengondisian yang luwes | label, separuh gambar, gambar kecil, teks: bagian 1 sampai 3 |
# | kerangkanya berdasar | sebuah batas (Bab 3), sebuah skor (Bab 8); yang dilatih dalam praktik adalah varian berbobot (Bab 4) |
#
# Baris kedua sudah kita uji. Dalam contoh di Bab 9, guidance dengan $w=6.5$ menyasar simpangan baku sekitar 0.2, padahal kelasnya sendiri 0.5; yang digambar DDIM di sana masih empat puluh kali lebih sempit lagi.

# %% [markdown] key="world" lang="ko" ref="64bd0b45"
# 넣은 만큼입니다. 49장 가운데 10장, 곧 5번에 1번쯤입니다. 그러니 첫째 처방은 시시하지만 잘 듣습니다. 학습하기 전에 중복을 없애는 것입니다. (교훈이 하나 더 있습니다. “그림이 아니라 화풍을 배웠다”는 말은 *특정한* 모델과 모음에 대한 주장입니다. 그것은 여기서처럼 시험할 수 있습니다.)
#
# ## 8 · 세상에서
#
# 지금까지 아는 것은 거의 그대로 다른 곳에서도 통합니다. 무엇을 $x_0$으로 삼을지, $x_t$ 곁에서 신경망에 무엇을 알려 줄지만 고르면 됩니다.
#
# **답을 먼저 정하십시오.** 여러분이 잘 아는 분야를 하나 떠올려 보십시오. 거기서는 무엇이 $x_0$이고, 신경망에는 무엇을 알려 줍니까?
#
# | 분야 | $x_0$ | 새로운 것 | 출처 |
# | --- | --- | --- | --- |
# | 클래스를 정한 이미지 | 이미지 | 없음: 2장부터 9장까지 | Dhariwal & Nichol 2021; Ho & Salimans 2022 |
# | 텍스트로 그리는 이미지 | 잠재 표현 | 교차 어텐션, 가이던스 | Rombach et al. 2022 (Stable Diffusion); Ramesh et al. 2022 (DALL·E 2); Saharia et al. 2022 (Imagen) |
# | 키우기, 빈 곳 채우기 | 이미지 | 채널로 넣은 조건, 또는 덮어쓰기 | Saharia et al. 2021 (SR3); Lugmayr et al. 2022 |
# | 비디오 | 프레임 묶음 | 시간 방향의 어텐션 | Ho et al. 2022; Blattmann et al. 2023; Brooks et al. 2024 (Sora) |
# | 소리 | 파형, 또는 그 스펙트로그램 | 1차원 합성곱. 스펙트로그램이나 텍스트를 조건으로 줌 | Kong et al. 2021 (DiffWave); Chen et al. 2021 (WaveGrad); Liu et al. 2023 (AudioLDM) |
# | 분자 | 원자의 위치 | 분자를 돌리면 답도 따라 돌아야 함: 신경망의 구조로 정해 두거나, 이리저리 돌린 예로 학습(AlphaFold 3) | Hoogeboom et al. 2022; Watson et al. 2023 (RFdiffusion, 단백질); Abramson et al. 2024 (AlphaFold 3) |
# | 3차원 물체 | 사방에서 본 물체의 이미지 | 이미지 모델의 스코어가 3차원 모델을 이끎 | Poole et al. 2023 (DreamFusion) |
# | 로봇 | 다음 동작들 | 카메라에 보이는 것을 조건으로 줌 | Chi et al. 2023 |
# | 날씨 | 12시간 뒤 대기의 상태 | 바로 앞의 두 상태를 조건으로 줌. 답이 여럿인 것이 목적 | Price et al. 2025 (GenCast) |
#
# (그림을 그린다고 이름난 기계가 모두 이 표에 있지는 않습니다. 첫 DALL·E(Ramesh et al. 2021)는 확산 없이 그림을 토큰 하나씩 써 내려갔습니다. 또 어느 강의 노트는 DALL·E 3을 DiT로 꼽지만, 그 보고서(Betker et al. 2023)에는 그렇게 볼 근거가 없습니다.)
#
# ### 왜 확산입니까? 주장과 우리가 본 것
#
# 어느 튜토리얼은 확산 모델의 장점을 다섯 가지로 꼽습니다. 모두 이 강의에서 만나 본 것들입니다.
#
# | 주장 | 우리가 본 것 |
# | --- | --- |
# | 품질이 높다 | 호출과 데이터와 학습이 충분하다면 그렇습니다(6장과 7장) |
# | 학습이 안정적이다: “모드 붕괴가 없다” | 안정적인 것은 맞습니다. 제곱 오차 하나뿐이고 맞서 싸우는 상대가 없습니다(4장). 붕괴는 *드물* 뿐 없지는 않습니다. 가이던스가 강하면 다양성을 내주고, 과적합한 모델은 되뇝니다 |
# | 결과가 다양하다 | 새 노이즈나 새 $x_T$를 쓰면 그렇습니다. 그러려니 하지 말고 재어 보십시오(7장과 9장) |
# | 조건을 유연하게 준다 | 레이블, 그림 절반, 작은 그림, 텍스트: 1절부터 3절까지 |
# | 이론에 뿌리를 둔 틀이다 | 하한(3장)이 있고 스코어(8장)가 있습니다. 실제로 학습하는 것은 가중치를 바꾼 변형입니다(4장) |
#
# 둘째 줄은 이미 따져 보았습니다. 9장의 예에서 $w=6.5$인 가이던스가 겨누는 표준편차는 0.2쯤이고, 클래스 자체의 표준편차는 0.5입니다. 그런데 DDIM이 그린 것은 거기서 다시 마흔 배나 좁았습니다.

# %% [markdown] key="open" lang="en"
# ### What is open
#
# - **Fewer calls.** One step without a teacher, at full quality: Song et al. 2023; Geng et al. 2025.
# - **Long videos** that stay the same scene: Ho et al. 2022 (section on longer samples); Brooks et al. 2024 show failures, too.
# - **3-D** without a detour over images: Poole et al. 2023 is the detour; Luo & Hu 2021 diffuse points directly.
# - **Small devices.** Fewer weights and fewer steps together: Li et al. 2023 (SnapFusion, on a phone). Fewer bits for each weight can be added to that.
# - **Control** finer than a sentence: Zhang et al. 2023 (ControlNet: edges, poses); Gal et al. 2023 (a new word from a few pictures).
# - **Text and other discrete data.** What is noise among words? Austin et al. 2021; Nie et al. 2025.
# - **Why do they generalise at all?** The perfect model recites. Kadkhodaie et al. 2024; Biroli et al. 2024; Kamb & Ganguli 2025.
# - **Guarantees.** How far is a sampler's law from the data, given the network's error? De Bortoli 2022; Chen et al. 2023.
# - **Schedules for a data set**, instead of one for all: Kingma et al. 2021 learn theirs.
#
# ## 9 · Before you press the button
#
# Four questions, each with something to do.
#
# **Whose pictures are these?** Our digits were written by employees of the United States Census Bureau and by high-school students; some 250 writers stand behind MNIST's training set (LeCun et al. 1998), and nothing in its description says that they were asked about a use like ours. Large collections were gathered from the web: LAION-5B lists more than five billion links (Schuhmann et al. 2022), and links to images of child abuse were later found among them (Thiel 2023). *To do:* name your data set in your model's card; use collections that can say where they come from; ask before you train on a person's face, voice or hand.
#
# **What do the licences say?** There are three: of the data, of the weights, of what you draw. MNIST is usually passed on under CC BY-SA 3.0, hence our weights are, too; the cell below reads it from their cards. Licences of large models often forbid certain uses of the weights (Contractor et al. 2022). Whether training needs permission, and who owns a drawn picture, is answered differently from country to country, and courts are at work. *To do:* read the licence before you publish; keep section 7's test at hand for what you release.
#
# **Can others tell that it was generated?** Labels in the file (C2PA) say so and are lost with a screenshot. Watermarks sit in the picture itself: in the weights of the decoder (Fernandez et al. 2023), or in the noise $x_T$, read back by the inversion of chapter 7 (Wen et al. 2023). None is unbreakable. *To do:* leave the marks on, and say it in words as well.
#
# **Who could be hurt?** Pictures of real people in scenes that never happened are the plainest case: do not make them without consent. A “restored” face is an invention (section 2), so it is no evidence. Text-to-image models exaggerate stereotypes of their data (Bianchi et al. 2023): look at fifty samples, not one, before you deploy. And a picture costs energy, on average far more than a short text (Luccioni et al. 2024): sections 3 to 5 are ways to save it.

# %% [markdown] key="open" lang="id" ref="a524892d"
# ### Apa yang masih terbuka
#
# - **Panggilan yang lebih sedikit.** Satu langkah tanpa guru, dengan mutu penuh: Song et al. 2023; Geng et al. 2025.
# - **Video panjang** yang adegannya tetap sama: Ho et al. 2022 (bagian tentang sampel yang lebih panjang); Brooks et al. 2024 memperlihatkan kegagalannya juga.
# - **3-D** tanpa memutar lewat gambar: jalan memutarnya Poole et al. 2023; Luo & Hu 2021 mendifusikan titik-titik secara langsung.
# - **Perangkat kecil.** Bobot dan langkah sekaligus dikurangi: Li et al. 2023 (SnapFusion, di telepon genggam). Banyaknya bit tiap bobot masih dapat dikurangi lagi.
# - **Kendali** yang lebih halus daripada kalimat: Zhang et al. 2023 (ControlNet: garis tepi, pose); Gal et al. 2023 (kata baru dari beberapa gambar).
# - **Teks dan data diskret lainnya.** Apa artinya noise di antara kata-kata? Austin et al. 2021; Nie et al. 2025.
# - **Mengapa model mampu menggeneralisasi?** Model yang sempurna hanya menghafal. Kadkhodaie et al. 2024; Biroli et al. 2024; Kamb & Ganguli 2025.
# - **Jaminan.** Seberapa jauh distribusi hasil sampler dari data, kalau galat jaringannya diketahui? De Bortoli 2022; Chen et al. 2023.
# - **Jadwal noise untuk satu dataset**, bukan satu untuk semua: Kingma et al. 2021 mempelajari jadwalnya.
#
# ## 9 · Sebelum menekan tombol
#
# Empat pertanyaan, masing-masing dengan sesuatu yang dapat kita kerjakan.
#
# **Milik siapa gambar-gambar ini?** Angka kita ditulis oleh pegawai Biro Sensus Amerika Serikat dan oleh siswa sekolah menengah atas; kira-kira 250 penulis berdiri di balik data latih MNIST (LeCun et al. 1998), dan tidak sebaris pun dalam uraiannya mengatakan bahwa mereka pernah ditanya tentang pemakaian seperti ini. Kumpulan besar dipungut dari web: LAION-5B memuat lebih dari lima miliar tautan (Schuhmann et al. 2022), dan kemudian di antaranya ditemukan tautan ke gambar pelecehan anak (Thiel 2023). *Yang dapat dikerjakan:* sebutkan datamu di kartu model; pakailah kumpulan yang dapat menerangkan asal-usulnya; mintalah izin sebelum melatih model dengan wajah, suara, atau tulisan tangan seseorang.
#
# **Apa kata lisensinya?** Lisensinya tiga: untuk data, untuk bobot, dan untuk hasil gambarmu. MNIST biasanya diteruskan dengan CC BY-SA 3.0, jadi bobot kita juga begitu; sel di bawah membacanya dari kartu-kartunya. Lisensi model besar sering melarang pemakaian tertentu atas bobotnya (Contractor et al. 2022). Apakah pelatihan memerlukan izin, dan siapa pemilik gambar yang dihasilkan, dijawab berbeda-beda di setiap negara, dan perkaranya masih bergulir di pengadilan. *Yang dapat dikerjakan:* baca lisensinya sebelum menerbitkan; siapkan uji dari bagian 7 untuk apa pun yang kamu rilis.
#
# **Dapatkah orang lain tahu bahwa ini buatan mesin?** Label di dalam berkas (C2PA) mengatakannya, dan hilang begitu gambarnya disalin lewat tangkapan layar. Tanda air melekat pada gambarnya sendiri: di dalam bobot dekoder (Fernandez et al. 2023), atau di dalam noise $x_T$, yang dibaca kembali dengan inversi dari Bab 7 (Wen et al. 2023). Tidak satu pun kebal. *Yang dapat dikerjakan:* biarkan tanda-tanda itu terpasang, dan katakan juga dengan kata-kata.
#
# **Siapa yang dapat dirugikan?** Contoh yang paling gamblang adalah gambar orang sungguhan dalam adegan yang tidak pernah terjadi: jangan membuatnya tanpa persetujuan mereka. Wajah yang “dipulihkan” adalah karangan (bagian 2), jadi bukan bukti. Model teks-ke-gambar melebih-lebihkan stereotipe dalam datanya (Bianchi et al. 2023): lihat lima puluh sampel, jangan satu, sebelum model dipakai orang. Dan sebuah gambar memakan energi, rata-rata jauh lebih banyak daripada teks pendek (Luccioni et al. 2024): bagian 3 sampai 5 adalah cara-cara menghematnya.

# %% [markdown] key="open" lang="ko" ref="a524892d"
# ### 아직 풀리지 않은 것
#
# - **더 적은 호출.** 교사 없이, 품질을 그대로 지키며 한 걸음에: Song et al. 2023; Geng et al. 2025.
# - **긴 비디오.** 끝까지 같은 장면으로 남기: Ho et al. 2022(더 긴 샘플에 대한 절). Brooks et al. 2024는 실패한 예도 보여 줍니다.
# - **3차원.** 이미지를 거치지 않고: 이미지를 거쳐 가는 길이 Poole et al. 2023이고, Luo & Hu 2021은 점에서 바로 확산합니다.
# - **작은 기기.** 가중치와 단계를 함께 줄이기: Li et al. 2023(SnapFusion, 휴대전화에서). 가중치 하나의 비트 수까지 더 줄일 수 있습니다.
# - **세밀한 제어.** 문장 하나로 말할 수 있는 것보다 더 세밀하게: Zhang et al. 2023(ControlNet: 윤곽선, 자세); Gal et al. 2023(그림 몇 장으로 만드는 새 단어).
# - **텍스트와 그 밖의 이산 데이터.** 단어 사이에서는 무엇이 노이즈입니까? Austin et al. 2021; Nie et al. 2025.
# - **이런 모델은 도대체 왜 일반화합니까?** 완벽한 모델은 되뇌는데 말입니다. Kadkhodaie et al. 2024; Biroli et al. 2024; Kamb & Ganguli 2025.
# - **보장.** 신경망의 오차가 주어졌을 때 샘플러의 분포는 데이터에서 얼마나 멉니까? De Bortoli 2022; Chen et al. 2023.
# - **데이터마다 알맞은 스케줄.** 모두에게 하나를 쓰지 않고: Kingma et al. 2021은 스케줄도 학습합니다.
#
# ## 9 · 단추를 누르기 전에
#
# 물음은 넷이고, 저마다 할 일이 있습니다.
#
# **누구의 그림입니까?** 우리 숫자는 미국 인구조사국 직원과 고등학생이 쓴 것입니다. MNIST의 학습 데이터에는 250명쯤 되는 사람의 글씨가 있는데(LeCun et al. 1998), 그 설명 어디에도 이런 데 써도 되는지 물어보았다는 말이 없습니다. 큰 모음은 웹에서 모은 것입니다. LAION-5B에는 링크가 오십억 개 넘게 적혀 있고(Schuhmann et al. 2022), 나중에 그 가운데에서 아동 성 착취물로 이어지는 링크가 나왔습니다(Thiel 2023). *할 일:* 데이터의 이름을 모델 카드에 밝히십시오. 어디서 왔는지 말할 수 있는 모음을 쓰십시오. 남의 얼굴이나 목소리나 필체로 학습하려면 먼저 물어보십시오.
#
# **라이선스에는 무엇이라고 적혀 있습니까?** 라이선스는 셋입니다. 데이터의 것, 가중치의 것, 그린 그림의 것입니다. MNIST는 보통 CC BY-SA 3.0으로 배포되므로 우리 가중치도 그렇게 합니다. 아래 셀이 카드에서 읽어 보여 줍니다. 큰 모델의 라이선스는 흔히 가중치를 어떤 데 쓰지 못하게 합니다(Contractor et al. 2022). 학습하는 데 허락이 필요한지, 그린 그림은 누구의 것인지는 나라마다 답이 다르고, 지금도 재판이 이어지고 있습니다. *할 일:* 공개하기 전에 라이선스를 읽으십시오. 내놓을 모델은 7절의 검사를 거치게 하십시오.
#
# **만들어 낸 것임을 남이 알 수 있습니까?** 파일에 붙이는 꼬리표(C2PA)는 그렇다고 알려 주지만, 화면을 캡처하면 사라집니다. 워터마크는 그림 자체에 들어 있습니다. 디코더의 가중치에 넣기도 하고(Fernandez et al. 2023), 노이즈 $x_T$에 넣어 두었다가 7장의 인버전으로 읽어 내기도 합니다(Wen et al. 2023). 깨지지 않는 것은 없습니다. *할 일:* 표시를 지우지 말고, 말로도 밝히십시오.
#
# **누가 다칠 수 있습니까?** 가장 뚜렷한 경우는 일어난 적 없는 장면에 실제 사람을 넣은 그림입니다. 동의 없이는 만들지 마십시오. “복원한” 얼굴은 지어낸 것이므로(2절) 증거가 되지 못합니다. 텍스트로 그리는 모델은 데이터에 있는 고정관념을 더 부풀립니다(Bianchi et al. 2023). 내놓기 전에 한 장이 아니라 쉰 장을 보십시오. 그리고 그림 한 장에는 에너지가 들고, 평균으로 보면 짧은 글 한 편보다 훨씬 많이 듭니다(Luccioni et al. 2024). 3절부터 5절까지는 그것을 아끼는 길이기도 합니다.

# %% key="cards"
for name in ("digits", "autoencoder", "latent", "superres", "overfitted"):
    card = checkpoints.card(name)
    print(f"{name:12s} {card['licence']:14.14s} {card['data'].split(', ')[0]}")

# %% [markdown] key="end" lang="en"
# ## What to take along
#
# - A finished network fills in what is missing by *replacement*. The result is biased, provably; going back and forth (RePaint) mends it at the price of calls, training with the condition avoids it.
# - A question with many answers gets many. A sharp answer has about twice the squared error of the blurred mean.
# - Diffusion needs no pixels. In the latent space of an autoencoder it is far cheaper; with text by cross-attention it is Stable Diffusion. A label is a text of one word.
# - Flow matching is $v$-prediction in other units, its Euler step is DDIM's. What differs is which noise levels are visited.
# - One step can be distilled. It loses most where neighbouring noises end far apart: a few points in a hundred land between the modes.
# - Whether a model copies can be measured. Duplicates are copied first.
#
# **Limits.** The networks made for this chapter are hundreds to thousands of times smaller than those they stand for, and trained for minutes. The exact statements (sections 1 and 4) hold for Gaussians and mixtures; on digits you saw pictures and a few numbers without error bars. Section 7's ratio is a rule of thumb: it finds copies of whole pictures, not of parts. The tables of section 8 name one or a few sources each, of very many.
#
# ## The end of the course
#
# What you can do now, chapter by chapter: say why removing noise can create pictures ([1](01_intuition.ipynb)); derive the jump ([2](02_forward.ipynb)), the bound ([3](03_elbo.ipynb)) and the loss ([4](04_loss.ipynb)); build the network ([5](05_unet.ipynb)); walk back with noise ([6](06_ddpm.ipynb)) and without ([7](07_ddim.ipynb)); read the same thing as a score ([8](08_score.ipynb)); steer it ([9](09_guidance.ipynb)); and put it to other work.
#
# **Where next?** Train on something of your own: `training.Run` takes any images in $[-1,1]$, and `data.full("fashion")` fetches clothes in the place of digits. Read five papers, in this order: Ho et al. 2020; Song et al. 2021; Karras et al. 2022; Rombach et al. 2022; Lipman et al. 2023. For another telling of the whole story, Weng 2021 (a blog, “What are diffusion models?”). Then open the code of a public library and find its $t$: is it 0-based?
#
# **A closing question.** The perfect model recites; a useful one invents, because it makes mistakes. Which mistakes would you *want* a model to make, and how would you find out whether it makes them?
#
# **Sources.** Abramson et al. 2024. Albergo & Vanden-Eijnden 2023. Austin et al. 2021. Betker et al. 2023 (DALL·E 3). Bianchi et al. 2023. Biroli et al. 2024. Blattmann et al. 2023. Blau & Michaeli 2018 (perception and distortion). Brooks et al. 2024. Carlini et al. 2023 (extraction; the ratio). N. Chen et al. 2021 (WaveGrad). S. Chen et al. 2023 (guarantees). Chi et al. 2023.
# Contractor et al. 2022. De Bortoli 2022. Dhariwal & Nichol 2021. Esser et al. 2024. Fernandez et al. 2023. Gal et al. 2023. Gao et al. 2025 (diffusion and flow matching). Geng et al. 2025. Ho et al. 2020. Ho et al. 2022 (video). Ho & Salimans 2022. Hoogeboom et al. 2022. Kadkhodaie et al. 2024. Kamb & Ganguli 2025. Karras et al. 2022. Kingma et al. 2021. Kong et al. 2021. LeCun, Cortes & Burges 1998. Li et al. 2023.
# Lipman et al. 2023 (flow matching). H. Liu et al. 2023 (AudioLDM). X. Liu et al. 2023 (rectified flow). Luccioni et al. 2024. Lugmayr et al. 2022 (RePaint: eq. 8 and Algorithm 1). Luhman & Luhman 2021. Luo & Hu 2021. Nie et al. 2025. Peebles & Xie 2023. Poole et al. 2023. Price et al. 2025. Radford et al. 2021 (CLIP). Ramesh et al. 2021, 2022. Rombach et al. 2022. Saharia et al. 2021, 2022. Salimans & Ho 2022. Schuhmann et al. 2022.
# Somepalli et al. 2023. Song et al. 2021 (SDEs: appendix I). Y. Song et al. 2023 (consistency models: eq. 7). Thiel 2023. Trippe et al. 2023 (replacement's error). Vaswani et al. 2017. Watson et al. 2023. Wen et al. 2023. Weng 2021. Yin et al. 2024. Zhang et al. 2023.
#
# Back to the map: [welcome](00_welcome.ipynb). How far you have come:

# %% [markdown] key="end" lang="id" ref="a151bbc7"
# ## Bekal dari bab ini
#
# - Jaringan yang sudah jadi mengisi yang hilang dengan *penggantian*. Hasilnya bias, dan itu dapat dibuktikan; berjalan maju mundur (RePaint) memperbaikinya dengan ongkos panggilan, berlatih dengan syaratnya menghindarinya.
# - Pertanyaan yang punya banyak jawaban mendapat banyak jawaban. Galat kuadrat jawaban yang tajam kira-kira dua kali galat rata-rata yang kabur.
# - Difusi tidak memerlukan piksel. Di ruang laten sebuah autoenkoder ia jauh lebih murah; ditambah teks lewat cross-attention, itulah Stable Diffusion. Label adalah teks yang terdiri atas satu kata.
# - Flow matching adalah penebakan $v$ dalam satuan lain, dan langkah Euler-nya adalah langkah DDIM. Yang berbeda adalah tingkat noise mana yang disinggahi.
# - Satu langkah dapat disuling. Yang tersesat kebanyakan berasal dari tempat noise yang bertetangga berakhir berjauhan: beberapa dari seratus titik mendarat di antara gumpalan.
# - Apakah sebuah model menyalin, dapat diukur. Gambar kembar disalin lebih dulu.
#
# **Keterbatasan.** Jaringan yang dibuat untuk bab ini ratusan sampai ribuan kali lebih kecil daripada jaringan yang diwakilinya, dan dilatih beberapa menit saja. Pernyataan yang eksak (bagian 1 dan 4) berlaku untuk Gaussian dan campurannya; untuk angka yang kita lihat adalah gambar dan beberapa bilangan tanpa batang galat. Rasio di bagian 7 adalah aturan kasar: ia menemukan salinan gambar utuh, bukan salinan sebagian. Tabel-tabel di bagian 8 menyebut satu atau beberapa sumber saja, dari sekian banyak.
#
# ## Akhir kursus
#
# Inilah yang sekarang dapat kita lakukan, bab demi bab: mengatakan mengapa membuang noise bisa menciptakan gambar ([1](01_intuition.ipynb)); menurunkan lompatannya ([2](02_forward.ipynb)), batasnya ([3](03_elbo.ipynb)), dan loss-nya ([4](04_loss.ipynb)); membangun jaringannya ([5](05_unet.ipynb)); berjalan kembali dengan noise ([6](06_ddpm.ipynb)) dan tanpa noise ([7](07_ddim.ipynb)); membaca hal yang sama sebagai skor ([8](08_score.ipynb)); mengarahkannya ([9](09_guidance.ipynb)); dan memberinya pekerjaan lain.
#
# **Sesudah ini ke mana?** Latihlah model pada sesuatu milikmu sendiri: `training.Run` menerima gambar apa pun dalam $[-1,1]$, dan `data.full("fashion")` mengambilkan pakaian sebagai pengganti angka. Bacalah lima makalah, dengan urutan ini: Ho et al. 2020; Song et al. 2021; Karras et al. 2022; Rombach et al. 2022; Lipman et al. 2023. Untuk mendengar seluruh ceritanya dengan cara lain, ada Weng 2021 (sebuah blog, “What are diffusion models?”). Lalu buka kode sebuah pustaka publik dan cari $t$-nya: apakah ia mulai dari 0?
#
# **Pertanyaan penutup.** Model yang sempurna mengulang hafalan; model yang berguna mengarang, karena ia membuat kekeliruan. Kekeliruan mana yang kamu *kehendaki* dari sebuah model, dan bagaimana kamu akan mengetahui apakah ia membuatnya?
#
# **Sumber.** Abramson et al. 2024. Albergo & Vanden-Eijnden 2023. Austin et al. 2021. Betker et al. 2023 (DALL·E 3). Bianchi et al. 2023. Biroli et al. 2024. Blattmann et al. 2023. Blau & Michaeli 2018 (persepsi dan distorsi). Brooks et al. 2024. Carlini et al. 2023 (ekstraksi; rasionya). N. Chen et al. 2021 (WaveGrad). S. Chen et al. 2023 (jaminan). Chi et al. 2023.
# Contractor et al. 2022. De Bortoli 2022. Dhariwal & Nichol 2021. Esser et al. 2024. Fernandez et al. 2023. Gal et al. 2023. Gao et al. 2025 (difusi dan flow matching). Geng et al. 2025. Ho et al. 2020. Ho et al. 2022 (video). Ho & Salimans 2022. Hoogeboom et al. 2022. Kadkhodaie et al. 2024. Kamb & Ganguli 2025. Karras et al. 2022. Kingma et al. 2021. Kong et al. 2021. LeCun, Cortes & Burges 1998. Li et al. 2023.
# Lipman et al. 2023 (flow matching). H. Liu et al. 2023 (AudioLDM). X. Liu et al. 2023 (rectified flow). Luccioni et al. 2024. Lugmayr et al. 2022 (RePaint: pers. 8 dan Algoritme 1). Luhman & Luhman 2021. Luo & Hu 2021. Nie et al. 2025. Peebles & Xie 2023. Poole et al. 2023. Price et al. 2025. Radford et al. 2021 (CLIP). Ramesh et al. 2021, 2022. Rombach et al. 2022. Saharia et al. 2021, 2022. Salimans & Ho 2022. Schuhmann et al. 2022.
# Somepalli et al. 2023. Song et al. 2021 (SDE: lampiran I). Y. Song et al. 2023 (model konsistensi: pers. 7). Thiel 2023. Trippe et al. 2023 (galat penggantian). Vaswani et al. 2017. Watson et al. 2023. Wen et al. 2023. Weng 2021. Yin et al. 2024. Zhang et al. 2023.
#
# Kembali ke peta: [selamat datang](00_welcome.ipynb). Latihanmu sejauh ini:

# %% [markdown] key="end" lang="ko" ref="a151bbc7"
# ## 가져갈 것
#
# - 이미 학습한 신경망도 *덮어쓰기*로 빠진 곳을 채웁니다. 결과는 치우치고, 그것은 증명할 수 있습니다. 오르내리기를 되풀이하면(RePaint) 호출을 더 쓰는 대신 나아지고, 조건과 함께 학습하면 치우침을 피합니다.
# - 답이 여럿인 물음에서는 답이 여럿 나옵니다. 또렷한 답의 제곱 오차는 흐릿한 평균의 두 배쯤입니다.
# - 확산에는 픽셀이 필요 없습니다. 오토인코더의 잠재 공간에서는 훨씬 싸고, 교차 어텐션으로 텍스트를 넣으면 Stable Diffusion입니다. 레이블은 단어 하나짜리 텍스트입니다.
# - 플로 매칭은 $v$ 예측을 다른 단위로 쓴 것이고, 그 오일러 단계는 DDIM의 단계입니다. 다른 것은 어느 노이즈 수준에 들르는지입니다.
# - 한 걸음은 증류해서 얻을 수 있습니다. 이웃한 노이즈가 서로 멀리 떨어져 끝나는 곳에서 가장 많이 잃고, 점 백 개에 서너 개가 모드 사이에 떨어집니다.
# - 모델이 베끼는지는 잴 수 있습니다. 중복된 그림이 먼저 베껴집니다.
#
# **한계.** 이 장을 위해 만든 신경망은 본보기로 삼은 모델보다 수백 배에서 수천 배 작고, 몇 분 동안 학습했을 뿐입니다. 정확한 진술(1절과 4절)은 가우스 분포와 그 혼합에서 성립합니다. 숫자 그림에서는 그림과, 오차 막대가 없는 수 몇 개를 보았습니다. 7절의 비는 어림 규칙이어서 그림 전체를 베낀 것은 찾아내지만 일부를 베낀 것은 찾지 못합니다. 8절의 표는 아주 많은 출처 가운데 한두 가지만 들었습니다.
#
# ## 강의의 끝
#
# 여러분이 이제 할 수 있는 일을 장의 차례대로 적어 봅니다. 노이즈를 없애는 일이 왜 그림을 만들 수 있는지 말할 수 있습니다([1](01_intuition.ipynb)). 단번에 건너뛰는 식([2](02_forward.ipynb)), 하한([3](03_elbo.ipynb)), 손실([4](04_loss.ipynb))을 끌어낼 수 있습니다. 신경망을 만들 수 있습니다([5](05_unet.ipynb)). 노이즈를 넣으며 되돌아 걷고([6](06_ddpm.ipynb)), 노이즈 없이도 걸을 수 있습니다([7](07_ddim.ipynb)). 같은 것을 스코어로 읽고([8](08_score.ipynb)), 원하는 쪽으로 이끌 수 있습니다([9](09_guidance.ipynb)). 그리고 다른 일도 시킬 수 있습니다.
#
# **이제 어디로 갑니까?** 여러분의 데이터로 학습해 보십시오. `training.Run`은 $[-1,1]$ 안의 이미지라면 무엇이든 받고, `data.full("fashion")`은 숫자 대신 옷을 가져옵니다. 논문 다섯 편을 이 순서로 읽으십시오: Ho et al. 2020; Song et al. 2021; Karras et al. 2022; Rombach et al. 2022; Lipman et al. 2023. 이야기 전체를 다른 목소리로 듣고 싶다면 Weng 2021(블로그, “What are diffusion models?”)이 있습니다. 그다음에는 공개 라이브러리의 코드를 열고 거기 있는 $t$를 찾아보십시오. 0부터 셉니까?
#
# **마지막 물음.** 완벽한 모델은 되뇝니다. 쓸모 있는 모델은 실수를 하기 때문에 지어냅니다. 여러분은 모델이 어떤 실수를 하기를 *바랍니까*? 그리고 모델이 정말 그런 실수를 하는지는 어떻게 알아내겠습니까?
#
# **출처.** Abramson et al. 2024. Albergo & Vanden-Eijnden 2023. Austin et al. 2021. Betker et al. 2023(DALL·E 3). Bianchi et al. 2023. Biroli et al. 2024. Blattmann et al. 2023. Blau & Michaeli 2018(지각 품질과 왜곡). Brooks et al. 2024. Carlini et al. 2023(학습 이미지 끄집어내기, 거리의 비). N. Chen et al. 2021(WaveGrad). S. Chen et al. 2023(보장). Chi et al. 2023.
# Contractor et al. 2022. De Bortoli 2022. Dhariwal & Nichol 2021. Esser et al. 2024. Fernandez et al. 2023. Gal et al. 2023. Gao et al. 2025(확산과 플로 매칭). Geng et al. 2025. Ho et al. 2020. Ho et al. 2022(비디오). Ho & Salimans 2022. Hoogeboom et al. 2022. Kadkhodaie et al. 2024. Kamb & Ganguli 2025. Karras et al. 2022. Kingma et al. 2021. Kong et al. 2021. LeCun, Cortes & Burges 1998. Li et al. 2023.
# Lipman et al. 2023(플로 매칭). H. Liu et al. 2023(AudioLDM). X. Liu et al. 2023(rectified flow). Luccioni et al. 2024. Lugmayr et al. 2022(RePaint: 식 8과 알고리즘 1). Luhman & Luhman 2021. Luo & Hu 2021. Nie et al. 2025. Peebles & Xie 2023. Poole et al. 2023. Price et al. 2025. Radford et al. 2021(CLIP). Ramesh et al. 2021, 2022. Rombach et al. 2022. Saharia et al. 2021, 2022. Salimans & Ho 2022. Schuhmann et al. 2022.
# Somepalli et al. 2023. Song et al. 2021(SDE: 부록 I). Y. Song et al. 2023(일관성 모델: 식 7). Thiel 2023. Trippe et al. 2023(덮어쓰기의 오차). Vaswani et al. 2017. Watson et al. 2023. Wen et al. 2023. Weng 2021. Yin et al. 2024. Zhang et al. 2023.
#
# 전체 지도로 돌아가기: [환영합니다](00_welcome.ipynb). 어디까지 왔는지 봅시다.

# %% key="progress-overview"
from course_lib.exercises import overview

overview()
