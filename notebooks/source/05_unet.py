# %% [markdown] key="title" lang="en"
# # 5 · The network: a U-Net
#
# So far the network was a box with a task on its lid: *given $x_t$ and $t$, answer $\epsilon_\theta(x_t,t)$*. [Chapter 4](04_loss.ipynb) said which answer is the best one. This chapter opens the
# box. You build the network from its parts until your version and ours agree up to rounding; then we take the parts away one by one, to see what each was for. Some of the answers may surprise you.
#
# **First, look at its work.** One digit at six timesteps: what goes in ($x_t$), what comes out ($\hat\epsilon$), and the clean image that follows from both ($\hat x_0$, equation (69) of chapter 4).
#
# **Commit before you run:** up to which $t$ will $\hat x_0$ still be *this* four, stroke for stroke?

# %% [markdown] key="title" lang="id" ref="c429f2be"
# # 5 · Jaringannya: sebuah U-Net
#
# Sejauh ini jaringan kita hanyalah kotak dengan tugas tertulis di tutupnya: *diberi $x_t$ dan $t$, jawablah $\epsilon_\theta(x_t,t)$*. [Bab 4](04_loss.ipynb) menjelaskan jawaban mana yang terbaik. Bab ini membuka
# kotaknya. Jaringan itu kita susun dari bagian-bagiannya sampai versimu dan versi kursus ini cocok dalam batas pembulatan; sesudah itu bagiannya kita cabut satu per satu untuk melihat apa guna masing-masing. Beberapa jawabannya mungkin akan mengejutkanmu.
#
# **Pertama-tama, lihat hasil kerjanya.** Satu angka pada enam timestep (langkah waktu): yang masuk, $x_t$; yang keluar, $\hat\epsilon$, yaitu tebakannya tentang noise (derau); dan gambar bersih yang mengikuti dari keduanya, $\hat x_0$ (persamaan (69) di Bab 4).
#
# **Putuskan dulu sebelum menjalankan sel:** sampai $t$ berapa $\hat x_0$ masih angka empat *yang ini*, goresan demi goresan?

# %% [markdown] key="title" lang="ko" ref="c429f2be"
# # 5 · 신경망: U-Net
#
# 지금까지 신경망은 뚜껑에 과제만 적힌 상자였습니다. *$x_t$와 $t$를 받아 $\epsilon_\theta(x_t,t)$를 답하라.* 어떤 답이 가장 좋은지는 [4장](04_loss.ipynb)에서 보았습니다. 이 장에서는 상자를 엽니다. 부품을 하나씩 모아 신경망을 만들고, 여러분의 신경망과 강의의 신경망이 반올림 오차 안에서 같은지 확인합니다. 그런 다음 부품을 하나씩 떼어 내어 저마다 무슨 일을 하는지 봅니다. 그 답 가운데 몇몇은 뜻밖일지도 모릅니다.
#
# **먼저 일하는 모습부터 봅시다.** 숫자 하나를 여섯 타임스텝에서 봅니다. 들어가는 것($x_t$), 나오는 것($\hat\epsilon$), 그리고 그 둘에서 나오는 깨끗한 이미지($\hat x_0$, 4장의 식 (69))입니다.
#
# **실행하기 전에 답을 정하십시오.** $t$가 얼마일 때까지 $\hat x_0$의 획 하나하나가 *바로 이* 숫자의 획이겠습니까?

# %% key="first-imports"
import torch
import torch.nn.functional as F

from course_lib import checkpoints, data, figures, forward

model = checkpoints.load("digits", device="cpu", precision="fp32")
net, schedule = model.net, model.schedule
test_x, test_y = data.digits("test")


def noise(*shape, seed):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


print(type(net).__name__, sum(p.numel() for p in net.parameters()), model.kind)

# %% key="first-look"
ten, ten_labels = data.one_of_each()
t = torch.tensor([50, 200, 400, 600, 800, 1000])
x_0, y = ten[4].expand(6, 1, 28, 28), ten_labels[4].expand(6)
eps = noise(1, 1, 28, 28, seed=0).expand(6, 1, 28, 28)
x_t = forward.q_sample(x_0, t, eps, schedule)
eps_hat = model(x_t, t, y)
x_0_hat = forward.predict_x_0(x_t, t, eps_hat, schedule)
print("x_t", tuple(x_t.shape), "eps_hat", tuple(eps_hat.shape))
rows = {r"$x_t$": x_t, r"$\hat\epsilon$": eps_hat / 2, r"$\hat x_0$": x_0_hat.clamp(-1, 1)}
figures.show(figures.grid(rows.values(), [f"t={s}" for s in t.tolist()], list(rows)), "alt.unet.look")

# %% [markdown] key="first-question" lang="en"
# Up to $t=200$ it is this four, stroke for stroke; at 400 its foot is in doubt. Further right it is *a* four, ever more the average of all fours: the label says which digit it is, and the image says little more. (The `v` printed above is what this network was trained to answer, chapter 4: `net(...)` answers $v$, and `model(...)` turns that into $\hat\epsilon$.)
#
# Two things can be read off this picture, and they decide the network's shape. The answer is as large as the question: one number of noise for every pixel. And to give that number the network has to look at
# more than the pixel itself. How far?
#
# ## 1 · As large as the question, and a wide view
#
# Cover everything in $x_t$ but a square window, and ask for the clean pixel in its middle. The ideal denoiser of [chapter 1](01_intuition.ipynb) needs no network: it weighs all known digits by how well *their* window fits,
#
# $$\hat x_0 = \sum_n w_n\,x_0^{(n)}, \qquad w_n\propto\exp\!\left(-\frac{\|x_t-\sqrt{\bar\alpha_t}\,x_0^{(n)}\|^2_W}{2\,(1-\bar\alpha_t)}\right)$$
#
# where $\|\cdot\|_W$ looks at the window $W$ only, and the sum at the middle pixel only. We give it 6000 training digits and ask about 600 test digits. (The figure's axis: $|W|$ counts the window's pixels, so $\sqrt{|W|}$ is its width.)
#
# **Commit:** which window is best at $t=100$: 3×3, 11×11 or 27×27? And at $t=600$?

# %% [markdown] key="first-question" lang="id" ref="75b8c864"
# Sampai $t=200$ gambarnya masih angka empat yang ini, goresan demi goresan; pada 400 kakinya sudah meragukan. Makin ke kanan ia menjadi *sebuah* angka empat, makin lama makin mirip rata-rata semua angka empat: labelnya memberi tahu angka mana yang diminta, sedangkan gambarnya hampir tidak berkata apa-apa lagi. (`v` yang tercetak di atas adalah besaran yang dalam pelatihan harus dijawab jaringan ini, lihat Bab 4: `net(...)` menjawab $v$, dan `model(...)` mengubahnya menjadi $\hat\epsilon$.)
#
# Ada dua hal yang terbaca dari gambar itu, dan keduanya menentukan bentuk jaringan. Jawabannya sebesar pertanyaannya: satu bilangan noise untuk setiap piksel. Dan untuk menyebut bilangan itu, jaringan harus melihat
# lebih dari pikselnya sendiri. Sejauh apa?
#
# ## 1 · Sebesar pertanyaannya, dengan pandangan yang luas
#
# Tutup seluruh $x_t$ kecuali sebuah jendela persegi, lalu tanyakan piksel bersih di tengahnya. Penghilang noise ideal dari [Bab 1](01_intuition.ipynb) tidak memerlukan jaringan: ia menimbang semua angka yang diketahui menurut seberapa cocok jendela *masing-masing*,
#
# $$\hat x_0 = \sum_n w_n\,x_0^{(n)}, \qquad w_n\propto\exp\!\left(-\frac{\|x_t-\sqrt{\bar\alpha_t}\,x_0^{(n)}\|^2_W}{2\,(1-\bar\alpha_t)}\right)$$
#
# Di sini $\|\cdot\|_W$ hanya melihat jendela $W$, dan penjumlahannya hanya dilakukan di piksel tengah. Penghilang noise itu kita beri 6000 angka pelatihan, lalu kita tanyai tentang 600 angka uji. (Sumbu gambarnya: $|W|$ adalah banyaknya piksel jendela, jadi $\sqrt{|W|}$ adalah lebarnya.)
#
# **Putuskan dulu:** jendela mana yang terbaik pada $t=100$: 3×3, 11×11, atau 27×27? Lalu pada $t=600$?

# %% [markdown] key="first-question" lang="ko" ref="75b8c864"
# $t=200$까지는 획 하나하나가 바로 이 숫자입니다. 400에서는 맨 아래 획이 의심스럽습니다. 오른쪽으로 갈수록 클래스만 같은 *어떤* 숫자가 되고, 점점 그 클래스 전체의 평균에 가까워집니다. 어떤 숫자인지는 레이블이 알려 주고, 이미지가 더 보태는 것은 거의 없습니다. (위에 출력된 `v`는 이 신경망이 답하도록 학습한 양입니다. 4장에서 보았습니다. `net(...)`은 $v$를 답하고, `model(...)`은 그것을 $\hat\epsilon$으로 바꿉니다.)
#
# 이 그림에서 두 가지를 읽을 수 있고, 이 두 가지가 신경망의 모양을 정합니다. 첫째, 답은 물음과 크기가 같습니다. 픽셀마다 노이즈 값이 하나씩 있어야 합니다. 둘째, 그 값을 내려면 그 픽셀만 보아서는 안 됩니다. 얼마나 멀리 보아야 합니까?
#
# ## 1 · 물음만큼 큰 답, 그리고 넓은 시야
#
# $x_t$에서 정사각형 창 하나만 남기고 나머지를 모두 가린 다음, 창 한가운데 픽셀의 깨끗한 값을 묻습니다. [1장](01_intuition.ipynb)의 이상적인 노이즈 제거기에는 신경망이 필요 없습니다. 아는 숫자마다 *그 숫자의* 창이 얼마나 잘 맞는지를 보고 가중치를 매깁니다.
#
# $$\hat x_0 = \sum_n w_n\,x_0^{(n)}, \qquad w_n\propto\exp\!\left(-\frac{\|x_t-\sqrt{\bar\alpha_t}\,x_0^{(n)}\|^2_W}{2\,(1-\bar\alpha_t)}\right)$$
#
# $\|\cdot\|_W$는 창 $W$만 보고, 합은 한가운데 픽셀에서만 구합니다. 학습용 숫자 6000장을 알려 주고, 시험용 숫자 600장을 물어봅니다. (그림의 축에서 $|W|$는 창의 픽셀 수이므로 $\sqrt{|W|}$가 창의 너비입니다.)
#
# **답을 먼저 정하십시오.** $t=100$에서는 3×3, 11×11, 27×27 가운데 어느 창이 가장 좋겠습니까? $t=600$에서는 어떻겠습니까?

# %% key="view-window"
known, asked = data.digits("train")[0][:6000], test_x[:600]
reaches = (0, 1, 2, 3, 5, 8, 13)
fig, ax = figures.axes(r"$\sqrt{|W|}$", r"$\|x_0-\hat x_0\|^2$")
for t in (100, 200, 400, 600):
    seen = forward.q_sample(asked, torch.full((600,), t), noise(*asked.shape, seed=t), schedule)
    signal, spread = float(schedule.alpha_bar[t]) ** 0.5, float(1 - schedule.alpha_bar[t])
    found = []
    for r in reaches:
        mine, theirs = (x[:, 0, 14 - r : 15 + r, 14 - r : 15 + r].flatten(1) for x in (seen, known))
        fit = torch.cdist(mine / signal, theirs).square() * signal**2 / (2 * spread)
        found.append(float(((-fit).softmax(1) @ known[:, 0, 14, 14] - asked[:, 0, 14, 14]).square().mean()))
    best = reaches[found.index(min(found))]
    print(f"t={t}  1x1 {found[0]:.3f}  3x3 {found[1]:.3f}  27x27 {found[-1]:.3f}", end="  ")
    print(f"min {min(found):.3f} at {2 * best + 1}x{2 * best + 1}")
    ax.plot([2 * r + 1 for r in reaches], found, marker="o", label=f"t={t}")
ax.legend(bbox_to_anchor=(1, 1))
figures.show(fig, "alt.unet.window")

# %% [markdown] key="view-window-note" lang="en"
# The best window grows with the noise: 3×3 at $t=100$, 5×5 at $t=200$, 7×7 at $t=400$, 17×17 at $t=600$. Under little noise the neighbours know best; under much noise only the whole can say what
# is going on, since hundreds of faint hints must be added up.
#
# (A larger window never *holds* less. The curves rise again because with 6000 known digits no one fits a whole window: the ideal denoiser recites, chapter 1's lesson. A network, which has learnt rules instead of
# digits, suffers far less from that.)
#
# So the network needs **both**: sharp eyes for what is near, and a view of the whole. The usual part for images is the 3×3 convolution: each output pixel is computed from the nine pixels around it, with the same weights
# everywhere, whatever the size of the image. Its view is narrow. Stack $n$ of them and the view is $2n+1$ wide.
#
# **Commit:** our network has 18 such convolutions. A plain stack of 18 sees 37×37 pixels. Ours halves the image twice on its way and brings it back to full size afterwards. How wide is its view: 37 pixels as well, about 80, or all 161 of the large test image in the cell?

# %% [markdown] key="view-window-note" lang="id" ref="d39d0756"
# Jendela terbaik melebar seiring noise: 3×3 pada $t=100$, 5×5 pada $t=200$, 7×7 pada $t=400$, 17×17 pada $t=600$. Selagi noise-nya sedikit, tetangga dekatlah yang paling tahu; kalau noise-nya banyak, hanya keseluruhan gambar yang dapat
# bercerita, sebab ratusan petunjuk samar harus dijumlahkan dulu.
#
# (Jendela yang lebih besar tidak pernah *memuat* informasi lebih sedikit. Kurvanya naik lagi karena di antara 6000 angka itu tidak ada yang cocok dengan jendela selebar itu: penghilang noise ideal hanya menghafal, seperti kita pelajari di Bab 1. Sebuah jaringan, yang mempelajari aturan
# dan bukan menyimpan angka, jauh lebih tahan terhadap hal ini.)
#
# Jadi jaringan memerlukan **keduanya**: mata yang tajam untuk yang dekat, dan pandangan atas keseluruhan. Bagian yang lazim untuk gambar adalah konvolusi 3×3: setiap piksel keluaran dihitung dari sembilan piksel di sekitarnya, dengan bobot yang sama
# di mana-mana, berapa pun ukuran gambarnya. Pandangannya sempit. Tumpuk $n$ buah, dan lebar pandangnya $2n+1$.
#
# **Putuskan dulu:** jaringan kita memiliki 18 konvolusi seperti itu. Tumpukan polos berisi 18 melihat 37×37 piksel. Jaringan kita dua kali membagi dua ukuran gambar di tengah jalan, lalu mengembalikannya ke ukuran penuh. Selebar apa pandangannya: 37 piksel juga, kira-kira 80, atau seluruh 161 piksel gambar uji besar di dalam sel?

# %% [markdown] key="view-window-note" lang="ko" ref="d39d0756"
# 노이즈가 짙을수록 가장 좋은 창이 커집니다. $t=100$에서 3×3, $t=200$에서 5×5, $t=400$에서 7×7, $t=600$에서 17×17입니다. 노이즈가 옅으면 이웃이 가장 잘 압니다. 노이즈가 짙으면 희미한 단서 수백 개를 모아야 하므로 전체를 보아야만 무엇인지 알 수 있습니다.
#
# (창이 커진다고 담긴 정보가 *줄어드는* 일은 없습니다. 그런데도 곡선이 다시 올라가는 까닭은, 아는 숫자 6000장 가운데 창 전체가 들어맞는 것이 없기 때문입니다. 이상적인 노이즈 제거기는 외운 것을 읊을 뿐이라는 1장의 교훈입니다. 숫자 대신 규칙을 배운 신경망은 이런 어려움을 훨씬 덜 겪습니다.)
#
# 그러니 신경망에는 **둘 다** 필요합니다. 가까운 것을 또렷이 보는 눈과, 전체를 보는 눈입니다. 이미지에 흔히 쓰는 부품은 3×3 합성곱입니다. 출력의 픽셀 하나를 그 둘레의 픽셀 아홉 개로 계산하고, 이미지의 크기와 상관없이 어디에서나 같은 가중치를 씁니다. 시야는 좁습니다. $n$개를 쌓으면 시야의 너비는 $2n+1$입니다.
#
# **답을 먼저 정하십시오.** 우리 신경망에는 이런 합성곱이 18개 있습니다. 18개를 그냥 쌓으면 37×37픽셀을 봅니다. 우리 신경망은 도중에 이미지를 두 번 절반으로 줄였다가 원래 크기로 되돌립니다. 시야의 너비는 얼마나 되겠습니까? 똑같이 37픽셀입니까, 80픽셀쯤입니까, 셀에서 쓰는 큰 시험 이미지의 161픽셀 전부입니까?

# %% key="view-reach"
from copy import deepcopy

from torch import nn

from course_lib import unet


def reach(function, size=161):
    x = noise(1, 1, size, size, seed=1).requires_grad_()
    middle = function(x)[0, :, size // 2, size // 2].sum()
    (grad,) = torch.autograd.grad(middle, x)
    return int((grad[0, 0] != 0).any(0).sum())


for n in (1, 2, 18):
    print(f"{n:2d} x conv: {reach(nn.Sequential(*[nn.Conv2d(1, 1, 3, padding=1) for _ in range(n)]))}")
bare = deepcopy(net)
for part in list(bare.modules()):
    for name, child in list(part.named_children()):
        if isinstance(child, nn.GroupNorm | unet.Attention):
            setattr(part, name, nn.Identity())
print("U-Net:", reach(lambda x: bare(x, torch.tensor([500]))), sep="      ")
print("3x3:", sum(isinstance(part, nn.Conv2d) and part.kernel_size == (3, 3) for part in net.modules()))
for size, width in ((28, 32), (14, 64), (7, 128), (28, 128)):
    print(f"{size}x{size}  {width} channels  {9 * size**2 * width**2}  theta {9 * width**2}")

# %% [markdown] key="view-reach-note" lang="en"
# 81: more than twice as wide, though the number of convolutions is the same. The gradient of one output pixel tells which input pixels it depends on; we counted them. (We took out normalisation and attention first: through them *every* pixel depends at least a little on every other, and here the convolutions alone are asked.)
#
# The trick is in the name: the U-Net goes **down**, halves the image twice, and comes up again. On a halved image a 3×3 window spans twice as much. Ronneberger, Fischer & Brox 2015 drew it for finding the outlines of cells under
# a microscope; since then it has been the usual choice wherever an image must become another image of the same size, such as in the restoration of photographs. Noise out of a noisy image is such a task.
#
# The last lines show why it is affordable: halving the image leaves a quarter of the pixels, so one can double the channels at an *equal* number of multiplications, 7225344 at each level. The lowest level has 16 times the
# weights of the top one, at the same price. At full size the same 128 channels would cost 16 times as much.

# %% [markdown] key="view-reach-note" lang="id" ref="c78a766c"
# 81: lebih dari dua kali lipat, padahal banyaknya konvolusi sama. Gradien satu piksel keluaran menunjukkan piksel masukan mana saja yang memengaruhinya; piksel-piksel itulah yang kita hitung. (Normalisasi dan atensi kita cabut dulu: lewat keduanya, *setiap* piksel bergantung setidaknya sedikit pada semua piksel lain, padahal di sini yang ditanyai hanya konvolusinya.)
#
# Rahasianya ada di huruf U pada namanya: U-Net berjalan **turun**, membagi dua ukuran gambar sebanyak dua kali, lalu naik lagi. Pada gambar yang sudah dibagi dua, jendela 3×3 merentang dua kali lebih jauh. Ronneberger, Fischer & Brox 2015 merancangnya untuk menemukan garis tepi sel di bawah
# mikroskop; sejak itu ia menjadi pilihan yang lazim di mana pun sebuah gambar harus diubah menjadi gambar lain yang sama besar, misalnya dalam pemulihan foto. Memisahkan noise dari gambar bernoise adalah tugas semacam itu.
#
# Baris-baris terakhir menunjukkan mengapa ongkosnya terjangkau: kalau ukuran gambar dibagi dua, pikselnya tinggal seperempat, sehingga kanalnya boleh digandakan sementara banyaknya perkalian tetap *sama*, 7225344 di setiap tingkat. Tingkat terbawah memiliki bobot 16 kali lebih banyak
# daripada tingkat teratas, dengan ongkos yang sama. Pada ukuran penuh, ongkos 128 kanal yang sama akan menjadi 16 kali lipat.

# %% [markdown] key="view-reach-note" lang="ko" ref="c78a766c"
# 81입니다. 합성곱의 개수는 같은데 두 배 넘게 넓습니다. 출력 픽셀 하나의 기울기를 보면 그 픽셀이 입력의 어느 픽셀에 달려 있는지 알 수 있고, 우리는 그 개수를 세었습니다. (정규화와 어텐션은 먼저 떼어 냈습니다. 그 둘을 거치면 *모든* 픽셀이 다른 모든 픽셀에 조금씩은 달려 있게 되는데, 여기서는 합성곱에만 묻기 때문입니다.)
#
# 비결은 이름에 있습니다. U-Net은 **아래로** 내려가며 이미지를 두 번 절반으로 줄인 다음 다시 올라옵니다. 절반으로 줄인 이미지에서는 3×3 창이 두 배 넓은 곳을 덮습니다. Ronneberger, Fischer & Brox 2015는 현미경 사진에서 세포의 윤곽을 찾으려고 이 신경망을 고안했습니다. 그 뒤로 사진 복원처럼 이미지를 같은 크기의 다른 이미지로 바꾸는 일에는 으레 이것을 씁니다. 노이즈 낀 이미지에서 노이즈를 찾아내는 것도 그런 일입니다.
#
# 비용을 감당할 수 있는 까닭은 출력의 마지막 몇 줄에 있습니다. 이미지를 절반으로 줄이면 픽셀은 사분의 일만 남으므로, 채널을 두 배로 늘려도 곱셈 횟수는 *똑같습니다*. 어느 층에서나 7225344번입니다. 맨 아래층은 맨 위층의 16배나 되는 가중치를 같은 비용으로 씁니다. 원래 크기에서 똑같이 128채널을 쓰면 비용이 16배가 됩니다.

# %% [markdown] key="ex-shapes-task" lang="en"
# ### Exercise: the sizes
#
# Before building anything, an engineer writes down the shapes. Let a network have `widths` channels on its levels (ours: `(32, 64, 128)`). On the way down, the first level keeps the image's size and each next one halves it; **an
# odd size is rounded up** (a convolution with stride 2 and padding 1 turns 7 into 4). On the way up, each level takes its size from the level of the same number on the way down: that is where the skip connection comes from.
#
# Write `shapes(size, widths)`, with `size = (height, width)`: the list of `(channels, height, width)`, first one for each level down, then one for each level up, $2L-1$ of them for $L$ levels. What *leaves* a level counts, not
# what enters it. (`solution("unet.shapes")` in a new cell shows ours.)

# %% [markdown] key="ex-shapes-task" lang="id" ref="fe1cc442"
# ### Latihan: ukuran-ukurannya
#
# Sebelum membangun apa pun, seorang perancang menuliskan dulu bentuk setiap tensornya. Misalkan sebuah jaringan memiliki `widths` kanal di tingkat-tingkatnya (jaringan kita: `(32, 64, 128)`). Pada jalan turun, tingkat pertama mempertahankan ukuran gambar dan setiap tingkat berikutnya membaginya dua;
# **ukuran ganjil dibulatkan ke atas** (konvolusi dengan stride 2 dan padding 1 mengubah 7 menjadi 4). Pada jalan naik, setiap tingkat mengambil ukurannya dari tingkat bernomor sama pada jalan turun: dari sanalah datangnya sambungan lompat (skip connection).
#
# Tulis `shapes(size, widths)`, dengan `size = (height, width)`: daftar berisi `(channels, height, width)`, mula-mula satu untuk setiap tingkat pada jalan turun, lalu satu untuk setiap tingkat pada jalan naik, seluruhnya $2L-1$ untuk $L$ tingkat. Yang dicatat adalah yang *keluar* dari sebuah tingkat,
# bukan yang masuk. (`solution("unet.shapes")` di sel baru menampilkan versi kursus ini.)

# %% [markdown] key="ex-shapes-task" lang="ko" ref="fe1cc442"
# ### 연습문제: 크기
#
# 엔지니어는 무엇이든 만들기 전에 모양부터 적어 봅니다. 신경망의 층마다 채널이 `widths`개씩 있다고 합시다(우리 신경망은 `(32, 64, 128)`). 내려가는 길에서 첫 층은 이미지의 크기를 그대로 두고, 그다음 층부터는 절반으로 줄입니다. **홀수 크기는 올림합니다**(스트라이드 2, 패딩 1인 합성곱을 지나면 7이 4가 됩니다). 올라가는 길에서는 층마다 내려가는 길의 같은 층에서 크기를 가져옵니다. 스킵 연결이 바로 거기서 오기 때문입니다.
#
# `shapes(size, widths)` 함수를 작성하십시오. `size = (height, width)`입니다. 돌려줄 것은 `(channels, height, width)`의 리스트로, 먼저 내려가는 층마다 하나씩, 그다음 올라가는 층마다 하나씩 적습니다. 층이 $L$개이면 모두 $2L-1$개입니다. 층에 들어가는 것이 아니라 층에서 *나오는* 것을 적습니다. (새 셀에서 `solution("unet.shapes")`를 실행하면 강의의 풀이가 나옵니다.)

# %% key="ex-shapes" exercise="unet.shapes"
from course_lib.exercises import check, solution


def shapes(size, widths):
    ### BEGIN SOLUTION
    height, width = size
    down = []
    for channels in widths:
        down.append((channels, height, width))
        height, width = (height + 1) // 2, (width + 1) // 2
    return down + down[-2::-1]
    ### END SOLUTION


# %% key="check-shapes" check="unet.shapes"
check("unet.shapes", shapes)

# %% [markdown] key="build" lang="en"
# ## 2 · Build it
#
# You need one part above all, the **residual block**. It gets a map $h$ of feature channels and a vector $e$ that tells it $t$ and the label (sections 3 and 6):
#
# $$h\ \mapsto\ b(h) + C_2\,\sigma\big((1+s)\odot N_2(C_1\,\sigma(N_1(h))) + m\big), \qquad (s,m) = A\,e + a$$
#
# $C_1,C_2$ are 3×3 convolutions; $N_1,N_2$ normalise (`GroupNorm`: mean 0, standard deviation 1 over groups of channels); $\sigma(x)=x/(1+e^{-x})$ bends (`silu`). $e$ acts by scaling and shifting every channel, at one place in each block
# (Dhariwal & Nichol 2021, section 3). $b$ is the bypass: $h$ itself, or a 1×1 convolution where the number of channels changes.
#
# **Commit:** at the start of training the weights of $C_2$ are set to 0, and so are those of the network's very last convolution. What does such a block do, and what does the whole untrained network answer?

# %% [markdown] key="build" lang="id" ref="9bb340ce"
# ## 2 · Mari kita susun
#
# Ada satu bagian yang terpenting, yaitu **blok residual**. Ia menerima peta $h$ berisi kanal-kanal fitur dan sebuah vektor $e$ yang memberi tahu $t$ dan labelnya (bagian 3 dan 6):
#
# $$h\ \mapsto\ b(h) + C_2\,\sigma\big((1+s)\odot N_2(C_1\,\sigma(N_1(h))) + m\big), \qquad (s,m) = A\,e + a$$
#
# $C_1,C_2$ adalah konvolusi 3×3; $N_1,N_2$ menormalkan (`GroupNorm`: rata-rata 0 dan simpangan baku 1 atas kelompok-kelompok kanal); $\sigma(x)=x/(1+e^{-x})$ membengkokkan (`silu`). $e$ bekerja dengan menskalakan dan menggeser setiap kanal, di satu tempat di setiap blok
# (Dhariwal & Nichol 2021, bagian 3). $b$ adalah jalan pintasnya: $h$ itu sendiri, atau sebuah konvolusi 1×1 bila banyak kanalnya berubah.
#
# **Putuskan dulu:** di awal pelatihan, bobot $C_2$ disetel ke 0, begitu pula bobot konvolusi yang paling akhir di jaringan itu. Apa yang dilakukan blok seperti itu, dan apa jawaban seluruh jaringan yang belum terlatih?

# %% [markdown] key="build" lang="ko" ref="9bb340ce"
# ## 2 · 만들기
#
# 무엇보다 필요한 부품은 **잔차 블록**입니다. 특징 채널로 이루어진 맵 $h$와, $t$와 레이블을 알려 주는 벡터 $e$를 받습니다(3절과 6절).
#
# $$h\ \mapsto\ b(h) + C_2\,\sigma\big((1+s)\odot N_2(C_1\,\sigma(N_1(h))) + m\big), \qquad (s,m) = A\,e + a$$
#
# $C_1,C_2$는 3×3 합성곱입니다. $N_1,N_2$는 정규화입니다(`GroupNorm`: 채널을 몇 개씩 묶어 평균 0, 표준편차 1로 맞춥니다). $\sigma(x)=x/(1+e^{-x})$는 직선을 구부립니다(`silu`). $e$는 블록마다 한 곳에서 모든 채널의 값에 배수를 곱하고 수를 더합니다(Dhariwal & Nichol 2021, 3절). $b$는 옆길입니다. $h$를 그대로 보내거나, 채널 수가 바뀌는 곳에서는 1×1 합성곱을 씁니다.
#
# **답을 먼저 정하십시오.** 학습을 시작할 때 $C_2$의 가중치와 신경망 맨 마지막 합성곱의 가중치는 모두 0입니다. 이런 블록은 무슨 일을 합니까? 아직 학습하지 않은 신경망 전체는 무엇을 답합니까?


# %% key="build-block"
def norm(part, h):
    groups = h.reshape(len(h), part.num_groups, -1)
    mean, var = groups.mean(2, keepdim=True), groups.var(2, correction=0, keepdim=True)
    h = ((groups - mean) / (var + part.eps).sqrt()).reshape(h.shape)
    return h * part.weight[:, None, None] + part.bias[:, None, None]


def residual_block(part, h, e):
    s, m = (e @ part.scale_shift.weight.T + part.scale_shift.bias)[:, :, None, None].chunk(2, dim=1)
    inner = part.conv_1(F.silu(norm(part.norm_1, h)))
    inner = (1 + s) * norm(part.norm_2, inner) + m
    return part.bypass(h) + part.conv_2(F.silu(inner))


h, e = noise(6, 32, 28, 28, seed=2), noise(6, 128, seed=3)
with torch.no_grad():
    off = (residual_block(net.down[0], h, e) - net.down[0](h, e)).abs().max()
    untrained = unet.UNet().eval()
    fresh = untrained.down[0]
    print(f"max|error| {off:.0e}  block(h) = h: {torch.equal(fresh(h, e), h)}", end="  ")
    print("max|answer|", float(untrained(x_t, torch.full((6,), 500)).abs().max()))
assert off < 1e-4

# %% [markdown] key="build-down" lang="en"
# An untrained block hands on its input, an untrained network answers 0, whatever its blocks hand on: the last convolution multiplies all of it by 0. Training begins with the most modest answer instead of a random one.
#
# Now stack. **Down:** a first convolution (*stem*) makes 32 channels of one. Then on each level a block, and a convolution with stride 2 that shrinks the image and widens the channels. What leaves the block is put aside: that is the
# skip connection. **In the middle:** block, attention (section 5), block.

# %% [markdown] key="build-down" lang="id" ref="f80ceed2"
# Blok yang belum terlatih meneruskan masukannya apa adanya; jaringan yang belum terlatih menjawab 0, apa pun yang diteruskan bloknya: konvolusi terakhir mengalikan semuanya dengan 0. Pelatihan berangkat dari jawaban yang paling bersahaja, bukan dari jawaban acak.
#
# Sekarang kita tumpuk. **Turun:** konvolusi pertama (*stem*) membuat 32 kanal dari satu. Lalu di setiap tingkat ada sebuah blok, disusul konvolusi dengan stride 2 yang menyusutkan gambar dan memperbanyak kanal. Yang keluar dari blok kita sisihkan: itulah
# sambungan lompat. **Di tengah:** blok, atensi (bagian 5), blok.

# %% [markdown] key="build-down" lang="ko" ref="f80ceed2"
# 학습하지 않은 블록은 받은 것을 그대로 넘기고, 학습하지 않은 신경망은 0을 답합니다. 블록이 무엇을 넘기든 마지막 합성곱이 모두 0을 곱하기 때문입니다. 학습은 아무렇게나 고른 답이 아니라 가장 겸손한 답에서 시작합니다.
#
# 이제 쌓습니다. **아래로:** 첫 합성곱(*stem*)이 채널 하나를 32개로 만듭니다. 그런 다음 층마다 블록 하나, 그리고 이미지를 줄이며 채널을 늘리는 스트라이드 2짜리 합성곱 하나를 지납니다. 블록에서 나온 것은 따로 챙겨 둡니다. 이것이 스킵 연결입니다. **가운데:** 블록, 어텐션(5절), 블록을 지납니다.

# %% key="build-down-run"
t = torch.tensor([50, 200, 400, 600, 800, 1000])
e = net.embed(t, y)
h, aside = net.stem(x_t), []
print("stem    ", tuple(h.shape[1:]))
for level in (0, 1):
    h = residual_block(net.down[level], h, e)
    aside.append(h)
    print("block   ", tuple(h.shape[1:]))
    h = net.shrink[level](h)
    print("shrink  ", tuple(h.shape[1:]))
h = residual_block(net.middle_1, h, e)
h = residual_block(net.middle_2, net.attention(h), e)
print("middle  ", tuple(h.shape[1:]), "values", h[0].numel(), "of", aside[0][0].numel())
bottom = h

# %% [markdown] key="build-up" lang="en"
# At the lowest level a map pixel stands for 4×4 image pixels, and it may say 128 things about them: what kind of stroke, which bend, ink or paper. There is room for *what*, little for *where exactly*.
#
# **Up:** enlarge (each pixel becomes four), convolve, and put the map that was set aside beside it: 32 + 32 = 64 channels go into the last block. Last put aside, first used.
#
# **Commit:** swap the two halves, `[skip, h]` for `[h, skip]`. Does Python complain? Does the answer notice?

# %% [markdown] key="build-up" lang="id" ref="9bd2fdb9"
# Di tingkat terbawah, satu piksel peta mewakili 4×4 piksel gambar, dan ia boleh mengatakan 128 hal tentangnya: goresan macam apa, lengkungan yang mana, tinta atau kertas. Untuk *apa* tersedia banyak tempat, untuk *di mana tepatnya* hanya sedikit.
#
# **Naik:** besarkan (setiap piksel menjadi empat), jalankan konvolusi, lalu letakkan di sampingnya peta yang tadi disisihkan: 32 + 32 = 64 kanal masuk ke blok terakhir. Yang terakhir disisihkan, yang pertama dipakai.
#
# **Putuskan dulu:** tukar kedua paruhnya, `[skip, h]` di tempat `[h, skip]`. Apakah Python mengeluh? Apakah jawabannya terpengaruh?

# %% [markdown] key="build-up" lang="ko" ref="9bd2fdb9"
# 맨 아래층에서 맵의 픽셀 하나는 이미지의 픽셀 4×4개를 대신하고, 그에 대해 128가지를 말할 수 있습니다. 어떤 획인지, 어떻게 굽었는지, 잉크인지 종이인지. *무엇*인지를 말할 자리는 넉넉하지만, *정확히 어디*인지를 말할 자리는 거의 없습니다.
#
# **위로:** 맵을 키우고(픽셀 하나가 넷이 됩니다) 합성곱을 거친 다음, 챙겨 둔 맵을 옆에 붙입니다. 그래서 마지막 블록에는 32 + 32 = 64채널이 들어갑니다. 맨 나중에 챙긴 것을 맨 먼저 씁니다.
#
# **답을 먼저 정하십시오.** 앞뒤 절반을 바꾸어 `[h, skip]` 대신 `[skip, h]`로 붙입니다. 파이썬이 오류를 내겠습니까? 답은 달라지겠습니까?


# %% key="build-up-run"
def up(h, join):
    stack = list(aside)
    for level in (0, 1):
        skip = stack.pop()
        h = F.interpolate(net.grow[level](h), size=skip.shape[-2:])
        joined = torch.cat(join(h, skip), dim=1)
        h = residual_block(net.up[level], joined, e)
        print(tuple(joined.shape[1:]), "->", tuple(h.shape[1:]), end="  ")
    return net.head(F.silu(norm(net.norm, h)))


theirs = net(x_t, t, y)
off = {}
for name, join in (("h, skip", lambda h, skip: [h, skip]), ("skip, h", lambda h, skip: [skip, h])):
    mine = up(bottom, join)
    off[name] = float((mine - theirs).abs().max())
    print(tuple(mine.shape[1:]), f"[{name}] max|error| {off[name]:.0e}")
assert off["h, skip"] < 1e-4 < 0.1 < off["skip, h"]

# %% [markdown] key="build-note" lang="en"
# Nobody complains. The shapes fit, the code runs, and the answer is wrong by whole units: which half is which was a *convention*, fixed by training. In the right order your network and ours agree up to rounding. That is all there
# is to it: four kinds of parts (convolution, block, attention, enlargement), thirteen places.
#
# What follows needs the same walk with a hook, so that we can look at any place or change what passes there. `change(place, h)` gets each map and returns what goes on. Hands off, it must be our network again, at every place.

# %% [markdown] key="build-note" lang="id" ref="44226d53"
# Tidak ada yang mengeluh. Bentuknya cocok, kodenya berjalan, dan jawabannya meleset sampai beberapa satuan penuh: paruh mana yang di depan adalah *kesepakatan*, dan pelatihanlah yang menetapkannya. Dengan urutan yang benar, jaringanmu dan jaringan kursus ini cocok dalam batas pembulatan. Memang hanya
# itu isinya: empat macam bagian (konvolusi, blok, atensi, pembesaran), di tiga belas tempat.
#
# Selanjutnya kita memerlukan perjalanan yang sama, ditambah sebuah kait (*hook*), supaya kita dapat melihat tempat mana pun atau mengubah apa yang lewat di sana. `change(place, h)` menerima setiap peta dan mengembalikan apa yang diteruskan. Kalau tidak ada yang diubah, hasilnya harus kembali sama dengan jaringan kita, di setiap tempat.

# %% [markdown] key="build-note" lang="ko" ref="44226d53"
# 오류는 나지 않습니다. 모양도 맞고 코드도 돌아가는데, 답은 일의 자리부터 틀립니다. 어느 쪽이 어느 절반인지는 학습할 때 정해진 *약속*이었습니다. 순서를 지키면 여러분의 신경망과 강의의 신경망은 반올림 오차 안에서 같습니다. 이것이 전부입니다. 네 가지 부품(합성곱, 블록, 어텐션, 확대)이 열세 곳에 놓여 있을 뿐입니다.
#
# 이제부터는 같은 길을 걷되, 어느 자리든 들여다보거나 그곳을 지나는 것을 바꿀 수 있어야 합니다. `change(place, h)`가 맵을 하나하나 받아, 다음으로 넘길 것을 돌려줍니다. 아무것도 건드리지 않으면 모든 자리의 값이 우리 신경망과 같아야 합니다.


# %% key="build-walk"
def walk(net, x_t, e, change=lambda place, h: h):
    h, aside = change("stem", net.stem(x_t)), []
    for i, (block, shrink) in enumerate(zip(net.down, net.shrink, strict=True), 1):
        h = change(f"down_{i}", block(h, e))
        aside.append(change(f"skip_{i}", h))
        h = change(f"shrink_{i}", shrink(h))
    h = change("middle_1", net.middle_1(h, e))
    h = change("attention", net.attention(h))
    h = change("middle_2", net.middle_2(h, e))
    for i, (grow, block) in enumerate(zip(net.grow, net.up, strict=True), 1):
        skip = aside.pop()
        h = change(f"grow_{i}", F.interpolate(grow(h), size=skip.shape[-2:]))
        h = change(f"up_{i}", block(torch.cat([h, skip], dim=1), e))
    return change("head", net.head(F.silu(net.norm(h))))


maps = {}
answer = walk(net, x_t, net.embed(t, y), lambda place, h: maps.setdefault(place, h))
library = unet.feature_maps(net, x_t, t, y)
worst = max(float((maps[place] - h).abs().max()) for place, h in library.items())
print(len(library), f"max|error| {worst:.0e}")
for place, h in library.items():
    print(f"{place:10s}", "×".join(map(str, h.shape[1:])))
assert worst < 1e-6 and list(library) == [place for place in maps if not place.startswith("skip")]

# %% [markdown] key="ex-time-task" lang="en"
# ## 3 · Time
#
# The same pixels mean different things at $t=50$ and at $t=800$: a grey speck is ink in the one, noise in the other. So the network is told $t$, in every block. But how does one tell a network a whole number between 1 and 1000?
#
# Think of a clock. One hand turns fast and tells neighbouring seconds apart; another turns slowly and tells morning from evening. The **time embedding** is a clock with many hands, each written as its cosine and sine:
#
# $$e(t) = \big[\cos(\omega_0 t),\dots,\cos(\omega_{K-1}t),\ \sin(\omega_0 t),\dots,\sin(\omega_{K-1}t)\big], \qquad \omega_k = 10000^{-k/K}$$
#
# It is the positional encoding of Vaswani et al. 2017 (section 3.5), with $t$ in the place of a word's position. Two layers (`net.time`) and the label (section 6) then turn this $e(t)$ into the vector $e$ that the blocks get.
#
# ### Exercise: the clock
#
# Write `time_embedding(t, width)`: `t` of shape `(B,)`, `width` even, $K$ = `width // 2` hands. The answer has the shape `(B, width)`: **first all cosines, then all sines** (other libraries interleave them; like the halves in section 2, it is a
# convention). Before you write: what are $e(0)$ and the length of $e(t)$?

# %% [markdown] key="ex-time-task" lang="id" ref="f277821d"
# ## 3 · Waktu
#
# Piksel yang sama berbeda artinya pada $t=50$ dan pada $t=800$: sebuah bintik kelabu adalah tinta pada yang satu dan noise pada yang lain. Karena itu jaringan diberi tahu $t$, di setiap blok. Tetapi bagaimana caranya memberi tahu sebuah jaringan tentang bilangan bulat antara 1 dan 1000?
#
# Bayangkan sebuah jam. Satu jarumnya berputar cepat dan membedakan detik yang bertetangga; jarum lain berputar lambat dan membedakan pagi dari petang. **Embedding waktu** adalah jam dengan banyak jarum, dan setiap jarum ditulis sebagai kosinus dan sinusnya:
#
# $$e(t) = \big[\cos(\omega_0 t),\dots,\cos(\omega_{K-1}t),\ \sin(\omega_0 t),\dots,\sin(\omega_{K-1}t)\big], \qquad \omega_k = 10000^{-k/K}$$
#
# Inilah positional encoding (penyandian posisi) dari Vaswani et al. 2017 (bagian 3.5), dengan $t$ di tempat posisi kata. Dua lapisan (`net.time`) dan label (bagian 6) lalu mengubah $e(t)$ ini menjadi vektor $e$ yang diterima blok-blok.
#
# ### Latihan: jamnya
#
# Tulis `time_embedding(t, width)`: `t` berbentuk `(B,)`, `width` genap, $K$ = `width // 2` jarum. Jawabannya berbentuk `(B, width)`: **semua kosinus dulu, baru semua sinus** (pustaka lain menulisnya berselang-seling; seperti kedua paruh di bagian 2, ini
# kesepakatan). Sebelum menulis: berapakah $e(0)$, dan berapa panjang $e(t)$?

# %% [markdown] key="ex-time-task" lang="ko" ref="f277821d"
# ## 3 · 시간
#
# 똑같은 픽셀도 $t=50$에서와 $t=800$에서는 뜻이 다릅니다. 회색 점 하나가 한쪽에서는 잉크이고 다른 쪽에서는 노이즈입니다. 그래서 모든 블록에서 신경망에 $t$를 알려 줍니다. 그런데 1과 1000 사이의 정수를 신경망에 어떻게 알려 주면 좋겠습니까?
#
# 시계를 떠올려 보십시오. 어떤 바늘은 빨리 돌아 바로 옆의 초를 구별하고, 어떤 바늘은 천천히 돌아 아침과 저녁을 구별합니다. **시간 임베딩**은 바늘이 많은 시계이고, 바늘마다 코사인과 사인으로 적습니다.
#
# $$e(t) = \big[\cos(\omega_0 t),\dots,\cos(\omega_{K-1}t),\ \sin(\omega_0 t),\dots,\sin(\omega_{K-1}t)\big], \qquad \omega_k = 10000^{-k/K}$$
#
# Vaswani et al. 2017(3.5절)의 위치 인코딩에서 단어의 위치가 있던 자리에 $t$를 넣은 것입니다. 그다음 선형층 두 개(`net.time`)와 레이블(6절)이 이 $e(t)$를 블록이 받을 벡터 $e$로 바꿉니다.
#
# ### 연습문제: 시계
#
# `time_embedding(t, width)` 함수를 작성하십시오. `t`의 모양은 `(B,)`, `width`는 짝수이고, 바늘은 $K$ = `width // 2`개입니다. 답의 모양은 `(B, width)`입니다. **먼저 코사인을 모두, 그다음 사인을 모두** 적습니다(둘을 번갈아 적는 라이브러리도 있습니다. 2절의 두 절반처럼 이것도 약속입니다). 작성하기 전에 생각해 보십시오. $e(0)$은 무엇이고, $e(t)$의 길이는 얼마입니까?


# %% key="ex-time" exercise="unet.time_embedding"
def time_embedding(t, width):
    ### BEGIN SOLUTION
    k = torch.arange(width // 2)
    omega = 10000.0 ** (-k / (width // 2))
    angles = t[:, None] * omega[None, :]
    return torch.cat([angles.cos(), angles.sin()], dim=1)
    ### END SOLUTION


# %% key="check-time" check="unet.time_embedding"
check("unet.time_embedding", time_embedding)

# %% [markdown] key="time" lang="en"
# $e(0)$ has ones, then zeros; the length is always $\sqrt K$, since $\cos^2+\sin^2=1$. Two such clocks are compared by their inner product, and there the sines and cosines pay off:
#
# $$\langle e(t),e(s)\rangle = \sum_k \cos\!\big(\omega_k(t-s)\big)$$
#
# It depends on $t-s$ alone, not on where on the clock we are.
#
# **Commit:** which is further from $e(500)$: $e(510)$, or $e(1000)$? By about what factor?

# %% [markdown] key="time" lang="id" ref="63ba3ed8"
# $e(0)$ berisi angka satu semua di paruh pertama, lalu nol semua; panjangnya selalu $\sqrt K$, sebab $\cos^2+\sin^2=1$. Dua jam seperti ini dibandingkan lewat hasil kali dalamnya, dan di situlah sinus dan kosinus berjasa:
#
# $$\langle e(t),e(s)\rangle = \sum_k \cos\!\big(\omega_k(t-s)\big)$$
#
# Nilainya hanya bergantung pada $t-s$, bukan pada di mana kita berada pada jam itu.
#
# **Putuskan dulu:** mana yang lebih jauh dari $e(500)$: $e(510)$ atau $e(1000)$? Kira-kira berapa kali lipat?

# %% [markdown] key="time" lang="ko" ref="63ba3ed8"
# $e(0)$에서는 앞의 코사인이 모두 최댓값이고 뒤의 사인이 모두 영입니다. $\cos^2+\sin^2=1$이므로 길이는 언제나 $\sqrt K$입니다. 두 시계는 내적으로 비교하는데, 사인과 코사인을 함께 쓴 보람이 여기서 나타납니다.
#
# $$\langle e(t),e(s)\rangle = \sum_k \cos\!\big(\omega_k(t-s)\big)$$
#
# 내적은 $t-s$에만 달려 있습니다. 지금이 몇 시인지는 상관이 없습니다.
#
# **답을 먼저 정하십시오.** $e(510)$과 $e(1000)$ 가운데 어느 쪽이 $e(500)$에서 더 멉니까? 몇 배쯤 멀겠습니까?

# %% key="time-drawn"
every = torch.arange(1, 1001)
e_t = unet.time_embedding(every.double(), 64).double()
omega = 10000.0 ** (-torch.arange(32, dtype=torch.float64) / 32)
gap = (every[:, None] - every[None, :]).double()
by_gap = sum((w * gap).cos() for w in omega)
off = float((e_t @ e_t.T - by_gap).abs().max())
print(f"max|error| {off:.0e}  length {e_t.norm(dim=1).max():.3f}")
print(f"turn {2 * torch.pi / omega[0]:.2f} .. {2 * torch.pi / omega[-1]:.0f}")
far = (e_t[0] - e_t).norm(dim=1)
print({d: f"{far[d]:.2f}" for d in (1, 2, 10, 100, 500, 999)})
fig, ax = figures.axes(r"$t$", columns=2, size=(5, 3))
ax[0].imshow(e_t.T, aspect="auto", cmap="gray", extent=(1, 1000, 63.5, -0.5))
ax[0].grid(False)
ax[1].semilogx(every[:-1], far[1:])
ax[1].set(xlabel=r"$|t-s|$", ylabel=r"$\|e(t)-e(s)\|$")
assert off < 1e-2
figures.show(fig, "alt.unet.clock")

# %% [markdown] key="told" lang="en"
# $e(1000)$, as one would hope: 7.15 against 4.68 for $e(510)$. But fifty times the distance in time is only one and a half times the distance on the clock. The embedding says *not the same $t$* loudly (one step: 1.47) and *how far away* softly: the distance rises roughly with the logarithm of the gap. The wiggles are not small: 999 steps apart (6.54) is nearer than 500 apart (7.15). The fastest hand turns once in 6.28 steps, the slowest would need 47117. Left in the figure, each column is the clock at one $t$, cosines above sines: the fast
# hands at the top of each half, the slow ones at its bottom.
#
# ### Tell it the wrong time
#
# What does the network *do* with $t$? Lie to it. The sampler goes on as usual, 20 DDIM steps (chapter 7) from $T$ to 0, and all other arithmetic knows the right $t$; but the network is told the same $t$ at every step.
#
# One text describes the network's second input as “random noise and data with the same *shape* as the time embedding”. A shape is not a message. So in one row, *z*, the clock is replaced by random numbers of exactly its shape.
#
# **Commit:** always told $t=1$, what does it draw? And always told $t=1000$?

# %% [markdown] key="told" lang="id" ref="e42eee8a"
# $e(1000)$, seperti yang kita harapkan: 7.15, sedangkan $e(510)$ 4.68. Tetapi jarak waktu yang lima puluh kali lipat hanya menjadi satu setengah kali jarak pada jam. Embedding itu berseru lantang bahwa *$t$-nya tidak sama* (satu langkah: 1.47), lalu hanya berbisik *seberapa jauh*: jaraknya naik kira-kira seiring logaritma selisih waktunya. Ombak pada kurvanya tidak kecil: selisih 999 langkah (6.54) lebih dekat daripada selisih 500 langkah (7.15). Jarum tercepat berputar satu kali dalam 6.28 langkah, yang paling lambat memerlukan 47117 langkah. Di panel kiri, setiap kolom adalah jam itu pada satu $t$, kosinus di atas sinus: di setiap paruh, jarum-jarum
# cepat berada di atas dan yang lambat di bawah.
#
# ### Kita beri tahu waktu yang salah
#
# Apa yang sebenarnya *diperbuat* jaringan dengan $t$? Bohongi saja. Sampler berjalan seperti biasa, 20 langkah DDIM (Bab 7) dari $T$ ke 0, dan semua hitungan lain memakai $t$ yang benar; hanya jaringan yang setiap kali diberi tahu $t$ yang itu-itu juga.
#
# Sebuah tulisan menggambarkan masukan kedua jaringan sebagai “noise acak dan data dengan *bentuk* yang sama seperti embedding waktu”. Bentuk bukanlah pesan. Maka di satu baris, *z*, jamnya kita ganti dengan bilangan acak yang bentuknya persis sama.
#
# **Putuskan dulu:** kalau selalu diberi tahu $t=1$, apa yang digambarnya? Dan kalau selalu $t=1000$?

# %% [markdown] key="told" lang="ko" ref="e42eee8a"
# 바라던 대로 $e(1000)$입니다. 거리는 7.15이고 $e(510)$은 4.68입니다. 그런데 시간으로는 쉰 배 먼 것이 시계에서는 한 배 반밖에 멀지 않습니다. 임베딩은 *같은 $t$가 아니다*라는 말은 큰 소리로 하고(한 단계에 1.47), *얼마나 먼지*는 나직이 말합니다. 거리는 대략 시간 차이의 로그를 따라 늘어납니다. 물결은 작지 않습니다. 999단계 떨어진 것(6.54)이 500단계 떨어진 것(7.15)보다 가깝습니다. 가장 빠른 바늘은 6.28단계에 한 바퀴를 돌고, 가장 느린 바늘은 47117단계가 걸립니다. 왼쪽 그림의 세로줄은 하나하나가 어느 $t$의 시계이고, 코사인이 위, 사인이 아래입니다. 어느 절반에서나 빠른 바늘은 위쪽에, 느린 바늘은 아래쪽에 있습니다.
#
# ### 틀린 시각을 알려 주기
#
# 신경망은 $t$로 무엇을 *합니까*? 거짓말을 해 봅시다. 샘플러는 평소처럼 $T$에서 0까지 DDIM 20단계(7장)를 걷고, 다른 계산에는 모두 옳은 $t$를 씁니다. 신경망에만 단계마다 똑같은 $t$를 알려 줍니다.
#
# 어떤 글은 신경망의 둘째 입력을 “시간 임베딩과 *모양*이 같은 무작위 노이즈와 데이터”라고 설명합니다. 모양이 같다고 뜻이 전해지는 것은 아닙니다. 그래서 *z* 줄에서는 시계 대신 모양이 꼭 같은 난수를 넣습니다.
#
# **답을 먼저 정하십시오.** 언제나 $t=1$이라고 알려 주면 무엇을 그리겠습니까? 언제나 $t=1000$이라고 알려 주면 어떻겠습니까?

# %% key="told-draw"
from course_lib import metrics, parameterisations, samplers

labels, x_T, g = torch.arange(10), noise(10, 1, 28, 28, seed=4), torch.Generator().manual_seed(5)
grid = samplers.times(1000, 20)


def eps_of(answer):
    return lambda x_t, t, y: parameterisations.to_eps(model.kind, answer(x_t, t, y), x_t, t, schedule)


def draw(predict, y=labels, x_T=x_T):
    steps = samplers.sample(lambda x_t, t: predict(x_t, t, y), samplers.ddim_step, x_T, schedule, grid)
    return samplers.final(steps).clamp(-1, 1)


def shapeless(x_t, t, y):
    z = torch.randn(len(t), net.time_width, generator=g)
    return walk(net, x_t, F.silu(net.time(z) + net.label(y)))


told = {"t": eps_of(net), "z": eps_of(shapeless)}
for s in (1, 250, 500, 1000):
    told[str(s)] = eps_of(lambda x_t, t, y, s=s: net(x_t, torch.full_like(t, s), y))
drawn = {name: draw(predict) for name, predict in told.items()}
titles = [f"{name} ({metrics.accuracy(x, labels):.0%})" for name, x in drawn.items()]
print(titles)
figures.show(figures.grid(drawn.values(), row_titles=titles, size=0.8), "alt.unet.told")

# %% [markdown] key="told-note" lang="en"
# Told $t=1$ (“hardly any noise here”), it takes the noise for the picture: nothing is cleaned away. Told 250, it looks for strokes everywhere and finds them. Told 1000 (“hardly anything but noise”), it gets the rough shape right but
# refuses to believe in details, and the speckle stays. The random clock of the right shape may do better than some fixed lies (compare the brackets), but the speckle stays: a shape is not a message. (In brackets, the share of digits that the course's classifier reads as asked. You can read more of them than it can: it has never seen speckle.)
#
# So $t$ tells the network *what to treat as noise*. How wrong may the clock be? For each true $t$ (across) and each told $s$ (down), the error of $\hat\epsilon$, divided by the error with the right $t$; black is a ratio of 1.
#
# **Commit:** is the network equally strict at all $t$? And what if the clock is wrong by one, as in code that counts from 0 and feeds $t-1$ to a network that has learnt with $t$?

# %% [markdown] key="told-note" lang="id" ref="2ebaf567"
# Diberi tahu $t=1$ (“hampir tidak ada noise di sini”), ia menganggap noise itu gambarnya: tidak ada yang dibersihkan. Diberi tahu 250, ia mencari goresan di mana-mana dan menemukannya. Diberi tahu 1000 (“hampir hanya ada noise”), bentuk kasarnya benar,
# tetapi ia menolak memercayai rincian, dan bintik-bintiknya tertinggal. Jam acak dengan bentuk yang benar bisa lebih baik daripada beberapa kebohongan yang tetap (bandingkan isi kurungnya), tetapi bintiknya tertinggal: bentuk bukanlah pesan. (Di dalam kurung: bagian angka yang terbaca sesuai permintaan oleh pengklasifikasi kursus ini. Mata kita dapat membaca lebih banyak, sebab pengklasifikasi itu belum pernah melihat bintik.)
#
# Jadi $t$ memberi tahu jaringan *apa yang harus dianggap noise*. Seberapa salah jamnya boleh berjalan? Untuk setiap $t$ yang sebenarnya (mendatar) dan setiap $s$ yang diberitahukan (ke bawah), inilah galat $\hat\epsilon$, dibagi dengan galat pada $t$ yang benar; hitam berarti rasionya 1.
#
# **Putuskan dulu:** apakah jaringan sama telitinya pada semua $t$? Dan bagaimana kalau jamnya meleset satu, seperti dalam kode yang menghitung dari 0 dan memberikan $t-1$ kepada jaringan yang dilatih dengan $t$?

# %% [markdown] key="told-note" lang="ko" ref="2ebaf567"
# $t=1$이라는 말(“노이즈가 거의 없다”)을 들으면 노이즈를 그림으로 여겨 아무것도 닦아 내지 않습니다. 250이라는 말을 들으면 어디에서나 획을 찾고, 찾아냅니다. 1000이라는 말(“노이즈밖에 없다시피 하다”)을 들으면 대강의 꼴은 맞히지만 세부는 도무지 믿지 않아, 알갱이가 그대로 남습니다. 모양만 맞는 난수 시계는 늘 똑같은 거짓말 가운데 몇몇보다는 나을 수도 있습니다(괄호 안을 견주어 보십시오). 그래도 알갱이는 남습니다. 모양이 같다고 뜻이 전해지는 것은 아닙니다. (괄호 안은 강의의 분류기가 주문한 대로 읽은 숫자의 비율입니다. 여러분은 더 많이 읽을 수 있습니다. 분류기는 알갱이 낀 숫자를 본 적이 없기 때문입니다.)
#
# 그러니까 $t$는 *무엇을 노이즈로 볼지*를 신경망에 알려 줍니다. 시계는 얼마나 틀려도 괜찮습니까? 참된 $t$(가로)와 알려 준 $s$(세로)마다 $\hat\epsilon$의 오차를 재어, 옳은 $t$를 알려 주었을 때의 오차로 나눕니다. 검은색이 비율 1입니다.
#
# **답을 먼저 정하십시오.** 신경망은 모든 $t$에서 똑같이 까다롭습니까? 시계가 한 단계만 어긋나면 어떻습니까? 0부터 세는 코드가, $t$로 배운 신경망에 $t-1$을 넣는 경우입니다.

# %% key="told-errors"
from course_lib import losses

middles = list(range(50, 1001, 100))


def error(predict, t, n):
    t = torch.full((n,), t)
    x_t = forward.q_sample(test_x[:n], t, (eps := noise(n, 1, 28, 28, seed=6)), schedule)
    return float(losses.per_image(predict(x_t, t, test_y[:n]), eps).mean())


def lie(s):
    return eps_of(lambda x_t, t, y: net(x_t, torch.full_like(t, s), y))


table = torch.tensor([[error(lie(s), t, 5) for t in middles] for s in middles])
ratio = table / table.diagonal()
print("argmin s = t:", int((table.argmin(0) == torch.arange(10)).sum()), "/ 10")
for t in (50, 550, 950):
    late = error(lie(t - 1), t, 5) / error(lie(t), t, 5)
    print(f"t={t}  worst x{ratio[:, middles.index(t)].max():.1f}  t-1: x{late:.3f}")
fig, ax = figures.axes(r"$t$", r"$s$", size=(4.2, 3.6))
shown = ax.imshow(ratio.log10(), cmap="magma", extent=(0, 1000, 1000, 0), vmin=0)
fig.colorbar(shown, label=r"$\log_{10}$")
ax.grid(False)
figures.show(fig, "alt.unet.told_errors")

# %% [markdown] key="guess" lang="en"
# Up to about $t=400$ only a narrow diagonal is black: there a lie of a hundred steps costs a multiple, a large one more than tenfold. The square at the lower right is another world: there all is noise, any large $s$ will do (at two of the ten $t$ a neighbouring $s$ comes out a trace better: the printed 8 / 10), and only a small $s$ does harm. A clock that is wrong by one costs nearly nothing at $T=1000$ (the last number in each line). That is why
# counting from 0 is such a durable slip: equivalent if done everywhere, hardly visible if done in one place, until few steps make each one large (chapter 6 shows it at $T=50$). In this course $t$ runs from 1 to $T$; `adapters.py` is where we meet libraries that count from 0.
#
# ### Never told at all
#
# A network that has *learnt with* a clock is helpless with a wrong one. Does that prove that a network *needs* one? The noise level can be seen in the picture itself. How well? The border of our digits is black, $x_0=-1$, so there
#
# $$x_t = -\sqrt{\bar\alpha_t} + \sqrt{1-\bar\alpha_t}\,\epsilon$$
#
# and the likeliest $t$ for the border's pixels can be computed: take the $\hat t$ with the highest normal density.
#
# **Commit:** from the border of one noisy digit, how far off is $\hat t$ typically, out of 1000: about 5, about 50 or about 500?

# %% [markdown] key="guess" lang="id" ref="8f28b1e2"
# Sampai sekitar $t=400$ hanya diagonal sempit yang hitam: di sana kebohongan seratus langkah melipatgandakan galat, dan kebohongan besar membuatnya lebih dari sepuluh kali lipat. Persegi di kanan bawah adalah dunia lain: di situ semuanya noise, $s$ besar mana pun boleh (pada dua dari sepuluh $t$, $s$ tetangganya malah sedikit lebih baik: itulah 8 / 10 yang tercetak), dan hanya $s$ kecil yang merusak. Jam yang meleset satu hampir tidak berakibat pada $T=1000$ (bilangan terakhir di setiap baris). Itu sebabnya
# menghitung dari 0 adalah kekeliruan yang awet: tidak ada bedanya bila dilakukan di semua tempat, hampir tidak kelihatan bila hanya di satu tempat, sampai langkahnya sedikit dan setiap langkah menjadi besar (Bab 6 menunjukkannya pada $T=50$). Dalam kursus ini $t$ berjalan dari 1 sampai $T$; `adapters.py` adalah tempat kita bertemu pustaka yang menghitung dari 0.
#
# ### Tidak pernah diberi tahu sama sekali
#
# Jaringan yang *dilatih dengan* jam tidak berdaya kalau jamnya salah. Apakah itu bukti bahwa sebuah jaringan *memerlukan* jam? Tingkat noise terlihat di gambarnya sendiri. Sejelas apa? Tepi angka-angka kita hitam, $x_0=-1$, maka di sana
#
# $$x_t = -\sqrt{\bar\alpha_t} + \sqrt{1-\bar\alpha_t}\,\epsilon$$
#
# dan $t$ yang paling mungkin bagi piksel-piksel tepi itu dapat dihitung: ambil $\hat t$ yang densitas normalnya tertinggi.
#
# **Putuskan dulu:** dari tepi satu angka bernoise, biasanya seberapa jauh $\hat t$ meleset, dari 1000: sekitar 5, sekitar 50, atau sekitar 500?

# %% [markdown] key="guess" lang="ko" ref="8f28b1e2"
# $t=400$쯤까지는 좁은 대각선만 검습니다. 여기서는 백 단계만 속여도 오차가 몇 배가 되고, 크게 속이면 열 배가 넘습니다. 오른쪽 아래의 정사각형은 딴 세상입니다. 모두가 노이즈이므로 $s$가 크기만 하면 아무 값이나 괜찮고(열 가지 $t$ 가운데 둘에서는 이웃한 $s$가 아주 조금 더 낫게 나옵니다. 출력된 8 / 10이 그 뜻입니다), 작은 $s$만 해롭습니다. $T=1000$에서는 시계가 한 단계 어긋나도 거의 아무렇지 않습니다(줄마다 마지막 수). 0부터 세는 실수가 좀처럼 사라지지 않는 까닭입니다. 모든 곳에서 그렇게 세면 같은 결과가 나오고, 한 곳에서만 그렇게 세면 거의 티가 나지 않습니다. 그러다가 단계 수를 줄여 한 단계가 커지면 드러납니다(6장에서 $T=50$으로 보여 줍니다). 이 강의에서 $t$는 1부터 $T$까지입니다. 0부터 세는 라이브러리는 `adapters.py`에서 만나 맞춥니다.
#
# ### 한 번도 알려 주지 않으면
#
# 시계와 *함께 배운* 신경망은 틀린 시계 앞에서 어쩔 줄을 모릅니다. 그렇다고 신경망에 시계가 *꼭 있어야* 합니까? 노이즈가 얼마나 짙은지는 그림에서도 보입니다. 얼마나 잘 보입니까? 우리 숫자 그림의 테두리는 검은색, 곧 $x_0=-1$입니다. 그래서 테두리에서는 다음과 같습니다.
#
# $$x_t = -\sqrt{\bar\alpha_t} + \sqrt{1-\bar\alpha_t}\,\epsilon$$
#
# 그러면 테두리 픽셀의 가능도를 가장 크게 하는 $t$를 계산할 수 있습니다. 정규분포의 밀도가 가장 높은 $\hat t$를 고르면 됩니다.
#
# **답을 먼저 정하십시오.** 노이즈 낀 숫자 한 장의 테두리만 보면, $\hat t$는 1000단계 가운데 보통 몇 단계나 빗나가겠습니까? 5쯤, 50쯤, 500쯤 가운데 고르십시오.

# %% key="guess-t"
border = torch.ones(28, 28, dtype=torch.bool)
border[3:-3, 3:-3] = False
true_t = torch.randint(1, 1001, (1000,), generator=torch.Generator().manual_seed(7))
seen = forward.q_sample(test_x[:1000], true_t, noise(1000, 1, 28, 28, seed=8), schedule)
seen = seen[:, 0, border].double()
mean, var = -schedule.alpha_bar[1:].sqrt(), 1 - schedule.alpha_bar[1:]
square = seen.square().sum(1, keepdim=True) - 2 * mean * seen.sum(1, keepdim=True) + seen.shape[1] * mean**2
t_hat = 1 + (-square / (2 * var) - seen.shape[1] / 2 * var.log()).argmax(1)
off = (t_hat - true_t).abs()
print("pixels", seen.shape[1], "median", int(off.median()))
print([int(off[(true_t - 1) // 100 == k].median()) for k in range(10)])

# %% [markdown] key="guess-note" lang="en"
# Typically by 24 steps (of the three answers “about 50” is the nearest, as a factor): by a handful at small $t$, where it matters, and by about a hundred at large $t$, where, as the figure has shown, any large number will do. And this was the border alone.
#
# So we trained one: `small-no-time` gets a constant in the place of the clock and is otherwise the twin of `small-unet`. Same parts, about the same number of weights, same images, same recipe. (Only the network is blind: the sampler knows $t$, and so does the line
# that turns the network's answer $v$ into $\hat\epsilon$.)
#
# **Commit:** its digits will be (a) noise, as above, (b) recognisable but worse, (c) hard to tell from its twin's.

# %% [markdown] key="guess-note" lang="id" ref="aa3f79a5"
# Biasanya 24 langkah (di antara ketiga jawaban, “sekitar 50” yang terdekat menurut kelipatannya): hanya beberapa langkah pada $t$ kecil, tempat ketepatan itu penting, dan sekitar seratus pada $t$ besar, tempat bilangan besar mana pun boleh, seperti tampak pada gambar tadi. Padahal ini baru tepinya saja.
#
# Maka kami melatih satu jaringan tanpa jam: `small-no-time` menerima sebuah tetapan di tempat jam, dan selebihnya kembaran `small-unet`. Bagian-bagiannya sama, banyaknya bobot hampir sama, gambarnya sama, resep pelatihannya sama. (Hanya jaringannya yang buta: sampler tahu $t$, begitu pula baris
# yang mengubah jawaban jaringan, $v$, menjadi $\hat\epsilon$.)
#
# **Putuskan dulu:** angka-angkanya akan (a) berupa noise, seperti tadi, (b) dapat dikenali tetapi lebih buruk, (c) sukar dibedakan dari angka kembarannya.

# %% [markdown] key="guess-note" lang="ko" ref="aa3f79a5"
# 보통 24단계입니다(몇 배인지로 따지면 세 답 가운데 “50쯤”이 가장 가깝습니다). 정확해야 하는 작은 $t$에서는 몇 단계만 빗나갑니다. 큰 $t$에서는 백 단계쯤 빗나가지만, 앞의 그림에서 보았듯이 거기서는 큰 수이기만 하면 아무 값이나 괜찮습니다. 그것도 테두리만 보고 맞힌 것입니다.
#
# 그래서 하나 학습해 보았습니다. `small-no-time`은 시계 자리에 상수를 받고, 그 밖에는 `small-unet`의 쌍둥이입니다. 부품이 같고, 가중치의 수도 거의 같고, 이미지도 같고, 학습 방법도 같습니다. (눈을 가린 것은 신경망뿐입니다. 샘플러는 $t$를 알고, 신경망의 답 $v$를 $\hat\epsilon$으로 바꾸는 코드도 마찬가지입니다.)
#
# **답을 먼저 정하십시오.** 이 신경망이 그린 숫자는 (a) 앞에서처럼 노이즈이겠습니까, (b) 알아볼 수는 있지만 더 못하겠습니까, (c) 쌍둥이의 것과 가려내기 어렵겠습니까?

# %% key="guess-trained"
on_cpu = {"device": "cpu", "precision": "fp32"}
small = {name: checkpoints.load(f"small-{name}", **on_cpu) for name in ("unet", "no-time")}


def by_tenth(predict, n=32):
    return torch.tensor([error(predict, t, n) for t in middles])


reached = {name: by_tenth(predict) for name, predict in small.items()}
pair = {name: draw(predict) for name, predict in small.items()}
for name, predict in small.items():
    weights = sum(p.numel() for p in predict.parameters())
    print(f"{name:8s} theta {weights}  {metrics.accuracy(pair[name], labels):.0%}")
print("ratio", [f"{r:.2f}" for r in (reached["no-time"] / reached["unet"]).tolist()])
figures.show(figures.grid(pair.values(), row_titles=["t", "∅"], size=0.8), "alt.unet.no_time")

# %% [markdown] key="skips" lang="en"
# (c), to the eye. The upper row is the seeing twin's, the lower (∅) the blind one's; the ratios are its error over the other's, for each tenth of $t$. It pays for guessing where the exact noise level matters, in the first tenth; everywhere else the price is a few percent. Sun et al. 2025
# trained well-known models without any clock, and most of them got by, some with a clear loss. The failures above came from a *wrong* clock in a network that trusts it.
#
# Two experiments, two questions: what a trained network *uses*, and what a network *needs*. Keep them apart in what follows.
#
# ## 4 · Skip connections
#
# One lecture note calls the skip connections the most important feature of a U-Net: bridges on which detail passes by the bottleneck. We ask both questions.
#
# First, what does the shipped network *use*? Three wires enter its way up: the bridge at 28×28 (`skip_1`), the bridge at 14×14 (`skip_2`), and what comes up from below (`grow_2`). Cut one at a time: nothing but zeros pass.
#
# **Commit:** match the three cuts with these three pictures: (a) digits full of speckle, (b) digits with broken strokes, (c) scraps of stroke, but no digits.

# %% [markdown] key="skips" lang="id" ref="45e7f375"
# (c), setidaknya bagi mata. Baris atas milik kembaran yang melihat, baris bawah (∅) milik yang buta; rasionya adalah galat kembaran yang buta dibagi galat kembaran yang melihat, untuk setiap sepersepuluh bagian $t$. Ongkos menebak itu harus dibayar di tempat tingkat noise yang tepat memang penting, yaitu pada sepersepuluh yang pertama; di tempat lain hanya beberapa persen. Sun et al. 2025
# melatih model-model terkenal tanpa jam sama sekali, dan kebanyakan tetap sanggup bekerja, beberapa dengan penurunan mutu yang jelas. Kegagalan tadi berasal dari jam yang *salah* di dalam jaringan yang memercayainya.
#
# Dua percobaan, dua pertanyaan: apa yang *dipakai* jaringan terlatih, dan apa yang *diperlukan* sebuah jaringan. Selanjutnya, jangan campurkan keduanya.
#
# ## 4 · Sambungan lompat
#
# Sebuah catatan kuliah menyebut sambungan lompat ciri terpenting U-Net: jembatan tempat rincian melintas tanpa melewati leher botol (*bottleneck*). Kedua pertanyaan tadi kita ajukan.
#
# Mula-mula, apa yang *dipakai* jaringan bawaan? Ada tiga kabel yang masuk ke jalan naiknya: jembatan di 28×28 (`skip_1`), jembatan di 14×14 (`skip_2`), dan apa yang naik dari bawah (`grow_2`). Kita potong satu demi satu: yang lewat tinggal nol.
#
# **Putuskan dulu:** pasangkan ketiga pemotongan itu dengan tiga gambaran ini: (a) angka penuh bintik, (b) angka dengan goresan terputus-putus, (c) ada potongan goresan, tetapi tidak ada angka.

# %% [markdown] key="skips" lang="ko" ref="45e7f375"
# 눈으로 보기에는 (c)입니다. 윗줄은 시계를 보는 쌍둥이의 그림이고, 아랫줄(∅)은 눈을 가린 쌍둥이의 그림입니다. 출력된 비율은 $t$를 열 구간으로 나누어 눈을 가린 쪽의 오차를 다른 쪽의 오차로 나눈 것입니다. 짐작에 기댄 대가는 노이즈 수준을 정확히 알아야 하는 첫 구간에서 치르고, 나머지 구간에서는 몇 퍼센트에 그칩니다. Sun et al. 2025는 잘 알려진 모델들을 시계 없이 학습했는데, 대부분은 그럭저럭 해냈고 몇몇은 뚜렷이 나빠졌습니다. 앞의 실패는 시계를 믿는 신경망에 *틀린* 시계를 주어서 생긴 것입니다.
#
# 실험이 둘이고 물음도 둘입니다. 학습한 신경망이 무엇을 *쓰고 있는가*, 그리고 신경망에 무엇이 *꼭 필요한가*. 이제부터 이 둘을 섞지 마십시오.
#
# ## 4 · 스킵 연결
#
# 어느 강의 노트는 스킵 연결을 U-Net에서 가장 중요한 특징이라고 합니다. 세부가 병목을 거치지 않고 건너가는 다리라는 것입니다. 두 가지 물음을 모두 던져 봅시다.
#
# 먼저, 강의에 들어 있는 신경망은 무엇을 *쓰고 있습니까*? 올라가는 길에는 선 세 개가 들어옵니다. 28×28의 다리(`skip_1`), 14×14의 다리(`skip_2`), 그리고 아래에서 올라오는 것(`grow_2`)입니다. 한 번에 하나씩 끊습니다. 끊은 선으로는 영만 지나갑니다.
#
# **답을 먼저 정하십시오.** 세 선을 끊은 결과를 다음 세 그림과 짝지으십시오. (a) 알갱이로 가득한 숫자, (b) 획이 끊긴 숫자, (c) 획의 토막은 있지만 숫자가 아닌 것.


# %% key="skips-cut"
def cut(wire):
    def change(place, h):
        return torch.zeros_like(h) if place == wire else h

    return eps_of(lambda x_t, t, y: walk(net, x_t, net.embed(t, y), change))


whole = by_tenth(model, 24)
fig, ax = figures.axes(r"$t$", "ratio")
cuts = {"-": draw(model)}
for wire in ("skip_1", "skip_2", "grow_2"):
    cuts[wire] = draw(cut(wire))
    ratio = by_tenth(cut(wire), 24) / whole
    ax.semilogy(middles, ratio, marker="o", label=wire)
    print(f"{wire}  t=50 x{ratio[0]:.1f}  t=450 x{ratio[4]:.1f}  t=950 x{ratio[9]:.2f}")
ax.legend()
figures.show(fig, "alt.unet.cut")

# %% key="skips-cut-drawn"
figures.show(figures.grid(cuts.values(), row_titles=list(cuts), size=0.8), "alt.unet.cut_drawn")

# %% [markdown] key="skips-cut-note" lang="en"
# `skip_1`, the top bridge: speckle (a). Only there does the network still have every pixel of $x_t$; without it nobody knows where exactly the noise was, and at small $t$ that is the whole task. `skip_2`: broken strokes (b). And without what comes from below, scraps of stroke without a plan (c): each is
# sharply drawn, and no two belong together. *What* comes from below, *where* comes across. That is the division of labour, in one picture: the way down finds the context (“this will be a four”), the way up restores the detail.
#
# Now what does a network *need*? `small-no-skips` was trained without any bridge, with the same images and the same number of weights as `small-unet` (its top level is a little wider to make up for it). It could learn to carry the detail through the bottleneck.
#
# **Commit:** the bottleneck of the small network has 64 channels of 7×7, for 784 pixels of noise. Can it? And what will its digits look like?

# %% [markdown] key="skips-cut-note" lang="id" ref="123a06ee"
# `skip_1`, jembatan teratas: bintik (a). Hanya di sana jaringan masih memegang setiap piksel $x_t$; tanpa jembatan itu tidak ada yang tahu di mana tepatnya noise berada, dan pada $t$ kecil itulah seluruh tugasnya. `skip_2`: goresan terputus-putus (b). Dan tanpa yang datang dari bawah, potongan goresan tanpa rencana (c): masing-masing
# tergambar tajam, tetapi tidak ada dua yang serasi. *Apa* datang dari bawah, *di mana* datang dari seberang jembatan. Itulah pembagian kerjanya, dalam satu gambar: jalan turun menemukan konteks (“ini akan menjadi angka empat”), jalan naik memulihkan rincian.
#
# Sekarang, apa yang *diperlukan* sebuah jaringan? `small-no-skips` dilatih tanpa satu jembatan pun, dengan gambar yang sama dan bobot sebanyak `small-unet` (tingkat teratasnya sedikit lebih lebar sebagai gantinya). Ia bisa saja belajar mengangkut rincian lewat leher botol.
#
# **Putuskan dulu:** leher botol jaringan kecil itu memiliki 64 kanal berukuran 7×7, untuk noise pada 784 piksel. Sanggupkah ia? Dan seperti apa angka-angkanya?

# %% [markdown] key="skips-cut-note" lang="ko" ref="123a06ee"
# 맨 위의 다리 `skip_1`은 알갱이(a)입니다. 신경망이 $x_t$의 픽셀을 하나하나 다 가지고 있는 곳은 거기뿐입니다. 이 다리가 없으면 노이즈가 정확히 어디에 있었는지 아무도 모르고, 작은 $t$에서는 그것이 과제의 전부입니다. `skip_2`는 끊긴 획(b)입니다. 아래에서 올라오는 것이 없으면 획의 토막만 있고 전체 구도가 없습니다(c). 토막 하나하나는 또렷한데 서로 어울리는 것이 없습니다. *무엇*은 아래에서 올라오고, *어디*는 옆에서 건너옵니다. 이 그림 한 장에 일을 나누는 방식이 다 들어 있습니다. 내려가는 길은 맥락을 찾고(“무슨 숫자가 될지”), 올라가는 길은 세부를 되살립니다.
#
# 그러면 신경망에는 무엇이 *꼭 필요합니까*? `small-no-skips`는 처음부터 다리 없이, `small-unet`과 같은 이미지로 학습했고 가중치의 수도 같습니다(다리가 없는 대신 맨 위층이 조금 더 넓습니다). 세부를 병목으로 나르는 법을 배울 수도 있었을 것입니다.
#
# **답을 먼저 정하십시오.** 작은 신경망의 병목은 7×7짜리 채널 64개이고, 답해야 할 노이즈는 784픽셀입니다. 할 수 있겠습니까? 이 신경망이 그린 숫자는 어떤 모습이겠습니까?

# %% key="skips-trained"
small["no-skips"] = checkpoints.load("small-no-skips", **on_cpu)
print("bottleneck", 64 * 7 * 7, "pixels", 28 * 28)
reached["no-skips"] = by_tenth(small["no-skips"])
pair = {name: draw(small[name]) for name in ("unet", "no-skips")}
for name, x in pair.items():
    weights = sum(p.numel() for p in small[name].parameters())
    print(f"{name:8s} theta {weights}  {metrics.accuracy(x, labels):.0%}")
print("ratio", [f"{r:.2f}" for r in (reached["no-skips"] / reached["unet"]).tolist()])
figures.show(figures.grid(pair.values(), row_titles=list(pair), size=0.8), "alt.unet.no_skips")

# %% key="skips-detail"
x_0, y, t = ten[[2, 3, 4, 5, 8]], ten_labels[[2, 3, 4, 5, 8]], torch.full((5,), 50)
x_t = forward.q_sample(x_0, t, noise(5, 1, 28, 28, seed=9), schedule)
rows = {r"$x_0$": x_0, r"$x_t$": x_t}
for name in ("unet", "no-skips"):
    x_0_hat = forward.predict_x_0(x_t, t, small[name](x_t, t, y), schedule)
    rows |= {name: x_0_hat.clamp(-1, 1), "|Δ| " + name: (x_0 - x_0_hat).abs() * 4 - 1}
    print(f"{name:8s} |x_0 - x_0_hat| mean {(x_0 - x_0_hat).abs().mean():.3f}")
figures.show(figures.grid(rows.values(), row_titles=list(rows), size=0.9), "alt.unet.detail")

# %% [markdown] key="skips-note" lang="en"
# There is room, 3136 numbers for 784 pixels, and the network has learnt to *copy* through all the layers between, far better than the cuts led us to expect. A cut of `skip_1` multiplied the error at $t=50$ by about 17; the network that never had it is worse by little more than a tenth there,
# by about a third at most (the ratios), and at large $t$ not at all. The rows marked Δ, four times the error of $\hat x_0$ at $t=50$, look much alike, a trace brighter without bridges. The samples suffer more than the errors (the sampler calls the network again and again): more strokes are broken, and fewer digits
# are read as asked (the table in section 8 counts them).
#
# So, the most important feature? The trained network cannot do without the bridges, since it relies on them. A network that never had them finds another way, and pays with the quality of its samples. That is the difference between *uses* and *needs*.
#
# ## 5 · Attention
#
# A convolution sees neighbours, and it treats all of them alike. **Attention** lets each pixel of the 7×7 map choose whom it listens to. Every pixel $i$ writes a question $q_i$, a key $k_i$ and a content $v_i$, each a linear map of its 128 channels, and reads a weighted mean of all contents
# (Vaswani et al. 2017, eq. 1):
#
# $$a_{ij} = \frac{\exp(q_i^\top k_j/\sqrt d)}{\sum_l \exp(q_i^\top k_l/\sqrt d)}, \qquad h_i\ \mapsto\ h_i + W\sum_j a_{ij}\,v_j$$
#
# This is done four times side by side (four *heads*), each with its own 32 of the 128 channels, so $d=32$. It stands at 7×7 only.
#
# **Commit:** why only there? How many pairs $(i,j)$ are there at 7×7, how many at 28×28, and at 256×256?

# %% [markdown] key="skips-note" lang="id" ref="e205fc59"
# Tempatnya ada, 3136 bilangan untuk 784 piksel, dan jaringan itu telah belajar *menyalin* lewat semua lapisan di antaranya, jauh lebih baik daripada yang kita kira setelah pemotongan tadi. Memotong `skip_1` melipatgandakan galat pada $t=50$ sekitar 17 kali; pada jaringan yang tidak pernah memilikinya, galat di situ hanya lebih besar
# sedikit di atas sepersepuluh, paling banyak sekitar sepertiga (lihat rasionya), dan pada $t$ besar sama sekali tidak. Baris-baris bertanda Δ, empat kali galat $\hat x_0$ pada $t=50$, tampak hampir sama, hanya sedikit lebih terang tanpa jembatan. Akibatnya lebih terasa pada sampel daripada pada galat (sampler memanggil jaringan berulang-ulang): lebih banyak
# goresan terputus, dan lebih sedikit angka yang terbaca sesuai permintaan (tabel di bagian 8 menghitungnya).
#
# Jadi, apakah itu ciri yang terpenting? Jaringan yang sudah terlatih tidak dapat bekerja tanpa jembatannya, sebab ia mengandalkannya. Jaringan yang tidak pernah memilikinya menemukan jalan lain, dan membayarnya dengan mutu sampelnya. Itulah bedanya *dipakai* dan *diperlukan*.
#
# ## 5 · Atensi
#
# Konvolusi melihat tetangga, dan memperlakukan semuanya sama. **Atensi** membiarkan setiap piksel peta 7×7 memilih siapa yang didengarkannya. Setiap piksel $i$ menulis sebuah pertanyaan $q_i$, sebuah kunci $k_i$, dan sebuah isi $v_i$, masing-masing hasil pemetaan linear dari 128 kanalnya, lalu membaca rata-rata berbobot dari semua isi
# (Vaswani et al. 2017, pers. 1):
#
# $$a_{ij} = \frac{\exp(q_i^\top k_j/\sqrt d)}{\sum_l \exp(q_i^\top k_l/\sqrt d)}, \qquad h_i\ \mapsto\ h_i + W\sum_j a_{ij}\,v_j$$
#
# Ini dilakukan empat kali berdampingan (empat *head*), masing-masing dengan 32 dari 128 kanal itu, jadi $d=32$. Atensi hanya ada di 7×7.
#
# **Putuskan dulu:** mengapa hanya di sana? Ada berapa pasangan $(i,j)$ di 7×7, berapa di 28×28, dan berapa di 256×256?

# %% [markdown] key="skips-note" lang="ko" ref="e205fc59"
# 자리는 있습니다. 784픽셀에 수가 3136개입니다. 그리고 이 신경망은 그 사이의 모든 층을 지나 그대로 *베끼는* 법을 배웠습니다. 선을 끊어 보고 예상한 것보다 훨씬 잘 베낍니다. `skip_1`을 끊었을 때는 $t=50$의 오차가 17배쯤 되었는데, 처음부터 다리가 없던 신경망의 오차는 거기서 십분의 일 남짓 더 클 뿐입니다. 가장 나쁜 곳에서도 삼분의 일쯤이고(출력된 비율), 큰 $t$에서는 조금도 더 크지 않습니다. Δ가 붙은 줄은 $t=50$에서 $\hat x_0$의 오차를 네 배로 키운 것입니다. 두 줄이 거의 같고, 다리가 없는 쪽이 아주 조금 더 밝습니다. 샘플은 오차보다 더 나빠집니다(샘플러는 신경망을 거듭 부릅니다). 끊긴 획이 늘고, 주문한 대로 읽히는 숫자가 줄어듭니다(8절의 표에 비율이 있습니다).
#
# 그러면 스킵 연결은 정말 가장 중요한 특징입니까? 이미 학습한 신경망은 다리에 기대고 있으므로 다리 없이는 일하지 못합니다. 처음부터 다리가 없던 신경망은 다른 길을 찾아내고, 그 대가를 샘플의 품질로 치릅니다. *쓰는* 것과 *꼭 필요한* 것은 이렇게 다릅니다.
#
# ## 5 · 어텐션
#
# 합성곱은 이웃을 보고, 모든 이웃을 똑같이 대합니다. **어텐션**은 7×7 맵의 픽셀이 저마다 누구의 말을 들을지 고르게 합니다. 픽셀 $i$는 질문(쿼리) $q_i$와 열쇠(키) $k_i$와 내용(값) $v_i$를 적습니다. 모두 자기 채널 128개를 선형변환한 것입니다. 그런 다음 모든 내용의 가중 평균을 읽습니다(Vaswani et al. 2017, 식 1).
#
# $$a_{ij} = \frac{\exp(q_i^\top k_j/\sqrt d)}{\sum_l \exp(q_i^\top k_l/\sqrt d)}, \qquad h_i\ \mapsto\ h_i + W\sum_j a_{ij}\,v_j$$
#
# 이 일을 네 번 나란히 하며(*헤드* 네 개), 헤드마다 채널 128개 가운데 32개씩을 맡으므로 $d=32$입니다. 어텐션은 7×7에만 있습니다.
#
# **답을 먼저 정하십시오.** 왜 거기에만 있습니까? 쌍 $(i,j)$는 7×7에서 몇 개, 28×28에서 몇 개, 256×256에서 몇 개입니까?

# %% key="attention-written"
import math


def looks(part, h):
    b, c, *size = h.shape
    q, k, v = part.qkv(part.norm(h)).reshape(b, 3, part.heads, c // part.heads, -1).unbind(1)
    a = (q.mT @ k / math.sqrt(c // part.heads)).softmax(dim=-1)
    return a, h + part.out((v @ a.mT).reshape(b, c, *size))


x_0, y, t = ten[4].expand(2, 1, 28, 28), ten_labels[4].expand(2), torch.tensor([100, 600])
eps = noise(1, 1, 28, 28, seed=0).expand(2, 1, 28, 28)
x_t, maps = forward.q_sample(x_0, t, eps, schedule), {}
walk(net, x_t, net.embed(t, y), lambda place, h: maps.setdefault(place, h))
a, after = looks(net.attention, maps["middle_1"])
print("a", tuple(a.shape), f"sum_j {float(a.sum(-1).min()):.3f} .. {float(a.sum(-1).max()):.3f}")
assert (after - maps["attention"]).abs().max() < 1e-4
for size, width in ((7, 128), (28, 32), (256, 32)):
    pairs, conv = size**4, 9 * size**2 * width**2
    print(f"{size}x{size}  pairs {pairs}  multiplications {2 * pairs * width / conv:.2f} conv")

# %% key="attention-drawn"
i = 3 * 7 + 4
fig, ax = figures.axes(columns=5, size=(2, 2))
for one_ax in ax:
    one_ax.set(xticks=[], yticks=[])
    one_ax.grid(False)
ax[0].imshow(x_0[0, 0], cmap="gray", extent=(0, 7, 7, 0))
ax[0].set_title(r"$x_0$")
ax[0].vlines(range(1, 7), 0, 7, color="grey", linewidth=0.5)
ax[0].hlines(range(1, 7), 0, 7, color="grey", linewidth=0.5)
for head in range(4):
    ax[head + 1].imshow(a[0, head, i].reshape(7, 7), cmap="gray", extent=(0, 7, 7, 0))
    ax[head + 1].set_title(f"{head + 1}  (max {a[0, head, i].max():.2f})")
for one_ax in ax:
    one_ax.plot(i % 7 + 0.5, i // 7 + 0.5, "o", color="#D55E00", markersize=8)
figures.show(fig, "alt.unet.attention")

# %% [markdown] key="attention-note" lang="en"
# 2401 pairs at 7×7, 614656 at 28×28 and 4294967296 at 256×256: the cost grows with the *square* of the number of pixels. Comparing and mixing all pairs costs 0.09 of a 3×3 convolution at 7×7, 5.44 of them at 28×28 and 455.11 at 256×256. (The four linear maps, for $q$, $k$, $v$ and $W$, add 4/9 of a convolution at any size.) The picture shows whom one pixel (the dot) of a four listens to at
# $t=100$, one map for each head: one head gives nearly half of its weight to one place, the others spread theirs over many (each map has its own contrast; its largest weight stands above it). It is tempting to read meanings into such maps. Resist, and measure.
#
# **Commit:** take attention out of the shipped network altogether. At which $t$ does its error suffer, and how much: a few percent, twofold, tenfold?

# %% [markdown] key="attention-note" lang="id" ref="01ba9bd8"
# 2401 pasangan di 7×7, 614656 di 28×28, dan 4294967296 di 256×256: ongkosnya tumbuh menurut *kuadrat* banyaknya piksel. Membandingkan dan mencampur semua pasangan menelan ongkos 0.09 konvolusi 3×3 di 7×7, 5.44 konvolusi di 28×28, dan 455.11 di 256×256. (Keempat pemetaan linear, untuk $q$, $k$, $v$, dan $W$, menambah 4/9 konvolusi pada ukuran berapa pun.) Gambar itu menunjukkan siapa yang didengarkan oleh satu piksel (titik berwarna) dari sebuah angka empat pada
# $t=100$, satu peta untuk setiap head: satu head memberikan hampir separuh bobotnya kepada satu tempat, yang lain menyebarkannya ke banyak tempat (setiap peta memakai kontrasnya sendiri; bobot terbesarnya tertulis di atasnya). Peta seperti ini menggoda kita untuk membaca makna di dalamnya. Tahan dulu, dan ukurlah.
#
# **Putuskan dulu:** cabut seluruh atensi dari jaringan bawaan. Pada $t$ mana galatnya memburuk, dan seberapa banyak: beberapa persen, dua kali lipat, sepuluh kali lipat?

# %% [markdown] key="attention-note" lang="ko" ref="01ba9bd8"
# 쌍은 7×7에서 2401개, 28×28에서 614656개, 256×256에서 4294967296개입니다. 비용이 픽셀 수의 *제곱*으로 늘어납니다. 모든 쌍을 견주고 섞는 비용은 3×3 합성곱 하나와 비교해 7×7에서 0.09배, 28×28에서 5.44배, 256×256에서 455.11배입니다. ($q$, $k$, $v$와 $W$의 선형변환 네 개에는 크기와 상관없이 합성곱의 4/9가 더 듭니다.) 그림은 $t=100$에서 한 픽셀(점)이 누구의 말을 듣는지를 헤드마다 맵 하나로 보여 줍니다. 한 헤드는 가중치의 절반 가까이를 한 곳에 주고, 나머지 헤드는 여러 곳에 널리 나누어 줍니다(명암은 맵마다 따로 맞추었고, 가장 큰 가중치는 맵 위에 적혀 있습니다). 이런 맵에서 뜻을 읽어 내고 싶어지기 마련입니다. 그 마음을 누르고 먼저 재어 보십시오.
#
# **답을 먼저 정하십시오.** 강의에 들어 있는 신경망에서 어텐션을 아예 떼어 냅니다. 어느 $t$에서 오차가 나빠지고, 얼마나 나빠지겠습니까? 몇 퍼센트입니까, 두 배입니까, 열 배입니까?

# %% key="attention-out"
without = deepcopy(model)
without.net.attention = nn.Identity()
ratio = by_tenth(without, 24) / whole
print("ratio", [f"{r:.3f}" for r in ratio.tolist()])
pair = {"a": draw(model), "-": draw(without)}
print(f"max|pixel| {(pair['a'] - pair['-']).abs().max():.2f}  {metrics.accuracy(pair['-'], labels):.0%}")
figures.show(figures.grid(pair.values(), row_titles=list(pair), size=0.8), "alt.unet.no_attention")

# %% [markdown] key="label" lang="en"
# Next to nothing: the errors grow by a few percent at most, never by a tenth, and the digits differ by a stroke's bend here and there. The part with the most famous formula is, in this network, nearly idle. A likely reason: the convolutions alone already see more than the whole 28×28 image (section 1). On larger pictures attention can pay: Dhariwal
# & Nichol 2021 found images of 128×128 to gain from attention at several levels. What a part is good for depends on the task; a network trained from the start without attention would be needed to say what it *needs*.
#
# ## 6 · The label
#
# The label enters by the same door as the time: a table with one learned vector for each class is looked up, and $e = \sigma\big(\mathrm{MLP}(e(t)) + \ell_y\big)$, with $\sigma$ the `silu` of section 2. An eleventh row, the **null label**, stands for “no class”; in training every tenth image or so carries it, so that the network also
# learns to work without being told.
#
# **Commit:** ten samplers start from *one and the same* noise, each with another label. Will the ten digits have anything in common?

# %% [markdown] key="label" lang="id" ref="b39d1ca8"
# Hampir tidak ada akibatnya: galatnya naik paling banyak beberapa persen, tidak pernah sampai sepersepuluh, dan angka-angkanya hanya berbeda pada lengkung goresan di sana-sini. Bagian dengan rumus yang paling terkenal itu, di jaringan ini, hampir menganggur. Alasan yang mungkin: konvolusi saja sudah melihat lebih luas daripada seluruh gambar 28×28 (bagian 1). Pada gambar yang lebih besar, atensi dapat berguna: Dhariwal
# & Nichol 2021 mendapati bahwa gambar 128×128 membaik berkat atensi di beberapa tingkat. Guna sebuah bagian bergantung pada tugasnya; untuk mengatakan apa yang *diperlukan* jaringan, kita harus punya jaringan yang sejak awal dilatih tanpa atensi.
#
# ## 6 · Label
#
# Label masuk lewat pintu yang sama dengan waktu: sebuah tabel menyimpan satu vektor terlatih untuk setiap kelas, dan $e = \sigma\big(\mathrm{MLP}(e(t)) + \ell_y\big)$, dengan $\sigma$ fungsi `silu` dari bagian 2. Baris kesebelas, **label kosong** (*null label*), berarti “tanpa kelas”; dalam pelatihan, kira-kira satu dari setiap sepuluh gambar membawanya, sehingga jaringan juga
# belajar bekerja tanpa diberi tahu angkanya.
#
# **Putuskan dulu:** sepuluh sampler berangkat dari noise yang *persis sama*, masing-masing dengan label yang berbeda. Apakah kesepuluh angka itu punya kesamaan?

# %% [markdown] key="label" lang="ko" ref="b39d1ca8"
# 거의 아무 일도 없습니다. 오차는 커져도 몇 퍼센트이고 십분의 일에 이르는 곳은 없으며, 숫자는 여기저기 획의 굽은 모양만 다릅니다. 가장 유명한 식이 붙은 부품이 이 신경망에서는 거의 놀고 있습니다. 아마도 합성곱만으로 이미 28×28 이미지 전체보다 넓게 보기 때문일 것입니다(1절). 더 큰 그림에서는 어텐션이 제값을 할 수 있습니다. Dhariwal & Nichol 2021에서는 128×128 이미지에서 여러 층에 어텐션을 두자 결과가 좋아졌습니다. 부품의 쓸모는 과제에 달려 있습니다. 어텐션이 *꼭 필요한지*를 말하려면 처음부터 어텐션 없이 학습한 신경망이 있어야 합니다.
#
# ## 6 · 레이블
#
# 레이블은 시간과 같은 문으로 들어옵니다. 클래스마다 학습한 벡터가 하나씩 든 표에서 자기 벡터를 찾아 더하면 $e = \sigma\big(\mathrm{MLP}(e(t)) + \ell_y\big)$입니다($\sigma$는 2절의 `silu`입니다). 열한째 행은 “클래스 없음”을 뜻하는 **빈 레이블**(null label)입니다. 학습할 때 열 장에 한 장꼴로 이것을 붙여, 아무 말도 듣지 않고 일하는 법도 배우게 합니다.
#
# **답을 먼저 정하십시오.** 샘플러 열 개가 *똑같은 노이즈 하나*에서 출발하고 레이블만 서로 다릅니다. 이렇게 그린 숫자 열 장에는 닮은 데가 있겠습니까?

# %% key="label-draw"
print("table", tuple(net.label.weight.shape), "null", net.null_label)
t, y = torch.tensor([300, 300]), torch.tensor([4, 10])
by_hand = F.silu(net.time(unet.time_embedding(t, net.time_width)) + net.label.weight[y])
assert (by_hand - net.embed(t, y)).abs().max() < 1e-6
assert torch.equal(net.embed(t[:1]), net.embed(t[1:], y[1:]))
same = x_T[3:4].expand(10, 1, 28, 28)
null = torch.full((10,), net.null_label)
rows = {"y": draw(model, x_T=same), "∅": draw(model, y=null)}
read = metrics.classifier()(rows["∅"]).argmax(1).tolist()
print("y", f"{metrics.accuracy(rows['y'], labels):.0%}", "null", read)
fig = figures.grid(rows.values(), [str(d) for d in range(10)], list(rows), size=0.8)
figures.show(fig, "alt.unet.labels")

# %% [markdown] key="label-note" lang="en"
# Upper row: one noise, ten labels. They share slant and weight of the stroke as far as the shapes allow: the noise decides *how*, the label decides *what*. Lower row: ten noises with the null label; there the network has to choose by itself, and not every choice is a digit (the columns' labels do not apply; the cell
# prints what the classifier reads, and it has to read *some* digit).
#
# **Commit:** when does the label matter most: at small, middle or large $t$?

# %% [markdown] key="label-note" lang="id" ref="37e016be"
# Baris atas: satu noise, sepuluh label. Sejauh bentuknya mengizinkan, kemiringan dan tebal goresannya sama: noise menentukan *bagaimana*, label menentukan *apa*. Baris bawah: sepuluh noise dengan label kosong; di sana jaringan harus memilih sendiri, dan tidak setiap pilihannya berupa angka (judul kolomnya tidak berlaku; sel itu
# mencetak apa yang dibaca pengklasifikasi, dan ia harus membaca *suatu* angka).
#
# **Putuskan dulu:** kapan label paling berarti: pada $t$ kecil, sedang, atau besar?

# %% [markdown] key="label-note" lang="ko" ref="37e016be"
# 윗줄은 노이즈 하나에 레이블 열 개입니다. 숫자의 꼴이 허락하는 만큼 획의 기울기와 굵기가 서로 닮았습니다. 노이즈는 *어떻게*를 정하고, 레이블은 *무엇*을 정합니다. 아랫줄은 빈 레이블에 노이즈 열 개입니다. 여기서는 신경망이 스스로 골라야 하는데, 고른 것이 모두 숫자인 것은 아닙니다(위에 적힌 레이블은 이 줄에 해당하지 않습니다. 셀은 분류기가 읽은 숫자를 출력하는데, 분류기는 *어떤* 숫자로든 읽어야 합니다).
#
# **답을 먼저 정하십시오.** 레이블은 $t$가 작을 때, 중간일 때, 클 때 가운데 언제 가장 중요하겠습니까?


# %% key="label-errors"
def said(change):
    return by_tenth(lambda x_t, t, y: model(x_t, t, change(y)), 24) / whole


fig, ax = figures.axes(r"$t$", "ratio")
for name, change in (("∅", lambda y: 0 * y + 10), ("y+1", lambda y: (y + 1) % 10)):
    ratio = said(change)
    print(name, [f"{r:.2f}" for r in ratio.tolist()], "max at", middles[int(ratio.argmax())])
    ax.plot(middles, ratio, marker="o", label=name)
ax.axhline(1, color="grey")
ax.legend()
figures.show(fig, "alt.unet.label_errors")

# %% [markdown] key="walk" lang="en"
# At small $t$ hardly at all, right or wrong: the digit is plain to see. From the middle on it does: without it the error is larger by a quarter or more, and a *wrong* label costs most in the middle, where the picture itself still has a say and is outvoted. (At the far right nobody can say much about the digit; there the label is all there is, as in the first picture of this chapter.) Chapter 9 turns the difference between “with label” and “without” into a dial.
#
# ## 7 · Walk through the network
#
# Now look inside. One digit, one noise; two sliders, *place* and *t*. In the middle all channels at that place, one small picture each, with their shape beside the slider; left what went in, right the $\hat\epsilon$ that came out. (Each channel is shown in its own contrast, the same for all $t$.)
#
# **Look, and decide:** at $t=600$, at which place does the digit first *appear*? And at $t=1$, which part of the network has nothing to do?

# %% [markdown] key="walk" lang="id" ref="bded708b"
# Pada $t$ kecil label hampir tidak berarti, benar ataupun salah: angkanya terlihat jelas. Sejak pertengahan label mulai berarti: tanpa label galatnya lebih besar seperempat atau lebih, dan label yang *salah* paling mahal di tengah, ketika gambarnya sendiri masih ikut bersuara tetapi kalah suara. (Di ujung kanan tidak ada yang dapat berkata banyak tentang angkanya; di sana tinggal label yang ada, seperti dalam gambar pertama bab ini.) Bab 9 menjadikan selisih antara “dengan label” dan “tanpa label” sebuah tombol putar.
#
# ## 7 · Menyusuri jaringan
#
# Sekarang lihat ke dalam. Satu angka, satu noise; dua penggeser, *place* (tempat) dan *t*. Di tengah tampak semua kanal di tempat itu, masing-masing satu gambar kecil, dengan bentuknya tertulis di samping penggeser; di kiri yang masuk, di kanan $\hat\epsilon$ yang keluar. (Setiap kanal ditampilkan dengan kontrasnya sendiri, sama untuk semua $t$.)
#
# **Lihat, lalu putuskan:** pada $t=600$, di tempat mana angkanya pertama kali *muncul*? Dan pada $t=1$, bagian jaringan mana yang tidak punya pekerjaan?

# %% [markdown] key="walk" lang="ko" ref="bded708b"
# 작은 $t$에서는 레이블이 맞든 틀리든 거의 상관이 없습니다. 숫자가 훤히 보이기 때문입니다. 중간부터는 중요합니다. 레이블이 없으면 오차가 사분의 일 넘게 커집니다. *틀린* 레이블의 손해는 중간에서 가장 큽니다. 그림도 아직 할 말이 있는데 레이블에 밀리기 때문입니다. (오른쪽 끝에서는 아무도 숫자에 대해 할 말이 많지 않습니다. 이 장의 첫 그림에서처럼 단서라고는 레이블뿐입니다.) “레이블 있음”과 “없음”의 차이는 9장에서 돌릴 수 있는 손잡이가 됩니다.
#
# ## 7 · 신경망 속을 걷기
#
# 이제 안을 들여다봅시다. 숫자 하나, 노이즈 하나에 슬라이더가 둘입니다. *자리*와 *t*입니다. 가운데에는 그 자리의 모든 채널이 작은 그림으로 하나씩 나오고, 그 모양은 슬라이더 옆에 적힙니다. 왼쪽은 들어간 것, 오른쪽은 나온 $\hat\epsilon$입니다. (명암은 채널마다 따로 맞추었고, 어느 $t$에서나 같습니다.)
#
# **보고 나서 정하십시오.** $t=600$일 때 숫자는 어느 자리에서 처음 *나타납니까*? 그리고 $t=1$일 때 할 일이 없는 곳은 신경망의 어느 부분입니까?

# %% key="walk-maps"
from course_lib import frames, lang
from course_lib.widgets import atlas

ts = torch.tensor([1, *range(50, 1001, 50)])
x_0, y = ten[4].expand(21, 1, 28, 28), ten_labels[4].expand(21)
eps = noise(1, 1, 28, 28, seed=0).expand(21, 1, 28, 28)
x_t = forward.q_sample(x_0, ts, eps, schedule)
maps = unet.feature_maps(net, x_t, ts, y)
eps_hat = parameterisations.to_eps(model.kind, maps["head"], x_t, ts, schedule)


def sheet(h):
    h = (h - h.mean((0, 2, 3), keepdim=True)) / (2.5 * h.std((0, 2, 3), keepdim=True))
    columns = {1: 1, 32: 8, 64: 12, 128: 16}[h.shape[1]]
    return torch.cat([frames.tile(one[:, None], columns) for one in h])


sheets = [frames.to_uint8(sheet(h)) for h in maps.values()]
for place in ("down_1", "middle_2", "grow_2", "up_2"):
    print(place, [f"t={ts[i]}: {maps[place][i].std((1, 2)).mean():.2f}" for i in (0, 6, 12, 18)])

# %% key="walk-widget"
ends = {"x_t": frames.to_uint8(x_t)[None], "eps_hat": frames.to_uint8(eps_hat / 2)[None]}
shapes_here = ["×".join(map(str, h.shape[1:])) for h in maps.values()]
atlas(
    {"x_t": ends["x_t"], "h": sheets, "eps_hat": ends["eps_hat"]},
    {"place": list(maps), "t": ts.tolist()},
    captions={"place": shapes_here},
    start={"place": "stem", "t": 600},
    scale={"x_t": 4, "h": 6, "eps_hat": 4},
    alt=lang.text("alt.unet.walk"),
)

# %% [markdown] key="walk-note" lang="en"
# At $t=600$ the way down shows stripes and blots; nobody would see a four in them. It first appears, coarsely, in `up_1`. In `up_2` it stands there clean in many channels, beside others that show almost pure noise: the network has *separated* the two, and all that is left for the last convolution is to mix them.
#
# At $t=1$ it is the other way round. The four is plain on the way down, and the deep part of the network speaks much more softly than at large $t$: from `middle_2` to `grow_2` the maps turn grey, at a quarter to a sixth of what they vary by at $t=600$ (the cell above prints it, at four $t$). Where there is hardly any noise, the top bridge does the work, just as the cuts in section 4 said. One network,
# two ways of working, and the clock is the switch.
#
# ## 8 · Or no U-Net at all: a transformer
#
# If the parts matter less than one thinks, is the U-shape needed? Peebles & Xie 2023 dropped it: their **DiT** cuts the image into patches, treats each patch as a word, and lets a transformer work on the sentence. No levels, no bridges, hardly any knowledge of images.
#
# 1. *Patches*: 28×28 with patches of 4×4 is a row of 49 tokens of 16 numbers each, mapped to width 64.
# 2. *Positions* are added, with the clock of section 3: half of the numbers tell the row, half the column.
# 3. *Blocks*: attention over all tokens, then a small network for each token. $t$ and $y$ act as in our residual block, by scale and shift, and here also by a gate.
# 4. *Back*: each token becomes its 16 pixels again.
#
# A block, as two residual steps ($\odot$ multiplies channel by channel, $N$ normalises each token):
#
# $$h\ \mapsto\ h + g_1\odot\mathrm{Attn}\big((1+s_1)\odot N(h)+m_1\big), \qquad h\ \mapsto\ h + g_2\odot\mathrm{MLP}\big((1+s_2)\odot N(h)+m_2\big)$$
#
# The six vectors are linear in $e$ and start at 0: once more a new block changes nothing and an untrained network answers 0. Hence the name adaLN-Zero, for the layer norm $N$ that adapts.
#
# ### Exercise: patches
#
# Write `patchify(x, patch)`: `(B, C, H, W)` to `(B, N, C * patch**2)`, patches row by row from the top left; within a token first the channel, then the row, then the column of the pixel. A plain `reshape` has the right shape and the wrong pixels.

# %% [markdown] key="walk-note" lang="id" ref="3b850328"
# Pada $t=600$, jalan turun hanya menampilkan garis-garis dan bercak; tidak seorang pun akan melihat angka empat di dalamnya. Angka itu pertama kali muncul, masih kasar, di `up_1`. Di `up_2` ia sudah berdiri bersih di banyak kanal, di samping kanal lain yang menampilkan noise hampir murni: jaringan telah *memisahkan* keduanya, dan konvolusi terakhir tinggal mencampurnya.
#
# Pada $t=1$ keadaannya terbalik. Angka empatnya jelas pada jalan turun, dan bagian dalam jaringan berbicara jauh lebih pelan daripada pada $t$ besar: dari `middle_2` sampai `grow_2` petanya menjadi kelabu, dengan simpangan baku seperempat sampai seperenam dari simpangan bakunya pada $t=600$ (sel di atas mencetaknya, pada empat $t$). Ketika hampir tidak ada noise, jembatan teratas yang bekerja, persis seperti yang dikatakan pemotongan kabel di bagian 4. Satu jaringan,
# dua cara bekerja, dan jam itulah sakelarnya.
#
# ## 8 · Atau tanpa U-Net sama sekali: transformer
#
# Kalau bagian-bagiannya tidak sepenting yang kita kira, perlukah bentuk U itu? Peebles & Xie 2023 menanggalkannya: **DiT** mereka memotong gambar menjadi patch, memperlakukan setiap patch sebagai sebuah kata, lalu membiarkan transformer menggarap kalimatnya. Tidak ada tingkat, tidak ada jembatan, hampir tidak ada pengetahuan bawaan tentang gambar.
#
# 1. *Patch*: 28×28 dengan patch 4×4 menjadi sederet 49 token berisi 16 bilangan, masing-masing dipetakan ke lebar 64.
# 2. *Posisi* ditambahkan, dengan jam dari bagian 3: separuh bilangannya menyebut baris, separuhnya kolom.
# 3. *Blok*: atensi atas semua token, lalu sebuah jaringan kecil untuk setiap token. $t$ dan $y$ bekerja seperti dalam blok residual kita, lewat skala dan geseran, dan di sini juga lewat sebuah gerbang.
# 4. *Kembali*: setiap token menjadi 16 pikselnya lagi.
#
# Satu blok, sebagai dua langkah residual ($\odot$ mengalikan kanal demi kanal, $N$ menormalkan setiap token):
#
# $$h\ \mapsto\ h + g_1\odot\mathrm{Attn}\big((1+s_1)\odot N(h)+m_1\big), \qquad h\ \mapsto\ h + g_2\odot\mathrm{MLP}\big((1+s_2)\odot N(h)+m_2\big)$$
#
# Keenam vektor itu linear dalam $e$ dan mulai dari 0: sekali lagi, blok yang baru tidak mengubah apa-apa dan jaringan yang belum terlatih menjawab 0. Dari situlah namanya, adaLN-Zero: layer norm $N$ yang menyesuaikan diri, dan berawal dari nol.
#
# ### Latihan: patch
#
# Tulis `patchify(x, patch)`: dari `(B, C, H, W)` menjadi `(B, N, C * patch**2)`, patch demi patch baris per baris dari kiri atas; di dalam satu token, mula-mula kanal, lalu baris, lalu kolom pikselnya. `reshape` polos memberi bentuk yang benar dan piksel yang salah.

# %% [markdown] key="walk-note" lang="ko" ref="3b850328"
# $t=600$일 때 내려가는 길에는 줄무늬와 얼룩뿐이고, 거기서 숫자를 알아볼 사람은 없습니다. 숫자는 `up_1`에서 처음 거칠게 나타납니다. `up_2`에 이르면 여러 채널에 깨끗이 서 있고, 그 옆의 다른 채널에는 거의 순수한 노이즈만 보입니다. 신경망이 둘을 *갈라놓은* 것입니다. 마지막 합성곱은 이것을 섞기만 하면 됩니다.
#
# $t=1$에서는 거꾸로입니다. 내려가는 길에서 숫자가 또렷하고, 신경망의 깊은 곳은 큰 $t$에서보다 훨씬 나직하게 말합니다. `middle_2`에서 `grow_2`까지 맵이 회색으로 변하고, 변화의 폭은 $t=600$일 때의 사분의 일에서 육분의 일입니다(앞의 셀이 네 가지 $t$에서 출력합니다). 노이즈가 거의 없는 곳에서는 맨 위의 다리가 일을 합니다. 4절에서 선을 끊어 보고 안 그대로입니다. 신경망은 하나인데 일하는 방식은 둘이고, 시계가 그 스위치입니다.
#
# ## 8 · 아예 U-Net 없이: 트랜스포머
#
# 부품이 생각만큼 중요하지 않다면 U자 모양은 꼭 필요합니까? Peebles & Xie 2023은 이것을 버렸습니다. 이들의 **DiT**는 이미지를 패치로 자르고, 패치 하나를 단어 하나로 보아, 그 문장을 트랜스포머에 맡깁니다. 층도 없고 다리도 없고, 이미지에 대해 미리 아는 것도 거의 없습니다.
#
# 1. *패치*: 28×28을 4×4 패치로 자르면 토큰 49개가 한 줄로 늘어섭니다. 토큰마다 수가 16개이고, 이것을 64차원으로 옮깁니다.
# 2. *위치*를 더합니다. 3절의 시계를 쓰되, 수의 절반은 행을, 절반은 열을 알려 줍니다.
# 3. *블록*: 모든 토큰을 보는 어텐션 다음에, 토큰마다 작은 신경망을 지납니다. $t$와 $y$는 우리 잔차 블록에서처럼 배수와 더하는 수로 작용하며, 여기서는 게이트도 하나 더해집니다.
# 4. *되돌리기*: 토큰은 저마다 다시 자기 픽셀 16개가 됩니다.
#
# 블록 하나를 잔차 단계 두 개로 쓰면 다음과 같습니다($\odot$는 채널끼리 곱하고, $N$은 토큰마다 정규화합니다).
#
# $$h\ \mapsto\ h + g_1\odot\mathrm{Attn}\big((1+s_1)\odot N(h)+m_1\big), \qquad h\ \mapsto\ h + g_2\odot\mathrm{MLP}\big((1+s_2)\odot N(h)+m_2\big)$$
#
# 벡터 여섯 개는 $e$의 선형변환이고 0에서 시작합니다. 여기서도 새 블록은 아무것도 바꾸지 않고, 학습하지 않은 신경망은 0을 답합니다. adaLN-Zero라는 이름이 여기서 나왔습니다. LN은 레이어 정규화 $N$, ada는 그것이 조건에 맞추어 변한다(adapt)는 뜻입니다.
#
# ### 연습문제: 패치
#
# `patchify(x, patch)` 함수를 작성하십시오. `(B, C, H, W)`를 `(B, N, C * patch**2)`로 바꿉니다. 패치는 왼쪽 위에서부터 한 줄씩 읽고, 토큰 안에서는 채널이 먼저, 그다음 픽셀의 행, 그다음 열입니다. 그냥 `reshape`만 하면 모양은 맞고 픽셀은 틀립니다.


# %% key="ex-patchify" exercise="dit.patchify"
def patchify(x, patch):
    ### BEGIN SOLUTION
    b, c, height, width = x.shape
    tiles = x.reshape(b, c, height // patch, patch, width // patch, patch)
    return tiles.permute(0, 2, 4, 1, 3, 5).reshape(b, -1, c * patch**2)
    ### END SOLUTION


# %% key="check-patchify" check="dit.patchify"
check("dit.patchify", patchify)

# %% [markdown] key="dit" lang="en"
# **Commit:** shuffle the 49 patches of a noisy image. Without step 2, would the network notice?

# %% [markdown] key="dit" lang="id" ref="bf75d5e5"
# **Putuskan dulu:** acak ke-49 patch sebuah gambar bernoise. Tanpa langkah 2, apakah jaringan akan menyadarinya?

# %% [markdown] key="dit" lang="ko" ref="bf75d5e5"
# **답을 먼저 정하십시오.** 노이즈 낀 이미지의 패치 49개를 뒤섞습니다. 앞의 2번이 없다면 신경망은 이것을 알아채겠습니까?

# %% key="dit-positions"
from course_lib import dit

small["dit"] = checkpoints.load("small-dit", **on_cpu)
net_dit = small["dit"].net
t, order = torch.tensor([50]), torch.randperm(49, generator=torch.Generator().manual_seed(10))
x_t = forward.q_sample(ten[4:5], t, noise(1, 1, 28, 28, seed=0), schedule)
lost = deepcopy(net_dit)
lost.positions.zero_()
for name, one in (("positions", net_dit), ("-", lost)):
    straight = dit.patchify(one(x_t, t), 4)[:, order]
    mixed = dit.unpatchify(dit.patchify(x_t, 4)[:, order], 4, (28, 28))
    off = (dit.patchify(one(mixed, t), 4) - straight).abs().max()
    print(f"{name:9s} max|f(shuffle) - shuffle(f)| {off:.0e}")
patches = dit.patchify(x_t, 4).reshape(49, 1, 4, 4)
print("tokens", tuple(dit.patchify(x_t, 4).shape[1:]))
tiled = frames.tile(patches.repeat_interleave(6, 2).repeat_interleave(6, 3), 7, gap=4)
figures.show(figures.strip(tiled, size=2.6), "alt.unet.patches")

# %% [markdown] key="ex-steered-task" lang="en"
# It would not: its answer would be shuffled in the same way, up to rounding. To attention an image without positions is a bag of patches. (A convolution knows by its very build what lies beside what; a transformer has to be told.)
#
# ### Exercise: complete a line
#
# Here is one of the block's two residual steps, without its last line. $m$, $s$ and $g$ are `shift`, `scale` and `gate`, each of shape `(B, D)`: one vector for each image, for all of its tokens. `h` has shape `(B, N, D)`, and `inner` is a function that stands for attention or for the MLP. Write the line that is missing.

# %% [markdown] key="ex-steered-task" lang="id" ref="a864e1a5"
# Tidak: jawabannya akan teracak dengan cara yang sama, dalam batas pembulatan. Bagi atensi, gambar tanpa posisi hanyalah sekantong patch. (Konvolusi, berkat susunannya, sudah tahu piksel mana yang bersebelahan; transformer harus diberi tahu.)
#
# ### Latihan: lengkapi satu baris
#
# Inilah salah satu dari dua langkah residual blok DiT (rumusnya di awal bagian ini), tanpa baris terakhirnya. $m$, $s$, dan $g$ adalah `shift`, `scale`, dan `gate`, masing-masing berbentuk `(B, D)`: satu vektor untuk setiap gambar, berlaku bagi semua tokennya. `h` berbentuk `(B, N, D)`, dan `inner` adalah fungsi yang mewakili atensi atau MLP. Tulislah baris yang kurang.

# %% [markdown] key="ex-steered-task" lang="ko" ref="a864e1a5"
# 알아채지 못합니다. 답도 똑같이 뒤섞여 나올 뿐이고, 다른 것은 반올림 오차뿐입니다. 위치가 없으면 어텐션에게 이미지는 패치를 아무렇게나 담은 자루입니다. (합성곱은 생김새부터 무엇이 무엇 옆에 있는지 압니다. 트랜스포머에는 알려 주어야 합니다.)
#
# ### 연습문제: 한 줄 채우기
#
# DiT 블록의 두 잔차 단계(식은 이 절의 앞부분에 있습니다) 가운데 하나이고, 마지막 줄이 비어 있습니다. $m$, $s$, $g$는 `shift`, `scale`, `gate`이고 모양은 모두 `(B, D)`입니다. 이미지마다 벡터가 하나씩 있어 그 이미지의 모든 토큰에 쓰입니다. `h`의 모양은 `(B, N, D)`이고, `inner`는 어텐션이나 MLP를 대신하는 함수입니다. 빠진 줄을 적으십시오.

# %% key="ex-steered" exercise="dit.steered"
def steered(h, shift, scale, gate, inner):
    normed = F.layer_norm(h, h.shape[-1:], eps=1e-6)
    ### BEGIN SOLUTION
    return h + gate[:, None] * inner((1 + scale[:, None]) * normed + shift[:, None])
    ### GIVEN return ...
    ### END SOLUTION

# %% key="check-steered" check="dit.steered"
check("dit.steered", steered)

# %% [markdown] key="dit-block" lang="en"
# One block by hand, against the library's:

# %% [markdown] key="dit-block" lang="id" ref="888ea1aa"
# Satu blok yang ditulis dengan tangan, dibandingkan dengan blok milik pustaka:

# %% [markdown] key="dit-block" lang="ko" ref="888ea1aa"
# 블록 하나를 직접 써서 라이브러리의 것과 견주어 봅시다.

# %% key="dit-block-written"
def layer_norm(h):
    mean, var = h.mean(-1, keepdim=True), h.var(-1, correction=0, keepdim=True)
    return (h - mean) / (var + 1e-6).sqrt()


def attend(part, h):
    b, n, width = h.shape
    q, k, v = part.qkv(h).reshape(b, n, 3, part.heads, -1).permute(2, 0, 3, 1, 4)
    a = (q @ k.mT / math.sqrt(q.shape[-1])).softmax(dim=-1)
    return part.out((a @ v).transpose(1, 2).reshape(b, n, width))


def block(part, h, e):
    m_1, s_1, g_1, m_2, s_2, g_2 = part.steer(e)[:, None].chunk(6, dim=2)
    h = h + g_1 * attend(part, (1 + s_1) * layer_norm(h) + m_1)
    return h + g_2 * part.mlp((1 + s_2) * layer_norm(h) + m_2)


h, e = net_dit.stem(dit.patchify(x_t, 4)) + net_dit.positions, net_dit.embed(t)
off = (block(net_dit.blocks[0], h, e) - net_dit.blocks[0](h, e)).abs().max()
print("h", tuple(h.shape), f"max|error| {off:.0e}")
assert off < 1e-4
empty = dit.DiT()
print("max|answer|", float(empty(x_t, t).abs().max().detach()))

# %% [markdown] key="dit-race" lang="en"
# ### Same task, same budget
#
# `small-dit` has about as many weights as `small-unet` and has seen the same images in the same recipe.
#
# **Commit:** which one draws better after this (short) training?

# %% [markdown] key="dit-race" lang="id" ref="b34d1ef3"
# ### Tugas sama, anggaran sama
#
# `small-dit` memiliki bobot kira-kira sebanyak `small-unet` dan telah melihat gambar yang sama dengan resep yang sama.
#
# **Putuskan dulu:** mana yang menggambar lebih baik setelah pelatihan (singkat) ini?

# %% [markdown] key="dit-race" lang="ko" ref="b34d1ef3"
# ### 같은 과제, 같은 예산
#
# `small-dit`은 가중치의 수가 `small-unet`과 거의 같고, 같은 이미지를 같은 방법으로 배웠습니다.
#
# **답을 먼저 정하십시오.** 이 (짧은) 학습 뒤에 어느 쪽이 더 잘 그리겠습니까?

# %% key="dit-table"
from time import perf_counter

from torch.utils.flop_counter import FlopCounterMode

names = ["small-unet", "small-no-skips", "small-no-time", "small-dit", "digits"]
nets = {name: checkpoints.load(name, **on_cpu) for name in names}
x, t, y, clock = noise(16, 1, 28, 28, seed=11), torch.full((16,), 500), torch.arange(16) % 10, {}
for _ in range(7):
    for name, one in nets.items():
        start = perf_counter()
        one(x, t, y)
        clock.setdefault(name, []).append(perf_counter() - start)
for name, one in nets.items():
    with FlopCounterMode(display=False) as counter:
        one(x[:1], t[:1], y[:1])
    taken = 1000 * sorted(clock[name])[3]
    weights = sum(p.numel() for p in one.parameters())
    print(f"{name:14s} theta {weights:7d}  FLOPs {counter.get_total_flops():9d}  {taken:3.0f} ms", end="  ")
    card = checkpoints.card(name)
    quality = card.get("compared") or card["metrics"]
    for rule in ("ddim-50", "ancestral-50"):
        right, distance = (quality[rule][of]["mean"] for of in ("accuracy", "frechet"))
        print(f"{right:.1%} {distance:.2f}", end="  ")
    print(f"({quality['floor']['mean']:.2f})", "N", quality["N"])

# %% key="dit-drawn"
pair = {name: draw(small[name]) for name in ("unet", "dit")}
reached["dit"] = by_tenth(small["dit"])
print("ratio", [f"{r:.2f}" for r in (reached["dit"] / reached["unet"]).tolist()])
figures.show(figures.grid(pair.values(), row_titles=list(pair), size=0.8), "alt.unet.dit")

# %% [markdown] key="end" lang="en"
# How to read the table. Counted and measured here: weights, floating-point operations of one call for one image, milliseconds of one call for 16. From the models' cards (`course measure networks` makes them anew): accuracy and Fréchet distance
# of samples, with 50 steps of DDIM and then with 50 ancestral steps; in brackets what real digits score, the floor. (The Fréchet distance compares what the classifier sees in the samples, the mean and the covariance of its features, with what it sees in real digits: smaller is closer.) The row above the picture is the transformer's error over the U-Net's, for each tenth of $t$.
#
# With an equal number of weights the transformer computes about a third of the operations: it uses each weight once for a patch, 49 times an image, while a convolution at the top level uses each of its own 784 times. In milliseconds it may gain less: operations are not time.
#
# At this size, with this little data and time, the U-Net is ahead: it does not have to learn that neighbouring pixels belong together, the convolution says so from the start. The transformer buys its freedom with examples. That is why it wins elsewhere: Peebles & Xie 2023 found its quality to rise steadily with
# the operations spent, on far larger images and models. Stable Diffusion 3 is built on a relative with separate weights for text and image (MMDiT, Esser et al. 2024); PixArt-α (Chen et al. 2023) uses a DiT as well. (One lecture note also names DALL-E 3; its report does not support that.)
#
# ## What to take along
#
# - The answer is as large as the question, so the network goes down to see far and comes up to be exact. The same 18 convolutions see more than twice as far as in a plain stack, at an equal cost on each level.
# - The time embedding is a clock with many hands. A network that has learnt with a clock needs the right one; a network that never had one can guess the noise level from the picture.
# - In the trained network bridges carry *where*, the bottleneck carries *what*. A network trained without bridges copies through the bottleneck, and its samples are worse.
# - Attention costs the square of the number of pixels, and may do nearly nothing. Measure before you believe.
# - Label and time enter by the same door; the null label is how the network works without being told.
# - What a trained network *uses* and what a network *needs* are two questions. Cutting answers the first, training without the second.
#
# **Limits.** Digits of 28×28 are a small task, and small tasks flatter simple parts: every network here is hundreds to tens of thousands of times smaller than those that make large pictures, and each twin was trained once, briefly, with one seed; differences of a few percent mean nothing. At larger sizes attention, depth and the choice of normalisation
# begin to matter; pictures are first compressed and diffused in a smaller space (Rombach et al. 2022). Zeros in a cut wire are a value that the network has never met, so a cut may look worse than a lack.
#
# Next, [chapter 6](06_ddpm.ipynb) puts the network to work: *how do a thousand small steps make a picture, and how can they go wrong?*
#
# **Sources.** Ronneberger, Fischer & Brox 2015 (U-Net). Ho, Jain & Abbeel 2020, appendix B (U-Net for diffusion, with time embedding and attention). Vaswani et al. 2017, sections 3.2 and 3.5. He et al. 2016 (residual blocks). Wu & He 2018 (group normalisation). Dhariwal & Nichol 2021, section 3 (scale and shift; attention at several levels).
# Perez et al. 2018 (conditioning by scale and shift). Sun et al. 2025 (without noise conditioning). Ho & Salimans 2022 (null label). Dosovitskiy et al. 2021 (patches). Peebles & Xie 2023 (DiT, adaLN-Zero). Esser et al. 2024 (MMDiT). Chen et al. 2023 (PixArt-α). Rombach et al. 2022.
#
# Back to the map: [welcome](00_welcome.ipynb). How far you are:

# %% [markdown] key="end" lang="id" ref="90110c24"
# Cara membaca tabelnya. Yang dihitung dan diukur di sini: banyaknya bobot, banyaknya operasi titik mengambang (floating-point) dalam satu panggilan dengan satu gambar, milidetik untuk satu panggilan dengan 16 gambar. Yang berasal dari kartu model (`course measure networks` membuatnya lagi dari awal): akurasi dan jarak Fréchet
# sampelnya, mula-mula dengan 50 langkah DDIM, lalu dengan 50 langkah ancestral; di dalam kurung, nilai yang diperoleh angka asli, yaitu lantainya. (Jarak Fréchet membandingkan apa yang dilihat pengklasifikasi pada sampel, yaitu rata-rata dan kovarians fiturnya, dengan yang dilihatnya pada angka asli: makin kecil makin dekat.) Deret di atas gambar adalah galat transformer dibagi galat U-Net, untuk setiap sepersepuluh bagian $t$.
#
# Dengan bobot yang sama banyak, transformer menghitung kira-kira sepertiga operasinya: setiap bobot dipakai sekali untuk tiap patch, 49 kali untuk satu gambar, sedangkan konvolusi di tingkat teratas memakai setiap bobotnya 784 kali. Dalam milidetik untungnya bisa lebih kecil: banyaknya operasi belum tentu mencerminkan lamanya waktu.
#
# Pada ukuran ini, dengan data dan waktu sesedikit ini, U-Net unggul: ia tidak perlu belajar bahwa piksel yang bertetangga saling berkaitan, sebab konvolusi sudah mengatakannya sejak awal. Transformer menebus kebebasannya dengan banyak contoh. Itu sebabnya ia menang di tempat lain: Peebles & Xie 2023 mendapati mutunya naik terus seiring
# banyaknya operasi yang dikeluarkan, pada gambar dan model yang jauh lebih besar. Stable Diffusion 3 dibangun di atas kerabatnya, dengan bobot terpisah untuk teks dan gambar (MMDiT, Esser et al. 2024); PixArt-α (Chen et al. 2023) juga memakai DiT. (Sebuah catatan kuliah menyebut pula DALL-E 3; laporan teknisnya tidak mendukung itu.)
#
# ## Bekal dari bab ini
#
# - Jawabannya sebesar pertanyaannya, maka jaringan turun supaya melihat jauh dan naik supaya teliti. 18 konvolusi yang sama melihat lebih dari dua kali lebih jauh daripada dalam tumpukan polos, dengan ongkos yang sama di setiap tingkat.
# - Embedding waktu adalah jam dengan banyak jarum. Jaringan yang dilatih dengan jam memerlukan jam yang benar; jaringan yang tidak pernah memilikinya dapat menebak tingkat noise dari gambar.
# - Di jaringan terlatih, jembatan membawa *di mana*, leher botol membawa *apa*. Jaringan yang dilatih tanpa jembatan menyalin lewat leher botol, dan sampelnya lebih buruk.
# - Ongkos atensi adalah kuadrat banyaknya piksel, dan jasanya bisa jadi hampir tidak ada. Ukur dulu, baru percaya.
# - Label dan waktu masuk lewat pintu yang sama; label kosong adalah cara jaringan bekerja tanpa diberi tahu.
# - Apa yang *dipakai* jaringan terlatih dan apa yang *diperlukan* sebuah jaringan adalah dua pertanyaan. Memotong kabel menjawab yang pertama, melatih tanpa bagian itu menjawab yang kedua.
#
# **Keterbatasan.** Angka berukuran 28×28 adalah tugas kecil, dan tugas kecil menguntungkan bagian yang sederhana: setiap jaringan di sini ratusan sampai puluhan ribu kali lebih kecil daripada yang membuat gambar besar, dan setiap kembaran dilatih satu kali saja, sebentar, dengan satu seed; selisih beberapa persen tidak berarti apa-apa. Pada ukuran yang lebih besar, atensi, kedalaman, dan pilihan normalisasi
# mulai berpengaruh; gambarnya dimampatkan dulu, lalu didifusikan di ruang yang lebih kecil (Rombach et al. 2022). Nol di kabel yang dipotong adalah nilai yang belum pernah dijumpai jaringan, jadi pemotongan bisa tampak lebih buruk daripada ketiadaan.
#
# Berikutnya, [Bab 6](06_ddpm.ipynb) menyuruh jaringan ini bekerja: *bagaimana seribu langkah kecil menjadi sebuah gambar, dan bagaimana langkah-langkah itu bisa salah?*
#
# **Sumber.** Ronneberger, Fischer & Brox 2015 (U-Net). Ho, Jain & Abbeel 2020, lampiran B (U-Net untuk difusi, dengan embedding waktu dan atensi). Vaswani et al. 2017, bagian 3.2 dan 3.5. He et al. 2016 (blok residual). Wu & He 2018 (normalisasi kelompok). Dhariwal & Nichol 2021, bagian 3 (skala dan geseran; atensi di beberapa tingkat).
# Perez et al. 2018 (pengondisian lewat skala dan geseran). Sun et al. 2025 (tanpa pengondisian noise). Ho & Salimans 2022 (label kosong). Dosovitskiy et al. 2021 (patch). Peebles & Xie 2023 (DiT, adaLN-Zero). Esser et al. 2024 (MMDiT). Chen et al. 2023 (PixArt-α). Rombach et al. 2022.
#
# Kembali ke peta: [selamat datang](00_welcome.ipynb). Latihanmu sejauh ini:

# %% [markdown] key="end" lang="ko" ref="90110c24"
# 표를 읽는 법입니다. 여기서 세거나 잰 것은 가중치의 수, 이미지 한 장을 넣어 신경망을 한 번 부를 때의 부동소수점 연산 횟수, 16장을 넣어 한 번 부를 때 걸리는 밀리초입니다. 모델 카드에서 가져온 것은 샘플의 정확도와 프레셰(Fréchet) 거리입니다. 먼저 DDIM 50단계, 그다음이 조상 샘플링(ancestral) 50단계의 값이고, `course measure networks`로 새로 잴 수 있습니다. 괄호 안은 진짜 숫자가 받는 점수, 곧 바닥입니다. (프레셰 거리는 분류기가 샘플에서 보는 것, 곧 특징의 평균과 공분산을 진짜 숫자에서 보는 것과 비교하며, 작을수록 가깝습니다.) 그림 위의 줄은 $t$를 열 구간으로 나누어 트랜스포머의 오차를 U-Net의 오차로 나눈 것입니다.
#
# 가중치의 수가 같은데 트랜스포머의 연산은 삼분의 일쯤입니다. 트랜스포머는 가중치 하나를 패치마다 한 번, 이미지 한 장에 49번 씁니다. 맨 위층의 합성곱은 가중치 하나를 784번 씁니다. 밀리초로는 이득이 그만 못할 수도 있습니다. 연산 횟수가 곧 시간은 아닙니다.
#
# 이 크기에서, 이만큼 적은 데이터와 시간으로는 U-Net이 앞섭니다. 이웃한 픽셀이 한데 어울린다는 것을 따로 배울 필요가 없습니다. 합성곱이 처음부터 그렇게 말해 줍니다. 트랜스포머는 예제로 값을 치르고 자유를 삽니다. 그래서 다른 곳에서는 이깁니다. Peebles & Xie 2023에 따르면, 훨씬 큰 이미지와 모델에서 연산을 더 쓸수록 품질이 꾸준히 올라갔습니다. Stable Diffusion 3의 바탕은 텍스트와 이미지에 가중치를 따로 두는 친척(MMDiT, Esser et al. 2024)이고, PixArt-α(Chen et al. 2023)도 DiT를 씁니다. (어느 강의 노트는 DALL-E 3도 들지만, 그 보고서에는 그렇게 볼 근거가 없습니다.)
#
# ## 가져갈 것
#
# - 답이 물음만큼 크므로, 신경망은 멀리 보려고 내려갔다가 정확해지려고 올라옵니다. 똑같은 합성곱 18개가 그냥 쌓았을 때보다 두 배 넘게 멀리 보고, 비용은 층마다 같습니다.
# - 시간 임베딩은 바늘이 많은 시계입니다. 시계와 함께 배운 신경망에는 맞는 시계가 필요하고, 시계를 본 적이 없는 신경망은 그림을 보고 노이즈 수준을 짐작할 수 있습니다.
# - 학습한 신경망에서 다리는 *어디*를 나르고, 병목은 *무엇*을 나릅니다. 다리 없이 학습한 신경망은 병목을 거쳐 베끼며, 샘플은 더 나쁩니다.
# - 어텐션의 비용은 픽셀 수의 제곱에 비례하고, 하는 일이 거의 없을 수도 있습니다. 믿기 전에 재어 보십시오.
# - 레이블과 시간은 같은 문으로 들어옵니다. 아무 말도 듣지 않고 일할 때에는 빈 레이블을 씁니다.
# - 학습한 신경망이 무엇을 *쓰는지*와 신경망에 무엇이 *꼭 필요한지*는 서로 다른 물음입니다. 앞의 물음에는 끊어 보아야 답할 수 있고, 뒤의 물음에는 그것 없이 학습해 보아야 답할 수 있습니다.
#
# **한계.** 28×28 숫자는 작은 과제이고, 작은 과제에서는 단순한 부품이 돋보입니다. 여기 나온 신경망은 모두 큰 그림을 그리는 신경망보다 수백 배에서 수만 배 작고, 쌍둥이는 저마다 시드 하나로 짧게 한 번씩만 학습했습니다. 몇 퍼센트의 차이에는 아무 뜻이 없습니다. 크기가 커지면 어텐션과 깊이와 정규화 방식이 중요해지고, 그림은 먼저 압축해서 더 작은 공간에서 확산시킵니다(Rombach et al. 2022). 끊은 선으로 지나가는 영은 신경망이 한 번도 만난 적이 없는 값이므로, 끊은 것이 처음부터 없는 것보다 나빠 보일 수 있습니다.
#
# 다음 [6장](06_ddpm.ipynb)에서는 신경망에 일을 시킵니다. *작은 단계 천 번이 어떻게 그림이 되며, 어디에서 잘못될 수 있습니까?*
#
# **출처.** Ronneberger, Fischer & Brox 2015(U-Net). Ho, Jain & Abbeel 2020, 부록 B(시간 임베딩과 어텐션을 갖춘 확산 모델의 U-Net). Vaswani et al. 2017, 3.2절과 3.5절. He et al. 2016(잔차 블록). Wu & He 2018(그룹 정규화). Dhariwal & Nichol 2021, 3절(배수와 더하기, 여러 층의 어텐션). Perez et al. 2018(배수와 더하기로 조건 주기). Sun et al. 2025(노이즈 수준을 알려 주지 않은 학습). Ho & Salimans 2022(빈 레이블). Dosovitskiy et al. 2021(패치). Peebles & Xie 2023(DiT, adaLN-Zero). Esser et al. 2024(MMDiT). Chen et al. 2023(PixArt-α). Rombach et al. 2022.
#
# 전체 지도로 돌아가기: [환영합니다](00_welcome.ipynb). 어디까지 왔는지 봅시다.

# %% key="progress-overview"
from course_lib.exercises import overview

overview()
